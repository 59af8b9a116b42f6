//! How a mail address is known without being kept: by its HMAC under a key that only the deployment has.
//!
//! Whoever sees the tables cannot try addresses against these hashes, as with a plain hash they could. The key is never changed: nobody
//! could compute the old hashes anew, and addresses that asked for no more mail would be mailed again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::id::{CustomerId, EmailAddress, RecordId};

/// Fewest bytes of a key.
const KEY_BYTES: usize = 32;

/// The key of a deployment. `Debug` does not show it.
#[derive(Clone)]
pub struct AddressKey(Hmac<Sha256>);

/// The text is no key. Never contains it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be at least {KEY_BYTES} bytes in base64")]
pub struct AddressKeyError;

impl AddressKey {
    /// Reads a key of at least 32 bytes in standard base64.
    pub fn parse(text: &str) -> Result<Self, AddressKeyError> {
        let bytes = STANDARD.decode(text.trim()).ok().filter(|bytes| bytes.len() >= KEY_BYTES);
        let mac = bytes.and_then(|bytes| Hmac::new_from_slice(&bytes).ok());
        mac.map(Self).ok_or(AddressKeyError)
    }

    /// The hash by which an address is known, 128 bits in hex; the same for every spelling of one mailbox.
    pub fn hash(&self, address: &EmailAddress) -> String {
        self.mac("address", &[&address.normalised()], 16)
    }

    /// Stands in for the id of an erased contact of `customer`. The same each time, so that an erasure that broke off can go on, and
    /// what several people said is not taken for one person's.
    pub fn pseudonym(&self, customer: &CustomerId, contact: &str) -> Result<RecordId, String> {
        RecordId::parse(&format!("erased_{}", self.mac("pseudonym", &[customer.as_str(), contact], 12)))
    }

    /// The first bytes of the MAC, in hex. `what` keeps hashes of different things apart.
    fn mac(&self, what: &str, parts: &[&str], bytes: usize) -> String {
        use std::fmt::Write as _;
        let mut mac = self.0.clone();
        for part in std::iter::once(&what).chain(parts) {
            mac.update(part.as_bytes());
            mac.update(&[0]);
        }
        mac.finalize().into_bytes().iter().take(bytes).fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

impl std::fmt::Debug for AddressKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AddressKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::{AddressKey, AddressKeyError};
    use crate::id::{CustomerId, EmailAddress};

    fn key(byte: u8) -> Option<AddressKey> {
        use base64::Engine as _;
        AddressKey::parse(&base64::engine::general_purpose::STANDARD.encode([byte; 32])).ok()
    }

    #[test]
    fn spellings_of_one_mailbox_have_one_hash_which_only_the_key_gives() {
        let hash = |byte, text: &str| key(byte).zip(EmailAddress::parse(text).ok()).map(|(key, it)| key.hash(&it));
        let ana = hash(1, "ana@example.com");
        assert_eq!(ana.as_ref().map(String::len), Some(32));
        assert_eq!(ana, hash(1, "Ana@EXAMPLE.com"));
        assert_ne!(ana, hash(2, "ana@example.com"), "another key");
        assert_ne!(ana, hash(1, "anb@example.com"), "another address");
    }

    #[test]
    fn pseudonyms_are_stable_and_differ_by_customer_and_person() {
        let of = |customer: &str, contact: &str| {
            let customer = CustomerId::parse(customer).ok()?;
            key(1)?.pseudonym(&customer, contact).ok().map(|id| id.to_string())
        };
        assert!(of("acme", "uma").is_some_and(|id| id.starts_with("erased_") && !id.contains("uma")));
        assert_eq!(of("acme", "uma"), of("acme", "uma"));
        assert_ne!(of("acme", "uma"), of("bolt", "uma"));
        assert_ne!(of("acme", "uma"), of("acme", "bo"));
    }

    #[test]
    fn a_key_that_is_none_is_refused_without_being_repeated() {
        for text in ["", "c2hvcnQ=", "not base64 but long enough to be a key, or so it seems !!!"] {
            assert_eq!(AddressKey::parse(text).err(), Some(AddressKeyError));
        }
        assert!(!AddressKeyError.to_string().contains("not base64"));
        assert_eq!(format!("{:?}", key(1)), "Some(AddressKey(..))");
    }
}
