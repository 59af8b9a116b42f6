//! Weights that fit the outcomes, as a draft scorecard with its own honest backtest. Never applied by itself.
//!
//! Churn is regressed on the points of the rules at one horizon ([`logistic`](super::logistic)), as a chance that falls with every rule's
//! points: a rule that looks helpful the wrong way round gets 0, not a negative weight. Points that are missing are replaced by the
//! rule's mean over the customers that are learned from. The penalty is the one of seven with the least loss over five folds; a customer's
//! fold follows from its id. A rule's weight is its share of the coefficients, of 100 less what the rules hold that cannot be judged.
//! In a dimension whose lowest or highest rule decides, the dimension as a whole is weighed.
//!
//! Numbers of the same customers that the weights were learned from flatter them. So each fold is scored by a draft that was made, penalty
//! included, without it: the AUC of those scores is what the draft may be believed to do on new customers.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::NEEDED;
use super::cases::{Case, Known, Negatives, Tested, hash};
use super::leakage::{Warning, warnings};
use super::logistic::{Fit, Sample, fit};
use super::report::{Counts, Question, too_few};
use super::roc::{Estimate, Placements};
use super::suggest::units::{Unit, units};
use crate::problem::Problems;
use crate::score::breakdown::ScorecardVersion;
use crate::score::scorecard::Scorecard;

mod units;

/// Folds of the cross-validation.
const FOLDS: u64 = 5;

/// The penalties among which the data choose.
const PENALTIES: [f64; 7] = [0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0];

/// A rule is judged when it has points for this share of the customers at least.
const KNOWN_SHARE: f64 = 0.2;

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "WeightSuggestion")]
pub struct Suggestion {
    /// The scorecard whose weights are looked at.
    pub scorecard: ScorecardVersion,
    /// First day of the period.
    pub from: NaiveDate,
    /// Last day of the period.
    pub to: NaiveDate,
    /// Days before the outcome.
    pub days: u32,
    /// With whom churned customers are compared.
    pub negatives: Negatives,
    /// Customers that are learned from.
    pub learned_from: Counts,
    /// What came of it, in one word.
    pub word: SuggestionWord,
    /// The same in sentences.
    pub text: String,
    /// The draft: the same rules, other weights. `None` unless there is a suggestion.
    pub draft: Option<Scorecard>,
    /// The rules, in the order of the document.
    pub weights: Vec<SuggestedWeight>,
    /// The penalty that the data chose.
    pub penalty: Option<f64>,
    /// AUC of the draft on customers that it was not made from.
    pub out_of_fold: Option<Estimate>,
    /// AUC of the scorecard as it is, on the same customers.
    pub current: Option<Estimate>,
    /// The one minus the other, paired.
    pub difference: Option<Estimate>,
    /// Measures that may know the outcome: the draft leans on what is best at it.
    pub warnings: Vec<Warning>,
}

crate::words! {
    /// What came of it, in one word.
    #[derive(schemars::JsonSchema)]
    pub enum SuggestionWord {
        /// There is a draft.
        Suggested = "suggested",
        /// No rule's points go with staying.
        NoSignal = "no_signal",
        /// Nothing can be said.
        TooFew = "too_few",
    }
}

/// What becomes of a rule's weight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SuggestedWeight {
    /// The dimension.
    pub dimension: String,
    /// The rule; `None` = the dimension as a whole.
    pub rule: Option<String>,
    /// Its share of the whole score now, of 100.
    pub before: f64,
    /// Its share in the draft, of 100; `None` without a draft.
    pub after: Option<f64>,
    /// Its coefficient, for points from 0 to 1; `None` when it was not judged.
    pub coefficient: Option<f64>,
    /// Share of the customers for whom it had points.
    pub known: f64,
    /// What to do.
    pub advice: Advice,
}

crate::words! {
    /// What to do with a rule.
    #[derive(schemars::JsonSchema)]
    #[schemars(rename = "WeightAdvice")]
    pub enum Advice {
        /// Weigh it as suggested.
        Weigh = "weigh",
        /// It adds nothing beside the others: a candidate to drop.
        Drop = "drop",
        /// Too few customers had points of it, or all had the same: it keeps its share.
        NotJudged = "not_judged",
    }
}

