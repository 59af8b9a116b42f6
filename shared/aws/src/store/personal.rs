//! Everything that is stored about one contact, wherever it is: what an export shows and an erasure takes away. One search serves both,
//! so that nothing is shown that cannot be erased, and nothing erased that cannot be shown.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use keepwell_domain::automation::run::Run;
use keepwell_domain::delivery::{DeliveryKey, EndpointId};
use keepwell_domain::erasure::{ERASED, Erased, Person};
use keepwell_domain::id::{CustomerId, EmailAddress, RecordId};
use keepwell_domain::mail::id_of_survey;
use keepwell_domain::tracking::people::User;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::customers::core;
use super::keys::{self, Key};
use super::record::{Table, read, sort_key};
use super::{Item, Range, Store, StoreError, Stored, idempotency};

/// Who somebody was that is being erased, kept until it is done: with it an erasure that broke off can go on.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Erasing {
    pub(super) names: BTreeSet<String>,
    pub(super) addresses: BTreeSet<EmailAddress>,
}

keepwell_domain::debug_only!(Erasing {});

impl Erasing {
    pub(super) fn person(&self) -> Person {
        let mut person = Person::default();
        self.names.iter().for_each(|name| person.named(name));
        self.addresses.iter().for_each(|address| person.reached_at(address));
        person
    }
}

/// An item about somebody.
pub(super) struct Found {
    pub(super) table: Table,
    /// What it is, in a word.
    pub(super) kind: &'static str,
    /// The item as it is.
    pub(super) item: Item,
    /// The item without the person; `None` = nothing of it is left.
    pub(super) after: Option<Item>,
}

/// Everything about somebody.
pub(super) struct Search<'a> {
    store: &'a Store,
    customer: &'a CustomerId,
    who: Erased,
    found: Vec<Found>,
    /// What runs that are about the contact made.
    made: BTreeSet<String>,
}

impl Store {
    /// What is kept about somebody who is being erased.
    pub(super) async fn erasing(
        &self,
        customer: &CustomerId,
        contact: &RecordId,
    ) -> Result<Option<Stored<Erasing>>, StoreError> {
        self.get(Table::Core, &keys::erasing(customer, contact)).await
    }

    /// Everything about a contact of a customer, but its own row.
    pub(super) async fn about(
        &self,
        customer: &CustomerId,
        contact: &RecordId,
        person: Person,
    ) -> Result<Vec<Found>, StoreError> {
        let pseudonym = self.address_key()?.pseudonym(customer, contact.as_str());
        let pseudonym = pseudonym.map_err(|_| StoreError::NoAddressKey)?;
        let who = Erased { contact: contact.clone(), pseudonym, person };
        let mut search = Search { store: self, customer, who, found: Vec::new(), made: BTreeSet::new() };
        search.everywhere().await?;
        Ok(search.found)
    }
}

/// Sort key prefixes of what contacts themselves said or took part in: their texts go wholly.
const OWN_WORDS: [(&str, &str); 5] = [
    ("S#IN#", "interaction"),
    ("S#SV#", "survey"),
    ("S#MS#", "message"),
    (keys::ANSWERS, "feedback"),
    ("FR#", "feedback_request"),
];

