//! Customers that were stored before Keepwell waited for anything: the next score, of the night at the latest, begins to wait.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use keepwell_tests::World;
use serde_json::json;

use super::{CONTACT, MILESTONE, RENEWAL, begun, customer, day, days, entry, later, meet, send};

const CORE: &str = "keepwell-core";

/// Takes away what a release before did not write.
async fn as_stored_before(world: &World, id: &str) {
    let client = Client::new(&world.system.local().sdk_config());
    let pk = AttributeValue::S(format!("C#{id}"));
    let query = client.query().table_name(CORE).key_condition_expression("pk = :pk");
    let found = query.expression_attribute_values(":pk", pk).send().await.unwrap();
    for item in found.items() {
        let sk = item["sk"].as_s().unwrap();
        if sk.starts_with("DUE#") {
            let key = ["pk", "sk"].map(|name| (name.to_owned(), item[name].clone()));
            client.delete_item().table_name(CORE).set_key(Some(HashMap::from(key))).send().await.unwrap();
        }
        if sk == "ROW" {
            let mut row = item.clone();
            let mut body = row["body"].as_m().unwrap().clone();
            assert!(body.remove("due").is_some());
            row.insert("body".to_owned(), AttributeValue::M(body));
            client.put_item().table_name(CORE).set_item(Some(row)).send().await.unwrap();
        }
    }
}

/// `acme`, with a renewal, a last meeting and a milestone; stored before.
async fn acme(renewal_in: i64, met_ago: i64, due_in: i64) -> World {
    let world = begun().await;
    customer(&world, "acme", json!({ "renewal_on": day(&world, renewal_in) })).await;
    meet(&world, "acme", world.system.now() - Duration::days(met_ago)).await;
    let milestones = json!([{ "name": "Pilot", "due_on": day(&world, due_in) }]);
    let goal = json!([{ "id": "g1", "customer": "acme", "name": "Roll out", "target": 1, "due_on": day(&world, 50), "milestones": milestones }]);
    send(&world, "/v1/goals", goal).await;
    as_stored_before(&world, "acme").await;
    assert_eq!(entry(&world, "acme", "renewal").await, None);
    world
}

fn all(world: &World) -> [Vec<i64>; 3] {
    [RENEWAL, CONTACT, MILESTONE].map(|detail_type| days(world, detail_type, "acme"))
}

#[tokio::test]
async fn after_a_night_everything_waits_and_the_past_stays_silent() {
    let world = acme(20, 60, -40).await;
    world.advance(Duration::days(1)).await;
    for place in ["renewal", "contact", "milestone#g1#0"] {
        let waiting = entry(&world, "acme", place).await.unwrap();
        assert!(waiting.settled_at.is_some(), "{place}");
    }
    later(&world, 10).await;
    assert_eq!(all(&world), [[0; 0]; 3]);
}

#[tokio::test]
async fn what_was_crossed_in_the_last_day_and_what_is_still_to_come_is_told_of() {
    // At two in the night: 90 days at midnight before; the meeting 30 days ago at eight; the milestone at the next midnight.
    let world = acme(91, 30, 0).await;
    world.advance(Duration::days(1)).await;
    assert_eq!(all(&world), [vec![90], vec![30], vec![1]]);
    later(&world, 61).await;
    assert_eq!(days(&world, RENEWAL, "acme"), [90, 30]);
}

#[tokio::test]
async fn a_change_before_the_night_begins_to_wait_too_and_nothing_waits_twice() {
    let world = acme(100, 5, 10).await;
    world.set_status("acme", "steady").await;
    let waiting = entry(&world, "acme", "milestone#g1#0").await.expect("the score of the change began to wait");
    world.advance(Duration::days(2)).await;
    assert_eq!(entry(&world, "acme", "milestone#g1#0").await.unwrap().due, waiting.due);
    later(&world, 30).await;
    assert_eq!(all(&world), [vec![90], vec![30], vec![1]]);
}
