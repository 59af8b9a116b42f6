//! The portfolio list: filters, sorting, pages.

use chrono::Duration;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::World;
use serde_json::{Value, json};

use super::{all_pages, each, later};

/// Ada is struggling and not happy, Bob thriving and happy, Cid thriving and never asked; of Dot nothing is known.
async fn four_customers() -> World {
    let world = World::new().await;
    let customers = [
        json!({ "id": "ada", "name": "Ada Works", "owner": "ana@keepwell.example", "arr_cents": 300, "renewal_on": "2026-05-01",
            "plan": "Pro", "industry": "Retail", "country": "DE", "size": "Mid", "stage": "live", "tags": ["vip"],
            "attributes": { "region": "emea", "employees": 12, "partner": true }, "request_feedback": true }),
        json!({ "id": "bob", "name": "bob & sons", "owner": "ANA@keepwell.example", "arr_cents": 100, "renewal_on": "2026-04-01",
            "plan": "Enterprise", "tags": ["vip", "beta"], "attributes": { "region": "apac", "partner": false },
            "request_feedback": true }),
        json!({ "id": "cid", "name": "CID", "owner": "ben@keepwell.example", "arr_cents": 200, "renewal_on": "2026-06-01" }),
        json!({ "id": "dot", "name": "The Adams" }),
    ];
    for customer in customers {
        world.post("/v1/customers", customer).await;
    }
    for customer in ["ada", "bob"] {
        let contact = json!({ "id": "uma", "name": "Uma", "email": format!("uma@{customer}.example") });
        world.post(&format!("/v1/customers/{customer}/contacts"), contact).await;
    }
    world.settle().await;
    world.advance(Duration::hours(1)).await;
    for (customer, rating) in [("ada", "not_happy"), ("bob", "happy")] {
        let mails = world.mails_to(&format!("uma@{customer}.example"));
        world.answer(&mails[0], rating, "").await.expect_status(200);
    }
    for (customer, status) in [("ada", "struggling"), ("bob", "steady"), ("cid", "thriving")] {
        world.set_status(customer, status).await;
    }
    // Eight days later two of them stand elsewhere, so that there is a change to sort by.
    later(&world, 8).await;
    for (customer, status) in [("bob", "thriving"), ("cid", "healthy")] {
        world.set_status(customer, status).await;
    }
    world
}

#[tokio::test]
async fn the_list_shows_who_was_asked_for() {
    let world = four_customers().await;
    let cases = [
        ("", vec!["ada", "bob", "cid", "dot"]),
        ("ids=bob", vec!["bob"]),
        ("ids=dot,bob,nobody,dot", vec!["bob", "dot"]),
        ("ids=ada,bob&status=thriving", vec!["bob"]),
        ("q=ada", vec!["ada", "dot"]),
        ("q=%20AND%20", vec![]),
        ("q=%26", vec!["bob"]),
        ("owner=Ana@keepwell.example", vec!["ada", "bob"]),
        ("owner=nobody@keepwell.example", vec![]),
        ("status=thriving", vec!["bob"]),
        ("status=struggling", vec!["ada"]),
        ("at_risk=true", vec!["ada"]),
        ("renewal_before=2026-05-01", vec!["bob"]),
        ("renewal_before=2026-05-02&owner=ana@keepwell.example", vec!["ada", "bob"]),
        ("no_contact_days=1", vec!["ada", "bob", "cid", "dot"]),
        ("score_change_below=0", vec!["cid"]),
        ("score_change_below=-99", vec![]),
        ("band=struggling", vec!["ada"]),
        ("band=thriving", vec!["bob"]),
        ("band=healthy", vec!["cid"]),
        ("happiness=not_happy", vec!["ada"]),
        ("happiness=happy", vec!["bob"]),
        ("happiness=neutral", vec![]),
        ("insight=churn_risk", vec!["ada"]),
        ("insight=advocate", vec!["bob"]),
        ("insight=unknown", vec!["cid", "dot"]),
        ("segment.plan=Pro", vec!["ada"]),
        ("segment.plan=pro", vec![]),
        ("segment.industry=Retail", vec!["ada"]),
        ("segment.country=DE", vec!["ada"]),
        ("segment.size=Mid", vec!["ada"]),
        ("segment.stage=live", vec!["ada"]),
        ("segment.tag=vip", vec!["ada", "bob"]),
        ("segment.tag=beta&segment.tag=beta", vec!["bob"]),
        ("segment.region=apac", vec!["bob"]),
        ("segment.employees=12", vec!["ada"]),
        ("segment.partner=true", vec!["ada"]),
        ("segment.partner=true&status=thriving", vec![]),
        ("segment.nothing=1", vec![]),
        ("stale=false", vec!["ada", "bob", "cid", "dot"]),
        ("stale=true", vec![]),
        ("churned=false", vec!["ada", "bob", "cid", "dot"]),
        ("churned=true", vec![]),
        ("q=&owner=&status=", vec!["ada", "bob", "cid", "dot"]),
    ];
    for (query, expected) in cases {
        let list = world.get(&format!("/v1/customers?{query}")).await;
        let mut ids = each(&list, "id");
        ids.sort_unstable();
        assert_eq!(ids, expected, "{query}");
        assert_eq!(list["total"], expected.len(), "{query}");
        assert_eq!(list["next_cursor"], Value::Null, "{query}");
    }
}

