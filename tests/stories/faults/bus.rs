//! `PutEvents` answers 200 and refuses some entries, or the bus is away altogether: no event is lost.

use std::collections::BTreeSet;

use chrono::Duration;
use keepwell_aws::bus::publish;
use keepwell_domain::event::{Event, Fact};
use keepwell_domain::id::CustomerId;
use keepwell_local::cloud::faults::{Fault, FaultPlan, FaultRule, RefusedEntries};
use keepwell_local::cloud::requests::Service;
use keepwell_tests::{World, monday};

use super::{add_customer, assert_at_rest, assert_struggling_once, one_customer, published, put_status, run_schedule};

fn events(count: u64) -> Vec<Event> {
    let event = |number| Event {
        event_id: format!("evt_{number}"),
        customer_id: CustomerId::parse("acme").unwrap(),
        aggregate_version: number,
        occurred_at: monday(),
        causation_id: None,
        correlation_id: "cor_1".to_owned(),
        hop: 0,
        trace: None,
        fact: Fact::CustomerChanged {},
    };
    (0..count).map(event).collect()
}

fn refuse(entries: RefusedEntries, seed: u64) -> FaultPlan {
    FaultPlan::seeded(seed).rule(FaultRule::on(Service::EventBridge, Fault::PartialPutEvents(entries)))
}

#[tokio::test]
async fn of_ten_events_exactly_those_that_the_bus_refused_are_reported_whichever_they_are() {
    let numbers = |events: Vec<Event>| events.iter().map(|event| event.aggregate_version).collect::<Vec<_>>();
    for block in 0..32 {
        let world = World::new().await;
        let mut on_the_bus = 0;
        for mask in block * 32..(block + 1) * 32 {
            world.system.local().faults().set(refuse(RefusedEntries::Mask(mask), 0));
            let outcome = publish(world.system.cloud(), events(10)).await;
            let refused = outcome.refused.into_iter().map(|(event, _)| event).collect();
            let (expect_refused, expect_accepted): (Vec<u64>, Vec<u64>) = (0..10).partition(|bit| mask >> bit & 1 == 1);
            on_the_bus += expect_accepted.len();
            assert_eq!(
                (numbers(outcome.accepted), numbers(refused)),
                (expect_accepted, expect_refused),
                "mask {mask:#b}"
            );
        }
        assert_eq!(world.system.local().bus().events().len(), on_the_bus, "masks of block {block}");
    }
}

#[tokio::test]
async fn the_stream_comes_again_from_the_first_event_that_was_refused() {
    let world = World::new().await;
    for mask in [0b0, 0b1, 0b100, 0b10_0100, 0b10_0000_0000, 0b11_1111_1111] {
        world.system.local().faults().set(refuse(RefusedEntries::Mask(mask), 0));
        let first = event_publisher_rows(&world, events(10)).await;
        let expected = (0..10).find(|bit| mask >> bit & 1 == 1);
        assert_eq!(first, expected, "mask {mask:#b}");
    }
}

async fn event_publisher_rows(world: &World, events: Vec<Event>) -> Option<usize> {
    let outbox = super::function(world, "event-publisher").outbox.clone().expect("it has the outbox stream");
    outbox(events).await
}

#[tokio::test]
async fn events_that_are_refused_half_of_the_time_all_arrive_and_act_once() {
    for seed in 1..=3 {
        let world = World::new().await;
        let customers: Vec<String> = (0..12).map(|number| format!("c{number}")).collect();
        for customer in &customers {
            add_customer(&world, customer).await;
        }
        for customer in &customers {
            let _ = put_status(&world, customer, "struggling").await.expect_status(200);
        }
        let plan = refuse(RefusedEntries::Probability(0.5), seed);
        world.system.local().faults().set(plan.clone());
        let mut rounds = 0;
        while world.system.settle().await.is_err() {
            rounds += 1;
            assert!(rounds < 100, "{plan}: does not come to rest");
        }
        assert!(rounds > 0, "{plan}: nothing was refused");
        assert_at_rest(&world, &plan.to_string()).await;
        for customer in &customers {
            assert_struggling_once(&world, customer, &plan.to_string()).await;
            assert_eq!(world.mails_to(&format!("dora@{customer}.example")).len(), 1, "{plan}: mails of {customer}");
        }
    }
}

#[tokio::test]
async fn after_36_hours_without_the_bus_every_event_arrives() {
    let world = one_customer().await;
    let bus_is_away = FaultRule::on(Service::EventBridge, Fault::Unavailable);
    world.system.local().faults().set(FaultPlan::seeded(0).rule(bus_is_away));
    let before = published(&world, None);
    let _ = put_status(&world, "acme", "struggling").await.expect_status(200);
    for hour in 1..=36 {
        world.system.local().clock().advance(Duration::hours(1));
        let swept = run_schedule(&world, "event-publisher").await;
        assert!(swept.is_err(), "hour {hour}: a sweep that publishes nothing must fail, so that an alarm sounds");
    }
    assert_eq!(published(&world, None), before, "the bus was not away");

    world.system.local().faults().clear();
    world.advance(Duration::minutes(5)).await;
    let arrived: BTreeSet<String> = published(&world, Some("health_status.changed.v1"));
    assert_eq!(arrived.len(), 1);
    assert_struggling_once(&world, "acme", "after 36 hours").await;
    assert_eq!(world.mails_to("dora@acme.example").len(), 1);
    assert_at_rest(&world, "after 36 hours").await;
}
