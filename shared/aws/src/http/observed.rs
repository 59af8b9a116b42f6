//! Every request is written down: its route, what came of it, how long it took.

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use keepwell_domain::id::CustomerId;

use crate::telemetry::invocation::{Observer, Outcome, Work};

/// The customers' own paths.
const CUSTOMERS: &str = "/v1/customers/";

/// The routes with a line and metrics for each request.
pub(crate) fn observed(routes: Router, observer: &Observer) -> Router {
    let observer = observer.clone();
    routes.layer(from_fn(move |request: Request, next: Next| {
        let observer = observer.clone();
        async move {
            let work = work(&request);
            observer
                .observe(work, next.run(request), |answer: &Response| Outcome::Status(answer.status().as_u16()))
                .await
        }
    }))
}

/// The route as it is declared, never the path: that may hold a signed link.
fn work(request: &Request) -> Work {
    let path = request.extensions().get::<MatchedPath>().map_or("(unknown path)", MatchedPath::as_str);
    let names_customer = path.starts_with("/v1/customers/{id}");
    let customer = request.uri().path().strip_prefix(CUSTOMERS).filter(|_| names_customer);
    let customer = customer.and_then(|rest| CustomerId::parse(rest.split('/').next()?).ok());
    Work::Http { route: format!("{} {path}", request.method()), customer: customer.map(|id| id.to_string()) }
}
