//! A scorecard beside what became of the customers: on what was known then, and without a trace.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};
use clap::Parser;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_domain::score::scorecard::Scorecard;
use keepwell_local::backtest::{self, BacktestArguments, SuggestArguments};
use keepwell_local::client::Client;
use keepwell_tests::{Reply, World, monday};
use serde_json::{Value, json};

use super::set_scorecard;

const PATH: &str = "/v1/scorecards/default/backtest";

async fn import(world: &World, kind: &str, rows: impl IntoIterator<Item = String>) {
    let csv = rows.into_iter().collect::<Vec<_>>().join("\n");
    let call = world.call_as(Role::Csm, Method::POST, &format!("/v1/imports/{kind}")).raw("text/csv", csv);
    let report = call.send().await.expect_status(200).json();
    assert_eq!(report["rejected"], 0, "{report:#}");
    world.settle().await;
}

/// Turns the clock without running the schedules in between, as in a system that was at rest.
fn turn(world: &World, to: DateTime<Utc>) {
    world.system.local().clock().set(to);
}

async fn post(world: &World, path: &str, body: &Value) -> Reply {
    world.call_as(Role::Csm, Method::POST, path).json(body).send().await
}

/// The arguments of `keepwell backtest`.
#[derive(Parser)]
struct Asked {
    #[command(flatten)]
    backtest: BacktestArguments,
}

/// The arguments of `keepwell suggest-weights`.
#[derive(Parser)]
struct AskedToSuggest {
    #[command(flatten)]
    suggest: SuggestArguments,
}

async fn tested(world: &World, body: Value) -> Value {
    post(world, PATH, &body).await.expect_status(200).json()
}

/// The score is the number `custom.a`.
fn by_a() -> Value {
    by("custom.a")
}

fn by(measure: &str) -> Value {
    let rule = json!({ "id": "number", "measure": measure, "weight": 1, "points": { "linear": { "zero_at": 0, "full_at": 100 } } });
    json!({ "format": 1, "id": "default", "dimensions": [{ "id": "all", "weight": 1, "rules": [rule] }] })
}

fn left(number: usize) -> bool {
    number.is_multiple_of(2)
}

/// Of those who leave 10 to 58, of the others 41 to 89: of the 25 x 25 pairs, 45 stand the wrong way round.
fn a(number: usize) -> usize {
    10 + 2 * (number / 2) + if left(number) { 0 } else { 31 }
}

fn numbers(a: impl Fn(usize) -> usize, at: DateTime<Utc>) -> impl Iterator<Item = String> {
    let rows = (0..50).flat_map(move |number| {
        let row = |name: &str, value: usize| format!("c{number},{name},{value},{}", at.to_rfc3339());
        [row("a", a(number)), row("b", 50 + number % 7)]
    });
    std::iter::once("customer,name,value,observed_at".to_owned()).chain(rows)
}

/// 25 customers that will leave and 25 that will renew, and a scorecard that is `custom.a`.
async fn portfolio(world: &World) {
    set_scorecard(world, &by_a()).await;
    let customers =
        (0..50).map(|number| format!("c{number},Customer {number},{}", if number < 10 { "Basic" } else { "Pro" }));
    import(world, "customers", std::iter::once("id,name,plan".to_owned()).chain(customers)).await;
}

/// What became of them, on the day of the clock.
async fn outcomes(world: &World, count: usize) {
    let on = world.system.now().date_naive();
    let rows = (0..count).map(|it| format!("o{it},c{it},{},{on}", if left(it) { "churned" } else { "renewed" }));
    import(world, "outcomes", std::iter::once("id,customer,kind,on".to_owned()).chain(rows)).await;
}

/// A portfolio of which everything became known on [`monday`], and its outcomes of 40 days later.
async fn past() -> World {
    let world = World::new().await;
    portfolio(&world).await;
    import(&world, "custom-measures", numbers(a, monday())).await;
    turn(&world, monday() + Duration::days(40));
    outcomes(&world, 50).await;
    world
}

