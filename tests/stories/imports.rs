//! Files of rows: `POST /v1/imports/{kind}` with a CSV document, and `RavenStack`'s files as the `keepwell` command sends them.

mod counts;
mod effects;
mod ravenstack;
mod refusals;

use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::{Reply, World};
use serde_json::Value;

/// Sends a CSV document as a CSM.
async fn send(world: &World, path: &str, csv: impl Into<Vec<u8>>) -> Reply {
    world.call_as(Role::Csm, Method::POST, &format!("/v1/imports/{path}")).raw("text/csv", csv.into()).send().await
}

/// Imports a CSV document; answers the report.
pub(crate) async fn import(world: &World, path: &str, csv: impl Into<Vec<u8>>) -> Value {
    send(world, path, csv).await.expect_status(200).json()
}

/// `[created, updated, unchanged, rejected]` of a report.
fn counts(report: &Value) -> [u64; 4] {
    ["created", "updated", "unchanged", "rejected"].map(|name| report[name].as_u64().unwrap_or(u64::MAX))
}

/// `row:column` of the errors of a report, in its order.
fn places(report: &Value) -> Vec<String> {
    let errors = report["errors"].as_array().cloned().unwrap_or_default();
    errors.iter().map(|error| format!("{}:{}", error["row"], error["column"].as_str().unwrap_or("?"))).collect()
}

async fn world_with(customers: &[&str]) -> World {
    let world = World::new().await;
    for id in customers {
        world.post("/v1/customers", serde_json::json!({ "id": id, "name": id })).await;
    }
    world.settle().await;
    world
}
