//! A request that is sent again with its `Idempotency-Key` acts once.

use std::sync::Arc;

use chrono::Duration;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::{Reply, World};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{expect_problem, world, writes};

async fn post(world: &World, path: &str, key: &str, body: &Value) -> Reply {
    world.call_as(Role::Csm, Method::POST, path).header("idempotency-key", key).json(body).send().await
}

#[tokio::test]
async fn the_same_request_again_gets_the_same_answer_and_acts_once() {
    let (world, task) = world().await;
    // The secret of a write key is shown once: its story is told in `tracking`. A snapshot may be taken again and again.
    let others = ["/v1/write-keys", "/v1/snapshot"];
    let repeats = |write: &super::Write| write.method != Method::PATCH && !others.contains(&write.declared);
    for write in writes(&task).into_iter().filter(repeats) {
        let send = || {
            let call = world.call_as(Role::Admin, write.method.clone(), &write.path).header("if-match", "*");
            call.header("idempotency-key", "k 1").json(&write.good).send()
        };
        let first = send().await;
        assert!(first.status.is_success(), "{}", first.text);
        world.settle().await;
        world.system.local().reset_requests();
        let second = send().await;
        assert_eq!(
            (second.status, &second.text, second.header("etag")),
            (first.status, &first.text, first.header("etag"))
        );
        assert_eq!(world.system.local().write_count(), 0, "{} {}", write.method, write.path);
    }
}

#[tokio::test]
async fn the_answer_is_repeated_even_after_the_thing_changed_or_went() {
    let (world, _) = world().await;
    let body = json!({ "id": "new", "name": "New" });
    let first = post(&world, "/v1/customers", "k", &body).await.expect_status(201);
    let path = "/v1/customers/new";
    world.change(Method::PATCH, path, path, json!({ "name": "Newer" })).await.expect_status(200);
    let second = post(&world, "/v1/customers", "k", &body).await.expect_status(201);
    assert_eq!((&second.text, second.header("etag").as_str()), (&first.text, "\"1\""));
    assert_eq!(world.get(path).await["name"], "Newer");

    let _ = world.call_as(Role::Admin, Method::DELETE, path).send().await.expect_status(204);
    assert_eq!(
        post(&world, "/v1/customers", "k", &body).await.expect_status(410).json()["type"],
        "urn:keepwell:problem:erased"
    );
    let _ = world.call_as(Role::Viewer, Method::GET, path).send().await.expect_status(404);
}

#[tokio::test]
async fn a_status_is_not_set_back_by_a_request_that_is_repeated_late() {
    let (world, _) = world().await;
    let put = |status: &str, key: &str| {
        let call = world.call_as(Role::Csm, Method::PUT, "/v1/customers/acme/status").header("if-match", "*");
        call.header("idempotency-key", key).json(&json!({ "status": status, "reason": "r" })).send()
    };
    put("healthy", "a").await.expect_status(200);
    // Nothing to do, but an answer all the same.
    put("healthy", "b").await.expect_status(200);
    put("struggling", "c").await.expect_status(200);
    for late in ["a", "b"] {
        assert_eq!(put("healthy", late).await.expect_status(200).json()["status"], "healthy");
        assert_eq!(world.get("/v1/customers/acme").await["status"], "struggling", "after {late}");
    }
}

