//! What the team does about an answer: how far it is, and what the answer is about.

use chrono::Duration;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::{Reply, World};
use serde_json::{Value, json};

use super::{at, dora_was_asked, items, only_mail};

/// The only answer of the inbox.
async fn the_answer(world: &World) -> Value {
    let inbox = items(world, "/v1/feedback").await;
    assert_eq!(inbox.len(), 1, "{inbox:?}");
    inbox[0].clone()
}

fn path(answer: &Value) -> String {
    format!("/v1/feedback/{}", answer["id"].as_str().unwrap())
}

async fn handle(world: &World, answer: &Value, change: Value) -> Reply {
    world.call_as(Role::Csm, Method::PATCH, &path(answer)).json(&change).send().await
}

/// The same, if nobody changed anything since the answer was read.
async fn handle_as_read(world: &World, answer: &Value, change: Value) -> Reply {
    let call = world.call_as(Role::Csm, Method::PATCH, &path(answer)).json(&change);
    call.header("if-match", &format!("\"{}\"", answer["version"])).send().await
}

#[tokio::test]
async fn an_answer_is_new_until_somebody_looks_after_it_and_keeps_its_themes() {
    let (world, mail) = dora_was_asked().await;
    world.answer(&mail, "not_happy", "It is slow.").await.expect_status(200);
    let answer = the_answer(&world).await;
    assert_eq!((&answer["id"], &answer["state"], &answer["themes"]), (&answer["request"], &json!("new"), &json!([])));

    let change = json!({ "state": "in_work", "themes": ["Speed", " Price "] });
    let reply = handle_as_read(&world, &answer, change.clone()).await.expect_status(200);
    let handled = reply.json();
    assert_eq!((&handled["state"], &handled["themes"]), (&json!("in_work"), &json!(["Price", "Speed"])));
    assert_eq!(handled["comment"], "It is slow.", "what the contact said stays");
    assert_eq!(reply.header("etag"), format!("\"{}\"", handled["version"]));
    assert_eq!(the_answer(&world).await, handled);
    let export = world.call_as(Role::Admin, Method::GET, "/v1/exports/feedback").header("accept", "text/csv").send();
    let export = export.await.expect_status(200).text;
    assert!(export.contains(",state,themes\r\n") && export.ends_with(",in_work,Price;Speed\r\n"), "{export}");

    world.system.local().reset_requests();
    assert_eq!(handle(&world, &answer, change).await.expect_status(200).json(), handled);
    assert_eq!(world.system.local().write_count(), 0, "the same again is no change");
    let closed = handle(&world, &answer, json!({ "state": "closed" })).await.expect_status(200).json();
    assert_eq!((&closed["state"], &closed["themes"]), (&json!("closed"), &json!(["Price", "Speed"])));
    assert_eq!(world.get("/v1/customers/acme/happiness").await["value"], 0.0, "happiness does not depend on it");
}

#[tokio::test]
async fn the_inbox_is_filtered_by_state_and_theme() {
    let world = World::new().await;
    for customer in ["acme", "globex", "initech"] {
        world.customer_with(customer, &[("ann", "user")]).await;
        if customer == "initech" {
            world.system.local().clock().set(at(3, 3, 8, 0));
        }
        world.advance(Duration::hours(1)).await;
        world.answer(&only_mail(&world, &format!("ann@{customer}.example")), "happy", "").await.expect_status(200);
    }
    let found = async |query: &str| -> Vec<String> {
        let items = items(&world, &format!("/v1/feedback?{query}")).await;
        items.iter().map(|item| item["customer"].as_str().unwrap().to_owned()).collect()
    };
    let answers = items(&world, "/v1/feedback").await;
    handle(&world, &answers[0], json!({ "state": "in_work", "themes": ["Support"] })).await.expect_status(200);
    handle(&world, &answers[1], json!({ "state": "closed", "themes": ["Support", "Price"] })).await.expect_status(200);
    assert_eq!(found("").await, ["initech", "globex", "acme"], "handling does not change the order");
    assert_eq!(found("state=new").await, ["acme"]);
    assert_eq!(found("state=in_work").await, ["initech"]);
    assert_eq!(found("theme=support").await, ["initech", "globex"]);
    assert_eq!(found("theme=Supp").await, Vec::<String>::new());
    assert_eq!(found("theme=support&state=closed&rating=happy").await, ["globex"]);
    for wrong in ["state=open", &format!("theme={}", "x".repeat(41))] {
        let reply = world.call_as(Role::Viewer, Method::GET, &format!("/v1/feedback?{wrong}")).send().await;
        let pointers = reply.expect_status(422).pointers();
        assert_eq!(pointers, [format!("?{}", wrong.split_once('=').unwrap().0)]);
    }
}

