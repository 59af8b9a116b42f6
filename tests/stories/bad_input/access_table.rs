//! The whole table: every declared route by every kind of caller. What is not in the table does not exist.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::Duration;
use http::Method;
use keepwell_aws::http::{Access, Role};
use keepwell_local::gateway::Gateway;
use keepwell_tests::World;
use serde_json::json;

use super::access::{forged, path_of};
use super::{MEMBERS_NOTED, expect_problem, world};

/// A kind of caller: its name and `Authorization` header, if it sends one.
type Caller = (&'static str, Option<String>);

/// Nobody that we know, in every form.
async fn strangers(world: &World) -> Vec<Caller> {
    let good = world.system.gateway().token(Role::Admin).unwrap();
    let (head, signature) = good.rsplit_once('.').unwrap();
    let payload = good.split('.').nth(1).unwrap();
    // The first character: the last one has bits that mean nothing.
    let other_signature: String =
        [if signature.starts_with('A') { "B" } else { "A" }, signature.get(1..).unwrap()].concat();
    let of_another = Gateway::new(b"another key").token(Role::Admin).unwrap();
    let bearer = |token: String| Some(format!("Bearer {token}"));
    let basic = |text: &str| Some(format!("Basic {}", STANDARD.encode(text)));
    let (id, secret) = key(world, "Known").await;
    let (revoked, revoked_secret) = key(world, "Revoked").await;
    let path = format!("/v1/write-keys/{revoked}");
    let _ = world.call_as(Role::Admin, Method::DELETE, &path).send().await.expect_status(204);
    // A key that was looked up is trusted for a minute.
    world.system.local().clock().advance(Duration::minutes(2));
    vec![
        ("none", None),
        ("expired", bearer(forged(world, &json!({ "exp": 1_700_000_001 })))),
        ("audience", bearer(forged(world, &json!({ "aud": "something" })))),
        ("issuer", bearer(forged(world, &json!({ "iss": "https://evil.example" })))),
        ("signature", bearer(format!("{head}.{other_signature}"))),
        ("other's key", bearer(of_another)),
        ("alg none", bearer(format!("eyJhbGciOiJub25lIn0.{payload}."))),
        ("no role", bearer(forged(world, &json!({ "groups": [] })))),
        ("odd role", bearer(forged(world, &json!({ "groups": ["root"] })))),
        ("wk malformed", basic("wk_nothing:")),
        ("wk unknown", basic(&format!("wk_01jzzzzzzzzzzzzzzzzzzzzzzz_{}:", secret.rsplit_once('_').unwrap().1))),
        ("wk wrong secret", basic(&format!("{id}_{}:", "A".repeat(43)))),
        ("wk revoked", basic(&format!("{revoked_secret}:"))),
        ("wk as password", basic(&format!(":{secret}"))),
        ("wk as token", bearer(secret)),
    ]
}

/// A write key of that name: its id and the whole of it.
async fn key(world: &World, name: &str) -> (String, String) {
    let made = world.call_as(Role::Admin, Method::POST, "/v1/write-keys").json(&json!({ "name": name })).send().await;
    let made = made.expect_status(201).json();
    (made["id"].as_str().unwrap().to_owned(), made["secret"].as_str().unwrap().to_owned())
}

/// What comes of a call: the refusal, or that it is let in.
async fn outcome(world: &World, method: &Method, declared: &str, authorization: Option<&str>) -> String {
    let call = world.call(method.clone(), &path_of(declared));
    let call = match authorization {
        Some(header) => call.header("authorization", header),
        None => call,
    };
    let reply = call.send().await;
    match reply.status.as_u16() {
        status @ (401 | 403) => {
            expect_problem(&reply, status, declared);
            status.to_string()
        }
        405 | 500.. => panic!("{method} {declared}: {}", reply.text),
        _ => "in".to_owned(),
    }
}

#[tokio::test]
async fn every_route_is_open_to_whom_the_table_says_and_to_nobody_else() {
    let (world, _) = world().await;
    let strangers = strangers(&world).await;
    let (_, secret) = key(&world, "Good").await;
    let machine = format!("Basic {}", STANDARD.encode(format!("{secret}:")));
    world.system.local().reset_requests();
    let declared: Vec<_> =
        world.system.functions().iter().flat_map(|function| function.routes.declared()).cloned().collect();
    let mut lines = Vec::new();
    for route in &declared {
        let mut let_in = Vec::new();
        for (name, authorization) in &strangers {
            match outcome(&world, &route.method, route.path, authorization.as_deref()).await.as_str() {
                "401" => {}
                other => let_in.push(format!("{name}: {other}")),
            }
        }
        // A link is its own authority: whoever has one is let in, and needs no token. What is public is for everybody.
        let is_open = matches!(route.access, Access::Link | Access::Public);
        let expected = if is_open { strangers.len() } else { 0 };
        assert_eq!(let_in.len(), expected, "{} {}: {let_in:?}", route.method, route.path);
        let mut cells = Vec::new();
        for role in [Role::Viewer, Role::Csm, Role::Admin] {
            let token = format!("Bearer {}", world.system.gateway().token(role).unwrap());
            cells.push(outcome(&world, &route.method, route.path, Some(&token)).await);
        }
        cells.push(outcome(&world, &route.method, route.path, Some(&machine)).await);
        let strangers = if is_open { "in" } else { "401" };
        lines.push(format!("{} {} | {strangers} | {}", route.path, route.method, cells.join(" | ")));
    }
    assert_eq!(world.system.local().write_count(), MEMBERS_NOTED, "whoever was let in found nothing there");
    lines.sort_unstable();
    let head = "route | strangers | viewer | csm | admin | write key";
    insta::assert_snapshot!("access_table", format!("{head}\n{}", lines.join("\n")));
}

/// The team looks after all customers together: the owner is who is asked first, not who alone may. So a colleague gets what the owner gets.
#[tokio::test]
async fn a_colleague_may_do_at_anothers_customer_what_its_owner_may() {
    let (world, task) = world().await;
    let owner = world.system.gateway().token_for("csm@keepwell.example", &[Role::Csm]).unwrap();
    let colleague = world.system.gateway().token_for("colleague@keepwell.example", &[Role::Csm]).unwrap();
    let declared: Vec<_> =
        world.system.functions().iter().flat_map(|function| function.routes.declared()).cloned().collect();
    let mut looked_at = 0;
    for route in declared.iter().filter(|route| route.path.starts_with("/v1/") && route.path.contains('{')) {
        let id = if route.path.starts_with("/v1/tasks") { task.as_str() } else { "acme" };
        let path = route.path.replace("{id}", id).replace("{contact}", "uma").replace("{delivery}", "nobody");
        let path = path.replace("{kind}", "usage").replace("{email}", "nobody@keepwell.example");
        let mut statuses = Vec::new();
        for token in [&owner, &colleague] {
            // An ETag that never was: who may edit learns that it is stale, and nothing is changed.
            let call = world.call(route.method.clone(), &path).header("authorization", &format!("Bearer {token}"));
            statuses.push(call.header("if-match", "\"999\"").send().await.status.as_u16());
        }
        assert_eq!(statuses[0], statuses[1], "{} {path}", route.method);
        looked_at += usize::from(![401, 403].contains(&statuses[0]));
    }
    assert!(looked_at > 20, "only {looked_at} routes were open to a CSM");

    // Nor does a token's address make somebody a person of the customer.
    let reply = world.call(Method::PATCH, "/v1/customers/acme").header("authorization", &format!("Bearer {colleague}"));
    let reply = reply.header("if-match", "*").json(&json!({ "seats": 12 })).send().await.expect_status(200);
    assert_eq!(reply.json()["owner"], "csm@keepwell.example", "and stays the owner's");
}

/// What somebody did is written down with who did it, whoever the owner is.
#[tokio::test]
async fn what_a_colleague_did_bears_the_colleagues_name() {
    let (world, _) = world().await;
    let colleague = world.system.gateway().token_for("colleague@keepwell.example", &[Role::Csm]).unwrap();
    let call =
        world.call(Method::PUT, "/v1/customers/acme/status").header("authorization", &format!("Bearer {colleague}"));
    let body = json!({ "status": "steady", "reason": "quiet" });
    let _ = call.header("if-match", "*").json(&body).send().await.expect_status(200);
    let history = world.get("/v1/customers/acme/status/history").await;
    assert_eq!(history["items"][0]["by"], "colleague@keepwell.example");
}
