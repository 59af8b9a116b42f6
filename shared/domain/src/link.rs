//! Signed links for contacts, and the nonces of the pages behind them.
//!
//! A link is `f1.<key id>.<request id, expiry, purpose>.<MAC>`: whoever holds it may answer, and nobody can make one.
//! It carries no customer, name, address or rating. The MAC is checked before anything else is looked at, so that
//! guessing costs no read, and forged, malformed and unknown links look the same.
//!
//! A page nonce binds one rendering of a page to its submit, so that a repeated submit is seen as one. Nothing is stored.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Version of the links' format.
const LINK: &str = "f1";

/// Version of the nonces' format.
const NONCE: &str = "n1";

/// Bytes of the MAC that a link carries.
const MAC_BYTES: usize = 16;

/// Bytes of a key.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 32..=64;

/// How long a page may stay open before it is submitted.
const NONCE_VALID_HOURS: i64 = 24;

/// How far two of our own clocks may differ.
const CLOCK_SKEW_MINUTES: i64 = 5;

/// How long an unsubscribe link works: longer than anybody keeps a mail.
const UNSUBSCRIBE_VALID_DAYS: i64 = 3_660;

/// Keys as people keep them: standard base64, with or without padding.
const KEY_BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a link lets its holder do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Answer a feedback request.
    Feedback,
    /// Stop further mail.
    Unsubscribe,
}

impl Purpose {
    const fn byte(self) -> u8 {
        match self {
            Self::Feedback => b'f',
            Self::Unsubscribe => b'u',
        }
    }
}

/// Until when the unsubscribe link of a mail sent at `sent_at` works: ten years.
pub fn unsubscribe_expires_at(sent_at: DateTime<Utc>) -> DateTime<Utc> {
    sent_at + Duration::days(UNSUBSCRIBE_VALID_DAYS)
}

/// What a good link says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The feedback request that the mail was about.
    pub request_id: String,
    /// Until when the link works, in whole seconds.
    pub expires_at: DateTime<Utc>,
}

/// Why a link or a nonce is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Malformed, forged, for another purpose or signed with a key that is gone: the same for whoever tries.
    #[error("there is no such link")]
    Unknown,
    /// It was good once. Only said about what we signed.
    #[error("the link has expired")]
    Expired,
}

/// The keys that sign links: new ones with the current key; links of the others stay good.
#[derive(Clone)]
pub struct LinkKeys {
    current: Key,
    previous: Vec<Key>,
}

#[derive(Clone)]
struct Key {
    kid: String,
    secret: Vec<u8>,
}

impl Key {
    /// The key of entry number `entry`.
    fn parse(kid: &str, secret: &str, entry: usize) -> Result<Self, LinkKeysError> {
        let good_kid =
            (1..=16).contains(&kid.len()) && kid.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        if !good_kid {
            return Err(LinkKeysError::BadEntry(entry));
        }
        let secret = KEY_BASE64.decode(secret).ok().filter(|bytes| KEY_BYTES.contains(&bytes.len()));
        let secret = secret.ok_or_else(|| LinkKeysError::BadKey(kid.to_owned()))?;
        Ok(Self { kid: kid.to_owned(), secret })
    }
}

/// What is wrong with the text of the keys. Never contains a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkKeysError {
    /// An entry is not `<key id>:<base64>`.
    #[error("entry {0} of the link keys must be <key id>:<base64>, the id 1 to 16 characters of a-z 0-9")]
    BadEntry(usize),
    /// A key has the wrong length or is not base64.
    #[error("link key {0} must be 32 to 64 bytes in base64")]
    BadKey(String),
    /// Two keys have one id.
    #[error("link key {0} is there twice")]
    Twice(String),
    /// The secret is not one JSON object of texts.
    #[error("the link keys must be one JSON object of texts")]
    NotAnObject,
    /// The secret does not say which key signs.
    #[error("`current` must be the id of one of the link keys")]
    NoCurrent,
}

impl LinkKeys {
    /// Reads `k2:<base64>,k1:<base64>`: the current key first, then any number of previous ones; or the same as the secret has
    /// it on AWS: `{ "current": "k2", "k2": "<base64>", "k1": "<base64>" }`.
    ///
    /// A previous key must stay as long as its unsubscribe links are to work.
    pub fn parse(text: &str) -> Result<Self, LinkKeysError> {
        if text.trim_start().starts_with('{') {
            return Self::parse_secret(text);
        }
        let mut keys: Vec<Key> = Vec::new();
        for (index, entry) in text.split(',').enumerate() {
            let bad_entry = || LinkKeysError::BadEntry(index + 1);
            let (kid, secret) = entry.trim().split_once(':').ok_or_else(bad_entry)?;
            if keys.iter().any(|key| key.kid == kid) {
                return Err(LinkKeysError::Twice(kid.to_owned()));
            }
            keys.push(Key::parse(kid, secret, index + 1)?);
        }
        let mut keys = keys.into_iter();
        let current = keys.next().ok_or(LinkKeysError::BadEntry(1))?;
        Ok(Self { current, previous: keys.collect() })
    }

