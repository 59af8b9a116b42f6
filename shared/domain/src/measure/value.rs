//! The value of a measure for one customer at one moment.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::{Kind, Measure, Resolved};
use crate::fields::{Fields, FromField, Line};
use crate::problem::Problems;

/// A short text that is shared, not copied: a breakdown names two dozen rules and measures for every customer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

impl Name {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self(Arc::from(text))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Arc::from(text)))
    }
}

/// What a measure can be: a number, a word or yes/no.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum MeasureValue {
    /// Yes or no.
    Boolean(bool),
    /// A finite number.
    Number(f64),
    /// A word, such as `thriving`.
    Word(Name),
}

impl MeasureValue {
    /// Reads a JSON number, text or boolean.
    pub fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(yes) => Some(Self::Boolean(*yes)),
            Value::String(word) => Some(Self::Word(Name::from(word.as_str()))),
            Value::Number(number) => number.as_f64().filter(|n| n.is_finite()).map(Self::Number),
            _ => None,
        }
    }

    /// Which of the three it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Boolean(_) => Kind::Boolean,
            Self::Number(_) => Kind::Number,
            Self::Word(_) => Kind::Word,
        }
    }
}

impl JsonSchema for MeasureValue {
    fn schema_name() -> Cow<'static, str> {
        "MeasureValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "What was measured: yes or no, a number, or a word such as `thriving`.",
            "type": ["boolean", "number", "string"],
            "maxLength": MAX_WORD,
        })
    }
}

/// Most characters of a word.
const MAX_WORD: usize = 100;

impl FromField for MeasureValue {
    /// A number that the tables can hold, a text of one line, true or false.
    fn from_field(value: &Value) -> Result<Self, String> {
        match value {
            Value::Bool(yes) => Ok(Self::Boolean(*yes)),
            Value::Number(_) => f64::from_field(value).map(Self::Number),
            Value::String(_) => {
                Line::<MAX_WORD>::from_field(value).map(|Line(word)| Self::Word(Name::from(word.as_str())))
            }
            _ => Err("must be a number, a text, true or false".to_owned()),
        }
    }
}

/// A value and what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    /// The value.
    pub value: MeasureValue,
    /// When the newest fact behind the value became true. A score as of an earlier moment does not see it.
    pub observed_at: DateTime<Utc>,
    /// From when on the value is stale whatever a scorecard allows (a Health Status has such a limit of its own).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale_from: Option<DateTime<Utc>>,
}

impl Observed {
    /// A number, known since `observed_at`.
    pub fn number(value: f64, observed_at: DateTime<Utc>) -> Self {
        Self::new(MeasureValue::Number(value), observed_at)
    }

    /// A word, known since `observed_at`.
    pub fn word(value: &str, observed_at: DateTime<Utc>) -> Self {
        Self::new(MeasureValue::Word(Name::from(value)), observed_at)
    }

    /// A value of any kind, known since `observed_at`.
    pub fn new(value: MeasureValue, observed_at: DateTime<Utc>) -> Self {
        Self { value, observed_at, stale_from: None }
    }
}

/// All measures of one customer at one moment, by position in the catalogue, and the custom ones by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MeasureValues {
    catalogue: Vec<Option<Observed>>,
    custom: BTreeMap<Name, Observed>,
}

impl MeasureValues {
    /// The value of a measure, or `None` when nothing is known.
    pub fn get(&self, measure: &Resolved) -> Option<&Observed> {
        match measure {
            Resolved::Catalogue(index) => self.catalogue.get(*index)?.as_ref(),
            Resolved::Custom(id) => self.custom.get(id),
        }
    }

    /// The value of the measure with this id, or `None` when nothing is known or there is no such measure.
    pub fn of(&self, id: &str) -> Option<&Observed> {
        self.get(&Resolved::find(id)?)
    }

    /// What is known, by measure.
    pub fn iter(&self) -> impl Iterator<Item = (Resolved, &Observed)> {
        let catalogue = self.catalogue.iter().enumerate();
        let catalogue =
            catalogue.filter_map(|(index, observed)| Some((Resolved::Catalogue(index), observed.as_ref()?)));
        catalogue.chain(self.custom.iter().map(|(id, observed)| (Resolved::Custom(id.clone()), observed)))
    }

    /// What is known, by the measure's id.
    pub fn known(&self) -> impl Iterator<Item = (&str, &Observed)> {
        let catalogue = super::catalogue().iter().zip(&self.catalogue);
        let catalogue = catalogue.filter_map(|(measure, observed)| Some((measure.id, observed.as_ref()?)));
        catalogue.chain(self.custom.iter().map(|(id, observed)| (id.as_str(), observed)))
    }