#[tokio::test]
async fn a_line_of_the_list_is_the_customer_as_its_page_shows_it() {
    let world = four_customers().await;
    let list = world.get("/v1/customers?q=bob").await;
    assert_eq!(list["items"][0], world.get("/v1/customers/bob").await);
}

#[tokio::test]
async fn the_list_sorts_by_anything_both_ways_and_who_lacks_the_value_stands_last() {
    let world = four_customers().await;
    let cases = [
        ("name", ["ada", "bob", "cid", "dot"], ["dot", "cid", "bob", "ada"]),
        ("score", ["ada", "cid", "bob", "dot"], ["bob", "cid", "ada", "dot"]),
        ("arr", ["bob", "cid", "ada", "dot"], ["ada", "cid", "bob", "dot"]),
        ("renewal", ["bob", "ada", "cid", "dot"], ["cid", "ada", "bob", "dot"]),
        // Ada's score stood still, Bob's rose, Cid's fell; Dot has none.
        ("change", ["cid", "ada", "bob", "dot"], ["bob", "ada", "cid", "dot"]),
        // Nobody was asked at Cid and Dot; equals stand in the order of their ids, both ways.
        ("happiness", ["ada", "bob", "cid", "dot"], ["bob", "ada", "cid", "dot"]),
    ];
    for (field, rising, falling) in cases {
        let list = world.get(&format!("/v1/customers?sort={field}")).await;
        assert_eq!(each(&list, "id"), rising, "{field}: {list:#}");
        let list = world.get(&format!("/v1/customers?sort=-{field}")).await;
        assert_eq!(each(&list, "id"), falling, "-{field}: {list:#}");
    }
}

#[tokio::test]
async fn the_pages_of_a_list_hold_everybody_exactly_once_even_among_equals() {
    let world = World::new().await;
    let mut expected = Vec::new();
    for number in 0..13 {
        let id = format!("c{number:02}");
        // Few different values, and some have none: nearly every neighbour is an equal.
        let name = ["Twin", "twin", "Ann"][number % 3];
        let mut customer = json!({ "id": id, "name": name });
        if number % 4 > 0 {
            customer["arr_cents"] = json!(number % 2);
            customer["renewal_on"] = json!(format!("2026-05-0{}", 1 + number % 2));
        }
        world.post("/v1/customers", customer).await;
        expected.push(id);
    }
    world.settle().await;
    for sort in ["name", "-name", "score", "-score", "arr", "-arr", "renewal", "-renewal", "change", "-happiness"] {
        for limit in if sort == "arr" { vec![1, 4, 13] } else { vec![5] } {
            let path = format!("/v1/customers?sort={sort}");
            let paged = all_pages(&world, &path, limit).await;
            let whole = world.get(&path).await;
            assert_eq!(json!(paged), whole["items"], "{sort} by {limit}");
            let mut ids: Vec<&str> = paged.iter().map(|item| item["id"].as_str().unwrap()).collect();
            ids.sort_unstable();
            assert_eq!(ids, expected, "{sort} by {limit}");
        }
    }
}

#[tokio::test]
async fn a_page_far_down_is_a_question_away() {
    let world = World::new().await;
    for number in 0..9 {
        world
            .post("/v1/customers", json!({ "id": format!("c{number}"), "name": "Twin", "arr_cents": number % 2 }))
            .await;
    }
    let path = "/v1/customers?sort=-arr";
    let whole = world.get(path).await;
    let all = each(&whole, "id");
    for skip in [0, 3, 8, 9, 100_000] {
        let page = world.get(&format!("{path}&skip={skip}&limit=2")).await;
        let expected: Vec<&str> = all.iter().skip(skip).take(2).copied().collect();
        assert_eq!(each(&page, "id"), expected, "{skip}");
        assert_eq!((page["total"].as_u64(), page["next_cursor"].is_null()), (Some(9), skip + 2 >= 9), "{skip}");
    }
    // Behind a cursor the rows behind it are counted.
    let first = world.get(&format!("{path}&skip=1&limit=1")).await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let page = world.get(&format!("{path}&skip=4&limit=2&cursor={cursor}")).await;
    assert_eq!(each(&page, "id"), all[6..8]);
}

