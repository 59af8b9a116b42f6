//! The team's settings: one document, read whole and written whole.

use axum::extract::State;
use http::HeaderMap;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, JsonBody, QueryParams, if_match};
use keepwell_aws::store::change::retry_on_conflict;
use keepwell_aws::store::customers::settings_record;
use keepwell_aws::store::{Expect, Transaction};
use keepwell_domain::settings::Settings;

/// The settings as the team wrote them: a manager that the deployment names is not among them.
pub(crate) async fn get_settings(State(cloud): State<Cloud>, query: QueryParams) -> Result<Answer, ApiError> {
    query.finish()?;
    let stored = cloud.store.settings().await?;
    Ok(Answer::ok(stored.value)?.etag(stored.revision))
}

/// Replaces the settings; what the document leaves out is as shipped again.
pub(crate) async fn put_settings(
    State(cloud): State<Cloud>,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Answer, ApiError> {
    let settings = Settings::parse(&body)?;
    retry_on_conflict(|| async {
        let stored = cloud.store.settings().await?;
        if_match(&headers, stored.revision)?;
        if stored.value == settings {
            return Ok(Answer::ok(&settings)?.etag(stored.revision));
        }
        let expect = match stored.revision {
            0 => Expect::Absent,
            revision => Expect::Revision(revision),
        };
        let mut transaction = Transaction::default();
        transaction.put(settings_record(&settings), expect);
        transaction.commit(&cloud.store).await?;
        Ok(Answer::ok(&settings)?.etag(stored.revision + 1))
    })
    .await
}
