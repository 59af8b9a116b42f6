//! Who is asked for feedback, and when.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use chrono::{DateTime, Duration, Utc};
use keepwell_domain::contact::{Contact, MailState, NewContact};
use keepwell_domain::customer::{Customer, NewCustomer};
use keepwell_domain::feedback::asking::{
    Ask, NotAsked, after_answer, after_asking, decide_ask, interval_days, next_look,
};
use keepwell_domain::id::{CustomerId, RecordId};
use keepwell_domain::settings::Settings;
use keepwell_domain::working_time::in_window;
use proptest::prelude::*;
use serde_json::json;

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Wednesday, 09:30 in Berlin.
fn now() -> DateTime<Utc> {
    time("2026-09-30T07:30:00Z")
}

fn customer(interval_days: u32) -> Customer {
    let value = json!({"name": "Acme", "request_feedback": true, "feedback_interval_days": interval_days});
    NewCustomer::parse(&value).unwrap().create(CustomerId::parse("acme").unwrap(), time("2026-01-01T00:00:00Z"))
}

fn contact() -> Contact {
    let value = json!({"name": "Ana", "email": "ana@example.com", "time_zone": "Europe/Berlin"});
    NewContact::parse(&value).unwrap().create(RecordId::parse("ana").unwrap(), time("2026-01-01T00:00:00Z"))
}

fn asked_days_ago(days: i64, unanswered: u32) -> Contact {
    let mut contact = contact();
    contact.ask.last_asked_at = Some(now() - Duration::days(days));
    contact.ask.unanswered = unanswered;
    contact
}

fn ask(customer: &Customer, contact: &Contact) -> Ask {
    decide_ask(customer, contact, &Settings::default(), None, false, false, now())
}

#[test]
fn a_contact_that_was_never_asked_is_asked_in_its_first_window() {
    assert_eq!(ask(&customer(30), &contact()), Ask::Now);
    let evening = time("2026-10-02T18:00:00Z");
    let monday = time("2026-10-05T07:00:00Z");
    assert_eq!(
        decide_ask(&customer(30), &contact(), &Settings::default(), None, false, false, evening),
        Ask::NotBefore(monday, NotAsked::OutsideWindow)
    );
    assert_eq!(decide_ask(&customer(30), &contact(), &Settings::default(), None, false, false, monday), Ask::Now);
}

#[test]
fn nobody_is_asked_while_the_switch_is_off_or_after_the_customer_left() {
    let mut off = customer(30);
    off.profile.request_feedback = false;
    assert_eq!(ask(&off, &contact()), Ask::Never(NotAsked::SwitchedOff));
    let mut churned = customer(30);
    churned.churned = true;
    assert_eq!(ask(&churned, &contact()), Ask::Never(NotAsked::Churned));
}

#[test]
fn whoever_takes_no_mail_is_not_asked() {
    for (state, reason) in [
        (MailState::Unsubscribed, NotAsked::Unsubscribed),
        (MailState::Bounced, NotAsked::Bounced),
        (MailState::Complained, NotAsked::Complained),
    ] {
        let mut contact = contact();
        contact.mail.state = state;
        assert_eq!(ask(&customer(30), &contact), Ask::Never(reason));
    }
    let suppressed = decide_ask(&customer(30), &contact(), &Settings::default(), None, true, false, now());
    assert_eq!(suppressed, Ask::Never(NotAsked::Suppressed));
}

#[test]
fn nobody_is_asked_while_a_not_happy_case_of_the_customer_is_open() {
    let open = decide_ask(&customer(30), &contact(), &Settings::default(), None, false, true, now());
    assert_eq!(open, Ask::Never(NotAsked::OpenCase));
}

#[test]
fn the_interval_is_the_customers_own() {
    for (interval, days_ago, due) in [(30, 29, "2026-10-01T07:30:00Z"), (45, 30, "2026-10-15T07:30:00Z")] {
        let expected = Ask::NotBefore(time(due), NotAsked::AskedRecently);
        assert_eq!(ask(&customer(interval), &asked_days_ago(days_ago, 1)), expected);
        assert_eq!(ask(&customer(interval), &asked_days_ago(i64::from(interval), 1)), Ask::Now);
    }
}

#[test]
fn a_due_moment_outside_the_window_moves_to_the_next_window() {
    // 30 days after Thursday 3 September, 09:30 in Berlin, is a Saturday.
    let contact = asked_days_ago(27, 0);
    let monday = time("2026-10-05T07:00:00Z");
    assert_eq!(ask(&customer(30), &contact), Ask::NotBefore(monday, NotAsked::AskedRecently));
}

