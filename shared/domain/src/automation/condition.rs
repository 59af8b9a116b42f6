//! Conditions: which customers an automation is for. The same shape as a scorecard's `applies_to`, with comparisons.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::context::Context;
use super::field::{Field, FieldKind};
use crate::fields::{Fields, FromField};
use crate::problem::Problems;

/// Deepest nesting of `all`, `any` and `none`.
const MAX_DEPTH: usize = 5;
/// Most entries of one list.
const MAX_ENTRIES: usize = 50;

/// A tree of and, or and not over a customer's fields.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(deny_unknown_fields)]
pub enum Condition {
    /// Every one holds.
    All {
        /// The conditions.
        all: Vec<Condition>,
    },
    /// At least one holds.
    Any {
        /// The conditions.
        any: Vec<Condition>,
    },
    /// Not one holds.
    None {
        /// The conditions.
        none: Vec<Condition>,
    },
    /// The field has one of the values. A field that is not known has none.
    In {
        /// `plan`, `tags`, `status`, `attributes.<name>` …
        field: Field,
        /// The values: texts, numbers, booleans.
        r#in: Vec<Value>,
    },
    /// The number is below. What is not known never is.
    LessThan {
        /// A field that is a number.
        field: Field,
        /// The bound.
        less_than: f64,
    },
    /// The number is at the bound or below.
    AtMost {
        /// A field that is a number.
        field: Field,
        /// The bound.
        at_most: f64,
    },
    /// The number is above.
    MoreThan {
        /// A field that is a number.
        field: Field,
        /// The bound.
        more_than: f64,
    },
    /// The number is at the bound or above.
    AtLeast {
        /// A field that is a number.
        field: Field,
        /// The bound.
        at_least: f64,
    },
    /// Whether anything is known.
    Known {
        /// Any field.
        field: Field,
        /// `true`: something is known; `false`: nothing.
        known: bool,
    },
}

impl Condition {
    /// Reads the tree at `pointer` of its document.
    pub(super) fn read(value: &Value, pointer: &str) -> Result<Self, Problems> {
        Self::read_level(value, pointer, 1)
    }

    fn read_level(value: &Value, pointer: &str, depth: usize) -> Result<Self, Problems> {
        if depth > MAX_DEPTH {
            return Err(Problems::one(pointer, format!("must not be nested deeper than {MAX_DEPTH} levels")));
        }
        let mut fields = Fields::new(value, pointer)?;
        let only_key = value.as_object().filter(|object| object.len() == 1).and_then(|object| object.keys().next());
        let mut list = |key| fields.nested(key, |value, pointer| Self::read_list(value, pointer, depth));
        let group = match only_key.map(String::as_str) {
            Some("all") => Some(list("all").map(|all| Self::All { all })),
            Some("any") => Some(list("any").map(|any| Self::Any { any })),
            Some("none") => Some(list("none").map(|none| Self::None { none })),
            _ => None,
        };
        if let Some(group) = group {
            return fields.finish(group);
        }
        let condition = read_test(&mut fields);
        fields.finish(condition)
    }

    fn read_list(value: &Value, pointer: &str, depth: usize) -> Result<Vec<Self>, Problems> {
        let items = value
            .as_array()
            .filter(|items| (1..=MAX_ENTRIES).contains(&items.len()))
            .ok_or_else(|| Problems::one(pointer, format!("must be a list of 1 to {MAX_ENTRIES} conditions")))?;
        let mut problems = Problems::default();
        let mut list = Vec::new();
        for (index, item) in items.iter().enumerate() {
            match Self::read_level(item, &format!("{pointer}/{index}"), depth + 1) {
                Ok(condition) => list.push(condition),
                Err(found) => problems.0.extend(found.0),
            }
        }
        problems.into_result(list)
    }

