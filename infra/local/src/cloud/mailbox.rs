//! The local mailbox: where mails land that SES would send.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::Duration;
use serde_json::json;

use super::clock::Clock;
use super::local_table::{Change, LocalStateError, LocalTable, Row};
use super::mime::{Envelope, read};
use super::wire::Answer;

pub use super::mime::Mail;

const MAIL: &str = "MAIL";
const MAX_RECIPIENTS: usize = 50;

/// All mails that were sent.
pub struct Mailbox {
    clock: Clock,
    table: LocalTable,
    mails: Mutex<Vec<Mail>>,
}

impl Mailbox {
    pub(super) fn load(clock: Clock, table: LocalTable, rows: &[Row]) -> Result<Self, LocalStateError> {
        let mut mails = Vec::new();
        for row in rows.iter().filter(|row| row.pk == MAIL) {
            let unreadable = || LocalStateError::Unreadable(format!("{} {}", row.pk, row.sk));
            let envelope = serde_json::from_str(&row.body).map_err(|_| unreadable())?;
            mails.push(read(&envelope).map_err(|_| unreadable())?);
        }
        Ok(Self { clock, table, mails: Mutex::new(mails) })
    }

    /// The mails, oldest first.
    pub fn mails(&self) -> Vec<Mail> {
        self.locked().clone()
    }

    /// The mails to `address`, oldest first.
    pub fn mails_to(&self, address: &str) -> Vec<Mail> {
        let for_address = |mail: &&Mail| mail.to.iter().any(|to| to.eq_ignore_ascii_case(address));
        self.locked().iter().filter(for_address).cloned().collect()
    }

    /// Answers a form-encoded SES request.
    pub(super) fn answer(&self, action: &str, form: &[(String, String)]) -> Answer {
        match action {
            "SendRawEmail" => self.send(form),
            "GetSendQuota" => self.quota(),
            _ => {
                let message = format!("LocalCloud does not imitate `{action}`");
                Answer::query_error(400, "UnknownOperationException", &message)
            }
        }
    }

    fn send(&self, form: &[(String, String)]) -> Answer {
        let mut mails = self.locked();
        let number = mails.len();
        let envelope = Envelope {
            id: format!("{:016x}-{number:08x}-local", self.clock.now().timestamp_millis()),
            destinations: members(form, "Destinations.member.").into_iter().map(|(_, value)| value).collect(),
            source: value(form, "Source"),
            tags: tags(form),
            sent_at: self.clock.now(),
            raw_base64: value(form, "RawMessage.Data").unwrap_or_default(),
        };
        let mail = match read(&envelope) {
            Ok(mail) if mail.to.len() > MAX_RECIPIENTS => {
                return Answer::query_error(400, "MessageRejected", "Recipient count exceeds 50.");
            }
            Ok(mail) => mail,
            Err(error) => {
                return Answer::query_error(400, "InvalidParameterValue", &error.to_string());
            }
        };
        let change =
            Change::Put { pk: MAIL.to_owned(), sk: format!("{number:020}"), body: json!(envelope).to_string() };
        if let Err(error) = self.table.write(&[change]) {
            tracing::error!(error = &error as &dyn std::error::Error, "mail not saved");
            return fault_answer(500);
        }
        let answer = Answer::query_result("SendRawEmail", &[("MessageId", mail.id.clone())]);
        mails.push(mail);
        answer
    }

    fn quota(&self) -> Answer {
        let since = self.clock.now() - Duration::hours(24);
        let sent: usize = self.locked().iter().filter(|mail| mail.sent_at > since).map(|mail| mail.to.len()).sum();
        let fields = [
            ("Max24HourSend", "50000.0".to_owned()),
            ("MaxSendRate", "10000.0".to_owned()),
            ("SentLast24Hours", format!("{sent}.0")),
        ];
        Answer::query_result("GetSendQuota", &fields)
    }

    fn locked(&self) -> MutexGuard<'_, Vec<Mail>> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The answer for a fault plan's throttle or outage.
pub(super) fn fault_answer(status: u16) -> Answer {
    let code = if status == 500 { "InternalFailure" } else { "Throttling" };
    Answer::query_error(status, code, "the local fault plan says so")
}

fn value(form: &[(String, String)], name: &str) -> Option<String> {
    form.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
}

/// The fields below `prefix`, with what follows it, in the order of the request.
fn members(form: &[(String, String)], prefix: &str) -> Vec<(String, String)> {
    form.iter().filter_map(|(key, value)| Some((key.strip_prefix(prefix)?.to_owned(), value.clone()))).collect()
}

fn tags(form: &[(String, String)]) -> Vec<(String, String)> {
    let fields = members(form, "Tags.member.");
    let names = fields.iter().filter_map(|(key, name)| Some((key.strip_suffix(".Name")?, name)));
    names.filter_map(|(member, name)| Some((name.clone(), value(&fields, &format!("{member}.Value"))?))).collect()
}
