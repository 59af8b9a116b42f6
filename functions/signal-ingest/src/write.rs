//! Writes items, each customer's in its own transactions. An item that is known already writes nothing; if none is new, nothing is
//! written at all.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::ApiError;
use keepwell_aws::store::change::{Cause, CustomerChange, retry_on_conflict};
use keepwell_aws::store::customers::contact_record;
use keepwell_aws::store::gists::WRITES_PER_SIGNAL;
use keepwell_aws::store::record::Table;
use keepwell_aws::store::signals::{SignalRecord, usage_record};
use keepwell_aws::store::transaction::MAX_WRITES;
use keepwell_aws::store::{Expect, Stored, keys};
use keepwell_aws::suppression::as_welcome;
use keepwell_domain::contact::{Contact, NewContact};
use keepwell_domain::customer::{NewCustomer, Profile, ProfileChange};
use keepwell_domain::event::Fact;
use keepwell_domain::id::{CustomerId, RecordId};
use keepwell_domain::import::{Item, Row};
use keepwell_domain::signal::{CustomMeasure, SignalKind, UsageEvent};
use keepwell_domain::usage::{ChangedRow, Folded, UsageDays};

/// How many customers are written at once: the time goes into waiting for the tables.
const AT_ONCE: usize = 8;

/// What an item did, or would do.
pub(crate) enum Effect {
    Created,
    Updated,
    Unchanged,
    Refused { column: &'static str, detail: String },
}

/// Room in a transaction for the customer's row, its items in the work index and the event that signals were received.
const ROOM: usize = MAX_WRITES - 4;

/// Most writes of a fact: its event, and that it was told of.
const WRITES_PER_FACT: usize = 2;

/// Usage in one transaction, in bytes: `DynamoDB` takes 4 MB, and there are other items.
const MAX_USAGE_BYTES: usize = 3_000_000;

/// Writes the items customer by customer: what was acknowledged for one does not depend on another. Answers what each did, by its
/// place. After an error some may be written; writing all of them again changes nothing about those.
pub(crate) async fn write(cloud: &Cloud, rows: Vec<Row>, dry_run: bool) -> Result<Vec<(usize, Effect)>, ApiError> {
    let mut by_customer: BTreeMap<CustomerId, Vec<Row>> = BTreeMap::new();
    for row in rows {
        by_customer.entry(row.customer.clone()).or_default().push(row);
    }
    let written = stream::iter(by_customer).map(|(customer, rows)| async move {
        let effects = retry_on_conflict(|| write_customer(cloud, &customer, &rows, dry_run)).await;
        effects.map(|effects| rows.into_iter().map(|row| row.row).zip(effects).collect::<Vec<_>>())
    });
    let written: Vec<Vec<_>> = written.buffer_unordered(AT_ONCE).try_collect().await?;
    Ok(written.into_iter().flatten().collect())
}

/// Writes the items about `customer` and answers what each did, in their order.
async fn write_customer(
    cloud: &Cloud,
    customer: &CustomerId,
    rows: &[Row],
    dry_run: bool,
) -> Result<Vec<Effect>, ApiError> {
    let now = cloud.now();
    let Some(stored) = cloud.store.customer(customer).await? else {
        return match rows.first().map(|row| &row.item) {
            Some(Item::Customer(profile)) => create(cloud, customer, profile, dry_run, now).await,
            _ => Ok(rows.iter().map(|_| unknown(customer)).collect()),
        };
    };
    let change = CustomerChange::of(stored, Cause::default(), now);
    let mut writer = Writer { dry_run, ..Writer::new(cloud, change, now) };
    let mut usage: Vec<&UsageEvent> = Vec::new();
    let newest = newest_observations(rows);
    for row in rows {
        match &row.item {
            Item::Customer(profile) => writer.profile(profile),
            Item::Contact(contact) => writer.contact(contact).await?,
            Item::Usage(event) => usage.push(event),
            Item::Ticket(ticket) => writer.signal(SignalKind::Ticket, ticket).await?,
            Item::Survey(survey) => writer.signal(SignalKind::Survey, survey).await?,
            Item::Interaction(interaction) => writer.signal(SignalKind::Interaction, interaction).await?,
            Item::Goal(goal) => writer.signal(SignalKind::Goal, goal).await?,
            Item::Outcome(outcome) => writer.signal(SignalKind::Outcome, outcome).await?,
            Item::Message(message) => writer.signal(SignalKind::Message, message).await?,
            Item::Opportunity(opportunity) => writer.signal(SignalKind::Opportunity, opportunity).await?,
            Item::CustomMeasure(measure) if newest.get(&measure.name) > Some(&measure.observed_at) => {
                writer.effects.push(Effect::Unchanged);
            }
            Item::CustomMeasure(measure) => writer.signal(SignalKind::CustomMeasure, measure).await?,
        }
    }
    if !usage.is_empty() {
        writer.usage(&usage).await?;
    }
    writer.finish().await
}

/// When each custom measure was last observed, as far as these items know.
fn newest_observations(rows: &[Row]) -> BTreeMap<&RecordId, DateTime<Utc>> {
    let mut newest: BTreeMap<&RecordId, DateTime<Utc>> = BTreeMap::new();
    for row in rows {
        if let Item::CustomMeasure(CustomMeasure { name, observed_at, .. }) = &row.item {
            let known = newest.entry(name).or_insert(*observed_at);
            *known = (*known).max(*observed_at);
        }
    }
    newest
}

fn unknown(customer: &CustomerId) -> Effect {
    let detail = format!("there is no customer {customer}; create or import it first");
    Effect::Refused { column: "customer", detail }
}

/// Creates a customer from its row.
async fn create(
    cloud: &Cloud,
    id: &CustomerId,
    profile: &ProfileChange,
    dry_run: bool,
    now: DateTime<Utc>,
) -> Result<Vec<Effect>, ApiError> {
    let profile = profile.clone().apply(&Profile::blank());
    if profile.name.is_empty() {
        return Ok(vec![Effect::Refused { column: "name", detail: "is required for a new customer".to_owned() }]);
    }
    let mut customer = NewCustomer { id: None, profile }.create(id.clone(), now);
    if !dry_run {
        customer.event_seq = cloud.store.last_event_of_erased(id).await?;
        let mut change = CustomerChange::creation(customer, now);
        change.publish(Fact::CustomerCreated {});
        change.commit(cloud).await?;
    }
    Ok(vec![Effect::Created])
}

/// Collects the writes about one customer and commits them, in as few transactions as they need.
pub(crate) struct Writer<'a> {
    pub(crate) cloud: &'a Cloud,
    pub(crate) change: CustomerChange,
    effects: Vec<Effect>,
    /// Kinds of signals that changed and are not published yet.
    kinds: Vec<SignalKind>,
    /// Whether there is anything to commit.
    pub(crate) changed: bool,
    dry_run: bool,
    pub(crate) now: DateTime<Utc>,
}

