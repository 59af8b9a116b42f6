//! What is said about a scorecard: verdicts, bands, segments, differences, leaks.

use keepwell_domain::backtest::bands::Alarm;
use keepwell_domain::backtest::cases::{Case, CaseKind, Tested};
use keepwell_domain::backtest::leakage::Leak;
use keepwell_domain::backtest::report::{Backtest, Counts, Horizon, VerdictWord, backtest};
use serde_json::json;

use super::given::{before, by_a, case, chosen, judge, noise, question, rule, scorecard_of, snapshot, steady};

/// `count` customers of each kind; churned ones are `lower` points lower in `custom.a`.
fn portfolio(count: usize, lower: f64, tested: &[&Tested]) -> Vec<Case> {
    let mut noise = noise(7);
    let mut cases = Vec::new();
    for number in 0..2 * count {
        let kind = if number % 2 == 0 { CaseKind::Churned } else { CaseKind::Renewed };
        let score = 40.0 + 40.0 * noise() - if kind == CaseKind::Churned { lower } else { 0.0 };
        cases.push(steady(
            &format!("customer-{number}"),
            kind,
            &[("custom.a", score), ("custom.b", 100.0 * noise())],
            tested,
        ));
    }
    cases
}

fn at_90(report: &Backtest) -> &Horizon {
    &report.scorecards[0].horizons[2]
}

#[test]
fn a_score_that_tells_predicts_one_that_is_upside_down_points_the_wrong_way_and_noise_does_neither() {
    let by_a = by_a();
    for (lower, word, text) in [
        (15.0, VerdictWord::Predicts, "The score predicts"),
        (-15.0, VerdictWord::WrongWay, "The score points the wrong way"),
        (0.0, VerdictWord::DoesNotPredict, "The score does not predict: the interval contains 0.5"),
    ] {
        let report = judge(&portfolio(60, lower, &[&by_a]), &[&by_a]);
        for horizon in &report.scorecards[0].horizons {
            let auc = horizon.auc.unwrap();
            assert_eq!(horizon.verdict.word, word, "{}", horizon.verdict.text);
            assert!(horizon.verdict.text.starts_with(text), "{}", horizon.verdict.text);
            assert!(auc.low < auc.value && auc.value < auc.high);
        }
    }
}

#[test]
fn under_twenty_churned_customers_nothing_is_judged() {
    let by_a = by_a();
    for (count, judged) in [(19, false), (20, true)] {
        let report = judge(&portfolio(count, 30.0, &[&by_a]), &[&by_a]);
        let horizon = at_90(&report);
        assert_eq!(horizon.auc.is_some(), judged);
        assert_eq!(horizon.deciles.is_empty() && horizon.roc.is_empty() && horizon.alarms.is_empty(), !judged);
    }
    let report = judge(&portfolio(19, 30.0, &[&by_a]), &[&by_a]);
    assert_eq!(at_90(&report).verdict.word, VerdictWord::TooFew);
    assert_eq!(
        at_90(&report).verdict.text,
        "Not judged: 19 churned customers with a score, and 20 are needed. Fewer say nothing, whatever the numbers look like."
    );
    let mut few_renewed = portfolio(30, 30.0, &[&by_a]);
    few_renewed.retain(|case| case.churned() || case.chosen.customer.as_str() == "customer-1");
    assert!(
        at_90(&judge(&few_renewed, &[&by_a])).verdict.text.starts_with("Not judged: 1 other customer with a score")
    );
}

#[test]
fn bands_and_deciles_are_plain_counts() {
    let by_a = by_a();
    let mut cases = Vec::new();
    // 20 churned: 10 struggling, 5 steady, 5 thriving. 30 renewed: 2 struggling, 8 healthy, 20 thriving.
    let groups = [
        (CaseKind::Churned, 10, 20.0),
        (CaseKind::Churned, 5, 50.0),
        (CaseKind::Churned, 5, 90.0),
        (CaseKind::Renewed, 2, 20.0),
        (CaseKind::Renewed, 8, 70.0),
        (CaseKind::Renewed, 20, 90.0),
    ];
    for (group, (kind, count, score)) in groups.into_iter().enumerate() {
        cases.extend((0..count).map(|it| steady(&format!("c-{group}-{it}"), kind, &[("custom.a", score)], &[&by_a])));
    }
    let report = judge(&cases, &[&by_a]);
    let horizon = at_90(&report);
    let alarms: Vec<_> =
        horizon.alarms.iter().map(|it| (it.alarm, it.churned, it.others, it.precision, it.recall)).collect();
    assert_eq!(
        alarms,
        [
            (Alarm::LowestBand, 10, 2, Some(10.0 / 12.0), Some(0.5)),
            (Alarm::BelowHealthy, 15, 2, Some(15.0 / 17.0), Some(0.75)),
        ]
    );
    assert_eq!((horizon.green.green, horizon.green.churned, horizon.green.share), (5, 20, Some(0.25)));
    let deciles: Vec<_> =
        horizon.deciles.iter().map(|it| (it.number, it.from, it.to, it.customers, it.churned)).collect();
    // Equal scores stand together: 12 of 50 begin in the first tenth, and the next score begins in the third.
    assert_eq!(
        deciles,
        [(1, 20.0, 20.0, 12, 10), (3, 50.0, 50.0, 5, 5), (4, 70.0, 70.0, 8, 0), (6, 90.0, 90.0, 25, 5)]
    );
}

