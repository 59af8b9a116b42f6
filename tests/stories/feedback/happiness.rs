//! What the answers add up to.

use chrono::Duration;
use keepwell_tests::World;
use serde_json::{Value, json};

use super::{at, count_events, dora_was_asked, items, jump, only_mail};

async fn standing(world: &World, customer: &str) -> (Value, Value) {
    let customer = world.get(&format!("/v1/customers/{customer}")).await;
    (customer["happiness"].clone(), customer["happiness_level"].clone())
}

#[tokio::test]
async fn the_four_answers_are_worth_100_75_25_and_0() {
    let world = World::new().await;
    let answers = [
        ("very_happy", 100.0, "very_happy"),
        ("happy", 75.0, "happy"),
        ("neutral", 25.0, "not_happy"),
        ("not_happy", 0.0, "not_happy"),
    ];
    for (rating, ..) in answers {
        world.customer_with(&rating.replace('_', "-"), &[("ann", "user")]).await;
    }
    world.advance(Duration::hours(1)).await;
    for (rating, value, level) in answers {
        let customer = rating.replace('_', "-");
        assert_eq!(standing(&world, &customer).await, (Value::Null, Value::Null), "nobody answered yet");
        let mail = only_mail(&world, &format!("ann@{customer}.example"));
        world.answer(&mail, rating, "").await.expect_status(200);
        let happiness = world.get(&format!("/v1/customers/{customer}/happiness")).await;
        assert_eq!((&happiness["value"], &happiness["level"]), (&json!(value), &json!(level)), "{rating}");
        assert_eq!(standing(&world, &customer).await, (json!(value), json!(level)), "{rating}");
    }
}

#[tokio::test]
async fn the_customers_happiness_is_the_mean_over_the_contacts_who_answered() {
    let world = World::new().await;
    world.customer_with("acme", &[("ann", "user"), ("bob", "champion"), ("cid", "decision_maker")]).await;
    let before = world.get("/v1/customers/acme/happiness").await;
    assert_eq!((&before["value"], &before["level"], &before["answers"]), (&Value::Null, &Value::Null, &json!(0)));
    assert_eq!(before["response_rate"], Value::Null, "nobody was asked");
    world.advance(Duration::hours(1)).await;
    assert_eq!(world.get("/v1/customers/acme/happiness").await["response_rate"], 0.0);
    for (contact, rating) in [("ann", "very_happy"), ("bob", "neutral")] {
        let mail = only_mail(&world, &format!("{contact}@acme.example"));
        world.answer(&mail, rating, "").await.expect_status(200);
    }

    let happiness = world.get("/v1/customers/acme/happiness").await;
    assert_eq!((&happiness["value"], &happiness["level"]), (&json!(62.5), &json!("happy")));
    assert_eq!((&happiness["answers"], &happiness["asked"], &happiness["answered"]), (&json!(2), &json!(3), &json!(2)));
    assert!((happiness["response_rate"].as_f64().unwrap() - 2.0 / 3.0).abs() < 1e-12);
    assert_eq!(standing(&world, "acme").await, (json!(62.5), json!("happy")));

    world.advance(Duration::days(2)).await;
    let happiness = world.get("/v1/customers/acme/happiness").await;
    let trend = happiness["trend"].as_array().unwrap();
    assert_eq!(trend.last().unwrap()["value"], 62.5);
    assert_eq!(trend[trend.len() - 2]["value"], Value::Null, "a week ago nothing was known, which is not 0");
}

#[tokio::test]
async fn a_sudden_drop_is_reported_once_by_event_and_task() {
    let (world, first) = dora_was_asked().await;
    world.answer(&first, "happy", "").await.expect_status(200);
    jump(&world, at(4, 1, 9, 0)).await;
    let second = world.mails_to("dora@acme.example").pop().unwrap();
    assert_eq!(count_events(&world, "happiness.dropped.v1"), 0);
    world.answer(&second, "neutral", "").await.expect_status(200);

    let drops = async || {
        let tasks = items(&world, "/v1/tasks?customer=acme").await;
        tasks.into_iter().filter(|task| task["source"]["automation"] == "happiness-dropped").collect::<Vec<_>>()
    };
    assert_eq!(count_events(&world, "happiness.dropped.v1"), 1);
    let tasks = drops().await;
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    assert_eq!(tasks[0]["title"], "Find out why happiness fell at acme Ltd");
    assert!(tasks[0]["detail"].as_str().unwrap().contains("from 75 to 25"), "{}", tasks[0]["detail"]);

    // Nights pass, the comment changes: it is still the same drop.
    world.advance(Duration::days(3)).await;
    world.answer(&second, "neutral", "because of the release").await.expect_status(200);
    world.advance(Duration::days(10)).await;
    assert_eq!(count_events(&world, "happiness.dropped.v1"), 1);
    assert_eq!(drops().await.len(), 1);
}

#[tokio::test]
async fn an_answer_counts_for_ninety_days_and_then_happiness_is_unknown_which_is_not_0() {
    let (world, mail) = dora_was_asked().await;
    world.answer(&mail, "not_happy", "").await.expect_status(200);
    assert_eq!(standing(&world, "acme").await, (json!(0.0), json!("not_happy")));
    // 2 March, 09:00, and 90 days.
    jump(&world, at(5, 31, 8, 59)).await;
    let counting = world.get("/v1/customers/acme/happiness").await;
    assert_eq!((&counting["value"], &counting["answers"]), (&json!(0.0), &json!(1)));
    world.advance(Duration::minutes(1)).await;
    let unknown = world.get("/v1/customers/acme/happiness").await;
    assert_eq!((&unknown["value"], &unknown["level"], &unknown["answers"]), (&Value::Null, &Value::Null, &json!(0)));
    assert_eq!(unknown["response_rate"], 1.0, "the answer is still an answer");
    // The night brings the customer's row up to date.
    jump(&world, at(6, 1, 2, 0)).await;
    assert_eq!(standing(&world, "acme").await, (Value::Null, Value::Null));
    assert_eq!(items(&world, "/v1/feedback?from=2026-03-01T00:00:00Z").await.len(), 1);
    assert_eq!(count_events(&world, "happiness.dropped.v1"), 0, "silence is no drop");
}
