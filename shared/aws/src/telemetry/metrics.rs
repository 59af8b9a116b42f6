//! Metrics: declared here and nowhere else, counted once per effect, written as one line of `CloudWatch`'s embedded metric format
//! at the end of an invocation. Alarms and dashboard of `infra/template.yaml` and the table in `docs/observability.md` are compared
//! with this list by a test.
//!
//! Whoever makes an effect counts it after its commit: `metrics::count(Metric::FeedbackAnswered, 1)`. Counts belong to the invocation
//! that is under way ([`super::invocation`]); outside of one there is nobody to tell, and nothing is counted.

use std::fmt;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::Utc;
use serde_json::Value;

/// What a metric's numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A number of things.
    Count,
    /// Seconds.
    Seconds,
}

impl Unit {
    /// `CloudWatch`'s word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Seconds => "Seconds",
        }
    }
}

/// By what a metric is told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// By nothing: whichever function counts, it is one number of the stack, and one alarm looks at it.
    Stack,
    /// By function.
    Function,
    /// By function and schedule.
    Schedule,
    /// By function and route.
    Route,
}

impl By {
    /// The dimensions of the metric.
    pub fn dimensions(self) -> &'static [&'static str] {
        match self {
            Self::Stack => &[],
            Self::Function => &["function"],
            Self::Schedule => &["function", "schedule"],
            Self::Route => &["function", "route"],
        }
    }
}

/// Declares the metrics. A macro, so that a metric cannot be missing in the list that the tests compare.
macro_rules! metrics {
    ($($name:ident: $unit:ident by $by:ident, $meaning:literal;)*) => {
        /// A metric.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Metric {
            $(#[doc = $meaning] $name,)*
        }

        impl Metric {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its name in `CloudWatch`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            /// What its numbers are.
            pub fn unit(self) -> Unit {
                match self { $(Self::$name => Unit::$unit,)* }
            }

            /// By what it is told apart.
            pub fn by(self) -> By {
                match self { $(Self::$name => By::$by,)* }
            }

            /// What it says, in a sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)* }
            }
        }
    };
}

metrics! {
    ScheduleRan: Count by Schedule, "A schedule ran to its end without an error.";
    OutboxPending: Count by Function, "Events that the sweep found unpublished, two minutes old or more.";
    OutboxOldestSeconds: Seconds by Function, "Age of the oldest of them; 0 when there was none.";
    EventsPublished: Count by Function, "Events that the bus took.";
    RunsActed: Count by Function, "Runs of automations that ended and had an effect.";
    RunsRefused: Count by Function, "Runs that a condition, a cool-down, the loop guard or a limit refused.";
    RunsFailed: Count by Function, "Runs that ended with a step that failed.";
    MailsSent: Count by Stack, "Mails that SES has.";
    MailsSkipped: Count by Stack, "Mails that were not sent on purpose: unsubscribed, suppressed, erased.";
    MailsUnknown: Count by Stack, "Mails of which nobody knows whether SES has them.";
    MailsDead: Count by Stack, "Mails that were given up.";
    MailBounces: Count by Function, "Addresses that are not mailed again because mail to them bounced for good.";
    MailComplaints: Count by Function, "Addresses that are not mailed again because somebody complained.";
    FeedbackAnswered: Count by Function, "Answers of contacts that were stored, changed ones too.";
    WebhookDead: Count by Function, "Webhooks and Slack messages that were given up.";
    ScoresComputed: Count by Function, "Customers whose level, score and insight were computed.";
    AuditDifferences: Count by Function, "Customers whose score did not rest on all that is stored.";
    ApiErrors: Count by Route, "Requests that were answered with 500 or more.";
}

/// Adds to a metric of the invocation that is under way.
pub fn count(metric: Metric, number: usize) {
    super::invocation::with_counts(|counts| counts.add(metric, number as f64));
}

