//! A customer: a company that pays for the product.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use schemars::{Schema, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::due::Awaited;
use crate::fields::{Fields, FromField, Line, Whole, is_storable};
use crate::happiness::HappinessLevel;
use crate::health_status::{HealthStatus, StatusRecord};
use crate::id::{CustomerId, EmailAddress};
use crate::insight::Insight;
use crate::problem::Problems;
use crate::score::manual_override::ManualOverride;
use crate::settings::Settings;
use crate::signal::LastSignals;

/// What is known about a customer from people and imports. Its standing (score, happiness) is computed and kept apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// The company's name.
    pub name: String,
    /// The CSM who looks after the customer.
    pub owner: Option<EmailAddress>,
    /// Annual recurring revenue in hundredths of `currency`.
    pub arr_cents: Option<i64>,
    /// ISO 4217 code.
    pub currency: String,
    /// Seats paid for.
    pub seats: Option<u32>,
    /// The next renewal.
    pub renewal_on: Option<NaiveDate>,
    /// Since when it is a customer; `None` = since Keepwell knows it.
    #[serde(default)]
    pub customer_since: Option<NaiveDate>,
    /// Plan, such as `Enterprise`.
    pub plan: Option<String>,
    /// Industry.
    pub industry: Option<String>,
    /// Country.
    pub country: Option<String>,
    /// Size class, such as `Mid`.
    pub size: Option<String>,
    /// Lifecycle stage, such as `onboarding`.
    pub stage: Option<String>,
    /// Free tags.
    pub tags: BTreeSet<String>,
    /// Free attributes: texts, numbers and booleans.
    pub attributes: BTreeMap<String, Value>,
    /// Whether the customer's contacts are asked for feedback.
    pub request_feedback: bool,
    /// Days between two feedback requests to one contact; `None` = as the team's settings say.
    pub feedback_interval_days: Option<u32>,
    /// Whether no automation acts for the customer.
    #[serde(default)]
    pub automations_paused: bool,
}

impl Profile {
    /// A profile of which nothing is known; its name is empty.
    pub fn blank() -> Self {
        Self {
            name: String::new(),
            owner: None,
            arr_cents: None,
            currency: "USD".to_owned(),
            seats: None,
            renewal_on: None,
            customer_since: None,
            plan: None,
            industry: None,
            country: None,
            size: None,
            stage: None,
            tags: BTreeSet::new(),
            attributes: BTreeMap::new(),
            request_feedback: false,
            feedback_interval_days: None,
            automations_paused: false,
        }
    }
}

/// What is computed about a customer. Written by score-recompute alone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Health Score 0-100, unrounded; `None` = unknown.
    pub score: Option<f64>,
    /// The score's band.
    pub band: Option<HealthStatus>,
    /// Share of the scorecard's weight that had data, 0-1.
    pub coverage: f64,
    /// Score now minus score seven days ago.
    pub score_change: Option<f64>,
    /// Mean of the contacts' latest answers, 0-100; `None` = nobody answered in the window.
    pub happiness: Option<f64>,
    /// The word for `happiness`.
    pub happiness_level: Option<HappinessLevel>,
    /// Number of contacts whose answer counts.
    pub answers: u32,
    /// What Health Status and Happiness Level mean together.
    pub insight: Insight,
    /// The last sudden drop of happiness that was reported, so that one drop is reported once.
    pub last_drop_at: Option<DateTime<Utc>>,
    /// The last drop of the score that was reported, so that one drop is reported once.
    #[serde(default)]
    pub last_score_drop_at: Option<DateTime<Utc>>,
    /// Whether the Health Status and the score's band are two words apart or more; reported when it begins.
    #[serde(default)]
    pub disagrees: bool,
    /// The status record for which staleness was reported (its `set_at`), so that it is reported once.
    pub stale_reported_for: Option<DateTime<Utc>>,
    /// Oldest input that the score used, in days.
    pub oldest_input_days: Option<f64>,
    /// When this was computed.
    pub computed_at: Option<DateTime<Utc>>,
}

impl Standing {
    /// The Health Status that the score suggests: its band, where enough of the score's weight had data.
    pub fn suggested_status(&self) -> Option<HealthStatus> {
        self.band.filter(|_| self.coverage >= SUGGESTING_COVERAGE)
    }
}

/// Status and score disagree when they are so many words apart.
const DISAGREEMENT: usize = 2;

