//! `POST /_local/demo`: the portfolio that a first start loads, into a system that runs and is empty.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;
use keepwell_aws::http::ApiError;
use keepwell_aws::store::StoreError;
use serde_json::json;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use crate::demo::load;
use crate::system::LocalSystem;

/// Whether the demo can be loaded now: there are no customers, and nobody is loading it.
pub(super) async fn is_available(system: &LocalSystem) -> Result<bool, StoreError> {
    Ok(system.demo().try_lock().is_ok() && !system.cloud().store.has_customers().await?)
}

/// Answers when it is loaded and all that follows is computed. It is loaded to the end, also when nobody waits for the answer.
pub(super) async fn post(State(system): State<LocalSystem>) -> Result<Response, ApiError> {
    let Ok(turn) = system.demo().clone().try_lock_owned() else {
        return Ok(refused("The demo is being loaded."));
    };
    if system.cloud().store.has_customers().await? {
        return Ok(refused("There are customers: the demo goes into an empty system."));
    }
    // On a thread of its own, as it computes for long: other requests are answered meanwhile.
    let loading = spawn_blocking(move || {
        let loaded = Handle::current().block_on(load::load(&system));
        drop(turn);
        loaded
    });
    let loaded = loading.await.map_err(load::LoadError::from).and_then(|loaded| loaded);
    let customers = loaded.map_err(|error| ApiError::Internal(error.to_string()))?;
    Ok(Json(json!({ "customers": customers })).into_response())
}

fn refused(detail: &str) -> Response {
    let problem = json!({ "type": "about:blank", "title": "Conflict", "status": 409, "detail": detail });
    (StatusCode::CONFLICT, [(CONTENT_TYPE, "application/problem+json")], problem.to_string()).into_response()
}
