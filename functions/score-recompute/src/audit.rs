//! The audit: a customer is computed from everything that is stored about it, and compared with what its gists say.

use keepwell_aws::cloud::Cloud;
use keepwell_aws::store::CommitError;
use keepwell_aws::store::change::retry_on_conflict;
use keepwell_aws::telemetry::metrics::{self, Metric};
use keepwell_domain::id::CustomerId;
use keepwell_domain::score::audit::differences;
use keepwell_domain::score::library::Selection;
use keepwell_domain::settings::Settings;

use crate::{inputs, standing};

/// Audits one customer. A difference is logged and healed, and counted, which raises an alarm: the gists are made anew from the records.
pub(crate) async fn audit(
    cloud: &Cloud,
    settings: &Settings,
    scorecards: &Selection,
    id: &CustomerId,
) -> Result<(), CommitError> {
    retry_on_conflict(|| async {
        let now = cloud.now();
        let Some(quick) = inputs::load(cloud, settings, id, now).await? else { return Ok(()) };
        let Some(whole) = inputs::load_everything(cloud, settings, id, now).await? else { return Ok(()) };
        // Whatever is written about a customer writes its row: what was read in between is of one moment.
        let Some(after) = cloud.store.customer(id).await? else { return Ok(()) };
        if after.revision != quick.customer.revision {
            return Err(CommitError::Contention);
        }
        let remembered_alike = quick.customer.value.last_signals == whole.customer.value.last_signals;
        let scorecard = scorecards.for_customer(&quick.customer.value);
        let quick = standing::compute(&quick, settings, scorecard, now);
        let whole = standing::compute(&whole, settings, scorecard, now);
        let measures = differences(quick.measures(), whole.measures());
        if measures.is_empty() && remembered_alike {
            return Ok(());
        }
        tracing::error!(customer = id.as_str(), measures = measures.join(", "), "the audit found a difference");
        cloud.store.rewrite_gists(cloud, id).await?;
        metrics::count(Metric::AuditDifferences, 1);
        Ok(())
    })
    .await
}