/// A customer to learn from.
struct Learner<'a> {
    fold: u64,
    churned: bool,
    known: &'a Known,
    /// The points of each unit, 0-1.
    points: Vec<Option<f64>>,
}

/// Suggests weights from the cases at their first horizon. The error is a bug: a draft that is not a valid scorecard.
pub fn suggest(question: &Question, cases: &[Case], tested: &Tested) -> Result<Suggestion, Problems> {
    let days = question.horizons.first().copied().unwrap_or_default();
    let units = units(&tested.scorecard);
    let learners: Vec<Learner<'_>> = cases
        .iter()
        .filter_map(|case| {
            let known = case.known.first()?.as_ref()?;
            let score = tested.score(known);
            let points: Vec<Option<f64>> = units.iter().map(|unit| unit.points(&score)).collect();
            let fold = hash(&case.chosen.customer, "fold") % FOLDS;
            let has_points = points.iter().any(Option::is_some);
            has_points.then(|| Learner { fold, churned: case.churned(), known, points })
        })
        .collect();
    let churned = learners.iter().filter(|learner| learner.churned).count();
    let learned_from = Counts { churned, others: learners.len() - churned };
    let mut suggestion = Suggestion {
        scorecard: tested.compiled.version().clone(),
        from: question.from,
        to: question.to,
        days,
        negatives: question.negatives,
        learned_from,
        word: SuggestionWord::TooFew,
        text: too_few(learned_from),
        draft: None,
        weights: Vec::new(),
        penalty: None,
        out_of_fold: None,
        current: None,
        difference: None,
        warnings: Vec::new(),
    };
    if churned < NEEDED || learned_from.others < NEEDED {
        return Ok(suggestion);
    }
    let everybody: Vec<&Learner<'_>> = learners.iter().collect();
    let whole = Model::learn(&everybody, &units);
    let draft = whole.draft(&tested.scorecard, &units)?;
    suggestion.weights = whole.weights(&units, draft.as_ref().map(|(_, shares)| shares.as_slice()));
    suggestion.warnings = warnings(cases, tested, 0, days);
    let Some((document, _)) = draft else {
        suggestion.word = SuggestionWord::NoSignal;
        "No weights are suggested: no rule's points go with staying. The rules do not tell who leaves, however they are weighed."
            .clone_into(&mut suggestion.text);
        return Ok(suggestion);
    };
    suggestion.word = SuggestionWord::Suggested;
    suggestion.penalty = whole.penalty;
    let scores = out_of_fold(&learners, tested, &units)?;
    let current: Vec<Option<f64>> = learners.iter().map(|learner| tested.score(learner.known).value).collect();
    suggestion.compare(&learners, &scores, &current);
    suggestion.draft = Some(document);
    Ok(suggestion)
}

