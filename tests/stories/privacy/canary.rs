//! What people are called, reached at and say, and what opens doors, is in no log line, metric, event or address, whatever goes wrong.

use chrono::Duration;
use http::Method;
use keepwell_aws::function::Message;
use keepwell_aws::http::Role;
use keepwell_local::cloud::faults::{Fault, FaultPlan, FaultRule};
use keepwell_local::cloud::requests::Service;
use keepwell_tests::World;
use keepwell_tests::logged::Logged;
use lambda_runtime::{Context, LambdaEvent};
use serde_json::json;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;

use super::{CANARY, EMAIL, ID, Known, NAME, basic};
use crate::endpoints::receiver::Then;
use crate::endpoints::webhook;
use crate::feedback::intent_of;
use crate::links::ses_event;

/// All that our crates log, and what the others log where they are let (`info`).
fn listen(functions: &[&str]) -> (Logged, tracing::subscriber::DefaultGuard) {
    let lines = Logged::default();
    let writer = lines.clone();
    let ours = functions.iter().map(|name| name.replace('-', "_"));
    let ours = ours.chain(["keepwell_aws", "keepwell_domain", "keepwell_local"].map(str::to_owned));
    let targets =
        Targets::new().with_default(LevelFilter::INFO).with_targets(ours.map(|name| (name, LevelFilter::TRACE)));
    let layer = tracing_subscriber::fmt::layer().json().with_writer(move || writer.clone());
    (lines, tracing::subscriber::set_default(tracing_subscriber::registry().with(layer).with(targets)))
}

const FUNCTIONS: [&str; 9] = [
    "status-update",
    "signal-ingest",
    "feedback-request",
    "feedback-collection",
    "score-recompute",
    "automation-dispatch",
    "event-publisher",
    "portfolio-snapshot",
    "console-api",
];

