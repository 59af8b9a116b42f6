//! Each message counts once, on its own day.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{Duration, SecondsFormat};
use keepwell_aws::store::signals::usage_record;
use keepwell_aws::store::{Expect, Transaction};
use keepwell_domain::id::CustomerId;
use keepwell_domain::signal::UsageEvent;
use keepwell_domain::usage::{Folded, UsageDays};
use keepwell_tests::{World, monday};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{batch, events, send, usage};

async fn world() -> World {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    world
}

fn track(id: &str, at: chrono::DateTime<chrono::Utc>) -> Value {
    let at = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    json!({ "type": "track", "userId": "u1", "event": "Login", "messageId": id, "timestamp": at,
        "context": { "groupId": "acme" } })
}

#[tokio::test]
async fn the_same_batch_again_counts_once_and_writes_nothing() {
    let world = world().await;
    let calls = json!([track("1", monday()), track("2", monday() - Duration::days(3)), track("1", monday())]);
    assert_eq!(batch(&world, calls.clone()).await["accepted"], 3);
    assert_eq!(events(&world, "acme").await, 2);
    world.settle().await;
    world.system.local().reset_requests();
    assert_eq!(batch(&world, calls).await["accepted"], 3);
    assert_eq!(world.system.local().write_count(), 0);
}

#[tokio::test]
async fn a_message_that_is_sent_again_days_later_counts_once_although_its_corrected_time_moved() {
    let world = world().await;
    let body = json!({ "batch": [track("1", monday())], "sentAt": "2026-03-02T08:00:01Z" });
    let _ = send(&world, "/v1/batch", &body).await.expect_status(200);
    world.system.local().clock().advance(Duration::days(7));
    let _ = send(&world, "/v1/batch", &body).await.expect_status(200);
    let days = usage(&world, "acme").await;
    assert_eq!(days.iter().map(|day| (day.0.as_str(), day.1)).collect::<Vec<_>>(), [("2026-03-02", 1)]);
}

#[tokio::test]
async fn a_late_event_counts_on_its_own_day() {
    let world = world().await;
    let _ = batch(&world, json!([track("1", monday() - Duration::days(30)), track("2", monday())])).await;
    let days: Vec<String> = usage(&world, "acme").await.into_iter().map(|day| day.0).collect();
    assert_eq!(days, ["2026-01-31", "2026-03-02"]);
}

#[tokio::test]
async fn a_clock_that_is_a_day_ahead_is_corrected_by_when_it_sent() {
    let world = world().await;
    let ahead = monday() + Duration::days(1);
    let sent_at = (ahead + Duration::seconds(20)).to_rfc3339();
    let body = json!({ "batch": [track("1", ahead)], "sentAt": sent_at });
    let _ = send(&world, "/v1/batch", &body).await.expect_status(200);
    assert_eq!(usage(&world, "acme").await[0].0, "2026-03-02");
    let reply = send(&world, "/v1/batch", &json!({ "batch": [track("2", ahead)] })).await.expect_status(400);
    assert!(reply.text.contains("more than an hour in the future"), "{}", reply.text);
}

#[tokio::test]
async fn messages_of_several_customers_go_each_to_its_own() {
    let world = world().await;
    world.customer_with("bolt", &[]).await;
    let mut other = track("2", monday());
    other["context"]["groupId"] = json!("bolt");
    let mut nobody = track("3", monday());
    nobody["context"]["groupId"] = json!("ghost");
    let answer = batch(&world, json!([track("1", monday()), nobody, other])).await;
    assert_eq!((&answer["accepted"], &answer["rejected"][0]["index"]), (&json!(2), &json!(1)));
    assert_eq!((events(&world, "acme").await, events(&world, "bolt").await), (1, 1));
}

#[tokio::test]
async fn messages_without_an_id_are_known_by_their_content() {
    let world = world().await;
    let mut call = track("", monday());
    let _ = batch(&world, json!([call, call])).await;
    let _ = batch(&world, json!([call])).await;
    assert_eq!(events(&world, "acme").await, 1);
    call["event"] = json!("Logout");
    let _ = batch(&world, json!([call])).await;
    assert_eq!(events(&world, "acme").await, 2);
    // Nothing tells these apart from each other but that they came.
    call.as_object_mut().unwrap().remove("timestamp");
    let _ = batch(&world, json!([call, call])).await;
    assert_eq!(events(&world, "acme").await, 4);
}

#[tokio::test]
async fn two_thousand_five_hundred_messages_fit_into_one_request_and_two_rows() {
    let world = world().await;
    let call = |n: usize| json!({ "type": "track", "userId": "u", "event": "E", "messageId": n.to_string(), "groupId": "acme" });
    let calls: Vec<Value> = (0..2_500).map(call).collect();
    world.system.local().reset_requests();
    assert_eq!(batch(&world, json!(calls)).await["accepted"], 2_500);
    assert_eq!(world.system.local().write_count(), 2, "the write key of the machine, and one transaction");
    assert_eq!(events(&world, "acme").await, 2_500);
    let _ = batch(&world, json!(calls)).await;
    assert_eq!(events(&world, "acme").await, 2_500);
}

/// A use that many days ago.
fn used(message_id: &str, days_ago: i64) -> UsageEvent {
    UsageEvent {
        message_id: message_id.to_owned(),
        at: monday() - Duration::days(days_ago),
        user: None,
        feature: None,
        count: 1,
        duration_secs: 0,
    }
}

