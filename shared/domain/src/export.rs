//! Everything back out: the rows of an export, as JSON objects and as lines of CSV.
//!
//! What can be imported is exported with the same columns, so that what went out can come in again: into another system, which is
//! then in the same state, or into the same one, where it changes nothing.

mod guard;
mod usage;

use serde::Serialize;
use serde_json::{Map, Value, json};

pub use guard::{guard, unguard};
pub use usage::usage_events;

use crate::contact::Contact;
use crate::customer::Customer;
use crate::id::CustomerId;
use crate::import::ImportKind;
use crate::import::columns::{Cell, cell_text};
use crate::score::history::ScorePoint;
use crate::signal::UsageEvent;

crate::words! {
    /// What can be exported.
    #[derive(schemars::JsonSchema)]
    pub enum ExportKind {
        /// One customer a row.
        Customers = "customers",
        /// One contact a row.
        Contacts = "contacts",
        /// What is left of usage: a few events for each customer and day.
        Usage = "usage",
        /// One ticket a row.
        Tickets = "tickets",
        /// One survey answer a row.
        Surveys = "surveys",
        /// One interaction a row.
        Interactions = "interactions",
        /// One goal a row.
        Goals = "goals",
        /// One outcome a row.
        Outcomes = "outcomes",
        /// One written message a row.
        Messages = "messages",
        /// One opportunity a row.
        Opportunities = "opportunities",
        /// The newest value of a custom measure a row.
        CustomMeasures = "custom-measures",
        /// One task a row.
        Tasks = "tasks",
        /// One revision of an answer to a feedback request a row.
        Feedback = "feedback",
        /// One point of a score's history a row.
        Scores = "scores",
        /// One change of a Health Status a row.
        StatusHistory = "status-history",
    }
}

impl ExportKind {
    /// The kind of import that takes it back; `None` for what Keepwell makes itself.
    pub fn import(self) -> Option<ImportKind> {
        ImportKind::parse(self.as_str())
    }

    fn columns(self) -> &'static [(&'static str, Cell)] {
        use Cell::{Json, List, Number, Text, Time};
        match self {
            Self::Tasks => &[
                ("id", Text),
                ("customer", Text),
                ("title", Text),
                ("detail", Text),
                ("owner", Text),
                ("priority", Text),
                ("due_on", Text),
                ("state", Text),
                ("source", Json),
                ("created_at", Time),
                ("closed_at", Time),
            ],
            Self::Feedback => &[
                ("customer", Text),
                ("request", Text),
                ("revision", Number),
                ("contact", Text),
                ("role", Text),
                ("rating", Text),
                ("comment", Text),
                ("sentiment", Number),
                ("at", Time),
                ("state", Text),
                ("themes", List),
            ],
            Self::Scores => &[
                ("customer", Text),
                ("at", Time),
                ("value", Number),
                ("raw", Number),
                ("band", Text),
                ("coverage", Number),
                ("scorecard", Text),
                ("scorecard_version", Number),
                ("manual_override", Json),
            ],
            Self::StatusHistory => {
                &[("customer", Text), ("at", Time), ("from", Text), ("to", Text), ("reason", Text), ("by", Text)]
            }
            other => other.import().map_or(&[], ImportKind::columns),
        }
    }
}

/// A customer's row.
pub fn customer_row(customer: &Customer) -> Result<Value, serde_json::Error> {
    let mut row = serde_json::to_value(&customer.profile)?;
    set(&mut row, "id", json!(customer.id));
    Ok(with_columns(ExportKind::Customers, &row))
}

/// A contact's row. How its mail stands goes out, since when does not come in again.
pub fn contact_row(customer: &CustomerId, contact: &Contact) -> Result<Value, serde_json::Error> {
    let mut row = serde_json::to_value(contact)?;
    set(&mut row, "mail", json!({ "state": contact.mail.state }));
    set(&mut row, "customer", json!(customer));
    Ok(with_columns(ExportKind::Contacts, &row))
}

/// The row of a usage event.
pub fn usage_row(customer: &CustomerId, event: &UsageEvent) -> Value {
    json!({
        "id": event.message_id,
        "customer": customer,
        "at": event.at,
        "user": event.user,
        "feature": event.feature,
        "count": event.count,
        "duration_secs": event.duration_secs,
    })
}

/// The row of a point of a score's history.
pub fn score_row(customer: &CustomerId, point: &ScorePoint) -> Result<Value, serde_json::Error> {
    let mut row = serde_json::to_value(point)?;
    set(&mut row, "scorecard", json!(point.scorecard.id));
    set(&mut row, "scorecard_version", json!(point.scorecard.version));
    set(&mut row, "customer", json!(customer));
    Ok(with_columns(ExportKind::Scores, &row))
}

/// The row of anything else that is stored under a customer: its fields are the columns.
pub fn record_row(
    kind: ExportKind,
    customer: &CustomerId,
    record: &impl Serialize,
) -> Result<Value, serde_json::Error> {
    let mut row = serde_json::to_value(record)?;
    set(&mut row, "customer", json!(customer));
    Ok(with_columns(kind, &row))
}

fn set(row: &mut Value, field: &str, value: Value) {
    if let Some(row) = row.as_object_mut() {
        row.insert(field.to_owned(), value);
    }
}

/// The fields of a row that have a column; the others are computed or our own. What is not known is `null`.
fn with_columns(kind: ExportKind, row: &Value) -> Value {
    let field = |name: &str| row.get(name).cloned().unwrap_or(Value::Null);
    let fields = kind.columns().iter().map(|(name, _)| ((*name).to_owned(), field(name)));
    Value::Object(fields.collect::<Map<_, _>>())
}

/// The first line of a file.
pub fn csv_header(kind: ExportKind) -> String {
    csv_line(kind.columns().iter().map(|(name, _)| (*name).to_owned()))
}

/// A row as a line of a file.
pub fn csv_row(kind: ExportKind, row: &Value) -> String {
    let text = |(name, cell): &(&str, Cell)| row.get(name).map_or_else(String::new, |value| cell_text(*cell, value));
    csv_line(kind.columns().iter().map(|column| guard(text(column))))
}

/// Objects as a file: these of their fields, lists with `;` between their items.
pub fn csv_table(fields: &[&str], rows: &[Value]) -> String {
    let cell = |value: &Value| cell_text(if value.is_array() { Cell::List } else { Cell::Text }, value);
    let row = |row: &Value| csv_line(fields.iter().map(|field| guard(row.get(field).map_or_else(String::new, cell))));
    csv_line(fields.iter().map(|field| (*field).to_owned())) + &rows.iter().map(row).collect::<String>()
}

/// Cells as a line by RFC 4180.
fn csv_line(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.map(quoted).collect();
    format!("{}\r\n", cells.join(","))
}

fn quoted(cell: String) -> String {
    if cell.contains([',', '"', '\r', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}
