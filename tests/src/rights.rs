//! Whether what the functions asked of the cloud is what `infra/permissions.md` says that they may ask.
//!
//! Every story ends with this, so every path that a story takes proves that its rights are enough on AWS.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use keepwell_local::cloud::rights::Needed;
use serde_json::Value;

/// A row of the page.
struct Allowed {
    /// A table or `<table>/index/<index>` as the template names it; other services are told apart by the action alone.
    resource: String,
    action: String,
    holders: BTreeSet<String>,
    /// Beginnings of partition keys; `None` = all.
    partitions: Option<Vec<String>>,
}

static ALLOWED: LazyLock<Vec<Allowed>> = LazyLock::new(|| {
    let page = include_str!("../../infra/permissions.md");
    page.lines().filter_map(row).collect()
});

fn row(line: &str) -> Option<Allowed> {
    let mut cells = line.strip_prefix("| ")?.split('|').map(str::trim);
    let (resource, action, holders) = (cells.next()?, cells.next()?, cells.next()?);
    let condition = cells.next().unwrap_or_default().trim_matches('`');
    let condition: Value = serde_json::from_str(condition).unwrap_or_default();
    let keys = condition.pointer("/ForAllValues:StringLike/dynamodb:LeadingKeys").and_then(Value::as_array);
    Some(Allowed {
        resource: resource.to_owned(),
        action: action.to_owned(),
        holders: holders.split(", ").map(str::to_owned).collect(),
        partitions: keys.map(|keys| keys.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
    })
}

/// `keepwell-core/index/work` -> `CoreTable/index/work`.
fn as_in_the_template(resource: &str) -> String {
    let name = resource.trim_start_matches("keepwell-");
    let (table, index) =
        name.split_once('/').map_or((name, String::new()), |(table, index)| (table, format!("/{index}")));
    let mut letters = table.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase()).into_iter();
    first.chain(letters).collect::<String>() + "Table" + &index
}

fn is_allowed(needed: &Needed) -> bool {
    let resource = as_in_the_template(&needed.resource);
    ALLOWED.iter().any(|allowed| {
        allowed.action == needed.action
            && allowed.holders.contains(needed.function)
            && (needed.resource.is_empty() || allowed.resource == resource)
            && allowed.partitions.as_ref().is_none_or(|keys| {
                keys.iter().any(|key| {
                    key.strip_suffix('*').map_or(*key == needed.partition, |it| needed.partition.starts_with(it))
                })
            })
    })
}

/// What was needed and is not allowed, one a line.
pub fn missing(needed: &BTreeSet<Needed>) -> Vec<String> {
    let missing = needed.iter().filter(|needed| !is_allowed(needed));
    missing
        .map(|it| {
            format!("{} lacks {} on {} {}", it.function, it.action, as_in_the_template(&it.resource), it.partition)
        })
        .collect()
}
