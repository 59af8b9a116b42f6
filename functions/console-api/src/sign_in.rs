//! Where people sign in.

use axum::extract::State;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, QueryParams};

pub(crate) async fn get_sign_in(State(cloud): State<Cloud>, query: QueryParams) -> Result<Answer, ApiError> {
    query.finish()?;
    let sign_in = cloud.sign_in().map_err(|error| ApiError::Internal(error.to_string()))?;
    Answer::ok(sign_in)
}
