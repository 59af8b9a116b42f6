//! Erasing a customer: every item of it, wherever it is.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use chrono::{DateTime, Utc};
use keepwell_domain::automation::run::Run;
use keepwell_domain::customer::Customer;
use keepwell_domain::delivery::{DeliveryKey, EndpointId};
use keepwell_domain::event::Fact;
use keepwell_domain::id::CustomerId;
use keepwell_domain::mail::{self, MailIntent, id_of_survey};
use serde_json::{Map, Value};

use super::change::{Cause, CustomerChange};
use super::customers::core;
use super::idempotency::{Remembered, remembered_record};
use super::keys::{self, Key};
use super::record::Table;
use super::transaction::MAX_WRITES;
use super::{CommitError, Expect, Store, StoreError, Stored, Transaction, portfolio};
use crate::cloud::Cloud;

impl Store {
    /// Deletes everything about a customer but its list row.
    pub async fn erase_records(&self, customer: &CustomerId, now: DateTime<Utc>) -> Result<(), CommitError> {
        let row = keys::customer(customer);
        // What only the runs lead to goes before them, so that an erasure that broke off finds it again.
        let (mut doomed, mails) = self.made_by_runs(customer).await?;
        for mail in mails {
            self.blank_mail(&mail, now).await?;
        }
        for key in self.partition_keys(Table::Core, &keys::customer_partition(customer)).await? {
            if let Some(request) = key.sk.strip_prefix("FR#") {
                self.blank_mail(&id_of_survey(request), now).await?;
            }
            if key.sk.starts_with(keys::REPEATED) {
                self.blank_answer(Key { pk: key.sk.clone(), sk: "A".to_owned() }).await?;
            }
            for prefix in ["FR#", keys::TASKS] {
                if let Some(id) = key.sk.strip_prefix(prefix) {
                    doomed.push((Table::Core, keys::whereabouts(id)));
                }
            }
            if key.sk.starts_with(keys::USERS) {
                doomed.push((Table::Core, Key { pk: key.sk.clone(), sk: "A".to_owned() }));
            }
            if key != row {
                doomed.push((Table::Core, key));
            }
        }
        let usage = self.partition_keys(Table::Usage, &keys::usage_partition(customer)).await?;
        doomed.extend(usage.into_iter().map(|key| (Table::Usage, key)));
        for batch in doomed.chunks(MAX_WRITES) {
            let mut transaction = Transaction::default();
            for (table, key) in batch {
                transaction.delete(*table, key.clone());
            }
            transaction.commit(self).await?;
        }
        Ok(())
    }

    /// Deletes the list row and publishes that the customer was erased.
    pub async fn erase_row(&self, cloud: &Cloud, stored: Stored<Customer>) -> Result<(), CommitError> {
        let id = stored.value.id.clone();
        let mut change = CustomerChange::of(stored, Cause::default(), cloud.now());
        change.publish(Fact::CustomerErased {});
        let event_seq = change.customer.event_seq + 1;
        change.put(portfolio::grave(&id, event_seq), Expect::Anything);
        change.commit_erasure(cloud).await
    }

    /// What automations made about the customer outside its partition: deliveries, cool-downs; and the ids of the mails.
    async fn made_by_runs(&self, customer: &CustomerId) -> Result<(Vec<(Table, Key)>, Vec<String>), StoreError> {
        let runs: Vec<Stored<Run>> = self.query_all(&core(customer, keys::RUNS)).await?;
        let (mut others, mut mails) = (Vec::new(), Vec::new());
        let mut automations = BTreeSet::new();
        for Stored { value: run, .. } in runs {
            automations.insert(run.automation);
            for step in run.steps {
                let Some(id) = step.made else { continue };
                let endpoint = step.input.get("endpoint").and_then(Value::as_str).map(EndpointId::parse);
                match endpoint {
                    Some(Ok(endpoint)) => others.push((Table::Dedupe, keys::delivery(&DeliveryKey { endpoint, id }))),
                    _ if step.kind == "mail" => mails.push(id),
                    _ => {}
                }
            }
        }
        others.extend(automations.iter().map(|automation| (Table::Dedupe, keys::cool_down(automation, customer))));
        Ok((others, mails))
    }

    /// Takes what a mail says out of its intent; one that is not sent yet never is. The row stays, so that the mail's link to
    /// unsubscribe goes on working.
    async fn blank_mail(&self, id: &str, now: DateTime<Utc>) -> Result<(), CommitError> {
        let Some(stored) = self.mail_intent(id).await? else { return Ok(()) };
        if stored.value.variables.is_empty() && stored.value.due_at().is_none() {
            return Ok(());
        }
        let blank = MailIntent { variables: Map::new(), version: stored.value.version + 1, ..stored.value.clone() };
        let blank = mail::skip(&blank, "the customer was erased".to_owned(), now).unwrap_or(blank);
        self.replace_mail_intent(&stored, &blank).await
    }

    /// Takes what a repeated answer says out of it. The row stays, so that the request does not act again.
    async fn blank_answer(&self, key: Key) -> Result<(), CommitError> {
        let Some(stored) = self.get::<Remembered>(Table::Dedupe, &key).await? else { return Ok(()) };
        let mut transaction = Transaction::default();
        let blank = remembered_record(key, &stored.value.erased());
        transaction.put(blank, Expect::Revision(stored.revision));
        transaction.commit(self).await
    }

    async fn partition_keys(&self, table: Table, pk: &str) -> Result<Vec<Key>, StoreError> {
        let mut keys = Vec::new();
        let mut start = None;
        loop {
            let answer = self
                .client()
                .query()
                .table_name(self.name(table))
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(":pk", AttributeValue::S(pk.to_owned()))
                .projection_expression("pk, sk")
                .consistent_read(true)
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|error| StoreError::sdk("Query", table, &error))?;
            for item in answer.items.unwrap_or_default() {
                let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
                keys.push(Key { pk: text("pk"), sk: text("sk") });
            }
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(keys);
            }
        }
    }
}