#[tokio::test]
async fn a_changed_answer_is_new_again_and_whoever_read_the_old_one_is_told() {
    let (world, mail) = dora_was_asked().await;
    world.answer(&mail, "neutral", "not sure yet").await.expect_status(200);
    let read = the_answer(&world).await;
    let closed = handle_as_read(&world, &read, json!({ "state": "closed", "themes": ["Speed"] })).await;
    let closed = closed.expect_status(200).json();
    handle_as_read(&world, &read, json!({ "state": "in_work" })).await.expect_status(412);

    world.advance(Duration::hours(1)).await;
    world.answer(&mail, "not_happy", "now I am sure").await.expect_status(200);
    let changed = the_answer(&world).await;
    assert_eq!((&changed["state"], &changed["themes"]), (&json!("new"), &json!([])));
    assert_eq!(changed["id"], read["id"], "it is found under the same id");
    // However often either was handled, no version of the one is a version of the other.
    for _ in 0..3 {
        handle_as_read(&world, &read, json!({ "state": "closed" })).await.expect_status(412);
        handle_as_read(&world, &closed, json!({ "state": "closed" })).await.expect_status(412);
        for state in ["in_work", "new"] {
            handle(&world, &changed, json!({ "state": state })).await.expect_status(200);
        }
    }
    assert_eq!(items(&world, "/v1/feedback?theme=speed").await.len(), 0, "themes were of what it said before");
}

#[tokio::test]
async fn of_an_answer_that_nobody_gave_nothing_can_be_noted() {
    let (world, mail) = dora_was_asked().await;
    let task = world.post("/v1/tasks", json!({ "customer": "acme", "title": "Call", "due_on": "2026-03-10" })).await;
    let request = super::intent_of(&world, &mail).await.id.replace("mail_", "req_");
    for id in ["req_nobody", task["id"].as_str().unwrap(), "acme", &request] {
        let call = world.call_as(Role::Csm, Method::PATCH, &format!("/v1/feedback/{id}"));
        call.json(&json!({ "state": "closed" })).send().await.expect_status(404);
    }
    world.answer(&mail, "happy", "").await.expect_status(200);
    let answer = the_answer(&world).await;
    let call = world.call_as(Role::Viewer, Method::PATCH, &path(&answer)).json(&json!({ "state": "closed" }));
    call.send().await.expect_status(403);
    assert_eq!(the_answer(&world).await, answer);
}

/// An answer that was kept by a version of Keepwell that knew of no handling.
#[tokio::test]
async fn an_answer_from_before_there_were_states_is_new() {
    let (world, mail) = dora_was_asked().await;
    world.answer(&mail, "happy", "fine").await.expect_status(200);
    let answer = the_answer(&world).await;
    let client = aws_sdk_dynamodb::Client::new(&world.system.local().sdk_config());
    let pages = client.scan().table_name("keepwell-core").into_paginator().items().send();
    let rows = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    let is_answer = |sk: &str| sk.starts_with("S#FB#");
    let mut row = rows.into_iter().find(|row| is_answer(row["sk"].as_s().unwrap())).unwrap();
    let Some(aws_sdk_dynamodb::types::AttributeValue::M(body)) = row.get_mut("body") else { panic!("no body") };
    for field in ["state", "themes", "version"] {
        body.remove(field).unwrap();
    }
    client.put_item().table_name("keepwell-core").set_item(Some(row)).send().await.unwrap();

    assert_eq!(the_answer(&world).await, answer);
    handle_as_read(&world, &answer, json!({ "state": "closed" })).await.expect_status(200);
}
