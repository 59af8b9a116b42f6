//! What SES reports about mails stops further mail, or not.

use keepwell_local::cloud::mailbox::Mail;
use keepwell_tests::World;
use serde_json::{Value, json};

use crate::feedback::{add_contact, at, contact, dora_was_asked, intent_of, jump};

/// An SES event as `EventBridge` delivers it, handled by the function that subscribed. Answers the messages that failed.
pub(crate) async fn ses_event(world: &World, detail_type: &str, intent: &str, more: Value) -> Vec<String> {
    let mut detail = json!({ "mail": {
        "timestamp": "2026-03-02T09:00:01.000Z", "source": "keepwell@keepwell.example", "messageId": "0100018f-local",
        "destination": ["dora@acme.example"],
        "tags": { "intent": [intent], "ses:configuration-set": ["keepwell"], "ses:caller-identity": ["feedback-request"] },
    } });
    detail.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    raw_ses_event(world, detail_type, detail).await
}

async fn raw_ses_event(world: &World, detail_type: &str, detail: Value) -> Vec<String> {
    let body =
        json!({ "version": "0", "id": "e-1", "detail-type": detail_type, "source": "aws.ses", "detail": detail });
    let function = world.system.functions().iter().find(|function| function.name == "feedback-collection").unwrap();
    let subscription = function.subscription.as_ref().unwrap();
    assert_eq!(subscription.source, "aws.ses");
    let failed = function.handle_queue(vec![("m-1".to_owned(), body.to_string())]).await.unwrap();
    world.settle().await;
    failed
}

fn bounce(kind: &str) -> Value {
    let recipient = json!({ "emailAddress": "dora@acme.example", "action": "failed", "status": "5.1.1" });
    json!({ "eventType": "Bounce", "bounce": { "bounceType": kind, "bounceSubType": "General", "bouncedRecipients": [recipient] } })
}

fn complaint() -> Value {
    let recipient = json!({ "emailAddress": "dora@acme.example" });
    json!({ "eventType": "Complaint", "complaint": { "complaintFeedbackType": "abuse", "complainedRecipients": [recipient] } })
}

async fn intent_id(world: &World, mail: &Mail) -> String {
    intent_of(world, mail).await.id
}

/// Dora's address, at `acme` and at another customer, gets `expected` further mails in a month with a status change.
async fn further_mails(world: &World, expected: usize) {
    let before = world.mails_to("dora@acme.example").len();
    world.customer_with("globex", &[]).await;
    let again = json!({ "id": "d", "name": "Dora", "email": "DORA@acme.example", "role": "decision_maker" });
    add_contact(world, "globex", again).await;
    world.set_status("acme", "struggling").await;
    world.set_status("globex", "struggling").await;
    for day in [1, 2, 3] {
        jump(world, at(4, day, 12, 0)).await;
    }
    assert_eq!(world.mails_to("dora@acme.example").len() - before, expected);
}

#[tokio::test]
async fn a_permanent_bounce_stops_all_mail_to_the_address() {
    let (world, mail) = dora_was_asked().await;
    let id = intent_id(&world, &mail).await;
    // SES may report twice.
    for _ in 0..2 {
        assert_eq!(ses_event(&world, "Email Bounced", &id, bounce("Permanent")).await, Vec::<String>::new());
    }
    assert_eq!(contact(&world, "acme", "dora").await["mail"]["state"], "bounced");
    further_mails(&world, 0).await;
}

#[tokio::test]
async fn a_complaint_stops_all_mail_to_the_address() {
    let (world, mail) = dora_was_asked().await;
    let id = intent_id(&world, &mail).await;
    assert_eq!(ses_event(&world, "Email Complaint Received", &id, complaint()).await, Vec::<String>::new());
    assert_eq!(contact(&world, "acme", "dora").await["mail"]["state"], "complained");
    further_mails(&world, 0).await;
}

