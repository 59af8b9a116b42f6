//! What a function offers to the outside: routes, subscriptions, schedules. Deployed, each is one Lambda; locally they
//! share a process. `infra/template.yaml` is compared with these declarations by a test.
//!
//! Whoever calls a function does so by its `handle_…`, `run_schedule` and `router`: they write down what came of it
//! ([`crate::telemetry`]).

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use keepwell_domain::event::Event;
use keepwell_domain::id::CustomerId;
use serde_json::Value;
use tracing::{Instrument as _, Span};

use crate::cloud::Cloud;
use crate::http::{Routes, observed};
use crate::schedules;
use crate::store::heartbeats::Heartbeat;
use crate::telemetry::invocation::{Observer, Outcome, Work};
use crate::telemetry::metrics::Sink;
use crate::telemetry::trace::TraceHeader;

/// Namespace of the metrics where the deployment names none.
const NAMESPACE: &str = "keepwell";

/// A future that a handler returns.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Why a handler could not do its work: trying again may help, or a human must look.
pub type HandlerError = Box<dyn std::error::Error + Send + Sync>;

/// A message is not what it should be. Says where and of which sort the mistake is, never what stands there: that may be somebody's
/// address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at line {line}, column {column}")]
pub struct Unreadable {
    kind: &'static str,
    line: usize,
    column: usize,
}

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Self {
        let kind = match error.classify() {
            serde_json::error::Category::Io => "not readable",
            serde_json::error::Category::Syntax => "not JSON",
            serde_json::error::Category::Data => "other data than expected",
            serde_json::error::Category::Eof => "cut off",
        };
        Self { kind, line: error.line(), column: error.column() }
    }
}

/// One message of a queue behind an `EventBridge` rule.
#[derive(Clone)]
pub struct Message {
    /// The queue's id of the message.
    pub id: String,
    /// `detail-type`.
    pub detail_type: String,
    /// `detail`.
    pub detail: Value,
}

keepwell_domain::debug_only!(Message { id, detail_type });

impl Message {
    /// Reads what an `EventBridge` rule puts into a queue.
    pub fn parse(id: &str, body: &str) -> Result<Self, Unreadable> {
        #[derive(serde::Deserialize)]
        struct Envelope {
            #[serde(rename = "detail-type")]
            detail_type: String,
            detail: Value,
        }
        let Envelope { detail_type, detail } = serde_json::from_str(body).map_err(Unreadable::from)?;
        Ok(Self { id: id.to_owned(), detail_type, detail })
    }

    /// The message as one of our events.
    pub fn event(&self) -> Result<Event, Unreadable> {
        serde_json::from_value(self.detail.clone()).map_err(Unreadable::from)
    }

    /// The span of what is done about this message: its lines have the ids of the event. Of an event that is not ours there are none,
    /// nor of what only stands in an id's place: a log holds what somebody else wrote as little as it holds names.
    pub fn span(&self) -> Span {
        let text = |name: &str| self.detail.get(name).and_then(Value::as_str);
        let id = |name: &str| text(name).filter(|id| CustomerId::parse(id).is_ok());
        event_span(id("event_id"), id("customer_id"), id("correlation_id"), id("causation_id"), text("trace"))
    }
}

/// The span of what is done about `event`.
pub fn span_of(event: &Event) -> Span {
    event_span(
        Some(&event.event_id),
        Some(event.customer_id.as_str()),
        Some(&event.correlation_id),
        event.causation_id.as_deref(),
        event.trace.as_deref(),
    )
}

/// At the level of errors, so that no filter takes the ids from a line that is written.
fn event_span(
    event_id: Option<&str>,
    customer: Option<&str>,
    correlation: Option<&str>,
    cause: Option<&str>,
    trace: Option<&str>,
) -> Span {
    let trace = trace.and_then(TraceHeader::parse);
    let trace_id = trace.as_ref().map(TraceHeader::id);
    tracing::error_span!("event", event_id, customer, correlation, cause, trace_id)
}

