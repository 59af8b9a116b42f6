//! What a customer asked support for.

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::World;
use serde_json::{Value, json};

use super::{all_pages, each, send};

fn text(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[tokio::test]
async fn tickets_say_what_became_of_them_the_last_opened_first() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let hours_ago = |hours: i64| text(world.system.now() - Duration::hours(hours));
    let closed = json!({ "id": "t1", "customer": "acme", "severity": "critical", "subject": "Nothing works (again): at all",
        "text": "This is terrible, we are angry.", "opened_at": hours_ago(50), "first_response_at": hours_ago(49),
        "closed_at": hours_ago(2), "escalated": true });
    let open = json!({ "id": "t2", "customer": "acme", "opened_at": hours_ago(5) });
    send(&world, "/v1/tickets", &json!([closed, open])).await;

    let tickets = world.get("/v1/customers/acme/tickets").await;
    assert_eq!(each(&tickets, "id"), ["t2", "t1"]);
    let mut first = tickets["items"][1].clone();
    assert!(first["sentiment"].take().as_f64().unwrap() < -0.5);
    let expected = json!({ "id": "t1", "severity": "critical", "subject": "Nothing works (again): at all", "open": false,
        "opened_at": hours_ago(50), "first_response_at": hours_ago(49), "closed_at": hours_ago(2), "escalated": true,
        "sentiment": null });
    assert_eq!(first, expected);
    let expected = json!({ "id": "t2", "severity": "normal", "subject": null, "open": true, "opened_at": hours_ago(5),
        "first_response_at": null, "closed_at": null, "escalated": false, "sentiment": null });
    assert_eq!(tickets["items"][0], expected);

    // It is closed, and opened earlier than it was said: one line still, at its new place.
    let moved = json!({ "id": "t2", "customer": "acme", "opened_at": hours_ago(60), "closed_at": hours_ago(1) });
    send(&world, "/v1/tickets", &json!([moved])).await;
    let tickets = world.get("/v1/customers/acme/tickets").await;
    assert_eq!(each(&tickets, "id"), ["t1", "t2"]);
    assert_eq!(tickets["items"][1]["open"], false);
}

#[tokio::test]
async fn tickets_come_page_by_page_past_whatever_else_happened() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    for number in 0..5 {
        let opened_at = text(world.system.now());
        send(
            &world,
            "/v1/tickets",
            &json!([{ "id": format!("t{number}"), "customer": "acme", "opened_at": opened_at }]),
        )
        .await;
        world.set_status("acme", if number % 2 == 0 { "steady" } else { "healthy" }).await;
        world.advance(Duration::hours(1)).await;
    }
    let tickets = all_pages(&world, "/v1/customers/acme/tickets", 2).await;
    let ids: Vec<&Value> = tickets.iter().map(|ticket| &ticket["id"]).collect();
    assert_eq!(ids, ["t4", "t3", "t2", "t1", "t0"]);
    let call = world.call_as(Role::Viewer, Method::GET, "/v1/customers/nobody/tickets");
    let _ = call.send().await.expect_status(404);
    let call = world.call_as(Role::Viewer, Method::GET, "/v1/customers/acme/tickets?cursor=eHg");
    assert_eq!(call.send().await.expect_status(422).pointers(), ["?cursor"]);
}
