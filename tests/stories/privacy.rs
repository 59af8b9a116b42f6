//! What is known of people: who may see it, where it must not be, how it is given out and how it is forgotten.

mod canary;
mod erase_contact;
mod erased_address;
mod export;
mod headers;
mod interrupted;

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::Duration;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::{Reply, World};
use serde_json::{Value, json};

use crate::endpoints::receiver::Receiver;
use crate::endpoints::{admin, slack, webhook};

type Item = HashMap<String, AttributeValue>;

/// The contact whose words and names are canaries: nobody and nothing else contains `zuzuq`.
const ID: &str = "c-100";
const NAME: &str = "Umzuzuq Quillzuzuqfeather";
const EMAIL: &str = "umzuzuq@quillzuzuq.example";

/// Every canary, in lower case. No id that we make has its letters.
const CANARY: &str = "zuzuq";

/// A company with the contact, a colleague whom nobody erases, and everything that can be known of both.
struct Known {
    world: World,
    webhooks: Receiver,
}

impl Known {
    async fn new() -> Self {
        let world = World::new().await;
        let webhooks = Receiver::start([]).await;
        webhook(&world, "crm", &webhooks.url()).await;
        slack(&world, "channel", &webhooks.url()).await;
        let customer = json!({ "id": "acme", "name": "Acme Ltd", "owner": "csm@keepwell.example", "seats": 10,
            "request_feedback": true, "attributes": { "main_contact": EMAIL } });
        repeatable(&world, "/v1/customers", "customer", &customer).await;
        let contact = json!({ "id": ID, "name": NAME, "email": EMAIL, "role": "decision_maker" });
        repeatable(&world, "/v1/customers/acme/contacts", "contact", &contact).await;
        let bo = json!({ "id": "bo", "name": "Bo Berg", "email": "bo@acme.example", "role": "user" });
        repeatable(&world, "/v1/customers/acme/contacts", "bo", &bo).await;
        automation(&world).await;
        let known = Self { world, webhooks };
        known.signals().await;
        known.tracking().await;
        known.feedback().await;
        known.people_write().await;
        known
    }

    async fn signals(&self) {
        let at = "2026-03-01T10:00:00Z";
        let of = |contact: &str, word: &str| {
            json!([{ "id": format!("m-{contact}"), "customer": "acme", "contact": contact, "at": at, "kind": "meeting",
                "participants": [word], "notes": format!("{word} likes it. Great."), "quality": 4 }])
        };
        self.send("interactions", of(ID, NAME)).await;
        self.send("interactions", of("bo", "Bo")).await;
        for (contact, word) in [(ID, "zuzuqwords"), ("bo", "words")] {
            let survey = json!([{ "id": format!("s-{contact}"), "customer": "acme", "contact": contact, "kind": "nps", "value": 9,
                "comment": format!("{word} are great"), "at": at }]);
            self.send("surveys", survey).await;
            let message = json!([{ "id": format!("t-{contact}"), "customer": "acme", "contact": contact, "at": at,
                "text": format!("{word} are good") }]);
            self.send("messages", message).await;
        }
        let ticket = json!([{ "id": "t1", "customer": "acme", "severity": "high", "opened_at": at, "subject": format!("From {NAME}"),
            "text": format!("Please answer {EMAIL}") }]);
        self.send("tickets", ticket).await;
        let csv = format!(
            "id,customer,at,user,feature\nu1,acme,{at},{EMAIL},search\nu2,acme,{at},{ID},search\nu3,acme,{at},bo,search\n"
        );
        let call = self.world.call_as(Role::Csm, Method::POST, "/v1/imports/usage").raw("text/csv", csv);
        assert_eq!(call.send().await.expect_status(200).json()["rejected"], 0);
        self.world.settle().await;
    }

    async fn send(&self, kind: &str, items: Value) {
        let call = self.world.call_as(Role::Csm, Method::POST, &format!("/v1/{kind}")).json(&items);
        let reply = call.send().await.expect_status(200);
        assert_eq!(reply.json()["rejected"], 0, "{}", reply.text);
        self.world.settle().await;
    }

    /// The contact as a user of the product, under an id of the product's and before it had one.
    async fn tracking(&self) {
        let identify = json!({ "type": "identify", "userId": "user-zuzuq-1", "messageId": "i1",
            "traits": { "email": EMAIL, "name": NAME }, "context": { "groupId": "acme" } });
        let alias = json!({ "type": "alias", "userId": "user-zuzuq-1", "previousId": "anon-zuzuq", "messageId": "a1",
            "context": { "groupId": "acme" } });
        let group =
            json!({ "type": "group", "userId": "user-zuzuq-1", "groupId": "acme", "messageId": "g1", "traits": {} });
        let track = json!({ "type": "track", "userId": "user-zuzuq-1", "event": "Report", "messageId": "t1",
            "timestamp": "2026-03-01T11:00:00Z", "context": { "groupId": "acme" } });
        let body = json!({ "batch": [group, identify, alias, track] });
        let key = self.world.write_key().await;
        let reply = self.world.call_with_key(&key, "/v1/batch").json(&body).send().await.expect_status(200);
        assert_eq!(reply.json()["accepted"], 4, "{}", reply.text);
        self.world.settle().await;
    }

