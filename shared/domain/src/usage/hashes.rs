//! Which messages were folded in, eight bytes each.

use std::fmt;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// 64-bit hashes of message ids, in order. Stored as one run of bytes: as a list of numbers they would take three times the room
/// and most of the time that a row takes to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageHashes(Vec<u64>);

impl MessageHashes {
    /// The first 64 bits of the SHA-256 of a message id: with 2,000 events a day a collision is once in 10^13 days. An id that is
    /// a hash by [`Self::name`] stands for it.
    pub fn hash(message_id: &str) -> u64 {
        if let Some(hash) = Self::named(message_id) {
            return hash;
        }
        Sha256::digest(message_id.as_bytes()).iter().take(8).fold(0, |hash, byte| (hash << 8) | u64::from(*byte))
    }

    /// The id that stands for a hash in an export, where the message's own id is not known any more.
    pub fn name(hash: u64) -> String {
        format!("#{hash:016x}")
    }

    fn named(message_id: &str) -> Option<u64> {
        let hex = message_id.strip_prefix('#')?;
        let is_hex = hex.len() == 16 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        u64::from_str_radix(hex, 16).ok().filter(|_| is_hex)
    }

    /// Whether a hash is there.
    pub fn contains(&self, hash: u64) -> bool {
        self.0.binary_search(&hash).is_ok()
    }

    /// Adds a hash; `false` when it was there.
    pub fn insert(&mut self, hash: u64) -> bool {
        match self.0.binary_search(&hash) {
            Ok(_) => false,
            Err(place) => {
                self.0.insert(place, hash);
                true
            }
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Extend<u64> for MessageHashes {
    fn extend<I: IntoIterator<Item = u64>>(&mut self, hashes: I) {
        self.0.extend(hashes);
        self.0.sort_unstable();
        self.0.dedup();
    }
}

impl IntoIterator for MessageHashes {
    type Item = u64;
    type IntoIter = std::vec::IntoIter<u64>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Serialize for MessageHashes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = self.0.iter().flat_map(|hash| hash.to_be_bytes()).collect();
        serializer.serialize_bytes(&bytes)
    }
}

impl<'de> Deserialize<'de> for MessageHashes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Stored)
    }
}

/// The run of bytes, or the list of numbers that rows held before.
struct Stored;

impl<'de> Visitor<'de> for Stored {
    type Value = MessageHashes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hashes of eight bytes each")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<MessageHashes, E> {
        let (hashes, rest) = bytes.as_chunks::<8>();
        if rest.is_empty() {
            Ok(MessageHashes(hashes.iter().map(|hash| u64::from_be_bytes(*hash)).collect()))
        } else {
            Err(E::invalid_length(bytes.len(), &self))
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<MessageHashes, A::Error> {
        let mut hashes = MessageHashes::default();
        while let Some(hash) = list.next_element()? {
            hashes.insert(hash);
        }
        Ok(hashes)
    }
}
