//! The portfolio: customers, their contacts, tasks, timeline and scores, as people work with them.

mod contacts;
mod erase;
mod goals;
mod list;
mod profile;
mod scores;
mod tasks;
mod tickets;
mod timeline;

use chrono::Duration;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::World;
use serde_json::Value;

/// The field of every item of a list.
fn each<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    list["items"].as_array().unwrap().iter().map(|item| item[field].as_str().unwrap_or_default()).collect()
}

/// Every item of a list, page by page; no page is longer than the limit, and none but the last is shorter.
async fn all_pages(world: &World, path: &str, limit: usize) -> Vec<Value> {
    let joint = if path.contains('?') { '&' } else { '?' };
    let mut items: Vec<Value> = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = world.get(&format!("{path}{joint}limit={limit}{cursor}")).await;
        let found = page["items"].as_array().unwrap();
        assert!(found.len() <= limit);
        items.extend(found.iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => {
                assert_eq!(found.len(), limit, "a page that is not the last is full");
                cursor = format!("&cursor={next}");
            }
            None => return items,
        }
    }
}

/// Sends records as the API takes them, and waits until what follows is done.
async fn send(world: &World, path: &str, records: &Value) {
    let call = world.call_as(Role::Csm, Method::POST, path).json(records);
    let _ = call.send().await.expect_status(200);
    world.settle().await;
}

/// Days later. Only the schedules of the last of them run: the days before hold nothing that the story is about.
async fn later(world: &World, days: i64) {
    world.system.local().clock().advance(Duration::days(days - 1));
    world.advance(Duration::days(1)).await;
}