impl Search<'_> {
    async fn everywhere(&mut self) -> Result<(), StoreError> {
        let items = self.store.query_items(&core(self.customer, "")).await?;
        let runs: Vec<&Item> = items.iter().filter(|item| sort_key(item).starts_with(keys::RUNS)).collect();
        for run in runs {
            self.what_a_run_made(run).await?;
        }
        let lines = self.lines_of(&items);
        for item in items {
            let sk = sort_key(&item);
            let row = sk == "ROW" || sk.starts_with("ER#") || sk == format!("{}{}", keys::CONTACTS, self.who.contact);
            if row && sk != "ROW" {
                continue;
            }
            if sk.starts_with("FR#") && self.names_contact(&item) {
                self.mail(&id_of_survey(sk.trim_start_matches("FR#")), true).await?;
            }
            if let Some(pk) = sk.strip_prefix(keys::REPEATED) {
                let key = Key { pk: format!("{}{pk}", keys::REPEATED), sk: "A".to_owned() };
                self.elsewhere(Table::Dedupe, &key, "repeated_answer", false).await?;
            } else {
                self.of_customer(&sk, item, &lines);
            }
        }
        let users = self.users().await?;
        self.usage(&users).await
    }

    /// What a run made may name the contact: all of it when an event of the contact set it off or it wrote to the contact, and attributes of
    /// the customer in any case.
    async fn what_a_run_made(&mut self, item: &Item) -> Result<(), StoreError> {
        let run: Run = read(item.clone())?.value;
        let about = serde_json::to_value(&run.event).is_ok_and(|event| self.is_contact(event.pointer("/data/contact")));
        for step in run.steps {
            let Some(made) = step.made else { continue };
            let endpoint = step.input.get("endpoint").and_then(Value::as_str).map(EndpointId::parse);
            let about = about || self.is_contact(step.input.get("contact"));
            if about {
                self.made.insert(made.clone());
            }
            if let Some(Ok(endpoint)) = endpoint {
                let key = keys::delivery(&DeliveryKey { endpoint, id: made });
                self.elsewhere(Table::Dedupe, &key, "delivery", about).await?;
            } else if step.kind == "mail" {
                self.mail(&made, about).await?;
            }
        }
        Ok(())
    }

    fn is_contact(&self, value: Option<&Value>) -> bool {
        value.and_then(Value::as_str) == Some(self.who.contact.as_str())
    }

    async fn mail(&mut self, id: &str, about: bool) -> Result<(), StoreError> {
        self.elsewhere(Table::Dedupe, &keys::mail_intent(id), "mail", about).await
    }

    /// Looks at an item that only another leads to.
    async fn elsewhere(&mut self, table: Table, key: &Key, kind: &'static str, about: bool) -> Result<(), StoreError> {
        let Some(item) = self.store.get_item(table, key).await? else { return Ok(()) };
        let mut after = item.clone();
        let mut changed = self.take_out(&mut after, about);
        let nameless = about && self.who.person.is_nameless();
        match kind {
            "mail" if nameless || self.names_contact(&item) => changed |= empty(&mut after, "variables"),
            "delivery" if nameless => changed |= field(&mut after, "body").is_some_and(said_nothing),
            // The request that made the contact, or changed something about it.
            "repeated_answer" => {
                let own = format!("\"{}\"", self.who.contact);
                let said = |item: &mut Item| field(item, "body").and_then(|body| body.as_s().ok().cloned());
                if said(&mut after).is_some_and(|text| text.contains(&own)) {
                    changed |= replace(&mut after, "body", idempotency::ERASED);
                }
            }
            _ => {}
        }
        if changed {
            self.found.push(Found { table, kind, item, after: Some(after) });
        }
        Ok(())
    }

    /// The ends of the timeline's sort keys of what the contact said.
    fn lines_of(&self, items: &[Item]) -> BTreeSet<String> {
        let mut lines = BTreeSet::new();
        for item in items.iter().filter(|item| self.names_contact(item)) {
            let sk = sort_key(item);
            let Some((prefix, kind)) = OWN_WORDS.iter().find(|(prefix, _)| sk.starts_with(prefix)) else { continue };
            let record = sk.trim_start_matches(prefix);
            // An answer's line is `<request>.<revision>`, its row `<request>#<revision, six digits>`.
            let record = match record.rsplit_once('#') {
                Some((request, revision)) => format!("{request}.{}", revision.trim_start_matches('0')),
                None => record.to_owned(),
            };
            lines.insert(format!("#{kind}#{record}"));
        }
        lines.extend(self.made.iter().map(|made| format!("#task#{made}")));
        lines
    }

    /// An item of the customer's partition.
    fn of_customer(&mut self, sk: &str, item: Item, lines: &BTreeSet<String>) {
        let mut after = item.clone();
        let of_contact = self.names_contact(&item);
        let is_line = sk.starts_with(keys::TIMELINE) && lines.iter().any(|line| sk.ends_with(line.as_str()));
        let is_made = sk.strip_prefix(keys::TASKS).is_some_and(|task| self.made.contains(task));
        let about = of_contact || is_line || is_made;
        let mut changed = self.take_out(&mut after, about);
        if of_contact && OWN_WORDS.iter().any(|(prefix, _)| sk.starts_with(prefix)) {
            changed |= wordless(&mut after);
        }
        if is_line && !sk.contains("#task#") {
            changed |= wordless_line(&mut after);
        }
        // The name is not known any more, and these texts were made with it.
        if self.who.person.is_nameless() && (is_made || (is_line && sk.contains("#task#"))) {
            changed |= replace(&mut after, "title", ERASED) | replace(&mut after, "detail", "");
        }
        if changed {
            self.found.push(Found {
                table: Table::Core,
                kind: super::personal_export::kind_of(sk),
                item,
                after: Some(after),
            });
        }
    }

    /// Users of the product that are the contact, each with what the customer knows it by. Answers their ids with what takes their place.
    async fn users(&mut self) -> Result<BTreeMap<String, String>, StoreError> {
        let members: Vec<Stored<String>> = self.store.query_all(&core(self.customer, keys::USERS)).await?;
        let ids: BTreeSet<String> = members.into_iter().map(|stored| stored.value).collect();
        let known: Vec<User> = self.store.users(&ids).await?.into_iter().map(|stored| stored.value).collect();
        let mut own: BTreeSet<&str> = known.iter().filter(|user| self.is_user(user)).map(|user| &*user.id).collect();
        let aliases = known.iter().filter(|user| user.alias_of.as_deref().is_some_and(|id| own.contains(id)));
        let aliases: Vec<&str> = aliases.map(|user| &*user.id).collect();
        own.extend(aliases);
        // Usage that was imported names people as its sender does, without a user.
        let mut named: BTreeSet<String> = own.iter().map(|id| (*id).to_owned()).collect();
        for id in own {
            for (key, kind) in [(keys::user(id), "user"), (keys::member(self.customer, id), "member")] {
                if let Some(item) = self.store.get_item(Table::Core, &key).await? {
                    self.found.push(Found { table: Table::Core, kind, item, after: None });
                }
            }
        }
        named.insert(self.who.contact.to_string());
        let key = self.store.address_key()?;
        let stand_in = |id: &String| key.pseudonym(self.customer, id).map(|it| (id.clone(), it.to_string())).ok();
        Ok(named.iter().filter_map(stand_in).collect())
    }

    fn is_user(&self, user: &User) -> bool {
        let person = &self.who.person;
        let told = user.person.as_ref().and_then(|told| told.email.as_ref());
        user.contact.as_ref() == Some(&self.who.contact)
            || user.id == self.who.contact.as_str()
            || person.is_address(&user.id)
            || told.is_some_and(|email| person.is_address(email.as_str()))
    }

    async fn usage(&mut self, users: &BTreeMap<String, String>) -> Result<(), StoreError> {
        let pk = keys::usage_partition(self.customer);
        let range = Range { table: Table::Usage, pk, prefix: "", descending: false };
        for item in self.store.query_items(&range).await? {
            let mut after = item.clone();
            let Some(AttributeValue::L(named)) = field(&mut after, "users") else { continue };
            let mut changed = false;
            for value in named {
                let AttributeValue::S(id) = value else { continue };
                let stand_in = users.get(id).cloned().or_else(|| {
                    let is_address = self.who.person.is_address(id);
                    let key = self.store.address_key().ok().filter(|_| is_address)?;
                    key.pseudonym(self.customer, id).ok().map(|it| it.to_string())
                });
                if let Some(stand_in) = stand_in {
                    *value = AttributeValue::S(stand_in);
                    changed = true;
                }
            }
            if changed {
                self.found.push(Found { table: Table::Usage, kind: "usage_day", item, after: Some(after) });
            }
        }
        Ok(())
    }

    /// Whether an item names the contact by its id.
    fn names_contact(&self, item: &Item) -> bool {
        item.get("body").is_some_and(|body| names(body, self.who.contact.as_str()))
    }

    /// Takes the person out of an item. Answers whether it was there.
    fn take_out(&self, item: &mut Item, about: bool) -> bool {
        item.get_mut("body").is_some_and(|body| take_out(body, &self.who, "body", about))
    }
}

