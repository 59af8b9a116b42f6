//! `infra/template.yaml` says of every function what the code says: routes, events, schedules; and of every table its keys.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::KeySchemaElement;
use keepwell_aws::function::{Function, Rate};
use keepwell_aws::http::Role;
use keepwell_aws::http::routes::Access;
use keepwell_aws::schedules;
use keepwell_local::cloud::s3::KEPT_DAYS;
use keepwell_tests::World;
use serde_json::{Value, json};

/// The template; `!Ref X` reads as `"X"` and `!GetAtt X.Arn` as `"X.Arn"`.
pub(super) fn template() -> Value {
    let text = include_str!("../../../infra/template.yaml");
    serde_saphyr::from_str(text).expect("the template is YAML")
}

pub(super) fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

pub(super) fn texts(value: &Value) -> BTreeSet<String> {
    match value {
        Value::String(text) => BTreeSet::from([text.clone()]),
        list => list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
    }
}

/// Name -> resource of every function in the template.
pub(super) fn functions(template: &Value) -> BTreeMap<String, Value> {
    let functions =
        members(&template["Resources"]).filter(|(_, resource)| resource["Type"] == "AWS::Serverless::Function");
    let named = functions.map(|(logical, resource)| {
        let name = resource["Properties"]["FunctionName"].as_str().expect("a name");
        (
            name.trim_start_matches("${AWS::StackName}-").to_owned(),
            json!({ "logical": logical, "is": resource["Properties"] }),
        )
    });
    named.collect()
}

/// The events of one kind that reach a function, by the template.
pub(super) fn events<'a>(function: &'a Value, kind: &str) -> Vec<&'a Value> {
    let of_kind = members(&function["is"]["Events"]).filter(|(_, event)| event["Type"] == kind);
    of_kind.map(|(_, event)| &event["Properties"]).collect()
}

/// Calls `check` with every function of the code and its part of the template.
async fn for_each_function(check: impl Fn(&Function, &Value)) {
    let world = World::new().await;
    let template = template();
    let in_template = functions(&template);
    let in_code: BTreeSet<&str> = world.system.functions().iter().map(|function| function.name).collect();
    assert_eq!(in_code, in_template.keys().map(String::as_str).collect());
    for function in world.system.functions() {
        check(function, &in_template[function.name]);
    }
}

#[tokio::test]
async fn the_template_routes_what_the_code_answers_and_asks_for_the_same_role() {
    for_each_function(|function, in_template| {
        let declared: BTreeSet<(String, String, String)> = function
            .routes
            .declared()
            .iter()
            .map(|route| {
                let access = match route.access {
                    // A write key is checked by the function: the authorizer knows only tokens.
                    // One authorizer for a route: files are sent by people, arrays by machines.
                    Access::MachineOrPeople(_) if route.path.starts_with("/v1/imports/") => "keepwell/write",
                    Access::Public | Access::Link | Access::Machine | Access::MachineOrPeople(_) => "NONE",
                    Access::People(Role::Viewer) => "keepwell/read",
                    Access::People(Role::Csm) => "keepwell/write",
                    Access::People(Role::Admin) => "keepwell/admin",
                };
                (route.method.to_string(), route.path.to_owned(), access.to_owned())
            })
            .collect();
        let mut routed = BTreeSet::new();
        for route in events(in_template, "HttpApi") {
            let text = |name: &str| route[name].as_str().unwrap_or_default().to_owned();
            let auth = &route["Auth"];
            let access = match auth["Authorizer"].as_str() {
                Some("NONE") => "NONE".to_owned(),
                Some("People") => texts(&auth["AuthorizationScopes"]).into_iter().collect::<Vec<_>>().join(" "),
                _ => "nothing said".to_owned(),
            };
            assert_eq!(route["ApiId"], "Api", "{}: {route}", function.name);
            routed.insert((text("Method"), text("Path"), access));
        }
        // axum answers HEAD where it answers GET; API Gateway needs to be told.
        let is_head_of_get = |(method, path, access): &(String, String, String)| {
            method == "HEAD" && declared.contains(&("GET".to_owned(), path.clone(), access.clone()))
        };
        routed.retain(|route| !is_head_of_get(route));
        assert_eq!(routed, declared, "{}", function.name);
    })
    .await;
}