#[test]
fn segments_are_judged_only_when_they_have_enough() {
    let by_a = by_a();
    let mut cases = portfolio(60, 15.0, &[&by_a]);
    for (place, case) in cases.iter_mut().enumerate() {
        case.chosen.segment = (place < 100).then(|| "Pro".to_owned());
    }
    let mut question = question();
    question.segment = Some("plan".to_owned());
    let report = backtest(&question, &cases, Counts { churned: 60, others: 60 }, &[&by_a]);
    let segments: Vec<_> =
        at_90(&report).segments.iter().map(|it| (it.value.as_deref(), it.scored.churned, it.auc.is_some())).collect();
    assert_eq!(segments, [(Some("Pro"), 50, true), (None, 10, false)]);
    assert!(at_90(&judge(&cases, &[&by_a])).segments.is_empty());
}

#[test]
fn two_scorecards_are_compared_on_the_same_customers() {
    let (by_a, by_b) = (by_a(), Tested::new(scorecard_of(&[rule("custom.b", 1)]), None));
    let cases = portfolio(60, 15.0, &[&by_a, &by_b]);
    let report = judge(&cases, &[&by_a, &by_b]);
    assert_eq!((report.scorecards.len(), report.differences.len()), (2, 3));
    let difference = report.differences[2].difference.unwrap();
    let aucs: Vec<f64> = report.scorecards.iter().map(|tests| tests.horizons[2].auc.unwrap().value).collect();
    assert!((difference.value - (aucs[0] - aucs[1])).abs() < 1e-12);
    assert!(report.differences[2].text.starts_with("This scorecard predicts better"), "{}", report.differences[2].text);
    assert!(report.notes.iter().any(|note| note.contains("flatter")), "a document may be made from these outcomes");
    assert!(judge(&cases, &[&by_a]).notes.is_empty());
    let reversed = judge(&cases, &[&by_b, &by_a]);
    assert!(reversed.differences[2].text.starts_with("This scorecard predicts worse"));
    let itself = judge(&cases, &[&by_a, &by_a]).differences[0].difference.unwrap();
    assert_eq!((itself.value, itself.low, itself.high), (0.0, 0.0, 0.0));
}

#[test]
fn a_measure_that_is_set_by_the_outcome_is_named() {
    let tested = Tested::new(scorecard_of(&[rule("custom.a", 10), rule("custom.b", 1)]), None);
    let mut noise = noise(3);
    let mut leaks = |known_then: fn(bool) -> bool, known_later: fn(bool) -> bool, number: fn(bool) -> f64| {
        let cases: Vec<Case> = (0..60)
            .map(|place| {
                let churned = place % 2 == 0;
                let kind = if churned { CaseKind::Churned } else { CaseKind::Renewed };
                let a = ("custom.a", 100.0 * noise());
                let with_b = [a, ("custom.b", number(churned))];
                let numbers = |known: bool| if known { with_b.as_slice() } else { &with_b[..1] };
                let history = [
                    snapshot(before(200), numbers(known_then(churned))),
                    snapshot(before(3), numbers(known_later(churned))),
                ];
                case(chosen(&format!("customer-{place}"), kind), &history, &[&tested])
            })
            .collect();
        let report = judge(&cases, &[&tested]);
        let warnings = at_90(&report).warnings.iter();
        warnings.map(|warning| (warning.measure.to_string(), warning.leak)).collect::<Vec<_>>()
    };
    let named = |leak| vec![("custom.b".to_owned(), leak)];
    assert_eq!(leaks(|_| true, |_| true, |_| 50.0), []);
    assert_eq!(leaks(|churned| churned, |_| true, |_| 50.0), named(Leak::KnownForOneSide));
    assert_eq!(leaks(|_| false, |churned| churned, |_| 50.0), named(Leak::SetWithOutcome));
    assert_eq!(leaks(|_| false, |_| true, |_| 50.0), [], "it comes to everybody: surveys do");
    assert_eq!(leaks(|_| true, |_| true, |churned| if churned { 0.0 } else { 100.0 }), named(Leak::TooGood));
}

#[test]
fn an_override_of_the_document_that_knows_the_outcome_is_named_too() {
    let document = json!({ "format": 1, "id": "default",
        "dimensions": [{ "id": "all", "weight": 1, "rules": [rule("custom.a", 1)] }],
        "overrides": [{ "id": "gone", "when": { "measure": "custom.b", "at_least": 1 }, "cap": 10 }] });
    let tested = Tested::new(keepwell_domain::score::scorecard::Scorecard::parse(&document).unwrap(), None);
    let mut noise = noise(5);
    let cases: Vec<Case> = (0..60)
        .map(|place| {
            let churned = place % 2 == 0;
            let kind = if churned { CaseKind::Churned } else { CaseKind::Renewed };
            let numbers = [("custom.a", 100.0 * noise()), ("custom.b", if churned { 1.0 } else { 0.0 })];
            steady(&format!("customer-{place}"), kind, &numbers, &[&tested])
        })
        .collect();
    let report = judge(&cases, &[&tested]);
    let [warning] = at_90(&report).warnings.as_slice() else { panic!("{:?}", at_90(&report).warnings) };
    assert_eq!((warning.rule.as_str(), warning.leak), ("gone", Leak::TooGood));
}

#[test]
fn a_report_is_the_same_after_a_journey_as_json() {
    let by_a = by_a();
    let report = judge(&portfolio(30, 10.0, &[&by_a]), &[&by_a, &by_a]);
    let text = serde_json::to_string(&report).unwrap();
    let again: Backtest = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&again).unwrap(), text);
}
