//! What each function asks of the cloud, in the words of IAM: so that tests can hold it against what its role allows.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::requests::Service;

tokio::task_local! {
    static CALLER: &'static str;
}

/// `work` as that function: what it asks of the cloud counts as the function's asking. Tasks that it spawns are not seen.
pub fn as_function<T>(name: &'static str, work: impl Future<Output = T>) -> impl Future<Output = T> {
    CALLER.scope(name, Box::pin(work))
}

/// A right that a function needed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Needed {
    /// Who needed it.
    pub function: &'static str,
    /// For what, for example `dynamodb:PutItem`. A transaction needs the right to each of its writes.
    pub action: String,
    /// The table, or `<table>/index/<index>`; empty for other services.
    pub resource: String,
    /// The beginning of the partition key, up to its first `#`; empty for other services.
    pub partition: String,
}

/// The rights that were needed since the start.
#[derive(Debug, Default)]
pub(super) struct Rights {
    needed: Mutex<BTreeSet<Needed>>,
}

impl Rights {
    /// Notes what a request of the running function needs; nothing outside of one.
    pub(super) fn note(&self, service: Service, operation: &str, body: &[u8]) {
        let Ok(function) = CALLER.try_with(|name| *name) else { return };
        let right = |action: &str, resource: String, partition: String| Needed {
            function,
            action: action.to_owned(),
            resource,
            partition,
        };
        let needed = match service {
            Service::DynamoDb => {
                let body: Value = serde_json::from_slice(body).unwrap_or_default();
                let touched = touched(operation, &body);
                touched.into_iter().map(|it| right(&format!("dynamodb:{}", it.0), it.1, it.2)).collect()
            }
            Service::EventBridge => vec![right(&format!("events:{operation}"), String::new(), String::new())],
            Service::Ses => vec![right(&format!("ses:{operation}"), String::new(), String::new())],
            Service::S3 if operation == "ListObjectsV2" => vec![right("s3:ListBucket", String::new(), String::new())],
            Service::S3 => vec![right(&format!("s3:{operation}"), String::new(), String::new())],
        };
        self.needed.lock().unwrap_or_else(PoisonError::into_inner).extend(needed);
    }

    pub(super) fn all(&self) -> BTreeSet<Needed> {
        self.needed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Action, table or index, and beginning of the partition key of everything that an operation touches.
fn touched(operation: &str, body: &Value) -> Vec<(String, String, String)> {
    let one = |action: &str, of: &Value| {
        let table = text(&of["TableName"]);
        let resource = of["IndexName"].as_str().map_or_else(|| table.clone(), |index| format!("{table}/index/{index}"));
        (action.to_owned(), resource, beginning(&partition(of)))
    };
    match operation {
        "TransactWriteItems" => items(&body["TransactItems"])
            .flat_map(|item| item.as_object().into_iter().flatten())
            .map(|(kind, of)| {
                let action = match kind.as_str() {
                    "Put" => "PutItem",
                    "Update" => "UpdateItem",
                    "Delete" => "DeleteItem",
                    _ => "ConditionCheckItem",
                };
                one(action, of)
            })
            .collect(),
        "TransactGetItems" => items(&body["TransactItems"]).map(|item| one("GetItem", &item["Get"])).collect(),
        "BatchGetItem" | "BatchWriteItem" => body["RequestItems"]
            .as_object()
            .into_iter()
            .flatten()
            .flat_map(|(table, of)| {
                let keys = items(&of["Keys"]).map(|key| text(key.pointer("/pk/S").unwrap_or(&Value::Null)));
                let writes = items(of).map(|write| {
                    text(
                        write
                            .pointer("/PutRequest/Item/pk/S")
                            .or(write.pointer("/DeleteRequest/Key/pk/S"))
                            .unwrap_or(&Value::Null),
                    )
                });
                keys.chain(writes).map(|key| (operation.to_owned(), table.clone(), beginning(&key))).collect::<Vec<_>>()
            })
            .collect(),
        _ => vec![one(operation, body)],
    }
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The partition key that a request names: in its key, its item, or what its key condition compares with first.
fn partition(of: &Value) -> String {
    let named = of.pointer("/Key/pk/S").or(of.pointer("/Item/pk/S"));
    let compared = || {
        let condition = of["KeyConditionExpression"].as_str()?;
        let value = condition
            .split_once('=')?
            .1
            .trim_start()
            .split(|c: char| !(c.is_alphanumeric() || ":_".contains(c)))
            .next()?;
        of["ExpressionAttributeValues"].get(value)?.get("S")
    };
    text(named.or_else(compared).unwrap_or(&Value::Null))
}

/// `C#acme` -> `C#`; a key without `#` is its own beginning.
fn beginning(key: &str) -> String {
    key.split_inclusive('#').next().unwrap_or_default().to_owned()
}
