//! Who may call what.

use http::Method;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use keepwell_aws::http::{Access, Role};
use keepwell_local::gateway::Gateway;
use keepwell_tests::World;
use serde_json::{Value, json};

use super::{MEMBERS_NOTED, expect_problem, world};

pub(super) fn path_of(declared: &str) -> String {
    // Ids that are not there: a call that is let through comes to nothing.
    declared
        .replace("{id}", "nobody")
        .replace("{contact}", "nobody")
        .replace("{delivery}", "nobody")
        .replace("{kind}", "usage")
        .replace("{email}", "nobody@keepwell.example")
        .replace("{token}", "f1.k1.nobody.nobody")
}

/// The routes for people, each with the least role.
fn guarded(world: &World) -> Vec<(Method, &'static str, Role)> {
    let declared = world.system.functions().iter().flat_map(|function| function.routes.declared());
    let guarded = declared.filter_map(|route| match route.access {
        Access::People(role) | Access::MachineOrPeople(role) => Some((route.method.clone(), route.path, role)),
        Access::Public | Access::Link | Access::Machine => None,
    });
    guarded.collect()
}

#[tokio::test]
async fn every_route_has_the_access_that_it_should() {
    let (world, _) = world().await;
    let declared = world.system.functions().iter().flat_map(|function| function.routes.declared());
    let mut lines: Vec<String> = declared
        .map(|route| match route.access {
            Access::People(role) => format!("{} {}: {role}", route.path, route.method),
            Access::Public => format!("{} {}: anyone", route.path, route.method),
            Access::Link => format!("{} {}: anyone with the link", route.path, route.method),
            Access::Machine => format!("{} {}: a write key", route.path, route.method),
            Access::MachineOrPeople(role) => format!("{} {}: a write key or {role}", route.path, route.method),
        })
        .collect();
    lines.sort_unstable();
    insta::assert_snapshot!("access", lines.join("\n"));
}

#[tokio::test]
async fn a_route_is_open_to_its_role_and_those_above_and_to_nobody_else() {
    let (world, _) = world().await;
    for (method, declared, least) in guarded(&world) {
        let path = path_of(declared);
        for role in [Role::Viewer, Role::Csm, Role::Admin] {
            let what = format!("{method} {declared} by {role}");
            let reply = world.call_as(role, method.clone(), &path).send().await;
            if role < least {
                expect_problem(&reply, 403, &what);
            } else {
                assert!(!matches!(reply.status.as_u16(), 401 | 403 | 405), "{what}: {}", reply.text);
            }
        }
        let reply = world.call(method.clone(), &path).send().await;
        expect_problem(&reply, 401, &format!("{method} {declared} by nobody"));
        assert_eq!(reply.header("www-authenticate"), "Bearer");
    }
    assert_eq!(world.system.local().write_count(), MEMBERS_NOTED);
}

#[tokio::test]
async fn of_several_roles_the_highest_counts() {
    let (world, _) = world().await;
    let token = world.system.gateway().token_for("both@keepwell.example", &[Role::Csm, Role::Viewer]).unwrap();
    let post = world.call(Method::POST, "/v1/customers").header("authorization", &format!("Bearer {token}"));
    let _ = post.json(&json!({ "name": "New" })).send().await.expect_status(201);
}

/// A token signed with the system's own key, with some of its claims replaced.
pub(super) fn forged(world: &World, replaced: &Value) -> String {
    let key = world.system.local().local_value("jwt_key").unwrap();
    let mut claims = json!({ "iss": "keepwell-local", "aud": "keepwell", "sub": "x", "email": "csm@keepwell.example",
        "groups": ["admin"], "iat": 1_700_000_000, "exp": 4_000_000_000_u64 });
    for (name, value) in replaced.as_object().unwrap() {
        claims[name] = value.clone();
    }
    encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_base64_secret(&key).unwrap()).unwrap()
}

#[tokio::test]
async fn a_token_that_is_no_good_is_no_token() {
    let (world, _) = world().await;
    let get =
        |authorization: String| world.call(Method::GET, "/v1/customers").header("authorization", &authorization).send();
    // The forger's tokens are good but for what is replaced.
    let _ = get(format!("Bearer {}", forged(&world, &json!({})))).await.expect_status(200);
    let replaced = [
        json!({ "exp": 1_700_000_001 }),
        json!({ "iss": "somebody" }),
        json!({ "aud": "something" }),
        json!({ "groups": [] }),
        json!({ "groups": ["owner", "ADMIN"] }),
        json!({ "email": "nobody" }),
        json!({ "email": "" }),
    ];
    for claims in replaced {
        let reply = get(format!("Bearer {}", forged(&world, &claims))).await;
        expect_problem(&reply, 401, &claims.to_string());
    }

    let good = world.system.gateway().token(Role::Admin).unwrap();
    let other = Gateway::new(b"another key").token(Role::Admin).unwrap();
    let unsigned = format!("{}.", good.rsplit_once('.').unwrap().0);
    let none = format!("eyJhbGciOiJub25lIn0.{}.", good.split('.').nth(1).unwrap());
    for authorization in [
        String::new(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        "Bearer x.y.z".to_owned(),
        good.clone(),
        format!("Basic {good}"),
        format!("Bearer {other}"),
        format!("Bearer {unsigned}"),
        format!("Bearer {none}"),
        format!("Bearer {good} {good}"),
    ] {
        expect_problem(&get(authorization.clone()).await, 401, &authorization);
    }
    assert_eq!(world.system.local().write_count(), 0);
}

#[tokio::test]
async fn who_may_not_call_does_not_learn_what_is_there_or_what_is_wrong() {
    let (world, _) = world().await;
    for path in ["/v1/customers/acme", "/v1/customers/nobody"] {
        let known = world.call(Method::GET, path).send().await.expect_status(401).text;
        assert!(!known.contains("acme") && !known.contains("nobody"), "{known}");
        let reply = world.call_as(Role::Viewer, Method::PATCH, path).raw("application/json", "{").send().await;
        expect_problem(&reply, 403, path);
    }
}
