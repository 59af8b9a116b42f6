//! How positive a text is, for anybody who may read.

use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::World;
use serde_json::{Value, json};

async fn rate(world: &World, text: &str) -> Value {
    let call = world.call_as(Role::Viewer, Method::POST, "/v1/sentiment").json(&json!({ "text": text }));
    call.send().await.expect_status(200).json()
}

#[tokio::test]
async fn a_text_is_rated_with_its_word_and_language() {
    let world = World::new().await;
    world.settle().await;
    world.system.local().reset_requests();
    let texts = [
        "I love the new dashboard, great work!",
        "The export is broken again and nobody answers.",
        "The call is on Monday.",
        "Der Export ist schon wieder kaputt und niemand antwortet.",
        "エクスポートがまた失敗しました。",
        ":)",
        "12345 ...",
    ];
    let mut answers = Vec::new();
    for text in texts {
        answers.push(json!({ "text": text, "answer": rate(&world, text).await }));
    }
    insta::assert_json_snapshot!("sentiments", answers);
    assert_eq!(world.system.local().write_count(), 0, "nothing is kept");
}

#[tokio::test]
async fn a_mail_is_rated_by_what_its_writer_says() {
    let world = World::new().await;
    let answer = "<p>Perfect, thank you!</p><blockquote>This is terrible and I am angry.</blockquote>";
    assert_eq!(rate(&world, answer).await, rate(&world, "Perfect, thank you!").await);
}

#[tokio::test]
async fn a_text_of_20_000_characters_is_rated_and_one_more_is_refused() {
    let world = World::new().await;
    let text = "so good ".repeat(2_500);
    let text = format!("{}!", text.trim_end());
    assert_eq!((text.len(), &rate(&world, &text).await["label"]), (20_000, &json!("positive")));
    for text in [format!("{text}!"), " \n".to_owned(), "\u{0}".to_owned()] {
        let call = world.call_as(Role::Viewer, Method::POST, "/v1/sentiment").json(&json!({ "text": text }));
        assert_eq!(call.send().await.expect_status(422).pointers(), ["/text"]);
    }
}