    /// Whether the condition holds for the customer.
    pub fn holds(&self, context: &Context<'_>) -> bool {
        let number = |field: &Field| field.values(context).first().and_then(Value::as_f64);
        match self {
            Self::All { all } => all.iter().all(|condition| condition.holds(context)),
            Self::Any { any } => any.iter().any(|condition| condition.holds(context)),
            Self::None { none } => !none.iter().any(|condition| condition.holds(context)),
            Self::In { field, r#in } => {
                let has = field.values(context);
                r#in.iter().any(|wanted| has.iter().any(|value| same(wanted, value)))
            }
            Self::LessThan { field, less_than } => number(field).is_some_and(|number| number < *less_than),
            Self::AtMost { field, at_most } => number(field).is_some_and(|number| number <= *at_most),
            Self::MoreThan { field, more_than } => number(field).is_some_and(|number| number > *more_than),
            Self::AtLeast { field, at_least } => number(field).is_some_and(|number| number >= *at_least),
            Self::Known { field, known } => field.values(context).is_empty() != *known,
        }
    }

    /// Whether score and measures must be read for it.
    pub(super) fn needs_measures(&self) -> bool {
        match self {
            Self::All { all: list } | Self::Any { any: list } | Self::None { none: list } => {
                list.iter().any(Self::needs_measures)
            }
            Self::In { field, .. }
            | Self::LessThan { field, .. }
            | Self::AtMost { field, .. }
            | Self::MoreThan { field, .. }
            | Self::AtLeast { field, .. }
            | Self::Known { field, .. } => field.needs_measures(),
        }
    }
}

const TESTS: [&str; 6] = ["in", "less_than", "at_most", "more_than", "at_least", "known"];

/// A field and one test of it.
fn read_test(fields: &mut Fields<'_>) -> Option<Condition> {
    let field = fields.required::<Field>("field");
    let tests: Vec<&'static str> = TESTS.into_iter().filter(|test| fields.raw(test).is_some()).collect();
    let [test] = tests.as_slice() else {
        let problem = format!("needs exactly one of {}", TESTS.join(", "));
        fields.problem("field", problem);
        return None;
    };
    match *test {
        "in" => {
            let values = fields.required::<Scalars>("in");
            let (field, Scalars(values)) = field.zip(values)?;
            let strange = values.iter().find_map(|value| misfit(field.kind(), value));
            if let Some(detail) = strange {
                fields.problem("in", detail);
                return None;
            }
            Some(Condition::In { field, r#in: values })
        }
        "known" => {
            let known = fields.required("known");
            field.zip(known).map(|(field, known)| Condition::Known { field, known })
        }
        comparison => {
            let bound = fields.required::<f64>(comparison);
            let field = field?;
            if !matches!(field.kind(), FieldKind::Number | FieldKind::Anything) {
                let problem = format!("{} is no number: only in and known can test it", field.name());
                fields.problem(comparison, problem);
                return None;
            }
            let bound = bound?;
            Some(match comparison {
                "less_than" => Condition::LessThan { field, less_than: bound },
                "at_most" => Condition::AtMost { field, at_most: bound },
                "more_than" => Condition::MoreThan { field, more_than: bound },
                _ => Condition::AtLeast { field, at_least: bound },
            })
        }
    }
}

/// Why a field of this kind can never have the value.
fn misfit(kind: FieldKind, value: &Value) -> Option<String> {
    let is_one_of = |words: &[&str]| value.as_str().is_some_and(|word| words.contains(&word));
    match kind {
        FieldKind::Text if !value.is_string() => Some(format!("must hold texts only, and {value} is none")),
        FieldKind::Number if !value.is_number() => Some(format!("must hold numbers only, and {value} is none")),
        FieldKind::Boolean if !value.is_boolean() => Some(format!("must hold true or false, not {value}")),
        FieldKind::Words(words) if !is_one_of(words) => {
            Some(format!("must hold words of {}, and {value} is none", words.join(", ")))
        }
        _ => None,
    }
}

/// Equality in which 5 is 5.0, as in the files people write.
fn same(a: &Value, b: &Value) -> bool {
    a == b || a.as_f64().is_some_and(|a| b.as_f64() == Some(a))
}

/// A list of texts, numbers and booleans.
struct Scalars(Vec<Value>);

impl FromField for Scalars {
    fn from_field(value: &Value) -> Result<Self, String> {
        value
            .as_array()
            .filter(|items| {
                (1..=MAX_ENTRIES).contains(&items.len())
                    && items.iter().all(|item| item.is_string() || item.is_number() || item.is_boolean())
            })
            .map(|items| Self(items.clone()))
            .ok_or_else(|| format!("must be a list of 1 to {MAX_ENTRIES} texts, numbers or booleans"))
    }
}
