//! Arrays of signals, CSV files, and what a person logs.

use chrono::{DateTime, NaiveDate, Utc};
use keepwell_aws::http::Operation;
use keepwell_aws::http::operation::CSV;
use keepwell_domain::fields::{Line, Text, Whole};
use keepwell_domain::id::{CustomerId, EmailAddress, RecordId};
use keepwell_domain::import::{ArrayReport, ImportKind, Report};
use keepwell_domain::measure::MeasureValue;
use keepwell_domain::signal::{
    InteractionKind, OpportunityKind, OpportunityOutcome, OutcomeKind, Severity, SurveyKind,
};
use schemars::JsonSchema;

use crate::logged::InteractionView;

pub(super) fn operations() -> Vec<Operation> {
    let arrays = [
        array::<NewInteraction>("/v1/interactions", "sendInteractions", "Meetings, calls, mails and notes"),
        array::<NewTicket>("/v1/tickets", "sendTickets", "Support tickets"),
        array::<NewSurvey>("/v1/surveys", "sendSurveys", "Answers to surveys of other systems"),
        array::<NewGoal>("/v1/goals", "sendGoals", "What customers want to reach"),
        array::<NewMessage>("/v1/messages", "sendMessages", "What customers wrote"),
        array::<NewOpportunity>(
            "/v1/opportunities",
            "sendOpportunities",
            "Renewals and expansions that are being sold",
        ),
        array::<NewOutcome>("/v1/outcomes", "sendOutcomes", "Churns and renewals"),
        array::<NewCustomMeasure>("/v1/custom-measures", "sendCustomMeasures", "Numbers of your own")
            .about("Kept under its name; only the newest `observed_at` counts. `custom.<name>` in a scorecard."),
    ];
    let import = Operation::post("/v1/imports/{kind}", "importCsv", "A CSV file; importing it again changes nothing")
        .about("At most 5 MiB. Good rows are imported although others are bad.")
        .path::<ImportKind>("kind")
        .query::<bool>("dry_run", "Whether only a report is wanted and nothing is to be written.")
        .query::<String>("mapping", "Columns of the file under other names: `ours:theirs,ours:theirs`.")
        .raw_body::<String>(CSV)
        .ok::<Report>("What became of the rows.");
    let logged =
        Operation::post("/v1/customers/{id}/interactions", "logInteraction", "Log a meeting, call, mail or note")
            .about("As one that a machine sends, by who is signed in.")
            .body::<LoggedInteraction>()
            .idempotent()
            .created::<InteractionView<'_>>("The interaction, with the sentiment of its notes.");
    Operation::tagged("Signals", arrays.into_iter().chain([import, logged]))
}

fn array<T: JsonSchema>(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    Operation::post(path, id, summary)
        .about("Upsert by `id`: sent again, an item replaces what was there. Good items are kept although others are bad. At most 1 MiB.")
        .body::<Array<T>>()
        .ok::<ArrayReport>("What became of the items, one by one.")
}

