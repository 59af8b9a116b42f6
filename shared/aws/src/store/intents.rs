//! Mail intents: each mail is a row before it is a mail, so that it is sent at most once.

use chrono::{DateTime, Duration, Utc};
use keepwell_domain::mail::{MailIntent, SendState};

use super::record::{Record, Table};
use super::{CommitError, Expect, Store, StoreError, Stored, Transaction, keys};
use crate::telemetry::metrics::{self, Metric};

/// The index's one partition: SES sends fewer mails a second than it takes writes.
pub(super) const MAIL: &str = "MAIL";

/// How long a settled intent is kept.
const KEPT: Duration = Duration::days(400);

impl Store {
    /// A mail intent.
    pub async fn mail_intent(&self, id: &str) -> Result<Option<Stored<MailIntent>>, StoreError> {
        self.get(Table::Dedupe, &keys::mail_intent(id)).await
    }

    /// Intents that are due at `now`: to be sent, to be sent again, or with a claim that ran out.
    pub async fn mail_due(&self, now: DateTime<Utc>, limit: usize) -> Result<Vec<Stored<MailIntent>>, StoreError> {
        let until = format!("{}#~", keys::instant(now));
        self.query_index(Table::Dedupe, "due", MAIL, Some(&until), Some(limit)).await
    }

    /// Replaces an intent that was read before, if nobody else wrote it meanwhile.
    pub async fn replace_mail_intent(
        &self,
        before: &Stored<MailIntent>,
        after: &MailIntent,
    ) -> Result<(), CommitError> {
        let mut transaction = Transaction::default();
        transaction.put(intent_record(after), Expect::Revision(before.revision));
        transaction.commit(self).await?;
        count_move(&before.value.state, &after.state);
        Ok(())
    }
}

/// Every mail comes by here, whoever settles it: each is counted once for each state that it comes to.
fn count_move(before: &SendState, after: &SendState) {
    if std::mem::discriminant(before) == std::mem::discriminant(after) {
        return;
    }
    let metric = match after {
        SendState::Sent { .. } => Metric::MailsSent,
        SendState::Skipped { .. } => Metric::MailsSkipped,
        SendState::Unknown { .. } => Metric::MailsUnknown,
        SendState::Dead { .. } => Metric::MailsDead,
        SendState::Pending { .. } | SendState::Claimed { .. } | SendState::Retry { .. } => return,
    };
    metrics::count(metric, 1);
}

/// The record of a mail intent, in the index as long as something is to be done about it.
pub fn intent_record(intent: &MailIntent) -> Result<Record, StoreError> {
    let record = Record::new(Table::Dedupe, keys::mail_intent(&intent.id), intent)?.expiring(intent.created_at + KEPT);
    Ok(match intent.due_at() {
        Some(due) => record.indexed("due", MAIL.to_owned(), format!("{}#{}", keys::instant(due), intent.id)),
        None => record,
    })
}
