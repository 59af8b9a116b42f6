//! A portfolio in columns and its customers one by one have the same numbers, bit by bit.

use keepwell_domain::health_status::HealthStatus;
use keepwell_domain::measure::{MeasureValues, Observed};
use keepwell_domain::score::breakdown::Score;
use keepwell_domain::score::columns::{CustomerScore, Options, PortfolioScores};
use keepwell_domain::score::portfolio::Portfolio;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use crate::any::{Known, compiled, document, known, measure, now};

/// More customers than a block holds, now and then: some, again and again.
fn customers() -> impl Strategy<Value = Vec<Known>> {
    (vec(known(), 1..30), 0..600_usize).prop_map(|(some, count)| some.iter().cycle().take(count).cloned().collect())
}

fn portfolio(customers: &[Known]) -> Portfolio {
    let mut portfolio = Portfolio::default();
    for customer in customers {
        portfolio.push(&customer.values(), customer.manual_override(), now());
    }
    portfolio
}

/// Equal numbers whose signs or last bits differ are not the same.
fn bits(score: &CustomerScore) -> (Option<u64>, Option<HealthStatus>, Option<u64>, u64) {
    (score.value.map(f64::to_bits), score.band, score.raw.map(f64::to_bits), score.coverage.to_bits())
}

fn of(score: &Score) -> CustomerScore {
    CustomerScore { value: score.value, band: score.band, raw: score.raw, coverage: score.coverage }
}

fn dimension_bits(scores: &PortfolioScores, place: usize) -> Vec<Option<u64>> {
    scores.dimension(place).map(|value| value.map(f64::to_bits)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_portfolio_and_its_customers_have_the_same_bits(document in document(), customers in customers()) {
        let scorecard = compiled(&document);
        let scores = scorecard.score_portfolio(&portfolio(&customers), Options { threads: 1, dimensions: true });
        let one_by_one: Vec<Score> =
            customers.iter().map(|it| scorecard.score(&it.values(), it.manual_override(), now())).collect();
        prop_assert_eq!(scores.iter().count(), customers.len());
        for (place, (ours, theirs)) in scores.iter().zip(&one_by_one).enumerate() {
            prop_assert_eq!(bits(&ours), bits(&of(theirs)), "customer {}: {:?}, {:?}", place, ours, theirs);
        }
        for place in 0..document["dimensions"].as_array().unwrap().len() {
            let theirs: Vec<Option<u64>> =
                one_by_one.iter().map(|score| score.dimensions[place].value.map(f64::to_bits)).collect();
            prop_assert_eq!(dimension_bits(&scores, place), theirs, "dimension {}", place);
        }
        for threads in [1, 8] {
            let counts = scorecard.count_bands(&portfolio(&customers), threads);
            for band in HealthStatus::ALL.iter().copied().map(Some).chain([None]) {
                prop_assert_eq!(counts.of(band), one_by_one.iter().filter(|score| score.band == band).count());
            }
        }
    }

    #[test]
    fn one_thread_and_eight_give_the_same_bits(document in document(), customers in customers()) {
        let (scorecard, portfolio) = (compiled(&document), portfolio(&customers));
        let [one, eight] = [1, 8].map(|threads| {
            let scores = scorecard.score_portfolio(&portfolio, Options { threads, dimensions: true });
            let dimensions = document["dimensions"].as_array().unwrap().len();
            let dimensions: Vec<_> = (0..dimensions).map(|place| dimension_bits(&scores, place)).collect();
            (scores.iter().map(|score| bits(&score)).collect::<Vec<_>>(), dimensions)
        });
        prop_assert_eq!(one, eight);
    }

    #[test]
    fn a_column_of_numbers_is_what_its_customers_are(
        document in document(), numbers in vec(proptest::option::weighted(0.8, (-300.0..300.0_f64, 0..100_u8)), 0..600),
    ) {
        let scorecard = compiled(&document);
        let values: Vec<f64> = numbers.iter().map(|number| number.map_or(f64::NAN, |(value, _)| value)).collect();
        let days: Vec<f64> = numbers.iter().map(|number| number.map_or(0.0, |(_, days)| f64::from(days))).collect();
        let mut portfolio = Portfolio::default();
        portfolio.set_numbers(measure(0), &values, &days);
        let scores = scorecard.score_portfolio(&portfolio, Options::default());
        for (number, ours) in numbers.iter().zip(scores.iter()) {
            let mut measures = MeasureValues::default();
            let observed = number.map(|(value, days)| Observed::number(value, now() - chrono::Duration::days(days.into())));
            measures.set(measure(0), observed);
            prop_assert_eq!(bits(&ours), bits(&of(&scorecard.evaluate(&measures, now()))));
        }
    }
}

#[test]
fn those_who_fill_up_the_last_block_are_not_counted() {
    let rule = json!({"id": "r", "measure": "custom.r0", "weight": 1, "missing": "worst", "points": {"linear": {"zero_at": 0, "full_at": 1}}});
    let scorecard =
        compiled(&json!({"format": 1, "id": "p", "dimensions": [{"id": "d", "weight": 1, "rules": [rule]}]}));
    for customers in [1, 31, 32, 33] {
        let mut portfolio = Portfolio::default();
        portfolio.set_numbers(measure(0), &vec![f64::NAN; customers], &[]);
        let counts = scorecard.count_bands(&portfolio, 1);
        assert_eq!((counts.of(Some(HealthStatus::Struggling)), counts.of(None)), (customers, 0));
    }
}

#[test]
fn a_portfolio_of_nobody_has_no_scores() {
    let rule =
        json!({"id": "r", "measure": "custom.r0", "weight": 1, "points": {"linear": {"zero_at": 0, "full_at": 1}}});
    let scorecard =
        compiled(&json!({"format": 1, "id": "p", "dimensions": [{"id": "d", "weight": 1, "rules": [rule]}]}));
    for threads in [0, 1, 8] {
        let scores = scorecard.score_portfolio(&Portfolio::default(), Options { threads, dimensions: true });
        let unknown = scorecard.count_bands(&Portfolio::default(), threads).of(None);
        assert_eq!((scores.iter().count(), unknown, scores.dimension(0).count()), (0, 0, 0));
    }
}
