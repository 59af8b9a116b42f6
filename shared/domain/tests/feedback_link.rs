//! Signed links and page nonces: what is refused, and how little a refusal says.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use chrono::{DateTime, Duration, Utc};
use keepwell_domain::link::{
    Claim, LinkError, LinkKeys, LinkKeysError, Purpose, check_nonce, issue_nonce, sign, unsubscribe_expires_at, verify,
};
use proptest::prelude::*;

const REQUEST: &str = "req_01j9zq4w8e6x5v3t2r1q0p9n8m";
const KEY_1: &str = "k1:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
const KEY_2: &str = "k2:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";
const KEY_3: &str = "k3:AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=";

fn keys(entries: &[&str]) -> LinkKeys {
    LinkKeys::parse(&entries.join(",")).unwrap()
}

fn now() -> DateTime<Utc> {
    "2026-10-01T07:00:00Z".parse().unwrap()
}

fn token(purpose: Purpose) -> String {
    sign(&keys(&[KEY_1]), purpose, REQUEST, now() + Duration::days(67))
}

fn read(token: &str) -> Result<Claim, LinkError> {
    verify(&keys(&[KEY_1]), Purpose::Feedback, token, now())
}

#[test]
fn a_link_says_which_request_until_when_and_nothing_else() {
    let expected = Claim { request_id: REQUEST.to_owned(), expires_at: now() + Duration::days(67) };
    assert_eq!(read(&token(Purpose::Feedback)), Ok(expected));
}

#[test]
fn the_format_stays_so_that_links_in_mailboxes_stay_good() {
    // The MAC was computed with Python's hmac: the first 16 bytes over "f1.k1.<payload>\n".
    let pinned = "f1.k1.cmVxXzAxajl6cTR3OGU2eDV2M3QycjFxMHA5bjhtaxZZcGY.vEtLMcaJt2CvIUDzdWQh7A";
    assert_eq!(token(Purpose::Feedback), pinned);
}

#[test]
fn a_link_for_one_purpose_is_unknown_for_the_other() {
    let keys = keys(&[KEY_1]);
    for (made_for, used_for) in [(Purpose::Feedback, Purpose::Unsubscribe), (Purpose::Unsubscribe, Purpose::Feedback)] {
        assert_eq!(verify(&keys, used_for, &token(made_for), now()), Err(LinkError::Unknown));
        assert!(verify(&keys, made_for, &token(made_for), now()).is_ok());
    }
}

#[test]
fn previous_keys_stay_good_and_dropped_keys_are_unknown() {
    let old = token(Purpose::Feedback);
    let read = |entries: &[&str]| verify(&keys(entries), Purpose::Feedback, &old, now());
    assert!(read(&[KEY_2, KEY_1]).is_ok());
    assert!(read(&[KEY_3, KEY_2, KEY_1]).is_ok());
    assert_eq!(read(&[KEY_3, KEY_2]), Err(LinkError::Unknown));
    assert!(sign(&keys(&[KEY_2, KEY_1]), Purpose::Feedback, REQUEST, now()).starts_with("f1.k2."));
}

#[test]
fn a_key_under_another_id_signs_nothing_for_it() {
    let impostor = KEY_2.replace("k2", "k1");
    let forged = sign(&keys(&[&impostor]), Purpose::Feedback, REQUEST, now() + Duration::days(1));
    assert_eq!(read(&forged), Err(LinkError::Unknown));
}

#[test]
fn an_expired_link_is_told_apart_only_when_we_signed_it() {
    let keys = keys(&[KEY_1]);
    let token = sign(&keys, Purpose::Feedback, REQUEST, now());
    let at = |time| verify(&keys, Purpose::Feedback, &token, time);
    assert!(at(now() - Duration::seconds(1)).is_ok());
    assert_eq!(at(now()), Err(LinkError::Expired));
    assert_eq!(at(now() + Duration::days(400)), Err(LinkError::Expired));
    let mut forged = token.clone();
    forged.pop();
    assert_eq!(verify(&keys, Purpose::Feedback, &forged, now()), Err(LinkError::Unknown));
    assert_eq!(verify(&keys, Purpose::Unsubscribe, &token, now()), Err(LinkError::Unknown));
}

#[test]
fn an_unsubscribe_link_works_for_ten_years() {
    let keys = keys(&[KEY_1]);
    let token = sign(&keys, Purpose::Unsubscribe, REQUEST, unsubscribe_expires_at(now()));
    let in_ten_years = "2036-10-01T07:00:00Z".parse().unwrap();
    assert!(verify(&keys, Purpose::Unsubscribe, &token, in_ten_years).is_ok());
}

