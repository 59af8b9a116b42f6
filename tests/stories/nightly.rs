//! The night: what changes by the passing of time, and the audit of what scores rest on.
#![expect(clippy::float_cmp, reason = "counts are whole numbers")]

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use chrono::Duration;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_domain::id::CustomerId;
use keepwell_tests::World;
use serde_json::{Value, json};

type Item = HashMap<String, AttributeValue>;

const CORE: &str = "keepwell-core";

fn client(world: &World) -> Client {
    Client::new(&world.system.local().sdk_config())
}

fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name).and_then(|value| value.as_s().ok()).map_or("", String::as_str)
}

/// The customer's items whose sort key begins with `prefix`, without their revisions.
async fn items(world: &World, customer: &str, prefix: &str) -> Vec<Item> {
    let query = client(world).query().table_name(CORE).key_condition_expression("pk = :pk AND begins_with(sk, :sk)");
    let query = query.expression_attribute_values(":pk", AttributeValue::S(format!("C#{customer}")));
    let pages = query.expression_attribute_values(":sk", AttributeValue::S(prefix.to_owned())).into_paginator();
    let mut items: Vec<Item> = pages.items().send().collect::<Result<_, _>>().await.unwrap();
    for item in &mut items {
        item.remove("revision");
    }
    items
}

async fn put(world: &World, item: Item) {
    client(world).put_item().table_name(CORE).set_item(Some(item)).send().await.unwrap();
}

async fn delete(world: &World, item: &Item) {
    let key = ["pk", "sk"].map(|name| (name.to_owned(), item[name].clone()));
    client(world).delete_item().table_name(CORE).set_key(Some(HashMap::from(key))).send().await.unwrap();
}

async fn send(world: &World, path: &str, items: Value) {
    let answer = world.call_as(Role::Csm, Method::POST, path).json(&items).send().await.expect_status(200).json();
    assert_eq!(answer["rejected"], 0, "{answer:#}");
    world.settle().await;
}

/// The value of a measure in the customer's score; `null` when nothing is known.
async fn measure(world: &World, customer: &str, id: &str) -> Value {
    let score = world.get(&format!("/v1/customers/{customer}/score")).await;
    let dimensions = score["dimensions"].as_array().cloned().unwrap_or_default();
    let mut rules = dimensions.iter().flat_map(|dimension| dimension["rules"].as_array().into_iter().flatten());
    let rule = rules.find(|rule| rule["measure"] == id).unwrap_or_else(|| panic!("no rule on {id}"));
    rule["value"].clone()
}

/// The events of a type about a customer.
fn events(world: &World, detail_type: &str) -> usize {
    world.system.local().bus().events().iter().filter(|event| event.detail_type == detail_type).count()
}

/// A customer with a critical open ticket, a closed one and a meeting.
async fn with_signals() -> World {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let tickets = json!([
        { "id": "t1", "customer": "acme", "severity": "critical", "opened_at": "2026-02-20T08:00:00Z", "text": "Down" },
        { "id": "t2", "customer": "acme", "opened_at": "2026-02-01T08:00:00Z", "closed_at": "2026-02-02T08:00:00Z" },
    ]);
    send(&world, "/v1/tickets", tickets).await;
    let interactions = json!([{ "id": "i1", "customer": "acme", "kind": "call", "at": "2026-02-25T08:00:00Z",
        "quality": 5, "outcome": 4, "notes": "We talked." }]);
    send(&world, "/v1/interactions", interactions).await;
    world
}

