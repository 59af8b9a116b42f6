//! Whole mails as they lie in the mailbox.

use std::fmt::Write as _;

use keepwell_local::cloud::mailbox::Mail;
use keepwell_tests::World;

use crate::feedback::{dora_was_asked, only_mail};

/// What a reader and a mail program see; tokens and ids, which are new every time, are left out.
fn shown(mail: &Mail) -> String {
    let mut shown = String::new();
    for name in
        ["From", "To", "Reply-To", "Subject", "Date", "Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post"]
    {
        let values: Vec<_> = mail.headers.iter().filter(|(header, _)| header == name).collect();
        assert!(values.len() <= 1, "{name} is there {} times", values.len());
        if let Some((_, value)) = values.first() {
            writeln!(shown, "{name}: {}", without_tokens(value)).unwrap();
        }
    }
    writeln!(shown, "\n{}", without_tokens(&mail.text)).unwrap();
    writeln!(shown, "Links:").unwrap();
    for link in &mail.links {
        writeln!(shown, "{}", without_tokens(link)).unwrap();
    }
    // The HTML part says the same as the text: what differs is only how it is set.
    for link in mail.text.split_whitespace().filter(|word| word.starts_with("http")) {
        assert!(mail.links.iter().any(|known| known == link), "{link} is only in the text");
    }
    shown
}

fn without_tokens(text: &str) -> String {
    let mut clean = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("f1.") {
        let (before, token) = rest.split_at(start);
        let end = token.find(|c: char| !c.is_ascii_alphanumeric() && !"._-".contains(c)).unwrap_or(token.len());
        assert!(end > 60, "{token} is too short to be a token");
        clean.push_str(before);
        clean.push_str("[token]");
        rest = token.split_at(end).1;
    }
    clean.push_str(rest);
    clean
}

#[tokio::test]
async fn a_feedback_request_as_it_arrives() {
    let (_, mail) = dora_was_asked().await;
    insta::assert_snapshot!(shown(&mail));
}

#[tokio::test]
async fn the_letter_of_each_health_status_as_it_arrives() {
    for status in ["struggling", "steady", "healthy", "thriving"] {
        let world = World::new().await;
        world.customer_with("acme", &[("dora", "decision_maker"), ("uma", "user")]).await;
        world.set_status("acme", status).await;
        insta::assert_snapshot!(format!("status_{status}"), shown(&only_mail(&world, "dora@acme.example")));
        assert_eq!(world.system.local().mailbox().mails().len(), 1, "nobody else is written to");
    }
}

#[tokio::test]
async fn a_churn_risk_alert_as_it_arrives_at_owner_and_manager() {
    let (world, mail) = dora_was_asked().await;
    world.answer(&mail, "not_happy", "It is slow.").await.expect_status(200);
    world.set_status("acme", "struggling").await;
    let owner = only_mail(&world, "csm@keepwell.example");
    let manager = only_mail(&world, "manager@keepwell.example");
    assert_eq!((&owner.subject, &owner.text), (&manager.subject, &manager.text));
    insta::assert_snapshot!(shown(&owner));
}

#[tokio::test]
async fn names_cannot_break_out_of_a_mail() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let name = r#"Zoë "Z" <script>alert(1)</script> Øst"#;
    let contact =
        serde_json::json!({ "id": "zoe", "name": name, "email": "zoe@acme.example", "role": "decision_maker" });
    crate::feedback::add_contact(&world, "acme", contact).await;
    crate::feedback::patch_customer(&world, "acme", serde_json::json!({ "name": "Müller & Söhne <b>GmbH</b>" })).await;
    world.set_status("acme", "steady").await;
    let mail = only_mail(&world, "zoe@acme.example");
    assert_eq!(mail.subject, "What should come next for Müller & Söhne <b>GmbH</b>?");
    assert!(mail.text.contains("Müller & Söhne <b>GmbH</b>"), "{}", mail.text);
    assert!(mail.html.contains("Müller &amp; Söhne &lt;b&gt;GmbH&lt;/b&gt;"), "{}", mail.html);
    assert!(!mail.html.contains("<script") && !mail.html.contains("<b>"), "{}", mail.html);
}

#[tokio::test]
async fn every_mail_says_by_which_intent_it_was_sent_and_no_two_are_alike() {
    let (world, _) = dora_was_asked().await;
    world.set_status("acme", "struggling").await;
    world.set_status("acme", "thriving").await;
    let mut ids: Vec<String> = Vec::new();
    for mail in world.mails_to("dora@acme.example") {
        assert_eq!(mail.tags.len(), 1, "{:?}", mail.tags);
        assert_eq!(mail.tags[0].0, "intent");
        ids.push(mail.tags[0].1.clone());
        ids.push(mail.headers.iter().find(|(name, _)| name == "Message-ID").unwrap().1.clone());
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!((count, ids.len()), (6, 6));
}
