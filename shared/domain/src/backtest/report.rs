//! All that a backtest says about a scorecard, with a verdict in plain words.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::NEEDED;
use super::bands::{Decile, Found, Green, Scored, deciles, found, green};
use super::cases::{Case, CaseKind, Negatives, Source, Tested};
use super::lead_time::{Falls, LeadTime, lead_times};
use super::leakage::{Warning, percent, warnings};
use super::roc::{Estimate, Placements, RocPoint, roc};
use crate::score::breakdown::ScorecardVersion;

/// Shares of reconstructed customers that differ by more than this between churned and others may make a result by themselves.
const UNEVEN: f64 = 0.2;

/// The whole answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Backtest {
    /// First day of the period.
    pub from: NaiveDate,
    /// Last day of the period.
    pub to: NaiveDate,
    /// With whom churned customers are compared.
    pub negatives: Negatives,
    /// By which attribute it is split, if by any.
    pub segment: Option<String>,
    /// Who counts.
    pub cases: Cases,
    /// What is said about each scorecard: the one that was asked for, and the one that it is compared with.
    pub scorecards: Vec<Tests>,
    /// The difference of the two; empty without a second one.
    pub differences: Vec<Difference>,
    /// What is to be known before the numbers are believed.
    pub notes: Vec<String>,
}

/// Who counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "BacktestCases")]
pub struct Cases {
    /// Customers that left in the period.
    pub churned: usize,
    /// Customers that renewed in it.
    pub renewed: usize,
    /// Customers without an outcome in it, when they are asked for.
    pub stayed: usize,
    /// Of how many of each side these were drawn; as many as there are, unless there were too many.
    pub drawn_from: Counts,
}

/// What is said about one scorecard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "ScorecardTest")]
pub struct Tests {
    /// Which.
    pub scorecard: ScorecardVersion,
    /// By days before the outcome.
    pub horizons: Vec<Horizon>,
    /// How long before they left customers fell into the bands.
    pub lead_time: Vec<LeadTime>,
}

/// How a scorecard did so many days before the outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "BacktestHorizon")]
pub struct Horizon {
    /// Days before the outcome.
    pub days: u32,
    /// Who was scored.
    pub scored: Counts,
    /// Customers left out: nothing tells what was known about them on that day.
    pub without_history: Counts,
    /// Customers left out: what was known made no score.
    pub without_score: Counts,
    /// Of those scored, customers whose history was reconstructed from signals.
    pub reconstructed: Counts,
    /// Of those scored, customers whose score was set by hand then; the scorecard's own is used.
    pub set_by_hand: usize,
    /// What it means.
    pub verdict: Verdict,
    /// The AUC; `None` with too few customers.
    pub auc: Option<Estimate>,
    /// The ROC curve; empty with too few customers.
    pub roc: Vec<RocPoint>,
    /// Calibration; empty with too few customers.
    pub deciles: Vec<Decile>,
    /// What the bands find; empty with too few customers.
    pub alarms: Vec<Found>,
    /// How many of those who left looked well.
    pub green: Green,
    /// By segment, the largest first.
    pub segments: Vec<Segment>,
    /// Measures that may know the outcome.
    pub warnings: Vec<Warning>,
}

/// A count of each side.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "CaseCounts")]
pub struct Counts {
    /// Customers that left.
    pub churned: usize,
    /// Customers that did not.
    pub others: usize,
}

impl Counts {
    /// Of customers who left and who did not.
    pub fn of(churned: impl IntoIterator<Item = bool>) -> Self {
        let mut counts = Self::default();
        churned.into_iter().for_each(|churned| counts.add(churned));
        counts
    }

    fn add(&mut self, churned: bool) {
        if churned {
            self.churned += 1;
        } else {
            self.others += 1;
        }
    }

    /// Whether there are enough of both to judge by.
    fn suffice(self) -> bool {
        self.churned >= NEEDED && self.others >= NEEDED
    }
}

