//! What a function needs from the outside: AWS clients, names, the time and fresh ids.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region, SharedCredentialsProvider};
use aws_sdk_s3::config::{RequestChecksumCalculation, ResponseChecksumValidation};
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_types::SdkConfig;
use chrono::{DateTime, Utc};
use keepwell_domain::address_key::AddressKey;
use keepwell_domain::customer::Customer;
use keepwell_domain::delivery::signature::Secret;
use keepwell_domain::delivery::target::Targets;
use keepwell_domain::id::{EmailAddress, prefixed};
use keepwell_domain::link::LinkKeys;
use keepwell_domain::settings::Settings;
use keepwell_domain::write_key::WriteKey;
use ulid::Ulid;

use crate::known_customers::KnownCustomers;
use crate::render::Templates;
use crate::s3::Bucket;
use crate::sign_in::{OpenIdProvider, SignIn};
use crate::store::{Store, StoreError, Stored};
use crate::webhooks;
use crate::write_keys::KnownWriteKeys;

/// Where `now` comes from.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// What the deployment decides: names, addresses and keys.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// Prefix of every `DynamoDB` table's name: `<prefix>core`, `<prefix>outbox` ...
    pub tables: TableNames,
    /// Name of the event bus.
    pub event_bus: String,
    /// Sender of every mail.
    pub mail_from: EmailAddress,
    /// SES configuration set, if mail events are wanted.
    pub mail_configuration_set: Option<String>,
    /// The bucket of the portfolio's snapshots.
    pub snapshot_bucket: String,
    /// Where links in mails point, without a trailing slash; only functions that send have it.
    pub public_url: Option<String>,
    /// Who is told beside the owner when a customer is about to leave.
    pub manager: Option<EmailAddress>,
    /// Keys for feedback and unsubscribe links; only functions that make or read such links have them.
    pub link_keys: Option<LinkKeys>,
    /// How people sign in; only the function that tells them has it.
    pub sign_in: Option<SignIn>,
    /// Namespace of the metrics in `CloudWatch`.
    pub metrics_namespace: String,
    /// Where the dashboard is, for the function that tells people.
    pub dashboard_url: Option<String>,
    /// The key by which mail addresses are known; only functions that mail or take in contacts have it.
    pub address_key: Option<AddressKey>,
    /// Where webhooks may go. No variable of the environment decides it: on AWS it is the public internet, always.
    pub webhook_targets: Targets,
}

/// Names of the four tables.
#[derive(Debug, Clone)]
pub struct TableNames {
    /// Customers and everything about them.
    pub core: String,
    /// Events until they are published, and two weeks longer.
    pub outbox: String,
    /// Idempotency keys, mail intents, automation runs.
    pub dedupe: String,
    /// Usage by customer and day.
    pub usage: String,
}

/// A setting that is missing or cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("environment variable {name}: {problem}")]
pub struct DeploymentError {
    name: &'static str,
    problem: String,
}

impl Deployment {
    /// Reads the deployment from the environment variables that `infra/template.yaml` sets.
    pub fn from_env() -> Result<Self, DeploymentError> {
        let address = |name: &'static str, value: String| {
            EmailAddress::parse(&value).map_err(|problem| DeploymentError { name, problem })
        };
        Ok(Self {
            tables: TableNames {
                core: required("CORE_TABLE")?,
                outbox: required("OUTBOX_TABLE")?,
                dedupe: required("DEDUPE_TABLE")?,
                usage: required("USAGE_TABLE")?,
            },
            event_bus: required("EVENT_BUS")?,
            mail_from: address("MAIL_FROM", required("MAIL_FROM")?)?,
            mail_configuration_set: optional("MAIL_CONFIGURATION_SET"),
            snapshot_bucket: required("SNAPSHOT_BUCKET")?,
            public_url: optional("PUBLIC_URL").map(|url| url.trim_end_matches('/').to_owned()),
            manager: optional("MANAGER_EMAIL").map(|value| address("MANAGER_EMAIL", value)).transpose()?,
            link_keys: optional("LINK_KEYS")
                .map(|text| LinkKeys::parse(&text))
                .transpose()
                .map_err(|problem| DeploymentError { name: "LINK_KEYS", problem: problem.to_string() })?,
            sign_in: optional("SIGN_IN_ISSUER").map(sign_in).transpose()?,
            metrics_namespace: optional("METRICS_NAMESPACE").unwrap_or_else(|| "keepwell".to_owned()),
            dashboard_url: optional("DASHBOARD_URL"),
            address_key: optional("ADDRESS_KEY")
                .map(|text| AddressKey::parse(&text))
                .transpose()
                .map_err(|problem| DeploymentError { name: "ADDRESS_KEY", problem: problem.to_string() })?,
            webhook_targets: Targets::Public,
        })
    }
}

