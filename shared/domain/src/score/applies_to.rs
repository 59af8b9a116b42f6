//! To which customers a scorecard applies.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::customer::Customer;
use crate::fields::Fields;
use crate::problem::Problems;

/// Groups of conditions on a customer's attributes; every group that is given must hold. Empty = every customer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct AppliesTo {
    /// All of these hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    all: Option<Vec<Condition>>,
    /// At least one of these holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    any: Option<Vec<Condition>>,
    /// None of these holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    none: Option<Vec<Condition>>,
}

/// A field and the values it may have, or a group in a group.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(deny_unknown_fields, rename = "SegmentCondition")]
enum Condition {
    Field {
        field: String,
        #[serde(rename = "in")]
        values: Vec<Value>,
    },
    Group(AppliesTo),
}

/// The customer's fields that a condition may name, besides `attributes.<name>`.
const FIELDS: [&str; 7] = ["plan", "industry", "country", "size", "stage", "owner", "tags"];
const ATTRIBUTE: &str = "attributes.";

impl AppliesTo {
    /// Whether the customer is one of those. A field that is not set matches nothing.
    pub fn matches(&self, customer: &Customer) -> bool {
        let holds = |condition: &Condition| condition.matches(customer);
        self.all.iter().all(|all| all.iter().all(holds))
            && self.any.iter().all(|any| any.iter().any(holds))
            && !self.none.iter().flatten().any(holds)
    }

    /// Whether it is every customer.
    pub fn is_everyone(&self) -> bool {
        *self == Self::default()
    }

    /// Reads `{}` or `{all|any|none: [{field, in: […]}, …]}` at the pointer `base`.
    pub(super) fn read(value: &Value, base: &str) -> Result<Self, Problems> {
        let mut fields = Fields::new(value, base)?;
        let mut list = |key| {
            let value = fields.raw(key)?;
            match read_conditions(value, &fields.pointer(key)) {
                Ok(conditions) => Some(conditions),
                Err(problems) => {
                    fields.problems.0.extend(problems.0);
                    None
                }
            }
        };
        let applies_to = Self { all: list("all"), any: list("any"), none: list("none") };
        fields.finish(Some(applies_to))
    }
}

impl Condition {
    fn matches(&self, customer: &Customer) -> bool {
        match self {
            Self::Group(group) => group.matches(customer),
            Self::Field { field, values } => values.iter().any(|value| field_is(customer, field, value)),
        }
    }

    fn read(value: &Value, base: &str) -> Result<Self, Problems> {
        let is_field =
            value.as_object().is_some_and(|object| object.contains_key("field") || object.contains_key("in"));
        if !is_field {
            let group = AppliesTo::read(value, base)?;
            if group.is_everyone() {
                return Err(Problems::one(base, "must have field and in, or all, any, none"));
            }
            return Ok(Self::Group(group));
        }
        let mut fields = Fields::new(value, base)?;
        let field = fields.raw("field").and_then(Value::as_str);
        let known =
            |name: &str| FIELDS.contains(&name) || name.strip_prefix(ATTRIBUTE).is_some_and(|key| !key.is_empty());
        if !field.is_some_and(known) {
            let detail = format!("must be one of {}, {ATTRIBUTE}<name>", FIELDS.join(", "));
            fields.problem("field", detail);
        }
        let plain = |value: &Value| value.is_string() || value.is_number() || value.is_boolean();
        let values =
            fields.raw("in").and_then(Value::as_array).filter(|values| !values.is_empty() && values.iter().all(plain));
        if values.is_none() {
            fields.problem("in", "must be a list of at least one text, number or boolean");
        }
        let condition =
            field.zip(values).map(|(field, values)| Self::Field { field: field.to_owned(), values: values.clone() });
        fields.finish(condition)
    }
}

fn read_conditions(value: &Value, base: &str) -> Result<Vec<Condition>, Problems> {
    let items = value
        .as_array()
        .filter(|items| !items.is_empty())
        .ok_or_else(|| Problems::one(base, "must be a list of at least one condition"))?;
    let mut problems = Problems::default();
    let mut conditions = Vec::new();
    for (index, item) in items.iter().enumerate() {
        match Condition::read(item, &format!("{base}/{index}")) {
            Ok(condition) => conditions.push(condition),
            Err(wrong) => problems.0.extend(wrong.0),
        }
    }
    problems.into_result(conditions)
}

fn field_is(customer: &Customer, field: &str, value: &Value) -> bool {
    let profile = &customer.profile;
    if let Some(name) = field.strip_prefix(ATTRIBUTE) {
        return profile.attributes.get(name).is_some_and(|attribute| same(attribute, value));
    }
    let is = |text: &Option<String>| text.is_some() && text.as_deref() == value.as_str();
    match field {
        "plan" => is(&profile.plan),
        "industry" => is(&profile.industry),
        "country" => is(&profile.country),
        "size" => is(&profile.size),
        "stage" => is(&profile.stage),
        "owner" => profile.owner.as_ref().is_some_and(|owner| Some(owner.as_str()) == value.as_str()),
        "tags" => value.as_str().is_some_and(|tag| profile.tags.contains(tag)),
        _ => false,
    }
}

/// Equal as people see it: 3 and 3.0 are.
fn same(left: &Value, right: &Value) -> bool {
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => left.total_cmp(&right).is_eq(),
        _ => left == right,
    }
}
