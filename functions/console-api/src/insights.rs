//! Insights: the four cells of Health Status x Happiness Level, and those that are in none.

use std::collections::BTreeMap;

use axum::extract::State;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, QueryParams};
use keepwell_domain::customer::Customer;
use keepwell_domain::insight::{Insight, insight};
use serde_json::{Value, json};

pub(crate) async fn get_insights(State(cloud): State<Cloud>, query: QueryParams) -> Result<Answer, ApiError> {
    query.finish()?;
    let now = cloud.now();
    let settings = cloud.settings().await?;
    let mut cells: BTreeMap<Insight, Vec<Customer>> = BTreeMap::new();
    for stored in cloud.store.portfolio().await? {
        let customer = stored.value;
        if customer.churned {
            continue;
        }
        let cell = insight(customer.status.as_ref(), customer.standing.happiness, &settings, now);
        cells.entry(cell).or_default().push(customer);
    }
    let cells: Vec<Value> =
        Insight::ALL.iter().map(|cell| describe(*cell, cells.remove(cell).unwrap_or_default())).collect();
    Answer::ok(json!({ "cells": cells }))
}

fn describe(cell: Insight, mut customers: Vec<Customer>) -> Value {
    customers.sort_by(|a, b| b.profile.arr_cents.cmp(&a.profile.arr_cents).then_with(|| a.id.cmp(&b.id)));
    let mut arr: BTreeMap<&str, i64> = BTreeMap::new();
    for customer in &customers {
        *arr.entry(&customer.profile.currency).or_default() += customer.profile.arr_cents.unwrap_or(0);
    }
    json!({
        "insight": cell,
        "title": cell.title(),
        "meaning": cell.meaning(),
        "next_step": cell.next_step(),
        "count": customers.len(),
        // One sum per currency: money of different currencies is never added up.
        "arr_cents": arr,
        "customers": customers.iter().map(|customer| json!({
            "id": customer.id,
            "name": customer.profile.name,
            "owner": customer.profile.owner,
            "arr_cents": customer.profile.arr_cents,
            "currency": customer.profile.currency,
            "status": customer.status.as_ref().map(|record| record.status),
            "score": customer.standing.score,
            "happiness": customer.standing.happiness,
            "happiness_level": customer.standing.happiness_level,
        })).collect::<Vec<_>>(),
    })
}
