//! A scorecard applied to a whole portfolio, a block of customers at a time.
//!
//! Every number is the one that [`Compiled::score`] gives for the customer alone, to the last bit: the same functions make the
//! points, and the same sums run in the same order. Where one customer's rule is left out, nothing is added to a sum that starts
//! at 0 and never falls, which leaves its bits alone. "Unknown" is "not a number" within these loops and `None` outside.
//!
//! The loops are plain; the compiler turns each into vector instructions. Which ones the processor has is asked when the program
//! runs: the widest (AVX-512) take less than half the time of those that every processor has (docs/performance.md).

#![expect(
    clippy::inline_always,
    reason = "code is made for the chosen instructions only where it is part of the caller"
)]
#![expect(clippy::indexing_slicing, reason = "lanes are below LANES, the length of every array")]
#![expect(clippy::needless_bitwise_bool, reason = "both sides are cheap, and a branch is no vector instruction")]

use std::array;
use std::hint::select_unpredictable as select;
use std::iter;
use std::panic::resume_unwind;
use std::thread;

use pulp::{Arch, NullaryFnOnce};

use super::evaluate::{Compiled, CompiledDimension, CompiledOverride, CompiledRule, snap};
use super::points::{Linear, Shape, Step, Trend};
use super::portfolio::{Columns, LANES, Lanes, Portfolio};
use super::scorecard::{Bands, Combine, Limit, Test};
use crate::health_status::HealthStatus;
use crate::measure::MeasureValue;

/// The scores of a portfolio, in the order of its customers.
#[derive(Debug, Clone)]
pub struct PortfolioScores {
    customers: usize,
    /// What each thread made.
    parts: Vec<Vec<Block>>,
}

/// One customer's numbers, as in [`Score`](super::breakdown::Score).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CustomerScore {
    /// 0-100 after overrides, not rounded; `None` = unknown.
    pub value: Option<f64>,
    /// The word for `value`.
    pub band: Option<HealthStatus>,
    /// 0-100 before overrides.
    pub raw: Option<f64>,
    /// Share of all weight that had fresh data, 0-1.
    pub coverage: f64,
}

impl PortfolioScores {
    /// Customer by customer.
    pub fn iter(&self) -> impl Iterator<Item = CustomerScore> {
        let all = self.parts.iter().flatten().flat_map(|block| {
            (0..LANES).map(|lane| CustomerScore {
                value: known(block.value[lane]),
                band: block.band[lane],
                raw: known(block.raw[lane]),
                coverage: block.coverage[lane],
            })
        });
        all.take(self.customers)
    }

    /// The values of the dimension at this place in the document; nothing where no dimensions were asked for.
    pub fn dimension(&self, place: usize) -> impl Iterator<Item = Option<f64>> {
        let blocks = self.parts.iter().flatten().filter_map(move |block| block.dimensions.get(place));
        blocks.flat_map(|column| column.iter()).map(|value| known(*value)).take(self.customers)
    }
}

fn known(number: f64) -> Option<f64> {
    (!number.is_nan()).then_some(number)
}

/// How a portfolio is scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How many threads share the work. The numbers do not depend on it.
    pub threads: usize,
    /// Whether the values of the dimensions are kept.
    pub dimensions: bool,
}

impl Default for Options {
    /// One thread, and the score alone.
    fn default() -> Self {
        Self { threads: 1, dimensions: false }
    }
}

/// How many customers have each band.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BandCounts {
    bands: [usize; HealthStatus::ALL.len()],
    customers: usize,
}

impl BandCounts {
    /// How many have this band; `None` = those whose score is unknown.
    pub fn of(&self, band: Option<HealthStatus>) -> usize {
        let Some(band) = band else { return self.customers - self.bands.iter().sum::<usize>() };
        let counts = HealthStatus::ALL.iter().zip(self.bands);
        counts.filter(|(other, _)| **other == band).map(|(_, count)| count).sum()
    }
}

impl Compiled {
    /// The scores of a portfolio: bit by bit those that [`Compiled::score`] gives one by one.
    pub fn score_portfolio(&self, portfolio: &Portfolio, options: Options) -> PortfolioScores {
        let keep = |blocks: &mut Vec<Block>, _, block: &Block| blocks.push(block.clone());
        PortfolioScores { customers: portfolio.customers(), parts: self.fold(portfolio, options, keep) }
    }

