//! `GET /v1/analytics/drivers`: which rules took and gave the most points between two days.

mod evidence;

use std::sync::Arc;

use axum::extract::State;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, QueryParams, query};
use keepwell_domain::analytics::drivers::{Adder, delta_of};
use keepwell_domain::customer::Customer;
use keepwell_domain::score::explain::{Explanation, explain};
use serde_json::{Value, json};

use self::evidence::{Evidence, Scorecards};

/// Thirty days, when nothing is said; at most as long as days are kept.
const DAYS: u64 = 30;
const MOST_DAYS: u64 = 366;

/// What a rule did to a customer.
struct Affected<'a> {
    customer: &'a Customer,
    delta: f64,
    change: Option<f64>,
}

impl Affected<'_> {
    /// Its place among the others: who lost the most comes first.
    fn position(&self) -> String {
        format!("{}#{}", self.delta, self.customer.id)
    }

    fn is_after(&self, delta: f64, id: &str) -> bool {
        self.delta.total_cmp(&delta).then_with(|| self.customer.id.as_str().cmp(id)).is_gt()
    }
}

/// With `rule`, also the customers whose scores it changed.
pub(crate) async fn get_drivers(State(cloud): State<Cloud>, mut query: QueryParams) -> Result<Answer, ApiError> {
    let (limit, mut after): (usize, Option<(f64, String)>) = (query.limit(), None);
    query.cursor(|place| {
        let parts = place.split_once('#');
        after = parts.and_then(|(delta, id)| Some((delta.parse().ok()?, id.to_owned())));
        after.is_some()
    });
    let now = cloud.now();
    let (from, to) = super::period(&mut query, now.date_naive(), DAYS, MOST_DAYS);
    let rule = query.text("rule");
    let scope = super::scope(&mut query);
    query.finish()?;

    let customers = super::customers(&cloud, &scope).await?;
    let customers: Vec<&Customer> = customers.iter().map(Arc::as_ref).filter(|customer| !customer.churned).collect();
    let mut scorecards = Scorecards::default();
    let before = Evidence::read(&cloud, &customers, from, &mut scorecards).await?;
    let after_ = Evidence::read(&cloud, &customers, to, &mut scorecards).await?;
    let mut adder = Adder::default();
    let mut affected = Vec::new();
    for (place, customer) in customers.iter().copied().enumerate() {
        let explanation = explanation(place, customer, &before, &after_, &scorecards);
        adder.add(&explanation);
        let delta = rule.as_deref().map_or(0.0, |rule| delta_of(&explanation, rule));
        if delta != 0.0 {
            affected.push(Affected { customer, delta, change: explanation.change });
        }
    }
    let drivers = adder.finish();
    let mut body = json!({
        "from": before.moment,
        "to": after_.moment,
        "customers": customers.len(),
        "n": drivers.n,
        "unknown": drivers.unknown,
        "net": drivers.net,
        "mean_change": drivers.mean_change,
        "drivers": drivers.items,
    });
    if rule.is_some() {
        affected.sort_by(|a, b| a.delta.total_cmp(&b.delta).then_with(|| a.customer.id.cmp(&b.customer.id)));
        let start = after.map_or(0, |(delta, id)| affected.partition_point(|one| !one.is_after(delta, &id)));
        let page: Vec<&Affected<'_>> = affected.iter().skip(start).take(limit).collect();
        let more = affected.len() > start + page.len();
        let next = page.last().filter(|_| more).map(|last| query::cursor(&last.position()));
        let item = |one: &&Affected<'_>| {
            super::with(super::behind(one.customer), json!({ "delta": one.delta, "change": one.change }))
        };
        let items: Vec<Value> = page.iter().map(item).collect();
        body = super::with(body, json!({ "total": affected.len(), "items": items, "next_cursor": next }));
    }
    Answer::ok(body)
}

/// Why the customer's score changed; nothing where it had none at one of the moments.
fn explanation(
    place: usize,
    customer: &Customer,
    before: &Evidence,
    after: &Evidence,
    scorecards: &Scorecards,
) -> Explanation {
    let known = before.of(place, customer).zip(after.of(place, customer));
    let cards = known
        .as_ref()
        .and_then(|(before, after)| Some((scorecards.get(&before.scorecard)?, scorecards.get(&after.scorecard)?)));
    let (Some((before, after)), Some((card_before, card_after))) = (known, cards) else {
        return Explanation { change: None, items: Vec::new() };
    };
    let score_before = card_before.score_limited(&before.measures, before.limit, before.at);
    let score_after = card_after.score_limited(&after.measures, after.limit, after.at);
    let between = (before.scorecard != after.scorecard)
        .then(|| card_after.score_limited(&before.measures, before.limit, before.at));
    explain(&score_before, &score_after, between.as_ref())
}
