//! What a draft of a scorecard would do to the whole portfolio, before it is set.
//!
//! Everybody is scored twice at one moment, on the same measures: by the scorecards of now, and by those with the draft among them. So
//! every difference is the draft's doing alone. What would follow from it is in [`automations`] and [`cost`].

pub mod automations;
pub mod cost;

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};

use super::breakdown::{Score, ScorecardVersion};
use super::columns::{CustomerScore, Options};
use super::explain::{Change, explain};
use super::library::Selection;
use super::portfolio::Portfolio;
use crate::customer::Customer;
use crate::health_status::HealthStatus;
use crate::id::{CustomerId, EmailAddress};
use crate::snapshot::Snapshot;

/// From this coverage on, half of what could be known is known.
const HALF: f64 = 0.5;

/// A portfolio scored twice.
#[derive(Debug)]
pub struct Comparison<'a> {
    snapshot: &'a Snapshot,
    as_of: DateTime<Utc>,
    before: Scored<'a>,
    after: Scored<'a>,
}

/// A portfolio, each customer scored by the scorecard that it gets.
#[derive(Debug)]
struct Scored<'a> {
    selection: &'a Selection,
    /// Which of the selection each customer gets.
    places: Vec<usize>,
    scores: Vec<CustomerScore>,
}

impl<'a> Scored<'a> {
    fn new(selection: &'a Selection, snapshot: &Snapshot, portfolio: &Portfolio, threads: usize) -> Self {
        let places: Vec<usize> = snapshot.rows().iter().map(|row| selection.place(&row.customer)).collect();
        let mut scores: Vec<Option<CustomerScore>> = vec![None; places.len()];
        for place in 0..selection.places() {
            if places.contains(&place) {
                let all = selection.at(place).score_portfolio(portfolio, Options { threads, dimensions: false });
                let these = scores.iter_mut().zip(&places).zip(all.iter()).filter(|((_, has), _)| **has == place);
                these.for_each(|((score, _), new)| *score = Some(new));
            }
        }
        Self { selection, places, scores: scores.into_iter().flatten().collect() }
    }

    fn scorecard(&self, customer: usize) -> Option<&ScorecardVersion> {
        self.places.get(customer).map(|place| self.selection.at(*place).version())
    }

    fn breakdown(&self, customer: usize, snapshot: &Snapshot, as_of: DateTime<Utc>) -> Option<Score> {
        let scorecard = self.selection.at(*self.places.get(customer)?);
        let manual_override = snapshot.rows().get(customer)?.customer.manual_override.as_ref();
        Some(scorecard.score(&snapshot.measures().of(customer), manual_override, as_of))
    }
}

/// A customer with both its scores.
#[derive(Debug, Clone, Copy)]
struct Pair<'a> {
    /// Its place in the snapshot.
    place: usize,
    customer: &'a Customer,
    before: CustomerScore,
    after: CustomerScore,
}

impl Pair<'_> {
    /// After minus before; `None` while either is unknown.
    fn change(&self) -> Option<f64> {
        Some(self.after.value? - self.before.value?)
    }
}

impl<'a> Comparison<'a> {
    /// Scores everybody at `as_of` by the scorecards of now and by those with the draft. `portfolio` is the snapshot's at that moment.
    pub fn new(
        snapshot: &'a Snapshot,
        portfolio: &Portfolio,
        before: &'a Selection,
        after: &'a Selection,
        as_of: DateTime<Utc>,
        threads: usize,
    ) -> Self {
        Self {
            snapshot,
            as_of,
            before: Scored::new(before, snapshot, portfolio, threads),
            after: Scored::new(after, snapshot, portfolio, threads),
        }
    }

