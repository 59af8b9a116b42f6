//! CSV imports: rows become the same JSON objects that the API takes, so that one set of rules serves both.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::contact::NewContact;
use crate::customer::ProfileChange;
use crate::fields::{Fields, FromField};
use crate::id::CustomerId;
use crate::problem::Problems;
use crate::signal::{Goal, Interaction, Outcome, Survey, Ticket, UsageEvent};

crate::words! {
    /// What a CSV file holds.
    pub enum ImportKind {
        /// One customer a row.
        Customers = "customers",
        /// One contact a row.
        Contacts = "contacts",
        /// One usage event a row.
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
    }
}

/// How a cell becomes a JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    Text,
    Number,
    Boolean,
    /// Texts separated by `;`.
    List,
    /// JSON.
    Json,
    /// A date `2026-11-30` or an RFC 3339 time; a date means its midnight in UTC.
    Time,
}

impl ImportKind {
    /// The columns of a file of this kind, in the order in which the template shows them.
    const fn columns(self) -> &'static [(&'static str, Cell)] {
        use Cell::{Boolean, Json, List, Number, Text, Time};
        match self {
            Self::Customers => &[
                ("id", Text),
                ("name", Text),
                ("owner", Text),
                ("arr_cents", Number),
                ("currency", Text),
                ("seats", Number),
                ("renewal_on", Text),
                ("plan", Text),
                ("industry", Text),
                ("country", Text),
                ("size", Text),
                ("stage", Text),
                ("tags", List),
                ("attributes", Json),
                ("request_feedback", Boolean),
                ("feedback_interval_days", Number),
            ],
            Self::Contacts => &[
                ("id", Text),
                ("customer", Text),
                ("name", Text),
                ("email", Text),
                ("role", Text),
                ("time_zone", Text),
                ("locale", Text),
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
                ("notes", Text),
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

    fn theirs<'a>(&'a self, ours: &'a str) -> &'a str {
        self.0.get(ours).map_or(ours, String::as_str)
    }
}

/// What a row asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// Create or change the customer. Boxed because it is by far the largest.
    Customer(Box<ProfileChange>),
    /// Create or change a contact.
    Contact(NewContact),
    /// Fold a usage event.
    Usage(UsageEvent),
    /// Keep a ticket.
    Ticket(Ticket),
    /// Keep a survey answer.
    Survey(Survey),
    /// Keep an interaction.
    Interaction(Interaction),
    /// Keep a goal.
    Goal(Goal),
    /// Keep an outcome.
    Outcome(Outcome),
}

/// A row that can be imported.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Row in the file as a spreadsheet counts: the header is 1.
    pub row: usize,
    /// The customer it is about.
    pub customer: CustomerId,
    /// What it asks for.
    pub item: Item,
}

/// Why a row was not imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowError {
    /// Row in the file as a spreadsheet counts: the header is 1.
    pub row: usize,
    /// The column, in our name; empty when it is the row as a whole.
    pub column: String,
    /// What is wrong and what would be right.
    pub detail: String,
}

/// A file, read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parsed {
    /// Number of rows, good and bad, without the header.
    pub rows: usize,
    /// The good rows.
    pub good: Vec<Row>,
    /// The problems of the bad ones.
    pub errors: Vec<RowError>,
    /// Columns of the file that are not ours.
    pub ignored_columns: Vec<String>,
}

/// Reads a CSV file with a header (RFC 4180, UTF-8, with or without a byte order mark).
///
/// A file without the columns that identify a row is refused whole; a bad row is reported and left out.
pub fn parse(kind: ImportKind, csv: &[u8], mapping: &Mapping) -> Result<Parsed, Problems> {
    let csv = csv.strip_prefix(b"\xef\xbb\xbf").unwrap_or(csv);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(csv);
    let header =
        reader.headers().map_err(|error| Problems::one("", format!("the header cannot be read: {error}")))?.clone();
    let position: HashMap<&str, usize> = header.iter().enumerate().map(|(index, name)| (name.trim(), index)).collect();
    let mut problems = Problems::default();
    for ours in ["id", "customer"].into_iter().filter(|ours| kind.column_names().any(|name| name == *ours)) {
        if !position.contains_key(mapping.theirs(ours)) {
            problems
                .add("", format!("the file has no column {:?}; use mapping={ours}:<its name>", mapping.theirs(ours)));
        }
    }
    for theirs in mapping.0.values().filter(|theirs| !position.contains_key(theirs.as_str())) {
        problems.add("?mapping", format!("the file has no column {theirs:?}"));
    }
    problems.into_result(())?;

    let columns: Vec<(&str, Cell, usize)> = kind
        .columns()
        .iter()
        .filter_map(|(ours, cell)| Some((*ours, *cell, *position.get(mapping.theirs(ours))?)))
        .collect();
    let used: Vec<usize> = columns.iter().map(|(_, _, index)| *index).collect();
    let ignored_columns =
        header.iter().enumerate().filter(|(index, _)| !used.contains(index)).map(|(_, name)| name.to_owned()).collect();

    let mut parsed = Parsed { ignored_columns, ..Parsed::default() };
    let mut seen: HashMap<String, (usize, Value)> = HashMap::new();
    for (index, record) in reader.records().enumerate() {
        let row = index + 2;
        parsed.rows += 1;
        let refuse = |column: &str, detail: String| RowError { row, column: column.to_owned(), detail };
        let record = match record {
            Ok(record) if record.len() == header.len() => record,
            Ok(record) => {
                let detail = format!("the row has {} cells, the header {}", record.len(), header.len());
                parsed.errors.push(refuse("", detail));
                continue;
            }
            Err(error) => {
                parsed.errors.push(refuse("", error.to_string()));
                continue;
            }
        };
        match object(&columns, &record) {
            Ok(value) => {
                let id = format!(
                    "{}\n{}",
                    value.get("customer").unwrap_or(&Value::Null),
                    value.get("id").unwrap_or(&Value::Null)
                );
                match seen.get(&id) {
                    Some((first, same)) if *same == value => {
                        parsed.errors.push(refuse("id", format!("the same row stands in row {first} already")));
                        continue;
                    }
                    Some((first, _)) => {
                        parsed
                            .errors
                            .push(refuse("id", format!("the id is used in row {first} already, with other content")));
                        continue;
                    }
                    None => {}
                }
                match read(kind, &value) {
                    Ok((customer, item)) => parsed.good.push(Row { row, customer, item }),
                    Err(Problems(found)) => parsed.errors.extend(
                        found
                            .into_iter()
                            .map(|problem| refuse(problem.pointer.trim_start_matches('/'), problem.detail)),
                    ),
                }
                seen.insert(id, (row, value));
            }
            Err(errors) => parsed.errors.extend(errors.into_iter().map(|(column, detail)| refuse(column, detail))),
        }
    }
    Ok(parsed)
}

