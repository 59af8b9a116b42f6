//! Computes what is computed about a customer: Happiness Level, Health Score, Insight.
//!
//! Customers come through the bus when something about them changed, and all of them every night, because data decays and
//! grows stale by itself. Computing twice gives the same; nothing is written when nothing changed. Of those of the
//! night one in a hundred is audited: computed from everything that is stored about it.

mod audit;
mod inputs;
mod scorecards;
mod standing;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::{StreamExt as _, future, stream};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::function::{Function, HandlerError, Message, Rate, span_of};
use keepwell_aws::store::change::{Cause, CustomerChange, retry_on_conflict};
use keepwell_aws::store::scorecards::Applied;
use keepwell_aws::store::{CommitError, Transaction};
use keepwell_aws::telemetry::metrics::{self, Metric};
use keepwell_domain::event::{Event, SOURCE};
use keepwell_domain::id::CustomerId;
use keepwell_domain::score::audit::whose_turn;
use keepwell_domain::score::library::Selection;
use keepwell_domain::settings::Settings;
use tracing::Instrument as _;

use crate::scorecards::{Scorecards, applied};

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

/// The function.
pub fn function(cloud: &Cloud) -> Function {
    let scorecards = Scorecards::default();
    let with_both = move || (cloud.clone(), scorecards.clone());
    let (batch, changes, nightly) = (with_both(), with_both(), with_both());
    Function::new("score-recompute")
        .subscribe(SOURCE, SUBSCRIPTIONS, move |messages| {
            let (cloud, scorecards) = batch.clone();
            async move { recompute_batch(&cloud, &scorecards, messages).await }
        })
        .schedule("changed-rules", Rate::FiveMinutes, move || {
            let (cloud, scorecards) = changes.clone();
            async move { recompute_changed(&cloud, &scorecards).await }
        })
        .schedule("nightly", Rate::Nightly, move || {
            let (cloud, scorecards) = nightly.clone();
            async move { recompute_all(&cloud, &scorecards, Pass::Nightly).await }
        })
}

/// Computes each customer of the batch once, however many messages are about it. Answers the messages that failed.
async fn recompute_batch(cloud: &Cloud, scorecards: &Scorecards, messages: Vec<Message>) -> Vec<String> {
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
    let (settings, scorecards) = match rules(cloud, scorecards).await {
        Ok((settings, selection, _)) => (settings, selection),
        Err(error) => {
            tracing::error!(%error, "the settings or scorecards cannot be read");
            failed.extend(customers.into_values().flat_map(|(_, messages)| messages));
            return failed;
        }
    };
    for (id, (event, messages)) in customers {
        let cause = Cause::event(&event);
        let computed = async {
            let outcome = recompute(cloud, &settings, &scorecards, &id, &cause).await;
            outcome.inspect_err(|error| tracing::error!(customer = id.as_str(), %error, "recompute failed"))
        };
        if computed.instrument(span_of(&event)).await.is_err() {
            failed.extend(messages);
        }
    }
    failed
}

/// What every customer is computed by, and which revisions that are.
async fn rules(cloud: &Cloud, scorecards: &Scorecards) -> Result<(Settings, Arc<Selection>, Applied), HandlerError> {
    let settings = cloud.stored_settings().await?;
    let (library, selection) = scorecards.current(&cloud.store).await?;
    let applied = applied(library, &settings);
    Ok((settings.value, selection, applied))
}

/// Some customers could not be computed; the next night, or the next change, tries again.
#[derive(Debug, thiserror::Error)]
#[error("{0} customers could not be computed")]
struct Failed(usize);

/// Computes every customer, if a scorecard or the settings were changed since every customer was computed last.
async fn recompute_changed(cloud: &Cloud, scorecards: &Scorecards) -> Result<(), HandlerError> {
    let store = &cloud.store;
    let now = applied(store.library().await?.revision, &store.settings().await?);
    if store.applied().await?.value == now {
        Ok(())
    } else {
        recompute_all(cloud, scorecards, Pass::ChangedRules).await
    }
}

/// Why every customer is computed.
#[derive(Clone, Copy)]
enum Pass {
    /// Time went by; one customer in a hundred is audited too.
    Nightly,
    /// A scorecard or the settings changed.
    ChangedRules,
}

async fn recompute_all(cloud: &Cloud, scorecards: &Scorecards, pass: Pass) -> Result<(), HandlerError> {
    let (settings, selection, applied) = rules(cloud, scorecards).await?;
    let portfolio = cloud.store.portfolio().await?;
    let ids: Vec<&CustomerId> = portfolio.iter().map(|stored| &stored.value.id).collect();
    let audited: BTreeSet<CustomerId> = match pass {
        Pass::Nightly => whose_turn(&ids, cloud.now().date_naive()).into_iter().cloned().collect(),
        Pass::ChangedRules => BTreeSet::new(),
    };
    let before = cloud.store.applied().await?.value;
    let cadence_changed =
        before.feedback_interval_days.is_some() && before.feedback_interval_days != applied.feedback_interval_days;
    let (settings, selection, audited) = (&settings, &*selection, &audited);
    let failures = stream::iter(portfolio).map(|stored| async move {
        let id = &stored.value.id;
        let outcome = async {
            if audited.contains(id) {
                audit::audit(cloud, settings, selection, id).await?;
            }
            recompute(cloud, settings, selection, id, &Cause::default()).await?;
            if cadence_changed { look_when_to_ask(cloud, id).await } else { Ok(()) }
        };
        let outcome = outcome.await;
        outcome.inspect_err(|error| tracing::error!(customer = id.as_str(), %error, "recompute failed")).is_err()
    });
    let failed = failures.buffer_unordered(AT_ONCE).filter(|failed| future::ready(*failed)).count().await;
    if failed > 0 {
        return Err(Box::new(Failed(failed)));
    }
    if before != applied {
        let mut transaction = Transaction::default();
        transaction.put_applied(&applied);
        transaction.commit(&cloud.store).await?;
    }
    Ok(())
}

/// The team asks more or less often than before: who has no interval of its own is looked at now, whenever it was to be.
async fn look_when_to_ask(cloud: &Cloud, id: &CustomerId) -> Result<(), CommitError> {
    retry_on_conflict(|| async {
        let now = cloud.now();
        let Some(customer) = cloud.store.customer(id).await? else { return Ok(()) };
        if customer.value.profile.feedback_interval_days.is_some() || customer.value.feedback_due_at.is_none() {
            return Ok(());
        }
        let mut change = CustomerChange::of(customer, Cause::default(), now);
        change.customer.feedback_due_at = Some(now);
        change.commit(cloud).await?;
        Ok(())
    })
    .await
}

/// Computes one customer from what is stored, and writes what changed. A customer that is gone is no error.
async fn recompute(
    cloud: &Cloud,
    settings: &Settings,
    scorecards: &Selection,
    id: &CustomerId,
    cause: &Cause,
) -> Result<(), CommitError> {
    retry_on_conflict(|| async {
        let now = cloud.now();
        let Some(records) = inputs::load(cloud, settings, id, now).await? else { return Ok(()) };
        let scorecard = scorecards.for_customer(&records.customer.value);
        let computed = standing::compute(&records, settings, scorecard, now);
        standing::write(cloud, records, computed, settings, cause.clone(), now).await?;
        metrics::count(Metric::ScoresComputed, 1);
        Ok(())
    })
    .await
}
