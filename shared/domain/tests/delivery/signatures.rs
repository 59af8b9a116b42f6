//! Signatures, against the numbers of others.

use chrono::DateTime;
use keepwell_domain::delivery::signature::Secret;

/// The example that the Standard Webhooks libraries test themselves with.
#[test]
fn the_published_example_is_signed_as_published() {
    let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let at = DateTime::from_timestamp(1_614_265_330, 0).unwrap();
    let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, r#"{"test": 2432232314}"#);
    assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

/// Computed with Python's `hmac`, over a body that is not ASCII and a moment between two seconds.
#[test]
fn another_implementation_signs_the_same() {
    let secret = Secret::new(*b"0123456789abcdef0123456789abcdef");
    assert_eq!(secret.reveal(), "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
    let at = DateTime::from_timestamp_millis(1_772_452_800_987).unwrap();
    let signature = secret.sign("msg_01jé", at, "{\"name\":\"Käse & Söhne\"}");
    assert_eq!(signature, "v1,05cgACRDEPv6z3XS9ZWPewvpLaeZ0NaZLX7Vd0UHEFs=");
}

#[test]
fn a_secret_has_24_to_64_bytes_and_is_never_shown_by_debug() {
    let of = |bytes: usize| {
        use base64::Engine as _;
        format!("whsec_{}", base64::engine::general_purpose::STANDARD.encode(vec![1; bytes]))
    };
    for bytes in [24, 32, 64] {
        let secret = Secret::parse(&of(bytes)).unwrap();
        assert_eq!(secret.reveal(), of(bytes));
        assert_eq!(format!("{secret:?}"), "Secret(***)");
        let stored = serde_json::to_value(&secret).unwrap();
        assert_eq!(serde_json::from_value::<Secret>(stored).unwrap(), secret);
    }
    for wrong in ["", "whsec_", "whsec_***", &of(23), &of(65), &of(32)["whsec_".len()..]] {
        assert!(Secret::parse(wrong).is_none(), "{wrong}");
    }
}
