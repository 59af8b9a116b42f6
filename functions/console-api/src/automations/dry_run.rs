//! `POST /v1/automations/{id}/dry-run`: what the automation would do, without doing it. Everything is read and nothing is written.

mod one;
mod portfolio;

use axum::extract::{Path, State};
use keepwell_aws::automations::check::check;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, JsonBody, QueryParams};
use keepwell_domain::automation::Automation;
use keepwell_domain::automation::library::check_set;
use keepwell_domain::fields::{Fields, Whole};
use keepwell_domain::id::CustomerId;
use keepwell_domain::problem::Problems;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{automation_of, existing, newest};

/// What is asked for.
enum Question {
    /// What would it do for this customer now?
    One(CustomerId),
    /// What would it have done, for whom, in the last days?
    Days(u32),
}

/// The longest look back: published events are kept for 14 days.
const MAX_DAYS: i64 = 14;

fn parse(body: &Value) -> Result<(Question, Option<Automation>), Problems> {
    let mut fields = Fields::new(body, "")?;
    let customer = fields.optional::<CustomerId>("customer");
    let days = fields.optional::<Whole<1, MAX_DAYS>>("days");
    let document = fields
        .nested("document", |value, pointer| Automation::parse(value).map_err(|problems| below(problems, pointer)));
    let (has_customer, has_days) = (fields.raw("customer").is_some(), fields.raw("days").is_some());
    if has_customer == has_days {
        fields.problem("customer", "is required, or days, and not both");
    }
    let question = customer.map(Question::One).or_else(|| days.map(|days| Question::Days(days.0 as u32)));
    fields.finish(question.map(|question| (question, document)))
}

/// The problems of a document that is part of a body.
fn below(problems: Problems, pointer: &str) -> Problems {
    let mut all = Problems::default();
    for problem in problems.0 {
        all.add(format!("{pointer}{}", problem.pointer), problem.detail);
    }
    all
}

/// Takes `{customer}` or `{days}`, and the `document` of one that is not stored, or not so.
pub(crate) async fn post_dry_run(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    query: QueryParams,
    JsonBody(body): JsonBody,
) -> Result<Answer, ApiError> {
    query.finish()?;
    let (question, document) = parse(&body)?;
    let (automation, version) = if let Some(document) = document {
        let checked = check_set(&document, &id).and_then(|()| check(&cloud.templates, &document, cloud.now()));
        checked.map_err(|problems| below(problems, "/document"))?;
        (document, None)
    } else {
        let library = cloud.store.automation_library().await?.value;
        let version = newest(&library, &id)?;
        (automation_of(&existing(&cloud, &library, &id, version).await?)?, Some(version))
    };
    // A dry run is asked for before an automation is switched on.
    let tried = Automation { on: true, ..automation.clone() };
    let outcome = match question {
        Question::One(customer) => Outcome::One(one::dry_run(&cloud, &tried, &customer).await?),
        Question::Days(days) => Outcome::Portfolio(portfolio::dry_run(&cloud, &tried, days).await?),
    };
    Answer::ok(DryRun { automation: automation.id, version, on: automation.on, outcome })
}

/// What an automation would do.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DryRun {
    /// The automation.
    automation: String,
    /// The version of its document; `null` for one that is not stored.
    version: Option<u64>,
    /// Whether it is switched on. A dry run takes it as switched on.
    on: bool,
    #[serde(flatten)]
    outcome: Outcome,
}

/// For whom it was asked.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
enum Outcome {
    /// For one customer now.
    One(one::ForOne),
    /// For everybody, in the last days.
    Portfolio(portfolio::OverPortfolio),
}
