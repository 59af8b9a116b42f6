//! An address whose owner was erased is known by its keyed hash alone, and is not mailed again.

use http::Method;
use keepwell_aws::http::Role;
use keepwell_domain::address_key::AddressKey;
use keepwell_domain::id::EmailAddress;
use keepwell_tests::World;
use serde_json::{Value, json};

use crate::feedback::{at, jump};

use super::{EMAIL, ID, Known};

async fn state(world: &World, customer: &str, contact: &str) -> Value {
    let page = world.get(&format!("/v1/customers/{customer}/contacts")).await;
    let contacts = page["items"].as_array().unwrap().clone();
    contacts.iter().find(|one| one["id"] == contact).map(|one| one["mail"]["state"].clone()).unwrap()
}

#[tokio::test]
async fn whichever_way_an_erased_address_comes_back_it_begins_unsubscribed() {
    let known = Known::new().await;
    let world = &known.world;
    let _ = known.erase(ID).await.expect_status(200);
    let mails = world.mails_to(EMAIL).len();
    world.customer_with("bolt", &[("ann", "decision_maker")]).await;

    let by_hand = json!({ "id": "hand", "name": "A", "email": EMAIL.to_uppercase(), "role": "decision_maker" });
    let added = world.post("/v1/customers/bolt/contacts", by_hand).await;
    assert_eq!(added["mail"]["state"], "unsubscribed");
    let csv = format!("id,customer,name,email,role\nfile,bolt,A,{EMAIL},decision_maker\nann,bolt,Ann,{EMAIL},user\n");
    let call = world.call_as(Role::Csm, Method::POST, "/v1/imports/contacts").raw("text/csv", csv);
    let _ = call.send().await.expect_status(200);
    let identify = json!({ "userId": "tracked", "messageId": "i", "traits": { "email": EMAIL }, "context": { "groupId": "acme" } });
    let group = json!({ "userId": "tracked", "messageId": "g", "groupId": "acme", "traits": {} });
    let key = world.write_key().await;
    let _ = world.call_with_key(&key, "/v1/group").json(&group).send().await.expect_status(200);
    let _ = world.call_with_key(&key, "/v1/identify").json(&identify).send().await.expect_status(200);
    let changed = json!({ "email": EMAIL });
    let _ = world.call_as(Role::Csm, Method::PATCH, "/v1/customers/acme/contacts/bo").json(&changed).send().await;
    for (customer, contact) in
        [("bolt", "hand"), ("bolt", "file"), ("bolt", "ann"), ("acme", "tracked"), ("acme", "bo")]
    {
        assert_eq!(state(world, customer, contact).await, "unsubscribed", "{customer} {contact}");
    }
    world.set_status("bolt", "struggling").await;
    jump(world, at(4, 15, 9, 0)).await;
    assert_eq!(world.mails_to(EMAIL).len(), mails);
}

#[tokio::test]
async fn when_a_csm_notes_that_the_person_agreed_mail_goes_again() {
    let known = Known::new().await;
    let world = &known.world;
    let _ = known.erase(ID).await.expect_status(200);
    let mails = world.mails_to(EMAIL).len();
    let back = json!({ "id": "back", "name": "A", "email": EMAIL, "role": "decision_maker" });
    let _ = world.post("/v1/customers/acme/contacts", back).await;
    let ok = json!({ "mail": { "state": "ok" } });
    let path = "/v1/customers/acme/contacts/back";
    let reply = world.call_as(Role::Csm, Method::PATCH, path).json(&ok).send().await.expect_status(200);
    assert_eq!(reply.json()["mail"]["state"], "ok");
    world.set_status("acme", "thriving").await;
    assert_eq!(world.mails_to(EMAIL).len(), mails + 1);
}

#[tokio::test]
async fn an_address_is_nowhere_but_at_its_contact_and_its_hash_needs_the_key() {
    let known = Known::new().await;
    let world = &known.world;
    let key = AddressKey::parse(&world.system.local().local_value("address_key").unwrap()).unwrap();
    let hash = key.hash(&EmailAddress::parse(EMAIL).unwrap());
    let client = aws_sdk_dynamodb::Client::new(&world.system.local().sdk_config());
    let guards = || async {
        let pages = client.scan().table_name("keepwell-core").into_paginator().items().send();
        let items = pages.collect::<Result<Vec<super::Item>, _>>().await.unwrap();
        let keys = items.iter().map(|item| item["pk"].as_s().unwrap().clone());
        keys.filter(|pk| pk.starts_with("AD#")).collect::<Vec<_>>()
    };
    assert!(guards().await.contains(&format!("AD#{hash}")));
    let _ = known.erase(ID).await.expect_status(200);
    assert!(guards().await.contains(&format!("AD#{hash}")), "it stays, so that the address is not mailed again");
}

#[tokio::test]
async fn the_people_of_an_erased_company_are_not_mailed_by_the_next_one() {
    let known = Known::new().await;
    let world = &known.world;
    let _ = world.call_as(Role::Admin, Method::DELETE, "/v1/customers/acme").send().await.expect_status(204);
    world.customer_with("bolt", &[]).await;
    let contact = json!({ "id": "new", "name": "A", "email": EMAIL, "role": "user" });
    assert_eq!(world.post("/v1/customers/bolt/contacts", contact).await["mail"]["state"], "unsubscribed");
}
