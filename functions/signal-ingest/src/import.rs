//! `POST /v1/imports/{kind}`: a CSV file, customer by customer. Importing a file again changes nothing.

use axum::body::Body;
use axum::extract::{Path, State};
use http::{HeaderMap, header};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, QueryParams};
use keepwell_domain::import::{ImportKind, Mapping, Parsed, Report, RowError, parse};

use crate::write::{Effect, write};

/// Largest file, in bytes. Larger ones are sent in parts.
const MAX_CSV: usize = 5 * 1024 * 1024;

pub(crate) async fn post_import(
    State(cloud): State<Cloud>,
    Path(kind): Path<String>,
    headers: HeaderMap,
    mut query: QueryParams,
    body: Body,
) -> Result<Answer, ApiError> {
    let kind = ImportKind::parse(&kind).ok_or_else(|| {
        let known = ImportKind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
        ApiError::NotFound(format!("There is no import of {kind:?}; there are {known}."))
    })?;
    let dry_run = query.flag("dry_run");
    let mapping = query.text("mapping").unwrap_or_default();
    query.finish()?;
    let mapping = Mapping::parse(kind, &mapping)?;
    let is_csv = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|media_type| media_type.starts_with("text/csv"));
    if !is_csv {
        return Err(ApiError::UnsupportedMediaType("Send the file as text/csv.".to_owned()));
    }
    let csv = keepwell_aws::http::body::read(body, MAX_CSV).await?;
    let parsed = parse(kind, &csv, &mapping)?;
    Answer::ok(import(&cloud, parsed, dry_run).await?)
}

/// Writes the good rows, and reports all.
async fn import(cloud: &Cloud, parsed: Parsed, dry_run: bool) -> Result<Report, ApiError> {
    let mut report = Report {
        dry_run,
        rows: parsed.rows,
        errors: parsed.errors,
        ignored_columns: parsed.ignored_columns,
        ..Report::default()
    };
    for (row, effect) in write(cloud, parsed.good, dry_run).await? {
        match effect {
            Effect::Created => report.created += 1,
            Effect::Updated => report.updated += 1,
            Effect::Unchanged => report.unchanged += 1,
            Effect::Refused { column, detail } => {
                report.errors.push(RowError { row, column: column.to_owned(), detail });
            }
        }
    }
    report.errors.sort_by_key(|error| error.row);
    let mut rejected: Vec<usize> = report.errors.iter().map(|error| error.row).collect();
    rejected.dedup();
    report.rejected = rejected.len();
    Ok(report)
}