impl<'a> Writer<'a> {
    /// A writer of `change`.
    pub(crate) fn new(cloud: &'a Cloud, change: CustomerChange, now: DateTime<Utc>) -> Self {
        Self { cloud, change, effects: Vec::new(), kinds: Vec::new(), changed: false, dry_run: false, now }
    }

    /// Commits what is left and answers what each row did.
    pub(crate) async fn finish(mut self) -> Result<Vec<Effect>, ApiError> {
        self.flush().await?;
        Ok(self.effects)
    }

    fn profile(&mut self, profile: &ProfileChange) {
        let profile = profile.clone().apply(&self.change.customer.profile);
        match self.change.customer.with_profile(profile, self.now) {
            Some(changed) => {
                self.change.customer = changed;
                self.change.publish(Fact::CustomerChanged {});
                self.changed = true;
                self.effects.push(Effect::Updated);
            }
            None => self.effects.push(Effect::Unchanged),
        }
    }

    async fn contact(&mut self, new: &NewContact) -> Result<(), ApiError> {
        let Some(id) = &new.id else { return Err(ApiError::Internal("a contact row without an id".to_owned())) };
        let before = self.cloud.store.contact(&self.change.customer.id, id).await?;
        let fresh = new.clone().create(id.clone(), self.now);
        let (after, expect) = match before {
            None => (as_welcome(self.cloud, fresh).await?, Expect::Absent),
            Some(Stored { value: before, revision }) => {
                let after = updated(&before, fresh);
                if after == before {
                    self.effects.push(Effect::Unchanged);
                    return Ok(());
                }
                let moved = after.email != before.email;
                (if moved { as_welcome(self.cloud, after).await? } else { after }, Expect::Revision(revision))
            }
        };
        self.effects.push(if expect == Expect::Absent { Effect::Created } else { Effect::Updated });
        self.make_room(1).await?;
        self.change.put(contact_record(&self.change.customer.id, &after), expect);
        if self.change.customer.profile.request_feedback {
            self.change.customer.feedback_due_at = Some(self.now);
        }
        self.changed = true;
        Ok(())
    }

    /// Keeps a signal in place of the one that there is under its id.
    pub(crate) async fn signal<S: SignalRecord>(&mut self, kind: SignalKind, signal: &S) -> Result<(), ApiError> {
        let key = keys::record(&self.change.customer.id, S::PREFIX, signal.id());
        let before: Option<Stored<S>> = self.cloud.store.get(Table::Core, &key).await?;
        if before.as_ref().is_some_and(|before| !signal.replaces(&before.value)) {
            self.effects.push(Effect::Unchanged);
            return Ok(());
        }
        self.effects.push(if before.is_some() { Effect::Updated } else { Effect::Created });
        let known = before.as_ref().map(|before| &before.value);
        let news = signal.news(known, self.now);
        let writes = WRITES_PER_SIGNAL + signal.due_writes(known) + WRITES_PER_FACT * news.len();
        self.make_room(writes).await?;
        if let Some(before) = &before {
            self.remember_others(&before.value, signal).await?;
        }
        self.change.signal(before.as_ref(), signal);
        self.note(kind);
        for fact in news {
            self.tell(fact).await?;
        }
        Ok(())
    }

