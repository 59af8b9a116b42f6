//! The life of a mail intent, as a table: every state and everything that can happen to it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

use chrono::{DateTime, Duration, Utc};
use keepwell_domain::automation::action::MailContent;
use keepwell_domain::automation::plan::MailDraft;
use keepwell_domain::id::{CustomerId, EmailAddress};
use keepwell_domain::mail::{
    LEASE, MAX_ATTEMPTS, MailIntent, MailKind, Outcome, Recipient, Refusal, Retry, SendState, SesEvent, SesEventKind,
    UNKNOWN_FOR, claim, confirmed, resolve_unknown, settle, skip,
};
use serde_json::json;

fn now() -> DateTime<Utc> {
    "2026-03-06T15:00:00Z".parse().unwrap()
}

fn intent(kind: MailKind, state: SendState) -> MailIntent {
    let recipient = match kind {
        MailKind::Alert => Recipient::Staff { address: EmailAddress::parse("ana@team.test").unwrap() },
        _ => Recipient::Contact { contact: CustomerId::parse("c1").unwrap() },
    };
    let draft = MailDraft {
        content: MailContent::Template { template: "status-steady".to_owned() },
        recipient,
        alert: kind == MailKind::Alert,
    };
    let mut intent = MailIntent::from_draft(
        "mail_1".to_owned(),
        draft,
        CustomerId::parse("acme").unwrap(),
        serde_json::Map::new(),
        now() - Duration::days(2),
    );
    assert_eq!(intent.kind, if kind == MailKind::Alert { MailKind::Alert } else { MailKind::Contact });
    intent.kind = kind;
    if !matches!(state, SendState::Pending { .. }) {
        intent.fence = 3;
        intent.attempt = 3;
    }
    intent.state = state;
    intent
}

/// Every state, those with a time once before and once after it.
fn states() -> Vec<(&'static str, SendState)> {
    let hour = Duration::hours(1);
    vec![
        ("pending", SendState::Pending { not_before: now() }),
        ("pending, later", SendState::Pending { not_before: now() + hour }),
        ("claimed", SendState::Claimed { lease_until: now() + hour }),
        ("claimed, lease over", SendState::Claimed { lease_until: now() }),
        ("retry", SendState::Retry { not_before: now(), reason: "r".to_owned() }),
        ("retry, later", SendState::Retry { not_before: now() + hour, reason: "r".to_owned() }),
        ("unknown", SendState::Unknown { since: now() - hour }),
        ("unknown, 24 h", SendState::Unknown { since: now() - UNKNOWN_FOR }),
        ("sent", SendState::Sent { message_id: "m0".to_owned(), sent_at: now() }),
        ("skipped", SendState::Skipped { reason: "r".to_owned(), skipped_at: now() }),
        ("dead", SendState::Dead { reason: "r".to_owned(), dead_at: now() }),
    ]
}

fn name(state: &SendState) -> &'static str {
    match state {
        SendState::Pending { .. } => "PENDING",
        SendState::Claimed { .. } => "CLAIMED",
        SendState::Sent { .. } => "SENT",
        SendState::Retry { .. } => "RETRY",
        SendState::Unknown { .. } => "UNKNOWN",
        SendState::Skipped { .. } => "SKIPPED",
        SendState::Dead { .. } => "DEAD",
    }
}

fn refused(retry: Retry) -> Outcome {
    Outcome::NotAccepted { reason: "no".to_owned(), retry }
}

fn event(kind: SesEventKind) -> SesEvent {
    SesEvent { kind, message_id: "m1".to_owned() }
}

/// What each transition makes of each state, for one kind of mail.
fn table(kind: MailKind) -> String {
    let mut lines = vec![];
    for (label, state) in states() {
        let intent = intent(kind, state);
        let settled = |outcome| settle(&intent, intent.fence, outcome, now(), 0.5);
        let result = |result: Result<MailIntent, Refusal>| match result {
            Ok(next) => {
                assert_eq!(next.version, intent.version + 1, "every change is a new version");
                name(&next.state).to_owned()
            }
            Err(refusal) => format!("({refusal})"),
        };
        let option = |next: Option<MailIntent>| next.map_or_else(|| "-".to_owned(), |next| result(Ok(next)));
        lines.push(format!(
            "{label}\n    due at     {}",
            intent.due_at().map_or_else(|| "-".to_owned(), |at| at.to_string())
        ));
        for (what, became) in [
            ("claim", result(claim(&intent, now()))),
            ("accepted", result(settled(Outcome::Accepted { message_id: "m1".to_owned() }))),
            ("throttled", result(settled(refused(Retry::Throttled)))),
            ("refused", result(settled(refused(Retry::Never)))),
            ("ambiguous", result(settled(Outcome::Ambiguous))),
            ("resolve", option(resolve_unknown(&intent, now()))),
            ("SES send", option(confirmed(&intent, &event(SesEventKind::Send), now()))),
            ("SES bounce", option(confirmed(&intent, &event(SesEventKind::Bounce), now()))),
            ("SES reject", option(confirmed(&intent, &event(SesEventKind::Reject), now()))),
            ("skip", result(skip(&intent, "off".to_owned(), now()))),
        ] {
            lines.push(format!("    {what:<10} {became}"));
        }
    }
    lines.join("\n")
}

