//! Nobody writes a header with a line break in a text: not of a mail, an answer or a webhook.

use std::collections::BTreeSet;

use chrono::Duration;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::World;
use serde_json::{Value, json};

use super::basic;
use crate::endpoints::receiver::Receiver;
use crate::endpoints::{admin, slack, webhook};

/// What an attacker puts into a text: a header line, in each of the forms of a line break.
const ATTACKS: [&str; 6] = [
    "Uma\r\nBcc: evil@evil.example",
    "Uma\nBcc: evil@evil.example",
    "Uma\rBcc: evil@evil.example",
    "Uma\u{0}Bcc: evil@evil.example",
    "Uma\u{85}Bcc: evil@evil.example",
    "Uma\r\n\r\n<script>evil</script>",
];

#[tokio::test]
async fn a_name_or_address_of_two_lines_is_refused_wherever_it_comes_from() {
    let world = World::new().await;
    world.customer_with("acme", &[("uma", "user")]).await;
    world.system.local().reset_requests();
    let key = world.write_key().await;
    for attack in ATTACKS {
        let refused = |reply: keepwell_tests::Reply, pointer: &str| {
            assert_eq!(reply.status, 422, "{attack:?}: {}", reply.text);
            assert_eq!(reply.pointers(), [pointer], "{attack:?}");
        };
        let csm = |method, path| world.call_as(Role::Csm, method, path);
        let customer = json!({ "id": "evil", "name": attack });
        refused(csm(Method::POST, "/v1/customers").json(&customer).send().await, "/name");
        let contact = json!({ "id": "evil", "name": attack, "email": "evil@acme.example" });
        refused(csm(Method::POST, "/v1/customers/acme/contacts").json(&contact).send().await, "/name");
        refused(
            csm(Method::PATCH, "/v1/customers/acme/contacts/uma").json(&json!({ "name": attack })).send().await,
            "/name",
        );
        let address = json!({ "email": format!("{attack}@acme.example") });
        refused(csm(Method::PATCH, "/v1/customers/acme/contacts/uma").json(&address).send().await, "/email");
        let owner = json!({ "owner": format!("{attack}@acme.example") });
        let reply = csm(Method::PATCH, "/v1/customers/acme").header("if-match", "*").json(&owner).send().await;
        refused(reply, "/owner");

        let csv = format!("id,customer,name,email\nevil,acme,\"{attack}\",evil@acme.example\n");
        let reply = csm(Method::POST, "/v1/imports/contacts").raw("text/csv", csv).send().await.expect_status(200);
        assert_eq!(reply.json()["rejected"], 1, "{attack:?}: {}", reply.text);
        let identify = json!({ "userId": "evil", "messageId": attack.len().to_string(), "context": { "groupId": "acme" },
            "traits": { "email": "evil@acme.example", "name": attack } });
        let call = world.call(Method::POST, "/v1/identify").header("authorization", &basic(&key)).json(&identify);
        let reply = call.send().await.expect_status(400);
        assert!(reply.text.contains("traits.name"), "{attack:?}: {}", reply.text);
    }
    let contacts = world.get("/v1/customers/acme/contacts").await.to_string();
    assert!(!contacts.contains("Bcc") && !contacts.contains("script"), "{contacts}");
}

/// An automation whose texts are what somebody else wrote.
async fn told_in_their_words(world: &World) -> Receiver {
    let receiver = Receiver::start([]).await;
    webhook(world, "crm", &receiver.url()).await;
    slack(world, "channel", &receiver.url()).await;
    let text = "{{ event.reason }}";
    let document = json!({ "format": 1, "id": "tell", "name": "Tell", "on": true,
        "trigger": { "health_status_changed": {} },
        "actions": [
            { "mail": { "to": "owner", "subject": text, "text": text } },
            { "mail": { "to": { "role": "user" }, "subject": format!("Line one\nBcc: evil@evil.example {text}"), "text": text } },
            { "webhook": { "endpoint": "crm" } },
            { "slack": { "endpoint": "channel", "text": text } },
        ] });
    let reply = admin(world, Method::PUT, "/v1/automations/tell", document.clone()).await;
    if reply.status != 200 {
        // A subject of two lines may be refused at once; then what others wrote is left.
        assert!(reply.pointers().iter().any(|pointer| pointer.contains("subject")), "{}", reply.text);
        let mut single = document;
        single["actions"][1]["mail"]["subject"] = json!(text);
        let _ = admin(world, Method::PUT, "/v1/automations/tell", single).await.expect_status(200);
    }
    receiver
}

