//! Write keys: made and taken back by an admin, checked on every call of a machine.

use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::{Reply, World};
use serde_json::{Value, json};

async fn make(world: &World, name: &str, idempotency_key: &str) -> Reply {
    let call = world.call_as(Role::Admin, Method::POST, "/v1/write-keys").header("idempotency-key", idempotency_key);
    call.json(&json!({ "name": name })).send().await
}

async fn list(world: &World) -> Vec<Value> {
    let list = world.call_as(Role::Admin, Method::GET, "/v1/write-keys").send().await.expect_status(200).json();
    list["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_key_is_shown_once_and_then_only_what_is_no_secret() {
    let world = World::new().await;
    let made = make(&world, "Production", "k").await.expect_status(201).json();
    let (id, secret) = (made["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
    assert!(secret.starts_with(&format!("{id}_")), "{secret}");
    let listed = list(&world).await;
    let expected = json!([{ "id": id, "name": "Production", "created_by": "admin@keepwell.example",
        "created_at": "2026-03-02T08:00:00Z" }]);
    assert_eq!(json!(listed), expected);
}

#[tokio::test]
async fn a_repeated_request_makes_no_second_key_and_does_not_show_the_secret_again() {
    let world = World::new().await;
    let first = make(&world, "Production", "k").await.expect_status(201).json();
    let again = make(&world, "Production", "k").await.expect_status(201).json();
    assert_eq!((&again["id"], &again["secret"]), (&first["id"], &Value::Null));
    assert_eq!(list(&world).await.len(), 1);
}

#[tokio::test]
async fn no_table_holds_a_secret() {
    let world = World::new().await;
    let made = make(&world, "Production", "k").await.expect_status(201).json();
    let secret = made["secret"].as_str().unwrap().rsplit_once('_').unwrap().1.to_owned();
    let client = aws_sdk_dynamodb::Client::new(&world.system.local().sdk_config());
    for table in ["core", "outbox", "dedupe", "usage"] {
        let items = client.scan().table_name(format!("keepwell-{table}")).send().await.unwrap();
        assert!(!format!("{items:?}").contains(&secret), "{table}");
    }
}

#[tokio::test]
async fn the_local_system_gives_a_key_away_and_a_new_one_when_it_was_deleted() {
    let world = World::new().await;
    let key = world.write_key().await;
    assert_eq!(world.write_key().await, key);
    let id = list(&world).await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/write-keys/{id}");
    let _ = world.call_as(Role::Admin, Method::DELETE, &path).send().await.expect_status(204);
    let _ = world.call_as(Role::Admin, Method::DELETE, &path).send().await.expect_status(404);
    assert_ne!(world.write_key().await, key);
}
