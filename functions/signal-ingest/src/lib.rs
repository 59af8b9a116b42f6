//! Takes signals in: CSV imports, and the tracking API of Segment's SDKs.

mod import;
mod tracking;
mod write;

use http::Method;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::function::Function;
use keepwell_aws::http::{Access, Role, Routes};

/// The function.
pub fn function(cloud: &Cloud) -> Function {
    let routes =
        Routes::new(cloud).route(Access::People(Role::Csm), Method::POST, "/v1/imports/{kind}", import::post_import);
    Function::new("signal-ingest").routes(tracking::routes(routes))
}