/// 1 to 1,000 items.
#[derive(JsonSchema)]
#[schemars(inline, transparent)]
struct Array<T>(#[schemars(length(min = 1, max = 1000))] Vec<T>);

/// A meeting, call, mail or note.
#[derive(JsonSchema)]
struct NewInteraction {
    /// Your id of it.
    id: RecordId,
    /// The customer.
    customer: CustomerId,
    /// With whom, if known.
    contact: Option<RecordId>,
    /// How.
    kind: InteractionKind,
    /// When.
    at: DateTime<Utc>,
    /// How good the conversation was.
    quality: Option<Whole<1, 5>>,
    /// How good its result was.
    outcome: Option<Whole<1, 5>>,
    /// Who took part, as you name them.
    #[schemars(length(max = 100))]
    participants: Option<Vec<Line<200>>>,
    /// Notes.
    notes: Option<Text<20_000>>,
    /// Who of the team it was, if known.
    by: Option<EmailAddress>,
}

/// A meeting, call, mail or note that a person logs.
#[derive(JsonSchema)]
struct LoggedInteraction {
    /// How.
    kind: InteractionKind,
    /// When; now when absent.
    at: Option<DateTime<Utc>>,
    /// With whom, if known.
    contact: Option<RecordId>,
    /// How good the conversation was.
    quality: Option<Whole<1, 5>>,
    /// How good its result was.
    outcome: Option<Whole<1, 5>>,
    /// Notes.
    notes: Option<Text<20_000>>,
}

/// A support ticket.
#[derive(JsonSchema)]
struct NewTicket {
    /// Your id of it.
    id: RecordId,
    /// The customer.
    customer: CustomerId,
    /// How severe; `normal` when absent.
    severity: Option<Severity>,
    /// When it was opened.
    opened_at: DateTime<Utc>,
    /// When somebody first answered.
    first_response_at: Option<DateTime<Utc>>,
    /// When it was closed; open when absent.
    closed_at: Option<DateTime<Utc>>,
    /// Whether it was escalated; `false` when absent.
    escalated: Option<bool>,
    /// Subject line.
    subject: Option<Line<500>>,
    /// What the customer wrote.
    text: Option<Text<20_000>>,
}

/// An answer to a survey.
#[derive(JsonSchema)]
struct NewSurvey {
    /// Your id of it.
    id: RecordId,
    /// The customer.
    customer: CustomerId,
    /// Who answered, if known.
    contact: Option<RecordId>,
    /// What was asked.
    kind: SurveyKind,
    /// Worst answer of the scale; 0 for `nps`, 1 for `csat` and `ces` when absent.
    scale_min: Option<f64>,
    /// Best answer of the scale; 10 for `nps`, 5 for `csat`, 7 for `ces` when absent.
    scale_max: Option<f64>,
    /// The answer.
    value: f64,
    /// What the customer wrote.
    comment: Option<Text<5000>>,
    /// When.
    at: DateTime<Utc>,
}

/// What a customer wants to reach with the product.
#[derive(JsonSchema)]
struct NewGoal {
    /// Your id of it.
    id: RecordId,
    /// The customer.
    customer: CustomerId,
    /// What.
    name: Line<200>,
    /// The number to reach; not 0.
    target: f64,
    /// The number reached so far; 0 when absent.
    actual: Option<f64>,
    /// By when.
    due_on: NaiveDate,
    /// Steps on the way.
    #[schemars(length(max = 50))]
    milestones: Option<Vec<NewMilestone>>,
}

/// A step towards a goal.
#[derive(JsonSchema)]
struct NewMilestone {
    /// What.
    name: Line<200>,
    /// By when.
    due_on: NaiveDate,
    /// When it was reached.
    done_on: Option<NaiveDate>,
}

/// Something that a customer wrote.
#[derive(JsonSchema)]
struct NewMessage {
    /// Your id of it.
    id: RecordId,
    /// The customer.
    customer: CustomerId,
    /// Who wrote it, if known.
    contact: Option<RecordId>,
    /// When.
    at: DateTime<Utc>,
    /// What.
    text: Text<20_000>,
}

/// A renewal or an expansion that is being sold, or was.
#[derive(JsonSchema)]
struct NewOpportunity {
    /// Your id of it.
    id: RecordId,
    /// The customer.
    customer: CustomerId,
    /// Which.
    kind: OpportunityKind,
    /// Its value a year, in hundredths of the customer's currency.
    amount_cents: Whole<0, 100_000_000_000_000>,
    /// How likely it is won, in per cent.
    likelihood: Option<Whole<0, 100>>,
    /// The stage, in your own words.
    stage: Option<Line<120>>,
    /// When it closes, or closed.
    closes_on: NaiveDate,
    /// How it ended; open when absent.
    outcome: Option<OpportunityOutcome>,
}

/// A churn or a renewal.
#[derive(JsonSchema)]
struct NewOutcome {
    /// Your id of it.
    id: RecordId,
    /// The customer.
    customer: CustomerId,
    /// Which.
    kind: OutcomeKind,
    /// When.
    on: NaiveDate,
    /// Why.
    reason: Option<Text<1000>>,
}

/// The value of a measure of your own.
#[derive(JsonSchema)]
struct NewCustomMeasure {
    /// The customer.
    customer: CustomerId,
    /// Its name; in a rule it is `custom.<name>`.
    name: RecordId,
    /// Its value.
    value: MeasureValue,
    /// When that was true.
    observed_at: DateTime<Utc>,
}
