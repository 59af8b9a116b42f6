//! The support tickets of a customer.

use std::collections::HashMap;

use axum::extract::{Path, State};
use chrono::{DateTime, Utc};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, QueryParams, existing_customer};
use keepwell_aws::store::keys;
use keepwell_domain::id::RecordId;
use keepwell_domain::signal::{Severity, Ticket};
use keepwell_domain::timeline::TimelineKind;
use schemars::JsonSchema;
use serde::Serialize;

use crate::view;

/// What a customer asked support for.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CustomerTicket")]
pub(crate) struct TicketView<'a> {
    /// The sender's id.
    id: &'a RecordId,
    /// Subject line.
    subject: Option<&'a str>,
    /// How severe.
    severity: Severity,
    /// Whether it is open.
    open: bool,
    /// When it was opened.
    opened_at: DateTime<Utc>,
    /// When somebody first answered.
    first_response_at: Option<DateTime<Utc>>,
    /// When it was closed.
    closed_at: Option<DateTime<Utc>>,
    /// Whether it was escalated.
    escalated: bool,
    /// Sentiment of what the customer wrote, -1 to 1; `null` = unknown.
    sentiment: Option<f64>,
}

pub(crate) async fn get_tickets(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    mut query: QueryParams,
) -> Result<Answer, ApiError> {
    let (limit, after) = (query.limit(), query.cursor(view::sort_key(keys::TIMELINE)));
    query.finish()?;
    let customer = existing_customer(&cloud, &id).await?.value;
    // The timeline has a line for each, in the order of their opening; tickets themselves are kept by id.
    let lines = cloud.store.timeline(&customer.id, Some(TimelineKind::Ticket), limit, after.as_deref()).await?;
    let ids: Vec<RecordId> = lines.items.iter().filter_map(|line| RecordId::parse(&line.record).ok()).collect();
    let tickets: Vec<Ticket> = cloud.store.signals_by_id(&customer.id, ids.iter()).await?;
    let tickets: HashMap<&RecordId, &Ticket> = tickets.iter().map(|ticket| (&ticket.id, ticket)).collect();
    let now = cloud.now();
    let items: Vec<_> = ids.iter().filter_map(|id| Some(ticket_view(tickets.get(id)?, now))).collect();
    Answer::ok(view::page(&items, lines.next.as_deref()))
}

fn ticket_view(ticket: &Ticket, now: DateTime<Utc>) -> TicketView<'_> {
    TicketView {
        id: &ticket.id,
        subject: ticket.subject.as_deref(),
        severity: ticket.severity,
        open: ticket.is_open_at(now),
        opened_at: ticket.opened_at,
        first_response_at: ticket.first_response_at,
        closed_at: ticket.closed_at,
        escalated: ticket.escalated,
        sentiment: ticket.sentiment,
    }
}
