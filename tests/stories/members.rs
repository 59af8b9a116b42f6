//! Who of the team was here, and as what.

use chrono::{DateTime, Duration, Utc};
use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::{Call, World};
use serde_json::{Value, json};

use crate::feedback::items;

fn by<'a>(world: &'a World, email: &str, roles: &[Role], method: Method, path: &str) -> Call<'a> {
    let token = world.system.gateway().token_for(email, roles).unwrap();
    world.call(method, path).header("authorization", &format!("Bearer {token}"))
}

async fn here(world: &World, email: &str, role: Role) -> Value {
    by(world, email, &[role], Method::PUT, "/v1/members/me").send().await.expect_status(200).json()
}

fn member(email: &str, role: &str, last_seen_at: DateTime<Utc>) -> Value {
    json!({ "email": email, "role": role, "last_seen_at": last_seen_at })
}

#[tokio::test]
async fn who_comes_is_noted_once_a_day_with_the_role_of_the_issuer() {
    let world = World::new().await;
    let start = world.system.now();
    world.system.local().reset_requests();
    assert_eq!(here(&world, "ana@keepwell.example", Role::Csm).await, member("ana@keepwell.example", "csm", start));
    assert_eq!(world.system.local().write_count(), 1);
    // All day long; whatever the spelling.
    world.advance(Duration::hours(23)).await;
    world.system.local().reset_requests();
    for email in ["ana@keepwell.example", "Ana@Keepwell.example"] {
        assert_eq!(here(&world, email, Role::Csm).await, member("ana@keepwell.example", "csm", start));
    }
    assert_eq!(world.system.local().write_count(), 0);
    // With another role, at once; the next day, again.
    let promoted = world.system.now();
    assert_eq!(
        here(&world, "ana@keepwell.example", Role::Admin).await,
        member("ana@keepwell.example", "admin", promoted)
    );
    world.advance(Duration::hours(24)).await;
    here(&world, "ana@keepwell.example", Role::Admin).await;
    here(&world, "bo@keepwell.example", Role::Viewer).await;
    let now = world.system.now();
    let expected = [member("ana@keepwell.example", "admin", now), member("bo@keepwell.example", "viewer", now)];
    assert_eq!(items(&world, "/v1/members").await, expected);
}

#[tokio::test]
async fn of_several_roles_the_highest_is_noted() {
    let world = World::new().await;
    let call = by(&world, "ana@keepwell.example", &[Role::Viewer, Role::Csm], Method::PUT, "/v1/members/me");
    assert_eq!(call.json(&json!({})).send().await.expect_status(200).json()["role"], "csm");
}

#[tokio::test]
async fn members_come_page_by_page() {
    let world = World::new().await;
    for name in ["cleo", "ana", "bo"] {
        here(&world, &format!("{name}@keepwell.example"), Role::Viewer).await;
    }
    let first = world.get("/v1/members?limit=2").await;
    let names = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|item| item["email"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&first), ["ana@keepwell.example", "bo@keepwell.example"]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let last = world.get(&format!("/v1/members?limit=2&cursor={cursor}")).await;
    assert_eq!((names(&last), &last["next_cursor"]), (vec!["cleo@keepwell.example".to_owned()], &Value::Null));
}

#[tokio::test]
async fn an_admin_forgets_a_member_and_who_comes_again_is_noted_again() {
    let world = World::new().await;
    here(&world, "ana@keepwell.example", Role::Csm).await;
    let path = "/v1/members/ana%40keepwell.example";
    let forget = |role: Role| world.call_as(role, Method::DELETE, path).send();
    forget(Role::Csm).await.expect_status(403);
    forget(Role::Admin).await.expect_status(204);
    forget(Role::Admin).await.expect_status(404);
    for nobody in ["/v1/members/nobody", "/v1/members/bo%40keepwell.example"] {
        world.call_as(Role::Admin, Method::DELETE, nobody).send().await.expect_status(404);
    }
    assert_eq!(items(&world, "/v1/members").await.len(), 0);
    here(&world, "ana@keepwell.example", Role::Csm).await;
    assert_eq!(items(&world, "/v1/members").await.len(), 1);
}

#[tokio::test]
async fn nobody_is_noted_who_may_not_come_in() {
    let world = World::new().await;
    world.call(Method::PUT, "/v1/members/me").send().await.expect_status(401);
    by(&world, "ana@keepwell.example", &[], Method::PUT, "/v1/members/me").send().await.expect_status(401);
    let query = by(&world, "ana@keepwell.example", &[Role::Csm], Method::PUT, "/v1/members/me?role=admin");
    query.send().await.expect_status(422);
    assert_eq!(items(&world, "/v1/members").await.len(), 0);
}
