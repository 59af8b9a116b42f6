//! What SES says about mails, found by the tag that carries the intent. Any event may come twice, late or out of order.

use keepwell_aws::cloud::Cloud;
use keepwell_aws::function::{HandlerError, Message};
use keepwell_aws::mailer::INTENT_TAG;
use keepwell_aws::store::change::retry_on_conflict;
use keepwell_aws::suppression::{suppress, suppress_address};
use keepwell_aws::telemetry::metrics::{self, Metric};
use keepwell_domain::contact::MailState;
use keepwell_domain::id::EmailAddress;
use keepwell_domain::mail::{MailIntent, Recipient, SesEvent, SesEventKind, confirmed};
use serde_json::Value;

pub(crate) async fn handle(cloud: &Cloud, message: Message) -> Result<(), HandlerError> {
    let Some((id, event)) = read(&message) else {
        tracing::info!(detail_type = message.detail_type, "a mail event that is not about one of our intents");
        return Ok(());
    };
    let Some(intent) = confirm(cloud, &id, &event).await? else { return Ok(()) };
    let Recipient::Contact { contact } = &intent.recipient else { return Ok(()) };
    let (state, metric) = match event.kind {
        // A transient bounce (full mailbox) says nothing about tomorrow.
        SesEventKind::Bounce if is_permanent(&message.detail) => (MailState::Bounced, Metric::MailBounces),
        SesEventKind::Complaint => (MailState::Complained, Metric::MailComplaints),
        _ => return Ok(()),
    };
    let went_to = destinations(&message.detail);
    let contact_now = cloud.store.contact(&intent.customer, contact).await?.map(|contact| contact.value);
    let now_at = contact_now.as_ref().map(|contact| contact.email.normalised());
    if went_to.is_empty() || went_to.iter().any(|address| Some(address.normalised()) == now_at) {
        retry_on_conflict(|| suppress(cloud, &intent.customer, contact, state)).await?;
        // An event that comes again changes nothing, and is not counted again.
        metrics::count(metric, usize::from(contact_now.is_some_and(|contact| contact.mail.state != state)));
        return Ok(());
    }
    // The contact has another address by now, or is gone: only the old address is at fault.
    for address in &went_to {
        let is_new = cloud.store.address_guard(address).await?.value.suppressed_since.is_none();
        retry_on_conflict(|| suppress_address(cloud, address)).await?;
        metrics::count(metric, usize::from(is_new));
    }
    Ok(())
}

/// The addresses that the mail went to, where SES names them.
fn destinations(detail: &Value) -> Vec<EmailAddress> {
    let named = detail.pointer("/mail/destination").and_then(Value::as_array);
    let texts = named.into_iter().flatten().filter_map(Value::as_str);
    texts.filter_map(|text| EmailAddress::parse(text).ok()).collect()
}

fn read(message: &Message) -> Option<(String, SesEvent)> {
    let detail = &message.detail;
    let id = detail.pointer(&format!("/mail/tags/{INTENT_TAG}/0"))?.as_str()?.to_owned();
    let message_id = detail.pointer("/mail/messageId")?.as_str()?.to_owned();
    let kind = match message.detail_type.as_str() {
        "Email Sent" => SesEventKind::Send,
        "Email Delivered" => SesEventKind::Delivery,
        "Email Bounced" => SesEventKind::Bounce,
        "Email Complaint Received" => SesEventKind::Complaint,
        "Email Rejected" => SesEventKind::Reject,
        _ => return None,
    };
    Some((id, SesEvent { kind, message_id }))
}

fn is_permanent(detail: &Value) -> bool {
    detail.pointer("/bounce/bounceType").and_then(Value::as_str) == Some("Permanent")
}

/// An event proves that SES had the mail. Answers the intent, `None` when it is not known (any more).
async fn confirm(cloud: &Cloud, id: &str, event: &SesEvent) -> Result<Option<MailIntent>, HandlerError> {
    let intent = retry_on_conflict(|| async {
        let Some(stored) = cloud.store.mail_intent(id).await? else { return Ok(None) };
        if let Some(after) = confirmed(&stored.value, event, cloud.now()) {
            cloud.store.replace_mail_intent(&stored, &after).await?;
        }
        Ok::<_, keepwell_aws::store::CommitError>(Some(stored.value))
    });
    Ok(intent.await?)
}
