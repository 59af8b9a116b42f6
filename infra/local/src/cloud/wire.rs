//! The answers of the four services in their wire formats.

use serde_json::{Value, json};

/// What a service says to one request.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) body: Vec<u8>,
    /// The `ETag` of an object.
    pub(super) etag: Option<String>,
}

impl Answer {
    pub(super) fn new(status: u16, content_type: &'static str, body: Vec<u8>) -> Self {
        Self { status, content_type, body, etag: None }
    }

    pub(super) fn with_etag(mut self, etag: String) -> Self {
        self.etag = Some(etag);
        self
    }

    pub(super) fn json(status: u16, content_type: &'static str, body: &Value) -> Self {
        Self::new(status, content_type, body.to_string().into_bytes())
    }

    /// A refusal in the AWS JSON protocols.
    pub(super) fn json_error(status: u16, content_type: &'static str, code: &str, message: &str) -> Self {
        Self::json(status, content_type, &json!({ "__type": code, "message": message }))
    }

    pub(super) fn unknown_operation(content_type: &'static str, operation: &str) -> Self {
        let message = format!("LocalCloud does not imitate `{operation}`");
        Self::json_error(400, content_type, "UnknownOperationException", &message)
    }

    /// A success in the query protocol: `fields` inside `<{action}Result>`.
    pub(super) fn query_result(action: &str, fields: &[(&str, String)]) -> Self {
        let elements: Vec<String> =
            fields.iter().map(|(name, value)| format!("<{name}>{}</{name}>", escape_xml(value))).collect();
        let fields = elements.concat();
        let body = format!(
            "<{action}Response xmlns=\"http://ses.amazonaws.com/doc/2010-12-01/\"><{action}Result>{fields}</{action}Result>\
             <ResponseMetadata><RequestId>local</RequestId></ResponseMetadata></{action}Response>"
        );
        Self::new(200, "text/xml", body.into_bytes())
    }

    /// A refusal in the query protocol.
    pub(super) fn query_error(status: u16, code: &str, message: &str) -> Self {
        let kind = if status < 500 { "Sender" } else { "Receiver" };
        let body = format!(
            "<ErrorResponse xmlns=\"http://ses.amazonaws.com/doc/2010-12-01/\"><Error><Type>{kind}</Type>\
             <Code>{code}</Code><Message>{}</Message></Error><RequestId>local</RequestId></ErrorResponse>",
            escape_xml(message)
        );
        Self::new(status, "text/xml", body.into_bytes())
    }
}

pub(super) fn escape_xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
