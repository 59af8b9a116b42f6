//! From answers to the Happiness Level, its trend and its sudden drops.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use chrono::{DateTime, Duration, Utc};
use keepwell_domain::contact::Role;
use keepwell_domain::happiness::HappinessLevel::{Happy, Neutral, NotHappy, VeryHappy};
use keepwell_domain::happiness::{
    Answer, DropKind, HappinessDrop, HappinessLevel, Reading, change_since, reading_at, response_rate, sudden_drop,
    trend,
};
use keepwell_domain::id::RecordId;
use keepwell_domain::settings::Settings;
use proptest::prelude::*;

/// Noon of a day counted from the beginning of the story.
fn day(n: i64) -> DateTime<Utc> {
    "2026-01-05T12:00:00Z".parse::<DateTime<Utc>>().unwrap() + Duration::days(n)
}

/// `contact` answers on a day, in a request of its own.
fn answer(contact: &str, on_day: i64, rating: HappinessLevel) -> Answer {
    Answer {
        request: format!("req_{on_day:03}_{contact}"),
        revision: 1,
        contact: RecordId::parse(contact).unwrap(),
        role: Role::User,
        rating,
        comment: None,
        sentiment: None,
        at: day(on_day),
    }
}

fn value(answers: &[Answer], on_day: i64) -> Option<f64> {
    reading_at(answers, &Settings::default(), day(on_day)).value
}

fn drop_on(answers: &[Answer], on_day: i64) -> Option<HappinessDrop> {
    sudden_drop(answers, &Settings::default(), None, day(on_day))
}

#[test]
fn nobody_answered_is_unknown_and_never_zero() {
    let nobody = Reading::default();
    assert_eq!(reading_at(&[], &Settings::default(), day(0)), nobody);
    assert_eq!(nobody.value, None);
    assert_eq!(value(&[answer("ana", 5, Happy)], 4), None, "not yet");
}

#[test]
fn the_level_is_the_mean_over_contacts_of_each_ones_latest_answer() {
    let answers = [
        answer("ana", 0, NotHappy),
        answer("ana", 30, VeryHappy),
        answer("bob", 10, Happy),
        answer("cleo", 20, Neutral),
    ];
    let reading = reading_at(&answers, &Settings::default(), day(31));
    assert_eq!(reading.value, Some(200.0 / 3.0));
    assert_eq!(reading.level, Some(Happy));
    assert_eq!((reading.answers, reading.newest_at), (3, Some(day(30))));
}

#[test]
fn a_changed_answer_replaces_the_one_before() {
    let first = answer("ana", 0, Happy);
    let changed = Answer { revision: 2, rating: NotHappy, at: day(2), ..first.clone() };
    let same_second = Answer { revision: 3, rating: Neutral, at: day(2), ..first.clone() };
    assert_eq!(value(&[changed.clone(), first.clone()], 1), Some(75.0));
    assert_eq!(value(&[changed.clone(), first.clone()], 2), Some(0.0));
    assert_eq!(value(&[same_second, changed, first], 2), Some(25.0));
}

#[test]
fn what_the_contact_said_last_counts_even_when_it_was_said_in_an_older_mail() {
    let newer_request = answer("ana", 31, VeryHappy);
    let older_request = Answer { at: day(40), rating: NotHappy, ..answer("ana", 0, Happy) };
    assert_eq!(value(&[newer_request, older_request], 41), Some(0.0));
}

#[test]
fn an_answer_counts_until_it_is_ninety_days_old() {
    let answers = [answer("ana", 0, Happy)];
    let just_before = day(90) - Duration::seconds(1);
    assert_eq!(reading_at(&answers, &Settings::default(), just_before).value, Some(75.0));
    assert_eq!(value(&answers, 90), None);
}

#[test]
fn an_old_answer_does_not_come_back_when_a_newer_one_gets_too_old() {
    let answers = [answer("ana", 0, NotHappy), answer("ana", 1, VeryHappy)];
    assert_eq!(value(&answers, 91), None);
}

#[test]
fn the_lower_bound_of_a_word_is_inclusive() {
    let bounds = Settings::default().happiness_levels;
    let word = |value| HappinessLevel::of(value, &bounds);
    assert_eq!([80.0, 60.0, 40.0].map(word), [VeryHappy, Happy, Neutral]);
    assert_eq!([79.999, 59.999, 39.999].map(word), [Happy, Neutral, NotHappy]);
    // (100 + 100 + 100 + 75 + 25) / 5 is exactly 80.
    let ratings = [VeryHappy, VeryHappy, VeryHappy, Happy, Neutral];
    let answers: Vec<_> =
        ratings.iter().zip(["a", "b", "c", "d", "e"]).map(|(rating, contact)| answer(contact, 0, *rating)).collect();
    let reading = reading_at(&answers, &Settings::default(), day(1));
    assert_eq!((reading.value, reading.level), (Some(80.0), Some(VeryHappy)));
}

