//! The catalogue of measures itself.

use keepwell_domain::health_status::HealthStatus;
use keepwell_domain::measure::{Direction, Resolved, catalogue, measure_all};
use keepwell_domain::score::scorecard::Scorecard;
use serde_json::json;

use super::given::{customer, inputs};

#[test]
fn the_catalogue_names_each_measure_once_and_explains_it() {
    let words: Vec<&str> = HealthStatus::ALL.iter().map(|word| word.as_str()).collect();
    for (index, measure) in catalogue().iter().enumerate() {
        assert_eq!(Resolved::find(measure.id), Some(Resolved::Catalogue(index)), "{}", measure.id);
        assert!(measure.meaning.ends_with('.') && !measure.unit.is_empty());
        let is_word = measure.kind == keepwell_domain::measure::Kind::Word;
        assert_eq!(is_word, !measure.words.is_empty(), "{}", measure.id);
        if measure.id == "team.health_status" {
            assert_eq!(measure.words, words);
        }
    }
}

#[test]
fn the_shipped_scorecard_uses_every_measure_that_says_good_or_bad() {
    let used = Scorecard::default_document();
    // The same fact in another form, or no judgement in itself.
    let left_out =
        ["usage.active_users_28d", "team.health_status_age_days", "team.days_to_renewal", "customer.happiness_level"];
    for measure in catalogue() {
        assert_eq!(
            used.contains(&format!("measure: {}\n", measure.id)),
            !left_out.contains(&measure.id),
            "{}",
            measure.id
        );
    }
}

#[test]
fn a_customer_about_whom_nothing_is_known_has_no_measures() {
    let customer = customer(json!({"seats": 10}));
    let values = measure_all(&inputs(&customer));
    for measure in catalogue() {
        assert_eq!(values.of(measure.id), None, "{}", measure.id);
    }
}

#[test]
fn the_page_of_measures_lists_the_catalogue() {
    let page = include_str!("../../../../docs/measures.md");
    let listed: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    let entries = catalogue().iter().map(|measure| {
        let better = match measure.direction {
            Direction::MoreIsBetter => "more",
            Direction::LessIsBetter => "less",
            Direction::Neither => "–",
        };
        format!("| `{}` | {} | {} | {better} | {} |", measure.id, measure.unit, measure.window, measure.meaning)
    });
    assert_eq!(listed, entries.collect::<Vec<_>>());
}
