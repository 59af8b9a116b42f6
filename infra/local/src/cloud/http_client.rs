//! The AWS SDK's HTTP client, replaced in process: requests go to the embedded services, and no socket is opened.

use std::fmt;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::{HttpError, StatusCode};
use aws_smithy_types::body::SdkBody;
use keepwell_aws::store::keys;
use serde_json::Value;

use super::dynamodb::Usage;
use super::faults::{Fault, RefusedEntries};
use super::requests::{RequestRecord, Service};
use super::wire::Answer;
use super::{Inner, LocalCloud, bus, dynamodb, mailbox, s3};

/// The client that stands in for the network.
#[derive(Clone)]
pub(super) struct LocalHttpClient {
    cloud: Arc<Inner>,
}

impl LocalHttpClient {
    pub(super) fn new(cloud: Arc<Inner>) -> Self {
        Self { cloud }
    }
}

impl fmt::Debug for LocalHttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LocalHttpClient")
    }
}

impl HttpClient for LocalHttpClient {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for LocalHttpClient {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let cloud = Arc::clone(&self.cloud);
        HttpConnectorFuture::new(async move { serve(&cloud, request).await })
    }
}

impl LocalCloud {
    /// Answers one request of another program's AWS SDK, as the SDK's clients in this process are answered.
    ///
    /// The request's URI must be absolute: the host tells S3 from the others (`s3.` in front, the bucket first in the path).
    pub async fn answer(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, ConnectorError> {
        let unusable = |error: HttpError| ConnectorError::other(error.into(), None);
        let request = HttpRequest::try_from(request.map(SdkBody::from)).map_err(unusable)?;
        let response = serve(&self.inner, request).await?.try_into_http1x().map_err(unusable)?;
        Ok(response.map(|body| body.bytes().unwrap_or_default().to_vec()))
    }
}

/// A request, taken apart.
enum Call<'a> {
    DynamoDb { operation: &'a str, body: &'a [u8] },
    EventBridge { operation: &'a str, body: &'a [u8] },
    Ses { action: String, form: Vec<(String, String)> },
    S3(s3::Request<'a>),
}

impl<'a> Call<'a> {
    fn parse(request: &'a HttpRequest) -> Option<Self> {
        let body = request.body().bytes()?;
        if let Some((service, operation)) = request.headers().get("x-amz-target").and_then(|it| it.split_once('.')) {
            return match service {
                "DynamoDB_20120810" => Some(Self::DynamoDb { operation, body }),
                "AWSEvents" => Some(Self::EventBridge { operation, body }),
                _ => None,
            };
        }
        if let Some(request) = s3::Request::parse(request.method(), request.uri(), body) {
            return Some(Self::S3(request));
        }
        let form: Vec<(String, String)> = serde_urlencoded::from_bytes(body).ok()?;
        let action = form.iter().find(|(name, _)| name == "Action")?.1.clone();
        Some(Self::Ses { action, form })
    }

    fn service(&self) -> Service {
        match self {
            Self::DynamoDb { .. } => Service::DynamoDb,
            Self::EventBridge { .. } => Service::EventBridge,
            Self::Ses { .. } => Service::Ses,
            Self::S3(_) => Service::S3,
        }
    }

    fn operation(&self) -> &str {
        match self {
            Self::DynamoDb { operation, .. } | Self::EventBridge { operation, .. } => operation,
            Self::Ses { action, .. } => action,
            Self::S3(request) => request.operation,
        }
    }

    /// Lets the request take effect.
    fn perform(&self, cloud: &Inner, refused: Option<RefusedEntries>) -> (Answer, Usage) {
        match self {
            Self::DynamoDb { operation, body } => dynamodb::answer(&cloud.database, operation, body),
            Self::EventBridge { operation, body } if *operation == "PutEvents" => {
                (cloud.bus.put_events(body, refused), Usage::default())
            }
            Self::EventBridge { operation, .. } => (bus::unknown_operation(operation), Usage::default()),
            Self::Ses { action, form } => (cloud.mailbox.answer(action, form), Usage::default()),
            Self::S3(request) => (cloud.objects.answer(request), Usage::default()),
        }
    }

    /// Whether the request only notes how the system is doing.
    fn is_note(&self) -> bool {
        let Self::DynamoDb { operation: "PutItem", body } = self else { return false };
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        body.pointer("/Item/pk/S").is_some_and(|pk| pk == keys::SYSTEM)
    }

    fn fault_answer(&self, status: u16) -> Answer {
        match self {
            Self::DynamoDb { .. } => dynamodb::fault_answer(status),
            Self::EventBridge { .. } => bus::fault_answer(status),
            Self::Ses { .. } => mailbox::fault_answer(status),
            Self::S3(_) => s3::fault_answer(status),
        }
    }
}

async fn serve(cloud: &Inner, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    if cloud.faults.crash().is_some() {
        // The process is down: nothing it still tries gets through.
        return std::future::pending().await;
    }
    let Some(call) = Call::parse(&request) else {
        let target = request.headers().get("x-amz-target").unwrap_or(request.uri());
        return respond(Answer::unknown_operation("application/x-amz-json-1.1", target));
    };
    let (service, operation) = (call.service(), call.operation());
    cloud.rights.note(service, operation, request.body().bytes().unwrap_or_default());
    let fault = cloud.faults.decide(service, operation);
    let take_effect = |refused| {
        let (answer, usage) = call.perform(cloud, refused);
        record(cloud, &call, usage);
        answer
    };
    match fault {
        None => respond(take_effect(None)),
        Some(Fault::PartialPutEvents(refused)) => respond(take_effect(Some(refused))),
        Some(Fault::Throttle) => {
            record(cloud, &call, Usage::default());
            respond(call.fault_answer(400))
        }
        Some(Fault::Unavailable) => {
            record(cloud, &call, Usage::default());
            respond(call.fault_answer(500))
        }
        Some(Fault::TimeoutWithEffect) => {
            take_effect(None);
            Err(timeout())
        }
        Some(Fault::TimeoutWithoutEffect) => {
            record(cloud, &call, Usage::default());
            Err(timeout())
        }
        Some(Fault::CrashBefore) => cloud.faults.die(service, operation).await,
        Some(Fault::CrashAfter) => {
            take_effect(None);
            cloud.faults.die(service, operation).await
        }
    }
}

fn record(cloud: &Inner, call: &Call<'_>, usage: Usage) {
    cloud.requests.push(RequestRecord {
        service: call.service(),
        operation: call.operation().to_owned(),
        tables: usage.tables,
        is_note: call.is_note(),
        read_units: usage.read_units,
        write_units: usage.write_units,
    });
}

fn timeout() -> ConnectorError {
    ConnectorError::timeout("the local fault plan lets this request time out".into())
}

fn respond(answer: Answer) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::try_from(answer.status).map_err(|error| ConnectorError::other(error.into(), None))?;
    let mut response = HttpResponse::new(status, SdkBody::from(answer.body));
    response.headers_mut().insert("content-type", answer.content_type);
    response.headers_mut().insert("x-amzn-requestid", "local");
    if let Some(etag) = answer.etag {
        response.headers_mut().insert("etag", etag);
    }
    Ok(response)
}