    /// How many customers of a portfolio have each band. Nothing of the scores is kept.
    pub fn count_bands(&self, portfolio: &Portfolio, threads: usize) -> BandCounts {
        let customers = portfolio.customers();
        let count = |counts: &mut BandCounts, index: usize, block: &Block| {
            // The last block is filled up with customers that nobody has.
            let here = &block.band[..LANES.min(customers - index * LANES)];
            for (count, band) in counts.bands.iter_mut().zip(HealthStatus::ALL) {
                *count += here.iter().filter(|other| **other == Some(*band)).count();
            }
        };
        let mut all = BandCounts { customers, ..BandCounts::default() };
        for part in self.fold(portfolio, Options { threads, dimensions: false }, count) {
            for (count, more) in all.bands.iter_mut().zip(part.bands) {
                *count += more;
            }
        }
        all
    }

    /// Scores a portfolio block by block, and folds the blocks of each thread's part, which are neighbours, with their places.
    fn fold<T: Default + Send>(
        &self,
        portfolio: &Portfolio,
        options: Options,
        fold: impl Fn(&mut T, usize, &Block) + Sync,
    ) -> Vec<T> {
        let bound = Bound::new(self, portfolio, options.dimensions);
        let share = portfolio.blocks.len().div_ceil(options.threads.max(1)).max(1);
        let (bound, fold) = (&bound, &fold);
        let score = |(part, columns)| {
            Arch::new().dispatch(Part { bound, first: part * share, columns, into: T::default(), fold })
        };
        let mut parts = portfolio.blocks.chunks(share).enumerate();
        match (parts.next(), parts.len()) {
            (None, _) => Vec::new(),
            (Some(all), 0) => vec![score(all)],
            (Some(first), _) => thread::scope(|scope| {
                let others: Vec<_> = parts.map(|part| scope.spawn(move || score(part))).collect();
                let first = score(first);
                let others =
                    others.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
                iter::once(first).chain(others).collect()
            }),
        }
    }
}

/// The numbers of [`LANES`] customers.
#[derive(Debug, Clone)]
struct Block {
    value: Lanes,
    raw: Lanes,
    coverage: Lanes,
    band: [Option<HealthStatus>; LANES],
    /// In the order of the document; empty when nobody asked.
    dimensions: Vec<Lanes>,
}

/// A scorecard that has found its columns.
struct Bound<'a> {
    bands: Bands,
    dimensions: Vec<BoundDimension<'a>>,
    overrides: Vec<BoundOverride<'a>>,
    by_hand: &'a [(usize, Limit)],
    keep_dimensions: bool,
}

struct BoundDimension<'a> {
    weight: f64,
    combine: Combine,
    rules: Vec<BoundRule<'a>>,
}

struct BoundRule<'a> {
    /// Where its column is; `None` = nowhere.
    place: Option<usize>,
    points: Points<'a>,
    weight: f64,
    share: f64,
    /// What stands in for points where there are none; "not a number" when the rule is left out.
    stand_in: f64,
    valid_days: f64,
}

/// A shape, as it works on a column.
enum Points<'a> {
    Linear(Linear),
    Trend(Trend),
    Steps(&'a [Step], f64),
    /// Points by position in the column's meanings: words, yes and no.
    Positions(Vec<f64>),
}

struct BoundOverride<'a> {
    place: usize,
    passes: Passes<'a>,
    limit: Limit,
}

/// A condition, as it works on a column.
enum Passes<'a> {
    Number(&'a Test),
    /// By position in the column's meanings.
    Positions(Vec<bool>),
}

impl<'a> Bound<'a> {
    fn new(scorecard: &'a Compiled, portfolio: &'a Portfolio, keep_dimensions: bool) -> Self {
        Self {
            bands: scorecard.bands,
            dimensions: scorecard.dimensions.iter().map(|it| BoundDimension::new(it, portfolio)).collect(),
            overrides: scorecard.overrides.iter().filter_map(|it| BoundOverride::new(it, portfolio)).collect(),
            by_hand: &portfolio.by_hand,
            keep_dimensions,
        }
    }