#[test]
fn roles_can_be_weighted_and_a_weight_of_zero_leaves_a_role_out() {
    let boss = Answer { role: Role::DecisionMaker, ..answer("ana", 0, NotHappy) };
    let answers = [boss.clone(), answer("bob", 0, VeryHappy)];
    let mut settings = Settings::default();
    settings.role_weights.decision_maker = 3.0;
    assert_eq!(reading_at(&answers, &settings, day(1)).value, Some(25.0));
    settings.role_weights.decision_maker = 0.0;
    let reading = reading_at(&answers, &settings, day(1));
    assert_eq!((reading.value, reading.answers), (Some(100.0), 1));
    assert_eq!(reading_at(&[boss], &settings, day(1)), Reading::default());
    settings.role_weights.user = f64::NAN;
    assert_eq!(reading_at(&answers, &settings, day(1)), Reading::default());
}

#[test]
fn what_an_answer_is_worth_is_configurable() {
    let mut settings = Settings::default();
    settings.answer_values.happy = 66.0;
    assert_eq!(reading_at(&[answer("ana", 0, Happy)], &settings, day(1)).value, Some(66.0));
}

#[test]
fn the_trend_ends_where_it_was_asked_to_end_and_shows_the_unknown_as_a_gap() {
    let answers = [answer("ana", 5, VeryHappy), answer("bob", 12, Neutral)];
    let points = trend(&answers, &Settings::default(), day(0), day(16), 7);
    let seen: Vec<_> = points.iter().map(|point| (point.at, point.value, point.answers)).collect();
    let expected = [(day(0), None, 0), (day(7), Some(100.0), 1), (day(14), Some(62.5), 2), (day(16), Some(62.5), 2)];
    assert_eq!(seen, expected);
    assert!(trend(&answers, &Settings::default(), day(2), day(1), 7).is_empty());
    assert_eq!(trend(&answers, &Settings::default(), day(0), day(3), 0).len(), 4);
}

#[test]
fn a_change_is_known_only_when_both_ends_are() {
    let answers = [answer("ana", 0, VeryHappy), answer("ana", 30, Happy)];
    let change = |from, to| change_since(&answers, &Settings::default(), day(from), day(to));
    assert_eq!(change(1, 31), Some(-25.0));
    assert_eq!(change(-1, 31), None);
    assert_eq!(change(1, 130), None);
}

#[test]
fn the_response_rate_of_nobody_asked_is_unknown() {
    assert_eq!(response_rate(0, 0), None);
    assert_eq!(response_rate(4, 1), Some(0.25));
    assert_eq!(response_rate(1, 2), Some(1.0));
}

#[test]
fn ten_points_within_seven_days_is_a_drop_and_after_seven_days_it_is_none() {
    let answers = [answer("ana", 0, VeryHappy), answer("ana", 30, Happy)];
    let expected = HappinessDrop { kind: DropKind::Points, from: 100.0, to: 75.0 };
    assert_eq!(drop_on(&answers, 29), None);
    assert_eq!(drop_on(&answers, 30), Some(expected));
    assert_eq!(drop_on(&answers, 36), Some(expected));
    assert_eq!(drop_on(&answers, 37), None);
}

#[test]
fn exactly_ten_points_are_a_drop_and_less_is_none() {
    let others: Vec<_> = (0..9).map(|n| answer(&format!("other{n}"), 0, VeryHappy)).collect();
    let with = |last: HappinessLevel| {
        let ana = [answer("ana", 0, VeryHappy), answer("ana", 20, last)];
        drop_on(&[&others[..], &ana[..]].concat(), 20).map(|drop| drop.to)
    };
    assert_eq!(with(NotHappy), Some(90.0));
    assert_eq!(with(Neutral), None, "92.5");
}

#[test]
fn a_new_unhappy_voice_is_a_drop() {
    let answers = [answer("ana", 0, VeryHappy), answer("bob", 20, NotHappy)];
    assert_eq!(drop_on(&answers, 20).map(|drop| (drop.from, drop.to)), Some((100.0, 50.0)));
}

#[test]
fn an_answer_that_merely_gets_too_old_is_not_a_drop() {
    let answers = [answer("ana", 0, VeryHappy), answer("bob", 50, Neutral)];
    assert_eq!((value(&answers, 89), value(&answers, 90)), (Some(62.5), Some(25.0)));
    for on_day in 58..140 {
        assert_eq!(drop_on(&answers, on_day), None, "day {on_day}");
    }
}

#[test]
fn a_drop_is_never_larger_than_what_people_saw() {
    // Bob fell from 100 to 75, but beside Ana, whose 0 got too old, the shown value rose from 50 to 75.
    let answers = [answer("ana", 0, NotHappy), answer("bob", 10, VeryHappy), answer("bob", 88, Happy)];
    assert_eq!((value(&answers, 87), value(&answers, 92)), (Some(50.0), Some(75.0)));
    assert_eq!(drop_on(&answers, 92), None);
    assert_eq!(drop_on(&answers, 89).map(|drop| drop.from), Some(50.0));
}

