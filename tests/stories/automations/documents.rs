//! The documents: shipped, set, kept in every version, deleted and reset.

use http::Method;
use keepwell_aws::http::Role;
use keepwell_domain::automation::library::shipped_text;
use keepwell_domain::automation::shipped;
use keepwell_tests::{Reply, World};
use serde_json::{Value, json};

use super::{on_struggling, put, reset, set};
use crate::endpoints::{slack, webhook};

const STRUGGLING: &str = "/v1/automations/status-struggling";

async fn yaml(world: &World, path: &str) -> Reply {
    world.call_as(Role::Viewer, Method::GET, path).header("accept", "application/yaml").send().await
}

async fn put_yaml(world: &World, path: &str, etag: Option<&str>, text: &str) -> Reply {
    let call = world.call_as(Role::Admin, Method::PUT, path);
    let call = etag.into_iter().fold(call, |call, etag| call.header("if-match", etag));
    call.raw("application/yaml", text.to_owned()).send().await
}

async fn ids(world: &World) -> Vec<String> {
    let list = world.get("/v1/automations").await;
    list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

async fn listed(world: &World, id: &str) -> Value {
    let list = world.get("/v1/automations").await;
    list["items"].as_array().unwrap().iter().find(|item| item["id"] == id).cloned().unwrap_or_default()
}

#[tokio::test]
async fn the_shipped_ones_are_there_from_the_beginning_to_the_letter() {
    let world = World::new().await;
    let shipped: Vec<String> = shipped().into_iter().map(|automation| automation.id).collect();
    assert_eq!(ids(&world).await, shipped);
    for id in &shipped {
        let reply = yaml(&world, &format!("/v1/automations/{id}")).await.expect_status(200);
        assert_eq!((reply.text.as_str(), reply.header("etag").as_str()), (shipped_text(id).unwrap(), "\"1\""));
    }
    let first = listed(&world, "status-struggling").await;
    assert_eq!((&first["shipped"], &first["changed"], &first["version"]), (&json!(true), &json!(false), &json!(1)));
    assert_eq!((&first["on"], &first["set_by"]), (&json!(true), &Value::Null));
    let versions = world.get(&format!("{STRUGGLING}/versions")).await;
    assert_eq!(versions["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_document_comes_back_to_the_letter_and_every_version_is_kept() {
    let world = World::new().await;
    let shipped = shipped_text("status-struggling").unwrap();
    let mine = format!("# agreed on Monday\n{shipped}");
    let _ = put_yaml(&world, STRUGGLING, None, &mine).await.expect_status(428);
    let _ = put_yaml(&world, STRUGGLING, Some("\"2\""), &mine).await.expect_status(412);
    let reply = put_yaml(&world, STRUGGLING, Some("\"1\""), &mine).await.expect_status(200);
    assert_eq!((&reply.json()["version"], reply.header("etag").as_str()), (&json!(2), "\"2\""));
    assert_eq!(yaml(&world, STRUGGLING).await.text, mine);
    // A comment is a version, but no change of what it does.
    assert_eq!(listed(&world, "status-struggling").await["changed"], false);
    // The same again is none, as YAML and as JSON.
    assert_eq!(put_yaml(&world, STRUGGLING, Some("\"2\""), &mine).await.json()["version"], 2);
    let json = world.get(STRUGGLING).await;
    assert_eq!(put(&world, &json).await.expect_status(200).json()["version"], 2);

    let mut off = json;
    off["on"] = json!(false);
    assert_eq!(put(&world, &off).await.expect_status(200).json()["version"], 3);
    let now = listed(&world, "status-struggling").await;
    assert_eq!(
        (&now["changed"], &now["on"], &now["set_by"]),
        (&json!(true), &json!(false), &json!("admin@keepwell.example"))
    );
    let versions = world.get(&format!("{STRUGGLING}/versions")).await;
    let numbers: Vec<&Value> = versions["items"].as_array().unwrap().iter().map(|item| &item["version"]).collect();
    assert_eq!(numbers, [3, 2, 1]);
    assert_eq!(yaml(&world, &format!("{STRUGGLING}?version=1")).await.text, shipped);
}

#[tokio::test]
async fn reset_goes_back_to_the_shipped_document_as_a_new_version() {
    let world = World::new().await;
    set(&world, &on_struggling("status-struggling", &json!([{ "add_tag": { "tag": "x" } }]))).await;
    let _ = reset(&world, "status-struggling", "\"1\"").await.expect_status(412);
    let reply = reset(&world, "status-struggling", "\"2\"").await.expect_status(200);
    assert_eq!((&reply.json()["version"], &reply.json()["changed"]), (&json!(3), &json!(false)));
    assert_eq!(yaml(&world, STRUGGLING).await.text, shipped_text("status-struggling").unwrap());
    // Once more changes nothing.
    assert_eq!(reset(&world, "status-struggling", "\"3\"").await.expect_status(200).json()["version"], 3);
    let _ = reset(&world, "mine", "*").await.expect_status(404);
}

#[tokio::test]
async fn a_deleted_one_is_gone_does_nothing_and_comes_back_by_reset_or_put() {
    let world = World::new().await;
    let delete = |id: &str, etag: &'static str| {
        world.call_as(Role::Admin, Method::DELETE, &format!("/v1/automations/{id}")).header("if-match", etag)
    };
    set(&world, &on_struggling("mine", &json!([{ "add_tag": { "tag": "x" } }]))).await;
    assert_eq!(ids(&world).await.last().unwrap(), "mine", "after the shipped ones");
    let _ = delete("mine", "\"2\"").send().await.expect_status(412);
    for id in ["mine", "status-struggling"] {
        let _ = delete(id, "\"1\"").send().await.expect_status(204);
        assert!(!ids(&world).await.contains(&id.to_owned()));
        let _ = yaml(&world, &format!("/v1/automations/{id}")).await.expect_status(404);
        let _ = delete(id, "*").send().await.expect_status(404);
    }
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    world.set_status("acme", "struggling").await;
    assert_eq!(world.mails_to("dora@acme.example").len(), 0);
    assert_eq!(world.get("/v1/runs").await["items"], json!([]));

    let again = put(&world, &on_struggling("mine", &json!([{ "add_tag": { "tag": "y" } }]))).await.expect_status(200);
    assert_eq!(again.json()["version"], 2, "numbers go on");
    assert_eq!(reset(&world, "status-struggling", "*").await.expect_status(200).json()["version"], 2);
    world.customer_with("beta", &[("dora", "decision_maker")]).await;
    world.set_status("beta", "struggling").await;
    assert_eq!(world.mails_to("dora@beta.example").len(), 1);
}

#[tokio::test]
async fn what_cannot_work_is_refused_with_its_place() {
    let world = World::new().await;
    webhook(&world, "crm", "https://hooks.example.com/").await;
    slack(&world, "channel", "https://hooks.slack.com/services/T/B/X").await;
    let to = json!({ "role": "decision_maker" });
    let wrong = json!([
        { "mail": { "template": "nothing", "to": to } },
        { "mail": { "template": "feedback-request", "to": to } },
        { "mail": { "subject": "Hi {{ contact.frist_name }}", "text": "{{ customer.nmae }}", "to": to } },
        { "mail": { "subject": "Hi {{ contact.first_name }}", "text": "Hi", "to": "owner" } },
        { "task": { "title": "Call {{ customer.name", "detail": "{{ event.rating }}", "priority": "high", "due_in_working_days": 1 } },
        { "webhook": { "endpoint": "channel" } },
        { "slack": { "endpoint": "nowhere", "text": "{{ status }}" } },
        { "webhook": { "endpoint": "crm" } },
        { "slack": { "endpoint": "channel", "text": "{{ event.to }} {{ customer.status_reason }}" } }
    ]);
    let reply = put(&world, &on_struggling("mine", &wrong)).await.expect_status(422);
    let mut texts = reply.pointers();
    texts.sort_unstable();
    assert_eq!(
        texts,
        [
            "/actions/0/mail/template",
            "/actions/1/mail/template",
            "/actions/2/mail/subject",
            "/actions/2/mail/text",
            "/actions/3/mail/subject",
            "/actions/4/task/detail",
            "/actions/4/task/title",
            "/actions/6/slack/text",
        ]
    );
    let endpoints =
        json!([{ "webhook": { "endpoint": "channel" } }, { "slack": { "endpoint": "nowhere", "text": "x" } }]);
    let reply = put(&world, &on_struggling("mine", &endpoints)).await.expect_status(422);
    assert_eq!(reply.pointers(), ["/actions/0/webhook/endpoint", "/actions/1/slack/endpoint"]);
    assert!(!ids(&world).await.contains(&"mine".to_owned()));
    // What an event says depends on the trigger: a rating is there when somebody answered.
    let mut answered = on_struggling(
        "mine",
        &json!([{ "task": { "title": "{{ event.rating }} by {{ contact.name }}",
        "priority": "high", "due_in_working_days": 1 } }]),
    );
    let _ = put(&world, &answered).await.expect_status(422);
    answered["trigger"] = json!({ "feedback_answered": { "rating": ["not_happy"] } });
    set(&world, &answered).await;
    let reply = world.call_as(Role::Admin, Method::PUT, "/v1/automations/other").json(&answered).send().await;
    assert_eq!(reply.expect_status(422).pointers(), ["/id"]);
}

#[tokio::test]
async fn the_mails_are_listed_and_shown_without_being_sent() {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    let list = world.get("/v1/mail-templates").await;
    let ids: Vec<&str> = list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&"status-struggling") && !ids.contains(&"feedback-request"), "{ids:?}");
    world.system.local().reset_requests();
    let preview =
        |body: Value| world.call_as(Role::Viewer, Method::POST, "/v1/mail-templates/preview").json(&body).send();
    for id in ids {
        let _ = preview(json!({ "template": id })).await.expect_status(200);
        let _ = preview(json!({ "template": id, "customer": "acme" })).await.expect_status(200);
    }
    let own = json!({ "subject": "{{ customer.name }} & we", "text": "Dear {{ contact.first_name }},\n\nhello.", "customer": "acme" });
    let mail = preview(own).await.expect_status(200).json();
    assert_eq!(mail["subject"], "acme Ltd & we");
    assert!(mail["text"].as_str().unwrap().contains("Dear dora,"), "{mail:#}");
    assert!(mail["html"].as_str().unwrap().contains("acme Ltd &amp; we"), "{mail:#}");
    let wrong = json!({ "subject": "x", "text": "{{ nobody }}" });
    assert_eq!(preview(wrong).await.expect_status(422).pointers(), ["/text"]);
    assert_eq!(
        preview(json!({ "template": "status-steady", "customer": "nobody" })).await.expect_status(422).pointers(),
        ["/customer"]
    );
    assert_eq!(world.system.local().write_count(), 0);
    assert_eq!(world.system.local().mailbox().mails().len(), 0);
}
