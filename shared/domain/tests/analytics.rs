//! The portfolio in numbers: sums match, intervals hold, worked examples.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

use chrono::{DateTime, Days, NaiveDate, Utc};
use keepwell_domain::analytics::cohorts::{Standing, ends, month_at};
use keepwell_domain::analytics::drivers::{Adder, delta_of};
use keepwell_domain::analytics::interval::{Mean, Share};
use keepwell_domain::analytics::movement::{Movement, Place};
use keepwell_domain::analytics::renewals::renewals;
use keepwell_domain::analytics::responses::responses;
use keepwell_domain::analytics::segments::{segment, segments};
use keepwell_domain::analytics::trend::Standings;
use keepwell_domain::analytics::{Scope, StoodAt};
use keepwell_domain::customer::{Customer, NewCustomer, Profile};
use keepwell_domain::edition::Edition;
use keepwell_domain::feedback::FeedbackRequest;
use keepwell_domain::health_status::HealthStatus;
use keepwell_domain::id::{CustomerId, EmailAddress, RecordId};
use keepwell_domain::measure::MeasureValues;
use keepwell_domain::measure::Name;
use keepwell_domain::score::explain::{Cause, Change, Explanation};
use keepwell_domain::score::library::Selection;
use keepwell_domain::snapshot::day::{Day, DayMeasures, key_of};
use keepwell_domain::snapshot::{Row, Snapshot};
use proptest::prelude::*;
use serde_json::json;

fn near(actual: Option<f64>, expected: f64) {
    let actual = actual.unwrap();
    assert!((actual - expected).abs() < 1e-4, "{actual} is not {expected}");
}

/// Student's interval of NIST's e-Handbook's kind: 5 numbers, mean 60, s = 15.8114, t(4) = 2.7764: 60 ± 19.632.
#[test]
fn a_mean_has_students_interval() {
    let mean = Mean::of([40.0, 50.0, 60.0, 70.0, 80.0].into_iter());
    assert_eq!((mean.n, mean.mean), (5, Some(60.0)));
    near(mean.low, 60.0 - 2.7764 * 15.811_388 / 5.0_f64.sqrt());
    near(mean.high, 60.0 + 2.7764 * 15.811_388 / 5.0_f64.sqrt());
    assert_eq!(Mean::of([7.0].into_iter()), Mean { n: 1, mean: Some(7.0), low: None, high: None });
    assert_eq!(Mean::of([].into_iter()), Mean::default());
    let ends = Mean::of([0.0, 100.0].into_iter());
    assert_eq!((ends.low, ends.high), (Some(0.0), Some(100.0)), "cut at the ends of the scale");
    // From the tables of Student's distribution: t(11) = 2.2010, t(30) = 2.0423, t(120) = 1.9799; s = 1 by construction.
    for (freedom, quantile) in [(11_usize, 2.2010), (30, 2.0423), (120, 1.9799)] {
        let n = freedom + 1;
        let spread = (freedom as f64 / n as f64).sqrt();
        let numbers = (0..n).map(|place| if place % 2 == 0 { 50.0 - spread } else { 50.0 + spread });
        // An odd count has one number too many on one side; all here are even.
        let mean = Mean::of(numbers);
        if n % 2 == 0 {
            near(mean.high, 50.0 + quantile / (n as f64).sqrt());
        }
    }
}

