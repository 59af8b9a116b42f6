//! What the texts of an automation may say: the variables of its mails and tasks.
//!
//! `customer`, `owner`, `product_name` are always there, and `event` with `type`, `headline` and `rows`; the rest of `event` and, where it
//! is about one, `contact` differ by event.
//! Unknown values are `null`. The mailer adds `contact` (the recipient) and `links` to a mail's variables.

use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use crate::automation::context::Context;
use crate::automation::headline::{headline, rows};
use crate::contact::Contact;
use crate::customer::Customer;
use crate::event::{Event, Fact};
use crate::happiness::{DropKind, HappinessLevel};
use crate::health_status::HealthStatus;
use crate::id::{EmailAddress, RecordId};
use crate::insight::Insight;

/// The variables of everything that is done about `event`.
pub fn variables(event: &Event, context: &Context<'_>) -> Map<String, Value> {
    let mut variables = Map::new();
    variables.insert("customer".to_owned(), customer_variables(context.customer));
    variables.insert("owner".to_owned(), owner_variables(context.customer.profile.owner.as_ref()));
    variables.insert("product_name".to_owned(), json!(context.settings.product_name));
    let mut of_event = event_variables(&event.fact, context.customer);
    if let Some(of_event) = of_event.as_object_mut() {
        of_event.insert("type".to_owned(), json!(event.fact.name()));
        of_event.insert("headline".to_owned(), json!(headline(&event.fact)));
        of_event.insert("rows".to_owned(), rows(&event.fact));
    }
    variables.insert("event".to_owned(), of_event);
    if let Some(contact) = contact_of(&event.fact) {
        let known = context.contacts.iter().find(|known| known.id == *contact);
        variables.insert("contact".to_owned(), known.map_or_else(unknown_contact, contact_variables));
    }
    variables
}

/// `contact`: name, `first_name`.
pub fn contact_variables(contact: &Contact) -> Value {
    json!({ "name": contact.name, "first_name": first_name(contact.name.reveal()) })
}

/// `owner`: name and address. People are known by address only, so the name is made from it: `ana.ruiz@…` is Ana Ruiz.
pub fn owner_variables(owner: Option<&EmailAddress>) -> Value {
    let name = owner.map_or_else(|| "Your customer success team".to_owned(), name_of);
    json!({ "name": name, "email": owner.map(EmailAddress::as_str) })
}

/// `customer`, with values as people read them.
pub fn customer_variables(customer: &Customer) -> Value {
    let profile = &customer.profile;
    let standing = &customer.standing;
    json!({
        "id": customer.id,
        "name": profile.name,
        "plan": profile.plan,
        "industry": profile.industry,
        "country": profile.country,
        "size": profile.size,
        "stage": profile.stage,
        "arr": profile.arr_cents.map(|cents| money(cents, &profile.currency)),
        "renewal_on": profile.renewal_on.map(date),
        "status": customer.status.as_ref().map(|record| record.status.title()),
        "status_reason": customer.status.as_ref().map(|record| record.reason.as_str()),
        "score": standing.score.map(whole),
        "happiness": standing.happiness_level.map(HappinessLevel::title),
        "insight": insight(standing.insight),
    })
}

/// The contact whom the event is about.
fn contact_of(fact: &Fact) -> Option<&RecordId> {
    match fact {
        Fact::FeedbackRequested { contact, .. }
        | Fact::FeedbackAnswered { contact, .. }
        | Fact::ContactUnsubscribed { contact } => Some(contact),
        _ => None,
    }
}

/// The contact may have been erased since the event.
fn unknown_contact() -> Value {
    json!({ "name": "A contact", "first_name": "A contact" })
}

