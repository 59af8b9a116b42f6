//! Amounts of everything that AWS charges for, and what they cost.

use std::ops::{Add, Mul};

use serde::Serialize;

use crate::price;

/// An AWS service, as it stands on the bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// Tables.
    DynamoDb,
    /// Functions.
    Lambda,
    /// Bus and schedules.
    EventBridge,
    /// Queues.
    Sqs,
    /// Mail.
    Ses,
    /// Buckets.
    S3,
    /// The HTTP API.
    ApiGateway,
    /// Logs, alarms, metrics and the dashboard.
    CloudWatch,
    /// Link keys.
    SecretsManager,
}

impl Service {
    /// Every service.
    pub const ALL: [Self; 9] = [
        Self::DynamoDb,
        Self::Lambda,
        Self::EventBridge,
        Self::Sqs,
        Self::Ses,
        Self::S3,
        Self::ApiGateway,
        Self::CloudWatch,
        Self::SecretsManager,
    ];

    /// Its name.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::DynamoDb => "DynamoDB",
            Self::Lambda => "Lambda",
            Self::EventBridge => "EventBridge",
            Self::Sqs => "SQS",
            Self::Ses => "SES",
            Self::S3 => "S3",
            Self::ApiGateway => "API Gateway",
            Self::CloudWatch => "CloudWatch",
            Self::SecretsManager => "Secrets Manager",
        }
    }
}

macro_rules! amounts {
    ($($(#[$doc:meta])* $field:ident,)*) => {
        /// What is used in a month.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
        pub struct Amounts { $($(#[$doc])* pub $field: f64,)* }

        impl Add for Amounts {
            type Output = Self;

            fn add(self, other: Self) -> Self {
                Self { $($field: self.$field + other.$field,)* }
            }
        }

        impl Mul<f64> for Amounts {
            type Output = Self;

            fn mul(self, count: f64) -> Self {
                Self { $($field: self.$field * count,)* }
            }
        }
    };
}

amounts! {
    /// Read units of the tables.
    read_units,
    /// Write units of the tables.
    write_units,
    /// Gigabytes in the tables.
    table_gb,
    /// Those of them that are under point-in-time recovery.
    recovery_gb,
    /// Invocations of functions.
    invocations,
    /// Gigabyte-seconds of functions.
    gb_seconds,
    /// Events put on the bus.
    events,
    /// Functions started by a schedule.
    starts,
    /// Requests to queues.
    queue_requests,
    /// Mails.
    mails,
    /// PUT and LIST requests to buckets.
    puts,
    /// GET requests to buckets.
    gets,
    /// Gigabytes in buckets.
    object_gb,
    /// Requests to the HTTP API.
    api_requests,
    /// Gigabytes of logs taken in.
    log_gb,
    /// Alarms.
    alarms,
    /// Metrics of ours, with a number in every hour.
    metrics,
    /// Dashboards.
    dashboards,
    /// Secrets.
    secrets,
}

impl Amounts {
    /// What they cost at a service, in dollars.
    #[must_use]
    pub fn dollars_at(&self, service: Service) -> f64 {
        match service {
            Service::DynamoDb => {
                (self.read_units * price::MILLION_READ_UNITS + self.write_units * price::MILLION_WRITE_UNITS) / 1e6
                    + self.table_gb * price::TABLE_GB_MONTH
                    + self.recovery_gb * price::RECOVERY_GB_MONTH
            }
            Service::Lambda => {
                self.invocations * price::MILLION_INVOCATIONS / 1e6 + self.gb_seconds * price::ARM_GB_SECOND
            }
            Service::EventBridge => (self.events * price::MILLION_EVENTS + self.starts * price::MILLION_STARTS) / 1e6,
            Service::Sqs => self.queue_requests * price::MILLION_QUEUE_REQUESTS / 1e6,
            Service::Ses => self.mails * price::THOUSAND_MAILS / 1e3,
            Service::S3 => {
                (self.puts * price::THOUSAND_PUTS + self.gets * price::THOUSAND_GETS) / 1e3
                    + self.object_gb * price::OBJECT_GB_MONTH
            }
            Service::ApiGateway => self.api_requests * price::MILLION_API_REQUESTS / 1e6,
            Service::CloudWatch => {
                self.log_gb * price::LOG_GB
                    + self.alarms * price::ALARM_MONTH
                    + self.metrics * price::METRIC_MONTH
                    + self.dashboards * price::DASHBOARD_MONTH
            }
            Service::SecretsManager => self.secrets * price::SECRET_MONTH,
        }
    }

    /// What they cost at all services, in dollars.
    #[must_use]
    pub fn dollars(&self) -> f64 {
        Service::ALL.into_iter().map(|service| self.dollars_at(service)).sum()
    }
}
