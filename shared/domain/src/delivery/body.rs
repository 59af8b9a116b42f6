//! What is sent.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::endpoint::EndpointKind;

/// A body has fewer bytes than this, as the Standard Webhooks specification advises.
pub const MAX_BODY: usize = 20 * 1024;

/// Longest message to Slack, in characters; what is longer is cut.
pub const MAX_SLACK_TEXT: usize = 3_000;

/// A body as it is sent, byte for byte: the signature is over these bytes. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// For which kind of endpoint it is.
    kind: EndpointKind,
    /// The JSON.
    text: String,
}

/// A webhook's body is too large: the engine says less, or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the webhook has {bytes} bytes; it must have fewer than {MAX_BODY}")]
pub struct BodyTooLarge {
    /// How large it is.
    pub bytes: usize,
}

impl Body {
    /// A webhook: what happened, when, and its data. `event_type` is words joined by dots, such as `automation.fired`.
    pub fn webhook(event_type: &str, at: DateTime<Utc>, data: &Value) -> Result<Self, BodyTooLarge> {
        let timestamp = at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let text = json!({ "type": event_type, "timestamp": timestamp, "data": data }).to_string();
        if text.len() < MAX_BODY {
            Ok(Self { kind: EndpointKind::Webhook, text })
        } else {
            Err(BodyTooLarge { bytes: text.len() })
        }
    }

    /// A message to Slack. Slack reads `&`, `<` and `>` as its own marks; here they are what they are, so that no text of a
    /// customer can call everybody in the channel or hide where a link leads.
    pub fn slack(text: &str) -> Self {
        let mut cut: String = text.chars().take(MAX_SLACK_TEXT).collect();
        if cut.len() < text.len() {
            cut.pop();
            cut.push('…');
        }
        let escaped = cut.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        Self { kind: EndpointKind::Slack, text: json!({ "text": escaped }).to_string() }
    }

    /// The bytes to be sent.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// For which kind of endpoint it is.
    pub const fn kind(&self) -> EndpointKind {
        self.kind
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Body({}, {} bytes)", self.kind, self.text.len())
    }
}