/// Wilson's interval for 1 of 10 and for none of 20, computed by hand: 0.0179-0.4042 and 0-0.1611.
#[test]
fn a_share_has_wilsons_interval() {
    let share = Share::of(1, 10);
    near(share.low, 0.0179);
    near(share.high, 0.4042);
    let none = Share::of(0, 20);
    assert_eq!(none.low, Some(0.0));
    near(none.high, 0.1611);
    assert_eq!(Share::of(20, 20).high, Some(1.0));
    assert_eq!(Share::of(0, 0), Share::default());
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn now() -> DateTime<Utc> {
    "2026-03-15T12:00:00Z".parse().unwrap()
}

fn customer(id: usize, edit: impl FnOnce(&mut Customer)) -> Customer {
    let profile = Profile { name: format!("C{id}"), ..Profile::blank() };
    let id = CustomerId::parse(&format!("c{id}")).unwrap();
    let mut customer = NewCustomer { id: None, profile }.create(id, "2026-01-01T00:00:00Z".parse().unwrap());
    edit(&mut customer);
    customer
}

fn band() -> impl Strategy<Value = Option<HealthStatus>> {
    proptest::option::of(proptest::sample::select(HealthStatus::ALL))
}

prop_compose! {
    fn any_customer()(
        id in 0_usize..100_000, band in band(), score in 0.0..100.0_f64, happiness in proptest::option::of(0.0..100.0_f64),
        churned in proptest::bool::weighted(0.2), arr in proptest::option::of(0_i64..1_000_000), euro in any::<bool>(),
        renewal in proptest::option::of(0_u64..900), plan in proptest::option::of("[ab]"), owner in proptest::option::of("[xy]"),
        tags in proptest::collection::btree_set("[pqr]", 0..3),
    ) -> Customer {
        customer(id, |customer| {
            customer.standing.band = band;
            customer.standing.score = band.map(|_| score);
            customer.standing.happiness = happiness;
            customer.churned = churned;
            customer.profile.arr_cents = arr;
            customer.profile.currency = String::from(if euro { "EUR" } else { "USD" });
            customer.profile.renewal_on = renewal.map(|days| day("2026-01-01") + Days::new(days));
            customer.profile.plan = plan;
            customer.profile.owner = owner.map(|name| EmailAddress::parse(&format!("{name}@k.example")).unwrap());
            customer.profile.tags = tags;
        })
    }
}

fn portfolio() -> impl Strategy<Value = Vec<Customer>> {
    proptest::collection::vec(any_customer(), 0..40)
}

proptest! {
    #[test]
    fn a_mean_lies_in_its_interval(numbers in proptest::collection::vec(0.0..100.0_f64, 2..30)) {
        let mean = Mean::of(numbers.iter().copied());
        let (low, middle, high) = (mean.low.unwrap(), mean.mean.unwrap(), mean.high.unwrap());
        prop_assert!(0.0 <= low && low <= middle && middle <= high && high <= 100.0);
        prop_assert_eq!(mean.n, numbers.len());
    }

    #[test]
    fn a_share_lies_in_its_interval_and_more_make_it_narrower(n in 1_usize..500, part in 0.0..=1.0_f64) {
        let count = (part * n as f64) as usize;
        let (few, many) = (Share::of(count, n), Share::of(10 * count, 10 * n));
        let (low, share, high) = (few.low.unwrap(), few.share.unwrap(), few.high.unwrap());
        prop_assert!(0.0 <= low && low <= share && share <= high && high <= 1.0);
        prop_assert!(many.high.unwrap() - many.low.unwrap() < high - low);
    }

    #[test]
    fn everybody_is_in_one_band_or_has_left(customers in portfolio()) {
        let stood: Vec<StoodAt> = customers.iter().map(StoodAt::now).collect();
        let standings = Standings::of(&stood);
        prop_assert_eq!(standings.bands.total(), standings.customers);
        prop_assert_eq!(standings.customers + standings.churned, customers.len());
        prop_assert_eq!(standings.score.n + standings.bands.unknown, standings.customers);
    }

    #[test]
    fn parts_make_the_whole(customers in portfolio()) {
        let all: Vec<&Customer> = customers.iter().collect();
        let whole = segment(None, &all);
        for by in ["plan", "owner"] {
            let parts = segments(&all, by);
            prop_assert_eq!(parts.iter().map(|part| part.standings.customers).sum::<usize>(), whole.standings.customers);
            prop_assert_eq!(parts.iter().map(|part| part.at_risk.count).sum::<usize>(), whole.at_risk.count);
            let arr = |currency: &str| parts.iter().filter_map(|part| part.arr_cents.get(currency)).sum::<i64>();
            for (currency, cents) in &whole.arr_cents {
                prop_assert_eq!(arr(currency), *cents);
            }
            // The mean of the whole is that of its parts, each counting as often as it has customers.
            let sum: f64 = parts.iter().filter_map(|part| Some(part.standings.score.mean? * part.standings.score.n as f64)).sum();
            let expected = whole.standings.score.mean.unwrap_or_default() * whole.standings.score.n as f64;
            prop_assert!((sum - expected).abs() < 1e-6);
        }
        let tagged = all.iter().filter(|customer| !customer.churned).map(|customer| customer.profile.tags.len().max(1));
        prop_assert_eq!(segments(&all, "tag").iter().map(|part| part.standings.customers).sum::<usize>(), tagged.sum::<usize>());
    }

    #[test]
    fn rows_and_columns_of_a_movement_add_up(moves in proptest::collection::vec((place(), place()), 0..60)) {
        let moves: Vec<(Place, Place)> = moves.into_iter().filter(|(_, to)| *to != Place::New).collect();
        let movement = Movement::of(moves.iter().copied());
        prop_assert_eq!(movement.cells().iter().map(|cell| cell.customers).sum::<usize>(), moves.len());
        for sum in movement.before() {
            prop_assert_eq!(sum.customers, moves.iter().filter(|(from, _)| *from == sum.place).count());
        }
        for sum in movement.after() {
            prop_assert_eq!(sum.customers, moves.iter().filter(|(_, to)| *to == sum.place).count());
        }
        let stayed = Place::ALL[..4].iter().map(|place| movement.count(*place, *place)).sum::<usize>();
        let in_bands = moves.iter().filter(|(from, to)| Place::ALL[..4].contains(from) && Place::ALL[..4].contains(to)).count();
        prop_assert_eq!(movement.up() + movement.down() + stayed, in_bands);
        let back = Movement::of(moves.iter().filter(|(from, _)| *from != Place::New).map(|(from, to)| (*to, *from)));
        prop_assert_eq!(back.up(), movement.down());
    }

    #[test]
    fn the_parts_of_all_rules_are_the_change_of_all_scores(deltas in proptest::collection::vec(proptest::collection::vec((0_usize..5, -9.0..9.0_f64), 0..6), 0..20)) {
        let mut adder = Adder::default();
        let explanations: Vec<Explanation> = deltas.iter().map(|items| explanation(items)).collect();
        for explanation in &explanations {
            adder.add(explanation);
        }
        adder.add(&Explanation { change: None, items: Vec::new() });
        let drivers = adder.finish();
        prop_assert_eq!((drivers.n, drivers.unknown), (deltas.len(), 1));
        prop_assert!((drivers.items.iter().map(|driver| driver.net).sum::<f64>() - drivers.net).abs() < 1e-9);
        for driver in &drivers.items {
            let mine: Vec<f64> = explanations.iter().map(|it| delta_of(it, driver.rule.as_str())).collect();
            prop_assert!((mine.iter().sum::<f64>() - driver.net).abs() < 1e-9);
            prop_assert!(driver.lost <= 0.0 && driver.gained >= 0.0);
            prop_assert_eq!(driver.customers, mine.iter().filter(|delta| **delta != 0.0).count());
            prop_assert!((driver.causes.iter().map(|cause| cause.net).sum::<f64>() - driver.net).abs() < 1e-9);
        }
        prop_assert!(drivers.items.windows(2).all(|pair| pair[0].net <= pair[1].net));
    }

    #[test]
    fn every_renewal_is_in_one_place(customers in portfolio(), ahead in 1_u32..30) {
        let all: Vec<&Customer> = customers.iter().collect();
        let found = renewals(&all, day("2026-03-15"), ahead);
        prop_assert_eq!(found.months.len(), ahead as usize);
        let groups = [&found.overdue, &found.later, &found.without_date];
        let months = found.months.iter();
        let sum = months.clone().map(|month| month.customers).sum::<usize>() + groups.iter().map(|group| group.customers).sum::<usize>();
        prop_assert_eq!(sum, found.all.customers);
        for money in &found.all.money {
            let of = |all: &[keepwell_domain::analytics::renewals::Money]| {
                all.iter().filter(|other| other.currency == money.currency).map(|other| (other.arr_cents, other.at_risk_cents)).next().unwrap_or_default()
            };
            let parts = months.clone().map(|month| of(&month.money)).chain(groups.iter().map(|group| of(&group.money)));
            let (arr, at_risk) = parts.fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
            prop_assert_eq!((arr, at_risk), (money.arr_cents, money.at_risk_cents));
            prop_assert_eq!(money.by_band.total(), money.arr_cents);
        }
    }

    #[test]
    fn a_day_is_read_as_it_was_written(customers in portfolio()) {
        let mut snapshot = Snapshot::empty(now());
        for customer in &customers {
            snapshot.push(Row { customer: customer.clone(), revision: 1 }, &MeasureValues::default());
        }
        let selection = Selection::new(&[Edition::shipped()]).unwrap();
        let day = Day::of(&snapshot, &selection);
        let bytes = day.to_bytes().unwrap();
        prop_assert_eq!(Day::from_bytes(&bytes).unwrap(), day.clone());
        let text = String::from_utf8_lossy(&bytes);
        prop_assert!(!text.contains("k.example"), "nobody is named");
        for (row, customer) in day.rows.iter().zip(&customers) {
            prop_assert_eq!(row.key, key_of(customer));
            prop_assert_eq!(row.stood, StoodAt::now(customer));
        }
        let measures = DayMeasures::from_bytes(&DayMeasures::to_bytes(&snapshot).unwrap()).unwrap();
        prop_assert_eq!(measures.taken_at(), day.taken_at);
        let mut broken = bytes.clone();
        let last = broken.len() - 1;
        broken[last] ^= 1;
        prop_assert!(Day::from_bytes(&broken).is_err() || customers.is_empty());
    }
}

fn place() -> impl Strategy<Value = Place> {
    proptest::sample::select(Place::ALL)
}

/// A change made of these parts. Parts of one rule have different causes.
fn explanation(items: &[(usize, f64)]) -> Explanation {
    let causes = [
        Cause::DataChanged,
        Cause::ScorecardChanged,
        Cause::WentStale,
        Cause::Returned,
        Cause::WentMissing,
        Cause::Override,
    ];
    let items: Vec<Change> = items
        .iter()
        .zip(causes)
        .map(|((rule, delta), cause)| Change {
            rule: Name::from(format!("rule{rule}").as_str()),
            dimension: Some(Name::from("d")),
            measure: None,
            delta: *delta,
            cause,
            before: None,
            after: None,
        })
        .collect();
    Explanation { change: Some(items.iter().map(|item| item.delta).sum()), items }
}

#[test]
fn the_keys_of_a_customer_that_comes_again_are_others() {
    let first = customer(1, |_| {});
    let again = customer(1, |customer| customer.created_at = now());
    assert_ne!(key_of(&first), key_of(&again));
    assert_ne!(key_of(&first), key_of(&customer(2, |_| {})));
    assert!(key_of(&first) >= 0);
}

#[test]
fn a_scope_is_an_owner_and_segments() {
    let one = customer(1, |customer| {
        customer.profile.owner = EmailAddress::parse("Ana@Keepwell.example").ok();
        customer.profile.plan = Some("Pro".to_owned());
        customer.profile.tags.insert("vip".to_owned());
        customer.profile.attributes.insert("beta".to_owned(), json!(true));
    });
    let has = |owner: Option<&str>, segment: &[(&str, &str)]| {
        let segment = segment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Scope { owner: owner.map(|owner| EmailAddress::parse(owner).unwrap()), segment }.has(&one)
    };
    assert!(has(None, &[]));
    assert!(has(Some("ana@keepwell.example"), &[("plan", "Pro"), ("tag", "vip"), ("beta", "true")]));
    assert!(!has(Some("bo@keepwell.example"), &[]));
    assert!(!has(None, &[("plan", "Pro"), ("industry", "x")]));
}

/// Five customers, three months: by hand.
#[test]
fn renewals_by_month_currency_and_band() {
    let with = |id, renewal: &str, arr: i64, band: HealthStatus| {
        customer(id, |customer| {
            customer.profile.renewal_on = Some(day(renewal));
            customer.profile.arr_cents = Some(arr);
            customer.standing.band = Some(band);
        })
    };
    let mut churned = with(5, "2026-04-02", 9_999, HealthStatus::Struggling);
    churned.churned = true;
    let customers = [
        with(1, "2026-03-01", 100, HealthStatus::Healthy),
        with(2, "2026-03-15", 200, HealthStatus::Struggling),
        with(3, "2026-04-30", 300, HealthStatus::Thriving),
        with(4, "2026-06-01", 400, HealthStatus::Steady),
        churned,
    ];
    let found = renewals(&customers.iter().collect::<Vec<_>>(), day("2026-03-15"), 3);
    assert_eq!(found.all.customers, 4);
    assert_eq!((found.overdue.customers, found.later.customers, found.without_date.customers), (1, 1, 0));
    let months: Vec<_> = found.months.iter().map(|month| (month.month, month.customers, month.at_risk)).collect();
    assert_eq!(months, [(day("2026-03-01"), 1, 1), (day("2026-04-01"), 1, 0), (day("2026-05-01"), 0, 0)]);
    let march = &found.months[0].money[0];
    assert_eq!((march.arr_cents, march.at_risk_cents, march.by_band.struggling), (200, 200, 200));
    assert_eq!((found.all.money[0].arr_cents, found.all.money[0].at_risk_cents), (1_000, 200));
}

/// Four requests in two weeks, of which two were answered: by hand.
#[test]
fn a_request_counts_in_the_week_in_which_it_was_sent() {
    let request = |id: &str, asked_at: &str, answered_at: Option<&str>| {
        let (customer, contact) = (CustomerId::parse("acme").unwrap(), RecordId::parse("ann").unwrap());
        let mut request = FeedbackRequest::new(id.to_owned(), customer, contact, asked_at.parse().unwrap());
        request.first_answered_at = answered_at.map(|at| at.parse().unwrap());
        request
    };
    let requests = [
        request("a", "2026-02-22T23:00:00Z", Some("2026-02-23T10:00:00Z")),
        request("b", "2026-03-02T00:00:00Z", Some("2026-03-14T10:00:00Z")),
        request("c", "2026-03-08T23:59:59Z", None),
        request("d", "2026-03-09T09:00:00Z", None),
    ];
    let weeks = responses(requests.iter(), day("2026-02-25"), day("2026-03-10"), now());
    let counts: Vec<_> =
        weeks.iter().map(|week| (week.week, week.answered.n, week.answered.count, week.open)).collect();
    assert_eq!(counts, [(day("2026-02-23"), 0, 0, 0), (day("2026-03-02"), 2, 1, 1), (day("2026-03-09"), 1, 0, 1)]);
    assert_eq!(weeks[1].answered.share, Some(0.5));
}

/// Of four customers of a cohort one has left and one has no score: three of four stayed, and two scores count.
#[test]
fn a_cohort_counts_who_stayed_and_how_those_stand() {
    let scored = |score| StoodAt { score: Some(score), ..StoodAt::default() };
    let left = StoodAt { churned: true, ..scored(5.0) };
    let standing = Standing::of([scored(60.0), scored(80.0), StoodAt::default(), left].into_iter());
    assert_eq!(standing, Standing { n: 4, retained: Some(0.75), scored: 2, mean_score: Some(70.0) });
    assert_eq!(Standing::of([].into_iter()), Standing::default());
}

#[test]
fn the_ends_of_months_are_the_beginnings_of_the_next_and_today() {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    assert_eq!(ends(day("2026-03-09"), 3), ["2026-01-01", "2026-02-01", "2026-03-01", "2026-03-09"].map(day));
    assert_eq!(ends(day("2026-03-01"), 2), ["2026-02-01", "2026-03-01"].map(day));
    let (january, today) = (day("2026-01-01"), day("2026-03-09"));
    let months: Vec<Option<u32>> = ends(today, 3).into_iter().map(|on| month_at(january, on, today)).collect();
    assert_eq!(months, [None, Some(0), Some(1), Some(2)]);
    // Who starts today is in its first month.
    assert_eq!(month_at(day("2026-03-01"), today, today), Some(0));
    assert_eq!(month_at(day("2026-03-01"), day("2026-03-01"), today), None);
    // On the first of a month, the month before has ended and this one has begun.
    let first = day("2026-03-01");
    assert_eq!(month_at(january, first, first), Some(2));
}