#[test]
fn from_unknown_to_unhappy_is_not_a_drop() {
    assert_eq!(drop_on(&[answer("ana", 0, NotHappy)], 0), None);
}

#[test]
fn a_drop_is_reported_once_and_a_further_one_again() {
    let mut answers = vec![answer("ana", 0, VeryHappy), answer("ana", 30, Happy)];
    let after = |answers: &[Answer], on_day| {
        sudden_drop(answers, &Settings::default(), Some(day(30)), day(on_day)).map(|drop| drop.from)
    };
    assert_eq!(after(&answers, 30), None);
    assert_eq!(after(&answers, 31), None);
    answers.push(answer("ana", 33, NotHappy));
    assert_eq!(after(&answers, 33), Some(75.0), "measured from where the last drop ended");
}

/// Words that lie close together, so that the row of words is seen and not the points.
fn close_words() -> Settings {
    let mut settings = Settings::default();
    settings.answer_values.very_happy = 81.0;
    settings.answer_values.happy = 79.0;
    settings.answer_values.neutral = 77.0;
    settings.happiness_levels.happy = 78.0;
    settings.happiness_levels.neutral = 58.0;
    settings
}

#[test]
fn one_word_down_twice_in_a_row_is_a_drop() {
    let settings = close_words();
    let down_twice = [answer("ana", 0, VeryHappy), answer("ana", 30, Happy), answer("ana", 60, Neutral)];
    let drop = |answers: &[Answer], on_day| sudden_drop(answers, &settings, None, day(on_day));
    assert_eq!(drop(&down_twice, 59), None);
    let expected = HappinessDrop { kind: DropKind::Words, from: 81.0, to: 77.0 };
    assert_eq!(drop(&down_twice, 60), Some(expected));
    assert_eq!(sudden_drop(&down_twice, &settings, Some(day(60)), day(61)), None, "reported");

    let up_between =
        [answer("ana", 0, Happy), answer("ana", 20, Neutral), answer("ana", 40, Happy), answer("ana", 60, Neutral)];
    assert_eq!(drop(&up_between, 60), None);
    let same_between =
        [answer("ana", 0, VeryHappy), answer("ana", 20, Happy), answer("ana", 40, Happy), answer("ana", 60, Neutral)];
    assert_eq!(drop(&same_between, 60), Some(expected));
    let recovered =
        [answer("ana", 0, VeryHappy), answer("ana", 20, Happy), answer("ana", 40, Neutral), answer("ana", 60, Happy)];
    assert_eq!(drop(&recovered, 60), None);
}

fn rating() -> impl Strategy<Value = HappinessLevel> {
    prop::sample::select(HappinessLevel::ALL)
}

prop_compose! {
    fn some_answers()(given in prop::collection::vec((0_usize..6, 0_i64..200, rating(), 0_usize..4), 0..25)) -> Vec<Answer> {
        let contacts = ["ana", "bob", "cleo", "dan", "eve", "finn"];
        given.into_iter().map(|(contact, on_day, rating, role)| Answer {
            role: *Role::ALL.get(role).unwrap(),
            ..answer(contacts.get(contact).unwrap(), on_day, rating)
        }).collect()
    }
}

proptest! {
    #[test]
    fn the_order_in_which_answers_are_read_does_not_change_a_bit(mut answers in some_answers(), at in 0_i64..250) {
        // One answer per contact and day: two at one moment in one request cannot happen.
        answers.sort_by(|a, b| (&a.contact, a.at).cmp(&(&b.contact, b.at)));
        answers.dedup_by(|a, b| a.contact == b.contact && a.at == b.at);
        let mut settings = Settings::default();
        settings.role_weights.champion = 0.1;
        settings.role_weights.other = 1.7;
        let forwards = reading_at(&answers, &settings, day(at));
        answers.reverse();
        let backwards = reading_at(&answers, &settings, day(at));
        prop_assert_eq!(forwards.value.map(f64::to_bits), backwards.value.map(f64::to_bits));
        prop_assert_eq!(forwards, backwards);
    }

    #[test]
    fn a_value_is_known_exactly_when_somebodys_answer_counts(answers in some_answers(), at in 0_i64..300) {
        let reading = reading_at(&answers, &Settings::default(), day(at));
        prop_assert_eq!(reading.value.is_some(), reading.answers > 0);
        prop_assert_eq!(reading.level.is_some(), reading.value.is_some());
        prop_assert!(reading.value.is_none_or(|value| (0.0..=100.0).contains(&value)));
    }

    #[test]
    fn without_a_new_answer_in_seven_days_there_are_no_points_to_drop(answers in some_answers(), at in 0_i64..300) {
        let quiet = !answers.iter().any(|answer| answer.at > day(at - 7) && answer.at <= day(at));
        let drop = drop_on(&answers, at);
        if quiet {
            prop_assert!(drop.is_none_or(|drop| drop.kind == DropKind::Words));
        }
        prop_assert!(drop.is_none_or(|drop| drop.from > drop.to));
    }
}
