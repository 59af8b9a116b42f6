//! What an operator sees: the metrics of the code are those of alarms, dashboard and docs; each alarm has its place in the runbook.

use std::collections::{BTreeMap, BTreeSet};

use keepwell_aws::function::Rate;
use keepwell_aws::telemetry::metrics::Metric;
use keepwell_tests::World;
use serde_json::{Value, json};

use super::template::{functions, members, template, texts};

/// What AWS itself measures, as far as we look at it: namespace, metric, dimensions.
const OF_AWS: &[(&str, &[&str], &str)] = &[
    ("AWS/ApiGateway", &["4xx", "5xx", "Count", "Latency"], "ApiId"),
    ("AWS/DynamoDB", &["ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"], "TableName"),
    ("AWS/Lambda", &["Errors", "Invocations", "IteratorAge", "Throttles"], "FunctionName"),
    // Of the whole account.
    ("AWS/Lambda", &["ConcurrentExecutions", "Throttles"], ""),
    ("AWS/SES", &["Reputation.BounceRate", "Reputation.ComplaintRate"], "ses:configuration-set"),
    ("AWS/SQS", &["ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"], "QueueName"),
];

/// A metric that somebody looks at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Looked {
    namespace: String,
    name: String,
    dimensions: BTreeMap<String, String>,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().trim_start_matches("${").trim_end_matches('}').to_owned()
}

fn alarms(template: &Value) -> BTreeMap<String, Value> {
    let alarms = members(&template["Resources"]).filter(|(_, resource)| resource["Type"] == "AWS::CloudWatch::Alarm");
    alarms.map(|(name, alarm)| (name.clone(), alarm["Properties"].clone())).collect()
}

/// A metric as an alarm names it.
fn named(metric: &Value) -> Looked {
    let dimensions = metric["Dimensions"].as_array().into_iter().flatten();
    Looked {
        namespace: text(&metric["Namespace"]),
        name: text(&metric["MetricName"]),
        dimensions: dimensions.map(|dimension| (text(&dimension["Name"]), text(&dimension["Value"]))).collect(),
    }
}

/// The widgets of the dashboard; names of the stack's resources stay as `${…}`.
fn widgets(template: &Value) -> Vec<Value> {
    let body = template["Resources"]["Dashboard"]["Properties"]["DashboardBody"].as_str().expect("a body");
    let body: Value = serde_json::from_str(body).expect("the dashboard's body is JSON");
    body["widgets"].as_array().cloned().expect("widgets")
}

