//! Working days, and the hours in which a contact may be written to.
//!
//! Working days are Monday to Friday; public holidays are not known here. The sending window is 09:00 to 11:00 on a
//! working day by the contact's own clock.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Offset, TimeZone, Timelike, Utc, Weekday};
use chrono_tz::Tz;

/// The hour, local time, in which the sending window opens.
pub const WINDOW_OPENS_HOUR: u32 = 9;

/// The hour, local time, at which the sending window is closed again.
pub const WINDOW_CLOSES_HOUR: u32 = 11;

/// How far to look ahead at once. Nowhere do two clock changes lie closer together.
const STRIDE_SECS: i64 = 6 * 3600;

/// Whether `date` is a Monday, Tuesday, Wednesday, Thursday or Friday.
pub fn is_working_day(date: NaiveDate) -> bool {
    !matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

/// The `n`th working day after `date`: two working days after a Friday, a Saturday or a Sunday is a Tuesday.
///
/// With `n` 0 it is `date` itself, or the Monday after when `date` is on a weekend: nothing is ever due on a weekend.
/// Past the end of the calendar it is the last day that chrono knows.
pub fn add_working_days(date: NaiveDate, n: u32) -> NaiveDate {
    // From a weekend the count starts on the Friday before it, except that 0 means the Monday.
    let (start, n) = match date.weekday() {
        Weekday::Sat => (date.checked_sub_days(Days::new(1)), n.max(1)),
        Weekday::Sun => (date.checked_sub_days(Days::new(2)), n.max(1)),
        _ => (Some(date), n),
    };
    let rest = u64::from(n % 5);
    start
        .and_then(|start| {
            let weekend = u64::from(start.weekday().num_days_from_monday()) + rest > 4;
            let days = u64::from(n / 5) * 7 + rest + if weekend { 2 } else { 0 };
            start.checked_add_days(Days::new(days))
        })
        .unwrap_or(NaiveDate::MAX)
}

/// Whether a contact in `tz` may be written to at `now`.
pub fn in_window(tz: Tz, now: DateTime<Utc>) -> bool {
    let local = now.with_timezone(&tz);
    is_working_day(local.date_naive()) && (WINDOW_OPENS_HOUR..WINDOW_CLOSES_HOUR).contains(&local.hour())
}

/// The first moment, from `now` on, at which a contact in `tz` may be written to: `now` itself inside the window.
///
/// Right across clock changes: when the clock jumps over 09:00, the window opens with the jump; when it falls back into
/// the window, the window is open again; a day that the zone skips has none.
pub fn next_window_start(tz: Tz, now: DateTime<Utc>) -> DateTime<Utc> {
    if in_window(tz, now) {
        return now;
    }
    // Windows open on whole seconds.
    let mut at = now.timestamp() + i64::from(now.timestamp_subsec_nanos() > 0);
    while let Some(time) = DateTime::from_timestamp(at, 0) {
        if in_window(tz, time) {
            return time;
        }
        let next = at + secs_to_window(tz, time).min(STRIDE_SECS);
        at = clock_change(tz, at, next).unwrap_or(next);
    }
    now
}

/// Seconds until the window opens if the clock is not changed before; at least 1 outside the window.
fn secs_to_window(tz: Tz, time: DateTime<Utc>) -> i64 {
    let local = time.with_timezone(&tz).naive_local();
    let opens = NaiveTime::from_hms_opt(WINDOW_OPENS_HOUR, 0, 0).unwrap_or(NaiveTime::MIN);
    local
        .date()
        .iter_days()
        .filter(|date| is_working_day(*date))
        .map(|date| (date.and_time(opens) - local).num_seconds())
        .find(|secs| *secs > 0)
        .unwrap_or(STRIDE_SECS)
}

/// The first second after `from`, up to `to`, at which the zone's offset is no longer that of `from`.
fn clock_change(tz: Tz, from: i64, to: i64) -> Option<i64> {
    let before = offset_secs(tz, from);
    if offset_secs(tz, to) == before {
        return None;
    }
    let (mut same, mut changed) = (from, to);
    while changed - same > 1 {
        let middle = same + (changed - same) / 2;
        if offset_secs(tz, middle) == before {
            same = middle;
        } else {
            changed = middle;
        }
    }
    Some(changed)
}

/// Seconds by which local time is ahead of UTC.
fn offset_secs(tz: Tz, at: i64) -> i32 {
    DateTime::from_timestamp(at, 0)
        .map_or(0, |time| tz.offset_from_utc_datetime(&time.naive_utc()).fix().local_minus_utc())
}
