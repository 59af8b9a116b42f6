//! Any scorecard, and any customer.

use chrono::{DateTime, Duration, Utc};
use keepwell_domain::id::EmailAddress;
use keepwell_domain::measure::{MeasureValue, MeasureValues, Name, Observed, Resolved};
use keepwell_domain::score::breakdown::Score;
use keepwell_domain::score::evaluate::Compiled;
use keepwell_domain::score::manual_override::ManualOverride;
use keepwell_domain::score::number::PointValue;
use keepwell_domain::score::scorecard::{LimitKind, Scorecard};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

pub(crate) fn now() -> DateTime<Utc> {
    "2026-11-01T12:00:00Z".parse().unwrap()
}

/// Measures `custom.r0` … are numbers; every fourth is a word and every fifth a boolean.
const MEASURES: usize = 20;
const WORDS: [&str; 4] = ["good", "fair", "bad", "odd"];

pub(crate) fn measure(index: usize) -> Resolved {
    Resolved::find(&format!("custom.r{index}")).unwrap()
}

/// One of the three, as the measure at `index` is.
fn by_kind<T>(index: usize, number: T, word: T, boolean: T) -> T {
    match index % 5 {
        3 => word,
        4 => boolean,
        _ => number,
    }
}

fn points() -> impl Strategy<Value = f64> {
    prop_oneof![0.0..=100.0_f64, (0..=100_u8).prop_map(f64::from)]
}

/// A number that a rule's bound and a customer's value have in common now and then.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![-300.0..300.0_f64, (-20..20_i8).prop_map(f64::from), 0.0..3.0_f64]
}

/// Linear, steps or trend, in either direction.
fn number_shape() -> impl Strategy<Value = Value> {
    let linear = (number(), prop_oneof![-500.0..-0.001_f64, 0.001..500.0_f64])
        .prop_map(|(zero, width)| json!({"linear": {"zero_at": zero, "full_at": zero + width}}));
    let steps = (number(), vec((0.001..100.0_f64, points()), 1..5), option::of(points())).prop_map(
        |(mut bound, steps, otherwise)| {
            let steps = steps.into_iter().map(|(width, points)| {
                bound -= width;
                json!({"at_least": bound, "points": points})
            });
            json!({"bands": steps.collect::<Vec<_>>(), "otherwise": otherwise})
        },
    );
    let trend =
        (0.0..0.99_f64, option::of(points()), 1.01..5.0_f64, any::<bool>()).prop_map(|(low, steady, high, more)| {
            let (zero, full) = if more { (low, high) } else { (high, low) };
            json!({"trend": {"zero_at": zero, "steady": steady, "full_at": full}})
        });
    prop_oneof![linear, steps, trend]
}

fn word_shape() -> impl Strategy<Value = Value> {
    (points(), points(), points(), option::of(points())).prop_map(
        |(good, fair, bad, otherwise)| json!({"map": {"good": good, "fair": fair, "bad": bad}, "otherwise": otherwise}),
    )
}

fn boolean_shape() -> impl Strategy<Value = Value> {
    (points(), points()).prop_map(|(yes, no)| json!({"boolean": {"true": yes, "false": no}}))
}

/// A rule without its id and measure, which its place gives, for each kind that the measure may have.
fn rule() -> impl Strategy<Value = (Value, [Value; 3])> {
    let missing = prop_oneof![
        2 => Just(json!("ignore")),
        1 => Just(json!("worst")),
        1 => points().prop_map(|points| json!({"neutral": points})),
    ];
    let weight = prop_oneof![1 => Just(0.0), 9 => 0.001..1000.0_f64];
    let shapes = (number_shape(), word_shape(), boolean_shape());
    (missing, weight, option::of(1.0..100.0_f64), shapes).prop_map(
        |(missing, weight, valid_days, (number, word, boolean))| {
            (json!({"missing": missing, "weight": weight, "valid_days": valid_days}), [number, word, boolean])
        },
    )
}

fn limit() -> impl Strategy<Value = (&'static str, f64)> {
    (select(vec!["cap", "floor", "set"]), points())
}

fn overrides() -> impl Strategy<Value = Value> {
    let comparison = (select(vec!["more_than", "less_than", "at_least", "at_most", "equals"]), number())
        .prop_map(|(name, number)| json!({name: number}));
    let word = select(WORDS.to_vec()).prop_map(|word| json!({"equals": word}));
    let boolean = any::<bool>().prop_map(|yes| json!({"equals": yes}));
    let override_ = (0..MEASURES, comparison, word, boolean, limit());
    vec(override_, 0..4).prop_map(|overrides| {
        let overrides =
            overrides.into_iter().enumerate().map(|(place, (index, number, word, boolean, (kind, value)))| {
                let mut when = by_kind(index, number, word, boolean);
                when["measure"] = json!(format!("custom.r{index}"));
                json!({"id": format!("o{place}"), "when": when, kind: value})
            });
        overrides.collect()
    })
}

