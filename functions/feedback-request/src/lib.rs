//! Asks contacts for feedback: every hour, whoever is due and in their working hours.
//!
//! Asking a contact is one transaction: the contact's clock, the guard of its address, the request and the mail intent.
//! Two runs at once, or one run twice, ask once.

use chrono::{DateTime, Utc};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::function::{Function, HandlerError, Rate};
use keepwell_aws::store::change::{Cause, CustomerChange, retry_on_conflict};
use keepwell_aws::store::customers::{AddressGuard, contact_record};
use keepwell_aws::store::feedback::{request_record, whereabouts_record};
use keepwell_aws::store::intents::intent_record;
use keepwell_aws::store::{CommitError, Expect, StoreError, Stored};
use keepwell_aws::{feedback_mail, mailer};
use keepwell_domain::contact::Contact;
use keepwell_domain::customer::Customer;
use keepwell_domain::event::Fact;
use keepwell_domain::feedback::FeedbackRequest;
use keepwell_domain::feedback::asking::{Ask, after_asking, decide_ask, next_look};
use keepwell_domain::id::CustomerId;
use keepwell_domain::mail::{MailIntent, MailKind, Recipient, SendState, id_of_survey};
use keepwell_domain::settings::Settings;
use keepwell_domain::task::{TaskSource, TaskState};

/// The shipped automation whose open task is an open "Not Happy" case.
const NEGATIVE_ANSWER: &str = "negative-answer";

/// The function.
pub fn function(cloud: &Cloud) -> Function {
    let cloud = cloud.clone();
    Function::new("feedback-request").schedule("hourly", Rate::Hourly, move || {
        let cloud = cloud.clone();
        async move { run(&cloud).await }
    })
}

/// Some customers could not be looked at; they stay due, and the next run tries again.
#[derive(Debug, thiserror::Error)]
#[error("{0} customers could not be looked at")]
struct Failed(usize);

/// Looks at every customer that is due. One that fails does not keep the others waiting.
async fn run(cloud: &Cloud) -> Result<(), HandlerError> {
    let settings = cloud.settings().await?;
    let mut intents = Vec::new();
    let mut failed = 0;
    for due in cloud.store.feedback_due(cloud.now()).await? {
        let id = due.value.id;
        match look_at(cloud, &settings, &id).await {
            Ok(made) => intents.extend(made),
            Err(error) => {
                tracing::error!(customer = id.as_str(), %error, "could not ask for feedback");
                failed += 1;
            }
        }
    }
    mailer::deliver_all(cloud, intents).await?;
    if failed > 0 { Err(Box::new(Failed(failed))) } else { Ok(()) }
}

/// Asks those contacts of the customer that may be asked now, and notes when to look again. Answers the mail intents.
async fn look_at(cloud: &Cloud, settings: &Settings, id: &CustomerId) -> Result<Vec<String>, CommitError> {
    let open_case = has_open_case(cloud, id).await?;
    let mut intents = Vec::new();
    for contact in cloud.store.contacts(id).await? {
        let contact = contact.value.id;
        let asked = retry_on_conflict(|| ask(cloud, settings, id, &contact, open_case)).await?;
        intents.extend(asked);
    }
    retry_on_conflict(|| schedule_next_look(cloud, settings, id, open_case)).await?;
    Ok(intents)
}

async fn has_open_case(cloud: &Cloud, id: &CustomerId) -> Result<bool, StoreError> {
    let tasks = cloud.store.tasks_of_customer(id).await?;
    Ok(tasks.iter().any(|task| {
        task.state == TaskState::Open
            && matches!(&task.source, TaskSource::Automation { automation, .. } if automation == NEGATIVE_ANSWER)
    }))
}

/// Everything that a decision about one contact looks at, freshly read.
struct Situation {
    customer: Stored<Customer>,
    contact: Stored<Contact>,
    guard: Stored<AddressGuard>,
    decision: Ask,
}

