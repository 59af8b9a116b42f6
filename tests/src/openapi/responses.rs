//! Problems: which ones a call can meet follows from what it is.

use std::collections::BTreeSet;

use keepwell_aws::http::{Access, IfMatch, Operation, Role};
use serde_json::{Value, json};

/// What is said of a status that is a problem.
struct Problem {
    status: u16,
    /// Its name among the components.
    name: &'static str,
    description: &'static str,
}

const PROBLEMS: [Problem; 13] = [
    Problem {
        status: 400,
        name: "Malformed",
        description: "The request cannot be read, or nothing in it can be used.",
    },
    Problem {
        status: 401,
        name: "Unauthenticated",
        description: "No good token, or no good write key. API Gateway's own answer has a `message` and is no problem document.",
    },
    Problem {
        status: 403,
        name: "Forbidden",
        description: "The role does not allow it. API Gateway's own answer has a `message` and is no problem document.",
    },
    Problem { status: 404, name: "NotFound", description: "It is not there." },
    Problem { status: 409, name: "Taken", description: "The id is taken." },
    Problem {
        status: 410,
        name: "Gone",
        description: "It is not there any more: the link is too old, or what an earlier request with the `Idempotency-Key` made was erased.",
    },
    Problem {
        status: 412,
        name: "ChangedMeanwhile",
        description: "`If-Match` names another version: read again, and send the change with the new `ETag`.",
    },
    Problem { status: 413, name: "TooLarge", description: "The body is too large, or has too many items." },
    Problem { status: 415, name: "UnsupportedMediaType", description: "The body's media type is not taken here." },
    Problem {
        status: 422,
        name: "Invalid",
        description: "Fields or parameters are against the rules, all of them named in `errors`; or the `Idempotency-Key` was used with \
                      another body.",
    },
    Problem { status: 428, name: "IfMatchRequired", description: "`If-Match` is missing." },
    Problem { status: 500, name: "Internal", description: "Our fault; it was logged." },
    Problem {
        status: 503,
        name: "Unavailable",
        description: "Nothing was changed. Try again after `Retry-After`, with the same `Idempotency-Key` if one was sent.",
    },
];

/// The statuses of problems that a call can meet.
pub(super) fn problems(operation: &Operation, access: Access) -> BTreeSet<u16> {
    let when = |condition: bool, statuses: &'static [u16]| if condition { statuses } else { &[] };
    let is_link = access == Access::Link;
    let takes_body = operation.body.is_some();
    let by_role = matches!(access, Access::People(role) | Access::MachineOrPeople(role) if role > Role::Viewer);
    let statuses = [
        &[500, 503],
        when(!is_link && access != Access::Public, &[401]),
        when(by_role, &[403]),
        when(operation.path.contains('{'), &[404]),
        when(!is_link, &[422]),
        when(takes_body && !is_link, &[400, 413, 415]),
        when(operation.idempotent, &[400, 410]),
        when(operation.if_match != IfMatch::Never, &[412]),
        when(matches!(operation.if_match, IfMatch::Always | IfMatch::UnlessNew), &[428]),
        operation.problems.as_slice(),
    ];
    statuses.concat().into_iter().collect()
}

/// The answer to a call that met a problem. To a person with a link it is a page.
pub(super) fn problem(status: u16, access: Access) -> Value {
    let Some(problem) = PROBLEMS.iter().find(|problem| problem.status == status) else {
        panic!("nothing is said of the status {status}: add it to the problems")
    };
    if access == Access::Link {
        return json!({
            "description": problem.description,
            "content": { "text/html": { "schema": { "type": "string" } }, "application/problem+json": { "schema": problem_schema() } },
        });
    }
    json!({ "$ref": format!("#/components/responses/{}", problem.name) })
}

fn problem_schema() -> Value {
    json!({ "$ref": "#/components/schemas/Problem" })
}

/// The problems as components.
pub(super) fn components() -> Value {
    let named = PROBLEMS.iter().map(|problem| {
        let mut response = json!({
            "description": problem.description,
            "content": { "application/problem+json": { "schema": problem_schema() } },
        });
        let header = match problem.status {
            401 => Some(("WWW-Authenticate", "How to sign in.")),
            503 => Some(("Retry-After", "Seconds to wait.")),
            _ => None,
        };
        if let Some((name, description)) = header {
            response["headers"] = json!({ name: { "description": description, "schema": { "type": "string" } } });
        }
        (problem.name.to_owned(), response)
    });
    Value::Object(named.collect())
}
