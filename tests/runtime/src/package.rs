//! How large a function's zip is.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// What a zip holds beside the packed bytes: per file twice its name and two headers, and an end.
const HEADERS: usize = 30 + 46;
const END: usize = 22;

/// The size of a zip of these files, each under its name, packed at level 9.
pub(crate) fn zip_bytes(files: &[(&str, &Path)]) -> io::Result<usize> {
    files.iter().try_fold(END, |total, (name, path)| {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&fs::read(path)?)?;
        Ok(total + HEADERS + 2 * name.len() + encoder.finish()?.len())
    })
}