#[tokio::test]
async fn a_gist_has_no_texts_and_is_replaced_with_its_signal() {
    let world = with_signals().await;
    let gists = items(&world, "acme", "G#").await;
    assert_eq!(gists.len(), 3);
    let all = format!("{gists:?}");
    assert!(!all.contains("We talked") && !all.contains("Down"), "{all}");

    let closed = json!([{ "id": "t1", "customer": "acme", "severity": "critical", "opened_at": "2026-02-20T08:00:00Z",
        "closed_at": "2026-03-01T08:00:00Z" }]);
    send(&world, "/v1/tickets", closed).await;
    let of_ticket: Vec<Item> = items(&world, "acme", "G#").await;
    let of_ticket: Vec<&str> = of_ticket.iter().map(|gist| text(gist, "sk")).filter(|sk| sk.ends_with("#t1")).collect();
    assert_eq!(of_ticket, ["G#2026-05-30T08:00:00.000Z#S#TK#t1"]);
}

#[tokio::test]
async fn a_wrong_gist_is_found_and_healed_in_the_night() {
    let world = with_signals().await;
    let weight = measure(&world, "acme", "tickets.open_weighted").await;
    assert_eq!(weight, 8.0);
    let good = items(&world, "acme", "G#").await;
    let open = good.iter().find(|item| text(item, "sk") == "G#~#S#TK#t1").expect("the open ticket");
    let meeting = good.iter().find(|item| text(item, "sk").ends_with("#S#IN#i1")).expect("the meeting");

    delete(&world, open).await;
    let mut spoilt = meeting.clone();
    let mut body = spoilt["body"].as_m().unwrap().clone();
    body.insert("quality".to_owned(), AttributeValue::N("1".to_owned()));
    spoilt.insert("body".to_owned(), AttributeValue::M(body));
    put(&world, spoilt).await;
    let mut stray = open.clone();
    stray.insert("sk".to_owned(), AttributeValue::S("G#~#S#TK#nothing".to_owned()));
    put(&world, stray).await;

    // Any change makes a score that rests on what was spoilt.
    world.set_status("acme", "steady").await;
    assert_eq!(measure(&world, "acme", "team.interaction_quality").await, 1.0);
    world.advance(Duration::days(1)).await;
    assert_eq!(world.system.local().metrics().sum("AuditDifferences"), 1.0, "the alarm looks at this");
    assert_eq!(items(&world, "acme", "G#").await, good);
    assert_eq!(measure(&world, "acme", "team.interaction_quality").await, 5.0);
    assert_eq!(measure(&world, "acme", "tickets.open_weighted").await, 8.0);
}

#[tokio::test]
async fn a_night_in_which_the_audit_finds_nothing_rewrites_no_gist() {
    let world = with_signals().await;
    world.advance(Duration::days(2)).await;
    assert_eq!(world.system.local().metrics().sum("AuditDifferences"), 0.0);
    let revisions = || async {
        let query =
            client(&world).query().table_name(CORE).key_condition_expression("pk = :pk AND begins_with(sk, :sk)");
        let query = query.expression_attribute_values(":pk", AttributeValue::S("C#acme".to_owned()));
        let found = query.expression_attribute_values(":sk", AttributeValue::S("G#".to_owned())).send().await.unwrap();
        found.items().iter().map(|item| item["revision"].as_n().unwrap().clone()).collect::<Vec<_>>()
    };
    assert_eq!(revisions().await, ["1", "1", "1"]);
}

#[tokio::test]
async fn a_customer_without_gists_gets_them_with_its_next_score() {
    let world = with_signals().await;
    let good = items(&world, "acme", "G#").await;
    for gist in &good {
        delete(&world, gist).await;
    }
    let mut row = items(&world, "acme", "ROW").await.remove(0);
    let mut body = row["body"].as_m().unwrap().clone();
    assert!(body.remove("last_signals").is_some());
    row.insert("body".to_owned(), AttributeValue::M(body));
    row.insert("revision".to_owned(), AttributeValue::N("40".to_owned()));
    put(&world, row).await;

    world.set_status("acme", "steady").await;
    assert_eq!(items(&world, "acme", "G#").await, good);
    assert_eq!(measure(&world, "acme", "tickets.open_weighted").await, 8.0);
}

