//! A customer is erased, wholly.

use chrono::Duration;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_aws::store::Range;
use keepwell_aws::store::record::Table;
use keepwell_tests::World;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

/// Everything that is stored about a customer.
async fn stored(world: &World, id: &str) -> usize {
    let store = &world.system.cloud().store;
    let mut items = 0;
    for (table, partition) in [(Table::Core, "C"), (Table::Usage, "U")] {
        let range = Range { table, pk: format!("{partition}#{id}"), prefix: "", descending: false };
        items += store.query_between::<IgnoredAny>(&range, " ", "~").await.unwrap().len();
    }
    items
}

async fn csv(world: &World, kind: &str, file: &str) {
    let path = format!("/v1/imports/{kind}");
    let call = world.call_as(Role::Csm, Method::POST, &path).raw("text/csv", file.to_owned());
    assert_eq!(call.send().await.expect_status(200).json()["rejected"], 0);
    world.settle().await;
}

async fn a_customer_with_everything() -> World {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    world.customer_with("bolt", &[("bo", "decision_maker")]).await;
    csv(&world, "usage", "id,customer,at,user,feature\nu1,acme,2026-03-01T10:00:00Z,ann,search\n").await;
    csv(&world, "tickets", "id,customer,severity,opened_at\nt1,acme,high,2026-03-01T10:00:00Z\n").await;
    world.advance(Duration::hours(1)).await;
    let mail = world.mails_to("dora@acme.example").remove(0);
    world.answer(&mail, "not_happy", "It is slow.").await.expect_status(200);
    world.set_status("acme", "struggling").await;
    world
}

#[tokio::test]
async fn an_erased_customer_leaves_nothing_behind() {
    let world = a_customer_with_everything().await;
    let task = world.get("/v1/tasks?customer=acme").await["items"][0]["id"].as_str().unwrap().to_owned();
    let others = stored(&world, "bolt").await;
    assert!(stored(&world, "acme").await > 10);

    let reply = world.call_as(Role::Admin, Method::DELETE, "/v1/customers/acme").send().await.expect_status(204);
    assert_eq!(reply.text, "");
    world.settle().await;
    assert_eq!(stored(&world, "acme").await, 0);
    assert_eq!(stored(&world, "bolt").await, others);

    for path in ["", "/contacts", "/timeline", "/status/history", "/happiness", "/score", "/score/history"] {
        let path = format!("/v1/customers/acme{path}");
        let reply = world.call_as(Role::Viewer, Method::GET, &path).send().await;
        assert_eq!(reply.status, 404, "{path}");
    }
    let path = format!("/v1/tasks/{task}");
    let _ = world.call_as(Role::Csm, Method::PATCH, &path).json(&json!({})).send().await.expect_status(404);
    let _ = world.call_as(Role::Admin, Method::DELETE, "/v1/customers/acme").send().await.expect_status(404);
    for path in ["/v1/customers", "/v1/tasks", "/v1/feedback", "/v1/insights"] {
        let text = world.get(path).await.to_string();
        assert!(!text.contains("acme") && !text.contains("dora"), "{path}: {text}");
    }
    let last = world.system.local().bus().events().pop().unwrap();
    assert_eq!((last.detail_type.as_str(), &last.detail["customer_id"]), ("customer.erased.v1", &json!("acme")));
}

#[tokio::test]
async fn nothing_comes_back_to_life_after_an_erasure() {
    let world = a_customer_with_everything().await;
    let mail = world.mails_to("dora@acme.example").remove(0);
    let _ = world.call_as(Role::Admin, Method::DELETE, "/v1/customers/acme").send().await.expect_status(204);
    let feedback = keepwell_tests::feedback_path(&mail, "happy");
    let _ = world.call(Method::GET, &feedback).send().await.expect_status(404);
    let _ = world.submit(&feedback, "nonce", "happy", "").await.expect_status(404);
    world.advance(Duration::days(1)).await;
    assert_eq!(stored(&world, "acme").await, 0);
}

#[tokio::test]
async fn an_erased_id_can_be_used_again_and_its_events_go_on_counting() {
    let world = a_customer_with_everything().await;
    let _ = world.call_as(Role::Admin, Method::DELETE, "/v1/customers/acme").send().await.expect_status(204);
    world.settle().await;
    let customer = world.post("/v1/customers", json!({ "id": "acme", "name": "A new Acme" })).await;
    assert_eq!((&customer["version"], &customer["status"]), (&json!(1), &Value::Null));
    world.settle().await;
    world.set_status("acme", "healthy").await;

    let events = world.system.local().bus().events();
    let numbers: Vec<u64> = events
        .iter()
        .filter(|event| event.detail["customer_id"] == "acme")
        .map(|event| event.detail["aggregate_version"].as_u64().unwrap())
        .collect();
    let expected: Vec<u64> = (1..=numbers.len() as u64).collect();
    let mut sorted = numbers.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, expected, "without gaps and without repetition");
    assert_eq!(world.get("/v1/customers/acme/status/history").await["items"].as_array().unwrap().len(), 1);
    assert_eq!(world.get("/v1/customers/acme/contacts").await["items"], json!([]));
}

#[tokio::test]
async fn only_an_admin_erases() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    world.system.local().reset_requests();
    for role in [Role::Viewer, Role::Csm] {
        let _ = world.call_as(role, Method::DELETE, "/v1/customers/acme").send().await.expect_status(403);
    }
    assert_eq!(world.system.local().write_count(), 0);
    assert_eq!(world.get("/v1/customers/acme").await["name"], "acme Ltd");
}