    #[inline(always)]
    fn block(&self, index: usize, columns: &Columns) -> Block {
        let (mut sum, mut weights, mut coverage) = (Lanes::ZERO, Lanes::ZERO, Lanes::ZERO);
        let mut dimensions = Vec::new();
        for dimension in &self.dimensions {
            let value = dimension.value(columns, &mut coverage);
            for lane in 0..LANES {
                let there = !value[lane].is_nan();
                sum[lane] += select(there, dimension.weight * value[lane], 0.0);
                weights[lane] += select(there, dimension.weight, 0.0);
            }
            if self.keep_dimensions {
                dimensions.push(Lanes(array::from_fn(|lane| snap(value[lane]))));
            }
        }
        let (mut raw, mut band) = (Lanes::NOTHING, [None; LANES]);
        for lane in 0..LANES {
            // Without a weight it is 0 / 0, which is not a number.
            raw[lane] = snap(sum[lane] / weights[lane]).clamp(0.0, 100.0);
            coverage[lane] = snap(coverage[lane]);
        }
        let mut value = raw;
        for override_ in &self.overrides {
            override_.apply(columns, &mut value);
        }
        self.apply_by_hand(index, &mut value);
        for lane in 0..LANES {
            let word = self.bands.word(value[lane]);
            band[lane] = select(value[lane].is_nan(), None, Some(word));
        }
        Block { value, raw, coverage, band, dimensions }
    }

    fn apply_by_hand(&self, index: usize, scores: &mut Lanes) {
        let first = index * LANES;
        let before = self.by_hand.partition_point(|(customer, _)| *customer < first);
        let here = self.by_hand[before..].iter().take_while(|(customer, _)| *customer < first + LANES);
        for (customer, limit) in here {
            let score = &mut scores[customer - first];
            *score = limited(*limit, *score);
        }
    }
}

fn limited(limit: Limit, score: f64) -> f64 {
    limit.apply(known(score)).unwrap_or(f64::NAN)
}

impl<'a> BoundDimension<'a> {
    fn new(dimension: &'a CompiledDimension, portfolio: &'a Portfolio) -> Self {
        let counting = dimension.rules.iter().filter(|rule| rule.weight > 0.0);
        Self {
            weight: dimension.weight,
            combine: dimension.combine,
            rules: counting.map(|rule| BoundRule::new(rule, portfolio)).collect(),
        }
    }

    /// The dimension's value, not yet brought to the nearest step; adds the rules that were used to `coverage`.
    #[inline(always)]
    fn value(&self, columns: &Columns, coverage: &mut Lanes) -> Lanes {
        match self.combine {
            Combine::Mean => self.mean(columns, coverage),
            Combine::Min => self.best(columns, coverage, |points, best| points < best),
            Combine::Max => self.best(columns, coverage, |points, best| points > best),
        }
    }

    #[inline(always)]
    fn mean(&self, columns: &Columns, coverage: &mut Lanes) -> Lanes {
        let (mut sum, mut weights) = (Lanes::ZERO, Lanes::ZERO);
        for rule in &self.rules {
            let (weight, share) = (rule.weight, rule.share);
            let (other_sum, other_weight) =
                if rule.stand_in.is_nan() { (0.0, 0.0) } else { (weight * rule.stand_in, weight) };
            rule.points(columns, |lane, points, used| {
                sum[lane] += select(used, weight * points, other_sum);
                weights[lane] += select(used, weight, other_weight);
                coverage[lane] += select(used, share, 0.0);
            });
        }
        for lane in 0..LANES {
            sum[lane] /= weights[lane];
        }
        sum
    }

    #[inline(always)]
    fn best(&self, columns: &Columns, coverage: &mut Lanes, better: impl Fn(f64, f64) -> bool) -> Lanes {
        let mut best = Lanes::NOTHING;
        for rule in &self.rules {
            rule.points(columns, |lane, points, used| {
                let points = select(used, points, rule.stand_in);
                let wins = best[lane].is_nan() | better(points, best[lane]);
                best[lane] = select(wins, points, best[lane]);
                coverage[lane] += select(used, rule.share, 0.0);
            });
        }
        best
    }
}

