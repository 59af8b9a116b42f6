//! A scorecard, compiled once, and applied to the measures of customer after customer.

use chrono::{DateTime, Utc};

use super::breakdown::{DimensionScore, RuleScore, RuleState, Score, ScorecardVersion, display};
use super::manual_override::ManualOverride;
use super::points::Shape;
use super::scorecard::{Bands, Combine, Limit, Missing, Scorecard, When};
use crate::measure::{MeasureValues, Name, Observed, Resolved, days_between};

/// A scorecard ready to be applied: names looked up, nothing left to check.
#[derive(Debug, Clone)]
pub struct Compiled {
    scorecard: ScorecardVersion,
    pub(super) bands: Bands,
    pub(super) dimensions: Vec<CompiledDimension>,
    pub(super) overrides: Vec<CompiledOverride>,
}

#[derive(Debug, Clone)]
pub(super) struct CompiledDimension {
    id: Name,
    pub(super) weight: f64,
    pub(super) combine: Combine,
    pub(super) rules: Vec<CompiledRule>,
}

#[derive(Debug, Clone)]
pub(super) struct CompiledRule {
    id: Name,
    measure: Name,
    pub(super) source: Resolved,
    pub(super) weight: f64,
    /// Share of all weight of the scorecard.
    pub(super) share: f64,
    pub(super) shape: Shape,
    pub(super) missing: Missing,
    pub(super) valid_days: Option<f64>,
}

#[derive(Debug, Clone)]
pub(super) struct CompiledOverride {
    id: Name,
    pub(super) when: When,
    pub(super) source: Resolved,
    pub(super) limit: Limit,
}

/// A measure of a valid scorecard is always found; one that were not would never have a value.
fn resolve(measure: &Name) -> Resolved {
    Resolved::find(measure.as_str()).unwrap_or_else(|| Resolved::Custom(measure.clone()))
}

impl Compiled {
    /// Prepares a scorecard; `version` is its stored version, if it is stored.
    pub fn new(scorecard: &Scorecard, version: Option<u64>) -> Self {
        let total: f64 = scorecard.dimensions.iter().map(|d| d.weight.0).sum();
        let dimensions = scorecard
            .dimensions
            .iter()
            .map(|dimension| {
                let share = dimension.weight.0 / total;
                let of_rules: f64 = dimension.rules.iter().map(|rule| rule.weight.0).sum();
                let rules = dimension.rules.iter().map(|rule| CompiledRule {
                    id: rule.id.clone(),
                    measure: rule.measure.clone(),
                    source: resolve(&rule.measure),
                    weight: rule.weight.0,
                    share: share * (rule.weight.0 / of_rules),
                    shape: rule.points.clone(),
                    missing: rule.missing.unwrap_or_default(),
                    valid_days: rule.valid_days.map(|days| days.0),
                });
                CompiledDimension {
                    id: dimension.id.clone(),
                    weight: dimension.weight.0,
                    combine: dimension.combine.unwrap_or_default(),
                    rules: rules.collect(),
                }
            })
            .collect();
        let overrides = scorecard
            .overrides()
            .iter()
            .map(|override_| CompiledOverride {
                id: override_.id.clone(),
                when: override_.when.clone(),
                source: resolve(&override_.when.measure),
                limit: override_.limit,
            })
            .collect();
        Self {
            scorecard: ScorecardVersion { id: scorecard.id.clone(), version },
            bands: scorecard.bands(),
            dimensions,
            overrides,
        }
    }

    /// The score of a customer with these measures, as of `as_of`. Values observed later are not seen.
    pub fn evaluate(&self, values: &MeasureValues, as_of: DateTime<Utc>) -> Score {
        let mut dimensions: Vec<DimensionScore> =
            self.dimensions.iter().map(|dimension| dimension.evaluate(values, as_of)).collect();
        let raw = weigh_dimensions(&mut dimensions);
        let mut score = Score {
            value: raw,
            display: None,
            band: None,
            raw,
            coverage: self.coverage(&dimensions),
            oldest_input_days: oldest_input_days(&dimensions),
            as_of,
            scorecard: self.scorecard.clone(),
            dimensions,
            overrides: Vec::new(),
        };
        for override_ in &self.overrides {
            let value = known(values.get(&override_.source), as_of);
            if value.is_some_and(|observed| override_.when.test.passes(&observed.value)) {
                score.limit(Some(override_.id.clone()), override_.limit);
            }
        }
        self.read_off(&mut score);
        score
    }

    /// The same, and after the automatic overrides the one set by hand, while it acts.
    pub fn score(
        &self,
        values: &MeasureValues,
        manual_override: Option<&ManualOverride>,
        as_of: DateTime<Utc>,
    ) -> Score {
        let acts = manual_override.filter(|manual| manual.acts_at(as_of));
        self.score_limited(values, acts.map(ManualOverride::limit), as_of)
    }

    /// The same with the limit by hand that acts.
    pub fn score_limited(&self, values: &MeasureValues, by_hand: Option<Limit>, as_of: DateTime<Utc>) -> Score {
        let mut score = self.evaluate(values, as_of);
        if let Some(limit) = by_hand {
            score.limit(None, limit);
            self.read_off(&mut score);
        }
        score
    }

    /// Which scorecard it is.
    pub fn version(&self) -> &ScorecardVersion {
        &self.scorecard
    }

    /// Sets what follows from the value.
    fn read_off(&self, score: &mut Score) {
        score.display = score.value.map(display);
        score.band = score.value.map(|value| self.bands.word(value));
    }

