//! Write keys: what is kept, and who is let in.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use chrono::DateTime;
use keepwell_domain::id::EmailAddress;
use keepwell_domain::write_key::{PresentedKey, SECRET_BYTES, WriteKey};

fn key(unique: &str, secret: u8) -> (WriteKey, String) {
    let by = EmailAddress::parse("ada@keepwell.example").unwrap();
    WriteKey::new(unique, [secret; SECRET_BYTES], "Production".to_owned(), by, DateTime::UNIX_EPOCH)
}

#[test]
fn a_key_is_known_by_its_text_and_the_secret_is_not_kept() {
    let (kept, text) = key("01ABC", 7);
    assert_eq!(text, format!("wk_01abc_{}", "07".repeat(SECRET_BYTES)));
    assert_eq!(kept.id, "wk_01abc");
    assert!(kept.is(&PresentedKey::parse(&text).unwrap()));
    let stored = serde_json::to_string(&kept).unwrap();
    assert!(!stored.contains(&"07".repeat(SECRET_BYTES)), "{stored}");
}

#[test]
fn another_secret_or_another_id_is_another_key() {
    let (kept, _) = key("01abc", 7);
    for (unique, secret) in [("01abc", 8), ("01abd", 7)] {
        let (_, other) = key(unique, secret);
        assert!(!kept.is(&PresentedKey::parse(&other).unwrap()), "{other}");
    }
}

#[test]
fn what_can_be_no_key_is_refused_before_it_is_looked_up() {
    let secret = "07".repeat(SECRET_BYTES);
    assert!(PresentedKey::parse(&format!("wk_01abc_{secret}")).is_some());
    for text in [
        String::new(),
        "wk_".to_owned(),
        "wk_01abc".to_owned(),
        format!("wk__{secret}"),
        format!("wk_01ABC_{secret}"),
        format!("wk_01abc_{secret}0"),
        format!("wk_01abc_{}", secret.to_uppercase().replace('0', "A")),
        format!("xk_01abc_{secret}"),
        format!("wk_{}_{secret}", "a".repeat(33)),
        format!("wk_01#bc_{secret}"),
    ] {
        assert!(PresentedKey::parse(&text).is_none(), "{text}");
    }
}
