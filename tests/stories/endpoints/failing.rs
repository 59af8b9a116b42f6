//! Receivers that redirect, are silent, talk without end or want nothing more; and processes that die.

use chrono::Duration;
use http::Method;
use keepwell_aws::webhooks;
use keepwell_domain::delivery::{EndpointKind, LEASE};
use keepwell_local::cloud::faults::{Fault, FaultPlan, FaultRule};
use keepwell_local::cloud::requests::Service;
use keepwell_tests::{World, monday};
use serde_json::{Value, json};

use super::receiver::{Receiver, Then};
use super::{admin, deliveries, drafted, endpoint, next_attempt, sent, sweep_at, the_delivery, webhook};

#[tokio::test]
async fn a_redirect_is_a_failure_and_nobody_goes_where_it_leads() {
    for status in [301, 302, 303, 307, 308] {
        let world = World::new().await;
        let elsewhere = Receiver::start([]).await;
        let receiver = Receiver::start([Then::Header(status, "location", elsewhere.url())]).await;
        webhook(&world, "crm", &receiver.url()).await;
        sent(&world, "crm").await;
        let failed = the_delivery(&world, "crm").await;
        assert_eq!((&failed["state"], &failed["attempts"][0]["status"]), (&json!("retry"), &json!(status)));
        assert_eq!((receiver.connections().await, elsewhere.connections().await), (1, 0));
    }
}

