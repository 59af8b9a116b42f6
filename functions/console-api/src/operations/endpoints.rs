//! Endpoints, and what was sent to them.

use keepwell_aws::http::{IfMatch, Operation, Page};
use keepwell_domain::delivery::endpoint::{EndpointKind, Switch};
use keepwell_domain::fields::Line;
use schemars::{JsonSchema, json_schema};

use crate::deliveries::DeliveryView;
use crate::endpoints::{CreatedEndpoint, EndpointView};

pub(super) fn operations() -> Vec<Operation> {
    Operation::tagged(
        "Endpoints",
        [
            Operation::get("/v1/endpoints", "getEndpoints", "Where automations send to").paged().ok::<Page<
                '_,
                EndpointView<'_>,
            >>(
                "The endpoints, by id.",
            ),
            Operation::post("/v1/endpoints", "createEndpoint", "Make an endpoint")
                .body::<NewEndpoint>()
                .idempotent()
                .created::<CreatedEndpoint<'_>>("The endpoint, with its secret this once.")
                .etag()
                .unless_taken(),
            Operation::get("/v1/endpoints/{id}", "getEndpoint", "One endpoint")
                .ok::<EndpointView<'_>>("The endpoint.")
                .etag(),
            Operation::patch("/v1/endpoints/{id}", "updateEndpoint", "Change an endpoint")
                .about("What is absent stays as it is.")
                .body::<EndpointChange>()
                .if_match(IfMatch::Always)
                .ok::<EndpointView<'_>>("The endpoint after the change.")
                .etag(),
            Operation::delete("/v1/endpoints/{id}", "deleteEndpoint", "Delete an endpoint")
                .about("Nothing is sent to it any more.")
                .if_match(IfMatch::WhenSent),
            Operation::post("/v1/endpoints/{id}/test", "testEndpoint", "Send a test at once, also when it is off")
                .idempotent()
                .ok::<DeliveryView<'_>>("The delivery, with what came back."),
            Operation::get("/v1/endpoints/{id}/deliveries", "getDeliveries", "What was sent in 90 days")
                .paged()
                .ok::<Page<'_, DeliveryView<'_>>>("The deliveries, newest first."),
            Operation::post("/v1/endpoints/{id}/deliveries/{delivery}/redeliver", "redeliver", "Send a delivery again")
                .about("With the same `webhook-id`, at once.")
                .idempotent()
                .ok::<DeliveryView<'_>>("The delivery, with what came back."),
        ],
    )
}

/// What an endpoint is to be.
#[derive(JsonSchema)]
struct NewEndpoint {
    /// By which automations name it.
    id: EndpointName,
    /// What it understands.
    kind: EndpointKind,
    /// What it is for; the id when absent.
    name: Option<Line<100>>,
    /// Where requests go.
    #[schemars(url)]
    url: String,
}

/// What is to change about an endpoint.
#[derive(JsonSchema)]
struct EndpointChange {
    /// What it is for.
    name: Option<Line<100>>,
    /// Where requests go.
    #[schemars(url)]
    url: Option<String>,
    /// Whether it is used.
    state: Option<Switch>,
}

said! {
    /// Lower-case words with hyphens.
    EndpointName: json_schema!({ "type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 60 });
}
