//! What an answer is, how it is changed, and what it sets off.

use chrono::Duration;
use keepwell_domain::happiness::HappinessLevel;
use serde_json::json;

use super::{answers, at, count_events, dora_was_asked, items, jump};
use keepwell_tests::{World, feedback_path};

#[tokio::test]
async fn an_answer_is_in_the_inbox_on_the_timeline_and_on_the_bus() {
    let (world, mail) = dora_was_asked().await;
    let page = world.answer(&mail, "very_happy", "Support is <b>great</b> & fast").await.expect_status(200);
    assert!(page.text.contains("We recorded your answer: <strong>Very Happy</strong>"), "{}", page.text);
    assert!(page.text.contains("Support is &lt;b&gt;great&lt;/b&gt; &amp; fast"), "{}", page.text);

    let inbox = items(&world, "/v1/feedback").await;
    assert_eq!(inbox.len(), 1);
    let answer = &inbox[0];
    assert_eq!(
        (&answer["customer"], &answer["contact"], &answer["role"]),
        (&json!("acme"), &json!("dora"), &json!("decision_maker"))
    );
    assert_eq!((&answer["rating"], &answer["revision"]), (&json!("very_happy"), &json!(1)));
    assert_eq!(answer["comment"], "Support is <b>great</b> & fast");
    let timeline = items(&world, "/v1/customers/acme/timeline?kind=feedback").await;
    assert_eq!(timeline.len(), 1);
    assert_eq!(timeline[0]["title"], "dora Person answered Very Happy");
    assert_eq!(count_events(&world, "feedback.answered.v1"), 1);
    assert_eq!(items(&world, "/v1/tasks?customer=acme").await.len(), 0);
}

#[tokio::test]
async fn the_answer_can_be_changed_for_seven_days_the_latest_counts_and_all_are_kept() {
    let (world, mail) = dora_was_asked().await;
    world.answer(&mail, "neutral", "not sure yet").await.expect_status(200);
    world.advance(Duration::days(3)).await;
    world.answer(&mail, "happy", "").await.expect_status(200);
    // Exactly seven days after the first answer is the last moment.
    world.advance(Duration::days(4)).await;
    let path = feedback_path(&mail, "very_happy");
    let page = world.call(http::Method::GET, &path).send().await.expect_status(200);
    assert!(page.text.contains("Your answer so far is <strong>Happy</strong>"), "{}", page.text);
    world.submit(&path, &page.nonce(), "very_happy", "now I am").await.expect_status(200);

    let kept: Vec<_> =
        answers(&world, "acme").await.into_iter().map(|answer| (answer.revision, answer.rating)).collect();
    let expected = [(1, HappinessLevel::Neutral), (2, HappinessLevel::Happy), (3, HappinessLevel::VeryHappy)];
    assert_eq!(kept, expected);
    let inbox = items(&world, "/v1/feedback").await;
    assert_eq!(inbox.len(), 1, "{inbox:?}");
    assert_eq!((&inbox[0]["rating"], &inbox[0]["revision"]), (&json!("very_happy"), &json!(3)));
    let happiness = world.get("/v1/customers/acme/happiness").await;
    assert_eq!((&happiness["value"], &happiness["answers"]), (&json!(100.0), &json!(1)));
    assert_eq!(happiness["response_rate"], 1.0, "three revisions are one answered request");
    let timeline = items(&world, "/v1/customers/acme/timeline?kind=feedback").await;
    let titles: Vec<_> = timeline.iter().map(|entry| entry["title"].as_str().unwrap()).collect();
    let expected = ["changed the answer to Very Happy", "changed the answer to Happy", "answered Neutral"];
    assert_eq!(titles, expected.map(|title| format!("dora Person {title}")));
}

#[tokio::test]
async fn after_seven_days_the_answer_can_only_be_read() {
    let (world, mail) = dora_was_asked().await;
    let path = feedback_path(&mail, "happy");
    world.answer(&mail, "happy", "fine so far").await.expect_status(200);
    world.advance(Duration::days(7)).await;
    // Opened in time, submitted too late.
    let nonce = world.call(http::Method::GET, &path).send().await.expect_status(200).nonce();
    assert_ne!(nonce, "");
    world.advance(Duration::minutes(1)).await;
    world.system.local().reset_requests();
    for page in [
        world.call(http::Method::GET, &path).send().await.expect_status(200),
        world.submit(&path, &nonce, "not_happy", "").await.expect_status(200),
    ] {
        assert!(page.text.contains("You answered <strong>Happy</strong> on 2 March 2026"), "{}", page.text);
        assert!(page.text.contains("fine so far"), "{}", page.text);
        assert!(!page.text.contains("<form"), "{}", page.text);
    }
    assert_eq!(world.system.local().write_count(), 0);
    assert_eq!(answers(&world, "acme").await.len(), 1);
}