fn names(value: &AttributeValue, contact: &str) -> bool {
    match value {
        AttributeValue::M(fields) => fields.iter().any(|(name, value)| {
            (name == "contact" && value.as_s().is_ok_and(|id| id == contact)) || names(value, contact)
        }),
        AttributeValue::L(items) => items.iter().any(|item| names(item, contact)),
        _ => false,
    }
}

/// Fields that hold the address of one of the team, who may be a contact too.
const OF_THE_TEAM: [&str; 7] = ["owner", "by", "set_by", "created_by", "address", "manager", "email"];

/// Fields of words that people wrote or read. In any other a single word is one of ours ("user"), whoever is called so.
const OF_WORDS: [&str; 10] =
    ["title", "detail", "text", "subject", "notes", "comment", "paragraphs", "first_name", "name", "body"];

/// Takes the person out of the value of `field`.
fn take_out(value: &mut AttributeValue, who: &Erased, field: &str, about: bool) -> bool {
    match value {
        AttributeValue::M(fields) => fields.iter_mut().fold(false, |any, (name, value)| match value {
            AttributeValue::S(id) if name == "contact" && id == who.contact.as_str() => {
                *value = AttributeValue::S(who.pseudonym.to_string());
                true
            }
            _ => any | take_out(value, who, name, about),
        }),
        AttributeValue::L(items) => items.iter_mut().fold(false, |any, item| any | take_out(item, who, field, about)),
        AttributeValue::S(_) if OF_THE_TEAM.contains(&field) => false,
        AttributeValue::S(text) => match who.person.taken_out_of(text, about && OF_WORDS.contains(&field)) {
            Some(without) => {
                *text = without;
                true
            }
            None => false,
        },
        _ => false,
    }
}

