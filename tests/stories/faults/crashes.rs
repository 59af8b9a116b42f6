//! The process is killed at every step of a flow, one run per step, and started again.
//!
//! A kill can only matter for what it leaves behind, and only writing requests leave something. So each flow is run once
//! undisturbed to learn its requests, then once per writing request killed before it, and once killed when it had its
//! effect: a kill before or after a read leaves the same as one of these.

use chrono::Duration;
use http::Method;
use keepwell_local::cloud::faults::FaultPlan;
use keepwell_tests::{Reply, World, feedback_path};

use super::{
    assert_at_rest, assert_mailed_at_most_once, assert_struggling_once, count, one_customer, published, put_status,
    rows, run_schedule, text,
};

/// The moments after the repetition at which the schedules run: the claim of a mail has run out (90 s), the next hour
/// has come, and nobody waits for news of a mail any more (24 h).
const SCHEDULES_AFTER_MINUTES: [i64; 3] = [5, 60, 26 * 60];

/// Something that a process does, and a client or schedule repeats when it was killed.
trait Flow {
    /// A world in which it can happen, and what is needed to ask for it.
    type Ready;
    async fn prepare(&self) -> (World, Self::Ready);
    /// Asks for it and lets everything follow.
    async fn run(&self, world: &World, ready: &Self::Ready);
    /// The state after the restart, before anybody repeats anything: all of it or nothing.
    async fn assert_all_or_nothing(&self, world: &World, context: &str);
    /// The state when everything was repeated and came to rest.
    async fn assert_done_once(&self, world: &World, context: &str);
}

/// Kills the flow by each plan and repeats it. Answers the number of kills.
async fn survives_every_kill(flow: &impl Flow) -> usize {
    let (world, ready) = flow.prepare().await;
    world.system.local().reset_requests();
    flow.run(&world, &ready).await;
    let requests = world.system.local().requests();
    let writing = (1..).zip(&requests).filter(|(_, request)| request.is_mutating()).map(|(n, _)| n);
    let plans: Vec<FaultPlan> =
        writing.flat_map(|n| [FaultPlan::crash_before_request(n), FaultPlan::crash_after_request(n)]).collect();
    for plan in &plans {
        let (world, ready) = flow.prepare().await;
        kill(flow, &world, &ready, plan).await;
        flow.assert_all_or_nothing(&world, &plan.to_string()).await;
        repeat(flow, &world, &ready).await;
        assert_at_rest(&world, &plan.to_string()).await;
        flow.assert_done_once(&world, &plan.to_string()).await;
    }
    plans.len()
}

/// Kills the flow at two steps: while it runs, and while what the first kill left is cleared up.
async fn survives_two_kills(flow: &impl Flow, first: u64, second: u64) {
    let context = format!("killed after request {first}, then before request {second}");
    let (world, ready) = flow.prepare().await;
    kill(flow, &world, &ready, &FaultPlan::crash_after_request(first)).await;
    let local = world.system.local();
    local.faults().set(FaultPlan::crash_before_request(second));
    // What is left may need fewer requests than that; then there is no second kill.
    let _ = local.run_until_crash(flow.run(&world, &ready)).await;
    local.faults().clear();
    local.bus().release_in_flight();
    repeat(flow, &world, &ready).await;
    assert_at_rest(&world, &context).await;
    flow.assert_done_once(&world, &context).await;
}

async fn kill<F: Flow>(flow: &F, world: &World, ready: &F::Ready, plan: &FaultPlan) {
    let local = world.system.local();
    local.faults().set(plan.clone());
    let killed = local.run_until_crash(flow.run(world, ready)).await;
    assert!(killed.is_err(), "{plan}: the flow has fewer requests than before");
    local.faults().clear();
    local.bus().release_in_flight();
}

async fn repeat<F: Flow>(flow: &F, world: &World, ready: &F::Ready) {
    flow.run(world, ready).await;
    let (clock, done_at) = (world.system.local().clock(), world.system.now());
    for minutes in SCHEDULES_AFTER_MINUTES {
        let now = done_at + Duration::minutes(minutes);
        clock.set(now);
        world.system.run_schedules_between(now - Duration::minutes(1), now).await;
    }
}

/// `PUT` status -> event -> automation -> mail and task.
struct Struggling;

impl Flow for Struggling {
    type Ready = ();

    async fn prepare(&self) -> (World, ()) {
        (one_customer().await, ())
    }

    async fn run(&self, world: &World, (): &()) {
        let reply = put_status(world, "acme", "struggling").await.expect_status(200);
        assert_eq!(reply.header("etag"), "\"2\"");
        world.settle().await;
    }

