//! The columns of each kind of file, and how the cells of a row become a JSON object.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::ImportKind;
use crate::export::unguard;
use crate::problem::Problems;

/// How a cell becomes a JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cell {
    Text,
    Number,
    Boolean,
    /// Texts separated by `;`, or a JSON list of texts.
    List,
    /// JSON.
    Json,
    /// A number, `true` or `false`; a text where it is neither, or where it stands in JSON's quotes.
    Guess,
    /// The state of an object that has one: `ok` is `{"state": "ok"}`.
    State,
    /// A date `2026-11-30` or an RFC 3339 time; a date means its midnight in UTC.
    Time,
}

impl ImportKind {
    /// The columns of a file of this kind, in the order in which the template shows them.
    pub(crate) const fn columns(self) -> &'static [(&'static str, Cell)] {
        use Cell::{Boolean, Guess, Json, List, Number, State, Text, Time};
        match self {
            Self::Customers => &[
                ("id", Text),
                ("name", Text),
                ("owner", Text),
                ("arr_cents", Number),
                ("currency", Text),
                ("seats", Number),
                ("renewal_on", Text),
                ("customer_since", Text),
                ("plan", Text),
                ("industry", Text),
                ("country", Text),
                ("size", Text),
                ("stage", Text),
                ("tags", List),
                ("attributes", Json),
                ("request_feedback", Boolean),
                ("feedback_interval_days", Number),
                ("automations_paused", Boolean),
            ],
            Self::Contacts => &[
                ("id", Text),
                ("customer", Text),
                ("name", Text),
                ("email", Text),
                ("role", Text),
                ("time_zone", Text),
                ("locale", Text),
                ("mail", State),
            ],
            Self::Usage => &[
                ("id", Text),
                ("customer", Text),
                ("at", Time),
                ("user", Text),
                ("feature", Text),
                ("count", Number),
                ("duration_secs", Number),
            ],
            Self::Tickets => &[
                ("id", Text),
                ("customer", Text),
                ("severity", Text),
                ("opened_at", Time),
                ("first_response_at", Time),
                ("closed_at", Time),
                ("escalated", Boolean),
                ("subject", Text),
                ("text", Text),
            ],
            Self::Surveys => &[
                ("id", Text),
                ("customer", Text),
                ("contact", Text),
                ("kind", Text),
                ("scale_min", Number),
                ("scale_max", Number),
                ("value", Number),
                ("comment", Text),
                ("at", Time),
            ],
            Self::Interactions => &[
                ("id", Text),
                ("customer", Text),
                ("contact", Text),
                ("kind", Text),
                ("at", Time),
                ("quality", Number),
                ("outcome", Number),
                ("participants", List),
                ("notes", Text),
                ("by", Text),
            ],
            Self::Goals => &[
                ("id", Text),
                ("customer", Text),
                ("name", Text),
                ("target", Number),
                ("actual", Number),
                ("due_on", Text),
                ("milestones", Json),
            ],
            Self::Outcomes => &[("id", Text), ("customer", Text), ("kind", Text), ("on", Text), ("reason", Text)],
            Self::Messages => &[("id", Text), ("customer", Text), ("contact", Text), ("at", Time), ("text", Text)],
            Self::Opportunities => &[
                ("id", Text),
                ("customer", Text),
                ("kind", Text),
                ("amount_cents", Number),
                ("likelihood", Number),
                ("stage", Text),
                ("closes_on", Text),
                ("outcome", Text),
            ],
            Self::CustomMeasures => &[("customer", Text), ("name", Text), ("value", Guess), ("observed_at", Time)],
        }
    }

    /// The fields that say which thing an item is about: two items with the same ones are about the same thing.
    pub(super) const fn identity(self) -> &'static [&'static str] {
        match self {
            Self::Customers => &["id"],
            Self::CustomMeasures => &["customer", "name", "observed_at"],
            _ => &["id", "customer"],
        }
    }

    /// The names of the columns.
    pub fn column_names(self) -> impl Iterator<Item = &'static str> {
        self.columns().iter().map(|(name, _)| *name)
    }
}

