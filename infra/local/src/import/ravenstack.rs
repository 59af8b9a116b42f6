//! The five files of `RavenStack`, a public synthetic data set, as Keepwell's own kinds.
//!
//! | file | becomes | decisions |
//! |---|---|---|
//! | `accounts.csv`, `subscriptions.csv` | customers | see [`accounts`] |
//! | `feature_usage.csv` | usage | belongs to the account of its subscription; a row with `usage_count` 0 is rejected, because nothing was used; an id that comes twice is rejected the second time, because a file's ids are to be unique |
//! | `support_tickets.csv` | tickets, surveys | medium = normal, urgent = critical; times are UTC, and an opening date means its midnight; `satisfaction_score` is a CSAT answer `<ticket>-csat`, given when the ticket was closed |
//! | `churn_events.csv` | outcomes | all are churns: `is_reactivation` says that the account had left and come back *before*, so that it only goes into the reason |
//!
//! Columns without a counterpart (`error_count`, `is_beta_feature`, `refund_amount_usd`, `resolution_time_hours`, flags)
//! are left out.

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::path::Path;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use keepwell_domain::import::{ImportKind, Report};

use crate::import::ImportError;
use crate::import::chunk::Chunker;
use crate::import::conversion::{Conversion, Made};
use crate::import::post::PostError;
use crate::import::ravenstack::accounts::Contract;
use crate::import::run::Run;
use crate::import::source::{Cells, Ids, Source};

mod accounts;

/// The file that makes a directory `RavenStack`'s.
pub(super) const ACCOUNTS: &str = "accounts.csv";
const SUBSCRIPTIONS: &str = "subscriptions.csv";
const USAGE: &str = "feature_usage.csv";
const TICKETS: &str = "support_tickets.csv";
const CHURN: &str = "churn_events.csv";
/// The files of the data set.
pub(super) const FILES: [&str; 5] = [ACCOUNTS, SUBSCRIPTIONS, USAGE, TICKETS, CHURN];

/// The last day that the data set describes, and so the day on which its contracts are looked at. A constant, not
/// today: the same files must make the same customers whenever they are imported.
const DATA_END: NaiveDate = match NaiveDate::from_ymd_opt(2024, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// What the files refer to in each other.
#[derive(Debug, Default)]
struct Known {
    accounts: HashSet<String>,
    /// The account of each subscription.
    account_of: HashMap<String, String>,
    /// What each account has subscribed to.
    contracts: HashMap<String, Contract>,
}

impl Known {
    /// The row's account, which must be one of `accounts.csv`.
    fn account(&self, cells: &mut Cells) -> Option<String> {
        let account = cells.required("account_id")?;
        if self.accounts.contains(&account) {
            return Some(account);
        }
        cells.problem("account_id", format!("{account:?} is not in {ACCOUNTS}"));
        None
    }
}

/// Sends the data set in `directory`.
pub(super) async fn import<S, A>(directory: &Path, run: &mut Run<'_, S>) -> Result<(), ImportError>
where
    S: FnMut(ImportKind, Vec<u8>) -> A,
    A: Future<Output = Result<Report, PostError>>,
{
    let [accounts, subscriptions, usage, tickets, churn] = FILES.map(|file| directory.join(file));
    let mut known = Known { accounts: accounts::ids(Source::open(&accounts)?)?, ..Known::default() };
    run.file(&subscriptions, accounts::join(Source::open(&subscriptions)?, &mut known)?).await?;
    run.file(&accounts, accounts::customers(Source::open(&accounts)?, &known)?).await?;
    run.file(&usage, self::usage(Source::open(&usage)?, &known)?).await?;
    run.file(&tickets, self::tickets(Source::open(&tickets)?, &known)?).await?;
    run.file(&churn, outcomes(Source::open(&churn)?, &known)?).await
}

/// The conversion of a file whose ids stand in the first of `columns`. `row` gives up on a row, having noted why, by `None`.
fn conversion<R: Read>(
    source: Source<R>,
    columns: &'static [&'static str],
    chunkers: Vec<Chunker>,
    mut row: impl FnMut(&mut Cells) -> Option<Vec<Made>>,
) -> Result<Conversion<R, impl FnMut(&mut Cells) -> Vec<Made>>, ImportError> {
    let id_column = columns.first().copied().unwrap_or_default();
    let mut ids = Ids::default();
    Ok(Conversion::new(source.with_columns(columns)?, chunkers, move |cells| {
        let id = cells.required(id_column);
        let first = id.is_some_and(|id| ids.claim(cells, id_column, &id));
        let made = if first { row(cells) } else { None };
        made.unwrap_or_default()
    }))
}

fn usage<R: Read>(
    source: Source<R>,
    known: &Known,
) -> Result<Conversion<R, impl FnMut(&mut Cells) -> Vec<Made>>, ImportError> {
    let columns: &'static [&'static str] =
        &["usage_id", "subscription_id", "usage_date", "feature_name", "usage_count", "usage_duration_secs"];
    let header = ["id", "customer", "at", "feature", "count", "duration_secs"];
    let chunkers = vec![Chunker::new(ImportKind::Usage, header)];
    conversion(source, columns, chunkers, |cells| {
        let account = known.account_of.get(cells.text("subscription_id"));
        if account.is_none() {
            let detail = format!("{:?} is not a good row of {SUBSCRIPTIONS}", cells.text("subscription_id"));
            cells.problem("subscription_id", detail);
        }
        let on = cells.date("usage_date");
        let feature = cells.required("feature_name");
        let count = cells.whole("usage_count", 1..=1_000_000);
        let duration = cells.whole("usage_duration_secs", 0..=31_622_400);
        let id = cells.text("usage_id").to_owned();
        let made = vec![id, account?.clone(), on?.to_string(), feature?, count?.to_string(), duration?.to_string()];
        Some(vec![(ImportKind::Usage, made)])
    })
}