/// A customer, as stored in its list row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Customer {
    /// Id.
    pub id: CustomerId,
    /// What people and imports say.
    pub profile: Profile,
    /// The CSM's judgement; `None` until somebody sets one.
    pub status: Option<StatusRecord>,
    /// An override of the score that somebody set by hand; it stays until it is taken back or its expiry is noticed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manual_override: Option<ManualOverride>,
    /// What is computed.
    #[serde(default)]
    pub standing: Standing,
    /// When the customer's feedback requests are next looked at; `None` while nobody is to be asked.
    pub feedback_due_at: Option<DateTime<Utc>>,
    /// Whether the customer left (its newest outcome is a churn).
    #[serde(default)]
    pub churned: bool,
    /// What is remembered of its signals for good; `None` while they have no gists yet, as before Keepwell kept any.
    #[serde(default)]
    pub last_signals: Option<LastSignals>,
    /// What the index of what time brings has about it; `None` until the customer is computed for the first time since Keepwell
    /// has such an index.
    #[serde(default, rename = "due", skip_serializing_if = "Option::is_none")]
    pub awaited: Option<Awaited>,
    /// When the customer was created.
    pub created_at: DateTime<Utc>,
    /// When profile or status last changed.
    pub updated_at: DateTime<Utc>,
    /// Grows with every change of profile or status: the customer's `ETag`. Computed standing does not touch it.
    pub version: u64,
    /// Number of events published for this customer so far; the next event is `event_seq + 1`.
    pub event_seq: u64,
}

/// What somebody wants a new customer to be.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCustomer {
    /// The caller's own id, if any.
    pub id: Option<CustomerId>,
    /// The profile.
    pub profile: Profile,
}

/// A tag, or the name of an attribute.
type Word = Line<60>;
/// A segment attribute's value.
type Segment = Line<120>;

impl NewCustomer {
    /// Reads the API's customer. Everything but `name` is optional.
    pub fn parse(value: &Value) -> Result<Self, Problems> {
        let mut fields = Fields::new(value, "")?;
        let id = fields.optional("id");
        let change = ProfileChange::read(&mut fields);
        if matches!(change.name, None | Some(None))
            && !fields.problems.0.iter().any(|problem| problem.pointer == "/name")
        {
            fields.problem("name", "is required");
        }
        fields.finish(Some(Self { id, profile: change.apply(&Profile::blank()) }))
    }

    /// The customer, made at `now` under `id`.
    pub fn create(self, id: CustomerId, now: DateTime<Utc>) -> Customer {
        Customer {
            id,
            feedback_due_at: self.profile.request_feedback.then_some(now),
            profile: self.profile,
            status: None,
            manual_override: None,
            standing: Standing::default(),
            churned: false,
            last_signals: Some(LastSignals::default()),
            awaited: Some(Awaited::default()),
            created_at: now,
            updated_at: now,
            version: 1,
            event_seq: 0,
        }
    }
}

/// From this coverage on, a score is worth comparing with a CSM's judgement (ours: half of what could be known is known).
const SUGGESTING_COVERAGE: f64 = 0.5;

/// Days between two feedback requests when the customer has no interval of its own.
pub const DEFAULT_FEEDBACK_INTERVAL_DAYS: u32 = 30;

/// A change of a profile: absent stays, `Some(None)` clears.
#[expect(clippy::option_option, reason = "JSON has three answers: absent, null and a value")]
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProfileChange {
    name: Option<Option<String>>,
    owner: Option<Option<EmailAddress>>,
    arr_cents: Option<Option<i64>>,
    currency: Option<Option<String>>,
    seats: Option<Option<u32>>,
    renewal_on: Option<Option<NaiveDate>>,
    customer_since: Option<Option<NaiveDate>>,
    plan: Option<Option<String>>,
    industry: Option<Option<String>>,
    country: Option<Option<String>>,
    size: Option<Option<String>>,
    stage: Option<Option<String>>,
    tags: Option<Option<BTreeSet<String>>>,
    attributes: Option<Option<BTreeMap<String, Value>>>,
    request_feedback: Option<Option<bool>>,
    feedback_interval_days: Option<Option<u32>>,
    automations_paused: Option<Option<bool>>,
}

