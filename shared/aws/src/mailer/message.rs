//! A mail as SES gets it: rendered from its template, with links and the headers for one-click unsubscribe (RFC 8058).

use keepwell_domain::automation::variables::contact_variables;
use keepwell_domain::link::{Purpose, sign, unsubscribe_expires_at};
use keepwell_domain::mail::MailIntent;
use mail_builder::MessageBuilder;
use mail_builder::headers::raw::Raw;
use mail_builder::headers::url::URL;
use serde_json::{Map, Value, json};

use super::Addressee;
use crate::cloud::Cloud;
use crate::feedback_mail;
use crate::function::HandlerError;

/// The raw message, or why the mail can never be sent.
pub(super) async fn build(
    cloud: &Cloud,
    intent: &MailIntent,
    to: &Addressee,
) -> Result<Result<Vec<u8>, String>, HandlerError> {
    let mut variables = intent.variables.clone();
    let reply_to =
        variables.get("owner").and_then(|owner| owner.get("email")).and_then(Value::as_str).map(str::to_owned);
    let mut unsubscribe = None;
    let mut sender_name = "Keepwell".to_owned();
    let links = match &to.contact {
        Some(contact) => {
            variables.insert("contact".to_owned(), contact_variables(contact));
            // Contacts know the person who looks after them, not the software that the person uses.
            if let Some(name) = variables.get("owner").and_then(|owner| owner.get("name")).and_then(Value::as_str) {
                name.clone_into(&mut sender_name);
            }
            let links = contact_links(cloud, intent).await?;
            unsubscribe = links.get("unsubscribe").and_then(Value::as_str).map(str::to_owned);
            links
        }
        None => staff_links(cloud, intent)?,
    };
    variables.insert("links".to_owned(), Value::Object(links));
    let rendered = match cloud.templates.mail(&intent.template, &Value::Object(variables)) {
        Ok(rendered) => rendered,
        Err(error) => return Ok(Err(format!("the template {} cannot be rendered: {error}", intent.template))),
    };

    let from = cloud.deployment.mail_from.as_str();
    let domain = from.split_once('@').map_or("localhost", |(_, domain)| domain);
    let mut message = MessageBuilder::new()
        .message_id(format!("{}.{}@{domain}", intent.id, intent.fence))
        .date(cloud.now().timestamp())
        .from((sender_name.as_str(), from))
        .to(to.address.as_str())
        .subject(rendered.subject)
        .text_body(rendered.text)
        .html_body(rendered.html)
        // Out-of-office machines shall not answer.
        .header("Auto-Submitted", Raw::new("auto-generated"));
    // The letters say "just reply": the answer goes to the person who looks after the customer.
    if let Some(reply_to) = reply_to {
        message = message.reply_to(reply_to);
    }
    if let Some(unsubscribe) = unsubscribe {
        message = message
            .header("List-Unsubscribe", URL::new(unsubscribe))
            .header("List-Unsubscribe-Post", Raw::new("List-Unsubscribe=One-Click"));
    }
    Ok(message.write_to_vec().map_err(|error| error.to_string()))
}

/// The links of a mail to a contact: the four answers when it asks for feedback, and unsubscribe always.
async fn contact_links(cloud: &Cloud, intent: &MailIntent) -> Result<Map<String, Value>, HandlerError> {
    let keys = cloud.link_keys()?;
    let url = cloud.public_url()?;
    let mut links = Map::new();
    let token = sign(keys, Purpose::Unsubscribe, &intent.id, unsubscribe_expires_at(intent.created_at));
    links.insert("unsubscribe".to_owned(), json!(format!("{url}/u/{token}")));
    if let Some(request) = &intent.request {
        let stored = cloud.store.feedback_request(&intent.customer, request).await?;
        let request = stored.ok_or("the feedback request is gone")?.value;
        let token = sign(keys, Purpose::Feedback, &request.id, request.link_expires_at());
        links.extend(feedback_mail::answer_links(|rating| format!("{url}/f/{token}?rating={rating}")));
    }
    Ok(links)
}

/// The links of a mail to the team.
fn staff_links(cloud: &Cloud, intent: &MailIntent) -> Result<Map<String, Value>, HandlerError> {
    let customer = format!("{}/customers/{}", cloud.public_url()?, intent.customer);
    Ok(Map::from_iter([("customer".to_owned(), json!(customer))]))
}
