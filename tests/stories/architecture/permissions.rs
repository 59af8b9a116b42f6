//! What a function asks of the cloud, its role in the template allows.
//!
//! The functions are run here and their requests noted. A transaction's request does not tell what it does to each item;
//! it needs the right to put at least.

use std::collections::BTreeSet;

use chrono::Duration;
use http::{Method, Request};
use keepwell_aws::function::{Function, Message};
use keepwell_aws::http::{Claims, Role};
use keepwell_local::cloud::requests::{RequestRecord, Service};
use keepwell_tests::{World, feedback_path};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::template::{functions, template, texts};

/// What the requests need: `(action, resource)`; an index counts as its table.
fn needs(requests: &[RequestRecord]) -> BTreeSet<(String, String)> {
    let mut needs = BTreeSet::new();
    for request in requests {
        let action = match (request.service, request.operation.as_str()) {
            (Service::DynamoDb, "TransactWriteItems") => "dynamodb:PutItem".to_owned(),
            (Service::DynamoDb, operation) => format!("dynamodb:{operation}"),
            (Service::EventBridge, operation) => format!("events:{operation}"),
            (Service::Ses, operation) => format!("ses:{operation}"),
            (Service::S3, "ListObjectsV2") => "s3:ListBucket".to_owned(),
            (Service::S3, operation) => format!("s3:{operation}"),
        };
        let tables: Vec<String> = match request.service {
            Service::DynamoDb => request.tables.iter().map(|table| logical(table)).collect(),
            Service::EventBridge | Service::Ses | Service::S3 => vec![String::new()],
        };
        needs.extend(tables.into_iter().map(|table| (action.clone(), table)));
    }
    needs
}

/// `keepwell-core` -> `CoreTable`.
fn logical(table: &str) -> String {
    let name = table.trim_start_matches("keepwell-");
    let (first, rest) = name.split_at(1);
    format!("{}{rest}Table", first.to_uppercase())
}

/// What the role of a function allows, in the same words.
fn allowed(template: &Value, role: &str) -> BTreeSet<(String, String)> {
    let policies = template["Resources"][role]["Properties"]["Policies"].as_array().cloned().unwrap_or_default();
    let statements = policies
        .iter()
        .flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().cloned().unwrap_or_default());
    let mut allowed = BTreeSet::new();
    for statement in statements {
        for action in texts(&statement["Action"]) {
            let is_table_action = action.starts_with("dynamodb:");
            for resource in texts(&statement["Resource"]) {
                let table = resource.trim_start_matches("${").split('.').next().unwrap_or_default().to_owned();
                allowed.insert((action.clone(), if is_table_action { table } else { String::new() }));
            }
        }
    }
    allowed
}

/// Sends a request to the routes of one function, as a person of that role.
async fn ask(function: &Function, role: Role, method: Method, path: &str, media_type: &str, body: &str) {
    send(function, role, method, path, media_type, body.to_owned()).await;
}

/// The same; a body with a `writeKey` makes it a request of a machine.
async fn send(function: &Function, role: Role, method: Method, path: &str, media_type: &str, body: String) {
    let claims = [("email", format!("{role}@keepwell.example")), ("groups", format!("[{role}]"))];
    let request = Request::builder()
        .method(method.clone())
        .uri(path)
        .header("content-type", media_type)
        .header("if-match", "\"1\"")
        .header("idempotency-key", path)
        .extension(Claims(claims.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()))
        .body(axum::body::Body::from(body))
        .expect("a request");
    let status = function.router().oneshot(request).await.expect("an answer").status();
    assert!(status.is_success(), "{method} {path}: {status}");
}

