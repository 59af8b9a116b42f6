//! Which automations a draft's changes of band would set off, and what they would do, decided by [`plan`] on the events that would be
//! published: `band.changed.v1`, and `health_status.disagreed.v1` where the new band comes to lie far from the CSM's word. Insights do
//! not move, for they do not look at the score; and no fall of the score is reported, since only scores of one scorecard are compared.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Comparison, Pair};
use crate::automation::Automation;
use crate::automation::action::{Action, MailTo};
use crate::automation::context::Context;
use crate::automation::plan::{Effect, Plan, plan};
use crate::contact::Contact;
use crate::customer::{Customer, Standing};
use crate::event::{Event, Fact};
use crate::id::CustomerId;
use crate::settings::Settings;

/// What an automation would do, counted over everybody. What it does after a wait is decided then, and not counted. Neither are its
/// earlier runs known, so that a cool-down holds nothing back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "PlannedAutomation")]
pub struct Fired {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How often it would run.
    pub runs: usize,
    /// How often it would be set off and not run: it is off or paused, or the customer does not meet the conditions.
    pub refused: usize,
    /// Mails, to contacts and to the team.
    pub mails: usize,
    /// Tasks.
    pub tasks: usize,
    /// Webhooks.
    pub webhooks: usize,
    /// Lines in Slack.
    pub slack: usize,
    /// Attributes set, tags added and taken away.
    pub changes: usize,
    /// Waits begun.
    pub waits: usize,
    /// Steps that would be skipped, such as a mail to a role that nobody has.
    pub skipped: usize,
}

impl Comparison<'_> {
    /// Whose contacts must be known, to say what automations do.
    pub fn needing_contacts(&self, automations: &[Automation]) -> Vec<CustomerId> {
        let to_contacts = |action: &Action| matches!(action, Action::Mail { to: MailTo::Role(_), .. });
        let mailing: Vec<&Automation> = automations.iter().filter(|it| it.actions.iter().any(to_contacts)).collect();
        let concerned = self.pairs().filter(|pair| {
            self.facts(pair).iter().any(|fact| mailing.iter().any(|automation| automation.trigger.matches(fact)))
        });
        concerned.map(|pair| pair.customer.id.clone()).collect()
    }

    /// What each automation would do; those that nothing sets off are left out.
    pub fn fired(
        &self,
        automations: &[Automation],
        contacts: &BTreeMap<CustomerId, Vec<Contact>>,
        settings: &Settings,
    ) -> Vec<Fired> {
        let mut fired: Vec<Fired> = automations
            .iter()
            .map(|it| Fired { id: it.id.clone(), name: it.name.clone(), ..Fired::default() })
            .collect();
        for pair in self.pairs() {
            for fact in self.facts(&pair) {
                let matching = automations.iter().zip(&mut fired).filter(|(it, _)| it.trigger.matches(&fact));
                let contacts = contacts.get(&pair.customer.id).map(Vec::as_slice).unwrap_or_default();
                for (automation, fired) in matching {
                    fired.add(&self.plan(automation, &pair, &fact, contacts, settings));
                }
            }
        }
        fired.retain(|fired| fired.runs + fired.refused > 0);
        fired
    }

    /// What would be published about a customer.
    fn facts(&self, pair: &Pair<'_>) -> Vec<Fact> {
        let (from, to) = (pair.before.band, pair.after.band);
        let mut facts = Vec::new();
        if from != to {
            facts.push(Fact::BandChanged { from, to });
        }
        if (from, pair.before.coverage) != (to, pair.after.coverage) {
            let disagreement = |standing: &Standing| pair.customer.disagreement(standing, self.as_of);
            let before = Standing { band: from, coverage: pair.before.coverage, ..Standing::default() };
            let after = Standing { band: to, coverage: pair.after.coverage, ..Standing::default() };
            if let (None, Some((status, band))) = (disagreement(&before), disagreement(&after)) {
                facts.push(Fact::HealthStatusDisagreed { status, band });
            }
        }
        facts
    }

    fn plan(
        &self,
        automation: &Automation,
        pair: &Pair<'_>,
        fact: &Fact,
        contacts: &[Contact],
        settings: &Settings,
    ) -> Plan {
        let customer = self.with_new_score(pair);
        let event = Event {
            event_id: "plan".to_owned(),
            customer_id: customer.id.clone(),
            aggregate_version: customer.event_seq + 1,
            occurred_at: self.as_of,
            causation_id: None,
            correlation_id: "plan".to_owned(),
            hop: 0,
            trace: None,
            fact: fact.clone(),
        };
        let needs = automation.needs();
        let score = needs.measures.then(|| self.after.breakdown(pair.place, self.snapshot, self.as_of)).flatten();
        let measures = needs.measures.then(|| self.snapshot.measures().of(pair.place));
        let context = Context {
            score: score.as_ref(),
            measures: measures.as_ref(),
            ..Context::new(&customer, contacts, settings, self.as_of)
        };
        plan(automation, &event, &context)
    }

    /// The customer as it would be when the event is published.
    fn with_new_score(&self, pair: &Pair<'_>) -> Customer {
        let mut customer = pair.customer.clone();
        let standing = &mut customer.standing;
        standing.score = pair.after.value;
        standing.band = pair.after.band;
        standing.coverage = pair.after.coverage;
        standing.computed_at = Some(self.as_of);
        customer.standing.disagrees = customer.disagreement(&customer.standing, self.as_of).is_some();
        customer
    }
}

impl Fired {
    fn add(&mut self, plan: &Plan) {
        let steps = match plan {
            Plan::NotTriggered => return,
            Plan::Refused(_) => {
                self.refused += 1;
                return;
            }
            Plan::Steps(steps) => steps,
        };
        self.runs += 1;
        for step in steps {
            let count = match &step.effect {
                Effect::Mail(_) => &mut self.mails,
                Effect::Task(_) => &mut self.tasks,
                Effect::Webhook { .. } => &mut self.webhooks,
                Effect::Slack { .. } => &mut self.slack,
                Effect::SetAttribute { .. } | Effect::AddTag { .. } | Effect::RemoveTag { .. } => &mut self.changes,
                Effect::Wait { .. } => &mut self.waits,
                Effect::Skipped { .. } => &mut self.skipped,
            };
            *count += 1;
        }
    }
}