    /// A name that is not `k` and a number is not ours: the secret may hold other keys.
    fn parse_secret(text: &str) -> Result<Self, LinkKeysError> {
        // What serde says is not passed on: it may quote a key.
        let mut entries: BTreeMap<String, String> =
            serde_json::from_str(text).map_err(|_| LinkKeysError::NotAnObject)?;
        let current = entries.remove("current").ok_or(LinkKeysError::NoCurrent)?;
        entries.retain(|kid, _| {
            kid.strip_prefix('k').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
        });
        let secret = entries.remove(&current).ok_or(LinkKeysError::NoCurrent)?;
        let previous = entries.iter().enumerate().map(|(index, (kid, secret))| Key::parse(kid, secret, index + 2));
        Ok(Self { current: Key::parse(&current, &secret, 1)?, previous: previous.collect::<Result<_, _>>()? })
    }

    fn find(&self, kid: &str) -> Option<&Key> {
        std::iter::once(&self.current).chain(&self.previous).find(|key| key.kid == kid)
    }
}

/// Names the keys and hides them.
impl fmt::Debug for LinkKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let previous: Vec<_> = self.previous.iter().map(|key| &key.kid).collect();
        f.debug_struct("LinkKeys")
            .field("current", &self.current.kid)
            .field("previous", &previous)
            .finish_non_exhaustive()
    }
}

/// The token of a link that lets its holder do `purpose` for the request until `expires_at` (in whole seconds, 1970 to 2106).
pub fn sign(keys: &LinkKeys, purpose: Purpose, request_id: &str, expires_at: DateTime<Utc>) -> String {
    let mut payload = request_id.as_bytes().to_vec();
    payload.extend(seconds(expires_at).to_be_bytes());
    payload.push(purpose.byte());
    seal(&keys.current, LINK, &payload, "")
}

/// What the token says, if we signed it for `purpose` and it has not expired at `now`.
pub fn verify(keys: &LinkKeys, purpose: Purpose, token: &str, now: DateTime<Utc>) -> Result<Claim, LinkError> {
    let claim = || {
        let payload = open(keys, LINK, token, "")?;
        let (signed_for, rest) = payload.split_last()?;
        let (request_id, expiry) = rest.split_last_chunk::<4>()?;
        if *signed_for != purpose.byte() {
            return None;
        }
        Some(Claim { request_id: String::from_utf8(request_id.to_vec()).ok()?, expires_at: time(*expiry)? })
    };
    let claim = claim().ok_or(LinkError::Unknown)?;
    if now >= claim.expires_at {
        return Err(LinkError::Expired);
    }
    Ok(claim)
}

/// A nonce for one rendering of the page of `request_id` at `now`. `random` makes two renderings differ.
pub fn issue_nonce(keys: &LinkKeys, request_id: &str, random: [u8; 8], now: DateTime<Utc>) -> String {
    let mut payload = seconds(now).to_be_bytes().to_vec();
    payload.extend(random);
    seal(&keys.current, NONCE, &payload, request_id)
}

/// Whether the nonce was issued for the page of `request_id` within the last 24 hours.
pub fn check_nonce(keys: &LinkKeys, request_id: &str, nonce: &str, now: DateTime<Utc>) -> Result<(), LinkError> {
    let issued_at = || {
        let payload = open(keys, NONCE, nonce, request_id)?;
        time(*payload.first_chunk::<4>()?)
    };
    let issued_at = issued_at().ok_or(LinkError::Unknown)?;
    if issued_at > now + Duration::minutes(CLOCK_SKEW_MINUTES) {
        return Err(LinkError::Unknown);
    }
    if now >= issued_at + Duration::hours(NONCE_VALID_HOURS) {
        return Err(LinkError::Expired);
    }
    Ok(())
}

/// `<head>.<key id>.<payload>.<MAC>`, the MAC binding `context` too.
fn seal(key: &Key, head: &str, payload: &[u8], context: &str) -> String {
    let signed = format!("{head}.{}.{}", key.kid, URL_SAFE_NO_PAD.encode(payload));
    let mac = mac(key, &signed, context).finalize().into_bytes();
    let (short, _) = mac.split_at(MAC_BYTES);
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(short))
}

/// The payload of a sealed text, once its MAC is found good.
fn open(keys: &LinkKeys, head: &str, text: &str, context: &str) -> Option<Vec<u8>> {
    let (signed, tag) = text.rsplit_once('.')?;
    let (kid, payload) = signed.strip_prefix(head)?.strip_prefix('.')?.split_once('.')?;
    let key = keys.find(kid)?;
    // Exactly 16 bytes: the check of a truncated MAC would take a single one too.
    let tag: [u8; MAC_BYTES] = URL_SAFE_NO_PAD.decode(tag).ok()?.try_into().ok()?;
    mac(key, signed, context).verify_truncated_left(&tag).ok()?;
    URL_SAFE_NO_PAD.decode(payload).ok()
}

/// The MAC over the text as it is sent and the context. Neither head nor base64 has a line break, so no two pairs are alike.
fn mac(key: &Key, signed: &str, context: &str) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "an HMAC takes keys of any length")]
    let mac = Hmac::<Sha256>::new_from_slice(&key.secret).expect("a key of 32 bytes");
    mac.chain_update(signed).chain_update("\n").chain_update(context)
}

/// Whole seconds since 1970, kept inside what 32 bits hold.
fn seconds(time: DateTime<Utc>) -> u32 {
    time.timestamp().clamp(0, i64::from(u32::MAX)) as u32
}

fn time(seconds: [u8; 4]) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(i64::from(u32::from_be_bytes(seconds)), 0)
}
