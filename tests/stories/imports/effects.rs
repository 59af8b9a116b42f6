//! What an import sets off: scores, churn, and that a long history fits.

use chrono::Duration;
use keepwell_tests::{World, monday};
use serde_json::Value;

use super::{counts, import, world_with};

/// The measures whose rules counted in the customer's score.
async fn used(world: &World, customer: &str) -> Vec<String> {
    let score = world.get(&format!("/v1/customers/{customer}/score")).await;
    let dimensions = score["dimensions"].as_array().cloned().unwrap_or_default();
    let rules = dimensions.iter().flat_map(|dimension| dimension["rules"].as_array().cloned().unwrap_or_default());
    let is_used = |rule: &Value| rule["state"] == "used";
    rules.filter(is_used).map(|rule| rule["measure"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn what_is_imported_counts_in_the_score() {
    let usage: String = (0..40)
        .map(|n| format!("u{n},acme,{},ann,f{}\n", (monday() - Duration::days(n)).date_naive(), n % 3))
        .collect::<Vec<_>>()
        .concat();
    for (kind, csv) in [
        ("usage", format!("id,customer,at,user,feature\n{usage}")),
        ("tickets", "id,customer,opened_at,severity\nt1,acme,2026-02-20,high\n".to_owned()),
        ("surveys", "id,customer,kind,value,at\ns1,acme,csat,4,2026-02-21\ns2,acme,nps,9,2026-02-21\n".to_owned()),
        ("interactions", "id,customer,kind,at,quality\ni1,acme,call,2026-02-25,4\n".to_owned()),
        ("goals", "id,customer,name,target,actual,due_on\ng1,acme,Go live,10,6,2026-05-01\n".to_owned()),
    ] {
        let world = world_with(&["acme", "other"]).await;
        let (before, other) = (used(&world, "acme").await, used(&world, "other").await);
        let _ = import(&world, kind, csv).await;
        world.settle().await;
        let after = used(&world, "acme").await;
        let new: Vec<&String> = after.iter().filter(|measure| !before.contains(*measure)).collect();
        assert!(!new.is_empty(), "{kind}: no further rule is used than {before:?}");
        assert_eq!(used(&world, "other").await, other, "{kind}: another customer's score");
    }
}

#[tokio::test]
async fn an_outcome_counts_from_its_day_on() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let _ = import(&world, "outcomes", "id,customer,kind,on\no1,acme,churned,2026-03-04\n").await;
    world.settle().await;
    assert_eq!(world.get("/v1/customers/acme").await["churned"], false);
    world.advance(Duration::days(1)).await;
    assert_eq!(world.get("/v1/customers/acme").await["churned"], false);
    world.advance(Duration::days(1)).await;
    assert_eq!(world.get("/v1/customers/acme").await["churned"], true, "the night that follows notices");
}

#[tokio::test]
async fn the_newest_outcome_says_whether_a_customer_has_left_and_who_has_left_is_not_asked() {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    let header = "id,customer,kind,on\n";
    let _ =
        import(&world, "outcomes", format!("{header}o1,acme,churned,2026-02-27\no2,acme,renewed,2025-02-27\n")).await;
    world.settle().await;
    assert_eq!(world.get("/v1/customers/acme").await["churned"], true);
    world.advance(Duration::days(3)).await;
    assert_eq!(world.mails_to("dora@acme.example").len(), 0, "a customer that left was asked");

    let _ = import(&world, "outcomes", format!("{header}o3,acme,renewed,2026-03-20\n")).await;
    world.settle().await;
    assert_eq!(world.get("/v1/customers/acme").await["churned"], true, "an outcome of the future decides nothing yet");
    let _ = import(&world, "outcomes", format!("{header}o4,acme,renewed,2026-03-04\n")).await;
    world.settle().await;
    assert_eq!(world.get("/v1/customers/acme").await["churned"], false);
    world.advance(Duration::days(1)).await;
    assert_eq!(world.mails_to("dora@acme.example").len(), 1, "a customer that came back is asked again");
}

#[tokio::test]
async fn usage_of_a_hundred_and_fifty_days_is_imported_in_one_file() {
    let world = world_with(&["acme"]).await;
    let day = |n: i64| (monday() - Duration::days(n)).date_naive();
    let rows: String = (0..300)
        .map(|n| format!("u{n},acme,{}T0{}:00:00Z,user{}\n", day(n % 150), n % 9, n % 4))
        .collect::<Vec<_>>()
        .concat();
    let csv = format!("id,customer,at,user\n{rows}");
    world.system.local().reset_requests();
    let report = import(&world, "usage", csv.clone()).await;
    assert_eq!(counts(&report), [300, 0, 0, 0], "{:#}", report["errors"]);
    assert!(world.system.local().write_count() >= 2, "a transaction takes 100 rows");
    world.settle().await;

    let today = format!("{}~", day(0));
    let client = aws_sdk_dynamodb::Client::new(&world.system.local().sdk_config());
    let days = client.scan().table_name("keepwell-usage").send().await.expect("the table");
    assert_eq!(days.count(), 150, "days up to {today}");
    world.system.local().reset_requests();
    let again = import(&world, "usage", csv).await;
    assert_eq!(counts(&again), [0, 0, 300, 0]);
    assert_eq!(world.system.local().write_count(), 0);
}

#[tokio::test]
async fn three_hundred_contacts_and_signals_of_one_customer_fit_and_all_are_there() {
    let world = world_with(&["acme"]).await;
    let contacts: String =
        (0..300).map(|n| format!("p{n},acme,Person {n},p{n}@acme.example,user\n")).collect::<Vec<_>>().concat();
    let report = import(&world, "contacts", format!("id,customer,name,email,role\n{contacts}")).await;
    assert_eq!(counts(&report), [300, 0, 0, 0], "{:#}", report["errors"]);
    let tickets: String =
        (0..300).map(|n| format!("t{n},acme,2026-01-{:02},low\n", n % 28 + 1)).collect::<Vec<_>>().concat();
    let report = import(&world, "tickets", format!("id,customer,opened_at,severity\n{tickets}")).await;
    assert_eq!(counts(&report), [300, 0, 0, 0], "{:#}", report["errors"]);
    world.settle().await;
    let first = world.get("/v1/customers/acme/contacts?limit=200").await;
    let cursor = first["next_cursor"].as_str().expect("there are more");
    let rest = world.get(&format!("/v1/customers/acme/contacts?limit=200&cursor={cursor}")).await;
    let len = |page: &Value| page["items"].as_array().map_or(0, Vec::len);
    assert_eq!(len(&first) + len(&rest), 300);
}
