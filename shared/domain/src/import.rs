//! Many items at once, as a CSV file or a JSON array. The rows of a file become the same JSON objects that an array has, so that
//! one set of rules serves both.

mod array;
pub(crate) mod columns;
mod file;
mod item;
mod report;

pub use array::{ArrayItem, read_array};
pub use columns::Mapping;
pub use file::{Parsed, parse};
pub use item::{Item, Row};
pub use report::{ArrayReport, ItemReport, ItemResult, Report, RowError};

crate::words! {
    /// What a CSV file or an array holds.
    #[derive(schemars::JsonSchema)]
    pub enum ImportKind {
        /// One customer a row.
        Customers = "customers",
        /// One contact a row.
        Contacts = "contacts",
        /// One usage event a row.
        Usage = "usage",
        /// One ticket a row.
        Tickets = "tickets",
        /// One survey answer a row.
        Surveys = "surveys",
        /// One interaction a row.
        Interactions = "interactions",
        /// One goal a row.
        Goals = "goals",
        /// One outcome a row.
        Outcomes = "outcomes",
        /// One written message a row.
        Messages = "messages",
        /// One opportunity a row.
        Opportunities = "opportunities",
        /// One value of a custom measure a row.
        CustomMeasures = "custom-measures",
    }
}