/// What the dashboard shows: `[namespace, name, dimension, value, …, options]`.
fn looked_at_by_dashboard(template: &Value) -> Vec<Looked> {
    let widgets = widgets(template);
    let shown = widgets.iter().filter(|widget| widget["type"] == "metric");
    let metrics = shown.flat_map(|widget| widget["properties"]["metrics"].as_array().cloned().unwrap_or_default());
    let mut looked = Vec::new();
    for metric in metrics {
        if let Some(search) = metric[0]["expression"].as_str() {
            looked.push(searched(search));
            continue;
        }
        let parts: Vec<String> =
            metric.as_array().into_iter().flatten().filter(|part| part.is_string()).map(text).collect();
        let (names, dimensions) = parts.split_at(2);
        assert_eq!(dimensions.len() % 2, 0, "{metric}");
        looked.push(Looked {
            namespace: names[0].clone(),
            name: names[1].clone(),
            dimensions: dimensions.chunks(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect(),
        });
    }
    looked
}

/// `SEARCH('{"<namespace>",<dimension>,…} MetricName="<name>"', …)`: any value of the dimensions.
fn searched(expression: &str) -> Looked {
    let schema = expression.split_once("'{").and_then(|(_, rest)| rest.split_once("} ")).expect(expression);
    let mut parts = schema.0.split_inclusive(',').collect::<String>();
    parts = parts.replace('"', "").replace("${", "").replace('}', "");
    let mut parts = parts.split(',').map(str::to_owned);
    let namespace = parts.next().expect(expression);
    let name = schema.1.split('"').nth(1).expect(expression).to_owned();
    Looked { namespace, name, dimensions: parts.map(|dimension| (dimension, String::new())).collect() }
}

/// A metric is one that the code declares, in the stack's namespace with the declared dimensions, or one of AWS.
fn check(looked: &Looked, services: &BTreeSet<String>) {
    let dimensions: Vec<&str> = looked.dimensions.keys().map(String::as_str).collect();
    if looked.namespace == "AWS::StackName" {
        let metric = Metric::ALL.iter().find(|metric| metric.name() == looked.name);
        let metric = metric.unwrap_or_else(|| panic!("{looked:?} is not declared in metrics.rs"));
        assert_eq!(dimensions, metric.by().dimensions(), "{looked:?}");
        let function = looked.dimensions.get("function").filter(|function| !function.is_empty());
        assert!(function.is_none_or(|function| services.contains(function)), "{looked:?}: no such function");
        return;
    }
    let known = OF_AWS.iter().any(|(namespace, names, dimension)| {
        *namespace == looked.namespace && names.contains(&looked.name.as_str()) && dimensions.join(",") == *dimension
    });
    assert!(known, "{looked:?} is neither declared in metrics.rs nor known as a metric of AWS");
}

#[test]
fn alarms_and_dashboard_look_at_metrics_that_there_are() {
    let template = template();
    let services: BTreeSet<String> = functions(&template).into_keys().collect();
    let alarms = alarms(&template);
    let mut looked: Vec<Looked> = alarms.values().map(named).collect();
    let in_alarms = looked.len();
    looked.extend(looked_at_by_dashboard(&template));
    assert!(in_alarms > 30 && looked.len() > in_alarms + 60, "{in_alarms} {}: not all was read", looked.len());
    for metric in &looked {
        check(metric, &services);
    }
    let names: BTreeSet<&str> = looked
        .iter()
        .filter(|looked| looked.namespace == "AWS::StackName")
        .map(|looked| looked.name.as_str())
        .collect();
    let declared: BTreeSet<&str> = Metric::ALL.iter().map(|metric| metric.name()).collect();
    assert_eq!(names, declared, "nobody looks at what is declared");
}

#[tokio::test]
async fn whoever_counts_is_whom_the_alarms_look_at() {
    // Of the metrics that are told apart by schedule, each schedule of the code is one.
    let world = World::new().await;
    let template = template();
    let mut declared = BTreeMap::new();
    for function in world.system.functions() {
        for schedule in &function.schedules {
            declared.insert((function.name.to_owned(), schedule.name.to_owned()), schedule.rate);
        }
    }
    let mut watched = BTreeSet::new();
    for (name, alarm) in alarms(&template) {
        if alarm["MetricName"] != "ScheduleRan" {
            continue;
        }
        let looked = named(&alarm);
        let of = (looked.dimensions["function"].clone(), looked.dimensions["schedule"].clone());
        let rate = declared.get(&of).unwrap_or_else(|| panic!("{name}: no schedule {of:?}"));
        let number = |field: &str| alarm[field].as_u64().expect(field);
        let silence = number("Period") * number("EvaluationPeriods");
        let every = match rate {
            Rate::FiveMinutes => 300,
            Rate::QuarterHourly => 900,
            Rate::Hourly => 3_600,
            Rate::Nightly => 86_400,
        };
        assert!(silence > every && silence <= 6 * every.max(300), "{name}: silent for {silence} s of {every}");
        // CloudWatch: one day for periods below an hour, seven days above.
        assert!(silence <= if number("Period") < 3_600 { 86_400 } else { 604_800 }, "{name}");
        assert_eq!(alarm["TreatMissingData"], "breaching", "{name}: silence must be the alarm");
        assert_eq!(
            (number("Threshold"), alarm["ComparisonOperator"].as_str()),
            (1, Some("LessThanThreshold")),
            "{name}"
        );
        assert!(watched.insert(of), "{name}: watched twice");
    }
    assert_eq!(watched, declared.into_keys().collect(), "a schedule without a heartbeat alarm");
}

#[test]
fn each_function_queue_and_stream_has_its_alarms() {
    let template = template();
    let looked: BTreeSet<Looked> = alarms(&template).values().map(named).collect();
    let has = |name: &str, dimension: &str, value: &str| {
        let found = looked
            .iter()
            .any(|looked| looked.name == name && looked.dimensions.get(dimension).map(String::as_str) == Some(value));
        assert!(found, "no alarm on {name} of {value}");
    };
    for function in functions(&template).values() {
        let logical = text(&function["logical"]);
        has("Errors", "FunctionName", &logical);
        if members(&function["is"]["Events"]).any(|(_, event)| event["Type"] == "DynamoDB") {
            has("IteratorAge", "FunctionName", &logical);
        }
    }
    let queues = members(&template["Resources"]).filter(|(_, resource)| resource["Type"] == "AWS::SQS::Queue");
    for (name, queue) in queues {
        let value = format!("{name}.QueueName");
        // A queue without dead letters of its own is one for dead letters.
        let is_dead_letters = queue["Properties"]["RedrivePolicy"].is_null();
        has(
            if is_dead_letters { "ApproximateNumberOfMessagesVisible" } else { "ApproximateAgeOfOldestMessage" },
            "QueueName",
            &value,
        );
    }
}

/// GitHub's anchor of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c))
        .collect::<String>();
    kept.replace(' ', "-")
}

