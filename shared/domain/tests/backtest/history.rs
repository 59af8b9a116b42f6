//! What was known when: the newest point at or before the day, and nothing later.

use keepwell_domain::backtest::cases::{CaseKind, Source, Tested};
use keepwell_domain::id::EmailAddress;
use keepwell_domain::score::manual_override::ManualOverride;
use keepwell_domain::score::number::PointValue;
use keepwell_domain::score::scorecard::LimitKind;
use serde_json::json;

use super::given::{before, by_a, case, chosen, judge, rule, scorecard_of, snapshot, steady};

#[test]
fn the_newest_point_at_or_before_the_day_counts() {
    let by_a = by_a();
    let history = [
        snapshot(before(100), &[("custom.a", 80.0)]),
        snapshot(before(61), &[("custom.a", 60.0)]),
        // On the sixtieth day before: too late for a horizon of 60 days, early enough for 30.
        snapshot(before(60), &[("custom.a", 20.0)]),
        snapshot(before(0), &[("custom.a", 0.0)]),
    ];
    let case = case(chosen("acme", CaseKind::Churned), &history, &[&by_a]);
    let scores: Vec<_> = case.known.iter().map(|known| by_a.score(known.as_ref().unwrap()).value).collect();
    assert_eq!(scores, [Some(20.0), Some(60.0), Some(80.0)]);
    assert_eq!(by_a.score(case.at_outcome.as_ref().unwrap()).value, Some(0.0));
    assert!(case.known.iter().flatten().all(|known| known.source == Source::Stored));
}

#[test]
fn data_grows_stale_up_to_the_day() {
    let mut document = rule("custom.a", 1);
    document["valid_days"] = json!(45);
    let tested = Tested::new(scorecard_of(&[document]), None);
    let case = steady("acme", CaseKind::Churned, &[("custom.a", 80.0)], &[&tested]);
    assert!(case.known.iter().all(|known| tested.score(known.as_ref().unwrap()).value.is_none()));
}

#[test]
fn who_has_no_history_at_the_day_is_counted_and_left_out() {
    let by_a = by_a();
    let case = case(chosen("acme", CaseKind::Churned), &[snapshot(before(45), &[("custom.a", 80.0)])], &[&by_a]);
    let report = judge(&[case], &[&by_a]);
    let counts: Vec<_> = report.scorecards[0]
        .horizons
        .iter()
        .map(|horizon| (horizon.days, horizon.scored.churned, horizon.without_history.churned))
        .collect();
    assert_eq!(counts, [(30, 1, 0), (60, 0, 1), (90, 0, 1)]);
}

#[test]
fn an_override_by_hand_is_not_the_scorecards_number() {
    let by_a = by_a();
    let manual = ManualOverride {
        kind: LimitKind::Set,
        value: PointValue(5.0),
        reason: "they told me".to_owned(),
        set_by: EmailAddress::parse("csm@keepwell.example").unwrap(),
        set_at: before(201),
        expires_at: before(70),
    };
    let mut point = snapshot(before(200), &[("custom.a", 80.0)]);
    point.point.manual_override = Some(manual);
    let case = case(chosen("acme", CaseKind::Churned), &[point], &[&by_a]);
    assert!(case.known.iter().all(|known| by_a.score(known.as_ref().unwrap()).value == Some(80.0)));
    let report = judge(&[case], &[&by_a]);
    let by_hand: Vec<_> = report.scorecards[0].horizons.iter().map(|horizon| horizon.set_by_hand).collect();
    assert_eq!(by_hand, [0, 0, 1], "it had expired by then");
    assert!(report.notes.iter().any(|note| note.contains("set by hand")), "{:?}", report.notes);
}

#[test]
fn lead_time_is_the_first_fall_and_the_one_that_lasted() {
    let by_a = by_a();
    let fell = |days, score| snapshot(before(days), &[("custom.a", score)]);
    // Struggling for a while, well again, then down to the end.
    let history = [fell(300, 90.0), fell(150, 30.0), fell(120, 90.0), fell(50, 50.0), fell(20, 10.0)];
    let churned = case(chosen("acme", CaseKind::Churned), &history, &[&by_a]);
    let renewed = case(chosen("other", CaseKind::Renewed), &history, &[&by_a]);
    let report = judge(&[churned, renewed], &[&by_a]);
    let [lowest, below_healthy] = report.scorecards[0].lead_time.as_slice() else { panic!("two alarms") };
    let median = |quartiles: Option<keepwell_domain::backtest::lead_time::Quartiles>| quartiles.unwrap().median.round();
    assert_eq!((lowest.churned, lowest.ever, lowest.at_the_end), (1, 1, 1));
    assert_eq!((lowest.others, lowest.others_ever), (1, 1), "who renewed had been down too: the fall says nothing");
    // From nine in the morning to the midnight before the outcome.
    assert_eq!((median(lowest.first_days), median(lowest.unbroken_days)), (150.0, 20.0));
    assert_eq!((median(below_healthy.first_days), median(below_healthy.unbroken_days)), (150.0, 50.0));
}

#[test]
fn who_was_down_when_the_history_begins_has_the_whole_lead_time() {
    let by_a = by_a();
    let report = judge(&[steady("acme", CaseKind::Churned, &[("custom.a", 10.0)], &[&by_a])], &[&by_a]);
    assert_eq!(report.scorecards[0].lead_time[0].first_days.unwrap().median, 180.0);
}