fn event_variables(fact: &Fact, customer: &Customer) -> Value {
    match fact {
        Fact::HealthStatusChanged { from, to } => {
            // The reason is the newest record's; it may have moved on since the event.
            let reason = customer.status.as_ref().filter(|record| record.status == *to).map(|record| &record.reason);
            json!({ "from": from.map(HealthStatus::title), "to": to.title(), "reason": reason })
        }
        Fact::HealthStatusBecameStale { status, set_at } => {
            json!({ "status": status.title(), "set_on": date(set_at.date_naive()) })
        }
        Fact::InsightChanged { from, to } => json!({ "from": insight(*from), "to": insight(*to) }),
        Fact::FeedbackAnswered { rating, previous, .. } => {
            json!({ "rating": rating.title(), "previous": previous.map(HappinessLevel::title) })
        }
        Fact::HappinessDropped { kind, from, to } => {
            let how = match kind {
                DropKind::Points => "10 points or more within seven days",
                DropKind::Words => "one word down twice in a row",
            };
            json!({ "how": how, "from": whole(*from), "to": whole(*to) })
        }
        Fact::BandChanged { from, to } => {
            json!({ "from": from.map(HealthStatus::title), "to": to.map(HealthStatus::title) })
        }
        Fact::ScoreChanged { from, to } => json!({ "from": from.map(whole), "to": to.map(whole) }),
        Fact::ScoreDropped { from, to, days } => json!({ "from": whole(*from), "to": whole(*to), "days": days }),
        Fact::HealthStatusDisagreed { status, band } => json!({ "status": status.title(), "band": band.title() }),
        Fact::TicketOpened { ticket, severity } | Fact::TicketEscalated { ticket, severity } => {
            json!({ "ticket": ticket, "severity": severity })
        }
        Fact::RenewalApproaching { renewal_on, days } => json!({ "renewal_on": date(*renewal_on), "days": days }),
        Fact::ContactLapsed { last_met_at, days } => {
            json!({ "last_met_on": last_met_at.map(|at| date(at.date_naive())), "days": days })
        }
        Fact::MilestoneOverdue { goal, milestone, due_on, days } => {
            json!({ "goal": goal, "milestone": milestone, "due_on": date(*due_on), "days": days })
        }
        _ => json!({}),
    }
}

pub(super) fn insight(insight: Insight) -> &'static str {
    match insight {
        Insight::Advocate => "Advocate",
        Insight::ProductIssues => "Product issues",
        Insight::BusinessTrouble => "Business in trouble",
        Insight::ChurnRisk => "Churn risk",
        Insight::Stale => "Status out of date",
        Insight::Unknown => "Unknown",
    }
}

/// Rounded half up, for display.
pub(super) fn whole(number: f64) -> i64 {
    (number + 0.5).floor() as i64
}

pub(super) fn date(date: NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}

/// Whole units with thousands separators: `USD 120,000`.
fn money(cents: i64, currency: &str) -> String {
    let digits = (cents / 100).unsigned_abs().to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if cents <= -100 { "\u{2212}" } else { "" };
    format!("{currency} {sign}{grouped}")
}

/// How a person is greeted: the first word of the name, titles left out.
fn first_name(name: &str) -> &str {
    const TITLES: [&str; 8] = ["dr", "dr.", "mr", "mr.", "mrs", "mrs.", "ms", "ms."];
    let is_title = |word: &&str| TITLES.contains(&word.to_ascii_lowercase().as_str());
    // "Dr Smith" is greeted whole: what follows a title alone is a family name.
    let mut words = name.split_whitespace();
    let first = words.next().unwrap_or(name);
    if is_title(&first) { name } else { first }
}

/// A name made from an address: `ana.ruiz+cs@example.com` is Ana Ruiz.
fn name_of(address: &EmailAddress) -> String {
    let local = address.as_str().split(['@', '+']).next().unwrap_or_default();
    let words: Vec<String> = local
        .split(['.', '_', '-'])
        .filter(|word| !word.is_empty())
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
        })
        .collect();
    if words.is_empty() { address.as_str().to_owned() } else { words.join(" ") }
}
