//! `infra/permissions.md`: what each role of the template may do, so that a change of it is seen in a review.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use super::template::{functions, members, template};

/// What may be done to what, and under which condition.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Right {
    resource: String,
    action: String,
    condition: String,
}

fn list(value: &Value) -> Vec<&Value> {
    value.as_array().map_or_else(|| vec![value], |list| list.iter().collect())
}

/// A resource in short: `CoreTable.Arn` -> `CoreTable`, `${CoreTable.Arn}/index/work` -> `CoreTable/index/work`.
fn short(resource: &Value) -> String {
    // `!Sub` with variables of its own is a list: the text and the variables.
    let text = resource.as_str().or_else(|| resource[0].as_str()).unwrap_or_default();
    let text = text.replace("arn:${AWS::Partition}:", "").replace(":${AWS::Region}:${AWS::AccountId}:", ":");
    let text = text.replace("${", "").replace('}', "").replace(".Arn", "");
    if text == "*" { "everything".to_owned() } else { text }
}

/// The rights of every role, by who has the role.
fn rights(template: &Value) -> BTreeMap<String, BTreeSet<Right>> {
    let in_template = functions(template);
    let mut rights = BTreeMap::new();
    for (role, resource) in members(&template["Resources"]).filter(|(_, it)| it["Type"] == "AWS::IAM::Role") {
        let of_function = in_template.iter().find(|(_, function)| function["is"]["Role"] == format!("{role}.Arn"));
        let holder = of_function.map_or_else(|| role.clone(), |(name, _)| name.clone());
        let mut held = BTreeSet::new();
        assert!(resource["Properties"]["ManagedPolicyArns"].is_null(), "{role}: policies that others change");
        for policy in list(&resource["Properties"]["Policies"]) {
            for statement in list(&policy["PolicyDocument"]["Statement"]) {
                assert_eq!(statement["Effect"], "Allow", "{role}");
                let condition = statement["Condition"].as_object().map(|it| Value::Object(it.clone()).to_string());
                for resource in list(&statement["Resource"]) {
                    for action in list(&statement["Action"]) {
                        held.insert(Right {
                            resource: short(resource),
                            action: action.as_str().unwrap_or_default().to_owned(),
                            condition: condition.clone().unwrap_or_default(),
                        });
                    }
                }
            }
        }
        rights.insert(holder, held);
    }
    rights
}

/// The page: a row for each right, a column for each role.
fn page(rights: &BTreeMap<String, BTreeSet<Right>>) -> String {
    let mut page = "# What each function may do\n\n\
        The rights of every role in [template.yaml](template.yaml), made by\n\
        `UPDATE_PERMISSIONS=1 cargo test -p keepwell-tests permissions`. A function that is not named in a row is refused.\n\
        A transaction needs the right to each of its writes. `everything`: AWS knows no resource for that action.\n\n"
        .to_owned();
    let all: BTreeSet<&Right> = rights.values().flatten().collect();
    page.push_str("| on | action | who | only when |\n|---|---|---|---|\n");
    for right in all {
        let holders: Vec<&str> =
            rights.iter().filter(|(_, held)| held.contains(right)).map(|(holder, _)| holder.as_str()).collect();
        let condition = if right.condition.is_empty() { String::new() } else { format!("`{}`", right.condition) };
        let _ = writeln!(page, "| {} | {} | {} | {condition} |", right.resource, right.action, holders.join(", "));
    }
    page
}

#[test]
fn the_page_of_permissions_says_what_the_template_allows() {
    let page = page(&rights(&template()));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../infra/permissions.md");
    if std::env::var_os("UPDATE_PERMISSIONS").is_some() {
        std::fs::write(&path, &page).expect("the page can be written");
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        published == page,
        "look at the change and run `UPDATE_PERMISSIONS=1 cargo test -p keepwell-tests permissions`"
    );
}

#[test]
fn no_role_may_do_more_than_named_actions_on_named_things() {
    let template = template();
    // AWS knows no resource for these.
    let on_everything =
        ["dynamodb:ListStreams", "ses:GetSendQuota", "xray:PutTelemetryRecords", "xray:PutTraceSegments"];
    for (holder, held) in rights(&template) {
        for right in held {
            let what = format!("{holder}: {} on {}", right.action, right.resource);
            assert!(!right.action.contains('*') && right.action.contains(':'), "{what}");
            assert!(!right.action.contains("Scan") && !right.action.contains("DeleteTable"), "{what}");
            assert!(right.resource != "everything" || on_everything.contains(&right.action.as_str()), "{what}");
            let mails = right.action.starts_with("ses:Send");
            assert_eq!(right.condition.contains("ses:FromAddress"), mails, "{what}");
        }
    }
    for (name, function) in functions(&template) {
        assert!(function["is"]["Policies"].is_null(), "{name}: SAM's policy templates include Scan and DeleteItem");
    }
}
