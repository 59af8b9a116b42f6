//! Takes the portfolio's snapshot: every quarter of an hour, and when somebody asks for it.
//!
//! Who did not change since the snapshot before is not read again, so that a quiet portfolio costs a look at its list rows.

mod operations;

use axum::extract::State;
use chrono::{DateTime, Utc};
use http::Method;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::function::{Function, Rate};
use keepwell_aws::http::{Access, Answer, ApiError, JsonBody, QueryParams, Role, Routes};
use keepwell_aws::snapshot::{Taken, take};
use keepwell_domain::fields::Fields;
use schemars::JsonSchema;
use serde::Serialize;

pub use operations::operations;

/// The function.
pub fn function(cloud: &Cloud) -> Function {
    let scheduled = cloud.clone();
    Function::new("portfolio-snapshot")
        .routes(Routes::new(cloud).route(Access::People(Role::Admin), Method::POST, "/v1/snapshot", post_snapshot))
        .schedule("snapshot", Rate::QuarterHourly, move || {
            let cloud = scheduled.clone();
            async move {
                let taken = take(&cloud).await?;
                let Taken { current, bytes, .. } = taken;
                let customers = current.portfolio.rows().len();
                tracing::info!(customers, read_again = current.read_again, bytes, "snapshot taken");
                Ok(())
            }
        })
}

/// Takes a snapshot now. The body is `{}`.
async fn post_snapshot(
    State(cloud): State<Cloud>,
    query: QueryParams,
    JsonBody(body): JsonBody,
) -> Result<Answer, ApiError> {
    query.finish()?;
    Fields::new(&body, "")?.finish(Some(()))?;
    let Taken { current, bytes, .. } = take(&cloud).await?;
    Answer::ok(SnapshotView {
        as_of: current.portfolio.taken_at,
        customers: current.portfolio.rows().len(),
        read_again: current.read_again,
        before: current.snapshot_at,
        before_unusable: current.unusable.map(|error| error.to_string()),
        bytes,
    })
}

/// A snapshot that was taken.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PortfolioSnapshot")]
pub(crate) struct SnapshotView {
    /// The moment that it shows.
    as_of: DateTime<Utc>,
    /// How many customers it has.
    customers: usize,
    /// How many of them were read again, because they changed since the one before.
    read_again: usize,
    /// The moment of the one before; `null` when there was none.
    before: Option<DateTime<Utc>>,
    /// Why the one before could not be used, if it could not.
    before_unusable: Option<String>,
    /// How large it is.
    bytes: usize,
}
