//! When a call happened, by our clock.

use chrono::{DateTime, Duration, NaiveDateTime, Utc};

/// How far ahead of us a clock may be: such a call counts as now. Further ahead it is refused.
pub(super) const MAX_AHEAD: Duration = Duration::hours(1);

/// Usage is kept this long; what is older is refused.
pub(super) const MAX_AGE: Duration = Duration::days(400);

/// The sender's time, corrected by how far its clock and the way to us are off: what lay between the call and the sending by the
/// sender's clock lies before the moment of receiving by ours. Without `sent_at` the sender's clock is believed; without a time of
/// its own the call happened when it was received.
pub fn corrected(
    original: Option<DateTime<Utc>>,
    sent_at: Option<DateTime<Utc>>,
    received_at: DateTime<Utc>,
) -> DateTime<Utc> {
    match (original, sent_at) {
        (None, _) => received_at,
        (Some(original), None) => original,
        (Some(original), Some(sent_at)) => {
            received_at.checked_sub_signed(sent_at.signed_duration_since(original)).unwrap_or(original)
        }
    }
}

/// Reads an ISO 8601 time; one without an offset is in UTC.
pub(super) fn parse(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text)
        .map(|time| time.to_utc())
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").map(|time| time.and_utc()))
        .ok()
}
