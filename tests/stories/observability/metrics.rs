//! What happened is counted, once; what did not is not. The numbers are read from the lines, as `CloudWatch` reads them.
#![expect(clippy::float_cmp, reason = "counts are whole numbers")]

use std::collections::BTreeSet;

use chrono::Duration;
use http::Method;
use keepwell_aws::function::Function;
use keepwell_aws::http::Role;
use keepwell_aws::telemetry::metrics::Metric;
use keepwell_domain::delivery::EndpointKind;
use keepwell_local::cloud::faults::{Fault, FaultPlan, FaultRule};
use keepwell_local::cloud::metrics::DataPoint;
use keepwell_local::cloud::requests::Service;
use keepwell_tests::World;
use serde_json::{Value, json};

use crate::endpoints::receiver::{Receiver, Then};
use crate::endpoints::{drafted, webhook};
use crate::feedback::{dora_was_asked, open_intents};
use crate::links::ses_event;

fn function<'a>(world: &'a World, name: &str) -> &'a Function {
    world.system.functions().iter().find(|function| function.name == name).unwrap()
}

fn sum(world: &World, metric: Metric) -> f64 {
    world.system.local().metrics().sum(metric.name())
}

/// The only number of a metric, with its function; of the stack's metrics empty.
fn only(world: &World, metric: Metric) -> (f64, String) {
    let points = world.system.local().metrics().of(metric.name());
    let [DataPoint { value, dimensions, .. }] = points.as_slice() else { panic!("{metric:?}: {points:?}") };
    (*value, dimensions.get("function").cloned().unwrap_or_default())
}

#[tokio::test]
async fn from_the_question_to_the_answer_each_effect_counts_once() {
    let (world, mail) = dora_was_asked().await;
    assert_eq!(only(&world, Metric::MailsSent), (1.0, String::new()));
    world.answer(&mail, "not_happy", "It is slow.").await.expect_status(200);
    assert_eq!(only(&world, Metric::FeedbackAnswered), (1.0, "feedback-collection".to_owned()));
    world.answer(&mail, "not_happy", "It is slow.").await.expect_status(200);
    assert_eq!(sum(&world, Metric::FeedbackAnswered), 1.0, "the same answer again is no other");
    world.answer(&mail, "neutral", "Better.").await.expect_status(200);
    assert_eq!(sum(&world, Metric::FeedbackAnswered), 2.0);

    let published = world.system.local().bus().events().len() as f64;
    assert_eq!(sum(&world, Metric::EventsPublished), published);
    assert!(sum(&world, Metric::ScoresComputed) >= 3.0);
    // The task for the owner, and the mail about it.
    assert_eq!(sum(&world, Metric::RunsActed), 1.0);
    let owner = world.mails_to("csm@keepwell.example").len() as f64;
    assert_eq!(sum(&world, Metric::MailsSent), 1.0 + owner);
    for metric in [Metric::MailsUnknown, Metric::MailsDead, Metric::RunsFailed, Metric::WebhookDead, Metric::ApiErrors]
    {
        assert_eq!(sum(&world, metric), 0.0, "{metric:?}");
    }
}

#[tokio::test]
async fn a_message_that_comes_twice_counts_once() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    world.set_status("acme", "struggling").await;
    let acted = sum(&world, Metric::RunsActed);
    assert!(acted > 0.0);
    let changed =
        world.system.local().bus().events().into_iter().find(|event| event.detail_type == "health_status.changed.v1");
    let changed = changed.unwrap();
    let body =
        json!({ "detail-type": changed.detail_type, "source": changed.source, "detail": changed.detail }).to_string();
    for id in ["m-1", "m-2"] {
        let failed = function(&world, "automation-dispatch").handle_queue(vec![(id.to_owned(), body.clone())]).await;
        assert_eq!(failed.unwrap(), Vec::<String>::new());
    }
    assert_eq!(sum(&world, Metric::RunsActed), acted);
}