#[tokio::test]
async fn a_customer_that_changes_between_two_pages_does_not_hide_another() {
    let world = World::new().await;
    for id in ["a", "b", "c", "d"] {
        world.post("/v1/customers", json!({ "id": id, "name": id, "arr_cents": 100 })).await;
    }
    let first = world.get("/v1/customers?sort=arr&limit=2").await;
    assert_eq!(each(&first, "id"), ["a", "b"]);
    // The last one of the page moves to the end before the next page is read.
    world
        .change(Method::PATCH, "/v1/customers/b", "/v1/customers/b", json!({ "arr_cents": 900 }))
        .await
        .expect_status(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = world.get(&format!("/v1/customers?sort=arr&limit=9&cursor={cursor}")).await;
    assert_eq!(each(&second, "id"), ["c", "d", "b"]);
}

#[tokio::test]
async fn a_row_has_its_top_driver_and_twelve_weeks_when_they_are_asked_for() {
    let world = four_customers().await;
    for (customer, days) in [("ada", 40), ("bob", 3)] {
        let at = world.system.now() - Duration::days(days);
        let call = json!([{ "id": "i", "customer": customer, "kind": "call", "at": at, "quality": 1 }]);
        let reply = world.call_as(Role::Csm, Method::POST, "/v1/interactions").json(&call).send().await;
        reply.expect_status(200);
    }
    world.settle().await;
    let list = world.get("/v1/customers?sort=-last_contact").await;
    assert_eq!(each(&list, "id")[..2], ["bob", "ada"], "who was never met stands last");
    let first = world.get("/v1/customers?sort=-last_contact&limit=1").await;
    let next = first["next_cursor"].as_str().unwrap();
    let second = world.get(&format!("/v1/customers?sort=-last_contact&limit=1&cursor={next}")).await;
    assert_eq!(second["items"][0]["id"], "ada");
    assert_eq!(each(&world.get("/v1/customers?no_contact_days=30").await, "id"), ["ada", "cid", "dot"]);

    let list = world.get("/v1/customers?with=top_driver,sparkline").await;
    let row = |id: &str| list["items"].as_array().unwrap().iter().find(|row| row["id"] == id).unwrap().clone();
    let ada = row("ada");
    let line = ada["sparkline"].as_array().unwrap();
    assert_eq!((line.len(), &line[0], &line[11]), (12, &Value::Null, &ada["score"]));
    assert!(line[10].is_number(), "a week ago it had a score: {line:?}");
    // No rule costs more than the one that the row names.
    let score = world.get("/v1/customers/ada/score").await;
    let rules = score["dimensions"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|dimension| dimension["rules"].as_array().unwrap().clone());
    let costs = rules.filter_map(|rule| Some(rule["effective_weight"].as_f64()? * (100.0 - rule["points"].as_f64()?)));
    let most = costs.fold(0.0, f64::max);
    assert!(most > 0.0 && (ada["top_driver"]["costs"].as_f64().unwrap() - most).abs() < 1e-9, "{ada}");
    assert_eq!(row("dot")["top_driver"], Value::Null);
    assert_eq!(world.get("/v1/customers").await["items"][0].get("sparkline"), None);
}

#[tokio::test]
async fn a_cursor_belongs_to_its_order() {
    let world = four_customers().await;
    let first = world.get("/v1/customers?sort=arr&limit=2").await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let other = world.call_as(Role::Viewer, Method::GET, &format!("/v1/customers?sort=score&cursor={cursor}"));
    assert_eq!(other.send().await.expect_status(422).pointers(), ["?cursor"]);
    let back = world.get(&format!("/v1/customers?sort=-arr&cursor={cursor}")).await;
    assert_eq!(each(&back, "id"), ["bob", "dot"], "the same place, the other way: {first}");
}

#[tokio::test]
async fn who_has_left_can_be_left_out() {
    let world = four_customers().await;
    let on = world.system.now().date_naive();
    let outcome = json!([{ "id": "o", "customer": "bob", "kind": "churned", "on": on }]);
    let call = world.call_as(Role::Csm, Method::POST, "/v1/outcomes").json(&outcome);
    let _ = call.send().await.expect_status(200);
    world.settle().await;
    assert_eq!(each(&world.get("/v1/customers?churned=false").await, "id"), ["ada", "cid", "dot"]);
    assert_eq!(each(&world.get("/v1/customers?churned=true").await, "id"), ["bob"]);
    assert_eq!(each(&world.get("/v1/customers").await, "id"), ["ada", "bob", "cid", "dot"]);
    let unclear = world.call_as(Role::Viewer, Method::GET, "/v1/customers?churned=maybe").send().await;
    assert_eq!(unclear.expect_status(422).pointers(), ["?churned"]);
}
