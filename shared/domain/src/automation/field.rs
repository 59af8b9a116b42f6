//! The fields of a customer that a condition may look at.

use std::borrow::Cow;

use chrono::NaiveDate;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::context::Context;
use crate::contact::{MailState, Role};
use crate::fields::FromField;
use crate::happiness::HappinessLevel;
use crate::health_status::HealthStatus;
use crate::id::EmailAddress;
use crate::insight::Insight;
use crate::measure::{Kind, MeasureValue, Name, Resolved, days_between};

crate::words! {
    /// A field that every customer has.
    pub enum Known {
        /// Plan.
        Plan = "plan",
        /// Industry.
        Industry = "industry",
        /// Country.
        Country = "country",
        /// Size class.
        Size = "size",
        /// Lifecycle stage.
        Stage = "stage",
        /// ISO 4217 code.
        Currency = "currency",
        /// The owner's address.
        Owner = "owner",
        /// Free tags; a customer has several.
        Tags = "tags",
        /// Annual recurring revenue, in hundredths of the currency.
        ArrCents = "arr_cents",
        /// Seats paid for.
        Seats = "seats",
        /// Whole days to the next renewal; below 0 when it is past.
        RenewalInDays = "renewal_in_days",
        /// Whether contacts are asked for feedback.
        RequestFeedback = "request_feedback",
        /// Whether the customer left.
        Churned = "churned",
        /// The CSM's word.
        Status = "status",
        /// How many days ago it was set.
        StatusAgeDays = "status_age_days",
        /// Whether it is too old to be relied on.
        StatusStale = "status_stale",
        /// Health Score, 0-100.
        Score = "score",
        /// Its word.
        Band = "band",
        /// Share of the score's weight that had data, 0-1.
        Coverage = "coverage",
        /// Score now minus score seven days ago.
        ScoreChange = "score_change",
        /// Whether status and score lie two words apart or more.
        Disagrees = "disagrees",
        /// Happiness Level, the word.
        Happiness = "happiness",
        /// Happiness, 0-100.
        HappinessValue = "happiness_value",
        /// Contacts whose answer counts.
        Answers = "answers",
        /// What status and happiness mean together.
        Insight = "insight",
        /// Number of contacts.
        Contacts = "contacts",
        /// Number of contacts who may be mailed.
        MailableContacts = "mailable_contacts",
        /// The roles that there are among the contacts.
        ContactRoles = "contact_roles",
    }
}

/// A field, by its name in a condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Field {
    /// One that every customer has.
    Known(Known),
    /// `attributes.<name>`: one of the customer's own.
    Attribute(String),
    /// `dimension.<id>`: the value of a dimension of its scorecard, 0-100.
    Dimension(Name),
    /// `measure.<id>`: a measure, as it was computed last.
    Measure(String, Resolved),
}

/// What a field's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldKind {
    /// Any text.
    Text,
    /// One of these words.
    Words(&'static [&'static str]),
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// Whatever somebody sent.
    Anything,
}

const ATTRIBUTE: &str = "attributes.";
const DIMENSION: &str = "dimension.";
const MEASURE: &str = "measure.";

impl Field {
    /// Its name in a condition.
    pub fn name(&self) -> Cow<'_, str> {
        match self {
            Self::Known(known) => known.as_str().into(),
            Self::Attribute(name) => format!("{ATTRIBUTE}{name}").into(),
            Self::Dimension(id) => format!("{DIMENSION}{id}").into(),
            Self::Measure(id, _) => format!("{MEASURE}{id}").into(),
        }
    }

    /// Whether score and measures must be read for it.
    pub(super) fn needs_measures(&self) -> bool {
        matches!(self, Self::Dimension(_) | Self::Measure(..))
    }

    pub(super) fn kind(&self) -> FieldKind {
        match self {
            Self::Known(known) => known.kind(),
            Self::Attribute(_) => FieldKind::Anything,
            Self::Dimension(_) => FieldKind::Number,
            Self::Measure(_, measure) => match measure.definition() {
                None => FieldKind::Anything,
                Some(measure) => match measure.kind {
                    Kind::Number => FieldKind::Number,
                    Kind::Boolean => FieldKind::Boolean,
                    Kind::Word => FieldKind::Words(measure.words),
                },
            },
        }
    }

    /// The values that the customer has: none when unknown, several for tags.
    pub(super) fn values(&self, context: &Context<'_>) -> Vec<Value> {
        match self {
            Self::Known(known) => known.values(context),
            Self::Attribute(name) => context.customer.profile.attributes.get(name).cloned().into_iter().collect(),
            Self::Dimension(id) => {
                let dimensions = context.score.map(|score| score.dimensions.as_slice()).unwrap_or_default();
                let value = dimensions.iter().find(|dimension| dimension.id == *id).and_then(|found| found.value);
                value.map(Value::from).into_iter().collect()
            }
            Self::Measure(_, measure) => {
                let observed = context.measures.and_then(|measures| measures.get(measure));
                observed.map(|observed| scalar(&observed.value)).into_iter().collect()
            }
        }
    }
}

