//! What API Gateway does when deployed: verify tokens, hand their claims on. Here it also issues them.

mod hs256;

use std::collections::HashMap;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use chrono::{Duration, Utc};
use http::header::AUTHORIZATION;
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation, decode, encode};
use keepwell_aws::http::{Claims, Role};
use serde::{Deserialize, Serialize};

const ISSUER: &str = "keepwell-local";
const AUDIENCE: &str = "keepwell";

/// How long a token is good for, in real time: turning the clock does not sign people out.
const VALID: Duration = Duration::days(7);

#[derive(Debug, Serialize, Deserialize)]
struct TokenClaims {
    iss: String,
    aud: String,
    sub: String,
    email: String,
    groups: Vec<String>,
    iat: i64,
    exp: i64,
}

/// Issues and verifies the tokens of one system.
#[derive(Clone)]
pub struct Gateway {
    signing: EncodingKey,
    verifying: DecodingKey,
}

impl Gateway {
    /// A gateway with a secret key.
    pub fn new(secret: &[u8]) -> Self {
        // A second gateway in one process finds it installed.
        let _ = hs256::PROVIDER.install_default();
        Self { signing: EncodingKey::from_secret(secret), verifying: DecodingKey::from_secret(secret) }
    }

    /// A token for the local person of that role, `<role>@keepwell.example`.
    pub fn token(&self, role: Role) -> Result<String, jsonwebtoken::errors::Error> {
        self.token_for(&format!("{role}@keepwell.example"), &[role])
    }

    /// A token for anybody, in any groups.
    pub fn token_for(&self, email: &str, roles: &[Role]) -> Result<String, jsonwebtoken::errors::Error> {
        let now = Utc::now();
        let claims = TokenClaims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: email.to_owned(),
            email: email.to_owned(),
            groups: roles.iter().map(std::string::ToString::to_string).collect(),
            iat: now.timestamp(),
            exp: (now + VALID).timestamp(),
        };
        encode(&Header::default(), &claims, &self.signing)
    }

    /// Puts the gateway in front of routes. A request without a good token passes on without claims; the route decides.
    pub fn protect(&self, routes: Router) -> Router {
        let gateway = self.clone();
        routes.layer(from_fn(move |mut request: Request, next: Next| {
            let gateway = gateway.clone();
            async move {
                if let Some(claims) = gateway.verify(&request) {
                    request.extensions_mut().insert(claims);
                }
                next.run(request).await
            }
        }))
    }

    /// The claims as API Gateway's JWT authorizer passes them on: texts, lists in brackets.
    fn verify(&self, request: &Request) -> Option<Claims> {
        let token = request.headers().get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
        let mut validation = Validation::default();
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        let claims = decode::<TokenClaims>(token, &self.verifying, &validation).ok()?.claims;
        Some(Claims(HashMap::from([
            ("sub".to_owned(), claims.sub),
            ("email".to_owned(), claims.email),
            ("groups".to_owned(), format!("[{}]", claims.groups.join(" "))),
        ])))
    }
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gateway")
    }
}
