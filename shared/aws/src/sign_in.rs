//! How a browser signs a person in: what it must know before there is a token.

use serde::ser::{Serialize, SerializeMap as _, Serializer};

/// What the console asks for on a person's behalf.
const SCOPES: [&str; 5] = ["openid", "email", "keepwell/read", "keepwell/write", "keepwell/admin"];

/// Who gives tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignIn {
    /// The local system, at `GET /_local/token`.
    Local,
    /// An `OpenID` Connect provider, by the authorization code flow with PKCE.
    Provider(OpenIdProvider),
}

/// An `OpenID` Connect provider, and the client that the console is to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenIdProvider {
    /// The issuer that the tokens name.
    pub issuer: String,
    /// The public client of the console: it has no secret.
    pub client_id: String,
    /// Where the browser is sent to sign in.
    pub authorization_endpoint: String,
    /// Where the console changes the code into tokens.
    pub token_endpoint: String,
    /// Where the browser is sent to sign out, if the provider has such a place.
    pub end_session_endpoint: Option<String>,
}

impl Serialize for SignIn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Local => map.serialize_entry("local", &true)?,
            Self::Provider(provider) => {
                map.serialize_entry("issuer", &provider.issuer)?;
                map.serialize_entry("client_id", &provider.client_id)?;
                map.serialize_entry("authorization_endpoint", &provider.authorization_endpoint)?;
                map.serialize_entry("token_endpoint", &provider.token_endpoint)?;
                map.serialize_entry("end_session_endpoint", &provider.end_session_endpoint)?;
                map.serialize_entry("scopes", &SCOPES)?;
            }
        }
        map.end()
    }
}