impl ProfileChange {
    /// Reads the API's partial customer. The Health Status is not part of it: it has a call of its own.
    pub fn parse(value: &Value) -> Result<Self, Problems> {
        let mut fields = Fields::new(value, "")?;
        let change = Self::read(&mut fields);
        for (key, cleared) in [
            ("name", change.name == Some(None)),
            ("currency", change.currency == Some(None)),
            ("request_feedback", change.request_feedback == Some(None)),
            ("automations_paused", change.automations_paused == Some(None)),
        ] {
            if cleared {
                fields.problem(key, "must not be null");
            }
        }
        fields.finish(Some(change))
    }

    fn read(fields: &mut Fields<'_>) -> Self {
        let segment =
            |fields: &mut Fields<'_>, key| fields.change::<Segment>(key).map(|value| value.map(|line| line.0));
        Self {
            name: fields.change::<Line<200>>("name").map(|value| value.map(|line| line.0)),
            owner: fields.change("owner"),
            arr_cents: fields
                .change::<Whole<0, 100_000_000_000_000>>("arr_cents")
                .map(|value| value.map(|number| number.0)),
            currency: fields.change::<Currency>("currency").map(|value| value.map(|currency| currency.0)),
            seats: fields.change::<Whole<0, 10_000_000>>("seats").map(|value| value.map(|number| number.0 as u32)),
            renewal_on: fields.change("renewal_on"),
            customer_since: fields.change("customer_since"),
            plan: segment(fields, "plan"),
            industry: segment(fields, "industry"),
            country: segment(fields, "country"),
            size: segment(fields, "size"),
            stage: segment(fields, "stage"),
            tags: fields
                .change::<Vec<Word>>("tags")
                .map(|value| value.map(|tags| tags.into_iter().map(|tag| tag.0).collect())),
            attributes: fields.change::<Attributes>("attributes").map(|value| value.map(|attributes| attributes.0)),
            request_feedback: fields.change("request_feedback"),
            feedback_interval_days: fields
                .change::<Whole<7, 365>>("feedback_interval_days")
                .map(|value| value.map(|days| days.0 as u32)),
            automations_paused: fields.change("automations_paused"),
        }
    }

    /// The profile after the change.
    pub fn apply(self, profile: &Profile) -> Profile {
        let before = profile.clone();
        Profile {
            name: self.name.flatten().unwrap_or(before.name),
            owner: self.owner.unwrap_or(before.owner),
            arr_cents: self.arr_cents.unwrap_or(before.arr_cents),
            currency: self.currency.flatten().unwrap_or(before.currency),
            seats: self.seats.unwrap_or(before.seats),
            renewal_on: self.renewal_on.unwrap_or(before.renewal_on),
            customer_since: self.customer_since.unwrap_or(before.customer_since),
            plan: self.plan.unwrap_or(before.plan),
            industry: self.industry.unwrap_or(before.industry),
            country: self.country.unwrap_or(before.country),
            size: self.size.unwrap_or(before.size),
            stage: self.stage.unwrap_or(before.stage),
            tags: self.tags.map_or(before.tags, Option::unwrap_or_default),
            attributes: self.attributes.map_or(before.attributes, Option::unwrap_or_default),
            request_feedback: self.request_feedback.flatten().unwrap_or(before.request_feedback),
            feedback_interval_days: self.feedback_interval_days.unwrap_or(before.feedback_interval_days),
            automations_paused: self.automations_paused.flatten().unwrap_or(before.automations_paused),
        }
    }
}

