//! `plan`: what applying the files would change on the server, and what that would do to customers.

use indicatif::ProgressBar;
use keepwell_domain::edition::TextFormat;

use super::CodeError;
use super::changes::{differences, print_diff, print_differences};
use super::check::{Document, Kind};
use super::console::{ADDED, BOLD, CHANGED, Console, QUIET};
use super::outlook::{self, Outlook};
use super::remote::{Listed, Remote, RemoteError, Stored};

/// What would happen to every document, in the order of the files.
pub(super) struct Plan {
    pub steps: Vec<Step>,
}

/// What would happen to one document.
pub(super) struct Step {
    pub document: Document,
    pub change: Change,
    /// Worked out for what changes.
    outlook: Option<Outlook>,
}

/// How a file differs from the server.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// The server has nothing of this id.
    New,
    /// The server has something else.
    Changed(Stored),
    /// The server has the same.
    Unchanged,
}

impl Change {
    fn of(document: &Document, stored: Option<Stored>) -> Self {
        match stored {
            None => Self::New,
            Some(stored) if stored.is(document) => Self::Unchanged,
            Some(stored) => Self::Changed(stored),
        }
    }

    /// The version that was seen; `None` for none.
    pub(super) fn etag(&self) -> Option<&str> {
        match self {
            Self::Changed(stored) => Some(&stored.etag),
            Self::New | Self::Unchanged => None,
        }
    }
}

impl Stored {
    /// Whether the server has nothing to learn from the file. It keeps YAML to the letter, and of JSON what it says.
    fn is(&self, document: &Document) -> bool {
        self.text == document.text || (document.format == TextFormat::Json && self.says_the_same(document))
    }

    /// Whether both say the same, however they are written.
    fn says_the_same(&self, document: &Document) -> bool {
        TextFormat::Yaml.read(&self.text).is_ok_and(|value| document.kind.same(&value, &document.value))
    }
}

/// Compares the documents with the server's.
pub(super) async fn plan(remote: &Remote, documents: Vec<Document>) -> Result<Plan, CodeError> {
    let progress = ProgressBar::new_spinner();
    progress.enable_steady_tick(std::time::Duration::from_millis(100));
    let mut listed = Vec::new();
    for kind in Kind::ALL {
        if documents.iter().any(|document| document.kind == kind) {
            progress.set_message(format!("reading the server's {}", kind.plural()));
            listed.push((
                kind,
                remote.list(kind).await.map_err(|source| CodeError::List { kind: kind.plural(), source })?,
            ));
        }
    }
    let mut steps = Vec::new();
    for document in documents {
        progress.set_message(format!("comparing {}", document.path.display()));
        let mut of_kind = listed.iter().filter(|(kind, _)| *kind == document.kind).flat_map(|(_, listed)| listed);
        let known = of_kind.find(|listed| listed.id == document.id);
        steps.push(step(remote, document, known).await?);
    }
    progress.finish_and_clear();
    Ok(Plan { steps })
}

async fn step(remote: &Remote, document: Document, known: Option<&Listed>) -> Result<Step, CodeError> {
    let failed = |source: RemoteError| CodeError::Compare { path: document.path.clone(), source };
    let stored = match known {
        Some(_) => remote.get(document.kind, &document.id).await.map_err(failed)?,
        None => None,
    };
    let change = Change::of(&document, stored);
    let outlook = match &change {
        Change::Unchanged => None,
        Change::Changed(stored) if stored.says_the_same(&document) => None,
        Change::New | Change::Changed(_) => Some(outlook::ask(remote, &document, known).await.map_err(failed)?),
    };
    Ok(Step { document, change, outlook })
}

impl Plan {
    /// Whether applying it would change anything.
    pub(super) fn changes_something(&self) -> bool {
        self.steps.iter().any(Step::changes_something)
    }

    pub(super) fn print(&self, console: &mut Console<'_>) {
        for step in &self.steps {
            step.print(console);
        }
        let count = |wanted: fn(&Change) -> bool| self.steps.iter().filter(|step| wanted(&step.change)).count();
        let summary = format!(
            "Plan: {} new, {} changed, {} unchanged.",
            count(|change| *change == Change::New),
            count(|change| matches!(change, Change::Changed(_))),
            count(|change| *change == Change::Unchanged),
        );
        let summary = console.painted(BOLD, summary);
        console.say(summary);
    }
}

impl Step {
    pub(super) fn changes_something(&self) -> bool {
        self.change != Change::Unchanged
    }

    fn print(&self, console: &mut Console<'_>) {
        let Document { path, kind, id, text, .. } = &self.document;
        let path = path.display().to_string();
        let (style, mark, word) = match &self.change {
            Change::New => (ADDED, '+', "is new"),
            Change::Changed(_) => (CHANGED, '~', "changes"),
            Change::Unchanged => (QUIET, '=', "is unchanged"),
        };
        let line = console.painted(style, format_args!("{mark} {kind} {id} {word}"));
        let path_shown = console.painted(QUIET, format_args!("({path})"));
        console.say(format_args!("{line} {path_shown}"));
        if let Change::Changed(stored) = &self.change {
            if let Ok(old) = TextFormat::Yaml.read(&stored.text) {
                print_differences(console, &differences(&old, &self.document.value));
            }
            console.say("");
            print_diff(console, &stored.text, text, (&format!("{kind} {id} on the server"), &path));
        }
        if let Some(outlook) = &self.outlook {
            console.say("");
            outlook.print(console);
        }
        if self.changes_something() {
            console.say("");
        }
    }
}
