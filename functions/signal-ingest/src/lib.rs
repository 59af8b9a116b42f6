//! Takes signals in. For now: CSV imports; the tracking API and the REST calls for signals come next.

mod import;
mod write;

use http::Method;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::function::Function;
use keepwell_aws::http::{Access, Role, Routes};

/// The function.
pub fn function(cloud: &Cloud) -> Function {
    let routes =
        Routes::new(cloud).route(Access::People(Role::Csm), Method::POST, "/v1/imports/{kind}", import::post_import);
    Function::new("signal-ingest").routes(routes)
}
