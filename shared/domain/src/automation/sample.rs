//! Assumed events: for a dry run ("what if this happened now?") and to try out the texts of a document before it is kept.

use chrono::{DateTime, Duration, NaiveDate, Utc};

use super::trigger::Trigger;
use crate::contact::{Contact, Mail, MailState, Role};
use crate::customer::{Customer, NewCustomer, Profile};
use crate::event::{Event, Fact};
use crate::happiness::{DropKind, HappinessLevel};
use crate::health_status::{HealthStatus, StatusRecord};
use crate::id::{CustomerId, EmailAddress, RecordId};
use crate::insight::Insight;
use crate::measure::Name;
use crate::score::breakdown::ScorecardVersion;
use crate::score::history::ScorePoint;
use crate::settings::Settings;
use crate::signal::Severity;

/// The id of every assumed event.
pub const ASSUMED: &str = "assumed";

/// A customer that does not exist, of whom everything is known, with a contact.
#[derive(Debug, Clone)]
pub struct Sample {
    /// The customer.
    pub customer: Customer,
    /// Its contacts.
    pub contacts: Vec<Contact>,
    /// The team's settings.
    pub settings: Settings,
}

impl Sample {
    /// The sample; `None` never, but ids and addresses are read like any other.
    pub fn new(now: DateTime<Utc>) -> Option<Self> {
        let owner = EmailAddress::parse("ana.ruiz@example.com").ok()?;
        let contact = RecordId::parse("con_sample").ok()?;
        let profile = Profile {
            name: "Sample Ltd".to_owned(),
            owner: Some(owner.clone()),
            arr_cents: Some(12_000_000),
            seats: Some(50),
            renewal_on: Some(now.date_naive() + Duration::days(90)),
            customer_since: None,
            plan: Some("Enterprise".to_owned()),
            industry: Some("Logistics".to_owned()),
            country: Some("Spain".to_owned()),
            size: Some("Mid".to_owned()),
            stage: Some("adopted".to_owned()),
            ..Profile::blank()
        };
        let mut customer = NewCustomer { id: None, profile }.create(CustomerId::parse("sample").ok()?, now);
        customer.status = Some(StatusRecord {
            status: HealthStatus::Steady,
            reason: "Usage is flat since March.".to_owned(),
            set_by: owner.clone(),
            set_at: now,
        });
        customer.standing.score = Some(62.0);
        customer.standing.band = Some(HealthStatus::Healthy);
        customer.standing.happiness = Some(70.0);
        customer.standing.happiness_level = Some(HappinessLevel::Happy);
        customer.standing.insight = Insight::Advocate;
        let contacts = vec![Contact {
            id: contact,
            name: "Dora Diaz".into(),
            email: EmailAddress::parse("dora@sample.example").ok()?,
            role: Role::DecisionMaker,
            time_zone: chrono_tz::UTC,
            locale: "en".to_owned(),
            mail: Mail { state: MailState::Ok, since: None },
            ask: crate::contact::AskState::default(),
            created_at: now,
            version: 1,
        }];
        Some(Self { customer, contacts, settings: Settings { manager: Some(owner), ..Settings::default() } })
    }
}

impl Trigger {
    /// An event that sets the automation off, as near to the customer's present state as the trigger allows.
    pub fn assumed_event(&self, customer: &Customer, contacts: &[Contact], now: DateTime<Utc>) -> Event {
        Event {
            event_id: ASSUMED.to_owned(),
            customer_id: customer.id.clone(),
            aggregate_version: customer.event_seq + 1,
            occurred_at: now,
            causation_id: None,
            correlation_id: ASSUMED.to_owned(),
            hop: 0,
            trace: None,
            fact: self.assumed_fact(customer, contacts, now),
        }
    }

    /// A history of the score in which the [assumed event](Self::assumed_event) is the last thing that happened.
    pub fn assumed_points(&self, customer: &Customer, now: DateTime<Utc>) -> Vec<ScorePoint> {
        let Self::ScoreFell { points, .. } = self else { return Vec::new() };
        let (from, to) = fall(customer, *points);
        let point = |at, value| ScorePoint {
            at,
            value: Some(value),
            raw: Some(value),
            band: None,
            coverage: customer.standing.coverage,
            scorecard: ScorecardVersion { id: Name::from(ASSUMED), version: None },
            manual_override: None,
        };
        vec![point(now - Duration::milliseconds(1), from), point(now, to)]
    }

