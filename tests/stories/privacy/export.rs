//! What is known of a company or a person is given out on request, wholly.

use std::collections::BTreeMap;

use http::Method;
use keepwell_aws::http::Role;
use serde_json::{Value, json};

use super::{CANARY, EMAIL, ID, Item, Known, NAME, with_canaries};

/// Every page of a company's export.
async fn of_company(known: &Known, limit: usize) -> Vec<Value> {
    let mut items = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/customers/acme/export?limit={limit}{cursor}");
        let page = known.world.call_as(Role::Admin, Method::GET, &path).send().await.expect_status(200).json();
        items.extend(page["items"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

fn kinds(items: &[Value]) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for item in items {
        *kinds.entry(item["kind"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    kinds
}

#[tokio::test]
async fn the_export_of_a_company_has_everything_whatever_the_size_of_its_pages() {
    let known = Known::new().await;
    let all = of_company(&known, 1000).await;
    assert_eq!(of_company(&known, 3).await, all);
    insta::assert_json_snapshot!("company_kinds", kinds(&all));
    assert!(!kinds(&all).contains_key("other"), "what has no name of its own is forgotten too easily");

    // Every row of its partitions is in it, but for copies.
    let client = aws_sdk_dynamodb::Client::new(&known.world.system.local().sdk_config());
    let mut rows = 0;
    for table in ["core", "usage"] {
        let pages = client.scan().table_name(format!("keepwell-{table}")).into_paginator().items().send();
        for item in pages.collect::<Result<Vec<Item>, _>>().await.unwrap() {
            let (pk, sk) = (item["pk"].as_s().unwrap(), item["sk"].as_s().unwrap());
            let own = pk == "C#acme" || pk == "U#acme";
            rows += usize::from(own && !sk.starts_with("G#") && !sk.starts_with("IK#"));
        }
    }
    let elsewhere = ["mail", "delivery", "user"];
    assert_eq!(all.iter().filter(|item| !elsewhere.contains(&item["kind"].as_str().unwrap())).count(), rows);
}

#[tokio::test]
async fn the_export_of_a_contact_shows_what_its_erasure_takes_away() {
    let known = Known::new().await;
    let path = format!("/v1/customers/acme/contacts/{ID}/export");
    let export = known.world.call_as(Role::Admin, Method::GET, &path).send().await.expect_status(200).json();
    let items = export["items"].as_array().unwrap();
    insta::assert_json_snapshot!("contact_kinds", kinds(items));
    assert_eq!(items[0]["value"]["name"], NAME);
    assert_eq!(items[0]["value"]["email"], EMAIL);
    assert!(export["address"]["last_asked_at"].is_string());
    for words in [
        "zuzuqcomment",
        "zuzuqtheme",
        "zuzuqlogged",
        "zuzuqwords are great",
        "zuzuqwords are good",
        "likes it",
        "user-zuzuq-1",
    ] {
        assert!(export.to_string().contains(words), "{words}");
    }
    // Nobody else is in it but where a text names both.
    let of_others = items
        .iter()
        .filter(|item| !item.to_string().to_lowercase().contains(CANARY))
        .filter(|item| !item.to_string().contains(ID) && item["value"] != json!({ "used": true }));
    assert_eq!(of_others.collect::<Vec<_>>(), Vec::<&Value>::new());

    let _ = known.erase(ID).await.expect_status(200);
    let gone = known.world.call_as(Role::Admin, Method::GET, &path).send().await;
    assert_eq!(gone.status, 404, "{}", gone.text);
    assert_eq!(with_canaries(&known.world).await, Vec::<String>::new());
}

#[tokio::test]
async fn an_export_reads_and_writes_nothing_and_is_for_admins() {
    let known = Known::new().await;
    known.world.system.local().reset_requests();
    for path in ["/v1/customers/acme/export".to_owned(), format!("/v1/customers/acme/contacts/{ID}/export")] {
        for role in [Role::Viewer, Role::Csm] {
            let _ = known.world.call_as(role, Method::GET, &path).send().await.expect_status(403);
        }
        let reply = known.world.call_as(Role::Admin, Method::GET, &path).send().await.expect_status(200);
        assert_eq!(reply.header("cache-control"), "no-store");
    }
    for path in
        ["/v1/customers/acme/export?cursor=x", "/v1/customers/acme/export?limit=0", "/v1/customers/acme/export?x=1"]
    {
        let _ = known.world.call_as(Role::Admin, Method::GET, path).send().await.expect_status(422);
    }
    for path in ["/v1/customers/nobody/export", "/v1/customers/acme/contacts/nobody/export"] {
        let _ = known.world.call_as(Role::Admin, Method::GET, path).send().await.expect_status(404);
    }
    assert_eq!(known.world.system.local().write_count(), 0);
}
