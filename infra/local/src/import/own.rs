//! Files with the columns of the API itself, named after what they hold: sent as they are, in parts.

use std::io::Read;
use std::path::PathBuf;

use keepwell_domain::import::{ImportKind, Report};

use crate::import::ImportError;
use crate::import::chunk::Chunker;
use crate::import::conversion::{Conversion, Made};
use crate::import::post::PostError;
use crate::import::run::Run;
use crate::import::source::{Cells, Ids, Source};

/// Sends the files one after the other.
pub(super) async fn import<S, A>(files: &[(ImportKind, PathBuf)], run: &mut Run<'_, S>) -> Result<(), ImportError>
where
    S: FnMut(ImportKind, Vec<u8>) -> A,
    A: Future<Output = Result<Report, PostError>>,
{
    for (kind, path) in files {
        run.file(path, conversion(*kind, Source::open(path)?)).await?;
    }
    Ok(())
}

/// Passes every row on. The server judges the cells; a wrong number of them and an id that comes twice show here alone.
pub(super) fn conversion<R: Read>(
    kind: ImportKind,
    source: Source<R>,
) -> Conversion<R, impl FnMut(&mut Cells) -> Vec<Made>> {
    let chunker = Chunker::new(kind, source.header());
    let mut ids = Ids::default();
    Conversion::new(source, vec![chunker], move |cells| {
        // Ids below a customer are the customer's own; a row without an id is the server's to refuse.
        if !cells.text("id").is_empty() {
            let id = format!("{}\n{}", cells.text("customer"), cells.text("id"));
            ids.claim(cells, "id", &id);
        }
        vec![(kind, cells.iter().map(str::to_owned).collect())]
    })
}