#[tokio::test]
async fn a_transient_bounce_and_a_delivery_change_nothing() {
    let (world, mail) = dora_was_asked().await;
    let id = intent_id(&world, &mail).await;
    world.system.local().reset_requests();
    for kind in ["Transient", "Undetermined"] {
        assert_eq!(ses_event(&world, "Email Bounced", &id, bounce(kind)).await, Vec::<String>::new());
    }
    for kind in ["Email Sent", "Email Delivered"] {
        assert_eq!(ses_event(&world, kind, &id, json!({})).await, Vec::<String>::new());
    }
    assert_eq!(world.system.local().write_count(), 0);
    assert_eq!(contact(&world, "acme", "dora").await["mail"]["state"], "ok");
    // Two status mails; the address is asked again once, for whichever customer comes first.
    further_mails(&world, 3).await;
}

#[tokio::test]
async fn events_about_mails_that_are_not_ours_are_taken_and_change_nothing() {
    let (world, mail) = dora_was_asked().await;
    let id = intent_id(&world, &mail).await;
    world.system.local().reset_requests();
    let unknown = ses_event(&world, "Email Bounced", "mail_01jnothing", bounce("Permanent")).await;
    assert_eq!(unknown, Vec::<String>::new());
    let odd = [
        json!({}),
        json!({ "mail": {} }),
        json!({ "mail": { "messageId": "x", "tags": {} }, "bounce": { "bounceType": "Permanent" } }),
        json!({ "mail": { "messageId": "x", "tags": { "intent": [] } }, "bounce": { "bounceType": "Permanent" } }),
        json!({ "mail": { "messageId": "x", "tags": { "intent": id } }, "bounce": { "bounceType": "Permanent" } }),
        json!({ "mail": { "messageId": "x", "tags": { "intent": [7] } }, "bounce": { "bounceType": "Permanent" } }),
    ];
    for detail in odd {
        assert_eq!(raw_ses_event(&world, "Email Bounced", detail.clone()).await, Vec::<String>::new(), "{detail}");
    }
    let unread = ses_event(&world, "Email Opened", &id, json!({})).await;
    assert_eq!(unread, Vec::<String>::new());
    assert_eq!(world.system.local().write_count(), 0);
    assert_eq!(contact(&world, "acme", "dora").await["mail"]["state"], "ok");
}

#[tokio::test]
async fn a_bounce_about_a_contact_who_was_removed_is_taken() {
    let (world, mail) = dora_was_asked().await;
    let id = intent_id(&world, &mail).await;
    let call = world.call_as(keepwell_aws::http::Role::Csm, http::Method::DELETE, "/v1/customers/acme/contacts/dora");
    call.send().await.expect_status(204);
    assert_eq!(ses_event(&world, "Email Bounced", &id, bounce("Permanent")).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_late_bounce_of_an_old_address_does_not_stop_mail_to_the_corrected_one() {
    let (world, mail) = dora_was_asked().await;
    let id = intent_id(&world, &mail).await;
    let call = world.call_as(keepwell_aws::http::Role::Csm, http::Method::PATCH, "/v1/customers/acme/contacts/dora");
    call.json(&json!({ "email": "dora.new@acme.example" })).send().await.expect_status(200);
    assert_eq!(ses_event(&world, "Email Bounced", &id, bounce("Permanent")).await, Vec::<String>::new());
    assert_eq!(contact(&world, "acme", "dora").await["mail"]["state"], "ok");
    world.set_status("acme", "struggling").await;
    assert_eq!(world.mails_to("dora.new@acme.example").len(), 1);
    // The old address stays stopped, whoever has it next.
    world.customer_with("globex", &[]).await;
    let old = json!({ "id": "d", "name": "Dora", "email": "dora@acme.example", "role": "decision_maker" });
    add_contact(&world, "globex", old).await;
    world.set_status("globex", "struggling").await;
    assert_eq!(world.mails_to("dora@acme.example").len(), 1, "the feedback request that bounced, and no more");
}
