//! What must survive a restart besides the tables of the system: queues, mails, the published log and a few values.
//!
//! They live in one more table of the same database file. The state in memory is authoritative; every change is
//! written through before it is acknowledged. A cloud in memory has nothing to survive and writes nothing.

use dynoxide::Database;
use serde_json::{Value, json};

use super::dynamodb::execute;

/// The reserved name of this table.
pub(super) const TABLE_NAME: &str = "local";

/// `DynamoDB` takes 100 actions and 4 MB in one transaction, and 400 KB in one item.
const ACTIONS_PER_TRANSACTION: usize = 50;
const BYTES_PER_TRANSACTION: usize = 3_000_000;
const PART_BYTES: usize = 300_000;

/// Sorts before every character of our sort keys, so that the parts of a long row follow right after its head.
const PART_MARK: char = '\u{1}';

/// Why the local state could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum LocalStateError {
    /// The database file cannot be opened or its table cannot be made.
    #[error("the local database cannot be opened")]
    Open(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A stored row is not what this version writes.
    #[error("the local database holds an unreadable row `{0}`")]
    Unreadable(String),
    /// A change could not be written through.
    #[error("the local database refused a write")]
    Write(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// One change to be written through.
#[derive(Debug)]
pub(super) enum Change {
    Put { pk: String, sk: String, body: String },
    Delete { pk: String, sk: String },
}

/// One stored row.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) pk: String,
    pub(super) sk: String,
    pub(super) body: String,
}

/// The table, or nothing for a cloud in memory.
#[derive(Clone)]
pub(super) struct LocalTable {
    database: Option<Database>,
}

impl LocalTable {
    pub(super) fn nowhere() -> Self {
        Self { database: None }
    }

    /// The table in `database`, made when it is not there.
    pub(super) fn inside(database: Database) -> Result<Self, LocalStateError> {
        let known = execute(&database, "DescribeTable", json!({ "TableName": TABLE_NAME })).is_ok();
        if !known {
            let table = json!({
                "TableName": TABLE_NAME,
                "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [{ "AttributeName": "pk", "KeyType": "HASH" }, { "AttributeName": "sk", "KeyType": "RANGE" }],
                "AttributeDefinitions": [
                    { "AttributeName": "pk", "AttributeType": "S" },
                    { "AttributeName": "sk", "AttributeType": "S" },
                ],
            });
            execute(&database, "CreateTable", table).map_err(|error| LocalStateError::Open(error.into()))?;
        }
        Ok(Self { database: Some(database) })
    }

    /// Writes `changes` in order, in transactions of up to 50 changes.
    pub(super) fn write(&self, changes: &[Change]) -> Result<(), LocalStateError> {
        let Some(database) = &self.database else {
            return Ok(());
        };
        let mut actions = Vec::new();
        let mut bytes = 0;
        for change in changes {
            for (action, size) in actions_of(change) {
                if actions.len() == ACTIONS_PER_TRANSACTION || bytes + size > BYTES_PER_TRANSACTION {
                    transact(database, &actions)?;
                    actions.clear();
                    bytes = 0;
                }
                actions.push(action);
                bytes += size;
            }
        }
        transact(database, &actions)
    }

    /// Everything stored, ordered by partition and sort key.
    pub(super) fn load(&self) -> Result<Vec<Row>, LocalStateError> {
        let mut rows = Vec::new();
        let Some(database) = &self.database else {
            return Ok(rows);
        };
        let mut start = Value::Null;
        loop {
            let mut request = json!({ "TableName": TABLE_NAME });
            if let (false, Some(fields)) = (start.is_null(), request.as_object_mut()) {
                fields.insert("ExclusiveStartKey".to_owned(), start);
            }
            let mut page = execute(database, "Scan", request).map_err(|error| LocalStateError::Open(error.into()))?;
            for item in page.get("Items").and_then(Value::as_array).into_iter().flatten() {
                rows.push(row(item).ok_or_else(|| LocalStateError::Unreadable(item.to_string()))?);
            }
            start = page.get_mut("LastEvaluatedKey").map_or(Value::Null, Value::take);
            if start.is_null() {
                break;
            }
        }
        rows.sort_by(|a, b| (&a.pk, &a.sk).cmp(&(&b.pk, &b.sk)));
        Ok(joined(rows))
    }
}

fn transact(database: &Database, actions: &[Value]) -> Result<(), LocalStateError> {
    if actions.is_empty() {
        return Ok(());
    }
    execute(database, "TransactWriteItems", json!({ "TransactItems": actions }))
        .map_err(|error| LocalStateError::Write(error.into()))?;
    Ok(())
}

/// The actions of one change with their sizes. A body too long for one item goes on in rows that sort after it.
fn actions_of(change: &Change) -> Vec<(Value, usize)> {
    match change {
        Change::Delete { pk, sk } => {
            let key = json!({ "pk": { "S": pk }, "sk": { "S": sk } });
            vec![(json!({ "Delete": { "TableName": TABLE_NAME, "Key": key } }), pk.len() + sk.len())]
        }
        Change::Put { pk, sk, body } => parts(body)
            .into_iter()
            .enumerate()
            .map(|(number, part)| {
                let sk = if number == 0 { sk.clone() } else { format!("{sk}{PART_MARK}{number:04}") };
                let item = json!({ "pk": { "S": pk }, "sk": { "S": sk }, "body": { "S": part } });
                (json!({ "Put": { "TableName": TABLE_NAME, "Item": item } }), part.len())
            })
            .collect(),
    }
}

fn parts(body: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = body;
    while rest.len() > PART_BYTES {
        let (part, tail) = rest.split_at(rest.floor_char_boundary(PART_BYTES));
        parts.push(part);
        rest = tail;
    }
    parts.push(rest);
    parts
}

fn row(item: &Value) -> Option<Row> {
    let text = |name: &str| Some(item.get(name)?.get("S")?.as_str()?.to_owned());
    Some(Row { pk: text("pk")?, sk: text("sk")?, body: text("body")? })
}

/// Puts the parts of long rows together. Parts whose head was deleted are left out.
fn joined(rows: Vec<Row>) -> Vec<Row> {
    let mut whole: Vec<Row> = Vec::with_capacity(rows.len());
    for row in rows {
        match row.sk.rsplit_once(PART_MARK) {
            None => whole.push(row),
            Some((head, _)) => {
                if let Some(first) = whole.last_mut().filter(|first| first.pk == row.pk && first.sk == head) {
                    first.body.push_str(&row.body);
                }
            }
        }
    }
    whole
}
