//! What a document would do to customers, in the server's words: the plan of a scorecard, the dry run of an automation.

use serde_json::Value;

use super::check::{Document, Kind};
use super::console::{Console, QUIET};
use super::remote::{Listed, Remote, RemoteError};

/// How far back a dry run looks.
const DAYS: u32 = 14;

/// What is expected of a document that changes.
pub(super) struct Outlook {
    kind: Kind,
    /// What the document's place in the order of its kind means for it.
    note: Option<&'static str>,
    expected: Expected,
}

enum Expected {
    Answer(Value),
    /// The server has no such route.
    Unknown,
    /// The server cannot tell at present, and says why.
    Refused(String),
}

/// Asks the server. That it cannot tell does not stop a plan.
pub(super) async fn ask(remote: &Remote, document: &Document, known: Option<&Listed>) -> Result<Outlook, RemoteError> {
    let kind = document.kind;
    let (answer, note) = match kind {
        Kind::Scorecard => (remote.plan(document).await, place(known)),
        Kind::Automation => (remote.dry_run(document, DAYS).await, None),
    };
    let expected = match answer {
        Ok(Some(answer)) => Expected::Answer(answer),
        Ok(None) => Expected::Unknown,
        Err(RemoteError::Client(error)) => return Err(RemoteError::Client(error)),
        Err(refused) => Expected::Refused(refused.to_string()),
    };
    Ok(Outlook { kind, note, expected })
}

fn place(known: Option<&Listed>) -> Option<&'static str> {
    match known {
        None => {
            Some("It will be tried after the other scorecards and before the default one (PUT /v1/scorecards/order).")
        }
        Some(Listed { position: None, .. }) => Some("It is retired: no customer has it (PUT /v1/scorecards/order)."),
        Some(_) => None,
    }
}

impl Outlook {
    pub(super) fn print(&self, console: &mut Console<'_>) {
        if let Some(note) = self.note {
            console.say(format_args!("    {note}"));
        }
        let what = match self.kind {
            Kind::Scorecard => "what it would do to the scores",
            Kind::Automation => "what it would have done in the last days",
        };
        let line = match &self.expected {
            Expected::Answer(answer) => format!("    {answer}"),
            Expected::Unknown => format!("    This server cannot say {what}: it has no such route yet."),
            Expected::Refused(why) => format!("    The server does not say {what}: {why}"),
        };
        let line = console.painted(QUIET, line);
        console.say(line);
    }
}
