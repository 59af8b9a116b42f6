//! Customers, their status history and their timeline.

use chrono::NaiveDate;
use keepwell_aws::http::operation::CSV;
use keepwell_aws::http::{IfMatch, Operation, Page};
use keepwell_domain::customer::attributes;
use keepwell_domain::fields::{Line, Whole};
use keepwell_domain::happiness::HappinessLevel;
use keepwell_domain::health_status::{HealthStatus, StatusChange};
use keepwell_domain::id::{CustomerId, EmailAddress};
use keepwell_domain::insight::Insight;
use keepwell_domain::timeline::{TimelineEntry, TimelineKind};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::not_null;
use crate::goals::GoalView;
use crate::list::{CustomerList, SortField};
use crate::tickets::TicketView;
use crate::view::CustomerView;

pub(super) fn operations() -> Vec<Operation> {
    Operation::tagged(
        "Customers",
        [
            Operation::get("/v1/customers", "getCustomers", "The portfolio: filtered, sorted, page by page")
                .query::<IdList>("ids", "Only these, with commas between; at most 100.")
                .query::<String>("q", "Part of the name or the id.")
                .query::<EmailAddress>("owner", "Looked after by this person.")
                .query::<HealthStatus>("status", "With this Health Status.")
                .query::<bool>("stale", "Whether the Health Status is out of date.")
                .query::<bool>("disagrees", "Whether Health Status and score are two words apart or more.")
                .query::<HealthStatus>("band", "With a score in this band.")
                .query::<HappinessLevel>("happiness", "With this Happiness Level.")
                .query::<Insight>("insight", "In this cell of the insights.")
                .query::<bool>("churned", "`false`: who has left is left out; `true`: who has left alone. All when absent.")
                .query::<bool>("at_risk", "Whether its money is at risk.")
                .query::<NaiveDate>("renewal_before", "Which renews before this day.")
                .query::<Whole<1, 3650>>("no_contact_days", "Whom nobody met for so many days, or ever.")
                .query::<Points>("score_change_below", "Whose score changed by less than this within seven days.")
                .query::<Segments>(
                    "segments",
                    "With this value of an attribute: `segment.plan`, `segment.industry`, `segment.country`, `segment.size`, \
                     `segment.stage`, `segment.tag`, or any attribute of your own, such as `segment.region=emea`.",
                )
                .query::<Sort>("sort", "By name when absent; with `-` in front: descending. Customers without a value stand last.")
                .query::<Whole<0, 10_000_000>>("skip", "Leaves out so many rows first, behind the cursor when there is one.")
                .query::<DetailList>(
                    "with",
                    "What is read beside each row, with commas between: `top_driver` (the rule that costs the score most) and \
                     `sparkline` (the scores of twelve weeks); at most 200 rows then.",
                )
                .paged()
                .about("With `Accept: text/csv`, all that the filters find as one file of at most 5,000 rows.")
                .ok::<CustomerList<'_>>("The customers of the page, and how many there are over all pages.")
                .or(CSV),
            Operation::post("/v1/customers", "createCustomer", "Create a customer")
                .body::<NewCustomer>()
                .idempotent()
                .created::<CustomerView<'_>>("The customer.")
                .etag()
                .unless_taken(),
            Operation::get("/v1/customers/{id}", "getCustomer", "One customer")
                .ok::<CustomerView<'_>>("The customer.")
                .etag(),
            Operation::patch("/v1/customers/{id}", "updateCustomer", "Change a customer's profile")
                .about("What is absent stays as it is; `null` clears a field. The Health Status has a call of its own.")
                .body::<CustomerChange>()
                .if_match(IfMatch::Always)
                .ok::<CustomerView<'_>>("The customer after the change.")
                .etag(),
            Operation::delete("/v1/customers/{id}", "deleteCustomer", "Erase a customer and everything about it"),
            Operation::get("/v1/customers/{id}/status/history", "getStatusHistory", "Who set the Health Status, when and why")
                .paged()
                .ok::<Page<'_, StatusChange>>("The changes, newest first."),
            Operation::get("/v1/customers/{id}/goals", "getGoals", "What the customer wants to reach")
                .paged()
                .ok::<Page<'_, GoalView<'_>>>("The goals with their milestones, by id."),
            Operation::get("/v1/customers/{id}/tickets", "getTickets", "What the customer asked support for")
                .paged()
                .ok::<Page<'_, TicketView<'_>>>("The tickets, the last opened first."),
            Operation::get("/v1/customers/{id}/timeline", "getTimeline", "Everything that happened")
                .query::<TimelineKind>("kind", "Only what is of this kind.")
                .paged()
                .ok::<Page<'_, TimelineEntry>>("What happened, newest first."),
        ],
    )
}