/// Says what a metric of the invocation that is under way is, whatever was said before.
pub fn measure(metric: Metric, value: f64) {
    super::invocation::with_counts(|counts| counts.set(metric, value));
}

/// What was counted in one invocation.
#[derive(Debug, Default)]
pub(super) struct Counts(Mutex<Vec<(Metric, f64)>>);

impl Counts {
    fn change(&self, metric: Metric, change: impl FnOnce(f64) -> f64) {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match counted.iter_mut().find(|(known, _)| *known == metric) {
            Some((_, value)) => *value = change(*value),
            None => counted.push((metric, change(0.0))),
        }
    }

    pub(super) fn add(&self, metric: Metric, more: f64) {
        if more > 0.0 {
            self.change(metric, |value| value + more);
        }
    }

    pub(super) fn set(&self, metric: Metric, value: f64) {
        self.change(metric, |_| value);
    }

    /// All of it, and from now on nothing.
    pub(super) fn take(&self) -> Vec<(Metric, f64)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Where lines of metrics go.
#[derive(Clone)]
pub struct Sink(Arc<dyn Fn(&str) + Send + Sync>);

impl Sink {
    /// Gives each line to `take`, without its end.
    pub fn new(take: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(take))
    }

    /// Standard output: on Lambda, `CloudWatch` makes metrics of what is written there.
    pub fn stdout() -> Self {
        Self::new(|line| {
            // There is nobody to tell that it cannot be written.
            let _ = writeln!(std::io::stdout().lock(), "{line}");
        })
    }

    pub(super) fn write(&self, line: &str) {
        (self.0)(line);
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sink")
    }
}

/// The line for what was counted; `members` are the invocation's own, those of its dimensions among them.
///
/// A dimension that the invocation has no member for is left away. Written as text: a tree of values costs four times as much.
pub(super) fn line(namespace: &str, counted: &[(Metric, f64)], members: &[(&str, &str)]) -> String {
    let directives: Vec<String> = [By::Stack, By::Function, By::Schedule, By::Route]
        .into_iter()
        .filter(|by| counted.iter().any(|(metric, _)| metric.by() == *by))
        .map(|by| directive(namespace, by, counted, members))
        .collect();
    let aws = format!(
        r#""_aws":{{"Timestamp":{},"CloudWatchMetrics":[{}]}}"#,
        Utc::now().timestamp_millis(),
        directives.join(",")
    );
    let members = members.iter().map(|(name, value)| format!(r#""{name}":{}"#, text(value)));
    // A number that JSON cannot say is none.
    let finite = |value: f64| if value.is_finite() { value } else { 0.0 };
    let numbers = counted.iter().map(|(metric, value)| format!(r#""{}":{}"#, metric.name(), finite(*value)));
    let all: Vec<String> = std::iter::once(aws).chain(members).chain(numbers).collect();
    format!("{{{}}}", all.join(","))
}

/// Says which of the line's members are metrics, and which are their dimensions.
fn directive(namespace: &str, by: By, counted: &[(Metric, f64)], members: &[(&str, &str)]) -> String {
    let known = |name: &&&str| members.iter().any(|(member, _)| member == *name);
    let dimensions: Vec<String> = by.dimensions().iter().filter(known).map(|name| format!(r#""{name}""#)).collect();
    let metrics: Vec<String> = counted
        .iter()
        .filter(|(metric, _)| metric.by() == by)
        .map(|(metric, _)| format!(r#"{{"Name":"{}","Unit":"{}"}}"#, metric.name(), metric.unit().as_str()))
        .collect();
    let (namespace, dimensions, metrics) = (text(namespace), dimensions.join(","), metrics.join(","));
    format!(r#"{{"Namespace":{namespace},"Dimensions":[[{dimensions}]],"Metrics":[{metrics}]}}"#)
}

/// A text in quotes, as JSON writes it.
fn text(text: &str) -> String {
    Value::from(text).to_string()
}