    /// Both are asked and answer; an automation tells of it by mail, task, webhook and Slack.
    async fn feedback(&self) {
        self.world.advance(Duration::hours(1)).await;
        for (address, comment) in [(EMAIL, "zuzuqcomment, it is slow"), ("bo@acme.example", "it is fine")] {
            let mail = self.world.mails_to(address).remove(0);
            let _ = self.world.answer(&mail, "not_happy", comment).await.expect_status(200);
        }
        self.world.settle().await;
    }

    async fn people_write(&self) {
        let task = json!({ "customer": "acme", "title": format!("Call {NAME}"), "detail": format!("or write to {EMAIL}"),
            "due_on": "2026-03-10" });
        repeatable(&self.world, "/v1/tasks", "task", &task).await;
        let meeting = json!({ "kind": "meeting", "contact": ID, "notes": format!("{NAME} said zuzuqlogged") });
        repeatable(&self.world, "/v1/customers/acme/interactions", "meeting", &meeting).await;
        for answer in self.world.get("/v1/feedback").await["items"].as_array().unwrap() {
            let theme = if answer["contact"] == ID { "zuzuqtheme" } else { "theme" };
            let path = format!("/v1/feedback/{}", answer["id"].as_str().unwrap());
            let change = json!({ "state": "in_work", "themes": [theme] });
            let _ = self.world.call_as(Role::Csm, Method::PATCH, &path).json(&change).send().await.expect_status(200);
        }
        let status = json!({ "status": "struggling", "reason": format!("{NAME} is unhappy") });
        let reply = self.world.change(Method::PUT, "/v1/customers/acme/status", "/v1/customers/acme", status).await;
        let _ = reply.expect_status(200);
        self.world.settle().await;
    }

    async fn erase(&self, contact: &str) -> Reply {
        let path = format!("/v1/customers/acme/contacts/{contact}/erase");
        let reply = self.world.call_as(Role::Admin, Method::POST, &path).send().await;
        self.world.settle().await;
        reply
    }
}

/// Creates something by a request that may be repeated: its answer is kept for that.
async fn repeatable(world: &World, path: &str, key: &str, body: &Value) {
    let call = world.call_as(Role::Csm, Method::POST, path).header("idempotency-key", key).json(body);
    let _ = call.send().await.expect_status(201);
    world.settle().await;
}

/// Tells of every answer, in every way that there is.
async fn automation(world: &World) {
    let text = "{{ contact.name }} ({{ contact.first_name }}) answered {{ event.rating }}";
    let document = json!({ "format": 1, "id": "tell", "name": "Tell", "on": true, "trigger": { "feedback_answered": { "rating": ["very_happy", "happy", "neutral", "not_happy"] } },
        "actions": [
            { "mail": { "to": "owner", "subject": text, "text": text } },
            { "mail": { "to": { "role": "decision_maker" }, "subject": text, "text": text } },
            { "task": { "title": text, "detail": text, "priority": "normal", "due_in_working_days": 2, "assignee": "owner" } },
            { "webhook": { "endpoint": "crm" } },
            { "slack": { "endpoint": "channel", "text": text } },
            { "wait": { "days": 30 } },
            { "add_tag": { "tag": "told" } },
        ] });
    let _ = admin(world, Method::PUT, "/v1/automations/tell", document).await.expect_status(200);
}

/// Every item of every table that contains a canary: its table, keys and itself.
async fn with_canaries(world: &World) -> Vec<String> {
    let client = aws_sdk_dynamodb::Client::new(&world.system.local().sdk_config());
    let mut found = Vec::new();
    for table in ["core", "outbox", "dedupe", "usage"] {
        let pages = client.scan().table_name(format!("keepwell-{table}")).into_paginator().items().send();
        for item in pages.collect::<Result<Vec<Item>, _>>().await.unwrap() {
            let text = format!("{item:?}");
            if text.to_lowercase().contains(CANARY) {
                found.push(format!("{table}: {text}"));
            }
        }
    }
    found
}

/// The keys of all objects that have the word, in lower case, in their key or anywhere in what they hold, which is packed.
async fn objects_with(world: &World, word: &str) -> Vec<String> {
    let bucket = &world.system.cloud().snapshots;
    let has = |bytes: &[u8]| String::from_utf8_lossy(bytes).to_lowercase().contains(word);
    let mut found = Vec::new();
    for key in bucket.keys("").await.unwrap() {
        let bytes = bucket.get(&key).await.unwrap().unwrap();
        let (header, mut rest) = {
            let length = u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
            bytes[20..].split_at(length)
        };
        let mut hit = has(key.as_bytes()) || has(header);
        let header: Value = serde_json::from_slice(header).unwrap();
        for section in header["sections"].as_array().unwrap() {
            let size = |field: &str| section[field].as_u64().unwrap() as usize;
            let (packed, others) = rest.split_at(size("packed"));
            hit |= has(&lz4_flex::block::decompress(packed, size("unpacked")).unwrap());
            rest = others;
        }
        assert!(rest.is_empty(), "{key}: all of it was looked at");
        if hit {
            found.push(key);
        }
    }
    found
}

/// `Basic` credentials as a header.
fn basic(key: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{key}:")))
}
