//! Which files are meant, and what they hold.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use keepwell_domain::edition::TextFormat;

/// A file that was read.
#[derive(Debug)]
pub(super) struct Source {
    /// As it is shown to people.
    pub path: PathBuf,
    pub bytes: Vec<u8>,
}

impl Source {
    /// By its name's ending; what is not named `.json` is YAML.
    pub(super) fn format(&self) -> TextFormat {
        if ending(&self.path) == Some("json") { TextFormat::Json } else { TextFormat::Yaml }
    }
}

/// Why files cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// A file or directory cannot be read.
    #[error("{} cannot be read: name files that are there, or the directories that hold them", path.display())]
    Read {
        /// As it was given.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A directory holds no documents.
    #[error("{} holds no file that ends in .yaml, .yml or .json: `keepwell pull` fills a directory", path.display())]
    Empty {
        /// As it was given.
        path: PathBuf,
    },
}

/// Reads files, and what directories and their directories hold. A file that is named twice is read once.
pub(super) fn read(paths: &[PathBuf]) -> Result<Vec<Source>, FilesError> {
    let mut seen = BTreeSet::new();
    let mut sources = Vec::new();
    for path in paths {
        let failed = |source| FilesError::Read { path: path.clone(), source };
        let files = if std::fs::metadata(path).map_err(failed)?.is_dir() { under(path)? } else { vec![path.clone()] };
        for path in files {
            let failed = |source| FilesError::Read { path: path.clone(), source };
            if seen.insert(path.canonicalize().map_err(failed)?) {
                let bytes = std::fs::read(&path).map_err(failed)?;
                sources.push(Source { path, bytes });
            }
        }
    }
    Ok(sources)
}

/// The documents below a directory in the order of their names. Left out is what begins with a dot, as git's own files do, and JSON
/// Schemas, which lie beside the documents for editors.
fn under(directory: &Path) -> Result<Vec<PathBuf>, FilesError> {
    let mut files = Vec::new();
    let mut directories = vec![directory.to_owned()];
    while let Some(path) = directories.pop() {
        let failed = |source| FilesError::Read { path: path.clone(), source };
        for entry in std::fs::read_dir(&path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let path = entry.path();
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with('.') || name.ends_with(".schema.json") {
                continue;
            }
            // Links to directories are not followed: they can go round in circles.
            if entry.file_type().map_err(failed)?.is_dir() {
                directories.push(path);
            } else if matches!(ending(&path), Some("yaml" | "yml" | "json")) && path.is_file() {
                files.push(path);
            }
        }
    }
    files.sort();
    if files.is_empty() { Err(FilesError::Empty { path: directory.to_owned() }) } else { Ok(files) }
}

fn ending(path: &Path) -> Option<&str> {
    path.extension().and_then(|ending| ending.to_str())
}
