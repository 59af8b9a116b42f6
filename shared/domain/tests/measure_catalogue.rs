//! Every measure of Team View and Customer View, by hand.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::needless_pass_by_value, reason = "a literal without & reads better")]
#![expect(clippy::indexing_slicing, reason = "a test that cannot go on fails")]

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use keepwell_domain::customer::{Customer, NewCustomer};
use keepwell_domain::fields::Fields;
use keepwell_domain::happiness::HappinessLevel;
use keepwell_domain::health_status::{HealthStatus, StatusRecord};
use keepwell_domain::id::{CustomerId, EmailAddress};
use keepwell_domain::measure::{HappinessInput, Inputs, MeasureValue, MeasureValues, catalogue, measure_all};
use keepwell_domain::signal::{Goal, Interaction, Survey, Ticket};
use serde_json::{Value, json};

/// A Sunday, at noon.
fn now() -> DateTime<Utc> {
    "2026-11-01T12:00:00Z".parse().unwrap()
}

fn ago(days: f64) -> DateTime<Utc> {
    now() - Duration::seconds((days * 86_400.0) as i64)
}

fn day(days_ago: u64) -> NaiveDate {
    now().date_naive() - Days::new(days_ago)
}

fn customer(fields: Value) -> Customer {
    let mut profile = json!({"name": "Acme"});
    profile.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    NewCustomer::parse(&profile).unwrap().create(CustomerId::parse("acme").unwrap(), ago(1000.0))
}

/// Reads one record as the API does.
macro_rules! read {
    ($kind:ty, $value:expr) => {{
        let value = $value;
        let mut fields = Fields::new(&value, "").unwrap();
        let record = <$kind>::read(&mut fields);
        fields.finish(record).unwrap()
    }};
}

fn number(values: &MeasureValues, id: &str) -> Option<f64> {
    assert!(catalogue().iter().any(|measure| measure.id == id), "{id}");
    match values.of(id)?.value {
        MeasureValue::Number(number) => Some(number),
        _ => None,
    }
}

fn near(left: Option<f64>, right: f64) {
    let difference = (left.unwrap() - right).abs();
    assert!(difference < 1e-9, "{left:?} is not {right}");
}

#[test]
fn a_customer_about_whom_nothing_is_known_has_no_measures() {
    let customer = customer(json!({"seats": 10}));
    let values = measure_all(&Inputs::new(now(), &customer));
    for measure in catalogue() {
        assert_eq!(values.of(measure.id), None, "{}", measure.id);
    }
}

#[test]
fn the_health_status_is_a_word_with_an_age_and_a_term_of_its_own() {
    let mut customer = customer(json!({}));
    customer.status = Some(StatusRecord {
        status: HealthStatus::Thriving,
        reason: "grows".to_owned(),
        set_by: EmailAddress::parse("ana@example.com").unwrap(),
        set_at: ago(12.5),
    });
    let values = measure_all(&Inputs::new(now(), &customer));
    let status = values.of("team.health_status").unwrap();
    assert_eq!(serde_json::to_value(&status.value).unwrap(), json!("thriving"));
    assert_eq!(status.stale_from, Some(ago(12.5) + Duration::days(30)));
    near(number(&values, "team.health_status_age_days"), 12.5);
    let before = measure_all(&Inputs::new(ago(13.0), &customer));
    assert_eq!(before.of("team.health_status"), None);
    assert_eq!(before.of("team.health_status_age_days"), None);
}

#[test]
fn a_rating_loses_half_of_its_influence_in_30_days() {
    let customer = customer(json!({}));
    let rated = |id: &str, days: f64, quality: u8| {
        read!(Interaction, json!({"id": id, "kind": "call", "at": ago(days), "quality": quality, "outcome": 4}))
    };
    let interactions = [
        rated("new", 0.5, 5),
        rated("old", 30.2, 2),
        rated("too-old", 181.0, 1),
        rated("future", -1.0, 1),
        read!(Interaction, json!({"id": "note", "kind": "note", "at": ago(0.1)})),
    ];
    let mut inputs = Inputs::new(now(), &customer);
    inputs.interactions = &interactions;
    let values = measure_all(&inputs);
    near(number(&values, "team.interaction_quality"), 4.0);
    near(number(&values, "team.interaction_outcome"), 4.0);
    near(number(&values, "team.interactions_90d"), 2.0);
    near(number(&values, "team.days_since_last_interaction"), 0.5);
    assert_eq!(values.of("team.interaction_quality").unwrap().observed_at, ago(0.5));
}

#[test]
fn goals_and_milestones_count_what_is_decided() {
    let customer = customer(json!({"renewal_on": day(0) + Days::new(45)}));
    let milestone = |due: u64, done: Option<u64>| json!({"name": "m", "due_on": day(due), "done_on": done.map(day)});
    let later = json!({"name": "later", "due_on": day(0) + Days::new(5), "done_on": null});
    let goals = [
        read!(
            Goal,
            json!({"id": "a", "name": "A", "target": 200, "actual": 50, "due_on": day(0), "milestones": [
                milestone(10, Some(12)), milestone(10, Some(10)), milestone(20, Some(3)), milestone(5, None), milestone(0, None), milestone(181, None), later,
            ]})
        ),
        read!(Goal, json!({"id": "b", "name": "B", "target": -4, "actual": -9, "due_on": day(90)})),
        read!(Goal, json!({"id": "c", "name": "C", "target": 4, "actual": 0, "due_on": day(91)})),
    ];
    let mut inputs = Inputs::new(now(), &customer);
    inputs.goals = &goals;
    let values = measure_all(&inputs);
    near(number(&values, "team.goal_progress_ratio"), 0.625);
    near(number(&values, "team.milestones_on_time_ratio"), 0.5);
    near(number(&values, "team.days_to_renewal"), 45.0);
}

