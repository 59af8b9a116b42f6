//! A customer is created, read and changed.

use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::World;
use serde_json::{Value, json};

fn acme() -> Value {
    json!({
        "id": "acct:acme-1.EU_x", "name": "  Acme GmbH ", "owner": "Ana@Keepwell.EXAMPLE", "arr_cents": 4_800_000,
        "currency": "EUR", "seats": 25, "renewal_on": "2026-11-30", "plan": "Enterprise", "industry": "Retail",
        "country": "DE", "size": "Mid", "stage": "live", "tags": ["vip", "beta", "vip"],
        "attributes": { "region": "emea", "employees": 120, "partner": true }, "request_feedback": false,
        "feedback_interval_days": 45,
    })
}

#[tokio::test]
async fn a_new_customer_is_as_its_creator_said() {
    let world = World::new().await;
    let reply = world.call_as(Role::Csm, Method::POST, "/v1/customers").json(&acme()).send().await.expect_status(201);
    assert_eq!(reply.header("etag"), "\"1\"");
    insta::assert_json_snapshot!("a_new_customer", reply.json());

    let read = world.call_as(Role::Viewer, Method::GET, "/v1/customers/acct:acme-1.EU_x").send().await;
    assert_eq!(read.header("etag"), "\"1\"");
    assert_eq!(read.json(), reply.json());
}

#[tokio::test]
async fn a_customer_needs_nothing_but_a_name_and_gets_an_id() {
    let world = World::new().await;
    let first = world.post("/v1/customers", json!({ "name": "Nameless" })).await;
    let second = world.post("/v1/customers", json!({ "name": "Nameless", "id": null })).await;
    let (first, second) = (first["id"].as_str().unwrap(), second["id"].as_str().unwrap());
    assert!(first.starts_with("cus_") && second.starts_with("cus_"), "{first} {second}");
    assert_ne!(first, second);
    assert_eq!(world.get(&format!("/v1/customers/{first}")).await["name"], "Nameless");
}

#[tokio::test]
async fn an_id_that_is_taken_is_refused_and_nothing_changes() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    world.system.local().reset_requests();
    let body = json!({ "id": "acme", "name": "Somebody else" });
    let reply = world.call_as(Role::Csm, Method::POST, "/v1/customers").json(&body).send().await.expect_status(409);
    assert_eq!(reply.header("content-type"), "application/problem+json");
    assert_eq!(world.system.local().write_count(), 0);
    assert_eq!(world.get("/v1/customers/acme").await["name"], "acme Ltd");
}

#[tokio::test]
async fn a_change_needs_the_current_etag() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    world.system.local().reset_requests();
    let patch = |etag: Option<&str>, seats: u32| {
        let call = world.call_as(Role::Csm, Method::PATCH, "/v1/customers/acme");
        match etag {
            Some(etag) => call.header("if-match", etag),
            None => call,
        }
        .json(&json!({ "seats": seats }))
    };
    let _ = patch(None, 1).send().await.expect_status(428);
    for stale in ["\"7\"", "1", "W/\"1\"", ""] {
        let _ = patch(Some(stale), 2).send().await.expect_status(412);
    }
    assert_eq!(world.system.local().write_count(), 0);

    let changed = patch(Some("\"1\""), 3).send().await.expect_status(200);
    assert_eq!((changed.header("etag").as_str(), &changed.json()["seats"]), ("\"2\"", &json!(3)));
    let _ = patch(Some("\"1\""), 4).send().await.expect_status(412);
    let _ = patch(Some("\"9\", \"2\""), 5).send().await.expect_status(200);
    let _ = patch(Some("*"), 6).send().await.expect_status(200);
    let now = world.get("/v1/customers/acme").await;
    assert_eq!((&now["seats"], &now["version"]), (&json!(6), &json!(4)));
}

