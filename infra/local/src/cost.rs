//! `keepwell cost`: what a month on AWS costs, for a number of customers and what they do.
//!
//! The arithmetic is the domain's. Here the question is put together, and the bill is written for people. No server is asked.

use clap::Args;
use keepwell_domain::cost::Workload;
use keepwell_domain::cost::bill::Bill;
use keepwell_domain::problem::Problems;

mod text;

/// How many customers there are, and what happens at each.
#[derive(Debug, Clone, Args)]
pub struct CostArguments {
    /// Customers
    #[arg(long)]
    pub customers: u64,
    /// Usage events of a customer in a day
    #[arg(long, default_value_t = 100.0)]
    pub events_per_day: f64,
    /// Contacts of a customer who are asked for feedback
    #[arg(long, default_value_t = 2.0)]
    pub contacts: f64,
    /// Calls, meetings and mails of a customer that are logged in a month
    #[arg(long, default_value_t = 4.0)]
    pub interactions_per_month: f64,
    /// Tickets of a customer in a month
    #[arg(long, default_value_t = 1.0)]
    pub tickets_per_month: f64,
    /// Usage events in a request
    #[arg(long, default_value_t = 50)]
    pub batch: u64,
    /// Customers in such a request; a back end that sends for all its customers at once mixes many
    #[arg(long, default_value_t = 1)]
    pub customers_per_batch: u64,
    /// Share of the customers whose score is another one after a night, 0 to 1
    #[arg(long, default_value_t = 0.1)]
    pub changed_share: f64,
    /// People who work with the console; one for each thousand customers, and 5 at least, when left out
    #[arg(long)]
    pub console_users: Option<u64>,
    /// Write the bill as JSON, with every amount
    #[arg(long)]
    pub json: bool,
}

/// Why there is no bill.
#[derive(Debug, thiserror::Error)]
pub enum CostError {
    /// Arguments that make no sense, each with what is wrong.
    #[error("{0}")]
    Arguments(String),
    /// The bill cannot be written as JSON.
    #[error("the bill cannot be written as JSON")]
    Json(#[from] serde_json::Error),
}

/// Makes the bill, for people or as JSON.
pub fn cost(asked: &CostArguments) -> Result<String, CostError> {
    let workload = asked.workload();
    workload.check().map_err(|problems| CostError::Arguments(in_words(&problems)))?;
    let bill = Bill::of(workload);
    if asked.json {
        return Ok(serde_json::to_string_pretty(&bill)?);
    }
    Ok(format!("{}\n{}", text::bill(&bill), text::notes(&bill)))
}

impl CostArguments {
    fn workload(&self) -> Workload {
        Workload {
            customers: self.customers,
            events_per_day: self.events_per_day,
            contacts: self.contacts,
            interactions_per_month: self.interactions_per_month,
            tickets_per_month: self.tickets_per_month,
            batch: self.batch,
            customers_per_batch: self.customers_per_batch,
            changed_share: self.changed_share,
            console_users: self.console_users.unwrap_or_else(|| Workload::console_users_for(self.customers)),
        }
    }
}

/// Each problem on a line, with the option that it is about.
fn in_words(problems: &Problems) -> String {
    let option = |pointer: &str| pointer.trim_start_matches('/').replace('_', "-");
    let lines = problems.0.iter().map(|problem| format!("--{} {}", option(&problem.pointer), problem.detail));
    lines.collect::<Vec<_>>().join("\n  ")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]
mod tests {
    use keepwell_domain::cost::assumption::ALARMS;

    use super::*;

    fn asked(customers: u64) -> CostArguments {
        CostArguments {
            customers,
            events_per_day: 100.0,
            contacts: 2.0,
            interactions_per_month: 4.0,
            tickets_per_month: 1.0,
            batch: 50,
            customers_per_batch: 1,
            changed_share: 0.1,
            console_users: None,
            json: false,
        }
    }

    #[test]
    fn the_bills_stand_in_the_docs() {
        let documented = include_str!("../../../docs/costs.md");
        for customers in [1_000, 100_000, 1_000_000] {
            assert_eq!(asked(customers).workload(), Workload::of(customers), "the defaults are the domain's");
            let bill = text::bill(&Bill::of(Workload::of(customers)));
            assert!(documented.contains(&format!("```text\n{bill}```\n")), "docs/costs.md must say:\n{bill}");
        }
    }

    #[test]
    fn the_page_prints_what_is_assumed() {
        let printed = cost(&asked(1_000)).unwrap();
        for said in ["without the free tier", "Prices of 2026-10", "2 contacts", "50 events of 1 customer in a request"]
        {
            assert!(printed.contains(said), "{said:?} is not in:\n{printed}");
        }
    }

    #[test]
    fn json_holds_the_same_total() {
        let printed = cost(&CostArguments { json: true, ..asked(100_000) }).unwrap();
        let bill: serde_json::Value = serde_json::from_str(&printed).unwrap();
        let sum = |key: &str| bill[key].as_array().unwrap().iter().map(|each| each["dollars"].as_f64().unwrap()).sum();
        let (causes, services): (f64, f64) = (sum("causes"), sum("services"));
        let total = bill["dollars"].as_f64().unwrap();
        assert!((causes - total).abs() < 1e-6 && (services - total).abs() < 1e-6, "{causes} {services} {total}");
    }

    #[test]
    fn every_wrong_option_is_named() {
        let wrong = CostArguments {
            customers: 0,
            changed_share: 1.5,
            batch: 0,
            contacts: f64::NAN,
            tickets_per_month: -1.0,
            ..asked(0)
        };
        let error = cost(&wrong).unwrap_err().to_string();
        let options: Vec<&str> = error.lines().filter_map(|line| line.trim_start().split(' ').next()).collect();
        assert_eq!(options, ["--contacts", "--tickets-per-month", "--customers", "--changed-share", "--batch"]);
    }

    #[test]
    fn the_alarms_are_those_of_the_template() {
        let template = include_str!("../../template.yaml");
        let alarms = template.matches("Type: AWS::CloudWatch::Alarm").count();
        assert_eq!(alarms.to_string(), ALARMS.to_string(), "assumption.rs counts them");
    }
}
