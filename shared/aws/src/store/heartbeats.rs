//! What the system says of itself: when each schedule ran last, and what SES said of the account. A few small items in one partition.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::record::{self, Record, Table};
use super::{Range, Store, StoreError, keys};

/// The last run of a schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// When it ended.
    pub at: DateTime<Utc>,
    /// Whether it failed.
    pub failed: bool,
}

/// What SES said of the account's sending.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MailQuota {
    /// When it said so.
    pub at: DateTime<Utc>,
    /// Mails of the 24 hours before, of the whole account.
    pub sent_24h: f64,
    /// Mails that may be sent in 24 hours; `None` = as many as one likes.
    pub quota_24h: Option<f64>,
    /// Mails that may be sent in a second.
    pub per_second: f64,
}

/// What the system says of itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Said {
    /// The last runs, by [name](crate::schedules::Scheduled::name) of the schedule.
    pub heartbeats: BTreeMap<String, Heartbeat>,
    /// What SES said last.
    pub mail_quota: Option<MailQuota>,
}

impl Store {
    /// Notes that the schedule of that [name](crate::schedules::Scheduled::name) ran.
    pub async fn note_run(&self, name: &str, beat: &Heartbeat) -> Result<(), StoreError> {
        self.note(Record::new(Table::Core, keys::heartbeat(name), beat)?).await
    }

    /// Notes what SES said.
    pub async fn note_mail_quota(&self, quota: &MailQuota) -> Result<(), StoreError> {
        self.note(Record::new(Table::Core, keys::mail_quota(), quota)?).await
    }

    /// Nothing hangs on what was there before, so that it is one plain write: half the price of a transaction.
    async fn note(&self, record: Record) -> Result<(), StoreError> {
        let put = self.client().put_item().table_name(self.name(record.table)).set_item(Some(record.attributes));
        put.send().await.map(|_| ()).map_err(|error| StoreError::sdk("PutItem", record.table, &error))
    }

    /// What the system says of itself.
    pub async fn said(&self) -> Result<Said, StoreError> {
        let range = Range { table: Table::Core, pk: keys::SYSTEM.to_owned(), prefix: "", descending: false };
        let mut said = Said::default();
        for item in self.query_items(&range).await? {
            let sk = record::sort_key(&item);
            if let Some(name) = sk.strip_prefix(keys::HEARTBEAT) {
                said.heartbeats.insert(name.to_owned(), record::read(item)?.value);
            } else if sk == keys::mail_quota().sk {
                said.mail_quota = Some(record::read(item)?.value);
            }
        }
        Ok(said)
    }
}
