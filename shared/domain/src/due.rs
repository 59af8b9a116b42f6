//! What time alone brings about a customer: a renewal that comes near, a silence, a milestone that is late.
//!
//! Each such thing has one moment (the renewal's day, the last meeting, the milestone's day) and is news whenever somebody waits for
//! a number of days and the moment is that far ahead or back. So it stands in an index under its moment, and whoever looks for news
//! asks for a stretch of moments: what that costs follows from what became due, not from the number of customers.

use std::fmt;

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use crate::automation::trigger::TimeTrigger;
use crate::customer::Customer;
use crate::event::Fact;
use crate::id::RecordId;
use crate::signal::{Goal, MAX_MILESTONES};

/// Longest wait for a renewal, in days: what a document may say.
const LONGEST_AHEAD: i64 = 730;

/// Longest wait for a milestone, in days: what a document may say.
const LONGEST_LATE: i64 = 365;

crate::words! {
    /// The kinds of what is due.
    pub enum DueKind {
        /// A renewal comes near.
        Renewal = "renewal",
        /// Nobody met the customer.
        Contact = "contact",
        /// A milestone is late.
        Milestone = "milestone",
    }
}

impl DueKind {
    /// Whether its moments are days, and not times of a day.
    pub fn is_of_a_day(self) -> bool {
        self != Self::Contact
    }
}

/// One thing that time brings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Due {
    /// A renewal.
    Renewal {
        /// Its day.
        on: NaiveDate,
    },
    /// The next meeting.
    Contact {
        /// When the silence began: with the last meeting, or with the customer's creation.
        since: DateTime<Utc>,
        /// The last meeting; `None` = there was none.
        last_met_at: Option<DateTime<Utc>>,
    },
    /// A milestone that is not done.
    Milestone {
        /// Its goal.
        goal: RecordId,
        /// Its name.
        milestone: String,
        /// Its day.
        due_on: NaiveDate,
    },
}

/// What the index has about a customer itself, as far as it can be told from the customer's row. Goals bring their own.
///
/// It is stored in the row, as `2026-06-10 1772438400000`: each kilobyte of a row costs six write units, indexes included.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Awaited {
    /// The renewal.
    pub renewal: Option<NaiveDate>,
    /// When the silence began.
    pub silent_since: Option<DateTime<Utc>>,
}

impl Awaited {
    /// What should be in the index about `customer`: nothing once it left. While it is not known when it was met last, the silence
    /// stays what it was.
    pub fn of(customer: &Customer) -> Self {
        if customer.churned {
            return Self::default();
        }
        let known = customer.awaited.as_ref().and_then(|awaited| awaited.silent_since);
        let silent_since = match &customer.last_signals {
            Some(last) => Some(last.met_at.unwrap_or(customer.created_at)),
            None => known,
        };
        Self { renewal: customer.profile.renewal_on, silent_since }
    }

    /// The renewal, as it stands in the index.
    pub fn renewal(&self) -> Option<Due> {
        self.renewal.map(|on| Due::Renewal { on })
    }

    /// The silence of `customer`, as it stands in the index.
    pub fn contact(&self, customer: &Customer) -> Option<Due> {
        let last_met_at = customer.last_met_at();
        self.silent_since.map(|since| Due::Contact { since, last_met_at })
    }
}

impl From<Awaited> for String {
    fn from(Awaited { renewal, silent_since }: Awaited) -> Self {
        let renewal = renewal.map(|on| on.to_string()).unwrap_or_default();
        let since = silent_since.map(|since| since.timestamp_millis().to_string()).unwrap_or_default();
        format!("{renewal} {since}")
    }
}

impl TryFrom<String> for Awaited {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not a day and a moment");
        let (renewal, since) = text.split_once(' ').ok_or_else(wrong)?;
        let some = |part: &str| Some(part.to_owned()).filter(|part| !part.is_empty());
        let renewal = some(renewal).map(|day| day.parse().map_err(|_| wrong())).transpose()?;
        let moment = |millis: String| millis.parse().ok().and_then(DateTime::from_timestamp_millis).ok_or_else(wrong);
        Ok(Self { renewal, silent_since: some(since).map(moment).transpose()? })
    }
}

impl Due {
    /// The goal's milestones that are not done, each with its place in the goal. A goal of long ago may have more than one may have now.
    pub fn milestones(goal: &Goal) -> Vec<(usize, Self)> {
        let places = goal.milestones.iter().enumerate().take(MAX_MILESTONES);
        let open = places.filter(|(_, milestone)| milestone.done_on.is_none());
        let due = open.map(|(place, milestone)| {
            let (goal, milestone, due_on) = (goal.id.clone(), milestone.name.clone(), milestone.due_on);
            (place, Self::Milestone { goal, milestone, due_on })
        });
        due.collect()
    }