/// What a horizon means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Verdict {
    /// In one word.
    pub word: VerdictWord,
    /// How many of each side are needed at least.
    pub needed: usize,
    /// In a sentence.
    pub text: String,
}

crate::words! {
    /// What a horizon means, in one word.
    #[derive(schemars::JsonSchema)]
    pub enum VerdictWord {
        /// The interval lies above 0.5.
        Predicts = "predicts",
        /// The interval contains 0.5.
        DoesNotPredict = "does_not_predict",
        /// The interval lies below 0.5.
        WrongWay = "wrong_way",
        /// Nothing can be said.
        TooFew = "too_few",
    }
}

impl Verdict {
    fn new(counts: Counts, auc: Option<Estimate>) -> Self {
        let (word, text) = match auc {
            None => (VerdictWord::TooFew, too_few(counts)),
            Some(auc) => judge(auc),
        };
        Self { word, needed: NEEDED, text }
    }
}

fn judge(auc: Estimate) -> (VerdictWord, String) {
    let numbers = format!("AUC {:.2}, interval {:.2} to {:.2}", auc.value, auc.low, auc.high);
    if auc.low > 0.5 {
        let text =
            format!("The score predicts: customers who left had the lower score more often than chance ({numbers}).");
        (VerdictWord::Predicts, text)
    } else if auc.high < 0.5 {
        let text = format!("The score points the wrong way: customers who left had the higher score ({numbers}).");
        (VerdictWord::WrongWay, text)
    } else {
        (VerdictWord::DoesNotPredict, format!("The score does not predict: the interval contains 0.5 ({numbers})."))
    }
}

/// Why nothing is said.
pub(super) fn too_few(counts: Counts) -> String {
    let Counts { churned, others } = counts;
    let (count, who) = if churned < NEEDED { (churned, "churned") } else { (others, "other") };
    let customers = if count == 1 { "customer" } else { "customers" };
    format!(
        "Not judged: {count} {who} {customers} with a score, and {NEEDED} are needed. Fewer say nothing, whatever the numbers look like."
    )
}

/// One value of the attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "BacktestSegment")]
pub struct Segment {
    /// The value; `None` = not set.
    pub value: Option<String>,
    /// Who was scored.
    pub scored: Counts,
    /// The AUC; `None` with too few customers.
    pub auc: Option<Estimate>,
}

/// The AUC of the scorecard that was asked for minus that of the other one, on the customers that both score.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "BacktestDifference")]
pub struct Difference {
    /// Days before the outcome.
    pub days: u32,
    /// Whom both score.
    pub scored: Counts,
    /// The difference, paired; `None` with too few customers.
    pub difference: Option<Estimate>,
    /// In a sentence.
    pub text: String,
}

/// What was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// First day of the period.
    pub from: NaiveDate,
    /// Last day of the period.
    pub to: NaiveDate,
    /// Days before the outcome, as in the cases.
    pub horizons: Vec<u32>,
    /// With whom churned customers are compared.
    pub negatives: Negatives,
    /// By which attribute it is split.
    pub segment: Option<String>,
}

/// Judges `tested` (the scorecard that was asked for, and perhaps one to compare it with) on the cases, which were drawn from so many.
pub fn backtest(question: &Question, cases: &[Case], drawn_from: Counts, tested: &[&Tested]) -> Backtest {
    let scorecards: Vec<Tests> =
        tested.iter().enumerate().map(|(place, tested)| tests(question, cases, tested, place)).collect();
    let differences = match tested {
        [one, other, ..] => differences(question, cases, one, other),
        _ => Vec::new(),
    };
    let of_kind = |kind| cases.iter().filter(|case| case.chosen.kind == kind).count();
    Backtest {
        from: question.from,
        to: question.to,
        negatives: question.negatives,
        segment: question.segment.clone(),
        cases: Cases {
            churned: of_kind(CaseKind::Churned),
            renewed: of_kind(CaseKind::Renewed),
            stayed: of_kind(CaseKind::Stayed),
            drawn_from,
        },
        notes: notes(question, cases, drawn_from, &scorecards),
        scorecards,
        differences,
    }
}