#[test]
fn every_single_character_mutation_of_a_link_is_refused() {
    let token = token(Purpose::Feedback);
    let alphabet: Vec<char> = ('\u{20}'..='\u{7e}').chain(['ſ', 'é', '\u{212a}', '\u{0}', '\n']).collect();
    let characters: Vec<char> = token.chars().collect();
    for (place, original) in characters.iter().enumerate() {
        let with = |replacement: &[char]| -> String {
            let (before, rest) = characters.split_at(place);
            before.iter().chain(replacement).chain(rest.iter().skip(1)).collect()
        };
        assert_eq!(read(&with(&[])), Err(LinkError::Unknown), "without character {place}");
        for character in &alphabet {
            if character != original {
                assert_eq!(read(&with(&[*character])), Err(LinkError::Unknown), "{character:?} at {place}");
            }
            assert_eq!(read(&with(&[*character, *original])), Err(LinkError::Unknown), "{character:?} before {place}");
        }
    }
    assert_eq!(read(&format!("{token}=")), Err(LinkError::Unknown));
    assert_eq!(read(&format!("{token}A")), Err(LinkError::Unknown));
}

#[test]
fn a_shortened_mac_is_refused_at_every_length() {
    let token = token(Purpose::Feedback);
    for length in 0..token.len() {
        let (start, _) = token.split_at(length);
        assert_eq!(read(start), Err(LinkError::Unknown), "{start}");
    }
}

proptest! {
    #[test]
    fn whatever_is_signed_is_read_back(request in "req_[0-9a-hjkmnp-tv-z]{26}", days in 1_i64..20_000, random: [u8; 8]) {
        let keys = keys(&[KEY_2, KEY_1]);
        let token = sign(&keys, Purpose::Unsubscribe, &request, now() + Duration::days(days));
        let claim = verify(&keys, Purpose::Unsubscribe, &token, now()).unwrap();
        prop_assert_eq!(&claim.request_id, &request);
        prop_assert_eq!(claim.expires_at, now() + Duration::days(days));
        let nonce = issue_nonce(&keys, &request, random, now());
        prop_assert_eq!(check_nonce(&keys, &request, &nonce, now()), Ok(()));
    }

    #[test]
    fn no_text_is_a_link_and_none_is_a_panic(text in ".{0,120}", shaped in "f1\\.k1\\.[A-Za-z0-9_-]{0,60}\\.[A-Za-z0-9_-]{22}") {
        prop_assert_eq!(read(&text), Err(LinkError::Unknown));
        prop_assert_eq!(read(&shaped), Err(LinkError::Unknown));
        prop_assert_eq!(check_nonce(&keys(&[KEY_1]), REQUEST, &text, now()), Err(LinkError::Unknown));
    }
}

#[test]
fn a_nonce_is_good_for_its_own_request_for_twenty_four_hours() {
    let keys = keys(&[KEY_2, KEY_1]);
    let nonce = issue_nonce(&keys, REQUEST, [7; 8], now());
    let at = |request: &str, time| check_nonce(&keys, request, &nonce, time);
    assert_eq!(at(REQUEST, now()), Ok(()));
    assert_eq!(at(REQUEST, now() + Duration::hours(24) - Duration::seconds(1)), Ok(()));
    assert_eq!(at(REQUEST, now() + Duration::hours(24)), Err(LinkError::Expired));
    assert_eq!(at("req_01j9zq4w8e6x5v3t2r1q0p9n8n", now()), Err(LinkError::Unknown));
    assert_eq!(at(REQUEST, now() - Duration::minutes(4)), Ok(()), "another machine's clock");
    assert_eq!(at(REQUEST, now() - Duration::minutes(6)), Err(LinkError::Unknown));
    assert_ne!(nonce, issue_nonce(&keys, REQUEST, [8; 8], now()));
}

#[test]
fn a_nonce_survives_a_key_rotation_and_no_mutation() {
    let nonce = issue_nonce(&keys(&[KEY_1]), REQUEST, [7; 8], now());
    assert_eq!(check_nonce(&keys(&[KEY_2, KEY_1]), REQUEST, &nonce, now()), Ok(()));
    for place in 0..nonce.len() {
        let mut bytes = nonce.clone().into_bytes();
        *bytes.get_mut(place).unwrap() ^= 1;
        let mutated = String::from_utf8(bytes).unwrap();
        assert_eq!(check_nonce(&keys(&[KEY_1]), REQUEST, &mutated, now()), Err(LinkError::Unknown));
    }
}

