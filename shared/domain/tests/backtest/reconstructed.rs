//! What was known at a past day, from the records of today: nothing that came after the day may change it.

use chrono::{DateTime, Days, Duration, Utc};
use keepwell_domain::backtest::cases::{CaseKind, History, Source};
use keepwell_domain::backtest::reconstruct::{Reconstruction, Records, UNDATED};
use keepwell_domain::customer::{Customer, NewCustomer};
use keepwell_domain::happiness::Answer;
use keepwell_domain::health_status::{HealthStatus, StatusChange};
use keepwell_domain::id::{CustomerId, EmailAddress};
use keepwell_domain::measure::MeasureValues;
use keepwell_domain::settings::Settings;
use keepwell_domain::signal::{
    Goal, Interaction, Message, Opportunity, OpportunityOutcome, Survey, Ticket, UsageEvent,
};
use keepwell_domain::usage::UsageDay;
use serde_json::{Value, json};

use super::given::{at, before, chosen, day, snapshot};

/// Reads one record as the API does.
macro_rules! read {
    ($kind:ty, $value:expr) => {{
        let value = $value;
        let mut fields = keepwell_domain::fields::Fields::new(&value, "").unwrap();
        let record = <$kind>::read(&mut fields);
        fields.finish(record).unwrap()
    }};
}

/// The records of a customer, owned.
#[derive(Clone)]
struct Own {
    customer: Customer,
    settings: Settings,
    status_changes: Vec<StatusChange>,
    usage: Vec<UsageDay>,
    interactions: Vec<Interaction>,
    tickets: Vec<Ticket>,
    surveys: Vec<Survey>,
    goals: Vec<Goal>,
    opportunities: Vec<Opportunity>,
    messages: Vec<Message>,
    answers: Vec<Answer>,
}

/// The day that is looked at.
fn then() -> DateTime<Utc> {
    at("2026-06-30T23:59:59.999Z")
}

fn status(at: DateTime<Utc>, to: HealthStatus) -> StatusChange {
    let by = EmailAddress::parse("csm@keepwell.example").unwrap();
    StatusChange { by, at, from: None, to, reason: "we talked".to_owned() }
}

fn used(day: chrono::NaiveDate, user: &str) -> UsageDay {
    let mut usage = UsageDay::empty(day);
    let event = json!({"id": format!("{day}-{user}"), "at": day.and_hms_opt(10, 0, 0).unwrap().and_utc(), "user": user, "feature": "reports"});
    usage.fold(&read!(UsageEvent, event));
    usage
}

fn answer(request: &str, rating: &str, at: DateTime<Utc>) -> Answer {
    let answer =
        json!({"request": request, "revision": 1, "contact": "ann", "role": "champion", "rating": rating, "at": at});
    serde_json::from_value(answer).unwrap()
}

fn profile(fields: &Value) -> Customer {
    let mut profile = json!({"name": "Acme", "seats": 10, "arr_cents": 1_000_000, "renewal_on": "2026-12-31"});
    profile.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    NewCustomer::parse(&profile).unwrap().create(CustomerId::parse("acme").unwrap(), at("2025-01-01T00:00:00Z"))
}

fn records() -> Own {
    let ago = |days: i64| then() - Duration::days(days);
    let ticket = |id: &str, opened: DateTime<Utc>, closed: Option<DateTime<Utc>>| {
        read!(Ticket, json!({"id": id, "opened_at": opened, "closed_at": closed, "severity": "high"}))
    };
    Own {
        customer: profile(&json!({})),
        settings: Settings::default(),
        status_changes: vec![status(ago(70), HealthStatus::Steady), status(ago(20), HealthStatus::Healthy)],
        usage: (0..50)
            .rev()
            .map(|days| used(then().date_naive() - Days::new(days), if days % 2 == 0 { "ann" } else { "bob" }))
            .collect(),
        interactions: vec![read!(
            Interaction,
            json!({"id": "m1", "kind": "meeting", "at": ago(10), "quality": 4, "outcome": 3})
        )],
        tickets: vec![ticket("t1", ago(40), Some(ago(38))), ticket("t2", ago(5), None)],
        surveys: vec![read!(Survey, json!({"id": "s1", "kind": "csat", "value": 4, "at": ago(12)}))],
        goals: vec![read!(
            Goal,
            json!({"id": "g1", "name": "Roll out", "target": 10, "actual": 4, "due_on": "2026-08-01",
            "milestones": [{"name": "Pilot", "due_on": "2026-06-01", "done_on": "2026-05-30"}, {"name": "Half", "due_on": "2026-06-20"}]})
        )],
        opportunities: vec![
            read!(
                Opportunity,
                json!({"id": "r1", "kind": "renewal", "amount_cents": 100, "closes_on": "2026-01-31", "outcome": "won"})
            ),
            read!(
                Opportunity,
                json!({"id": "r2", "kind": "renewal", "amount_cents": 100, "closes_on": "2026-09-30", "likelihood": 80})
            ),
        ],
        messages: vec![read!(Message, json!({"id": "w1", "at": ago(3), "text": "This is great, thank you so much!"}))],
        answers: vec![answer("q1", "happy", ago(15))],
    }
}

fn measured(own: &Own) -> Option<MeasureValues> {
    let records = Records {
        customer: &own.customer,
        settings: &own.settings,
        status_changes: &own.status_changes,
        usage: &own.usage,
        interactions: &own.interactions,
        tickets: &own.tickets,
        surveys: &own.surveys,
        goals: &own.goals,
        opportunities: &own.opportunities,
        messages: &own.messages,
        answers: &own.answers,
    };
    Reconstruction::new(records, day("2025-06-01")).at(then())
}

