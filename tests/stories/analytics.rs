//! The portfolio in numbers: the same from kept days and from histories, and what is behind each number.

mod cohorts;

use chrono::{Duration, NaiveDate};
use http::Method;
use keepwell_aws::days::{self, Kept};
use keepwell_aws::http::Role;
use keepwell_aws::snapshot::take;
use keepwell_local::demo::load::load_first;
use keepwell_tests::{World, monday};
use serde_json::{Value, json};

async fn csat(world: &World, customer: &str, value: u32) {
    let at = world.system.now();
    let id = format!("s{}", at.timestamp());
    let survey = json!([{ "id": id, "customer": customer, "kind": "csat", "value": value, "at": at }]);
    let call = world.call_as(Role::Csm, Method::POST, "/v1/surveys").json(&survey);
    let _ = call.send().await.expect_status(200);
    world.settle().await;
}

/// Turns the clock to five minutes after the next midnight; nothing happens by itself.
async fn next_day(world: &World, keep: bool) -> NaiveDate {
    let today = world.system.now().date_naive();
    let midnight = today.succ_opt().unwrap().and_time(chrono::NaiveTime::MIN).and_utc();
    world.system.local().clock().advance(midnight + Duration::minutes(5) - world.system.now());
    if keep {
        take(world.system.cloud()).await.unwrap();
    }
    world.system.now().date_naive()
}

/// Two weeks in which acme falls from thriving to steady, beta rises from struggling to steady, gamma comes and delta goes. With kept days or without.
async fn world(keep: bool) -> (World, NaiveDate) {
    let world = World::new().await;
    for (id, plan) in [("acme", "Pro"), ("beta", "Pro"), ("delta", "Basic")] {
        world.customer_with(id, &[]).await;
        let body = json!({ "plan": plan, "renewal_on": "2026-05-01" });
        let path = format!("/v1/customers/{id}");
        world.change(Method::PATCH, &path, &path, body).await.expect_status(200);
    }
    csat(&world, "acme", 5).await;
    csat(&world, "beta", 1).await;
    csat(&world, "delta", 3).await;
    let first = next_day(&world, keep).await;
    for _ in 0..6 {
        next_day(&world, keep).await;
    }
    world.system.local().clock().advance(Duration::hours(9));
    csat(&world, "acme", 1).await;
    csat(&world, "beta", 5).await;
    world.customer_with("gamma", &[]).await;
    let outcome = json!([{ "id": "o", "customer": "delta", "kind": "churned", "on": world.system.now().date_naive() }]);
    let call = world.call_as(Role::Csm, Method::POST, "/v1/outcomes").json(&outcome);
    let _ = call.send().await.expect_status(200);
    world.settle().await;
    for _ in 0..7 {
        next_day(&world, keep).await;
    }
    (world, first)
}

/// Without what says where the numbers are from.
fn numbers(mut body: Value) -> Value {
    for field in ["from", "to", "as_of"] {
        body.as_object_mut().unwrap().remove(field);
    }
    for item in body["items"].as_array_mut().into_iter().flatten() {
        for field in ["at", "source"] {
            item.as_object_mut().unwrap().remove(field);
        }
    }
    body
}

fn cell(body: &Value, from: &str, to: &str) -> u64 {
    let cells = body["cells"].as_array().unwrap();
    let cell = cells.iter().find(|cell| cell["from"] == from && cell["to"] == to).unwrap();
    cell["customers"].as_u64().unwrap()
}

#[tokio::test]
async fn the_first_snapshot_of_a_day_keeps_it_and_the_others_do_not() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let cloud = world.system.cloud();
    let today = world.system.now().date_naive();
    take(cloud).await.unwrap();
    let taken_at = world.system.now();
    world.system.local().clock().advance(Duration::minutes(15));
    take(cloud).await.unwrap();
    let kept = Kept::list(cloud).await.unwrap();
    assert_eq!((kept.first(), kept.near(today)), (Some(today), Some(today)));
    assert_eq!(kept.near(today + chrono::Days::new(3)), Some(today), "a missed day is stood for by one before");
    assert_eq!(kept.near(today + chrono::Days::new(4)), None);
    assert_eq!(kept.near(today - chrono::Days::new(1)), None);
    let day = days::read(cloud, today).await.unwrap().unwrap();
    let measures = days::read_measures(cloud, today).await.unwrap().unwrap();
    assert_eq!((day.rows.len(), day.taken_at, measures.taken_at()), (1, taken_at, taken_at));
    let bytes = cloud.snapshots.get(&format!("days/{today}/standings")).await.unwrap().unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("acme"), "nobody is named");
}

