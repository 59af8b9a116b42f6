//! Which customers count, on which day, and what was known about them before it.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};
use sha2::{Digest, Sha256};

use super::lead_time::{Falls, LEAD_DAYS};
use super::reconstruct::Reconstruction;
use crate::id::CustomerId;
use crate::measure::{MeasureValues, Name, Resolved};
use crate::score::breakdown::{RuleState, Score};
use crate::score::evaluate::Compiled;
use crate::score::history::Snapshot;
use crate::score::scorecard::{Scorecard, Test};
use crate::signal::{Outcome, OutcomeKind};

crate::words! {
    /// With whom churned customers are compared.
    #[derive(Default, schemars::JsonSchema)]
    pub enum Negatives {
        /// With those that renewed: both outcomes are facts of the same kind, so that this is the honest default.
        #[default]
        Renewed = "renewed",
        /// With those that renewed, and with those without any outcome in the period that had not left before, each at a day drawn
        /// from the days of the churns. For teams that write down churns alone.
        Stayed = "stayed",
    }
}

crate::words! {
    /// What a customer is in a backtest.
    pub enum CaseKind {
        /// It left.
        Churned = "churned",
        /// It renewed.
        Renewed = "renewed",
        /// It had no outcome, and did not leave.
        Stayed = "stayed",
    }
}

/// A customer with its outcomes, in any order: at least the newest one before the period, and the newest one in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Its id.
    pub customer: CustomerId,
    /// Its value of the attribute by which the backtest is split.
    pub segment: Option<String>,
    /// Its outcomes.
    pub outcomes: Vec<Outcome>,
}

/// A customer that counts, and its day.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// The customer.
    pub customer: CustomerId,
    /// Its value of the attribute by which the backtest is split.
    pub segment: Option<String>,
    /// What it is.
    pub kind: CaseKind,
    /// The day of its outcome.
    pub on: NaiveDate,
}

impl Chosen {
    /// Whether it left.
    pub fn churned(&self) -> bool {
        self.kind == CaseKind::Churned
    }
}

/// Who counts in the period from `from` to `to`, both inclusive: each customer once, in the order of `candidates`.
pub fn choose(candidates: &[Candidate], from: NaiveDate, to: NaiveDate, negatives: Negatives) -> Vec<Chosen> {
    let chosen = |candidate: &Candidate, kind, on| Chosen {
        customer: candidate.customer.clone(),
        segment: candidate.segment.clone(),
        kind,
        on,
    };
    let newest: Vec<Option<&Outcome>> =
        candidates.iter().map(|candidate| newest(candidate, |on| (from..=to).contains(&on))).collect();
    let churns = newest.iter().flatten().filter(|outcome| outcome.kind == OutcomeKind::Churned);
    let mut churn_days: Vec<NaiveDate> = churns.map(|outcome| outcome.on).collect();
    churn_days.sort_unstable();
    let counts = |(candidate, outcome): (&Candidate, Option<&Outcome>)| match outcome {
        Some(outcome) if outcome.kind == OutcomeKind::Churned => Some(chosen(candidate, CaseKind::Churned, outcome.on)),
        Some(outcome) => Some(chosen(candidate, CaseKind::Renewed, outcome.on)),
        None => {
            let before = self::newest(candidate, |on| on < from);
            let had_left = before.is_some_and(|outcome| outcome.kind == OutcomeKind::Churned);
            let on = drawn(&candidate.customer, &churn_days).filter(|_| negatives == Negatives::Stayed && !had_left)?;
            Some(chosen(candidate, CaseKind::Stayed, on))
        }
    };
    candidates.iter().zip(newest).filter_map(counts).collect()
}

/// The newest outcome on a day that counts.
fn newest(candidate: &Candidate, counts: impl Fn(NaiveDate) -> bool) -> Option<&Outcome> {
    candidate.outcomes.iter().filter(|outcome| counts(outcome.on)).max_by_key(|outcome| (outcome.on, &outcome.id))
}

