//! Suggested weights: what helps gets weight, what does not gets none, and the numbers are those of customers not learned from.

use keepwell_domain::backtest::cases::{Case, CaseKind, Tested};
use keepwell_domain::backtest::report::Question;
use keepwell_domain::backtest::suggest::{Advice, Suggestion, SuggestionWord, suggest};
use keepwell_domain::score::scorecard::Scorecard;
use serde_json::json;

use super::given::{noise, question, rule, scorecard_of, steady};

fn one_horizon() -> Question {
    Question { horizons: vec![60], ..question() }
}

/// `custom.a` tells, `custom.b` is noise, `custom.c` tells the wrong way round, `custom.d` is hardly ever known.
fn portfolio(count: usize, tells: f64, tested: &Tested) -> Vec<Case> {
    let mut noise = noise(11);
    (0..count)
        .map(|place| {
            let churned = place % 3 == 0;
            let kind = if churned { CaseKind::Churned } else { CaseKind::Renewed };
            let side = if churned { -tells } else { tells };
            let numbers = [
                ("custom.a", 50.0 + side + 60.0 * (noise() - 0.5)),
                ("custom.b", 100.0 * noise()),
                ("custom.c", 50.0 - side + 80.0 * (noise() - 0.5)),
                ("custom.d", 50.0),
            ];
            let known = if place % 50 == 0 { numbers.as_slice() } else { &numbers[..3] };
            steady(&format!("customer-{place}"), kind, known, &[tested])
        })
        .collect()
}

fn tested() -> Tested {
    Tested::new(scorecard_of(&["custom.a", "custom.b", "custom.c", "custom.d"].map(|it| rule(it, 25))), Some(3))
}

fn suggestion(count: usize, tells: f64) -> Suggestion {
    let tested = tested();
    suggest(&one_horizon(), &portfolio(count, tells, &tested), &tested).unwrap()
}

#[test]
fn what_tells_is_weighed_and_what_does_not_is_a_candidate_to_drop() {
    let suggestion = suggestion(300, 12.0);
    assert_eq!(suggestion.word, SuggestionWord::Suggested, "{}", suggestion.text);
    let advice: Vec<_> = suggestion.weights.iter().map(|it| (it.rule.as_deref().unwrap(), it.advice)).collect();
    assert_eq!(advice[0], ("custom-a", Advice::Weigh));
    assert_eq!(advice[2], ("custom-c", Advice::Drop), "more points, more churn: never a negative weight");
    assert_eq!(advice[3], ("custom-d", Advice::NotJudged));
    let after: Vec<f64> = suggestion.weights.iter().map(|it| it.after.unwrap()).collect();
    assert!((after.iter().sum::<f64>() - 100.0).abs() < 1e-9, "{after:?}");
    assert!(after[0] > 60.0 && after[2] == 0.0 && after[3] == 25.0, "what is not judged keeps its share: {after:?}");
    let draft = json!(suggestion.draft.unwrap());
    assert_eq!(
        (&draft["dimensions"][0]["weight"], &draft["dimensions"][0]["rules"][2]["weight"]),
        (&json!(100), &json!(0))
    );
    let (auc, current) = (suggestion.out_of_fold.unwrap(), suggestion.current.unwrap());
    assert!(auc.low > 0.5 && auc.value > current.value, "{}", suggestion.text);
    assert!(
        suggestion.text.starts_with("On customers that it was not made from, the draft predicts"),
        "{}",
        suggestion.text
    );
}

#[test]
fn noise_does_not_become_a_draft_that_predicts() {
    let mut claimed = 0;
    for count in [150, 180, 210, 240, 270, 300] {
        let suggestion = suggestion(count, 0.0);
        claimed += usize::from(suggestion.out_of_fold.is_some_and(|auc| auc.low > 0.5));
    }
    assert!(claimed <= 1, "{claimed} of 6 drafts of noise were said to predict");
}

#[test]
fn under_twenty_churned_customers_nothing_is_suggested() {
    let suggestion = suggestion(57, 20.0);
    assert_eq!((suggestion.word, suggestion.learned_from.churned), (SuggestionWord::TooFew, 19));
    assert!(
        suggestion.draft.is_none() && suggestion.weights.is_empty() && suggestion.text.starts_with("Not judged: 19")
    );
}

#[test]
fn rules_that_all_tell_the_wrong_way_are_no_signal() {
    let tested = Tested::new(scorecard_of(&[rule("custom.c", 1)]), None);
    let suggestion = suggest(&one_horizon(), &portfolio(300, 20.0, &tested), &tested).unwrap();
    assert_eq!((suggestion.word, suggestion.draft.is_none()), (SuggestionWord::NoSignal, true));
    assert_eq!(suggestion.weights[0].advice, Advice::Drop);
}

#[test]
fn a_dimension_of_which_one_rule_decides_is_weighed_as_a_whole_and_one_without_use_is_switched_off() {
    let document = json!({ "format": 1, "id": "default", "dimensions": [
        { "id": "worst", "weight": 30, "combine": "min", "rules": [rule("custom.a", 3), rule("custom.d", 1)] },
        { "id": "noise", "weight": 70, "rules": [rule("custom.c", 5)] },
    ] });
    let tested = Tested::new(Scorecard::parse(&document).unwrap(), None);
    let suggestion = suggest(&one_horizon(), &portfolio(300, 12.0, &tested), &tested).unwrap();
    let units: Vec<_> =
        suggestion.weights.iter().map(|it| (it.dimension.as_str(), it.rule.is_some(), it.after)).collect();
    assert_eq!(units, [("worst", false, Some(100.0)), ("noise", true, Some(0.0))]);
    let draft = json!(suggestion.draft.unwrap());
    assert_eq!(
        (&draft["dimensions"][0]["weight"], &draft["dimensions"][0]["rules"]),
        (&json!(100), &document["dimensions"][0]["rules"])
    );
    assert_eq!(
        (&draft["dimensions"][1]["weight"], &draft["dimensions"][1]["rules"][0]["weight"]),
        (&json!(0), &json!(5))
    );
}

#[test]
fn the_same_outcomes_give_the_same_draft_whatever_their_order() {
    let tested = tested();
    let mut cases = portfolio(150, 12.0, &tested);
    let draft = suggest(&one_horizon(), &cases, &tested).unwrap().draft.unwrap();
    cases.reverse();
    assert_eq!(suggest(&one_horizon(), &cases, &tested).unwrap().draft.unwrap(), draft);
}
