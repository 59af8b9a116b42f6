//! Sending what endpoints get: claim the delivery, one request, settle. A crash anywhere leaves a row that is sent again.
//!
//! For whoever writes deliveries ([`keepwell_domain::delivery`] says how): put [`delivery_record`] into the change, and after the
//! commit call [`deliver_all`] **once for all** deliveries of a batch, never once for each message: it sends to several
//! endpoints at a time and takes 25 s at the most, so that a function of 30 s ends in time. What it leaves is due, and
//! [`deliver_due`] sends it within five minutes.
//!
//! [`delivery_record`]: crate::store::deliveries::delivery_record

mod client;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::stream::{self, StreamExt as _};
use keepwell_domain::delivery::{
    self, Delivery, DeliveryKey, DeliveryState, Endpoint, EndpointId, Outcome, Refusal, Source,
};
use tokio::time::Instant;

pub use client::{Client, Names};

use crate::cloud::Cloud;
use crate::function::HandlerError;
use crate::store::change::{Contended as _, retry_on_conflict};
use crate::store::deliveries::delivery_record;
use crate::store::endpoints::endpoint_record;
use crate::store::{CommitError, Expect, StoreError, Stored, Transaction};
use crate::telemetry::metrics::{self, Metric};

/// No request starts later than this after the first: with the receiver's 15 s, all is over after 23 s.
const START_WITHIN: Duration = Duration::from_secs(8);

/// How many endpoints are sent to at a time, so that a slow one does not hold up the others.
const ENDPOINTS_AT_ONCE: usize = 16;

/// How many requests one endpoint gets at a time.
const REQUESTS_AT_ONCE: usize = 4;

/// How many deliveries are read at a time.
const SWEEP: usize = 100;

/// Whether an endpoint that is off gets the delivery all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// By itself: no.
    Itself,
    /// A person asks for it: yes.
    Hand,
}

/// A delivery's row cannot be read or written. What the receiver does is never an error here.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// The store failed.
    #[error("a delivery cannot be stored")]
    Commit(#[from] CommitError),
    /// A transition was refused that cannot be refused: our code is wrong.
    #[error("a delivery took a way that there is not")]
    Refused(#[from] Refusal),
}

impl From<StoreError> for DeliverError {
    fn from(error: StoreError) -> Self {
        Self::Commit(error.into())
    }
}

/// Sends the given deliveries, if they are due. Answers how many arrived.
///
/// An error means that a row could not be read or written; the other deliveries are sent all the same.
pub async fn deliver_all(cloud: &Cloud, deliveries: Vec<DeliveryKey>) -> Result<usize, HandlerError> {
    let mut by_endpoint: BTreeMap<EndpointId, Vec<DeliveryKey>> = BTreeMap::new();
    for key in deliveries {
        by_endpoint.entry(key.endpoint.clone()).or_default().push(key);
    }
    let start = Instant::now();
    let lanes = by_endpoint.into_values().map(|keys| async move {
        let lane = Lane::new(cloud, start);
        lane.send(keys).await;
        lane.finish()
    });
    run(lanes).await
}

/// Sends everything that is due. Answers how many arrived.
pub async fn deliver_due(cloud: &Cloud) -> Result<usize, HandlerError> {
    let start = Instant::now();
    let mut endpoints = Vec::new();
    let mut after = None;
    loop {
        let page = cloud.store.endpoints_page(SWEEP, after.as_deref()).await?;
        endpoints.extend(page.items.into_iter().map(|stored| stored.value.id));
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    let lanes = endpoints.into_iter().map(|endpoint| async move {
        let lane = Lane::new(cloud, start);
        loop {
            let due = cloud.store.deliveries_due(&endpoint, cloud.now(), SWEEP).await?;
            let more = due.len() >= SWEEP;
            lane.send(due.iter().map(|stored| stored.value.key()).collect()).await;
            if !more || lane.is_closed() {
                return lane.finish();
            }
        }
    });
    run(lanes).await
}

async fn run<F>(lanes: impl Iterator<Item = F>) -> Result<usize, HandlerError>
where
    F: Future<Output = Result<usize, HandlerError>>,
{
    let results: Vec<_> = stream::iter(lanes).buffer_unordered(ENDPOINTS_AT_ONCE).collect().await;
    results.into_iter().sum()
}

/// The deliveries to one endpoint.
struct Lane<'a> {
    cloud: &'a Cloud,
    start: Instant,
    /// The receiver does not answer: the rest waits, so that it does not cost its time-out each.
    silent: AtomicBool,
    arrived: AtomicUsize,
    /// The last of what went wrong on our side.
    error: Mutex<Option<DeliverError>>,
}

impl<'a> Lane<'a> {
    fn new(cloud: &'a Cloud, start: Instant) -> Self {
        Self { cloud, start, silent: AtomicBool::default(), arrived: 0.into(), error: None.into() }
    }

    fn is_closed(&self) -> bool {
        self.silent.load(Ordering::Relaxed) || self.start.elapsed() > START_WITHIN
    }

    async fn send(&self, keys: Vec<DeliveryKey>) {
        stream::iter(keys).for_each_concurrent(REQUESTS_AT_ONCE, |key| self.send_one(key)).await;
    }

    async fn send_one(&self, key: DeliveryKey) {
        if self.is_closed() {
            return;
        }
        match deliver(self.cloud, &key, By::Itself).await {
            Ok(Some(Delivery { state: DeliveryState::Delivered { .. }, .. })) => {
                self.arrived.fetch_add(1, Ordering::Relaxed);
            }
            Ok(Some(Delivery { state: DeliveryState::Retry { .. }, attempts, .. })) => {
                let unanswered = attempts.last().is_some_and(|attempt| attempt.status.is_none());
                self.silent.fetch_or(unanswered, Ordering::Relaxed);
            }
            Ok(_) => {}
            Err(error) => {
                tracing::error!(delivery = key.id, %error, "delivery failed");
                *self.error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            }
        }
    }

    fn finish(self) -> Result<usize, HandlerError> {
        match self.error.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(error) => Err(error.into()),
            None => Ok(self.arrived.into_inner()),
        }
    }
}

