//! The functions on a [`LocalCloud`]: their queues are pumped, their schedules run, and the clock can be turned.

mod schedules;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Duration, Utc};
use keepwell_aws::cloud::{Cloud, Deployment, TableNames};
use keepwell_aws::function::{Function, HandlerError};
use keepwell_aws::http::Operation;
use keepwell_aws::sign_in::SignIn;
use keepwell_aws::store::StoreError;
use keepwell_aws::telemetry::invocation::Work;
use keepwell_domain::address_key::AddressKey;
use keepwell_domain::delivery::target::Targets;
use keepwell_domain::id::EmailAddress;
use keepwell_domain::link::{LinkKeys, LinkKeysError};
use tokio::sync::Mutex;

use crate::cloud::LocalCloud;
use crate::cloud::bus::Subscription;
use crate::cloud::clock::Clock;
use crate::cloud::local_table::LocalStateError;
use crate::cloud::rights::as_function;
use crate::gateway::Gateway;

/// How many messages a handler gets at once.
const BATCH: usize = 10;

/// A system that has not come to rest after this many rounds never will: something makes events out of its own events.
const MAX_ROUNDS: usize = 100_000;

/// Where the system's state lies, and what its clock shows.
#[derive(Debug, Clone)]
pub struct Options {
    /// The file; `None` = in memory.
    pub data: Option<PathBuf>,
    /// The clock; a stored offset is applied to it when it ticks and `keep_time` is set.
    pub clock: Clock,
    /// Whether the clock goes on from where it was turned to in an earlier run.
    pub keep_time: bool,
    /// Where links in mails point.
    pub public_url: String,
    /// Where webhooks may go: here also to programs on this machine.
    pub webhook_targets: Targets,
}

impl Options {
    /// In memory, with `clock`: what tests use.
    pub fn memory(clock: Clock) -> Self {
        Self {
            data: None,
            clock,
            keep_time: false,
            public_url: "http://127.0.0.1:8080".to_owned(),
            webhook_targets: Targets::PublicAndThisMachine,
        }
    }
}