#[test]
fn an_address_is_asked_once_in_thirty_days_for_all_customers_together() {
    let other_customer_asked = |days| {
        let last = Some(now() - Duration::days(days));
        decide_ask(&customer(30), &contact(), &Settings::default(), last, false, false, now())
    };
    let tomorrow = now() + Duration::days(1);
    assert_eq!(other_customer_asked(29), Ask::NotBefore(tomorrow, NotAsked::AskedRecently));
    assert_eq!(other_customer_asked(30), Ask::Now);
    let weekly = ask(&customer(7), &asked_days_ago(8, 0));
    assert!(
        matches!(weekly, Ask::NotBefore(_, NotAsked::AskedRecently)),
        "an interval below 30 days does not undercut it"
    );
}

#[test]
fn silence_stretches_the_interval_and_never_shortens_it() {
    let stretched = |own| [0, 1, 2, 3, 4, 5, 6, 400].map(|unanswered| interval_days(own, unanswered));
    assert_eq!(stretched(30), [30, 30, 60, 60, 90, 90, 90, 90]);
    assert_eq!(stretched(45), [45, 45, 90, 90, 90, 90, 90, 90]);
    assert_eq!(stretched(60), [60, 60, 90, 90, 90, 90, 90, 90]);
    assert_eq!(stretched(120), [120; 8]);
    assert_eq!(stretched(7), [7, 7, 14, 14, 28, 28, 56, 90]);
    assert!(matches!(ask(&customer(30), &asked_days_ago(59, 2)), Ask::NotBefore(_, NotAsked::AskedRecently)));
    assert_eq!(ask(&customer(30), &asked_days_ago(60, 2)), Ask::Now);
}

#[test]
fn asking_counts_and_any_answer_ends_the_silence() {
    let twice = after_asking(&after_asking(&contact().ask, now()), now());
    assert_eq!((twice.unanswered, twice.asked, twice.answered), (2, 2, 0));
    assert_eq!(twice.last_asked_at, Some(now()));
    let answered = after_answer(&twice, 1);
    assert_eq!((answered.unanswered, answered.asked, answered.answered), (0, 2, 1));
    assert_eq!(after_answer(&answered, 2), answered, "a change is not one more answered request");
}

#[test]
fn the_customer_is_due_when_the_first_of_its_contacts_is() {
    let at = |days| now() + Duration::days(days);
    let recently = |days| Ask::NotBefore(at(days), NotAsked::AskedRecently);
    let look = |asks: &[Ask]| next_look(&customer(30), asks, now());
    assert_eq!(look(&[recently(9), recently(4), Ask::Never(NotAsked::Bounced)]), Some(at(4)));
    assert_eq!(look(&[recently(4), Ask::Never(NotAsked::OpenCase)]), Some(at(1)));
    assert_eq!(look(&[Ask::Never(NotAsked::Suppressed)]), Some(at(1)));
    assert_eq!(look(&[Ask::Now, recently(4)]), Some(now()));
    assert_eq!(look(&[Ask::Never(NotAsked::Unsubscribed), Ask::Never(NotAsked::Complained)]), None);
    assert_eq!(look(&[]), None);
    let mut off = customer(30);
    off.profile.request_feedback = false;
    assert_eq!(next_look(&off, &[recently(4)], now()), None);
    let mut churned = customer(30);
    churned.churned = true;
    assert_eq!(next_look(&churned, &[recently(4)], now()), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The hourly tick over a year and a half, as feedback-request runs it.
    #[test]
    fn over_any_year_requests_are_thirty_days_apart_inside_the_window_and_never_late(
        interval in 7_u32..120,
        zone in prop::sample::select(&["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "Australia/Lord_Howe"][..]),
        start_minutes in 0_i64..500_000,
        answers in prop::collection::vec(any::<bool>(), 24),
    ) {
        let customer = customer(interval);
        let mut contact = contact();
        contact.time_zone = zone.parse().unwrap();
        let start = now() + Duration::minutes(start_minutes);
        let mut due = start;
        let mut last: Option<(DateTime<Utc>, u32)> = None;
        let mut answers = answers.into_iter().cycle();
        for hour in 0..24 * 540 {
            let tick = start + Duration::hours(hour);
            if tick < due {
                continue;
            }
            let mut ask = decide_ask(&customer, &contact, &Settings::default(), contact.ask.last_asked_at, false, false, tick);
            if ask == Ask::Now {
                prop_assert!(in_window(contact.time_zone, tick));
                if let Some((before, wait)) = last {
                    let passed = tick - before;
                    prop_assert!(passed >= Duration::days(i64::from(wait.max(30))), "{passed}");
                    prop_assert!(passed <= Duration::days(i64::from(wait.max(30)) + 4), "{passed} {wait}");
                }
                contact.ask = after_asking(&contact.ask, tick);
                if answers.next().unwrap() {
                    contact.ask = after_answer(&contact.ask, 1);
                }
                last = Some((tick, interval_days(interval, contact.ask.unanswered)));
                ask = decide_ask(&customer, &contact, &Settings::default(), contact.ask.last_asked_at, false, false, tick);
            }
            let next = next_look(&customer, &[ask], tick).unwrap();
            prop_assert!(next > tick, "a look that leads to no request leads to a later look");
            due = next;
        }
        prop_assert!(contact.ask.asked >= 5);
    }
}
