//! What many operations share: headers, parameters, security, and what is said about the API as a whole.

use serde_json::{Value, json};

/// The headings, in their order, and what stands under each.
pub(super) const TAGS: [(&str, &str); 20] = [
    ("Customers", "Companies that pay for the product: profile, Health Status, timeline."),
    ("Contacts", "The people at a customer who are asked and written to."),
    ("Health Score", "The score with its breakdown, its history, why it changed, and overrides by hand."),
    ("Feedback", "What contacts answer, and what it says together with the Health Status."),
    ("Tasks", "What somebody must do about a customer."),
    ("Scorecards", "How scores are computed: documents, versions, plans, backtests."),
    ("Automations", "What happens by itself: documents, versions, runs, dry runs."),
    ("Mails", "The mails that automations can send."),
    ("Endpoints", "Where automations send to, and what was sent."),
    ("Analytics", "The portfolio in numbers: trends, segments, movement, drivers, renewals, responses."),
    (
        "Exports and privacy",
        "Everything back out: of all, of one customer, of one person; and how a person is forgotten.",
    ),
    ("Settings", "The team's settings."),
    ("Members", "Who of the team was here. Who may come in, and as what, is the issuer's."),
    ("Views", "What people set up on a page, for themselves or for everybody."),
    ("Sign-in", "How a browser signs a person in."),
    ("System", "How the system itself is doing."),
    ("Write keys", "The keys of machines that send data."),
    ("Signals", "Data from other systems: arrays and CSV files."),
    ("Tracking", "Segment's tracking API."),
    ("Links in mails", "Pages for contacts: whoever has the link may open them."),
];

pub(super) fn info() -> Value {
    json!({
        "title": "Keepwell",
        "version": env!("CARGO_PKG_VERSION"),
        "summary": "Customer health: status, happiness, score, and what follows from them.",
        "description": "`snake_case` JSON, RFC 3339 times in UTC, money in hundredths. Errors are RFC 9457 problem documents that name every \
                        wrong field by JSON pointer. Unknown fields and parameters of a request are errors; answers may get more fields with \
                        time, and a client should not mind. Lists come in pages: send `next_cursor` as `cursor`.",
        "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
    })
}

pub(super) fn security_schemes() -> Value {
    json!({
        "person": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "A signed-in person. The roles `viewer`, `csm` and `admin`, each with what those before may do, come from the \
                            token's groups; an operation names the least that it needs.",
        },
        "writeKey": {
            "type": "http",
            "scheme": "basic",
            "description": "A machine: the write key is the user name, the password is empty.",
        },
    })
}

pub(super) fn headers() -> Value {
    json!({
        "ETag": {
            "description": "The version, to be sent as `If-Match` with a change.",
            "required": true,
            "schema": { "type": "string", "examples": ["\"3\""] },
        },
    })
}

pub(super) fn parameters() -> Value {
    let if_match = |required: bool, description: &str| {
        json!({ "name": "If-Match", "in": "header", "required": required, "description": description,
            "schema": { "type": "string", "examples": ["\"3\""] } })
    };
    json!({
        "IfMatch": if_match(true, "The `ETag` of what is changed."),
        "IfMatchUnlessNew": if_match(false, "The `ETag` of what is changed; needed unless it is new."),
        "IfMatchWhenSent": if_match(false, "The `ETag` of what is changed; checked when it is sent."),
        "IdempotencyKey": {
            "name": "Idempotency-Key",
            "in": "header",
            "required": false,
            "description": "A key of yours: sent again with it within 48 hours, the request acts once and gets the same answer.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 255 },
        },
    })
}
