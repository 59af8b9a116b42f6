//! A delivery's way through its states.

use chrono::Duration;
use keepwell_domain::delivery::{
    Delivery, DeliveryState, KEPT_ANSWER, KEPT_ATTEMPTS, LEASE, MAX_ATTEMPTS, Outcome, Received, Refusal, Source,
    claim, recover, redeliver, settle, skip,
};
use proptest::prelude::*;

use crate::given::{answer, attempt, by, delivery, delivery_of, noon, silence};

fn retry_at(delivery: &Delivery) -> chrono::DateTime<chrono::Utc> {
    match &delivery.state {
        DeliveryState::Retry { not_before } => *not_before,
        state => panic!("{state:?}"),
    }
}

#[test]
fn a_delivery_that_arrives_is_settled_and_says_how_long_it_took() {
    for status in [200, 201, 204, 299] {
        let delivered = attempt(&delivery(), &answer(status, "ok"), 0.5);
        assert_eq!(delivered.state, DeliveryState::Delivered { delivered_at: noon() + Duration::milliseconds(40) });
        assert_eq!(delivered.due_at(), None);
        let tried = &delivered.attempts[0];
        assert_eq!((tried.at, tried.status, tried.took_ms), (noon(), Some(status), 40));
        assert_eq!((tried.answer.as_deref(), tried.error.as_deref()), (Some("ok"), None));
    }
}

#[test]
fn one_that_fails_is_sent_ten_times_over_three_days_and_is_then_dead() {
    let mut now = delivery();
    let mut times = Vec::new();
    while now.due_at().is_some() {
        times.push(now.due_at().unwrap());
        now = attempt(&now, &answer(500, "oops"), 0.0);
    }
    let waits: Vec<_> = times.windows(2).map(|pair| (pair[1] - pair[0]).num_seconds()).collect();
    assert_eq!(waits, [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]);
    assert_eq!(times.len() as u32, MAX_ATTEMPTS);
    let reason = "given up after 10 attempts: the receiver answered 500";
    assert_eq!(now.state.reason(), Some(reason));
    assert_eq!(now.attempts.len(), 10);
    assert_eq!(now.id, "msg_1");
}

#[test]
fn what_is_not_a_2xx_is_a_failure() {
    for status in [100, 199, 300, 301, 302, 304, 307, 308, 400, 401, 404, 409, 429, 500, 503, 599] {
        let failed = attempt(&delivery(), &answer(status, ""), 0.0);
        assert_eq!(failed.state.word(), "retry", "{status}");
        assert!(failed.attempts[0].error.as_deref().unwrap().contains(&status.to_string()), "{failed:?}");
    }
    let redirected = attempt(&delivery(), &answer(302, ""), 0.0);
    assert!(redirected.attempts[0].error.as_deref().unwrap().contains("redirects are not followed"));
    let unanswered = attempt(&delivery(), &silence(), 0.0);
    assert_eq!((unanswered.state.word(), unanswered.attempts[0].status), ("retry", None));
}

#[test]
fn a_receiver_that_answers_410_wants_nothing_more() {
    let gone = answer(410, "");
    assert!(gone.is_gone() && !answer(404, "").is_gone() && !silence().is_gone());
    let dead = attempt(&delivery(), &gone, 0.0);
    assert_eq!(dead.state.word(), "dead");
    assert!(dead.state.reason().unwrap().contains("410"));
}

#[test]
fn a_receiver_that_asks_for_time_gets_it_but_not_more_than_a_day() {
    let asks = |seconds| {
        let received = Received { status: 429, text: String::new(), retry_after: Some(Duration::seconds(seconds)) };
        Outcome { answer: Ok(received), took_ms: 1 }
    };
    for (seconds, expected) in [(0, 5), (3, 5), (120, 120), (1_000_000, 86_400)] {
        let failed = attempt(&delivery(), &asks(seconds), 0.0);
        let waits = retry_at(&failed) - noon() - Duration::milliseconds(40);
        assert_eq!(waits.num_seconds(), expected, "{seconds}");
    }
}

#[test]
fn a_test_is_tried_once() {
    let failed = attempt(&delivery_of(Source::Test { by: by() }), &answer(500, ""), 0.0);
    assert_eq!((failed.state.word(), failed.state.reason()), ("dead", Some("the receiver answered 500")));
}

#[test]
fn nobody_sends_before_the_time_or_beside_somebody_else_or_what_is_settled() {
    let waiting = delivery();
    assert_eq!(claim(&waiting, noon() - Duration::seconds(1)), Err(Refusal::NotDue { until: noon() }));
    let claimed = claim(&waiting, noon()).unwrap();
    assert_eq!((claimed.fence, claimed.attempt, claimed.due_at()), (1, 1, Some(noon() + LEASE)));
    for at in [noon(), noon() + LEASE, noon() + LEASE * 10] {
        assert_eq!(claim(&claimed, at), Err(Refusal::Claimed { until: noon() + LEASE }));
    }
    for settled in [attempt(&waiting, &answer(200, ""), 0.0), skip(&waiting, "off".to_owned(), noon()).unwrap()] {
        assert_eq!(claim(&settled, noon() + Duration::days(9)), Err(Refusal::Settled));
        assert_eq!(skip(&settled, "off".to_owned(), noon()), Err(Refusal::Settled));
    }
    assert!(matches!(skip(&claimed, "off".to_owned(), noon()), Err(Refusal::Claimed { .. })));
}

