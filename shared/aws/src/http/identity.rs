//! Who is calling: the claims that the gateway verified, read into an identity with a role.

use std::collections::HashMap;

use axum::extract::FromRequestParts;
use http::request::Parts;
use keepwell_domain::id::EmailAddress;

use super::ApiError;

keepwell_domain::words! {
    /// What a person may do. Declared from least to most.
    #[derive(schemars::JsonSchema)]
    #[schemars(rename = "MemberRole")]
    pub enum Role {
        /// Looks.
        Viewer = "viewer",
        /// Looks after customers.
        Csm = "csm",
        /// Looks after Keepwell.
        Admin = "admin",
    }
}

/// Claims of a token that the gateway verified (API Gateway's JWT authorizer, or the local one). Texts, as API Gateway gives them.
#[derive(Debug, Clone, Default)]
pub struct Claims(pub HashMap<String, String>);

/// A signed-in person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Mail address.
    pub email: EmailAddress,
    /// The highest role among the person's groups.
    pub role: Role,
}

impl Identity {
    /// Reads the claims: `email`, and the role from `groups` (Cognito: `cognito:groups`). No known group, no access.
    pub fn from_claims(claims: &Claims) -> Option<Self> {
        let email = EmailAddress::parse(claims.0.get("email")?).ok()?;
        let groups = claims.0.get("groups").or_else(|| claims.0.get("cognito:groups"))?;
        // API Gateway writes a list claim as "[csm admin]".
        let role = groups.split(|c: char| c.is_whitespace() || "[],\"".contains(c)).filter_map(Role::parse).max()?;
        Some(Self { email, role })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Identity {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or(ApiError::Unauthenticated)
    }
}