#[tokio::test]
async fn each_public_page_answers_head_too() {
    for_each_function(|function, in_template| {
        let routed: BTreeSet<(&str, &str)> = events(in_template, "HttpApi")
            .into_iter()
            .map(|route| (route["Method"].as_str().unwrap_or_default(), route["Path"].as_str().unwrap_or_default()))
            .collect();
        for route in
            function.routes.declared().iter().filter(|route| route.access == Access::Link && route.method == "GET")
        {
            assert!(routed.contains(&("HEAD", route.path)), "{}: HEAD {}", function.name, route.path);
        }
    })
    .await;
}

#[tokio::test]
async fn the_rules_bring_each_function_the_events_that_it_subscribes_to() {
    let template = template();
    for_each_function(|function, in_template| {
        let mut heard = BTreeSet::new();
        for queue in events(in_template, "SQS") {
            assert_eq!(
                texts(&queue["FunctionResponseTypes"]),
                texts(&json!("ReportBatchItemFailures")),
                "{}",
                function.name
            );
            let arn = &queue["Queue"];
            let rules = members(&template["Resources"]).filter(|(_, resource)| {
                resource["Type"] == "AWS::Events::Rule"
                    && resource["Properties"]["Targets"]
                        .as_array()
                        .is_some_and(|targets| targets.iter().any(|target| target["Arn"] == *arn))
            });
            for (name, rule) in rules {
                let pattern = &rule["Properties"]["EventPattern"];
                for source in texts(&pattern["source"]) {
                    // SES reaches the account's default bus only.
                    let bus = rule["Properties"]["EventBusName"].as_str();
                    assert_eq!(bus, (source == "keepwell").then_some("Bus"), "{name}");
                    heard.extend(
                        texts(&pattern["detail-type"]).into_iter().map(|detail_type| (source.clone(), detail_type)),
                    );
                }
            }
        }
        let wanted: BTreeSet<(String, String)> = function
            .subscription
            .iter()
            .flat_map(|subscription| {
                subscription.detail_types.iter().map(|name| (subscription.source.to_owned(), (*name).to_owned()))
            })
            .collect();
        assert_eq!(heard, wanted, "{}", function.name);
        assert_eq!(
            events(in_template, "DynamoDB").len(),
            usize::from(function.outbox.is_some()),
            "{}: stream",
            function.name
        );
    })
    .await;
}

#[tokio::test]
async fn the_schedules_run_what_the_code_names_when_the_code_says() {
    let template = template();
    let may_start = texts(
        &template["Resources"]["ScheduleRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0]["Resource"],
    );
    for_each_function(|function, in_template| {
        let declared: BTreeSet<(String, String)> = function
            .schedules
            .iter()
            .map(|schedule| (schedule.name.to_owned(), rate(schedule.rate).to_owned()))
            .collect();
        let scheduled: BTreeSet<(String, String)> = events(in_template, "ScheduleV2")
            .into_iter()
            .map(|schedule| {
                let input: Value = serde_json::from_str(schedule["Input"].as_str().unwrap_or_default()).expect("JSON");
                assert_eq!(schedule["ScheduleExpressionTimezone"], "UTC", "{}", function.name);
                assert_eq!(schedule["RoleArn"], "ScheduleRole.Arn", "{}", function.name);
                assert_eq!(schedule["DeadLetterConfig"]["Arn"], "FailedSchedules.Arn", "{}", function.name);
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                (text(&input["schedule"]), text(&schedule["ScheduleExpression"]))
            })
            .collect();
        assert_eq!(scheduled, declared, "{}", function.name);
        let arn = format!("{}.Arn", in_template["logical"].as_str().unwrap_or_default());
        assert_eq!(may_start.contains(&arn), !function.schedules.is_empty(), "{}: the schedules' role", function.name);
    })
    .await;
}

#[tokio::test]
async fn the_list_of_all_schedules_has_each_functions_own() {
    let world = World::new().await;
    let listed: BTreeSet<(&str, &str, &str)> =
        schedules::ALL.iter().map(|it| (it.function, it.schedule, rate(it.rate))).collect();
    let declared: BTreeSet<(&str, &str, &str)> = world
        .system
        .functions()
        .iter()
        .flat_map(|function| function.schedules.iter().map(|it| (function.name, it.name, rate(it.rate))))
        .collect();
    assert_eq!((listed.len(), listed), (schedules::ALL.len(), declared));
}

fn rate(rate: Rate) -> &'static str {
    match rate {
        Rate::FiveMinutes => "rate(5 minutes)",
        Rate::QuarterHourly => "rate(15 minutes)",
        Rate::Hourly => "cron(0 * * * ? *)",
        Rate::Nightly => "cron(0 2 * * ? *)",
    }
}

