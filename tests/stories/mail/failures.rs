//! SES throttles, is down, or does not answer. A contact gets a mail once or not at all, the team at least once.

use chrono::{DateTime, Duration, Utc};
use keepwell_domain::mail::{MailIntent, MailKind, SendState};
use keepwell_local::cloud::faults::{Fault, FaultPlan, FaultRule};
use keepwell_local::cloud::requests::Service;
use keepwell_tests::World;
use serde_json::json;

use crate::feedback::{at, contact, dora_was_asked, intent, intent_of, jump, open_intents, patch_customer, sent};
use crate::links::ses_event;

const DORA: &str = "dora@acme.example";
const OWNER: &str = "csm@keepwell.example";

/// The first call to `SendRawEmail` goes wrong.
fn first_send(fault: Fault) -> FaultPlan {
    FaultPlan::seeded(1).rule(FaultRule::on(Service::Ses, fault).operation("SendRawEmail").nth(1))
}

/// Dora is asked on Monday at 09:00, and the one call to SES goes wrong. Answers the intent.
async fn survey_with(fault: Fault) -> (World, MailIntent) {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    world.system.local().faults().set(first_send(fault));
    world.advance(Duration::hours(1)).await;
    let mut intents = open_intents(&world).await;
    assert_eq!(intents.len(), 1, "{intents:?}");
    assert_eq!(intents[0].kind, MailKind::Survey);
    let intent = intents.remove(0);
    (world, intent)
}

/// The owner of `acme` is told that it is about to leave, and the call to SES goes wrong. Answers the owner's intent.
async fn alert_with(fault: Fault) -> (World, MailIntent) {
    let (world, mail) = dora_was_asked().await;
    patch_customer(&world, "acme", json!({ "request_feedback": false })).await;
    let call = world.call_as(keepwell_aws::http::Role::Csm, http::Method::PATCH, "/v1/customers/acme/contacts/dora");
    call.json(&json!({ "mail": { "state": "unsubscribed" } })).send().await.expect_status(200);
    world.answer(&mail, "not_happy", "").await.expect_status(200);
    world.system.local().faults().set(first_send(fault));
    world.set_status("acme", "struggling").await;
    let mut intents = open_intents(&world).await;
    assert_eq!(intents.len(), 1, "{intents:?}");
    let intent = intents.remove(0);
    assert_eq!(intent.kind, MailKind::Alert);
    (world, intent)
}

async fn state(world: &World, before: &MailIntent) -> SendState {
    intent(world, &before.id).await.state
}

/// How many mails with this intent arrived.
fn arrived(world: &World, intent: &MailIntent) -> usize {
    let mails = world.system.local().mailbox().mails();
    mails.iter().filter(|mail| mail.tags.iter().any(|(_, value)| *value == intent.id)).count()
}

#[track_caller]
fn assert_unknown_since(state: &SendState, moment: DateTime<Utc>) {
    assert!(matches!(state, SendState::Unknown { since } if *since == moment), "{state:?}");
}

#[tokio::test]
async fn a_throttled_mail_is_sent_later_and_once() {
    let (world, intent) = survey_with(Fault::Throttle).await;
    assert!(matches!(&intent.state, SendState::Retry { reason, .. } if reason == "Throttling"), "{:?}", intent.state);
    assert_eq!(world.mails_to(DORA).len(), 0);
    world.advance(Duration::hours(1)).await;
    assert_eq!(sent(&world, DORA), [at(3, 2, 10, 0)]);
    assert!(matches!(state(&world, &intent).await, SendState::Sent { .. }));
    world.advance(Duration::days(2)).await;
    assert_eq!(world.mails_to(DORA).len(), 1);
    assert_eq!(contact(&world, "acme", "dora").await["asked"], 1);
}

