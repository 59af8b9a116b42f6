//! Who gets a mail of an automation.

use std::collections::BTreeSet;

use super::action::MailTo;
use super::context::Context;
use crate::contact::{Contact, MailState, Role};
use crate::id::EmailAddress;
use crate::mail::Recipient;

/// A recipient, or why there is none, for the run log.
type Found = Result<Recipient, String>;

/// Everybody whom `to` means, or why somebody gets nothing. Never empty.
pub(super) fn recipients(to: MailTo, context: &Context<'_>) -> Vec<Found> {
    match to {
        MailTo::Role(role) => contacts(role, context.contacts),
        MailTo::Owner => vec![owner(context)],
        MailTo::Manager => vec![manager_found(context)],
        MailTo::OwnerAndManager => staff(context),
    }
}

/// The manager of the settings.
pub(super) fn manager<'a>(context: &Context<'a>) -> Option<&'a EmailAddress> {
    context.settings.manager.as_ref()
}

/// The contacts in a role, each address once; whoever must not be mailed is skipped with the reason.
fn contacts(role: Role, contacts: &[Contact]) -> Vec<Found> {
    let mut seen = BTreeSet::new();
    let found: Vec<Found> = contacts
        .iter()
        .filter(|contact| contact.role == role && seen.insert(contact.email.normalised()))
        .map(|contact| {
            let id = &contact.id;
            match contact.mail.state {
                MailState::Ok => Ok(Recipient::Contact { contact: id.clone() }),
                MailState::Unsubscribed => Err(format!("contact {id} asked for no more mail")),
                MailState::Bounced => Err(format!("mail to contact {id} bounced")),
                MailState::Complained => Err(format!("contact {id} marked a mail as spam")),
            }
        })
        .collect();
    if found.is_empty() {
        let role = role.as_str().replace('_', " ");
        return vec![Err(format!("the customer has no {role} among its contacts"))];
    }
    found
}

fn owner(context: &Context<'_>) -> Found {
    staff_member(context.customer.profile.owner.as_ref(), "the customer has no owner")
}

fn manager_found(context: &Context<'_>) -> Found {
    staff_member(manager(context), "no manager is set in the settings")
}

fn staff_member(address: Option<&EmailAddress>, missing: &str) -> Found {
    address.map(|address| Recipient::Staff { address: address.clone() }).ok_or_else(|| missing.to_owned())
}

fn staff(context: &Context<'_>) -> Vec<Found> {
    let same = match (&context.customer.profile.owner, manager(context)) {
        (Some(owner), Some(manager)) => owner.normalised() == manager.normalised(),
        _ => false,
    };
    if same { vec![owner(context)] } else { vec![owner(context), manager_found(context)] }
}
