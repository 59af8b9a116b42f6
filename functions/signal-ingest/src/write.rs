//! Writes the rows about one customer. A row that is known already writes nothing; if none is new, nothing is written at all.

use chrono::{DateTime, Utc};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::ApiError;
use keepwell_aws::store::change::{Cause, CustomerChange};
use keepwell_aws::store::customers::contact_record;
use keepwell_aws::store::record::Table;
use keepwell_aws::store::signals::{SignalRecord, signal_record, usage_record};
use keepwell_aws::store::transaction::MAX_WRITES;
use keepwell_aws::store::{Expect, Stored, keys};
use keepwell_domain::contact::{Contact, NewContact};
use keepwell_domain::customer::{NewCustomer, Profile, ProfileChange};
use keepwell_domain::event::Fact;
use keepwell_domain::id::CustomerId;
use keepwell_domain::import::{Item, Row};
use keepwell_domain::signal::{SignalKind, UsageEvent};
use keepwell_domain::timeline::TimelineEntry;
use keepwell_domain::usage::{ChangedRow, Folded, UsageDays};

/// What a row did, or would do.
pub(crate) enum Effect {
    Created,
    Updated,
    Unchanged,
    Refused { column: &'static str, detail: String },
}

/// Room in a transaction for the customer's row and its event.
const ROOM: usize = MAX_WRITES - 4;

/// Usage in one transaction, in bytes: `DynamoDB` takes 4 MB, and there are other items.
const MAX_USAGE_BYTES: usize = 3_000_000;

/// Writes the rows about `customer` and answers what each did, in their order.
pub(crate) async fn write_customer(
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
        }
    }
    if !usage.is_empty() {
        writer.usage(&usage).await?;
    }
    writer.finish().await
}

fn unknown(customer: &CustomerId) -> Effect {
    let detail = format!("there is no customer {customer}; import customers first");
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
            None => (fresh, Expect::Absent),
            Some(Stored { value: before, revision }) => {
                let after = updated(&before, fresh);
                if after == before {
                    self.effects.push(Effect::Unchanged);
                    return Ok(());
                }
                (after, Expect::Revision(revision))
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

    async fn signal<S: SignalRecord>(&mut self, kind: SignalKind, signal: &S) -> Result<(), ApiError> {
        let customer = self.change.customer.id.clone();
        let key = keys::record(&customer, S::PREFIX, signal.id());
        let before: Option<Stored<S>> = self.cloud.store.get(Table::Core, &key).await?;
        let entry = signal.timeline_entry();
        self.make_room(3).await?;
        let expect = match &before {
            Some(before) if before.value == *signal => {
                self.effects.push(Effect::Unchanged);
                return Ok(());
            }
            Some(before) => {
                let line = |entry: Option<&TimelineEntry>| entry.map(|entry| keys::timeline(&customer, entry));
                let old = line(before.value.timeline_entry().as_ref());
                if let Some(old) = old.filter(|old| Some(old) != line(entry.as_ref()).as_ref()) {
                    self.change.transaction.delete(Table::Core, old);
                }
                self.effects.push(Effect::Updated);
                Expect::Revision(before.revision)
            }
            None => {
                self.effects.push(Effect::Created);
                Expect::Absent
            }
        };
        self.change.put(signal_record(&customer, signal), expect);
        if let Some(entry) = &entry {
            self.change.timeline(entry);
        }
        self.note(kind);
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
        for ChangedRow { mut day, revision, bytes: of_row } in days.changed() {
            bytes += of_row;
            if bytes > MAX_USAGE_BYTES {
                self.flush_and_read().await?;
                bytes = of_row;
            }
            self.make_room(1).await?;
            day.version += 1;
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
        if self.change.transaction.len() + writes <= ROOM { Ok(()) } else { self.flush_and_read().await }
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
