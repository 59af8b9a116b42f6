//! What is told of a ticket: that it was opened, that it was escalated, once each.

use chrono::{DateTime, Duration, Utc};
use keepwell_tests::{World, monday};
use serde_json::{Value, json};

use super::{results, send};
use crate::imports::import;

/// The tickets that the events of a type name, in the order of the customer's events.
fn told(world: &World, detail_type: &str) -> Vec<String> {
    let mut events = world.system.local().bus().events();
    events.sort_by_key(|event| event.detail["aggregate_version"].as_u64());
    let of_type = events.iter().filter(|event| event.detail_type == detail_type);
    of_type.map(|event| event.detail["data"]["ticket"].as_str().expect("a ticket").to_owned()).collect()
}

const OPENED: &str = "ticket.opened.v1";
const ESCALATED: &str = "ticket.escalated.v1";

fn ticket(id: &str, opened_at: DateTime<Utc>, escalated: bool) -> Value {
    json!({ "id": id, "customer": "acme", "severity": "high", "opened_at": opened_at, "escalated": escalated })
}

async fn world() -> World {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    world
}

#[tokio::test]
async fn young_open_tickets_are_told_of_and_old_or_closed_ones_are_not() {
    let world = world().await;
    let ago = |hours| monday() - Duration::hours(hours);
    let mut closed = ticket("closed", ago(5), true);
    closed["closed_at"] = json!(ago(1));
    let tickets =
        json!([ticket("new", ago(1), false), ticket("hot", ago(2), true), ticket("old", ago(24 * 8), true), closed]);
    send(&world, "/v1/tickets", tickets.clone()).await;
    world.settle().await;
    assert_eq!(told(&world, OPENED), ["new", "hot"]);
    assert_eq!(told(&world, ESCALATED), ["hot"]);
    let events = world.system.local().bus().events();
    let is_new = |data: &Value| *data == json!({ "ticket": "new", "severity": "high" });
    let opened = events.iter().find(|event| event.detail_type == OPENED && is_new(&event.detail["data"])).unwrap();
    assert_eq!(opened.detail["customer_id"], "acme");

    let again = send(&world, "/v1/tickets", tickets).await;
    assert_eq!(results(&again), ["unchanged"; 4]);
    world.settle().await;
    assert_eq!(told(&world, OPENED).len(), 2);
    assert_eq!(told(&world, ESCALATED).len(), 1);
}

#[tokio::test]
async fn an_escalation_is_told_of_once_even_when_an_old_file_takes_it_back() {
    let world = world().await;
    let opened = monday() - Duration::days(30);
    for escalated in [false, true, false, true] {
        send(&world, "/v1/tickets", json!([ticket("t1", opened, escalated)])).await;
        world.settle().await;
    }
    assert_eq!(told(&world, OPENED), [""; 0], "it was old when it came");
    assert_eq!(told(&world, ESCALATED), ["t1"]);
}

#[tokio::test]
async fn a_file_of_tickets_tells_the_same_as_an_array() {
    let world = world().await;
    let csv = "id,customer,severity,opened_at,escalated\n\
        a,acme,critical,2026-03-01T08:00:00Z,true\n\
        b,acme,low,2025-03-01T08:00:00Z,true\n";
    import(&world, "tickets", csv).await;
    import(&world, "tickets", csv).await;
    world.settle().await;
    assert_eq!(told(&world, OPENED), ["a"]);
    assert_eq!(told(&world, ESCALATED), ["a"]);
    let _ = import(&world, "tickets?dry_run=true", "id,customer,opened_at\nc,acme,2026-03-01T08:00:00Z\n").await;
    world.settle().await;
    assert_eq!(told(&world, OPENED), ["a"], "a dry run tells nothing");
}

#[tokio::test]
async fn the_same_ticket_from_several_senders_at_once_is_told_of_once() {
    let world = world().await;
    let tickets = json!([ticket("t1", monday() - Duration::hours(1), true)]);
    let sending = || send(&world, "/v1/tickets", tickets.clone());
    let (a, b, c, d) = tokio::join!(sending(), sending(), sending(), sending());
    world.settle().await;
    assert_eq!([a, b, c, d].iter().filter(|answer| results(answer) == ["created"]).count(), 1);
    assert_eq!(told(&world, OPENED), ["t1"]);
    assert_eq!(told(&world, ESCALATED), ["t1"]);
}

#[tokio::test]
async fn more_tickets_than_one_transaction_holds_are_all_told_of() {
    let world = world().await;
    let tickets: Vec<Value> =
        (0..60).map(|n| ticket(&format!("t{n:02}"), monday() - Duration::hours(1), true)).collect();
    send(&world, "/v1/tickets", Value::from(tickets)).await;
    world.settle().await;
    assert_eq!(told(&world, OPENED).len(), 60);
    assert_eq!(told(&world, ESCALATED).len(), 60);
}
