//! Checks files without a server: what each one is, and everything that is wrong with it.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use keepwell_aws::automations;
use keepwell_aws::render::Templates;
use keepwell_domain::automation::Automation;
use keepwell_domain::edition::{MAX_DOCUMENT_BYTES, TextFormat};
use keepwell_domain::fields::UNKNOWN_FIELD;
use keepwell_domain::problem::{FieldProblem, Problems};
use keepwell_domain::score::library::check_set;
use keepwell_domain::score::scorecard::Scorecard;
use serde_json::Value;
use serde_saphyr::{MessageFormatter as _, UserMessageFormatter};

use super::files::Source;
use super::positions::{Part, Place, Positions, place};

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Scorecard,
    Automation,
}

impl Kind {
    pub(super) const ALL: [Self; 2] = [Self::Scorecard, Self::Automation];

    /// The path of its API, and the name of its directory.
    pub(super) fn plural(self) -> &'static str {
        match self {
            Self::Scorecard => "scorecards",
            Self::Automation => "automations",
        }
    }

    /// Decides by what only one of them has.
    fn of(document: &Value) -> Result<Self, &'static str> {
        let Some(object) = document.as_object() else {
            return Err(if document.is_null() { "the file is empty" } else { "the file must hold an object" });
        };
        let has = |key: &str| object.contains_key(key);
        match (has("dimensions"), has("trigger") || has("actions")) {
            (true, false) => Ok(Self::Scorecard),
            (false, true) => Ok(Self::Automation),
            (true, true) => Err(
                "this is half a scorecard (dimensions) and half an automation (trigger, actions): make two files of it",
            ),
            (false, false) => Err(
                "this is neither a scorecard (which has dimensions) nor an automation (which has a trigger and actions)",
            ),
        }
    }

    /// Reads a document of this kind, as the server does before it keeps one; answers its id.
    fn read(self, document: &Value, templates: &Templates, now: DateTime<Utc>) -> Result<String, Problems> {
        match self {
            Self::Scorecard => {
                let scorecard = Scorecard::parse(document)?;
                check_set(&scorecard, scorecard.id.as_str())?;
                Ok(scorecard.id.as_str().to_owned())
            }
            Self::Automation => {
                let automation = Automation::parse(document)?;
                automations::check::check(templates, &automation, now)?;
                Ok(automation.id)
            }
        }
    }

    /// Whether two documents say the same, however they are written.
    pub(super) fn same(self, one: &Value, other: &Value) -> bool {
        match self {
            Self::Scorecard => {
                matches!((Scorecard::parse(one), Scorecard::parse(other)), (Ok(one), Ok(other)) if one == other)
            }
            Self::Automation => {
                matches!((Automation::parse(one), Automation::parse(other)), (Ok(one), Ok(other)) if one == other)
            }
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scorecard => "scorecard",
            Self::Automation => "automation",
        })
    }
}

/// A file that holds a valid document.
#[derive(Debug)]
pub(super) struct Document {
    pub path: PathBuf,
    pub kind: Kind,
    pub id: String,
    pub format: TextFormat,
    /// To the letter.
    pub text: String,
    pub value: Value,
}

/// Something that is wrong at one place of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub path: PathBuf,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// JSON pointer into the document.
    pub pointer: String,
    pub message: String,
    /// The line's text, and what of it is meant.
    pub source_line: String,
    pub span: Range<usize>,
}

impl Finding {
    fn new(path: &Path, text: &str, place: &Place, pointer: &str, message: String) -> Self {
        let start = text.get(..place.span.start).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
        let source_line = text.get(start..).unwrap_or_default().lines().next().unwrap_or_default().to_owned();
        let Place { span, line, column } = place;
        let span = span.start - start..span.end - start;
        Self {
            path: path.to_owned(),
            line: *line,
            column: *column,
            pointer: pointer.to_owned(),
            message,
            source_line,
            span,
        }
    }
}

