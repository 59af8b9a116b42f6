//! Segment's tracking API: `POST /v1/identify`, `group`, `track`, `page`, `screen`, `alias`, and `batch` or `import` for several.
//!
//! What is answered as accepted is written. A store that fails is answered by 503, and the SDK sends everything again: what was
//! written in the meantime is known again and changes nothing.

mod customer;
mod take;

use axum::body::Bytes;
use axum::extract::State;
use http::Method;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Access, Answer, ApiError, Routes};
use keepwell_aws::store::change::retry_on_conflict;
use keepwell_domain::problem::Problems;
use keepwell_domain::tracking::{Call, MAX_ITEM, MAX_ITEMS, Rejection, Request, Unreadable, read_batch, read_one};
use schemars::JsonSchema;
use serde::Serialize;

/// The routes.
pub(crate) fn routes(routes: Routes) -> Routes {
    let calls = [
        (Call::Identify, "/v1/identify"),
        (Call::Group, "/v1/group"),
        (Call::Track, "/v1/track"),
        (Call::Page, "/v1/page"),
        (Call::Screen, "/v1/screen"),
        (Call::Alias, "/v1/alias"),
    ];
    let routes = calls.into_iter().fold(routes, |routes, (call, path)| {
        let post = move |State(cloud): State<Cloud>, body: Bytes| async move {
            let request = read_one(call, &body, cloud.now());
            answer(&cloud, request, |_| String::new()).await
        };
        routes.route(Access::Machine, Method::POST, path, post)
    });
    ["/v1/batch", "/v1/import"]
        .into_iter()
        .fold(routes, |routes, path| routes.route(Access::Machine, Method::POST, path, post_batch))
}

async fn post_batch(State(cloud): State<Cloud>, body: Bytes) -> Result<Answer, ApiError> {
    let request = read_batch(&body, cloud.now());
    answer(&cloud, request, |index| format!("/batch/{index}")).await
}

/// What Segment's SDKs look for is the status and `success`; the rest is for people.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "TrackingReport")]
pub(crate) struct Taken {
    /// `true`.
    success: bool,
    /// Items that are written, and those that were before.
    accepted: usize,
    /// Items that cannot be used.
    rejected: Vec<Rejection>,
}

async fn answer(
    cloud: &Cloud,
    request: Result<Request, Unreadable>,
    pointer: impl Fn(usize) -> String,
) -> Result<Answer, ApiError> {
    let request = request.map_err(|error| match error {
        Unreadable::Malformed(detail) => ApiError::Malformed(detail),
        Unreadable::TooManyItems => ApiError::TooMany { limit: MAX_ITEMS },
        Unreadable::ItemTooLarge => ApiError::TooLarge { limit: MAX_ITEM },
    })?;
    let total = request.items.len() + request.rejected.len();
    let mut rejected = request.rejected;
    rejected.extend(retry_on_conflict(|| take::take(cloud, &request.items)).await?);
    rejected.sort_by_key(|rejection| rejection.index);
    if rejected.len() == total {
        let mut problems = Problems::default();
        for rejection in rejected {
            problems.add(pointer(rejection.index), rejection.reason);
        }
        return Err(ApiError::NothingUsable(problems));
    }
    Answer::ok(Taken { success: true, accepted: total - rejected.len(), rejected })
}