#[tokio::test]
async fn a_feedback_request_that_was_held_up_waits_for_the_next_morning() {
    let world = World::new().await;
    // Ten in the morning: the last hour in which this contact is written to.
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    world.system.local().clock().set(at(3, 6, 9, 30));
    world.system.local().faults().set(FaultPlan::seeded(1).rule(FaultRule::on(Service::Ses, Fault::Throttle)));
    world.advance(Duration::hours(1)).await;
    world.system.local().faults().clear();
    assert_eq!(open_intents(&world).await.len(), 1);
    assert_eq!(world.mails_to(DORA).len(), 0);
    // It is Friday; what is left over must not go out at eleven, at night or on a weekend.
    world.advance(Duration::days(4)).await;
    assert_eq!(sent(&world, DORA), [at(3, 9, 9, 0)]);
}

#[tokio::test]
async fn a_throttled_letter_to_a_contact_is_sent_with_the_next_sweep() {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    patch_customer(&world, "acme", json!({ "request_feedback": false })).await;
    world.system.local().faults().set(first_send(Fault::Throttle));
    world.set_status("acme", "struggling").await;
    assert_eq!(world.mails_to(DORA).len(), 0);
    world.advance(Duration::hours(1)).await;
    assert_eq!(world.mails_to(DORA).len(), 1);
}

#[tokio::test]
async fn when_even_the_quota_cannot_be_read_the_mails_wait() {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker"), ("uma", "user")]).await;
    let rule = FaultRule::on(Service::Ses, Fault::Unavailable).operation("GetSendQuota");
    world.system.local().faults().set(FaultPlan::seeded(1).rule(rule));
    world.advance(Duration::hours(1)).await;
    assert_eq!(world.system.local().mailbox().mails().len(), 0);
    world.system.local().faults().clear();
    world.advance(Duration::hours(1)).await;
    assert_eq!(world.mails_to(DORA).len(), 1);
    assert_eq!(world.mails_to("uma@acme.example").len(), 1);
}

#[tokio::test]
async fn a_mail_that_arrived_although_ses_did_not_answer_is_not_sent_again() {
    let (world, intent) = survey_with(Fault::TimeoutWithEffect).await;
    assert_unknown_since(&intent.state, at(3, 2, 9, 0));
    assert_eq!(arrived(&world, &intent), 1);
    world.advance(Duration::hours(23)).await;
    assert_unknown_since(&state(&world, &intent).await, at(3, 2, 9, 0));
    world.advance(Duration::hours(8)).await;
    let skipped = state(&world, &intent).await;
    assert!(matches!(&skipped, SendState::Skipped { reason, .. } if reason.contains("24 hours")), "{skipped:?}");
    assert_eq!(world.mails_to(DORA).len(), 1);
    // The person answers it as any other.
    let mail = world.mails_to(DORA).remove(0);
    world.answer(&mail, "happy", "").await.expect_status(200);
}

#[tokio::test]
async fn an_event_of_ses_settles_what_was_not_known() {
    for (detail_type, hours) in [("Email Sent", 1), ("Email Delivered", 1), ("Email Sent", 30)] {
        let (world, before) = survey_with(Fault::TimeoutWithEffect).await;
        world.advance(Duration::hours(hours)).await;
        // Twice, as EventBridge may.
        for _ in 0..2 {
            assert_eq!(ses_event(&world, detail_type, &before.id, json!({})).await, Vec::<String>::new());
        }
        let known = intent(&world, &before.id).await;
        assert!(
            matches!(&known.state, SendState::Sent { message_id, .. } if message_id == "0100018f-local"),
            "{known:?}"
        );
        world.advance(Duration::hours(30)).await;
        assert_eq!(intent(&world, &before.id).await, known, "{detail_type} after {hours} h");
        assert_eq!(world.mails_to(DORA).len(), 1);
    }
}

#[tokio::test]
async fn a_mail_to_a_contact_that_got_lost_is_given_up_after_a_day() {
    for fault in [Fault::TimeoutWithoutEffect, Fault::Unavailable] {
        let (world, intent) = survey_with(fault.clone()).await;
        assert_unknown_since(&intent.state, at(3, 2, 9, 0));
        world.advance(Duration::hours(30)).await;
        assert!(matches!(state(&world, &intent).await, SendState::Skipped { .. }), "{fault:?}");
        assert_eq!(world.mails_to(DORA).len(), 0, "{fault:?}");
        // A month later there is a new chance.
        jump(&world, at(4, 1, 9, 0)).await;
        assert_eq!(sent(&world, DORA), [at(4, 1, 9, 0)], "{fault:?}");
    }
}

