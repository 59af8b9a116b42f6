//! What the template must say so that a message is not lost, and a mistake does not run away: queues, rules, stream, schedules,
//! limits, logs.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::template::{events, functions, members, template, texts};

/// The resource behind a reference such as `MailEventsQueue.Arn`.
fn resource<'a>(template: &'a Value, reference: &Value) -> &'a Value {
    let name = reference.as_str().and_then(|text| text.strip_suffix(".Arn")).unwrap_or_default();
    let properties = &template["Resources"][name]["Properties"];
    assert!(properties.is_object(), "{reference} is no resource");
    properties
}

fn seconds(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no number of seconds"))
}

#[test]
fn a_queue_gives_its_function_time_for_six_tries_at_once_and_keeps_what_failed_five_times() {
    let template = template();
    for (name, function) in functions(&template) {
        for source in events(&function, "SQS") {
            let queue = resource(&template, &source["Queue"]);
            assert_eq!(seconds(&queue["VisibilityTimeout"]), 6 * seconds(&function["is"]["Timeout"]), "{name}");
            assert_eq!(queue["RedrivePolicy"]["maxReceiveCount"], 5, "{name}");
            let dead = resource(&template, &queue["RedrivePolicy"]["deadLetterTargetArn"]);
            // A message that is moved keeps its age.
            assert!(
                seconds(&dead["MessageRetentionPeriod"]) > seconds(&queue["MessageRetentionPeriod"]),
                "{name}: what is put aside late would be gone at once"
            );
            assert_eq!(texts(&source["FunctionResponseTypes"]), texts(&json!("ReportBatchItemFailures")), "{name}");
            // Without it the poller takes more than the function may handle, and good messages are received too often.
            let most = source["ScalingConfig"]["MaximumConcurrency"].as_u64();
            assert!(most.is_some_and(|most| (2..=10).contains(&most)), "{name}: {most:?}");
        }
    }
}

#[test]
fn every_queue_is_encrypted_and_says_how_long_it_keeps() {
    for (name, resource) in members(&template()["Resources"]).filter(|(_, it)| it["Type"] == "AWS::SQS::Queue") {
        assert_eq!(resource["Properties"]["SqsManagedSseEnabled"], true, "{name}");
        assert!(resource["Properties"]["MessageRetentionPeriod"].is_u64(), "{name}");
    }
}