/// Stores usage of acme as many requests would have.
async fn store(world: &World, days: UsageDays) {
    let acme = CustomerId::parse("acme").unwrap();
    for row in days.changed() {
        let mut transaction = Transaction::default();
        transaction.put(usage_record(&acme, &row.day), Expect::Absent);
        transaction.commit(&world.system.cloud().store).await.unwrap();
    }
}

#[tokio::test]
async fn a_day_that_is_full_says_so_and_other_days_go_on() {
    let world = world().await;
    let mut full = UsageDays::default();
    for n in 0..50_000 {
        assert_eq!(full.fold(&used(&n.to_string(), 0)), Folded::New);
    }
    store(&world, full).await;
    let answer = batch(
        &world,
        json!([track("new", monday()), track("new2", monday() - Duration::days(1)), track("7", monday())]),
    )
    .await;
    let full = "the day 2026-03-02 of this customer is full; send usage added up, with a count";
    assert_eq!(answer, json!({ "success": true, "accepted": 2, "rejected": [{ "index": 0, "reason": full }] }));
    assert_eq!(events(&world, "acme").await, 50_001);
}

#[tokio::test]
async fn a_message_for_each_of_many_busy_days_is_more_than_one_transaction_takes_and_is_taken() {
    let world = world().await;
    let mut full = UsageDays::default();
    for day in 0..40 {
        for n in 0..500 {
            let event = UsageEvent { user: Some(format!("{n:0200}")), ..used(&format!("{day}-{n}"), day) };
            assert_eq!(full.fold(&event), Folded::New);
        }
    }
    store(&world, full).await;
    let calls: Vec<Value> = (0..40).map(|day| track(&format!("new-{day}"), monday() - Duration::days(day))).collect();
    world.system.local().reset_requests();
    assert_eq!(batch(&world, json!(calls)).await["accepted"], 40);
    let requests = world.system.local().requests();
    let transactions = requests.iter().filter(|request| request.operation == "TransactWriteItems").count();
    assert_eq!(transactions, 3, "the write key, and two of 4 MB at most");
    assert_eq!(events(&world, "acme").await, 40 * 501);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_at_the_same_time_all_count() {
    let world = Arc::new(world().await);
    let key = world.write_key().await;
    let mut requests = JoinSet::new();
    for request in 0..6 {
        let (world, key) = (Arc::clone(&world), key.clone());
        requests.spawn(async move {
            let calls: Vec<Value> = (0..5).map(|n| track(&format!("{request}-{n}"), monday())).collect();
            let group = json!({ "type": "group", "userId": "u1", "groupId": "acme", "traits": { "plan": "Pro" } });
            let identify = json!({ "type": "identify", "userId": "u1", "traits": { "email": "ann@acme.example" } });
            let calls = [calls, vec![group, identify]].concat();
            let body = json!({ "batch": calls });
            // As an SDK does: what is answered by 503 is sent again.
            loop {
                let reply = world.call_with_key(&key, "/v1/batch").json(&body).send().await;
                match reply.status.as_u16() {
                    503 => {}
                    _ => return reply.expect_status(200).json()["accepted"].clone(),
                }
            }
        });
    }
    assert!(requests.join_all().await.iter().all(|accepted| *accepted == 7));
    assert_eq!(events(&world, "acme").await, 30);
    assert_eq!(world.get("/v1/customers/acme/contacts").await["items"].as_array().unwrap().len(), 1);
}

/// What a request with one more event costs a customer that has used the product every day: `(events a day, read units, write
/// units, bytes of the day's row)`.
async fn cost(events_a_day: usize) -> (usize, f64, f64, usize) {
    let world = world().await;
    let client = aws_sdk_dynamodb::Client::new(&world.system.local().sdk_config());
    let event = |day: i64, n: usize| {
        json!({ "type": "track", "userId": format!("4b3d7a52-user-{:03}", n % 50), "event": format!("Feature number {:02} used", n % 20),
            "messageId": format!("{day}-{n}"), "groupId": "acme", "timestamp": (monday() - Duration::days(day)).to_rfc3339() })
    };
    for day in 0..8 {
        let calls: Vec<Value> = (0..events_a_day).map(|n| event(day, n)).collect();
        for calls in calls.chunks(2_000) {
            let _ = batch(&world, json!(calls)).await;
        }
    }
    world.settle().await;
    world.system.local().reset_requests();
    let _ = batch(&world, json!([event(0, events_a_day)])).await;
    let requests = world.system.local().requests();
    let read = requests.iter().map(|request| request.read_units).sum();
    let written = requests.iter().map(|request| request.write_units).sum();
    let items = client.scan().table_name("keepwell-usage").send().await.unwrap().items.unwrap();
    let hashes = |item: &HashMap<String, AttributeValue>| {
        item["body"].as_m().unwrap()["message_hashes"].as_b().unwrap().as_ref().len()
    };
    let largest = items.iter().map(hashes).max().unwrap();
    (events_a_day, read, written, largest)
}

#[tokio::test]
async fn what_a_request_costs_is_known() {
    let mut lines = Vec::new();
    for events_a_day in [10, 100, 1_999] {
        let (events_a_day, read, written, hashes) = cost(events_a_day).await;
        assert_eq!(hashes, 8 * (events_a_day + 1), "eight bytes a message");
        lines.push(format!("{events_a_day} events a day: {read} read units, {written} write units"));
    }
    insta::assert_snapshot!("cost", lines.join("\n"));
}
