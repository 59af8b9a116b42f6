//! The customers that the functions work on, and the settings under which they do.

use std::collections::BTreeMap;
use std::fmt::Display;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{Datelike as _, Duration, NaiveTime, Utc};
use http::Method;
use keepwell_aws::http::Role;
use keepwell_local::cloud::clock::Clock;
use keepwell_local::system::Options;
use keepwell_tests::{World, feedback_path};
use serde_json::{Value, json};

use crate::Failure;

/// How many customers there are, beside the one with a feedback mail.
pub(crate) const CUSTOMERS: usize = 100;

/// A small portfolio on one cloud.
pub(crate) struct Portfolio {
    pub(crate) world: World,
    /// A secret for machines.
    pub(crate) write_key: String,
    /// Path and query of a link in a feedback mail.
    pub(crate) feedback_link: String,
}

/// The id of a customer.
pub(crate) fn customer(number: usize) -> String {
    format!("c{:03}", number % CUSTOMERS)
}

impl Portfolio {
    /// Makes it. One customer is a week old and was asked for feedback; the others are new.
    pub(crate) async fn make() -> Result<Self, Failure> {
        let now = Utc::now();
        let days = i64::from(now.weekday().num_days_from_monday()) + 7;
        let monday = (now - Duration::days(days)).date_naive().and_time(NaiveTime::MIN).and_utc() + Duration::hours(8);
        let clock = Clock::ticking_from(monday);
        let world = World::with(Options::memory(clock.clone())).await;
        world.customer_with("asked", &[("dora", "decision_maker")]).await;
        world.advance(Duration::hours(3)).await;
        let mails = world.mails_to("dora@asked.example");
        let mail = mails.first().ok_or_else(|| Failure::Wrong("nobody was asked for feedback".to_owned()))?;
        let feedback_link = feedback_path(mail, "happy");
        clock.set(now);

        for number in 0..CUSTOMERS {
            let id = customer(number);
            world.post("/v1/customers", new_customer(&id)).await;
            let contact =
                json!({ "id": "dora", "name": "Dora", "email": format!("dora@{id}.example"), "role": "user" });
            world.post(&format!("/v1/customers/{id}/contacts"), contact).await;
        }
        world.settle().await;
        let write_key = world.write_key().await;
        Ok(Self { world, write_key, feedback_link })
    }

    /// What `infra/template.yaml` gives to every function, and the keys for links.
    pub(crate) fn variables(&self) -> Result<BTreeMap<String, String>, Failure> {
        let key = |name: &str| {
            let missing = || Failure::Wrong(format!("the local system has no {name}"));
            self.world.system.local().local_value(name).ok_or_else(missing)
        };
        let deployment = &self.world.system.cloud().deployment;
        let variables = [
            ("CORE_TABLE", deployment.tables.core.clone()),
            ("OUTBOX_TABLE", deployment.tables.outbox.clone()),
            ("DEDUPE_TABLE", deployment.tables.dedupe.clone()),
            ("USAGE_TABLE", deployment.tables.usage.clone()),
            ("EVENT_BUS", deployment.event_bus.clone()),
            ("SNAPSHOT_BUCKET", deployment.snapshot_bucket.clone()),
            ("MAIL_FROM", "keepwell@keepwell.example".to_owned()),
            ("PUBLIC_URL", deployment.public_url.clone().unwrap_or_default()),
            ("MANAGER_EMAIL", "manager@keepwell.example".to_owned()),
            ("LINK_KEYS", format!("k1:{}", key("link_key")?)),
            ("ADDRESS_KEY", key("address_key")?),
        ];
        Ok(variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    /// The `ETag` of a customer.
    pub(crate) async fn etag(&self, customer: &str) -> String {
        let path = format!("/v1/customers/{customer}");
        self.world.call_as(Role::Viewer, Method::GET, &path).send().await.expect_status(200).header("etag")
    }

    /// Makes a customer whose contact may be asked for feedback, and is due to be looked at.
    pub(crate) async fn due_customer(&self, id: &str) {
        let mut body = new_customer(id);
        body["request_feedback"] = json!(true);
        self.world.post("/v1/customers", body).await;
        let contact = json!({ "id": "dora", "name": "Dora", "email": format!("dora@{id}.example"), "role": "user" });
        self.world.post(&format!("/v1/customers/{id}/contacts"), contact).await;
    }

    /// Up to ten rows of the outbox that are not published, as the table's stream shows them.
    pub(crate) async fn outbox_rows(&self) -> Result<Vec<Value>, Failure> {
        // The index holds what is not published, and nothing else: a page of the table may be full of what is.
        let page = self.dynamodb("Scan", &json!({ "TableName": "keepwell-outbox", "IndexName": "pending" })).await?;
        let rows = page["Items"].as_array().cloned().unwrap_or_default();
        Ok(rows.into_iter().take(10).collect())
    }

    /// Lets a customer stand in the index as written long ago. A write costs more in a new minute than in the same one, so that
    /// without this the cost of a job depends on when the one before was done.
    pub(crate) async fn written_long_ago(&self, customer: &str) -> Result<(), Failure> {
        let update = json!({
            "TableName": "keepwell-core",
            "Key": { "pk": { "S": format!("C#{customer}") }, "sk": { "S": "ROW" } },
            "UpdateExpression": "SET portfolio_sk = :long_ago",
            "ExpressionAttributeValues": { ":long_ago": { "S": format!("2026-01-01T00:00#{customer}") } },
        });
        self.dynamodb("UpdateItem", &update).await.map(drop)
    }

    async fn dynamodb(&self, action: &str, body: &Value) -> Result<Value, Failure> {
        let request = http::Request::post("http://aws.local/")
            .header("x-amz-target", format!("DynamoDB_20120810.{action}"))
            .body(body.to_string().into_bytes());
        let wrong = |error: &dyn Display| Failure::Wrong(format!("{action}: {error}"));
        let request = request.map_err(|error| wrong(&error))?;
        let answer = self.world.system.local().answer(request).await.map_err(|error| wrong(&error))?;
        if !answer.status().is_success() {
            return Err(wrong(&String::from_utf8_lossy(answer.body())));
        }
        serde_json::from_slice(answer.body()).map_err(|error| wrong(&error))
    }
}

/// A key as a machine sends it.
pub(crate) fn basic(write_key: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{write_key}:")))
}

fn new_customer(id: &str) -> Value {
    json!({ "id": id, "name": format!("{id} Ltd"), "owner": "csm@keepwell.example", "arr_cents": 1_200_000, "seats": 10,
        "plan": "Enterprise", "tags": ["pilot"] })
}
