//! A fact in a few words, for mails and messages that may be about any of them.

use serde_json::{Value, json};

use super::variables::{date, insight, whole};
use crate::event::Fact;
use crate::happiness::HappinessLevel;
use crate::health_status::HealthStatus;

/// What happened, as one would say it after the customer's name and a colon.
pub(super) fn headline(fact: &Fact) -> String {
    match fact {
        Fact::HealthStatusChanged { to, .. } => format!("Health Status changed to {}", to.title()),
        Fact::HealthStatusBecameStale { .. } => "Health Status is out of date".to_owned(),
        Fact::HealthStatusDisagreed { .. } => "Health Status and Health Score disagree".to_owned(),
        Fact::InsightChanged { to, .. } => format!("insight is now {}", insight(*to)),
        Fact::FeedbackAnswered { rating, .. } => format!("a contact answered {}", rating.title()),
        Fact::HappinessDropped { from, to, .. } => {
            format!("happiness dropped from {} to {}", whole(*from), whole(*to))
        }
        Fact::HappinessChanged { to, .. } => {
            format!("happiness is now {}", to.map_or("unknown", HappinessLevel::title))
        }
        Fact::BandChanged { to, .. } => {
            format!("the Health Score's band is now {}", to.map_or("unknown", HealthStatus::title))
        }
        Fact::ScoreChanged { from: Some(from), to: Some(to) } => {
            let moved = if to < from { "fell" } else { "rose" };
            format!("Health Score {moved} to {}", whole(*to))
        }
        Fact::ScoreDropped { from, to, .. } => format!("Health Score fell from {} to {}", whole(*from), whole(*to)),
        Fact::TicketOpened { severity, .. } => format!("{severity} ticket opened"),
        Fact::TicketEscalated { severity, .. } => format!("{severity} ticket escalated"),
        Fact::RenewalApproaching { renewal_on, .. } => format!("renewal on {}", date(*renewal_on)),
        Fact::ContactLapsed { last_met_at: Some(at), .. } => format!("no contact since {}", date(at.date_naive())),
        Fact::ContactLapsed { last_met_at: None, .. } => "no contact on record".to_owned(),
        Fact::MilestoneOverdue { milestone, .. } => format!("milestone overdue: {milestone}"),
        _ => "something changed".to_owned(),
    }
}

/// The rest of it, as rows of a table: name and value.
pub(super) fn rows(fact: &Fact) -> Value {
    let row = |name: &str, value: String| json!({ "name": name, "value": value });
    match fact {
        Fact::HealthStatusChanged { from: Some(from), .. } => json!([row("Before", from.title().to_owned())]),
        Fact::HealthStatusBecameStale { set_at, .. } => json!([row("Set on", date(set_at.date_naive()))]),
        Fact::HealthStatusDisagreed { band, .. } => json!([row("The score says", band.title().to_owned())]),
        Fact::InsightChanged { from, .. } => json!([row("Before", insight(*from).to_owned())]),
        Fact::TicketOpened { ticket, severity } | Fact::TicketEscalated { ticket, severity } => {
            json!([row("Ticket", ticket.to_string()), row("Severity", severity.to_string())])
        }
        Fact::MilestoneOverdue { goal, due_on, .. } => {
            json!([row("Goal", goal.to_string()), row("Was due on", date(*due_on))])
        }
        _ => json!([]),
    }
}
