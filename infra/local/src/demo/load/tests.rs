//! What the portfolio shows once it is loaded.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime};
use keepwell_domain::measure::catalogue;
use keepwell_domain::score::evaluate::Compiled;
use keepwell_domain::score::scorecard::Scorecard;

use super::{History, SEED, portfolio};

#[test]
fn every_measure_is_known_of_some_customers() {
    let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap_or_default();
    let now = today.and_time(NaiveTime::MIN).and_utc();
    let scorecard = Compiled::new(&Scorecard::shipped(), Some(1));
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for demo in portfolio(SEED, today) {
        let newest = History::of(&demo, now).snapshots(&demo, &scorecard, now).pop();
        for (id, _) in newest.iter().flat_map(|snapshot| snapshot.measures.known()) {
            *known.entry(id.to_owned()).or_default() += 1;
        }
    }
    for measure in catalogue() {
        let customers = known.get(measure.id).copied().unwrap_or_default();
        assert!(customers >= 10, "{} is known of {customers} customers", measure.id);
    }
}
