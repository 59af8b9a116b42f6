//! Saved views: what a person set up on a page, under a name, for themselves or for everybody.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::fields::{Fields, FromField, Line};
use crate::id::EmailAddress;
use crate::problem::Problems;

/// Most views of a person.
pub const MAX_VIEWS: usize = 100;

/// Longest query, in characters.
const MAX_QUERY_CHARS: usize = 2_000;

/// A view's id: chosen by who keeps it, 1 to 64 characters of `a-z 0-9 _ -`. No two views have the same, whoever they are of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ViewId(String);

impl ViewId {
    /// Reads an id, or says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let good = (1..=64).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte));
        if good { Ok(Self(text.to_owned())) } else { Err("must be 1 to 64 characters of a-z 0-9 _ -".to_owned()) }
    }
}

impl fmt::Display for ViewId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

crate::words! {
    /// The pages that have views.
    #[derive(JsonSchema)]
    pub enum ViewPage {
        /// The list of customers.
        Portfolio = "portfolio",
        /// Health Status by Happiness Level.
        Quadrant = "quadrant",
        /// Analytics.
        Analytics = "analytics",
    }
}

/// What a page shows, as the query of its address: filters, sort, columns. Empty shows everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PageQuery(String);

impl FromField for PageQuery {
    fn from_field(value: &Value) -> Result<Self, String> {
        let text = value.as_str().ok_or("must be a text")?;
        if text.chars().count() > MAX_QUERY_CHARS {
            return Err(format!("must have at most {MAX_QUERY_CHARS} characters"));
        }
        if text.chars().any(|c| c.is_control() || c == ' ') {
            return Err("must be the query of an address, such as owner=ana@example.com&sort=-score".to_owned());
        }
        Ok(Self(text.to_owned()))
    }
}

impl JsonSchema for PageQuery {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PageQuery".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "maxLength": MAX_QUERY_CHARS })
    }
}

/// What somebody wants a view to be.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ViewContent {
    /// Its name.
    pub name: String,
    /// The page that it is of.
    pub page: ViewPage,
    /// What the page shows, as the query of its address.
    pub query: PageQuery,
    /// Whether everybody sees it; its owner alone otherwise.
    pub shared: bool,
}

crate::debug_only!(ViewContent { page, shared });

impl ViewContent {
    /// Reads the API's `{name, page, query?, shared?}`. Without a query it shows everything; unless it is said, it is not shared.
    pub fn parse(value: &Value) -> Result<Self, Problems> {
        let mut fields = Fields::new(value, "")?;
        let name = fields.required::<Line<100>>("name");
        let page = fields.required("page");
        let query = fields.optional("query").unwrap_or_default();
        let shared = fields.optional("shared").unwrap_or_default();
        let content = name.zip(page).map(|(Line(name), page)| Self { name, page, query, shared });
        fields.finish(content)
    }
}

/// A view that somebody keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedView {
    /// Its id.
    pub id: ViewId,
    /// What it is.
    #[serde(flatten)]
    pub content: ViewContent,
    /// Who keeps it.
    pub owner: EmailAddress,
}

impl SavedView {
    /// Whether it is that person's.
    pub fn is_of(&self, person: &EmailAddress) -> bool {
        self.owner.normalised() == person.normalised()
    }

    /// Whether that person sees it.
    pub fn is_seen_by(&self, person: &EmailAddress) -> bool {
        self.content.shared || self.is_of(person)
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test that cannot go on has failed")]
mod tests {
    use serde_json::json;

    use super::{SavedView, ViewContent, ViewId};
    use crate::id::EmailAddress;

    #[test]
    fn an_id_can_stand_in_a_path_as_it_is() {
        for good in ["mine", "a", "eu-renewals_2026", &"x".repeat(64)] {
            assert!(ViewId::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "Mine", "a b", "a/b", "ä", "a.b", &"x".repeat(65)] {
            assert!(ViewId::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_view_is_its_owners_alone_unless_it_is_shared() {
        let person = |email| EmailAddress::parse(email).expect("valid");
        let of_ana = |shared| SavedView {
            id: ViewId::parse("mine").expect("valid"),
            content: ViewContent::parse(&json!({ "name": "Mine", "page": "portfolio", "shared": shared }))
                .expect("valid"),
            owner: person("Ana@keepwell.example"),
        };
        for (shared, others) in [(true, true), (false, false)] {
            assert!(of_ana(shared).is_seen_by(&person("ana@Keepwell.example")));
            assert_eq!(of_ana(shared).is_seen_by(&person("bo@keepwell.example")), others);
        }
    }

    #[test]
    fn a_query_is_one_of_an_address() {
        let with = |query: &str| ViewContent::parse(&json!({ "name": "x", "page": "quadrant", "query": query }));
        for good in ["", "sort=-score&owner=ana%40example.com", &"q".repeat(2_000)] {
            assert!(with(good).is_ok(), "{good}");
        }
        for bad in ["q=a b", "q=a\nb", &"q".repeat(2_001)] {
            assert_eq!(
                with(bad).err().and_then(|problems| problems.0.first().map(|one| one.pointer.clone())),
                Some("/query".into()),
                "{bad}"
            );
        }
    }
}