/// At most `most` of those who count, half of them churned ones at most. Who is drawn follows from the ids alone. How many of each side
/// are drawn does not matter to an AUC; it does to shares.
pub fn draw(chosen: Vec<Chosen>, most: usize) -> Vec<Chosen> {
    if chosen.len() <= most {
        return chosen;
    }
    let (mut churned, mut others): (Vec<Chosen>, Vec<Chosen>) = chosen.into_iter().partition(Chosen::churned);
    let room_for_churned = (most / 2).max(most.saturating_sub(others.len()));
    for (side, room) in [(&mut churned, room_for_churned), (&mut others, most)] {
        side.sort_by_cached_key(|chosen| hash(&chosen.customer, "draw"));
        side.truncate(room);
    }
    others.truncate(most - churned.len());
    churned.append(&mut others);
    churned
}

/// A day of `days` by the customer's id alone: the same each time, and blind to everything else about the customer.
fn drawn(customer: &CustomerId, days: &[NaiveDate]) -> Option<NaiveDate> {
    let place = hash(customer, "reference day").checked_rem(days.len() as u64)?;
    days.get(usize::try_from(place).ok()?).copied()
}

/// A number from a customer's id, another one for each purpose.
pub(super) fn hash(customer: &CustomerId, purpose: &str) -> u64 {
    let digest = Sha256::digest(format!("{purpose}\n{customer}").as_bytes());
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The last moment at which something could be known so many whole days before the day `on`.
pub fn moment(on: NaiveDate, days: u32) -> DateTime<Utc> {
    let start = on.and_time(NaiveTime::MIN).and_utc();
    start.checked_sub_signed(Duration::days(i64::from(days)) + Duration::milliseconds(1)).unwrap_or(start)
}

crate::words! {
    /// Where it is known from what was known.
    pub enum Source {
        /// It was stored then.
        Stored = "stored",
        /// It was computed from the records of today, as far as these carry dates.
        Reconstructed = "reconstructed",
    }
}

/// What was known about a customer at a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// The moment.
    pub at: DateTime<Utc>,
    /// What was measured.
    pub measures: MeasureValues,
    /// From where.
    pub source: Source,
    /// Whether an override by hand acted; it is not applied.
    pub by_hand: bool,
}

/// What is known about a customer's past.
#[derive(Debug, Clone, Copy)]
pub struct History<'a> {
    /// What was stored, oldest first.
    pub snapshots: &'a [Snapshot],
    /// Stands in where nothing was stored yet; `None` = nothing does.
    pub reconstruction: Option<&'a Reconstruction<'a>>,
}

impl History<'_> {
    /// What was known at `at`; `None` when nothing tells.
    pub fn at(&self, at: DateTime<Utc>) -> Option<Known> {
        let stored = self.snapshots.iter().rev().find(|snapshot| snapshot.point.at <= at);
        if let Some(Snapshot { point, measures }) = stored {
            let by_hand = point.manual_override.as_ref().is_some_and(|manual| manual.acts_at(at));
            return Some(Known { at, measures: measures.clone(), source: Source::Stored, by_hand });
        }
        let measures = self.reconstruction?.at(at)?;
        Some(Known { at, measures, source: Source::Reconstructed, by_hand: false })
    }

    /// The bands of the days before `end`, oldest first: weekly where they are reconstructed, else at every stored point.
    fn bands(&self, tested: &Tested, end: DateTime<Utc>) -> Option<Falls> {
        let start = end - Duration::days(LEAD_DAYS);
        let first_stored = self.snapshots.first().map_or(end, |snapshot| snapshot.point.at);
        let weekly = std::iter::successors(Some(start), |at| at.checked_add_signed(Duration::days(7)));
        let reconstructed = weekly.take_while(|at| *at < end.min(first_stored)).collect::<Vec<_>>();
        let stored = self.snapshots.iter().map(|snapshot| snapshot.point.at).filter(|at| (start..end).contains(at));
        let begins_stored = (first_stored < start).then_some(start);
        let moments = reconstructed.into_iter().chain(begins_stored).chain(stored);
        Falls::walk(moments.filter_map(|at| Some((at, tested.score(&self.at(at)?).band))), end)
    }
}

