//! The team's settings and write keys.

use keepwell_aws::http::{IfMatch, Operation, Page};
use keepwell_domain::fields::Line;
use keepwell_domain::settings::Settings;
use schemars::JsonSchema;

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
    [settings, write_keys].concat()
}

/// A write key that somebody wants.
#[derive(JsonSchema)]
struct WriteKeyRequest {
    /// What it is for.
    name: Line<100>,
}
