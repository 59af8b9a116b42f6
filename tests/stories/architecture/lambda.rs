//! What Lambda hands over and is answered, with the real functions. Samples: `tests/samples/lambda`.

use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use keepwell_aws::function::Function;
use keepwell_aws::lambda::Served;
use keepwell_local::cloud::faults::{Fault, FaultPlan, FaultRule, RefusedEntries};
use keepwell_local::cloud::requests::Service;
use keepwell_tests::World;
use lambda_runtime::{Context, LambdaEvent};
use serde_json::{Value, json};

/// A sample by its name.
fn sample(name: &str) -> Value {
    let path = format!("{}/samples/lambda/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(&path).expect(&path)).expect(&path)
}

fn function<'a>(world: &'a World, name: &str) -> &'a Function {
    world.system.functions().iter().find(|function| function.name == name).expect("the function is there")
}

async fn invoke(world: &World, name: &str, event: Value) -> Result<Value, String> {
    let answer = Served::new(function(world, name).clone()).handle(LambdaEvent::new(event, Context::default())).await;
    answer.map_err(|error| error.to_string())
}

/// The ids that are to come again. The list must be there: without it Lambda takes the whole batch as done.
fn failures(answer: &Value) -> Vec<&str> {
    let list = answer["batchItemFailures"].as_array().unwrap_or_else(|| panic!("no batchItemFailures: {answer}"));
    list.iter().map(|failure| failure["itemIdentifier"].as_str().expect("an id")).collect()
}

async fn with_acme() -> World {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    world
}

#[tokio::test]
async fn an_http_call_with_verified_claims_is_answered_as_the_person_who_made_it() {
    for sample_name in ["http-put-status-cognito", "http-put-status-oidc"] {
        let world = with_acme().await;
        let answer = invoke(&world, "status-update", sample(sample_name)).await.expect(sample_name);
        assert_eq!(answer["statusCode"], 200, "{sample_name}: {answer}");
        assert_eq!(answer["isBase64Encoded"], false, "{sample_name}: {answer}");
        let body: Value = serde_json::from_str(answer["body"].as_str().expect("a body")).expect("JSON");
        assert_eq!(body["set_by"], "csm@keepwell.example", "{sample_name}: {body}");
        assert_eq!(answer["headers"]["etag"], "\"2\"", "{sample_name}: {answer}");
    }
}

#[tokio::test]
async fn a_long_answer_is_packed_for_who_takes_that() {
    let world = World::new().await;
    let mut request = sample("http-put-status-cognito");
    request["rawPath"] = json!("/v1/measures");
    request["requestContext"]["http"] = json!({ "method": "GET", "path": "/v1/measures", "protocol": "HTTP/1.1" });
    let plain = invoke(&world, "console-api", request.clone()).await.expect("an answer");
    assert_eq!((plain["statusCode"].as_u64(), plain["isBase64Encoded"].as_bool()), (Some(200), Some(false)), "{plain}");
    request["headers"]["accept-encoding"] = json!("gzip, deflate, br, zstd");
    let packed = invoke(&world, "console-api", request).await.expect("an answer");
    assert_eq!(packed["isBase64Encoded"], true, "{packed}");
    assert_eq!(packed["headers"]["content-encoding"], "gzip", "{packed}");
    let bytes = STANDARD.decode(packed["body"].as_str().expect("a body")).expect("base64");
    let mut text = String::new();
    GzDecoder::new(&bytes[..]).read_to_string(&mut text).expect("gzip");
    assert_eq!(text, plain["body"].as_str().expect("a body"));
    assert!(bytes.len() * 3 < text.len(), "{} of {} bytes", bytes.len(), text.len());
}

#[tokio::test]
async fn claims_that_the_caller_sends_along_are_no_claims() {
    let world = with_acme().await;
    let mut forged = sample("http-put-status-nobody");
    let answer = invoke(&world, "status-update", forged.clone()).await.expect("an answer");
    assert_eq!(answer["statusCode"], 401, "{answer}");
    let claims =
        json!({ "jwt": { "claims": { "email": "csm@keepwell.example", "groups": "[admin]" }, "scopes": null } });
    for (name, value) in [
        ("x-amzn-request-context", json!({ "authorizer": claims })),
        ("email", json!("csm@keepwell.example")),
        ("groups", json!("[admin]")),
    ] {
        forged["headers"][name] = json!(value.to_string());
    }
    let answer = invoke(&world, "status-update", forged).await.expect("an answer");
    assert_eq!(answer["statusCode"], 401, "{answer}");
}

#[tokio::test]
async fn the_scope_of_a_token_does_not_replace_the_role_of_the_person() {
    let world = with_acme().await;
    let mut event = sample("http-put-status-cognito");
    event["requestContext"]["authorizer"]["jwt"]["claims"]["cognito:groups"] = json!("[viewer]");
    let answer = invoke(&world, "status-update", event).await.expect("an answer");
    assert_eq!(answer["statusCode"], 403, "{answer}");
}

#[tokio::test]
async fn a_public_page_needs_no_claims() {
    let world = with_acme().await;
    let answer = invoke(&world, "feedback-collection", sample("http-get-feedback-page")).await.expect("an answer");
    assert_eq!(answer["statusCode"], 404, "{answer}");
    let content_type =
        answer["headers"]["content-type"].as_str().or(answer["multiValueHeaders"]["content-type"][0].as_str());
    assert!(content_type.is_some_and(|is| is.starts_with("text/html")), "{answer}");
}