    /// Its kind.
    pub fn kind(&self) -> DueKind {
        match self {
            Self::Renewal { .. } => DueKind::Renewal,
            Self::Contact { .. } => DueKind::Contact,
            Self::Milestone { .. } => DueKind::Milestone,
        }
    }

    /// The moment from which days are counted. Days begin at midnight UTC.
    pub fn moment(&self) -> DateTime<Utc> {
        match self {
            Self::Renewal { on: day } | Self::Milestone { due_on: day, .. } => midnight(*day),
            Self::Contact { since, .. } => *since,
        }
    }

    /// When it becomes news for whoever waits for `wait`; `None` when that is for another kind.
    pub fn crossed_at(&self, wait: TimeTrigger) -> Option<DateTime<Utc>> {
        if wait.due_kind() != self.kind() {
            return None;
        }
        self.moment().checked_sub_signed(wait.ahead())
    }

    /// From when on nobody can wait for it any more; `None` = a silence has no end of its own.
    pub fn ends_at(&self) -> Option<DateTime<Utc>> {
        match self {
            // A renewal is news on its own day too.
            Self::Renewal { .. } => self.moment().checked_add_signed(Duration::days(1)),
            Self::Contact { .. } => None,
            Self::Milestone { .. } => self.moment().checked_add_signed(Duration::days(LONGEST_LATE + 1)),
        }
    }

    /// Whether nobody can wait for it any more.
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.ends_at().is_some_and(|end| end <= now)
    }

    /// Whether some wait may be over already, or before the next hour is: then somebody must look, with the waits at hand.
    pub fn may_be_news(&self, now: DateTime<Utc>) -> bool {
        let earliest = match self {
            Self::Renewal { .. } => self.moment().checked_sub_signed(Duration::days(LONGEST_AHEAD)),
            Self::Contact { .. } | Self::Milestone { .. } => self.moment().checked_add_signed(Duration::days(1)),
        };
        // Beyond the calendar is far away.
        earliest.is_some_and(|earliest| earliest <= now + Duration::hours(1))
    }

    /// For which waits it is news at `now`, in order of time.
    ///
    /// `settled_at` is until when its news was looked for before. `None` = it is new, and of all waits that are over already only the
    /// last counts: a renewal in 20 days is within 30, and nobody needs to hear that it is within 90 too.
    pub fn news(
        &self,
        waits: impl IntoIterator<Item = TimeTrigger>,
        settled_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Vec<(DateTime<Utc>, TimeTrigger)> {
        if self.is_over(now) {
            return Vec::new();
        }
        let crossed = waits.into_iter().filter_map(|wait| Some((self.crossed_at(wait)?, wait)));
        let mut news: Vec<_> = crossed.filter(|(at, _)| *at <= now).collect();
        news.sort_unstable();
        match settled_at {
            Some(settled_at) => news.retain(|(at, _)| *at > settled_at),
            None => {
                news.drain(..news.len().saturating_sub(1));
            }
        }
        news
    }

    /// What is published when `days` days were waited for.
    pub fn fact(&self, days: u32) -> Fact {
        match self.clone() {
            Self::Renewal { on } => Fact::RenewalApproaching { renewal_on: on, days },
            Self::Contact { last_met_at, .. } => Fact::ContactLapsed { last_met_at, days },
            Self::Milestone { goal, milestone, due_on } => Fact::MilestoneOverdue { goal, milestone, due_on, days },
        }
    }

    /// Tells it from all others of its kind and customer: another renewal day, another last meeting, another milestone or day of it.
    pub fn instance(&self) -> String {
        match self {
            Self::Renewal { on } => on.to_string(),
            Self::Contact { since, .. } => since.timestamp_millis().to_string(),
            Self::Milestone { goal, milestone, due_on } => format!("{goal} {due_on} {milestone}"),
        }
    }
}

impl TimeTrigger {
    /// What it waits for.
    pub fn due_kind(self) -> DueKind {
        match self {
            Self::RenewalIn(_) => DueKind::Renewal,
            Self::NoContactFor(_) => DueKind::Contact,
            Self::MilestoneOverdue(_) => DueKind::Milestone,
        }
    }

    /// How many days.
    pub fn days(self) -> u32 {
        match self {
            Self::RenewalIn(days) | Self::NoContactFor(days) | Self::MilestoneOverdue(days) => days,
        }
    }

    /// How long before the moment it is over; negative = after it.
    pub fn ahead(self) -> Duration {
        let days = Duration::days(i64::from(self.days()));
        match self {
            Self::RenewalIn(_) => days,
            Self::NoContactFor(_) | Self::MilestoneOverdue(_) => -days,
        }
    }
}

impl fmt::Display for TimeTrigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.due_kind(), self.days())
    }
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}
