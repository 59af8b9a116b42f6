//! The Happiness Level of a customer, and the inbox of answers with what the team does about them.

use std::collections::HashMap;

use axum::extract::{Path, State};
use chrono::{DateTime, Duration, Utc};
use http::HeaderMap;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, JsonBody, QueryParams, existing_customer, if_match_when_sent};
use keepwell_aws::store::change::retry_on_conflict;
use keepwell_aws::store::feedback::InboxAnswer;
use keepwell_domain::feedback::handling::{HandlingChange, HandlingState, Theme};
use keepwell_domain::happiness::{HappinessLevel, TrendPoint, reading_at, response_rate, trend};
use keepwell_domain::id::CustomerId;
use schemars::JsonSchema;
use serde::Serialize;

use crate::view;

/// How far back the trend of a customer goes, and its step.
const TREND: (Duration, u32) = (Duration::days(26 * 7), 7);

pub(crate) async fn get_happiness(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    query: QueryParams,
) -> Result<Answer, ApiError> {
    query.finish()?;
    let customer = existing_customer(&cloud, &id).await?.value;
    let now = cloud.now();
    let settings = cloud.settings().await?;
    let answers = cloud.store.answers(&customer.id).await?;
    let contacts = cloud.store.contacts(&customer.id).await?;
    let reading = reading_at(&answers, &settings, now);
    let (asked, answered) = contacts.iter().fold((0, 0), |(asked, answered), contact| {
        (asked + contact.value.ask.asked, answered + contact.value.ask.answered)
    });
    Answer::ok(Happiness {
        value: reading.value,
        level: reading.level,
        answers: reading.answers,
        newest_at: reading.newest_at,
        trend: trend(&answers, &settings, now - TREND.0, now, TREND.1),
        asked,
        answered,
        response_rate: response_rate(asked, answered),
    })
}

/// How happy a customer is.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Happiness {
    /// Mean of the contacts' latest answers, 0-100, not rounded; `null` = nobody answered in the last 90 days.
    value: Option<f64>,
    /// The word for it.
    level: Option<HappinessLevel>,
    /// Number of contacts whose answer counts.
    answers: u32,
    /// When the newest answer that counts was given.
    newest_at: Option<DateTime<Utc>>,
    /// The last 26 weeks, week by week.
    trend: Vec<TrendPoint>,
    /// Requests that were sent, ever.
    asked: u32,
    /// Those that were answered.
    answered: u32,
    /// The share that was answered, 0-1; `null` when nobody was asked.
    response_rate: Option<f64>,
}

/// An answer in the inbox.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "InboxAnswer")]
pub(crate) struct AnswerView<'a> {
    /// Its id: the request's.
    id: &'a str,
    #[serde(flatten)]
    item: &'a InboxAnswer,
}

fn answer_view(item: &InboxAnswer) -> AnswerView<'_> {
    AnswerView { id: &item.answer.request, item }
}

/// A place in the inbox: when the answer was given, and the request.
fn is_position(place: &str) -> bool {
    place.split_once('#').is_some_and(|(at, _)| DateTime::parse_from_rfc3339(at).is_ok())
}

/// The inbox: each request's latest answer, newest first.
pub(crate) async fn get_feedback(State(cloud): State<Cloud>, mut query: QueryParams) -> Result<Answer, ApiError> {
    let (limit, cursor) = (query.limit(), query.cursor(is_position));
    let now = cloud.now();
    let to = query.get("to").unwrap_or(now);
    let from = query.get("from").unwrap_or(to - Duration::days(90));
    let rating: Option<HappinessLevel> = query.get("rating");
    let customer: Option<CustomerId> = query.get("customer");
    let state: Option<HandlingState> = query.get("state");
    let theme: Option<Theme> = query.get("theme");
    if from > to {
        query.problem("from", "must not be after to");
    }
    query.finish()?;

    let mut latest = HashMap::new();
    for item in cloud.store.inbox(from, to).await? {
        // Oldest first, so that a later revision replaces an earlier one.
        latest.insert(item.answer.request.clone(), item);
    }
    let mut items: Vec<_> = latest
        .into_values()
        .filter(|item| rating.is_none_or(|rating| rating == item.answer.rating))
        .filter(|item| customer.as_ref().is_none_or(|customer| *customer == item.customer))
        .filter(|item| state.is_none_or(|state| state == item.handling.state))
        .filter(|item| theme.as_ref().is_none_or(|theme| item.handling.is_about(&theme.0)))
        .map(|item| (format!("{}#{}", item.answer.at.to_rfc3339(), item.answer.request), item))
        .collect();
    items.sort_by(|a, b| b.0.cmp(&a.0));
    let start = cursor.map_or(0, |cursor| items.partition_point(|(position, _)| *position >= cursor));
    let more = items.len() > start + limit;
    let page: Vec<_> = items.into_iter().skip(start).take(limit).collect();
    let next = page.last().filter(|_| more).map(|(position, _)| position.clone());
    let items: Vec<_> = page.iter().map(|(_, item)| answer_view(item)).collect();
    Answer::ok(view::page(&items, next.as_deref()))
}

/// Notes what the team does about an answer. The answer itself is the contact's.
pub(crate) async fn patch_feedback(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Answer, ApiError> {
    let change = HandlingChange::parse(&body)?;
    retry_on_conflict(|| async {
        let answered = cloud.store.answered(&id).await?;
        let answered = answered.ok_or_else(|| ApiError::NotFound(format!("There is no answer {id:?}.")))?;
        let before = &answered.answer.value;
        if_match_when_sent(&headers, before.version)?;
        let handling = change.clone().apply(&before.handling);
        if handling == before.handling {
            return Ok(Answer::ok(answer_view(before))?.etag(before.version));
        }
        let after = answered.handle(&cloud.store, handling).await?;
        Ok(Answer::ok(answer_view(&after))?.etag(after.version))
    })
    .await
}
