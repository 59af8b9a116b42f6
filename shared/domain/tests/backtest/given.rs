//! Customers whose history is one or two numbers of their own, and a scorecard that shows them as they are.

use chrono::{DateTime, Days, NaiveDate, Utc};
use keepwell_domain::backtest::cases::{Case, CaseKind, Chosen, History, Negatives, Tested};
use keepwell_domain::backtest::report::{Backtest, Counts, Question, backtest};
use keepwell_domain::id::CustomerId;
use keepwell_domain::measure::{MeasureValue, MeasureValues, Observed, Resolved};
use keepwell_domain::score::history::{ScorePoint, Snapshot};
use keepwell_domain::score::scorecard::Scorecard;
use serde_json::{Value, json};

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The day of every outcome, unless a test is about days.
pub(crate) fn outcome_day() -> NaiveDate {
    day("2026-06-30")
}

pub(crate) fn before(days: u64) -> DateTime<Utc> {
    outcome_day().checked_sub_days(Days::new(days)).unwrap().and_hms_opt(9, 0, 0).unwrap().and_utc()
}

/// A rule of weight `weight` whose points are the measure itself.
pub(crate) fn rule(measure: &str, weight: u32) -> Value {
    json!({ "id": measure.replace('.', "-"), "measure": measure, "weight": weight, "points": { "linear": { "zero_at": 0, "full_at": 100 } } })
}

pub(crate) fn scorecard_of(rules: &[Value]) -> Scorecard {
    let document =
        json!({ "format": 1, "id": "default", "dimensions": [{ "id": "all", "weight": 1, "rules": rules }] });
    Scorecard::parse(&document).unwrap()
}

/// The score is `custom.a`.
pub(crate) fn by_a() -> Tested {
    Tested::new(scorecard_of(&[rule("custom.a", 1)]), Some(1))
}

pub(crate) fn measures(numbers: &[(&str, f64)], at: DateTime<Utc>) -> MeasureValues {
    let mut values = MeasureValues::default();
    for (measure, number) in numbers {
        values.set(Resolved::find(measure).unwrap(), Some(Observed::new(MeasureValue::Number(*number), at)));
    }
    values
}

/// A stored point of the history.
pub(crate) fn snapshot(at: DateTime<Utc>, numbers: &[(&str, f64)]) -> Snapshot {
    let measures = measures(numbers, at);
    let score = by_a().compiled.evaluate(&measures, at);
    Snapshot { point: ScorePoint::new(&score, None), measures }
}

pub(crate) fn chosen(customer: &str, kind: CaseKind) -> Chosen {
    Chosen { customer: CustomerId::parse(customer).unwrap(), segment: None, kind, on: outcome_day() }
}

/// A customer with these points of history, at 30, 60 and 90 days.
pub(crate) fn case(chosen: Chosen, snapshots: &[Snapshot], tested: &[&Tested]) -> Case {
    Case::new(chosen, &History { snapshots, reconstruction: None }, &[30, 60, 90], tested)
}

/// A customer about whom the same was known for 200 days.
pub(crate) fn steady(name: &str, kind: CaseKind, numbers: &[(&str, f64)], tested: &[&Tested]) -> Case {
    case(chosen(name, kind), &[snapshot(before(200), numbers)], tested)
}

pub(crate) fn question() -> Question {
    Question {
        from: day("2026-01-01"),
        to: day("2026-12-31"),
        horizons: vec![30, 60, 90],
        negatives: Negatives::Renewed,
        segment: None,
    }
}

pub(crate) fn judge(cases: &[Case], tested: &[&Tested]) -> Backtest {
    backtest(&question(), cases, Counts::of(cases.iter().map(Case::churned)), tested)
}

/// Numbers that look like chance and are the same each time: between 0 and 1.
pub(crate) fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    }
}