fn tests(question: &Question, cases: &[Case], tested: &Tested, place: usize) -> Tests {
    let horizons = question.horizons.iter().enumerate();
    let falls = |churned: bool| -> Vec<Falls> {
        let side = cases.iter().filter(|case| case.churned() == churned);
        side.filter_map(|case| case.falls.get(place).copied().flatten()).collect()
    };
    Tests {
        scorecard: tested.compiled.version().clone(),
        horizons: horizons.map(|(horizon, days)| self::horizon(question, cases, tested, horizon, *days)).collect(),
        lead_time: lead_times(&falls(true), &falls(false)),
    }
}

/// What a scorecard says about a case at a horizon.
fn scored(case: &Case, tested: &Tested, horizon: usize) -> Option<Scored> {
    let score = tested.score(case.known.get(horizon)?.as_ref()?);
    Some(Scored { churned: case.churned(), score: score.value?, band: score.band? })
}

/// The scores of the two sides.
fn sides(scored: impl Iterator<Item = Scored>) -> (Vec<f64>, Vec<f64>) {
    let (churned, others): (Vec<Scored>, Vec<Scored>) = scored.partition(|scored| scored.churned);
    let scores = |side: Vec<Scored>| side.into_iter().map(|scored| scored.score).collect();
    (scores(churned), scores(others))
}

fn horizon(question: &Question, cases: &[Case], tested: &Tested, horizon: usize, days: u32) -> Horizon {
    let (mut without_history, mut without_score, mut reconstructed) =
        (Counts::default(), Counts::default(), Counts::default());
    let mut counts = Counts::default();
    let mut set_by_hand = 0;
    let mut all = Vec::new();
    let mut by_segment: BTreeMap<Option<&str>, Vec<Scored>> = BTreeMap::new();
    for case in cases {
        let churned = case.churned();
        let Some(known) = case.known.get(horizon).and_then(Option::as_ref) else {
            without_history.add(churned);
            continue;
        };
        let Some(scored) = scored(case, tested, horizon) else {
            without_score.add(churned);
            continue;
        };
        counts.add(churned);
        set_by_hand += usize::from(known.by_hand);
        if known.source == Source::Reconstructed {
            reconstructed.add(churned);
        }
        all.push(scored);
        by_segment.entry(case.chosen.segment.as_deref()).or_default().push(scored);
    }
    let (churned, others) = sides(all.iter().copied());
    let placements = Placements::new(&churned, &others).filter(|_| counts.suffice());
    let auc = placements.map(|placements| placements.auc());
    let judged = auc.is_some();
    Horizon {
        days,
        scored: counts,
        without_history,
        without_score,
        reconstructed,
        set_by_hand,
        verdict: Verdict::new(counts, auc),
        auc,
        roc: if judged { roc(&churned, &others) } else { Vec::new() },
        deciles: if judged { deciles(&all) } else { Vec::new() },
        alarms: if judged { found(&all) } else { Vec::new() },
        green: green(&all),
        segments: if question.segment.is_some() { segments(by_segment) } else { Vec::new() },
        warnings: warnings(cases, tested, horizon, days),
    }
}

fn segments(by_value: BTreeMap<Option<&str>, Vec<Scored>>) -> Vec<Segment> {
    let mut segments: Vec<Segment> = by_value
        .into_iter()
        .map(|(value, scored)| {
            let (churned, others) = sides(scored.into_iter());
            let counts = Counts { churned: churned.len(), others: others.len() };
            let placements = Placements::new(&churned, &others).filter(|_| counts.suffice());
            let auc = placements.map(|placements| placements.auc());
            Segment { value: value.map(str::to_owned), scored: counts, auc }
        })
        .collect();
    segments.sort_by_key(|segment| std::cmp::Reverse(segment.scored.churned + segment.scored.others));
    segments
}

