//! Renewals and expansions, by hand.

use chrono::Days;
use keepwell_domain::measure::{Inputs, measure_all};
use keepwell_domain::signal::Opportunity;
use serde_json::{Value, json};

use super::given::{customer, day, inputs, near, now, number, read};

fn opportunity(id: &str, kind: &str, closes_on: Value, amount_cents: i64, rest: Value) -> Opportunity {
    let mut body = json!({"id": id, "kind": kind, "closes_on": closes_on, "amount_cents": amount_cents});
    body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    read!(Opportunity, body)
}

fn in_days(days: u64) -> Value {
    json!(day(0) + Days::new(days))
}

fn past(days_ago: u64) -> Value {
    json!(day(days_ago))
}

/// A measure of a customer with an ARR of 1,000 and these opportunities.
fn measured(id: &str, opportunities: &[Opportunity]) -> Option<f64> {
    let customer = customer(json!({"arr_cents": 100_000}));
    number(&measure_all(&Inputs { opportunities, ..inputs(&customer) }), id)
}

#[test]
fn the_likelihood_is_that_of_the_next_open_renewal() {
    let renewal = |id: &str, closes_on: Value, rest: Value| opportunity(id, "renewal", closes_on, 0, rest);
    let mut opportunities = vec![
        renewal("last-year", past(300), json!({"likelihood": 100, "outcome": "won"})),
        renewal("next-year", in_days(400), json!({"likelihood": 10})),
        renewal("next", in_days(35), json!({"likelihood": 70})),
        opportunity("more-seats", "expansion", in_days(2), 0, json!({"likelihood": 20})),
    ];
    let id = "team.renewal_likelihood";
    near(measured(id, &opportunities), 70.0);
    // One that should have been decided comes before those to come, until it is forgotten.
    opportunities.push(renewal("late", past(90), json!({"likelihood": 30})));
    near(measured(id, &opportunities), 30.0);
    opportunities.push(renewal("forgotten", past(91), json!({"likelihood": 5})));
    near(measured(id, &opportunities), 30.0);
    // Nobody said how likely the next one is: that of a later one does not stand for it.
    opportunities.push(renewal("unsaid", past(90), json!({})));
    opportunities.retain(|it| it.id.as_str() != "late");
    assert_eq!(measured(id, &opportunities), None);
}

#[test]
fn what_is_decided_early_is_open_until_its_day() {
    let signed = opportunity("a", "renewal", in_days(10), 5_000, json!({"likelihood": 90, "outcome": "won"}));
    let today = opportunity("b", "renewal", past(0), 5_000, json!({"likelihood": 90, "outcome": "lost"}));
    near(measured("team.renewal_likelihood", std::slice::from_ref(&signed)), 90.0);
    assert_eq!(measured("team.renewal_execution_rate_365d", &[signed]), None);
    assert_eq!(measured("team.renewal_likelihood", std::slice::from_ref(&today)), None);
    near(measured("team.renewal_execution_rate_365d", &[today]), 0.0);
}

#[test]
fn execution_is_what_was_won_of_what_was_decided_by_value() {
    let decided = |id: &str, kind: &str, days_ago: u64, cents: i64, outcome: &str| {
        opportunity(id, kind, past(days_ago), cents, json!({"outcome": outcome}))
    };
    let opportunities = [
        decided("a", "renewal", 364, 300, "won"),
        decided("b", "renewal", 5, 100, "lost"),
        decided("too-old", "renewal", 365, 9_000, "lost"),
        decided("c", "expansion", 20, 0, "won"),
        decided("d", "expansion", 30, 700, "lost"),
        opportunity("open", "renewal", past(3), 800, json!({"likelihood": 50})),
    ];
    let customer = customer(json!({}));
    let values = measure_all(&Inputs { opportunities: &opportunities, ..inputs(&customer) });
    near(number(&values, "team.renewal_execution_rate_365d"), 0.75);
    near(number(&values, "team.expansion_execution_rate_365d"), 0.0);
    // Known since the end of the day of the newest decision.
    let observed = values.of("team.renewal_execution_rate_365d").unwrap().observed_at;
    assert_eq!(observed.to_rfc3339(), "2026-10-28T00:00:00+00:00");
    assert_eq!(values.of("team.expansion_pipeline_ratio"), None);
}

#[test]
fn without_any_value_execution_counts_heads() {
    let decided = |id: &str, outcome: &str| opportunity(id, "renewal", past(9), 0, json!({"outcome": outcome}));
    let opportunities = [decided("a", "won"), decided("b", "won"), decided("c", "lost")];
    near(measured("team.renewal_execution_rate_365d", &opportunities), 2.0 / 3.0);
    // The largest amounts there can be do not overflow.
    let large = |id: &str| opportunity(id, "renewal", past(9), 100_000_000_000_000, json!({"outcome": "won"}));
    let many: Vec<_> = (0..100_000).map(|index| large(&format!("o{index}"))).collect();
    near(measured("team.renewal_execution_rate_365d", &many), 1.0);
}

#[test]
fn the_pipeline_is_weighted_by_likelihood_and_measured_by_arr() {
    let expansion =
        |id: &str, closes_on: Value, cents: i64, rest: Value| opportunity(id, "expansion", closes_on, cents, rest);
    let opportunities = [
        expansion("a", in_days(20), 40_000, json!({"likelihood": 50})),
        expansion("b", in_days(90), 10_000, json!({"likelihood": 10})),
        expansion("unsaid", in_days(90), 1_000_000, json!({})),
        expansion("won", past(1), 1_000_000, json!({"likelihood": 100, "outcome": "won"})),
        expansion("forgotten", past(91), 1_000_000, json!({"likelihood": 100})),
    ];
    let id = "team.expansion_pipeline_ratio";
    near(measured(id, &opportunities), 0.21);
    assert_eq!(measured(id, &opportunities[2..]), None, "nobody said how likely");
    near(measured(id, &[expansion("hopeless", in_days(1), 5_000, json!({"likelihood": 0}))]), 0.0);
    for profile in [json!({}), json!({"arr_cents": 0})] {
        let customer = customer(profile);
        let values = measure_all(&Inputs { opportunities: &opportunities, ..inputs(&customer) });
        assert_eq!(number(&values, id), None);
    }
    let customer = customer(json!({"arr_cents": 100_000}));
    let values = measure_all(&Inputs { opportunities: &opportunities, ..inputs(&customer) });
    assert_eq!(values.of(id).unwrap().observed_at, now());
}
