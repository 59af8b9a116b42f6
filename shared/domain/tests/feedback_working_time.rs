//! Working days and the contact's sending window.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use chrono::{DateTime, Datelike, Duration, NaiveDate, Offset, TimeZone, Timelike, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use keepwell_domain::working_time::{add_working_days, in_window, is_working_day, next_window_start};
use proptest::prelude::*;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn two_working_days_after_a_friday_is_a_tuesday_and_so_it_is_after_the_weekend() {
    for friday_to_sunday in ["2026-10-02", "2026-10-03", "2026-10-04"] {
        assert_eq!(add_working_days(date(friday_to_sunday), 2), date("2026-10-06"));
    }
    assert_eq!(add_working_days(date("2026-10-05"), 2), date("2026-10-07"));
    assert_eq!(add_working_days(date("2026-10-05"), 5), date("2026-10-12"));
}

#[test]
fn nothing_is_due_on_a_weekend_not_even_what_is_due_at_once() {
    assert_eq!(add_working_days(date("2026-10-02"), 0), date("2026-10-02"));
    assert_eq!(add_working_days(date("2026-10-03"), 0), date("2026-10-05"));
    assert_eq!(add_working_days(date("2026-10-04"), 0), date("2026-10-05"));
}

#[test]
fn the_end_of_the_calendar_is_no_accident() {
    assert_eq!(add_working_days(NaiveDate::MAX, u32::MAX), NaiveDate::MAX);
    assert_eq!(next_window_start(Tz::UTC, DateTime::<Utc>::MAX_UTC), DateTime::<Utc>::MAX_UTC);
}

proptest! {
    #[test]
    fn between_a_date_and_its_nth_working_day_lie_n_working_days(day in 700_000..760_000, n in 1_u32..400) {
        let from = NaiveDate::from_num_days_from_ce_opt(day).unwrap();
        let to = add_working_days(from, n);
        let between = from.iter_days().skip(1).take_while(|day| *day <= to).filter(|day| is_working_day(*day));
        prop_assert!(is_working_day(to));
        prop_assert_eq!(between.count(), n as usize);
    }
}

#[test]
fn the_window_is_open_from_nine_to_before_eleven_on_working_days_by_the_contacts_clock() {
    let berlin = Tz::Europe__Berlin;
    // Wednesday 30 September 2026, summer time: 09:00 is 07:00 UTC.
    assert!(!in_window(berlin, time("2026-09-30T06:59:59.999Z")));
    assert!(in_window(berlin, time("2026-09-30T07:00:00Z")));
    assert!(in_window(berlin, time("2026-09-30T08:59:59.999Z")));
    assert!(!in_window(berlin, time("2026-09-30T09:00:00Z")));
    assert!(!in_window(berlin, time("2026-10-03T07:30:00Z")), "a Saturday");
    // Sunday evening in UTC is Monday morning in Auckland.
    assert!(in_window(Tz::Pacific__Auckland, time("2026-10-04T20:30:00Z")));
}

#[test]
fn outside_the_window_the_next_one_opens_at_nine_local_time() {
    let check = |zone: Tz, now: &str, opens: &str| {
        assert_eq!(next_window_start(zone, time(now)), time(opens), "{zone} {now}");
    };
    check(Tz::Europe__Berlin, "2026-09-30T07:12:34.5Z", "2026-09-30T07:12:34.5Z");
    check(Tz::Europe__Berlin, "2026-09-30T06:59:59.5Z", "2026-09-30T07:00:00Z");
    check(Tz::Europe__Berlin, "2026-09-30T09:00:00Z", "2026-10-01T07:00:00Z");
    check(Tz::Europe__Berlin, "2026-10-02T09:00:00Z", "2026-10-05T07:00:00Z");
    // Over the end of summer time on Sunday 25 October 2026: an hour later in UTC.
    check(Tz::Europe__Berlin, "2026-10-23T09:00:00Z", "2026-10-26T08:00:00Z");
    // Over its beginning on Sunday 28 March 2027.
    check(Tz::Europe__Berlin, "2027-03-26T10:00:00Z", "2027-03-29T07:00:00Z");
    check(Tz::Asia__Kolkata, "2026-09-30T00:00:00Z", "2026-09-30T03:30:00Z");
}

