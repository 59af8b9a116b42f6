//! The run log: newest first, by automation, customer, result and time, page by page.

use chrono::Duration;
use keepwell_tests::World;
use serde_json::{Value, json};

use super::{on_struggling, runs, set};

#[tokio::test]
async fn the_log_is_paged_and_filtered() {
    let world = World::new().await;
    let mut mine = on_struggling("mine", &json!([{ "add_tag": { "tag": "x" } }]));
    mine["conditions"] = json!({ "field": "tags", "known": false });
    set(&world, &mine).await;
    for customer in ["acme", "bolt", "cora"] {
        world.customer_with(customer, &[]).await;
        world.set_status(customer, "struggling").await;
        world.advance(Duration::days(1)).await;
    }
    world.set_status("acme", "steady").await;
    world.set_status("acme", "struggling").await;

    let all = runs(&world, "/v1/automations/mine/runs").await;
    let brief: Vec<(&str, &str)> =
        all.iter().map(|run| (run["customer"].as_str().unwrap(), run["result"].as_str().unwrap())).collect();
    assert_eq!(brief, [("acme", "refused"), ("cora", "acted"), ("bolt", "acted"), ("acme", "acted")]);
    let of = |query: &'static str| {
        let world = &world;
        async move { runs(world, &format!("/v1/automations/mine/runs?{query}")).await }
    };
    assert_eq!(of("result=acted").await, all[1..]);
    assert_eq!(of("customer=acme").await, [all[0].clone(), all[3].clone()]);
    assert_eq!(of("from=2026-03-03T00:00:00Z&to=2026-03-04T23:00:00Z").await, all[1..3]);

    let mut paged = Vec::new();
    let mut path = "/v1/automations/mine/runs?limit=1".to_owned();
    loop {
        let page = world.get(&path).await;
        paged.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/automations/mine/runs?limit=1&cursor={next}");
    }
    assert_eq!(paged, all);

    // Over all automations: the shipped one ran each time too.
    let team = runs(&world, "/v1/runs").await;
    assert_eq!(
        team.iter().filter(|run| run["automation"] == "mine").collect::<Vec<_>>(),
        all.iter().collect::<Vec<_>>()
    );
    let mut paged: Vec<Value> = Vec::new();
    let mut path = "/v1/runs?limit=3&result=acted".to_owned();
    loop {
        let page = world.get(&path).await;
        paged.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/runs?limit=3&result=acted&cursor={next}");
    }
    let acted: Vec<Value> = team.into_iter().filter(|run| run["result"] == "acted").collect();
    assert_eq!(paged, acted);
    let _ = world
        .call_as(keepwell_aws::http::Role::Viewer, http::Method::GET, "/v1/automations/nobody/runs")
        .send()
        .await
        .expect_status(404);
}

#[tokio::test]
async fn a_page_reads_a_partition_and_not_everything() {
    let world = World::new().await;
    for n in 0..10 {
        let id = format!("c{n}");
        world.customer_with(&id, &[]).await;
        world.set_status(&id, "struggling").await;
    }
    world.system.local().reset_requests();
    let page = world.get("/v1/automations/status-struggling/runs?limit=5").await;
    assert_eq!(page["items"].as_array().unwrap().len(), 5);
    let requests = world.system.local().requests();
    assert!(requests.iter().all(|request| ["GetItem", "Query"].contains(&request.operation.as_str())), "{requests:?}");
    assert!(requests.len() <= 4, "{requests:?}");
}

#[tokio::test]
async fn runs_are_kept_for_90_days() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    set(&world, &on_struggling("mine", &json!([{ "add_tag": { "tag": "x" } }]))).await;
    world.set_status("acme", "struggling").await;
    let clock = world.system.local().clock();
    clock.advance(Duration::days(89));
    world.system.local().expire_rows().unwrap();
    assert_eq!(
        runs(&world, "/v1/runs?customer=acme").await.iter().filter(|run| run["automation"] == "mine").count(),
        1
    );
    clock.advance(Duration::days(2));
    world.system.local().expire_rows().unwrap();
    assert_eq!(runs(&world, "/v1/automations/mine/runs").await, Vec::<Value>::new());
    let ever = runs(&world, "/v1/runs?customer=acme&from=2026-01-01T00:00:00Z").await;
    assert_eq!(ever, Vec::<Value>::new());
}