/// The JSON object that a row stands for. Empty cells are absent.
fn object<'a>(columns: &[(&'a str, Cell, usize)], record: &csv::StringRecord) -> Result<Value, Vec<(&'a str, String)>> {
    let mut object = Map::new();
    let mut errors = Vec::new();
    for (name, cell, index) in columns {
        let text = record.get(*index).unwrap_or_default().trim();
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
        Cell::Number => {
            let whole = text.parse::<i64>().ok().map(Value::from);
            whole
                .or_else(|| text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from))
                .ok_or_else(|| "must be a number".to_owned())
        }
        Cell::Boolean => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Ok(Value::Bool(true)),
            "false" | "no" | "0" => Ok(Value::Bool(false)),
            _ => Err("must be true or false".to_owned()),
        },
        Cell::List => Ok(text.split(';').map(str::trim).filter(|item| !item.is_empty()).collect()),
        Cell::Json => serde_json::from_str(text).map_err(|error| format!("must be JSON: {error}")),
        Cell::Time if text.len() == 10 => Ok(json!(format!("{text}T00:00:00Z"))),
        Cell::Text | Cell::Time => Ok(Value::String(text.to_owned())),
    }
}

/// Reads one row's object by the rules of its kind.
fn read(kind: ImportKind, value: &Value) -> Result<(CustomerId, Item), Problems> {
    if kind == ImportKind::Customers {
        let (id, rest) = split(value, "id")?;
        return Ok((id, Item::Customer(Box::new(ProfileChange::parse(&rest)?))));
    }
    let (customer, rest) = split(value, "customer")?;
    if kind == ImportKind::Contacts {
        let contact = NewContact::parse(&rest)?;
        if contact.id.is_none() {
            return Err(Problems::one("/id", "is required"));
        }
        return Ok((customer, Item::Contact(contact)));
    }
    let mut fields = Fields::new(&rest, "")?;
    let item = match kind {
        ImportKind::Usage => UsageEvent::read(&mut fields).map(Item::Usage),
        ImportKind::Tickets => Ticket::read(&mut fields).map(Item::Ticket),
        ImportKind::Surveys => Survey::read(&mut fields).map(Item::Survey),
        ImportKind::Interactions => Interaction::read(&mut fields).map(Item::Interaction),
        ImportKind::Goals => Goal::read(&mut fields).map(Item::Goal),
        ImportKind::Outcomes => Outcome::read(&mut fields).map(Item::Outcome),
        ImportKind::Customers | ImportKind::Contacts => None,
    };
    Ok((customer, fields.finish(item)?))
}

/// Takes the customer's id out of a row's object.
fn split(value: &Value, key: &str) -> Result<(CustomerId, Value), Problems> {
    let mut object = value.as_object().cloned().unwrap_or_default();
    let pointer = format!("/{key}");
    let id = object.remove(key).ok_or_else(|| Problems::one(&pointer, "is required"))?;
    let id = CustomerId::from_field(&id).map_err(|detail| Problems::one(&pointer, detail))?;
    Ok((id, Value::Object(object)))
}

/// What an import did, or (dry run) would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Whether nothing was written because that was asked for.
    pub dry_run: bool,
    /// Rows in the file, without the header.
    pub rows: usize,
    /// Rows that made something new.
    pub created: usize,
    /// Rows that changed something.
    pub updated: usize,
    /// Rows that were known already.
    pub unchanged: usize,
    /// Rows that were not imported; `errors` says why.
    pub rejected: usize,
    /// Problems by row.
    pub errors: Vec<RowError>,
    /// Columns of the file that are not ours.
    pub ignored_columns: Vec<String>,
}
