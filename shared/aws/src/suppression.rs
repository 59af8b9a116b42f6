//! Our own suppression list: an address that unsubscribed, bounced or complained gets no more mail, whichever contact it is.

use chrono::{DateTime, Utc};
use keepwell_domain::contact::{Contact, Mail, MailState};
use keepwell_domain::event::Fact;
use keepwell_domain::id::{CustomerId, EmailAddress, RecordId};

use crate::cloud::Cloud;
use crate::store::change::{Cause, CustomerChange};
use crate::store::customers::{AddressGuard, contact_record};
use crate::store::record::Record;
use crate::store::{CommitError, Expect, StoreError, Transaction};

/// Marks the contact and suppresses its address. Doing so twice changes nothing; a contact that is gone is no error.
pub async fn suppress(
    cloud: &Cloud,
    customer: &CustomerId,
    contact: &RecordId,
    state: MailState,
) -> Result<(), CommitError> {
    let (row, contact) = (cloud.store.customer(customer).await?, cloud.store.contact(customer, contact).await?);
    let Some((row, contact)) = row.zip(contact) else { return Ok(()) };
    // The team may have stopped the contact before, which says nothing about the address at other customers.
    let address_is_suppressed = cloud.store.address_guard(&contact.value.email).await?.value.suppressed_since.is_some();
    if contact.value.mail.state == state && address_is_suppressed {
        return Ok(());
    }
    let now = cloud.now();
    let after = Contact { mail: Mail { state, since: Some(now) }, version: contact.value.version + 1, ..contact.value };
    let mut change = CustomerChange::of(row, Cause::default(), now);
    change.put(contact_record(customer, &after), Expect::Revision(contact.revision));
    put_suppressed(cloud, &mut change, &after.email, Some(now)).await?;
    if state == MailState::Unsubscribed {
        change.publish(Fact::ContactUnsubscribed { contact: after.id });
    }
    change.commit(cloud).await?;
    Ok(())
}

/// Suppresses an address that no contact of the customer has any more.
pub async fn suppress_address(cloud: &Cloud, address: &EmailAddress) -> Result<(), CommitError> {
    let Some((record, expect)) = suppressed(cloud, address, Some(cloud.now())).await? else { return Ok(()) };
    let mut transaction = Transaction::default();
    transaction.put(record, expect);
    transaction.commit(&cloud.store).await
}

/// Lets the address never be mailed again: its owner is erased.
pub async fn never_again(cloud: &Cloud, change: &mut CustomerChange, address: &EmailAddress) -> Result<(), StoreError> {
    put_suppressed(cloud, change, address, Some(cloud.now())).await
}

/// The contact as it is to be kept under an address that is new to it: where no more mail may go, it begins unsubscribed and stays so
/// until a CSM notes that the contact agreed.
pub async fn as_welcome(cloud: &Cloud, contact: Contact) -> Result<Contact, StoreError> {
    if !contact.mailable() {
        return Ok(contact);
    }
    let since = cloud.store.address_guard(&contact.email).await?.value.suppressed_since;
    let Some(since) = since else { return Ok(contact) };
    Ok(Contact { mail: Mail { state: MailState::Unsubscribed, since: Some(since) }, ..contact })
}

/// Lets the address be mailed again: a CSM noted that the contact agreed.
pub async fn lift(cloud: &Cloud, change: &mut CustomerChange, address: &EmailAddress) -> Result<(), StoreError> {
    put_suppressed(cloud, change, address, None).await
}

async fn put_suppressed(
    cloud: &Cloud,
    change: &mut CustomerChange,
    address: &EmailAddress,
    since: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    if let Some((record, expect)) = suppressed(cloud, address, since).await? {
        change.put(record, expect);
    }
    Ok(())
}

/// The guard of the address as it is to be; `None` when it is so already.
async fn suppressed(
    cloud: &Cloud,
    address: &EmailAddress,
    since: Option<DateTime<Utc>>,
) -> Result<Option<(Result<Record, StoreError>, Expect)>, StoreError> {
    let guard = cloud.store.address_guard(address).await?;
    if guard.value.suppressed_since.is_some() == since.is_some() {
        return Ok(None);
    }
    let untouched = if guard.revision == 0 { Expect::Absent } else { Expect::Revision(guard.revision) };
    let after = AddressGuard { suppressed_since: since, ..guard.value };
    Ok(Some((cloud.store.address_guard_record(address, &after), untouched)))
}