/// The valid documents, and what is wrong with the others, in the order of the files. Texts of automations are tried out at `now`.
pub(super) fn check(sources: Vec<Source>, now: DateTime<Utc>) -> (Vec<Document>, Vec<Finding>) {
    let templates = Templates::shipped();
    let mut documents: Vec<Document> = Vec::new();
    let mut findings = Vec::new();
    let mut ids: BTreeMap<(Kind, String), PathBuf> = BTreeMap::new();
    for source in sources {
        match document(source, &templates, now) {
            Ok(document) => {
                if let Some(first) = ids.get(&(document.kind, document.id.clone())) {
                    let message =
                        format!("id: {} is the {} of {} already", document.id, document.kind, first.display());
                    let place = Positions::of(&document.text).find("/id", Part::Value);
                    findings.push(Finding::new(&document.path, &document.text, &place, "/id", message));
                }
                ids.entry((document.kind, document.id.clone())).or_insert_with(|| document.path.clone());
                documents.push(document);
            }
            Err(problems) => findings.extend(problems),
        }
    }
    (documents, findings)
}

fn document(source: Source, templates: &Templates, now: DateTime<Utc>) -> Result<Document, Vec<Finding>> {
    let format = source.format();
    let Source { path, bytes } = source;
    let one = |text: &str, span, message| vec![Finding::new(&path, text, &place(text, span), "", message)];
    if bytes.len() > MAX_DOCUMENT_BYTES {
        let message = format!("the file has {} bytes, and the server takes {MAX_DOCUMENT_BYTES}", bytes.len());
        return Err(one("", 0..0, message));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let start = error.utf8_error().valid_up_to();
        let shown = String::from_utf8_lossy(error.as_bytes());
        one(&shown, start..start + char::REPLACEMENT_CHARACTER.len_utf8(), "the file is not UTF-8".to_owned())
    })?;
    let value = read(format, &text).map_err(|(span, message)| one(&text, span, message))?;
    let kind = Kind::of(&value).map_err(|message| {
        let place = Positions::of(&text).find("", Part::Value);
        vec![Finding::new(&path, &text, &place, "", message.to_owned())]
    })?;
    match kind.read(&value, templates, now) {
        Ok(id) => Ok(Document { path, kind, id, format, text, value }),
        Err(Problems(problems)) => {
            let positions = Positions::of(&text);
            let mut findings: Vec<Finding> =
                problems.iter().map(|problem| finding(&path, &text, &positions, problem)).collect();
            // Readers collect problems field by field; people read from top to bottom.
            findings.sort_by_key(|finding| (finding.line, finding.column));
            Err(findings)
        }
    }
}

/// Reads a text by the server's own readers, or says where it breaks.
fn read(format: TextFormat, text: &str) -> Result<Value, (Range<usize>, String)> {
    let at = |line, column| {
        let start = offset(text, line, column);
        start..start + 1
    };
    match format {
        TextFormat::Json => serde_json::from_str(text).map_err(|error| {
            let message = error.to_string();
            let message = message.rsplit_once(" at line").map_or(message.as_str(), |(message, _)| message);
            (at(error.line(), error.column()), format!("not valid JSON: {message}"))
        }),
        TextFormat::Yaml => serde_saphyr::from_str(text).map_err(|error| {
            let (line, column) = error.location().map_or((1, 1), |place| (place.line(), place.column()));
            let message = UserMessageFormatter.format_message(error.without_snippet());
            (at(line as usize, column as usize), format!("not valid YAML: {message}"))
        }),
    }
}

/// Where a line and a column, both from 1, are in a text, in bytes. Both readers count columns near enough in characters.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    start + line.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum::<usize>()
}

fn finding(path: &Path, text: &str, positions: &Positions<'_>, problem: &FieldProblem) -> Finding {
    let FieldProblem { pointer, detail } = problem;
    let part = if detail.starts_with(UNKNOWN_FIELD) { Part::Key } else { Part::Value };
    let place = positions.find(pointer, part);
    let name = name(pointer);
    let message = if name.is_empty() { detail.clone() } else { format!("{name}: {detail}") };
    Finding::new(path, text, &place, pointer, message)
}

/// The name that ends a pointer, with the numbers that follow it.
fn name(pointer: &str) -> &str {
    let parts = pointer.rmatch_indices('/').map(|(slash, _)| pointer.get(slash + 1..).unwrap_or_default());
    let mut name = "";
    for part in parts {
        name = part;
        if !part.starts_with(|c: char| c.is_ascii_digit()) {
            break;
        }
    }
    name
}
