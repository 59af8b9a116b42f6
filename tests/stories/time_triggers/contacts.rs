//! Nobody meets the customer.

use chrono::Duration;
use keepwell_tests::monday;
use serde_json::{Value, json};

use super::{CONTACT, begun, churn, customer, days, later, meet, send, tasks, told};

#[tokio::test]
async fn after_30_days_without_a_meeting_the_owner_is_told_once() {
    let world = begun().await;
    customer(&world, "acme", json!({})).await;
    later(&world, 10).await;
    meet(&world, "acme", monday() + Duration::days(9)).await;
    later(&world, 28).await;
    assert!(told(&world, CONTACT).is_empty(), "38 days after the creation, 29 after the meeting");
    world.advance(Duration::days(2)).await;
    later(&world, 60).await;
    let expected = json!({ "last_met_at": "2026-03-11T08:00:00Z", "days": 30 });
    assert_eq!(told(&world, CONTACT), [("2026-04-10T08:00:00Z".to_owned(), "acme".to_owned(), expected)]);
    let made = tasks(&world, "acme", "no-contact-30").await;
    assert_eq!(made.len(), 1);
    let detail = made[0]["detail"].as_str().unwrap();
    assert!(detail.starts_with("The last meeting, call or mail was on 11 March 2026. Write or call"), "{detail}");
}

#[tokio::test]
async fn who_was_never_met_counts_from_its_creation() {
    let world = begun().await;
    customer(&world, "acme", json!({})).await;
    later(&world, 31).await;
    assert_eq!(days(&world, CONTACT, "acme"), [30]);
    assert_eq!(told(&world, CONTACT)[0].2["last_met_at"], Value::Null);
    let made = tasks(&world, "acme", "no-contact-30").await;
    assert!(made[0]["detail"].as_str().unwrap().starts_with("No meeting, call or mail with them is on record yet."));
}

#[tokio::test]
async fn each_silence_is_told_of_and_a_note_does_not_end_one() {
    let world = begun().await;
    customer(&world, "acme", json!({})).await;
    later(&world, 31).await;
    meet(&world, "acme", world.system.now()).await;
    let note = json!([{ "id": "n1", "customer": "acme", "kind": "note", "at": monday() + Duration::days(40) }]);
    later(&world, 20).await;
    send(&world, "/v1/interactions", note).await;
    later(&world, 11).await;
    assert_eq!(days(&world, CONTACT, "acme"), [30, 30]);
}

#[tokio::test]
async fn a_meeting_that_is_taken_back_ends_nothing() {
    let world = begun().await;
    customer(&world, "acme", json!({})).await;
    let meeting = |at| json!([{ "id": "i1", "customer": "acme", "kind": "call", "at": at }]);
    later(&world, 40).await;
    assert_eq!(days(&world, CONTACT, "acme"), [30]);
    send(&world, "/v1/interactions", meeting(world.system.now())).await;
    // It was long ago: the silence is 45 days old all of a sudden.
    send(&world, "/v1/interactions", meeting(monday() - Duration::days(5))).await;
    world.advance(Duration::hours(1)).await;
    assert_eq!(days(&world, CONTACT, "acme"), [30, 30]);
    assert_eq!(told(&world, CONTACT)[1].2["last_met_at"], "2026-02-25T08:00:00Z");
}

#[tokio::test]
async fn a_meeting_that_is_planned_counts_when_it_has_been() {
    let world = begun().await;
    customer(&world, "acme", json!({})).await;
    meet(&world, "acme", monday() + Duration::days(20)).await;
    later(&world, 20).await;
    // The night remembers it.
    world.advance(Duration::days(1)).await;
    later(&world, 28).await;
    assert!(told(&world, CONTACT).is_empty());
    world.advance(Duration::days(2)).await;
    assert_eq!(told(&world, CONTACT)[0].2["last_met_at"], "2026-03-22T08:00:00Z");
}

#[tokio::test]
async fn who_left_is_not_missed() {
    let world = begun().await;
    customer(&world, "acme", json!({})).await;
    later(&world, 10).await;
    churn(&world, "acme").await;
    later(&world, 60).await;
    assert!(told(&world, CONTACT).is_empty());
}
