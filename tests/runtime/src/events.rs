//! For each function an event of the kind it is there for, fresh each time, and how its answer must be.

use chrono::{SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::Failure;
use crate::portfolio::{CUSTOMERS, Portfolio, basic, customer};

/// The functions, and what each is given to do.
pub(crate) const JOBS: [(&str, &str); 9] = [
    ("status-update", "PUT a Health Status"),
    ("signal-ingest", "POST a batch of 50 events"),
    ("feedback-request", "the hour, one customer due"),
    ("feedback-collection", "GET the form of a mail's link"),
    ("score-recompute", "10 messages, 10 customers"),
    ("automation-dispatch", "10 messages, 10 customers"),
    ("event-publisher", "10 rows of the outbox stream"),
    ("portfolio-snapshot", "the quarter of an hour, 100 customers"),
    ("console-api", "GET a list of 50 customers"),
];

/// An event, and what makes its answer right.
pub(crate) struct Event {
    pub(crate) payload: Value,
    right: Box<dyn Fn(&Value) -> bool + Send>,
}

impl Event {
    fn new(payload: Value, right: impl Fn(&Value) -> bool + Send + 'static) -> Self {
        Self { payload, right: Box::new(right) }
    }

    /// The answer, if it is right.
    pub(crate) fn check(&self, function: &str, answer: &Result<Value, Value>) -> Result<(), Failure> {
        match answer {
            Ok(answer) if (self.right)(answer) => Ok(()),
            other => Err(Failure::WrongAnswer { function: function.to_owned(), answer: format!("{other:?}") }),
        }
    }
}

/// Makes events that are different each time.
#[derive(Default)]
pub(crate) struct Events {
    made: usize,
}

impl Events {
    /// The next event for a function, with whatever it needs in the tables.
    pub(crate) async fn next(&mut self, portfolio: &Portfolio, function: &str) -> Result<Event, Failure> {
        self.made += 1;
        let number = self.made;
        Ok(match function {
            "status-update" => set_status(portfolio, number).await,
            "signal-ingest" => tracked(portfolio, number),
            "feedback-request" => {
                portfolio.due_customer(&format!("due{number}")).await;
                scheduled("hourly")
            }
            "feedback-collection" => form(portfolio),
            "score-recompute" => queued(number, "customer.changed.v1", &json!({})),
            "automation-dispatch" => {
                queued(number, "health_status.changed.v1", &json!({ "from": null, "to": "struggling" }))
            }
            "event-publisher" => streamed(portfolio, number).await?,
            "portfolio-snapshot" => scheduled("snapshot"),
            _ => list(),
        })
    }

    /// An event at which the function has nothing to do: an unknown path, or a schedule that it does not have.
    pub(crate) fn nothing(function: &str) -> Value {
        match function {
            "status-update" | "signal-ingest" | "feedback-collection" | "portfolio-snapshot" | "console-api" => {
                http("GET", "/v1/nowhere", "", &Value::Null)
            }
            _ => json!({ "schedule": "nothing" }),
        }
    }
}

async fn set_status(portfolio: &Portfolio, number: usize) -> Event {
    let id = customer(0);
    let status = if number.is_multiple_of(2) { "healthy" } else { "struggling" };
    let body = json!({ "status": status, "reason": format!("we talked, call {number}") });
    let mut event = http("PUT", &format!("/v1/customers/{id}/status"), "", &body);
    event["pathParameters"] = json!({ "id": id });
    event["headers"]["if-match"] = json!(portfolio.etag(&id).await);
    event["headers"]["idempotency-key"] = json!(format!("key-{number}"));
    Event::new(event, move |answer| {
        let body = answered(answer);
        answer["statusCode"] == 200
            && answer["headers"]["etag"].is_string()
            && body["customer"] == customer(0)
            && body["status"] == status
            && body["reason"] == format!("we talked, call {number}")
            && body["set_by"] == "csm@keepwell.example"
            && body["set_at"].is_string()
            && body["stale_from"].is_string()
    })
}

fn tracked(portfolio: &Portfolio, number: usize) -> Event {
    let calls: Vec<Value> = (0..50)
        .map(|call| {
            json!({ "type": "track", "event": "Report Opened", "userId": format!("u{}", call % 7),
                "messageId": format!("m-{number}-{call}"), "timestamp": now(),
                "context": { "groupId": customer(call % 8), "library": { "name": "analytics-node", "version": "2.1.0" } },
                "properties": { "report": "churn", "rows": call } })
        })
        .collect();
    let mut event = http("POST", "/v1/batch", "", &json!({ "batch": calls, "sentAt": now() }));
    event["headers"]["authorization"] = json!(basic(&portfolio.write_key));
    event["requestContext"].as_object_mut().map(|context| context.remove("authorizer"));
    Event::new(event, |answer| answer["statusCode"] == 200 && answered(answer)["accepted"] == 50)
}

fn form(portfolio: &Portfolio) -> Event {
    let (path, query) = portfolio.feedback_link.split_once('?').unwrap_or((&portfolio.feedback_link, ""));
    let mut event = http("GET", path, query, &Value::Null);
    event["requestContext"].as_object_mut().map(|context| context.remove("authorizer"));
    Event::new(event, |answer| {
        answer["statusCode"] == 200 && answer["body"].as_str().is_some_and(|page| page.contains("name=\"nonce\""))
    })
}

fn list() -> Event {
    Event::new(http("GET", "/v1/customers", "limit=50", &Value::Null), |answer| {
        answer["statusCode"] == 200 && answered(answer)["items"].as_array().is_some_and(|items| items.len() == 50)
    })
}

fn scheduled(name: &str) -> Event {
    Event::new(json!({ "schedule": name }), |answer| *answer == json!({}))
}

/// Ten messages about ten customers, as an `EventBridge` rule puts them into a queue.
fn queued(number: usize, kind: &str, data: &Value) -> Event {
    let sample: Value = sample(include_str!("../../samples/lambda/sqs.json"));
    let records: Vec<Value> = (0..10)
        .map(|message| {
            let detail = json!({ "event_id": format!("evt_{number}_{message}"), "aggregate_version": 1000 + number,
                "customer_id": customer(number * 10 + message), "occurred_at": now(), "causation_id": null,
                "correlation_id": format!("cor_{number}"), "hop": 0, "type": kind, "data": data });
            let envelope = json!({ "version": "0", "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "detail-type": kind,
                "source": "keepwell", "account": "123456789012", "time": now(), "region": "eu-central-1",
                "resources": [], "detail": detail });
            let mut record = sample["Records"][0].clone();
            record["messageId"] = json!(format!("{number:08}-b464-4a42-8622-{message:012}"));
            record["body"] = json!(envelope.to_string());
            record
        })
        .collect();
    Event::new(json!({ "Records": records }), |answer| *answer == json!({ "batchItemFailures": [] }))
}

/// Ten rows that are really in the outbox.
async fn streamed(portfolio: &Portfolio, number: usize) -> Result<Event, Failure> {
    let mut rows = portfolio.outbox_rows().await?;
    if rows.len() < 10 {
        for one in 0..CUSTOMERS {
            let (id, seats) = (customer(one), 10 + number);
            let path = format!("/v1/customers/{id}");
            let change = portfolio.world.change(http::Method::PATCH, &path, &path, json!({ "seats": seats }));
            change.await.expect_status(200);
        }
        rows = portfolio.outbox_rows().await?;
    }
    let sample = sample(include_str!("../../samples/lambda/dynamodb-stream.json"));
    let records: Vec<Value> = rows
        .into_iter()
        .enumerate()
        .map(|(place, row)| {
            let mut record = sample["Records"][0].clone();
            record["dynamodb"]["Keys"] = json!({ "pk": row["pk"], "sk": row["sk"] });
            record["dynamodb"]["NewImage"] = row;
            record["dynamodb"]["SequenceNumber"] = json!(format!("4421584500000000017450{place:02}"));
            record
        })
        .collect();
    if records.len() < 10 {
        return Err(Failure::Wrong(format!("only {} rows are in the outbox", records.len())));
    }
    Ok(Event::new(json!({ "Records": records }), |answer| *answer == json!({ "batchItemFailures": [] })))
}

/// A call as API Gateway hands it over, by a CSM.
fn http(method: &str, path: &str, query: &str, body: &Value) -> Value {
    let mut event = sample(include_str!("../../samples/lambda/http-put-status-cognito.json"));
    event["rawPath"] = json!(path);
    event["rawQueryString"] = json!(query);
    event["routeKey"] = json!(format!("{method} {path}"));
    event["requestContext"]["routeKey"] = event["routeKey"].clone();
    event["requestContext"]["http"]["method"] = json!(method);
    event["requestContext"]["http"]["path"] = json!(path);
    if let Some(fields) = event.as_object_mut() {
        fields.remove("pathParameters");
        fields.remove("body");
    }
    if let Some(headers) = event["headers"].as_object_mut() {
        headers.remove("if-match");
        headers.remove("idempotency-key");
    }
    if !body.is_null() {
        event["body"] = json!(body.to_string());
    }
    event
}

/// The JSON body of an HTTP answer.
fn answered(answer: &Value) -> Value {
    answer["body"].as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

fn sample(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true)
}
