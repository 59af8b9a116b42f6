//! What the description of the API says of this function's route: `docs/openapi.json` is made from it, and the stories prove it.
#![expect(dead_code, reason = "what bodies are said to be is never made; it is read by its own rules")]

use keepwell_aws::http::{IfMatch, Operation};
use keepwell_domain::fields::Text;
use keepwell_domain::health_status::HealthStatus;
use schemars::JsonSchema;

use crate::StatusView;

/// An operation for every route.
pub fn operations() -> Vec<Operation> {
    Operation::tagged(
        "Customers",
        [Operation::put("/v1/customers/{id}/status", "setStatus", "Set the Health Status")
            .about("The same status again changes nothing while it is fresh, and confirms it when it is out of date.")
            .body::<StatusRequest>()
            .if_match(IfMatch::Always)
            .idempotent()
            .ok::<StatusView<'_>>("The Health Status.")
            .etag()],
    )
}

/// What the Health Status is to be.
#[derive(JsonSchema)]
struct StatusRequest {
    /// The word.
    status: HealthStatus,
    /// Why.
    reason: Text<2000>,
}
