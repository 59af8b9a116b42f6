//! Sending mail: check again, claim the intent, one call to SES, settle. A crash anywhere leaves a state that says what is known.

mod message;

use aws_sdk_ses::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ses::operation::send_raw_email::SendRawEmailError;
use aws_sdk_ses::primitives::Blob;
use aws_sdk_ses::types::{MessageTag, RawMessage};
use chrono::{DateTime, Utc};
use futures::FutureExt as _;
use keepwell_domain::contact::Contact;
use keepwell_domain::id::EmailAddress;
use keepwell_domain::mail::{self, MailIntent, MailKind, Outcome, Recipient, Retry, SendState};
use keepwell_domain::working_time::next_window_start;

use crate::cloud::Cloud;
use crate::function::HandlerError;
use crate::store::change::Contended;
use crate::store::heartbeats::MailQuota;
use crate::store::{CommitError, StoreError, Stored};

/// How many intents one sweep takes.
const SWEEP: usize = 1_000;

/// The tag by which SES events find the intent.
pub const INTENT_TAG: &str = "intent";

/// Share of SES's sending rate that is used: other senders of the account need some too.
const RATE_SHARE: f64 = 0.8;

/// Share of SES's daily quota that is used.
const QUOTA_SHARE: f64 = 0.9;

/// Sends everything that is due, at SES's pace. Answers how many mails SES accepted.
pub async fn deliver_due(cloud: &Cloud) -> Result<usize, HandlerError> {
    let due = cloud.store.mail_due(cloud.now(), SWEEP).await?;
    deliver_all(cloud, due.into_iter().map(|stored| stored.value.id).collect()).await
}

/// Notes what SES says of the account, for people who look after the system.
pub async fn note_quota(cloud: &Cloud) -> Result<(), HandlerError> {
    let quota = cloud.ses.get_send_quota().send().await?;
    let said = MailQuota {
        at: cloud.now(),
        sent_24h: quota.sent_last24_hours(),
        quota_24h: Some(quota.max24_hour_send()).filter(|daily| !is_unlimited(*daily)),
        per_second: quota.max_send_rate(),
    };
    Ok(cloud.store.note_mail_quota(&said).await?)
}

/// SES answers -1 for "unlimited".
fn is_unlimited(daily: f64) -> bool {
    daily < 0.0
}

/// Sends the given intents, if they are due, at SES's pace. Answers how many mails SES accepted.
pub async fn deliver_all(cloud: &Cloud, intents: Vec<String>) -> Result<usize, HandlerError> {
    if intents.is_empty() {
        return Ok(0);
    }
    let mut pace = Pace::read(cloud).await?;
    let mut sent = 0;
    for id in intents {
        if !pace.wait_for_turn().await {
            tracing::warn!("the daily sending quota is nearly used; the rest waits");
            break;
        }
        if deliver(cloud, &id).await? {
            sent += 1;
        }
    }
    Ok(sent)
}

/// How fast and how much may be sent now.
struct Pace {
    left_today: f64,
    interval: std::time::Duration,
    first: bool,
}

impl Pace {
    async fn read(cloud: &Cloud) -> Result<Self, HandlerError> {
        let quota = cloud.ses.get_send_quota().send().await?;
        let rate = (quota.max_send_rate() * RATE_SHARE).max(0.1);
        let daily = quota.max24_hour_send();
        let daily = if is_unlimited(daily) { f64::INFINITY } else { daily };
        Ok(Self {
            left_today: daily * QUOTA_SHARE - quota.sent_last24_hours(),
            interval: std::time::Duration::from_secs_f64(1.0 / rate),
            first: true,
        })
    }

    /// Waits until the next mail may go; `false` when the day's quota is used.
    async fn wait_for_turn(&mut self) -> bool {
        if !self.first {
            tokio::time::sleep(self.interval).await;
        }
        self.first = false;
        self.left_today -= 1.0;
        self.left_today >= 0.0
    }
}

/// Sends one mail, if its intent is due and nobody else is sending it. Answers whether SES accepted it.
pub async fn deliver(cloud: &Cloud, id: &str) -> Result<bool, HandlerError> {
    let Some(stored) = cloud.store.mail_intent(id).await? else { return Ok(false) };
    let now = cloud.now();
    if let Some(resolved) = mail::resolve_unknown(&stored.value, now) {
        tracing::warn!(intent = id, state = ?resolved.state, "nobody knows whether SES had the mail");
        replace(cloud, &stored, &resolved).await?;
        return Ok(false);
    }
    let Ok(claim) = mail::claim(&stored.value, now) else { return Ok(false) };
    if let Some(waiting) = until_window(cloud, &stored.value, now).await? {
        replace(cloud, &stored, &waiting).await?;
        return Ok(false);
    }
    // All that can fail without SES comes before the claim is stored: after it, only the one call can leave a doubt.
    let addressee = match addressee(cloud, &claim).await? {
        Ok(addressee) => addressee,
        Err(reason) => {
            tracing::info!(intent = id, reason, "mail skipped");
            if let Ok(skipped) = mail::skip(&stored.value, reason, now) {
                replace(cloud, &stored, &skipped).await?;
            }
            return Ok(false);
        }
    };
    let message = message::build(cloud, &claim, &addressee).await?;
    let Some(claimed) = replace(cloud, &stored, &claim).await? else { return Ok(false) };
    let outcome = match message {
        Ok(raw) => send(cloud, &claim, raw).await,
        Err(reason) => Outcome::NotAccepted { reason, retry: Retry::Never },
    };
    tracing::info!(intent = id, template = claim.template, outcome = word(&outcome), "mail");
    let accepted = matches!(outcome, Outcome::Accepted { .. });
    let settled = mail::settle(&claim, claim.fence, outcome, cloud.now(), rand::random())?;
    replace(cloud, &claimed, &settled).await?;
    Ok(accepted)
}