/// Any scorecard: dimensions with rules `r0`, `r1` … on `custom.r0`, `custom.r1` …, overrides, and bands of its own.
pub(crate) fn document() -> impl Strategy<Value = Value> {
    let combine = prop_oneof![2 => Just("mean"), 1 => Just("min"), 1 => Just("max")];
    let dimension = (prop_oneof![1 => Just(0.0), 9 => 0.01..100.0_f64], combine, vec(rule(), 1..6));
    let bands = option::of((60.1..100.0_f64, 30.1..60.0_f64, 1.0..30.0_f64));
    (vec(dimension, 1..4), overrides(), bands).prop_map(|(dimensions, overrides, bands)| {
        let mut count = 0;
        let dimensions = dimensions.into_iter().enumerate().map(|(place, (weight, combine, rules))| {
            let rules = rules.into_iter().enumerate().map(|(place, (mut rule, [number, word, boolean]))| {
                rule["id"] = json!(format!("r{count}"));
                rule["measure"] = json!(format!("custom.r{count}"));
                rule["points"] = by_kind(count, number, word, boolean);
                count += 1;
                // One rule of each dimension counts, or the document is refused; and one of the dimensions.
                if place == 0 && rule["weight"] == json!(0.0) {
                    rule["weight"] = json!(1.0);
                }
                rule
            });
            let weight = if place == 0 { weight + 0.1 } else { weight };
            json!({"id": format!("d{place}"), "weight": weight, "combine": combine, "rules": rules.collect::<Vec<_>>()})
        });
        let mut document =
            json!({"format": 1, "id": "p", "dimensions": dimensions.collect::<Vec<_>>(), "overrides": overrides});
        if let Some((thriving, healthy, steady)) = bands {
            document["bands"] = json!({"thriving": thriving, "healthy": healthy, "steady": steady});
        }
        document
    })
}

/// What is known about a customer.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) measures: Vec<Option<Observed>>,
    manual_override: Option<ManualOverride>,
}

fn observed() -> impl Strategy<Value = [Observed; 3]> {
    let values = (number(), select(WORDS.to_vec()), any::<bool>());
    // Mostly of the kind that the rule takes; some of tomorrow; some stale by themselves.
    let age_hours = prop_oneof![4 => 0..2400_i64, 1 => (0..100_i64).prop_map(|days| days * 24), 1 => -24..0_i64];
    (values, 0..20_u8, age_hours, 0..10_u8).prop_map(|((number, word, yes), odd, age_hours, stale)| {
        let number = MeasureValue::Number(number);
        let values = match odd {
            0 => [MeasureValue::Boolean(yes), number.clone(), number],
            _ => [number, MeasureValue::Word(Name::from(word)), MeasureValue::Boolean(yes)],
        };
        let stale_from = (stale == 0).then(|| now() - Duration::hours(age_hours % 3));
        let observed_at = now() - Duration::hours(age_hours);
        values.map(|value| Observed { stale_from, ..Observed::new(value, observed_at) })
    })
}

pub(crate) fn known() -> impl Strategy<Value = Known> {
    let by_hand = (limit(), -10..10_i64).prop_map(|((kind, value), days)| ManualOverride {
        kind: LimitKind::parse(kind).unwrap(),
        value: PointValue(value),
        reason: "an executive sponsor left".to_owned(),
        set_by: EmailAddress::parse("csm@example.com").unwrap(),
        set_at: now() - Duration::days(20),
        expires_at: now() + Duration::days(days),
    });
    (vec(option::weighted(0.8, observed()), MEASURES), option::weighted(0.2, by_hand)).prop_map(
        |(measures, manual_override)| {
            let measures = measures
                .into_iter()
                .enumerate()
                .map(|(index, observed)| observed.map(|[number, word, boolean]| by_kind(index, number, word, boolean)));
            Known { measures: measures.collect(), manual_override }
        },
    )
}

impl Known {
    pub(crate) fn values(&self) -> MeasureValues {
        let mut values = MeasureValues::default();
        for (index, observed) in self.measures.iter().enumerate() {
            values.set(measure(index), observed.clone());
        }
        values
    }

    pub(crate) fn manual_override(&self) -> Option<&ManualOverride> {
        self.manual_override.as_ref()
    }
}

pub(crate) fn compiled(document: &Value) -> Compiled {
    Compiled::new(&Scorecard::parse(document).unwrap(), None)
}

pub(crate) fn score(document: &Value, known: &Known) -> Score {
    compiled(document).score(&known.values(), known.manual_override(), now())
}
