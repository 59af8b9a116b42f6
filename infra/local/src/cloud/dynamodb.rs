//! `DynamoDB` requests answered by dynoxide, an embedded `DynamoDB` on `SQLite`.
//!
//! Calls are made in line: the native engine never suspends and answers in microseconds.

use std::collections::BTreeSet;

use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::local_table::TABLE_NAME;
use super::requests::is_table_write;
use super::wire::Answer;

const CONTENT_TYPE: &str = "application/x-amz-json-1.0";

/// What a request cost, and where.
#[derive(Debug, Default)]
pub(super) struct Usage {
    pub(super) tables: Vec<String>,
    pub(super) read_units: f64,
    pub(super) write_units: f64,
}

/// Answers one request as the service would.
pub(super) fn answer(database: &Database, operation: &str, body: &[u8]) -> (Answer, Usage) {
    let mut request: Value = match serde_json::from_slice(body) {
        Ok(request) => request,
        Err(error) => {
            let error = DynoxideError::SerializationException(error.to_string());
            return (refusal(&error), Usage::default());
        }
    };
    let mut usage = Usage { tables: tables(&request), ..Usage::default() };
    if reports_capacity(operation)
        && let Some(fields) = request.as_object_mut()
    {
        let wanted = fields.entry("ReturnConsumedCapacity").or_insert(Value::Null);
        if wanted.is_null() || wanted == "NONE" {
            *wanted = Value::from("TOTAL");
        }
    }
    match execute(database, operation, request) {
        Ok(mut response) => {
            let units = consumed_units(&response);
            if is_table_write(operation) {
                usage.write_units = units;
            } else {
                usage.read_units = units;
            }
            if operation == "ListTables" {
                hide_own_table(&mut response);
            }
            (Answer::json(200, CONTENT_TYPE, &response), usage)
        }
        Err(Failure::Refused(error)) => (refusal(&error), usage),
        Err(Failure::UnknownOperation) => (Answer::unknown_operation(CONTENT_TYPE, operation), usage),
    }
}

/// The answer for a fault plan's throttle or outage.
pub(super) fn fault_answer(status: u16) -> Answer {
    if status == 500 {
        refusal(&DynoxideError::InternalServerError("the local fault plan says the service is down".to_owned()))
    } else {
        refusal(&DynoxideError::ProvisionedThroughputExceededException(
            "the local fault plan says the table is throttled".to_owned(),
        ))
    }
}

#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Refused(#[from] DynoxideError),
    #[error("the embedded database has no such operation")]
    UnknownOperation,
}

/// Runs one operation, JSON in and JSON out.
pub(super) fn execute(db: &Database, operation: &str, request: Value) -> Result<Value, Failure> {
    match operation {
        "CreateTable" => run(request, |r| db.create_table(r)),
        "UpdateTable" => run(request, |r| db.update_table(r)),
        "DescribeTable" => run(request, |r| db.describe_table(r)),
        "ListTables" => run(request, |r| db.list_tables(r)),
        "DeleteTable" => run(request, |r| db.delete_table(r)),
        "GetItem" => run(request, |r| db.get_item(r)),
        "PutItem" => run(request, |r| db.put_item(r)),
        "UpdateItem" => run(request, |r| db.update_item(r)),
        "DeleteItem" => run(request, |r| db.delete_item(r)),
        "Query" => run(request, |r| db.query(r)),
        "Scan" => run(request, |r| db.scan(r)),
        "BatchGetItem" => run(request, |r| db.batch_get_item(r)),
        "BatchWriteItem" => run(request, |r| db.batch_write_item(r)),
        "TransactWriteItems" => run(request, |r| db.transact_write_items(r)),
        "TransactGetItems" => run(request, |r| db.transact_get_items(r)),
        "UpdateTimeToLive" => run(request, |r| db.update_time_to_live(r)),
        "DescribeTimeToLive" => run(request, |r| db.describe_time_to_live(r)),
        _ => Err(Failure::UnknownOperation),
    }
}

fn run<Request: DeserializeOwned, Response: Serialize>(
    request: Value,
    operation: impl FnOnce(Request) -> dynoxide::Result<Response>,
) -> Result<Value, Failure> {
    let request = serde_json::from_value(request).map_err(|error| unreadable(&error))?;
    let response = operation(request)?;
    let response =
        serde_json::to_value(response).map_err(|error| DynoxideError::InternalServerError(error.to_string()))?;
    Ok(response)
}

/// dynoxide's request types tell the class of a refusal by a marker in front of the message.
fn unreadable(error: &serde_json::Error) -> DynoxideError {
    let message = error.to_string();
    match message.split_once(':') {
        Some(("VALIDATION" | "VALIDATION_REQUEST" | "VALIDATION_AS_READ", rest)) => {
            DynoxideError::ValidationException(rest.to_owned())
        }
        Some(("SERIALIZATION" | "SERIALIZATION_AS_READ", rest)) => {
            DynoxideError::SerializationException(rest.to_owned())
        }
        _ if message.starts_with("missing field") || message.contains("Supplied AttributeValue") => {
            DynoxideError::ValidationException(message)
        }
        _ => DynoxideError::SerializationException(message),
    }
}

fn refusal(error: &DynoxideError) -> Answer {
    Answer::new(error.status_code(), CONTENT_TYPE, error.to_json().into_bytes())
}

fn reports_capacity(operation: &str) -> bool {
    matches!(
        operation,
        "GetItem"
            | "PutItem"
            | "UpdateItem"
            | "DeleteItem"
            | "Query"
            | "Scan"
            | "BatchGetItem"
            | "BatchWriteItem"
            | "TransactWriteItems"
            | "TransactGetItems"
    )
}

fn tables(request: &Value) -> Vec<String> {
    let mut names = BTreeSet::new();
    if let Some(name) = request.get("TableName").and_then(Value::as_str) {
        names.insert(name.to_owned());
    }
    if let Some(batches) = request.get("RequestItems").and_then(Value::as_object) {
        names.extend(batches.keys().cloned());
    }
    let actions = request.get("TransactItems").and_then(Value::as_array);
    for action in actions.into_iter().flatten().filter_map(Value::as_object) {
        let named = action.values().filter_map(|one| one.get("TableName")?.as_str());
        names.extend(named.map(str::to_owned));
    }
    names.into_iter().collect()
}

/// The units of one `ConsumedCapacity`, or the sum where the operation reports one per table.
fn consumed_units(response: &Value) -> f64 {
    let units = |capacity: &Value| capacity.get("CapacityUnits").and_then(Value::as_f64).unwrap_or(0.0);
    match response.get("ConsumedCapacity") {
        Some(Value::Array(per_table)) => per_table.iter().map(units).sum(),
        Some(capacity) => units(capacity),
        None => 0.0,
    }
}

/// The table that keeps queues and mails is no part of the cloud that is being imitated.
fn hide_own_table(response: &mut Value) {
    if let Some(names) = response.get_mut("TableNames").and_then(Value::as_array_mut) {
        names.retain(|name| name != TABLE_NAME);
    }
}