#[test]
fn only_the_newest_claim_settles_and_only_once() {
    let claimed = claim(&delivery(), noon()).unwrap();
    let ok = answer(200, "");
    assert_eq!(settle(&claimed, 0, &ok, noon(), 0.0), Err(Refusal::Fenced));
    assert_eq!(settle(&delivery(), 0, &ok, noon(), 0.0), Err(Refusal::NotClaimed));
    let settled = settle(&claimed, 1, &ok, noon(), 0.0).unwrap();
    assert_eq!(settle(&settled, 1, &ok, noon(), 0.0), Err(Refusal::Settled));
}

#[test]
fn a_sender_that_died_is_replaced_when_its_lease_is_over_and_the_attempt_counts() {
    let claimed = claim(&delivery(), noon()).unwrap();
    let over = noon() + LEASE;
    assert_eq!(recover(&delivery(), over), None);
    assert_eq!(recover(&claimed, over - Duration::milliseconds(1)), None);
    let recovered = recover(&claimed, over).unwrap();
    assert_eq!(recovered.state, DeliveryState::Retry { not_before: over });
    assert!(recovered.attempts[0].error.as_deref().unwrap().contains("nobody knows"));
    assert_eq!(recovered.attempts[0].at, noon());
    let again = claim(&recovered, over).unwrap();
    assert_eq!((again.fence, again.attempt), (2, 2));
    // The dead one may wake up: its word does not count any more.
    assert_eq!(settle(&recovered, 1, &answer(200, ""), over, 0.0), Err(Refusal::NotClaimed));
    assert_eq!(settle(&again, 1, &answer(200, ""), over, 0.0), Err(Refusal::Fenced));
    // A process that dies of it each time does not go on for ever.
    let mut now = delivery();
    for _ in 0..MAX_ATTEMPTS {
        now = claim(&now, now.due_at().unwrap()).unwrap();
        now = recover(&now, now.due_at().unwrap()).unwrap();
    }
    assert_eq!(now.state.word(), "dead");
}

#[test]
fn by_hand_it_starts_anew_with_its_id_and_its_past() {
    let dead = attempt(&delivery(), &answer(410, ""), 0.0);
    let later = noon() + Duration::days(5);
    let anew = redeliver(&dead, later).unwrap();
    assert_eq!((anew.id.as_str(), anew.attempt, anew.attempts.len()), ("msg_1", 0, 1));
    assert_eq!(anew.state, DeliveryState::Pending { not_before: later });
    let failed = attempt(&anew, &answer(500, ""), 0.0);
    assert_eq!((failed.state.word(), failed.attempts.len()), ("retry", 2));
    let delivered = attempt(&redeliver(&failed, later).unwrap(), &answer(200, ""), 0.0);
    assert_eq!(redeliver(&delivered, later).unwrap().state.word(), "pending");
    let claimed = claim(&delivery(), noon()).unwrap();
    assert!(matches!(redeliver(&claimed, noon()), Err(Refusal::Claimed { .. })));
}

#[test]
fn what_is_remembered_is_bounded_and_fit_to_be_shown() {
    let mut now = delivery();
    for _ in 0..KEPT_ATTEMPTS + 5 {
        now = attempt(
            &redeliver(&now, now.created_at).unwrap(),
            &answer(500, &format!("a\u{7}\n{}", "é".repeat(900))),
            0.0,
        );
    }
    assert_eq!(now.attempts.len(), KEPT_ATTEMPTS);
    let text = now.attempts[0].answer.as_deref().unwrap();
    assert_eq!(text.chars().count(), KEPT_ANSWER);
    assert!(text.starts_with("a  éé") && !text.chars().any(char::is_control), "{text:?}");
}

proptest! {
    #[test]
    fn chance_makes_a_wait_up_to_a_tenth_longer_and_never_shorter(jitter in -1.0..2.0_f64, tries in 1..10_usize) {
        let mut exact = delivery();
        for _ in 1..tries {
            exact = attempt(&exact, &answer(500, ""), 0.0);
        }
        let base = retry_at(&attempt(&exact, &answer(500, ""), 0.0)) - exact.due_at().unwrap();
        let wait = retry_at(&attempt(&exact, &answer(500, ""), jitter)) - exact.due_at().unwrap();
        prop_assert!(wait >= base && wait <= base + base / 10, "{base} {wait}");
    }

    #[test]
    fn it_comes_back_from_the_store_as_it_was(statuses in prop::collection::vec(100..600_u16, 0..6)) {
        let mut now = delivery();
        for status in statuses {
            if now.due_at().is_some() {
                now = attempt(&now, &answer(status, "text"), 0.3);
            }
            let stored = serde_json::to_value(&now).unwrap();
            prop_assert_eq!(&serde_json::from_value::<Delivery>(stored).unwrap(), &now);
        }
    }
}
