//! A CSM sets a Health Status, and what it sets off happens once.

use http::Method;
use keepwell_tests::World;
use serde_json::json;

#[tokio::test]
async fn struggling_sends_the_supportive_mail_and_makes_a_high_priority_task() {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker"), ("uma", "user")]).await;
    world.set_status("acme", "struggling").await;

    assert_eq!(world.mails_to("dora@acme.example").len(), 1);
    assert_eq!(world.mails_to("uma@acme.example").len(), 0);
    let tasks = world.get("/v1/tasks?customer=acme").await;
    assert_eq!(tasks["items"].as_array().unwrap().len(), 1, "{tasks:#}");
    assert_eq!(tasks["items"][0]["priority"], "high");
    assert_eq!(tasks["items"][0]["owner"], "csm@keepwell.example");
}

#[tokio::test]
async fn setting_the_same_status_again_changes_nothing() {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    world.set_status("acme", "healthy").await;
    let events = world.system.local().bus().events().len();
    let mails = world.system.local().mailbox().mails().len();
    world.set_status("acme", "healthy").await;

    assert_eq!(world.get("/v1/customers/acme/status/history").await["items"].as_array().unwrap().len(), 1);
    assert_eq!(world.system.local().bus().events().len(), events);
    assert_eq!(world.system.local().mailbox().mails().len(), mails);
}

#[tokio::test]
async fn a_status_needs_the_current_etag() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let path = "/v1/customers/acme/status";
    let body = json!({ "status": "steady", "reason": "quiet quarter" });
    let csm = |etag: Option<&str>| {
        let call = world.call_as(keepwell_aws::http::Role::Csm, Method::PUT, path);
        match etag {
            Some(etag) => call.header("if-match", etag),
            None => call,
        }
        .json(&body)
    };
    let _ = csm(None).send().await.expect_status(428);
    let _ = csm(Some("\"0\"")).send().await.expect_status(412);
    let reply = csm(Some("\"1\"")).send().await.expect_status(200);
    assert_eq!(reply.header("etag"), "\"2\"");
}
