//! What the submit of the feedback page does.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use chrono::{DateTime, Duration, Utc};
use keepwell_domain::contact::Role;
use keepwell_domain::feedback::{AnswerDecision, FeedbackRequest, Recorded, RequestState, Submission, decide_answer};
use keepwell_domain::happiness::HappinessLevel::{self, Happy, NotHappy, VeryHappy};
use keepwell_domain::id::{CustomerId, RecordId};
use serde_json::{Value, json};

fn asked_at() -> DateTime<Utc> {
    "2026-09-30T07:30:00Z".parse().unwrap()
}

fn day(n: i64) -> DateTime<Utc> {
    asked_at() + Duration::days(n)
}

fn request() -> FeedbackRequest {
    FeedbackRequest::new(
        "req_01j9zq4w8e6x5v3t2r1q0p9n8m".to_owned(),
        CustomerId::parse("acme").unwrap(),
        RecordId::parse("ana").unwrap(),
        asked_at(),
    )
}

fn submission(rating: HappinessLevel, comment: Option<&str>, nonce: &str) -> Submission {
    Submission { rating, comment: comment.map(str::to_owned), nonce: nonce.to_owned() }
}

fn decide(request: &FeedbackRequest, submission: Submission, at: DateTime<Utc>) -> AnswerDecision {
    decide_answer(request, submission, Role::Champion, at)
}

fn recorded(request: &FeedbackRequest, submission: Submission, at: DateTime<Utc>) -> Recorded {
    match decide(request, submission, at) {
        AnswerDecision::Recorded(recorded) => *recorded,
        other => panic!("{other:?}"),
    }
}

/// The request after a first answer, Happy, on day 1 with nonce `n1`.
fn answered() -> FeedbackRequest {
    recorded(&request(), submission(Happy, None, "n1"), day(1)).request
}

#[test]
fn the_first_answer_is_recorded_and_the_request_is_answered() {
    let recorded = recorded(&request(), submission(Happy, Some("works"), "n1"), day(1));
    assert_eq!(recorded.previous, None);
    assert_eq!(recorded.answer.request, recorded.request.id);
    assert_eq!((recorded.answer.revision, recorded.answer.rating), (1, Happy));
    assert_eq!((recorded.answer.role, recorded.answer.at), (Role::Champion, day(1)));
    assert_eq!(recorded.answer.comment.as_deref(), Some("works"));
    assert_eq!(recorded.request.state, RequestState::Answered);
    assert_eq!(recorded.request.first_answered_at, Some(day(1)));
    assert_eq!(recorded.request.version, 2);
}

#[test]
fn the_sentiment_of_a_comment_is_recorded_with_it() {
    let sentiment = |comment| recorded(&request(), submission(Happy, comment, "n1"), day(1)).answer.sentiment;
    assert!(sentiment(Some("Thank you, this is a wonderful product.")).unwrap() > 0.5);
    assert!(sentiment(Some("The last update was terrible and we hate it.")).unwrap() < -0.5);
    assert_eq!(sentiment(Some("Das Programm ist leider wieder sehr langsam geworden.")), None);
    assert_eq!(sentiment(None), None);
}

#[test]
fn the_same_submit_twice_counts_once() {
    assert_eq!(decide(&answered(), submission(Happy, None, "n1"), day(1)), AnswerDecision::Replayed);
}

#[test]
fn saying_the_same_from_another_page_changes_nothing() {
    assert_eq!(decide(&answered(), submission(Happy, None, "n2"), day(2)), AnswerDecision::Replayed);
}

#[test]
fn a_changed_answer_within_seven_days_is_the_next_revision() {
    let changed = recorded(&answered(), submission(NotHappy, None, "n2"), day(8));
    assert_eq!(changed.previous, Some(Happy));
    assert_eq!(changed.answer.revision, 2);
    assert_eq!(changed.request.first_answered_at, Some(day(1)), "the seven days count from the first");
    let comment_added = recorded(&answered(), submission(Happy, Some("love it"), "n2"), day(2));
    assert_eq!(comment_added.answer.revision, 2);
}

#[test]
fn going_back_in_the_browser_and_choosing_another_answer_is_a_change() {
    let changed = recorded(&answered(), submission(NotHappy, None, "n1"), day(1));
    assert_eq!((changed.previous, changed.answer.revision), (Some(Happy), 2));
}

