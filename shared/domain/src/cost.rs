//! What a month of Keepwell costs on AWS, for a number of customers and what they do.
//!
//! | module | what it is |
//! |---|---|
//! | [`measured`] | what operations take from the tables, held equal to what is measured |
//! | [`assumption`] | what is taken for granted, where nothing can be measured without an account |
//! | [`amounts`] | amounts of everything that AWS charges for, and what they cost |
//! | [`bill`] | a month's amounts, cause by cause |

use serde::Serialize;

use crate::problem::Problems;
use crate::tracking::MAX_ITEMS;

pub mod amounts;
pub mod assumption;
pub mod bill;
pub mod measured;

/// The most of anything that is counted: the arithmetic is exact up to 2^53.
const MOST: f64 = 1e9;

/// How many customers there are, and what happens at each.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Workload {
    /// Customers.
    pub customers: u64,
    /// Usage events of a customer in a day.
    pub events_per_day: f64,
    /// Contacts of a customer who are asked for feedback.
    pub contacts: f64,
    /// Calls, meetings and mails of a customer that are logged in a month.
    pub interactions_per_month: f64,
    /// Tickets of a customer in a month.
    pub tickets_per_month: f64,
    /// Usage events in a request.
    pub batch: u64,
    /// Customers in such a request.
    pub customers_per_batch: u64,
    /// The share of the customers whose score is another one after a night, 0 to 1.
    pub changed_share: f64,
    /// People who work with the console.
    pub console_users: u64,
}

impl Workload {
    /// So many customers, each with the activity that is assumed where nothing else is said.
    #[must_use]
    pub fn of(customers: u64) -> Self {
        Self {
            customers,
            events_per_day: 100.0,
            contacts: 2.0,
            interactions_per_month: 4.0,
            tickets_per_month: 1.0,
            batch: 50,
            customers_per_batch: 1,
            changed_share: 0.1,
            console_users: Self::console_users_for(customers),
        }
    }

    /// People for so many customers where nobody says how many: one for each thousand, and 5 at least.
    #[must_use]
    pub fn console_users_for(customers: u64) -> u64 {
        customers.div_ceil(1_000).max(5)
    }

    /// Refuses what is no workload, and names every problem.
    ///
    /// # Errors
    ///
    /// Counts that are negative, no numbers or above 1,000,000,000; no customers; a share outside 0 to 1; an empty batch, or one of more
    /// than a request may hold; more customers in a batch than events.
    pub fn check(&self) -> Result<(), Problems> {
        let mut problems = Problems::default();
        let counts = [
            ("/customers", self.customers as f64),
            ("/console_users", self.console_users as f64),
            ("/events_per_day", self.events_per_day),
            ("/contacts", self.contacts),
            ("/interactions_per_month", self.interactions_per_month),
            ("/tickets_per_month", self.tickets_per_month),
        ];
        for (pointer, count) in counts {
            if !(0.0..=MOST).contains(&count) {
                problems.add(pointer, "must be between 0 and 1,000,000,000");
            }
        }
        if self.customers == 0 {
            problems.add("/customers", "must be at least 1");
        }
        if !(0.0..=1.0).contains(&self.changed_share) {
            problems.add("/changed_share", "must be a share between 0 and 1");
        }
        let most = MAX_ITEMS as u64;
        if !(1..=most).contains(&self.batch) {
            problems.add("/batch", format!("must be between 1 and {most}, the most that a request may hold"));
        }
        if !(1..=self.batch.max(1)).contains(&self.customers_per_batch) {
            problems.add("/customers_per_batch", "must be between 1 and the events of a batch");
        } else if self.customers_per_batch > self.customers.max(1) {
            problems.add("/customers_per_batch", "must not be more than there are customers");
        }
        problems.into_result(())
    }
}
