//! The texts of an automation, filled in.

use keepwell_domain::automation::action::MailContent;
use keepwell_domain::automation::variables::contact_variables;
use keepwell_domain::contact::Contact;
use serde_json::{Map, Value, json};

use crate::render::{RenderError, RenderedMail, Templates};

/// Longest subject and longest title of a task, in characters: a long customer name must not make them longer than they may be.
pub const MAX_LINE: usize = 200;

/// A text with its variables filled in.
pub fn text(templates: &Templates, source: &str, variables: &Map<String, Value>) -> Result<String, RenderError> {
    templates.text(source, &Value::Object(variables.clone()))
}

/// The same on one line.
pub fn line(templates: &Templates, source: &str, variables: &Map<String, Value>) -> Result<String, RenderError> {
    let text = text(templates, source, variables)?;
    Ok(text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MAX_LINE).collect())
}

/// The variables of a mail: for words of the team's own, these filled in beside the others, as `written`. `contact` is the recipient.
pub fn mail_variables(
    templates: &Templates,
    content: &MailContent,
    variables: &Map<String, Value>,
    contact: Option<&Contact>,
) -> Result<Map<String, Value>, RenderError> {
    let mut all = variables.clone();
    if let Some(contact) = contact {
        all.insert("contact".to_owned(), contact_variables(contact));
    }
    if let MailContent::Written { subject, text: words } = content {
        let subject = line(templates, subject, &all)?;
        let paragraphs = paragraphs(&text(templates, words, &all)?);
        all.insert("written".to_owned(), json!({ "subject": subject, "paragraphs": paragraphs }));
    }
    Ok(all)
}

/// A mail as its recipient would see it, with links that lead nowhere.
pub fn preview(
    templates: &Templates,
    content: &MailContent,
    variables: &Map<String, Value>,
    contact: Option<&Contact>,
) -> Result<RenderedMail, RenderError> {
    let mut all = mail_variables(templates, content, variables, contact)?;
    all.insert(
        "links".to_owned(),
        json!({ "unsubscribe": "https://example.com/unsubscribe", "customer": "https://example.com/customer" }),
    );
    templates.mail(content.template(contact.is_none()), &Value::Object(all))
}

/// The parts between empty lines.
fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs = vec![String::new()];
    for line in text.lines() {
        match (line.trim().is_empty(), paragraphs.last_mut()) {
            (false, Some(last)) => {
                if !last.is_empty() {
                    last.push('\n');
                }
                last.push_str(line.trim_end());
            }
            _ => paragraphs.push(String::new()),
        }
    }
    paragraphs.retain(|paragraph| !paragraph.is_empty());
    paragraphs
}
