//! The same inputs and scorecard give the same score, and nothing is written when nothing changed.

use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::World;
use serde_json::Value;

use super::{add_customer, put_status, run_schedule};

/// A customer about which there is something of each kind, with numbers that no float holds exactly.
async fn measured() -> World {
    let world = World::new().await;
    add_customer(&world, "acme").await;
    let usage: String = (1..=28)
        .map(|day| format!("u{day},acme,2026-02-{day:02},ann,f{},{}\n", day % 3, day % 7 + 1))
        .collect::<Vec<_>>()
        .concat();
    for (kind, csv) in [
        ("usage", format!("id,customer,at,user,feature,count\n{usage}")),
        ("tickets", "id,customer,opened_at,severity\nt1,acme,2026-02-20,high\nt2,acme,2026-02-26,low\n".to_owned()),
        ("surveys", "id,customer,kind,value,at\ns1,acme,csat,3.3,2026-02-21\ns2,acme,nps,7,2026-02-22\n".to_owned()),
        ("interactions", "id,customer,kind,at,quality,outcome\ni1,acme,call,2026-02-25,4,3\n".to_owned()),
        ("goals", "id,customer,name,target,actual,due_on\ng1,acme,Go live,3,1.1,2026-05-01\n".to_owned()),
    ] {
        let call = world.call_as(Role::Csm, Method::POST, &format!("/v1/imports/{kind}"));
        let _ = call.raw("text/csv", csv).send().await.expect_status(200);
    }
    let _ = put_status(&world, "acme", "steady").await;
    world.settle().await;
    world
}

#[tokio::test]
async fn computing_again_at_the_same_moment_gives_the_same_and_writes_nothing() {
    let world = measured().await;
    let first = world.get("/v1/customers/acme/score").await;
    assert!(first["value"].is_number(), "nothing to compare: {first:#}");
    for run in 1..=2 {
        world.system.local().reset_requests();
        run_schedule(&world, "score-recompute").await.expect("the nightly run");
        assert_eq!(world.system.local().write_count(), 0, "run {run}");
        assert_eq!(world.get("/v1/customers/acme/score").await, first, "run {run}");
    }
}

#[tokio::test]
async fn the_same_inputs_give_the_same_score_bit_for_bit_in_every_system() {
    let scores = [score(&measured().await).await, score(&measured().await).await];
    assert_eq!(scores[0], scores[1]);
    // On another thread, with other ids and another order of everything that has none.
    let elsewhere = std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { score(&measured().await).await })
    });
    assert_eq!(elsewhere.join().unwrap(), scores[0]);
}

/// The score with every number in it, as text: a float's text gives back its bits.
async fn score(world: &World) -> String {
    let score: Value = world.get("/v1/customers/acme/score").await;
    assert!(score["value"].is_number(), "nothing to compare: {score:#}");
    score.to_string()
}
