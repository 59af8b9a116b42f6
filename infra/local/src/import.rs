//! `import`: files on this machine become calls of `POST /v1/imports/{kind}`.
//!
//! Reading and converting (pure iterators of chunks) is apart from sending. Nothing is stored here: whatever a file
//! holds, it enters by the same rules as any other caller's data, and importing it twice changes nothing.

use std::path::{Path, PathBuf};

use indicatif::MultiProgress;
use keepwell_domain::import::ImportKind;

use crate::client::Client;
use crate::import::post::PostError;
use crate::import::run::Run;
use crate::import::summary::Summary;

mod chunk;
mod conversion;
mod own;
mod post;
mod ravenstack;
mod run;
mod source;
pub mod summary;

/// Imports a file or a directory, and says what that did.
///
/// A rejected row does not fail the import: the summary names it. An error means that the import stopped; the rows that
/// were sent before it stay, and a second import changes nothing about them. Bars are drawn on `progress`, which hides
/// itself where there is no terminal.
pub async fn import(path: &Path, client: &Client, progress: &MultiProgress) -> Result<Summary, ImportError> {
    let contents = recognise(path)?;
    let mut run = Run::new(progress, |kind, csv| post::post(client, kind, csv));
    match contents {
        Contents::RavenStack(directory) => ravenstack::import(&directory, &mut run).await?,
        Contents::Own(files) => own::import(&files, &mut run).await?,
    }
    Ok(run.summary)
}

/// Why an import stopped, or never began.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The path holds nothing that can be imported.
    #[error(
        "{} holds nothing to import. Recognised are: a directory with the RavenStack files ({}); \
         a directory with some of {own}, or one of these files",
        path.display(), ravenstack::FILES.join(", "), own = own_file_names().join(", ")
    )]
    Unrecognised {
        /// As it was given.
        path: PathBuf,
    },
    /// The directory holds files of both kinds, and it is not clear which are meant.
    #[error("{} holds RavenStack's accounts.csv and also {}: put them into two directories", path.display(), own.join(", "))]
    Ambiguous {
        /// The directory.
        path: PathBuf,
        /// The files of our own kinds.
        own: Vec<String>,
    },
    /// `RavenStack`'s files refer to each other; some are missing.
    #[error("{} has RavenStack's accounts.csv, but not {}: the files are imported together", path.display(), missing.join(", "))]
    Incomplete {
        /// The directory.
        path: PathBuf,
        /// The files that are missing.
        missing: Vec<&'static str>,
    },
    /// A file cannot be opened.
    #[error("{} cannot be opened", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file cannot be read to its end.
    #[error("{file} cannot be read")]
    Read {
        /// The file's name.
        file: String,
        /// Where and why.
        source: csv::Error,
    },
    /// A file lacks columns.
    #[error("{file} has no column {}", missing.join(", "))]
    Columns {
        /// The file's name.
        file: String,
        /// The columns' names.
        missing: Vec<&'static str>,
    },
    /// Rows could not be sent.
    #[error(
        "rows of {file} could not be sent as {kind}; rows sent before them stay, and a second import changes nothing about them"
    )]
    Post {
        /// The file's name.
        file: String,
        /// What the rows are.
        kind: ImportKind,
        /// Why.
        source: PostError,
    },
}

/// What a path holds.
#[derive(Debug, PartialEq, Eq)]
enum Contents {
    RavenStack(PathBuf),
    /// Files of our own kinds, customers first: everything else refers to them.
    Own(Vec<(ImportKind, PathBuf)>),
}

fn recognise(path: &Path) -> Result<Contents, ImportError> {
    // Asked first, so that a path that is not there is told apart from one that holds nothing of use.
    let metadata = std::fs::metadata(path).map_err(|source| ImportError::Open { path: path.to_owned(), source })?;
    let own: Vec<_> = if metadata.is_dir() {
        let files = ImportKind::ALL.iter().map(|kind| (*kind, path.join(own_file_name(*kind))));
        files.filter(|(_, file)| file.is_file()).collect()
    } else {
        let kind = ImportKind::ALL.iter().find(|kind| path.ends_with(own_file_name(**kind)));
        kind.map(|kind| (*kind, path.to_owned())).into_iter().collect()
    };
    match (path.join(ravenstack::ACCOUNTS).is_file(), own.is_empty()) {
        (true, true) => complete(path),
        (true, false) => {
            let own = own.iter().map(|(kind, _)| own_file_name(*kind)).collect();
            Err(ImportError::Ambiguous { path: path.to_owned(), own })
        }
        (false, false) => Ok(Contents::Own(own)),
        (false, true) => Err(ImportError::Unrecognised { path: path.to_owned() }),
    }
}

fn complete(directory: &Path) -> Result<Contents, ImportError> {
    let missing: Vec<_> = ravenstack::FILES.into_iter().filter(|file| !directory.join(file).is_file()).collect();
    if missing.is_empty() {
        Ok(Contents::RavenStack(directory.to_owned()))
    } else {
        Err(ImportError::Incomplete { path: directory.to_owned(), missing })
    }
}

fn own_file_name(kind: ImportKind) -> String {
    format!("{kind}.csv")
}

fn own_file_names() -> Vec<String> {
    ImportKind::ALL.iter().map(|kind| own_file_name(*kind)).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
