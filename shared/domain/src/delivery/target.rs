//! Where requests may go. The rules here are about what a person can write; the connection checks the addresses that a name
//! leads to again, each time (`keepwell_aws::webhooks`).

use std::net::{IpAddr, Ipv4Addr};

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::network::blocked;

/// Longest URL, in characters.
pub const MAX_URL: usize = 2_000;

/// Names that lead to no public machine, whoever answers for them.
const INNER_NAMES: [&str; 6] = ["localhost", "local", "internal", "intranet", "lan", "home.arpa"];

/// What a deployment may send to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Targets {
    /// Public addresses by https.
    #[default]
    Public,
    /// These, and programs on this machine by `http://127.0.0.1:<port>`: for the local system alone.
    PublicAndThisMachine,
}

/// The URL of an endpoint. It may hold a secret: `Debug` shows its host alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TargetUrl(String);

impl TargetUrl {
    /// Reads a URL, or says why nothing is sent there: https on port 443, a public host, no user, no fragment.
    pub fn parse(text: &str, targets: Targets) -> Result<Self, String> {
        if text.len() > MAX_URL {
            return Err(format!("must have at most {MAX_URL} characters"));
        }
        // What a browser would repair is an error here.
        if !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
            return Err("must be printable ASCII without spaces and backslashes".to_owned());
        }
        let url =
            Url::parse(text).map_err(|_| "must be a URL such as https://hooks.example.com/keepwell".to_owned())?;
        check(&url, targets)?;
        Ok(Self(url.into()))
    }

    /// The same rules for a URL that was stored: a deployment may have other ones than that which took it.
    pub fn checked(&self, targets: Targets) -> Result<&str, String> {
        Self::parse(&self.0, targets).map(|_| self.0.as_str())
    }

    /// The whole URL.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Scheme and host, and `…` for the rest.
    pub fn shown(&self) -> String {
        let url = Url::parse(&self.0).ok();
        let origin = url.as_ref().map(|url| url.origin().ascii_serialization()).unwrap_or_default();
        format!("{origin}/…")
    }
}

impl std::fmt::Debug for TargetUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TargetUrl({})", self.shown())
    }
}

fn check(url: &Url, targets: Targets) -> Result<(), String> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not have a user or password".to_owned());
    }
    if url.fragment().is_some() {
        return Err("must not have a fragment (#…)".to_owned());
    }
    if targets == Targets::PublicAndThisMachine && is_this_machine(url) {
        return Ok(());
    }
    if url.scheme() != "https" {
        return Err("must start with https://".to_owned());
    }
    // The parser leaves out the scheme's own port.
    if url.port().is_some() {
        return Err("must not have another port than 443".to_owned());
    }
    match url.host() {
        Some(Host::Ipv4(address)) => public(address.into()),
        Some(Host::Ipv6(address)) => public(address.into()),
        Some(Host::Domain(name)) => check_name(name),
        None => Err("must have a host".to_owned()),
    }
}

/// `http://127.0.0.1:<port>`, and nothing else.
fn is_this_machine(url: &Url) -> bool {
    url.scheme() == "http" && url.host() == Some(Host::Ipv4(Ipv4Addr::LOCALHOST))
}

fn public(address: IpAddr) -> Result<(), String> {
    blocked(address).map_or(Ok(()), |what| Err(format!("must be a public address: this one is {what}")))
}

fn check_name(name: &str) -> Result<(), String> {
    let is_inner =
        |inner: &str| name.strip_suffix(inner).is_some_and(|before| before.is_empty() || before.ends_with('.'));
    let well_formed = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    if !name.contains('.') || INNER_NAMES.into_iter().any(is_inner) || !name.split('.').all(well_formed) {
        return Err("must have the full name of a public host, such as hooks.example.com".to_owned());
    }
    Ok(())
}
