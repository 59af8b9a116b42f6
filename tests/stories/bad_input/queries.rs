//! Query parameters that are wrong.

use http::Method;
use keepwell_aws::http::{Access, Role};
use keepwell_tests::{Reply, World};

use super::{expect_problem, world};

const LISTS: [&str; 14] = [
    "/v1/automations/status-struggling/runs",
    "/v1/automations/status-struggling/versions",
    "/v1/runs",
    "/v1/customers",
    "/v1/customers/acme/contacts",
    "/v1/customers/acme/tickets",
    "/v1/customers/acme/timeline",
    "/v1/customers/acme/status/history",
    "/v1/tasks",
    "/v1/feedback",
    "/v1/write-keys",
    "/v1/members",
    "/v1/endpoints",
    "/v1/endpoints/acme/deliveries",
];

async fn get(world: &World, path: &str) -> Reply {
    world.call_as(Role::Admin, Method::GET, path).send().await
}

#[tokio::test]
async fn a_parameter_that_a_call_does_not_know_is_named() {
    let (world, _) = world().await;
    let mut tried = 0;
    for route in world.system.functions().iter().flat_map(|function| function.routes.declared()) {
        if route.method != Method::GET || !matches!(route.access, Access::People(_)) {
            continue;
        }
        let id = if route.path.starts_with("/v1/scorecards") { "default" } else { "acme" };
        let path = route.path.replace("{id}", id).replace("{kind}", "usage");
        let required = if path.ends_with("/explain") { "&from=2026-03-01T00:00:00Z" } else { "" };
        let reply = get(&world, &format!("{path}?colour=blue&Limit=3{required}")).await;
        expect_problem(&reply, 422, &path);
        assert_eq!(reply.pointers(), ["?Limit", "?colour"], "{path}");
        tried += 1;
    }
    assert!(tried > 10);
}

#[tokio::test]
async fn a_page_has_1_to_1000_items() {
    let (world, _) = world().await;
    for path in LISTS {
        for limit in ["0", "1001", "-1", "1.5", "ten", "99999999999999999999999", "%20"] {
            let reply = get(&world, &format!("{path}?limit={limit}")).await;
            expect_problem(&reply, 422, &format!("{path} by {limit}"));
            assert_eq!(reply.pointers(), ["?limit"], "{path} by {limit}");
        }
        for limit in ["1", "1000", ""] {
            assert_eq!(get(&world, &format!("{path}?limit={limit}")).await.status, 200, "{path} by {limit}");
        }
    }
}

#[tokio::test]
async fn a_cursor_that_no_page_of_the_list_named_is_refused() {
    let (world, _) = world().await;
    // Not base64url; not UTF-8; "nothing"; "{}"; "C#other"; a sort key of 1,500 bytes under the timeline's prefix.
    let long = "VEwj".repeat(500);
    for path in LISTS {
        for cursor in ["!!!", "_w", "bm90aGluZw", "e30", "QyNvdGhlcg", &long] {
            let reply = get(&world, &format!("{path}?cursor={cursor}")).await;
            expect_problem(&reply, 422, &format!("{path} from {cursor}"));
            assert_eq!(reply.pointers(), ["?cursor"], "{path} from {cursor}");
        }
    }
}

#[tokio::test]
async fn every_wrong_value_of_a_filter_is_named_at_once() {
    let (world, _) = world().await;
    let cases = [
        (
            "/v1/customers?status=good&band=x&happiness=sad&insight=none&owner=x&stale=maybe&sort=colour&limit=0&x=1",
            vec!["?band", "?happiness", "?insight", "?limit", "?owner", "?sort", "?stale", "?status", "?x"],
        ),
        ("/v1/customers?sort=--name", vec!["?sort"]),
        ("/v1/customers?sort=Name", vec!["?sort"]),
        (
            "/v1/tasks?customer=a%20b&owner=x&state=gone&due_before=soon",
            vec!["?customer", "?due_before", "?owner", "?state"],
        ),
        (
            "/v1/feedback?rating=great&customer=!&from=yesterday&to=now&state=open&theme=%20",
            vec!["?customer", "?from", "?rating", "?state", "?theme", "?to"],
        ),
        ("/v1/feedback?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", vec!["?from"]),
        ("/v1/runs?customer=!&result=good&from=x&to=y", vec!["?customer", "?from", "?result", "?to"]),
        ("/v1/automations/status-struggling/runs?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", vec!["?from"]),
        ("/v1/customers/acme/timeline?kind=party", vec!["?kind"]),
        (
            "/v1/customers?at_risk=x&renewal_before=soon&no_contact_days=0&score_change_below=low&with=colour",
            vec!["?at_risk", "?no_contact_days", "?renewal_before", "?score_change_below", "?with"],
        ),
        ("/v1/customers?limit=201&with=sparkline", vec!["?limit"]),
        ("/v1/customers?ids=acme,,bob&owner=x", vec!["?ids", "?owner"]),
        ("/v1/customers?ids=a%20b", vec!["?ids"]),
        ("/v1/customers?skip=-1", vec!["?skip"]),
        ("/v1/insights?limit=1001", vec!["?limit"]),
        ("/v1/insights?limit=-1&colour=blue", vec!["?colour", "?limit"]),
        ("/v1/analytics/trend?from=x&to=y&owner=z", vec!["?from", "?owner", "?to"]),
        ("/v1/analytics/trend?from=2024-01-01&to=2026-01-01", vec!["?from"]),
        ("/v1/analytics/trend?to=2030-01-01", vec!["?to"]),
        ("/v1/analytics/movement?from=2026-03-02&to=2026-03-01&was=good&is=bad", vec!["?from", "?is", "?was"]),
        ("/v1/analytics/drivers?from=2020-01-01&cursor=YWNtZQ&limit=0", vec!["?cursor", "?from", "?limit"]),
        ("/v1/analytics/renewals?months=37", vec!["?months"]),
        ("/v1/analytics/renewals?months=0", vec!["?months"]),
        ("/v1/analytics/responses?from=2020-01-01", vec!["?from"]),
        ("/v1/analytics/cohorts?months=37&owner=x", vec!["?months", "?owner"]),
        ("/v1/feedback-mail?locale=x&colour=blue", vec!["?colour", "?locale"]),
        ("/v1/openapi.json?colour=blue", vec!["?colour"]),
        ("/v1/exports/tickets?limit=0&cursor=!!!&from=x", vec!["?cursor", "?from", "?limit"]),
        ("/v1/exports/tickets?limit=100001&cursor=YWNtZS9UUyM", vec!["?cursor", "?limit"]),
        ("/v1/customers/acme/score/history?from=x&to=y", vec!["?from", "?to"]),
    ];
    for (path, expected) in cases {
        let reply = get(&world, path).await;
        expect_problem(&reply, 422, path);
        let mut pointers = reply.pointers();
        pointers.sort_unstable();
        assert_eq!(pointers, expected, "{path}");
    }
}