/// Calls that go through each function's stores.
const CALLS: &[(&str, Role, Method, &str, &str, &str)] = &[
    (
        "status-update",
        Role::Csm,
        Method::PUT,
        "/v1/customers/acme/status",
        "application/json",
        r#"{ "status": "struggling", "reason": "we talked" }"#,
    ),
    (
        "console-api",
        Role::Csm,
        Method::POST,
        "/v1/customers",
        "application/json",
        r#"{ "id": "beta", "name": "Beta" }"#,
    ),
    ("console-api", Role::Viewer, Method::GET, "/v1/customers", "", ""),
    ("console-api", Role::Viewer, Method::GET, "/v1/customers/acme/timeline", "", ""),
    ("console-api", Role::Viewer, Method::GET, "/v1/customers/acme/score/history", "", ""),
    ("console-api", Role::Viewer, Method::GET, "/v1/customers/acme/happiness", "", ""),
    ("console-api", Role::Viewer, Method::GET, "/v1/feedback", "", ""),
    ("console-api", Role::Viewer, Method::PUT, "/v1/members/me", "", ""),
    ("console-api", Role::Viewer, Method::GET, "/v1/members", "", ""),
    (
        "console-api",
        Role::Viewer,
        Method::PUT,
        "/v1/views/mine",
        "application/json",
        r#"{ "name": "Mine", "page": "portfolio" }"#,
    ),
    ("console-api", Role::Viewer, Method::GET, "/v1/views", "", ""),
    (
        "signal-ingest",
        Role::Csm,
        Method::POST,
        "/v1/customers/acme/interactions",
        "application/json",
        r#"{ "kind": "call" }"#,
    ),
    ("console-api", Role::Viewer, Method::GET, "/v1/tasks", "", ""),
    ("console-api", Role::Viewer, Method::GET, "/v1/tasks?owner=csm@keepwell.example", "", ""),
    ("console-api", Role::Viewer, Method::GET, "/v1/insights", "", ""),
    ("console-api", Role::Viewer, Method::GET, "/v1/analytics/trend", "", ""),
    ("console-api", Role::Viewer, Method::GET, "/v1/analytics/movement", "", ""),
    ("console-api", Role::Viewer, Method::GET, "/v1/analytics/drivers", "", ""),
    ("console-api", Role::Viewer, Method::GET, "/v1/analytics/responses", "", ""),
    ("console-api", Role::Admin, Method::GET, "/v1/exports/customers", "", ""),
    ("console-api", Role::Admin, Method::GET, "/v1/exports/usage", "", ""),
    (
        "console-api",
        Role::Csm,
        Method::POST,
        "/v1/tasks",
        "application/json",
        r#"{ "customer": "acme", "title": "Call", "due_on": "2026-03-09" }"#,
    ),
    ("console-api", Role::Csm, Method::DELETE, "/v1/customers/acme/contacts/uma", "", ""),
    (
        "signal-ingest",
        Role::Csm,
        Method::POST,
        "/v1/imports/customers",
        "text/csv",
        "id,name\ngamma,Gamma\nacme,Acme Ltd\n",
    ),
    (
        "signal-ingest",
        Role::Csm,
        Method::POST,
        "/v1/imports/contacts",
        "text/csv",
        "id,customer,name,email,role\nz,acme,Zoe,z@acme.example,user\n",
    ),
    ("signal-ingest", Role::Csm, Method::POST, "/v1/imports/usage", "text/csv", "id,customer,at\nu1,acme,2026-03-01\n"),
    (
        "signal-ingest",
        Role::Csm,
        Method::POST,
        "/v1/imports/tickets",
        "text/csv",
        "id,customer,opened_at\nt1,acme,2026-03-01\n",
    ),
    (
        "signal-ingest",
        Role::Csm,
        Method::POST,
        "/v1/imports/outcomes",
        "text/csv",
        "id,customer,kind,on\no1,acme,renewed,2026-03-01\n",
    ),
    ("portfolio-snapshot", Role::Admin, Method::POST, "/v1/snapshot", "application/json", "{}"),
    ("console-api", Role::Admin, Method::POST, "/v1/write-keys", "application/json", r#"{ "name": "Production" }"#),
    ("console-api", Role::Admin, Method::GET, "/v1/write-keys", "", ""),
    (
        "console-api",
        Role::Admin,
        Method::POST,
        "/v1/endpoints",
        "application/json",
        r#"{ "id": "crm", "kind": "webhook", "url": "http://127.0.0.1:9/" }"#,
    ),
    ("console-api", Role::Admin, Method::PATCH, "/v1/endpoints/crm", "application/json", r#"{ "name": "CRM" }"#),
    ("console-api", Role::Admin, Method::POST, "/v1/endpoints/crm/test", "", ""),
    ("console-api", Role::Csm, Method::GET, "/v1/endpoints", "", ""),
    ("console-api", Role::Csm, Method::GET, "/v1/endpoints/crm/deliveries", "", ""),
    ("console-api", Role::Viewer, Method::GET, "/v1/automations", "", ""),
    ("console-api", Role::Viewer, Method::GET, "/v1/runs", "", ""),
    ("console-api", Role::Viewer, Method::GET, "/v1/runs?customer=acme", "", ""),
    ("console-api", Role::Viewer, Method::GET, "/v1/automations/status-struggling/runs", "", ""),
    ("console-api", Role::Admin, Method::POST, "/v1/automations/status-struggling/reset", "", ""),
    (
        "console-api",
        Role::Admin,
        Method::PUT,
        "/v1/automations/wait-a-day",
        "application/json",
        r#"{ "format": 1, "id": "wait-a-day", "name": "Wait", "on": true, "trigger": { "health_status_changed": {} },
            "conditions": { "field": "measure.tickets.open_weighted", "known": false },
            "actions": [{ "wait": { "days": 1 } }, { "add_tag": { "tag": "waited" } }] }"#,
    ),
    (
        "console-api",
        Role::Csm,
        Method::POST,
        "/v1/automations/wait-a-day/dry-run",
        "application/json",
        r#"{ "days": 14 }"#,
    ),
    (
        "console-api",
        Role::Csm,
        Method::POST,
        "/v1/automations/wait-a-day/dry-run",
        "application/json",
        r#"{ "customer": "acme" }"#,
    ),
    ("console-api", Role::Admin, Method::DELETE, "/v1/customers/beta", "", ""),
];

fn tracking_calls(key: &str, customer: &str) -> String {
    let of_user = |kind: &str| {
        json!({ "type": kind, "userId": "u1", "groupId": customer, "event": "Login", "previousId": "anon",
            "traits": { "email": "ann@acme.example", "name": customer } })
    };
    let alone = json!({ "type": "identify", "userId": "u2", "traits": { "name": customer } });
    json!({ "batch": [of_user("group"), of_user("identify"), of_user("alias"), of_user("track"), alone], "writeKey": key })
        .to_string()
}

#[tokio::test]
async fn each_function_may_do_what_it_does() {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker"), ("uma", "user")]).await;
    let mut asked: Vec<(&'static str, BTreeSet<(String, String)>)> = Vec::new();
    let local = world.system.local();
    let functions_in_code = world.system.functions();
    let named =
        |name: &str| functions_in_code.iter().find(|function| function.name == name).expect("the function is there");

    for (name, role, method, path, media_type, body) in CALLS {
        local.reset_requests();
        ask(named(name), *role, method.clone(), path, media_type, body).await;
        asked.push((named(name).name, needs(&local.requests())));
    }
    // Twice, so that what is known is read too: users of both kinds, a contact, a move from one customer to another.
    for customer in ["acme", "gamma"] {
        let calls = tracking_calls(&world.write_key().await, customer);
        local.reset_requests();
        let ingest = named("signal-ingest");
        send(ingest, Role::Viewer, Method::POST, "/v1/batch", "application/json", calls).await;
        asked.push((ingest.name, needs(&local.requests())));
    }
    local.clock().advance(Duration::hours(1));
    for function in functions_in_code {
        for schedule in &function.schedules {
            local.reset_requests();
            (schedule.handler)().await.expect(schedule.name);
            asked.push((function.name, needs(&local.requests())));
        }
    }
    let path = feedback_path(&world.mails_to("dora@acme.example")[0], "not_happy");
    local.reset_requests();
    let collection = named("feedback-collection");
    let page = world.call(Method::GET, &path).send().await.expect_status(200);
    let form = format!("rating=not_happy&comment=&nonce={}", page.nonce());
    ask(collection, Role::Viewer, Method::POST, &path, "application/x-www-form-urlencoded", &form).await;
    asked.push((collection.name, needs(&local.requests())));

    // The publisher brings the events to the queues; each consumer then handles what it got.
    local.reset_requests();
    event_publisher_sweep(&world).await;
    for function in functions_in_code {
        let Some(subscription) = &function.subscription else { continue };
        let batch = local.bus().receive(function.name, 50);
        let messages = batch
            .iter()
            .map(|message| Message::parse(&message.message_id, &message.body).expect("a message"))
            .collect();
        local.reset_requests();
        assert_eq!((subscription.handler)(messages).await, Vec::<String>::new(), "{}", function.name);
        asked.push((function.name, needs(&local.requests())));
    }

    let template = template();
    let in_template = functions(&template);
    for function in functions_in_code {
        let needed: BTreeSet<_> =
            asked.iter().filter(|(name, _)| *name == function.name).flat_map(|(_, needs)| needs.clone()).collect();
        assert!(!needed.is_empty(), "{} asked for nothing", function.name);
        let role = in_template[function.name]["is"]["Role"]
            .as_str()
            .and_then(|role| role.strip_suffix(".Arn"))
            .expect("a role");
        let allowed = allowed(&template, role);
        let missing: Vec<_> = needed.difference(&allowed).collect();
        assert!(missing.is_empty(), "{role} does not allow {missing:?}");
    }
}

async fn event_publisher_sweep(world: &World) {
    world.system.local().clock().advance(Duration::minutes(5));
    let functions = world.system.functions();
    let publisher = functions.iter().find(|function| function.name == "event-publisher").expect("the publisher");
    (publisher.schedules[0].handler)().await.expect("the sweep");
}
