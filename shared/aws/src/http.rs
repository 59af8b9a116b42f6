//! HTTP as every function speaks it: routes with their access, identity, bodies, `ETag`s, idempotency, pages, problems.

pub mod answer;
pub mod body;
pub mod error;
pub mod idempotency;
pub mod identity;
pub mod machine;
mod observed;
pub mod operation;
pub mod page;
pub mod query;
pub mod routes;

pub use answer::{Answer, existing_customer, if_match, if_match_when_sent};
pub use body::JsonBody;
pub use error::ApiError;
pub use idempotency::Idempotency;
pub use identity::{Claims, Identity, Role};
pub(crate) use observed::observed;
pub use operation::{IfMatch, Operation};
pub use page::Page;
pub use query::QueryParams;
pub use routes::{Access, Route, Routes};