/// Paused, tokio's time jumps to the next timer as soon as nothing happens, and what is on its way over a socket is nothing to
/// it. So something happens here until the condition holds, for ten seconds of real time at the most.
async fn hold_time_until(condition: impl Fn() -> bool) {
    let start = std::time::Instant::now();
    while !condition() && start.elapsed().as_secs() < 10 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_receiver_that_does_not_answer_is_left_after_15_seconds() {
    let world = World::new().await;
    let receiver = Receiver::start([Then::Silence]).await;
    webhook(&world, "crm", &receiver.url()).await;
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    tokio::join!(sent(&world, "crm"), hold_time_until(|| receiver.arrived().len() == 1));
    assert_eq!(start.elapsed().as_secs(), 15);
    let failed = the_delivery(&world, "crm").await;
    assert_eq!((&failed["state"], &failed["attempts"][0]["status"]), (&json!("retry"), &Value::Null));
    assert_eq!(failed["attempts"][0]["error"], "no answer within 15 s");
    assert!(failed["attempts"][0]["took_ms"].as_u64().unwrap() >= 15_000);
    assert_eq!(receiver.arrived().len(), 1);
}

#[tokio::test]
async fn a_silent_receiver_does_not_hold_up_the_others_and_costs_its_time_once() {
    let world = World::new().await;
    let silent = Receiver::start((0..100).map(|_| Then::Silence)).await;
    let good = Receiver::start([]).await;
    webhook(&world, "silent", &silent.url()).await;
    webhook(&world, "zebra", &good.url()).await;
    for _ in 0..20 {
        drafted(&world, "silent", EndpointKind::Webhook).await;
        drafted(&world, "zebra", EndpointKind::Webhook).await;
    }
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    let all_there = || good.arrived().len() == 20 && !silent.arrived().is_empty();
    tokio::join!(sweep_at(&world, monday()), hold_time_until(all_there));
    assert!(start.elapsed().as_secs() <= 25, "{:?}", start.elapsed());
    assert_eq!(good.arrived().len(), 20);
    assert!(silent.arrived().len() <= 4, "{}", silent.arrived().len());
}

#[tokio::test]
async fn nobody_listens() {
    let world = World::new().await;
    let port = Receiver::start([]).await.port();
    webhook(&world, "crm", &format!("http://127.0.0.1:{port}/")).await;
    tokio::task::yield_now().await;
    sent(&world, "crm").await;
    let failed = the_delivery(&world, "crm").await;
    assert_eq!(failed["state"], "retry");
    let error = failed["attempts"][0]["error"].as_str().unwrap();
    assert!(error.starts_with("no connection: ") || error.starts_with("no answer: "), "{error}");
}

#[tokio::test]
async fn of_an_answer_without_end_the_beginning_is_read() {
    let world = World::new().await;
    let receiver = Receiver::start([Then::Endless(200), Then::Endless(500)]).await;
    webhook(&world, "crm", &receiver.url()).await;
    for (state, receiver_said) in [("delivered", 200), ("retry", 500)] {
        sent(&world, "crm").await;
        let newest = deliveries(&world, "crm").await.remove(0);
        assert_eq!((&newest["state"], &newest["attempts"][0]["status"]), (&json!(state), &json!(receiver_said)));
        assert_eq!(newest["attempts"][0]["answer"], "x".repeat(200));
        world.system.local().clock().advance(Duration::seconds(1));
    }
}

#[tokio::test]
async fn a_receiver_that_answers_410_is_asked_no_more_until_a_person_wants_it() {
    let world = World::new().await;
    let receiver = Receiver::start([Then::Status(410)]).await;
    webhook(&world, "crm", &receiver.url()).await;
    let waiting = drafted(&world, "crm", EndpointKind::Webhook).await;
    sent(&world, "crm").await;
    let disabled = endpoint(&world, "crm").await;
    assert_eq!((&disabled["state"], &disabled["disabled_at"]), (&json!("disabled"), &json!("2026-03-02T08:00:00Z")));
    assert_eq!(deliveries(&world, "crm").await.iter().filter(|it| it["state"] == "dead").count(), 1);
    sweep_at(&world, monday() + Duration::days(1)).await;
    sent(&world, "crm").await;
    assert_eq!(receiver.ids().len(), 1);
    let states: Vec<_> = deliveries(&world, "crm").await.iter().map(|it| it["state"].clone()).collect();
    assert_eq!(states.iter().filter(|state| **state == "skipped").count(), 2, "{states:?}");

    admin(&world, Method::PATCH, "/v1/endpoints/crm", json!({ "state": "on" })).await.expect_status(200);
    assert_eq!(endpoint(&world, "crm").await["disabled_at"], Value::Null);
    let path = format!("/v1/endpoints/crm/deliveries/{}/redeliver", waiting.id);
    let again = admin(&world, Method::POST, &path, Value::Null).await.expect_status(200).json();
    assert_eq!(again["state"], "delivered");
}

#[tokio::test]
async fn what_is_for_an_endpoint_that_is_off_gone_or_of_another_kind_is_skipped_and_says_why() {
    let world = World::new().await;
    let receiver = Receiver::start([]).await;
    webhook(&world, "crm", &receiver.url()).await;
    let cloud = world.system.cloud();
    let other_kind = drafted(&world, "crm", EndpointKind::Slack).await;
    webhooks::deliver_all(cloud, vec![other_kind]).await.unwrap();
    assert_eq!(the_delivery(&world, "crm").await["reason"], "the endpoint takes webhooks and no messages to Slack");
    admin(&world, Method::PATCH, "/v1/endpoints/crm", json!({ "state": "off" })).await.expect_status(200);
    let key = sent(&world, "crm").await;
    let skipped = cloud.store.delivery(&key).await.unwrap().unwrap().value;
    assert_eq!(skipped.state.reason(), Some("the endpoint is off"));
    admin(&world, Method::DELETE, "/v1/endpoints/crm", Value::Null).await.expect_status(204);
    let key = sent(&world, "crm").await;
    let skipped = cloud.store.delivery(&key).await.unwrap().unwrap().value;
    assert_eq!(skipped.state.reason(), Some("the endpoint is gone"));
    assert_eq!(receiver.ids().len(), 0);
}

#[tokio::test]
async fn nothing_is_sent_any_more_about_a_customer_that_was_erased() {
    let world = World::new().await;
    let receiver = Receiver::start([Then::Status(500)]).await;
    webhook(&world, "crm", &receiver.url()).await;
    let key = sent(&world, "crm").await;
    admin(&world, Method::DELETE, "/v1/customers/acme", Value::Null).await.expect_status(204);
    sweep_at(&world, monday() + Duration::hours(1)).await;
    assert_eq!(the_delivery(&world, "crm").await["reason"], "the customer is gone");
    let path = format!("/v1/endpoints/crm/deliveries/{}/redeliver", key.id);
    let by_hand = admin(&world, Method::POST, &path, Value::Null).await.expect_status(200).json();
    assert_eq!(by_hand["state"], "skipped");
    assert_eq!(receiver.ids().len(), 1);
}

#[tokio::test]
async fn a_delivery_that_failed_ten_times_is_dead_and_can_be_sent_by_hand() {
    let world = World::new().await;
    let receiver = Receiver::start((0..10).map(|_| Then::Status(500))).await;
    webhook(&world, "crm", &receiver.url()).await;
    let key = sent(&world, "crm").await;
    for _ in 1..10 {
        let next = next_attempt(&the_delivery(&world, "crm").await);
        sweep_at(&world, next).await;
    }
    let dead = the_delivery(&world, "crm").await;
    assert_eq!((&dead["state"], &dead["next_attempt_at"]), (&json!("dead"), &Value::Null));
    let days = (world.system.now() - monday()).num_hours();
    assert!((75..84).contains(&days), "over three days: {days} h");
    sweep_at(&world, world.system.now() + Duration::days(9)).await;
    assert_eq!(receiver.ids(), vec![key.id.clone(); 10]);
    let path = format!("/v1/endpoints/crm/deliveries/{}/redeliver", key.id);
    let again = admin(&world, Method::POST, &path, Value::Null).await.expect_status(200).json();
    assert_eq!((&again["state"], again["attempts"].as_array().unwrap().len()), (&json!("delivered"), 11));
}

/// A delivery with one write that goes wrong: the claim is the first, what came of it the second.
fn nth_write(n: u64, fault: Fault) -> FaultPlan {
    FaultPlan::seeded(1).rule(FaultRule::on(Service::DynamoDb, fault).operation("TransactWriteItems").nth(n))
}

#[tokio::test]
async fn a_process_that_dies_at_any_step_loses_nothing_and_the_id_stays() {
    // (write, fault, requests before anybody looks again, requests in the end)
    let deaths = [
        (1, Fault::CrashBefore, 0, 1),
        (1, Fault::CrashAfter, 0, 1),
        (2, Fault::CrashBefore, 1, 2),
        (2, Fault::CrashAfter, 1, 1),
    ];
    for (n, fault, at_first, in_the_end) in deaths {
        let context = format!("{fault:?} at write {n}");
        let world = World::new().await;
        let receiver = Receiver::start([]).await;
        webhook(&world, "crm", &receiver.url()).await;
        let key = drafted(&world, "crm", EndpointKind::Webhook).await;
        world.system.local().faults().set(nth_write(n, fault));
        let cloud = world.system.cloud();
        let sending = webhooks::deliver_all(cloud, vec![key.clone()]);
        world.system.local().run_until_crash(sending).await.unwrap_err();
        world.system.local().faults().clear();
        assert_eq!(receiver.ids().len(), at_first, "{context}");
        if (n, at_first) == (2, 1) && in_the_end == 2 {
            // Nobody takes it from somebody who may live.
            sweep_at(&world, monday() + LEASE - Duration::milliseconds(1)).await;
            assert_eq!(receiver.ids().len(), 1, "{context}");
        }
        sweep_at(&world, monday() + LEASE).await;
        sweep_at(&world, monday() + Duration::days(1)).await;
        assert_eq!(receiver.ids(), vec![key.id.clone(); in_the_end], "{context}");
        assert_eq!(the_delivery(&world, "crm").await["state"], "delivered", "{context}");
    }
}

#[tokio::test]
async fn a_store_that_fails_after_the_request_makes_it_come_again_and_not_get_lost() {
    let world = World::new().await;
    let receiver = Receiver::start([]).await;
    webhook(&world, "crm", &receiver.url()).await;
    let key = drafted(&world, "crm", EndpointKind::Webhook).await;
    let mut plan = FaultPlan::seeded(1);
    // Every try of the second write fails: the SDK's own retries too.
    for n in 2..20 {
        plan = plan.rule(FaultRule::on(Service::DynamoDb, Fault::Unavailable).operation("TransactWriteItems").nth(n));
    }
    world.system.local().faults().set(plan);
    webhooks::deliver_all(world.system.cloud(), vec![key.clone()]).await.unwrap_err();
    world.system.local().faults().clear();
    assert_eq!(the_delivery(&world, "crm").await["state"], "claimed");
    sweep_at(&world, monday() + LEASE).await;
    assert_eq!(receiver.ids(), vec![key.id; 2]);
    let delivered = the_delivery(&world, "crm").await;
    assert_eq!(delivered["state"], "delivered");
    assert!(delivered["attempts"][0]["error"].as_str().unwrap().contains("nobody knows"), "{delivered}");
}