#[test]
fn happiness_is_passed_on_with_the_time_of_its_newest_answer() {
    let customer = customer(json!({}));
    let mut inputs = Inputs::new(now(), &customer);
    inputs.happiness = Some(HappinessInput {
        value: 62.5,
        level: HappinessLevel::Happy,
        newest_at: ago(3.0),
        change_30d: Some(-12.5),
    });
    let values = measure_all(&inputs);
    near(number(&values, "customer.happiness"), 62.5);
    near(number(&values, "customer.happiness_change_30d"), -12.5);
    let level = values.of("customer.happiness_level").unwrap();
    assert_eq!(serde_json::to_value(&level.value).unwrap(), json!("happy"));
    assert_eq!(level.observed_at, ago(3.0));
    inputs.as_of = ago(4.0);
    assert_eq!(measure_all(&inputs).of("customer.happiness"), None);
}

#[test]
fn surveys_count_by_kind_window_and_person() {
    let customer = customer(json!({}));
    let survey = |id: &str, kind: &str, contact: Option<&str>, value: f64, days: f64| {
        let mut body = json!({"id": id, "kind": kind, "contact": contact, "value": value, "at": ago(days)});
        if kind == "custom" {
            body["scale_min"] = json!(0);
            body["scale_max"] = json!(20);
        }
        read!(Survey, body)
    };
    let surveys = [
        survey("n1", "nps", Some("ana"), 0.0, 20.0),
        survey("n2", "nps", Some("ana"), 9.0, 10.0),
        survey("n3", "nps", None, 7.0, 5.0),
        survey("n4", "nps", Some("bo"), 0.0, 181.0),
        survey("c1", "csat", Some("ana"), 5.0, 80.0),
        survey("c2", "csat", Some("ana"), 2.0, 1.0),
        survey("c3", "csat", None, 1.0, 90.0),
        survey("e1", "ces", None, 7.0, 2.0),
        survey("x1", "custom", None, 10.0, 2.0),
        survey("x2", "custom", None, 0.0, -2.0),
    ];
    let mut inputs = Inputs::new(now(), &customer);
    inputs.surveys = &surveys;
    let values = measure_all(&inputs);
    near(number(&values, "customer.nps"), 50.0);
    near(number(&values, "customer.csat"), 62.5);
    near(number(&values, "customer.survey_score"), 75.0);
    assert_eq!(values.of("customer.nps").unwrap().observed_at, ago(5.0));
}

#[test]
fn tickets_count_by_seat_severity_and_time() {
    let customer = customer(json!({"seats": 20}));
    let ticket = |id: &str,
                  severity: &str,
                  opened: f64,
                  answered: Option<f64>,
                  closed: Option<f64>,
                  escalated: bool| {
        read!(
            Ticket,
            json!({"id": id, "severity": severity, "opened_at": ago(opened), "first_response_at": answered.map(ago), "closed_at": closed.map(ago), "escalated": escalated})
        )
    };
    let tickets = [
        ticket("a", "critical", 9.0, Some(8.5), None, true),
        ticket("b", "critical", 12.0, Some(11.0), Some(2.0), true),
        ticket("c", "low", 1.0, None, None, false),
        ticket("d", "high", 40.0, Some(38.0), Some(36.0), false),
        ticket("e", "critical", 100.0, Some(99.0), Some(98.0), true),
        ticket("f", "critical", -1.0, None, None, true),
    ];
    let mut inputs = Inputs::new(now(), &customer);
    inputs.tickets = &tickets;
    let values = measure_all(&inputs);
    for (id, expected) in [
        ("tickets.opened_30d_per_10_seats", 1.5),
        ("tickets.open_weighted", 9.0),
        ("tickets.oldest_open_critical_days", 9.0),
        ("tickets.median_first_response_hours_90d", 24.0),
        ("tickets.median_resolution_hours_90d", 168.0),
        ("tickets.escalations_90d", 2.0),
    ] {
        near(number(&values, id), expected);
    }
    assert_eq!(values.of("tickets.escalations_90d").unwrap().observed_at, ago(1.0));
    // Three days ago "b" was open still, and not yet the newest thing that happened.
    inputs.as_of = ago(3.0);
    near(number(&measure_all(&inputs), "tickets.oldest_open_critical_days"), 9.0);
    near(number(&measure_all(&inputs), "tickets.median_resolution_hours_90d"), 96.0);
}

#[test]
fn quiet_times_after_tickets_are_known_to_be_quiet() {
    let customer = customer(json!({"seats": 20}));
    let tickets = [read!(Ticket, json!({"id": "a", "opened_at": ago(200.0), "closed_at": ago(190.0)}))];
    let mut inputs = Inputs::new(now(), &customer);
    inputs.tickets = &tickets;
    let values = measure_all(&inputs);
    for id in ["tickets.opened_30d_per_10_seats", "tickets.open_weighted", "tickets.oldest_open_critical_days"] {
        near(number(&values, id), 0.0);
        assert_eq!(values.of(id).unwrap().observed_at, ago(190.0));
    }
    assert_eq!(number(&values, "tickets.median_resolution_hours_90d"), None);
}
