//! Who is asked, and when.

use chrono::Duration;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_domain::mail::SendState;
use keepwell_local::cloud::faults::{Fault, FaultPlan, FaultRule};
use keepwell_local::cloud::requests::Service;
use keepwell_tests::World;
use serde_json::json;

use super::{
    add_contact, at, close, count_events, dora_was_asked, intent, items, jump, open_intents, patch_customer, sent,
};

/// One contact per zone, with the zone's name as it is written.
const ZONES: &[(&str, &str)] = &[
    ("kiran", "Asia/Kolkata"),
    ("nora", "America/New_York"),
    ("aroha", "Pacific/Auckland"),
    ("bernd", "Europe/Berlin"),
    ("uma", "UTC"),
];

async fn customer_in_all_zones(world: &World) {
    world.customer_with("acme", &[]).await;
    for (id, zone) in ZONES {
        let contact =
            json!({ "id": id, "name": id, "email": format!("{id}@acme.example"), "role": "user", "time_zone": zone });
        add_contact(world, "acme", contact).await;
    }
}

#[tokio::test]
async fn in_thirty_days_every_eligible_contact_is_asked_exactly_once_in_its_own_morning_and_nobody_else_is() {
    let world = World::new().await;
    // An open case: one contact is not happy, a colleague joins later.
    world.customer_with("sad", &[("sam", "user")]).await;
    world.advance(Duration::hours(1)).await;
    let mail = super::only_mail(&world, "sam@sad.example");
    world.answer(&mail, "not_happy", "").await.expect_status(200);
    add_contact(&world, "sad", json!({ "id": "sue", "name": "Sue", "email": "sue@sad.example" })).await;
    // Five who are asked, and three whose mail is stopped.
    customer_in_all_zones(&world).await;
    for state in ["unsubscribed", "bounced", "complained"] {
        let contact =
            json!({ "id": state, "name": state, "email": format!("{state}@acme.example"), "mail": { "state": state } });
        add_contact(&world, "acme", contact).await;
    }
    // The same person at a second customer, the address written differently.
    world.customer_with("twin", &[]).await;
    add_contact(&world, "twin", json!({ "id": "u", "name": "Uma", "email": "UMA@ACME.example" })).await;
    // The switch is off.
    world.customer_with("quiet", &[("quentin", "user")]).await;
    patch_customer(&world, "quiet", json!({ "request_feedback": false })).await;
    // The customer has left.
    world.customer_with("gone", &[("gina", "user")]).await;
    let csv = "id,customer,kind,on,reason\no1,gone,churned,2026-02-27,price\n";
    let call = world.call_as(Role::Csm, Method::POST, "/v1/imports/outcomes").raw("text/csv", csv);
    call.send().await.expect_status(200);
    world.settle().await;
    assert_eq!(world.get("/v1/customers/gone").await["churned"], true);

    world.advance(Duration::days(30) - Duration::hours(1)).await;

    let mut asked: Vec<String> = world
        .system
        .local()
        .mailbox()
        .mails()
        .iter()
        .flat_map(|mail| mail.to.clone())
        .map(|to| to.to_lowercase())
        .collect();
    asked.sort();
    let expected = ["aroha@acme", "bernd@acme", "kiran@acme", "nora@acme", "sam@sad", "uma@acme"];
    assert_eq!(asked, expected.map(|address| format!("{address}.example")));
    assert_eq!(count_events(&world, "feedback.requested.v1"), asked.len());
    // 09:30 in Kolkata, 09:00 in New York, Auckland and Berlin, and 10:00 for who is in UTC.
    let mornings = [at(3, 3, 4, 0), at(3, 2, 14, 0), at(3, 2, 20, 0), at(3, 3, 8, 0), at(3, 2, 10, 0)];
    for ((id, zone), morning) in ZONES.iter().zip(mornings) {
        assert_eq!(sent(&world, &format!("{id}@acme.example")), [morning], "{zone}");
    }
}

