//! What is stored about one customer, as the rows of an export.

use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::ApiError;
use keepwell_aws::store::exports::Keyed;
use keepwell_aws::store::feedback::InboxAnswer;
use keepwell_aws::store::signals::SignalRecord;
use keepwell_aws::store::{Page, keys};
use keepwell_domain::contact::Contact;
use keepwell_domain::export::{ExportKind, contact_row, customer_row, record_row, score_row, usage_events, usage_row};
use keepwell_domain::health_status::StatusChange;
use keepwell_domain::id::CustomerId;
use keepwell_domain::score::history::ScorePoint;
use keepwell_domain::signal::{CustomMeasure, Goal, Interaction, Message, Opportunity, Outcome, Survey, Ticket};
use keepwell_domain::task::Task;
use keepwell_domain::usage::UsageDay;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Items that are read at a time: `DynamoDB` sends 1 MB of them at most.
const ITEMS: usize = 500;

/// The rows of an item, which stay together, and the item's place; `None` where a customer has but one.
pub(super) type Item = (Option<String>, Vec<Value>);

/// Under which sort keys a customer has the items of a kind; `None` where it has but one.
pub(super) fn prefix(kind: ExportKind) -> Option<&'static str> {
    Some(match kind {
        ExportKind::Customers => return None,
        ExportKind::Contacts => keys::CONTACTS,
        ExportKind::Usage => keys::USAGE_DAYS,
        ExportKind::Tickets => Ticket::PREFIX,
        ExportKind::Surveys => Survey::PREFIX,
        ExportKind::Interactions => Interaction::PREFIX,
        ExportKind::Goals => Goal::PREFIX,
        ExportKind::Outcomes => Outcome::PREFIX,
        ExportKind::Messages => Message::PREFIX,
        ExportKind::Opportunities => Opportunity::PREFIX,
        ExportKind::CustomMeasures => CustomMeasure::PREFIX,
        ExportKind::Tasks => keys::TASKS,
        ExportKind::Feedback => keys::ANSWERS,
        ExportKind::Scores => keys::SCORE_POINTS,
        ExportKind::StatusHistory => keys::STATUS_CHANGES,
    })
}

/// Items of a customer, after the one at `after`.
pub(super) async fn read(
    cloud: &Cloud,
    kind: ExportKind,
    customer: &CustomerId,
    after: Option<&str>,
) -> Result<Page<Item>, ApiError> {
    match kind {
        ExportKind::Customers => {
            // Who was erased meanwhile has no row.
            let stored = cloud.store.customer(customer).await?;
            let rows = stored.iter().map(|stored| customer_row(&stored.value)).collect::<Result<_, _>>();
            Ok(Page { items: vec![(None, rows.map_err(|error| unwritable(&error))?)], next: None })
        }
        ExportKind::Usage => {
            let page = cloud.store.keyed_usage_page::<UsageDay>(customer, ITEMS, after).await?;
            rows(page, |day| Ok(usage_events(day).iter().map(|event| usage_row(customer, event)).collect()))
        }
        ExportKind::Contacts => {
            let page = keyed(cloud, kind, customer, after).await?;
            rows(page, |contact: &Contact| Ok(vec![contact_row(customer, contact)?]))
        }
        ExportKind::Scores => {
            let page = keyed(cloud, kind, customer, after).await?;
            rows(page, |point: &ScorePoint| Ok(vec![score_row(customer, point)?]))
        }
        ExportKind::Tickets => records::<Ticket>(cloud, kind, customer, after).await,
        ExportKind::Surveys => records::<Survey>(cloud, kind, customer, after).await,
        ExportKind::Interactions => records::<Interaction>(cloud, kind, customer, after).await,
        ExportKind::Goals => records::<Goal>(cloud, kind, customer, after).await,
        ExportKind::Outcomes => records::<Outcome>(cloud, kind, customer, after).await,
        ExportKind::Messages => records::<Message>(cloud, kind, customer, after).await,
        ExportKind::Opportunities => records::<Opportunity>(cloud, kind, customer, after).await,
        ExportKind::CustomMeasures => records::<CustomMeasure>(cloud, kind, customer, after).await,
        ExportKind::Tasks => records::<Task>(cloud, kind, customer, after).await,
        ExportKind::Feedback => records::<InboxAnswer>(cloud, kind, customer, after).await,
        ExportKind::StatusHistory => records::<StatusChange>(cloud, kind, customer, after).await,
    }
}

async fn keyed<T: DeserializeOwned>(
    cloud: &Cloud,
    kind: ExportKind,
    customer: &CustomerId,
    after: Option<&str>,
) -> Result<Page<Keyed<T>>, ApiError> {
    Ok(cloud.store.keyed_page(customer, prefix(kind).unwrap_or_default(), ITEMS, after).await?)
}

async fn records<T: DeserializeOwned + Serialize>(
    cloud: &Cloud,
    kind: ExportKind,
    customer: &CustomerId,
    after: Option<&str>,
) -> Result<Page<Item>, ApiError> {
    let page = keyed(cloud, kind, customer, after).await?;
    rows(page, |record: &T| Ok(vec![record_row(kind, customer, record)?]))
}

fn rows<T>(
    page: Page<Keyed<T>>,
    rows: impl Fn(&T) -> Result<Vec<Value>, serde_json::Error>,
) -> Result<Page<Item>, ApiError> {
    let item = |keyed: Keyed<T>| Ok((Some(keyed.sk), rows(&keyed.value)?));
    let items = page.items.into_iter().map(item).collect::<Result<_, _>>().map_err(|error| unwritable(&error))?;
    Ok(Page { items, next: page.next })
}

fn unwritable(error: &serde_json::Error) -> ApiError {
    ApiError::Internal(format!("a row cannot be written: {error}"))
}