#[test]
fn a_link_is_no_nonce_and_a_nonce_no_link() {
    let keys = keys(&[KEY_1]);
    let nonce = issue_nonce(&keys, "", [7; 8], now());
    assert_eq!(verify(&keys, Purpose::Feedback, &nonce.replacen('n', "f", 1), now()), Err(LinkError::Unknown));
    assert_eq!(check_nonce(&keys, "", &token(Purpose::Feedback).replacen('f', "n", 1), now()), Err(LinkError::Unknown));
}

#[test]
fn keys_are_read_with_or_without_padding_and_their_faults_named_without_the_key() {
    let unpadded = KEY_1.trim_end_matches('=');
    assert!(LinkKeys::parse(unpadded).is_ok());
    assert!(LinkKeys::parse(&format!("{KEY_2}, {unpadded}")).is_ok());
    let fault = |text: &str| LinkKeys::parse(text).unwrap_err();
    assert_eq!(fault(""), LinkKeysError::BadEntry(1));
    assert_eq!(fault(&format!("{KEY_1},")), LinkKeysError::BadEntry(2));
    assert_eq!(fault("K1:AQEB"), LinkKeysError::BadEntry(1));
    assert_eq!(fault("k1:AQEB"), LinkKeysError::BadKey("k1".to_owned()));
    assert_eq!(fault("k1:not base64"), LinkKeysError::BadKey("k1".to_owned()));
    assert_eq!(fault(&format!("{KEY_1},{KEY_1}")), LinkKeysError::Twice("k1".to_owned()));
}

#[test]
fn the_secret_as_it_is_on_aws_names_the_key_that_signs_and_keeps_the_others() {
    let secret = |kid: &str| format!("{kid}key").repeat(12).chars().take(64).collect::<String>();
    let (k1, k2) = (secret("one"), secret("two"));
    let text = |current: &str| format!(r#"{{ "current": "{current}", "k1": "{k1}", "k2": "{k2}" }}"#);
    let made = LinkKeys::parse(&format!(r#"{{"current":"k1","k1":"{k1}"}}"#)).unwrap();
    let [before, after] = [text("k1"), text("k2")].map(|text| LinkKeys::parse(&text).unwrap());
    assert_eq!(format!("{after:?}"), r#"LinkKeys { current: "k2", previous: ["k1"], .. }"#);
    // A link of any of them is good by the keys with both, and one by the new key is unknown to the old keys alone.
    let expires_at = now() + Duration::days(67);
    for keys in [&made, &before, &after] {
        let token = sign(keys, Purpose::Feedback, REQUEST, expires_at);
        assert!(verify(&after, Purpose::Feedback, &token, now()).is_ok());
    }
    let by_new = sign(&after, Purpose::Feedback, REQUEST, expires_at);
    assert_eq!(verify(&made, Purpose::Feedback, &by_new, now()), Err(LinkError::Unknown));

    let fault = |text: &str| LinkKeys::parse(text).unwrap_err();
    assert_eq!(fault(r#"{"current":"k1","k1":7}"#), LinkKeysError::NotAnObject);
    assert_eq!(fault("{"), LinkKeysError::NotAnObject);
    assert_eq!(fault(&format!(r#"{{"k1":"{k1}"}}"#)), LinkKeysError::NoCurrent);
    assert_eq!(fault(&text("k3")), LinkKeysError::NoCurrent);
    assert_eq!(fault(r#"{"current":"k1","k1":"short"}"#), LinkKeysError::BadKey("k1".to_owned()));
    assert_eq!(
        fault(&format!(r#"{{"current":"k1","k1":"{k1}","k2":"{}"}}"#, &k2[..8])),
        LinkKeysError::BadKey("k2".to_owned())
    );
    // Keys for something else may lie in the same secret.
    let beside = LinkKeys::parse(&format!(r#"{{"current":"k1","k1":"{k1}","other":"x"}}"#)).unwrap();
    assert_eq!(format!("{beside:?}"), r#"LinkKeys { current: "k1", previous: [], .. }"#);
    assert_eq!(fault(&format!(r#"{{"current":"other","other":"{k1}"}}"#)), LinkKeysError::NoCurrent);
}

#[test]
fn keys_never_reach_a_log() {
    let shown = format!("{:?}", keys(&[KEY_2, KEY_1]));
    assert_eq!(shown, r#"LinkKeys { current: "k2", previous: ["k1"], .. }"#);
}
