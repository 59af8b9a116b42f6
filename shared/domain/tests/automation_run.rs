//! Runs: what came of them, and how what is left of one is kept small.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use chrono::{DateTime, Utc};
use keepwell_domain::automation::Automation;
use keepwell_domain::automation::context::Context;
use keepwell_domain::automation::foresight::foresee;
use keepwell_domain::automation::plan::{Effect, Plan, Refusal, plan};
use keepwell_domain::automation::run::{Run, RunResult, RunState, StepLog, StepResult, effects, full, input, lean};
use keepwell_domain::automation::sample::Sample;
use serde_json::{Value, json};

fn now() -> DateTime<Utc> {
    "2026-03-06T15:00:00Z".parse().unwrap()
}

fn automation() -> Automation {
    let words = "Dear {{ contact.first_name }}, ".repeat(300);
    Automation::parse(&json!({ "format": 1, "id": "x", "name": "X", "on": true, "trigger": { "health_status_changed": {} }, "actions": [
        { "mail": { "subject": "Hello", "text": words, "to": { "role": "decision_maker" } } },
        { "mail": { "template": "status-steady", "to": "owner" } },
        { "mail": { "template": "status-steady", "to": { "role": "champion" } } },
        { "set_attribute": { "name": "n", "value": 3.5 } },
        { "wait": { "days": 3 } },
        { "add_tag": { "tag": "late" } },
        { "wait": { "days": 4, "still": { "field": "plan", "in": ["Nobody"] } } },
        { "remove_tag": { "tag": "late" } }
    ] }))
    .unwrap()
}

#[test]
fn what_is_left_is_kept_without_words_that_the_document_has_and_comes_back_whole() {
    let (automation, sample) = (automation(), Sample::new(now()).unwrap());
    let event = automation.trigger.assumed_event(&sample.customer, &sample.contacts, now());
    let context = Context::new(&sample.customer, &sample.contacts, &sample.settings, now());
    let Plan::Steps(steps) = plan(&automation, &event, &context) else { panic!("it acts") };
    assert_eq!((steps.len(), effects(&steps)), (5, 3), "a skip and a wait are no effects");
    for step in &steps {
        let small = serde_json::to_string(&lean(step.clone())).unwrap();
        assert!(small.len() < 250, "{small}");
        assert_eq!(full(serde_json::from_str(&small).unwrap(), &automation), *step);
        assert!(!input(step, &automation).to_string().contains('@'));
    }
}

#[test]
fn the_result_of_a_run_is_that_of_its_steps() {
    let sample = Sample::new(now()).unwrap();
    let event = automation().trigger.assumed_event(&sample.customer, &sample.contacts, now());
    let step = |result| StepLog {
        action: 0,
        kind: "mail".to_owned(),
        input: Value::Null,
        result,
        reason: None,
        made: None,
        attempt: 1,
        at: now(),
    };
    let with = |results: &[StepResult], refused: Option<Refusal>, state: RunState| {
        let steps = results.iter().map(|result| step(*result)).collect();
        let run = Run { steps, refused, state, ..Run::new("x", 1, &event, now()) };
        // What is stored comes back.
        assert_eq!(serde_json::from_value::<Run>(json!(run)).unwrap(), run);
        run.result()
    };
    let waiting = || RunState::Waiting { action: 1, until: now() };
    let (done, skipped) = (StepResult::Done, StepResult::Skipped);
    assert_eq!(with(&[done, skipped], None, RunState::Done), RunResult::Acted);
    assert_eq!(with(&[skipped], None, RunState::Done), RunResult::Skipped);
    assert_eq!(with(&[done, StepResult::Failed], None, RunState::Done), RunResult::Failed);
    assert_eq!(with(&[done, StepResult::Waiting], None, waiting()), RunResult::Waiting);
    assert_eq!(with(&[], Some(Refusal::Conditions), RunState::Done), RunResult::Refused);
    assert_eq!(with(&[done], Some(Refusal::NoLongerTrue), RunState::Done), RunResult::Acted);
}

#[test]
fn a_look_ahead_goes_over_waits_and_ends_where_something_does_not_hold() {
    let (automation, sample) = (automation(), Sample::new(now()).unwrap());
    let event = automation.trigger.assumed_event(&sample.customer, &sample.contacts, now());
    let context = Context::new(&sample.customer, &sample.contacts, &sample.settings, now());
    let foreseen = foresee(&automation, &event, &context).unwrap().unwrap();
    let brief: Vec<(usize, u32)> = foreseen.iter().map(|each| (each.step.action_index, each.after_days)).collect();
    assert_eq!(brief, [(0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (5, 3), (6, 3), (7, 7)]);
    let last = &foreseen.last().unwrap().step.effect;
    assert!(matches!(last, Effect::Skipped { reason } if reason.contains("no longer holds")), "{last:?}");
}