    fn pairs(&self) -> impl Iterator<Item = Pair<'a>> {
        let scores = self.before.scores.iter().zip(&self.after.scores);
        self.snapshot.rows().iter().zip(scores).enumerate().map(|(place, (row, (before, after)))| Pair {
            place,
            customer: &row.customer,
            before: *before,
            after: *after,
        })
    }

    /// Whether the customer at this place is computed by another scorecard, or another version of it.
    fn is_affected(&self, place: usize) -> bool {
        self.before.scorecard(place) != self.after.scorecard(place)
    }

    /// The numbers.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary { customers: self.snapshot.rows().len(), ..Summary::default() };
        let (mut sum, mut known) = (0.0, 0_usize);
        for pair in self.pairs() {
            let Pair { before, after, .. } = pair;
            summary.affected += usize::from(self.is_affected(pair.place));
            summary.matrix.add(before.band, after.band);
            summary.coverage.add(before.coverage, after.coverage);
            let score = &mut summary.score;
            match (before.value, after.value) {
                (None, Some(_)) => score.became_known += 1,
                (Some(_), None) => score.became_unknown += 1,
                _ => {}
            }
            let Some(change) = pair.change() else { continue };
            sum += change;
            known += 1;
            score.rose += usize::from(change > 0.0);
            score.fell += usize::from(change < 0.0);
            score.largest_rise = score.largest_rise.max(change);
            score.largest_fall = score.largest_fall.min(change);
        }
        summary.score.mean_change = (known > 0).then(|| sum / known as f64);
        summary.coverage.end(summary.customers);
        summary
    }

    /// The customers whose band would be another one, those with the most ARR first, then those that move most. With the rules that
    /// move them for the first `explained`.
    pub fn movers(&self, explained: usize) -> Movers {
        let mut pairs: Vec<Pair<'_>> = self.pairs().filter(|pair| pair.before.band != pair.after.band).collect();
        let size = |pair: &Pair<'_>| pair.change().map_or(0.0, f64::abs);
        pairs.sort_by(|a, b| {
            let arr = |pair: &Pair<'_>| pair.customer.profile.arr_cents;
            let by_arr = arr(b).cmp(&arr(a)).then_with(|| size(b).total_cmp(&size(a)));
            by_arr.then_with(|| a.customer.id.cmp(&b.customer.id))
        });
        let items = pairs.iter().take(explained).filter_map(|pair| self.mover(pair)).collect();
        Movers { total: pairs.len(), items }
    }

    fn mover(&self, pair: &Pair<'_>) -> Option<Mover> {
        let before = self.before.breakdown(pair.place, self.snapshot, self.as_of)?;
        let after = self.after.breakdown(pair.place, self.snapshot, self.as_of)?;
        // The same data at the same moment: the way from one scorecard to the other is the whole way.
        let explanation = explain(&before, &after, Some(&after));
        let profile = &pair.customer.profile;
        Some(Mover {
            customer: pair.customer.id.clone(),
            name: profile.name.clone(),
            owner: profile.owner.clone(),
            arr_cents: profile.arr_cents,
            currency: profile.currency.clone(),
            before: Side::of(before),
            after: Side::of(after),
            change: explanation.change,
            rules: explanation.items,
        })
    }
}

/// What a draft changes, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "PlanSummary")]
pub struct Summary {
    /// How many customers there are.
    pub customers: usize,
    /// How many of them would be computed by another scorecard, or by another version.
    pub affected: usize,
    /// How many are in each band, before and after, and how many go from which to which.
    #[serde(flatten)]
    pub matrix: Matrix,
    /// What happens to the scores.
    pub score: ScoreChange,
    /// What happens to how much is known.
    pub coverage: CoverageChange,
}

/// Every band, and unknown.
const STATES: usize = HealthStatus::ALL.len() + 1;

/// How many customers go from which band to which; `None` = unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matrix {
    counts: [[usize; STATES]; STATES],
}

/// The bands in their order, unknown last.
fn states() -> impl Iterator<Item = Option<HealthStatus>> {
    HealthStatus::ALL.iter().copied().map(Some).chain([None])
}

fn index(band: Option<HealthStatus>) -> usize {
    states().position(|state| state == band).unwrap_or_default()
}

impl Matrix {
    fn add(&mut self, from: Option<HealthStatus>, to: Option<HealthStatus>) {
        if let Some(count) = self.counts.get_mut(index(from)).and_then(|row| row.get_mut(index(to))) {
            *count += 1;
        }
    }

    /// How many go from one band to the other.
    pub fn count(&self, from: Option<HealthStatus>, to: Option<HealthStatus>) -> usize {
        self.counts.get(index(from)).and_then(|row| row.get(index(to))).copied().unwrap_or_default()
    }

    /// How many are in this band before.
    pub fn before(&self, band: Option<HealthStatus>) -> usize {
        states().map(|to| self.count(band, to)).sum()
    }

    /// How many are in this band after.
    pub fn after(&self, band: Option<HealthStatus>) -> usize {
        states().map(|from| self.count(from, band)).sum()
    }
}

/// How a band is called in the counts.
fn name(band: Option<HealthStatus>) -> &'static str {
    band.map_or("unknown", HealthStatus::as_str)
}

/// Counts by band.
struct ByBand<F>(F);

impl<F: Fn(Option<HealthStatus>) -> usize> Serialize for ByBand<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(STATES))?;
        for band in states() {
            map.serialize_entry(name(band), &(self.0)(band))?;
        }
        map.end()
    }
}

