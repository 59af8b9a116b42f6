//! What happened to a customer: timeline and status history.

use chrono::Duration;
use keepwell_tests::World;
use serde_json::{Value, json};

use super::{all_pages, each};

const TIMELINE: &str = "/v1/customers/acme/timeline";

async fn an_eventful_month() -> World {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    world.advance(Duration::hours(1)).await;
    let mail = world.mails_to("dora@acme.example").remove(0);
    world.answer(&mail, "happy", "Good.").await.expect_status(200);
    for status in ["healthy", "steady", "struggling", "thriving", "steady"] {
        world.set_status("acme", status).await;
        world.system.local().clock().advance(Duration::days(1));
    }
    world
}

#[tokio::test]
async fn the_timeline_tells_everything_newest_first() {
    let world = an_eventful_month().await;
    let lines = world.get(TIMELINE).await;
    let times = each(&lines, "at");
    assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");
    let kinds: std::collections::BTreeSet<&str> = each(&lines, "kind").into_iter().collect();
    assert_eq!(kinds, ["automation", "feedback", "score", "status", "task"].into());
    let answered = lines["items"].as_array().unwrap().iter().find(|line| line["kind"] == "feedback").unwrap();
    assert_eq!((&answered["title"], &answered["detail"]), (&json!("dora Person answered Happy"), &json!("Good.")));
}

#[tokio::test]
async fn the_timeline_is_read_page_by_page_and_by_kind() {
    let world = an_eventful_month().await;
    let whole = world.get(TIMELINE).await;
    for limit in [1, 3, 200] {
        assert_eq!(json!(all_pages(&world, TIMELINE, limit).await), whole["items"], "by {limit}");
        for kind in ["automation", "feedback", "score", "status", "task"] {
            let items = whole["items"].as_array().unwrap();
            let expected: Vec<&Value> = items.iter().filter(|line| line["kind"] == kind).collect();
            assert!(!expected.is_empty());
            let paged = pages_of_kind(&world, kind, limit).await;
            assert_eq!(json!(paged), json!(expected), "{kind} by {limit}");
        }
    }
    let none = world.get(&format!("{TIMELINE}?kind=ticket")).await;
    assert_eq!(none, json!({ "items": [], "next_cursor": null }));
}

/// A filtered page may be the last full one and still name a next one, which is then empty.
async fn pages_of_kind(world: &World, kind: &str, limit: usize) -> Vec<Value> {
    let mut items = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = world.get(&format!("{TIMELINE}?kind={kind}&limit={limit}{cursor}")).await;
        let found = page["items"].as_array().unwrap();
        assert!(found.len() <= limit);
        items.extend(found.iter().cloned());
        let Some(next) = page["next_cursor"].as_str() else { return items };
        assert_eq!(found.len(), limit);
        cursor = format!("&cursor={next}");
    }
}

#[tokio::test]
async fn the_status_history_says_who_when_from_to_and_why_newest_first() {
    let world = an_eventful_month().await;
    let history = world.get("/v1/customers/acme/status/history").await;
    insta::assert_json_snapshot!("status_history", history);
    let paged = all_pages(&world, "/v1/customers/acme/status/history", 2).await;
    assert_eq!(json!(paged), history["items"]);
}