/// Sends one delivery, if it is due and nobody else is sending it. Answers it as it is then; `None` when nothing was to be done.
pub async fn deliver(cloud: &Cloud, key: &DeliveryKey, by: By) -> Result<Option<Delivery>, DeliverError> {
    let Some(mut stored) = cloud.store.delivery(key).await? else { return Ok(None) };
    if let Some(recovered) = delivery::recover(&stored.value, cloud.now()) {
        tracing::warn!(delivery = key.id, state = recovered.state.word(), "nobody knows whether the receiver had it");
        match replace(cloud, &stored, recovered).await? {
            Some(now_stored) => stored = now_stored,
            None => return Ok(None),
        }
    }
    let Ok(claim) = delivery::claim(&stored.value, cloud.now()) else { return Ok(None) };
    let endpoint = match endpoint_for(cloud, &claim, by).await? {
        Ok(endpoint) => endpoint,
        Err(reason) => {
            tracing::info!(delivery = key.id, endpoint = %key.endpoint, reason, "delivery skipped");
            let skipped = delivery::skip(&stored.value, reason.to_owned(), cloud.now())?;
            return Ok(replace(cloud, &stored, skipped).await?.map(|stored| stored.value));
        }
    };
    let Some(claimed) = replace(cloud, &stored, claim).await? else { return Ok(None) };
    let outcome = cloud.webhooks.post(&endpoint, &claimed.value, cloud.now()).await;
    let settled = delivery::settle(&claimed.value, claimed.value.fence, &outcome, cloud.now(), rand::random())?;
    tracing::info!(delivery = key.id, endpoint = %key.endpoint, state = settled.state.word(),
        status = settled.attempts.last().and_then(|attempt| attempt.status), attempt = settled.attempt,
        took_ms = outcome.took_ms, "delivery");
    store_settled(cloud, &claimed, settled, &endpoint, &outcome).await
}

/// The endpoint as it is now, or why it does not get the delivery.
async fn endpoint_for(
    cloud: &Cloud,
    delivery: &Delivery,
    by: By,
) -> Result<Result<Endpoint, &'static str>, StoreError> {
    // What is said about an erased customer stays here, however often it was tried.
    if let Source::Automation { customer, .. } = &delivery.source
        && cloud.store.customer(customer).await?.is_none()
    {
        return Ok(Err("the customer is gone"));
    }
    let Some(stored) = cloud.store.endpoint(&delivery.endpoint).await? else {
        return Ok(Err("the endpoint is gone"));
    };
    let endpoint = stored.value;
    let refusal = match by {
        By::Itself => endpoint.refuses(delivery.body.kind()),
        By::Hand => endpoint.misunderstands(delivery.body.kind()),
    };
    Ok(refusal.map_or(Ok(endpoint), Err))
}

/// Stores what came of the request; with it the endpoint, when its receiver wants nothing more.
async fn store_settled(
    cloud: &Cloud,
    claimed: &Stored<Delivery>,
    settled: Delivery,
    asked: &Endpoint,
    outcome: &Outcome,
) -> Result<Option<Delivery>, DeliverError> {
    if !outcome.is_gone() {
        return Ok(replace(cloud, claimed, settled).await?.map(|stored| stored.value));
    }
    retry_on_conflict(|| async {
        let mut transaction = Transaction::default();
        transaction.put(delivery_record(&settled), Expect::Revision(claimed.revision));
        // Another address may have been set meanwhile; that one did not answer 410.
        if let Some(stored) = cloud.store.endpoint(&asked.id).await?.filter(|stored| stored.value.url == asked.url) {
            let disabled = stored.value.disabled(cloud.now());
            if disabled != stored.value {
                tracing::warn!(endpoint = %asked.id, "endpoint disabled: its receiver answered 410");
                transaction.put(endpoint_record(&disabled), Expect::Revision(stored.revision));
            }
        }
        transaction.commit(&cloud.store).await
    })
    .await?;
    count_dead(&settled);
    Ok(Some(settled))
}

fn count_dead(delivery: &Delivery) {
    metrics::count(Metric::WebhookDead, usize::from(matches!(delivery.state, DeliveryState::Dead { .. })));
}

/// Stores the next state; `None` when somebody else was faster.
async fn replace(
    cloud: &Cloud,
    before: &Stored<Delivery>,
    after: Delivery,
) -> Result<Option<Stored<Delivery>>, CommitError> {
    match cloud.store.replace_delivery(before, &after).await {
        Ok(()) => {
            count_dead(&after);
            Ok(Some(Stored { value: after, revision: before.revision + 1 }))
        }
        Err(error) if error.is_contended() => Ok(None),
        Err(error) => Err(error),
    }
}
