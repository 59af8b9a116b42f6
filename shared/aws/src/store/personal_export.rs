//! Everything that is stored about one customer, or about one contact, for whoever asks what is known of them.

use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keepwell_domain::automation::run::Run;
use keepwell_domain::delivery::{DeliveryKey, EndpointId};
use keepwell_domain::id::{CustomerId, RecordId};
use keepwell_domain::mail::id_of_survey;
use serde::Serialize;
use serde_json::{Value, json};

use super::customers::{AddressGuard, core};
use super::keys::{self, Key};
use super::personal::Found;
use super::record::{Table, read, sort_key};
use super::{Item, Page, Range, Store, StoreError};

/// Something that is stored.
#[derive(Clone, PartialEq, Serialize)]
pub struct Exported {
    /// What it is, in a word.
    pub kind: &'static str,
    /// Its place among its kind.
    pub key: String,
    /// What is stored.
    pub value: Value,
}

keepwell_domain::debug_only!(Exported { kind });

/// What stands under a sort key of a customer's partition.
pub(super) fn kind_of(sk: &str) -> &'static str {
    const KINDS: [(&str, &str); 22] = [
        ("ROW", "customer"),
        (keys::CONTACTS, "contact"),
        (keys::STATUS_CHANGES, "status_change"),
        ("S#IN#", "interaction"),
        ("S#TK#", "ticket"),
        ("S#SV#", "survey"),
        ("S#GL#", "goal"),
        ("S#MS#", "message"),
        ("S#OP#", "opportunity"),
        ("S#CM#", "custom_measure"),
        ("S#OC#", "outcome"),
        (keys::ANSWERS, "feedback"),
        (keys::GISTS, "gist"),
        ("FR#", "feedback_request"),
        (keys::SCORE_POINTS, "score"),
        (keys::SCORE_MEASURES, "score_measures"),
        (keys::TIMELINE, "timeline"),
        (keys::TASKS, "task"),
        (keys::USERS, "member"),
        (keys::DUE, "due"),
        (keys::RUNS, "run"),
        ("SAID", "profile_said"),
    ];
    KINDS.iter().find(|(prefix, _)| sk.starts_with(prefix)).map_or("other", |(_, kind)| *kind)
}

/// Where in a customer's export a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    table: Table,
    after: String,
}

impl Place {
    /// Reads what [`Place::as_text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (table, after) = text.split_once('/')?;
        let table = [Table::Core, Table::Usage].into_iter().find(|known| known.as_str() == table)?;
        (after.len() <= 1024).then(|| Self { table, after: after.to_owned() })
    }

    /// The place as text.
    pub fn as_text(&self) -> String {
        format!("{}/{}", self.table.as_str(), self.after)
    }
}

impl Store {
    /// Up to `limit` rows of everything about a customer after `place`, each with what only it leads to: mails, webhooks, users.
    pub async fn export_customer(
        &self,
        customer: &CustomerId,
        limit: usize,
        place: Option<Place>,
    ) -> Result<Page<Exported>, StoreError> {
        let Place { table, after } = place.unwrap_or(Place { table: Table::Core, after: String::new() });
        let range = match table {
            Table::Usage => Range { table, pk: keys::usage_partition(customer), prefix: "", descending: false },
            _ => core(customer, ""),
        };
        let (rows, next) = self.query_some_items(&range, limit, Some(&*after).filter(|it| !it.is_empty())).await?;
        let mut items = Vec::new();
        for row in rows {
            if table == Table::Usage {
                items.push(exported("usage_day", &row));
            } else {
                self.export_row(row, &mut items).await?;
            }
        }
        let next = match (next, table) {
            (Some(after), table) => Some(Place { table, after }),
            (None, Table::Core) => Some(Place { table: Table::Usage, after: String::new() }),
            (None, _) => None,
        };
        Ok(Page { items, next: next.map(|place| place.as_text()) })
    }

    async fn export_row(&self, row: Item, items: &mut Vec<Exported>) -> Result<(), StoreError> {
        let sk = sort_key(&row);
        let kind = kind_of(&sk);
        let mut related: Vec<(Table, Key, &'static str)> = Vec::new();
        match kind {
            // A copy without its texts.
            "gist" => return Ok(()),
            "feedback_request" => {
                let mail = id_of_survey(sk.trim_start_matches("FR#"));
                related.push((Table::Dedupe, keys::mail_intent(&mail), "mail"));
            }
            "member" => related.push((Table::Core, Key { pk: sk.clone(), sk: "A".to_owned() }, "user")),
            "run" => {
                for step in read::<Run>(row.clone())?.value.steps {
                    let Some(made) = step.made else { continue };
                    let endpoint = step.input.get("endpoint").and_then(Value::as_str).map(EndpointId::parse);
                    if let Some(Ok(endpoint)) = endpoint {
                        let key = DeliveryKey { endpoint, id: made };
                        related.push((Table::Dedupe, keys::delivery(&key), "delivery"));
                    } else if step.kind == "mail" {
                        related.push((Table::Dedupe, keys::mail_intent(&made), "mail"));
                    }
                }
            }
            // What it leads to is an answer to a request, which was given out already.
            "other" if sk.starts_with(keys::REPEATED) => return Ok(()),
            _ => {}
        }
        items.push(exported(kind, &row));
        for (table, key, kind) in related {
            if let Some(item) = self.get_item(table, &key).await? {
                items.push(exported(kind, &item));
            }
        }
        Ok(())
    }

    /// Everything about a contact, with its row first; `None` when nothing is.
    pub async fn export_contact(
        &self,
        customer: &CustomerId,
        contact: &RecordId,
    ) -> Result<Option<(Vec<Exported>, Option<AddressGuard>)>, StoreError> {
        let mut who = self.erasing(customer, contact).await?.map(|stored| stored.value).unwrap_or_default();
        let (mut items, mut guard) = (Vec::new(), None);
        if let Some(stored) = self.contact(customer, contact).await? {
            who.names.insert(stored.value.name.reveal().clone());
            who.addresses.insert(stored.value.email.clone());
            guard = Some(self.address_guard(&stored.value.email).await?.value);
            if let Some(item) = self.get_item(Table::Core, &keys::contact(customer, contact)).await? {
                items.push(exported("contact", &item));
            }
        }
        let shown = |kind: &str| !["gist", "member", "repeated_answer"].contains(&kind);
        for Found { kind, item, .. } in self.about(customer, contact, who.person()).await? {
            match kind {
                // The others of that day are nobody's business.
                "usage_day" => items.push(Exported { kind, key: sort_key(&item), value: json!({ "used": true }) }),
                kind if shown(kind) => items.push(exported(kind, &item)),
                _ => {}
            }
        }
        Ok((!items.is_empty()).then_some((items, guard)))
    }
}

fn exported(kind: &'static str, item: &Item) -> Exported {
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
    let (pk, sk) = (text("pk"), text("sk"));
    let value = item.get("body").map_or(Value::Null, plain);
    Exported { kind, key: if sk == "A" { pk } else { sk }, value }
}

/// A stored value as JSON; bytes, which are hashes of ids, as base64.
fn plain(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!(text),
        AttributeValue::N(number) => serde_json::from_str(number).unwrap_or_else(|_| json!(number)),
        AttributeValue::Bool(is) => json!(is),
        AttributeValue::L(items) => items.iter().map(plain).collect(),
        AttributeValue::M(fields) => fields.iter().map(|(name, field)| (name.clone(), plain(field))).collect(),
        AttributeValue::B(bytes) => json!(STANDARD.encode(bytes)),
        _ => Value::Null,
    }
}
