//! Of those who were asked for feedback, how many answered: by the week in which they were asked.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, Utc};
use serde::Serialize;

use super::interval::Share;
use crate::feedback::FeedbackRequest;

/// A week's requests.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "ResponseWeek")]
pub struct Week {
    /// Its Monday.
    pub week: NaiveDate,
    /// How many of its requests were answered by now: `n` were asked, `count` answered.
    #[serde(flatten)]
    pub answered: Share,
    /// How many can still be answered: the share of a week that is not over may grow.
    pub open: usize,
}

/// The weeks from that of `from` to that of `to`, empty ones too. A request counts once, however often its answer changed.
pub fn responses<'a>(
    requests: impl Iterator<Item = &'a FeedbackRequest>,
    from: NaiveDate,
    to: NaiveDate,
    now: DateTime<Utc>,
) -> Vec<Week> {
    let (first, last) = (monday(from), monday(to));
    let weeks = std::iter::successors(Some(first), |week| week.checked_add_days(Days::new(7)));
    let mut counts: Vec<(NaiveDate, [usize; 3])> =
        weeks.take_while(|week| *week <= last).map(|week| (week, [0; 3])).collect();
    for request in requests {
        let week = monday(request.asked_at.date_naive());
        let Ok(place) = counts.binary_search_by_key(&week, |(week, _)| *week) else { continue };
        let Some((_, [asked, answered, open])) = counts.get_mut(place) else { continue };
        let is_answered = request.first_answered_at.is_some();
        *asked += 1;
        *answered += usize::from(is_answered);
        *open += usize::from(!is_answered && request.expires_at > now);
    }
    let week = |(week, [asked, answered, open]): (NaiveDate, [usize; 3])| Week {
        week,
        answered: Share::of(answered, asked),
        open,
    };
    counts.into_iter().map(week).collect()
}

fn monday(day: NaiveDate) -> NaiveDate {
    day.checked_sub_days(Days::new(u64::from(day.weekday().num_days_from_monday()))).unwrap_or(day)
}
