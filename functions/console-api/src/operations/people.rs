//! Who of the team was here, and the views that they keep.

use keepwell_aws::http::{IfMatch, Operation, Page};
use keepwell_aws::store::members::Member;
use keepwell_domain::fields::Line;
use keepwell_domain::id::EmailAddress;
use keepwell_domain::saved_view::{PageQuery, ViewPage};
use schemars::{JsonSchema, json_schema};

use crate::saved_views::SavedViewView;

pub(super) fn operations() -> Vec<Operation> {
    let members = Operation::tagged(
        "Members",
        [
            Operation::get("/v1/members", "getMembers", "Who of the team was here, by address")
                .paged()
                .ok::<Page<'_, Member>>("The members."),
            Operation::put("/v1/members/me", "noteMe", "Note that who is signed in is here")
                .about("Written once a day, and at once with another role.")
                .ok::<Member>("The person as noted."),
            Operation::delete("/v1/members/{email}", "deleteMember", "Forget that somebody was here")
                .about("Access itself is the issuer's: who comes again is noted again.")
                .path::<EmailAddress>("email"),
        ],
    );
    let views = Operation::tagged(
        "Views",
        [
            Operation::get("/v1/views", "getViews", "One's own saved views and the shared ones").ok::<Page<
                '_,
                SavedViewView<'_>,
            >>(
                "The views, by page and name; all of them.",
            ),
            Operation::put("/v1/views/{id}", "setView", "Save a view")
                .about("To share it, a person must be a csm. At most 100 a person. Another's cannot be set.")
                .path::<ViewIdText>("id")
                .body::<View>()
                .if_match(IfMatch::UnlessNew)
                .problem(403)
                .ok::<SavedViewView<'_>>("The view.")
                .etag(),
            Operation::delete("/v1/views/{id}", "deleteView", "Delete a view")
                .about("One's own; an admin also another's that is shared.")
                .path::<ViewIdText>("id")
                .if_match(IfMatch::WhenSent)
                .problem(403),
        ],
    );
    [members, views].concat()
}

said! {
    /// The id of a view.
    ViewIdText: json_schema!({ "type": "string", "pattern": "^[a-z0-9_-]{1,64}$" });
}

/// A view that somebody wants to keep.
#[derive(JsonSchema)]
struct View {
    /// Its name.
    name: Line<100>,
    /// The page that it is of.
    page: ViewPage,
    /// What the page shows, as the query of its address; everything when absent.
    query: Option<PageQuery>,
    /// Whether everybody sees it; not when absent.
    shared: Option<bool>,
}
