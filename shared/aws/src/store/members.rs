//! Members: who of the team was here, and with which role the issuer let them in. Access itself is the issuer's.

use chrono::{DateTime, Duration, Utc};
use keepwell_domain::id::EmailAddress;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::record::{Record, Table};
use super::{Page, Range, Store, StoreError, Stored, keys};
use crate::http::{Identity, Role};

/// How long a person who is here need not be noted again.
const NOTED_FOR: Duration = Duration::days(1);

/// Somebody of the team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Member {
    /// Mail address.
    pub email: EmailAddress,
    /// The role with which they were here last.
    pub role: Role,
    /// When they were here last, to the day.
    pub last_seen_at: DateTime<Utc>,
}

impl Member {
    /// A person who is here now.
    pub fn here(identity: &Identity, now: DateTime<Utc>) -> Self {
        Self { email: identity.email.clone(), role: identity.role, last_seen_at: now }
    }

    /// Whether a person who is here at `now`, with `role`, is noted already.
    pub fn is_noted(&self, role: Role, now: DateTime<Utc>) -> bool {
        self.role == role && now < self.last_seen_at + NOTED_FOR
    }
}

impl Store {
    /// Somebody of the team.
    pub async fn member(&self, email: &EmailAddress) -> Result<Option<Stored<Member>>, StoreError> {
        self.get(Table::Core, &keys::team_member(email)).await
    }

    /// A page of the members, by address.
    pub async fn members_page(&self, limit: usize, after: Option<&str>) -> Result<Page<Stored<Member>>, StoreError> {
        let range =
            Range { table: Table::Core, pk: keys::MEMBERS.to_owned(), prefix: keys::TEAM_MEMBER, descending: false };
        self.query_page(&range, limit, after).await
    }
}

/// The record of a member.
pub fn member_record(member: &Member) -> Result<Record, StoreError> {
    Record::new(Table::Core, keys::team_member(&member.email), member)
}
