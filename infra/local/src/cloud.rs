//! `LocalCloud`: the cloud in one process, below the real AWS SDK clients.
//!
//! There is no second store and no repository trait: all code calls the SDK. Here its HTTP client is replaced, so that
//! tables, bus, queues, mail and objects are answered in process, and so that everything that goes wrong in a cloud can be made
//! to go wrong on purpose. In memory for tests, on a file for `cargo run`.

pub mod bus;
pub mod clock;
mod dynamodb;
mod expiry;
pub mod faults;
mod http_client;
pub mod injector;
mod links;
pub mod local_table;
pub mod mailbox;
pub mod metrics;
mod mime;
mod put_events;
pub mod queue;
pub mod requests;
pub mod rights;
pub mod s3;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_sdk_dynamodb::config::{
    AsyncSleep, BehaviorVersion, Credentials, Region, SharedAsyncSleep, SharedCredentialsProvider, Sleep,
};
use aws_types::SdkConfig;
use dynoxide::Database;

use bus::{Bus, Subscription};
use clock::Clock;
use http_client::LocalHttpClient;
use injector::{Crashed, Faults};
use local_table::{Change, LocalStateError, LocalTable};
use mailbox::Mailbox;
use metrics::Metrics;
use requests::{RequestLog, RequestRecord};
use rights::{Needed, Rights};
use s3::Objects;

/// The region of everything local.
pub const REGION: &str = "us-east-1";

const VALUE: &str = "VALUE";

/// The longest wait between two attempts of the SDK, and the timeout of whatever hangs.
const LONGEST_SLEEP: Duration = Duration::from_millis(5);

/// The cloud in one process. Clones are the same cloud.
#[derive(Clone)]
pub struct LocalCloud {
    inner: Arc<Inner>,
}

struct Inner {
    database: Database,
    clock: Clock,
    faults: Faults,
    bus: Bus,
    mailbox: Mailbox,
    metrics: Metrics,
    objects: Objects,
    requests: RequestLog,
    rights: Rights,
    table: LocalTable,
    values: Mutex<BTreeMap<String, String>>,
}

impl LocalCloud {
    /// A cloud that is gone when it is dropped.
    pub fn memory(clock: Clock) -> Result<Self, LocalStateError> {
        let database = Database::memory().map_err(|error| LocalStateError::Open(error.into()))?;
        let objects = Objects::memory(clock.clone());
        Self::with(database, LocalTable::nowhere(), objects, clock)
    }

    /// The cloud in the file at `path`, made when it is not there. Tables, queues, mails, the log of events and the
    /// values are those of the last time; messages that were in flight are waiting again. Objects lie in a folder beside the file.
    pub fn open(path: &Path, clock: Clock) -> Result<Self, LocalStateError> {
        let database = Database::new(&path.to_string_lossy()).map_err(|error| LocalStateError::Open(error.into()))?;
        let table = LocalTable::inside(database.clone())?;
        let objects = Objects::inside(path.with_extension("objects"), clock.clone());
        Self::with(database, table, objects, clock)
    }

    fn with(database: Database, table: LocalTable, objects: Objects, clock: Clock) -> Result<Self, LocalStateError> {
        let rows = table.load()?;
        let faults = Faults::none();
        let values = rows.iter().filter(|row| row.pk == VALUE).map(|row| (row.sk.clone(), row.body.clone()));
        let inner = Inner {
            bus: Bus::load(clock.clone(), faults.clone(), table.clone(), &rows)?,
            metrics: Metrics::default(),
            mailbox: Mailbox::load(clock.clone(), table.clone(), &rows)?,
            values: Mutex::new(values.collect()),
            objects,
            requests: RequestLog::default(),
            rights: Rights::default(),
            database,
            clock,
            faults,
            table,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The configuration from which to make SDK clients that talk to this cloud.
    ///
    /// The waits between attempts are cut to 5 ms, so that a retry costs a test nothing.
    pub fn sdk_config(&self) -> SdkConfig {
        let credentials = Credentials::new("local", "local", None, None, "LocalCloud");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(REGION))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .sleep_impl(SharedAsyncSleep::new(ShortSleep))
            .http_client(LocalHttpClient::new(Arc::clone(&self.inner)))
            .build()
    }

    /// From now on, events of these types go to the queue of this consumer. Subscribing again replaces the types.
    pub fn subscribe(&self, subscription: Subscription) {
        self.inner.bus.subscribe(subscription);
    }

    /// The event bus and the queues behind it.
    pub fn bus(&self) -> &Bus {
        &self.inner.bus
    }

    /// The mails that were sent.
    pub fn mailbox(&self) -> &Mailbox {
        &self.inner.mailbox
    }

    /// The metrics that the functions wrote.
    pub fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    /// The clock of this cloud.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// What goes wrong.
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// The requests since the last reset, oldest first; the last 100,000 of them.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.inner.requests.all()
    }

    /// How many of [`Self::requests`] would change something: table writes, `PutEvents`, `SendRawEmail`, `PutObject`.
    pub fn write_count(&self) -> usize {
        self.inner.requests.write_count()
    }

    /// How many mutating requests there were since the start; resets do not change it. Nothing happened while it stands
    /// still: notes of how the system is doing do not count.
    pub fn mutations(&self) -> u64 {
        self.inner.requests.mutations()
    }

    /// The rights that functions needed since the start; resets do not change it.
    pub fn rights(&self) -> BTreeSet<Needed> {
        self.inner.rights.all()
    }

    /// Forgets the requests so far.
    pub fn reset_requests(&self) {
        self.inner.requests.reset();
    }

    /// A value that [`Self::set_local_value`] stored, in this run or, on a file, in an earlier one.
    pub fn local_value(&self, key: &str) -> Option<String> {
        self.values().get(key).cloned()
    }

    /// Stores a value beside the cloud's own state, such as the offset of the clock or a signing key.
    pub fn set_local_value(&self, key: &str, value: &str) -> Result<(), LocalStateError> {
        let mut values = self.values();
        self.inner.table.write(&[Change::Put { pk: VALUE.to_owned(), sk: key.to_owned(), body: value.to_owned() }])?;
        values.insert(key.to_owned(), value.to_owned());
        Ok(())
    }

    /// Deletes the rows whose time to live has passed by this cloud's clock, and tells how many.
    pub fn expire_rows(&self) -> Result<usize, LocalStateError> {
        let now_seconds = self.inner.clock.now().timestamp();
        expiry::expire(&self.inner.database, now_seconds).map_err(|error| LocalStateError::Write(error.into()))
    }

    /// Runs `process` until it is done or a crash fault fires, which drops it where it stands, as a kill would. The
    /// process can then be started again on what it left behind; call [`Bus::release_in_flight`] for the messages it
    /// had received. Tasks it spawned are not dropped, so a process under test must not spawn.
    pub async fn run_until_crash<T>(&self, process: impl Future<Output = T>) -> Result<T, Crashed> {
        let faults = &self.inner.faults;
        let outcome = tokio::select! {
            biased;
            crashed = faults.crashed() => Err(crashed),
            done = process => Ok(done),
        };
        // The crash may have fired in the very step in which the process would have ended.
        let outcome = faults.crash().map_or(outcome, Err);
        faults.restart();
        outcome
    }

    fn values(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.inner.values.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers come at once here, so what the SDK still waits for is its back-off, and that only costs time.
#[derive(Debug)]
struct ShortSleep;

impl AsyncSleep for ShortSleep {
    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep::new(tokio::time::sleep(duration.min(LONGEST_SLEEP)))
    }
}

#[cfg(test)]
mod tests;