/// An attribute's value as a query writes it: texts without quotes, numbers and booleans as in JSON.
pub fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl Customer {
    /// Days between two feedback requests to one of its contacts: its own, or the team's.
    pub fn feedback_interval_days(&self, settings: &Settings) -> u32 {
        self.profile.feedback_interval_days.unwrap_or(settings.feedback_interval_days)
    }

    /// The day (UTC) on which it started as a customer, as far as that is known.
    pub fn started_on(&self) -> NaiveDate {
        self.profile.customer_since.unwrap_or_else(|| self.created_at.date_naive())
    }

    /// When somebody of the team last met the customer, as far as is known.
    pub fn last_met_at(&self) -> Option<DateTime<Utc>> {
        self.last_signals.as_ref().and_then(|last| last.met_at)
    }

    /// Whether the customer may be lost: it has not left, and its score or its Health Status says Struggling.
    pub fn is_at_risk(&self) -> bool {
        let struggles = |word: Option<HealthStatus>| word == Some(HealthStatus::Struggling);
        let status = self.status.as_ref().map(|record| record.status);
        !self.churned && (struggles(self.standing.band) || struggles(status))
    }

    /// Notes whether the customer has left; who has left is not asked for feedback. Answers whether that is news.
    pub fn set_churned(&mut self, churned: bool, now: DateTime<Utc>) -> bool {
        if churned == self.churned {
            return false;
        }
        self.churned = churned;
        self.feedback_due_at = (!churned && self.profile.request_feedback).then_some(now);
        true
    }

    /// Sets or takes back the override by hand.
    pub fn set_manual_override(&mut self, manual_override: Option<ManualOverride>, now: DateTime<Utc>) {
        self.manual_override = manual_override;
        self.updated_at = now;
        self.version += 1;
    }

    /// A fresh Health Status and the word that a well covered score of `standing` suggests, when they are too far apart.
    pub fn disagreement(&self, standing: &Standing, now: DateTime<Utc>) -> Option<(HealthStatus, HealthStatus)> {
        let record = self.status.as_ref().filter(|record| !record.is_stale(now) && !self.churned)?;
        let band = standing.suggested_status()?;
        (record.status.words_apart(band) >= DISAGREEMENT).then_some((record.status, band))
    }

    /// The cell in which the customer stands at `now`. A status grows out of date at its hour, not in the night that follows.
    pub fn insight_at(&self, now: DateTime<Utc>) -> Insight {
        let stale = !self.churned && self.status.as_ref().is_some_and(|record| record.is_stale(now));
        if stale { Insight::Stale } else { self.standing.insight }
    }

    /// The customer after a change of its profile at `now`, or `None` when nothing differs.
    pub fn with_profile(&self, profile: Profile, now: DateTime<Utc>) -> Option<Self> {
        if profile == self.profile {
            return None;
        }
        let switched_on = profile.request_feedback && !self.profile.request_feedback;
        let feedback_due_at = match (profile.request_feedback, switched_on) {
            (false, _) => None,
            (true, true) => Some(now),
            (true, false) => self.feedback_due_at,
        };
        Some(Self { profile, feedback_due_at, updated_at: now, version: self.version + 1, ..self.clone() })
    }
}

/// An ISO 4217 code.
struct Currency(String);

impl FromField for Currency {
    fn from_field(value: &Value) -> Result<Self, String> {
        value
            .as_str()
            .filter(|code| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()))
            .map(|code| Self(code.to_owned()))
            .ok_or_else(|| "must be an ISO 4217 code such as USD".to_owned())
    }
}

/// Most attributes of a customer.
pub(crate) const MAX_ATTRIBUTES: usize = 50;

/// Most characters of an attribute.
const MAX_ATTRIBUTE_LENGTH: usize = 500;

/// Whether an attribute may have this name and value.
pub(crate) fn is_attribute(name: &str, value: &Value) -> bool {
    Word::from_field(&Value::String(name.to_owned())).is_ok() && is_plain(value)
}

/// Whether a customer may have this tag.
pub(crate) fn is_tag(tag: &str) -> bool {
    Word::from_field(&Value::String(tag.to_owned())).is_ok()
}

fn is_plain(value: &Value) -> bool {
    match value {
        Value::String(text) => text.chars().count() <= MAX_ATTRIBUTE_LENGTH,
        Value::Number(number) => number.as_f64().is_some_and(is_storable),
        other => other.is_boolean(),
    }
}

/// What a schema says of free attributes.
pub fn attributes() -> Schema {
    json_schema!({
        "type": "object",
        "maxProperties": MAX_ATTRIBUTES,
        "additionalProperties": { "type": ["string", "number", "boolean"], "maxLength": MAX_ATTRIBUTE_LENGTH },
    })
}

/// Free attributes: at most 50, each a text of up to 500 characters, a number or a boolean.
struct Attributes(BTreeMap<String, Value>);

impl FromField for Attributes {
    fn from_field(value: &Value) -> Result<Self, String> {
        let object = value.as_object().ok_or("must be an object")?;
        if object.len() > MAX_ATTRIBUTES {
            return Err(format!("must have at most {MAX_ATTRIBUTES} entries"));
        }
        for (name, value) in object {
            Word::from_field(&Value::String(name.clone())).map_err(|detail| format!("name {name:?} {detail}"))?;
            if !is_plain(value) {
                return Err(format!(
                    "{name} must be a text of up to 500 characters, a number between 1e-100 and 1e100 or 0, or a boolean"
                ));
            }
        }
        Ok(Self(object.clone().into_iter().collect()))
    }
}
