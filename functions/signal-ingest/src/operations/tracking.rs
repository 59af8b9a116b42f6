//! Segment's tracking API. What we read of a call is said here; the rest of Segment's fields may be there and is not looked at.

use chrono::{DateTime, Utc};
use keepwell_aws::http::Operation;
use schemars::JsonSchema;
use serde_json::{Map, Value};

use crate::tracking::Taken;

pub(super) fn operations() -> Vec<Operation> {
    let one = |path, id, summary| Operation::post(path, id, summary).body::<TrackingCall>();
    let several = |path, id, summary| Operation::post(path, id, summary).body::<TrackingBatch>();
    let all = [
        one("/v1/identify", "identify", "Who a user is"),
        one("/v1/group", "group", "Which customer a user belongs to, and what the customer is"),
        one("/v1/track", "track", "A use of the product"),
        one("/v1/page", "page", "A page of the product was looked at"),
        one("/v1/screen", "screen", "A screen of the product was looked at"),
        one("/v1/alias", "alias", "A user has a new id"),
        several("/v1/batch", "batch", "Several calls"),
        several("/v1/import", "importBatch", "Several calls, of the past"),
    ];
    let all = all.map(|operation| {
        operation
            .about("As Segment's SDKs send it; see `docs/tracking.md`. At most 500 KB, 2,500 calls, and 32 KB a call.")
            .ok::<Taken>("What was taken. 400 when nothing in it can be used.")
    });
    Operation::tagged("Tracking", all)
}

/// A call of Segment's tracking API.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", extend("additionalProperties" = true))]
struct TrackingCall {
    /// The call; in a batch.
    r#type: Option<String>,
    /// The SDK's id of the call: sent again under it, the call changes nothing.
    message_id: Option<String>,
    /// The user.
    user_id: Option<Identifier>,
    /// The user, before it is known.
    anonymous_id: Option<Identifier>,
    /// The id that the user had before (`alias`).
    previous_id: Option<Identifier>,
    /// The customer (`group`).
    group_id: Option<Identifier>,
    /// What was used (`track`).
    event: Option<String>,
    /// The page or the screen.
    name: Option<String>,
    /// When it happened; now when absent.
    timestamp: Option<DateTime<Utc>>,
    /// What is known about the user (`identify`) or the customer (`group`).
    traits: Option<Map<String, Value>>,
    /// What is said about the use.
    properties: Option<Map<String, Value>>,
    /// Where it happened; `groupId` names the customer.
    context: Option<Map<String, Value>>,
}

/// An id: a text, or a whole number.
#[derive(JsonSchema)]
#[schemars(untagged, rename = "TrackingId")]
enum Identifier {
    Text(String),
    Number(i64),
}

/// Several calls.
#[derive(JsonSchema)]
#[schemars(rename_all = "camelCase", extend("additionalProperties" = true))]
struct TrackingBatch {
    /// The calls.
    #[schemars(length(min = 1, max = 2500))]
    batch: Vec<TrackingCall>,
    /// When the batch was sent, by the sender's clock.
    sent_at: Option<DateTime<Utc>>,
    /// For all calls that have none of their own.
    context: Option<Map<String, Value>>,
}
