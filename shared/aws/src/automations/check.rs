//! What of a document only we can check, before it is kept: its mails exist, and its texts can be filled in for its trigger.

use std::error::Error as _;

use chrono::{DateTime, Utc};
use keepwell_domain::automation::Automation;
use keepwell_domain::automation::action::{Action, MailContent, MailTo};
use keepwell_domain::automation::context::Context;
use keepwell_domain::automation::sample::Sample;
use keepwell_domain::automation::variables::variables;
use keepwell_domain::contact::Contact;
use keepwell_domain::problem::Problems;
use serde_json::{Map, Value};

use super::texts;
use crate::feedback_mail;
use crate::render::{RenderError, Templates};

/// Tries the texts out on a customer of whom everything is known, so that a misspelt variable is found now.
pub fn check(templates: &Templates, automation: &Automation, now: DateTime<Utc>) -> Result<(), Problems> {
    let mut problems = Problems::default();
    let Some(sample) = Sample::new(now) else { return Ok(()) };
    let event = automation.trigger.assumed_event(&sample.customer, &sample.contacts, now);
    let context = Context::new(&sample.customer, &sample.contacts, &sample.settings, now);
    let variables = variables(&event, &context);
    for (index, action) in automation.actions.iter().enumerate() {
        let pointer = |field: &str| format!("/actions/{index}/{}/{field}", action.kind());
        let mut try_out = |field: &str, source: &str| {
            if let Err(error) = texts::text(templates, source, &variables) {
                problems.add(pointer(field), said(&error));
            }
        };
        match action {
            Action::Task { title, detail, .. } => {
                try_out("title", title);
                try_out("detail", detail);
            }
            Action::Slack { text, .. } => try_out("text", text),
            Action::Mail { content, to } => {
                let contact = sample.contacts.first().filter(|_| matches!(to, MailTo::Role(_)));
                for (field, detail) in mail(templates, content, &variables, contact) {
                    problems.add(pointer(field), detail);
                }
            }
            _ => {}
        }
    }
    problems.into_result(())
}

fn mail(
    templates: &Templates,
    content: &MailContent,
    variables: &Map<String, Value>,
    contact: Option<&Contact>,
) -> Vec<(&'static str, String)> {
    match content {
        // It needs a request, which an automation cannot make.
        MailContent::Template { template } if template == feedback_mail::TEMPLATE => {
            vec![("template", "is sent by Keepwell itself, to ask for feedback, and by no automation".to_owned())]
        }
        MailContent::Template { template } if !templates.has_mail(template) => {
            vec![("template", format!("names no mail template: {template:?}"))]
        }
        MailContent::Template { .. } => {
            let tried = texts::preview(templates, content, variables, contact);
            tried.err().map(|error| ("template", said(&error))).into_iter().collect()
        }
        MailContent::Written { subject, text } => {
            // One at a time, so that each problem has its place.
            let with = |subject: &str, text: &str| {
                let content = MailContent::Written { subject: subject.to_owned(), text: text.to_owned() };
                texts::mail_variables(templates, &content, variables, contact).err()
            };
            let problem = |field, error: RenderError| (field, said(&error));
            let of_subject = with(subject, "").map(|error| problem("subject", error));
            let of_text = with("", text).map(|error| problem("text", error));
            of_subject.into_iter().chain(of_text).collect()
        }
    }
}

/// What is wrong with a text, in the template engine's words.
pub fn said(error: &RenderError) -> String {
    let why = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    format!("cannot be filled in for this trigger: {why}")
}
