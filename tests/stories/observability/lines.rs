//! One event's lines, in whichever function, are found by the query that the docs give.
#![expect(clippy::float_cmp, reason = "counts are whole numbers")]

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use keepwell_aws::function::{Function, HandlerError};
use keepwell_aws::lambda::Served;
use keepwell_aws::telemetry::invocation::Work;
use keepwell_tests::World;
use lambda_runtime::{Context, LambdaEvent};
use serde_json::{Value, json};

use super::Log;

const TRACE: &str = "1-5759e988-bd862e3fe1be46a994272793";

/// Hands an event to a function as Lambda does.
async fn invoke(world: &World, name: &str, request_id: &str, trace: Option<&str>, event: Value) -> Value {
    let function: &Function = world.system.functions().iter().find(|function| function.name == name).unwrap();
    let mut context = Context::default();
    context.request_id = request_id.to_owned();
    context.xray_trace_id =
        trace.map(|root| format!("Root={root};Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a87bd80c:0"));
    Served::new(function.clone()).handle(LambdaEvent::new(event, context)).await.expect(name)
}

fn sample(name: &str) -> Value {
    let path = format!("{}/samples/lambda/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(&path).expect(&path)).expect(&path)
}

/// A value as a stream of `DynamoDB` writes it.
fn attribute(value: &Value) -> Value {
    match value {
        Value::Null => json!({ "NULL": true }),
        Value::Bool(is) => json!({ "BOOL": is }),
        Value::Number(number) => json!({ "N": number.to_string() }),
        Value::String(text) => json!({ "S": text }),
        Value::Array(items) => json!({ "L": items.iter().map(attribute).collect::<Vec<_>>() }),
        Value::Object(members) => {
            json!({ "M": members.iter().map(|(name, value)| (name.clone(), attribute(value))).collect::<serde_json::Map<_, _>>() })
        }
    }
}

/// What the outbox's stream brings of everything that is not published yet.
async fn stream(world: &World) -> Value {
    let cloud = world.system.cloud();
    let events = cloud.store.unpublished(cloud.now() + chrono::Duration::seconds(1), 100).await.unwrap();
    assert!(!events.is_empty());
    let records = events.iter().enumerate().map(|(index, event)| {
        let image = json!({ "body": attribute(&json!(event)) });
        json!({ "eventID": index.to_string(), "eventName": "INSERT", "eventVersion": "1.1", "eventSource": "aws:dynamodb",
            "awsRegion": "eu-central-1", "dynamodb": { "SequenceNumber": index.to_string(), "SizeBytes": 1,
            "StreamViewType": "NEW_IMAGE", "Keys": {}, "NewImage": image } })
    });
    json!({ "Records": records.collect::<Vec<_>>() })
}

/// What SQS brings of a consumer's queue. The messages are acknowledged.
fn queued(world: &World, consumer: &str) -> Value {
    let bus = world.system.local().bus();
    let messages = bus.receive(consumer, 10);
    let ids: Vec<String> = messages.iter().map(|message| message.message_id.clone()).collect();
    bus.ack(consumer, &ids);
    let records = messages.iter().map(|message| {
        json!({ "messageId": message.message_id, "body": message.body, "eventSource": "aws:sqs", "receiptHandle": "r", "attributes": {},
            "messageAttributes": {}, "eventSourceARN": "arn", "awsRegion": "eu-central-1" })
    });
    json!({ "Records": records.collect::<Vec<_>>() })
}

/// The `filter` of the documented query that holds `placeholder`, as `(field, value)`, one of which must be so.
fn documented_filter(placeholder: &str, value: &str) -> Vec<(String, String)> {
    let page = include_str!("../../../docs/observability.md");
    let filter =
        page.lines().find(|line| line.starts_with("| filter ") && line.contains(&format!("\"{placeholder}\"")));
    let filter = filter.unwrap_or_else(|| panic!("no query with {placeholder}")).replace(placeholder, value);
    let conditions = filter.trim_start_matches("| filter ").split(" or ");
    conditions
        .map(|condition| {
            let (field, value) = condition.split_once(" = ").expect("field = \"value\"");
            (field.to_owned(), value.trim_matches('"').to_owned())
        })
        .collect()
}

/// The lines that the query finds.
fn found(lines: &[Value], filter: &[(String, String)]) -> Vec<Value> {
    let matches = |line: &&Value| filter.iter().any(|(field, value)| line[field].as_str() == Some(value));
    lines.iter().filter(matches).cloned().collect()
}

fn told(lines: &[Value]) -> BTreeSet<(String, String)> {
    let text = |line: &Value, field: &str| line[field].as_str().unwrap_or_default().to_owned();
    lines.iter().map(|line| (text(line, "service"), text(line, "message"))).collect()
}

#[tokio::test]
async fn all_lines_of_one_event_are_found_across_functions_by_one_query() {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    let (log, _guard) = Log::start();

    invoke(&world, "status-update", "req-1", Some(TRACE), sample("http-put-status-cognito")).await;
    invoke(&world, "event-publisher", "req-2", Some("1-00000000-000000000000000000000002"), stream(&world).await).await;
    let status_changed = world.system.local().bus().events().pop().unwrap();
    assert_eq!(status_changed.detail_type, "health_status.changed.v1");
    let batch = queued(&world, "automation-dispatch");
    invoke(&world, "automation-dispatch", "req-3", Some("1-00000000-000000000000000000000003"), batch).await;
    let batch = queued(&world, "score-recompute");
    invoke(&world, "score-recompute", "req-4", None, batch).await;

    let lines = log.lines();
    for line in &lines {
        for field in ["timestamp", "level", "service", "request_id", "message"] {
            assert!(line[field].is_string(), "no {field}: {line}");
        }
    }
    let event = status_changed.detail["event_id"].as_str().unwrap();
    let of_event = found(&lines, &documented_filter("EVENT", event));
    let wanted = [
        ("status-update", "event stored"),
        ("event-publisher", "event published"),
        ("automation-dispatch", "automation"),
        ("automation-dispatch", "message handled"),
        ("score-recompute", "message handled"),
    ];
    let told_of_event = told(&of_event);
    for (service, message) in wanted {
        assert!(
            told_of_event.contains(&(service.to_owned(), message.to_owned())),
            "{service} {message}: {told_of_event:?}"
        );
    }
    let correlation = status_changed.detail["correlation_id"].as_str().unwrap();
    for line in &of_event {
        assert_eq!(line["correlation"], correlation, "{line}");
        assert_eq!(line["customer"], "acme", "{line}");
        assert_eq!(line["trace_id"], TRACE, "one trace follows the event: {line}");
    }
    // What the event caused is in its chain, in the same trace.
    let chain = found(&lines, &documented_filter("CORRELATION", correlation));
    let caused: Vec<&Value> = chain.iter().filter(|line| line["cause"] == event).collect();
    assert!(
        caused.iter().any(|line| line["service"] == "automation-dispatch" && line["message"] == "event stored"),
        "{caused:#?}"
    );
    assert!(chain.iter().all(|line| line["trace_id"] == TRACE), "{chain:#?}");
    assert_eq!(found(&lines, &documented_filter("TRACE", TRACE)).len(), chain.len() + 1, "and the line of the request");
    assert!(found(&lines, &documented_filter("CUSTOMER", "acme")).len() > chain.len());

    // The bus hands the trace on to the queues.
    assert_eq!(
        status_changed.trace_header.as_deref(),
        Some(&*format!("Root={TRACE};Parent=53995c3f42cd8ad8;Sampled=1"))
    );
}

#[tokio::test]
async fn each_invocation_ends_with_one_line_about_it() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let (log, _guard) = Log::start();
    invoke(&world, "status-update", "req-1", None, sample("http-put-status-cognito")).await;
    invoke(&world, "status-update", "req-2", None, sample("http-put-status-nobody")).await;
    invoke(&world, "feedback-collection", "req-3", None, sample("http-get-feedback-page")).await;
    invoke(&world, "event-publisher", "req-4", None, sample("schedule")).await;
    invoke(&world, "score-recompute", "req-5", None, sample("sqs")).await;
    let lines = log.lines();
    let handled: Vec<&Value> = lines.iter().filter(|line| line["message"] == "handled").collect();
    let of = |request: &str| *handled.iter().find(|line| line["request_id"] == request).expect(request);
    assert_eq!(handled.len(), 5, "{handled:#?}");
    let said = |line: &Value, fields: &[&str]| fields.iter().map(|field| line[*field].clone()).collect::<Vec<_>>();
    let fields = ["service", "kind", "route", "outcome", "status", "customer"];
    let route = "PUT /v1/customers/{id}/status";
    assert_eq!(json!(said(of("req-1"), &fields)), json!(["status-update", "http", route, "done", 200, "acme"]));
    assert_eq!(json!(said(of("req-2"), &fields)), json!(["status-update", "http", route, "refused", 401, "acme"]));
    // A link's token is a secret, and in the path.
    assert_eq!(
        json!(said(of("req-3"), &fields)),
        json!(["feedback-collection", "http", "GET /f/{token}", "refused", 404, null])
    );
    let fields = ["service", "kind", "schedule", "outcome", "items", "failed"];
    assert_eq!(json!(said(of("req-4"), &fields)), json!(["event-publisher", "schedule", "sweep", "done", null, null]));
    assert_eq!(json!(said(of("req-5"), &fields)), json!(["score-recompute", "queue", null, "failed", 4, 2]));
    for line in handled {
        assert!(line["duration_ms"].as_f64().is_some_and(|ms| ms > 0.0), "{line}");
    }
    // What cannot be read is said with the request, too.
    let unreadable = lines.iter().find(|line| line["message"] == "unreadable message").expect("the poison");
    assert_eq!(said(unreadable, &["service", "request_id"]), ["score-recompute", "req-5"]);
}

#[tokio::test]
async fn an_invocation_that_is_broken_off_says_so() {
    let world = World::new().await;
    let (log, _guard) = Log::start();
    let publisher = world.system.functions().iter().find(|function| function.name == "event-publisher").unwrap();
    let work = || Work::Schedule { name: "sweep" };
    let never = publisher.within(work(), std::future::pending::<Result<(), HandlerError>>());
    // Nobody waits for it any more.
    assert!(never.now_or_never().is_none());
    let panics = publisher.within(work(), async { panic!("our code is wrong") as Result<(), HandlerError> });
    assert!(AssertUnwindSafe(panics).catch_unwind().await.is_err());
    let outcomes: Vec<Value> = log.lines().iter().map(|line| line["outcome"].clone()).collect();
    assert_eq!(outcomes, ["broken off", "broken off"]);
    assert_eq!(world.system.local().metrics().sum("ScheduleRan"), 0.0, "it did not come to its end");
}
