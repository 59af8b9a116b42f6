//! `POST /v1/tickets`, `/v1/surveys` ...: an array of signals, each kept under its id. Sending it again changes nothing.

use axum::body::Body;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::body::{read, read_json};
use keepwell_aws::http::{Answer, ApiError, QueryParams};
use keepwell_domain::import::{ArrayReport, ImportKind, ItemReport, ItemResult, Row, read_array};
use keepwell_domain::problem::{FieldProblem, Problems};

use crate::write::{Effect, write};

/// Largest array, in bytes.
const MAX_ARRAY: usize = 1024 * 1024;

/// Writes the good items of the array and says of each what became of it.
pub(crate) async fn post(kind: ImportKind, cloud: Cloud, query: QueryParams, body: Body) -> Result<Answer, ApiError> {
    query.finish()?;
    let array = read_json(&read(body, MAX_ARRAY).await?)?;
    let mut rows = Vec::new();
    let mut reports = Vec::new();
    for (index, item) in read_array(kind, &array)?.into_iter().enumerate() {
        let rejected =
            |Problems(errors)| ItemReport { index, id: item.id.clone(), result: ItemResult::Rejected, errors };
        match item.read {
            Ok((customer, read)) => {
                rows.push(Row { row: index, customer, item: read });
                reports.push(ItemReport { index, id: item.id, result: ItemResult::Unchanged, errors: Vec::new() });
            }
            Err(problems) => reports.push(rejected(problems)),
        }
    }
    for (index, effect) in write(&cloud, rows, false).await? {
        if let Some(report) = reports.get_mut(index) {
            (report.result, report.errors) = outcome(index, effect);
        }
    }
    Answer::ok(ArrayReport::of(reports))
}

fn outcome(index: usize, effect: Effect) -> (ItemResult, Vec<FieldProblem>) {
    match effect {
        Effect::Created => (ItemResult::Created, Vec::new()),
        Effect::Updated => (ItemResult::Updated, Vec::new()),
        Effect::Unchanged => (ItemResult::Unchanged, Vec::new()),
        Effect::Refused { column, detail } => {
            (ItemResult::Rejected, vec![FieldProblem { pointer: format!("/{index}/{column}"), detail }])
        }
    }
}
