//! One invocation of a function: the span that gives its lines their ids, the line at its end, and its metrics.
//!
//! [`crate::function::Function`] puts this around its handlers, deployed and locally: the path is the same. Deployed, the ids are
//! Lambda's ([`within`]); locally an invocation has one of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use tracing::{Instrument as _, Span};

use super::metrics::{Counts, Metric, Sink, line};
use super::trace::TraceHeader;

tokio::task_local! {
    static ORIGIN: Origin;
    static COUNTS: Arc<Counts>;
}

/// Where an invocation comes from.
#[derive(Debug, Clone)]
struct Origin {
    request_id: String,
    trace: Option<TraceHeader>,
}

/// Runs `work` as the invocation of `service` that Lambda calls `request_id`; `trace`: its tracing header.
pub async fn within<T>(
    service: &'static str,
    request_id: &str,
    trace: Option<&str>,
    work: impl Future<Output = T>,
) -> T {
    let origin = Origin { request_id: request_id.to_owned(), trace: trace.and_then(TraceHeader::parse) };
    let span = origin.span(service);
    ORIGIN.scope(origin, work.instrument(span)).await
}

/// The trace of the invocation that is under way.
pub fn current_trace() -> Option<TraceHeader> {
    ORIGIN.try_with(|origin| origin.trace.clone()).ok().flatten()
}

pub(super) fn with_counts(change: impl FnOnce(&Counts)) {
    // Outside of an invocation there is nobody to tell.
    let _ = COUNTS.try_with(|counts| change(counts));
}

impl Origin {
    /// For an invocation that nobody gave an id.
    fn local() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(1);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Self { request_id: format!("local-{number}"), trace: None }
    }

    /// At the level of errors, so that no filter takes the ids from a line that is written.
    fn span(&self, service: &'static str) -> Span {
        let trace_id = self.trace.as_ref().map(TraceHeader::id);
        tracing::error_span!("invocation", service, request_id = self.request_id, trace_id)
    }
}

/// What an invocation is about.
#[derive(Debug, Clone)]
pub enum Work {
    /// A request.
    Http {
        /// Method and path as they are declared: a real path may hold a signed link.
        route: String,
        /// The customer that the path names.
        customer: Option<String>,
    },
    /// A batch of messages.
    Queue {
        /// How many.
        messages: usize,
    },
    /// New rows of the outbox.
    Stream {
        /// How many.
        rows: usize,
    },
    /// What time brings.
    Schedule {
        /// Its name.
        name: &'static str,
    },
}

impl Work {
    fn kind(&self) -> &'static str {
        match self {
            Self::Http { .. } => "http",
            Self::Queue { .. } => "queue",
            Self::Stream { .. } => "stream",
            Self::Schedule { .. } => "schedule",
        }
    }

    fn route(&self) -> Option<&str> {
        if let Self::Http { route, .. } = self { Some(route) } else { None }
    }

    fn schedule(&self) -> Option<&'static str> {
        if let Self::Schedule { name } = self { Some(name) } else { None }
    }

    fn items(&self) -> Option<usize> {
        match self {
            Self::Queue { messages } => Some(*messages),
            Self::Stream { rows } => Some(*rows),
            _ => None,
        }
    }
}

/// What came of an invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All is well.
    Done,
    /// A request was answered with this status.
    Status(u16),
    /// So many of its messages or rows come again.
    Failed(usize),
}

impl Outcome {
    /// `done`, `refused` (the request was wrong) or `failed` (we were).
    fn word(self) -> &'static str {
        match self {
            Self::Done | Self::Failed(0) | Self::Status(..400) => "done",
            Self::Status(..500) => "refused",
            Self::Status(_) | Self::Failed(_) => "failed",
        }
    }
}

/// What writes down the invocations of one function.
#[derive(Debug, Clone)]
pub struct Observer {
    /// The function.
    pub service: &'static str,
    /// Namespace of the metrics.
    pub namespace: Arc<str>,
    /// Where the metrics go.
    pub sink: Sink,
}

impl Observer {
    /// Runs `work`, then writes the line about it and its metrics. `judge` says what came of it.
    pub async fn observe<T>(&self, work: Work, run: impl Future<Output = T>, judge: impl FnOnce(&T) -> Outcome) -> T {
        let known = ORIGIN.try_with(Clone::clone).ok();
        let is_ours = known.is_none();
        let origin = known.unwrap_or_else(Origin::local);
        let outer = if is_ours { origin.span(self.service) } else { Span::current() };
        let customer = if let Work::Http { customer, .. } = &work { customer.as_deref() } else { None };
        let span = match customer {
            Some(customer) => tracing::error_span!(parent: &outer, "request", customer),
            None => outer,
        };
        let mut open = Open {
            observer: self,
            work,
            origin: origin.clone(),
            counts: Arc::default(),
            span: span.clone(),
            start: Instant::now(),
            is_over: false,
        };
        let counts = Arc::clone(&open.counts);
        // Boxed: the handlers' futures are large, and these wrap them three times.
        let result = ORIGIN.scope(origin, COUNTS.scope(counts, Box::pin(run))).instrument(span).await;
        open.close(Some(judge(&result)));
        result
    }
}

/// An invocation that is under way. One that is dropped was broken off: by a panic, or because nobody waits for it any more.
struct Open<'a> {
    observer: &'a Observer,
    work: Work,
    origin: Origin,
    counts: Arc<Counts>,
    span: Span,
    start: Instant,
    is_over: bool,
}

impl Open<'_> {
    fn close(&mut self, outcome: Option<Outcome>) {
        self.is_over = true;
        let duration_ms = (self.start.elapsed().as_secs_f64() * 1e5).round() / 100.0;
        let (status, failed) = match outcome {
            Some(Outcome::Status(status)) => (Some(status), None),
            Some(Outcome::Failed(failed)) => (None, Some(failed)),
            _ => (None, None),
        };
        let work = &self.work;
        self.span.in_scope(|| {
            tracing::info!(
                kind = work.kind(),
                route = work.route(),
                schedule = work.schedule(),
                items = work.items(),
                outcome = outcome.map_or("broken off", Outcome::word),
                status,
                failed,
                duration_ms,
                "handled"
            );
        });
        match (work, outcome) {
            (Work::Schedule { .. }, Some(Outcome::Done)) => self.counts.add(Metric::ScheduleRan, 1.0),
            (Work::Http { .. }, Some(Outcome::Status(500..))) => self.counts.add(Metric::ApiErrors, 1.0),
            _ => {}
        }
        self.write_metrics();
    }

    fn write_metrics(&self) {
        let counted = self.counts.take();
        if counted.is_empty() {
            return;
        }
        let service = self.observer.service;
        let own = [
            ("service", Some(service)),
            ("function", Some(service)),
            ("request_id", Some(self.origin.request_id.as_str())),
            ("trace_id", self.origin.trace.as_ref().map(TraceHeader::id)),
            ("schedule", self.work.schedule()),
            ("route", self.work.route()),
        ];
        let members: Vec<(&str, &str)> = own.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        self.observer.sink.write(&line(&self.observer.namespace, &counted, &members));
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            self.close(None);
        }
    }
}
