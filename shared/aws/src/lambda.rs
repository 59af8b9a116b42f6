//! Serves one function under the Lambda runtime: HTTP, queue, outbox stream and schedule events by their shape.

use std::sync::Arc;

use aws_lambda_events::dynamodb::EventRecord;
use aws_lambda_events::sqs::SqsMessage;
use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use keepwell_domain::event::Event;
use lambda_http::request::{LambdaRequest, RequestContext};
use lambda_runtime::tower::Service;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::function::Function;
use crate::http::Claims;
use crate::http::routes::finish;
use crate::store::StoreError;
use crate::telemetry;
use crate::telemetry::invocation;
use crate::telemetry::metrics::Sink;

/// Builds the function from the environment and serves it until the runtime stops the process.
///
/// The first cheap `DynamoDB` call happens here, before the first event: init has full CPU, the first event has not.
pub async fn run(build: fn(&Cloud) -> Function) -> Result<(), Error> {
    let cloud = Cloud::from_env()?;
    let function = build(&cloud).metrics_to(&cloud.deployment.metrics_namespace, Sink::stdout());
    let function = function.heartbeats_to(&cloud);
    telemetry::start(function.name);
    if let Err(error) = warm_up(&cloud, &function).await {
        tracing::warn!(%error, "the warm-up read failed");
    }
    let served = Arc::new(Served::new(function));
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        let served = Arc::clone(&served);
        async move { served.handle(event).await }
    }))
    .await
}

/// A function that is ready for events: what is the same for all of them is made once.
#[derive(Debug)]
pub struct Served {
    function: Function,
    router: Router,
}

impl Served {
    /// Makes a function ready.
    pub fn new(function: Function) -> Self {
        let router = finish(function.router()).layer(from_fn(with_claims));
        Self { function, router }
    }

    /// Handles one Lambda event. All lines about it have Lambda's id of the request and the id of its trace.
    pub async fn handle(&self, event: LambdaEvent<Value>) -> Result<Value, Error> {
        let (request_id, trace) = (event.context.request_id.clone(), event.context.xray_trace_id.clone());
        // Boxed: the future of every kind of event is large, and is moved several times.
        let handled = Box::pin(self.by_its_shape(event));
        invocation::within(self.function.name, &request_id, trace.as_deref(), handled).await
    }

    async fn by_its_shape(&self, event: LambdaEvent<Value>) -> Result<Value, Error> {
        let function = &self.function;
        let LambdaEvent { payload, context } = event;
        if payload.get("requestContext").is_some() {
            let request: LambdaRequest = serde_json::from_value(payload)?;
            return self.http(LambdaEvent::new(request, context)).await;
        }
        if let Some(schedule) = payload.get("schedule").and_then(Value::as_str) {
            function.run_schedule(schedule).await?;
            return Ok(json!({}));
        }
        match payload.pointer("/Records/0/eventSource").and_then(Value::as_str) {
            Some("aws:sqs") => queue(function, payload).await,
            Some("aws:dynamodb") => outbox(function, payload).await,
            _ => Err(format!("{} does not know this kind of event", function.name).into()),
        }
    }

    async fn http(&self, event: LambdaEvent<LambdaRequest>) -> Result<Value, Error> {
        // A clone of a router shares its routes.
        let mut adapter = lambda_http::Adapter::from(self.router.clone());
        let response = adapter.call(event).await?;
        Ok(serde_json::to_value(response)?)
    }
}

/// Puts the claims that API Gateway verified beside the request.
async fn with_claims(mut request: Request, next: Next) -> Response {
    if let Some(claims) = request.extensions().get::<RequestContext>().and_then(verified_claims) {
        request.extensions_mut().insert(claims);
    }
    next.run(request).await
}

/// A read that the function's role allows: the publisher sees the outbox alone.
async fn warm_up(cloud: &Cloud, function: &Function) -> Result<(), StoreError> {
    if function.outbox.is_some() {
        cloud.store.unpublished(cloud.now(), 1).await.map(|_| ())
    } else {
        cloud.store.settings().await.map(|_| ())
    }
}

/// The claims that API Gateway's JWT authorizer verified. Nothing that the caller sends can look like them.
fn verified_claims(context: &RequestContext) -> Option<Claims> {
    let RequestContext::ApiGatewayV2(context) = context else { return None };
    let jwt = context.authorizer.as_ref()?.jwt.as_ref()?;
    let mut claims = jwt.claims.clone();
    // Cognito's access tokens carry no e-mail address; people sign in with it, so that it is their user name.
    if claims.get("token_use").is_some_and(|is| is == "access")
        && let Some(username) = claims.get("username").cloned()
    {
        claims.entry("email".to_owned()).or_insert(username);
    }
    Some(Claims(claims))
}

#[derive(Deserialize)]
struct Records<T> {
    #[serde(rename = "Records")]
    records: Vec<T>,
}

/// Answers the failed messages by name: an empty or default answer would acknowledge a failed batch.
async fn queue(function: &Function, payload: Value) -> Result<Value, Error> {
    let batch: Records<SqsMessage> = serde_json::from_value(payload)?;
    let messages: Vec<(String, String)> = batch
        .records
        .into_iter()
        .map(|record| Ok((record.message_id.ok_or("a message without an id")?, record.body.unwrap_or_default())))
        .collect::<Result<_, &str>>()?;
    let failed = function.handle_queue(messages).await?;
    Ok(json!({ "batchItemFailures": failed.iter().map(|id| json!({ "itemIdentifier": id })).collect::<Vec<_>>() }))
}

/// Answers the sequence number of the first row that was not published; the stream comes again from there.
async fn outbox(function: &Function, payload: Value) -> Result<Value, Error> {
    #[derive(Deserialize)]
    struct Row {
        body: Event,
    }
    let batch: Records<EventRecord> = serde_json::from_value(payload)?;
    let mut events = Vec::new();
    let mut numbers = Vec::new();
    let mut unreadable = None;
    for record in batch.records {
        let number = record.change.sequence_number.ok_or("a stream record without a sequence number")?;
        match serde_dynamo::from_item::<_, Row>(record.change.new_image) {
            Ok(row) => {
                events.push(row.body);
                numbers.push(number);
            }
            Err(error) => {
                tracing::error!(sequence_number = number, %error, "unreadable outbox row");
                unreadable = Some(number);
                break;
            }
        }
    }
    let failed = function.handle_rows(events).await?.and_then(|index| numbers.get(index).cloned()).or(unreadable);
    Ok(
        json!({ "batchItemFailures": failed.iter().map(|number| json!({ "itemIdentifier": number })).collect::<Vec<_>>() }),
    )
}
