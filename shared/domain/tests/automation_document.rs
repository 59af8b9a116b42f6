//! The automation document: the shipped ones, the round trip, and every problem with its place.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

use std::collections::BTreeSet;
use std::path::Path;

use keepwell_domain::automation::action::{Action, MailContent, MailTo};
use keepwell_domain::automation::trigger::Trigger;
use keepwell_domain::automation::{Automation, CoolDown, shipped};
use keepwell_domain::contact::Role;
use keepwell_domain::health_status::HealthStatus;
use serde_json::{Value, json};

fn find(id: &str) -> Automation {
    shipped().into_iter().find(|automation| automation.id == id).unwrap()
}

#[test]
fn every_file_of_the_folder_is_shipped_switched_on_under_its_own_name() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("automations");
    let mut files = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let automation =
            Automation::from_yaml(&text).unwrap_or_else(|problems| panic!("{}: {problems}", path.display()));
        assert_eq!(path.file_stem().unwrap().to_str().unwrap(), automation.id);
        assert!(automation.on, "{}", automation.id);
        assert!(!automation.description.is_empty(), "{}", automation.id);
        files.insert(automation.id);
    }
    let ids: BTreeSet<_> = shipped().into_iter().map(|automation| automation.id).collect();
    assert_eq!(ids, files);
    assert_eq!(shipped().len(), ids.len(), "no id twice");
}

#[test]
fn struggling_writes_to_the_decision_maker_and_gives_the_owner_a_high_task() {
    let automation = find("status-struggling");
    assert_eq!(automation.trigger, Trigger::HealthStatusChanged { from: vec![], to: vec![HealthStatus::Struggling] });
    assert!(matches!(
        automation.actions.as_slice(),
        [Action::Mail { to: MailTo::Role(Role::DecisionMaker), .. }, Action::Task { .. }]
    ));
}

#[test]
fn each_status_has_one_shipped_automation_with_a_mail_template_of_its_name() {
    for status in HealthStatus::ALL {
        let automation = find(&format!("status-{status}"));
        assert_eq!(automation.trigger, Trigger::HealthStatusChanged { from: vec![], to: vec![*status] });
        let mails = |action: &Action| matches!(action, Action::Mail { content: MailContent::Template { template }, .. } if *template == automation.id);
        assert!(automation.actions.iter().any(mails), "{status}");
    }
}

#[test]
fn an_advocate_is_asked_at_most_once_in_180_days() {
    assert_eq!(find("insight-advocate").cool_down, Some(CoolDown { times: 1, days: 180 }));
}

#[test]
fn yaml_and_json_round_trips_lose_nothing() {
    for automation in shipped() {
        let yaml = automation.to_yaml().unwrap();
        assert_eq!(Automation::from_yaml(&yaml).unwrap(), automation, "{yaml}");
        let json = serde_json::to_value(&automation).unwrap();
        assert_eq!(serde_json::from_value::<Automation>(json).unwrap(), automation);
    }
}

#[test]
fn the_yaml_of_an_automation_reads_well() {
    let mut document = full();
    document["conditions"] = json!({ "all": [
        { "field": "plan", "in": ["Enterprise", "on"] },
        { "none": [{ "field": "attributes.pilot", "in": [true] }] },
        { "field": "measure.usage.active_days_28d", "less_than": 3 },
        { "any": [{ "field": "dimension.team_view", "at_least": 60.5 }, { "field": "owner", "known": false }] },
    ]});
    let automation = Automation::parse(&document).unwrap();
    insta::assert_snapshot!(automation.to_yaml().unwrap());
    assert_eq!(Automation::from_yaml(&automation.to_yaml().unwrap()).unwrap(), automation);
}

fn full() -> Value {
    json!({
        "format": 1, "id": "my-own", "name": "My own", "description": "Two\nlines", "on": false,
        "trigger": { "health_status_changed": { "from": ["healthy"], "to": ["steady", "struggling"] } },
        "cool_down": { "times": 2, "days": 30 },
        "actions": [
            { "mail": { "template": "status-steady", "to": { "role": "champion" } } },
            { "mail": { "template": "churn-risk-alert", "to": "owner_and_manager" } },
            { "task": { "title": "Call {{ customer.name }}", "priority": "low", "due_in_working_days": 3, "assignee": "owner" } },
        ],
    })
}

/// The problems of `document`, one per line.
fn problems(document: &Value) -> String {
    Automation::parse(document).unwrap_err().to_string().replace("; ", "\n")
}

#[test]
fn every_problem_is_named_with_its_place() {
    let document = json!({
        "format": 2, "id": "Not A Slug", "name": "two\nlines", "on": "yes", "colour": "red",
        "trigger": { "health_status_changed": { "from": [], "to": ["steady", "steady"], "by": "me" } },
        "conditions": { "all": [{ "field": "shoe_size", "in": ["a"] }, { "any": [] }, { "field": "plan", "in": [[]] }] },
        "cool_down": { "times": 0 },
        "actions": [
            { "mail": { "template": "", "to": "everybody" } },
            { "task": { "title": "", "priority": "vital", "due_in_working_days": -1 } },
            { "fax": {} },
            { "mail": {}, "task": {} },
        ],
    });
    insta::assert_snapshot!(problems(&document));
}

#[test]
fn what_is_missing_is_named() {
    insta::assert_snapshot!(problems(&json!({})));
}

#[test]
fn unknown_and_half_read_triggers_are_refused() {
    for (trigger, problem) in [
        (json!("happiness_dropped"), "/trigger: must be an object with one key, the trigger"),
        (json!({ "moon_phase": {} }), "/trigger: \"moon_phase\" is not a known trigger"),
        (json!({ "insight_changed": {} }), "/trigger/insight_changed/to: is required"),
        (json!({ "feedback_answered": { "rating": [] } }), "/trigger/feedback_answered/rating: must name at least one"),
        (json!({ "happiness_dropped": { "by": 3 } }), "/trigger/happiness_dropped/by: is not a known field"),
        (json!({ "happiness_dropped": [] }), "/trigger/happiness_dropped: must be a JSON object"),
    ] {
        let mut document = full();
        document["trigger"] = trigger;
        let found = problems(&document);
        assert!(found.starts_with(problem), "{found}");
    }
}

#[test]
fn conditions_nested_without_end_are_refused() {
    let mut condition = json!({ "field": "plan", "in": ["Pro"] });
    for _ in 0..100 {
        condition = json!({ "all": [condition] });
    }
    let mut document = full();
    document["conditions"] = condition;
    assert!(problems(&document).ends_with("must not be nested deeper than 5 levels"));
}

#[test]
fn a_yaml_mistake_is_told_with_its_line() {
    let problem = Automation::from_yaml("format: 1\nid: [\n").unwrap_err().to_string();
    assert!(problem.contains("line 2") || problem.contains("line 3"), "{problem}");
    let twice = Automation::from_yaml("format: 1\nformat: 1\n").unwrap_err().to_string();
    assert!(twice.contains("duplicate"), "{twice}");
}

#[test]
fn yaml_words_that_look_like_booleans_stay_words() {
    let mut document = full();
    document["on"] = json!(true);
    document["conditions"] = json!({ "field": "country", "in": ["NO"] });
    let yaml = Automation::parse(&document).unwrap().to_yaml().unwrap();
    let unquoted = yaml.replace("\"NO\"", "NO").replace("'NO'", "NO");
    assert_eq!(
        serde_json::to_value(Automation::from_yaml(&unquoted).unwrap()).unwrap()["conditions"]["in"],
        json!(["NO"])
    );
}
