//! A customer's score at a past moment: what was known then, by the scorecard of then or of now.

use chrono::{DateTime, Utc};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{ApiError, QueryParams};
use keepwell_aws::store::StoreError;
use keepwell_domain::customer::Customer;
use keepwell_domain::score::breakdown::ScorecardVersion;
use keepwell_domain::score::evaluate::Compiled;
use keepwell_domain::score::history::Snapshot;

keepwell_domain::words! {
    /// By which scorecard a past score is computed.
    #[derive(Default, schemars::JsonSchema)]
    #[schemars(rename = "ScorecardOf")]
    pub(crate) enum By {
        /// The one that was used then.
        #[default]
        Then = "then",
        /// The one that is used for the customer now.
        Current = "current",
    }
}

/// What was known about a customer at a moment.
pub(crate) struct Past {
    pub(crate) snapshot: Snapshot,
}

impl Past {
    /// What was known at `at`; `None` before the first score.
    pub(crate) async fn read(
        cloud: &Cloud,
        customer: &Customer,
        at: DateTime<Utc>,
    ) -> Result<Option<Self>, StoreError> {
        let snapshot = cloud.store.score_snapshot_at(&customer.id, at).await?;
        Ok(snapshot.map(|snapshot| Self { snapshot }))
    }

    /// The scorecard to compute the score by.
    pub(crate) async fn scorecard(&self, cloud: &Cloud, customer: &Customer, by: By) -> Result<Compiled, ApiError> {
        match by {
            By::Then => {
                let ScorecardVersion { id, version } = &self.snapshot.point.scorecard;
                Ok(cloud.store.compiled(id.as_str(), version.unwrap_or_default()).await?)
            }
            By::Current => Ok(cloud.store.scorecard_of(customer).await?),
        }
    }
}

/// A moment that has not come has no score.
pub(crate) fn refuse_future(
    query: &mut QueryParams,
    name: &'static str,
    at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) {
    if at.is_some_and(|at| at > now) {
        query.problem(name, "must not be in the future");
    }
}