#[test]
fn a_rule_brings_events_to_queues_alone_and_keeps_what_it_cannot_bring() {
    let template = template();
    for (name, rule) in members(&template["Resources"]).filter(|(_, it)| it["Type"] == "AWS::Events::Rule") {
        for target in rule["Properties"]["Targets"].as_array().into_iter().flatten() {
            let queue = target["Arn"].as_str().and_then(|arn| arn.strip_suffix(".Arn")).unwrap_or_default();
            assert_eq!(template["Resources"][queue]["Type"], "AWS::SQS::Queue", "{name}");
            assert_eq!(target["DeadLetterConfig"]["Arn"], "UndeliveredEvents.Arn", "{name}");
            // What EventBridge does by itself, written down: a day.
            assert_eq!(
                target["RetryPolicy"],
                json!({ "MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185 })
            );
            for queue in [queue, "UndeliveredEvents"] {
                assert!(may_send(&template, queue, &format!("{name}.Arn")), "{name} may not send to {queue}");
            }
        }
    }
}

/// Whether `EventBridge` may put into the queue what this rule brings, and nobody else anything.
fn may_send(template: &Value, queue: &str, rule: &str) -> bool {
    let policies = members(&template["Resources"]).filter(|(_, it)| {
        it["Type"] == "AWS::SQS::QueuePolicy" && texts(&it["Properties"]["Queues"]) == texts(&json!(queue))
    });
    let statements: Vec<&Value> = policies
        .flat_map(|(_, it)| it["Properties"]["PolicyDocument"]["Statement"].as_array().into_iter().flatten())
        .collect();
    assert_eq!(statements.len(), 1, "{queue}");
    let statement = statements[0];
    statement["Principal"] == json!({ "Service": "events.amazonaws.com" })
        && statement["Action"] == "sqs:SendMessage"
        && texts(&statement["Condition"]["ArnEquals"]["aws:SourceArn"]).contains(rule)
}

#[test]
fn the_outbox_stream_is_retried_from_the_failed_row_and_kept_apart_when_given_up() {
    let template = template();
    let mut streams = 0;
    for (name, function) in functions(&template) {
        for stream in events(&function, "DynamoDB") {
            streams += 1;
            assert_eq!(stream["Stream"], "OutboxTable.StreamArn", "{name}");
            assert_eq!(texts(&stream["FunctionResponseTypes"]), texts(&json!("ReportBatchItemFailures")));
            assert_eq!(stream["BisectBatchOnFunctionError"], true);
            // Where nothing is said Lambda tries for a day, and one bad record stops its shard.
            assert_eq!(stream["MaximumRetryAttempts"], 8);
            assert_eq!(stream["MaximumRecordAgeInSeconds"], 3600);
            assert_eq!(stream["DestinationConfig"]["OnFailure"]["Type"], "S3", "only S3 gets the whole record");
            assert_eq!(stream["FilterCriteria"]["Filters"][0]["Pattern"], r#"{"eventName":["INSERT"]}"#);
        }
    }
    assert_eq!(streams, 1);
}

#[test]
fn a_schedule_whose_function_fails_is_kept() {
    for (name, function) in functions(&template()) {
        let scheduled = events(&function, "ScheduleV2");
        for schedule in &scheduled {
            assert_eq!(schedule["DeadLetterConfig"]["Arn"], "FailedSchedules.Arn", "{name}");
        }
        // The schedule hands over to Lambda's own queue: what fails behind it is for the function to keep.
        let kept = &function["is"]["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Destination"];
        assert_eq!(kept.as_str(), (!scheduled.is_empty()).then_some("FailedSchedules.Arn"), "{name}");
    }
}

#[test]
fn each_class_of_callers_has_limits_of_its_own() {
    let template = template();
    let api = &template["Resources"]["Api"]["Properties"];
    let mut limited = BTreeSet::new();
    for (name, function) in functions(&template) {
        for route in events(&function, "HttpApi") {
            let key = format!(
                "{} {}",
                route["Method"].as_str().unwrap_or_default(),
                route["Path"].as_str().unwrap_or_default()
            );
            let limits = &api["RouteSettings"][&key];
            let rate = limits["ThrottlingRateLimit"].as_u64();
            let wanted = match (route["Auth"]["Authorizer"].as_str(), name.as_str()) {
                (Some("NONE"), "signal-ingest") => Some(500),
                (Some("NONE"), _) => Some(50),
                _ => None, // people: as for the API as a whole
            };
            assert_eq!(rate, wanted, "{key}");
            assert_eq!(limits["ThrottlingBurstLimit"].as_u64(), wanted.map(|rate| 2 * rate), "{key}");
            limited.extend(wanted.map(|_| key));
        }
    }
    let named: BTreeSet<String> = members(&api["RouteSettings"]).map(|(key, _)| key.clone()).collect();
    assert_eq!(named, limited, "limits of routes that are not there");
    assert!(api["DefaultRouteSettings"]["ThrottlingRateLimit"].is_u64());
}

#[test]
fn automations_can_be_kept_from_taking_every_instance_of_the_account() {
    let template = template();
    let function = &template["Resources"]["AutomationDispatchFunction"]["Properties"];
    let reserved = texts(&function["ReservedConcurrentExecutions"]);
    assert!(reserved.contains("AutomationConcurrency"), "{reserved:?}");
    let parameter = &template["Parameters"]["AutomationConcurrency"];
    // Off: an account begins with a limit of 10, and Lambda wants 100 left for the other functions.
    assert_eq!(parameter["Default"], 0);
    // Fewer than its queue and its four schedules start at once would throttle them.
    let queue =
        function["Events"]["Queue"]["Properties"]["ScalingConfig"]["MaximumConcurrency"].as_u64().unwrap_or(u64::MAX);
    for least in
        parameter["AllowedValues"].as_array().into_iter().flatten().filter_map(Value::as_u64).filter(|it| *it > 0)
    {
        assert!(least >= queue + 4, "{least}");
    }
}

#[test]
fn every_log_ends_and_the_log_of_the_api_holds_no_path() {
    let template = template();
    for (name, group) in members(&template["Resources"]).filter(|(_, it)| it["Type"] == "AWS::Logs::LogGroup") {
        assert_eq!(group["Properties"]["RetentionInDays"], "LogRetentionDays", "{name}");
    }
    for (name, function) in functions(&template) {
        let group = function["is"]["LoggingConfig"]["LogGroup"].as_str().unwrap_or_default();
        assert_eq!(
            template["Resources"][group]["Properties"]["LogGroupName"],
            format!("/aws/lambda/${{AWS::StackName}}-{name}")
        );
    }
    let format = template["Resources"]["Api"]["Properties"]["AccessLogSettings"]["Format"].as_str().unwrap_or_default();
    let format: Value = serde_json::from_str(format).expect("the log's lines are JSON");
    assert!(format["route"] == "$context.routeKey" && !format.to_string().contains("context.path"), "{format}");
}
