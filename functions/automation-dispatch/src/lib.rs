//! Carries out automations: what an event sets off, once per event, automation and version.
//!
//! A run is a row beside its customer, written in the transaction that has its effects: tasks, mails and deliveries to be sent, tags
//! and attributes. What does not fit into one transaction follows in parts. Mails and deliveries are sent after it; whatever a crash
//! leaves undone or unsent, the schedules do.
//! What time alone brings is looked for every hour, and comes through the bus like everything else.

mod automations;
mod part;
mod run;
mod time;
mod waits;

use keepwell_aws::cloud::Cloud;
use keepwell_aws::function::{Function, HandlerError, Message, Rate};
use keepwell_aws::{mailer, webhooks};
use keepwell_domain::automation::run::RunState;
use keepwell_domain::event::SOURCE;
use tracing::Instrument as _;

use crate::automations::Automations;
use crate::part::Made;

/// The events that can set off an automation.
pub const SUBSCRIPTIONS: &[&str] = &[
    "health_status.changed.v1",
    "health_status.became_stale.v1",
    "health_status.disagreed.v1",
    "band.changed.v1",
    "score.changed.v1",
    "insight.changed.v1",
    "feedback.answered.v1",
    "happiness.dropped.v1",
    "ticket.opened.v1",
    "ticket.escalated.v1",
    "renewal.approaching.v1",
    "contact.lapsed.v1",
    "milestone.overdue.v1",
];

/// How many mails are sent with the events that caused them: at SES's pace, within the function's time. The schedule sends the rest.
const SENT_AT_ONCE: usize = 100;

/// The function.
pub fn function(cloud: &Cloud) -> Function {
    let automations = Automations::default();
    let (events, mail, sends, later) = (cloud.clone(), cloud.clone(), cloud.clone(), cloud.clone());
    let (time, waited_for) = (cloud.clone(), automations.clone());
    Function::new("automation-dispatch")
        .subscribe(SOURCE, SUBSCRIPTIONS, move |messages| {
            let (cloud, automations) = (events.clone(), automations.clone());
            async move { dispatch_batch(&cloud, &automations, messages).await }
        })
        .schedule("mail", Rate::FiveMinutes, move || {
            let cloud = mail.clone();
            async move {
                mailer::deliver_due(&cloud).await?;
                mailer::note_quota(&cloud).await
            }
        })
        .schedule("time", Rate::Hourly, move || {
            let (cloud, automations) = (time.clone(), waited_for.clone());
            async move { time::pass(&cloud, &automations).await }
        })
        .schedule("webhooks", Rate::FiveMinutes, move || {
            let cloud = sends.clone();
            async move { webhooks::deliver_due(&cloud).await.map(|_| ()) }
        })
        .schedule("waits", Rate::FiveMinutes, move || {
            let cloud = later.clone();
            async move { waits::go_on(&cloud).await }
        })
}

/// Runs what each event sets off, then sends what was made. Answers the messages that failed: when they come again, the runs that
/// happened are not repeated.
async fn dispatch_batch(cloud: &Cloud, automations: &Automations, messages: Vec<Message>) -> Vec<String> {
    let (mut made, mut done, mut failed) = (Made::default(), Vec::new(), Vec::new());
    for message in messages {
        let id = message.id.clone();
        let dispatched = dispatch(cloud, automations, &message, &mut made).instrument(message.span()).await;
        if dispatched.is_ok() { done.push(id) } else { failed.push(id) }
    }
    if let Err(error) = send(cloud, made).await {
        tracing::error!(%error, "mails or deliveries could not be sent");
        failed.append(&mut done);
    }
    failed
}

/// Runs every automation that the event sets off. What fails is logged with the event's ids.
async fn dispatch(
    cloud: &Cloud,
    automations: &Automations,
    message: &Message,
    made: &mut Made,
) -> Result<(), HandlerError> {
    let outcome = run_each(cloud, automations, message, made).await;
    outcome.inspect_err(|error| tracing::error!(message_id = message.id, %error, "message failed"))
}

/// Runs every automation that the event sets off. One that fails does not keep the others from it.
async fn run_each(
    cloud: &Cloud,
    automations: &Automations,
    message: &Message,
    made: &mut Made,
) -> Result<(), HandlerError> {
    let event = message.event()?;
    let automations = automations.current(&cloud.store).await?;
    let matching: Vec<_> = automations
        .iter()
        .filter(|current| current.automation.on && current.automation.trigger.matches(&event.fact))
        .collect();
    if matching.is_empty() {
        return Ok(());
    }
    let before = cloud.store.runs_of_event(&event).await?;
    let mut effects: usize = before.iter().map(|stored| stored.value.effects).sum();
    let mut outcome = Ok(());
    for current in matching {
        // An event that another version dealt with is dealt with.
        let earlier = before.iter().find(|stored| stored.value.automation == current.automation.id);
        let result = match earlier.map(|stored| &stored.value) {
            Some(begun) if matches!(begun.state, RunState::Doing { .. }) => {
                run::finish(cloud, begun, true).await.map(|parts| made.add(parts))
            }
            Some(_) => Ok(()),
            None => run::start(cloud, current, &event, effects).await.map(|(parts, more)| {
                effects += more;
                made.add(parts);
            }),
        };
        if let Err(error) = result {
            tracing::error!(automation = current.automation.id, event_id = event.event_id, %error, "a run failed");
            outcome = Err(error.into());
        }
    }
    outcome
}

/// Sends what was made, as far as the time allows.
async fn send(cloud: &Cloud, mut made: Made) -> Result<(), HandlerError> {
    made.mails.truncate(SENT_AT_ONCE);
    let mails = mailer::deliver_all(cloud, made.mails).await;
    webhooks::deliver_all(cloud, made.deliveries).await?;
    mails.map(|_| ())
}
