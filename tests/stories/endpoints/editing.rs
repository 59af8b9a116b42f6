//! Endpoints are made, listed, changed and deleted; what is secret is shown once or never.

use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::World;
use keepwell_tests::logged::Logged;
use serde_json::{Value, json};

use super::receiver::{Receiver, Then};
use super::{admin, endpoint, sent, slack, webhook};

const SLACK: &str = "https://hooks.slack.com/services/T000/B000/topsecret";

#[tokio::test]
async fn the_secret_is_shown_once_and_the_url_of_slack_never() {
    let world = World::new().await;
    let receiver = Receiver::start([]).await;
    let secret = webhook(&world, "crm", &receiver.url()).await;
    assert!(secret.starts_with("whsec_") && secret.len() == 50, "{secret}");
    slack(&world, "cs-channel", SLACK).await;
    sent(&world, "crm").await;
    let mut shown = Vec::new();
    for path in ["/v1/endpoints", "/v1/endpoints/crm", "/v1/endpoints/cs-channel", "/v1/endpoints/crm/deliveries"] {
        shown.push(admin(&world, Method::GET, path, Value::Null).await.expect_status(200).text);
    }
    shown.push(admin(&world, Method::PATCH, "/v1/endpoints/crm", json!({ "name": "CRM" })).await.text);
    shown.push(admin(&world, Method::PATCH, "/v1/endpoints/cs-channel", json!({ "url": SLACK })).await.text);
    shown.push(admin(&world, Method::POST, "/v1/endpoints/crm/test", Value::Null).await.text);
    for text in &shown {
        assert!(!text.contains("whsec_") && !text.contains("topsecret"), "{text}");
    }
    insta::assert_json_snapshot!("endpoints", serde_json::from_str::<Value>(&shown[0]).unwrap(),
        { ".items[].url" => insta::dynamic_redaction(|value, _| {
            let url = value.as_str().unwrap_or_default();
            if url.contains("slack") { url.to_owned() } else { "http://127.0.0.1:…".to_owned() }
        }) });
}

#[tokio::test]
async fn neither_secrets_nor_paths_nor_bodies_reach_the_log() {
    let log = Logged::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().json().with_max_level(tracing::Level::DEBUG);
    let _guard = tracing::subscriber::set_default(subscriber.with_writer(move || writer.clone()).finish());
    let world = World::new().await;
    let receiver = Receiver::start([Then::Status(204), Then::Text(500, "canary-answer"), Then::Status(410)]).await;
    let url = receiver.url().replace("key=k1", "key=canary-url");
    let secret = webhook(&world, "crm", &url).await;
    slack(&world, "cs-channel", &url).await;
    for _ in 0..3 {
        sent(&world, "crm").await;
    }
    admin(&world, Method::POST, "/v1/endpoints/cs-channel/test", Value::Null).await.expect_status(200);
    let text = log.text();
    assert!(text.contains("endpoint disabled"), "nothing was logged: {text}");
    for canary in [&secret["whsec_".len()..], "canary-url", "/hooks/keepwell", "canary-answer", "Söhne"] {
        let line = text.lines().find(|line| line.contains(canary));
        assert_eq!(line, None, "{canary}");
    }
}

#[tokio::test]
async fn a_repeated_request_makes_no_second_one_and_shows_no_secret() {
    let world = World::new().await;
    let new = json!({ "id": "crm", "kind": "webhook", "url": "https://hooks.example.com/" });
    let post = || {
        let call = world.call_as(Role::Admin, Method::POST, "/v1/endpoints").header("idempotency-key", "k");
        call.json(&new).send()
    };
    let first = post().await.expect_status(201).json();
    let second = post().await.expect_status(201).json();
    assert!(first["secret"].as_str().is_some_and(|secret| secret.starts_with("whsec_")));
    assert_eq!(second["secret"], Value::Null);
    let without = |mut body: Value| {
        body["secret"] = Value::Null;
        body
    };
    assert_eq!(without(first), without(second));
    admin(&world, Method::POST, "/v1/endpoints", new.clone()).await.expect_status(409);
}

