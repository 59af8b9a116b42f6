//! What a draft of a scorecard would do, said before it is set; and then it is set, and does it.

use std::collections::BTreeMap;

use chrono::{Duration, NaiveDate, NaiveTime};
use http::Method;
use keepwell_aws::http::Role;
use keepwell_local::cloud::requests::Service;
use keepwell_local::demo::load::load;
use keepwell_tests::{Reply, World};
use serde_json::{Value, json};

use super::{active_days, number, set_scorecard, use_on};

async fn plan(world: &World, path: &str, draft: &Value) -> Reply {
    world.call_as(Role::Csm, Method::POST, path).json(draft).send().await
}

async fn planned(world: &World, id: &str, draft: &Value) -> Value {
    plan(world, &format!("/v1/scorecards/{id}/plan"), draft).await.expect_status(200).json()
}

/// Four customers with 4, 10, 14 and 20 active days of 28, scored by a full score at 20.
async fn world() -> World {
    let world = World::new().await;
    for (id, days) in [("a", 4), ("b", 10), ("c", 14), ("d", 20)] {
        world.customer_with(id, &[("dora", "decision_maker")]).await;
        use_on(&world, id, days).await;
    }
    set_scorecard(&world, &active_days("default", 20)).await;
    world
}

#[tokio::test]
async fn a_plan_says_what_setting_the_draft_then_does() {
    let world = world().await;
    let draft = active_days("default", 28);
    let plan = planned(&world, "default", &draft).await;
    assert_eq!(plan["as_of"], json!(world.system.now()));
    assert_eq!((&plan["is_set"], &plan["scorecard"]), (&json!(false), &json!("default")));
    assert_eq!(
        plan["summary"]["bands_before"],
        json!({ "thriving": 1, "healthy": 1, "steady": 1, "struggling": 1, "unknown": 0 })
    );
    let movers = plan["movers"]["items"].as_array().unwrap();
    assert_eq!(plan["movers"]["total"], movers.len());

    set_scorecard(&world, &draft).await;
    let mut bands: BTreeMap<String, usize> = BTreeMap::new();
    for customer in world.get("/v1/customers").await["items"].as_array().unwrap() {
        let id = customer["id"].as_str().unwrap();
        let score = world.get(&format!("/v1/customers/{id}/score")).await;
        *bands.entry(score["band"].as_str().unwrap().to_owned()).or_default() += 1;
        // The hour that the recompute takes adds nothing to days of use.
        if let Some(mover) = movers.iter().find(|mover| mover["customer"] == id) {
            assert_eq!(mover["after"]["score"], score["value"], "{id}");
            assert_eq!(mover["after"]["band"], score["band"], "{id}");
            let delta: f64 = mover["rules"].as_array().unwrap().iter().map(|rule| number(&rule["delta"])).sum();
            assert!((delta - number(&mover["change"])).abs() < 1e-9, "{mover}");
        }
    }
    for (band, count) in bands {
        assert_eq!(plan["summary"]["bands_after"][&band], count, "{band}: {plan:#}");
    }
    let again = planned(&world, "default", &draft).await;
    assert_eq!((&again["is_set"], &again["movers"]["total"]), (&json!(true), &json!(0)));
    assert_eq!((&again["cost"]["computed"], &again["cost"]["tables_dollars"]), (&json!(0), &json!(0.0)));
}

#[tokio::test]
async fn a_plan_writes_nothing_and_sends_nothing() {
    let world = world().await;
    world.advance(Duration::minutes(15)).await;
    let requests = || {
        let mut counts: BTreeMap<(Service, String), usize> = BTreeMap::new();
        for request in world.system.local().requests() {
            *counts.entry((request.service, request.operation)).or_default() += 1;
        }
        counts
    };
    let mails = world.system.local().mailbox().mails().len();
    world.system.local().reset_requests();
    let plan = planned(&world, "default", &active_days("default", 28)).await;
    assert!(plan["movers"]["total"].as_u64().unwrap() > 0, "{plan:#}");
    assert!(plan["snapshot_at"].is_string(), "it rests on a snapshot");
    let counts = requests();
    let reads = [
        (Service::DynamoDb, "GetItem"),
        (Service::DynamoDb, "Query"),
        (Service::S3, "GetObject"),
        (Service::S3, "ListObjectsV2"),
    ];
    let expected: Vec<(Service, String)> = reads.map(|(service, operation)| (service, operation.to_owned())).into();
    assert_eq!(counts.keys().cloned().collect::<Vec<_>>(), expected, "{counts:?}");
    assert_eq!(counts[&(Service::DynamoDb, "Query".to_owned())], 16, "nobody changed since: {counts:?}");
    world.settle().await;
    assert_eq!(world.system.local().write_count(), 0);
    assert_eq!(world.system.local().mailbox().mails().len(), mails);
}

