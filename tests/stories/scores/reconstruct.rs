//! What is reconstructed of a past day is what was stored on it.

use chrono::{DateTime, Duration};
use http::Method;
use keepwell_aws::http::Role;
use keepwell_domain::backtest::reconstruct::{Reconstruction, Records, UNDATED};
use keepwell_domain::id::CustomerId;
use keepwell_domain::measure::{MeasureValues, Resolved};
use keepwell_tests::World;
use serde_json::{Value, json};

use super::use_on;

async fn send(world: &World, path: &str, item: Value) {
    world.call_as(Role::Csm, Method::POST, path).json(&json!([item])).send().await.expect_status(200);
    world.settle().await;
}

/// What happens to a customer on a day: use, a meeting, a ticket that is closed a week later, a survey, a message; sent at once.
async fn busy_day(world: &World, number: i64) {
    let ago = |hours: i64| world.system.now() - Duration::hours(hours);
    use_on(world, "acme", 1).await;
    let meeting = json!({ "id": format!("m{number}"), "customer": "acme", "kind": "meeting", "at": ago(2), "quality": 1 + number % 5,
        "outcome": 3, "notes": "They are happy with the reports." });
    send(world, "/v1/interactions", meeting).await;
    let ticket = |id: i64, closed: Option<DateTime<chrono::Utc>>, opened: DateTime<chrono::Utc>| json!({ "id": format!("t{id}"), "customer": "acme", "severity": "high", "opened_at": opened, "closed_at": closed });
    send(world, "/v1/tickets", ticket(number, None, ago(3))).await;
    if number > 0 {
        send(world, "/v1/tickets", ticket(number - 1, Some(ago(1)), ago(3 + 24 * 7))).await;
    }
    send(world, "/v1/surveys", json!({ "id": format!("s{number}"), "customer": "acme", "kind": "csat", "value": 1 + number % 5, "at": ago(1) })).await;
    send(
        world,
        "/v1/messages",
        json!({ "id": format!("w{number}"), "customer": "acme", "at": ago(1), "text": "This is great, thank you!" }),
    )
    .await;
    world.set_status("acme", if number % 2 == 0 { "healthy" } else { "steady" }).await;
}

/// What can be reconstructed.
fn dated(mut measures: MeasureValues) -> MeasureValues {
    for id in UNDATED {
        measures.set(Resolved::find(id).unwrap(), None);
    }
    measures
}

#[tokio::test]
async fn what_is_reconstructed_of_a_past_day_is_what_was_stored_on_it() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let mut busy_days = Vec::new();
    for number in 0..5 {
        world.advance(Duration::days(7)).await;
        busy_day(&world, number).await;
        busy_days.push(world.system.now().date_naive());
    }
    world.advance(Duration::days(7)).await;
    // The churn, and what comes with it.
    world
        .change(Method::PATCH, "/v1/customers/acme", "/v1/customers/acme", json!({ "seats": 0 }))
        .await
        .expect_status(200);
    send(
        &world,
        "/v1/outcomes",
        json!({ "id": "o1", "customer": "acme", "kind": "churned", "on": world.system.now().date_naive() }),
    )
    .await;

    let store = &world.system.cloud().store;
    let id = CustomerId::parse("acme").unwrap();
    let (now, start) = (world.system.now(), DateTime::UNIX_EPOCH);
    let customer = store.customer(&id).await.unwrap().unwrap().value;
    let settings = store.settings().await.unwrap().value;
    let signals = store.all_signals(&id).await.unwrap();
    let status_changes = store.status_changes(&id, start, now).await.unwrap();
    let usage = store.usage(&id, start.date_naive(), now.date_naive()).await.unwrap();
    let records = Records {
        customer: &customer,
        settings: &settings,
        status_changes: &status_changes,
        usage: &usage,
        interactions: &signals.interactions,
        tickets: &signals.tickets,
        surveys: &signals.surveys,
        goals: &signals.goals,
        opportunities: &signals.opportunities,
        messages: &signals.messages,
        answers: &signals.answers,
    };
    let reconstruction = Reconstruction::new(records, start.date_naive());
    let snapshots = store.score_snapshots(&id, start, now).await.unwrap();
    let mut compared = 0;
    // Usage is kept by day: on a busy day itself, a point may have seen half of it.
    for stored in snapshots.iter().filter(|stored| !busy_days.contains(&stored.point.at.date_naive())) {
        let reconstructed = reconstruction.at(stored.point.at).unwrap();
        let then = dated(stored.measures.clone());
        let (now, then): (Vec<_>, Vec<_>) = (reconstructed.known().collect(), then.known().collect());
        assert_eq!(now, then, "at {}", stored.point.at);
        compared += usize::from(then.len() >= 15);
    }
    assert!(compared >= 5, "{compared} of {} points say enough", snapshots.len());
}