impl Suggestion {
    /// Sets what the draft does on customers that it was not made from, and its sentence.
    fn compare(&mut self, learners: &[Learner<'_>], draft: &[Option<f64>], current: &[Option<f64>]) {
        let both = learners.iter().zip(draft.iter().zip(current));
        let both: Vec<(bool, f64, f64)> =
            both.filter_map(|(learner, (draft, current))| Some((learner.churned, (*draft)?, (*current)?))).collect();
        let side = |churned: bool, pick: fn(&(bool, f64, f64)) -> f64| -> Vec<f64> {
            both.iter().filter(|row| row.0 == churned).map(pick).collect()
        };
        let of_draft = Placements::new(&side(true, |row| row.1), &side(false, |row| row.1));
        let of_current = Placements::new(&side(true, |row| row.2), &side(false, |row| row.2));
        let Some((of_draft, of_current)) = of_draft.zip(of_current) else { return };
        let (auc, current, difference) = (of_draft.auc(), of_current.auc(), of_draft.difference(&of_current));
        let believed = if auc.low > 0.5 {
            "the draft predicts"
        } else {
            "the draft is not proved to predict, the interval contains 0.5"
        };
        let better = if difference.low > 0.0 {
            "It predicts better than the scorecard as it is"
        } else if difference.high < 0.0 {
            "It predicts worse than the scorecard as it is"
        } else {
            "It is not proved to be better than the scorecard as it is"
        };
        self.text = format!(
            "On customers that it was not made from, {believed} (AUC {:.2}, interval {:.2} to {:.2}). {better} (AUC {:.2}, difference \
             {:+.3}, interval {:+.3} to {:+.3}). A backtest of the draft on these same outcomes would flatter it. Nothing is changed \
             until you set the draft.",
            auc.value, auc.low, auc.high, current.value, difference.value, difference.low, difference.high
        );
        (self.out_of_fold, self.current, self.difference) = (Some(auc), Some(current), Some(difference));
    }
}

/// The score of each customer by a draft that was made without its fold.
fn out_of_fold(learners: &[Learner<'_>], tested: &Tested, units: &[Unit]) -> Result<Vec<Option<f64>>, Problems> {
    let mut by_fold = Vec::new();
    for fold in 0..FOLDS {
        let others: Vec<&Learner<'_>> = learners.iter().filter(|learner| learner.fold != fold).collect();
        let draft = Model::learn(&others, units).draft(&tested.scorecard, units)?;
        by_fold.push(draft.map(|(document, _)| Tested::new(document, None)));
    }
    let score = |learner: &Learner<'_>| {
        let draft = by_fold.get(usize::try_from(learner.fold).ok()?)?;
        // Where nothing was learned, nobody is worse than anybody.
        draft.as_ref().map_or(Some(50.0), |draft| draft.score(learner.known).value)
    };
    Ok(learners.iter().map(score).collect())
}

/// What was learned from some customers.
struct Model {
    /// Each unit's coefficient; `None` when it cannot be judged.
    coefficients: Vec<Option<f64>>,
    /// Share of the customers for whom each unit had points.
    known: Vec<f64>,
    penalty: Option<f64>,
}

impl Model {
    fn learn(learners: &[&Learner<'_>], units: &[Unit]) -> Self {
        let columns: Vec<Column> = (0..units.len()).map(|place| Column::new(learners, place)).collect();
        let rows: Vec<Vec<f64>> = learners
            .iter()
            .map(|learner| {
                let points = learner.points.iter().zip(&columns).filter(|(_, column)| column.is_judged);
                points.map(|(points, column)| points.unwrap_or(column.mean)).collect()
            })
            .collect();
        let churned: Vec<bool> = learners.iter().map(|learner| learner.churned).collect();
        let folds: Vec<u64> = learners.iter().map(|learner| learner.fold).collect();
        let sample = Sample { rows: &rows, churned: &churned };
        let penalty = best_penalty(sample, &folds);
        let fitted = penalty.and_then(|penalty| fit(sample, penalty));
        let mut fitted = fitted.map(|fit| fit.coefficients).unwrap_or_default().into_iter();
        let coefficients = columns.iter().map(|column| if column.is_judged { fitted.next() } else { None }).collect();
        Self { coefficients, known: columns.into_iter().map(|column| column.known).collect(), penalty }
    }

    /// The draft and each unit's share of 100; `None` when no rule's points go with staying.
    fn draft(&self, scorecard: &Scorecard, units: &[Unit]) -> Result<Option<(Scorecard, Vec<f64>)>, Problems> {
        let sum: f64 = self.coefficients.iter().flatten().sum();
        if sum <= 0.0 {
            return Ok(None);
        }
        let judged = self.coefficients.iter().zip(units);
        let kept: f64 = judged.filter(|(coefficient, _)| coefficient.is_none()).map(|(_, unit)| unit.share).sum();
        let share = |(coefficient, unit): (&Option<f64>, &Unit)| match coefficient {
            Some(coefficient) => (100.0 - kept) * coefficient / sum,
            None => unit.share,
        };
        let shares: Vec<f64> = tenths(&self.coefficients.iter().zip(units).map(share).collect::<Vec<_>>());
        let mut document = json!(scorecard);
        units::set_shares(&mut document, units, &shares);
        Ok(Some((Scorecard::parse(&document)?, shares)))
    }

    fn weights(&self, units: &[Unit], shares: Option<&[f64]>) -> Vec<SuggestedWeight> {
        let known = self.coefficients.iter().zip(&self.known);
        units
            .iter()
            .zip(known)
            .enumerate()
            .map(|(place, (unit, (coefficient, known)))| {
                let after = shares.and_then(|shares| shares.get(place).copied());
                SuggestedWeight {
                    dimension: unit.dimension_id.clone(),
                    rule: unit.rule_id.clone(),
                    before: unit.share,
                    after,
                    coefficient: *coefficient,
                    known: *known,
                    advice: match (coefficient, after) {
                        (None, _) => Advice::NotJudged,
                        (Some(_), Some(after)) if after > 0.0 => Advice::Weigh,
                        (Some(_), _) => Advice::Drop,
                    },
                }
            })
            .collect()
    }
}

/// A unit over all customers.
struct Column {
    mean: f64,
    known: f64,
    is_judged: bool,
}

impl Column {
    fn new(learners: &[&Learner<'_>], place: usize) -> Self {
        let points = || {
            learners
                .iter()
                .filter_map(move |learner| Some((learner.churned, learner.points.get(place).copied().flatten()?)))
        };
        let (count, sum) = points().fold((0_usize, 0.0), |(count, sum), (_, points)| (count + 1, sum + points));
        let churned = points().filter(|(churned, _)| *churned).count();
        let (least, most) = points().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), (_, points)| {
            (points.min(least), points.max(most))
        });
        let known = if learners.is_empty() { 0.0 } else { count as f64 / learners.len() as f64 };
        // Folds leave a fifth out, so that a rule on the edge may be judged in one and not in another; both are drafts.
        let is_judged = known >= KNOWN_SHARE && churned >= NEEDED / 2 && count > churned && most > least;
        Self { mean: if count == 0 { 0.0 } else { sum / count as f64 }, known, is_judged }
    }
}

/// The penalty with the least loss on customers that were not learned from; `None` when nothing can be learned.
fn best_penalty(sample: Sample<'_>, folds: &[u64]) -> Option<f64> {
    let mut losses: Vec<(f64, f64)> = PENALTIES.iter().map(|penalty| (*penalty, 0.0)).collect();
    for fold in 0..FOLDS {
        let (inside, outside) = (Part::of(sample, folds, |of| of != fold), Part::of(sample, folds, |of| of == fold));
        if outside.churned.is_empty() {
            continue;
        }
        for (penalty, loss) in &mut losses {
            let fitted: Fit = fit(inside.sample(), *penalty)?;
            *loss += fitted.log_loss(outside.sample());
        }
    }
    // Of equals the larger penalty: less is claimed.
    losses.into_iter().rev().min_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(penalty, _)| penalty)
}

