//! Health Status and Happiness Level together: what they mean, and what follows.

use chrono::Duration;
use http::Method;
use keepwell_tests::World;
use serde_json::{Value, json};

const RATINGS: [&str; 4] = ["very_happy", "happy", "neutral", "not_happy"];

/// A customer whose contacts answer so, one contact for each rating.
async fn answering(world: &World, id: &str, ratings: &[&str]) {
    let contacts: Vec<String> = (0..ratings.len()).map(|number| format!("p{number}")).collect();
    let contacts: Vec<(&str, &str)> = contacts.iter().map(|contact| (contact.as_str(), "user")).collect();
    world.customer_with(id, &contacts).await;
}

/// Every contact of the customer answers its newest mail with a link.
async fn answer(world: &World, id: &str, ratings: &[&str]) {
    for (number, rating) in ratings.iter().enumerate() {
        let mails = world.mails_to(&format!("p{number}@{id}.example"));
        let mail = mails.iter().rfind(|mail| mail.links.iter().any(|link| link.contains("/f/"))).expect("a request");
        world.answer(mail, rating, "").await.expect_status(200);
    }
}

/// A customer with one contact that answered, and a status.
async fn standing_at(status: &str, ratings: &[&str]) -> World {
    let world = World::new().await;
    answering(&world, "acme", ratings).await;
    world.advance(Duration::hours(1)).await;
    answer(&world, "acme", ratings).await;
    world.set_status("acme", status).await;
    world
}

/// Days later. Only the schedules of the last of them run: the days before hold nothing that the story is about.
async fn later(world: &World, days: i64) {
    world.system.local().clock().advance(Duration::days(days - 1));
    world.advance(Duration::days(1)).await;
}

fn cell<'a>(insights: &'a Value, insight: &str) -> &'a Value {
    insights["cells"].as_array().unwrap().iter().find(|cell| cell["insight"] == insight).unwrap()
}

/// The tasks that an automation of an insight made.
async fn insight_tasks(world: &World) -> Vec<Value> {
    let tasks = world.get("/v1/tasks?customer=acme").await;
    let made = |task: &&Value| task["source"]["automation"].as_str().is_some_and(|id| id.starts_with("insight-"));
    tasks["items"].as_array().unwrap().iter().filter(made).cloned().collect()
}

#[tokio::test]
async fn each_cell_is_reached_and_does_what_it_is_for_once() {
    let cells = [
        ("thriving", "very_happy", "advocate"),
        ("healthy", "not_happy", "product_issues"),
        ("steady", "happy", "business_trouble"),
        ("struggling", "neutral", "churn_risk"),
    ];
    for (status, rating, expected) in cells {
        let world = standing_at(status, &[rating]).await;
        assert_eq!(world.get("/v1/customers/acme").await["insight"], expected);
        let insights = world.get("/v1/insights").await;
        assert_eq!(cell(&insights, expected)["customers"][0]["id"], "acme");

        let alerts: Vec<Value> = ["csm@keepwell.example", "manager@keepwell.example"]
            .iter()
            .flat_map(|address| world.mails_to(address))
            .map(|mail| json!({ "to": mail.to, "subject": mail.subject }))
            .collect();
        insta::assert_json_snapshot!(format!("insight_{expected}"),
            json!({ "tasks": insight_tasks(&world).await, "alerts": alerts }),
            { ".tasks[].id" => "[task]", ".tasks[].source.event_id" => "[event]" });

        // The nights that follow do not repeat it.
        world.advance(Duration::days(1)).await;
        assert_eq!(insight_tasks(&world).await.len(), 1, "{expected}");
        let again = world.mails_to("manager@keepwell.example").len();
        assert_eq!(again, usize::from(expected == "churn_risk"), "{expected}");
    }
}

#[tokio::test]
async fn status_and_answers_decide_the_cell_whichever_they_are() {
    let world = World::new().await;
    for rating in RATINGS {
        answering(&world, rating, &[rating]).await;
    }
    world.advance(Duration::hours(1)).await;
    for rating in RATINGS {
        answer(&world, rating, &[rating]).await;
    }
    for status in ["thriving", "healthy", "steady", "struggling"] {
        for rating in RATINGS {
            world.set_status(rating, status).await;
            let high_status = matches!(status, "thriving" | "healthy");
            let high_happiness = matches!(rating, "very_happy" | "happy");
            let expected = match (high_status, high_happiness) {
                (true, true) => "advocate",
                (true, false) => "product_issues",
                (false, true) => "business_trouble",
                (false, false) => "churn_risk",
            };
            let customer = world.get(&format!("/v1/customers/{rating}")).await;
            assert_eq!(customer["insight"], expected, "{status} and {rating}");
        }
    }
}

#[tokio::test]
async fn a_happiness_of_exactly_60_is_high() {
    let world = standing_at("healthy", &["very_happy", "happy", "happy", "neutral", "neutral"]).await;
    let customer = world.get("/v1/customers/acme").await;
    assert_eq!((&customer["happiness"], &customer["insight"]), (&json!(60.0), &json!("advocate")));
    // One answer less happy, and it is not.
    let mail = world.mails_to("p0@acme.example").remove(0);
    world.answer(&mail, "happy", "").await.expect_status(200);
    let customer = world.get("/v1/customers/acme").await;
    assert_eq!((&customer["happiness"], &customer["insight"]), (&json!(55.0), &json!("product_issues")));
}

