//! Bodies that cannot be read, are wrong, or are too large.

use keepwell_aws::http::{Access, Role};
use keepwell_tests::{Call, Reply, World};

use super::{Write, expect_problem, world, writes};

fn call<'a>(world: &'a World, write: &Write) -> Call<'a> {
    world.call_as(Role::Admin, write.method.clone(), &write.path).header("if-match", "*")
}

async fn send(world: &World, write: &Write, body: impl Into<axum::body::Body>) -> Reply {
    call(world, write).raw("application/json", body).send().await
}

#[tokio::test]
async fn every_route_that_takes_an_object_is_tried_here() {
    let (world, task) = world().await;
    let mut tried: Vec<String> =
        writes(&task).iter().map(|write| format!("{} {}", write.method, write.declared)).collect();
    tried.sort_unstable();
    let mut declared = Vec::new();
    for route in world.system.functions().iter().flat_map(|function| function.routes.declared()) {
        let takes_body = route.method != http::Method::GET
            && route.method != http::Method::DELETE
            && !super::WITHOUT_BODY.contains(&route.path);
        let by_people = matches!(route.access, Access::People(_));
        let takes_object = !route.path.starts_with("/v1/imports/") && !super::arrays::is_array(route.path);
        if takes_body && takes_object && by_people {
            declared.push(format!("{} {}", route.method, route.path));
        }
    }
    declared.sort_unstable();
    assert_eq!(tried, declared);
}

#[tokio::test]
async fn a_body_that_is_not_json_is_refused() {
    let (world, task) = world().await;
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let bodies = [
        "",
        " ",
        "{",
        "{\"name\": }",
        "{'name': 'x'}",
        "nul",
        "{} {}",
        "name=x",
        "{\"a\": 01}",
        "{\"a\": \"\n\"}",
        &deep,
    ];
    for write in writes(&task) {
        for body in bodies {
            let reply = send(&world, &write, body.to_owned()).await;
            expect_problem(&reply, 400, &format!("{} {} with {body:?}", write.method, write.path));
        }
        let reply = send(&world, &write, b"{\"name\": \"\xff\"}".to_vec()).await;
        expect_problem(&reply, 400, &format!("{} {} with a byte that is not UTF-8", write.method, write.path));
    }
    assert_eq!(world.system.local().write_count(), 0);
}

#[tokio::test]
async fn a_body_that_is_not_an_object_is_refused() {
    let (world, task) = world().await;
    for write in writes(&task) {
        for body in ["[]", "null", "\"x\"", "3", "true", "[{\"name\": \"x\"}]"] {
            let reply = send(&world, &write, body).await;
            expect_problem(&reply, 422, &format!("{} {} with {body}", write.method, write.path));
            assert_eq!(reply.pointers(), [""], "{body}");
        }
    }
    assert_eq!(world.system.local().write_count(), 0);
}

#[tokio::test]
async fn all_that_is_wrong_is_named_at_once() {
    let (world, task) = world().await;
    for write in writes(&task) {
        let what = format!("{} {}", write.method, write.path);
        let reply = call(&world, &write).json(&write.wrong).send().await;
        expect_problem(&reply, 422, &what);
        let mut pointers = reply.pointers();
        pointers.sort_unstable();
        assert_eq!(pointers, write.pointers, "{what}: {}", reply.text);
        let errors = reply.json()["errors"].clone();
        assert!(
            errors.as_array().unwrap().iter().all(|error| error["detail"].as_str().unwrap().len() > 5),
            "{errors:#}"
        );
    }
    assert_eq!(world.system.local().write_count(), 0);
}

#[tokio::test]
async fn what_is_wrong_is_said_in_words() {
    let (world, task) = world().await;
    let mut problems = Vec::new();
    for write in writes(&task) {
        let reply = call(&world, &write).json(&write.wrong).send().await;
        problems.push(
            serde_json::json!({ "call": format!("{} {}", write.method, write.declared), "problem": reply.json() }),
        );
    }
    insta::assert_json_snapshot!("wrong_fields", problems);
}

#[tokio::test]
async fn a_body_over_256_kb_is_refused_and_one_of_exactly_that_is_not() {
    let (world, task) = world().await;
    for write in writes(&task) {
        let what = format!("{} {}", write.method, write.path);
        let mut body = write.good.to_string();
        body.push_str(&" ".repeat(256 * 1024 - body.len()));
        let reply = send(&world, &write, format!("{body} ")).await;
        expect_problem(&reply, 413, &what);
        assert_eq!(world.system.local().write_count(), 0, "{what}");
        let reply = send(&world, &write, body).await;
        assert!(reply.status.is_success(), "{what}: {}", reply.text);
        assert_eq!(world.system.local().write_count(), write.effect, "{what}");
        world.settle().await;
        world.system.local().reset_requests();
    }
}

#[tokio::test]
async fn an_edge_of_a_field_is_inside_and_the_next_value_is_not() {
    let (world, _) = world().await;
    let cases = [
        ("seats", vec!["0", "10000000", "null"], vec!["-1", "10000001", "\"3\"", "1.0", "true"]),
        ("arr_cents", vec!["0", "100000000000000"], vec!["-1", "100000000000001", "1e3"]),
        ("feedback_interval_days", vec!["7", "365"], vec!["6", "366"]),
        ("renewal_on", vec!["\"2028-02-29\""], vec!["\"2027-02-29\"", "\"2026-11-30T00:00:00Z\"", "20261130"]),
        ("currency", vec!["\"EUR\""], vec!["\"eur\"", "\"EURO\"", "\"\""]),
        ("owner", vec!["\"a@b.c\""], vec!["\"a@b\"", "\"a b@c.d\"", "\"a@b.c, d@e.f\"", "\"\""]),
        ("plan", vec!["\"x\""], vec!["\"\"", "\" \"", "\"a\\nb\"", "\"\\u0000\""]),
    ];
    for (field, inside, outside) in cases {
        for (values, status) in [(inside, 201), (outside, 422)] {
            for value in values {
                let body = format!("{{\"name\": \"x\", \"{field}\": {value}}}");
                let call = world.call_as(Role::Csm, http::Method::POST, "/v1/customers");
                let reply = call.raw("application/json", body.clone()).send().await;
                assert_eq!(reply.status, status, "{body}: {}", reply.text);
            }
        }
    }
}