/// How people sign in at `issuer`.
fn sign_in(issuer: String) -> Result<SignIn, DeploymentError> {
    Ok(SignIn::Provider(OpenIdProvider {
        issuer,
        client_id: required("SIGN_IN_CLIENT_ID")?,
        authorization_endpoint: required("SIGN_IN_AUTHORIZATION_ENDPOINT")?,
        token_endpoint: required("SIGN_IN_TOKEN_ENDPOINT")?,
        end_session_endpoint: optional("SIGN_IN_END_SESSION_ENDPOINT"),
    }))
}

fn optional(name: &'static str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn required(name: &'static str) -> Result<String, DeploymentError> {
    optional(name).ok_or_else(|| not_set(name))
}

fn not_set(name: &'static str) -> DeploymentError {
    DeploymentError { name, problem: "is not set".to_owned() }
}

/// The SDK's configuration from the variables that Lambda sets. Its credentials last as long as the process.
fn sdk_from_env() -> Result<SdkConfig, DeploymentError> {
    let credentials = Credentials::new(
        required("AWS_ACCESS_KEY_ID")?,
        required("AWS_SECRET_ACCESS_KEY")?,
        optional("AWS_SESSION_TOKEN"),
        None,
        "Lambda",
    );
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(required("AWS_REGION")?))
        .http_client(
            aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https(),
        )
        .credentials_provider(SharedCredentialsProvider::new(credentials));
    // An emulator is named the way that every AWS SDK understands.
    if let Some(url) = optional("AWS_ENDPOINT_URL") {
        config = config.endpoint_url(url);
    }
    Ok(config.build())
}

/// The outside, as a function sees it. Cheap to clone.
#[derive(Clone)]
pub struct Cloud {
    /// The tables.
    pub store: Store,
    /// `EventBridge`.
    pub eventbridge: aws_sdk_eventbridge::Client,
    /// SES, with SDK retries off: SES has no idempotency token, and the default three attempts can be three mails.
    pub ses: aws_sdk_ses::Client,
    /// The portfolio's snapshots.
    pub snapshots: Bucket,
    /// Names, addresses and keys.
    pub deployment: Arc<Deployment>,
    /// Mails and pages.
    pub templates: Arc<Templates>,
    /// The write keys that this process saw lately.
    pub write_keys: Arc<KnownWriteKeys>,
    /// The customers that this process knows.
    pub known_customers: Arc<KnownCustomers>,
    /// Sends to endpoints.
    pub webhooks: Arc<webhooks::Client>,
    clock: Clock,
}