    /// Publishes what is told of once.
    async fn tell(&mut self, fact: Fact) -> Result<(), ApiError> {
        let Fact::TicketEscalated { ticket, .. } = &fact else {
            // There is no second first time: its record must be absent.
            self.change.publish(fact);
            return Ok(());
        };
        // Taken back and sent again, as by an old file after a new one, it is no news.
        let key = keys::told(&self.change.customer.id, &format!("{} {ticket}", fact.name()));
        if !self.cloud.store.was_told(&key).await? {
            self.change.tell_once(key, fact);
        }
        Ok(())
    }

    /// When `after` takes the place of what was remembered for good, looks up what there is beside it.
    async fn remember_others<S: SignalRecord>(&mut self, before: &S, after: &S) -> Result<(), ApiError> {
        let last = &self.change.customer.last_signals;
        if !last.as_ref().is_some_and(|last| last.loses(before, after, self.now)) {
            return Ok(());
        }
        // What is about to be written must be among what is looked up.
        self.flush_and_read().await?;
        let all = self.cloud.store.signals::<S>(&self.change.customer.id).await?;
        if let Some(last) = &mut self.change.customer.last_signals {
            S::forget(last);
            let others = all.iter().filter(|other| other.value.id() != after.id());
            others.for_each(|other| other.value.remember(last, self.now));
        }
        Ok(())
    }

    /// Folds usage into its days: one read for the whole span, one write for each row that changed.
    pub(crate) async fn usage(&mut self, events: &[&UsageEvent]) -> Result<(), ApiError> {
        let customer = self.change.customer.id.clone();
        let Some((first, last)) = UsageDays::window(events.iter().map(|event| event.at.date_naive())) else {
            return Ok(());
        };
        let stored = self.cloud.store.usage_rows(&customer, first, last).await?;
        let mut days = UsageDays::of(stored.into_iter().map(|stored| (stored.value, stored.revision)));
        self.effects.extend(fold_all(&mut days, events));
        let mut bytes = 0;
        for ChangedRow { day, revision, bytes: of_row } in days.changed() {
            bytes += of_row;
            if bytes > MAX_USAGE_BYTES {
                self.flush_and_read().await?;
                bytes = of_row;
            }
            self.make_room(1).await?;
            self.change.put(usage_record(&customer, &day), revision.map_or(Expect::Absent, Expect::Revision));
            self.note(SignalKind::Usage);
        }
        Ok(())
    }

    fn note(&mut self, kind: SignalKind) {
        if !self.kinds.contains(&kind) {
            self.kinds.push(kind);
        }
        self.changed = true;
    }

    /// Commits what there is when `writes` more would not fit into the transaction.
    pub(crate) async fn make_room(&mut self, writes: usize) -> Result<(), ApiError> {
        if self.change.len() + writes <= ROOM { Ok(()) } else { self.flush_and_read().await }
    }

    /// Commits what there is and goes on with the customer as it is then.
    async fn flush_and_read(&mut self) -> Result<(), ApiError> {
        self.flush().await?;
        let stored = self.cloud.store.customer(&self.change.customer.id).await?;
        let stored = stored.ok_or_else(|| ApiError::NotFound("The customer was erased meanwhile.".to_owned()))?;
        self.change = CustomerChange::of(stored, Cause::default(), self.now);
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), ApiError> {
        if !self.changed || self.dry_run {
            return Ok(());
        }
        let empty = CustomerChange::creation(self.change.customer.clone(), self.now);
        let mut change = std::mem::replace(&mut self.change, empty);
        if !self.kinds.is_empty() {
            change.publish(Fact::SignalsReceived { kinds: std::mem::take(&mut self.kinds) });
        }
        self.changed = false;
        change.commit(self.cloud).await?;
        Ok(())
    }
}

/// Folds the events, the earliest first whatever their order: of two with one message id the earlier counts. Answers each one's
/// effect, in their order.
fn fold_all(days: &mut UsageDays, events: &[&UsageEvent]) -> Vec<Effect> {
    let mut in_time: Vec<(usize, &&UsageEvent)> = events.iter().enumerate().collect();
    in_time.sort_by(|(_, a), (_, b)| (a.at, &a.message_id).cmp(&(b.at, &b.message_id)));
    let mut effects: Vec<(usize, Effect)> = in_time
        .into_iter()
        .map(|(index, event)| {
            let effect = match days.fold(event) {
                Folded::New => Effect::Created,
                Folded::Known => Effect::Unchanged,
                Folded::DayFull => Effect::Refused {
                    column: "at",
                    detail: format!(
                        "the day {} of this customer is full; send usage added up, with a count",
                        event.at.date_naive()
                    ),
                },
            };
            (index, effect)
        })
        .collect();
    effects.sort_unstable_by_key(|(index, _)| *index);
    effects.into_iter().map(|(_, effect)| effect).collect()
}

/// The known contact with what the row says; consent and history stay as they are.
fn updated(before: &Contact, fresh: Contact) -> Contact {
    let mut after = Contact {
        mail: before.mail.clone(),
        ask: before.ask.clone(),
        created_at: before.created_at,
        version: before.version,
        ..fresh
    };
    if after != *before {
        after.version += 1;
    }
    after
}
