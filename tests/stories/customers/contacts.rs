//! The people at a customer.

use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::{World, path_of};
use serde_json::{Value, json};

use super::{all_pages, each};

const CONTACTS: &str = "/v1/customers/acme/contacts";

#[tokio::test]
async fn a_contact_needs_a_name_and_an_address_and_the_rest_has_defaults() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let contact = world.post(CONTACTS, json!({ "id": "uma", "name": "Uma", "email": "Uma@ACME.example" })).await;
    insta::assert_json_snapshot!("a_new_contact", contact);

    let generated = world.post(CONTACTS, json!({ "name": "Bo", "email": "bo@acme.example" })).await;
    assert!(generated["id"].as_str().unwrap().starts_with("con_"), "{generated}");

    let whole = json!({ "id": "dora", "name": "Dora", "email": "dora@acme.example", "role": "decision_maker",
        "time_zone": "America/New_York", "locale": "en-US", "mail": { "state": "unsubscribed" } });
    let dora = world.post(CONTACTS, whole.clone()).await;
    for field in ["id", "name", "email", "role", "time_zone", "locale"] {
        assert_eq!(dora[field], whole[field]);
    }
    assert_eq!(dora["mail"]["state"], "unsubscribed");
    let mut ids = each(&world.get(CONTACTS).await, "id").len();
    assert_eq!(ids, 3);
    ids = all_pages(&world, CONTACTS, 1).await.len();
    assert_eq!(ids, 3);
}

#[tokio::test]
async fn a_contacts_id_is_its_own_at_its_customer_only() {
    let world = World::new().await;
    world.customer_with("acme", &[("uma", "user")]).await;
    world.customer_with("other", &[]).await;
    world.system.local().reset_requests();
    let body = json!({ "id": "uma", "name": "Another", "email": "another@acme.example" });
    let _ = world.call_as(Role::Csm, Method::POST, CONTACTS).json(&body).send().await.expect_status(409);
    assert_eq!(world.system.local().write_count(), 0);
    world.post("/v1/customers/other/contacts", body).await;
    assert_eq!(world.get(CONTACTS).await["items"][0]["name"], "uma Person");
}

#[tokio::test]
async fn a_contact_is_changed_field_by_field() {
    let world = World::new().await;
    world.customer_with("acme", &[("uma", "user")]).await;
    let path = format!("{CONTACTS}/uma");
    let patch = |body: Value, etag: &'static str| {
        world.call_as(Role::Csm, Method::PATCH, &path).header("if-match", etag).json(&body).send()
    };
    let changed = patch(json!({ "role": "champion", "time_zone": "Europe/Berlin" }), "\"1\"").await.expect_status(200);
    assert_eq!(changed.header("etag"), "\"2\"");
    let contact = changed.json();
    assert_eq!((&contact["role"], &contact["time_zone"]), (&json!("champion"), &json!("Europe/Berlin")));
    assert_eq!((&contact["name"], &contact["email"]), (&json!("uma Person"), &json!("uma@acme.example")));

    world.system.local().reset_requests();
    let _ = patch(json!({ "role": "user" }), "\"1\"").await.expect_status(412);
    let same = patch(json!({ "role": "champion" }), "\"2\"").await.expect_status(200);
    assert_eq!(same.header("etag"), "\"2\"");
    assert_eq!(world.system.local().write_count(), 0);
    assert_eq!(world.get(CONTACTS).await["items"], json!([contact]));
}

#[tokio::test]
async fn a_contact_that_was_removed_is_gone() {
    let world = World::new().await;
    world.customer_with("acme", &[("uma", "user"), ("dora", "decision_maker")]).await;
    let path = format!("{CONTACTS}/uma");
    let delete = || world.call_as(Role::Csm, Method::DELETE, &path).send();
    let reply = delete().await.expect_status(204);
    assert_eq!(reply.text, "");
    assert_eq!(each(&world.get(CONTACTS).await, "id"), ["dora"]);
    let _ = delete().await.expect_status(404);
    let _ = world.call_as(Role::Csm, Method::PATCH, &path).json(&json!({})).send().await.expect_status(404);
    world.post(CONTACTS, json!({ "id": "uma", "name": "Uma", "email": "uma@acme.example" })).await;
    assert_eq!(each(&world.get(CONTACTS).await, "id"), ["dora", "uma"]);
}

#[tokio::test]
async fn who_unsubscribed_gets_mail_again_only_after_a_person_noted_a_new_consent() {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    world.advance(chrono::Duration::hours(1)).await;
    let request = world.mails_to("dora@acme.example").remove(0);
    let unsubscribe = request.links.iter().find(|link| link.contains("/u/")).expect("an unsubscribe link");
    let one_click = [("List-Unsubscribe", "One-Click")];
    let _ = world.call(Method::POST, &path_of(unsubscribe)).form(&one_click).send().await.expect_status(200);
    world.settle().await;
    assert_eq!(world.get(CONTACTS).await["items"][0]["mail"]["state"], "unsubscribed");
    world.set_status("acme", "healthy").await;
    assert_eq!(world.mails_to("dora@acme.example").len(), 1, "no mail after unsubscribing");

    let path = format!("{CONTACTS}/dora");
    let consent = json!({ "mail": { "state": "ok" } });
    let reply = world.call_as(Role::Csm, Method::PATCH, &path).json(&consent).send().await.expect_status(200);
    assert_eq!(reply.json()["mail"]["state"], "ok");
    world.settle().await;
    world.set_status("acme", "steady").await;
    assert_eq!(world.mails_to("dora@acme.example").len(), 2, "mail after the new consent");
}