#[tokio::test]
async fn the_order_of_the_members_does_not_make_another_request() {
    let (world, _) = world().await;
    let send = |body: &'static str| {
        let call = world.call_as(Role::Csm, Method::POST, "/v1/customers").header("idempotency-key", "k");
        call.raw("application/json", body).send()
    };
    let first = send(r#"{"name": "New", "seats": 3}"#).await.expect_status(201);
    let second = send(r#"{ "seats":3, "name":"New" }"#).await.expect_status(201);
    assert_eq!(first.json()["id"], second.json()["id"]);
}

#[tokio::test]
async fn a_key_that_was_used_for_another_request_is_refused() {
    let (world, _) = world().await;
    let _ = post(&world, "/v1/customers", "k", &json!({ "name": "One" })).await.expect_status(201);
    world.system.local().reset_requests();
    let reply = post(&world, "/v1/customers", "k", &json!({ "name": "Two" })).await;
    expect_problem(&reply, 422, "another body");
    assert_eq!(reply.json()["type"], "urn:keepwell:problem:idempotency-key-reused");
    assert_eq!(world.system.local().write_count(), 0);
    assert_eq!(world.get("/v1/customers").await["total"], 2);
}

#[tokio::test]
async fn a_key_belongs_to_one_person_and_one_call() {
    let (world, _) = world().await;
    let body = json!({ "name": "Twin", "email": "twin@acme.example" });
    let token = world.system.gateway().token_for("ben@keepwell.example", &[Role::Csm]).unwrap();
    world.customer_with("bolt", &[]).await;
    let (acme, bolt) = ("/v1/customers/acme/contacts", "/v1/customers/bolt/contacts");
    let mine = post(&world, acme, "k", &body).await.expect_status(201).json();
    let elsewhere = post(&world, bolt, "k", &body).await.expect_status(201).json();
    let call = world.call(Method::POST, acme).header("authorization", &format!("Bearer {token}"));
    let theirs = call.header("idempotency-key", "k").json(&body).send().await.expect_status(201).json();
    assert_eq!(elsewhere["customer"], "bolt");
    assert!(mine["id"] != theirs["id"] && mine["id"] != elsewhere["id"]);
    assert_eq!(world.get(acme).await["items"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_request_that_was_refused_does_not_use_up_its_key() {
    let (world, _) = world().await;
    let _ = post(&world, "/v1/customers", "k", &json!({ "name": "" })).await.expect_status(422);
    let _ = post(&world, "/v1/customers", "k", &json!({ "id": "acme", "name": "Taken" })).await.expect_status(409);
    let _ = post(&world, "/v1/customers", "k", &json!({ "id": "free", "name": "Free" })).await.expect_status(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_at_once_with_one_key_act_once_and_get_one_answer() {
    let (world, _) = world().await;
    let world = Arc::new(world);
    for (path, body) in [
        ("/v1/customers", json!({ "name": "Rush" })),
        ("/v1/customers/acme/contacts", json!({ "name": "Rush", "email": "rush@acme.example" })),
        ("/v1/tasks", json!({ "customer": "acme", "title": "Rush", "due_on": "2026-03-12" })),
    ] {
        let mut requests = JoinSet::new();
        for _ in 0..10 {
            let (world, body) = (Arc::clone(&world), body.clone());
            requests.spawn(async move { post(&world, path, "k", &body).await.expect_status(201).text });
        }
        let mut answers = requests.join_all().await;
        answers.dedup();
        assert_eq!(answers.len(), 1, "{path}");
    }
    assert_eq!(world.get("/v1/customers").await["total"], 2);
    assert_eq!(world.get("/v1/customers/acme/contacts").await["items"].as_array().unwrap().len(), 2);
    assert_eq!(world.get("/v1/tasks").await["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_key_is_1_to_255_printable_ascii_characters() {
    let (world, _) = world().await;
    let too_long = "k".repeat(256);
    for key in ["", "schlüssel", "a\tb", &too_long] {
        let reply = post(&world, "/v1/customers", key, &json!({ "name": "New" })).await;
        expect_problem(&reply, 400, key);
    }
    assert_eq!(world.system.local().write_count(), 0);
    for key in ["k", "~ {\"quoted\"} !", &too_long[1..]] {
        let _ = post(&world, "/v1/customers", key, &json!({ "name": "New" })).await.expect_status(201);
    }
}

#[tokio::test]
async fn after_48_hours_the_key_is_forgotten() {
    let (world, _) = world().await;
    let body = json!({ "name": "New" });
    let clock = world.system.local().clock();
    let first = post(&world, "/v1/customers", "k", &body).await.expect_status(201).json();
    clock.advance(Duration::hours(48) - Duration::milliseconds(1));
    let repeated = post(&world, "/v1/customers", "k", &body).await.expect_status(201).json();
    assert_eq!(repeated, first);
    clock.advance(Duration::milliseconds(1));
    let anew = post(&world, "/v1/customers", "k", &body).await.expect_status(201).json();
    assert_ne!(anew["id"], first["id"]);
    // From here the new answer is repeated.
    let again = post(&world, "/v1/customers", "k", &body).await.expect_status(201).json();
    assert_eq!(again, anew);
}
