//! Takes signals in: the tracking API of Segment's SDKs, arrays of signals by REST, CSV imports, and what a person logs.

mod import;
mod logged;
mod operations;
mod signals;
mod tracking;
mod write;

use axum::body::Body;
use axum::extract::State;
use http::Method;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::function::Function;
use keepwell_aws::http::{Access, QueryParams, Role, Routes};
use keepwell_domain::import::ImportKind;

pub use operations::operations;

/// The routes that take an array, and what its items are.
const ARRAYS: [(&str, ImportKind); 8] = [
    ("/v1/interactions", ImportKind::Interactions),
    ("/v1/tickets", ImportKind::Tickets),
    ("/v1/surveys", ImportKind::Surveys),
    ("/v1/goals", ImportKind::Goals),
    ("/v1/messages", ImportKind::Messages),
    ("/v1/opportunities", ImportKind::Opportunities),
    ("/v1/outcomes", ImportKind::Outcomes),
    ("/v1/custom-measures", ImportKind::CustomMeasures),
];

/// The function.
pub fn function(cloud: &Cloud) -> Function {
    let access = Access::MachineOrPeople(Role::Csm);
    let csm = Access::People(Role::Csm);
    let routes = Routes::new(cloud).route(access, Method::POST, "/v1/imports/{kind}", import::post_import).route(
        csm,
        Method::POST,
        "/v1/customers/{id}/interactions",
        logged::post_interaction,
    );
    let routes = ARRAYS.into_iter().fold(routes, |routes, (path, kind)| {
        routes.route(access, Method::POST, path, move |State(cloud): State<Cloud>, query: QueryParams, body: Body| {
            signals::post(kind, cloud, query, body)
        })
    });
    Function::new("signal-ingest").routes(tracking::routes(routes))
}
