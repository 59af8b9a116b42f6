//! Saved views: one's own and the shared ones.

use axum::extract::{Path, State};
use http::HeaderMap;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, Identity, JsonBody, QueryParams, Role, if_match, if_match_when_sent};
use keepwell_aws::store::change::retry_on_conflict;
use keepwell_aws::store::record::Table;
use keepwell_aws::store::views::saved_view_record;
use keepwell_aws::store::{Expect, Transaction, keys};
use keepwell_domain::id::EmailAddress;
use keepwell_domain::problem::Problems;
use keepwell_domain::saved_view::{MAX_VIEWS, PageQuery, SavedView, ViewContent, ViewId, ViewPage};
use schemars::JsonSchema;
use serde::Serialize;

use crate::view;

/// A view as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SavedView")]
pub(crate) struct SavedViewView<'a> {
    /// Its id.
    #[schemars(with = "str")]
    id: &'a ViewId,
    /// Its name.
    name: &'a str,
    /// The page that it is of.
    page: ViewPage,
    /// What the page shows, as the query of its address.
    query: &'a PageQuery,
    /// Whether everybody sees it.
    shared: bool,
    /// Who keeps it.
    owner: &'a EmailAddress,
    /// Grows with every change; the `ETag`.
    version: u64,
}

fn view_of(view: &SavedView, version: u64) -> SavedViewView<'_> {
    let ViewContent { name, page, query, shared } = &view.content;
    SavedViewView { id: &view.id, name, page: *page, query, shared: *shared, owner: &view.owner, version }
}

pub(crate) async fn get_views(
    State(cloud): State<Cloud>,
    identity: Identity,
    query: QueryParams,
) -> Result<Answer, ApiError> {
    query.finish()?;
    let mut views = cloud.store.saved_views().await?;
    views.retain(|stored| stored.value.is_seen_by(&identity.email));
    views.sort_by_cached_key(|stored| {
        let SavedView { id, content, .. } = &stored.value;
        (content.page, content.name.to_lowercase(), id.clone())
    });
    let items: Vec<_> = views.iter().map(|stored| view_of(&stored.value, stored.revision)).collect();
    Answer::ok(view::page(&items, None))
}

pub(crate) async fn put_view(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    identity: Identity,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Answer, ApiError> {
    let content = ViewContent::parse(&body)?;
    let id = ViewId::parse(&id)
        .map_err(|detail| ApiError::NotFound(format!("There can be no view {id:?}: an id {detail}.")))?;
    if content.shared && identity.role < Role::Csm {
        let detail = format!("Sharing a view needs the role {}; yours is {}.", Role::Csm, identity.role);
        return Err(ApiError::Forbidden(detail));
    }
    retry_on_conflict(|| async {
        let after = SavedView { id: id.clone(), content: content.clone(), owner: identity.email.clone() };
        let expect = if let Some(before) = cloud.store.saved_view(&id).await? {
            if !before.value.is_of(&identity.email) {
                return Err(ApiError::Forbidden(format!("The view {id} is somebody else's: take another id.")));
            }
            if_match(&headers, before.revision)?;
            if before.value.content == content {
                return Ok(Answer::ok(view_of(&before.value, before.revision))?.etag(before.revision));
            }
            Expect::Revision(before.revision)
        } else {
            has_room(&cloud, &identity).await?;
            Expect::Absent
        };
        let version = if let Expect::Revision(before) = expect { before + 1 } else { 1 };
        let mut transaction = Transaction::default();
        transaction.put(saved_view_record(&after), expect);
        transaction.commit(&cloud.store).await?;
        Ok(Answer::ok(view_of(&after, version))?.etag(version))
    })
    .await
}

/// Refuses one view more than a person may have.
async fn has_room(cloud: &Cloud, identity: &Identity) -> Result<(), ApiError> {
    let views = cloud.store.saved_views().await?;
    let own = views.iter().filter(|stored| stored.value.is_of(&identity.email)).count();
    if own < MAX_VIEWS {
        return Ok(());
    }
    Err(Problems::one("", format!("would be more than {MAX_VIEWS} views of yours: delete one first")).into())
}

/// One's own; an admin also takes away what others share, for those who left.
pub(crate) async fn delete_view(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    identity: Identity,
    headers: HeaderMap,
    query: QueryParams,
) -> Result<Answer, ApiError> {
    query.finish()?;
    let missing = || ApiError::NotFound(format!("There is no view {id:?}."));
    let view = ViewId::parse(&id).map_err(|_| missing())?;
    retry_on_conflict(|| async {
        let before = cloud.store.saved_view(&view).await?.ok_or_else(missing)?;
        let may = before.value.is_of(&identity.email) || (before.value.content.shared && identity.role == Role::Admin);
        if !may {
            return Err(ApiError::Forbidden(format!("The view {view} is somebody else's.")));
        }
        if_match_when_sent(&headers, before.revision)?;
        let mut transaction = Transaction::default();
        transaction.delete_expecting(Table::Core, keys::saved_view(&view), Expect::Revision(before.revision));
        transaction.commit(&cloud.store).await?;
        Ok(Answer::no_content())
    })
    .await
}