/// A feedback request that was held up past the contact's morning waits for the next one; `None` when it need not.
async fn until_window(
    cloud: &Cloud,
    intent: &MailIntent,
    now: DateTime<Utc>,
) -> Result<Option<MailIntent>, StoreError> {
    let (MailKind::Survey, Recipient::Contact { contact }) = (intent.kind, &intent.recipient) else { return Ok(None) };
    let Some(contact) = cloud.store.contact(&intent.customer, contact).await? else { return Ok(None) };
    let not_before = next_window_start(contact.value.time_zone, now);
    let waiting =
        MailIntent { state: SendState::Pending { not_before }, version: intent.version + 1, ..intent.clone() };
    Ok((not_before > now).then_some(waiting))
}

fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted { .. } => "accepted",
        Outcome::NotAccepted { .. } => "not accepted",
        Outcome::Ambiguous => "ambiguous",
    }
}

/// Stores the next state; `None` when somebody else was faster.
async fn replace(
    cloud: &Cloud,
    before: &Stored<MailIntent>,
    after: &MailIntent,
) -> Result<Option<Stored<MailIntent>>, CommitError> {
    match cloud.store.replace_mail_intent(before, after).await {
        Ok(()) => Ok(Some(Stored { value: after.clone(), revision: before.revision + 1 })),
        Err(error) if error.is_contended() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Who gets the mail, with the contact when it is one.
struct Addressee {
    address: EmailAddress,
    contact: Option<Contact>,
}

/// Looks up the address and checks everything that may have changed since the intent was made.
async fn addressee(cloud: &Cloud, intent: &MailIntent) -> Result<Result<Addressee, String>, StoreError> {
    let contact = match &intent.recipient {
        Recipient::Staff { address } => return Ok(Ok(Addressee { address: address.clone(), contact: None })),
        Recipient::Contact { contact } => contact,
    };
    let Some(contact) = cloud.store.contact(&intent.customer, contact).await? else {
        return Ok(Err("the contact is gone".to_owned()));
    };
    let contact = contact.value;
    if !contact.mailable() {
        return Ok(Err(format!("mail to the contact is {}", contact.mail.state)));
    }
    if cloud.store.address_guard(&contact.email).await?.value.suppressed_since.is_some() {
        return Ok(Err("the address is suppressed".to_owned()));
    }
    if intent.kind == MailKind::Survey {
        let customer = cloud.store.customer(&intent.customer).await?;
        if !customer.is_some_and(|stored| stored.value.profile.request_feedback) {
            return Ok(Err("feedback requests were switched off".to_owned()));
        }
    }
    Ok(Ok(Addressee { address: contact.email.clone(), contact: Some(contact) }))
}

/// The one call. What SES certainly refused may be tried again; what nobody knows is ambiguous.
async fn send(cloud: &Cloud, intent: &MailIntent, raw: Vec<u8>) -> Outcome {
    let tag = MessageTag::builder().name(INTENT_TAG).value(&intent.id).build();
    let message = RawMessage::builder().data(Blob::new(raw)).build();
    let (Ok(tag), Ok(message)) = (tag, message) else {
        return Outcome::NotAccepted { reason: "the message cannot be built".to_owned(), retry: Retry::Never };
    };
    let request = cloud
        .ses
        .send_raw_email()
        .raw_message(message)
        .tags(tag)
        .set_configuration_set_name(cloud.deployment.mail_configuration_set.clone());
    match request.send().boxed().await {
        Ok(answer) => Outcome::Accepted { message_id: answer.message_id().to_owned() },
        Err(error) => judge(&error),
    }
}

fn judge<R>(error: &SdkError<SendRawEmailError, R>) -> Outcome
where
    R: std::fmt::Debug,
{
    match error {
        SdkError::ConstructionFailure(_) => {
            Outcome::NotAccepted { reason: "the request cannot be built".to_owned(), retry: Retry::Never }
        }
        // Nothing was sent only if the connection was never made; a timeout may come after the request.
        SdkError::DispatchFailure(failure) if failure.is_user() => {
            Outcome::NotAccepted { reason: "SES was not reached".to_owned(), retry: Retry::Later }
        }
        SdkError::ServiceError(service) => {
            let code = service.err().code().unwrap_or("unknown");
            let retry = match code {
                "Throttling" | "ThrottlingException" => Retry::Throttled,
                "ServiceUnavailable" | "InternalFailure" | "unknown" => return Outcome::Ambiguous,
                "MessageRejected" | "InvalidParameterValue" => Retry::Never,
                // Sending is paused, or the domain is not verified yet: a person puts that right.
                _ => Retry::Later,
            };
            Outcome::NotAccepted { reason: code.to_owned(), retry }
        }
        _ => Outcome::Ambiguous,
    }
}