impl Cloud {
    /// The cloud behind `sdk`, with the time from `clock`.
    pub fn new(sdk: &SdkConfig, deployment: Deployment, clock: Clock) -> Self {
        let dynamodb = aws_sdk_dynamodb::Client::from_conf(
            aws_sdk_dynamodb::config::Builder::from(sdk).timeout_config(timeouts(Duration::from_secs(5))).build(),
        );
        let eventbridge = aws_sdk_eventbridge::Client::from_conf(
            aws_sdk_eventbridge::config::Builder::from(sdk).timeout_config(timeouts(Duration::from_secs(5))).build(),
        );
        let ses = aws_sdk_ses::Client::from_conf(
            aws_sdk_ses::config::Builder::from(sdk)
                .retry_config(RetryConfig::disabled())
                .timeout_config(timeouts(Duration::from_secs(10)))
                .build(),
        );
        // An object is written whole in one request, and its own checksum is looked at when it is read.
        let s3 = aws_sdk_s3::Client::from_conf(
            aws_sdk_s3::config::Builder::from(sdk)
                .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
                .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
                .timeout_config(timeouts(Duration::from_mins(1)))
                .build(),
        );
        Self {
            store: Store::new(dynamodb, deployment.tables.clone(), deployment.address_key.clone()),
            eventbridge,
            ses,
            snapshots: Bucket::new(s3, deployment.snapshot_bucket.clone()),
            webhooks: Arc::new(webhooks::Client::new(deployment.webhook_targets)),
            deployment: Arc::new(deployment),
            templates: Arc::new(Templates::shipped()),
            write_keys: Arc::default(),
            known_customers: Arc::default(),
            clock,
        }
    }

    /// The cloud of a deployed function: credentials and region from the Lambda environment, names from its variables.
    pub fn from_env() -> Result<Self, DeploymentError> {
        Ok(Self::new(&sdk_from_env()?, Deployment::from_env()?, Arc::new(Utc::now)))
    }

    /// The keys for links, or what is missing.
    pub fn link_keys(&self) -> Result<&LinkKeys, DeploymentError> {
        self.deployment.link_keys.as_ref().ok_or_else(|| not_set("LINK_KEYS"))
    }

    /// Where links in mails point, or what is missing.
    pub fn public_url(&self) -> Result<&str, DeploymentError> {
        self.deployment.public_url.as_deref().ok_or_else(|| not_set("PUBLIC_URL"))
    }

    /// How people sign in, or what is missing.
    pub fn sign_in(&self) -> Result<&SignIn, DeploymentError> {
        self.deployment.sign_in.as_ref().ok_or_else(|| not_set("SIGN_IN_ISSUER"))
    }

    /// The team's settings, with the deployment's manager where the team named none.
    pub async fn settings(&self) -> Result<Settings, StoreError> {
        Ok(self.stored_settings().await?.value)
    }

    /// The same, with the number of times they were written.
    pub async fn stored_settings(&self) -> Result<Stored<Settings>, StoreError> {
        let mut stored = self.store.settings().await?;
        stored.value.manager = stored.value.manager.or_else(|| self.deployment.manager.clone());
        Ok(stored)
    }

    /// Every customer's list row as of now, in no order.
    pub async fn customers(&self) -> Result<Vec<Arc<Customer>>, StoreError> {
        self.known_customers.all(self).await
    }

    /// The time, to the millisecond: what is stored is what was decided on.
    pub fn now(&self) -> DateTime<Utc> {
        let now = (self.clock)();
        DateTime::from_timestamp_millis(now.timestamp_millis()).unwrap_or(now)
    }

    /// A fresh id such as `tsk_01j…`, ordered by time.
    pub fn fresh_id(&self, prefix: &str) -> String {
        prefixed(prefix, &self.unique())
    }

    /// A write key with a fresh secret, and the whole of it as text. The caller stores it.
    pub fn fresh_write_key(&self, name: String, created_by: EmailAddress) -> (WriteKey, String) {
        WriteKey::new(&self.unique(), rand::random(), name, created_by, self.now())
    }

    /// A fresh secret for an endpoint.
    pub fn fresh_webhook_secret(&self) -> Secret {
        Secret::new(rand::random())
    }

    /// The same cloud with another client for endpoints.
    #[must_use]
    pub fn with_webhooks(self, client: webhooks::Client) -> Self {
        Self { webhooks: Arc::new(client), ..self }
    }

    /// A ULID.
    fn unique(&self) -> String {
        let millis = self.now().timestamp_millis().max(0) as u64;
        Ulid::from_parts(millis, rand::random()).to_string()
    }
}

impl std::fmt::Debug for Cloud {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cloud").field("deployment", &self.deployment).finish_non_exhaustive()
    }
}

fn timeouts(attempt: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(Duration::from_secs(3)).operation_attempt_timeout(attempt).build()
}