/// Handles a batch of messages and answers the ids of those that failed and must come again.
pub type QueueHandler = Arc<dyn Fn(Vec<Message>) -> BoxFuture<Vec<String>> + Send + Sync>;
/// Handles a batch of freshly written outbox events; answers the index of the first that was not published.
pub type OutboxHandler = Arc<dyn Fn(Vec<Event>) -> BoxFuture<Option<usize>> + Send + Sync>;
/// Does what a schedule asks for.
pub type ScheduleHandler = Arc<dyn Fn() -> BoxFuture<Result<(), HandlerError>> + Send + Sync>;

/// When a schedule runs, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rate {
    /// Every five minutes.
    FiveMinutes,
    /// Every quarter of an hour.
    QuarterHourly,
    /// Every hour, on the hour.
    Hourly,
    /// Every night at 02:00.
    Nightly,
}

/// Work that time brings.
#[derive(Clone)]
pub struct Schedule {
    /// The `schedule` field of the event that `EventBridge` Scheduler sends.
    pub name: &'static str,
    /// When.
    pub rate: Rate,
    /// What.
    pub handler: ScheduleHandler,
}

/// Which events a function wants, and what it does with them.
#[derive(Clone)]
pub struct Subscription {
    /// `source` of the events.
    pub source: &'static str,
    /// `detail-type`s of the events.
    pub detail_types: &'static [&'static str],
    /// The handler.
    pub handler: QueueHandler,
}

/// A function: everything that can reach it.
#[derive(Clone)]
pub struct Function {
    /// Folder, package, Lambda and `service` in the logs.
    pub name: &'static str,
    /// HTTP routes.
    pub routes: Routes,
    /// Events.
    pub subscription: Option<Subscription>,
    /// Outbox stream.
    pub outbox: Option<OutboxHandler>,
    /// Schedules.
    pub schedules: Vec<Schedule>,
    observer: Observer,
    /// Where it notes that a schedule ran.
    heartbeats: Option<Cloud>,
}

impl Function {
    /// A function that nothing reaches yet.
    pub fn new(name: &'static str) -> Self {
        let observer = Observer { service: name, namespace: NAMESPACE.into(), sink: Sink::stdout() };
        Self {
            name,
            routes: Routes::default(),
            subscription: None,
            outbox: None,
            schedules: Vec::new(),
            observer,
            heartbeats: None,
        }
    }

    /// Its metrics go to `sink`, in the namespace of that name; without this to standard output, in `keepwell`.
    #[must_use]
    pub fn metrics_to(mut self, namespace: &str, sink: Sink) -> Self {
        self.observer.namespace = namespace.into();
        self.observer.sink = sink;
        self
    }

    /// Each run of a schedule is noted in the store of `cloud`, at its time.
    #[must_use]
    pub fn heartbeats_to(self, cloud: &Cloud) -> Self {
        Self { heartbeats: Some(cloud.clone()), ..self }
    }

    /// Answers HTTP requests.
    #[must_use]
    pub fn routes(mut self, routes: Routes) -> Self {
        self.routes = routes;
        self
    }

