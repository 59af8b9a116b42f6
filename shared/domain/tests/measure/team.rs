//! Team View, by hand.

use chrono::{Days, Duration};
use keepwell_domain::health_status::{HealthStatus, StatusRecord};
use keepwell_domain::id::EmailAddress;
use keepwell_domain::measure::{Inputs, measure_all};
use keepwell_domain::signal::{Goal, Interaction};
use serde_json::json;

use super::given::{ago, customer, day, inputs, near, now, number, read};

#[test]
fn the_health_status_is_a_word_with_an_age_and_a_term_of_its_own() {
    let mut customer = customer(json!({}));
    customer.status = Some(StatusRecord {
        status: HealthStatus::Thriving,
        reason: "grows".to_owned(),
        set_by: EmailAddress::parse("ana@example.com").unwrap(),
        set_at: ago(12.5),
    });
    let values = measure_all(&inputs(&customer));
    let status = values.of("team.health_status").unwrap();
    assert_eq!(serde_json::to_value(&status.value).unwrap(), json!("thriving"));
    assert_eq!(status.stale_from, Some(ago(12.5) + Duration::days(30)));
    near(number(&values, "team.health_status_age_days"), 12.5);
    let before = measure_all(&Inputs { as_of: ago(13.0), ..inputs(&customer) });
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
    let mut inputs = inputs(&customer);
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
    let mut inputs = inputs(&customer);
    inputs.goals = &goals;
    let values = measure_all(&inputs);
    near(number(&values, "team.goal_progress_ratio"), 0.625);
    near(number(&values, "team.milestones_on_time_ratio"), 0.5);
    near(number(&values, "team.days_to_renewal"), 45.0);
}

#[test]
fn the_sentiment_of_notes_loses_half_of_its_influence_in_30_days() {
    let customer = customer(json!({}));
    let note = |id: &str, days: f64, notes: &str| {
        read!(Interaction, json!({"id": id, "kind": "note", "at": ago(days), "notes": notes}))
    };
    let heard = |interaction: Interaction, sentiment: f64| Interaction { sentiment: Some(sentiment), ..interaction };
    let interactions = [
        heard(note("new", 0.0, "x"), 0.8),
        heard(note("old", 30.0, "x"), -0.4),
        heard(note("last", 180.0, "x"), 0.9),
        heard(note("future", -0.1, "x"), -1.0),
        note("unreadable", 1.0, "Der Termin mit dem neuen Team war sehr gut und alle sind zufrieden."),
    ];
    let mut inputs = inputs(&customer);
    inputs.interactions = &interactions;
    let values = measure_all(&inputs);
    near(number(&values, "team.interaction_sentiment"), 0.4);
    assert_eq!(values.of("team.interaction_sentiment").unwrap().observed_at, now());
    // One second less than 180 days old still counts: a 64th of today's note.
    inputs.as_of = now() - Duration::seconds(1);
    near(number(&measure_all(&inputs), "team.interaction_sentiment"), (-0.4 + 0.9 / 32.0) / (1.0 + 1.0 / 32.0));
    inputs.interactions = &interactions[4..];
    assert_eq!(number(&measure_all(&inputs), "team.interaction_sentiment"), None);
}