#[test]
fn each_alarm_has_its_place_in_the_runbook_and_each_place_its_alarms() {
    let runbook = include_str!("../../../docs/runbook.md");
    // Anchor -> the alarms that the place names, in a line that begins with `Alarms:`.
    let mut places: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut here = String::new();
    for line in runbook.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            here = anchor(heading);
            assert!(places.insert(here.clone(), BTreeSet::new()).is_none(), "two places {heading:?}");
        } else if let Some(names) = line.strip_prefix("Alarms: ") {
            let names = names.split('`').skip(1).step_by(2).map(str::to_owned);
            places.get_mut(&here).expect("alarms under a heading").extend(names);
        }
    }
    let mut described: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, alarm) in alarms(&template()) {
        let description = text(&alarm["AlarmDescription"]);
        let (what, place) =
            description.split_once(" What to do - docs/runbook.md#").unwrap_or_else(|| panic!("{name}: {description}"));
        assert!(what.ends_with('.'), "{name}: {what}");
        assert!(places.contains_key(place), "{name}: the runbook has no #{place}");
        assert_eq!(texts(&alarm["AlarmActions"]), texts(&json!("AlarmTopic")), "{name} tells nobody");
        described.entry(place.to_owned()).or_default().insert(name);
    }
    places.retain(|_, alarms| !alarms.is_empty());
    assert_eq!(places, described);
}

#[test]
fn the_docs_list_every_metric() {
    let page = include_str!("../../../docs/observability.md");
    let listed: Vec<&str> =
        page.lines().skip_while(|line| *line != "## Metrics").filter(|line| line.starts_with("| `")).collect();
    let declared: Vec<String> = Metric::ALL
        .iter()
        .map(|metric| {
            let by: Vec<String> = metric.by().dimensions().iter().map(|name| format!("`{name}`")).collect();
            let by = by.join(", ");
            format!("| `{}` | {} | {by} | {} |", metric.name(), metric.unit().as_str(), metric.meaning())
        })
        .collect();
    assert_eq!(listed, declared, "docs/observability.md must say:\n{}", declared.join("\n"));
}

#[test]
fn the_functions_are_traced_and_know_the_namespace_of_their_metrics() {
    let template = template();
    let globals = &template["Globals"]["Function"];
    assert_eq!(globals["Tracing"], "Active");
    assert_eq!(globals["Environment"]["Variables"]["METRICS_NAMESPACE"], "AWS::StackName");
    for (name, function) in functions(&template) {
        let role = text(&function["is"]["Role"]);
        let role = &template["Resources"][role.trim_end_matches(".Arn")];
        let may_trace = role.to_string().contains("xray:PutTraceSegments");
        assert!(may_trace, "{name}: Lambda refuses a traced function whose role may not write traces");
    }
}
