//! Routes, each declared together with who may call it. Deny by default: there is no route without an access.

use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{FromRequestParts as _, RawPathParams, Request};
use axum::handler::Handler;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use http::Method;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate as _, SizeAbove};

use super::{ApiError, Claims, Identity, Role, machine};
use crate::cloud::Cloud;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone: what a browser must know before a person can sign in.
    Public,
    /// Anyone with the link: the signed token in the path is the authority.
    Link,
    /// A signed-in person with at least this role.
    People(Role),
    /// A machine with a write key. The function checks it: API Gateway knows only people.
    Machine,
    /// A machine with a write key, or a signed-in person with at least this role. API Gateway has one authorizer for a route:
    /// on AWS it is one of the two, as `infra/template.yaml` says.
    MachineOrPeople(Role),
}

/// A route as it is declared, to be compared with `infra/template.yaml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// HTTP method.
    pub method: Method,
    /// Path with `{parameters}`.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
}

/// The routes of a function.
#[derive(Clone, Default)]
pub struct Routes {
    declared: Vec<Route>,
    router: Router<Cloud>,
    cloud: Option<Cloud>,
}

impl Routes {
    /// No routes yet; handlers get `cloud` as their state.
    pub fn new(cloud: &Cloud) -> Self {
        Self { declared: Vec::new(), router: Router::new(), cloud: Some(cloud.clone()) }
    }

    /// Adds a route.
    #[must_use]
    pub fn route<H, T>(mut self, access: Access, method: Method, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, Cloud>,
        T: 'static,
    {
        let Ok(filter) = MethodFilter::try_from(method.clone()) else { return self };
        let cloud = self.cloud.clone();
        let guard = from_fn(move |request: Request, next: Next| guarded(access, cloud.clone(), request, next));
        self.router = self.router.route(path, on(filter, handler).layer(guard));
        self.declared.push(Route { method, path, access });
        self
    }

    /// The declared routes.
    pub fn declared(&self) -> &[Route] {
        &self.declared
    }

    /// The routes as a service.
    pub fn router(&self) -> Router {
        match &self.cloud {
            Some(cloud) => self.router.clone().with_state(cloud.clone()),
            None => Router::new(),
        }
    }
}

fn nothing_here() -> ApiError {
    ApiError::NotFound("There is nothing at this path.".to_owned())
}

/// From so many bytes on an answer is packed: what fits into one packet arrives no sooner when it is smaller.
const PACKED_ABOVE: u64 = 1_400;

/// Gives a finished router the answers for unknown paths and methods, and the headers that every answer has; packs long answers for
/// who takes them so (`Accept-Encoding: gzip`).
pub fn finish(router: Router) -> Router {
    router
        .fallback(|| async { nothing_here() })
        .method_not_allowed_fallback(|| async { ApiError::MethodNotAllowed })
        .layer(from_fn(|request: Request, next: Next| async move {
            let mut response = next.run(request).await;
            let headers = response.headers_mut();
            headers.entry("cache-control").or_insert(http::HeaderValue::from_static("no-store"));
            headers.insert("x-content-type-options", http::HeaderValue::from_static("nosniff"));
            response
        }))
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(SizeAbove::new(PACKED_ABOVE))))
}

async fn guarded(access: Access, cloud: Option<Cloud>, request: Request, next: Next) -> Response {
    let request = match authorize(access, cloud.as_ref(), request).await {
        Ok(request) => request,
        Err(refusal) => return refusal.into_response(),
    };
    let (mut parts, body) = request.into_parts();
    let params = RawPathParams::from_request_parts(&mut parts, &()).await;
    if let Err(RawPathParamsRejection::InvalidUtf8InPathParam(_)) = params {
        return nothing_here().into_response();
    }
    next.run(Request::from_parts(parts, body)).await
}

/// The request, if its sender may make it.
async fn authorize(access: Access, cloud: Option<&Cloud>, request: Request) -> Result<Request, ApiError> {
    let cloud = || cloud.ok_or(ApiError::NoWriteKey);
    match access {
        Access::Public | Access::Link => Ok(request),
        Access::People(required) => identified(request, required),
        Access::Machine => machine::admit(cloud()?, request).await,
        Access::MachineOrPeople(required) => match machine::from_header(request.headers()) {
            Ok(Some(key)) => machine::check(cloud()?, &key).await.map(|()| request),
            _ => identified(request, required),
        },
    }
}

/// The request with who makes it, if that is a person with at least the required role.
fn identified(mut request: Request, required: Role) -> Result<Request, ApiError> {
    let claims = request.extensions().get::<Claims>();
    let identity = claims.and_then(Identity::from_claims).ok_or(ApiError::Unauthenticated)?;
    if identity.role < required {
        let detail = format!("This needs the role {required}; yours is {}.", identity.role);
        return Err(ApiError::Forbidden(detail));
    }
    request.extensions_mut().insert(identity);
    Ok(request)
}