#[test]
fn the_table_of_a_survey() {
    insta::assert_snapshot!(table(MailKind::Survey));
    assert_eq!(table(MailKind::Survey), table(MailKind::Contact), "contacts are treated alike");
}

#[test]
fn an_alert_differs_only_in_how_silence_is_resolved() {
    let (survey, alert) = (table(MailKind::Survey), table(MailKind::Alert));
    let different: Vec<_> = survey.lines().zip(alert.lines()).filter(|(a, b)| a != b).collect();
    assert_eq!(different, [("    resolve    SKIPPED", "    resolve    RETRY")]);
}

#[test]
fn a_claim_has_a_new_fence_and_a_lease() {
    let claimed = claim(&intent(MailKind::Survey, SendState::Pending { not_before: now() }), now()).unwrap();
    assert_eq!((claimed.fence, claimed.attempt), (1, 1));
    assert_eq!(claimed.state, SendState::Claimed { lease_until: now() + LEASE });
    assert_eq!(claim(&claimed, now()), Err(Refusal::Claimed { until: now() + LEASE }));
}

#[test]
fn a_claim_whose_lease_ran_out_is_never_claimed_again() {
    let claimed = claim(&intent(MailKind::Alert, SendState::Pending { not_before: now() }), now()).unwrap();
    let later = now() + Duration::days(9);
    assert_eq!(claim(&claimed, later), Err(Refusal::Unknown));
    let unknown = resolve_unknown(&claimed, later).unwrap();
    assert_eq!(unknown.state, SendState::Unknown { since: now() + LEASE });
    assert_eq!(claim(&unknown, later), Err(Refusal::Unknown));
}

#[test]
fn only_the_newest_claim_may_settle() {
    let claimed = intent(MailKind::Alert, SendState::Claimed { lease_until: now() });
    assert_eq!(settle(&claimed, 2, Outcome::Ambiguous, now(), 0.0), Err(Refusal::Fenced));
    let unknown = resolve_unknown(&claimed, now()).unwrap();
    let late = settle(&unknown, 3, Outcome::Accepted { message_id: "m1".to_owned() }, now(), 0.0).unwrap();
    assert_eq!(late.state, SendState::Sent { message_id: "m1".to_owned(), sent_at: now() });
}

#[test]
fn an_alert_is_sent_once_more_after_silence_and_then_given_up() {
    let first = intent(MailKind::Alert, SendState::Unknown { since: now() - UNKNOWN_FOR });
    let again = resolve_unknown(&first, now()).unwrap();
    assert!(again.resent);
    let claimed = claim(&again, now()).unwrap();
    let unknown = settle(&claimed, claimed.fence, Outcome::Ambiguous, now(), 0.0).unwrap();
    let given_up = resolve_unknown(&unknown, now() + UNKNOWN_FOR).unwrap();
    assert_eq!(name(&given_up.state), "DEAD");
}

#[test]
fn a_late_event_stops_the_second_alert() {
    let first = intent(MailKind::Alert, SendState::Unknown { since: now() - UNKNOWN_FOR });
    let again = resolve_unknown(&first, now()).unwrap();
    let sent = confirmed(&again, &event(SesEventKind::Delivery), now()).unwrap();
    assert_eq!(claim(&sent, now()), Err(Refusal::Settled));
}

/// The wait in seconds after each attempt, until the mail is dead.
fn waits(retry: Retry, jitter: f64) -> Vec<i64> {
    let mut intent = intent(MailKind::Survey, SendState::Pending { not_before: now() });
    let (mut at, mut waits) = (now(), vec![]);
    loop {
        let claimed = claim(&intent, at).unwrap();
        intent = settle(&claimed, claimed.fence, refused(retry), at, jitter).unwrap();
        match intent.state {
            SendState::Retry { not_before, .. } => {
                waits.push((not_before - at).num_seconds());
                at = not_before;
            }
            SendState::Dead { .. } => return waits,
            ref other => panic!("unexpected {other:?}"),
        }
    }
}

#[test]
fn retries_wait_longer_and_longer_and_end_after_eight_attempts() {
    assert_eq!(waits(Retry::Throttled, 1.0), [60, 120, 240, 480, 600, 600, 600]);
    assert_eq!(waits(Retry::Throttled, 0.0), [30, 60, 120, 240, 300, 300, 300]);
    assert_eq!(waits(Retry::Later, 1.0), [60, 120, 240, 480, 960, 1920, 3840]);
    assert_eq!(waits(Retry::Later, 1.0).len() + 1, MAX_ATTEMPTS as usize);
    assert_eq!(waits(Retry::Later, 99.0), waits(Retry::Later, 1.0), "jitter is held between 0 and 1");
    assert!(waits(Retry::Never, 0.5).is_empty());
}

#[test]
fn an_intent_is_stored_flat_and_read_back() {
    for (_, state) in states() {
        let intent = intent(MailKind::Alert, state);
        let stored = serde_json::to_value(&intent).unwrap();
        assert!(stored["state"].is_string(), "conditions of the store look at `state`");
        assert_eq!(serde_json::from_value::<MailIntent>(stored).unwrap(), intent);
    }
    let claimed = intent(MailKind::Survey, SendState::Claimed { lease_until: now() });
    let stored = serde_json::to_value(&claimed).unwrap();
    assert_eq!((&stored["state"], &stored["lease_until"]), (&json!("claimed"), &json!("2026-03-06T15:00:00Z")));
}