/// A customer that counts, with all that is needed to judge scorecards on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Who, what and when.
    pub chosen: Chosen,
    /// What was known, by horizon.
    pub known: Vec<Option<Known>>,
    /// What was known at the end of the outcome's day.
    pub at_outcome: Option<Known>,
    /// When it fell into the bands of each scorecard; `None` without a history.
    pub falls: Vec<Option<Falls>>,
}

impl Case {
    /// Looks at a customer's history at each horizon (days before the outcome), and by each scorecard on its way to the outcome.
    pub fn new(chosen: Chosen, history: &History<'_>, horizons: &[u32], tested: &[&Tested]) -> Self {
        let on = chosen.on;
        let known = horizons.iter().map(|days| history.at(moment(on, *days))).collect();
        let at_outcome = on.succ_opt().and_then(|next| history.at(moment(next, 0)));
        let falls = tested.iter().map(|tested| history.bands(tested, moment(on, 0))).collect();
        Self { chosen, known, at_outcome, falls }
    }

    /// Whether it left.
    pub fn churned(&self) -> bool {
        self.chosen.churned()
    }
}

/// A scorecard that is tested.
#[derive(Debug, Clone)]
pub struct Tested {
    /// Its document.
    pub scorecard: Scorecard,
    /// The same, ready to be applied.
    pub compiled: Compiled,
    /// Its rules, and its overrides, each with whether it counts.
    pub(super) indicators: Vec<Indicator>,
}

/// A rule or an override: something that looks at a measure.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Indicator {
    pub(super) id: Name,
    pub(super) measure: Name,
    /// Whether it can change a score.
    pub(super) counts: bool,
    /// For an override, when it acts.
    when: Option<(Resolved, Test)>,
}

impl Tested {
    /// Prepares a scorecard; `version` is its stored version, if it is stored.
    pub fn new(scorecard: Scorecard, version: Option<u64>) -> Self {
        let rules = scorecard.dimensions.iter().flat_map(|dimension| {
            dimension.rules.iter().map(|rule| Indicator {
                id: rule.id.clone(),
                measure: rule.measure.clone(),
                counts: dimension.weight.0 > 0.0 && rule.weight.0 > 0.0,
                when: None,
            })
        });
        let overrides = scorecard.overrides().iter().map(|limit| Indicator {
            id: limit.id.clone(),
            measure: limit.when.measure.clone(),
            counts: true,
            when: Resolved::find(limit.when.measure.as_str()).map(|source| (source, limit.when.test.clone())),
        });
        let indicators = rules.chain(overrides).collect();
        let compiled = Compiled::new(&scorecard, version);
        Self { scorecard, compiled, indicators }
    }

    /// The score of what was known, as of then, without overrides by hand.
    pub fn score(&self, known: &Known) -> Score {
        self.compiled.evaluate(&known.measures, known.at)
    }

    /// The points of each indicator; `None` = its measure was not known, or stale. Of an override 0 when it acts, else 100.
    pub(super) fn points(&self, known: &Known) -> Vec<Option<f64>> {
        let score = self.score(known);
        let rules = score.dimensions.iter().flat_map(|dimension| &dimension.rules);
        let of_rules = rules.map(|rule| rule.points.filter(|_| rule.state == RuleState::Used));
        let overrides = self.indicators.iter().filter_map(|indicator| indicator.when.as_ref());
        let of_overrides = overrides.map(|(source, test)| {
            let observed = known.measures.get(source).filter(|observed| observed.observed_at <= known.at)?;
            Some(if test.passes(&observed.value) { 0.0 } else { 100.0 })
        });
        of_rules.chain(of_overrides).collect()
    }
}