    fn assumed_fact(&self, customer: &Customer, contacts: &[Contact], now: DateTime<Utc>) -> Fact {
        let status = customer.status.as_ref().map(|record| record.status);
        let standing = &customer.standing;
        let days_ago = |days: u32| now - Duration::days(i64::from(days));
        match self {
            Self::HealthStatusChanged { from, to } => {
                let to = nearest(to, status, HealthStatus::Steady);
                Fact::HealthStatusChanged { from: Some(before(from, to)), to }
            }
            Self::BandChanged { from, to } => {
                let to = nearest(to, standing.band, HealthStatus::Steady);
                Fact::BandChanged { from: Some(before(from, to)), to: Some(to) }
            }
            Self::HealthStatusBecameStale {} => Fact::HealthStatusBecameStale {
                status: status.unwrap_or(HealthStatus::Steady),
                set_at: customer.status.as_ref().map_or_else(|| days_ago(90), |record| record.set_at),
            },
            Self::HealthStatusDisagreed {} => Fact::HealthStatusDisagreed {
                status: status.unwrap_or(HealthStatus::Thriving),
                band: standing.band.unwrap_or(HealthStatus::Struggling),
            },
            Self::ScoreFell { points, .. } => {
                let (from, to) = fall(customer, *points);
                Fact::ScoreChanged { from: Some(from), to: Some(to) }
            }
            Self::InsightChanged { to } => Fact::InsightChanged {
                from: Insight::Unknown,
                to: nearest(to, Some(customer.insight_at(now)), Insight::Unknown),
            },
            Self::FeedbackAnswered { rating } => Fact::FeedbackAnswered {
                request: ASSUMED.to_owned(),
                contact: contacts.first().map_or_else(unknown_record, |contact| contact.id.clone()),
                rating: nearest(rating, standing.happiness_level, HappinessLevel::Neutral),
                previous: None,
                revision: 1,
            },
            Self::HappinessDropped {} => {
                let to = standing.happiness.unwrap_or(50.0);
                Fact::HappinessDropped { kind: DropKind::Points, from: (to + 10.0).min(100.0), to }
            }
            Self::TicketOpened { severity } => {
                Fact::TicketOpened { ticket: unknown_record(), severity: nearest(severity, None, Severity::Normal) }
            }
            Self::TicketEscalated { severity } => {
                Fact::TicketEscalated { ticket: unknown_record(), severity: nearest(severity, None, Severity::High) }
            }
            Self::RenewalIn { days } => Fact::RenewalApproaching {
                renewal_on: customer.profile.renewal_on.unwrap_or_else(|| in_days(now, *days)),
                days: *days,
            },
            Self::NoContactFor { days } => Fact::ContactLapsed { last_met_at: Some(days_ago(*days)), days: *days },
            Self::MilestoneOverdue { days } => Fact::MilestoneOverdue {
                goal: unknown_record(),
                milestone: ASSUMED.to_owned(),
                due_on: days_ago(*days).date_naive(),
                days: *days,
            },
        }
    }
}

/// What is, if it is among the wanted ones; otherwise the first wanted one.
fn nearest<T: Copy + PartialEq>(wanted: &[T], is: Option<T>, otherwise: T) -> T {
    let fits = |is: &T| wanted.is_empty() || wanted.contains(is);
    is.filter(fits).or_else(|| wanted.first().copied()).unwrap_or(otherwise)
}

/// A word that may have been there before `to`.
fn before(wanted: &[HealthStatus], to: HealthStatus) -> HealthStatus {
    let otherwise = if to == HealthStatus::Healthy { HealthStatus::Steady } else { HealthStatus::Healthy };
    wanted.iter().copied().find(|word| *word != to).unwrap_or(otherwise)
}

/// A fall by `points` that ends at the score of today, or as near to it as 100 allows.
fn fall(customer: &Customer, points: f64) -> (f64, f64) {
    let to = customer.standing.score.unwrap_or(50.0).min(100.0 - points);
    (to + points, to)
}

fn in_days(now: DateTime<Utc>, days: u32) -> NaiveDate {
    now.date_naive() + Duration::days(i64::from(days))
}

#[expect(clippy::expect_used, reason = "the id is a constant, and a test makes every assumed event")]
fn unknown_record() -> RecordId {
    RecordId::parse(ASSUMED).expect("a constant id must be valid")
}