fn keys_in_code(schema: &[KeySchemaElement]) -> Value {
    schema
        .iter()
        .map(|key| json!({ "AttributeName": key.attribute_name(), "KeyType": key.key_type().as_str() }))
        .collect()
}

fn sorted(list: &Value, by: &str) -> Vec<Value> {
    let mut list = list.as_array().cloned().unwrap_or_default();
    list.sort_by_key(|item| item[by].to_string());
    list
}

#[tokio::test]
async fn the_tables_have_the_same_keys_and_indexes() {
    let world = World::new().await;
    let client = aws_sdk_dynamodb::Client::new(&world.system.local().sdk_config());
    let template = template();
    for (table, logical) in
        [("core", "CoreTable"), ("outbox", "OutboxTable"), ("dedupe", "DedupeTable"), ("usage", "UsageTable")]
    {
        let in_template = &template["Resources"][logical]["Properties"];
        let answer =
            client.describe_table().table_name(format!("keepwell-{table}")).send().await.expect("the table is there");
        let in_code = answer.table().expect("a description");
        assert_eq!(in_template["KeySchema"], keys_in_code(in_code.key_schema()), "{table}");
        let attributes: Value = in_code
            .attribute_definitions()
            .iter()
            .map(|it| json!({ "AttributeName": it.attribute_name(), "AttributeType": it.attribute_type().as_str() }))
            .collect();
        assert_eq!(
            sorted(&in_template["AttributeDefinitions"], "AttributeName"),
            sorted(&attributes, "AttributeName"),
            "{table}"
        );
        let indexes: Value = in_code.global_secondary_indexes().iter()
            .map(|it| json!({ "IndexName": it.index_name(), "KeySchema": keys_in_code(it.key_schema()), "Projection": { "ProjectionType": "ALL" } })).collect();
        assert_eq!(
            sorted(&in_template["GlobalSecondaryIndexes"], "IndexName"),
            sorted(&indexes, "IndexName"),
            "{table}"
        );
        assert_eq!(
            in_template["TimeToLiveSpecification"],
            json!({ "AttributeName": "ttl", "Enabled": true }),
            "{table}"
        );
        assert_eq!(in_template["BillingMode"], "PAY_PER_REQUEST", "{table}");
        assert_eq!(in_template["DeletionProtectionEnabled"], true, "{table}");
        assert_eq!(in_template["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true, "{table}");
        for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
            assert_eq!(template["Resources"][logical][policy], "Retain", "{table}");
        }
        let stream = (table == "outbox").then_some("NEW_IMAGE");
        assert_eq!(in_template["StreamSpecification"]["StreamViewType"].as_str(), stream, "{table}");
    }
}

#[test]
fn snapshots_go_after_as_many_days_as_locally() {
    let bucket = &template()["Resources"]["Snapshots"]["Properties"];
    let rules = bucket["LifecycleConfiguration"]["Rules"].as_array().unwrap();
    let rules: Vec<(&str, i64)> = rules
        .iter()
        .map(|rule| (rule["Prefix"].as_str().unwrap(), rule["ExpirationInDays"].as_i64().unwrap()))
        .collect();
    assert_eq!(rules, KEPT_DAYS);
}