#[tokio::test]
async fn a_mail_has_the_headers_that_it_should_whatever_its_subject_is_made_of() {
    let world = World::new().await;
    world.customer_with("acme", &[("uma", "user")]).await;
    let receiver = told_in_their_words(&world).await;
    let expected: BTreeSet<&str> = BTreeSet::from([
        "Message-ID",
        "Date",
        "From",
        "To",
        "Subject",
        "Auto-Submitted",
        "Reply-To",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "MIME-Version",
        "Content-Type",
    ]);
    let statuses = ["steady", "healthy", "steady", "healthy", "steady"];
    for (attack, status) in ATTACKS.iter().filter(|text| !text.contains(['\u{0}', '\u{85}'])).zip(statuses) {
        let body = json!({ "status": status, "reason": attack });
        let path = "/v1/customers/acme/status";
        let _ = world.change(Method::PUT, path, "/v1/customers/acme", body).await.expect_status(200);
        world.settle().await;
    }
    world.advance(Duration::hours(1)).await;
    let mails = world.system.local().mailbox().mails();
    assert!(mails.len() >= 8, "{}", mails.len());
    for mail in &mails {
        let names: BTreeSet<&str> = mail.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert!(names.is_subset(&expected), "{names:?}");
        assert!(!mail.subject.contains(['\r', '\n']), "{:?}", mail.subject);
        assert_eq!(mail.to.len(), 1, "{:?}", mail.to);
        let raw = String::from_utf8_lossy(&mail.raw);
        let head = raw.split("\r\n\r\n").next().unwrap();
        assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{head}");
        if let Some((_, link)) = mail.headers.iter().find(|(name, _)| name == "List-Unsubscribe") {
            assert!(link.starts_with("<http://127.0.0.1:8080/u/f1.") && link.ends_with('>'), "{link}");
            assert!(link.chars().all(|c| c.is_ascii_graphic()), "{link}");
        }
    }

    let arrived = receiver.arrived();
    assert!(arrived.len() >= 8, "{}", arrived.len());
    let known = [
        "host",
        "content-type",
        "content-length",
        "user-agent",
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
    ];
    for request in arrived {
        let names: Vec<&str> = request.headers.keys().map(http::HeaderName::as_str).collect();
        assert!(names.iter().all(|name| known.contains(name)), "{names:?}");
        for value in request.headers.values() {
            assert!(!value.to_str().unwrap().contains("evil"), "{value:?}");
        }
        let body: Result<Value, _> = serde_json::from_str(&request.body);
        assert!(body.is_ok(), "what breaks lines stays inside its JSON");
    }
}

#[tokio::test]
async fn no_answer_has_a_header_from_its_request() {
    let world = World::new().await;
    world.customer_with("acme", &[("uma", "user")]).await;
    let attack = "x%0d%0aSet-Cookie:%20evil=1%0d%0a%0d%0aevil";
    let declared: Vec<(Method, &'static str)> = world
        .system
        .functions()
        .iter()
        .flat_map(|function| function.routes.declared())
        .map(|route| (route.method.clone(), route.path))
        .collect();
    for (method, path) in declared {
        let paths =
            [path.replace('{', attack).replace('}', ""), format!("{}?{attack}={attack}", path.replace(['{', '}'], ""))];
        for path in paths {
            let call = world.call_as(Role::Admin, method.clone(), &path);
            let call = call
                .header("if-match", "\"evil\"")
                .header("idempotency-key", "evil")
                .header("origin", "https://evil.example");
            let reply = call.json(&json!({ "name": "evil\r\nSet-Cookie: evil=1" })).send().await;
            for (name, value) in &reply.headers {
                let value = value.to_str().unwrap();
                assert!(!value.contains("evil") && name.as_str() != "set-cookie", "{method} {path}: {name}: {value}");
                assert!(!name.as_str().starts_with("access-control"), "nobody else's page reads answers: {name}");
            }
            assert_eq!(reply.header("x-content-type-options"), "nosniff", "{method} {path}");
        }
    }
}
