//! What an automation would do for one customer now, if its trigger happened.

use chrono::NaiveDate;
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
use keepwell_domain::event::Fact;
use keepwell_domain::id::{CustomerId, EmailAddress, RecordId};
use keepwell_domain::mail::Recipient;
use keepwell_domain::measure::MeasureValue;
use keepwell_domain::problem::Problems;
use keepwell_domain::task::Priority;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::operations::not_null;

/// The answer for one customer: the assumed event, and each step with its texts.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DryRunForOne")]
pub(crate) struct ForOne {
    /// The customer.
    customer: CustomerId,
    /// The event that is assumed to have happened, as it would be published.
    #[schemars(with = "Map<String, Value>")]
    assumed_event: Fact,
    /// What would come of it.
    #[schemars(schema_with = "results")]
    result: &'static str,
    /// Why it would not act.
    reason: Option<String>,
    /// What would be done, in order.
    #[schemars(with = "Vec<StepView>")]
    steps: Vec<Value>,
    /// How to read it.
    judged: &'static str,
}

fn results(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": ["would_act", "refused"] })
}

/// A step as it would go. What is said of it depends on its kind.
#[derive(JsonSchema)]
#[schemars(rename = "DryRunStep")]
#[expect(dead_code, reason = "what a step is said to be; it is put together by its kind")]
struct StepView {
    /// Which of the automation's actions, from 0.
    action: usize,
    /// The action's name.
    kind: String,
    /// Days after the event.
    after_days: f64,
    /// What would come of it.
    #[schemars(schema_with = "step_results")]
    result: String,
    /// Why it would be skipped or fail.
    #[schemars(skip_serializing_if = "Option::is_none", transform = not_null)]
    reason: Option<String>,
    /// To whom a mail would go.
    #[schemars(skip_serializing_if = "Option::is_none")]
    to: Option<AddresseeView>,
    /// A mail's subject.
    #[schemars(skip_serializing_if = "Option::is_none", transform = not_null)]
    subject: Option<String>,
    /// The text of a mail or of a line in Slack.
    #[schemars(skip_serializing_if = "Option::is_none", transform = not_null)]
    text: Option<String>,
    /// The page of a mail.
    #[schemars(skip_serializing_if = "Option::is_none", transform = not_null)]
    html: Option<String>,
    /// A task's title.
    #[schemars(skip_serializing_if = "Option::is_none", transform = not_null)]
    title: Option<String>,
    /// A task's detail.
    #[schemars(skip_serializing_if = "Option::is_none", transform = not_null)]
    detail: Option<String>,
    /// How much a task matters.
    #[schemars(skip_serializing_if = "Option::is_none")]
    priority: Option<Priority>,
    /// By when a task is to be done.
    #[schemars(skip_serializing_if = "Option::is_none", transform = not_null)]
    due_on: Option<NaiveDate>,
    /// Who is to do a task.
    #[schemars(skip_serializing_if = "Option::is_none")]
    owner: Option<EmailAddress>,
    /// The endpoint.
    #[schemars(skip_serializing_if = "Option::is_none", transform = not_null)]
    endpoint: Option<String>,
    /// An attribute's name.
    #[schemars(skip_serializing_if = "Option::is_none", transform = not_null)]
    name: Option<String>,
    /// An attribute's value.
    #[schemars(skip_serializing_if = "Option::is_none")]
    value: Option<MeasureValue>,
    /// A tag.
    #[schemars(skip_serializing_if = "Option::is_none", transform = not_null)]
    tag: Option<String>,
}

/// To whom a mail would go.
#[derive(JsonSchema)]
#[schemars(rename = "DryRunAddressee")]
#[expect(dead_code, reason = "what an addressee is said to be; it is put together by its kind")]
struct AddresseeView {
    /// The contact; absent for somebody of the team.
    #[schemars(skip_serializing_if = "Option::is_none", transform = not_null)]
    contact: Option<RecordId>,
    /// The address.
    address: Option<EmailAddress>,
}

fn step_results(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": ["would_do", "would_skip", "would_wait", "would_fail"] })
}

/// Looks at one customer.
pub(super) async fn dry_run(cloud: &Cloud, automation: &Automation, id: &CustomerId) -> Result<ForOne, ApiError> {
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
    Ok(ForOne {
        customer: id.clone(),
        assumed_event: event.fact,
        result,
        reason,
        steps,
        judged: "as the customer is now, after waits too",
    })
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
