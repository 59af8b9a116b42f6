//! `GET /v1/analytics/movement`: who went from which band to which between two days.

use std::sync::Arc;

use axum::extract::State;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, QueryParams, query};
use keepwell_domain::analytics::StoodAt;
use keepwell_domain::analytics::movement::{Movement, Place};
use keepwell_domain::customer::Customer;
use keepwell_domain::id::CustomerId;
use serde_json::{Value, json};

use super::past::{Accuracy, moments};

/// Thirty days, when nothing is said; at most as long as days are kept.
const DAYS: u64 = 30;
const MOST_DAYS: u64 = 366;

/// A customer with where it was and is.
struct Moved<'a> {
    customer: &'a Customer,
    before: Option<StoodAt>,
    after: StoodAt,
}

impl Moved<'_> {
    fn was(&self) -> Place {
        Place::of(self.before.as_ref())
    }

    fn is(&self) -> Place {
        Place::of(Some(&self.after))
    }

    fn item(&self) -> Value {
        let score = |stood: Option<&StoodAt>| stood.and_then(|stood| stood.score);
        let (before, after) = (score(self.before.as_ref()), self.after.score);
        let more = json!({ "was": self.was(), "is": self.is(), "score_before": before, "score_after": after,
            "change": before.zip(after).map(|(before, after)| after - before) });
        super::with(super::behind(self.customer), more)
    }
}

/// With `was` or `is`, also the customers behind those cells.
pub(crate) async fn get_movement(State(cloud): State<Cloud>, mut query: QueryParams) -> Result<Answer, ApiError> {
    let (limit, mut after): (usize, Option<CustomerId>) = (query.limit(), None);
    query.cursor(|place| {
        after = CustomerId::parse(place).ok();
        after.is_some()
    });
    let now = cloud.now();
    let (from, to) = super::period(&mut query, now.date_naive(), DAYS, MOST_DAYS);
    let (was, is): (Option<Place>, Option<Place>) = (query.get("was"), query.get("is"));
    let scope = super::scope(&mut query);
    query.finish()?;

    let customers = super::customers(&cloud, &scope).await?;
    let customers: Vec<&Customer> = customers.iter().map(Arc::as_ref).collect();
    let days = if from == to { vec![from] } else { vec![from, to] };
    let mut stood = moments(&cloud, &customers, &days, Accuracy::Exact, |moment, stood| (moment, stood)).await?;
    let last = stood.pop().ok_or_else(|| ApiError::Internal("a day is not there".to_owned()))?;
    let first = stood.pop().unwrap_or_else(|| last.clone());
    let pairs = customers.iter().zip(first.1).zip(last.1);
    // Who came after the later day is in neither.
    let moved: Vec<Moved<'_>> =
        pairs.filter_map(|((customer, before), after)| Some(Moved { customer, before, after: after? })).collect();
    let movement = Movement::of(moved.iter().map(|moved| (moved.was(), moved.is())));
    let mut body = json!({
        "from": first.0,
        "to": last.0,
        "customers": moved.len(),
        "up": movement.up(),
        "down": movement.down(),
        "before": movement.before(),
        "after": movement.after(),
        "cells": movement.cells(),
    });
    if was.is_some() || is.is_some() {
        let wanted = |moved: &&Moved<'_>| {
            was.is_none_or(|place| place == moved.was()) && is.is_none_or(|place| place == moved.is())
        };
        // Customers are in the order of their ids.
        let all: Vec<&Moved<'_>> = moved.iter().filter(wanted).collect();
        let start = after.map_or(0, |after| all.partition_point(|moved| moved.customer.id <= after));
        let page: Vec<&Moved<'_>> = all.iter().skip(start).take(limit).copied().collect();
        let more = all.len() > start + page.len();
        let next = page.last().filter(|_| more).map(|moved| query::cursor(moved.customer.id.as_str()));
        let items: Vec<Value> = page.iter().map(|moved| moved.item()).collect();
        body = super::with(body, json!({ "total": all.len(), "items": items, "next_cursor": next }));
    }
    Answer::ok(body)
}