#[tokio::test]
async fn a_page_that_was_left_open_past_the_seven_days_says_at_once_that_it_is_too_late() {
    let (world, mail) = dora_was_asked().await;
    let path = feedback_path(&mail, "happy");
    world.answer(&mail, "happy", "").await.expect_status(200);
    let nonce = world.call(http::Method::GET, &path).send().await.expect_status(200).nonce();
    world.advance(Duration::days(9)).await;
    let page = world.submit(&path, &nonce, "not_happy", "").await.expect_status(200);
    assert!(page.text.contains("Your answer is complete"), "{}", page.text);
    assert_eq!(answers(&world, "acme").await.len(), 1);
}

#[tokio::test]
async fn a_page_that_was_open_over_night_asks_to_press_send_once_more_and_keeps_what_was_written() {
    let (world, mail) = dora_was_asked().await;
    let path = feedback_path(&mail, "happy");
    let nonce = world.call(http::Method::GET, &path).send().await.expect_status(200).nonce();
    world.advance(Duration::hours(24)).await;
    let page = world.submit(&path, &nonce, "happy", "a long story").await.expect_status(422);
    assert!(page.text.contains("Please press Send once more"), "{}", page.text);
    assert!(page.text.contains("a long story"), "{}", page.text);
    assert!(page.text.contains("value=\"happy\" required checked"), "{}", page.text);
    assert_eq!(answers(&world, "acme").await.len(), 0);
    world.submit(&path, &page.nonce(), "happy", "a long story").await.expect_status(200);
    assert_eq!(answers(&world, "acme").await.len(), 1);
}

#[tokio::test]
async fn the_inbox_can_be_filtered() {
    let world = World::new().await;
    for (customer, rating) in [("acme", "very_happy"), ("globex", "not_happy"), ("initech", "very_happy")] {
        world.customer_with(customer, &[("ann", "user")]).await;
        if customer == "initech" {
            world.system.local().clock().set(at(3, 3, 8, 0));
        }
        world.advance(Duration::hours(1)).await;
        let mail = super::only_mail(&world, &format!("ann@{customer}.example"));
        world.answer(&mail, rating, "").await.expect_status(200);
    }
    let found = async |query: &str| -> Vec<String> {
        let items = items(&world, &format!("/v1/feedback?{query}")).await;
        items.iter().map(|item| item["customer"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(found("").await, ["initech", "globex", "acme"], "newest first");
    assert_eq!(found("rating=very_happy").await, ["initech", "acme"]);
    assert_eq!(found("rating=neutral").await, Vec::<String>::new());
    assert_eq!(found("customer=globex").await, ["globex"]);
    assert_eq!(found("rating=very_happy&customer=globex").await, Vec::<String>::new());
    assert_eq!(found("from=2026-03-03T00:00:00Z").await, ["initech"]);
    assert_eq!(found("to=2026-03-02T09:30:00Z").await, ["acme"]);
    let first = world.get("/v1/feedback?limit=2").await;
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let cursor = first["next_cursor"].as_str().unwrap();
    assert_eq!(found(&format!("limit=2&cursor={cursor}")).await, ["acme"]);
}

#[tokio::test]
async fn a_changed_answer_is_found_by_what_it_says_now() {
    let (world, mail) = dora_was_asked().await;
    world.answer(&mail, "not_happy", "").await.expect_status(200);
    world.advance(Duration::hours(1)).await;
    world.answer(&mail, "happy", "").await.expect_status(200);
    assert_eq!(items(&world, "/v1/feedback?rating=not_happy").await.len(), 0);
    assert_eq!(items(&world, "/v1/feedback?rating=happy").await.len(), 1);
}

#[tokio::test]
async fn not_happy_gives_the_owner_a_task_due_in_two_working_days() {
    let (world, mail) = dora_was_asked().await;
    // A Thursday: the weekend does not count.
    jump(&world, at(3, 5, 15, 0)).await;
    world.answer(&mail, "not_happy", "It is slow.").await.expect_status(200);
    let tasks = items(&world, "/v1/tasks?customer=acme").await;
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    let task = &tasks[0];
    assert_eq!((&task["priority"], &task["state"]), (&json!("high"), &json!("open")));
    assert_eq!((&task["due_on"], &task["owner"]), (&json!("2026-03-09"), &json!("csm@keepwell.example")));
    assert_eq!(task["title"], "Talk to dora Person at acme Ltd: Not Happy");

    // The same answer with another comment is the same case; a repeated message too.
    world.answer(&mail, "not_happy", "It is still slow.").await.expect_status(200);
    let again = items(&world, "/v1/tasks?customer=acme").await;
    assert_eq!(again.len(), 1, "{again:?}");
}

#[tokio::test]
async fn neutral_and_better_answers_make_no_task() {
    let world = World::new().await;
    let ratings = ["neutral", "happy", "very_happy"];
    for rating in ratings {
        world.customer_with(&rating.replace('_', "-"), &[("ann", "user")]).await;
    }
    world.advance(Duration::hours(1)).await;
    for rating in ratings {
        let mail = super::only_mail(&world, &format!("ann@{}.example", rating.replace('_', "-")));
        world.answer(&mail, rating, "").await.expect_status(200);
    }
    assert_eq!(items(&world, "/v1/tasks").await.len(), 0);
}
