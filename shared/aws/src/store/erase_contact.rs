//! Erasing one contact: who it was, what it said, and its name in what others wrote. What it counted for stays, under a name that tells
//! nothing: ratings and dates of answers, surveys, meetings.
//!
//! ```text
//! contact -> being erased: its row is gone, its address is suppressed, its name is kept -> everything else -> nothing is kept
//! ```
//!
//! From the first step on the contact can neither be mailed nor answer. An erasure that broke off is found by what is kept of it and goes
//! on when it is asked for again; taking out what is out already changes nothing.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use keepwell_domain::event::Fact;
use keepwell_domain::id::{CustomerId, RecordId};

use super::change::{Cause, CustomerChange};
use super::keys::{self, Key};
use super::personal::{Erasing, Found};
use super::record::{Record, Table};
use super::transaction::MAX_WRITES;
use super::{CommitError, Expect, Item, Transaction};
use crate::cloud::Cloud;
use crate::suppression;

/// What one transaction may hold, in bytes: `DynamoDB` takes 4 MB.
const MAX_BYTES: usize = 2_000_000;

/// What was erased or changed: how many of each kind.
pub type Erasure = BTreeMap<&'static str, usize>;

/// Erases a contact. `None` when there is no such customer; nothing of each kind when nothing is known of the contact.
pub async fn erase_contact(
    cloud: &Cloud,
    customer: &CustomerId,
    contact: &RecordId,
) -> Result<Option<Erasure>, CommitError> {
    let mut erased = Erasure::new();
    let Some(who) = begin(cloud, customer, contact, &mut erased).await? else { return Ok(None) };
    let found = cloud.store.about(customer, contact, who.person()).await?;
    for item in &found {
        *erased.entry(item.kind).or_default() += 1;
    }
    take_away(cloud, found).await?;
    if !erased.is_empty() {
        finish(cloud, customer, contact).await?;
    }
    Ok(Some(erased))
}

/// Takes the contact's row away and keeps who it was.
async fn begin(
    cloud: &Cloud,
    customer: &CustomerId,
    contact: &RecordId,
    erased: &mut Erasure,
) -> Result<Option<Erasing>, CommitError> {
    let Some(stored) = cloud.store.customer(customer).await? else { return Ok(None) };
    let before = cloud.store.erasing(customer, contact).await?;
    let known = cloud.store.contact(customer, contact).await?;
    if before.is_some() || known.is_some() {
        erased.insert("contact", 1);
    }
    let mut who = before.map(|stored| stored.value).unwrap_or_default();
    let Some(known) = known else { return Ok(Some(who)) };
    who.names.insert(known.value.name.reveal().clone());
    who.addresses.insert(known.value.email.clone());
    let mut change = CustomerChange::of(stored, Cause::default(), cloud.now());
    change.put(Record::new(Table::Core, keys::erasing(customer, contact), &who), Expect::Anything);
    change.transaction.delete_expecting(
        Table::Core,
        keys::contact(customer, contact),
        Expect::Revision(known.revision),
    );
    suppression::never_again(cloud, &mut change, &known.value.email).await?;
    change.commit(cloud).await?;
    Ok(Some(who))
}

/// Writes what is found without the person, a transaction at a time.
async fn take_away(cloud: &Cloud, found: Vec<Found>) -> Result<(), CommitError> {
    let (mut transaction, mut bytes) = (Transaction::default(), 0);
    for Found { table, item, after, .. } in found {
        let size = after.as_ref().map_or(0, size);
        if transaction.len() == MAX_WRITES || bytes + size > MAX_BYTES {
            std::mem::take(&mut transaction).commit(&cloud.store).await?;
            bytes = 0;
        }
        bytes += size;
        let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
        let (key, revision) = (Key { pk: text("pk"), sk: text("sk") }, super::record::revision(&item));
        match after {
            Some(attributes) => {
                transaction.put(Ok(Record { table, key, attributes }), Expect::Revision(revision));
            }
            None => transaction.delete(table, key),
        }
    }
    transaction.commit(&cloud.store).await
}

/// Keeps nothing any more, and publishes that the contact was erased.
async fn finish(cloud: &Cloud, customer: &CustomerId, contact: &RecordId) -> Result<(), CommitError> {
    let Some(stored) = cloud.store.customer(customer).await? else { return Ok(()) };
    let mut change = CustomerChange::of(stored, Cause::default(), cloud.now());
    change.transaction.delete(Table::Core, keys::erasing(customer, contact));
    change.publish(Fact::ContactErased { contact: contact.clone() });
    change.commit(cloud).await?;
    Ok(())
}

/// About how many bytes an item has.
fn size(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + bytes(value)).sum()
}

fn bytes(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => text.len() + 1,
        AttributeValue::B(blob) => blob.as_ref().len(),
        AttributeValue::L(items) => 3 + items.iter().map(|item| 1 + bytes(item)).sum::<usize>(),
        AttributeValue::M(fields) => {
            3 + fields.iter().map(|(name, field)| 1 + name.len() + bytes(field)).sum::<usize>()
        }
        _ => 1,
    }
}
