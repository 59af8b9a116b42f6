//! Endpoints: what can be made and changed, and what is never shown.

use chrono::Duration;
use keepwell_domain::delivery::endpoint::{Channel, EndpointChange, NewEndpoint};
use keepwell_domain::delivery::target::Targets;
use keepwell_domain::delivery::{Endpoint, EndpointId, EndpointKind, EndpointState};
use serde_json::{Value, json};

use crate::given::{channel, crm, noon};

fn change(endpoint: &Endpoint, document: &Value) -> Endpoint {
    EndpointChange::parse(document, Targets::Public).unwrap().apply(endpoint)
}

#[test]
fn an_endpoint_comes_back_from_the_store_as_it_was() {
    for endpoint in [crm(), channel(), crm().disabled(noon())] {
        let stored = serde_json::to_value(&endpoint).unwrap();
        assert_eq!(serde_json::from_value::<Endpoint>(stored).unwrap(), endpoint);
    }
}

#[test]
fn no_secret_is_shown_by_debug_and_no_url_of_slack_at_all() {
    let text = format!("{:?} {:?}", crm(), channel());
    for secret in ["secret-path", "k1", "BwcH", "T000", "XXXX", "services", "ada@"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(text.contains("https://crm.example.com/…") && text.contains("https://hooks.slack.com/…"), "{text}");
    assert_eq!(channel().shown_url(), "https://hooks.slack.com/…");
    assert_eq!(crm().shown_url(), "https://crm.example.com/hooks/secret-path?key=k1");
}

#[test]
fn only_a_signed_webhook_has_a_secret() {
    assert!(matches!(crm().channel, Channel::Webhook { .. }));
    assert_eq!(channel().channel, Channel::Slack);
    assert_eq!((crm().name.as_str(), channel().name.as_str()), ("crm", "Customer success"));
}

#[test]
fn everything_that_is_wrong_is_named() {
    let document = json!({ "id": "Crm_1", "kind": "mail", "name": "a\nb", "url": 3, "secret": "mine" });
    let problems = NewEndpoint::parse(&document, Targets::Public).unwrap_err().0;
    let mut pointers: Vec<_> = problems.iter().map(|problem| problem.pointer.as_str()).collect();
    pointers.sort_unstable();
    assert_eq!(pointers, ["/id", "/kind", "/name", "/secret", "/url"]);
    let absent = NewEndpoint::parse(&json!({}), Targets::Public).unwrap_err().0;
    assert_eq!(absent.iter().map(|problem| problem.pointer.as_str()).collect::<Vec<_>>(), ["/id", "/kind", "/url"]);
    let problems = EndpointChange::parse(&json!({ "state": "disabled", "kind": "slack" }), Targets::Public);
    assert_eq!(problems.unwrap_err().0.len(), 2);
}

#[test]
fn an_id_is_words_joined_by_hyphens() {
    for good in ["a", "crm", "cs-channel-2", &"a".repeat(60)] {
        assert!(EndpointId::parse(good).is_ok(), "{good}");
    }
    for wrong in ["", "-", "a-", "-a", "a--b", "A", "a_b", "a b", "ä", "a#b", &"a".repeat(61)] {
        assert!(EndpointId::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_change_counts_and_none_does_not() {
    let before = crm();
    assert_eq!(change(&before, &json!({})), before);
    assert_eq!(change(&before, &json!({ "state": "on", "name": "crm" })), before);
    let after = change(&before, &json!({ "url": "https://new.example.com/", "name": "New", "state": "off" }));
    assert_eq!((after.version, after.name.as_str(), after.state), (2, "New", EndpointState::Off));
    assert_eq!(after.channel, before.channel);
}

#[test]
fn what_is_off_or_disabled_or_of_another_kind_is_refused() {
    let on = crm();
    assert_eq!(on.refuses(EndpointKind::Webhook), None);
    assert!(on.refuses(EndpointKind::Slack).is_some());
    assert!(channel().refuses(EndpointKind::Webhook).is_some());
    let off = change(&on, &json!({ "state": "off" }));
    assert!(off.refuses(EndpointKind::Webhook).is_some());
    assert_eq!(off.misunderstands(EndpointKind::Webhook), None);
    assert_eq!(off.disabled(noon()), off);
    let disabled = on.disabled(noon());
    assert_eq!((disabled.state.word(), disabled.version), ("disabled", 2));
    assert!(disabled.refuses(EndpointKind::Webhook).is_some());
    assert_eq!(disabled.disabled(noon() + Duration::days(1)), disabled);
    let again = change(&disabled, &json!({ "state": "on" }));
    assert_eq!((again.state, again.version), (EndpointState::On, 3));
}