fn field<'a>(item: &'a mut Item, name: &str) -> Option<&'a mut AttributeValue> {
    match item.get_mut("body")? {
        AttributeValue::M(fields) => fields.get_mut(name),
        _ => None,
    }
}

/// Replaces a text. Answers whether it said anything else.
fn replace(item: &mut Item, name: &str, text: &str) -> bool {
    match field(item, name) {
        Some(AttributeValue::S(said)) if said != text => {
            text.clone_into(said);
            true
        }
        _ => false,
    }
}

/// Empties the body of a delivery, which is JSON. It was made with a name that is not known any more.
fn said_nothing(body: &mut AttributeValue) -> bool {
    let AttributeValue::M(body) = body else { return false };
    let nothing = AttributeValue::S(idempotency::ERASED.to_owned());
    body.insert("text".to_owned(), nothing.clone()) != Some(nothing)
}

fn empty(item: &mut Item, name: &str) -> bool {
    match field(item, name) {
        Some(AttributeValue::M(fields)) if !fields.is_empty() => {
            fields.clear();
            true
        }
        _ => false,
    }
}

/// Takes away what somebody wrote or what was written down of them. Numbers stay: the customer's history is computed from them.
fn wordless(item: &mut Item) -> bool {
    let texts = replace(item, "notes", "") | replace(item, "text", "");
    // The team's themes are about these words.
    let people = emptied(item, "participants") | emptied(item, "themes");
    let own = match field(item, "comment") {
        Some(comment) => uncommented(comment),
        None => false,
    };
    let last = match field(item, "last") {
        Some(AttributeValue::M(last)) => last.get_mut("comment").is_some_and(uncommented),
        _ => false,
    };
    texts | people | own | last
}

fn emptied(item: &mut Item, name: &str) -> bool {
    match field(item, name) {
        Some(AttributeValue::L(items)) if !items.is_empty() => {
            items.clear();
            true
        }
        _ => false,
    }
}

fn uncommented(comment: &mut AttributeValue) -> bool {
    let said = matches!(comment, AttributeValue::S(_));
    if said {
        *comment = AttributeValue::Null(true);
    }
    said
}

/// The same for a line of the timeline. That of an answer begins with the contact's name, which may not be known any more.
fn wordless_line(item: &mut Item) -> bool {
    let detail = replace(item, "detail", "");
    let Some(AttributeValue::S(title)) = field(item, "title") else { return detail };
    let verb = [" answered ", " changed the answer to "].into_iter().find_map(|verb| title.rfind(verb));
    let Some(rest) = verb.and_then(|at| title.get(at..)).map(|rest| format!("{ERASED}{rest}")) else { return detail };
    let changed = *title != rest;
    *title = rest;
    detail | changed
}
