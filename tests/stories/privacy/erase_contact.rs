//! One contact is erased; the company, its history and its other people stay.

use chrono::Duration;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::{World, feedback_path};
use serde_json::{Value, json};

use crate::feedback::{at, jump};

use super::{CANARY, EMAIL, ID, Known, objects_with, with_canaries};

#[tokio::test]
async fn nothing_of_an_erased_contact_is_left_in_any_table() {
    let known = Known::new().await;
    assert!(with_canaries(&known.world).await.len() > 20, "the canaries are everywhere at first");
    let report = known.erase(ID).await.expect_status(200).json();
    assert_eq!(with_canaries(&known.world).await, Vec::<String>::new());
    insta::assert_json_snapshot!("erased", report);

    for path in ["timeline", "contacts", "happiness", "status/history"] {
        let page = known.world.get(&format!("/v1/customers/acme/{path}?")).await.to_string();
        assert!(!page.to_lowercase().contains(CANARY) && !page.contains(&format!("\"{ID}\"")), "{path}: {page}");
    }
    let last = known.world.system.local().bus().events().pop().unwrap();
    assert_eq!((last.detail_type.as_str(), &last.detail["data"]), ("contact.erased.v1", &json!({ "contact": ID })));
}

/// What the customer's pages show, but for what an erasure is meant to change.
async fn counted(world: &World) -> Value {
    let mut customer = world.get("/v1/customers/acme").await;
    for name in ["version", "updated_at", "computed_at", "attributes", "status_reason"] {
        customer.as_object_mut().unwrap().remove(name);
    }
    let score = world.get("/v1/customers/acme/score").await["value"].clone();
    let ratings: Vec<Value> = world.get("/v1/feedback").await["items"].as_array().unwrap().clone();
    let ratings: Vec<Value> = ratings.iter().map(|answer| json!([answer["rating"], answer["at"]])).collect();
    json!({ "customer": customer, "score": score, "ratings": ratings })
}

#[tokio::test]
async fn what_the_contact_counted_for_goes_on_counting() {
    let known = Known::new().await;
    let before = counted(&known.world).await;
    let _ = known.erase(ID).await.expect_status(200);
    assert_eq!(counted(&known.world).await, before);
    // Not in the night either, when everything is looked at again.
    known.world.advance(Duration::days(2)).await;
    let nightly = counted(&known.world).await;
    assert_eq!(nightly["ratings"], before["ratings"]);
    assert_eq!(nightly["customer"]["answers"], before["customer"]["answers"]);
}

#[tokio::test]
async fn the_others_keep_what_is_theirs() {
    let known = Known::new().await;
    let of_bo = || async {
        let path = "/v1/customers/acme/contacts/bo/export";
        let export = known.world.call_as(Role::Admin, Method::GET, path).send().await.expect_status(200).json();
        // The run about the answer wrote to the other one too.
        let items = export["items"].as_array().unwrap().iter().filter(|item| item["kind"] != "run");
        items.cloned().collect::<Vec<Value>>()
    };
    let before = of_bo().await;
    let _ = known.erase(ID).await.expect_status(200);
    assert_eq!(of_bo().await, before);
    let tasks = known.world.get("/v1/tasks?customer=acme").await.to_string();
    assert!(
        tasks.contains("Bo Berg (Bo) answered Not Happy") && tasks.contains("[erased] ([erased]) answered Not Happy")
    );
    assert!(tasks.contains("Call [erased]"), "{tasks}");
}

#[tokio::test]
async fn an_erased_contact_can_neither_answer_nor_be_mailed_and_its_links_lead_nowhere() {
    let known = Known::new().await;
    let world = &known.world;
    let mail = world.mails_to(EMAIL).remove(0);
    let mails = world.mails_to(EMAIL).len();
    let _ = known.erase(ID).await.expect_status(200);
    let path = feedback_path(&mail, "happy");
    let _ = world.call(Method::GET, &path).send().await.expect_status(404);
    let _ = world.submit(&path, "nonce", "happy", "zuzuq again").await.expect_status(404);
    // Who wants no more mail must not be told that it is unknown.
    let unsubscribe =
        mail.links.iter().find(|link| link.contains("/u/")).map(|link| keepwell_tests::path_of(link)).unwrap();
    let form = [("List-Unsubscribe", "One-Click")];
    let _ = world.call(Method::POST, &unsubscribe).form(&form).send().await.expect_status(200);
    jump(world, at(4, 15, 9, 0)).await;
    assert_eq!(world.mails_to(EMAIL).len(), mails);
    assert_eq!(with_canaries(world).await, Vec::<String>::new());
}

#[tokio::test]
async fn erasing_twice_is_erasing_once() {
    let known = Known::new().await;
    let _ = known.erase(ID).await.expect_status(200);
    let events = known.world.system.local().bus().events().len();
    let again = known.erase(ID).await.expect_status(200).json();
    assert_eq!(again["erased"], json!({}));
    assert_eq!(known.world.system.local().bus().events().len(), events, "and nobody is told of it");
    let missing = known.world.call_as(Role::Admin, Method::POST, "/v1/customers/nobody/contacts/x/erase").send().await;
    let _ = missing.expect_status(404);
}

#[tokio::test]
async fn a_contact_that_was_only_removed_is_erased_by_its_id() {
    let known = Known::new().await;
    let path = format!("/v1/customers/acme/contacts/{ID}");
    let _ = known.world.call_as(Role::Csm, Method::DELETE, &path).send().await.expect_status(204);
    let _ = known.erase(ID).await.expect_status(200);
    // Its name is known no more: what it said, did and was told is gone, what others wrote with its name is not found.
    let left = with_canaries(&known.world).await;
    for words in
        ["zuzuqcomment", "zuzuqtheme", "zuzuqlogged", "zuzuqwords", "user-zuzuq", "anon-zuzuq", "answered Not Happy"]
    {
        assert!(!left.iter().any(|item| item.contains(words)), "{words}: {left:#?}");
    }
}

#[tokio::test]
async fn after_a_company_is_erased_no_person_of_it_is_left() {
    let known = Known::new().await;
    let world = &known.world;
    assert!(!objects_with(world, CANARY).await.is_empty(), "the snapshots know the company's attributes");
    let _ = world.call_as(Role::Admin, Method::DELETE, "/v1/customers/acme").send().await.expect_status(204);
    world.settle().await;
    assert_eq!(with_canaries(world).await, Vec::<String>::new());
    // Snapshots go after two days; what is kept of a day names nobody.
    world.advance(Duration::days(3)).await;
    assert!(!objects_with(world, "").await.is_empty(), "there are objects to look at");
    for word in [CANARY, "acme"] {
        assert_eq!(objects_with(world, word).await, Vec::<String>::new(), "{word}");
    }
    assert_eq!(with_canaries(world).await, Vec::<String>::new());
}
