//! Accounts, joined with their subscriptions, become customers.
//!
//! An account of the data set holds about nine subscriptions at once. What it pays for is the sum of those that are
//! *active* on the last day of the data and no trial: without an end, or with one after that day.
//!
//! - `arr_cents`: the sum of their `arr_amount` (whole US dollars); 0 without any.
//! - `seats`: the sum of their seats, because Keepwell's seats are the seats *paid for* and must fit the ARR, which is
//!   the same rows' seats times a price; the account's own number only without any.
//! - `renewal_on`: the term of the newest of them (the latest start, of two that start on one day the later row), counted
//!   from its start by years or months: the first end of a term after the last day of the data. `auto_renew_flag` does not
//!   matter, because a term that must be renewed by hand ends on the same day. Absent without any.
//! - `customer_since`: the day on which the account signed up.
//! - `stage`: `trial` when the account says so, otherwise `customer`; `plan` is the account's own.

use std::collections::HashSet;
use std::io::Read;

use chrono::{Months, NaiveDate};
use keepwell_domain::import::ImportKind;
use serde_json::json;

use crate::import::ImportError;
use crate::import::chunk::Chunker;
use crate::import::conversion::{Conversion, Made};
use crate::import::ravenstack::{DATA_END, Known, conversion};
use crate::import::source::{Cells, Source};

/// Far more than any amount in dollars; its cents fit the API's limit.
const MOST_DOLLARS: i64 = 1_000_000_000;
const MOST_SEATS: i64 = 10_000_000;

/// What an account pays for.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Contract {
    arr_cents: i64,
    seats: i64,
    /// Start of the newest active subscription, and the months of its term.
    newest: Option<(NaiveDate, u32)>,
}

impl Contract {
    fn add(&mut self, arr_dollars: i64, seats: i64, start: NaiveDate, term_months: u32) {
        self.arr_cents += arr_dollars * 100;
        self.seats += seats;
        if self.newest.is_none_or(|(newest, _)| newest <= start) {
            self.newest = Some((start, term_months));
        }
    }

    /// Every end is counted from the start, so that a contract of the 31st does not slide to the 28th for good.
    fn renewal_on(&self) -> Option<NaiveDate> {
        let (start, term_months) = self.newest?;
        let mut ends =
            (1..).map_while(|term: u32| start.checked_add_months(Months::new(term.checked_mul(term_months)?)));
        ends.find(|end| *end > DATA_END)
    }
}

/// The ids of the accounts. Whatever is wrong with a row is said when it becomes a customer.
pub(super) fn ids<R: Read>(source: Source<R>) -> Result<HashSet<String>, ImportError> {
    let mut ids = HashSet::new();
    for cells in source.with_columns(&["account_id"])? {
        ids.insert(cells?.text("account_id").to_owned());
    }
    Ok(ids)
}

/// Reads the subscriptions into `known`; sends nothing.
pub(super) fn join<R: Read>(
    source: Source<R>,
    known: &mut Known,
) -> Result<Conversion<R, impl FnMut(&mut Cells) -> Vec<Made>>, ImportError> {
    let columns: &'static [&'static str] = &[
        "subscription_id",
        "account_id",
        "start_date",
        "end_date",
        "seats",
        "arr_amount",
        "is_trial",
        "billing_frequency",
    ];
    conversion(source, columns, Vec::new(), |cells| {
        let account = known.account(cells);
        let start = cells.date("start_date");
        let end = cells.optional("end_date", Cells::date);
        let seats = cells.whole("seats", 0..=MOST_SEATS);
        let arr_dollars = cells.whole("arr_amount", 0..=MOST_DOLLARS);
        let trial = cells.flag("is_trial");
        let term_months = term_months(cells);
        let (account, seats, arr_dollars) = (account?, seats?, arr_dollars?);
        let (start, trial, term_months) = (start?, trial?, term_months?);
        if cells.problems.is_empty() {
            if !trial && end.is_none_or(|end| end > DATA_END) {
                known.contracts.entry(account.clone()).or_default().add(arr_dollars, seats, start, term_months);
            }
            known.account_of.insert(cells.text("subscription_id").to_owned(), account);
        }
        None
    })
}

fn term_months(cells: &mut Cells) -> Option<u32> {
    match cells.text("billing_frequency") {
        "monthly" => Some(1),
        "annual" => Some(12),
        other => {
            let detail = format!("must be monthly or annual, not {other:?}");
            cells.problem("billing_frequency", detail);
            None
        }
    }
}

/// Makes the customers, with what `join` found.
pub(super) fn customers<R: Read>(
    source: Source<R>,
    known: &Known,
) -> Result<Conversion<R, impl FnMut(&mut Cells) -> Vec<Made>>, ImportError> {
    let columns: &'static [&'static str] = &[
        "account_id",
        "account_name",
        "industry",
        "country",
        "signup_date",
        "referral_source",
        "plan_tier",
        "seats",
        "is_trial",
    ];
    let header = [
        "id",
        "name",
        "arr_cents",
        "currency",
        "seats",
        "renewal_on",
        "customer_since",
        "plan",
        "industry",
        "country",
        "stage",
        "attributes",
    ];
    let chunkers = vec![Chunker::new(ImportKind::Customers, header)];
    conversion(source, columns, chunkers, |cells| {
        let id = cells.text("account_id").to_owned();
        let name = cells.required("account_name");
        let own_seats = cells.whole("seats", 0..=MOST_SEATS);
        let trial = cells.flag("is_trial");
        let signed_up = cells.date("signup_date");
        let contract = known.contracts.get(&id);
        let (own_seats, trial) = (own_seats?, trial?);
        let attributes = json!({
            "referral_source": cells.text("referral_source"),
            "is_trial": trial,
        });
        let made = vec![
            id,
            name?,
            contract.map_or(0, |contract| contract.arr_cents).to_string(),
            "USD".to_owned(),
            contract.map_or(own_seats, |contract| contract.seats).to_string(),
            contract.and_then(Contract::renewal_on).map(|day| day.to_string()).unwrap_or_default(),
            signed_up?.to_string(),
            cells.text("plan_tier").to_owned(),
            cells.text("industry").to_owned(),
            cells.text("country").to_owned(),
            if trial { "trial" } else { "customer" }.to_owned(),
            attributes.to_string(),
        ];
        Some(vec![(ImportKind::Customers, made)])
    })
}
