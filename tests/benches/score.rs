//! What a Health Score costs: `cargo bench -p keepwell-benches --bench score`.

use std::hint::black_box;

use chrono::{DateTime, Duration, Utc};
use divan::Bencher;
use divan::counter::ItemsCount;
use keepwell_domain::measure::{Kind, MeasureValue, MeasureValues, Observed, Resolved, catalogue};
use keepwell_domain::score::columns::Options;
use keepwell_domain::score::evaluate::Compiled;
use keepwell_domain::score::explain::explain;
use keepwell_domain::score::portfolio::Portfolio;
use keepwell_domain::score::scorecard::Scorecard;

fn main() {
    divan::main();
}

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + Duration::days(20_758)
}

/// A customer about whom every measure of the catalogue is known; `which` makes it another one.
fn customer(which: usize) -> MeasureValues {
    let mut values = MeasureValues::default();
    for (index, measure) in catalogue().iter().enumerate() {
        let spread = (which * 31 + index * 17) % 97;
        let value = match measure.kind {
            Kind::Number => MeasureValue::Number(spread as f64 / 3.0),
            Kind::Boolean => MeasureValue::Boolean(spread.is_multiple_of(2)),
            Kind::Word => {
                let word = measure.words.get(spread % measure.words.len().max(1)).copied();
                MeasureValue::Word(word.unwrap_or("any").into())
            }
        };
        let observed_at = now() - Duration::hours(20 * i64::try_from(spread).unwrap_or_default());
        values.set(Resolved::Catalogue(index), Some(Observed::new(value, observed_at)));
    }
    values
}

fn shipped() -> Compiled {
    Compiled::new(&Scorecard::shipped(), Some(1))
}

#[divan::bench]
fn one_customer_with_full_breakdown(bencher: Bencher<'_, '_>) {
    let (scorecard, values) = (shipped(), customer(1));
    bencher.bench(|| scorecard.evaluate(black_box(&values), now()));
}

#[divan::bench]
fn explain_a_change(bencher: Bencher<'_, '_>) {
    let scorecard = shipped();
    let [before, after] = [1, 2].map(|which| scorecard.evaluate(&customer(which), now()));
    bencher.bench(|| explain(black_box(&before), black_box(&after), None));
}

#[divan::bench]
fn compile_a_scorecard(bencher: Bencher<'_, '_>) {
    let scorecard = Scorecard::shipped();
    bencher.bench(|| Compiled::new(black_box(&scorecard), Some(1)));
}

#[divan::bench]
fn read_a_scorecard_from_yaml() -> Scorecard {
    Scorecard::shipped()
}

/// The shipped scorecard with all its shapes, validities and overrides.
#[divan::bench(args = [1, 2], sample_count = 20)]
fn portfolio_of_100_000_by_threads(bencher: Bencher<'_, '_>, threads: usize) {
    const CUSTOMERS: usize = 100_000;
    let scorecard = shipped();
    let some: Vec<MeasureValues> = (0..97).map(customer).collect();
    let mut portfolio = Portfolio::default();
    for values in some.iter().cycle().take(CUSTOMERS) {
        portfolio.push(values, None, now());
    }
    let options = Options { threads, dimensions: false };
    bencher.counter(ItemsCount::new(CUSTOMERS)).bench(|| scorecard.score_portfolio(black_box(&portfolio), options));
}