#[tokio::test]
async fn kept_days_and_histories_say_the_same() {
    let (kept, first) = world(true).await;
    let (told, _) = world(false).await;
    let period = format!("from={first}&to={}", first + chrono::Days::new(12));
    for path in [
        format!("trend?from={first}&to={}", first + chrono::Days::new(13)),
        format!("movement?{period}&was=struggling"),
        format!("movement?from={first}"),
        format!("drivers?{period}"),
        format!("drivers?from={first}&rule=csat&segment.plan=Pro"),
    ] {
        let (day, history) =
            (kept.get(&format!("/v1/analytics/{path}")).await, told.get(&format!("/v1/analytics/{path}")).await);
        assert_eq!(numbers(day.clone()), numbers(history.clone()), "{path}");
        let source = |body: &Value| match body["from"]["source"].as_str() {
            Some(source) => source.to_owned(),
            None => body["items"][0]["source"].as_str().unwrap().to_owned(),
        };
        assert_eq!((source(&day).as_str(), source(&history).as_str()), ("day", "history"), "{path}");
    }
}

#[tokio::test]
async fn every_customer_of_a_movement_is_behind_one_cell() {
    let (world, first) = world(true).await;
    let body = world.get(&format!("/v1/analytics/movement?from={first}")).await;
    assert_eq!(body["customers"], 4);
    assert_eq!((cell(&body, "thriving", "steady"), cell(&body, "struggling", "steady")), (1, 1), "{body}");
    assert_eq!((cell(&body, "new", "unknown"), cell(&body, "steady", "churned")), (1, 1), "{body}");
    assert_eq!((&body["up"], &body["down"]), (&json!(1), &json!(1)));
    let behind = world.get(&format!("/v1/analytics/movement?from={first}&was=thriving&is=steady")).await;
    assert_eq!((&behind["total"], &behind["items"][0]["customer"]), (&json!(1), &json!("acme")));
    assert!(behind["items"][0]["change"].as_f64().unwrap() < -20.0, "{behind}");
    let mut all = Vec::new();
    let mut cursor = String::new();
    let places = ["thriving", "struggling", "steady", "new"];
    for place in places {
        loop {
            let page =
                world.get(&format!("/v1/analytics/movement?from={first}&was={place}&limit=1&cursor={cursor}")).await;
            all.extend(
                page["items"].as_array().unwrap().iter().map(|item| item["customer"].as_str().unwrap().to_owned()),
            );
            cursor = page["next_cursor"].as_str().unwrap_or_default().to_owned();
            if cursor.is_empty() {
                break;
            }
        }
    }
    all.sort();
    assert_eq!(all, ["acme", "beta", "delta", "gamma"]);
}

#[tokio::test]
async fn drivers_add_up_to_the_change_of_the_scores() {
    let (world, first) = world(true).await;
    let body = world.get(&format!("/v1/analytics/drivers?from={first}")).await;
    // Delta has left, gamma had no score.
    assert_eq!((&body["customers"], &body["n"], &body["unknown"]), (&json!(3), &json!(2), &json!(1)), "{body}");
    let drivers = body["drivers"].as_array().unwrap();
    let net: f64 = drivers.iter().map(|driver| driver["net"].as_f64().unwrap()).sum();
    assert!((net - body["net"].as_f64().unwrap()).abs() < 1e-9);
    let csat = drivers.iter().find(|driver| driver["measure"].as_str().unwrap_or_default().contains("csat")).unwrap();
    assert_eq!((&csat["customers_lost"], &csat["customers_gained"]), (&json!(1), &json!(1)));
    let rule = csat["rule"].as_str().unwrap();
    let behind = world.get(&format!("/v1/analytics/drivers?from={first}&rule={rule}&limit=1")).await;
    assert_eq!((&behind["total"], &behind["items"][0]["customer"]), (&json!(2), &json!("acme")));
    let next = behind["next_cursor"].as_str().unwrap();
    let rest = world.get(&format!("/v1/analytics/drivers?from={first}&rule={rule}&limit=1&cursor={next}")).await;
    assert_eq!((&rest["items"][0]["customer"], &rest["next_cursor"]), (&json!("beta"), &Value::Null));
    // The scores say the same, one by one.
    let explained = world.get(&format!("/v1/customers/acme/score/explain?from={first}T00:05:00Z")).await;
    assert_eq!(behind["items"][0]["change"], explained["change"]);
}