fn tickets<R: Read>(
    source: Source<R>,
    known: &Known,
) -> Result<Conversion<R, impl FnMut(&mut Cells) -> Vec<Made>>, ImportError> {
    let columns: &'static [&'static str] = &[
        "ticket_id",
        "account_id",
        "submitted_at",
        "closed_at",
        "priority",
        "first_response_time_minutes",
        "satisfaction_score",
        "escalation_flag",
    ];
    let ticket = ["id", "customer", "severity", "opened_at", "first_response_at", "closed_at", "escalated"];
    let survey = ["id", "customer", "kind", "value", "at"];
    let chunkers = vec![Chunker::new(ImportKind::Tickets, ticket), Chunker::new(ImportKind::Surveys, survey)];
    conversion(source, columns, chunkers, |cells| ticket_and_survey(cells, known))
}

fn ticket_and_survey(cells: &mut Cells, known: &Known) -> Option<Vec<Made>> {
    let id = cells.text("ticket_id").to_owned();
    let account = known.account(cells);
    let severity = severity(cells);
    let opened = cells.time("submitted_at");
    let minutes = cells.optional("first_response_time_minutes", |cells, column| cells.whole(column, 0..=5_256_000));
    let closed = cells.optional("closed_at", Cells::time);
    let escalated = cells.flag("escalation_flag");
    let satisfaction = cells.optional("satisfaction_score", |cells, column| cells.whole(column, 1..=5));

    let (account, opened) = (account?, opened?);
    let survey = satisfaction.map(|value| {
        let at = rfc3339(closed.unwrap_or(opened));
        let made = vec![format!("{id}-csat"), account.clone(), "csat".to_owned(), value.to_string(), at];
        (ImportKind::Surveys, made)
    });
    let responded = minutes.and_then(|minutes| opened.checked_add_signed(TimeDelta::try_minutes(minutes)?));
    let [responded, closed] = [responded, closed].map(|time| time.map(rfc3339).unwrap_or_default());
    let made = vec![id, account, severity?, rfc3339(opened), responded, closed, escalated?.to_string()];
    Some([(ImportKind::Tickets, made)].into_iter().chain(survey).collect())
}

fn severity(cells: &mut Cells) -> Option<String> {
    let severity = match cells.text("priority") {
        "low" => "low",
        "medium" => "normal",
        "high" => "high",
        "urgent" => "critical",
        other => {
            let detail = format!("must be low, medium, high or urgent, not {other:?}");
            cells.problem("priority", detail);
            return None;
        }
    };
    Some(severity.to_owned())
}

fn rfc3339(time: NaiveDateTime) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn outcomes<R: Read>(
    source: Source<R>,
    known: &Known,
) -> Result<Conversion<R, impl FnMut(&mut Cells) -> Vec<Made>>, ImportError> {
    let columns: &'static [&'static str] =
        &["churn_event_id", "account_id", "churn_date", "reason_code", "is_reactivation", "feedback_text"];
    let chunkers = vec![Chunker::new(ImportKind::Outcomes, ["id", "customer", "kind", "on", "reason"])];
    conversion(source, columns, chunkers, |cells| {
        let account = known.account(cells);
        let on = cells.date("churn_date");
        let returned = cells.flag("is_reactivation");
        let words = [cells.text("reason_code"), cells.text("feedback_text")];
        let mut reason = words.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(": ");
        if returned? {
            reason.push_str(" (had left and come back before)");
        }
        let id = cells.text("churn_event_id").to_owned();
        let made = vec![id, account?, "churned".to_owned(), on?.to_string(), reason.trim().to_owned()];
        Some(vec![(ImportKind::Outcomes, made)])
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