    async fn assert_all_or_nothing(&self, world: &World, context: &str) {
        let is_set = world.get("/v1/customers/acme").await["status"] == "struggling";
        let kept = usize::from(is_set);
        assert_eq!(count(world, "/v1/customers/acme/status/history").await, kept, "{context}: history");
        let changed = |row: &super::Item| super::body(row, "type") == "health_status.changed.v1";
        assert_eq!(rows(world, "outbox").await.iter().filter(|row| changed(row)).count(), kept, "{context}: outbox");
    }

    async fn assert_done_once(&self, world: &World, context: &str) {
        assert_struggling_once(world, "acme", context).await;
        assert_mailed_at_most_once(world, "dora@acme.example", context).await;
    }
}

/// A contact answers a feedback mail -> event -> score and automation -> task.
struct NotHappy;

impl Flow for NotHappy {
    type Ready = (String, String);

    async fn prepare(&self) -> (World, Self::Ready) {
        let world = World::new().await;
        world.customer_with("acme", &[("dora", "decision_maker")]).await;
        world.advance(Duration::hours(1)).await;
        let path = feedback_path(&world.mails_to("dora@acme.example")[0], "not_happy");
        let nonce = world.call(Method::GET, &path).send().await.expect_status(200).nonce();
        (world, (path, nonce))
    }

    async fn run(&self, world: &World, (path, nonce): &Self::Ready) {
        let _: Reply = world.submit(path, nonce, "not_happy", "it is slow").await.expect_status(200);
    }

    async fn assert_all_or_nothing(&self, world: &World, context: &str) {
        let answers = count(world, "/v1/feedback?customer=acme").await;
        let answered = |row: &super::Item| super::body(row, "type") == "feedback.answered.v1";
        assert_eq!(rows(world, "outbox").await.iter().filter(|row| answered(row)).count(), answers, "{context}");
    }

    async fn assert_done_once(&self, world: &World, context: &str) {
        let feedback = world.get("/v1/feedback?customer=acme").await;
        assert_eq!(feedback["items"].as_array().map_or(0, Vec::len), 1, "{context}: {feedback:#}");
        assert_eq!(published(world, Some("feedback.answered.v1")).len(), 1, "{context}: events");
        assert_eq!(count(world, "/v1/tasks?customer=acme").await, 1, "{context}: tasks");
        let customer = world.get("/v1/customers/acme").await;
        assert_eq!(customer["answers"], 1, "{context}: {customer:#}");
        assert_eq!(world.mails_to("dora@acme.example").len(), 1, "{context}: no second request");
    }
}

/// The hourly run asks the contacts that are due.
struct Asking;

impl Flow for Asking {
    type Ready = ();

    async fn prepare(&self) -> (World, ()) {
        let world = World::new().await;
        world.customer_with("acme", &[("dora", "decision_maker"), ("uma", "user")]).await;
        world.system.local().clock().advance(Duration::hours(1));
        (world, ())
    }

    async fn run(&self, world: &World, (): &()) {
        run_schedule(world, "feedback-request").await.expect("contacts are asked");
        world.settle().await;
    }

    async fn assert_all_or_nothing(&self, world: &World, context: &str) {
        let core = rows(world, "core").await;
        let requests = core.iter().filter(|row| text(row, "sk").starts_with("FR#")).count();
        let intents = rows(world, "dedupe").await.iter().filter(|row| text(row, "pk").starts_with("MI#")).count();
        assert_eq!(requests, intents, "{context}: each request has its mail");
    }

    async fn assert_done_once(&self, world: &World, context: &str) {
        for contact in ["dora", "uma"] {
            assert_mailed_at_most_once(world, &format!("{contact}@acme.example"), context).await;
        }
        assert_eq!(published(world, Some("feedback.requested.v1")).len(), 2, "{context}: events");
    }
}

#[tokio::test]
async fn a_status_change_survives_a_kill_at_every_step() {
    let kills = survives_every_kill(&Struggling).await;
    assert!(kills >= 20, "only {kills} kills: is the flow still there?");
}

#[tokio::test]
async fn an_answer_survives_a_kill_at_every_step() {
    let kills = survives_every_kill(&NotHappy).await;
    assert!(kills >= 20, "only {kills} kills: is the flow still there?");
}

#[tokio::test]
async fn asking_for_feedback_survives_a_kill_at_every_step() {
    let kills = survives_every_kill(&Asking).await;
    assert!(kills >= 20, "only {kills} kills: is the flow still there?");
}

#[tokio::test]
async fn a_status_change_survives_a_second_kill_while_the_first_is_cleared_up() {
    for (first, second) in (1..=20).step_by(3).flat_map(|first| [4, 13, 25].map(|second| (first, second))) {
        survives_two_kills(&Struggling, first, second).await;
    }
}
