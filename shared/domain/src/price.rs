//! What AWS and the work on it cost: every price in one place, with its date.
//!
//! Prices are list prices of us-east-1, on demand, without the free tier and in their first (dearest) tier. Units are what
//! `docs/costs.md` measures; its test compares. Each price names the page of AWS that says it.

use serde::Serialize;

/// The month of the price lists.
pub const PRICES_OF: &str = "2026-10";

/// Dollars for a million read units of a table (<https://aws.amazon.com/dynamodb/pricing/on-demand/>).
pub const MILLION_READ_UNITS: f64 = 0.125;

/// Dollars for a million write units of a table (<https://aws.amazon.com/dynamodb/pricing/on-demand/>).
pub const MILLION_WRITE_UNITS: f64 = 0.625;

/// Dollars for a gigabyte in a table for a month (<https://aws.amazon.com/dynamodb/pricing/on-demand/>).
pub const TABLE_GB_MONTH: f64 = 0.25;

/// Dollars for a gigabyte under point-in-time recovery for a month (<https://aws.amazon.com/dynamodb/pricing/on-demand/>).
pub const RECOVERY_GB_MONTH: f64 = 0.20;

/// Dollars for a million invocations (<https://aws.amazon.com/lambda/pricing/>).
pub const MILLION_INVOCATIONS: f64 = 0.20;

/// Dollars for a gigabyte-second of an arm64 function (<https://aws.amazon.com/lambda/pricing/>).
pub const ARM_GB_SECOND: f64 = 0.000_013_333_4;

/// Dollars for a million events put on a custom bus, of up to 64 KB (<https://aws.amazon.com/eventbridge/pricing/>).
pub const MILLION_EVENTS: f64 = 1.00;

/// Dollars for a million starts by a schedule (<https://aws.amazon.com/eventbridge/pricing/>).
pub const MILLION_STARTS: f64 = 1.00;

/// Dollars for a million requests to a standard queue, of up to 64 KB (<https://aws.amazon.com/sqs/pricing/>).
pub const MILLION_QUEUE_REQUESTS: f64 = 0.40;

/// Dollars for a thousand mails (<https://aws.amazon.com/ses/pricing/>).
pub const THOUSAND_MAILS: f64 = 0.10;

/// Dollars for a thousand PUT and LIST requests (<https://aws.amazon.com/s3/pricing/>).
pub const THOUSAND_PUTS: f64 = 0.005;

/// Dollars for a thousand GET requests (<https://aws.amazon.com/s3/pricing/>).
pub const THOUSAND_GETS: f64 = 0.0004;

/// Dollars for a gigabyte in a bucket for a month (<https://aws.amazon.com/s3/pricing/>).
pub const OBJECT_GB_MONTH: f64 = 0.023;

/// Dollars for a million requests to an HTTP API, of up to 512 KB (<https://aws.amazon.com/api-gateway/pricing/>).
pub const MILLION_API_REQUESTS: f64 = 1.00;

/// Dollars for a gigabyte of logs taken in (<https://aws.amazon.com/cloudwatch/pricing/>).
pub const LOG_GB: f64 = 0.50;

/// Dollars for an alarm for a month (<https://aws.amazon.com/cloudwatch/pricing/>).
pub const ALARM_MONTH: f64 = 0.10;

/// Dollars for a metric of ours for a month, of the first 10,000 (<https://aws.amazon.com/cloudwatch/pricing/>).
pub const METRIC_MONTH: f64 = 0.30;

/// Dollars for a dashboard for a month (<https://aws.amazon.com/cloudwatch/pricing/>).
pub const DASHBOARD_MONTH: f64 = 3.00;

/// Dollars for a secret for a month (<https://aws.amazon.com/secrets-manager/pricing/>).
pub const SECRET_MONTH: f64 = 0.40;

/// What an operation takes from the tables.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, schemars::JsonSchema)]
pub struct TableUnits {
    /// Read units.
    pub read: f64,
    /// Write units.
    pub write: f64,
}

/// A score that is computed and is another one, of a customer with a year of history.
pub const SCORE_CHANGED: TableUnits = TableUnits { read: 18.0, write: 19.0 };

/// A score that is computed and is the same.
pub const SCORE_UNCHANGED: TableUnits = TableUnits { read: 18.0, write: 0.0 };

impl TableUnits {
    /// The units of so many operations of this kind.
    #[must_use]
    pub fn times(self, count: usize) -> Self {
        Self { read: self.read * count as f64, write: self.write * count as f64 }
    }

    /// The units of both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { read: self.read + other.read, write: self.write + other.write }
    }

    /// What they cost, in dollars.
    pub fn dollars(self) -> f64 {
        (self.read * MILLION_READ_UNITS + self.write * MILLION_WRITE_UNITS) / 1e6
    }
}

/// What so many mails cost, in dollars.
pub fn mails(count: usize) -> f64 {
    count as f64 * THOUSAND_MAILS / 1e3
}
