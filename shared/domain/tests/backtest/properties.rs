//! What must hold of an AUC whatever the scores are.

use keepwell_domain::backtest::roc::{Placements, roc};
use proptest::collection::vec;
use proptest::prelude::*;

/// Scores with ties, and without.
fn scores() -> impl Strategy<Value = Vec<f64>> {
    vec(prop_oneof![(0..=20_u8).prop_map(|score| f64::from(score) * 5.0), 0.0..=100.0_f64], 1..40)
}

fn placements(churned: &[f64], others: &[f64]) -> Placements {
    Placements::new(churned, others).unwrap()
}

/// The chance, pair by pair.
fn by_pairs(churned: &[f64], others: &[f64]) -> f64 {
    let pairs = churned.iter().flat_map(|left| others.iter().map(move |stayed| (left, stayed)));
    let sum: f64 = pairs
        .map(|(left, stayed)| match left.total_cmp(stayed) {
            std::cmp::Ordering::Less => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Greater => 0.0,
        })
        .sum();
    sum / (churned.len() * others.len()) as f64
}

proptest! {
    #[test]
    fn auc_is_the_share_of_the_pairs_in_which_who_left_stands_below(churned in scores(), others in scores()) {
        let auc = placements(&churned, &others).auc();
        prop_assert!((auc.value - by_pairs(&churned, &others)).abs() < 1e-12);
        prop_assert!(0.0 <= auc.low && auc.low <= auc.value && auc.value <= auc.high && auc.high <= 1.0);
    }

    #[test]
    fn only_the_order_of_the_scores_matters(churned in scores(), others in scores()) {
        // Rising, and so flat above 50 that rounding would make ties of a steeper one.
        let moved = |scores: &[f64]| scores.iter().map(|score| score * score * 3.0 - 7.0).collect::<Vec<_>>();
        prop_assert_eq!(placements(&churned, &others).auc(), placements(&moved(&churned), &moved(&others)).auc());
    }

    #[test]
    fn upside_down_it_is_one_minus_itself(churned in scores(), others in scores()) {
        let flipped = |scores: &[f64]| scores.iter().map(|score| -score).collect::<Vec<_>>();
        let (auc, other) = (placements(&churned, &others).auc(), placements(&others, &churned).auc());
        prop_assert!((auc.value + other.value - 1.0).abs() < 1e-12);
        prop_assert!((auc.standard_error - other.standard_error).abs() < 1e-12);
        let upside_down = placements(&flipped(&churned), &flipped(&others)).auc();
        prop_assert!((upside_down.value + auc.value - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_scorecard_does_not_differ_from_itself(churned in scores(), others in scores()) {
        let difference = placements(&churned, &others).difference(&placements(&churned, &others));
        prop_assert_eq!((difference.value, difference.low, difference.high), (0.0, 0.0, 0.0));
    }

    #[test]
    fn the_area_under_the_roc_curve_is_the_auc(churned in scores(), others in scores()) {
        let curve = roc(&churned, &others);
        let area: f64 = curve
            .windows(2)
            .map(|pair| (pair[1].of_others - pair[0].of_others) * f64::midpoint(pair[0].of_churned, pair[1].of_churned))
            .sum();
        prop_assert!((area - placements(&churned, &others).auc().value).abs() < 1e-12);
        let ends = (curve.first().unwrap(), curve.last().unwrap());
        prop_assert_eq!((ends.0.of_churned, ends.0.of_others, ends.1.of_churned, ends.1.of_others), (0.0, 0.0, 1.0, 1.0));
    }
}

#[test]
fn nobody_on_one_side_is_no_auc() {
    assert_eq!(Placements::new(&[], &[1.0]), None);
    assert_eq!(Placements::new(&[1.0], &[]), None);
}
