//! What a function offers to the outside: routes, subscriptions, schedules. Deployed, each is one Lambda; locally they
//! share a process. `infra/template.yaml` is compared with these declarations by a test.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use keepwell_domain::event::Event;
use serde_json::Value;

use crate::http::Routes;

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
}

impl Function {
    /// A function that nothing reaches yet.
    pub fn new(name: &'static str) -> Self {
        Self { name, routes: Routes::default(), subscription: None, outbox: None, schedules: Vec::new() }
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
        self.routes.router()
    }
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
        let id = message.id.clone();
        if let Err(error) = handle(message).await {
            tracing::error!(message_id = id, %error, "message failed");
            failed.push(id);
        }
    }
    failed
}