fn scalar(value: &MeasureValue) -> Value {
    match value {
        MeasureValue::Boolean(yes) => json!(yes),
        MeasureValue::Number(number) => json!(number),
        MeasureValue::Word(word) => json!(word),
    }
}

impl Known {
    fn kind(self) -> FieldKind {
        match self {
            Self::Plan
            | Self::Industry
            | Self::Country
            | Self::Size
            | Self::Stage
            | Self::Currency
            | Self::Owner
            | Self::Tags => FieldKind::Text,
            Self::Status | Self::Band => FieldKind::Words(HealthStatus::WORDS),
            Self::Happiness => FieldKind::Words(HappinessLevel::WORDS),
            Self::Insight => FieldKind::Words(Insight::WORDS),
            Self::ContactRoles => FieldKind::Words(Role::WORDS),
            Self::RequestFeedback | Self::Churned | Self::StatusStale | Self::Disagrees => FieldKind::Boolean,
            Self::ArrCents
            | Self::Seats
            | Self::RenewalInDays
            | Self::StatusAgeDays
            | Self::Score
            | Self::Coverage
            | Self::ScoreChange
            | Self::HappinessValue
            | Self::Answers
            | Self::Contacts
            | Self::MailableContacts => FieldKind::Number,
        }
    }

    fn values(self, context: &Context<'_>) -> Vec<Value> {
        let customer = context.customer;
        let (profile, standing, status) = (&customer.profile, &customer.standing, customer.status.as_ref());
        let days_to = |day: NaiveDate| (day - context.now.date_naive()).num_days();
        let text = |text: Option<&str>| text.map(Value::from);
        let value = match self {
            Self::Tags => return profile.tags.iter().map(|tag| json!(tag)).collect(),
            Self::ContactRoles => return context.contacts.iter().map(|contact| json!(contact.role)).collect(),
            Self::Plan => text(profile.plan.as_deref()),
            Self::Industry => text(profile.industry.as_deref()),
            Self::Country => text(profile.country.as_deref()),
            Self::Size => text(profile.size.as_deref()),
            Self::Stage => text(profile.stage.as_deref()),
            Self::Currency => text(Some(&profile.currency)),
            Self::Owner => text(profile.owner.as_ref().map(EmailAddress::as_str)),
            Self::ArrCents => profile.arr_cents.map(Value::from),
            Self::Seats => profile.seats.map(Value::from),
            Self::RenewalInDays => profile.renewal_on.map(|day| json!(days_to(day))),
            Self::RequestFeedback => Some(json!(profile.request_feedback)),
            Self::Churned => Some(json!(customer.churned)),
            Self::Status => text(status.map(|record| record.status.as_str())),
            Self::StatusAgeDays => status.map(|record| json!(days_between(record.set_at, context.now))),
            Self::StatusStale => status.map(|record| json!(record.is_stale(context.now))),
            Self::Score => standing.score.map(Value::from),
            Self::Band => text(standing.band.map(HealthStatus::as_str)),
            Self::Coverage => Some(json!(standing.coverage)),
            Self::ScoreChange => standing.score_change.map(Value::from),
            Self::Disagrees => Some(json!(standing.disagrees)),
            Self::Happiness => text(standing.happiness_level.map(HappinessLevel::as_str)),
            Self::HappinessValue => standing.happiness.map(Value::from),
            Self::Answers => Some(json!(standing.answers)),
            Self::Insight => text(Some(customer.insight_at(context.now).as_str())),
            Self::Contacts => Some(json!(context.contacts.len())),
            Self::MailableContacts => {
                let mailable = context.contacts.iter().filter(|contact| contact.mail.state == MailState::Ok);
                Some(json!(mailable.count()))
            }
        };
        value.into_iter().collect()
    }
}

impl FromField for Field {
    fn from_field(value: &Value) -> Result<Self, String> {
        let name = value.as_str().ok_or("must be a text")?;
        if let Some(attribute) = name.strip_prefix(ATTRIBUTE).filter(|name| !name.is_empty()) {
            return Ok(Self::Attribute(attribute.to_owned()));
        }
        if let Some(id) = name.strip_prefix(DIMENSION).filter(|id| !id.is_empty()) {
            return Ok(Self::Dimension(Name::from(id)));
        }
        if let Some(id) = name.strip_prefix(MEASURE) {
            let measure = Resolved::find(id).ok_or_else(|| format!("names no measure: {id:?}"))?;
            return Ok(Self::Measure(id.to_owned(), measure));
        }
        let known = Known::WORDS.join(", ");
        Known::parse(name)
            .map(Self::Known)
            .ok_or_else(|| format!("must be one of {known}, attributes.<name>, dimension.<id>, measure.<id>"))
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name())
    }
}

impl JsonSchema for Field {
    fn schema_name() -> Cow<'static, str> {
        "Field".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A field of a customer.",
            "anyOf": [{ "enum": Known::WORDS }, { "pattern": "^(attributes|dimension|measure)\\..+$" }]
        })
    }
}
