//! Log lines: flat JSON objects, so that a query names a field without its place.
//!
//! A line has the fields of the spans around it; an inner span overrides an outer one, and the line itself both. Thus a line about
//! one event of a batch has that event's ids, and all lines of one event are found by one query.

use std::fmt::{Debug, Write as _};
use std::io::Write as _;

use chrono::{SecondsFormat, Utc};
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::{LookupSpan, Scope};

/// The Lambda runtime has a span of its own around ours. Of its fields the id of the request counts, for the runtime's own lines.
const OF_THE_RUNTIME: &str = "lambda_runtime";

/// Writes each line as a JSON object.
#[derive(Debug)]
pub struct JsonLines<W> {
    service: &'static str,
    writer: W,
}

/// Lines of `service`, to `writer`; a span around a line may name another service (in one process there are several).
pub fn json_lines<W>(service: &'static str, writer: W) -> JsonLines<W> {
    JsonLines { service, writer }
}

/// The fields of a span.
struct SpanFields(Fields);

#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let mut text = String::new();
        // Writing to a text cannot fail; a `Debug` that says it does leaves what it wrote.
        let _ = write!(text, "{value:?}");
        self.put(field, text);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }
}

impl<S, W> Layer<S> for JsonLines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if attributes.metadata().target().starts_with(OF_THE_RUNTIME) {
            let request_id = fields.0.remove("requestId");
            fields.0 = request_id.into_iter().map(|id| ("request_id".to_owned(), id)).collect();
        }
        span.extensions_mut().replace(SpanFields(fields));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(SpanFields(fields)) = span.extensions_mut().get_mut() {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let metadata = event.metadata();
        let mut line = Map::new();
        line.insert("timestamp".to_owned(), Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true).into());
        line.insert("level".to_owned(), metadata.level().as_str().into());
        line.insert("service".to_owned(), self.service.into());
        let mut fields = Fields(line);
        for span in context.event_scope(event).into_iter().flat_map(Scope::from_root) {
            if let Some(SpanFields(of_span)) = span.extensions().get() {
                fields.0.extend(of_span.0.clone());
            }
        }
        event.record(&mut fields);
        fields.0.insert("target".to_owned(), metadata.target().into());
        let mut text = Value::Object(fields.0).to_string();
        text.push('\n');
        // One write for a line: lines of several threads do not mix. There is nobody to tell that logs cannot be written.
        let _ = self.writer.make_writer_for(metadata).write_all(text.as_bytes());
    }
}
