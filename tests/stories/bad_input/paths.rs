//! Ids, paths and methods that are not there.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use keepwell_aws::http::Role;

use super::{expect_problem, world, writes};

#[tokio::test]
async fn an_unknown_id_is_not_found_by_any_call() {
    let (world, task) = world().await;
    let too_long = "a".repeat(65);
    let ids = ["nobody", "ACME", "acme%20", "%E2%82%AC", "a%2Fb", "%FF", "..%2F..", "%00", "C%23acme", &too_long];
    for id in ids {
        for path in ["", "/contacts", "/timeline", "/happiness", "/score", "/score/history", "/status/history"] {
            let path = format!("/v1/customers/{id}{path}");
            let reply = world.call_as(Role::Viewer, Method::GET, &path).send().await;
            expect_problem(&reply, 404, &format!("GET {path}"));
        }
        for write in writes(&task) {
            for (known, path) in ["acme", "uma", task.as_str(), super::ANSWERED].map(|known| (known, &write.path)) {
                if !path.split('/').any(|part| part == known) {
                    continue;
                }
                let path = path.replace(known, id);
                let call = world.call_as(Role::Admin, write.method.clone(), &path).header("if-match", "*");
                expect_problem(&call.json(&write.good).send().await, 404, &format!("{} {path}", write.method));
            }
        }
        for path in [format!("/v1/customers/{id}/contacts/uma"), format!("/v1/customers/acme/contacts/{id}")] {
            let reply = world.call_as(Role::Csm, Method::DELETE, &path).send().await;
            expect_problem(&reply, 404, &format!("DELETE {path}"));
        }
        for path in [format!("/v1/customers/{id}"), format!("/v1/write-keys/{id}"), format!("/v1/endpoints/{id}")] {
            expect_problem(&world.call_as(Role::Admin, Method::DELETE, &path).send().await, 404, &path);
        }
    }
    assert_eq!(world.system.local().write_count(), 0);
}

#[tokio::test]
async fn an_unknown_path_is_not_found() {
    let (world, _) = world().await;
    for path in [
        "/v1",
        "/v1/",
        "/v1/customers/",
        "/v1/customer",
        "/v2/customers",
        "/v1/customers/acme/",
        "/v1/customers/acme/x",
        "//v1/customers",
        "/V1/customers",
        "/_local/nothing",
        "/f/",
        "/v1/tasks/x/y",
    ] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let reply = world.call_as(Role::Admin, method.clone(), path).send().await;
            expect_problem(&reply, 404, &format!("{method} {path}"));
        }
    }
    assert_eq!(world.system.local().write_count(), 0);
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_refused() {
    let (world, _) = world().await;
    let mut paths: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for route in world.system.functions().iter().flat_map(|function| function.routes.declared()) {
        paths.entry(route.path).or_default().insert(route.method.to_string());
    }
    assert!(paths.len() > 15);
    for (path, methods) in paths {
        let concrete = path
            .replace("{id}", "acme")
            .replace("{contact}", "uma")
            .replace("{delivery}", "msg_1")
            .replace("{token}", "x")
            .replace("{kind}", "usage")
            .replace("{email}", "nobody@keepwell.example");
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            if methods.contains(method.as_str()) {
                continue;
            }
            let what = format!("{method} {path}");
            let reply = world.call_as(Role::Admin, method, &concrete).json(&serde_json::json!({})).send().await;
            expect_problem(&reply, 405, &what);
            let allowed = reply.header("allow");
            let allowed: BTreeSet<String> =
                allowed.split(',').map(|word| word.trim().to_owned()).filter(|word| word != "HEAD").collect();
            assert_eq!(allowed, methods, "{what}");
        }
    }
    assert_eq!(world.system.local().write_count(), 0);
}