#[tokio::test]
async fn a_mail_of_which_nobody_knows_is_counted_and_counts_as_sent_when_ses_says_so() {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    let rule = FaultRule::on(Service::Ses, Fault::TimeoutWithEffect).operation("SendRawEmail").nth(1);
    world.system.local().faults().set(FaultPlan::seeded(1).rule(rule));
    world.advance(Duration::hours(1)).await;
    assert_eq!(only(&world, Metric::MailsUnknown), (1.0, String::new()));
    assert_eq!(sum(&world, Metric::MailsSent), 0.0);
    let intent = open_intents(&world).await.remove(0).id;
    for _ in 0..2 {
        assert_eq!(ses_event(&world, "Email Delivered", &intent, json!({})).await, Vec::<String>::new());
    }
    assert_eq!(only(&world, Metric::MailsSent), (1.0, String::new()));
}

#[tokio::test]
async fn a_mail_that_must_not_be_sent_is_counted_as_skipped() {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    let rule = FaultRule::on(Service::Ses, Fault::Throttle).operation("SendRawEmail").nth(1);
    world.system.local().faults().set(FaultPlan::seeded(1).rule(rule));
    world.advance(Duration::hours(1)).await;
    assert_eq!(open_intents(&world).await.len(), 1, "it waits");
    let call = world.call_as(Role::Csm, Method::PATCH, "/v1/customers/acme/contacts/dora");
    call.json(&json!({ "mail": { "state": "unsubscribed" } })).send().await.expect_status(200);
    world.advance(Duration::days(1)).await;
    assert_eq!((sum(&world, Metric::MailsSkipped), sum(&world, Metric::MailsSent)), (1.0, 0.0));
}

#[tokio::test]
async fn a_bounce_and_a_complaint_count_once_however_often_ses_tells() {
    let recipient = json!({ "emailAddress": "dora@acme.example" });
    let bounce = json!({ "bounce": { "bounceType": "Permanent", "bouncedRecipients": [recipient] } });
    let transient = json!({ "bounce": { "bounceType": "Transient", "bouncedRecipients": [recipient] } });
    let complaint = json!({ "complaint": { "complainedRecipients": [recipient] } });
    for (detail_type, detail, expected) in [
        ("Email Bounced", bounce, (1.0, 0.0)),
        ("Email Bounced", transient, (0.0, 0.0)),
        ("Email Complaint Received", complaint, (0.0, 1.0)),
    ] {
        let (world, mail) = dora_was_asked().await;
        let intent = crate::feedback::intent_of(&world, &mail).await.id;
        for _ in 0..3 {
            assert_eq!(ses_event(&world, detail_type, &intent, detail.clone()).await, Vec::<String>::new());
        }
        let counted = (sum(&world, Metric::MailBounces), sum(&world, Metric::MailComplaints));
        assert_eq!(counted, expected, "{detail_type} {detail}");
    }
}

#[tokio::test]
async fn the_sweep_measures_what_waits_and_since_when() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let publisher = function(&world, "event-publisher");
    publisher.run_schedule("sweep").await.unwrap();
    assert_eq!((only(&world, Metric::OutboxPending).0, only(&world, Metric::OutboxOldestSeconds).0), (0.0, 0.0));
    assert_eq!(only(&world, Metric::ScheduleRan).0, 1.0);

    let local = world.system.local();
    local.faults().set(FaultPlan::seeded(0).rule(FaultRule::on(Service::EventBridge, Fault::Unavailable)));
    let body = json!({ "status": "struggling", "reason": "we talked" });
    let path = "/v1/customers/acme";
    world.change(Method::PUT, "/v1/customers/acme/status", path, body).await.expect_status(200);
    local.clock().advance(Duration::minutes(12));
    local.metrics().clear();
    publisher.run_schedule("sweep").await.unwrap_err();
    assert_eq!(only(&world, Metric::OutboxPending), (1.0, "event-publisher".to_owned()));
    assert_eq!(only(&world, Metric::OutboxOldestSeconds).0, 720.0);
    assert_eq!(
        sum(&world, Metric::EventsPublished) + sum(&world, Metric::ScheduleRan),
        0.0,
        "no heartbeat of a failure"
    );

    local.faults().set(FaultPlan::seeded(0));
    publisher.run_schedule("sweep").await.unwrap();
    assert_eq!((sum(&world, Metric::EventsPublished), sum(&world, Metric::ScheduleRan)), (1.0, 1.0));
}

