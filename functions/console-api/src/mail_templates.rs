//! The mails that automations can send, and how each would look.

use axum::extract::State;
use keepwell_aws::automations::check::said;
use keepwell_aws::automations::texts;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::feedback_mail;
use keepwell_aws::http::{Answer, ApiError, JsonBody, QueryParams};
use keepwell_aws::render::{RenderedMail, Templates};
use keepwell_domain::automation::action::{Action, MailContent};
use keepwell_domain::automation::context::Context;
use keepwell_domain::automation::sample::Sample;
use keepwell_domain::automation::shipped_documents;
use keepwell_domain::automation::trigger::Trigger;
use keepwell_domain::automation::variables::variables;
use keepwell_domain::contact::{Contact, Role};
use keepwell_domain::fields::{Fields, Line, Text};
use keepwell_domain::id::CustomerId;
use keepwell_domain::problem::Problems;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::view;

/// Templates that no document names: the request for feedback, and the frames of a team's own words.
const INTERNAL: [&str; 3] = [feedback_mail::TEMPLATE, "written-to-contact", "written-to-team"];

pub(crate) async fn get_mail_templates(State(cloud): State<Cloud>, query: QueryParams) -> Result<Answer, ApiError> {
    query.finish()?;
    let sample = sample(&cloud)?;
    let mut items = Vec::new();
    for (template, to_contact) in Templates::mails().filter(|(template, _)| !INTERNAL.contains(template)) {
        let content = MailContent::Template { template: template.to_owned() };
        let mail = texts::preview(
            &cloud.templates,
            &content,
            &variables_of(&cloud, &sample, &trigger_of(template)),
            sample.contacts.first().filter(|_| to_contact),
        );
        // One that speaks of an event for which no shipped automation sends it has no subject here.
        let subject = mail.ok().map(|mail| mail.subject);
        let to = if to_contact { Addressee::Contact } else { Addressee::Team };
        items.push(MailTemplate { id: template, to, subject });
    }
    Answer::ok(view::page(&items, None))
}

keepwell_domain::words! {
    /// Whom a mail is for.
    #[derive(JsonSchema)]
    pub(crate) enum Addressee {
        /// A contact of the customer.
        Contact = "contact",
        /// The owner, the manager or somebody else of the team.
        Team = "team",
    }
}

/// A mail that automations can send.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MailTemplate {
    /// By which documents name it.
    id: &'static str,
    /// Whom it is for.
    to: Addressee,
    /// Its subject for a sample customer; `null` where no shipped automation sends it.
    subject: Option<String>,
}

/// A mail as it would look.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MailPreview {
    /// The subject.
    subject: String,
    /// As text.
    text: String,
    /// As a page.
    html: String,
}

impl From<RenderedMail> for MailPreview {
    fn from(mail: RenderedMail) -> Self {
        let RenderedMail { subject, text, html } = mail;
        Self { subject, text, html }
    }
}

/// What is to be shown.
struct Wanted {
    content: MailContent,
    to_contact: bool,
    customer: Option<CustomerId>,
    trigger: Option<Trigger>,
}

impl Wanted {
    fn parse(body: &Value) -> Result<Self, Problems> {
        let mut fields = Fields::new(body, "")?;
        let template = fields.optional::<Line<60>>("template").map(|line| line.0);
        let subject = fields.optional::<Line<200>>("subject").map(|line| line.0);
        let text = fields.optional::<Text<10_000>>("text").map(|text| text.0);
        let customer = fields.optional("customer");
        let to = fields.optional::<Addressee>("to");
        let trigger = fields.nested("trigger", Trigger::read);
        let known = |template: &str| Templates::mails().find(|(name, _)| *name == template && !INTERNAL.contains(name));
        let mut to_contact = to != Some(Addressee::Team);
        let content = match (template, subject, text) {
            (Some(template), None, None) => {
                let found = known(&template);
                if let Some((_, for_contact)) = found {
                    to_contact = for_contact;
                } else {
                    fields.problem("template", format!("names no mail template: {template:?}"));
                }
                found.map(|_| MailContent::Template { template })
            }
            (None, Some(subject), Some(text)) => Some(MailContent::Written { subject, text }),
            _ => {
                if fields.problems.0.is_empty() {
                    fields.problem("template", "is required, or subject and text, and not both");
                }
                None
            }
        };
        fields.finish(content.map(|content| Self { content, to_contact, customer, trigger }))
    }
}

/// The mail as it would be sent, to a customer or to a sample one. Nothing is sent.
pub(crate) async fn post_preview(
    State(cloud): State<Cloud>,
    query: QueryParams,
    JsonBody(body): JsonBody,
) -> Result<Answer, ApiError> {
    query.finish()?;
    let wanted = Wanted::parse(&body)?;
    let mut sample = sample(&cloud)?;
    if let Some(id) = &wanted.customer {
        let missing = || Problems::one("/customer", format!("there is no customer {id}"));
        sample.customer = cloud.store.customer(id).await?.ok_or_else(missing)?.value;
        let contacts = cloud.store.contacts(id).await?;
        // Decision makers first: most letters are for them. A customer without contacts is shown with the sample's.
        let mut contacts: Vec<Contact> = contacts.into_iter().map(|stored| stored.value).collect();
        contacts.sort_by_key(|contact| contact.role != Role::DecisionMaker);
        if !contacts.is_empty() {
            sample.contacts = contacts;
        }
        sample.settings = cloud.settings().await?;
    }
    let trigger = wanted.trigger.unwrap_or_else(|| match &wanted.content {
        MailContent::Template { template } => trigger_of(template),
        MailContent::Written { .. } => trigger_of(""),
    });
    let contact = sample.contacts.first().filter(|_| wanted.to_contact);
    let variables = variables_of(&cloud, &sample, &trigger);
    let mail = texts::preview(&cloud.templates, &wanted.content, &variables, contact).map_err(|error| {
        let pointer = match &wanted.content {
            MailContent::Template { .. } => "/template",
            MailContent::Written { .. } => "/text",
        };
        Problems::one(pointer, said(&error))
    })?;
    Answer::ok(MailPreview::from(mail))
}

fn sample(cloud: &Cloud) -> Result<Sample, ApiError> {
    Sample::new(cloud.now()).ok_or_else(|| ApiError::Internal("there is no sample".to_owned()))
}

fn variables_of(cloud: &Cloud, sample: &Sample, trigger: &Trigger) -> serde_json::Map<String, Value> {
    let now = cloud.now();
    let event = trigger.assumed_event(&sample.customer, &sample.contacts, now);
    variables(&event, &Context::new(&sample.customer, &sample.contacts, &sample.settings, now))
}

/// The trigger of the shipped automation that sends the template: so there is an event that it can speak of.
fn trigger_of(template: &str) -> Trigger {
    let sends = |action: &Action| matches!(action, Action::Mail { content: MailContent::Template { template: sent }, .. } if sent == template);
    let shipped = shipped_documents().iter().find(|(automation, _)| automation.actions.iter().any(sends));
    let any = Trigger::HealthStatusChanged { from: Vec::new(), to: Vec::new() };
    shipped.map_or(any, |(automation, _)| automation.trigger.clone())
}
