//! Reading a Scorecard document: every problem at once, each with its JSON pointer.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Bands, Combine, Comparand, Dimension, Limit, Missing, Override, Rule, Scorecard, Test, When};
use crate::fields::{Fields, FromField, Line};
use crate::id::RecordId;
use crate::measure::{Kind, Measure, Name, Resolved};
use crate::problem::Problems;
use crate::score::applies_to::AppliesTo;
use crate::score::number::{Number, PointValue};
use crate::score::points::Shape;

/// Most items that a list of the document may have.
const MAX_ITEMS: usize = 200;

impl FromField for Name {
    fn from_field(value: &Value) -> Result<Self, String> {
        let id = RecordId::from_field(value)?;
        Ok(Self::from(id.as_str()))
    }
}

/// Reads a whole document.
pub(super) fn scorecard(document: &Value) -> Result<Scorecard, Problems> {
    let mut fields = Fields::new(document, "")?;
    match fields.raw("format").map(Value::as_u64) {
        Some(Some(1)) => {}
        Some(_) => fields.problem("format", "must be 1, the only format there is"),
        None => fields.problem("format", "is required"),
    }
    let id = fields.required("id");
    let name = fields.optional::<Line<200>>("name").map(|line| line.0);
    let applies_to = fields.nested("applies_to", AppliesTo::read);
    let bands = fields.nested("bands", bands);
    let mut ids = Ids::default();
    let dimensions =
        fields.nested("dimensions", |value, base| list(value, base, |item, base| dimension(item, base, &mut ids)));
    if fields.raw("dimensions").is_none() {
        fields.problem("dimensions", "is required");
    }
    check_weights(&mut fields, "dimensions");
    let mut override_ids = BTreeSet::new();
    let overrides = fields.nested("overrides", |value, base| {
        let items = array(value, base)?;
        collect(items, base, |item, base| override_(item, base, &mut override_ids))
    });
    let scorecard = id.zip(dimensions).map(|(id, dimensions)| Scorecard {
        format: 1,
        id,
        name,
        applies_to,
        bands,
        dimensions,
        overrides,
    });
    fields.finish(scorecard)
}

/// The ids that were used so far.
#[derive(Default)]
struct Ids {
    dimensions: BTreeSet<Name>,
    rules: BTreeSet<Name>,
}

fn array<'a>(value: &'a Value, base: &str) -> Result<&'a [Value], Problems> {
    let items = value.as_array().ok_or_else(|| Problems::one(base, "must be a list"))?;
    if items.len() > MAX_ITEMS {
        return Err(Problems::one(base, format!("must have at most {MAX_ITEMS} items")));
    }
    Ok(items)
}

fn collect<'a, T>(
    items: &'a [Value],
    base: &str,
    mut read: impl FnMut(&'a Value, &str) -> Result<T, Problems>,
) -> Result<Vec<T>, Problems> {
    let mut problems = Problems::default();
    let mut all = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        match read(item, &format!("{base}/{index}")) {
            Ok(read) => all.push(read),
            Err(wrong) => problems.0.extend(wrong.0),
        }
    }
    problems.into_result(all)
}

/// A list of at least one.
fn list<'a, T>(
    value: &'a Value,
    base: &str,
    read: impl FnMut(&'a Value, &str) -> Result<T, Problems>,
) -> Result<Vec<T>, Problems> {
    let items = array(value, base)?;
    if items.is_empty() {
        return Err(Problems::one(base, "must have at least one item"));
    }
    collect(items, base, read)
}

