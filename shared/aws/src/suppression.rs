//! Our own suppression list: an address that unsubscribed, bounced or complained gets no more mail, whichever contact it is.

use keepwell_domain::contact::{Contact, Mail, MailState};
use keepwell_domain::event::Fact;
use keepwell_domain::id::{CustomerId, EmailAddress, RecordId};

use crate::cloud::Cloud;
use crate::store::change::{Cause, CustomerChange};
use crate::store::customers::{AddressGuard, address_guard_record, contact_record};
use crate::store::{CommitError, Expect, StoreError};

/// Marks the contact and suppresses its address. Doing so twice changes nothing; a contact that is gone is no error.
pub async fn suppress(
    cloud: &Cloud,
    customer: &CustomerId,
    contact: &RecordId,
    state: MailState,
) -> Result<(), CommitError> {
    let (row, contact) = (cloud.store.customer(customer).await?, cloud.store.contact(customer, contact).await?);
    let Some((row, contact)) = row.zip(contact) else { return Ok(()) };
    if contact.value.mail.state == state {
        return Ok(());
    }
    let now = cloud.now();
    let after = Contact {
        mail: Mail { state, since: Some(now) },
        version: contact.value.version + 1,
        ..contact.value
    };
    let mut change = CustomerChange::of(row, Cause::default(), now);
    change.put(contact_record(customer, &after), Expect::Revision(contact.revision));
    put_suppressed(cloud, &mut change, &after.email, Some(now)).await?;
    if state == MailState::Unsubscribed {
        change.publish(Fact::ContactUnsubscribed { contact: after.id });
    }
    change.commit(cloud).await?;
    Ok(())
}

/// Lets the address be mailed again: a CSM noted that the contact agreed.
pub async fn lift(cloud: &Cloud, change: &mut CustomerChange, address: &EmailAddress) -> Result<(), StoreError> {
    put_suppressed(cloud, change, address, None).await
}

async fn put_suppressed(
    cloud: &Cloud,
    change: &mut CustomerChange,
    address: &EmailAddress,
    since: Option<chrono::DateTime<chrono::Utc>>,
) -> Result<(), StoreError> {
    let guard = cloud.store.address_guard(address).await?;
    if guard.value.suppressed_since.is_some() == since.is_some() {
        return Ok(());
    }
    let untouched = if guard.revision == 0 { Expect::Absent } else { Expect::Revision(guard.revision) };
    let after = AddressGuard { suppressed_since: since, ..guard.value };
    change.put(address_guard_record(address, &after), untouched);
    Ok(())
}