#[tokio::test]
async fn an_answer_of_500_or_more_is_counted_by_its_route_and_a_refusal_is_not() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let metrics = world.system.local().metrics();
    metrics.clear();
    let put = || world.call_as(Role::Csm, Method::PUT, "/v1/customers/acme/status");
    put().json(&json!({ "status": "sad" })).send().await.expect_status(422);
    assert_eq!(sum(&world, Metric::ApiErrors), 0.0);
    assert_eq!(metrics.lines(), Vec::<String>::new(), "a request in which nothing was counted writes no line");
    let away = FaultRule::on(Service::DynamoDb, Fault::Unavailable);
    world.system.local().faults().set(FaultPlan::seeded(0).rule(away));
    put().header("if-match", "*").json(&json!({ "status": "steady", "reason": "ok" })).send().await.expect_status(503);
    let errors = metrics.of("ApiErrors");
    assert_eq!(errors.len(), 1, "{errors:?}");
    let dimensions: Vec<(&str, &str)> =
        errors[0].dimensions.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(dimensions, [("function", "status-update"), ("route", "PUT /v1/customers/{id}/status")]);
}

#[tokio::test]
async fn a_webhook_that_is_given_up_is_counted() {
    let world = World::new().await;
    let receiver = Receiver::start([Then::Status(500), Then::Status(410)]).await;
    webhook(&world, "crm", &receiver.url()).await;
    drafted(&world, "crm", EndpointKind::Webhook).await;
    let dispatch = function(&world, "automation-dispatch");
    dispatch.run_schedule("webhooks").await.unwrap();
    assert_eq!(sum(&world, Metric::WebhookDead), 0.0, "it is tried again");
    world.system.local().clock().advance(Duration::hours(1));
    dispatch.run_schedule("webhooks").await.unwrap();
    assert_eq!(only(&world, Metric::WebhookDead), (1.0, "automation-dispatch".to_owned()));
}

#[tokio::test]
async fn where_nothing_happened_nothing_is_written_but_heartbeats() {
    let world = World::new().await;
    world.settle().await;
    let metrics = world.system.local().metrics();
    assert_eq!(metrics.lines(), Vec::<String>::new());
    let mut schedules = BTreeSet::new();
    for function in world.system.functions() {
        for schedule in &function.schedules {
            function.run_schedule(schedule.name).await.unwrap();
            schedules.insert((function.name.to_owned(), schedule.name.to_owned()));
        }
    }
    assert_eq!(metrics.lines().len(), schedules.len(), "one line for each: {:#?}", metrics.lines());
    let beats = metrics.of("ScheduleRan");
    let beaten: BTreeSet<(String, String)> =
        beats.iter().map(|beat| (beat.dimensions["function"].clone(), beat.dimensions["schedule"].clone())).collect();
    assert_eq!(beaten, schedules);
    let others: BTreeSet<&str> =
        Metric::ALL.iter().map(|metric| metric.name()).filter(|name| !metrics.of(name).is_empty()).collect();
    assert_eq!(others, ["OutboxOldestSeconds", "OutboxPending", "ScheduleRan"].into());
}

#[tokio::test]
async fn a_line_of_metrics_holds_numbers_and_names_of_ours_and_nothing_else() {
    let (world, mail) = dora_was_asked().await;
    world.answer(&mail, "not_happy", "canary comment").await.expect_status(200);
    world.advance(Duration::days(1)).await;
    let members = ["_aws", "function", "request_id", "route", "schedule", "service", "trace_id"];
    let lines = world.system.local().metrics().lines();
    assert!(lines.len() > 50, "{}", lines.len());
    for line in lines {
        let read: Value = serde_json::from_str(&line).unwrap();
        for (name, value) in read.as_object().unwrap() {
            let metric = Metric::ALL.iter().any(|metric| metric.name() == name);
            assert!(metric && value.is_number() || members.contains(&name.as_str()), "{name}: {line}");
        }
        assert!(read["service"] == read["function"] && read["request_id"].is_string(), "{line}");
        // CloudWatch takes at most 100 metrics and 30 dimensions, and namespaces without odd characters.
        for directive in read["_aws"]["CloudWatchMetrics"].as_array().unwrap() {
            assert_eq!(directive["Namespace"], "keepwell", "{line}");
        }
        assert!(read["_aws"]["Timestamp"].as_i64().is_some_and(|at| at > 1_700_000_000_000), "{line}");
    }
}