#[test]
fn a_day_that_the_zone_skipped_has_no_window() {
    // Samoa went from Thursday 29 December 2011 straight to Saturday 31 December.
    let thursday_noon = time("2011-12-29T22:00:00Z");
    let monday_nine = time("2012-01-01T19:00:00Z");
    assert_eq!(next_window_start(Tz::Pacific__Apia, thursday_noon), monday_nine);
}

/// Every moment at which the offset of `zone` changed between two days, to the second.
fn clock_changes(zone: Tz, from: DateTime<Utc>, days: i64, step_days: u16) -> Vec<DateTime<Utc>> {
    let offset = |at: i64| {
        let time = DateTime::from_timestamp(at, 0).unwrap();
        zone.offset_from_utc_datetime(&time.naive_utc()).fix().local_minus_utc()
    };
    let end = (from + Duration::days(days)).timestamp();
    let mut changes = Vec::new();
    for start in (from.timestamp()..end).step_by(usize::from(step_days) * 86_400) {
        let (mut low, mut high) = (start, start + i64::from(step_days) * 86_400);
        if offset(low) == offset(high) {
            continue;
        }
        while high - low > 1 {
            let middle = i64::midpoint(low, high);
            if offset(middle) == offset(low) {
                low = middle;
            } else {
                high = middle;
            }
        }
        changes.push(DateTime::from_timestamp(high, 0).unwrap());
    }
    changes
}

/// What the window means, without any cleverness: the first quarter of an hour from `now` on that lies in it.
fn by_looking_at_every_quarter(zone: Tz, now: DateTime<Utc>) -> DateTime<Utc> {
    let mut at = now;
    while !in_window(zone, at) {
        at += Duration::minutes(15);
    }
    at
}

#[test]
fn in_every_zone_and_around_both_clock_changes_the_window_is_the_first_moment_that_is_inside() {
    let mut seen = 0;
    for zone in TZ_VARIANTS {
        let changes = clock_changes(zone, time("2026-01-01T00:00:00Z"), 366, 7);
        let samples = changes
            .iter()
            .copied()
            .chain([time("2026-06-03T00:00:00Z")])
            .flat_map(|change| [-75, -26, -3, -1, 0, 1, 14].map(|hours| change + Duration::hours(hours)));
        for now in samples {
            let start = next_window_start(zone, now);
            let local = start.with_timezone(&zone);
            assert!(start >= now && in_window(zone, start), "{zone} {now} {start}");
            assert!(start - now <= Duration::days(4), "{zone} {now} {start}");
            assert!(
                start == now || (local.hour(), local.minute()) == (9, 0),
                "no clock change of 2026 falls into a window: {zone} {now} {local}"
            );
            assert_eq!(next_window_start(zone, start), start, "asking again changes nothing");
            let quarters = now.timestamp() % 900 == 0 && start.timestamp() % 900 == 0;
            if quarters && seen % 5 == 0 {
                assert_eq!(start, by_looking_at_every_quarter(zone, now), "{zone} {now}");
            }
            seen += 1;
        }
        assert!(changes.len() <= 4, "{zone} {changes:?}");
    }
    assert!(seen > 4_000, "{seen}");
}

#[test]
fn even_a_clock_change_inside_the_window_is_right() {
    // All changes since 1970 that begin or end between 07:00 and 13:00 local time: date line moves, ships' zones, polar stations.
    let mut seen = 0;
    for zone in TZ_VARIANTS.into_iter().step_by(3) {
        for change in clock_changes(zone, time("1970-01-01T00:00:00Z"), 365 * 56, 14) {
            let hour = change.with_timezone(&zone).hour();
            if !(7..13).contains(&hour) || change.timestamp() % 900 != 0 {
                continue;
            }
            seen += 1;
            for minutes in [-180, -90, -30, -15, 0, 15, 60] {
                let now = change + Duration::minutes(minutes);
                assert_eq!(
                    next_window_start(zone, now),
                    by_looking_at_every_quarter(zone, now),
                    "{zone} {now} {}",
                    now.with_timezone(&zone).weekday()
                );
            }
        }
    }
    assert!(seen > 0);
}
