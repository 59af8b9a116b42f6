//! What renews when, and how it stands: customers and money by month, currency and band.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate};
use serde::Serialize;

use super::trend::Bands;
use crate::customer::Customer;
use crate::health_status::HealthStatus;

/// Customers and their money in one currency.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Money {
    /// ISO 4217 code.
    pub currency: String,
    /// How many customers.
    pub customers: usize,
    /// How many of them have no ARR.
    pub without_arr: usize,
    /// Their ARR in hundredths.
    pub arr_cents: i64,
    /// What of it is at risk ([`Customer::is_at_risk`]).
    pub at_risk_cents: i64,
    /// What of it is in which band; customers without a score are `unknown`.
    pub by_band: MoneyByBand,
}

/// ARR in hundredths, by band.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct MoneyByBand {
    /// Thriving.
    pub thriving: i64,
    /// Healthy.
    pub healthy: i64,
    /// Steady.
    pub steady: i64,
    /// Struggling.
    pub struggling: i64,
    /// Without a score.
    pub unknown: i64,
}

impl MoneyByBand {
    fn add(&mut self, band: Option<HealthStatus>, cents: i64) {
        *match band {
            Some(HealthStatus::Thriving) => &mut self.thriving,
            Some(HealthStatus::Healthy) => &mut self.healthy,
            Some(HealthStatus::Steady) => &mut self.steady,
            Some(HealthStatus::Struggling) => &mut self.struggling,
            None => &mut self.unknown,
        } += cents;
    }

    /// All of it.
    pub fn total(&self) -> i64 {
        self.thriving + self.healthy + self.steady + self.struggling + self.unknown
    }
}

/// What renews in one month.
#[derive(Debug, Clone, Default, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "RenewalMonth")]
pub struct Month {
    /// Its first day.
    pub month: NaiveDate,
    /// How many customers renew.
    pub customers: usize,
    /// How many of them are at risk.
    pub at_risk: usize,
    /// Their bands.
    pub bands: Bands,
    /// Their money, by currency.
    pub money: Vec<Money>,
}

/// What renews, and what is at stake.
#[derive(Debug, Clone, Default, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Renewals {
    /// Everybody who has not left, whenever they renew.
    pub all: Group,
    /// Whose renewal date has passed without a new one.
    pub overdue: Group,
    /// The months in order, empty ones too, from the month of today on; days that have passed are in `overdue`.
    pub months: Vec<Month>,
    /// Who renews after the last of the months.
    pub later: Group,
    /// Who has no renewal date.
    pub without_date: Group,
}

/// Some customers with their money.
#[derive(Debug, Clone, Default, PartialEq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "RenewalGroup")]
pub struct Group {
    /// How many customers.
    pub customers: usize,
    /// How many of them are at risk.
    pub at_risk: usize,
    /// Their bands.
    pub bands: Bands,
    /// Their money, by currency.
    pub money: Vec<Money>,
}

/// What renews from `today` on, in so many months.
pub fn renewals(customers: &[&Customer], today: NaiveDate, months: u32) -> Renewals {
    let there: Vec<&Customer> = customers.iter().copied().filter(|customer| !customer.churned).collect();
    let starts: Vec<NaiveDate> = (0..=months)
        .filter_map(|ahead| first_of_month(today)?.checked_add_months(chrono::Months::new(ahead)))
        .collect();
    let end = starts.last().copied().unwrap_or(NaiveDate::MAX);
    let on = |customer: &&&Customer| customer.profile.renewal_on;
    let of = |wanted: &dyn Fn(NaiveDate) -> bool| {
        let these: Vec<&Customer> = there.iter().filter(|customer| on(customer).is_some_and(wanted)).copied().collect();
        group(&these)
    };
    let month = |(start, next): (&NaiveDate, &NaiveDate)| {
        let Group { customers, at_risk, bands, money } = of(&|day| day >= today && (*start..*next).contains(&day));
        Month { month: *start, customers, at_risk, bands, money }
    };
    let undated: Vec<&Customer> = there.iter().filter(|customer| on(customer).is_none()).copied().collect();
    Renewals {
        overdue: of(&|day| day < today),
        months: starts.iter().zip(starts.iter().skip(1)).map(month).collect(),
        later: of(&|day| day >= today && day >= end),
        without_date: group(&undated),
        all: group(&there),
    }
}

fn first_of_month(day: NaiveDate) -> Option<NaiveDate> {
    day.with_day(1)
}

fn group(customers: &[&Customer]) -> Group {
    let mut group = Group { customers: customers.len(), ..Group::default() };
    let mut money: BTreeMap<&str, Money> = BTreeMap::new();
    for customer in customers {
        let (profile, band, at_risk) = (&customer.profile, customer.standing.band, customer.is_at_risk());
        group.at_risk += usize::from(at_risk);
        group.bands.add(band);
        let of_currency = money
            .entry(&profile.currency)
            .or_insert_with(|| Money { currency: profile.currency.clone(), ..Money::default() });
        let cents = profile.arr_cents.unwrap_or_default();
        of_currency.customers += 1;
        of_currency.without_arr += usize::from(profile.arr_cents.is_none());
        of_currency.arr_cents += cents;
        of_currency.at_risk_cents += if at_risk { cents } else { 0 };
        of_currency.by_band.add(band, cents);
    }
    group.money = money.into_values().collect();
    group
}
