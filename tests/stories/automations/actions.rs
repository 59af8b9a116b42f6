//! Every action, as its receiver sees it, and as the run log tells it.

use keepwell_tests::World;
use serde_json::{Value, json};

use super::{on_struggling, set, the_run};
use crate::endpoints::receiver::Receiver;
use crate::endpoints::{deliveries, slack, webhook};

#[tokio::test]
async fn every_action_is_carried_out_and_logged() {
    let world = World::new().await;
    let (crm, channel) = (Receiver::start([]).await, Receiver::start([]).await);
    webhook(&world, "crm", &crm.url()).await;
    slack(&world, "channel", &channel.url()).await;
    world.customer_with("acme", &[("dora", "decision_maker"), ("uma", "user")]).await;
    let actions = json!([
        { "mail": { "template": "status-struggling", "to": { "role": "decision_maker" } } },
        { "mail": { "subject": "{{ customer.name }}: talk?", "text": "Dear {{ contact.first_name }},\n\n{{ event.reason }}\n\n{{ owner.name }}",
            "to": { "role": "user" } } },
        { "mail": { "subject": "{{ customer.name }} is {{ event.to }}", "text": "Look at it.", "to": "owner_and_manager" } },
        { "mail": { "subject": "x", "text": "y", "to": { "role": "champion" } } },
        { "task": { "title": "Call {{ customer.name }}", "detail": "{{ event.from }} to {{ event.to }}", "priority": "urgent",
            "due_in_working_days": 3, "assignee": "manager" } },
        { "task": { "title": "Follow up", "priority": "low", "due_in_working_days": 0, "assignee": { "person": "max@keepwell.example" } } },
        { "webhook": { "endpoint": "crm" } },
        { "slack": { "endpoint": "channel", "text": "{{ customer.name }} <!channel> is {{ customer.status }}" } },
        { "set_attribute": { "name": "risk", "value": "high" } },
        { "set_attribute": { "name": "nothing", "value": null } },
        { "add_tag": { "tag": "at-risk" } },
        { "remove_tag": { "tag": "calm" } }
    ]);
    set(&world, &on_struggling("mine", &actions)).await;
    let _ = super::reset(&world, "status-struggling", "\"1\"").await;
    let before = world.get("/v1/customers/acme").await["version"].as_u64().unwrap();
    world.set_status("acme", "struggling").await;

    let subjects =
        |address: &str| -> Vec<String> { world.mails_to(address).into_iter().map(|mail| mail.subject).collect() };
    assert_eq!(world.mails_to("dora@acme.example").len(), 2, "the shipped one too");
    assert_eq!(subjects("uma@acme.example"), ["acme Ltd: talk?"]);
    let own = &world.mails_to("uma@acme.example")[0];
    assert!(own.text.contains("Dear uma,") && own.text.contains("we talked"), "{}", own.text);
    assert_eq!(subjects("csm@keepwell.example"), ["acme Ltd is Struggling"]);
    assert_eq!(subjects("manager@keepwell.example"), ["acme Ltd is Struggling"]);

    let tasks = world.get("/v1/tasks?customer=acme").await;
    let task =
        |title: &str| tasks["items"].as_array().unwrap().iter().find(|task| task["title"] == title).cloned().unwrap();
    let call = task("Call acme Ltd");
    assert_eq!(
        (&call["owner"], &call["priority"], &call["due_on"]),
        (&json!("manager@keepwell.example"), &json!("urgent"), &json!("2026-03-05"))
    );
    assert_eq!(call["detail"], "unknown to Struggling");
    assert_eq!(
        (&task("Follow up")["owner"], &task("Follow up")["due_on"]),
        (&json!("max@keepwell.example"), &json!("2026-03-02"))
    );

    let body: Value = serde_json::from_str(&crm.arrived()[0].body).unwrap();
    assert_eq!((&body["type"], &body["data"]["automation"]["id"]), (&json!("automation.fired"), &json!("mine")));
    assert_eq!(
        (&body["data"]["customer"]["id"], &body["data"]["customer"]["status"]),
        (&json!("acme"), &json!("struggling"))
    );
    assert_eq!(body["data"]["event"]["type"], "health_status.changed.v1");
    let line: Value = serde_json::from_str(&channel.arrived()[0].body).unwrap();
    assert_eq!(line["text"], "acme Ltd &lt;!channel&gt; is Struggling");

    let customer = world.get("/v1/customers/acme").await;
    assert_eq!((&customer["attributes"], &customer["tags"]), (&json!({ "risk": "high" }), &json!(["at-risk"])));
    assert_eq!(customer["version"], before + 2, "the status, and both changes together");
    let changed =
        world.system.local().bus().events().into_iter().rfind(|event| event.detail_type == "customer.changed.v1");
    assert_eq!(changed.unwrap().detail["hop"], 1);
    let lines = world.get("/v1/customers/acme/timeline?kind=automation").await;
    let lines = lines["items"].as_array().unwrap();
    let mine = lines.iter().find(|line| line["title"] == "Automation: Test mine").unwrap();
    assert_eq!(
        mine["detail"],
        "2 tasks; 4 mails; 1 webhook; 1 Slack message; attribute risk set to \"high\"; tag at-risk added; \
         skipped: the customer has no champion among its contacts; skipped: the attribute nothing is so already; \
         skipped: the customer has no tag calm"
    );

    let run = the_run(&world, "mine").await;
    assert_eq!(
        (&run["result"], &run["reason"], &run["hop"], &run["attempt"]),
        (&json!("acted"), &Value::Null, &json!(0), &json!(1))
    );
    assert_eq!((&run["customer"], &run["event"]["type"]), (&json!("acme"), &json!("health_status.changed.v1")));
    let steps = run["steps"].as_array().unwrap();
    let brief: Vec<(u64, &str, &str)> = steps
        .iter()
        .map(|step| {
            (step["action"].as_u64().unwrap(), step["kind"].as_str().unwrap(), step["result"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        brief,
        [
            (0, "mail", "done"),
            (1, "mail", "done"),
            (2, "mail", "done"),
            (2, "mail", "done"),
            (3, "mail", "skipped"),
            (4, "task", "done"),
            (5, "task", "done"),
            (6, "webhook", "done"),
            (7, "slack", "done"),
            (8, "set_attribute", "done"),
            (9, "set_attribute", "skipped"),
            (10, "add_tag", "done"),
            (11, "remove_tag", "skipped"),
        ]
    );
    assert_eq!(steps[0]["input"], json!({ "template": "status-struggling", "contact": "dora" }));
    assert_eq!(steps[4]["reason"], "the customer has no champion among its contacts");
    assert_eq!(steps[5]["made"], call["id"]);
    assert_eq!(steps[7]["made"], deliveries(&world, "crm").await[0]["id"]);
    assert!(!run.to_string().contains('@') || !run["steps"].to_string().contains("example"), "no address: {run:#}");
}

#[tokio::test]
async fn a_change_by_an_automation_is_a_change_like_any_other() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    set(
        &world,
        &on_struggling(
            "mine",
            &json!([{ "add_tag": { "tag": "vip" } }, { "set_attribute": { "name": "n", "value": 5 } }]),
        ),
    )
    .await;
    let other = json!({ "tags": ["calm"], "attributes": { "n": 4, "m": true } });
    world.change(http::Method::PATCH, "/v1/customers/acme", "/v1/customers/acme", other).await.expect_status(200);
    world.set_status("acme", "struggling").await;
    let customer = world.get("/v1/customers/acme").await;
    assert_eq!((&customer["tags"], &customer["attributes"]), (&json!(["calm", "vip"]), &json!({ "m": true, "n": 5 })));
    assert_eq!(world.get("/v1/customers?segment.plan=x").await["total"], 0);
}

#[tokio::test]
async fn conditions_may_ask_for_score_dimensions_and_measures() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    world.customer_with("bolt", &[]).await;
    let tickets = json!([{ "id": "t1", "customer": "acme", "opened_at": "2026-03-01T08:00:00Z", "severity": "high" }]);
    let call = world.call_as(keepwell_aws::http::Role::Csm, http::Method::POST, "/v1/tickets").json(&tickets);
    let _ = call.send().await.expect_status(200);
    world.settle().await;
    let mut mine = on_struggling("mine", &json!([{ "add_tag": { "tag": "open-ticket" } }]));
    mine["conditions"] = json!({ "all": [
        { "field": "measure.tickets.open_weighted", "at_least": 1 },
        { "field": "dimension.customer_view", "known": true },
        { "field": "score", "at_most": 100 }
    ] });
    set(&world, &mine).await;
    for customer in ["acme", "bolt"] {
        world.set_status(customer, "struggling").await;
    }
    assert_eq!(world.get("/v1/customers/acme").await["tags"], json!(["open-ticket"]));
    assert_eq!(world.get("/v1/customers/bolt").await["tags"], json!([]));
}

#[tokio::test]
async fn what_was_made_about_an_erased_customer_says_nothing_of_it_any_more() {
    let world = World::new().await;
    let receiver = Receiver::start([]).await;
    webhook(&world, "crm", &receiver.url()).await;
    world.customer_with("acme", &[("uma", "user")]).await;
    let actions = json!([
        { "mail": { "subject": "Hello {{ contact.name }}", "text": "Hello.", "to": { "role": "user" } } },
        { "webhook": { "endpoint": "crm" } }
    ]);
    let mut mine = on_struggling("mine", &actions);
    mine["cool_down"] = json!({ "times": 1, "days": 30 });
    set(&world, &mine).await;
    world.set_status("acme", "struggling").await;
    let run = the_run(&world, "mine").await;
    let mail = run["steps"][0]["made"].as_str().unwrap();
    let intent = || async { world.system.cloud().store.mail_intent(mail).await.unwrap().unwrap().value };
    assert!(intent().await.variables.is_empty(), "a mail that is sent keeps nothing of what it said");
    assert_eq!(deliveries(&world, "crm").await.len(), 1);
    let erase = world.call_as(keepwell_aws::http::Role::Admin, http::Method::DELETE, "/v1/customers/acme");
    let _ = erase.send().await.expect_status(204);
    assert!(intent().await.variables.is_empty());
    assert_eq!(deliveries(&world, "crm").await.len(), 0);
    // Its successor has no past: the cool-down begins anew. But the people who were erased with it are not mailed again.
    world.customer_with("acme", &[("uma", "user")]).await;
    world.set_status("acme", "struggling").await;
    assert_eq!(deliveries(&world, "crm").await.len(), 1);
    assert_eq!(world.mails_to("uma@acme.example").len(), 1);
}

#[tokio::test]
async fn a_webhook_about_a_customer_with_many_attributes_goes_without_them() {
    let world = World::new().await;
    let receiver = Receiver::start([]).await;
    webhook(&world, "crm", &receiver.url()).await;
    world.customer_with("acme", &[]).await;
    let many: serde_json::Map<String, Value> = (0..50).map(|n| (format!("a{n}"), json!("x".repeat(490)))).collect();
    let body = json!({ "attributes": many });
    world.change(http::Method::PATCH, "/v1/customers/acme", "/v1/customers/acme", body).await.expect_status(200);
    set(&world, &on_struggling("mine", &json!([{ "webhook": { "endpoint": "crm" } }]))).await;
    world.set_status("acme", "struggling").await;
    let body: Value = serde_json::from_str(&receiver.arrived()[0].body).unwrap();
    assert_eq!(
        (&body["data"]["customer"]["name"], &body["data"]["customer"]["attributes"]),
        (&json!("acme Ltd"), &Value::Null)
    );
}