#[tokio::test]
async fn the_demo_has_a_year_of_weeks_at_once() {
    let world = World::at(monday()).await;
    load_first(&world.system, 6).await.unwrap();
    let body = world.get("/v1/analytics/trend?from=2025-03-10").await;
    let items = body["items"].as_array().unwrap();
    assert_eq!(items.len(), 52);
    assert_eq!((&items[0]["source"], &items[51]["source"]), (&json!("history"), &json!("now")));
    let last = &items[51];
    let bands: u64 = last["bands"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(bands, last["customers"].as_u64().unwrap());
    assert!(items.iter().filter(|item| item["score"]["n"].as_u64().unwrap() > 0).count() > 26, "{body}");
    // What the customers say now is what the trend ends with.
    let list = world.get("/v1/customers").await;
    let scores: Vec<f64> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|customer| customer["churned"] == false)
        .filter_map(|customer| customer["score"].as_f64())
        .collect();
    let mean = scores.iter().sum::<f64>() / scores.len() as f64;
    assert!((last["score"]["mean"].as_f64().unwrap() - mean).abs() < 1e-9);
}

#[tokio::test]
async fn segments_renewals_and_responses_of_a_small_portfolio() {
    let world = World::new().await;
    for (id, plan, renewal) in
        [("acme", "Pro", "2026-03-20"), ("beta", "Pro", "2026-04-02"), ("gamma", "Basic", "2026-02-01")]
    {
        world.customer_with(id, &[("dora", "decision_maker")]).await;
        let path = format!("/v1/customers/{id}");
        let body = json!({ "plan": plan, "renewal_on": renewal, "currency": if id == "beta" { "EUR" } else { "USD" } });
        world.change(Method::PATCH, &path, &path, body).await.expect_status(200);
    }
    csat(&world, "acme", 5).await;
    csat(&world, "beta", 1).await;
    world.advance(Duration::hours(2)).await;
    let mails = world.mails_to("dora@acme.example");
    let asking = mails.iter().find(|mail| mail.links.iter().any(|link| link.contains("/f/"))).unwrap();
    world.answer(asking, "happy", "").await;
    for (id, status) in [("acme", "thriving"), ("beta", "steady"), ("gamma", "steady")] {
        world.set_status(id, status).await;
    }
    let segments = world.get("/v1/analytics/segments?by=plan").await;
    insta::assert_json_snapshot!("segments", segments, { ".as_of" => "now" });
    insta::assert_json_snapshot!("renewals", world.get("/v1/analytics/renewals?months=2").await);
    let responses = world.get("/v1/analytics/responses?from=2026-03-02").await;
    insta::assert_json_snapshot!("responses", responses, { ".as_of" => "now" });
    let pro = world.get("/v1/analytics/segments?by=owner&segment.plan=Pro&owner=CSM@keepwell.example").await;
    assert_eq!((&pro["all"]["customers"], &pro["items"][0]["value"]), (&json!(2), &json!("csm@keepwell.example")));
    let nobody = world.get("/v1/analytics/segments?owner=nobody@keepwell.example").await;
    assert_eq!((&nobody["all"]["customers"], &nobody["items"]), (&json!(0), &json!([])));
}

/// An erased customer is in no old object that could be read as its own.
#[tokio::test]
async fn who_is_erased_counts_nowhere_and_who_comes_again_is_new() {
    let (world, first) = world(true).await;
    let etag = world.call_as(Role::Viewer, Method::GET, "/v1/customers/acme").send().await.header("etag");
    let erase = world.call_as(Role::Admin, Method::DELETE, "/v1/customers/acme").header("if-match", &etag);
    assert!(erase.send().await.status.is_success());
    world.settle().await;
    let body = world.get(&format!("/v1/analytics/movement?from={first}")).await;
    assert_eq!((&body["customers"], cell(&body, "thriving", "steady")), (&json!(3), 0));
    world.customer_with("acme", &[]).await;
    let body = world.get(&format!("/v1/analytics/movement?from={first}&was=new")).await;
    let ids: Vec<_> = body["items"].as_array().unwrap().iter().map(|item| item["customer"].clone()).collect();
    assert_eq!(ids, ["acme", "gamma"]);
}

#[tokio::test]
async fn a_day_that_cannot_be_read_is_told_by_histories() {
    let (world, first) = world(true).await;
    for days in 0..4 {
        let key = format!("days/{}/standings", first + chrono::Days::new(days) - chrono::Days::new(3));
        world.system.cloud().snapshots.put(&key, b"not a day".to_vec()).await.unwrap();
    }
    let body = world.get(&format!("/v1/analytics/movement?from={first}")).await;
    assert_eq!((&body["from"]["source"], cell(&body, "thriving", "steady")), (&json!("history"), 1));
}
