//! What time alone brings: every hour, what became due for those who wait is published, each once.
//!
//! News is looked for in the work index, from the moment until which it was looked for last. What was written since stands apart
//! there and is looked at by itself: a renewal that is set to a day within the wait is news too. A pass that breaks off is repeated:
//! what it published is remembered in the transaction of the event. The events then come through the bus like all others.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use futures::{StreamExt as _, stream};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::function::HandlerError;
use keepwell_aws::store::automations::Current;
use keepwell_aws::store::change::{Cause, CustomerChange, retry_on_conflict};
use keepwell_aws::store::due::{DueEntry, LookedUntil};
use keepwell_aws::store::{CommitError, Stored, Transaction, keys};
use keepwell_domain::automation::trigger::TimeTrigger;
use keepwell_domain::id::CustomerId;

use crate::automations::Automations;

/// How many customers are told of at once: the time goes into waiting for the tables.
const AT_ONCE: usize = 8;

/// Some things could not be told of; the next pass tries again.
#[derive(Debug, thiserror::Error)]
#[error("{0} things that are due could not be told of")]
struct Failed(usize);

/// What became news, and when.
struct News {
    at: DateTime<Utc>,
    wait: TimeTrigger,
    entry: DueEntry,
}

/// Publishes what became due since the last pass.
pub(crate) async fn pass(cloud: &Cloud, automations: &Automations) -> Result<(), HandlerError> {
    let now = cloud.now();
    let waits = waits(&automations.current(&cloud.store).await?);
    let crossed = tell_crossed(cloud, &waits, now).await?;
    let new = tell_new(cloud, &waits, now).await?;
    if crossed + new > 0 { Err(Box::new(Failed(crossed + new))) } else { Ok(()) }
}

/// What somebody waits for.
fn waits(automations: &[Current]) -> BTreeSet<TimeTrigger> {
    let acting = automations.iter().map(|current| &current.automation).filter(|automation| automation.on);
    acting.filter_map(|automation| automation.trigger.waits_for()).collect()
}

/// Tells of what was crossed since it was looked for last. Answers how much failed: of those waits it is looked for again.
async fn tell_crossed(cloud: &Cloud, waits: &BTreeSet<TimeTrigger>, now: DateTime<Utc>) -> Result<usize, HandlerError> {
    let looked = cloud.store.looked_until().await?;
    let mut news = Vec::new();
    for wait in waits {
        for entry in cloud.store.crossed(*wait, looked.since(*wait, now), now).await? {
            let is_news = entry.due.news([*wait], entry.settled_at, now);
            news.extend(is_news.into_iter().map(|(at, wait)| News { at, wait, entry: entry.clone() }));
        }
    }
    if news.is_empty() && looked.is_of_today(waits, now) {
        return Ok(0);
    }
    let failed = tell_all(cloud, news).await;
    // Only what is waited for is kept: who begins to wait, or begins again, does not hear of what was.
    let mut until = LookedUntil::default();
    for wait in waits {
        until.note(*wait, if failed.contains(wait) { looked.since(*wait, now) } else { now });
    }
    let mut transaction = Transaction::default();
    transaction.put_looked_until(&until);
    transaction.commit(&cloud.store).await?;
    Ok(failed.len())
}

/// Tells of it, of each customer's in order of time. Answers the waits of what failed.
async fn tell_all(cloud: &Cloud, news: Vec<News>) -> Vec<TimeTrigger> {
    let mut by_customer: BTreeMap<CustomerId, Vec<News>> = BTreeMap::new();
    for one in news {
        by_customer.entry(one.entry.customer.clone()).or_default().push(one);
    }
    let told = stream::iter(by_customer).map(|(customer, mut news)| async move {
        news.sort_by_key(|one| (one.at, one.wait));
        let mut failed = Vec::new();
        for one in news {
            if let Err(error) = tell(cloud, one.wait, &one.entry).await {
                tracing::error!(customer = customer.as_str(), wait = %one.wait, %error, "could not tell of what is due");
                failed.push(one.wait);
            }
        }
        failed
    });
    told.buffer_unordered(AT_ONCE).collect::<Vec<_>>().await.into_iter().flatten().collect()
}

/// Looks at what was written since the last pass, tells of what is news already, and lets it wait for the rest. Answers how much
/// failed: it stays new.
async fn tell_new(cloud: &Cloud, waits: &BTreeSet<TimeTrigger>, now: DateTime<Utc>) -> Result<usize, HandlerError> {
    let new = cloud.store.new_due(now).await?;
    let settled = stream::iter(new).map(|stored| async move {
        let place = stored.value.key();
        let settled = settle(cloud, waits, stored, now).await;
        let logged = settled.inspect_err(|error| tracing::error!(?place, %error, "could not look at what is due"));
        usize::from(logged.is_err())
    });
    Ok(settled.buffer_unordered(AT_ONCE).collect::<Vec<_>>().await.into_iter().sum())
}

async fn settle(
    cloud: &Cloud,
    waits: &BTreeSet<TimeTrigger>,
    stored: Stored<DueEntry>,
    now: DateTime<Utc>,
) -> Result<(), CommitError> {
    let entry = &stored.value;
    for (_, wait) in entry.due.news(waits.iter().copied(), entry.settled_at, now) {
        tell(cloud, wait, entry).await?;
    }
    let key = entry.key();
    let mut transaction = Transaction::default();
    transaction.settle_due(stored, now);
    match transaction.commit(&cloud.store).await {
        // It was written anew, or is gone: then it is looked at again, or needs no look.
        Err(CommitError::Unexpected { key: changed }) if changed == key => Ok(()),
        outcome => outcome,
    }
}

/// Publishes that `entry` is due for whoever waits for `wait`, unless that was published before, or is not so any more.
async fn tell(cloud: &Cloud, wait: TimeTrigger, entry: &DueEntry) -> Result<(), CommitError> {
    retry_on_conflict(|| async {
        let store = &cloud.store;
        let Some(customer) = store.customer(&entry.customer).await? else { return Ok(()) };
        // The index may be a moment behind its table. Whatever changes the entry later writes the row, too.
        let current = store.due(&entry.key()).await?;
        if customer.value.churned || current.is_none_or(|current| current.value.due != entry.due) {
            return Ok(());
        }
        // An erased customer that came back is another one.
        let created_at = customer.value.created_at.timestamp_millis();
        let told = keys::told(&entry.customer, &format!("{created_at} {wait} {}", entry.due.instance()));
        if store.was_told(&told).await? {
            return Ok(());
        }
        let mut change = CustomerChange::of(customer, Cause::default(), cloud.now());
        change.tell_once(told, entry.due.fact(wait.days()));
        change.commit(cloud).await?;
        Ok(())
    })
    .await
}
