//! How a machine is let in, and what it is answered.

use std::io::Write as _;

use chrono::Duration;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::Method;
use keepwell_aws::http::{Access, Role};
use keepwell_tests::{Reply, World};
use serde_json::{Value, json};

use super::{batch, events, send};

async fn world() -> (World, String) {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let key = world.write_key().await;
    (world, key)
}

fn track() -> Value {
    json!({ "type": "track", "userId": "u1", "event": "Login", "messageId": "1", "context": { "groupId": "acme" } })
}

fn packed(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

async fn send_packed(world: &World, key: &str, body: Vec<u8>) -> Reply {
    let call = world.call_with_key(key, "/v1/batch").header("content-encoding", "gzip");
    call.raw("application/json", body).send().await
}

#[track_caller]
fn expect_no_key(reply: &Reply) {
    assert_eq!(reply.status, 401, "{}", reply.text);
    assert_eq!(reply.header("www-authenticate"), "Basic realm=\"keepwell\"");
    assert_eq!(reply.json()["type"], "urn:keepwell:problem:no-write-key");
}

#[tokio::test]
async fn each_route_for_machines_takes_a_write_key_and_nothing_else() {
    let (world, key) = world().await;
    let declared = world.system.functions().iter().flat_map(|function| function.routes.declared());
    let machines: Vec<_> = declared.filter(|route| route.access == Access::Machine).collect();
    assert!(machines.len() >= 8);
    world.system.local().reset_requests();
    for route in machines {
        let reply = world.call(Method::POST, route.path).json(&track()).send().await;
        expect_no_key(&reply);
        let reply = world.call_as(Role::Admin, Method::POST, route.path).json(&track()).send().await;
        expect_no_key(&reply);
        let other = if key.ends_with('0') {
            format!("{}1", &key[..key.len() - 1])
        } else {
            format!("{}0", &key[..key.len() - 1])
        };
        let reply = world.call_with_key(&other, route.path).json(&track()).send().await;
        expect_no_key(&reply);
        let reply = world.call_with_key(&key, route.path).json(&json!({})).send().await;
        assert!([400, 422].contains(&reply.status.as_u16()), "{}: {}", route.path, reply.text);
    }
    assert_eq!(world.system.local().write_count(), 0);
}

#[tokio::test]
async fn headers_that_hold_no_key_are_refused_even_when_the_body_has_one() {
    let (world, key) = world().await;
    let mut body = track();
    body["writeKey"] = json!(key);
    for header in ["Basic", "Basic !", "Basic d2tf", "Bearer x", "basic Og==", &format!("Basic {key}")] {
        let reply = world.call(Method::POST, "/v1/track").header("authorization", header).json(&body).send().await;
        expect_no_key(&reply);
    }
}

#[tokio::test]
async fn a_key_in_the_body_is_taken_when_there_is_no_header() {
    let (world, key) = world().await;
    let mut body = track();
    body["writeKey"] = json!(key);
    let _ = world.call(Method::POST, "/v1/track").json(&body).send().await.expect_status(200);
    let body = json!({ "batch": [track()], "writeKey": key });
    let _ = world.call(Method::POST, "/v1/batch").json(&body).send().await.expect_status(200);
    assert_eq!(events(&world, "acme").await, 1);
    for wrong in [json!({ "batch": [track()] }), json!([track()]), json!({ "batch": [], "writeKey": 3 })] {
        expect_no_key(&world.call(Method::POST, "/v1/batch").json(&wrong).send().await);
    }
}

#[tokio::test]
async fn a_deleted_key_is_refused_within_a_minute() {
    let (world, key) = world().await;
    let call = || world.call_with_key(&key, "/v1/track").json(&track()).send();
    let _ = call().await.expect_status(200);
    let (id, _) = key.rsplit_once('_').unwrap();
    let path = format!("/v1/write-keys/{id}");
    let _ = world.call_as(Role::Admin, Method::DELETE, &path).send().await.expect_status(204);
    world.system.local().clock().advance(Duration::minutes(1));
    expect_no_key(&call().await);
}

#[tokio::test]
async fn a_key_is_read_once_a_minute_however_many_requests_come() {
    let (world, key) = world().await;
    let reads = || world.system.local().requests().iter().filter(|request| request.operation == "GetItem").count();
    let call = || world.call_with_key(&key, "/v1/track").json(&track()).send();
    let _ = call().await.expect_status(200);
    world.system.local().reset_requests();
    let _ = call().await.expect_status(200);
    let with_known_key = reads();
    world.system.local().clock().advance(Duration::minutes(1));
    world.system.local().reset_requests();
    let _ = call().await.expect_status(200);
    assert_eq!(reads(), with_known_key + 1);
}

#[tokio::test]
async fn packed_bodies_are_taken_and_unpacked_only_up_to_the_limit() {
    let (world, key) = world().await;
    let body = json!({ "batch": [track()] }).to_string();
    let _ = send_packed(&world, &key, packed(body.as_bytes())).await.expect_status(200);
    assert_eq!(events(&world, "acme").await, 1);
    let spaces = |bytes: usize| format!("{body}{}", " ".repeat(bytes - body.len())).into_bytes();
    let _ = send_packed(&world, &key, packed(&spaces(500 * 1024))).await.expect_status(200);
    let _ = send_packed(&world, &key, packed(&spaces(500 * 1024 + 1))).await.expect_status(413);
    let _ = send_packed(&world, &key, packed(&spaces(50_000_000))).await.expect_status(413);
    let mut cut = packed(body.as_bytes());
    cut.truncate(20);
    let _ = send_packed(&world, &key, cut).await.expect_status(400);
    let _ = send_packed(&world, &key, body.into_bytes()).await.expect_status(400);
    let call = world.call_with_key(&key, "/v1/batch").header("content-encoding", "br");
    let _ = call.raw("application/json", "x").send().await.expect_status(415);
}

#[tokio::test]
async fn too_much_is_refused_and_exactly_as_much_as_is_allowed_is_not() {
    let (world, key) = world().await;
    let body = |size: usize| {
        let start = json!({ "batch": [track()] }).to_string();
        format!("{start}{}", " ".repeat(size - start.len()))
    };
    for (size, status) in [(500 * 1024, 200), (500 * 1024 + 1, 413)] {
        let call = world.call_with_key(&key, "/v1/batch").raw("application/json", body(size));
        let _ = call.send().await.expect_status(status);
    }
    let few =
        |items: usize| json!({ "batch": vec![json!({ "type": "page", "userId": "u", "groupId": "acme" }); items] });
    let _ = send(&world, "/v1/batch", &few(2_500)).await.expect_status(200);
    let reply = send(&world, "/v1/batch", &few(2_501)).await.expect_status(413);
    assert_eq!(reply.json()["type"], "urn:keepwell:problem:too-many-items");

    let large = |size: usize| {
        let mut call = track();
        let length = call.to_string().len() + ",\"fill\":\"\"".len();
        call["fill"] = json!("x".repeat(size - length));
        call
    };
    let _ = send(&world, "/v1/track", &large(32 * 1024)).await.expect_status(200);
    let _ = send(&world, "/v1/track", &large(32 * 1024 + 1)).await.expect_status(413);
    let answer = batch(&world, json!([large(32 * 1024 + 1), large(32 * 1024)])).await;
    assert_eq!(answer["rejected"], json!([{ "index": 0, "reason": "is larger than 32768 bytes" }]));
}

#[tokio::test]
async fn each_item_that_cannot_be_used_is_named_with_everything_that_is_wrong() {
    let (world, _) = world().await;
    let calls = json!([
        track(),
        { "type": "dance", "userId": "u" },
        { "type": "track", "event": 7.5, "timestamp": "yesterday", "properties": [] },
        { "type": "track", "userId": { "id": 1 }, "groupId": "a b", "event": "x".repeat(101) },
        { "type": "group", "userId": "u" },
        { "type": "group", "userId": "u", "groupId": "acme", "traits": { "seats": "many", "plan": 3, "owner": "me" } },
        { "type": "identify", "userId": "u", "traits": { "email": "nobody" } },
        { "type": "identify", "userId": "u", "traits": "x" },
        { "type": "alias", "userId": "u" },
        { "type": "track", "userId": "u", "event": "E", "timestamp": "2024-01-01T00:00:00Z", "groupId": "acme" },
        { "type": "track", "userId": "a\nb", "event": "E", "userId2": true, "messageId": "m".repeat(101) },
        [], null, "x"
    ]);
    let answer = batch(&world, calls).await;
    insta::assert_json_snapshot!("rejected", answer);
}

#[tokio::test]
async fn a_request_of_which_nothing_can_be_used_is_refused() {
    let (world, _) = world().await;
    world.system.local().reset_requests();
    let reply = send(&world, "/v1/batch", &json!({ "batch": [{ "type": "track" }, {}] })).await.expect_status(400);
    assert_eq!(reply.json()["type"], "urn:keepwell:problem:nothing-usable");
    assert_eq!(reply.pointers(), ["/batch/0", "/batch/1"]);
    let reply = send(&world, "/v1/track", &json!({ "userId": "u" })).await.expect_status(400);
    assert_eq!(reply.pointers(), [""]);
    for body in [json!({ "batch": [] }), json!({}), json!([]), json!({ "batch": {} }), json!(null)] {
        let _ = send(&world, "/v1/batch", &body).await.expect_status(400);
    }
    for body in [json!([]), json!(null), json!("x"), json!(3)] {
        let _ = send(&world, "/v1/identify", &body).await.expect_status(400);
    }
    assert_eq!(world.system.local().write_count(), 0);
}