said! {
    /// `segment.<attribute>=<value>`, any number of them.
    Segments: json_schema!({
        "type": "object",
        "propertyNames": { "pattern": "^segment\\." },
        "additionalProperties": { "type": "string" },
    });
    /// Points of the score, up or down.
    Points: json_schema!({ "type": "number", "minimum": -100, "maximum": 100 });
    /// Ids of customers, with commas between.
    IdList: json_schema!({ "type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,64}(,[A-Za-z0-9_.:-]{1,64})*$" });
    /// Details, with commas between.
    DetailList: json_schema!({ "type": "string", "pattern": "^(top_driver|sparkline)(,(top_driver|sparkline))*$" });
    /// An ISO 4217 code.
    Currency: json_schema!({ "type": "string", "pattern": "^[A-Z]{3}$" });
    /// Free attributes.
    Attributes: attributes();
}

/// By what a list is sorted.
struct Sort;

impl JsonSchema for Sort {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "CustomerSort".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let descending = SortField::WORDS.iter().map(|word| format!("-{word}"));
        let words: Vec<String> = SortField::WORDS.iter().map(|word| (*word).to_owned()).chain(descending).collect();
        json_schema!({ "type": "string", "enum": words })
    }
}

/// What a customer is to be.
#[derive(JsonSchema)]
struct NewCustomer {
    /// Your own id; one is generated (`cus_…`) when absent.
    id: Option<CustomerId>,
    /// The company's name.
    name: Line<200>,
    #[schemars(flatten)]
    profile: ProfileFields,
}

/// What is to change about a customer.
#[derive(JsonSchema)]
struct CustomerChange {
    /// The company's name.
    #[schemars(transform = not_null)]
    name: Option<Line<200>>,
    #[schemars(flatten)]
    profile: ProfileFields,
}

/// What is known about a customer from people.
#[derive(JsonSchema)]
struct ProfileFields {
    /// The CSM who looks after it.
    owner: Option<EmailAddress>,
    /// Annual recurring revenue in hundredths of `currency`.
    arr_cents: Option<Whole<0, 100_000_000_000_000>>,
    /// ISO 4217 code; `USD` for a new customer when absent.
    #[schemars(transform = not_null)]
    currency: Option<Currency>,
    /// Seats paid for.
    seats: Option<Whole<0, 10_000_000>>,
    /// The next renewal.
    renewal_on: Option<NaiveDate>,
    /// Since when it is a customer: the month of its cohort. The day on which it came into Keepwell when absent.
    customer_since: Option<NaiveDate>,
    /// Plan, such as `Enterprise`.
    plan: Option<Line<120>>,
    /// Industry.
    industry: Option<Line<120>>,
    /// Country.
    country: Option<Line<120>>,
    /// Size class, such as `Mid`.
    size: Option<Line<120>>,
    /// Lifecycle stage, such as `onboarding`.
    stage: Option<Line<120>>,
    /// Free tags.
    tags: Option<Vec<Line<60>>>,
    /// Free attributes: texts, numbers and booleans. They are replaced as a whole.
    attributes: Option<Attributes>,
    /// Whether its contacts are asked for feedback; `false` for a new customer when absent.
    #[schemars(transform = not_null)]
    request_feedback: Option<bool>,
    /// Days between two feedback requests to one contact; 30 for a new customer when absent.
    feedback_interval_days: Option<Whole<7, 365>>,
    /// Whether no automation acts for it; `false` for a new customer when absent.
    #[schemars(transform = not_null)]
    automations_paused: Option<bool>,
}