impl<'a> BoundRule<'a> {
    fn new(rule: &'a CompiledRule, portfolio: &'a Portfolio) -> Self {
        let column = portfolio.column(&rule.source, rule.shape.kind());
        let points = match &rule.shape {
            Shape::Linear { linear } => Points::Linear(*linear),
            Shape::Trend { trend } => Points::Trend(*trend),
            Shape::Bands { bands, otherwise } => Points::Steps(bands, otherwise.map_or(0.0, |points| points.0)),
            shape @ (Shape::Map { .. } | Shape::Boolean { .. }) => {
                let meanings = column.map(|column| column.meanings.as_slice()).unwrap_or_default();
                Points::Positions(meanings.iter().map(|meaning| shape.points(meaning).unwrap_or(0.0)).collect())
            }
        };
        Self {
            place: column.map(|column| column.place),
            points,
            weight: rule.weight,
            share: rule.share,
            stand_in: rule.missing.points().unwrap_or(f64::NAN),
            // What is stale by itself is infinitely old: too old even where any age will do.
            valid_days: rule.valid_days.unwrap_or(f64::MAX),
        }
    }

    /// Calls `each` with every lane, the points of its value, and whether they are used: else the value is missing or stale.
    #[inline(always)]
    fn points(&self, columns: &Columns, mut each: impl FnMut(usize, f64, bool)) {
        let values = self.place.and_then(|place| columns.values.get(place)).unwrap_or(&Lanes::NOTHING);
        let ages = self.place.and_then(|place| columns.ages.get(place)).unwrap_or(&Lanes::ZERO);
        let valid_days = self.valid_days;
        let used = |lane: usize| !values[lane].is_nan() & (ages[lane] <= valid_days);
        match &self.points {
            Points::Linear(linear) => {
                let linear = *linear;
                for lane in 0..LANES {
                    each(lane, linear.points(values[lane]), used(lane));
                }
            }
            Points::Trend(trend) => {
                let trend = *trend;
                for lane in 0..LANES {
                    each(lane, trend.points(values[lane]), used(lane));
                }
            }
            Points::Steps(steps, otherwise) => {
                let mut points = Lanes([*otherwise; LANES]);
                for step in steps.iter().rev() {
                    for lane in 0..LANES {
                        let reached = values[lane] >= step.at_least.0;
                        points[lane] = select(reached, step.points.0, points[lane]);
                    }
                }
                for lane in 0..LANES {
                    each(lane, points[lane], used(lane));
                }
            }
            Points::Positions(by_position) => {
                for lane in 0..LANES {
                    let points = by_position.get(values[lane] as usize).copied().unwrap_or(0.0);
                    each(lane, points, used(lane));
                }
            }
        }
    }
}

impl<'a> BoundOverride<'a> {
    /// `None` when no customer has a value of the kind that passes.
    fn new(override_: &'a CompiledOverride, portfolio: &'a Portfolio) -> Option<Self> {
        let test = &override_.when.test;
        let column = portfolio.column(&override_.source, test.kind())?;
        let passes = if column.meanings.is_empty() {
            Passes::Number(test)
        } else {
            Passes::Positions(column.meanings.iter().map(|meaning| test.passes(meaning)).collect())
        };
        Some(Self { place: column.place, passes, limit: override_.limit })
    }

    #[inline(always)]
    fn apply(&self, columns: &Columns, scores: &mut Lanes) {
        let Some(values) = columns.values.get(self.place) else { return };
        for lane in 0..LANES {
            let value = values[lane];
            let passes = match &self.passes {
                Passes::Number(test) => test.passes(&MeasureValue::Number(value)),
                Passes::Positions(passes) => !value.is_nan() && passes.get(value as usize).copied().unwrap_or(false),
            };
            if passes {
                scores[lane] = limited(self.limit, scores[lane]);
            }
        }
    }
}

/// Some blocks of a portfolio, scored by the instructions that were chosen.
struct Part<'a, T, F> {
    bound: &'a Bound<'a>,
    /// Its first block's place in the portfolio.
    first: usize,
    columns: &'a [Columns],
    /// What the blocks are folded into.
    into: T,
    fold: &'a F,
}

impl<T, F: Fn(&mut T, usize, &Block)> NullaryFnOnce for Part<'_, T, F> {
    type Output = T;

    #[inline(always)]
    fn call(self) -> T {
        let mut into = self.into;
        for (index, columns) in (self.first..).zip(self.columns) {
            (self.fold)(&mut into, index, &self.bound.block(index, columns));
        }
        into
    }
}