#[tokio::test]
async fn an_alert_to_the_team_that_got_lost_is_sent_once_more() {
    let (world, intent) = alert_with(Fault::TimeoutWithoutEffect).await;
    assert_unknown_since(&intent.state, at(3, 2, 9, 0));
    assert_eq!(
        world.system.local().mailbox().mails().len(),
        2,
        "Dora's, and the one of the two alerts that was not lost"
    );
    assert_eq!(arrived(&world, &intent), 0);
    world.advance(Duration::hours(26)).await;
    assert_eq!(arrived(&world, &intent), 1);
    assert!(matches!(state(&world, &intent).await, SendState::Sent { .. }));
    world.advance(Duration::hours(30)).await;
    assert_eq!(world.mails_to(OWNER).len(), 1);
    assert_eq!(world.mails_to("manager@keepwell.example").len(), 1);
}

#[tokio::test]
async fn an_alert_that_may_have_arrived_is_sent_twice_rather_than_never_but_not_three_times() {
    let (world, intent) = alert_with(Fault::TimeoutWithEffect).await;
    assert_eq!(arrived(&world, &intent), 1);
    world.system.local().faults().set(first_send(Fault::TimeoutWithEffect));
    world.advance(Duration::hours(26)).await;
    assert_eq!(arrived(&world, &intent), 2);
    world.advance(Duration::hours(26)).await;
    assert_eq!(arrived(&world, &intent), 2);
    let dead = state(&world, &intent).await;
    assert!(matches!(&dead, SendState::Dead { reason, .. } if reason.contains("twice")), "{dead:?}");
}

#[tokio::test]
async fn an_alert_that_ses_confirmed_is_not_sent_again() {
    let (world, before) = alert_with(Fault::TimeoutWithEffect).await;
    assert_eq!(ses_event(&world, "Email Sent", &before.id, json!({})).await, Vec::<String>::new());
    world.advance(Duration::hours(30)).await;
    assert_eq!(arrived(&world, &before), 1);
    // A bounce of an alert concerns no contact.
    let bounce = json!({ "bounce": { "bounceType": "Permanent" } });
    assert_eq!(ses_event(&world, "Email Bounced", &before.id, bounce).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_process_that_dies_while_ses_has_the_mail_sends_no_second_one() {
    for (fault, expected) in [(Fault::CrashAfter, 1), (Fault::CrashBefore, 0)] {
        let world = World::new().await;
        world.customer_with("acme", &[("dora", "decision_maker")]).await;
        world.system.local().faults().set(first_send(fault.clone()));
        let crash = world.system.local().run_until_crash(world.system.advance(Duration::hours(1))).await;
        assert_eq!(crash.unwrap_err().operation, "SendRawEmail");
        world.system.local().faults().clear();
        let intents = open_intents(&world).await;
        assert!(matches!(intents[0].state, SendState::Claimed { .. }), "{intents:?}");
        world.advance(Duration::hours(30)).await;
        assert!(matches!(state(&world, &intents[0]).await, SendState::Skipped { .. }), "{fault:?}");
        assert_eq!(world.mails_to(DORA).len(), expected, "{fault:?}");
    }
}

#[tokio::test]
async fn one_mail_that_goes_wrong_does_not_hold_up_the_others() {
    let world = World::new().await;
    let people = ["ann", "bob", "cid"];
    world.customer_with("acme", &people.map(|name| (name, "user"))).await;
    world.system.local().faults().set(first_send(Fault::TimeoutWithoutEffect));
    world.advance(Duration::hours(1)).await;
    assert_eq!(world.system.local().mailbox().mails().len(), 2);
    for mail in world.system.local().mailbox().mails() {
        assert!(matches!(intent_of(&world, &mail).await.state, SendState::Sent { .. }));
    }
}