fn differences(question: &Question, cases: &[Case], one: &Tested, other: &Tested) -> Vec<Difference> {
    let of = |(horizon, days): (usize, &u32)| {
        let both = cases.iter().filter_map(|case| Some((scored(case, one, horizon)?, scored(case, other, horizon)?)));
        let (by_one, by_other): (Vec<Scored>, Vec<Scored>) = both.unzip();
        let (churned, others) = sides(by_one.into_iter());
        let (other_churned, other_others) = sides(by_other.into_iter());
        let counts = Counts { churned: churned.len(), others: others.len() };
        let placements = Placements::new(&churned, &others).zip(Placements::new(&other_churned, &other_others));
        let difference = placements.filter(|_| counts.suffice()).map(|(one, other)| one.difference(&other));
        Difference { days: *days, scored: counts, difference, text: difference_text(counts, difference) }
    };
    question.horizons.iter().enumerate().map(of).collect()
}

fn difference_text(counts: Counts, difference: Option<Estimate>) -> String {
    let Some(Estimate { value, low, high, .. }) = difference else { return too_few(counts) };
    let numbers = format!("AUC {value:+.3}, interval {low:+.3} to {high:+.3}");
    if low > 0.0 {
        format!("This scorecard predicts better than the other one ({numbers}).")
    } else if high < 0.0 {
        format!("This scorecard predicts worse than the other one ({numbers}).")
    } else {
        format!("No difference is proved: the interval contains 0 ({numbers}).")
    }
}

fn notes(question: &Question, cases: &[Case], drawn_from: Counts, scorecards: &[Tests]) -> Vec<String> {
    let mut notes = Vec::new();
    if drawn_from.churned + drawn_from.others > cases.len() {
        notes.push(format!(
            "{} customers were drawn from {} churned and {} others. An AUC does not mind; the shares of the deciles and the precision of \
             the bands are those of the drawn ones.",
            cases.len(),
            drawn_from.churned,
            drawn_from.others
        ));
    }
    if question.negatives == Negatives::Stayed {
        notes.push(
            "Customers without an outcome count as having stayed, each at a day drawn from the days of the churns."
                .to_owned(),
        );
    }
    if scorecards.iter().any(|tests| tests.scorecard.version.is_none()) {
        notes.push(
            "A document was tested that is not stored. If it was made from these very outcomes, as suggested weights are, its numbers here \
             flatter it: believe the ones that came with the suggestion, or test it on later outcomes."
                .to_owned(),
        );
    }
    let Some(tests) = scorecards.first() else { return notes };
    if tests.horizons.iter().any(|horizon| horizon.reconstructed != Counts::default()) {
        notes.push(
            "Reconstructed from signals: where no history was stored, what was known was measured again from the records that carry \
             a date. Seats, ARR, renewal dates, progress of goals, likelihoods, escalations and the team's own measures carry none and \
             are left out there."
                .to_owned(),
        );
    }
    for horizon in &tests.horizons {
        let share = |part: usize, whole: usize| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
        let churned = share(horizon.reconstructed.churned, horizon.scored.churned);
        let others = share(horizon.reconstructed.others, horizon.scored.others);
        if (churned - others).abs() > UNEVEN && horizon.auc.is_some() {
            notes.push(format!(
                "At {} days, {} of the churned customers and {} of the others are reconstructed: the difference may come from that. \
                 Ask for one kind of history alone, or for another period.",
                horizon.days,
                percent(churned),
                percent(others)
            ));
        }
        if horizon.set_by_hand > 0 {
            notes.push(format!(
                "At {} days, {} scores were set by hand; the scorecard's own number is used, because a number that somebody set is not \
                 the scorecard's.",
                horizon.days, horizon.set_by_hand
            ));
        }
    }
    notes
}
