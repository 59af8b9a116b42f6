//! How two versions of a document differ: what it says, and how it is written.

use std::collections::BTreeMap;

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::console::{ADDED, CHANGED, Console, QUIET, REMOVED};

/// Longest value that is shown; longer ones are in the text's diff.
const MAX_SHOWN: usize = 60;

/// One thing that a new version says otherwise.
#[derive(Debug, PartialEq)]
pub(super) enum Difference {
    Added { at: String, value: Value },
    Removed { at: String, value: Value },
    Changed { at: String, from: Value, to: Value },
    Reordered { at: String },
}

/// What the new document says otherwise. Items of a list are told apart by their `id` where they have one.
pub(super) fn differences(old: &Value, new: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(String::new(), old, new, &mut found);
    found
}

fn compare(at: String, old: &Value, new: &Value, found: &mut Vec<Difference>) {
    match (old, new) {
        (Value::Object(old_fields), Value::Object(new_fields)) => {
            let old = old_fields.iter().map(|(key, value)| (key.as_str(), value));
            compare_entries(&at, &old.collect(), new_fields.iter().map(|(key, value)| (key.as_str(), value)), found);
        }
        (Value::Array(old_items), Value::Array(new_items)) => match (by_id(old_items), by_id(new_items)) {
            (Some(old), Some(new)) => {
                compare_entries(&at, &old.iter().copied().collect(), new.iter().copied(), found);
                let kept = |items: &[(&str, &Value)], others: &[(&str, &Value)]| -> Vec<String> {
                    let both = items.iter().filter(|(id, _)| others.iter().any(|(other, _)| other == id));
                    both.map(|(id, _)| (*id).to_owned()).collect()
                };
                if kept(&old, &new) != kept(&new, &old) {
                    found.push(Difference::Reordered { at });
                }
            }
            _ if old == new => {}
            _ => found.push(Difference::Changed { at, from: old.clone(), to: new.clone() }),
        },
        // 40 and 40.0 are the same number.
        (Value::Number(one), Value::Number(other)) if one.as_f64() == other.as_f64() => {}
        _ if old == new => {}
        _ => found.push(Difference::Changed { at, from: old.clone(), to: new.clone() }),
    }
}

fn compare_entries<'a>(
    at: &str,
    old: &BTreeMap<&str, &Value>,
    new: impl Iterator<Item = (&'a str, &'a Value)>,
    found: &mut Vec<Difference>,
) {
    let below = |key: &str| if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") };
    let mut gone = old.clone();
    for (key, value) in new {
        gone.remove(key);
        match old.get(key) {
            Some(before) => compare(below(key), before, value, found),
            None => found.push(Difference::Added { at: below(key), value: value.clone() }),
        }
    }
    found.extend(gone.into_iter().map(|(key, value)| Difference::Removed { at: below(key), value: value.clone() }));
}

/// The items by their ids, if all of them have one of their own.
fn by_id(items: &[Value]) -> Option<Vec<(&str, &Value)>> {
    let by_id: Vec<_> = items.iter().map(|item| Some((item.get("id")?.as_str()?, item))).collect::<Option<_>>()?;
    let distinct: BTreeMap<_, _> = by_id.iter().copied().collect();
    (distinct.len() == items.len()).then_some(by_id)
}

/// Prints what is said otherwise, a line for each.
pub(super) fn print_differences(console: &mut Console<'_>, differences: &[Difference]) {
    if differences.is_empty() {
        let line = console.painted(QUIET, "    only comments and layout change");
        console.say(line);
    }
    for difference in differences {
        let (style, line) = match difference {
            Difference::Added { at, value } => (ADDED, format!("    + {at}{}", shown(value, ": "))),
            Difference::Removed { at, value } => (REMOVED, format!("    - {at}{}", shown(value, ": "))),
            Difference::Changed { at, from, to } => {
                let (from, to) = (shown(from, ""), shown(to, ""));
                let change = if from.is_empty() || to.is_empty() { String::new() } else { format!(": {from} -> {to}") };
                (CHANGED, format!("    ~ {at}{change}"))
            }
            Difference::Reordered { at } => (CHANGED, format!("    ~ {at}: in another order")),
        };
        let line = console.painted(style, line);
        console.say(line);
    }
}

/// A value that fits into a line, after `before`.
fn shown(value: &Value, before: &str) -> String {
    let text = value.to_string();
    if text.chars().count() > MAX_SHOWN { String::new() } else { format!("{before}{text}") }
}

/// Prints the unified diff of the texts.
pub(super) fn print_diff(console: &mut Console<'_>, old: &str, new: &str, header: (&str, &str)) {
    let diff = TextDiff::from_lines(old, new);
    let (from, to) = header;
    let lines = [(REMOVED, format!("    --- {from}")), (ADDED, format!("    +++ {to}"))];
    for (style, line) in lines {
        let line = console.painted(style, line);
        console.say(line);
    }
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        let header = console.painted(QUIET, format_args!("    {}", hunk.header()));
        console.say(header);
        for change in hunk.iter_changes() {
            let text = change.value();
            let line = text.strip_suffix('\n').unwrap_or(text);
            let line = line.strip_suffix('\r').unwrap_or(line);
            let line = match change.tag() {
                ChangeTag::Delete => console.painted(REMOVED, format_args!("    -{line}")),
                ChangeTag::Insert => console.painted(ADDED, format_args!("    +{line}")),
                ChangeTag::Equal => format!("     {line}").trim_end().to_owned(),
            };
            console.say(line);
            if change.missing_newline() {
                console.say("    \\ no line break at the end of the file");
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
