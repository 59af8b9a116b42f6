//! Everything back out: of all, of one customer, of one person; and how a person is forgotten.

use keepwell_aws::http::Operation;
use keepwell_aws::http::operation::CSV;
use keepwell_domain::export::ExportKind;
use keepwell_domain::fields::Whole;
use keepwell_domain::id::{CustomerId, RecordId};
use schemars::{JsonSchema, json_schema};

pub(super) fn operations() -> Vec<Operation> {
    Operation::tagged(
        "Exports and privacy",
        [
            Operation::get("/v1/exports/{kind}", "export", "Everything of a kind, page by page")
                .about("As CSV with `Accept: text/csv`; its next page stands in the `Link` header.")
                .path::<ExportKind>("kind")
                .query::<Whole<1, 100_000>>("limit", "How many rows at most; as many as fit when absent.")
                .query::<String>("cursor", "Where the page starts: the `next_cursor` of the page before.")
                .ok::<Rows>("The rows.")
                .or(CSV),
            Operation::get("/v1/customers/{id}/export", "exportCustomer", "All that is stored about a customer")
                .paged()
                .ok::<CustomerExport>("What is stored."),
            Operation::get(
                "/v1/customers/{id}/contacts/{contact}/export",
                "exportContact",
                "All that is stored about a contact",
            )
            .ok::<ContactExport>("What is stored."),
            Operation::post(
                "/v1/customers/{id}/contacts/{contact}/erase",
                "eraseContact",
                "Forget a contact: its address, its name and its words",
            )
            .about("Counts and ratings stay, under a name that leads to nobody. The address is never mailed again.")
            .ok::<Erasure>("What was erased; nothing when it was done before."),
        ],
    )
}

/// What was erased of a contact.
#[derive(JsonSchema)]
struct Erasure {
    /// The customer.
    customer: CustomerId,
    /// The contact.
    contact: RecordId,
    /// How much, of each kind.
    erased: Row,
}

/// Rows of a kind, as the import of that kind takes them.
#[derive(JsonSchema)]
#[schemars(rename = "ExportPage")]
struct Rows {
    /// The rows.
    items: Vec<Row>,
    /// What to send as `cursor` for the next page; `null` on the last one.
    next_cursor: Option<String>,
}

/// What is stored about a customer.
#[derive(JsonSchema)]
struct CustomerExport {
    /// The customer.
    customer: CustomerId,
    /// What is stored.
    items: Vec<Row>,
    /// What to send as `cursor` for the next page; `null` on the last one.
    next_cursor: Option<String>,
}

/// What is stored about a contact.
#[derive(JsonSchema)]
struct ContactExport {
    /// The customer.
    customer: CustomerId,
    /// The contact.
    contact: RecordId,
    /// What is stored.
    items: Vec<Row>,
    /// What is known of the address beyond the contact; `null` where nothing is.
    address: Option<Row>,
}

said! {
    /// Something stored; what it holds depends on what it is.
    Row: json_schema!({ "type": "object", "additionalProperties": true });
}
