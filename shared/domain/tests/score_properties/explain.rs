//! An explanation adds up, whatever the scorecards, the data and the overrides.

use keepwell_domain::score::explain::explain;
use proptest::prelude::*;

use crate::any::{document, known, score};

proptest! {
    #[test]
    fn the_deltas_sum_to_the_change(old in document(), new in document(), then in known(), now in known()) {
        let (before, between) = (score(&old, &then), score(&new, &then));
        for (document, between) in [(&old, None), (&new, Some(&between))] {
            let after = score(document, &now);
            let explanation = explain(&before, &after, between);
            let change = before.value.zip(after.value).map(|(before, after)| after - before);
            prop_assert_eq!(explanation.change, change);
            let sum: f64 = explanation.items.iter().map(|item| item.delta).sum();
            prop_assert!((sum - change.unwrap_or(0.0)).abs() < 1e-9, "{:?}", explanation);
        }
    }
}