/// Everything that can happen after the day, the churn included.
fn with_what_came_later(own: &Own) -> Own {
    let mut later = own.clone();
    let after = |days: i64| then() + Duration::milliseconds(1) + Duration::days(days);
    later.customer = profile(&json!({"seats": 0, "arr_cents": 0, "renewal_on": "2027-12-31"}));
    later.customer.churned = true;
    later.customer.status = Some((&status(after(0), HealthStatus::Struggling)).into());
    later.status_changes.push(status(after(0), HealthStatus::Struggling));
    later.usage.extend((0..30).map(|days| used(after(days).date_naive(), "eve")));
    later.interactions.push(read!(Interaction, json!({"id": "m2", "kind": "call", "at": after(1), "quality": 1, "outcome": 1, "notes": "Terrible, they are leaving."})));
    later.tickets[1].closed_at = Some(after(3));
    later.tickets[1].first_response_at = Some(after(2));
    later.tickets[1].escalated = true;
    later.tickets.push(read!(Ticket, json!({"id": "t3", "opened_at": after(0), "severity": "critical"})));
    later.surveys.push(read!(Survey, json!({"id": "s2", "kind": "csat", "value": 1, "at": after(2)})));
    later.goals[0].actual = 0.0;
    later.goals[0].milestones[1].done_on = Some(day("2026-07-15"));
    later.opportunities[1].likelihood = Some(0);
    later.opportunities[1].outcome = Some(OpportunityOutcome::Lost);
    later.opportunities.push(read!(
        Opportunity,
        json!({"id": "r3", "kind": "renewal", "amount_cents": 900, "closes_on": "2026-07-01", "outcome": "lost"})
    ));
    later.messages.push(read!(Message, json!({"id": "w2", "at": after(1), "text": "This is awful. We hate it."})));
    later.answers.push(answer("q2", "not_happy", after(1)));
    later
}

#[test]
fn nothing_that_came_after_the_day_changes_what_is_reconstructed() {
    let own = records();
    let (then, now) = (measured(&own).unwrap(), measured(&with_what_came_later(&own)).unwrap());
    assert_eq!(then, now);
    let known: Vec<&str> = then.known().map(|(id, _)| id).collect();
    // It is not the same because nothing is known.
    for id in [
        "usage.active_days_28d",
        "team.health_status",
        "team.interaction_quality",
        "team.milestones_on_time_ratio",
        "team.renewal_execution_rate_365d",
        "customer.happiness",
        "customer.csat",
        "customer.message_sentiment",
        "tickets.open_weighted",
    ] {
        assert!(known.contains(&id), "{id} is not known: {known:?}");
    }
    assert!(known.len() >= 25, "{known:?}");
}

#[test]
fn what_came_before_the_day_does_change_it() {
    let own = records();
    let mut other = own.clone();
    other.status_changes.pop();
    other.usage.pop();
    other.messages.clear();
    assert_ne!(measured(&own), measured(&other));
}

#[test]
fn what_carries_no_date_is_left_out_for_everybody() {
    let measures = measured(&records()).unwrap();
    for id in UNDATED {
        assert!(keepwell_domain::measure::catalogue().iter().any(|measure| measure.id == id), "{id} is no measure");
        assert_eq!(measures.of(id), None, "{id}");
    }
}

#[test]
fn the_status_of_then_is_that_of_the_history() {
    let value = |own: &Own| json!(measured(own).unwrap().of("team.health_status").map(|it| it.value.clone()));
    assert_eq!(value(&records()), json!("healthy"));
    let mut own = records();
    own.status_changes.remove(1);
    assert_eq!(value(&own), json!("steady"));
    own.status_changes.clear();
    assert_eq!(value(&own), Value::Null);
}

#[test]
fn days_whose_usage_is_gone_are_not_reconstructed() {
    let own = records();
    let records = Records {
        customer: &own.customer,
        settings: &own.settings,
        status_changes: &[],
        usage: &own.usage,
        interactions: &[],
        tickets: &[],
        surveys: &[],
        goals: &[],
        opportunities: &[],
        messages: &[],
        answers: &[],
    };
    assert!(Reconstruction::new(records, day("2026-05-04")).at(then()).is_some());
    assert!(Reconstruction::new(records, day("2026-05-05")).at(then()).is_none());
}

#[test]
fn what_was_stored_goes_before_what_is_reconstructed() {
    let own = records();
    let records = Records {
        customer: &own.customer,
        settings: &own.settings,
        status_changes: &own.status_changes,
        usage: &own.usage,
        interactions: &[],
        tickets: &[],
        surveys: &[],
        goals: &[],
        opportunities: &[],
        messages: &[],
        answers: &[],
    };
    let reconstruction = Reconstruction::new(records, day("2025-06-01"));
    let stored = [snapshot(before(45), &[("custom.a", 80.0)])];
    let history = History { snapshots: &stored, reconstruction: Some(&reconstruction) };
    let by_a = super::given::by_a();
    let case =
        keepwell_domain::backtest::cases::Case::new(chosen("acme", CaseKind::Churned), &history, &[30, 60], &[&by_a]);
    let sources: Vec<_> = case.known.iter().map(|known| known.as_ref().map(|known| known.source)).collect();
    assert_eq!(sources, [Some(Source::Stored), Some(Source::Reconstructed)]);
}