async fn situation(
    cloud: &Cloud,
    settings: &Settings,
    id: &CustomerId,
    contact: &keepwell_domain::id::RecordId,
    open_case: bool,
    now: DateTime<Utc>,
) -> Result<Option<Situation>, StoreError> {
    let (customer, contact) = (cloud.store.customer(id).await?, cloud.store.contact(id, contact).await?);
    let Some((customer, contact)) = customer.zip(contact) else { return Ok(None) };
    let guard = cloud.store.address_guard(&contact.value.email).await?;
    let decision = decide_ask(
        &customer.value,
        &contact.value,
        settings,
        guard.value.last_asked_at,
        guard.value.suppressed_since.is_some(),
        open_case,
        now,
    );
    Ok(Some(Situation { customer, contact, guard, decision }))
}

/// Asks one contact, if it may be asked now. Answers the mail intent.
async fn ask(
    cloud: &Cloud,
    settings: &Settings,
    id: &CustomerId,
    contact: &keepwell_domain::id::RecordId,
    open_case: bool,
) -> Result<Option<String>, CommitError> {
    let now = cloud.now();
    let Some(Situation { customer, contact, guard, decision: Ask::Now }) =
        situation(cloud, settings, id, contact, open_case, now).await?
    else {
        return Ok(None);
    };
    let request = FeedbackRequest::new(cloud.fresh_id("req"), id.clone(), contact.value.id.clone(), now);
    let intent = intent(id_of_survey(&request.id), &customer.value, settings, &request, now);
    let asked = Contact { ask: after_asking(&contact.value.ask, now), ..contact.value.clone() };

    let mut change = CustomerChange::of(customer, Cause::default(), now);
    change.put(contact_record(id, &asked), Expect::Revision(contact.revision));
    let guard_after = AddressGuard { last_asked_at: Some(now), ..guard.value };
    let untouched = if guard.revision == 0 { Expect::Absent } else { Expect::Revision(guard.revision) };
    change.put(cloud.store.address_guard_record(&contact.value.email, &guard_after), untouched);
    change.put(request_record(&request), Expect::Absent);
    change.put(whereabouts_record(&request.id, id), Expect::Absent);
    change.put(intent_record(&intent), Expect::Absent);
    change.publish(Fact::FeedbackRequested { request: request.id.clone(), contact: request.contact.clone() });
    change.commit(cloud).await?;
    Ok(Some(intent.id))
}

fn intent(
    id: String,
    customer: &Customer,
    settings: &Settings,
    request: &FeedbackRequest,
    now: DateTime<Utc>,
) -> MailIntent {
    MailIntent {
        id,
        kind: MailKind::Survey,
        template: feedback_mail::TEMPLATE.to_owned(),
        recipient: Recipient::Contact { contact: request.contact.clone() },
        customer: customer.id.clone(),
        variables: feedback_mail::variables(customer, settings),
        request: Some(request.id.clone()),
        state: SendState::Pending { not_before: now },
        fence: 0,
        attempt: 0,
        resent: false,
        created_at: now,
        version: 1,
    }
}

/// Notes on the customer's row when its contacts are to be looked at again.
async fn schedule_next_look(
    cloud: &Cloud,
    settings: &Settings,
    id: &CustomerId,
    open_case: bool,
) -> Result<(), CommitError> {
    let now = cloud.now();
    let Some(customer) = cloud.store.customer(id).await? else { return Ok(()) };
    let mut decisions = Vec::new();
    for contact in cloud.store.contacts(id).await? {
        if let Some(situation) = situation(cloud, settings, id, &contact.value.id, open_case, now).await? {
            decisions.push(situation.decision);
        }
    }
    let next = next_look(&customer.value, &decisions, now);
    if next == customer.value.feedback_due_at {
        return Ok(());
    }
    let mut change = CustomerChange::of(customer, Cause::default(), now);
    change.customer.feedback_due_at = next;
    change.commit(cloud).await?;
    Ok(())
}
