//! What an automation would have done over the portfolio in the last days: from the events that are kept, in their order.

use std::collections::BTreeMap;
use std::time::Duration as Time;

use chrono::{DateTime, Duration, Utc};
use futures::{StreamExt as _, stream};
use keepwell_aws::automations::situation::Situation;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::ApiError;
use keepwell_aws::store::Stored;
use keepwell_domain::automation::Automation;
use keepwell_domain::automation::context::Context;
use keepwell_domain::automation::foresight::{Foreseen, foresee};
use keepwell_domain::automation::plan::Effect;
use keepwell_domain::customer::Customer;
use keepwell_domain::id::CustomerId;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::time::Instant;

/// How many customers are looked at at a time.
const AT_ONCE: usize = 32;

/// No customer is looked at later than this after the first: the API answers within 30 s.
const LOOK_WITHIN: Time = Time::from_secs(20);

/// How many customers the answer names.
const NAMED: usize = 200;

/// What would have been done.
#[derive(Debug, Clone, Copy, Default, Serialize, JsonSchema)]
#[schemars(rename = "DryRunCounts")]
struct Counts {
    /// Mails.
    mails: usize,
    /// Tasks.
    tasks: usize,
    /// Webhooks.
    webhooks: usize,
    /// Lines in Slack.
    slack_messages: usize,
    /// Attributes set.
    attributes: usize,
    /// Tags added or taken away.
    tags: usize,
    /// Steps that would have been skipped.
    skipped: usize,
}

impl Counts {
    fn count(&mut self, steps: &[Foreseen]) {
        for foreseen in steps {
            let counter = match &foreseen.step.effect {
                Effect::Mail(_) => &mut self.mails,
                Effect::Task(_) => &mut self.tasks,
                Effect::Webhook { .. } => &mut self.webhooks,
                Effect::Slack { .. } => &mut self.slack_messages,
                Effect::SetAttribute { .. } => &mut self.attributes,
                Effect::AddTag { .. } | Effect::RemoveTag { .. } => &mut self.tags,
                Effect::Skipped { .. } => &mut self.skipped,
                Effect::Wait { .. } => continue,
            };
            *counter += 1;
        }
    }

    fn add(&mut self, other: Self) {
        self.mails += other.mails;
        self.tasks += other.tasks;
        self.webhooks += other.webhooks;
        self.slack_messages += other.slack_messages;
        self.attributes += other.attributes;
        self.tags += other.tags;
        self.skipped += other.skipped;
    }
}

/// What would have been done for one customer.
#[derive(Debug, Default)]
struct Past {
    events: usize,
    acted: usize,
    refused: BTreeMap<&'static str, usize>,
    counts: Counts,
}

/// The answer over the portfolio.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DryRunOverPortfolio")]
pub(crate) struct OverPortfolio {
    /// From when on.
    from: DateTime<Utc>,
    /// Until when.
    to: DateTime<Utc>,
    /// Whether there was time for every customer.
    complete: bool,
    /// Customers that were looked at.
    customers_looked_at: usize,
    /// Customers that there are.
    customers_in_all: usize,
    /// Events that would have set it off.
    events: usize,
    /// How often it would have acted.
    would_have_acted: usize,
    /// How often it would not have, by why.
    refused: BTreeMap<&'static str, usize>,
    /// What it would have done.
    counts: Counts,
    /// For how many customers.
    customers: usize,
    /// For whom, those with the most first; 200 at most.
    r#for: Vec<ForCustomer>,
    /// How to read the numbers.
    judged: &'static str,
    /// What the numbers cannot show, if anything.
    note: Option<&'static str>,
}

/// What would have been done for one customer.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DryRunForCustomer")]
struct ForCustomer {
    /// Its id.
    customer: CustomerId,
    /// Its name.
    name: String,
    /// How often.
    times: usize,
    /// What.
    counts: Counts,
}

/// Looks at the portfolio.
pub(super) async fn dry_run(cloud: &Cloud, automation: &Automation, days: u32) -> Result<OverPortfolio, ApiError> {
    let now = cloud.now();
    let from = now - Duration::days(i64::from(days));
    let customers = cloud.store.portfolio().await?;
    let (total, start) = (customers.len(), Instant::now());
    let looks = stream::iter(customers).map(|customer| async move {
        if start.elapsed() > LOOK_WITHIN {
            return Ok(None);
        }
        let (id, name) = (customer.value.id.clone(), customer.value.profile.name.clone());
        Ok::<_, ApiError>(Some((id, name, look(cloud, automation, customer, from).await?)))
    });
    let mut looks = looks.buffered(AT_ONCE);
    let (mut all, mut named, mut looked_at) = (Past::default(), Vec::new(), 0);
    while let Some(look) = looks.next().await {
        let Some((id, name, past)) = look? else { continue };
        looked_at += 1;
        all.events += past.events;
        all.acted += past.acted;
        all.counts.add(past.counts);
        for (reason, count) in &past.refused {
            *all.refused.entry(reason).or_default() += count;
        }
        if past.acted > 0 {
            named.push((id, name, past));
        }
    }
    let customers = named.len();
    named.sort_by(|a, b| b.2.acted.cmp(&a.2.acted).then_with(|| a.0.cmp(&b.0)));
    let named = named.into_iter().take(NAMED).map(|(customer, name, past)| ForCustomer {
        customer,
        name,
        times: past.acted,
        counts: past.counts,
    });
    let time_trigger = automation.trigger.waits_for().is_some();
    Ok(OverPortfolio {
        from,
        to: now,
        complete: looked_at == total,
        customers_looked_at: looked_at,
        customers_in_all: total,
        events: all.events,
        would_have_acted: all.acted,
        refused: all.refused,
        counts: all.counts,
        customers,
        r#for: named.collect(),
        judged: "as each customer is today, not as it was then, after waits too; the cool-down in the order of the events",
        note: time_trigger.then_some(
            "Time triggers are looked for only while an automation waits for that number of days; what nobody waited for then \
             is not among the events."
        ),
    })
}

async fn look(
    cloud: &Cloud,
    automation: &Automation,
    customer: Stored<Customer>,
    from: DateTime<Utc>,
) -> Result<Past, ApiError> {
    let events = cloud.store.events_since(&customer.value.id, from).await?;
    let created_at = customer.value.created_at;
    let is_its = |at: DateTime<Utc>| created_at <= at;
    let events: Vec<_> = events
        .into_iter()
        .filter(|event| is_its(event.occurred_at) && automation.trigger.matches(&event.fact))
        .collect();
    let mut past = Past::default();
    if events.is_empty() {
        return Ok(past);
    }
    let situation = Situation::read(cloud, customer, automation, cloud.now()).await?;
    // What it really did since then is what is simulated here.
    let mut acted_at: Vec<_> = situation.previous.value.at.iter().copied().filter(|at| *at < from).collect();
    for event in &events {
        let context = Context { previous_runs: &acted_at, now: event.occurred_at, ..situation.context() };
        match foresee(automation, event, &context) {
            None => continue,
            Some(Err(refusal)) => *past.refused.entry(refusal.name()).or_default() += 1,
            Some(Ok(steps)) => {
                past.acted += 1;
                past.counts.count(&steps);
                acted_at.push(event.occurred_at);
            }
        }
        past.events += 1;
    }
    Ok(past)
}
