//! What an automation would do for one customer now, if its trigger happened.

use keepwell_aws::automations::check::said;
use keepwell_aws::automations::situation::Situation;
use keepwell_aws::automations::texts;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::ApiError;
use keepwell_aws::render::RenderError;
use keepwell_aws::store::StoreError;
use keepwell_domain::automation::Automation;
use keepwell_domain::automation::context::Context;
use keepwell_domain::automation::foresight::{Foreseen, foresee};
use keepwell_domain::automation::plan::{Effect, MailDraft, TaskDraft};
use keepwell_domain::automation::variables::variables;
use keepwell_domain::delivery::EndpointId;
use keepwell_domain::id::CustomerId;
use keepwell_domain::mail::Recipient;
use keepwell_domain::problem::Problems;
use serde_json::{Map, Value, json};

/// The answer for one customer: the assumed event, and each step with its texts.
pub(super) async fn dry_run(cloud: &Cloud, automation: &Automation, id: &CustomerId) -> Result<Value, ApiError> {
    let now = cloud.now();
    let missing = || Problems::one("/customer", format!("there is no customer {id}"));
    let customer = cloud.store.customer(id).await?.ok_or_else(missing)?;
    let situation = Situation::read(cloud, customer, automation, now).await?;
    let customer = &situation.customer.value;
    let event = automation.trigger.assumed_event(customer, &situation.contacts, now);
    let points = automation.trigger.assumed_points(customer, now);
    let context = Context { points: &points, ..situation.context() };
    let variables = variables(&event, &context);
    let (result, reason, steps) = match foresee(automation, &event, &context) {
        // One fall counts once: the automation acted for the latest.
        None => ("refused", Some("it acted for this already".to_owned()), Vec::new()),
        Some(Err(refusal)) => ("refused", Some(refusal.to_string()), Vec::new()),
        Some(Ok(foreseen)) => {
            let mut steps = Vec::with_capacity(foreseen.len());
            for foreseen in foreseen {
                steps.push(shown(cloud, automation, &situation, &variables, foreseen).await?);
            }
            ("would_act", None, steps)
        }
    };
    Ok(json!({
        "customer": id,
        "assumed_event": event.fact,
        "result": result,
        "reason": reason,
        "steps": steps,
        "judged": "as the customer is now, after waits too",
    }))
}

async fn shown(
    cloud: &Cloud,
    automation: &Automation,
    situation: &Situation,
    variables: &Map<String, Value>,
    foreseen: Foreseen,
) -> Result<Value, StoreError> {
    let index = foreseen.step.action_index;
    let kind = automation.actions.get(index).map_or("", |action| action.kind());
    let (result, details) = match foreseen.step.effect {
        Effect::Skipped { reason } => ("would_skip", json!({ "reason": reason })),
        Effect::Wait { .. } => ("would_wait", json!({})),
        Effect::Mail(draft) => rendered(mail(cloud, situation, variables, &draft)),
        Effect::Task(draft) => rendered(task(cloud, variables, &draft)),
        Effect::Webhook { endpoint } => to_endpoint(cloud, &endpoint, json!({ "endpoint": endpoint })).await?,
        Effect::Slack { endpoint, text } => match texts::text(&cloud.templates, &text, variables) {
            Ok(text) => to_endpoint(cloud, &endpoint, json!({ "endpoint": endpoint, "text": text })).await?,
            Err(error) => ("would_fail", json!({ "reason": said(&error) })),
        },
        Effect::SetAttribute { name, value } => ("would_do", json!({ "name": name, "value": value })),
        Effect::AddTag { tag } | Effect::RemoveTag { tag } => ("would_do", json!({ "tag": tag })),
    };
    let mut step = json!({ "action": index, "kind": kind, "after_days": foreseen.after_days, "result": result });
    if let (Some(step), Value::Object(details)) = (step.as_object_mut(), details) {
        step.extend(details);
    }
    Ok(step)
}

fn rendered(tried: Result<Value, RenderError>) -> (&'static str, Value) {
    match tried {
        Ok(details) => ("would_do", details),
        Err(error) => ("would_fail", json!({ "reason": said(&error) })),
    }
}

fn mail(
    cloud: &Cloud,
    situation: &Situation,
    variables: &Map<String, Value>,
    draft: &MailDraft,
) -> Result<Value, RenderError> {
    let (contact, to) = match &draft.recipient {
        Recipient::Contact { contact } => {
            let known = situation.contacts.iter().find(|known| known.id == *contact);
            (known, json!({ "contact": contact, "address": known.map(|known| &known.email) }))
        }
        Recipient::Staff { address } => (None, json!({ "address": address })),
    };
    let mail = texts::preview(&cloud.templates, &draft.content, variables, contact)?;
    Ok(json!({ "to": to, "subject": mail.subject, "text": mail.text, "html": mail.html }))
}

fn task(cloud: &Cloud, variables: &Map<String, Value>, draft: &TaskDraft) -> Result<Value, RenderError> {
    Ok(json!({
        "title": texts::line(&cloud.templates, &draft.title, variables)?,
        "detail": texts::text(&cloud.templates, &draft.detail, variables)?,
        "priority": draft.priority,
        "due_on": draft.due_on,
        "owner": draft.owner,
    }))
}

async fn to_endpoint(cloud: &Cloud, endpoint: &str, details: Value) -> Result<(&'static str, Value), StoreError> {
    let known = match EndpointId::parse(endpoint) {
        Ok(id) => cloud.store.endpoint(&id).await?.is_some(),
        Err(_) => false,
    };
    Ok(if known {
        ("would_do", details)
    } else {
        ("would_fail", json!({ "endpoint": endpoint, "reason": format!("there is no endpoint {endpoint}") }))
    })
}