#[tokio::test]
async fn a_packed_batch_of_a_machine_comes_through_in_base64() {
    let world = with_acme().await;
    let key = world.write_key().await;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let batch = json!({ "batch": [{ "type": "track", "userId": "u1", "event": "Login", "groupId": "acme" }] });
    encoder.write_all(batch.to_string().as_bytes()).expect("packed");
    let mut event = sample("http-put-status-nobody");
    event["routeKey"] = json!("POST /v1/batch");
    event["rawPath"] = json!("/v1/batch");
    event["requestContext"]["http"]["method"] = json!("POST");
    event["requestContext"]["http"]["path"] = json!("/v1/batch");
    event["headers"]["content-encoding"] = json!("gzip");
    event["headers"]["authorization"] = json!(format!("Basic {}", STANDARD.encode(format!("{key}:"))));
    event["isBase64Encoded"] = json!(true);
    event["body"] = json!(STANDARD.encode(encoder.finish().expect("packed")));
    let answer = invoke(&world, "signal-ingest", event).await.expect("an answer");
    assert_eq!(answer["statusCode"], 200, "{answer}");
    assert_eq!(answer["body"], r#"{"accepted":1,"rejected":[],"success":true}"#);
}

#[tokio::test]
async fn of_a_queue_batch_exactly_the_failed_messages_come_again() {
    let world = with_acme().await;
    for consumer in ["automation-dispatch", "score-recompute"] {
        let answer = invoke(&world, consumer, sample("sqs")).await.expect(consumer);
        let mut failed = failures(&answer);
        failed.sort_unstable();
        assert_eq!(
            failed,
            ["00000002-b464-4a42-8622-6e3a3a1b5b1c", "00000003-b464-4a42-8622-6e3a3a1b5b1c"],
            "{consumer}"
        );
    }
    let tasks = world.get("/v1/tasks?customer=acme").await;
    assert_eq!(tasks["items"][0]["priority"], "high", "the good message acted: {tasks:#}");
}

#[tokio::test]
async fn a_queue_batch_without_failures_says_so_with_an_empty_list() {
    let world = with_acme().await;
    let mut event = sample("sqs");
    event["Records"].as_array_mut().expect("records").truncate(1);
    let answer = invoke(&world, "automation-dispatch", event).await.expect("an answer");
    assert_eq!(failures(&answer), Vec::<&str>::new());
}

#[tokio::test]
async fn while_the_tables_are_away_every_message_of_a_batch_comes_again() {
    let world = with_acme().await;
    world.system.local().faults().set(FaultPlan::seeded(0).rule(FaultRule::on(Service::DynamoDb, Fault::Unavailable)));
    for consumer in ["automation-dispatch", "score-recompute"] {
        let answer = invoke(&world, consumer, sample("sqs")).await.expect(consumer);
        // A batch about a customer that can be read fails whole; nothing of it is acknowledged.
        let ids: Vec<String> = (1..=4).map(|n| format!("{n:08}-b464-4a42-8622-6e3a3a1b5b1c")).collect();
        let mut failed = failures(&answer);
        failed.sort_unstable();
        assert_eq!(failed, ids, "{consumer}");
    }
}

#[tokio::test]
async fn the_outbox_stream_comes_again_from_the_first_row_that_was_not_published() {
    let number = |n: u32| format!("4421584500000000017450{n}");
    for (mask, first) in [(0b00, 13), (0b01, 11), (0b10, 12), (0b11, 11)] {
        let world = World::new().await;
        let refuse = Fault::PartialPutEvents(RefusedEntries::Mask(mask));
        world.system.local().faults().set(FaultPlan::seeded(0).rule(FaultRule::on(Service::EventBridge, refuse)));
        let answer = invoke(&world, "event-publisher", sample("dynamodb-stream")).await.expect("an answer");
        assert_eq!(failures(&answer), [number(first)], "refused {mask:#b}; row 13 cannot be read");
        let bus = world.system.local().bus().events();
        let published: Vec<&str> =
            bus.iter().map(|event| event.detail["event_id"].as_str().unwrap_or_default()).collect();
        assert!(published.iter().all(|id| ["evt_11", "evt_12"].contains(id)), "{published:?}");
    }
}

#[tokio::test]
async fn a_schedule_runs_by_its_name_and_an_unknown_one_fails() {
    let world = with_acme().await;
    assert_eq!(invoke(&world, "event-publisher", sample("schedule")).await, Ok(json!({})));
    for (name, event) in [
        ("event-publisher", json!({ "schedule": "weekly" })),
        ("status-update", sample("schedule")),
        ("status-update", sample("sqs")),
        ("automation-dispatch", sample("dynamodb-stream")),
        ("event-publisher", json!({ "hello": "world" })),
    ] {
        let answer = invoke(&world, name, event.clone()).await;
        assert!(answer.is_err(), "{name} took {event}: {answer:?}");
    }
}

#[tokio::test]
async fn a_schedule_that_fails_fails_the_invocation_so_that_it_is_retried() {
    let world = with_acme().await;
    world.system.local().faults().set(FaultPlan::seeded(0).rule(FaultRule::on(Service::DynamoDb, Fault::Unavailable)));
    for function in world.system.functions() {
        for schedule in &function.schedules {
            let answer = invoke(&world, function.name, json!({ "schedule": schedule.name })).await;
            assert!(answer.is_err(), "{} {}: {answer:?}", function.name, schedule.name);
        }
    }
}