#[tokio::test]
async fn a_change_needs_the_etag_of_now() {
    let world = World::new().await;
    webhook(&world, "crm", "https://hooks.example.com/").await;
    let patch = |etag: Option<&str>| {
        let call = world.call_as(Role::Admin, Method::PATCH, "/v1/endpoints/crm");
        let call = if let Some(etag) = etag { call.header("if-match", etag) } else { call };
        call.json(&json!({ "name": "CRM", "url": "https://new.example.com/hook" })).send()
    };
    patch(None).await.expect_status(428);
    patch(Some("\"7\"")).await.expect_status(412);
    let read = world.call_as(Role::Csm, Method::GET, "/v1/endpoints/crm").send().await.expect_status(200);
    assert_eq!(read.header("etag"), "\"1\"");
    let changed = patch(Some("\"1\"")).await.expect_status(200);
    assert_eq!(changed.header("etag"), "\"2\"");
    patch(Some("\"1\"")).await.expect_status(412);
    let now = endpoint(&world, "crm").await;
    assert_eq!((&now["name"], &now["url"]), (&json!("CRM"), &json!("https://new.example.com/hook")));
    // The same again changes nothing.
    assert_eq!(patch(Some("\"2\"")).await.expect_status(200).header("etag"), "\"2\"");
}

#[tokio::test]
async fn it_goes_on_with_its_secret_at_another_address() {
    let world = World::new().await;
    let (old, new) = (Receiver::start([]).await, Receiver::start([]).await);
    webhook(&world, "crm", &old.url()).await;
    sent(&world, "crm").await;
    admin(&world, Method::PATCH, "/v1/endpoints/crm", json!({ "url": new.url() })).await.expect_status(200);
    sent(&world, "crm").await;
    assert_eq!((old.arrived().len(), new.arrived().len()), (1, 1));
}

#[tokio::test]
async fn what_is_deleted_is_gone() {
    let world = World::new().await;
    webhook(&world, "crm", "https://hooks.example.com/").await;
    let stale = world.call_as(Role::Admin, Method::DELETE, "/v1/endpoints/crm").header("if-match", "\"9\"");
    stale.send().await.expect_status(412);
    admin(&world, Method::DELETE, "/v1/endpoints/crm", Value::Null).await.expect_status(204);
    for (method, path) in [
        (Method::GET, "/v1/endpoints/crm"),
        (Method::GET, "/v1/endpoints/crm/deliveries"),
        (Method::DELETE, "/v1/endpoints/crm"),
        (Method::PATCH, "/v1/endpoints/crm"),
        (Method::POST, "/v1/endpoints/crm/test"),
        (Method::POST, "/v1/endpoints/crm/deliveries/msg_1/redeliver"),
        (Method::POST, "/v1/endpoints/CRM%2F/test"),
    ] {
        admin(&world, method, path, json!({})).await.expect_status(404);
    }
    let page = admin(&world, Method::GET, "/v1/endpoints", Value::Null).await.expect_status(200).json();
    assert_eq!(page["items"], json!([]));
}

#[tokio::test]
async fn a_delivery_that_is_not_there_is_not_sent_again() {
    let world = World::new().await;
    let receiver = Receiver::start([]).await;
    webhook(&world, "crm", &receiver.url()).await;
    webhook(&world, "other", &receiver.url()).await;
    let of_other = sent(&world, "other").await.id;
    for id in [of_other.as_str(), "msg_", "msg_01j", "x", "msg_%00", "%E2%82%AC", &"m".repeat(2_000)] {
        let path = format!("/v1/endpoints/crm/deliveries/{id}/redeliver");
        admin(&world, Method::POST, &path, Value::Null).await.expect_status(404);
    }
    assert_eq!(receiver.arrived().len(), 1);
}