#[tokio::test]
async fn advocacy_is_asked_for_at_most_once_in_180_days() {
    let world = standing_at("healthy", &["very_happy"]).await;
    let start = world.system.now();
    assert_eq!(insight_tasks(&world).await.len(), 1);
    world.set_status("acme", "steady").await;
    world.set_status("acme", "healthy").await;
    assert_eq!(world.get("/v1/customers/acme").await["insight"], "advocate");
    let advocacy =
        |tasks: &[Value]| tasks.iter().filter(|task| task["source"]["automation"] == "insight-advocate").count();
    assert_eq!(advocacy(&insight_tasks(&world).await), 1);

    later(&world, 179).await;
    world.advance(Duration::days(1) - Duration::milliseconds(1)).await;
    answer(&world, "acme", &["very_happy"]).await;
    world.set_status("acme", "steady").await;
    world.set_status("acme", "healthy").await;
    assert_eq!(world.get("/v1/customers/acme").await["insight"], "advocate");
    assert_eq!(advocacy(&insight_tasks(&world).await), 1, "a moment too early");

    world.advance(Duration::milliseconds(1)).await;
    assert_eq!(world.system.now() - start, Duration::days(180));
    world.set_status("acme", "steady").await;
    world.set_status("acme", "healthy").await;
    assert_eq!(advocacy(&insight_tasks(&world).await), 2);
}

#[tokio::test]
async fn the_cells_count_their_customers_and_add_up_their_money_by_currency() {
    let world = World::new().await;
    for (id, arr, currency, status) in [
        ("a", json!(100), "USD", Some("healthy")),
        ("b", json!(250), "USD", None),
        ("c", json!(70), "EUR", None),
        ("d", Value::Null, "EUR", Some("steady")),
    ] {
        world.post("/v1/customers", json!({ "id": id, "name": id, "arr_cents": arr, "currency": currency })).await;
        if let Some(status) = status {
            world.set_status(id, status).await;
        }
    }
    world.settle().await;
    let insights = world.get("/v1/insights").await;
    let unknown = cell(&insights, "unknown");
    assert_eq!((&unknown["count"], &unknown["arr_cents"]), (&json!(4), &json!({ "USD": 350, "EUR": 70 })));
    let ids: Vec<&Value> = unknown["customers"].as_array().unwrap().iter().map(|customer| &customer["id"]).collect();
    assert_eq!(ids, ["b", "a", "c", "d"], "the most money first");
    let counts: Vec<&Value> = insights["cells"].as_array().unwrap().iter().map(|cell| &cell["count"]).collect();
    assert_eq!(counts, [0, 0, 0, 0, 0, 4]);
    insta::assert_json_snapshot!("insights", insights);

    // With fewer customers than there are, the counts stay.
    for (limit, expected) in [(0, json!([])), (2, json!(["b", "a"])), (1000, json!(["b", "a", "c", "d"]))] {
        let insights = world.get(&format!("/v1/insights?limit={limit}")).await;
        let unknown = cell(&insights, "unknown");
        let ids: Vec<&Value> =
            unknown["customers"].as_array().unwrap().iter().map(|customer| &customer["id"]).collect();
        assert_eq!((json!(ids), &unknown["count"]), (expected, &json!(4)), "{limit}");
    }
}

#[tokio::test]
async fn a_status_out_of_date_is_a_cell_of_its_own_whatever_the_answers() {
    let world = standing_at("struggling", &["very_happy"]).await;
    later(&world, 31).await;
    assert_eq!(cell(&world.get("/v1/insights").await, "stale")["count"], 1);
    assert_eq!(world.get("/v1/customers/acme").await["insight"], "stale");
    assert_eq!(insight_tasks(&world).await.len(), 1, "only the one that it had before");
}

#[tokio::test]
async fn answers_older_than_90_days_say_nothing() {
    let world = standing_at("healthy", &["not_happy"]).await;
    // Nobody is asked meanwhile: the case is open.
    later(&world, 89).await;
    assert_eq!(world.get("/v1/customers/acme").await["insight"], "product_issues");
    world.set_status("acme", "thriving").await;
    world.advance(Duration::days(2)).await;
    let customer = world.get("/v1/customers/acme").await;
    assert_eq!((&customer["happiness"], &customer["insight"]), (&Value::Null, &json!("unknown")));
    assert_eq!(cell(&world.get("/v1/insights").await, "unknown")["count"], 1);
}

#[tokio::test]
async fn the_list_and_the_insights_name_the_same_cell_at_every_hour() {
    let world = standing_at("struggling", &["happy"]).await;
    // The status grows stale at nine; the nightly computation comes seventeen hours later.
    later(&world, 30).await;
    assert_eq!(cell(&world.get("/v1/insights").await, "stale")["count"], 1);
    assert_eq!(world.get("/v1/customers?insight=stale").await["total"], 1);
    assert_eq!(world.get("/v1/customers/acme").await["insight"], "stale");
}

#[tokio::test]
async fn a_customer_that_left_is_in_no_cell() {
    let world = standing_at("struggling", &["not_happy"]).await;
    let file = "id,customer,kind,on\no1,acme,churned,2026-03-01\n";
    let import = world.call_as(keepwell_aws::http::Role::Csm, Method::POST, "/v1/imports/outcomes");
    import.raw("text/csv", file).send().await.expect_status(200);
    world.settle().await;
    let insights = world.get("/v1/insights").await;
    assert!(insights["cells"].as_array().unwrap().iter().all(|cell| cell["count"] == 0), "{insights:#}");
    let customer = world.get("/v1/customers/acme").await;
    assert_eq!((&customer["churned"], &customer["insight"]), (&json!(true), &json!("unknown")));
}
