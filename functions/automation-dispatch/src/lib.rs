//! Runs automations: what an event sets off, once per event and automation version.
//!
//! A run is one transaction: its log row, tasks, mail intents, cool-down and events. Mails are sent after it; whatever a
//! crash leaves unsent, the mail schedule sends.

mod run;

use std::sync::Arc;

use keepwell_aws::cloud::Cloud;
use keepwell_aws::function::{Function, HandlerError, Message, Rate, process_each};
use keepwell_aws::mailer;
use keepwell_aws::store::change::retry_on_conflict;
use keepwell_aws::webhooks;
use keepwell_domain::automation::{Automation, shipped};
use keepwell_domain::event::SOURCE;

/// The events that can set off an automation.
pub const SUBSCRIPTIONS: &[&str] = &[
    "health_status.changed.v1",
    "health_status.became_stale.v1",
    "insight.changed.v1",
    "feedback.answered.v1",
    "happiness.dropped.v1",
];

/// The function.
pub fn function(cloud: &Cloud) -> Function {
    let automations: Arc<Vec<Automation>> = Arc::new(shipped());
    let (cloud, mail_cloud, webhook_cloud) = (cloud.clone(), cloud.clone(), cloud.clone());
    Function::new("automation-dispatch")
        .subscribe(SOURCE, SUBSCRIPTIONS, move |messages| {
            let (cloud, automations) = (cloud.clone(), Arc::clone(&automations));
            async move { process_each(messages, |message| dispatch(&cloud, &automations, message)).await }
        })
        .schedule("mail", Rate::FiveMinutes, move || {
            let cloud = mail_cloud.clone();
            async move { mailer::deliver_due(&cloud).await.map(|_| ()) }
        })
        .schedule("webhooks", Rate::FiveMinutes, move || {
            let cloud = webhook_cloud.clone();
            async move { webhooks::deliver_due(&cloud).await.map(|_| ()) }
        })
}

/// Runs every automation that the event sets off, then sends the mails. A failed one fails the message: when it comes
/// again, the runs that happened are not repeated.
async fn dispatch(cloud: &Cloud, automations: &[Automation], message: Message) -> Result<(), HandlerError> {
    let event = message.event()?;
    let mut mails = Vec::new();
    for automation in automations.iter().filter(|automation| automation.trigger.matches(&event.fact)) {
        mails.extend(retry_on_conflict(|| run::run(cloud, automation, &event)).await?);
    }
    mailer::deliver_all(cloud, mails).await?;
    Ok(())
}