#[tokio::test]
async fn what_is_remembered_follows_a_signal_that_is_moved_back_or_opened_again() {
    let world = with_signals().await;
    let id = CustomerId::parse("acme").unwrap();
    let remembered = || async {
        let last = world.system.cloud().store.customer(&id).await.unwrap().unwrap().value.last_signals.unwrap();
        [last.met_at, last.ticket_at].map(|at| at.unwrap().date_naive().to_string())
    };
    assert_eq!(remembered().await, ["2026-02-25", "2026-02-20"]);
    let meeting = |id: &str, at: &str| json!([{ "id": id, "customer": "acme", "kind": "meeting", "at": at }]);
    // Older than any window, so that nothing but what is remembered tells of them.
    send(&world, "/v1/interactions", meeting("i0", "2024-03-02T08:00:00Z")).await;
    assert_eq!(remembered().await[0], "2026-02-25");
    send(&world, "/v1/interactions", meeting("i1", "2024-02-01T08:00:00Z")).await;
    assert_eq!(remembered().await[0], "2024-03-02");
    send(&world, "/v1/interactions", meeting("i1", "2025-03-02T08:00:00Z")).await;
    assert_eq!(remembered().await[0], "2025-03-02");

    let ticket = |closed: Value| json!([{ "id": "t1", "customer": "acme", "opened_at": "2026-02-20T08:00:00Z", "closed_at": closed }]);
    send(&world, "/v1/tickets", ticket(json!("2026-03-01T08:00:00Z"))).await;
    assert_eq!(remembered().await[1], "2026-03-01");
    send(&world, "/v1/tickets", ticket(Value::Null)).await;
    assert_eq!(remembered().await[1], "2026-02-20");
}

#[tokio::test]
async fn erasing_a_customer_leaves_no_gist() {
    let world = with_signals().await;
    let _ = world.call_as(Role::Admin, Method::DELETE, "/v1/customers/acme").send().await.expect_status(204);
    world.settle().await;
    assert_eq!(items(&world, "acme", "").await.len(), 0);
}

#[tokio::test]
async fn an_answer_has_a_gist_without_its_comment() {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    world.advance(Duration::hours(2)).await;
    let mail = world.mails_to("dora@acme.example").remove(0);
    let _ = world.answer(&mail, "not_happy", "It is slow").await.expect_status(200);
    let gists = items(&world, "acme", "G#").await;
    assert_eq!(gists.len(), 1);
    assert!(text(&gists[0], "sk").contains("#S#FB#req_"), "{gists:?}");
    assert!(!format!("{gists:?}").contains("slow"));
    assert_eq!(measure(&world, "acme", "customer.happiness").await, 0.0);
}

#[tokio::test]
async fn a_score_decays_by_itself_and_nothing_is_written_when_it_does_not() {
    let world = with_signals().await;
    let days = || measure(&world, "acme", "team.days_since_last_interaction");
    assert_eq!(days().await, 5.0);
    world.advance(Duration::days(10)).await;
    // Computed at two in the night, six hours before the clock's eight.
    assert_eq!(days().await, 14.75);

    world.customer_with("quiet", &[]).await;
    world.advance(Duration::days(1)).await;
    let row =
        || async { world.system.cloud().store.customer(&CustomerId::parse("quiet").unwrap()).await.unwrap().unwrap() };
    let before = row().await;
    world.advance(Duration::days(3)).await;
    assert_eq!(row().await, before);
}

#[tokio::test]
async fn a_status_that_becomes_stale_is_told_of_once() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    world.set_status("acme", "thriving").await;
    world.advance(Duration::days(30)).await;
    assert_eq!(events(&world, "health_status.became_stale.v1"), 0);
    world.advance(Duration::days(1)).await;
    assert_eq!(events(&world, "health_status.became_stale.v1"), 1);
    world.advance(Duration::days(2)).await;
    assert_eq!(events(&world, "health_status.became_stale.v1"), 1);
}
