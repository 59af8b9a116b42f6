//! Conditions: which customers an automation is for. The same shape as a scorecard's `applies_to`.

use serde::Serialize;
use serde_json::Value;

use crate::customer::Customer;
use crate::fields::{Fields, FromField};
use crate::happiness::HappinessLevel;
use crate::health_status::HealthStatus;
use crate::id::EmailAddress;
use crate::problem::Problems;

/// Deepest nesting of `all`, `any` and `none`.
const MAX_DEPTH: usize = 5;
/// Most entries of one list.
const MAX_ENTRIES: usize = 50;
/// Fields of a customer that a condition may look at, beside `attributes.<name>`.
const FIELDS: [&str; 12] = [
    "plan",
    "industry",
    "country",
    "size",
    "stage",
    "currency",
    "owner",
    "tag",
    "status",
    "band",
    "happiness",
    "insight",
];

/// A tree of and, or and not over a customer's fields.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
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
    Field {
        /// `plan`, `tag`, `status`, `attributes.<name>` …
        field: String,
        /// The values: texts, numbers, booleans.
        r#in: Vec<Value>,
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
        let list = |fields: &mut Fields<'_>, key| {
            let value = fields.raw(key)?;
            let pointer = fields.pointer(key);
            match Self::read_list(value, &pointer, depth) {
                Ok(list) => Some(list),
                Err(problems) => {
                    fields.problems.0.extend(problems.0);
                    None
                }
            }
        };
        if value.as_object().is_some_and(|object| object.len() == 1) {
            for (key, make) in [
                ("all", (|all| Self::All { all }) as fn(_) -> _),
                ("any", |any| Self::Any { any }),
                ("none", |none| Self::None { none }),
            ] {
                if value.get(key).is_some() {
                    let conditions = list(&mut fields, key);
                    return fields.finish(conditions.map(make));
                }
            }
        }
        let field = fields.required::<FieldName>("field");
        let values = fields.required::<Scalars>("in");
        let condition = field.zip(values).map(|(field, values)| Self::Field { field: field.0, r#in: values.0 });
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

    /// Whether the condition holds for `customer`.
    pub fn holds(&self, customer: &Customer) -> bool {
        match self {
            Self::All { all } => all.iter().all(|condition| condition.holds(customer)),
            Self::Any { any } => any.iter().any(|condition| condition.holds(customer)),
            Self::None { none } => !none.iter().any(|condition| condition.holds(customer)),
            Self::Field { field, r#in } => {
                let has = values(customer, field);
                r#in.iter().any(|wanted| has.iter().any(|value| same(wanted, value)))
            }
        }
    }
}

/// The values that a customer's field has: none when unknown, several for tags.
fn values(customer: &Customer, field: &str) -> Vec<Value> {
    let profile = &customer.profile;
    let standing = &customer.standing;
    let one = |text: Option<&str>| text.map(Value::from).into_iter().collect();
    match field {
        "plan" => one(profile.plan.as_deref()),
        "industry" => one(profile.industry.as_deref()),
        "country" => one(profile.country.as_deref()),
        "size" => one(profile.size.as_deref()),
        "stage" => one(profile.stage.as_deref()),
        "currency" => one(Some(&profile.currency)),
        "owner" => one(profile.owner.as_ref().map(EmailAddress::as_str)),
        "tag" => profile.tags.iter().map(|tag| Value::from(tag.as_str())).collect(),
        "status" => one(customer.status.as_ref().map(|record| record.status.as_str())),
        "band" => one(standing.band.map(HealthStatus::as_str)),
        "happiness" => one(standing.happiness_level.map(HappinessLevel::as_str)),
        "insight" => one(Some(standing.insight.as_str())),
        _ => field
            .strip_prefix("attributes.")
            .and_then(|name| profile.attributes.get(name))
            .cloned()
            .into_iter()
            .collect(),
    }
}

/// Equality in which 5 is 5.0, as in the files people write.
fn same(a: &Value, b: &Value) -> bool {
    a == b || a.as_f64().is_some_and(|a| b.as_f64() == Some(a))
}

/// A known field's name.
struct FieldName(String);

impl FromField for FieldName {
    fn from_field(value: &Value) -> Result<Self, String> {
        let name = value.as_str().ok_or("must be a text")?;
        let known = FIELDS.contains(&name) || name.strip_prefix("attributes.").is_some_and(|name| !name.is_empty());
        if known {
            Ok(Self(name.to_owned()))
        } else {
            Err(format!("must be one of {}, attributes.<name>", FIELDS.join(", ")))
        }
    }
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
