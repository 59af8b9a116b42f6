//! Time to live, by the clock that can be turned: the embedded database's own sweep knows only real time on a file.

use dynoxide::Database;
use serde_json::{Map, Value, json};

use super::dynamodb::{Failure, execute};

/// Deletes every row whose time to live lies before `now_seconds`, and tells how many.
pub(super) fn expire(database: &Database, now_seconds: i64) -> Result<usize, Failure> {
    let names = execute(database, "ListTables", json!({}))?;
    let mut deleted = 0;
    for table in strings(names.get("TableNames")) {
        let settings = execute(database, "DescribeTimeToLive", json!({ "TableName": table }))?;
        let attribute = settings.pointer("/TimeToLiveDescription/AttributeName").and_then(Value::as_str);
        if let Some(attribute) = attribute {
            deleted += expire_in(database, &table, attribute, now_seconds)?;
        }
    }
    Ok(deleted)
}

fn expire_in(database: &Database, table: &str, attribute: &str, now_seconds: i64) -> Result<usize, Failure> {
    let description = execute(database, "DescribeTable", json!({ "TableName": table }))?;
    let schema = description.pointer("/Table/KeySchema").and_then(Value::as_array);
    let key_names: Vec<&str> =
        schema.into_iter().flatten().filter_map(|key| key.get("AttributeName")?.as_str()).collect();
    let mut deleted = 0;
    let mut start = None;
    loop {
        let mut request = json!({
            "TableName": table,
            "FilterExpression": "#ttl < :now",
            "ExpressionAttributeNames": { "#ttl": attribute },
            "ExpressionAttributeValues": { ":now": { "N": now_seconds.to_string() } },
        });
        if let (Some(start), Some(fields)) = (start, request.as_object_mut()) {
            fields.insert("ExclusiveStartKey".to_owned(), start);
        }
        let mut page = execute(database, "Scan", request)?;
        for item in page.get("Items").and_then(Value::as_array).into_iter().flatten() {
            let key: Map<String, Value> =
                key_names.iter().filter_map(|name| Some(((*name).to_owned(), item.get(name)?.clone()))).collect();
            execute(database, "DeleteItem", json!({ "TableName": table, "Key": key }))?;
            deleted += 1;
        }
        start = page.get_mut("LastEvaluatedKey").map(Value::take);
        if start.is_none() {
            return Ok(deleted);
        }
    }
}

fn strings(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}
