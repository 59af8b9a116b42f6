//! The gist of a signal: what measures see of it, and for how long.
//!
//! A customer's signals grow for years; what a score looks at does not. So each signal is kept twice: whole, and as its gist,
//! which is read until no measure's window reaches it any more. What measures look for however long ago it was (the last
//! meeting, the last thing that happened to a ticket, the newest outcome) is remembered in [`LastSignals`].

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    CustomMeasure, Goal, Interaction, InteractionKind, Message, Opportunity, Outcome, OutcomeKind, Survey, Ticket,
};
use crate::happiness::{ANSWER_VALID_DAYS, Answer};
use crate::id::RecordId;

/// A signal of which measures see the gist.
pub trait Gist: Sized {
    /// The signal without its texts, which no measure reads.
    #[must_use]
    fn gist(&self) -> Self;

    /// Until when a measure may look at it; `None` = until further notice.
    fn counts_until(&self) -> Option<DateTime<Utc>>;

    /// Enters it into what is remembered for good, if at `now` it belongs there.
    fn remember(&self, _last: &mut LastSignals, _now: DateTime<Utc>) {}

    /// Takes what is remembered of signals of this kind out of `last`.
    fn forget(_last: &mut LastSignals) {}
}

/// The newest of each thing that measures look for however long ago it was, of what has happened so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LastSignals {
    /// When the CSM last met, called or wrote to the customer.
    pub met_at: Option<DateTime<Utc>>,
    /// When something last happened to a ticket.
    pub ticket_at: Option<DateTime<Utc>>,
    /// The newest outcome.
    pub outcome: Option<Outcome>,
}

impl LastSignals {
    /// Whether the customer has left: its newest outcome is a churn.
    pub fn has_churned(&self) -> bool {
        self.outcome.as_ref().is_some_and(|newest| newest.kind == OutcomeKind::Churned)
    }

    /// Whether something that is remembered of `before` is no longer true with `after` in its place. Then only all signals of
    /// the kind can tell what is to be remembered.
    pub fn loses<S: Gist>(&self, before: &S, after: &S, now: DateTime<Utc>) -> bool {
        let alone = |signal: &S| {
            let mut last = Self::default();
            signal.remember(&mut last, now);
            last
        };
        let (was, is) = (alone(before), alone(after));
        lost(self.met_at, was.met_at, is.met_at)
            || lost(self.ticket_at, was.ticket_at, is.ticket_at)
            || lost(self.newest_outcome(), was.newest_outcome(), is.newest_outcome())
    }

    fn newest_outcome(&self) -> Option<(NaiveDate, &RecordId)> {
        self.outcome.as_ref().map(|outcome| (outcome.on, &outcome.id))
    }
}

/// Whether what is known may rest on what was, and does not rest on what is. What was may be newer than what is known: nobody
/// has looked since it happened.
fn lost<T: Ord + Copy>(known: Option<T>, was: Option<T>, is: Option<T>) -> bool {
    known.is_some() && was >= known && is < known
}

impl Gist for Interaction {
    fn gist(&self) -> Self {
        Self { notes: String::new(), participants: Vec::new(), by: None, ..self.clone() }
    }

    fn counts_until(&self) -> Option<DateTime<Utc>> {
        days_after(self.at, 180)
    }

    fn remember(&self, last: &mut LastSignals, now: DateTime<Utc>) {
        if self.kind != InteractionKind::Note && self.at <= now {
            last.met_at = last.met_at.max(Some(self.at));
        }
    }

    fn forget(last: &mut LastSignals) {
        last.met_at = None;
    }
}

impl Ticket {
    fn happenings(&self) -> impl Iterator<Item = DateTime<Utc>> {
        [Some(self.opened_at), self.first_response_at, self.closed_at].into_iter().flatten()
    }
}

impl Gist for Ticket {
    fn gist(&self) -> Self {
        Self { subject: None, text: None, ..self.clone() }
    }

    fn counts_until(&self) -> Option<DateTime<Utc>> {
        self.closed_at?;
        days_after(self.happenings().max()?, 90)
    }

    fn remember(&self, last: &mut LastSignals, now: DateTime<Utc>) {
        if self.opened_at <= now {
            last.ticket_at = self.happenings().filter(|at| *at <= now).max().max(last.ticket_at);
        }
    }

    fn forget(last: &mut LastSignals) {
        last.ticket_at = None;
    }
}

impl Gist for Survey {
    fn gist(&self) -> Self {
        Self { comment: None, ..self.clone() }
    }

    fn counts_until(&self) -> Option<DateTime<Utc>> {
        days_after(self.at, 180)
    }
}

impl Gist for Goal {
    fn gist(&self) -> Self {
        let mut goal = Self { name: String::new(), ..self.clone() };
        for milestone in &mut goal.milestones {
            milestone.name = String::new();
        }
        goal
    }

    /// A goal counts until it is 90 days overdue, a milestone for 180 days.
    fn counts_until(&self) -> Option<DateTime<Utc>> {
        let of_milestones = self.milestones.iter().map(|milestone| (milestone.due_on, 180));
        let ends = of_milestones.chain([(self.due_on, 91)]).map(|(due_on, days)| days_after(start_of(due_on), days));
        ends.collect::<Option<Vec<_>>>()?.into_iter().max()
    }
}

impl Gist for Message {
    fn gist(&self) -> Self {
        Self { text: String::new(), ..self.clone() }
    }

    fn counts_until(&self) -> Option<DateTime<Utc>> {
        days_after(self.at, 90)
    }
}

impl Gist for Opportunity {
    fn gist(&self) -> Self {
        Self { stage: None, ..self.clone() }
    }

    fn counts_until(&self) -> Option<DateTime<Utc>> {
        self.outcome?;
        days_after(start_of(self.closes_on), 366)
    }
}

impl Gist for Outcome {
    fn gist(&self) -> Self {
        Self { reason: None, ..self.clone() }
    }

    /// Long enough for a recompute after its day to remember it.
    fn counts_until(&self) -> Option<DateTime<Utc>> {
        days_after(start_of(self.on), 90)
    }

    fn remember(&self, last: &mut LastSignals, now: DateTime<Utc>) {
        let is_newest = last.newest_outcome().is_none_or(|known| known <= (self.on, &self.id));
        if self.on <= now.date_naive() && is_newest {
            last.outcome = Some(self.gist());
        }
    }

    fn forget(last: &mut LastSignals) {
        last.outcome = None;
    }
}

impl Gist for CustomMeasure {
    fn gist(&self) -> Self {
        self.clone()
    }

    fn counts_until(&self) -> Option<DateTime<Utc>> {
        None
    }
}

impl Gist for Answer {
    fn gist(&self) -> Self {
        Self { comment: None, ..self.clone() }
    }

    /// A drop is seen against what was shown up to 90 days ago, and that rests on answers of the 90 days before.
    fn counts_until(&self) -> Option<DateTime<Utc>> {
        days_after(self.at, 2 * ANSWER_VALID_DAYS)
    }
}

fn start_of(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

/// `None` beyond the end of the calendar, which is as good as until further notice.
fn days_after(at: DateTime<Utc>, days: i64) -> Option<DateTime<Utc>> {
    at.checked_add_signed(Duration::days(days))
}
