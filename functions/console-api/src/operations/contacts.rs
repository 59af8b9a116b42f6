//! Contacts.

use keepwell_aws::http::{IfMatch, Operation, Page};
use keepwell_domain::contact::{MailState, Role};
use keepwell_domain::fields::Line;
use keepwell_domain::id::{EmailAddress, RecordId};
use schemars::{JsonSchema, json_schema};

use crate::contacts::ContactView;

pub(super) fn operations() -> Vec<Operation> {
    Operation::tagged(
        "Contacts",
        [
            Operation::get("/v1/customers/{id}/contacts", "getContacts", "The contacts of a customer")
                .paged()
                .ok::<Page<'_, ContactView<'_>>>("The contacts, by id."),
            Operation::post("/v1/customers/{id}/contacts", "createContact", "Add a contact")
                .body::<NewContact>()
                .idempotent()
                .created::<ContactView<'_>>("The contact.")
                .etag()
                .unless_taken(),
            Operation::patch("/v1/customers/{id}/contacts/{contact}", "updateContact", "Change a contact")
                .about("What is absent stays as it is. `mail.state` back to `ok` lets the contact be mailed again.")
                .body::<ContactChange>()
                .if_match(IfMatch::WhenSent)
                .ok::<ContactView<'_>>("The contact after the change.")
                .etag(),
            Operation::delete("/v1/customers/{id}/contacts/{contact}", "deleteContact", "Remove a contact")
                .if_match(IfMatch::WhenSent),
        ],
    )
}

/// What a contact is to be.
#[derive(JsonSchema)]
struct NewContact {
    /// Your own id; one is generated (`con_…`) when absent.
    id: Option<RecordId>,
    /// Full name.
    name: Line<200>,
    /// Mail address.
    email: EmailAddress,
    /// What the person is to the customer; `other` when absent.
    role: Option<Role>,
    /// IANA time zone, such as `Europe/Berlin`; `UTC` when absent.
    time_zone: Option<String>,
    /// BCP 47 language tag, such as `en-GB`; `en` when absent.
    locale: Option<Locale>,
    /// Whether mail may go to the contact; it may when absent.
    mail: Option<MailConsentChange>,
}

/// What is to change about a contact.
#[derive(JsonSchema)]
struct ContactChange {
    /// Full name.
    name: Option<Line<200>>,
    /// Mail address.
    email: Option<EmailAddress>,
    /// What the person is to the customer.
    role: Option<Role>,
    /// IANA time zone, such as `Europe/Berlin`.
    time_zone: Option<String>,
    /// BCP 47 language tag, such as `en-GB`.
    locale: Option<Locale>,
    /// Whether mail may go to the contact.
    mail: Option<MailConsentChange>,
}

/// Whether mail may go to a contact.
#[derive(JsonSchema)]
#[schemars(extend("additionalProperties" = true))]
struct MailConsentChange {
    /// Whether, and if not, why.
    state: MailState,
}

said! {
    /// A language tag.
    Locale: json_schema!({ "type": "string", "pattern": "^[A-Za-z0-9-]{2,35}$" });
}