#[tokio::test]
async fn a_new_scorecard_is_planned_where_it_would_stand() {
    let world = world().await;
    let patch = world.change(Method::PATCH, "/v1/customers/a", "/v1/customers/a", json!({ "plan": "Pro" })).await;
    let _ = patch.expect_status(200);
    world.settle().await;
    let mut everybody = active_days("pro", 5);
    everybody["applies_to"] = json!({ "all": [{ "field": "plan", "in": ["Pro"] }] });
    let new = planned(&world, "pro", &everybody).await;
    assert_eq!((&new["summary"]["affected"], &new["movers"]["total"]), (&json!(1), &json!(1)));
    let mover = &new["movers"]["items"][0];
    assert_eq!(
        (&mover["customer"], &mover["after"]["scorecard"]),
        (&json!("a"), &json!({ "id": "pro", "version": null }))
    );
    assert_eq!(mover["before"]["scorecard"]["id"], "default");
    assert_eq!((&new["cost"]["computed"], &new["cost"]["written"]), (&json!(4), &json!(1)));

    // Behind another one that takes the same customers, it gets nobody.
    set_scorecard(&world, &everybody).await;
    everybody["id"] = json!("late");
    let late = planned(&world, "late", &everybody).await;
    assert_eq!(late["summary"]["affected"], 0);
    let first = plan(&world, "/v1/scorecards/late/plan?position=1", &everybody).await.expect_status(200).json();
    assert_eq!(first["summary"]["affected"], 1);
    for (path, pointer) in [
        ("/v1/scorecards/late/plan?position=9", "?position"),
        ("/v1/scorecards/late/plan?position=first", "?position"),
        ("/v1/scorecards/late/plan?place=1", "?place"),
    ] {
        assert_eq!(plan(&world, path, &everybody).await.expect_status(422).pointers(), [pointer], "{path}");
    }
}

#[tokio::test]
async fn a_draft_in_yaml_is_planned_and_a_wrong_one_refused_with_all_that_is_wrong() {
    let world = world().await;
    let yaml = "format: 1\nid: default # ours\ndimensions:\n  - id: d\n    weight: 1\n    rules:\n      - id: r\n        measure: usage.active_days_28d\n        \
                weight: 1\n        points: { linear: { zero_at: 0, full_at: 20 } }\n";
    let call = |body: &str| {
        world.call_as(Role::Csm, Method::POST, "/v1/scorecards/default/plan").raw("application/yaml", body.to_owned())
    };
    let good = call(yaml).send().await.expect_status(200).json();
    assert_eq!(good["movers"]["total"], 0, "only names are others");
    let wrong = yaml.replace("format: 1", "format: 3").replace("weight: 1\n    rules", "weight: -1\n    rules");
    let pointers = call(&wrong).send().await.expect_status(422).pointers();
    assert_eq!(pointers, ["/format", "/dimensions/0/weight"]);
    let other = plan(&world, "/v1/scorecards/other/plan", &active_days("default", 20)).await;
    assert_eq!(other.expect_status(422).pointers(), ["/id"]);
}

#[tokio::test]
async fn what_changed_since_the_snapshot_is_in_the_plan() {
    let world = world().await;
    world.advance(Duration::minutes(15)).await;
    world.system.local().clock().advance(Duration::minutes(1));
    use_on(&world, "a", 28).await;
    let erase = world.call_as(Role::Admin, Method::DELETE, "/v1/customers/d").header("if-match", "*");
    let _ = erase.send().await.expect_status(204);
    let plan = planned(&world, "default", &active_days("default", 28)).await;
    assert_eq!(plan["summary"]["customers"], 3);
    assert_eq!(plan["summary"]["bands_after"]["thriving"], 1, "a is used every day now: {plan:#}");
}

#[tokio::test]
async fn a_plan_over_the_demo_portfolio() {
    let day = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
    let world = World::at(day.and_time(NaiveTime::from_hms_opt(8, 0, 0).unwrap()).and_utc()).await;
    load(&world.system).await.unwrap();
    world.advance(Duration::minutes(15)).await;
    let shipped = world.call_as(Role::Viewer, Method::GET, "/v1/scorecards/default").send().await.json();
    let same = planned(&world, "default", &shipped).await;
    assert_eq!((&same["is_set"], &same["movers"]["total"]), (&json!(true), &json!(0)));

    // What the CSM team thinks counts twice as much.
    let mut draft = shipped;
    for dimension in draft["dimensions"].as_array_mut().unwrap() {
        if dimension["id"] == "team_view" {
            dimension["weight"] = json!(2.0 * number(&dimension["weight"]));
        }
    }
    let plan = planned(&world, "default", &draft).await;
    let summary = &plan["summary"];
    assert!(summary["customers"].as_u64().unwrap() > 50);
    assert_eq!(summary["affected"], summary["customers"]);
    let movers = plan["movers"]["items"].as_array().unwrap();
    assert!(!movers.is_empty() && summary["score"]["rose"].as_u64().unwrap() > 0);
    let of_cells = |moved: bool| {
        let cells = summary["transitions"].as_array().unwrap().iter();
        cells
            .filter(|cell| !moved || cell["from"] != cell["to"])
            .map(|cell| cell["customers"].as_u64().unwrap())
            .sum::<u64>()
    };
    assert_eq!(
        (json!(of_cells(false)), json!(of_cells(true))),
        (summary["customers"].clone(), plan["movers"]["total"].clone())
    );
    for mover in movers {
        let delta: f64 = mover["rules"].as_array().unwrap().iter().map(|rule| number(&rule["delta"])).sum();
        assert!(mover["change"].is_null() || (delta - number(&mover["change"])).abs() < 1e-9, "{mover:#}");
    }
    let cost = &plan["cost"];
    assert_eq!((&cost["written"], &cost["prices_of"]), (&summary["customers"], &json!("2026-10")));
    assert!(number(&cost["tables_dollars"]) > 0.0);
}
