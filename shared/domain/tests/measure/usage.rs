//! Product Usage, by hand.

use chrono::{DateTime, Duration, Utc};
use keepwell_domain::measure::{Inputs, measure_all};
use keepwell_domain::settings::Settings;
use keepwell_domain::signal::UsageEvent;
use keepwell_domain::usage::UsageDay;
use serde_json::json;

use super::given::{customer, day, inputs, near, now, number};

/// Days of usage: `(days ago, users, feature, events)`, each user with as many events.
fn usage(days: &[(u64, &[&str], &str, u64)]) -> Vec<UsageDay> {
    let mut rows: Vec<UsageDay> = days
        .iter()
        .map(|(days_ago, users, feature, count)| {
            let mut row = UsageDay::empty(day(*days_ago));
            let known = users.iter().map(|user| Some((*user).to_owned()));
            let anonymous = users.is_empty().then_some(None);
            for (index, user) in known.chain(anonymous).enumerate() {
                row.fold(&UsageEvent {
                    message_id: format!("{days_ago}-{index}"),
                    at: now(),
                    user,
                    feature: Some((*feature).to_owned()).filter(|feature| !feature.is_empty()),
                    count: *count,
                    duration_secs: 0,
                });
            }
            row
        })
        .collect();
    rows.sort_by_key(|row| row.day);
    rows
}

#[test]
fn usage_is_counted_by_day_user_and_feature() {
    let customer = customer(json!({"seats": 4}));
    // Two working days (Friday and Thursday), a Sunday; before that, two days.
    let rows = usage(&[
        (0, &["ana"], "report", 4),
        (2, &["ana", "bo"], "report", 3),
        (3, &["bo"], "export", 2),
        (28, &["cy"], "import", 5),
        (55, &["ana"], "report", 1),
        (56, &["dee"], "old", 99),
    ]);
    let mut inputs = inputs(&customer);
    inputs.usage = &rows;
    let values = measure_all(&inputs);
    for (id, expected) in [
        ("usage.active_days_28d", 3.0),
        ("usage.events_trend_ratio", 12.0 / 6.0),
        ("usage.days_since_last_seen", 0.0),
        ("usage.active_users_28d", 2.0),
        ("usage.seats_in_use_ratio", 0.5),
        ("usage.stickiness_working_days", 3.0 / 40.0),
        ("usage.feature_breadth_28d", 2.0),
        ("usage.key_feature_adoption_ratio", 2.0 / 3.0),
        ("usage.events_per_active_day_28d", 4.0),
    ] {
        near(number(&values, id), expected);
    }
    let named = Settings { key_features: ["export", "api"].map(str::to_owned).into(), ..Settings::default() };
    inputs.settings = &named;
    near(number(&measure_all(&inputs), "usage.key_feature_adoption_ratio"), 0.5);
}

#[test]
fn a_tool_used_by_everybody_on_every_working_day_is_fully_sticky() {
    let customer = customer(json!({}));
    let days: Vec<(u64, &[&str], &str, u64)> =
        (0..28).filter(|ago| ago % 7 != 0 && ago % 7 != 1).map(|ago| (ago, ["ana", "bo"].as_slice(), "f", 1)).collect();
    let rows = usage(&days);
    let mut inputs = inputs(&customer);
    inputs.usage = &rows;
    near(number(&measure_all(&inputs), "usage.stickiness_working_days"), 1.0);
}

#[test]
fn anonymous_usage_says_nothing_about_users_or_features() {
    let customer = customer(json!({"seats": 4}));
    let rows = usage(&[(1, &[], "", 7)]);
    let mut inputs = inputs(&customer);
    inputs.usage = &rows;
    let values = measure_all(&inputs);
    near(number(&values, "usage.active_days_28d"), 1.0);
    for id in [
        "usage.active_users_28d",
        "usage.seats_in_use_ratio",
        "usage.stickiness_working_days",
        "usage.feature_breadth_28d",
        "usage.key_feature_adoption_ratio",
    ] {
        assert_eq!(number(&values, id), None, "{id}");
    }
}