/// Notes a problem when no item of the list has any weight, whatever else is wrong with them.
fn check_weights(fields: &mut Fields<'_>, key: &'static str) {
    let items = fields.raw(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let weightless = |item: &Value| item.get("weight").and_then(Value::as_f64) == Some(0.0);
    if !items.is_empty() && items.iter().all(weightless) {
        fields.problem(key, "must not all have the weight 0");
    }
}

/// Reads an id that must not be among `used`.
fn unique_id(fields: &mut Fields<'_>, used: &mut BTreeSet<Name>) -> Option<Name> {
    let id: Name = fields.required("id")?;
    if used.insert(id.clone()) {
        return Some(id);
    }
    fields.problem("id", format!("is used twice: {id}"));
    None
}

fn bands(value: &Value, base: &str) -> Result<Bands, Problems> {
    let mut fields = Fields::new(value, base)?;
    let thriving: Option<PointValue> = fields.required("thriving");
    let healthy: Option<PointValue> = fields.required("healthy");
    let steady: Option<PointValue> = fields.required("steady");
    for (key, lower, upper, name) in
        [("healthy", healthy, thriving, "thriving"), ("steady", steady, healthy, "healthy")]
    {
        if lower.zip(upper).is_some_and(|(lower, upper)| lower >= upper) {
            fields.problem(key, format!("must be below {name}, or its band is never reached"));
        }
    }
    if steady.is_some_and(|steady| steady.0 == 0.0) {
        fields.problem("steady", "must be above 0, or struggling is never reached");
    }
    let bands =
        thriving.zip(healthy.zip(steady)).map(|(thriving, (healthy, steady))| Bands { thriving, healthy, steady });
    fields.finish(bands)
}

fn dimension(value: &Value, base: &str, ids: &mut Ids) -> Result<Dimension, Problems> {
    let mut fields = Fields::new(value, base)?;
    let id = unique_id(&mut fields, &mut ids.dimensions);
    let weight = fields.required("weight");
    let combine = fields.optional::<Combine>("combine");
    let rules = fields.nested("rules", |value, base| list(value, base, |item, base| rule(item, base, &mut ids.rules)));
    if fields.raw("rules").is_none() {
        fields.problem("rules", "is required");
    }
    check_weights(&mut fields, "rules");
    let dimension = id.zip(weight).zip(rules).map(|((id, weight), rules)| Dimension { id, weight, combine, rules });
    fields.finish(dimension)
}

/// Reads the name of a measure that exists.
fn measure(fields: &mut Fields<'_>) -> Option<(Name, Option<&'static Measure>)> {
    let Some(value) = fields.raw("measure") else {
        fields.problem("measure", "is required");
        return None;
    };
    let resolved = value.as_str().and_then(|id| Some((Name::from(id), Resolved::find(id)?)));
    let Some((name, resolved)) = resolved else {
        fields.problem(
            "measure",
            format!("is not a known measure (see GET /v1/measures; your own are custom.<name>): {value}"),
        );
        return None;
    };
    Some((name, resolved.definition()))
}

fn rule(value: &Value, base: &str, ids: &mut BTreeSet<Name>) -> Result<Rule, Problems> {
    let mut fields = Fields::new(value, base)?;
    let id = unique_id(&mut fields, ids);
    let measure = measure(&mut fields);
    let definition = measure.as_ref().and_then(|(_, definition)| *definition);
    let weight = fields.required("weight");
    let points = fields.nested("points", |value, base| Shape::read(value, base, definition));
    if fields.raw("points").is_none() {
        fields.problem("points", "is required");
    }
    let missing = fields.nested("missing", missing);
    let valid_days = fields.optional("valid_days");
    let rule = id.zip(measure).zip(weight.zip(points)).map(|((id, (measure, _)), (weight, points))| Rule {
        id,
        measure,
        weight,
        points,
        missing,
        valid_days,
    });
    fields.finish(rule)
}

fn missing(value: &Value, base: &str) -> Result<Missing, Problems> {
    match value.as_str() {
        Some("ignore") => return Ok(Missing::Ignore),
        Some("worst") => return Ok(Missing::Worst),
        _ if value.is_object() => {}
        _ => {
            return Err(Problems::one(base, "must be ignore, worst or { neutral: 0 to 100 }"));
        }
    }
    let mut fields = Fields::new(value, base)?;
    let neutral = fields.required("neutral").map(Missing::Neutral);
    fields.finish(neutral)
}

fn override_(value: &Value, base: &str, ids: &mut BTreeSet<Name>) -> Result<Override, Problems> {
    let mut fields = Fields::new(value, base)?;
    let id = unique_id(&mut fields, ids);
    let when = fields.nested("when", when);
    if fields.raw("when").is_none() {
        fields.problem("when", "is required");
    }
    let given = ["cap", "floor", "set"].map(|key| fields.raw(key).is_some());
    if given.iter().filter(|given| **given).count() != 1 {
        fields.problems.add(base, "must have exactly one of cap, floor, set");
    }
    let cap = fields.optional("cap").map(Limit::Cap);
    let floor = fields.optional("floor").map(Limit::Floor);
    let set = fields.optional("set").map(Limit::Set);
    let limit = cap.or(floor).or(set);
    let override_ = id.zip(when.zip(limit)).map(|(id, (when, limit))| Override { id, when, limit });
    fields.finish(override_)
}

fn when(value: &Value, base: &str) -> Result<When, Problems> {
    const TESTS: [&str; 5] = ["more_than", "less_than", "at_least", "at_most", "equals"];
    let mut fields = Fields::new(value, base)?;
    let measure = measure(&mut fields);
    let given: Vec<&str> = TESTS.into_iter().filter(|key| fields.raw(key).is_some()).collect();
    if given.len() != 1 {
        fields.problems.add(base, format!("must have exactly one of {}", TESTS.join(", ")));
    }
    let bound = |fields: &mut Fields<'_>, key, test: fn(Number) -> Test| fields.optional(key).map(test);
    let test = bound(&mut fields, "more_than", Test::MoreThan)
        .or_else(|| bound(&mut fields, "less_than", Test::LessThan))
        .or_else(|| bound(&mut fields, "at_least", Test::AtLeast))
        .or_else(|| bound(&mut fields, "at_most", Test::AtMost))
        .or_else(|| fields.optional("equals").map(Test::Equals));
    if let (Some((_, Some(measure))), Some(test), Some(key)) = (&measure, &test, given.first())
        && let Some(detail) = misfit(measure, test)
    {
        fields.problem(key, detail);
    }
    let when = measure.zip(test).map(|((measure, _), test)| When { measure, test });
    fields.finish(when)
}

/// Why the measure can never pass the test, if it cannot.
fn misfit(measure: &Measure, test: &Test) -> Option<String> {
    if measure.kind != test.kind() {
        return Some(format!("compares with a {}, but {} is a {}", test.kind(), measure.id, measure.kind));
    }
    match test {
        Test::Equals(Comparand::Word(word))
            if measure.kind == Kind::Word && !measure.words.contains(&word.as_str()) =>
        {
            Some(format!("must be one of {}", measure.words.join(", ")))
        }
        _ => None,
    }
}

impl FromField for Comparand {
    fn from_field(value: &Value) -> Result<Self, String> {
        match value {
            Value::Bool(yes) => Ok(Self::Boolean(*yes)),
            Value::String(word) => Ok(Self::Word(Name::from(word.as_str()))),
            other => Number::from_field(other)
                .map(Self::Number)
                .map_err(|_| "must be a number, a word, true or false".to_owned()),
        }
    }
}
