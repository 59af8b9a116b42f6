//! No more mails: by one click of the mail program, or by the page's button.

use chrono::Duration;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_local::cloud::mailbox::Mail;
use keepwell_tests::{World, path_of};
use serde_json::json;

use crate::feedback::{add_contact, at, contact, count_events, dora_was_asked, jump, only_mail};

/// The path of the mail's `List-Unsubscribe` header.
fn one_click(mail: &Mail) -> String {
    let value = &mail.headers.iter().find(|(name, _)| name == "List-Unsubscribe").unwrap().1;
    path_of(value.trim().strip_prefix('<').unwrap().strip_suffix('>').unwrap())
}

/// What a mail program sends: no cookie, no page, this body.
async fn click(world: &World, path: &str) {
    let call = world.call(Method::POST, path).raw("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click");
    let page = call.send().await.expect_status(200);
    assert!(page.text.contains("Done: no more mails"), "{}", page.text);
    world.settle().await;
}

#[tokio::test]
async fn every_mail_to_a_contact_can_be_unsubscribed_with_one_click() {
    let (world, _) = dora_was_asked().await;
    world.set_status("acme", "thriving").await;
    let mails = world.mails_to("dora@acme.example");
    assert_eq!(mails.len(), 2, "a feedback request and a status mail");
    for mail in mails {
        let post = mail.headers.iter().find(|(name, _)| name == "List-Unsubscribe-Post").unwrap();
        assert_eq!(post.1, "List-Unsubscribe=One-Click");
        let path = one_click(&mail);
        assert!(mail.html.contains(&path) && mail.text.contains(&path), "the mail itself has the link too");
        assert!(path.starts_with("/u/"), "{path}");
    }
}

#[tokio::test]
async fn one_click_stops_all_mail_and_a_second_one_changes_nothing() {
    let (world, mail) = dora_was_asked().await;
    let path = one_click(&mail);
    click(&world, &path).await;
    let after = contact(&world, "acme", "dora").await;
    assert_eq!(after["mail"], json!({ "state": "unsubscribed", "since": "2026-03-02T09:00:00Z" }));
    assert_eq!(count_events(&world, "contact.unsubscribed.v1"), 1);

    world.advance(Duration::hours(1)).await;
    world.system.local().reset_requests();
    click(&world, &path).await;
    assert_eq!(world.system.local().write_count(), 0);
    assert_eq!(contact(&world, "acme", "dora").await, after);
    assert_eq!(count_events(&world, "contact.unsubscribed.v1"), 1);
}

#[tokio::test]
async fn opening_the_unsubscribe_page_does_nothing_and_its_button_does_it() {
    let (world, mail) = dora_was_asked().await;
    let path = one_click(&mail);
    let page = world.call(Method::GET, &path).send().await.expect_status(200);
    assert!(page.text.contains("Nothing changes until you press the button"), "{}", page.text);
    assert!(page.text.contains(&format!("<form method=\"post\" action=\"{path}\">")), "{}", page.text);
    assert_eq!(contact(&world, "acme", "dora").await["mail"]["state"], "ok");
    let button = world.call(Method::POST, &path).header("sec-fetch-site", "same-origin");
    button.form(&[("List-Unsubscribe", "One-Click")]).send().await.expect_status(200);
    assert_eq!(contact(&world, "acme", "dora").await["mail"]["state"], "unsubscribed");
}

/// Dora at `acme`, and as a decision maker at `globex`, her address written differently.
async fn dora_twice() -> (World, Mail) {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    world.advance(Duration::hours(1)).await;
    world.customer_with("globex", &[]).await;
    let again = json!({ "id": "d", "name": "Dora", "email": "Dora@ACME.example", "role": "decision_maker" });
    add_contact(&world, "globex", again).await;
    let mail = only_mail(&world, "dora@acme.example");
    (world, mail)
}

/// Whatever makes mails is done to both customers, and there are no more than there were.
async fn gets_no_more(world: &World) {
    let before = world.mails_to("dora@acme.example").len();
    for status in ["struggling", "thriving", "steady", "healthy"] {
        for customer in ["acme", "globex"] {
            world.set_status(customer, status).await;
        }
    }
    assert_eq!(world.mails_to("dora@acme.example").len(), before, "a status mail was sent");
    for day in [1, 2, 3] {
        jump(world, at(4, day, 12, 0)).await;
    }
    assert_eq!(world.mails_to("dora@acme.example").len(), before, "a feedback request was sent");
}

#[tokio::test]
async fn who_unsubscribed_gets_no_mail_of_any_kind_at_any_customer() {
    let (world, mail) = dora_twice().await;
    click(&world, &one_click(&mail)).await;
    gets_no_more(&world).await;
}

#[tokio::test]
async fn unsubscribing_holds_at_every_customer_even_if_the_team_stopped_one_before() {
    let (world, mail) = dora_twice().await;
    let call = world.call_as(Role::Csm, Method::PATCH, "/v1/customers/acme/contacts/dora");
    call.json(&json!({ "mail": { "state": "unsubscribed" } })).send().await.expect_status(200);
    click(&world, &one_click(&mail)).await;
    gets_no_more(&world).await;
}

#[tokio::test]
async fn who_agrees_again_gets_mail_again() {
    let (world, mail) = dora_was_asked().await;
    click(&world, &one_click(&mail)).await;
    world.set_status("acme", "struggling").await;
    assert_eq!(world.mails_to("dora@acme.example").len(), 1);
    let call = world.call_as(Role::Csm, Method::PATCH, "/v1/customers/acme/contacts/dora");
    call.json(&json!({ "mail": { "state": "ok" } })).send().await.expect_status(200);
    world.set_status("acme", "thriving").await;
    assert_eq!(world.mails_to("dora@acme.example").len(), 2);
}

#[tokio::test]
async fn the_unsubscribe_link_of_an_old_mail_still_works_and_answers_are_not_lost() {
    let (world, mail) = dora_was_asked().await;
    world.answer(&mail, "happy", "").await.expect_status(200);
    world.system.local().clock().set(mail.sent_at + Duration::days(300));
    click(&world, &one_click(&mail)).await;
    assert_eq!(contact(&world, "acme", "dora").await["mail"]["state"], "unsubscribed");
    assert_eq!(crate::feedback::answers(&world, "acme").await.len(), 1);
}

#[tokio::test]
async fn who_unsubscribed_can_still_answer_the_last_mail() {
    let (world, mail) = dora_was_asked().await;
    click(&world, &one_click(&mail)).await;
    world.answer(&mail, "not_happy", "too many mails").await.expect_status(200);
    assert_eq!(world.get("/v1/customers/acme/happiness").await["value"], 0.0);
}
