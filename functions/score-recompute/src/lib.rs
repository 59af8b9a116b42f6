//! Computes what is computed about a customer: Happiness Level, Health Score, Insight.
//!
//! Customers come through the bus when something about them changed, and all of them every night, because data decays and
//! grows stale by itself. Computing twice gives the same; nothing is written when nothing changed. Of those of the
//! night one in a hundred is audited: computed from everything that is stored about it.

mod audit;
mod inputs;
mod standing;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::{StreamExt as _, future, stream};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::function::{Function, HandlerError, Message, Rate};
use keepwell_aws::store::CommitError;
use keepwell_aws::store::change::{Cause, retry_on_conflict};
use keepwell_domain::event::{Event, SOURCE};
use keepwell_domain::id::CustomerId;
use keepwell_domain::score::audit::whose_turn;
use keepwell_domain::score::evaluate::Compiled;
use keepwell_domain::score::scorecard::Scorecard;
use keepwell_domain::settings::Settings;

/// The events after which a customer's standing may be another one.
pub const SUBSCRIPTIONS: &[&str] = &[
    "customer.created.v1",
    "customer.changed.v1",
    "health_status.changed.v1",
    "score_override.set.v1",
    "score_override.removed.v1",
    "signals.received.v1",
    "feedback.answered.v1",
];

/// How many customers the nightly run computes at once: the time goes into waiting for the tables.
const AT_ONCE: usize = 16;

/// The version under which the shipped scorecard stands in scores.
const SHIPPED_VERSION: u64 = 1;

/// The function.
pub fn function(cloud: &Cloud) -> Function {
    let scorecard = Arc::new(Compiled::new(&Scorecard::shipped(), Some(SHIPPED_VERSION)));
    let (cloud, nightly_cloud) = (cloud.clone(), cloud.clone());
    let nightly_scorecard = Arc::clone(&scorecard);
    Function::new("score-recompute")
        .subscribe(SOURCE, SUBSCRIPTIONS, move |messages| {
            let (cloud, scorecard) = (cloud.clone(), Arc::clone(&scorecard));
            async move { recompute_batch(&cloud, &scorecard, messages).await }
        })
        .schedule("nightly", Rate::Nightly, move || {
            let (cloud, scorecard) = (nightly_cloud.clone(), Arc::clone(&nightly_scorecard));
            async move { recompute_all(&cloud, &scorecard).await }
        })
}

/// Computes each customer of the batch once, however many messages are about it. Answers the messages that failed.
async fn recompute_batch(cloud: &Cloud, scorecard: &Compiled, messages: Vec<Message>) -> Vec<String> {
    let mut failed = Vec::new();
    let mut customers: BTreeMap<CustomerId, (Event, Vec<String>)> = BTreeMap::new();
    for message in messages {
        match message.event() {
            Ok(event) => {
                let (newest, ids) =
                    customers.entry(event.customer_id.clone()).or_insert_with(|| (event.clone(), Vec::new()));
                if event.aggregate_version > newest.aggregate_version {
                    *newest = event;
                }
                ids.push(message.id);
            }
            Err(error) => {
                tracing::error!(message_id = message.id, %error, "unreadable event");
                failed.push(message.id);
            }
        }
    }
    let settings = match cloud.settings().await {
        Ok(settings) => settings,
        Err(error) => {
            tracing::error!(%error, "the settings cannot be read");
            failed.extend(customers.into_values().flat_map(|(_, messages)| messages));
            return failed;
        }
    };
    for (id, (event, messages)) in customers {
        if let Err(error) = recompute(cloud, &settings, scorecard, &id, &Cause::event(&event)).await {
            tracing::error!(customer = id.as_str(), %error, "recompute failed");
            failed.extend(messages);
        }
    }
    failed
}

/// Some customers could not be computed; the next night, or the next change, tries again.
#[derive(Debug, thiserror::Error)]
#[error("{0} customers could not be computed")]
struct Failed(usize);

async fn recompute_all(cloud: &Cloud, scorecard: &Compiled) -> Result<(), HandlerError> {
    let settings = cloud.settings().await?;
    let portfolio = cloud.store.portfolio().await?;
    let ids: Vec<&CustomerId> = portfolio.iter().map(|stored| &stored.value.id).collect();
    let audited: BTreeSet<CustomerId> = whose_turn(&ids, cloud.now().date_naive()).into_iter().cloned().collect();
    let (settings, audited) = (&settings, &audited);
    let failures = stream::iter(portfolio).map(|stored| async move {
        let id = stored.value.id;
        let outcome = recompute_at_night(cloud, settings, scorecard, &id, audited.contains(&id)).await;
        outcome.inspect_err(|error| tracing::error!(customer = id.as_str(), %error, "recompute failed")).is_err()
    });
    let failed = failures.buffer_unordered(AT_ONCE).filter(|failed| future::ready(*failed)).count().await;
    if failed > 0 { Err(Box::new(Failed(failed))) } else { Ok(()) }
}

/// Audits the customer if it is its turn, and computes it.
async fn recompute_at_night(
    cloud: &Cloud,
    settings: &Settings,
    scorecard: &Compiled,
    id: &CustomerId,
    is_audited: bool,
) -> Result<(), CommitError> {
    if is_audited {
        audit::audit(cloud, settings, scorecard, id).await?;
    }
    recompute(cloud, settings, scorecard, id, &Cause::default()).await
}

/// Computes one customer from what is stored, and writes what changed. A customer that is gone is no error.
async fn recompute(
    cloud: &Cloud,
    settings: &Settings,
    scorecard: &Compiled,
    id: &CustomerId,
    cause: &Cause,
) -> Result<(), CommitError> {
    retry_on_conflict(|| async {
        let now = cloud.now();
        let Some(records) = inputs::load(cloud, settings, id, now).await? else { return Ok(()) };
        let computed = standing::compute(&records, settings, scorecard, now);
        standing::write(cloud, records, computed, settings, cause.clone(), now).await
    })
    .await
}
