//! What time brings, and when it is news.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use chrono::{DateTime, Duration, NaiveDate, TimeZone as _, Utc};
use keepwell_domain::automation::trigger::TimeTrigger::{self, MilestoneOverdue, NoContactFor, RenewalIn};
use keepwell_domain::due::{Awaited, Due};
use keepwell_domain::id::RecordId;
use proptest::prelude::*;

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 8, 0, 0).unwrap()
}

fn day(ahead: i64) -> NaiveDate {
    (now() + Duration::days(ahead)).date_naive()
}

fn renewal(ahead: i64) -> Due {
    Due::Renewal { on: day(ahead) }
}

fn milestone(ahead: i64) -> Due {
    Due::Milestone { goal: RecordId::parse("g1").unwrap(), milestone: "Pilot".to_owned(), due_on: day(ahead) }
}

fn silence(ago: Duration) -> Due {
    Due::Contact { since: now() - ago, last_met_at: None }
}

/// The waits of which it is news when nobody looked before.
fn first_look(due: &Due, waits: &[TimeTrigger]) -> Vec<TimeTrigger> {
    due.news(waits.iter().copied(), None, now()).into_iter().map(|(_, wait)| wait).collect()
}

#[test]
fn days_are_counted_from_midnight_and_silences_from_their_moment() {
    let at = |due: &Due, wait| due.crossed_at(wait);
    assert_eq!(at(&renewal(100), RenewalIn(90)), Some("2026-03-12T00:00:00Z".parse().unwrap()));
    assert_eq!(at(&milestone(2), MilestoneOverdue(1)), Some("2026-03-05T00:00:00Z".parse().unwrap()));
    assert_eq!(at(&silence(Duration::days(1)), NoContactFor(30)), Some("2026-03-31T08:00:00Z".parse().unwrap()));
    assert_eq!(at(&renewal(100), NoContactFor(90)), None);
}

#[test]
fn of_what_is_new_only_the_nearest_wait_is_news() {
    let waits = [RenewalIn(30), RenewalIn(90), RenewalIn(10), NoContactFor(30), NoContactFor(60), MilestoneOverdue(1)];
    assert_eq!(first_look(&renewal(20), &waits), [RenewalIn(30)]);
    assert_eq!(first_look(&renewal(60), &waits), [RenewalIn(90)]);
    assert_eq!(first_look(&renewal(0), &waits), [RenewalIn(10)]);
    assert_eq!(first_look(&renewal(-1), &waits), []);
    assert_eq!(first_look(&renewal(91), &waits), []);
    assert_eq!(first_look(&silence(Duration::days(70)), &waits), [NoContactFor(60)]);
    assert_eq!(first_look(&silence(Duration::days(29)), &waits), []);
    assert_eq!(first_look(&milestone(-1), &waits), [MilestoneOverdue(1)]);
    assert_eq!(first_look(&milestone(0), &waits), []);
    assert_eq!(first_look(&milestone(-400), &waits), [], "nobody waits for more than a year");
}

#[test]
fn what_is_far_away_need_not_be_looked_at() {
    let looked_at = |due: Due| due.may_be_news(now());
    assert!(looked_at(renewal(730)) && !looked_at(renewal(732)));
    assert!(looked_at(silence(Duration::hours(24))) && !looked_at(silence(Duration::hours(22))));
    assert!(looked_at(milestone(-1)) && !looked_at(milestone(1)));
}

#[test]
fn the_row_remembers_in_few_words_what_the_index_has() {
    for awaited in [
        Awaited::default(),
        Awaited { renewal: Some(day(9)), silent_since: None },
        Awaited { renewal: Some(day(9)), silent_since: Some(now()) },
    ] {
        let text = String::from(awaited.clone());
        assert_eq!(Awaited::try_from(text), Ok(awaited));
    }
    for wrong in ["", "2026-03-02", "2026-13-02 1", "2026-03-02 x"] {
        assert!(Awaited::try_from(wrong.to_owned()).is_err(), "{wrong:?}");
    }
}

fn any_due() -> impl Strategy<Value = Due> {
    prop_oneof![
        (-400_i64..800).prop_map(renewal),
        (0_i64..2_000_000).prop_map(|minutes| silence(Duration::minutes(minutes))),
        (-400_i64..100).prop_map(milestone),
    ]
}

fn any_wait() -> impl Strategy<Value = TimeTrigger> {
    prop_oneof![
        (1_u32..=730).prop_map(RenewalIn),
        (1_u32..=730).prop_map(NoContactFor),
        (1_u32..=365).prop_map(MilestoneOverdue),
    ]
}

proptest! {
    /// Whatever the moments at which somebody looks: each wait that is crossed is news once, in order of time.
    #[test]
    fn however_often_somebody_looks_each_wait_is_news_once(
        due in any_due(),
        waits in prop::collection::btree_set(any_wait(), 0..8),
        mut looks in prop::collection::vec(0_i64..60 * 24 * 400, 1..12),
    ) {
        looks.sort_unstable();
        let begin = now();
        let mut settled = begin;
        let mut heard = Vec::new();
        for look in &looks {
            let at = begin + Duration::minutes(*look);
            heard.extend(due.news(waits.iter().copied(), Some(settled), at));
            settled = at;
        }
        let mut expected: Vec<_> = waits
            .iter()
            .filter_map(|wait| Some((due.crossed_at(*wait)?, *wait)))
            .filter(|(at, _)| *at > begin && *at <= settled)
            .collect();
        expected.sort_unstable();
        // What is over when somebody looks is no news any more; nothing else is missing or comes twice.
        prop_assert!(heard.iter().all(|news| expected.contains(news)));
        prop_assert!(heard.is_sorted_by(|earlier, later| earlier < later));
        if due.ends_at().is_none_or(|end| end > settled) {
            prop_assert_eq!(heard, expected);
        }
    }

    /// What is put into the index at once, without a look, is no news in the next hour.
    #[test]
    fn what_need_not_be_looked_at_is_no_news_before_the_next_hour(
        due in prop_oneof![
            (700_i64..760).prop_map(renewal),
            (0_i64..3_000).prop_map(|minutes| silence(Duration::minutes(minutes))),
            (-5_i64..5).prop_map(milestone),
        ],
        minutes in 0_i64..=60,
    ) {
        // The longest wait for a renewal and the shortest for the others are over first.
        let waits = [RenewalIn(730), NoContactFor(1), MilestoneOverdue(1)];
        let is_news = !due.news(waits, None, now() + Duration::minutes(minutes)).is_empty();
        prop_assert!(due.may_be_news(now()) || !is_news);
    }
}