#[tokio::test]
async fn mornings_stay_mornings_when_clocks_change_and_weekends_are_left_out() {
    let world = World::new().await;
    customer_in_all_zones(&world).await;
    world.advance(Duration::hours(30)).await;
    jump(&world, at(4, 1, 6, 0)).await;
    world.advance(Duration::hours(30)).await;
    for (id, _) in ZONES {
        let first = world.mails_to(&format!("{id}@acme.example")).remove(0);
        world.answer(&first, "happy", "").await.expect_status(200);
    }
    world.advance(Duration::hours(1)).await;
    for (from, hours) in [(at(5, 1, 6, 0), 10), (at(5, 2, 1, 0), 12), (at(5, 3, 20, 0), 14)] {
        jump(&world, from).await;
        world.advance(Duration::hours(hours)).await;
    }

    // Monday 2 March is the first day everywhere west of India. The clocks change on 8 March in New York, on 29 March
    // in Berlin and on 5 April in Auckland. 2 May is a Saturday.
    let expected = [
        ("kiran", [at(3, 3, 4, 0), at(4, 2, 4, 0), at(5, 4, 4, 0)]),
        ("nora", [at(3, 2, 14, 0), at(4, 1, 14, 0), at(5, 1, 14, 0)]),
        ("aroha", [at(3, 2, 20, 0), at(4, 1, 20, 0), at(5, 3, 21, 0)]),
        ("bernd", [at(3, 2, 9, 0), at(4, 2, 7, 0), at(5, 4, 7, 0)]),
        ("uma", [at(3, 2, 9, 0), at(4, 1, 9, 0), at(5, 1, 9, 0)]),
    ];
    for (id, moments) in expected {
        assert_eq!(sent(&world, &format!("{id}@acme.example")), moments, "{id}");
    }
}

#[tokio::test]
async fn who_does_not_answer_is_asked_less_and_less_often_and_an_answer_ends_that() {
    let (world, _) = dora_was_asked().await;
    // 30 days, then 60 after two without an answer, then 90: each time the first working morning.
    let asked = [at(4, 1, 9, 0), at(6, 1, 9, 0), at(7, 31, 9, 0), at(10, 29, 9, 0)];
    for (already, next) in asked.into_iter().enumerate() {
        jump(&world, next - Duration::hours(1)).await;
        assert_eq!(world.mails_to("dora@acme.example").len(), already + 1, "an hour before {next}");
        jump(&world, next).await;
        assert_eq!(sent(&world, "dora@acme.example").last(), Some(&next));
    }
    let last = world.mails_to("dora@acme.example").pop().unwrap();
    world.answer(&last, "happy", "").await.expect_status(200);
    // Four were not answered, and yet it is 30 days again: Saturday 28 November, so Monday.
    world.advance(Duration::hours(2)).await;
    jump(&world, at(11, 30, 8, 0)).await;
    assert_eq!(world.mails_to("dora@acme.example").len(), 5);
    jump(&world, at(11, 30, 10, 0)).await;
    assert_eq!(sent(&world, "dora@acme.example").last(), Some(&at(11, 30, 9, 0)));
}

#[tokio::test]
async fn a_customer_can_have_an_interval_of_its_own_but_no_address_is_asked_twice_in_thirty_days() {
    let world = World::new().await;
    for (id, days) in [("slow", 45), ("fast", 7)] {
        world.customer_with(id, &[("ann", "user")]).await;
        patch_customer(&world, id, json!({ "feedback_interval_days": days })).await;
    }
    world.advance(Duration::hours(2)).await;
    for id in ["slow", "fast"] {
        let mail = super::only_mail(&world, &format!("ann@{id}.example"));
        world.answer(&mail, "happy", "").await.expect_status(200);
    }
    for moment in [at(3, 9, 11, 0), at(4, 1, 8, 0), at(4, 1, 10, 0), at(4, 16, 8, 0), at(4, 16, 10, 0)] {
        jump(&world, moment).await;
    }
    assert_eq!(sent(&world, "ann@fast.example"), [at(3, 2, 9, 0), at(4, 1, 9, 0)]);
    assert_eq!(sent(&world, "ann@slow.example"), [at(3, 2, 9, 0), at(4, 16, 9, 0)]);
}

