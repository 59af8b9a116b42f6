//! Write keys: with one, a product's back end may send signals, and nothing else.
//!
//! A key reads `wk_<id>_<secret>`. Only the SHA-256 of the secret is kept: the secret is random and long, so that no slow hash is
//! needed, and whoever reads the table cannot send.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::fields::{Fields, Line};
use crate::id::{EmailAddress, prefixed};
use crate::problem::Problems;

/// Bytes of a secret.
pub const SECRET_BYTES: usize = 24;

/// What is kept of a write key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteKey {
    /// The part of the key that is no secret, `wk_…`.
    pub id: String,
    /// What it is for, in the words of who made it.
    pub name: String,
    /// SHA-256 of the secret, in hex.
    pub secret_hash: String,
    /// Who made it.
    pub created_by: EmailAddress,
    /// When.
    pub created_at: DateTime<Utc>,
}

impl WriteKey {
    /// A key with a fresh secret, and the whole of it as text: nothing that is kept can show it again.
    pub fn new(
        unique: &str,
        secret: [u8; SECRET_BYTES],
        name: String,
        created_by: EmailAddress,
        now: DateTime<Utc>,
    ) -> (Self, String) {
        let id = prefixed("wk", unique);
        let secret = hex(&secret);
        let text = format!("{id}_{secret}");
        (Self { id, name, secret_hash: hex(&Sha256::digest(secret.as_bytes())), created_by, created_at: now }, text)
    }

    /// Whether `presented` is this key. Takes as long for a secret that is nearly right as for any other.
    pub fn is(&self, presented: &PresentedKey) -> bool {
        let hash = hex(&Sha256::digest(presented.secret.as_bytes()));
        presented.id == self.id && bool::from(hash.as_bytes().ct_eq(self.secret_hash.as_bytes()))
    }
}

/// A key as somebody sent it. No `Debug`: the secret must not reach a log.
#[derive(Clone, PartialEq, Eq)]
pub struct PresentedKey {
    /// The part that is no secret.
    pub id: String,
    secret: String,
}

impl PresentedKey {
    /// Reads `wk_<id>_<secret>`; `None` when it can be no key of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let (unique, secret) = text.strip_prefix("wk_")?.split_once('_')?;
        let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase());
        let good =
            (1..=32).contains(&unique.len()) && secret.len() == 2 * SECRET_BYTES && plain(unique) && plain(secret);
        good.then(|| Self { id: prefixed("wk", unique), secret: secret.to_owned() })
    }
}

/// Reads the API's `{name}` of a new key.
pub fn parse_name(value: &Value) -> Result<String, Problems> {
    let mut fields = Fields::new(value, "")?;
    let name = fields.required::<Line<100>>("name").map(|line| line.0);
    fields.finish(name)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
