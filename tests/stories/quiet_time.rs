//! Schedules that would find nothing are left out while the clock is turned, and nothing comes of it.

use chrono::Duration;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_domain::delivery::EndpointKind;
use keepwell_local::cloud::faults::{Fault, FaultPlan, FaultRule};
use keepwell_local::cloud::requests::Service;
use keepwell_tests::World;
use serde_json::{Value, json};

use crate::automations::{on_struggling, set};
use crate::endpoints::{deliveries, drafted, webhook};

/// Six weeks in which mails wait, fail and are sent, a delivery is tried until it is given up, an automation waits for a week, people
/// answer and the settings change. Answers what came of it, and how many schedules ran.
async fn six_weeks(every_schedule: bool) -> (Value, f64) {
    let world = World::new().await;
    if every_schedule {
        world.system.run_quiet_schedules_too();
    }
    world.customer_with("acme", &[("dora", "decision_maker"), ("carl", "champion")]).await;
    world.customer_with("bolt", &[("bea", "user")]).await;
    let steps = json!([{ "add_tag": { "tag": "first" } }, { "wait": { "days": 7 } },
        { "task": { "title": "Look again", "priority": "low", "due_in_working_days": 1 } }]);
    set(&world, &on_struggling("mine", &steps)).await;
    webhook(&world, "crm", "http://127.0.0.1:9").await;
    drafted(&world, "crm", EndpointKind::Webhook).await;
    world.set_status("bolt", "struggling").await;
    let throttled = FaultRule::on(Service::Ses, Fault::Throttle).operation("SendRawEmail").nth(2);
    world.system.local().faults().set(FaultPlan::seeded(1).rule(throttled));
    world.advance(Duration::hours(2)).await;
    world.system.local().faults().clear();
    world.advance(Duration::hours(30)).await;
    let mail = world.mails_to("dora@acme.example").remove(0);
    world.answer(&mail, "not_happy", "it is slow").await.expect_status(200);
    world.advance(Duration::days(3)).await;
    crate::settings::change(&world, json!({ "answer_values": { "not_happy": 10, "neutral": 30 } })).await;
    world.advance(Duration::minutes(50)).await;
    let survey = json!([{ "id": "s1", "customer": "acme", "kind": "csat", "value": 2, "at": world.system.now() }]);
    let call = world.call_as(Role::Csm, Method::POST, "/v1/surveys").json(&survey);
    let _ = call.send().await.expect_status(200);
    world.advance(Duration::days(6)).await;
    world.advance(Duration::days(32)).await;

    let mails = world.system.local().mailbox().mails();
    let mut mails: Vec<String> =
        mails.iter().map(|mail| format!("{} {:?} {}", mail.sent_at, mail.to, mail.subject)).collect();
    mails.sort_unstable();
    let events = world.system.local().bus().events();
    // Ids are made by chance, and so is the order of what happens at one moment.
    let mut events: Vec<String> = events
        .iter()
        .map(|event| format!("{} {} {}", event.detail["occurred_at"], event.detail_type, event.detail["customer_id"]))
        .collect();
    events.sort_unstable();
    let mut customers = Vec::new();
    for id in ["acme", "bolt"] {
        let customer = world.get(&format!("/v1/customers/{id}")).await;
        let history = world.get(&format!("/v1/customers/{id}/score/history?from=2026-03-01T00:00:00Z")).await;
        let tasks = world.get(&format!("/v1/tasks?customer={id}")).await;
        let runs = world.get(&format!("/v1/runs?customer={id}")).await;
        let sorted = |list: &Value, fields: [&str; 3]| {
            let items = list["items"].as_array().unwrap().iter();
            let mut items: Vec<String> =
                items.map(|item| fields.map(|field| item[field].to_string()).join(" ")).collect();
            items.sort_unstable();
            items
        };
        let tasks = sorted(&tasks, ["title", "due_on", "state"]);
        let runs = sorted(&runs, ["automation", "result", "reason"]);
        customers.push(json!([customer, history["items"], tasks, runs]));
    }
    let delivery = deliveries(&world, "crm").await.remove(0);
    let delivery = json!([delivery["state"], delivery["attempts"].as_array().unwrap().len()]);
    let outcome = json!({ "mails": mails, "events": events, "customers": customers, "delivery": delivery });
    (outcome, world.system.local().metrics().sum("ScheduleRan"))
}

#[tokio::test]
async fn what_comes_of_six_weeks_is_the_same_whether_quiet_schedules_run_or_not() {
    let (all, ran) = six_weeks(true).await;
    let (few, ran_few) = six_weeks(false).await;
    let count = |outcome: &Value, of: &str| outcome[of].as_array().unwrap().len();
    assert!(
        count(&all, "mails") > 3 && count(&all, "events") > 20,
        "{} {}",
        count(&all, "mails"),
        count(&all, "events")
    );
    assert_eq!(all["delivery"][0], "dead");
    for of in ["mails", "events", "customers", "delivery"] {
        assert_eq!(few[of], all[of], "{of}");
    }
    assert!(ran_few < 0.6 * ran, "{ran_few} of {ran}");
}
