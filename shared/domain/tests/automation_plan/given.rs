//! The customer, the contacts and the team that the tests start from.

use chrono::{DateTime, Utc};
use keepwell_domain::automation::context::Context;
use keepwell_domain::automation::plan::{Effect, Plan, Step, plan};
use keepwell_domain::automation::{Automation, shipped};
use keepwell_domain::contact::{Contact, NewContact};
use keepwell_domain::customer::{Customer, NewCustomer};
use keepwell_domain::event::{Event, Fact};
use keepwell_domain::happiness::HappinessLevel;
use keepwell_domain::health_status::HealthStatus;
use keepwell_domain::id::{CustomerId, EmailAddress};
use keepwell_domain::insight::Insight;
use keepwell_domain::mail::Recipient;
use keepwell_domain::settings::Settings;
use serde_json::json;

/// A customer with contacts, a team, and a Friday afternoon.
pub(crate) struct Given {
    pub(crate) customer: Customer,
    pub(crate) contacts: Vec<Contact>,
    pub(crate) settings: Settings,
    pub(crate) previous_runs: Vec<DateTime<Utc>>,
    pub(crate) now: DateTime<Utc>,
    pub(crate) hop: u8,
}

pub(crate) fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

pub(crate) fn contact(id: &str, email: &str, role: &str) -> Contact {
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    NewContact::parse(&json!({ "name": format!("Contact {id}"), "email": email, "role": role }))
        .unwrap()
        .create(CustomerId::parse(id).unwrap(), now)
}

pub(crate) fn given() -> Given {
    let now = "2026-03-06T15:00:00Z".parse().unwrap();
    let customer = NewCustomer::parse(&json!({
        "name": "Acme Foods", "owner": "ana.ruiz@team.test", "plan": "Enterprise", "arr_cents": 12_000_050,
        "renewal_on": "2026-09-01", "tags": ["pilot"], "attributes": { "tier": 1 },
    }))
    .unwrap()
    .create(CustomerId::parse("acme").unwrap(), now);
    Given {
        customer,
        contacts: vec![contact("c1", "dana@acme.test", "decision_maker"), contact("c2", "uli@acme.test", "user")],
        settings: Settings { manager: Some(email("max@team.test")), ..Settings::default() },
        previous_runs: vec![],
        now,
        hop: 0,
    }
}

impl Given {
    pub(crate) fn event(&self, fact: Fact) -> Event {
        Event {
            event_id: "evt_1".to_owned(),
            customer_id: self.customer.id.clone(),
            aggregate_version: 1,
            occurred_at: self.now,
            causation_id: None,
            correlation_id: "evt_1".to_owned(),
            hop: self.hop,
            trace: None,
            fact,
        }
    }

    pub(crate) fn context(&self) -> Context<'_> {
        Context {
            previous_runs: &self.previous_runs,
            ..Context::new(&self.customer, &self.contacts, &self.settings, self.now)
        }
    }

    pub(crate) fn plan(&self, automation: &Automation, fact: Fact) -> Plan {
        plan(automation, &self.event(fact), &self.context())
    }

    /// What all shipped automations together do: one line per step.
    pub(crate) fn everything(&self, fact: &Fact) -> Vec<String> {
        let mut lines = vec![];
        for automation in shipped() {
            if let Plan::Steps(steps) = self.plan(&automation, fact.clone()) {
                lines.extend(steps.iter().map(|step| format!("{}: {}", automation.id, line(step))));
            }
        }
        lines
    }
}

pub(crate) fn line(step: &Step) -> String {
    match &step.effect {
        Effect::Mail(mail) => {
            let to = match &mail.recipient {
                Recipient::Contact { contact } => contact.as_str(),
                Recipient::Staff { address } => address.as_str(),
            };
            format!("mail {} to {to}{}", mail.content.template(mail.alert), if mail.alert { " (alert)" } else { "" })
        }
        Effect::Task(task) => format!("{} task due {}", task.priority, task.due_on),
        Effect::Skipped { reason } => format!("skipped: {reason}"),
        Effect::Webhook { endpoint } => format!("webhook to {endpoint}"),
        Effect::Slack { endpoint, text } => format!("slack to {endpoint}: {text}"),
        Effect::SetAttribute { name, value } => format!("attribute {name} = {value}"),
        Effect::AddTag { tag } => format!("tag + {tag}"),
        Effect::RemoveTag { tag } => format!("tag - {tag}"),
        Effect::Wait { until } => format!("wait until {until}"),
    }
}

pub(crate) fn find(id: &str) -> Automation {
    shipped().into_iter().find(|automation| automation.id == id).unwrap()
}

pub(crate) fn status(to: HealthStatus) -> Fact {
    Fact::HealthStatusChanged { from: None, to }
}

pub(crate) fn insight(to: Insight) -> Fact {
    Fact::InsightChanged { from: Insight::Unknown, to }
}

pub(crate) fn answer(rating: HappinessLevel, previous: Option<HappinessLevel>) -> Fact {
    Fact::FeedbackAnswered {
        request: "req_1".to_owned(),
        contact: CustomerId::parse("c2").unwrap(),
        rating,
        previous,
        revision: 1,
    }
}
