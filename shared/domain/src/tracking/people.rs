//! Who is who: which customer a user belongs to, under which ids a user is known, and what is known of the person.
//!
//! What was said later wins, by the sender's clock, in whichever order it arrives.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Act, Person, Tracked};
use crate::id::{CustomerId, RecordId};

/// The most steps from an old id to the one that counts; they are shortened to one whenever they are seen.
pub const MAX_ALIASES: usize = 8;

/// A user of a product.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The id that the product gives.
    pub id: String,
    /// The id that counts instead, when this one is an old one.
    pub alias_of: Option<String>,
    /// The customer.
    pub customer: Option<CustomerId>,
    /// When the user was said to belong there.
    pub member_since: Option<DateTime<Utc>>,
    /// The user as a contact of the customer.
    pub contact: Option<RecordId>,
    /// What is known and not yet part of a contact: the customer or the address is missing.
    pub person: Option<Person>,
    /// When that, or what changed the contact, was said.
    pub told: Option<Said>,
}

crate::debug_only!(User { customer, member_since, contact });

/// A message that changed something, by the sender's clock and id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Said {
    /// When.
    pub at: DateTime<Utc>,
    /// In which message.
    pub message_id: String,
}

impl Said {
    /// What an item says.
    pub fn by(item: &Tracked) -> Self {
        Self { at: item.said_at, message_id: item.message_id.clone() }
    }

    /// Whether this is to be heard after `known`: it is neither older nor the same message again.
    pub fn is_news_after(&self, known: Option<&Self>) -> bool {
        known.is_none_or(|known| self.at >= known.at && self.message_id != known.message_id)
    }
}

impl User {
    /// A user of whom nothing is known.
    pub fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            alias_of: None,
            customer: None,
            member_since: None,
            contact: None,
            person: None,
            told: None,
        }
    }
}

/// The users that a request speaks of.
#[derive(Debug, Clone, Default)]
pub struct People {
    users: BTreeMap<String, User>,
    before: BTreeMap<String, User>,
}

impl People {
    /// The ids of the users that items name.
    pub fn named(items: &[Tracked]) -> BTreeSet<String> {
        let mut ids = BTreeSet::new();
        for item in items {
            if !ids.contains(&item.user) {
                ids.insert(item.user.clone());
            }
            if let Act::Alias { previous } = &item.act {
                ids.insert(previous.clone());
            }
        }
        ids
    }

    /// Adds users as they were read. Answers the ids to be read next: those that the new ones are aliases of.
    pub fn know(&mut self, users: impl IntoIterator<Item = User>) -> BTreeSet<String> {
        let mut next = BTreeSet::new();
        for user in users {
            next.extend(user.alias_of.clone());
            self.before.insert(user.id.clone(), user.clone());
            self.users.insert(user.id.clone(), user);
        }
        next.retain(|id| !self.users.contains_key(id));
        next
    }

    /// The id that counts for `id`.
    pub fn resolve<'a>(&'a self, id: &'a str) -> &'a str {
        let mut id = id;
        for _ in 0..MAX_ALIASES {
            match self.users.get(id).and_then(|user| user.alias_of.as_deref()) {
                Some(next) => id = next,
                None => break,
            }
        }
        id
    }

    /// The customer of a user.
    pub fn customer_of(&self, id: &str) -> Option<&CustomerId> {
        self.users.get(self.resolve(id))?.customer.as_ref()
    }

    /// Every customer that a user belongs to.
    pub fn customers(&self) -> impl Iterator<Item = &CustomerId> {
        self.users.values().filter_map(|user| user.customer.as_ref())
    }

    /// Takes in what the items say about users. A customer that does not exist has no users.
    pub fn learn(&mut self, items: &[Tracked], exists: impl Fn(&CustomerId) -> bool) {
        let mut said: Vec<&Tracked> = items.iter().filter(|item| !matches!(item.act, Act::Use(_))).collect();
        said.sort_by(|a, b| (a.said_at, &a.message_id).cmp(&(b.said_at, &b.message_id)));
        for item in &said {
            if let Act::Alias { previous } = &item.act {
                self.alias(previous, &item.user);
            }
        }
        for item in said {
            let id = self.resolve(&item.user).to_owned();
            if matches!(item.act, Act::Group(_) | Act::Identify(_))
                && let Some(customer) = item.customer.as_ref().filter(|customer| exists(customer))
            {
                self.join(&id, customer, item.said_at);
            }
            if let Act::Identify(person) = &item.act
                && *person != Person::default()
                && item.customer.as_ref().is_none_or(&exists)
            {
                self.tell(&id, person, Said::by(item));
            }
        }
        self.attach_aliases();
    }

    /// The users of a customer (or of none) about whom something must be written: they changed, or have something for their contact.
    pub fn to_write(&self, customer: Option<&CustomerId>) -> Vec<User> {
        let of_customer = self.users.values().filter(|user| user.customer.as_ref() == customer);
        of_customer.filter(|user| self.is_changed(user) || user.for_contact()).cloned().collect()
    }

    /// A user as it was read.
    pub fn before(&self, id: &str) -> Option<&User> {
        self.before.get(id)
    }

    /// Whether the user differs from what was read. When something was said is worth nothing without news.
    pub fn is_changed(&self, user: &User) -> bool {
        self.before.get(&user.id).is_none_or(|before| User { told: before.told.clone(), ..user.clone() } != *before)
    }

    fn user(&mut self, id: &str) -> &mut User {
        self.users.entry(id.to_owned()).or_insert_with(|| User::new(id))
    }

    /// Lets `id` count for `previous` from now on; what was known of the old one and not of the new one is handed on.
    fn alias(&mut self, previous: &str, id: &str) {
        let id = self.resolve(id).to_owned();
        if id == previous || self.resolve(previous) == id {
            return;
        }
        let old = std::mem::replace(self.user(previous), User::new(previous));
        let user = self.user(&id);
        if user.customer.is_none() {
            user.customer = old.customer;
            user.member_since = old.member_since;
            user.contact = old.contact;
        }
        user.person = user.person.take().or(old.person);
        self.user(previous).alias_of = Some(id);
    }

    fn join(&mut self, id: &str, customer: &CustomerId, said_at: DateTime<Utc>) {
        let known_since = self.before.get(id).and_then(|user| user.member_since);
        let user = self.user(id);
        let is_news = user.customer.as_ref() != Some(customer);
        if is_news && known_since.is_none_or(|since| said_at > since) {
            user.customer = Some(customer.clone());
            user.member_since = Some(said_at);
            user.contact = None;
        }
    }

    fn tell(&mut self, id: &str, person: &Person, said: Said) {
        let told_before = self.before.get(id).and_then(|user| user.told.as_ref());
        if said.is_news_after(told_before) {
            let user = self.user(id);
            user.person.get_or_insert_default().update(person);
            user.told = Some(said);
        }
    }

    /// An old id leads straight to the one that counts, and belongs to its customer, so that it is erased with that.
    fn attach_aliases(&mut self) {
        let old: Vec<String> = self.users.values().filter(|it| it.alias_of.is_some()).map(|it| it.id.clone()).collect();
        for id in old {
            let counts = self.resolve(&id).to_owned();
            let customer = self.customer_of(&id).cloned();
            let user = self.user(&id);
            user.customer = customer;
            if counts != id {
                user.alias_of = Some(counts);
            }
        }
    }
}

impl User {
    /// Whether something is known that makes or changes a contact.
    fn for_contact(&self) -> bool {
        self.customer.is_some() && self.person.as_ref().is_some_and(|it| it.email.is_some() || self.contact.is_some())
    }
}
