//! What a document would do to customers, in the server's words: the plan of a scorecard, the dry run of an automation.

use serde::de::DeserializeOwned;
use serde_json::Value;

mod dry_run;
mod effects;
mod portfolio;

use dry_run::DryRun;
use portfolio::Portfolio;

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
        let (what, printed) = match self.kind {
            Kind::Scorecard => {
                ("what it would do to the scores", self.print_answer::<Portfolio>(console, Portfolio::print))
            }
            Kind::Automation => ("what it would have done", self.print_answer::<DryRun>(console, DryRun::print)),
        };
        let why = match &self.expected {
            Expected::Answer(_) if printed => return,
            Expected::Answer(_) => {
                format!("This server says {what} in words that this command does not know: update the older one.")
            }
            Expected::Unknown => format!("This server cannot say {what}: it has no such route yet."),
            Expected::Refused(why) => format!("The server does not say {what}: {why}"),
        };
        let line = console.painted(QUIET, format_args!("    {why}"));
        console.say(line);
    }

    /// Prints the answer, if there is one of this shape.
    fn print_answer<T: DeserializeOwned>(&self, console: &mut Console<'_>, print: fn(&T, &mut Console<'_>)) -> bool {
        let Expected::Answer(answer) = &self.expected else { return false };
        let Ok(answer) = T::deserialize(answer) else { return false };
        print(&answer, console);
        true
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
