//! The renewal comes near.

use chrono::Duration;
use serde_json::{Value, json};

use super::{RENEWAL, begun, churn, customer, day, days, entry, later, patch, tasks, told};

#[tokio::test]
async fn a_renewal_is_told_of_90_and_30_days_before_and_no_more() {
    let world = begun().await;
    let on = day(&world, 100);
    customer(&world, "acme", json!({ "renewal_on": on })).await;
    later(&world, 9).await;
    world.advance(Duration::days(2)).await;
    later(&world, 58).await;
    world.advance(Duration::days(2)).await;
    later(&world, 50).await;
    let told = told(&world, RENEWAL);
    let data = |days: i64| json!({ "renewal_on": on, "days": days });
    let of = |at: &str, days: i64| (at.to_owned(), "acme".to_owned(), data(days));
    // 2 March and 100 days is 10 June; both at midnight.
    assert_eq!(told, [of("2026-03-12T00:00:00Z", 90), of("2026-05-11T00:00:00Z", 30)]);
    let titles: Vec<Value> =
        tasks(&world, "acme", "renewal-90").await.iter().map(|task| task["title"].clone()).collect();
    assert_eq!(titles, ["Prepare the renewal of acme Ltd on 10 June 2026"]);
    assert_eq!(tasks(&world, "acme", "renewal-30").await.len(), 1);
    let mails = world.mails_to("csm@keepwell.example");
    assert_eq!(mails.iter().filter(|mail| mail.subject == "acme Ltd: renewal on 10 June 2026").count(), 1);
}

#[tokio::test]
async fn of_a_renewal_that_is_near_already_only_the_nearest_wait_is_told() {
    let world = begun().await;
    customer(&world, "in20", json!({ "renewal_on": day(&world, 20) })).await;
    customer(&world, "in60", json!({ "renewal_on": day(&world, 60) })).await;
    customer(&world, "today", json!({ "renewal_on": day(&world, 0) })).await;
    customer(&world, "past", json!({ "renewal_on": day(&world, -1) })).await;
    customer(&world, "far", json!({ "renewal_on": day(&world, 1_000) })).await;
    customer(&world, "none", json!({})).await;
    world.advance(Duration::hours(1)).await;
    let waits = |id: &str| days(&world, RENEWAL, id);
    assert_eq!([waits("in20"), waits("in60"), waits("today")], [vec![30], vec![90], vec![30]]);
    assert_eq!([waits("past"), waits("far"), waits("none")], [vec![0; 0], vec![], vec![]]);
    world.advance(Duration::days(3)).await;
    assert_eq!(told(&world, RENEWAL).len(), 3);
}

#[tokio::test]
async fn a_renewal_that_is_moved_is_another_one_and_one_that_is_moved_back_is_not() {
    let world = begun().await;
    let (near, far) = (day(&world, 20), day(&world, 200));
    customer(&world, "acme", json!({ "renewal_on": near })).await;
    world.advance(Duration::hours(1)).await;
    patch(&world, "acme", json!({ "renewal_on": far })).await;
    world.advance(Duration::hours(1)).await;
    assert_eq!(days(&world, RENEWAL, "acme"), [30]);
    patch(&world, "acme", json!({ "renewal_on": near })).await;
    world.advance(Duration::hours(2)).await;
    assert_eq!(days(&world, RENEWAL, "acme"), [30], "the same renewal");
    patch(&world, "acme", json!({ "renewal_on": day(&world, 25) })).await;
    world.advance(Duration::hours(2)).await;
    assert_eq!(days(&world, RENEWAL, "acme"), [30, 30]);
    assert_eq!(tasks(&world, "acme", "renewal-30").await.len(), 1, "the cool-down keeps it quiet");
}

#[tokio::test]
async fn without_a_reason_nothing_waits_in_the_index() {
    let world = begun().await;
    customer(&world, "acme", json!({ "renewal_on": day(&world, 95) })).await;
    assert!(entry(&world, "acme", "renewal").await.is_some());
    patch(&world, "acme", json!({ "renewal_on": null })).await;
    assert_eq!(entry(&world, "acme", "renewal").await, None);

    customer(&world, "left", json!({ "renewal_on": day(&world, 95) })).await;
    churn(&world, "left").await;
    assert_eq!(entry(&world, "left", "renewal").await, None);
    assert_eq!(entry(&world, "left", "contact").await, None);

    customer(&world, "gone", json!({ "renewal_on": day(&world, 95) })).await;
    let erase = world.call_as(keepwell_aws::http::Role::Admin, http::Method::DELETE, "/v1/customers/gone");
    let _ = erase.send().await.expect_status(204);
    assert_eq!(entry(&world, "gone", "renewal").await, None);

    later(&world, 20).await;
    assert!(told(&world, RENEWAL).is_empty());
}

#[tokio::test]
async fn many_renewals_are_told_of_in_order_when_the_clock_is_turned_once() {
    let world = begun().await;
    for (id, ahead) in [("c", 95), ("a", 92), ("b", 33), ("d", 118)] {
        customer(&world, id, json!({ "renewal_on": day(&world, ahead) })).await;
    }
    world.advance(Duration::hours(1)).await;
    for _ in 0..30 {
        later(&world, 1).await;
    }
    let order: Vec<(String, i64)> =
        told(&world, RENEWAL).into_iter().map(|(_, of, data)| (of, data["days"].as_i64().unwrap())).collect();
    // The first hour tells of what is within 90 days already.
    let expected = [("b", 90), ("a", 90), ("b", 30), ("c", 90), ("d", 90)];
    assert_eq!(order, expected.map(|(of, days)| (of.to_owned(), days)));
}

#[tokio::test]
async fn nothing_changes_in_the_index_when_the_day_does_not() {
    let world = begun().await;
    customer(&world, "acme", json!({ "renewal_on": day(&world, 200) })).await;
    world.advance(Duration::hours(1)).await;
    let key = keepwell_aws::store::keys::due(&keepwell_domain::id::CustomerId::parse("acme").unwrap(), "renewal");
    let revision = || async { world.system.cloud().store.due(&key).await.unwrap().unwrap().revision };
    let before = revision().await;
    patch(&world, "acme", json!({ "plan": "Pro" })).await;
    world.set_status("acme", "steady").await;
    world.advance(Duration::days(2)).await;
    assert_eq!(revision().await, before);
}