    /// Gets events of `source` with one of `detail_types`.
    #[must_use]
    pub fn subscribe<F, Fut>(mut self, source: &'static str, detail_types: &'static [&'static str], handler: F) -> Self
    where
        F: Fn(Vec<Message>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Vec<String>> + Send + 'static,
    {
        let handler: QueueHandler = Arc::new(move |messages| Box::pin(handler(messages)));
        self.subscription = Some(Subscription { source, detail_types, handler });
        self
    }

    /// Gets new outbox rows.
    #[must_use]
    pub fn outbox<F, Fut>(mut self, handler: F) -> Self
    where
        F: Fn(Vec<Event>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Option<usize>> + Send + 'static,
    {
        self.outbox = Some(Arc::new(move |events| Box::pin(handler(events))));
        self
    }

    /// Runs at a rate.
    #[must_use]
    pub fn schedule<F, Fut>(mut self, name: &'static str, rate: Rate, handler: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), HandlerError>> + Send + 'static,
    {
        self.schedules.push(Schedule { name, rate, handler: Arc::new(move || Box::pin(handler())) });
        self
    }

    /// The routes as a service.
    pub fn router(&self) -> Router {
        observed(self.routes.router(), &self.observer)
    }

    /// Handles a batch of its queue, each message with its id and body. Answers the ids of those that failed: they come again.
    ///
    /// An error means that the function has no queue.
    pub async fn handle_queue(&self, batch: Vec<(String, String)>) -> Result<Vec<String>, HandlerError> {
        let subscription = self.subscription.as_ref().ok_or_else(|| format!("{} has no queue", self.name))?;
        let work = Work::Queue { messages: batch.len() };
        let run = read_and_handle(subscription, batch);
        Ok(self.observer.observe(work, run, |failed| Outcome::Failed(failed.len())).await)
    }

    /// Handles rows that were written to the outbox. Answers the index of the first that was not published.
    ///
    /// An error means that the function does not hear of the outbox.
    pub async fn handle_rows(&self, events: Vec<Event>) -> Result<Option<usize>, HandlerError> {
        let handler = self.outbox.as_ref().ok_or_else(|| format!("{} has no outbox stream", self.name))?;
        let rows = events.len();
        let judge = |first: &Option<usize>| Outcome::Failed(first.map_or(0, |first| rows - first));
        Ok(self.observer.observe(Work::Stream { rows }, handler(events), judge).await)
    }

    /// Runs the schedule of that name, and notes that it ran.
    ///
    /// An error means that it failed, that it could not be noted, or that the function has none of that name.
    pub async fn run_schedule(&self, name: &str) -> Result<(), HandlerError> {
        let schedule = self.schedules.iter().find(|schedule| schedule.name == name);
        let schedule = schedule.ok_or_else(|| format!("{} has no schedule {name:?}", self.name))?;
        let ran = self.within(Work::Schedule { name: schedule.name }, (schedule.handler)()).await;
        if let Some(cloud) = &self.heartbeats {
            let beat = Heartbeat { at: cloud.now(), failed: ran.is_err() };
            let noted = cloud.store.note_run(&schedules::name(self.name, schedule.name), &beat).await;
            // Why the run failed says more than that this could not be noted.
            return ran.and(noted.map_err(HandlerError::from));
        }
        ran
    }

    /// Does some of this function's work, however it is begun; a failure is logged.
    pub async fn within<T>(
        &self,
        work: Work,
        run: impl Future<Output = Result<T, HandlerError>>,
    ) -> Result<T, HandlerError> {
        let run = async { run.await.inspect_err(|error| tracing::error!(%error, "failed")) };
        self.observer.observe(work, run, |result| result.as_ref().map_or(Outcome::Failed(1), |_| Outcome::Done)).await
    }
}

/// Reads the messages, handles those that can be read, and says of each what came of it.
async fn read_and_handle(subscription: &Subscription, batch: Vec<(String, String)>) -> Vec<String> {
    let (mut messages, mut spans, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for (id, body) in batch {
        match Message::parse(&id, &body) {
            Ok(message) => {
                spans.push((id, message.detail_type.clone(), message.span()));
                messages.push(message);
            }
            Err(error) => {
                tracing::error!(message_id = id, %error, "unreadable message");
                failed.push(id);
            }
        }
    }
    if !messages.is_empty() {
        failed.extend((subscription.handler)(messages).await);
    }
    for (id, event, span) in spans {
        let outcome = if failed.contains(&id) { "failed" } else { "done" };
        span.in_scope(|| tracing::info!(message_id = id, event, outcome, "message handled"));
    }
    failed
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Function").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Handles messages one by one. Answers the ids of those that failed: they come again, the others do not.
pub async fn process_each<F, Fut>(messages: Vec<Message>, handle: F) -> Vec<String>
where
    F: Fn(Message) -> Fut,
    Fut: Future<Output = Result<(), HandlerError>>,
{
    let mut failed = Vec::new();
    for message in messages {
        let (id, span) = (message.id.clone(), message.span());
        let outcome = async { handle(message).await.inspect_err(|error| tracing::error!(%error, "message failed")) };
        if outcome.instrument(span).await.is_err() {
            failed.push(id);
        }
    }
    failed
}