/// How many customers go from one band to another.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BandTransition")]
struct Cell {
    /// The band before; `None` = unknown.
    from: Option<HealthStatus>,
    /// The band after; `None` = unknown.
    to: Option<HealthStatus>,
    /// How many.
    customers: usize,
}

impl Serialize for Matrix {
    /// `bands_before` and `bands_after`, and every cell of the matrix that is not empty.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let cells = states().flat_map(|from| states().map(move |to| (from, to)));
        let cells = cells.map(|(from, to)| Cell { from, to, customers: self.count(from, to) });
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("bands_before", &ByBand(|band| self.before(band)))?;
        map.serialize_entry("bands_after", &ByBand(|band| self.after(band)))?;
        map.serialize_entry("transitions", &cells.filter(|cell| cell.customers > 0).collect::<Vec<_>>())?;
        map.end()
    }
}

impl JsonSchema for Matrix {
    fn schema_name() -> Cow<'static, str> {
        "PlanMatrix".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let count = json_schema!({ "type": "integer", "minimum": 0 });
        let bands: Vec<&str> = states().map(name).collect();
        let counts: BTreeMap<&str, &Schema> = bands.iter().map(|band| (*band, &count)).collect();
        let by_band = json_schema!({ "type": "object", "properties": counts, "required": bands });
        let cells = generator.subschema_for::<Vec<Cell>>();
        json_schema!({
            "type": "object",
            "properties": { "bands_before": by_band, "bands_after": by_band, "transitions": cells },
            "required": ["bands_before", "bands_after", "transitions"],
        })
    }
}

/// What happens to the scores. Changes are in points of the score.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "PlanScores")]
pub struct ScoreChange {
    /// How many are higher.
    pub rose: usize,
    /// How many are lower.
    pub fell: usize,
    /// How many were unknown and are known.
    pub became_known: usize,
    /// How many were known and are unknown.
    pub became_unknown: usize,
    /// Mean of the changes of all scores that are known both times; `None` where there are none.
    pub mean_change: Option<f64>,
    /// The largest change upwards; 0 where nothing rises.
    pub largest_rise: f64,
    /// The largest change downwards, below 0; 0 where nothing falls.
    pub largest_fall: f64,
}

/// What happens to the coverage, the share of a scorecard's weight that has fresh data, 0-1.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "PlanCoverage")]
pub struct CoverageChange {
    /// Mean before.
    pub mean_before: f64,
    /// Mean after.
    pub mean_after: f64,
    /// How many customers have less than half before.
    pub below_half_before: usize,
    /// How many have less than half after.
    pub below_half_after: usize,
}

impl CoverageChange {
    fn add(&mut self, before: f64, after: f64) {
        self.mean_before += before;
        self.mean_after += after;
        self.below_half_before += usize::from(before < HALF);
        self.below_half_after += usize::from(after < HALF);
    }

    /// Makes means of the sums.
    fn end(&mut self, customers: usize) {
        let count = customers.max(1) as f64;
        self.mean_before /= count;
        self.mean_after /= count;
    }
}

/// Who moves to another band.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Movers {
    /// How many do.
    pub total: usize,
    /// The first of them.
    pub items: Vec<Mover>,
}

/// A customer whose band would be another one.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Mover {
    /// Its id.
    pub customer: CustomerId,
    /// Its name.
    pub name: String,
    /// Who looks after it.
    pub owner: Option<EmailAddress>,
    /// Annual recurring revenue in hundredths of `currency`.
    pub arr_cents: Option<i64>,
    /// ISO 4217 code.
    pub currency: String,
    /// Its score by the scorecards of now.
    pub before: Side,
    /// Its score with the draft.
    pub after: Side,
    /// After minus before; `None` while either is unknown.
    pub change: Option<f64>,
    /// The rules that move it, largest first; their deltas add up to `change`. Empty while `change` is unknown.
    pub rules: Vec<Change>,
}

/// A mover's score by one of the two.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "MoverSide")]
pub struct Side {
    /// 0-100, not rounded; `None` = unknown.
    pub score: Option<f64>,
    /// The word for it.
    pub band: Option<HealthStatus>,
    /// Share of the scorecard's weight that has fresh data, 0-1.
    pub coverage: f64,
    /// By which scorecard; without a version it is the draft.
    pub scorecard: ScorecardVersion,
}

impl Side {
    fn of(score: Score) -> Self {
        Self { score: score.value, band: score.band, coverage: score.coverage, scorecard: score.scorecard }
    }
}
