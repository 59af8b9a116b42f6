//! The portfolio in numbers.

use chrono::{DateTime, NaiveDate, Utc};
use keepwell_aws::http::Operation;
use keepwell_domain::analytics::drivers::Driver;
use keepwell_domain::analytics::interval::Share;
use keepwell_domain::analytics::movement::{Cell, Place, Sum};
use keepwell_domain::analytics::renewals::Renewals;
use keepwell_domain::analytics::responses::Week;
use keepwell_domain::analytics::segments::Segment;
use keepwell_domain::fields::Whole;
use keepwell_domain::id::{CustomerId, EmailAddress};
use schemars::JsonSchema;

use super::customers::Segments;
use crate::analytics::cohorts::Cohorts;
use crate::analytics::past::Moment;
use crate::analytics::trend::Point;

pub(super) fn operations() -> Vec<Operation> {
    Operation::tagged(
        "Analytics",
        [
            scoped(period(Operation::get(
                "/v1/analytics/trend",
                "getTrend",
                "Scores, bands and happiness, week by week",
            )))
            .ok::<Trend>("The weeks, in order."),
            scoped(Operation::get(
                "/v1/analytics/segments",
                "compareSegments",
                "Whether the parts of the portfolio differ",
            ))
            .query::<String>("by", "The attribute whose values are the parts; `plan` when absent.")
            .ok::<Comparison>("The parts, those with the most customers first."),
            scoped(period(Operation::get(
                "/v1/analytics/movement",
                "getMovement",
                "Who went from which band to which",
            )))
            .about("With `was` or `is`, also the customers behind those cells, page by page.")
            .query::<Place>("was", "Who was here on the first day.")
            .query::<Place>("is", "Who is here on the last day.")
            .paged()
            .ok::<MovementAnswer>("The cells that are possible, empty ones too."),
            scoped(period(Operation::get(
                "/v1/analytics/drivers",
                "getDrivers",
                "Which rules took and gave the most points",
            )))
            .about("With `rule`, also the customers whose scores it changed, page by page.")
            .query::<String>("rule", "The id of a rule or an override.")
            .paged()
            .ok::<DriversAnswer>("The rules: first what took the most points."),
            scoped(Operation::get("/v1/analytics/renewals", "getRenewals", "What renews when, and what is at risk"))
                .query::<Whole<1, 36>>("months", "How many months ahead; 12 when absent.")
                .ok::<Renewals>("The months, in order."),
            scoped(period(Operation::get(
                "/v1/analytics/responses",
                "getResponses",
                "Of those who were asked, how many answered",
            )))
            .ok::<Responses>("The weeks, in order."),
            scoped(Operation::get(
                "/v1/analytics/cohorts",
                "getCohorts",
                "Who started in the same month, followed from there",
            ))
            .query::<Whole<1, 36>>("months", "How many months back the first cohort started; 12 when absent.")
            .ok::<Cohorts>("The cohorts, oldest first."),
        ],
    )
}

/// Whose customers.
fn scoped(operation: Operation) -> Operation {
    operation.query::<EmailAddress>("owner", "Looked after by this person.").query::<Segments>(
        "segments",
        "With this value of an attribute, such as `segment.plan=Enterprise`; see `GET /v1/customers`.",
    )
}

/// From when to when.
fn period(operation: Operation) -> Operation {
    operation
        .query::<NaiveDate>("from", "The first day; some weeks before the last one when absent.")
        .query::<NaiveDate>("to", "The last day; today when absent.")
}

/// Scores, bands and happiness, week by week.
#[derive(JsonSchema)]
#[schemars(rename = "PortfolioTrend")]
struct Trend {
    /// The first day.
    from: NaiveDate,
    /// The last day.
    to: NaiveDate,
    /// When this was answered.
    as_of: DateTime<Utc>,
    /// The weeks.
    items: Vec<Point>,
}

/// Parts of the portfolio beside each other.
#[derive(JsonSchema)]
#[schemars(rename = "SegmentComparison")]
struct Comparison {
    /// The attribute.
    by: String,
    /// When this was answered.
    as_of: DateTime<Utc>,
    /// How many parts there are; an answer holds the largest 200.
    total: usize,
    /// All customers as one part.
    all: Segment,
    /// The parts.
    items: Vec<Segment>,
}

/// A customer behind a number.
#[derive(JsonSchema)]
struct Behind {
    /// Its id.
    customer: CustomerId,
    /// The company's name.
    name: String,
    /// The CSM who looks after it.
    owner: Option<EmailAddress>,
    /// Annual recurring revenue in hundredths of `currency`.
    arr_cents: Option<i64>,
    /// ISO 4217 code.
    currency: String,
}

/// Who went from which band to which between two days.
#[derive(JsonSchema)]
#[schemars(rename = "BandMovement")]
struct MovementAnswer {
    /// The first moment.
    from: Moment,
    /// The last moment.
    to: Moment,
    /// How many customers are counted.
    customers: usize,
    /// How many went to a better band.
    up: usize,
    /// How many went to a worse band.
    down: usize,
    /// How many were where.
    before: Vec<Sum>,
    /// How many are where.
    after: Vec<Sum>,
    /// How many went from where to where.
    cells: Vec<Cell>,
    #[schemars(flatten)]
    page: Option<Listed<MovedCustomer>>,
}

/// The customers behind a number: there when they were asked for.
#[derive(JsonSchema)]
#[schemars(inline)]
struct Listed<T> {
    /// How many there are over all pages.
    total: usize,
    /// Those of the page.
    items: Vec<T>,
    /// What to send as `cursor` for the next page; `null` on the last one.
    next_cursor: Option<String>,
}

/// A customer that went from one place to another.
#[derive(JsonSchema)]
struct MovedCustomer {
    #[schemars(flatten)]
    customer: Behind,
    /// Where it was.
    was: Place,
    /// Where it is.
    is: Place,
    /// Its score at the first moment.
    score_before: Option<f64>,
    /// Its score at the last moment.
    score_after: Option<f64>,
    /// What it gained.
    change: Option<f64>,
}

/// What moved the portfolio between two days.
#[derive(JsonSchema)]
#[schemars(rename = "Drivers")]
struct DriversAnswer {
    /// The first moment.
    from: Moment,
    /// The last moment.
    to: Moment,
    /// How many customers are looked at.
    customers: usize,
    /// How many of them had a score at both moments.
    n: usize,
    /// How many had none at one of them.
    unknown: usize,
    /// Sum of the changes of all `n` scores.
    net: f64,
    /// Mean of them; `null` where there are none.
    mean_change: Option<f64>,
    /// Every rule that changed a score.
    drivers: Vec<Driver>,
    #[schemars(flatten)]
    page: Option<Listed<AffectedCustomer>>,
}

/// A customer whose score a rule changed.
#[derive(JsonSchema)]
struct AffectedCustomer {
    #[schemars(flatten)]
    customer: Behind,
    /// What the rule did to its score.
    delta: f64,
    /// How its score changed altogether.
    change: Option<f64>,
}

/// Of those who were asked, how many answered, by week.
#[derive(JsonSchema)]
struct Responses {
    /// The first day.
    from: NaiveDate,
    /// The last day.
    to: NaiveDate,
    /// When this was answered.
    as_of: DateTime<Utc>,
    /// How many customers there are.
    customers: usize,
    /// How many of them were read.
    customers_read: usize,
    /// Whether these were drawn by chance.
    sampled: bool,
    /// All weeks together.
    all: Share,
    /// The weeks.
    items: Vec<Week>,
}