/// Why the system does not start, or does not come to rest.
#[derive(Debug, thiserror::Error)]
pub enum SystemError {
    /// The file cannot be opened, read or written.
    #[error("the data file cannot be used")]
    State(#[from] LocalStateError),
    /// The tables cannot be made.
    #[error("the tables cannot be made")]
    Tables(#[source] StoreError),
    /// The stored keys cannot be read.
    #[error("the stored link keys cannot be read")]
    Keys(#[from] LinkKeysError),
    /// An address is not one.
    #[error("an address of the local deployment is wrong: {0}")]
    Address(String),
    /// Events go round in circles.
    #[error("the system does not come to rest: events cause events without end")]
    Restless,
    /// The outbox cannot be read or published.
    #[error("the outbox cannot be published: {0}")]
    Outbox(String),
}

/// The whole of Keepwell in this process. Clones are the same system.
#[derive(Clone)]
pub struct LocalSystem {
    local: LocalCloud,
    cloud: Cloud,
    functions: Arc<Vec<Function>>,
    gateway: Gateway,
    /// Only one pump and one turn of the clock at a time.
    turn: Arc<Mutex<()>>,
    /// Number of mutating requests at which the system was last at rest.
    rested_at: Arc<AtomicU64>,
    /// Number of mutating requests when the last snapshot was taken.
    snapshot_at: Arc<AtomicU64>,
    /// Held by whoever loads the demo.
    demo: Arc<Mutex<()>>,
    /// What is known of the five-minute schedules.
    quiet: Arc<schedules::Quiet>,
}

impl LocalSystem {
    /// Starts the system: opens the cloud, makes the tables, connects the functions.
    pub async fn start(options: Options) -> Result<Self, SystemError> {
        let local = match &options.data {
            Some(path) => LocalCloud::open(path, options.clock.clone())?,
            None => LocalCloud::memory(options.clock.clone())?,
        };
        if options.keep_time {
            schedules::restore_clock(&local);
        }
        let deployment = deployment(&local, options.public_url, options.webhook_targets)?;
        let clock = local.clock().clone();
        let cloud = Cloud::new(&local.sdk_config(), deployment, Arc::new(move || clock.now()));
        cloud.store.create_tables().await.map_err(SystemError::Tables)?;
        let sink = local.metrics().sink();
        let namespace = cloud.deployment.metrics_namespace.clone();
        let functions: Vec<Function> = functions(&cloud)
            .into_iter()
            .map(|function| function.metrics_to(&namespace, sink.clone()).heartbeats_to(&cloud))
            .collect();
        for function in &functions {
            if let Some(subscription) = &function.subscription {
                local.subscribe(Subscription {
                    consumer: function.name.to_owned(),
                    detail_types: subscription.detail_types.iter().map(|name| (*name).to_owned()).collect(),
                });
            }
        }
        let gateway = Gateway::new(&secret(&local, "jwt_key")?);
        Ok(Self {
            local,
            cloud,
            functions: Arc::new(functions),
            gateway,
            turn: Arc::new(Mutex::new(())),
            rested_at: Arc::new(AtomicU64::new(u64::MAX)),
            snapshot_at: Arc::new(AtomicU64::new(u64::MAX)),
            demo: Arc::default(),
            quiet: Arc::default(),
        })
    }

    /// The cloud below.
    pub fn local(&self) -> &LocalCloud {
        &self.local
    }

    /// The cloud as functions see it.
    pub fn cloud(&self) -> &Cloud {
        &self.cloud
    }

    /// The functions.
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// Issues and verifies the local tokens.
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// Held by whoever loads the demo.
    pub(crate) fn demo(&self) -> &Arc<Mutex<()>> {
        &self.demo
    }

    /// What time it is here.
    pub fn now(&self) -> DateTime<Utc> {
        self.cloud.now()
    }

    /// Every route: the functions' behind the gateway, and `/_local`.
    pub fn router(&self) -> Router {
        let functions = self.functions.iter().filter(|function| !function.routes.declared().is_empty());
        let functions = functions.fold(Router::new(), |router, function| {
            let name = function.name;
            let named = from_fn(move |request: Request, next: Next| as_function(name, next.run(request)));
            router.merge(function.router().route_layer(named))
        });
        let behind_gateway = self.gateway.protect(functions);
        keepwell_aws::http::routes::finish(behind_gateway.merge(crate::local_api::router(self)))
    }

    /// Publishes what is in the outbox and lets the functions handle what is in their queues, until nothing is left.
    pub async fn settle(&self) -> Result<(), SystemError> {
        let _turn = self.turn.lock().await;
        self.settle_in_turn().await
    }

    async fn settle_in_turn(&self) -> Result<(), SystemError> {
        for _ in 0..MAX_ROUNDS {
            let mutations = self.local.mutations();
            if self.rested_at.load(Ordering::Relaxed) == mutations {
                return Ok(());
            }
            let published = as_function("event-publisher", Box::pin(self.publish()))
                .await
                .map_err(|error| SystemError::Outbox(error.to_string()))?;
            let handled = self.pump().await;
            if published == 0 && handled == 0 {
                self.rested_at.store(mutations, Ordering::Relaxed);
                return Ok(());
            }
        }
        Err(SystemError::Restless)
    }

    /// Publishes what is in the outbox: here the sweep does what the stream does on AWS. Answers how many events went out.
    async fn publish(&self) -> Result<usize, HandlerError> {
        let sweep = event_publisher::sweep(&self.cloud, Duration::zero());
        match self.functions.iter().find(|function| function.name == "event-publisher") {
            Some(publisher) => Box::pin(publisher.within(Work::Stream { rows: 0 }, sweep)).await,
            None => sweep.await,
        }
    }

    /// Lets every function handle one batch. Answers how many messages were received.
    async fn pump(&self) -> usize {
        let mut received = 0;
        for function in self.functions.iter() {
            if function.subscription.is_none() {
                continue;
            }
            let batch = self.local.bus().receive(function.name, BATCH);
            received += batch.len();
            if batch.is_empty() {
                continue;
            }
            let ids: Vec<String> = batch.iter().map(|message| message.message_id.clone()).collect();
            let bodies = batch.into_iter().map(|message| (message.message_id, message.body)).collect();
            // A function with a subscription has a queue.
            let handled = as_function(function.name, Box::pin(function.handle_queue(bodies))).await;
            let failed = handled.unwrap_or_else(|_| ids.clone());
            let handled: Vec<String> = ids.into_iter().filter(|id| !failed.contains(id)).collect();
            self.local.bus().ack(function.name, &handled);
            self.local.bus().nack(function.name, &failed);
        }
        received
    }
}

/// Every function of the system.
fn functions(cloud: &Cloud) -> Vec<Function> {
    let build: [fn(&Cloud) -> Function; 9] = [
        status_update::function,
        signal_ingest::function,
        feedback_request::function,
        feedback_collection::function,
        score_recompute::function,
        automation_dispatch::function,
        event_publisher::function,
        portfolio_snapshot::function,
        console_api::function,
    ];
    build.into_iter().map(|build| build(cloud)).collect()
}

/// What is said of every function's routes.
pub fn operations() -> Vec<Operation> {
    [
        status_update::operations(),
        signal_ingest::operations(),
        feedback_collection::operations(),
        portfolio_snapshot::operations(),
        console_api::operations(),
    ]
    .concat()
}

/// A deployment on this machine. Keys are made at the first start and stay, so that links in old mails stay good.
fn deployment(local: &LocalCloud, public_url: String, webhook_targets: Targets) -> Result<Deployment, SystemError> {
    let address = |text: &str| EmailAddress::parse(text).map_err(SystemError::Address);
    let link_key = STANDARD.encode(secret(local, "link_key")?);
    let table = |name: &str| format!("keepwell-{name}");
    Ok(Deployment {
        tables: TableNames {
            core: table("core"),
            outbox: table("outbox"),
            dedupe: table("dedupe"),
            usage: table("usage"),
        },
        event_bus: "keepwell".to_owned(),
        snapshot_bucket: "keepwell-snapshots".to_owned(),
        mail_from: address("keepwell@keepwell.example")?,
        mail_configuration_set: None,
        public_url: Some(public_url),
        sign_in: Some(SignIn::Local),
        metrics_namespace: "keepwell".to_owned(),
        dashboard_url: None,
        manager: Some(address("manager@keepwell.example")?),
        address_key: AddressKey::parse(&STANDARD.encode(secret(local, "address_key")?)).ok(),
        link_keys: Some(LinkKeys::parse(&format!("k1:{link_key}"))?),
        webhook_targets,
    })
}

/// 32 random bytes under a name, made when they are first asked for.
fn secret(local: &LocalCloud, name: &str) -> Result<Vec<u8>, LocalStateError> {
    if let Some(known) = local.local_value(name).and_then(|text| STANDARD.decode(text).ok()) {
        return Ok(known);
    }
    let fresh: [u8; 32] = rand::random();
    local.set_local_value(name, &STANDARD.encode(fresh))?;
    Ok(fresh.to_vec())
}

impl std::fmt::Debug for LocalSystem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocalSystem").field("now", &self.now()).finish_non_exhaustive()
    }
}
