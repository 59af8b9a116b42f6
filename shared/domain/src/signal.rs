//! Signals: the raw input about a customer, as systems and people send it.

mod custom_measure;
mod gist;
mod goal;
mod interaction;
mod message;
mod opportunity;
mod outcome;
mod survey;
mod ticket;
mod usage_event;

pub use custom_measure::CustomMeasure;
pub use gist::{Gist, LastSignals};
pub use goal::{Goal, MAX_MILESTONES, Milestone, MilestoneState};
pub use interaction::{Interaction, InteractionKind};
pub use message::Message;
pub use opportunity::{Opportunity, OpportunityKind, OpportunityOutcome};
pub use outcome::{Outcome, OutcomeKind};
pub use survey::{Survey, SurveyKind};
pub use ticket::{Severity, Ticket};
pub use usage_event::UsageEvent;

crate::words! {
    /// The kinds of signals.
    pub enum SignalKind {
        /// Use of the product.
        Usage = "usage",
        /// A meeting, call, mail or note of the CSM.
        Interaction = "interaction",
        /// A support ticket.
        Ticket = "ticket",
        /// A survey answer that another system collected.
        Survey = "survey",
        /// A goal with its milestones.
        Goal = "goal",
        /// A written message.
        Message = "message",
        /// A renewal or an expansion that is being sold.
        Opportunity = "opportunity",
        /// A churn or a renewal.
        Outcome = "outcome",
        /// A number of the team's own.
        CustomMeasure = "custom_measure",
    }
}
