//! `GET /v1/exports/{kind}`: everything back out, as CSV or JSON, page by page.
//!
//! Customers come in the order of their ids, and what is stored about each in the order of its keys, so that a page starts exactly
//! where the one before ended, whatever changed in between. A page ends at a size that Lambda can answer, or after so many customers
//! that the answer comes in time: one may be empty, and another follow.

mod rows;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use futures::{StreamExt as _, stream};
use http::{HeaderMap, header};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{ApiError, QueryParams, query};
use keepwell_domain::export::{ExportKind, csv_header, csv_row};
use keepwell_domain::id::CustomerId;
use serde_json::{Value, json};

use crate::document::media_types;

/// Size of a page, in bytes. Lambda answers with at most 6 MB, in which a body's quotes and line ends take twice their room.
const PAGE_BYTES: usize = 2_500_000;

/// Most rows of a page that a request can ask for.
const MAX_ROWS: usize = 100_000;

/// Customers that a page looks at: five milliseconds each, so many at a time.
const CUSTOMERS: usize = 5_000;
const AT_ONCE: usize = 32;

/// How an export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Csv,
    Json,
}

impl Format {
    /// CSV when `Accept` names it, before or instead of JSON.
    fn accepted(headers: &HeaderMap) -> Self {
        if accepts_csv(headers) { Self::Csv } else { Self::Json }
    }

    fn row(self, kind: ExportKind, row: &Value) -> String {
        match self {
            Self::Csv => csv_row(kind, row),
            Self::Json => row.to_string(),
        }
    }
}

/// Whether CSV is asked for, before or instead of JSON.
pub(crate) fn accepts_csv(headers: &HeaderMap) -> bool {
    let known = |media_type: &&str| matches!(*media_type, "text/csv" | "application/json");
    media_types(headers, header::ACCEPT).find(known) == Some("text/csv")
}

/// Where a page starts: after this customer, or after an item of it.
#[derive(Debug, Clone)]
struct Place {
    customer: CustomerId,
    item: Option<String>,
}

impl Place {
    /// Reads `customer` or `customer/item`. An id has no slash.
    fn parse(kind: ExportKind, text: &str) -> Option<Self> {
        let (customer, item) = text.split_once('/').map_or((text, None), |(customer, item)| (customer, Some(item)));
        let customer = CustomerId::parse(customer).ok()?;
        let is_place =
            |item: &str| rows::prefix(kind).is_some_and(|prefix| item.starts_with(prefix)) && item.len() <= 1024;
        match item {
            Some(item) if !is_place(item) => None,
            item => Some(Self { customer, item: item.map(str::to_owned) }),
        }
    }

    fn text(&self) -> String {
        self.item.as_ref().map_or_else(|| self.customer.to_string(), |item| format!("{}/{item}", self.customer))
    }
}

/// Rows as they go out.
#[derive(Debug, Default)]
struct Page {
    rows: Vec<String>,
    bytes: usize,
    next: Option<Place>,
}

pub(crate) async fn get_export(
    State(cloud): State<Cloud>,
    Path(kind): Path<String>,
    headers: HeaderMap,
    mut query: QueryParams,
) -> Result<Response, ApiError> {
    let kind = ExportKind::parse(&kind).ok_or_else(|| {
        ApiError::NotFound(format!("There is no export of {kind:?}; there are {}.", ExportKind::WORDS.join(", ")))
    })?;
    let limit = query.whole("limit", 1, MAX_ROWS).unwrap_or(MAX_ROWS);
    let mut start = None;
    query.cursor(|place| {
        start = Place::parse(kind, place);
        start.is_some()
    });
    query.finish()?;
    let format = Format::accepted(&headers);
    let page = read(&cloud, kind, format, start.clone(), limit).await?;
    let next = page.next.as_ref().map(|place| query::cursor(&place.text()));
    Ok(match format {
        Format::Csv => {
            // Pages put together are one file: only the first has the header.
            let header = start.is_none().then(|| csv_header(kind));
            let has_header = header.is_some();
            let body = header.unwrap_or_default() + &page.rows.concat();
            let mut response = csv(&format!("{kind}.csv"), has_header, body);
            if let Some(next) = next {
                let limit = if limit == MAX_ROWS { String::new() } else { format!("&limit={limit}") };
                let link = format!("</v1/exports/{kind}?cursor={next}{limit}>; rel=\"next\"");
                let link = link.parse().map_err(|_| ApiError::Internal("a link is no header".to_owned()))?;
                response.headers_mut().insert(header::LINK, link);
            }
            response
        }
        Format::Json => {
            let body = format!("{{\"items\":[{}],\"next_cursor\":{}}}", page.rows.join(","), json!(next));
            ([(header::CONTENT_TYPE, "application/json")], body).into_response()
        }
    })
}

/// A CSV file as an answer.
pub(crate) fn csv(name: &str, has_header: bool, body: String) -> Response {
    let disposition = format!("attachment; filename=\"{name}\"");
    let media_type = format!("text/csv; charset=utf-8; header={}", if has_header { "present" } else { "absent" });
    ([(header::CONTENT_TYPE, media_type), (header::CONTENT_DISPOSITION, disposition)], body).into_response()
}

async fn read(
    cloud: &Cloud,
    kind: ExportKind,
    format: Format,
    start: Option<Place>,
    limit: usize,
) -> Result<Page, ApiError> {
    let mut ids = cloud.store.customer_ids().await?;
    if let Some(start) = &start {
        let goes_on = start.item.is_some();
        ids.retain(|id| *id > start.customer || (goes_on && *id == start.customer));
    }
    let more = ids.len() > CUSTOMERS;
    ids.truncate(CUSTOMERS);
    let last = ids.last().cloned();

    let firsts = ids.into_iter().map(|id| {
        let after = start.as_ref().filter(|start| start.customer == id).and_then(|start| start.item.clone());
        async move { rows::read(cloud, kind, &id, after.as_deref()).await.map(|items| (id, items)) }
    });
    let mut customers = stream::iter(firsts).buffered(AT_ONCE);
    let mut page = Page::default();
    while let Some(first) = customers.next().await {
        let (customer, mut items) = first?;
        loop {
            for (sk, rows) in items.items {
                for row in rows {
                    let row = format.row(kind, &row);
                    page.bytes += row.len();
                    page.rows.push(row);
                }
                if page.bytes >= PAGE_BYTES || page.rows.len() >= limit {
                    page.next = Some(Place { customer, item: sk });
                    return Ok(page);
                }
            }
            let Some(next) = items.next else { break };
            items = rows::read(cloud, kind, &customer, Some(&next)).await?;
        }
    }
    page.next = last.filter(|_| more).map(|customer| Place { customer, item: None });
    Ok(page)
}
