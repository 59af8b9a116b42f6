//! Working days: Monday to Friday.

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// The `n`-th working day after `date`; with `n` = 0 the date itself, or the next working day when it falls on a weekend.
pub fn add_working_days(date: NaiveDate, n: u32) -> NaiveDate {
    let next = |date: NaiveDate| {
        date.checked_add_days(Days::new(1))
            .unwrap_or(NaiveDate::MAX)
    };
    let rests = |date: NaiveDate| {
        date != NaiveDate::MAX && matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
    };
    let mut day = date;
    for _ in 0..n {
        day = next(day);
        while rests(day) {
            day = next(day);
        }
    }
    while rests(day) {
        day = next(day);
    }
    day
}
