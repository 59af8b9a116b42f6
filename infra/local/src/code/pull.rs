//! `pull`: the server's documents as files, to the letter.

use std::io;
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;

use super::CodeError;
use super::check::Kind;
use super::console::{ADDED, CHANGED, Console, REMOVED};
use super::remote::{Remote, RemoteError};

/// What became of the files.
#[derive(Debug, Default)]
pub(super) struct Pulled {
    new: usize,
    overwritten: usize,
    unchanged: usize,
    /// Files that differ and were left as they are.
    kept: usize,
}

/// Writes `<directory>/<kind>s/<id>.yaml` for every document. A file that says something else stays, unless `force`.
///
/// Answers whether every file is now as the server has it.
pub(super) async fn pull(
    remote: &Remote,
    directory: &Path,
    force: bool,
    console: &mut Console<'_>,
) -> Result<bool, CodeError> {
    let progress = ProgressBar::new_spinner();
    progress.enable_steady_tick(std::time::Duration::from_millis(100));
    let mut pulled = Pulled::default();
    for kind in Kind::ALL {
        progress.set_message(format!("reading the server's {}", kind.plural()));
        let listed = match remote.list(kind).await {
            Ok(listed) => listed,
            // An older server has scorecards only.
            Err(RemoteError::Absent(kind)) => {
                progress.suspend(|| console.say(format_args!("This server keeps no {kind}.")));
                continue;
            }
            Err(source) => return Err(CodeError::List { kind: kind.plural(), source }),
        };
        for document in listed {
            let failed = |source| CodeError::Fetch { document: format!("{kind} {}", document.id), source };
            // Deleted since it was listed.
            let Some(stored) = remote.get(kind, &document.id).await.map_err(failed)? else { continue };
            let path = directory.join(kind.plural()).join(format!("{}.yaml", document.id));
            progress.suspend(|| pulled.write(&path, &stored.text, force, console))?;
        }
    }
    progress.finish_and_clear();
    pulled.print(console);
    Ok(pulled.kept == 0)
}

impl Pulled {
    fn write(&mut self, path: &Path, text: &str, force: bool, console: &mut Console<'_>) -> Result<(), CodeError> {
        let failed = |source| CodeError::File { path: path.to_owned(), source };
        let before = match std::fs::read(path) {
            Ok(before) => Some(before),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(error)),
        };
        let shown = path.display();
        let (count, style, line) = match before {
            Some(before) if before == text.as_bytes() => {
                self.unchanged += 1;
                return Ok(());
            }
            Some(_) if !force => {
                self.kept += 1;
                let line = format!("! {shown} differs from the server and was kept: --force overwrites it");
                let line = console.painted(REMOVED, line);
                console.say(line);
                return Ok(());
            }
            Some(_) => (&mut self.overwritten, CHANGED, format!("~ {shown}")),
            None => (&mut self.new, ADDED, format!("+ {shown}")),
        };
        write(path, text).map_err(failed)?;
        *count += 1;
        let line = console.painted(style, line);
        console.say(line);
        Ok(())
    }

    fn print(&self, console: &mut Console<'_>) {
        let Self { new, overwritten, unchanged, kept } = self;
        console.say(format_args!("Pulled: {new} new, {overwritten} overwritten, {unchanged} unchanged, {kept} kept."));
    }
}

/// Writes a file as a whole or not at all: half a document would look like somebody's edit.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory)?;
    }
    let mut unfinished = PathBuf::from(path).into_os_string();
    unfinished.push(".unfinished");
    std::fs::write(&unfinished, text)?;
    std::fs::rename(&unfinished, path)
}
