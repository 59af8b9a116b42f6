//! The answers of scikit-learn and `SciPy` (`tests/backtest/run.py`) on the same data: a small set that is part of the repository, or a
//! large fresh one that the script makes and names in `KEEPWELL_BACKTEST_ORACLE`.

use keepwell_domain::backtest::logistic::{Sample, fit};
use keepwell_domain::backtest::roc::Placements;
use serde::Deserialize;

#[derive(Deserialize)]
struct Oracle {
    aucs: Vec<Aucs>,
    regressions: Vec<Regression>,
}

#[derive(Deserialize)]
struct Aucs {
    one: Scores,
    other: Scores,
    auc: [f64; 2],
    standard_error: [f64; 2],
    difference: f64,
    difference_standard_error: f64,
}

#[derive(Deserialize)]
struct Scores {
    churned: Vec<f64>,
    others: Vec<f64>,
}

#[derive(Deserialize)]
struct Regression {
    rows: Vec<Vec<f64>>,
    churned: Vec<bool>,
    penalty: f64,
    answers: std::collections::BTreeMap<String, Answer>,
}

#[derive(Deserialize)]
struct Answer {
    intercept: f64,
    coefficients: Vec<f64>,
}

fn oracle() -> Oracle {
    let fresh = std::env::var("KEEPWELL_BACKTEST_ORACLE").ok();
    let text = fresh.map(|path| std::fs::read_to_string(path).expect("the data of the script"));
    serde_json::from_str(text.as_deref().unwrap_or(include_str!("oracle.json"))).expect("the oracle's JSON")
}

fn near(ours: f64, theirs: f64, what: &str) {
    assert!((ours - theirs).abs() < 1e-6, "{what}: {ours} is not {theirs}");
}

#[test]
fn auc_and_its_errors_are_those_of_scikit_learn_and_of_the_definition() {
    let aucs = oracle().aucs;
    assert!(!aucs.is_empty());
    for case in aucs {
        let one = Placements::new(&case.one.churned, &case.one.others).unwrap();
        let other = Placements::new(&case.other.churned, &case.other.others).unwrap();
        near(one.auc().value, case.auc[0], "auc");
        near(other.auc().value, case.auc[1], "auc with ties");
        near(one.auc().standard_error, case.standard_error[0], "standard error");
        near(other.auc().standard_error, case.standard_error[1], "standard error with ties");
        near(one.difference(&other).value, case.difference, "difference");
        near(one.difference(&other).standard_error, case.difference_standard_error, "its standard error");
    }
}

#[test]
fn regressions_are_those_of_scikit_learn_and_scipy() {
    let regressions = oracle().regressions;
    let (mut answers, mut held) = (0, 0);
    for case in regressions {
        let ours = fit(Sample { rows: &case.rows, churned: &case.churned }, case.penalty).unwrap();
        assert!(ours.coefficients.iter().all(|coefficient| *coefficient >= 0.0));
        held += ours.coefficients.iter().filter(|coefficient| **coefficient <= 0.0).count();
        for (name, theirs) in case.answers {
            answers += 1;
            near(ours.intercept, theirs.intercept, &name);
            for (ours, theirs) in ours.coefficients.iter().zip(&theirs.coefficients) {
                near(*ours, *theirs, &name);
            }
        }
    }
    assert!(answers >= 9 && held >= 3, "{answers} answers, {held} coefficients held at 0");
}
