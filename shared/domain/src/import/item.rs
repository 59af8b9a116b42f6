//! One item: what it asks for, read by the rules of its kind.

use serde_json::Value;

use super::ImportKind;
use crate::contact::NewContact;
use crate::customer::ProfileChange;
use crate::fields::{Fields, FromField};
use crate::id::CustomerId;
use crate::problem::Problems;
use crate::signal::{CustomMeasure, Goal, Interaction, Message, Opportunity, Outcome, Survey, Ticket, UsageEvent};

/// What an item asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// Create or change the customer. Boxed because it is by far the largest.
    Customer(Box<ProfileChange>),
    /// Create or change a contact.
    Contact(NewContact),
    /// Fold a usage event.
    Usage(UsageEvent),
    /// Keep a ticket.
    Ticket(Ticket),
    /// Keep a survey answer.
    Survey(Survey),
    /// Keep an interaction.
    Interaction(Interaction),
    /// Keep a goal.
    Goal(Goal),
    /// Keep an outcome.
    Outcome(Outcome),
    /// Keep a written message.
    Message(Message),
    /// Keep an opportunity.
    Opportunity(Opportunity),
    /// Keep the value of a custom measure, unless a newer one is known.
    CustomMeasure(CustomMeasure),
}

/// An item that can be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its place: the row in a file as a spreadsheet counts (the header is 1), or the index in an array.
    pub row: usize,
    /// The customer it is about.
    pub customer: CustomerId,
    /// What it asks for.
    pub item: Item,
}

/// Reads an item's object by the rules of its kind. `base` is the pointer of the object in its document.
pub(super) fn read(kind: ImportKind, value: &Value, base: &str) -> Result<(CustomerId, Item), Problems> {
    if kind == ImportKind::Customers {
        let profile = ProfileChange::parse(&without(value, "id"))?;
        return Ok((customer(value, base, "id")?, Item::Customer(Box::new(profile))));
    }
    if !value.is_object() {
        return Err(Problems::one(base, "must be a JSON object"));
    }
    let item = read_rest(kind, &without(value, "customer"), base);
    match (customer(value, base, "customer"), item) {
        (Ok(customer), Ok(item)) => Ok((customer, item)),
        (Err(problems), Ok(_)) | (Ok(_), Err(problems)) => Err(problems),
        (Err(Problems(customer)), Err(Problems(item))) => Err(Problems([customer, item].concat())),
    }
}

/// Reads an item without its customer.
fn read_rest(kind: ImportKind, rest: &Value, base: &str) -> Result<Item, Problems> {
    if kind == ImportKind::Contacts {
        let contact = NewContact::parse(rest)?;
        if contact.id.is_none() {
            return Err(Problems::one(format!("{base}/id"), "is required"));
        }
        return Ok(Item::Contact(contact));
    }
    let mut fields = Fields::new(rest, base)?;
    let item = match kind {
        ImportKind::Usage => UsageEvent::read(&mut fields).map(Item::Usage),
        ImportKind::Tickets => Ticket::read(&mut fields).map(Item::Ticket),
        ImportKind::Surveys => Survey::read(&mut fields).map(Item::Survey),
        ImportKind::Interactions => Interaction::read(&mut fields).map(Item::Interaction),
        ImportKind::Goals => Goal::read(&mut fields).map(Item::Goal),
        ImportKind::Outcomes => Outcome::read(&mut fields).map(Item::Outcome),
        ImportKind::Messages => Message::read(&mut fields).map(Item::Message),
        ImportKind::Opportunities => Opportunity::read(&mut fields).map(Item::Opportunity),
        ImportKind::CustomMeasures => CustomMeasure::read(&mut fields).map(Item::CustomMeasure),
        ImportKind::Customers | ImportKind::Contacts => None,
    };
    fields.finish(item)
}

/// The customer's id, from the field `key`.
fn customer(value: &Value, base: &str, key: &str) -> Result<CustomerId, Problems> {
    let pointer = format!("{base}/{key}");
    let id = value.get(key).filter(|id| !id.is_null()).ok_or_else(|| Problems::one(&pointer, "is required"))?;
    CustomerId::from_field(id).map_err(|detail| Problems::one(&pointer, detail))
}

fn without(value: &Value, key: &str) -> Value {
    let mut value = value.clone();
    if let Some(object) = value.as_object_mut() {
        object.remove(key);
    }
    value
}
