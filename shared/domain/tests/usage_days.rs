//! Usage folded by day: each message once, whatever comes twice, late or in another order.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, NaiveDate, TimeZone as _, Utc};
use keepwell_domain::signal::UsageEvent;
use keepwell_domain::usage::{DAY_ROWS, Folded, ROW_MESSAGES, UsageDay, UsageDays, whole_days};
use proptest::prelude::*;

fn at(day: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 1, 12, 0, 0).unwrap() + Duration::days(day)
}

fn event(id: &str, day: i64) -> UsageEvent {
    UsageEvent {
        message_id: id.to_owned(),
        at: at(day),
        user: Some(format!("user-{}", id.len())),
        feature: Some("export".to_owned()),
        count: 1,
        duration_secs: 2,
    }
}

fn rows(days: UsageDays) -> Vec<UsageDay> {
    days.changed().map(|row| row.day).collect()
}

#[test]
fn a_message_that_comes_again_within_seven_days_counts_once() {
    for (apart, becomes) in [(0, Folded::Known), (7, Folded::Known), (-7, Folded::Known), (8, Folded::New)] {
        let mut days = UsageDays::default();
        assert_eq!(days.fold(&event("m", 10)), Folded::New);
        assert_eq!(days.fold(&event("m", 10 + apart)), becomes, "{apart} days apart");
    }
}

#[test]
fn the_window_reaches_seven_days_to_either_side() {
    let day = |day: u32| NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
    assert_eq!(UsageDays::window([day(20), day(10), day(12)]), Some((day(3), day(27))));
    assert_eq!(UsageDays::window([]), None);
}

#[test]
fn only_the_row_that_changed_is_written_and_under_its_revision() {
    let stored = [(UsageDay::empty(at(1).date_naive()), 4), (UsageDay::empty(at(2).date_naive()), 9)];
    let mut days = UsageDays::of(stored);
    days.fold(&event("a", 2));
    days.fold(&event("b", 3));
    let changed: Vec<_> = days.changed().map(|row| (row.day.day, row.revision)).collect();
    assert_eq!(changed, [(at(2).date_naive(), Some(9)), (at(3).date_naive(), None)]);
}

#[test]
fn a_busy_day_goes_on_in_further_rows_and_is_read_as_one() {
    let mut days = UsageDays::default();
    let total = ROW_MESSAGES + ROW_MESSAGES / 2;
    for n in 0..total {
        assert_eq!(days.fold(&event(&format!("m{n}"), 0)), Folded::New);
    }
    assert_eq!(days.fold(&event("m0", 0)), Folded::Known, "a message of the first row");
    let rows = rows(days);
    assert_eq!(
        rows.iter().map(|row| (row.part, row.message_hashes.len())).collect::<Vec<_>>(),
        [(0, ROW_MESSAGES), (1, ROW_MESSAGES / 2)]
    );
    let day = whole_days(rows);
    assert_eq!((day.len(), day[0].events, day[0].features["export"]), (1, total as u64, total as u64));
    assert_eq!(day[0].users.len(), 4, "users of both rows, each once");
}

#[test]
fn a_row_of_long_names_is_full_before_it_has_its_messages() {
    let mut days = UsageDays::default();
    for n in 0..ROW_MESSAGES {
        let user = Some(format!("{n:0200}"));
        days.fold(&UsageEvent { user, ..event(&format!("m{n}"), 0) });
    }
    let rows = rows(days);
    assert!(rows.len() > 1);
    for row in rows {
        let names: usize = row.users.iter().map(String::len).sum();
        assert!(names + 8 * row.message_hashes.len() < 200_000, "{names}");
    }
}

#[test]
fn a_day_takes_fifty_thousand_messages_and_then_says_so() {
    let mut days = UsageDays::default();
    let most = ROW_MESSAGES * DAY_ROWS as usize;
    for n in 0..most {
        assert_eq!(days.fold(&event(&n.to_string(), 0)), Folded::New, "{n}");
    }
    assert_eq!(days.fold(&event("one more", 0)), Folded::DayFull);
    assert_eq!(days.fold(&event("7", 0)), Folded::Known);
    assert_eq!(days.fold(&event("one more", 1)), Folded::New, "the next day");
}

#[test]
fn hashes_are_stored_in_eight_bytes_each_and_old_rows_are_still_read() {
    let mut day = UsageDay::empty(at(0).date_naive());
    for n in 0..3 {
        day.fold(&event(&n.to_string(), 0));
    }
    // The run of bytes, as JSON shows bytes.
    let stored = serde_json::to_value(&day).unwrap();
    assert_eq!(stored["message_hashes"].as_array().unwrap().len(), 24);
    let mut old = stored.clone();
    let hashes: Vec<u64> = day.message_hashes.clone().into_iter().collect();
    old["message_hashes"] = serde_json::json!(hashes);
    assert_eq!(serde_json::from_value::<UsageDay>(old).unwrap(), day);
}

proptest! {
    #[test]
    fn what_comes_twice_or_in_another_order_within_a_day_changes_nothing(
        events in prop::collection::vec((0_u8..40, 0_i64..20), 1..60),
        seed in any::<u64>(),
    ) {
        // A message id with one day: a message that tells two times counts where it came first.
        let by_id: BTreeMap<u8, i64> = events.iter().copied().collect();
        let mut shuffled: Vec<(u8, i64)> = by_id.iter().map(|(id, day)| (*id, *day)).collect();
        let mut straight = UsageDays::default();
        for (id, day) in &shuffled {
            straight.fold(&event(&id.to_string(), *day));
        }
        shuffled.sort_by_key(|(id, _)| (u64::from(*id) + 1).wrapping_mul(seed | 1));
        let mut again = UsageDays::default();
        for (id, day) in shuffled.iter().chain(&shuffled) {
            again.fold(&event(&id.to_string(), *day));
        }
        prop_assert_eq!(rows(straight), rows(again));
    }
}