#[tokio::test]
async fn the_switch_stops_a_mail_that_is_under_way_and_starts_the_next_one() {
    let (world, id) = one_mail_is_held_up().await;
    patch_customer(&world, "acme", json!({ "request_feedback": false })).await;
    world.advance(Duration::hours(1)).await;
    assert_eq!(world.mails_to("dora@acme.example").len(), 0);
    let state = intent(&world, &id).await.state;
    assert!(matches!(&state, SendState::Skipped { reason, .. } if reason.contains("switched off")), "{state:?}");

    jump(&world, at(4, 2, 12, 0)).await;
    assert_eq!(world.mails_to("dora@acme.example").len(), 0);
    patch_customer(&world, "acme", json!({ "request_feedback": true })).await;
    world.advance(Duration::days(1)).await;
    assert_eq!(sent(&world, "dora@acme.example"), [at(4, 3, 9, 0)]);
}

#[tokio::test]
async fn a_contact_that_is_removed_before_its_mail_goes_gets_none() {
    let (world, id) = one_mail_is_held_up().await;
    let path = "/v1/customers/acme/contacts/dora";
    world.call_as(Role::Csm, Method::DELETE, path).send().await.expect_status(204);
    world.advance(Duration::hours(1)).await;
    assert_eq!(world.system.local().mailbox().mails().len(), 0);
    let state = intent(&world, &id).await.state;
    assert!(matches!(&state, SendState::Skipped { reason, .. } if reason.contains("gone")), "{state:?}");
}

/// Dora's mail exists as an intent, and SES did not take it yet. Answers the intent.
async fn one_mail_is_held_up() -> (World, String) {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    let throttle = FaultRule::on(Service::Ses, Fault::Throttle).operation("SendRawEmail");
    world.system.local().faults().set(FaultPlan::seeded(1).rule(throttle));
    world.advance(Duration::hours(1)).await;
    world.system.local().faults().clear();
    let intents = open_intents(&world).await;
    assert_eq!(intents.len(), 1, "{intents:?}");
    (world, intents[0].id.clone())
}

#[tokio::test]
async fn somebody_who_is_not_happy_is_left_in_peace_with_the_colleagues_until_the_case_is_closed() {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker"), ("uma", "user")]).await;
    world.advance(Duration::hours(1)).await;
    let mail = super::only_mail(&world, "dora@acme.example");
    world.answer(&mail, "not_happy", "It is slow.").await.expect_status(200);
    for moment in [at(3, 3, 12, 0), at(4, 1, 12, 0), at(4, 2, 12, 0), at(4, 3, 9, 0)] {
        jump(&world, moment).await;
    }
    assert_eq!(world.system.local().mailbox().mails().len(), 2);

    let tasks = items(&world, "/v1/tasks?customer=acme&state=open").await;
    let case = tasks.iter().find(|task| task["source"]["automation"] == "negative-answer").unwrap();
    // On Friday 3 April, just after the hours of sending: asked on Monday.
    world.system.local().clock().set(at(4, 3, 11, 1));
    close(&world, case).await;
    for moment in [at(4, 3, 11, 30), at(4, 4, 12, 0), at(4, 5, 12, 0), at(4, 6, 12, 0)] {
        jump(&world, moment).await;
    }
    for address in ["dora@acme.example", "uma@acme.example"] {
        assert_eq!(sent(&world, address), [at(3, 2, 9, 0), at(4, 6, 9, 0)], "{address}");
    }
}

#[tokio::test]
async fn who_joins_in_the_middle_of_the_month_is_asked_the_next_morning_and_nobody_else_again() {
    let (world, _) = dora_was_asked().await;
    jump(&world, at(3, 11, 15, 0)).await;
    add_contact(&world, "acme", json!({ "id": "uma", "name": "Uma", "email": "uma@acme.example" })).await;
    world.advance(Duration::days(2)).await;
    assert_eq!(sent(&world, "uma@acme.example"), [at(3, 12, 9, 0)]);
    assert_eq!(world.mails_to("dora@acme.example").len(), 1);
}