/// Which of the file's columns holds which of our columns: ours -> the file's. What is not named keeps its name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping(BTreeMap<String, String>);

impl Mapping {
    /// Reads `ours:theirs,ours:theirs`.
    pub fn parse(kind: ImportKind, text: &str) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let mut mapping = BTreeMap::new();
        for pair in text.split(',').filter(|pair| !pair.is_empty()) {
            match pair.split_once(':') {
                Some((ours, theirs)) if kind.column_names().any(|name| name == ours) => {
                    mapping.insert(ours.to_owned(), theirs.to_owned());
                }
                Some((ours, _)) => {
                    let known = kind.column_names().collect::<Vec<_>>().join(", ");
                    problems.add("?mapping", format!("{ours:?} is not a column of {kind}; known are {known}"));
                }
                None => problems.add("?mapping", format!("{pair:?} must be our_column:their_column")),
            }
        }
        problems.into_result(Self(mapping))
    }

    pub(super) fn theirs<'a>(&'a self, ours: &'a str) -> &'a str {
        self.0.get(ours).map_or(ours, String::as_str)
    }

    /// The file's columns that were named.
    pub(super) fn named(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str)
    }
}

/// The JSON object that a row stands for. Empty cells are absent.
pub(super) fn object<'a>(
    columns: &[(&'a str, Cell, usize)],
    record: &csv::StringRecord,
) -> Result<Value, Vec<(&'a str, String)>> {
    let mut object = Map::new();
    let mut errors = Vec::new();
    for (name, cell, index) in columns {
        let text = unguard(record.get(*index).unwrap_or_default().trim());
        if text.is_empty() {
            continue;
        }
        match value(*cell, text) {
            Ok(value) => {
                object.insert((*name).to_owned(), value);
            }
            Err(detail) => errors.push((*name, detail)),
        }
    }
    if errors.is_empty() { Ok(Value::Object(object)) } else { Err(errors) }
}

fn value(cell: Cell, text: &str) -> Result<Value, String> {
    match cell {
        Cell::Number => number(text).ok_or_else(|| "must be a number".to_owned()),
        Cell::Guess => Ok(number(text).unwrap_or_else(|| match text {
            "true" | "false" => Value::Bool(text == "true"),
            _ => Value::from(serde_json::from_str::<String>(text).unwrap_or_else(|_| text.to_owned())),
        })),
        Cell::Boolean => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Ok(Value::Bool(true)),
            "false" | "no" | "0" => Ok(Value::Bool(false)),
            _ => Err("must be true or false".to_owned()),
        },
        Cell::List => Ok(serde_json::from_str::<Vec<String>>(text)
            .map_or_else(|_| text.split(';').map(str::trim).filter(|item| !item.is_empty()).collect(), Value::from)),
        Cell::Json => serde_json::from_str(text).map_err(|error| format!("must be JSON: {error}")),
        Cell::Time if text.len() == 10 => Ok(json!(format!("{text}T00:00:00Z"))),
        Cell::Text | Cell::Time => Ok(Value::String(text.to_owned())),
        Cell::State => Ok(json!({ "state": text })),
    }
}

/// The cell that is read as `value`; empty for what is as good as nothing.
pub(crate) fn cell_text(cell: Cell, written: &Value) -> String {
    let plain = match (cell, written) {
        (_, Value::Null) => return String::new(),
        (_, Value::Array(items)) if items.is_empty() => return String::new(),
        (_, Value::Object(fields)) if fields.is_empty() => return String::new(),
        (Cell::List, Value::Array(items)) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(";"),
        (Cell::State, state) => state.get("state").and_then(Value::as_str).unwrap_or_default().to_owned(),
        (_, Value::String(text)) => text.clone(),
        (_, other) => return other.to_string(),
    };
    // A tag with a semicolon, or a text that looks like a number, needs JSON to come back as it was.
    let ambiguous = matches!(cell, Cell::List | Cell::Guess) && value(cell, &plain).as_ref() != Ok(written);
    if ambiguous { written.to_string() } else { plain }
}

fn number(text: &str) -> Option<Value> {
    let whole = text.parse::<i64>().ok().map(Value::from);
    whole.or_else(|| text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from))
}