    /// Sets or clears the value of a measure.
    pub fn set(&mut self, measure: Resolved, observed: Option<Observed>) {
        match (measure, observed) {
            (Resolved::Catalogue(index), observed) => {
                if self.catalogue.len() <= index {
                    self.catalogue.resize(index + 1, None);
                }
                if let Some(slot) = self.catalogue.get_mut(index) {
                    *slot = observed;
                }
            }
            (Resolved::Custom(id), Some(observed)) => {
                self.custom.insert(id, observed);
            }
            (Resolved::Custom(id), None) => {
                self.custom.remove(&id);
            }
        }
    }

    /// Reads `{"<measure>": 12, "<measure>": {"value": 3, "observed_at": "…"}, "<measure>": null}`.
    /// A bare value was observed at `as_of`; `null` means that nothing is known. `base` is the object's own pointer.
    pub fn parse(value: &Value, base: &str, as_of: DateTime<Utc>) -> Result<Self, Problems> {
        let object = value.as_object().ok_or_else(|| Problems::one(base, "must be a JSON object"))?;
        let mut values = Self::default();
        let mut problems = Problems::default();
        for (id, value) in object {
            let pointer = format!("{base}/{}", id.replace('~', "~0").replace('/', "~1"));
            let Some(measure) = Resolved::find(id) else {
                problems.add(pointer, "is not a known measure");
                continue;
            };
            match read_observed(value, &pointer, measure.definition(), as_of) {
                Ok(observed) => values.set(measure, observed),
                Err(wrong) => problems.0.extend(wrong.0),
            }
        }
        problems.into_result(values)
    }
}

/// An observation as it is stored: value, when observed and from when on stale, both in milliseconds since 1970. A history has
/// dozens of them in every point.
#[derive(Serialize, Deserialize)]
struct Compact(MeasureValue, i64, Option<i64>);

impl Compact {
    fn of(observed: &Observed) -> Self {
        let millis = |at: DateTime<Utc>| at.timestamp_millis();
        Self(observed.value.clone(), millis(observed.observed_at), observed.stale_from.map(millis))
    }

    /// `None` when a time is no time.
    fn read(self) -> Option<Observed> {
        let stale_from = match self.2 {
            Some(millis) => Some(DateTime::from_timestamp_millis(millis)?),
            None => None,
        };
        Some(Observed { value: self.0, observed_at: DateTime::from_timestamp_millis(self.1)?, stale_from })
    }
}

impl Serialize for MeasureValues {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.known().map(|(id, observed)| (id, Compact::of(observed))))
    }
}

impl<'de> Deserialize<'de> for MeasureValues {
    /// A measure that the catalogue no longer has is left out.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored: BTreeMap<String, Compact> = BTreeMap::deserialize(deserializer)?;
        let mut values = Self::default();
        for (id, compact) in stored {
            if let Some(measure) = Resolved::find(&id) {
                let observed = compact.read().ok_or_else(|| D::Error::custom(format!("{id}: not a time")))?;
                values.set(measure, Some(observed));
            }
        }
        Ok(values)
    }
}

fn read_observed(
    value: &Value,
    pointer: &str,
    measure: Option<&Measure>,
    as_of: DateTime<Utc>,
) -> Result<Option<Observed>, Problems> {
    if value.is_null() {
        return Ok(None);
    }
    if !value.is_object() {
        let observed = read_value(value, measure).map(|value| Observed::new(value, as_of));
        return observed.map(Some).map_err(|detail| Problems::one(pointer, detail));
    }
    let mut fields = Fields::new(value, pointer)?;
    let observed_at = fields.optional("observed_at");
    let Some(raw) = fields.raw("value") else {
        return fields.finish(Some(None));
    };
    let observed = match read_value(raw, measure) {
        Ok(value) => Some(Observed::new(value, observed_at.unwrap_or(as_of))),
        Err(detail) => {
            fields.problem("value", detail);
            None
        }
    };
    fields.finish(Some(observed))
}

/// The value, if it is of the measure's kind; a custom measure takes any.
fn read_value(value: &Value, measure: Option<&Measure>) -> Result<MeasureValue, String> {
    let read = MeasureValue::read(value).ok_or("must be a number, a text, true, false or null")?;
    match measure {
        Some(measure) if measure.kind != read.kind() => {
            Err(format!("must be a {}, as {} is", measure.kind, measure.id))
        }
        _ => Ok(read),
    }
}