    fn coverage(&self, scores: &[DimensionScore]) -> f64 {
        let covered = self
            .dimensions
            .iter()
            .zip(scores)
            .flat_map(|(dimension, score)| dimension.rules.iter().zip(&score.rules))
            .filter(|(_, score)| score.state == RuleState::Used)
            .fold(0.0, |sum, (rule, _)| sum + rule.share);
        snap(covered)
    }
}

/// The nearest multiple of 10^-11: takes away the noise of binary fractions.
pub(super) fn snap(value: f64) -> f64 {
    const STEPS: f64 = 1e11;
    (value * STEPS).round_ties_even() / STEPS
}

/// The observation, unless it lies in the future.
fn known(observed: Option<&Observed>, as_of: DateTime<Utc>) -> Option<&Observed> {
    observed.filter(|observed| observed.observed_at <= as_of)
}

/// Turns the rules' shares of their dimensions into shares of the score, and gives the score before overrides.
fn weigh_dimensions(dimensions: &mut [DimensionScore]) -> Option<f64> {
    let (sum, weights) = dimensions
        .iter()
        .filter_map(|dimension| Some((dimension.weight, dimension.value?)))
        .fold((0.0, 0.0), |(sum, weights), (weight, value)| (sum + weight * value, weights + weight));
    let known = weights > 0.0;
    for dimension in dimensions {
        let share = match dimension.value {
            Some(_) if known => dimension.weight / weights,
            _ => 0.0,
        };
        dimension.effective_weight = share;
        dimension.contribution = share * dimension.value.unwrap_or(0.0);
        dimension.value = dimension.value.map(snap);
        for rule in &mut dimension.rules {
            rule.effective_weight *= share;
            rule.contribution = rule.effective_weight * rule.points.unwrap_or(0.0);
        }
    }
    known.then(|| snap(sum / weights).clamp(0.0, 100.0))
}

fn oldest_input_days(dimensions: &[DimensionScore]) -> Option<f64> {
    dimensions
        .iter()
        .filter(|dimension| dimension.weight > 0.0)
        .flat_map(|dimension| &dimension.rules)
        .filter(|rule| rule.state == RuleState::Used && rule.weight > 0.0)
        .filter_map(|rule| rule.age_days)
        .max_by(f64::total_cmp)
}

impl CompiledDimension {
    /// The dimension with its rules; `effective_weight` of a rule is its share of the dimension for now.
    fn evaluate(&self, values: &MeasureValues, as_of: DateTime<Utc>) -> DimensionScore {
        let mut rules: Vec<RuleScore> = self.rules.iter().map(|rule| rule.evaluate(values, as_of)).collect();
        let value = match self.combine {
            Combine::Mean => weigh_rules(&mut rules),
            Combine::Min => decide(&mut rules, |points, best| points < best),
            Combine::Max => decide(&mut rules, |points, best| points > best),
        };
        DimensionScore {
            id: self.id.clone(),
            weight: self.weight,
            effective_weight: 0.0,
            value,
            contribution: 0.0,
            rules,
        }
    }
}

/// The points of a rule that counts.
fn usable(rule: &RuleScore) -> Option<f64> {
    rule.points.filter(|_| rule.weight > 0.0)
}

/// The weighted mean of the rules that count; each gets its share.
fn weigh_rules(rules: &mut [RuleScore]) -> Option<f64> {
    let (sum, weights) = rules
        .iter()
        .filter_map(|rule| Some((rule.weight, usable(rule)?)))
        .fold((0.0, 0.0), |(sum, weights), (weight, points)| (sum + weight * points, weights + weight));
    if weights == 0.0 {
        return None;
    }
    for rule in rules {
        if usable(rule).is_some() {
            rule.effective_weight = rule.weight / weights;
        }
    }
    Some(sum / weights)
}

/// The points of the rule that decides, which gets the whole share. Of equals, the first by id, wherever it stands.
fn decide(rules: &mut [RuleScore], better: fn(f64, f64) -> bool) -> Option<f64> {
    let mut decisive: Option<(f64, &mut RuleScore)> = None;
    for rule in rules {
        let Some(points) = usable(rule) else { continue };
        let wins = decisive
            .as_ref()
            .is_none_or(|(best, holder)| better(points, *best) || (!better(*best, points) && rule.id < holder.id));
        if wins {
            decisive = Some((points, rule));
        }
    }
    let (points, rule) = decisive?;
    rule.effective_weight = 1.0;
    Some(points)
}

impl CompiledRule {
    fn evaluate(&self, values: &MeasureValues, as_of: DateTime<Utc>) -> RuleScore {
        let observed = known(values.get(&self.source), as_of);
        let age_days = observed.map(|observed| days_between(observed.observed_at, as_of));
        let read = observed.and_then(|observed| self.shape.points(&observed.value));
        let stale = observed.and_then(|observed| observed.stale_from).is_some_and(|from| from <= as_of)
            || self.valid_days.zip(age_days).is_some_and(|(valid, age)| age > valid);
        let (state, points) = match read {
            None => (RuleState::Missing, self.missing.points()),
            Some(_) if stale => (RuleState::Stale, self.missing.points()),
            Some(points) => (RuleState::Used, Some(points)),
        };
        RuleScore {
            id: self.id.clone(),
            measure: self.measure.clone(),
            value: observed.map(|observed| observed.value.clone()),
            points,
            weight: self.weight,
            effective_weight: 0.0,
            contribution: 0.0,
            state,
            observed_at: observed.map(|observed| observed.observed_at),
            age_days,
        }
    }
}
