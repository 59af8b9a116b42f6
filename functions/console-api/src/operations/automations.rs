//! Automations: documents, versions, what they did and would do; and the mails that they can send.

use chrono::{DateTime, Utc};
use keepwell_aws::http::{IfMatch, Operation, Page};
use keepwell_domain::automation::Automation;
use keepwell_domain::automation::run::RunResult;
use keepwell_domain::automation::trigger::Trigger;
use keepwell_domain::fields::{Line, Text, Whole};
use keepwell_domain::id::CustomerId;
use schemars::JsonSchema;

use super::{SchemaDocument, Version};
use crate::automations::dry_run::DryRun;
use crate::automations::runs::RunView;
use crate::automations::{AutomationEdition, AutomationSummary};
use crate::mail_templates::{Addressee, MailPreview, MailTemplate};

pub(super) fn operations() -> Vec<Operation> {
    let automations = Operation::tagged(
        "Automations",
        [
            Operation::get("/v1/automations", "getAutomations", "The automations, the shipped ones first")
                .ok::<Page<'_, AutomationSummary>>("The automations.")
                .etag(),
            Operation::get("/v1/automations/{id}", "getAutomation", "An automation's document")
                .query::<Version>("version", "A past version; the newest when absent.")
                .document::<Automation>(
                    "The document: JSON, or YAML (to the letter where it was set so) when `Accept` names it.",
                )
                .etag(),
            Operation::put("/v1/automations/{id}", "setAutomation", "Set a new version of an automation")
                .about("The same document again changes nothing. Texts are tried out, endpoints and mails must exist.")
                .document_body::<Automation>()
                .if_match(IfMatch::UnlessNew)
                .ok::<AutomationSummary>("What is said about it beside its document.")
                .etag(),
            Operation::delete("/v1/automations/{id}", "deleteAutomation", "Take an automation away")
                .about("Its versions stay, and runs that wait end.")
                .if_match(IfMatch::Always),
            Operation::post("/v1/automations/{id}/reset", "resetAutomation", "Set the shipped document again")
                .about("It also brings a deleted shipped automation back.")
                .if_match(IfMatch::UnlessNew)
                .ok::<AutomationSummary>("What is said about it beside its document.")
                .etag(),
            Operation::get("/v1/automations/{id}/versions", "getAutomationVersions", "Every version with its document")
                .paged()
                .ok::<Page<'_, AutomationEdition>>("The versions, newest first."),
            runs(Operation::get(
                "/v1/automations/{id}/runs",
                "getRunsOfAutomation",
                "What an automation did in 90 days",
            )),
            runs(Operation::get("/v1/runs", "getRuns", "What all automations did in 90 days")),
            Operation::post(
                "/v1/automations/{id}/dry-run",
                "dryRunAutomation",
                "What an automation would do, without doing it",
            )
            .about("Takes either `customer` or `days`. Everything is read and nothing is written.")
            .body::<DryRunRequest>()
            .ok::<DryRun>("What it would do, or would have done."),
            Operation::get(
                "/v1/automations/schema",
                "getAutomationSchema",
                "The JSON Schema of an automation document",
            )
            .ok::<SchemaDocument>("The schema, for editors."),
        ],
    );
    let mails = Operation::tagged(
        "Mails",
        [
            Operation::get("/v1/mail-templates", "getMailTemplates", "The mails that automations can send").ok::<Page<
                '_,
                MailTemplate,
            >>(
                "The mails.",
            ),
            Operation::post("/v1/mail-templates/preview", "previewMail", "A mail as it would look; nothing is sent")
                .about("Takes either `template`, or `subject` and `text`.")
                .body::<PreviewRequest>()
                .ok::<MailPreview>("The mail."),
        ],
    );
    [automations, mails].concat()
}

fn runs(operation: Operation) -> Operation {
    operation
        .query::<CustomerId>("customer", "About this customer.")
        .query::<RunResult>("result", "With this result.")
        .query::<DateTime<Utc>>("from", "From this moment on; 90 days ago when absent.")
        .query::<DateTime<Utc>>("to", "Up to this moment; now when absent.")
        .paged()
        .ok::<Page<'_, RunView>>("The runs, newest first. A page may be empty and still have a `next_cursor`.")
}

/// For whom an automation is to be tried.
#[derive(JsonSchema)]
struct DryRunRequest {
    /// For this customer, now.
    customer: Option<CustomerId>,
    /// For everybody, in so many last days.
    days: Option<Whole<1, 14>>,
    /// The document to try instead of the stored one.
    document: Option<Automation>,
}

/// Which mail is to be shown.
#[derive(JsonSchema)]
#[schemars(rename = "MailPreviewRequest")]
struct PreviewRequest {
    /// One of the mails that Keepwell ships.
    template: Option<Line<60>>,
    /// The subject of a mail of your own.
    subject: Option<Line<200>>,
    /// The text of a mail of your own.
    text: Option<Text<10_000>>,
    /// Whom a mail of your own is for; a contact when absent.
    to: Option<Addressee>,
    /// The customer; a sample one when absent.
    customer: Option<CustomerId>,
    /// After what it is sent.
    trigger: Option<Trigger>,
}