/// Some customers of a sample.
struct Part {
    rows: Vec<Vec<f64>>,
    churned: Vec<bool>,
}

impl Part {
    fn of(sample: Sample<'_>, folds: &[u64], keep: impl Fn(u64) -> bool) -> Self {
        let chosen = sample.rows.iter().zip(sample.churned).zip(folds).filter(|(_, fold)| keep(**fold));
        let (rows, churned) = chosen.map(|((row, churned), _)| (row.clone(), *churned)).unzip();
        Self { rows, churned }
    }

    fn sample(&self) -> Sample<'_> {
        Sample { rows: &self.rows, churned: &self.churned }
    }
}

/// Shares that sum to 100, in tenths: rounded down, and what is missing goes to those that lost most.
fn tenths(shares: &[f64]) -> Vec<f64> {
    let total: f64 = shares.iter().sum();
    let exact: Vec<f64> = shares.iter().map(|share| share / total * 1000.0).collect();
    let mut rounded: Vec<f64> = exact.iter().map(|share| share.floor()).collect();
    let missing = (1000.0 - rounded.iter().sum::<f64>()).round() as usize;
    let mut by_loss: Vec<usize> = (0..exact.len()).collect();
    let loss = |place: &usize| exact.get(*place).map_or(0.0, |share| share.fract());
    by_loss.sort_by(|a, b| loss(b).total_cmp(&loss(a)).then(a.cmp(b)));
    for place in by_loss.into_iter().take(missing) {
        if let Some(share) = rounded.get_mut(place) {
            *share += 1.0;
        }
    }
    rounded.into_iter().map(|share| share / 10.0).collect()
}
