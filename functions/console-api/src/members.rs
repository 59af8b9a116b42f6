//! Members: who of the team was here. Who may come in, and as what, is the issuer's.

use axum::extract::{Path, State};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, Identity, QueryParams};
use keepwell_aws::store::change::retry_on_conflict;
use keepwell_aws::store::members::{Member, member_record};
use keepwell_aws::store::record::Table;
use keepwell_aws::store::{Expect, Transaction, keys};
use keepwell_domain::id::EmailAddress;

use crate::view;

/// Notes that the signed-in person is here, once a day, and at once with another role.
pub(crate) async fn put_me(
    State(cloud): State<Cloud>,
    identity: Identity,
    query: QueryParams,
) -> Result<Answer, ApiError> {
    query.finish()?;
    retry_on_conflict(|| async {
        let now = cloud.now();
        let before = cloud.store.member(&identity.email).await?;
        let (known, expect) = match before {
            Some(stored) => (Some(stored.value), Expect::Revision(stored.revision)),
            None => (None, Expect::Absent),
        };
        if let Some(known) = known.filter(|known| known.is_noted(identity.role, now)) {
            return Answer::ok(known);
        }
        let member = Member::here(&identity, now);
        let mut transaction = Transaction::default();
        transaction.put(member_record(&member), expect);
        transaction.commit(&cloud.store).await?;
        Answer::ok(member)
    })
    .await
}

pub(crate) async fn get_members(State(cloud): State<Cloud>, mut query: QueryParams) -> Result<Answer, ApiError> {
    let (limit, cursor) = (query.limit(), query.cursor(view::sort_key(keys::TEAM_MEMBER)));
    query.finish()?;
    let page = cloud.store.members_page(limit, cursor.as_deref()).await?;
    let items: Vec<_> = page.items.iter().map(|stored| &stored.value).collect();
    Answer::ok(view::page(&items, page.next.as_deref()))
}

/// Forgets that somebody was here. If they come again they are noted again.
pub(crate) async fn delete_member(State(cloud): State<Cloud>, Path(email): Path<String>) -> Result<Answer, ApiError> {
    let missing = || ApiError::NotFound("There is no member with this address.".to_owned());
    let email = EmailAddress::parse(&email).map_err(|_| missing())?;
    retry_on_conflict(|| async {
        let stored = cloud.store.member(&email).await?.ok_or_else(missing)?;
        let mut transaction = Transaction::default();
        transaction.delete_expecting(Table::Core, keys::team_member(&email), Expect::Revision(stored.revision));
        transaction.commit(&cloud.store).await?;
        Ok(Answer::no_content())
    })
    .await
}
