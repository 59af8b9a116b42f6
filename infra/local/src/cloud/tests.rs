//! `LocalCloud` as the system meets it: through the real SDK clients.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that panics has failed, and says where")]

mod events;
mod failures;
mod mails;
mod objects;
mod other_programs;
mod restart;
mod tables;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, Put, ScalarAttributeType,
    TransactWriteItem,
};
use chrono::{DateTime, Utc};

use super::LocalCloud;
use super::bus::Subscription;
use super::clock::Clock;

fn noon() -> DateTime<Utc> {
    "2026-03-02T12:00:00Z".parse().unwrap()
}

fn cloud() -> LocalCloud {
    LocalCloud::memory(Clock::frozen_at(noon())).unwrap()
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn tables(cloud: &LocalCloud) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::new(&cloud.sdk_config())
}

fn events(cloud: &LocalCloud) -> aws_sdk_eventbridge::Client {
    aws_sdk_eventbridge::Client::new(&cloud.sdk_config())
}

fn mailer(cloud: &LocalCloud) -> aws_sdk_ses::Client {
    aws_sdk_ses::Client::new(&cloud.sdk_config())
}

/// A table `core` with the keys `pk` and `sk`.
async fn core(cloud: &LocalCloud) -> aws_sdk_dynamodb::Client {
    let client = tables(cloud);
    let attribute = |name: &str| {
        AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build().unwrap()
    };
    let key = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap();
    client
        .create_table()
        .table_name("core")
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute("pk"))
        .attribute_definitions(attribute("sk"))
        .key_schema(key("pk", KeyType::Hash))
        .key_schema(key("sk", KeyType::Range))
        .send()
        .await
        .unwrap();
    client
}

fn put(pk: &str, condition: Option<&str>) -> TransactWriteItem {
    let put = Put::builder()
        .table_name("core")
        .item("pk", s(pk))
        .item("sk", s("ROW"))
        .item("body", s(&"x".repeat(300)))
        .set_condition_expression(condition.map(str::to_owned))
        .build()
        .unwrap();
    TransactWriteItem::builder().put(put).build()
}

async fn has(client: &aws_sdk_dynamodb::Client, pk: &str) -> bool {
    let found = client.get_item().table_name("core").key("pk", s(pk)).key("sk", s("ROW")).send().await.unwrap();
    found.item.is_some()
}

fn subscribe(cloud: &LocalCloud, consumer: &str, types: &[&str]) {
    cloud.subscribe(Subscription {
        consumer: consumer.to_owned(),
        detail_types: types.iter().map(|it| (*it).to_owned()).collect(),
    });
}
