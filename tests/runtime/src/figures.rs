//! Measurements, put in order.

use std::io;
use std::path::Path;
use std::time::Duration;

use crate::package::zip_bytes;

/// Bytes of a megabyte, as Lambda counts packages.
pub(crate) const MB: f64 = 1e6;

/// Durations of the same thing, shortest first.
#[derive(Debug, Default)]
pub(crate) struct Durations(Vec<Duration>);

impl FromIterator<Duration> for Durations {
    fn from_iter<I: IntoIterator<Item = Duration>>(durations: I) -> Self {
        let mut all: Vec<Duration> = durations.into_iter().collect();
        all.sort_unstable();
        Self(all)
    }
}

impl Durations {
    /// The duration that `percent` of them do not exceed, in milliseconds; 0 of nothing.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let place = (self.0.len() * percent).div_ceil(100).max(1) - 1;
        self.0.get(place).map_or(0.0, |duration| duration.as_secs_f64() * 1e3)
    }

    /// The middle one, in milliseconds.
    pub(crate) fn median(&self) -> f64 {
        self.percentile(50)
    }
}

/// Durations, put in order.
pub(crate) fn durations(all: &[Duration]) -> Durations {
    all.iter().copied().collect()
}

/// The size of a zip of these files, in MB.
pub(crate) fn zip_mb(files: &[(&str, &Path)]) -> io::Result<f64> {
    Ok(zip_bytes(files)? as f64 / MB)
}

/// Rows and columns as Markdown, each column as wide as its widest cell.
pub(crate) fn table(heading: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain(heading.get(column).map(|cell| cell.chars().count())).max().unwrap_or_default()
    };
    let line = |cells: Vec<String>| {
        let cells = cells.iter().enumerate().map(|(column, cell)| {
            let gap = " ".repeat(width(column).saturating_sub(cell.chars().count()));
            if column == 0 { format!("{cell}{gap}") } else { format!("{gap}{cell}") }
        });
        format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
    };
    let rule = (0..heading.len()).map(|column| "-".repeat(width(column)));
    let mut text = line(heading.iter().map(|cell| (*cell).to_owned()).collect());
    text += &line(rule.collect());
    for row in rows {
        text += &line(row.clone());
    }
    text
}
