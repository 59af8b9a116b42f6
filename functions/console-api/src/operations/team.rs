//! The team's settings and write keys.

use keepwell_aws::http::{IfMatch, Operation, Page};
use keepwell_domain::fields::Line;
use keepwell_domain::settings::Settings;
use schemars::{JsonSchema, json_schema};

use super::SchemaDocument;
use crate::system::SystemView;
use crate::write_keys::{NewWriteKey, WriteKeyView};

pub(super) fn operations() -> Vec<Operation> {
    let settings = Operation::tagged(
        "Settings",
        [
            Operation::get("/v1/settings", "getSettings", "The team's settings").ok::<Settings>("The settings.").etag(),
            Operation::put("/v1/settings", "setSettings", "Replace the team's settings")
                .about("What is absent is as shipped. All customers are computed by them within five minutes.")
                .body::<Settings>()
                .if_match(IfMatch::Always)
                .ok::<Settings>("The settings.")
                .etag(),
        ],
    );
    let write_keys = Operation::tagged(
        "Write keys",
        [
            Operation::get("/v1/write-keys", "getWriteKeys", "The write keys, without their secrets")
                .paged()
                .ok::<Page<'_, WriteKeyView<'_>>>("The keys."),
            Operation::post("/v1/write-keys", "createWriteKey", "Make a write key")
                .body::<WriteKeyRequest>()
                .idempotent()
                .created::<NewWriteKey<'_>>("The key, with its secret this once."),
            Operation::delete("/v1/write-keys/{id}", "deleteWriteKey", "Take a write key back")
                .about("Within a minute it is refused everywhere."),
        ],
    );
    let sign_in = Operation::tagged(
        "Sign-in",
        [Operation::get("/v1/sign-in", "getSignIn", "How a browser signs a person in").ok::<SignIn>(
            "The provider, by the authorization code flow with PKCE; or that the system is a local one.",
        )],
    );
    let system = Operation::tagged(
        "System",
        [Operation::get("/v1/system", "getSystem", "How the system is doing")
            .about("What waits and since when, mail as its sender knows it, and the last run of each schedule: what the tables know.")
            .ok::<SystemView<'_>>("Its state.")],
    );
    let openapi = Operation::tagged(
        "System",
        [Operation::get("/v1/openapi.json", "getOpenApi", "This description of the API")
            .ok::<SchemaDocument>("An OpenAPI 3.1 document, of the version that answers.")],
    );
    [settings, write_keys, system, openapi, sign_in].concat()
}

said! {
    /// Who gives tokens.
    SignIn: json_schema!({ "oneOf": [
        {
            "type": "object",
            "properties": { "local": { "const": true } },
            "required": ["local"],
            "additionalProperties": false,
        },
        {
            "type": "object",
            "properties": {
                "issuer": { "type": "string", "description": "The issuer that the tokens name." },
                "client_id": { "type": "string", "description": "The console to the provider; it has no secret." },
                "authorization_endpoint": { "type": "string", "description": "Where the browser is sent to sign in." },
                "token_endpoint": { "type": "string", "description": "Where the code is changed into tokens." },
                "end_session_endpoint": { "type": ["string", "null"], "description": "Where the browser is sent to sign out." },
                "scopes": { "type": "array", "items": { "type": "string" }, "description": "What is asked for." },
            },
            "required": ["issuer", "client_id", "authorization_endpoint", "token_endpoint", "end_session_endpoint", "scopes"],
            "additionalProperties": false,
        },
    ] });
}

/// A write key that somebody wants.
#[derive(JsonSchema)]
struct WriteKeyRequest {
    /// What it is for.
    name: Line<100>,
}
