//! What somebody wants to be tested.

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde_json::Value;

use super::report::Question;
use crate::customer::Customer;
use crate::fields::{Fields, Line, Whole};
use crate::id::RecordId;
use crate::problem::Problems;
use crate::score::scorecard::Scorecard;

/// Days before the outcome, unless others are asked for.
const HORIZONS: [u32; 3] = [30, 60, 90];

/// Horizons of one backtest.
const MAX_HORIZONS: usize = 6;

/// Days of the period, unless another one is asked for.
const PERIOD: Days = Days::new(365);

/// The attributes by which a backtest can be split, besides `attributes.<name>`.
const SEGMENTS: [&str; 5] = ["plan", "industry", "country", "size", "stage"];
const ATTRIBUTE: &str = "attributes.";

/// A scorecard to compare with.
#[derive(Debug, Clone, PartialEq)]
pub enum Other {
    /// A stored one; its newest version when none is named.
    Stored {
        /// Its id.
        id: RecordId,
        /// Its version.
        version: Option<u64>,
    },
    /// A document.
    Document(Box<Scorecard>),
}

/// What somebody wants to be tested.
#[derive(Debug, Clone, PartialEq)]
pub struct BacktestRequest {
    /// The document to test instead of the stored one.
    pub document: Option<Scorecard>,
    /// The scorecard to compare it with.
    pub compare_with: Option<Other>,
    /// Period, horizons, against whom.
    pub question: Question,
    /// Whether the past is reconstructed from signals where none was stored.
    pub reconstruct: bool,
}

impl BacktestRequest {
    /// Reads `{document?, compare_with?, from?, to?, horizons?, segment?, negatives?, reconstruct?}` for a scorecard `id`. The period is
    /// the last 365 days up to the day of `now`, unless it is given.
    pub fn parse(body: &Value, id: &str, now: DateTime<Utc>) -> Result<Self, Problems> {
        let mut fields = Fields::new(body, "")?;
        let document = document(&mut fields, id);
        let compare_with = fields.nested("compare_with", other);
        let (from, to) = period(&mut fields, now);
        let horizons = horizons(&mut fields);
        let segment = segment(&mut fields);
        let negatives = fields.optional("negatives").unwrap_or_default();
        let reconstruct = fields.optional("reconstruct").unwrap_or(true);
        let question = Question { from, to, horizons, negatives, segment };
        fields.finish(Some(Self { document, compare_with, question, reconstruct }))
    }
}

/// For which scorecard, outcomes and horizon weights are suggested.
#[derive(Debug, Clone, PartialEq)]
pub struct SuggestRequest {
    /// The document to start from instead of the stored one.
    pub document: Option<Scorecard>,
    /// Period, one horizon, against whom.
    pub question: Question,
    /// Whether the past is reconstructed from signals where none was stored.
    pub reconstruct: bool,
}

impl SuggestRequest {
    /// Reads `{document?, from?, to?, horizon?, negatives?, reconstruct?}` for a scorecard `id`; the horizon is 60 days unless given.
    pub fn parse(body: &Value, id: &str, now: DateTime<Utc>) -> Result<Self, Problems> {
        let mut fields = Fields::new(body, "")?;
        let document = document(&mut fields, id);
        let (from, to) = period(&mut fields, now);
        let horizon = fields.optional::<Whole<1, 365>>("horizon").map_or(60, |days| days.0 as u32);
        let negatives = fields.optional("negatives").unwrap_or_default();
        let reconstruct = fields.optional("reconstruct").unwrap_or(true);
        let question = Question { from, to, horizons: vec![horizon], negatives, segment: None };
        fields.finish(Some(Self { document, question, reconstruct }))
    }
}

/// A scorecard in a document, with the pointers of its problems.
fn scorecard(value: &Value, base: &str) -> Result<Scorecard, Problems> {
    Scorecard::parse(value).map_err(|mut problems| {
        for problem in &mut problems.0 {
            problem.pointer = format!("{base}{}", problem.pointer);
        }
        problems
    })
}

fn document(fields: &mut Fields<'_>, id: &str) -> Option<Scorecard> {
    let document = fields.nested("document", scorecard);
    if document.as_ref().is_some_and(|document| document.id.as_str() != id) {
        let pointer = format!("{}/id", fields.pointer("document"));
        fields.problems.add(pointer, format!("must be {id}, as in the path"));
    }
    document
}

fn other(value: &Value, base: &str) -> Result<Other, Problems> {
    if value.get("format").is_some() || value.get("dimensions").is_some() {
        return scorecard(value, base).map(|document| Other::Document(Box::new(document)));
    }
    let mut fields = Fields::new(value, base)?;
    let id = fields.required("id");
    let version = fields.optional::<Whole<1, 9_999_999_999>>("version").map(|version| version.0.unsigned_abs());
    fields.finish(id.map(|id| Other::Stored { id, version }))
}

fn period(fields: &mut Fields<'_>, now: DateTime<Utc>) -> (NaiveDate, NaiveDate) {
    let today = now.date_naive();
    let to = fields.optional("to").unwrap_or(today);
    if to > today {
        fields.problem("to", "must not be in the future");
    }
    let from = fields.optional("from").unwrap_or_else(|| to.checked_sub_days(PERIOD).unwrap_or(to));
    if from > to {
        fields.problem("from", "must not be after to");
    }
    (from, to)
}

fn horizons(fields: &mut Fields<'_>) -> Vec<u32> {
    let Some(given) = fields.optional::<Vec<Whole<1, 365>>>("horizons") else { return HORIZONS.to_vec() };
    if given.is_empty() || given.len() > MAX_HORIZONS {
        fields.problem("horizons", format!("must have 1 to {MAX_HORIZONS} items"));
    }
    let mut horizons: Vec<u32> = given.into_iter().map(|days| days.0 as u32).collect();
    horizons.sort_unstable();
    horizons.dedup();
    horizons
}

fn segment(fields: &mut Fields<'_>) -> Option<String> {
    let segment = fields.optional::<Line<80>>("segment")?.0;
    let known =
        SEGMENTS.contains(&segment.as_str()) || segment.strip_prefix(ATTRIBUTE).is_some_and(|name| !name.is_empty());
    if !known {
        fields.problem("segment", format!("must be one of {}, {ATTRIBUTE}<name>", SEGMENTS.join(", ")));
    }
    Some(segment)
}

/// A customer's value of an attribute as text; `None` when it is not set.
pub fn segment_of(customer: &Customer, segment: &str) -> Option<String> {
    let profile = &customer.profile;
    if let Some(name) = segment.strip_prefix(ATTRIBUTE) {
        let value = profile.attributes.get(name)?;
        return Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    }
    match segment {
        "plan" => profile.plan.clone(),
        "industry" => profile.industry.clone(),
        "country" => profile.country.clone(),
        "size" => profile.size.clone(),
        "stage" => profile.stage.clone(),
        _ => None,
    }
}