#[tokio::test]
async fn a_score_is_tested_on_what_was_known_then_and_nothing_is_written() {
    let world = past().await;
    // What becomes known with the outcome: the other way round.
    import(&world, "custom-measures", numbers(|it| 100 - a(it), world.system.now())).await;
    world.system.local().reset_requests();
    let report = tested(&world, json!({ "horizons": [30, 90], "segment": "plan" })).await;

    let asked = world.system.local().requests();
    let operations: BTreeSet<&str> = asked.iter().map(|request| request.operation.as_str()).collect();
    assert_eq!(operations, BTreeSet::from(["GetItem", "Query"]), "a backtest reads");
    assert_eq!(world.system.local().write_count(), 0);

    assert_eq!((&report["cases"]["churned"], &report["cases"]["renewed"]), (&json!(25), &json!(25)));
    let at_30 = &report["scorecards"][0]["horizons"][0];
    assert_eq!(at_30["scored"], json!({ "churned": 25, "others": 25 }));
    assert_eq!(at_30["reconstructed"], json!({ "churned": 0, "others": 0 }), "everything was stored");
    assert_eq!(at_30["verdict"]["word"], "predicts");
    let pairs = (0..50)
        .filter(|it| left(*it))
        .flat_map(|it| (0..50).filter(|it| !left(*it)).map(move |other| a(it) < a(other)));
    let below = pairs.clone().filter(|below| *below).count() as f64 / pairs.count() as f64;
    assert!((at_30["auc"]["value"].as_f64().unwrap() - below).abs() < 1e-9, "{:#}", at_30["auc"]);
    assert_eq!(at_30["green"], json!({ "green": 0, "churned": 25, "share": 0.0 }));
    let segments: Vec<_> = at_30["segments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (&it["value"], &it["scored"]["churned"], it["auc"].is_null()))
        .collect();
    assert_eq!(segments, [(&json!("Pro"), &json!(20), false), (&json!("Basic"), &json!(5), true)]);
    // 90 days before there was nothing.
    let at_90 = &report["scorecards"][0]["horizons"][1];
    assert_eq!(at_90["verdict"]["word"], "too_few");
    assert_eq!(at_90["without_score"], json!({ "churned": 25, "others": 25 }));
}

#[tokio::test]
async fn too_few_outcomes_are_not_judged() {
    let world = World::new().await;
    portfolio(&world).await;
    import(&world, "custom-measures", numbers(a, monday())).await;
    turn(&world, monday() + Duration::days(40));
    outcomes(&world, 38).await;
    let report = tested(&world, json!({ "horizons": [30] })).await;
    let horizon = &report["scorecards"][0]["horizons"][0];
    assert_eq!((&horizon["auc"], &horizon["deciles"]), (&Value::Null, &json!([])));
    assert_eq!(
        horizon["verdict"]["text"],
        "Not judged: 19 churned customers with a score, and 20 are needed. Fewer say nothing, whatever the numbers look like."
    );
    // The rest stayed, when that is asked for.
    let report = tested(&world, json!({ "horizons": [30], "negatives": "stayed" })).await;
    assert_eq!(report["cases"]["stayed"], 12);
}

#[tokio::test]
async fn a_draft_is_compared_with_what_is_stored() {
    let world = past().await;
    let body =
        json!({ "horizons": [30], "document": by("custom.b"), "compare_with": { "id": "default", "version": 2 } });
    let report = tested(&world, body).await;
    assert_eq!(report["scorecards"][0]["scorecard"], json!({ "id": "default", "version": null }));
    assert_eq!(report["scorecards"][1]["scorecard"], json!({ "id": "default", "version": 2 }));
    let text = report["differences"][0]["text"].as_str().unwrap();
    assert!(text.starts_with("This scorecard predicts worse than the other one"), "{text}");
    assert_eq!(world.get("/v1/scorecards").await["items"][0]["version"], 2, "the draft is not stored");

    let itself = tested(&world, json!({ "horizons": [30], "compare_with": by_a() })).await;
    let difference = &itself["differences"][0]["difference"];
    assert_eq!(
        (&difference["value"], &difference["low"], &difference["high"]),
        (&json!(0.0), &json!(0.0), &json!(0.0))
    );

    for (other, pointer) in [
        (json!({ "id": "nobody" }), "/compare_with/id"),
        (json!({ "id": "default", "version": 9 }), "/compare_with/version"),
    ] {
        let reply = post(&world, PATH, &json!({ "compare_with": other })).await.expect_status(422);
        assert_eq!(reply.pointers(), [pointer]);
    }
    post(&world, "/v1/scorecards/nobody/backtest", &json!({})).await.expect_status(404);
    // Without a body: the last 365 days, at 30, 60 and 90 days.
    let report = world.call_as(Role::Csm, Method::POST, PATH).send().await.expect_status(200).json();
    assert_eq!(report["scorecards"][0]["horizons"].as_array().map(Vec::len), Some(3));
    assert_eq!((&report["from"], &report["to"]), (&json!("2025-04-11"), &json!("2026-04-11")));
    world.call_as(Role::Viewer, Method::POST, PATH).send().await.expect_status(403);
}

#[tokio::test]
async fn a_scorecard_for_some_is_tested_on_those() {
    let world = past().await;
    let mut document = by_a();
    document["id"] = json!("pro");
    document["applies_to"] = json!({ "all": [{ "field": "plan", "in": ["Pro"] }] });
    let body = json!({ "horizons": [30], "document": document });
    let report = post(&world, "/v1/scorecards/pro/backtest", &body).await.expect_status(200).json();
    assert_eq!((&report["cases"]["churned"], &report["cases"]["renewed"]), (&json!(20), &json!(20)));
}

/// A new team: everything is imported in one day, meetings and use of the product with their own dates.
async fn imported() -> World {
    let world = World::new().await;
    set_scorecard(&world, &by_days_of_use()).await;
    turn(&world, monday() + Duration::days(200));
    let customers = (0..50).map(|number| format!("c{number},Customer {number},10"));
    import(&world, "customers", std::iter::once("id,name,seats".to_owned()).chain(customers)).await;
    let today = world.system.now();
    // Who leaves used the product on fewer days, from 60 to 33 days before.
    let usage = (0..50_usize).flat_map(|number| {
        let days = 2 + number / 5 + if left(number) { 0 } else { 8 };
        (0..days).map(move |day| {
            let at = today - Duration::days(34 + i64::try_from(day).unwrap_or_default());
            format!("u{number}-{day},c{number},{}", at.to_rfc3339())
        })
    });
    import(&world, "usage", std::iter::once("id,customer,at".to_owned()).chain(usage)).await;
    outcomes(&world, 50).await;
    world
}

fn by_days_of_use() -> Value {
    let points = json!({ "linear": { "zero_at": 0, "full_at": 28 } });
    let rule = json!({ "id": "days", "measure": "usage.active_days_28d", "weight": 1, "points": points });
    json!({ "format": 1, "id": "default", "dimensions": [{ "id": "all", "weight": 1, "rules": [rule] }] })
}

#[tokio::test]
async fn a_new_team_is_tested_on_what_its_signals_say_was_known_then() {
    let world = imported().await;
    world.system.local().reset_requests();
    let report = tested(&world, json!({ "horizons": [30] })).await;
    assert_eq!(world.system.local().write_count(), 0);
    let horizon = &report["scorecards"][0]["horizons"][0];
    assert_eq!(horizon["reconstructed"], json!({ "churned": 25, "others": 25 }));
    assert_eq!(horizon["verdict"]["word"], "predicts", "{:#}", horizon["verdict"]);
    assert!(report["notes"][0].as_str().unwrap().starts_with("Reconstructed from signals"), "{:#}", report["notes"]);
    let before = horizon["auc"].clone();

    // What happens after the day does not change what was known on it.
    let today = world.system.now();
    let usage = (0..50_usize).filter(|number| left(*number)).flat_map(|number| {
        (0..29).map(move |day| format!("l{number}-{day},c{number},{}", (today - Duration::days(day)).to_rfc3339()))
    });
    import(&world, "usage", std::iter::once("id,customer,at".to_owned()).chain(usage)).await;
    let report = tested(&world, json!({ "horizons": [30] })).await;
    assert_eq!(report["scorecards"][0]["horizons"][0]["auc"], before);

    let stored = tested(&world, json!({ "horizons": [30], "reconstruct": false })).await;
    let horizon = &stored["scorecards"][0]["horizons"][0];
    assert_eq!(horizon["without_history"], json!({ "churned": 25, "others": 25 }));
    assert_eq!(horizon["verdict"]["word"], "too_few");
}

#[tokio::test]
async fn suggested_weights_are_a_draft_and_nothing_is_set() {
    let world = past().await;
    let rule = |measure: &str| by(measure)["dimensions"][0]["rules"][0].clone();
    let mut document = by_a();
    document["dimensions"][0]["rules"] = json!([rule("custom.a"), rule("custom.b")]);
    document["dimensions"][0]["rules"][1]["id"] = json!("noise");
    world.system.local().reset_requests();
    let body = json!({ "horizon": 30, "document": document });
    let path = "/v1/scorecards/default/suggest-weights";
    let suggestion = post(&world, path, &body).await.expect_status(200).json();
    assert_eq!(world.system.local().write_count(), 0);
    assert_eq!(suggestion["word"], "suggested", "{suggestion:#}");
    let weights: Vec<f64> =
        suggestion["weights"].as_array().unwrap().iter().map(|it| it["after"].as_f64().unwrap()).collect();
    assert!(weights[0] > 70.0 && (weights[0] + weights[1] - 100.0).abs() < 1e-9, "{weights:?}");
    assert!(suggestion["out_of_fold"]["low"].as_f64().unwrap() > 0.5);
    assert!(suggestion["text"].as_str().unwrap().ends_with("Nothing is changed until you set the draft."));

    // The draft is a scorecard that can be set as it is.
    let call = world.call_as(Role::Admin, Method::PUT, "/v1/scorecards/default").header("if-match", "*");
    assert_eq!(call.json(&suggestion["draft"]).send().await.expect_status(200).json()["version"], 3);
}

#[tokio::test]
async fn the_command_line_says_it_in_plain_words() {
    let world = past().await;
    let client = Client::in_process(world.system.router(), None).await.unwrap();
    let words = |words: &[&str]| Asked::parse_from([&["test"], words].concat()).backtest;
    let asked = words(&["default", "--horizons", "30,90", "--segment", "plan", "--against", "default"]);
    let report = backtest::backtest(&asked, &client).await.unwrap();
    assert!(!report.refused, "it could judge at 30 days");
    insta::assert_snapshot!("backtest_text", report.text);

    let refused = backtest::backtest(&words(&["default", "--horizons", "90"]), &client).await.unwrap();
    assert!(
        refused.refused && refused.text.contains("Not judged: 0 churned customers with a score"),
        "{}",
        refused.text
    );
    let wrong = backtest::backtest(&words(&["default", "--segment", "colour"]), &client).await.unwrap_err().to_string();
    assert!(wrong.contains("\n  /segment: must be one of plan"), "{wrong}");
    let nothing = backtest::backtest(&words(&["no such.yaml"]), &client).await.unwrap_err().to_string();
    assert_eq!(nothing, "\"no such.yaml\" is neither a file that is there nor the id of a scorecard");

    let directory = std::env::temp_dir().join(format!("keepwell-backtest-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let file = directory.join("draft.yaml");
    std::fs::write(&file, "format: 1\nid: default\ndimensions:\n  - id: all\n    weight: 1\n    rules:\n      - { id: b, measure: custom.b, weight: 1, points: { linear: { zero_at: 0, full_at: 100 } } }\n").unwrap();
    let draft =
        backtest::backtest(&words(&[file.to_str().unwrap(), "--against", "default", "--horizons", "30"]), &client)
            .await
            .unwrap();
    assert!(draft.text.contains("30 days before: This scorecard predicts worse than the other one"), "{}", draft.text);

    let output = directory.join("suggested.yaml");
    let asked = ["test", "default", "--horizon", "30", "--output", output.to_str().unwrap()];
    let suggested = backtest::suggest(&AskedToSuggest::parse_from(asked).suggest, &client).await.unwrap();
    insta::assert_snapshot!("suggestion_text", suggested.text.replace(output.to_str().unwrap(), "suggested.yaml"));
    let written = Scorecard::from_yaml(&std::fs::read_to_string(&output).unwrap()).unwrap();
    assert_eq!(written.id.as_str(), "default");
    std::fs::remove_dir_all(&directory).unwrap();
}