#[test]
fn a_late_retry_of_an_earlier_submit_does_not_bring_its_answer_back() {
    let changed = recorded(&answered(), submission(NotHappy, None, "n2"), day(2)).request;
    assert_eq!(decide(&changed, submission(Happy, None, "n1"), day(2)), AnswerDecision::Replayed);
    let back_by_hand = recorded(&changed, submission(Happy, None, "n3"), day(2));
    assert_eq!((back_by_hand.previous, back_by_hand.answer.revision), (Some(NotHappy), 3));
}

#[test]
fn more_than_seven_days_after_the_first_answer_it_can_only_be_read() {
    let changed = recorded(&answered(), submission(NotHappy, None, "n2"), day(7)).request;
    assert!(matches!(decide(&changed, submission(VeryHappy, None, "n3"), day(8)), AnswerDecision::Recorded(_)));
    let late = day(8) + Duration::seconds(1);
    assert_eq!(decide(&changed, submission(VeryHappy, None, "n3"), late), AnswerDecision::Closed);
    assert_eq!(
        decide(&changed, submission(NotHappy, None, "n2"), late),
        AnswerDecision::Replayed,
        "a retry still gets its thank-you"
    );
}

#[test]
fn a_request_that_nobody_answered_expires_after_sixty_days() {
    let just_in_time = day(60) - Duration::seconds(1);
    let last_moment = recorded(&request(), submission(Happy, None, "n1"), just_in_time).request;
    assert_eq!(decide(&request(), submission(Happy, None, "n1"), day(60)), AnswerDecision::Expired);
    let change = decide(&last_moment, submission(NotHappy, None, "n2"), day(66));
    assert!(matches!(change, AnswerDecision::Recorded(_)), "an answer of the last moment can be changed too");
    assert!(last_moment.link_expires_at() > last_moment.changeable_until().unwrap());
}

#[test]
fn a_clock_that_runs_behind_does_not_put_a_revision_before_the_one_it_replaces() {
    let changed = recorded(&answered(), submission(NotHappy, None, "n2"), day(0));
    assert_eq!(changed.answer.at, day(1));
}

#[test]
fn a_request_remembers_a_bounded_number_of_submits() {
    let mut request = request();
    for n in 0..100 {
        let rating = if n % 2 == 0 { Happy } else { NotHappy };
        request = recorded(&request, submission(rating, None, &format!("n{n}")), day(1)).request;
    }
    assert_eq!((request.revision, request.submits.len()), (100, 32));
    assert_eq!(decide(&request, submission(Happy, None, "n98"), day(1)), AnswerDecision::Replayed);
}

#[test]
fn a_request_is_stored_and_read_back_whole() {
    let request = recorded(&request(), submission(Happy, Some("works"), "n1"), day(1)).request;
    let stored = serde_json::to_string(&request).unwrap();
    assert_eq!(serde_json::from_str::<FeedbackRequest>(&stored).unwrap(), request);
}

fn problems(form: &Value) -> Vec<String> {
    let problems = Submission::parse(form).unwrap_err();
    problems.0.into_iter().map(|problem| format!("{} {}", problem.pointer, problem.detail)).collect()
}

#[test]
fn a_form_is_read_with_all_its_problems() {
    let form = json!({"rating": "happy", "comment": "", "nonce": "n1"});
    assert_eq!(Submission::parse(&form), Ok(submission(Happy, None, "n1")));
    let wrong = json!({"rating": "4", "comment": "x".repeat(2001), "colour": "red"});
    assert_eq!(
        problems(&wrong),
        [
            "/rating must be one of very_happy, happy, neutral, not_happy",
            "/comment must have at most 2000 characters",
            "/nonce is required",
            "/colour is not a known field; known are comment, nonce, rating",
        ]
    );
}

#[test]
fn a_comment_is_taken_as_people_type_and_paste_it() {
    let comment = |text: &str| {
        let form = json!({"rating": "happy", "comment": text, "nonce": "n1"});
        Submission::parse(&form).unwrap().comment
    };
    assert_eq!(comment("  \r\n "), None);
    assert_eq!(comment(" one\r\ntwo\u{0}\u{7} ").as_deref(), Some("one\ntwo"));
    let lines = "é\r\n".repeat(1000);
    assert_eq!(comment(&lines).unwrap().chars().count(), 1999, "a line end counts once");
    assert_eq!(comment(&"\u{1f600}".repeat(2000)).unwrap().chars().count(), 2000);
}