#[tokio::test]
async fn the_team_says_how_often_customers_without_an_interval_of_their_own_are_asked() {
    let world = World::new().await;
    for id in ["theirs", "own"] {
        world.customer_with(id, &[("ann", "user")]).await;
    }
    patch_customer(&world, "own", json!({ "feedback_interval_days": 30 })).await;
    world.advance(Duration::hours(2)).await;
    for id in ["theirs", "own"] {
        let mail = super::only_mail(&world, &format!("ann@{id}.example"));
        world.answer(&mail, "happy", "").await.expect_status(200);
    }
    crate::settings::change(&world, json!({ "feedback_interval_days": 45 })).await;
    for moment in [at(4, 1, 8, 0), at(4, 1, 10, 0), at(4, 16, 8, 0), at(4, 16, 10, 0)] {
        jump(&world, moment).await;
    }
    assert_eq!(sent(&world, "ann@theirs.example"), [at(3, 2, 9, 0), at(4, 16, 9, 0)]);
    assert_eq!(sent(&world, "ann@own.example"), [at(3, 2, 9, 0), at(4, 1, 9, 0)]);

    // Asked on 16 April, Ann was to be asked again on 1 June. The team wants to hear from her sooner than that.
    let mail = world.mails_to("ann@theirs.example").pop().unwrap();
    world.answer(&mail, "happy", "").await.expect_status(200);
    world.advance(Duration::hours(1)).await;
    crate::settings::change(&world, json!({ "feedback_interval_days": 35 })).await;
    world.advance(Duration::hours(1)).await;
    jump(&world, at(5, 21, 8, 0)).await;
    assert_eq!(world.mails_to("ann@theirs.example").len(), 2);
    jump(&world, at(5, 21, 10, 0)).await;
    assert_eq!(sent(&world, "ann@theirs.example").last(), Some(&at(5, 21, 9, 0)));
}

/// What stands between the quotes, and in text between spaces, after `http`.
fn without_links(text: &str) -> String {
    let mut parts = text.split("http");
    let mut rest = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| c == '"' || c == '<' || c.is_whitespace()).unwrap_or(part.len());
        rest.push_str(&part[end..]);
    }
    rest
}

#[tokio::test]
async fn the_mail_that_is_shown_is_the_mail_that_is_sent_but_for_its_links() {
    let world = World::new().await;
    crate::settings::change(&world, json!({ "product_name": "Loom & Weft" })).await;
    world.system.local().reset_requests();
    let shown = world.get("/v1/feedback-mail?locale=en-GB").await;
    assert_eq!(world.system.local().write_count(), 0);
    assert_eq!(world.system.local().mailbox().mails().len(), 0);
    assert!(shown["html"].as_str().unwrap().contains("Loom &amp; Weft"));
    assert!(!shown["text"].as_str().unwrap().contains("/f/"), "{shown}");

    // The customer that is shown, in earnest.
    let customer = json!({ "id": "sample", "name": "Sample Ltd", "owner": "ana.ruiz@example.com", "arr_cents": 12_000_000, "seats": 50,
        "plan": "Enterprise", "industry": "Logistics", "country": "Spain", "size": "Mid", "stage": "adopted", "request_feedback": true });
    world.post("/v1/customers", customer).await;
    let dora = json!({ "name": "Dora Diaz", "email": "dora@sample.example", "role": "decision_maker" });
    super::add_contact(&world, "sample", dora).await;
    world.advance(Duration::hours(2)).await;
    let sent = super::only_mail(&world, "dora@sample.example");
    assert_eq!(shown["subject"], sent.subject);
    let text = |field: &str| without_links(&shown[field].as_str().unwrap().replace("\r\n", "\n"));
    assert_eq!(text("text").trim(), without_links(&sent.text.replace("\r\n", "\n")).trim());
    assert_eq!(text("html").trim(), without_links(&sent.html.replace("\r\n", "\n")).trim());
}