#[test]
fn once_there_was_usage_silence_is_a_fact() {
    let customer = customer(json!({}));
    let rows = usage(&[(40, &["ana"], "report", 3)]);
    let mut inputs = inputs(&customer);
    inputs.usage = &rows;
    let values = measure_all(&inputs);
    near(number(&values, "usage.active_days_28d"), 0.0);
    near(number(&values, "usage.active_users_28d"), 0.0);
    near(number(&values, "usage.events_trend_ratio"), 0.0);
    near(number(&values, "usage.days_since_last_seen"), 40.0);
    assert_eq!(number(&values, "usage.events_per_active_day_28d"), None);
    // Known for as long as the newest day with usage is over.
    let observed = values.of("usage.active_days_28d").unwrap().observed_at;
    assert_eq!(observed, "2026-09-23T00:00:00Z".parse::<DateTime<Utc>>().unwrap());
    inputs.usage = &[];
    inputs.last_used_on = Some(day(200));
    let values = measure_all(&inputs);
    near(number(&values, "usage.days_since_last_seen"), 200.0);
    near(number(&values, "usage.active_days_28d"), 0.0);
    assert_eq!(number(&values, "usage.events_trend_ratio"), None);
}

#[test]
fn growth_from_nothing_is_limited() {
    let customer = customer(json!({}));
    let rows = usage(&[(3, &["ana"], "report", 1)]);
    let mut inputs = inputs(&customer);
    inputs.usage = &rows;
    near(number(&measure_all(&inputs), "usage.events_trend_ratio"), 10.0);
}

#[test]
fn log_ins_are_counted_by_active_user_and_are_no_feature() {
    let customer = customer(json!({}));
    let rows = usage(&[
        (1, &["ana", "bo"], "Signed In", 2),
        (2, &["ana"], "report", 5),
        (27, &["ana"], "login", 1),
        (28, &["ana"], "login", 50),
    ]);
    let mut inputs = inputs(&customer);
    inputs.usage = &rows;
    let values = measure_all(&inputs);
    near(number(&values, "usage.logins_per_active_user_28d"), 2.5);
    near(number(&values, "usage.feature_breadth_28d"), 1.0);
    near(number(&values, "usage.key_feature_adoption_ratio"), 1.0);
    near(number(&values, "usage.depth_per_active_user_28d"), 2.5);
    // Of the days after the window nothing is seen, and a team may call something else a log-in.
    let named = Settings { login_features: ["report".to_owned()].into(), ..Settings::default() };
    inputs.settings = &named;
    near(number(&measure_all(&inputs), "usage.logins_per_active_user_28d"), 2.5);
    near(number(&measure_all(&inputs), "usage.feature_breadth_28d"), 2.0);
    let none = Settings { login_features: [].into(), ..Settings::default() };
    inputs.settings = &none;
    assert_eq!(number(&measure_all(&inputs), "usage.logins_per_active_user_28d"), None);
}

#[test]
fn nobody_logging_in_lately_is_a_fact_once_log_ins_are_sent() {
    let customer = customer(json!({}));
    let rows = usage(&[(3, &["ana"], "report", 5), (55, &["ana"], "login", 1), (56, &["ana"], "Login", 9)]);
    let mut inputs = inputs(&customer);
    inputs.usage = &rows;
    near(number(&measure_all(&inputs), "usage.logins_per_active_user_28d"), 0.0);
    // One day later the last log-in is too old to show that they are sent.
    inputs.as_of = now() + Duration::days(1);
    assert_eq!(number(&measure_all(&inputs), "usage.logins_per_active_user_28d"), None);
}

#[test]
fn depth_weighs_events_by_feature_and_divides_by_people() {
    let customer = customer(json!({}));
    let rows =
        usage(&[(0, &["ana", "bo"], "report", 3), (5, &["cy"], "api", 4), (6, &[], "", 90), (30, &["dee"], "api", 9)]);
    let weights = [("api".to_owned(), 2.5), ("never used".to_owned(), 100.0)].into();
    let named = Settings { feature_weights: weights, ..Settings::default() };
    let mut inputs = inputs(&customer);
    inputs.usage = &rows;
    inputs.settings = &named;
    // 6 events of weight 1 and 4 of 2.5, by three people; what names no feature has no depth.
    near(number(&measure_all(&inputs), "usage.depth_per_active_user_28d"), 16.0 / 3.0);
    // Nobody in the window: depth of nothing is unknown, not 0.
    inputs.as_of = now() + Duration::days(28);
    assert_eq!(number(&measure_all(&inputs), "usage.depth_per_active_user_28d"), None);
    assert_eq!(number(&measure_all(&inputs), "usage.logins_per_active_user_28d"), None);
}

#[test]
fn no_seats_are_no_measure_of_use() {
    let rows = usage(&[(1, &["ana"], "report", 7)]);
    for (seats, expected) in [(json!(2), Some(0.5)), (json!(0), None), (json!(null), None)] {
        let customer = customer(json!({ "seats": seats }));
        let values = measure_all(&Inputs { usage: &rows, ..inputs(&customer) });
        assert_eq!(number(&values, "usage.seats_in_use_ratio"), expected);
    }
}