/// Calls that are refused, each with the canaries where they do not belong.
async fn refused(world: &World, key: &str) {
    let bodies = [
        json!({ "name": NAME, "email": NAME, "title": NAME, "status": EMAIL, "reason": 1, "userId": EMAIL, "zuzuq": EMAIL }),
        json!({ "batch": [{ "type": "identify", "userId": EMAIL, "traits": { "email": NAME } }] }),
        json!([{ "id": EMAIL, "customer": NAME, "text": 1, "comment": 2, "at": NAME }]),
        json!(NAME),
    ];
    let declared: Vec<(Method, &'static str)> = world
        .system
        .functions()
        .iter()
        .flat_map(|function| function.routes.declared())
        .map(|route| (route.method.clone(), route.path))
        .filter(|(_, path)| *path != "/v1/scorecards/order")
        .collect();
    for (method, path) in declared {
        // Lines name the customer that a path names: its id is the team's own, and no person's.
        let path = path.replace("/customers/{id}", "/customers/nobody");
        let path =
            path.replace("{id}", "zuzuqid").replace("{contact}", "zuzuqid").replace("{token}", "f1.zuzuq.zuzuq.zuzuq");
        let path = path.replace("{kind}", "contacts").replace("{delivery}", "zuzuqid").replace("{email}", "zuzuqid");
        for body in &bodies {
            let reply = world
                .call_as(Role::Admin, method.clone(), &format!("{path}?zuzuq={NAME}").replace(' ', "%20"))
                .header("idempotency-key", "zuzuqkey")
                .header("if-match", "\"zuzuq\"")
                .json(body)
                .send()
                .await;
            assert_ne!(reply.status.as_u16(), 500, "{method} {path}: {}", reply.text);
            let _ = world.call(method.clone(), &path).header("authorization", &basic(key)).json(body).send().await;
            let _ = world.call(method.clone(), &path).header("authorization", "Bearer zuzuq.zuzuq.zuzuq").send().await;
        }
    }
    world.settle().await;
}

/// Messages that nobody can read or understand, as each queue may have them.
async fn poison(world: &World) {
    for function in world.system.functions() {
        let Some(subscription) = &function.subscription else { continue };
        for detail in
            [json!(EMAIL), json!({ "event_id": 1, "type": NAME, "data": EMAIL }), json!({ "customer_id": NAME })]
        {
            for detail_type in subscription.detail_types.iter().copied().chain(["unknown.v1"]) {
                let message =
                    Message { id: "m".to_owned(), detail_type: detail_type.to_owned(), detail: detail.clone() };
                let _ = (subscription.handler)(vec![message]).await;
            }
        }
        for body in [format!("{NAME} {{"), json!(EMAIL).to_string(), json!({ "detail-type": [EMAIL] }).to_string()] {
            let record = json!({ "eventSource": "aws:sqs", "messageId": "m", "body": body });
            let event = LambdaEvent::new(json!({ "Records": [record] }), Context::default());
            let _ = keepwell_aws::lambda::Served::new(function.clone()).handle(event).await;
        }
    }
}

/// The tables, SES and the receiver fail in every way while things happen.
async fn failures(known: &Known) {
    let world = &known.world;
    for (service, fault) in [
        (Service::DynamoDb, Fault::Unavailable),
        (Service::DynamoDb, Fault::TimeoutWithEffect),
        (Service::Ses, Fault::TimeoutWithEffect),
        (Service::EventBridge, Fault::Unavailable),
        (Service::S3, Fault::Unavailable),
    ] {
        world.system.local().faults().set(FaultPlan::seeded(7).rule(FaultRule::on(service, fault).probability(0.5)));
        let contact = json!({ "name": NAME, "email": EMAIL, "role": "user" });
        for _ in 0..3 {
            let _ = world.call_as(Role::Csm, Method::POST, "/v1/customers/acme/contacts").json(&contact).send().await;
            let message = json!([{ "id": "m-zuzuq", "customer": "acme", "contact": ID, "at": "2026-03-01T10:00:00Z", "text": NAME }]);
            let _ = world.call_as(Role::Csm, Method::POST, "/v1/messages").json(&message).send().await;
            let _ = world.call_as(Role::Viewer, Method::GET, "/v1/customers/acme/timeline").send().await;
        }
        let now = world.system.now();
        world.system.run_schedules_between(now - Duration::hours(1), now).await;
        let _ = world.system.settle().await;
        world.system.local().faults().clear();
    }
    world.settle().await;
}

/// A row that is not what we write, with what somebody said in it.
async fn damaged(world: &World) {
    use aws_sdk_dynamodb::types::AttributeValue::{M, N, S};
    let client = aws_sdk_dynamodb::Client::new(&world.system.local().sdk_config());
    let text = |text: &str| S(text.to_owned());
    let body = std::collections::HashMap::from([("id".to_owned(), text(EMAIL)), ("email".to_owned(), text(NAME))]);
    let put = client.put_item().table_name("keepwell-core").item("pk", text("C#acme")).item("sk", text("CT#broken"));
    let _ = put.item("revision", N("1".to_owned())).item("body", M(body)).send().await.unwrap();
    let _ = world.call_as(Role::Viewer, Method::GET, "/v1/customers/acme/contacts").send().await.expect_status(500);
    let delete =
        client.delete_item().table_name("keepwell-core").key("pk", text("C#acme")).key("sk", text("CT#broken"));
    let _ = delete.send().await.unwrap();
}

#[tokio::test]
async fn no_name_address_comment_or_secret_is_in_a_log_a_metric_an_event_or_an_address() {
    let (lines, _listening) = listen(&FUNCTIONS);
    let known = Known::new().await;
    let world = &known.world;
    assert!(
        world.system.functions().iter().all(|function| FUNCTIONS.contains(&function.name)),
        "and of no function more"
    );

    let made = world.call_as(Role::Admin, Method::POST, "/v1/write-keys").json(&json!({ "name": "zuzuq key" }));
    let key = made.send().await.expect_status(201).json()["secret"].as_str().unwrap().to_owned();
    let angry = crate::endpoints::receiver::Receiver::start([
        Then::Text(500, "zuzuqanswer umzuzuq@quillzuzuq.example"),
        Then::Status(410),
    ])
    .await;
    let secret = webhook(world, "angry", &format!("{}zuzuqpath?token=zuzuqtoken", angry.url())).await;
    let test = world.call_as(Role::Admin, Method::POST, "/v1/endpoints/angry/test");
    let _ = test.header("idempotency-key", "zuzuq").send().await;
    world.advance(Duration::minutes(10)).await;

    refused(world, &key).await;
    poison(world).await;
    damaged(world).await;
    failures(&known).await;

    let mail = world.mails_to(EMAIL).remove(0);
    let intent = intent_of(world, &mail).await.id;
    let bounced = json!({ "mail": { "messageId": "m", "destination": [EMAIL], "tags": { "intent": [intent] } },
        "bounce": { "bounceType": "Permanent", "bouncedRecipients": [{ "emailAddress": EMAIL, "diagnosticCode": NAME }] } });
    assert_eq!(ses_event(world, "Email Bounced", &intent, bounced).await, Vec::<String>::new());
    let unsubscribe =
        mail.links.iter().find(|link| link.contains("/u/")).map(|link| keepwell_tests::path_of(link)).unwrap();
    let form = [("List-Unsubscribe", "One-Click")];
    let _ = world.call(Method::POST, &unsubscribe).form(&form).send().await.expect_status(200);
    world.advance(Duration::days(2)).await;
    let _ = known.erase(ID).await.expect_status(200);
    let _ = world.call_as(Role::Admin, Method::DELETE, "/v1/customers/acme").send().await.expect_status(204);
    world.settle().await;

    let log = lines.text();
    for word in ["\"mail\"", "message failed", "unreadable", "store failed", "delivery"] {
        assert!(log.contains(word), "the test must see what is logged: {word}");
    }
    let jwt = world.system.gateway().token(Role::Admin).unwrap();
    let links: Vec<String> =
        world.system.local().mailbox().mails().iter().flat_map(|mail| mail.links.clone()).collect();
    let tokens = links.iter().filter_map(|link| link.split(['?', '/']).find(|part| part.starts_with("f1.")));
    let mut secrets: Vec<String> = tokens.map(str::to_owned).collect();
    assert!(secrets.len() > 5);
    secrets.extend([key, secret, jwt, "Acme Ltd".to_owned(), "csm@keepwell.example".to_owned(), "likes it".to_owned()]);
    for line in log.lines() {
        let lower = line.to_lowercase();
        assert!(!lower.contains(CANARY), "{line}");
        for secret in &secrets {
            assert!(!line.contains(secret.as_str()), "{secret} in {line}");
        }
    }
    let metrics = world.system.local().metrics().lines();
    assert!(metrics.len() > 100, "{} lines of metrics", metrics.len());
    for line in metrics {
        assert!(!line.to_lowercase().contains(CANARY), "{line}");
        for secret in &secrets {
            assert!(!line.contains(secret.as_str()), "{secret} in {line}");
        }
    }
    let events = world.system.local().bus().events();
    assert!(events.len() > 20);
    for event in events {
        let text = event.detail.to_string().to_lowercase();
        assert!(!text.contains(CANARY) && !text.contains('@') && !text.contains("acme ltd"), "{text}");
    }
    let arrived: Vec<String> = known.webhooks.arrived().iter().map(|request| request.path.clone()).collect();
    for address in links.iter().chain(&arrived) {
        assert!(!address.to_lowercase().contains(CANARY), "{address}");
    }
}
