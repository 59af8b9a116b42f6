//! Queues deliver more than once and in any order, and a message may be poison.

use aws_sdk_eventbridge::types::PutEventsRequestEntry;
use keepwell_aws::bus::publish;
use keepwell_domain::event::Event;
use keepwell_local::cloud::faults::{FaultPlan, QueueFaults};
use keepwell_tests::World;
use serde_json::{Value, json};

use super::{add_customer, assert_at_rest, assert_struggling_once, count, put_status};

const ANY_WAY: QueueFaults =
    QueueFaults { duplicate_probability: 1.0, reorder: true, delay_probability: 0.0, delay_receives: 0 };

#[tokio::test]
async fn events_that_come_six_times_and_in_any_order_act_once() {
    for seed in 1..=3 {
        let world = World::new().await;
        let customers: Vec<String> = (0..10).map(|number| format!("c{number}")).collect();
        for customer in &customers {
            add_customer(&world, customer).await;
        }
        let plan = FaultPlan::seeded(seed).queues(ANY_WAY);
        world.system.local().faults().set(plan.clone());
        let before = world.system.local().bus().events().len();
        for customer in &customers {
            let _ = put_status(&world, customer, "struggling").await.expect_status(200);
        }
        world.settle().await;
        // The bus itself publishes twice more, and the queues double every message.
        let fresh = world.system.local().bus().events().split_off(before);
        let again: Vec<Event> =
            fresh.iter().map(|event| serde_json::from_value(event.detail.clone()).unwrap()).collect();
        for _ in 0..2 {
            assert_eq!(publish(world.system.cloud(), again.clone()).await.refused.len(), 0);
        }
        world.settle().await;
        for customer in &customers {
            assert_struggling_once(&world, customer, &plan.to_string()).await;
            assert_eq!(world.mails_to(&format!("dora@{customer}.example")).len(), 1, "{plan}: mails of {customer}");
        }
        assert_at_rest(&world, &plan.to_string()).await;
    }
}

/// Changes the status five times before anything is delivered; answers what is seen at the end.
async fn five_changes(plan: FaultPlan) -> (Value, Vec<String>, usize) {
    let world = World::new().await;
    add_customer(&world, "acme").await;
    for status in ["struggling", "steady", "healthy", "thriving", "steady"] {
        let body = json!({ "status": status, "reason": "we talked" });
        let path = "/v1/customers/acme/status";
        let _ = world.change(http::Method::PUT, path, "/v1/customers/acme", body).await.expect_status(200);
    }
    world.system.local().faults().set(plan.clone());
    world.settle().await;
    assert_at_rest(&world, &plan.to_string()).await;
    let customer = world.get("/v1/customers/acme").await;
    let standing = json!([customer["status"], customer["score"], customer["band"], customer["insight"]]);
    let tasks = world.get("/v1/tasks?customer=acme").await;
    let mut titles: Vec<String> =
        tasks["items"].as_array().unwrap().iter().map(|task| task["title"].to_string()).collect();
    titles.sort();
    (standing, titles, world.mails_to("dora@acme.example").len())
}

#[tokio::test]
async fn the_order_in_which_events_arrive_makes_no_difference() {
    let in_order = five_changes(FaultPlan::default()).await;
    assert_eq!(in_order.0[0], "steady");
    assert!(!in_order.1.is_empty(), "no change makes a task");
    for seed in 1..=20 {
        let plan = FaultPlan::seeded(seed).queues(ANY_WAY);
        assert_eq!(five_changes(plan.clone()).await, in_order, "{plan}");
    }
}

#[tokio::test]
async fn a_poison_message_goes_to_the_dead_letters_after_five_receives_and_the_others_go_on() {
    let world = World::new().await;
    add_customer(&world, "acme").await;
    let cloud = world.system.cloud();
    let poison = PutEventsRequestEntry::builder()
        .event_bus_name(&cloud.deployment.event_bus)
        .source("keepwell")
        .detail_type("health_status.changed.v1")
        .detail(r#"{ "event_id": "evt_poison", "data": "not what we publish" }"#)
        .build();
    cloud.eventbridge.put_events().entries(poison).send().await.expect("the bus takes it");
    let _ = put_status(&world, "acme", "struggling").await.expect_status(200);
    world.settle().await;

    assert_struggling_once(&world, "acme", "beside a poison message").await;
    assert_eq!(world.mails_to("dora@acme.example").len(), 1);
    let bus = world.system.local().bus();
    for consumer in ["automation-dispatch", "score-recompute"] {
        let dead = bus.dead_letters(consumer);
        assert_eq!(dead.len(), 1, "{consumer}");
        assert_eq!(dead[0].receive_count, 5, "{consumer}");
        assert!(dead[0].body.contains("evt_poison"), "{consumer}: {}", dead[0].body);
        assert_eq!(bus.depth(consumer), 0, "{consumer}");
    }
    assert_eq!(count(&world, "/v1/tasks?customer=acme").await, 1);
}