#[tokio::test]
async fn a_change_is_told_to_the_rest_of_the_system_once() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let before = world.system.local().bus().events().len();
    let path = "/v1/customers/acme";
    world.change(Method::PATCH, path, path, json!({ "plan": "Pro" })).await.expect_status(200);
    world.settle().await;
    let events = world.system.local().bus().events();
    let new: Vec<&str> = events.iter().skip(before).map(|event| event.detail_type.as_str()).collect();
    assert_eq!(new, ["customer.changed.v1"]);
}

#[tokio::test]
async fn a_change_to_the_same_changes_nothing() {
    let world = World::new().await;
    world.post("/v1/customers", acme()).await;
    world.settle().await;
    let path = "/v1/customers/acct:acme-1.EU_x";
    let before = world.get(path).await;
    world.system.local().reset_requests();
    let mut same = acme();
    same.as_object_mut().unwrap().remove("id");
    for body in [same, json!({})] {
        let reply = world.change(Method::PATCH, path, path, body).await.expect_status(200);
        assert_eq!(reply.header("etag"), "\"1\"");
    }
    assert_eq!(world.system.local().write_count(), 0);
    assert_eq!(world.get(path).await, before);
}

#[tokio::test]
async fn null_clears_a_field_and_what_is_absent_stays() {
    let world = World::new().await;
    world.post("/v1/customers", acme()).await;
    let path = "/v1/customers/acct:acme-1.EU_x";
    let clear = json!({ "owner": null, "arr_cents": null, "renewal_on": null, "tags": null, "attributes": null,
        "feedback_interval_days": null });
    let after = world.change(Method::PATCH, path, path, clear).await.expect_status(200).json();
    for field in ["owner", "arr_cents", "renewal_on"] {
        assert_eq!(after[field], Value::Null, "{field}");
    }
    assert_eq!((&after["tags"], &after["attributes"]), (&json!([]), &json!({})));
    assert_eq!(after["feedback_interval_days"], Value::Null, "as the team's settings say");
    assert_eq!(
        (&after["name"], &after["plan"], &after["seats"]),
        (&json!("Acme GmbH"), &json!("Enterprise"), &json!(25))
    );

    for field in ["name", "currency", "request_feedback"] {
        let reply = world.change(Method::PATCH, path, path, json!({ field: null })).await.expect_status(422);
        assert_eq!(reply.pointers(), [format!("/{field}")]);
    }
}

#[tokio::test]
async fn a_field_that_is_not_known_is_named() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let path = "/v1/customers/acme";
    let body = json!({ "seets": 3, "status": "healthy", "score": 99, "plan": "Pro" });
    let reply = world.change(Method::PATCH, path, path, body).await.expect_status(422);
    assert_eq!(reply.pointers(), ["/score", "/seets", "/status"]);
    assert_eq!(world.get(path).await["plan"], Value::Null);
}

#[tokio::test]
async fn attributes_hold_any_script_and_any_number_that_can_be_kept() {
    let world = World::new().await;
    let long = "ö".repeat(500);
    let attributes =
        json!({ "note": long, "日本": "東京", "big": 9_007_199_254_740_993_i64, "small": -0.000_1, "a/b~c": 1 });
    let body = json!({ "id": "acme", "name": "Škoda \"Ä\" & Söhne 🚗", "attributes": attributes });
    world.post("/v1/customers", body).await;
    let read = world.get("/v1/customers/acme").await;
    assert_eq!(read["attributes"], attributes);
    assert_eq!(read["name"], "Škoda \"Ä\" & Söhne 🚗");
}

#[tokio::test]
async fn an_attribute_that_cannot_be_kept_is_the_senders_mistake() {
    let world = World::new().await;
    let too_long = "ö".repeat(501);
    for value in [json!(1e300), json!(-1e200), json!(1e-200), json!(too_long), json!([1]), json!({}), json!(null)] {
        let body = json!({ "name": "Acme", "attributes": { "x": value } });
        let reply = world.call_as(Role::Csm, Method::POST, "/v1/customers").json(&body).send().await;
        assert_eq!(reply.status, 422, "{value}: {}", reply.text);
        assert_eq!(reply.pointers(), ["/attributes"], "{value}");
    }
}
