//! What `CloudWatch` makes of the functions' metrics: lines of its embedded format, read as it reads them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keepwell_aws::telemetry::metrics::Sink;
use serde_json::Value;

/// How many data points are kept.
const CAPACITY: usize = 100_000;

/// One number of one metric.
#[derive(Debug, Clone, PartialEq)]
pub struct DataPoint {
    /// The metric's namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its dimensions.
    pub dimensions: BTreeMap<String, String>,
    /// Its unit.
    pub unit: String,
    /// The number.
    pub value: f64,
}

/// The metrics of one cloud. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Metrics {
    points: Arc<Mutex<VecDeque<DataPoint>>>,
    lines: Arc<Mutex<VecDeque<String>>>,
}

impl Metrics {
    /// Where functions write their lines.
    pub fn sink(&self) -> Sink {
        let metrics = self.clone();
        Sink::new(move |line| metrics.take(line))
    }

    fn take(&self, line: &str) {
        let points = read(line);
        if points.is_empty() {
            tracing::error!("a line of metrics that CloudWatch would not read");
        }
        let mut kept = lock(&self.points);
        kept.extend(points);
        let surplus = kept.len().saturating_sub(CAPACITY);
        kept.drain(..surplus);
        let mut lines = lock(&self.lines);
        lines.push_back(line.to_owned());
        let surplus = lines.len().saturating_sub(CAPACITY);
        lines.drain(..surplus);
    }

    /// The lines as they were written, oldest first.
    pub fn lines(&self) -> Vec<String> {
        lock(&self.lines).iter().cloned().collect()
    }

    /// The numbers of a metric, oldest first.
    pub fn of(&self, name: &str) -> Vec<DataPoint> {
        lock(&self.points).iter().filter(|point| point.name == name).cloned().collect()
    }

    /// The sum of a metric, whatever its dimensions; 0 when there is none.
    pub fn sum(&self, name: &str) -> f64 {
        self.of(name).iter().map(|point| point.value).sum()
    }

    /// Forgets everything.
    pub fn clear(&self) {
        lock(&self.points).clear();
        lock(&self.lines).clear();
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The numbers of a line, one for each metric and set of dimensions that its directives name. A metric or a dimension that the
/// line does not hold makes no number, as in `CloudWatch`.
fn read(line: &str) -> Vec<DataPoint> {
    let Ok(line) = serde_json::from_str::<Value>(line) else { return Vec::new() };
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let mut points = Vec::new();
    for directive in line.pointer("/_aws/CloudWatchMetrics").map(list).unwrap_or_default() {
        let Some(namespace) = text(directive.get("Namespace")) else { continue };
        for set in directive.get("Dimensions").map(list).unwrap_or_default() {
            let dimensions: Option<BTreeMap<String, String>> = list(&set)
                .iter()
                .map(|name| Some((name.as_str()?.to_owned(), text(line.get(name.as_str()?))?)))
                .collect();
            let Some(dimensions) = dimensions else { continue };
            for metric in directive.get("Metrics").map(list).unwrap_or_default() {
                let Some(name) = text(metric.get("Name")) else { continue };
                let Some(value) = line.get(&name).and_then(Value::as_f64) else { continue };
                let unit = text(metric.get("Unit")).unwrap_or_else(|| "None".to_owned());
                let (namespace, dimensions) = (namespace.clone(), dimensions.clone());
                points.push(DataPoint { namespace, name, dimensions, unit, value });
            }
        }
    }
    points
}
