//! What the description of the API says of this function's route: `docs/openapi.json` is made from it, and the stories prove it.

use keepwell_aws::http::Operation;
use schemars::JsonSchema;

use crate::SnapshotView;

/// An operation for every route.
pub fn operations() -> Vec<Operation> {
    Operation::tagged(
        "Scorecards",
        [Operation::post("/v1/snapshot", "takeSnapshot", "Take the portfolio's snapshot now")
            .about("A plan reads the newest snapshot. One is taken every quarter of an hour; sent again, this takes another.")
            .body::<Nothing>()
            .ok::<SnapshotView>("The snapshot.")],
    )
}

/// `{}`.
#[derive(JsonSchema)]
#[schemars(rename = "SnapshotRequest")]
struct Nothing {}
