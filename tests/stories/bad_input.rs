//! Requests that are wrong: each is refused with a reason that helps, and nothing happens.

mod access;
mod access_table;
mod arrays;
mod bodies;
mod described;
mod idempotency;
mod paths;
mod queries;

use http::Method;
use keepwell_aws::store::feedback::{answer_record, request_record, whereabouts_record};
use keepwell_aws::store::{Expect, Transaction};
use keepwell_domain::contact::Role;
use keepwell_domain::feedback::{AnswerDecision, FeedbackRequest, Submission, decide_answer};
use keepwell_domain::id::RecordId;
use keepwell_tests::{Reply, World};
use serde_json::{Value, json};

/// Calls that take no body.
const WITHOUT_BODY: [&str; 5] = [
    "/v1/members/me",
    "/v1/endpoints/{id}/test",
    "/v1/endpoints/{id}/deliveries/{delivery}/redeliver",
    "/v1/automations/{id}/reset",
    "/v1/customers/{id}/contacts/{contact}/erase",
];

/// The request that the contact answered.
const ANSWERED: &str = "req_1";

/// Writes when a person of each role calls everything, nothing of which is there: all three are noted as members.
const MEMBERS_NOTED: usize = 3;

/// A system with a customer, a contact with an answer, a task and an endpoint, at rest; requests are counted from here. Answers the task's id too.
async fn world() -> (World, String) {
    let world = World::new().await;
    world.customer_with("acme", &[("uma", "user")]).await;
    let task = json!({ "customer": "acme", "title": "Call", "due_on": "2026-03-10" });
    let task = world.post("/v1/tasks", task).await["id"].as_str().unwrap().to_owned();
    let endpoint = json!({ "id": "acme", "kind": "webhook", "url": "https://hooks.example.com/" });
    crate::endpoints::admin(&world, Method::POST, "/v1/endpoints", endpoint).await.expect_status(201);
    answer(&world).await;
    world.settle().await;
    world.system.local().reset_requests();
    (world, task)
}

/// Puts an answer of the contact in place, under an id that is known beforehand.
async fn answer(world: &World) {
    let (cloud, now) = (world.system.cloud(), world.system.now());
    let id = |text: &str| RecordId::parse(text).unwrap();
    let asked = FeedbackRequest::new(ANSWERED.to_owned(), id("acme"), id("uma"), now);
    let submission = json!({ "rating": "happy", "nonce": "n" });
    let submission = Submission::parse(&submission).unwrap();
    let AnswerDecision::Recorded(recorded) = decide_answer(&asked, submission, Role::User, now) else {
        panic!("a first answer is recorded")
    };
    let mut transaction = Transaction::default();
    transaction.put(request_record(&recorded.request), Expect::Absent);
    transaction.put(whereabouts_record(ANSWERED, &asked.customer), Expect::Absent);
    transaction.put(answer_record(&asked.customer, &recorded.answer, recorded.request.version), Expect::Absent);
    transaction.commit(&cloud.store).await.unwrap();
}

/// Checks that a refusal is RFC 9457 problem details.
#[track_caller]
fn expect_problem(reply: &Reply, status: u16, what: &str) {
    assert_eq!(reply.status.as_u16(), status, "{what}: {}", reply.text);
    assert_eq!(reply.header("content-type"), "application/problem+json", "{what}");
    assert_eq!(reply.header("cache-control"), "no-store", "{what}");
    let problem = reply.json();
    assert_eq!(problem["status"], status, "{what}");
    assert!(
        problem["type"].as_str().is_some_and(|kind| kind.starts_with("urn:keepwell:problem:")),
        "{what}: {problem}"
    );
    for member in ["title", "detail"] {
        assert!(problem[member].as_str().is_some_and(|text| text.len() > 5), "{what}: {problem}");
    }
}

/// A route that takes a JSON body: method, path, a good body, a body that is wrong in many ways, and how it is wrong.
struct Write {
    method: Method,
    path: String,
    declared: &'static str,
    good: Value,
    wrong: Value,
    pointers: Vec<&'static str>,
    /// How many writes the good body makes.
    effect: usize,
}

/// A small scorecard.
fn scorecard(id: &str) -> Value {
    let rule = json!({ "id": "r", "measure": "custom.a", "weight": 1, "points": { "linear": { "zero_at": 0, "full_at": 10 } } });
    json!({ "format": 1, "id": id, "dimensions": [{ "id": "d", "weight": 1, "rules": [rule] }] })
}

/// Every route that takes a JSON body.
fn writes(task: &str) -> Vec<Write> {
    let write = |method, declared: &'static str, good, wrong, pointers| {
        let id = match declared {
            tasks if tasks.starts_with("/v1/tasks") => task,
            answers if answers.starts_with("/v1/feedback") => ANSWERED,
            views if views.starts_with("/v1/views") => "mine",
            scorecards if scorecards.starts_with("/v1/scorecards") => "default",
            automations if automations.starts_with("/v1/automations") => "status-struggling",
            _ => "acme",
        };
        let path = declared.replace("{id}", id).replace("{contact}", "uma");
        // The order that there is, the arithmetic alone, a plan, looks at the past, dry runs, and a text that is not kept.
        let without = [
            "/v1/scorecards/order",
            "/v1/scorecards/evaluate",
            "/v1/scorecards/{id}/plan",
            "/v1/scorecards/{id}/backtest",
            "/v1/scorecards/{id}/suggest-weights",
            "/v1/sentiment",
            "/v1/automations/{id}/dry-run",
            "/v1/mail-templates/preview",
        ];
        let effect = match declared {
            // The first snapshot of a day keeps the day too, in two objects.
            "/v1/snapshot" => 3,
            declared => usize::from(!without.contains(&declared)),
        };
        Write { method, path, declared, good, wrong, pointers, effect }
    };
    let customer = json!({ "owner": "nobody", "arr_cents": -1, "currency": "usd", "seats": 2.5, "renewal_on": "soon",
        "plan": "", "tags": "vip", "attributes": [], "request_feedback": "yes", "feedback_interval_days": 6, "nmae": "x" });
    let with = |body: &Value, key: &str, value: Value| {
        let mut body = body.clone();
        body[key] = value;
        body
    };
    let of_customer = vec![
        "/arr_cents",
        "/attributes",
        "/currency",
        "/feedback_interval_days",
        "/nmae",
        "/owner",
        "/plan",
        "/renewal_on",
        "/request_feedback",
        "/seats",
        "/tags",
    ];
    let and = |pointers: &[&'static str], more: &[&'static str]| {
        let mut all = [pointers, more].concat();
        all.sort_unstable();
        all
    };
    let contact = json!({ "name": "a\nb", "email": "uma@", "role": "boss", "time_zone": "Berlin", "locale": "!", "mail": "ok",
        "phone": "1" });
    let of_contact = ["/email", "/locale", "/mail", "/name", "/phone", "/role", "/time_zone"];
    let task =
        json!({ "title": "", "detail": 3, "owner": "x", "priority": "asap", "due_on": "2026-02-30", "done": true });
    let of_task = ["/detail", "/done", "/due_on", "/owner", "/priority", "/title"];
    vec![
        write(
            Method::POST,
            "/v1/customers",
            json!({ "id": "new", "name": "New" }),
            with(&customer, "id", json!("a b")),
            and(&of_customer, &["/id", "/name"]),
        ),
        write(
            Method::PATCH,
            "/v1/customers/{id}",
            json!({ "seats": 7 }),
            with(&customer, "name", json!("x".repeat(201))),
            and(&of_customer, &["/name"]),
        ),
        write(
            Method::PUT,
            "/v1/customers/{id}/status",
            json!({ "status": "steady", "reason": "quiet" }),
            json!({ "status": "good", "reason": " ", "why": 1 }),
            vec!["/reason", "/status", "/why"],
        ),
        write(
            Method::PUT,
            "/v1/customers/{id}/score/override",
            json!({ "kind": "cap", "value": 40, "reason": "contract dispute" }),
            json!({ "kind": "max", "value": 101, "reason": "", "expires_at": "2020-01-01T00:00:00Z", "until": 1 }),
            vec!["/expires_at", "/kind", "/reason", "/until", "/value"],
        ),
        write(
            Method::PUT,
            "/v1/settings",
            json!({ "product_name": "Loom", "key_features": ["reports"] }),
            json!({ "manager": "lea", "answer_values": { "not_happy": -1 }, "role_weights": { "user": -1 }, "high_happiness": "x",
                "happiness_levels": { "happy": 80 }, "score_drop": { "points": 0, "days": 91 }, "key_features": ["a\nb"],
                "login_features": {}, "feature_weights": { "api": -1 }, "response_targets": { "low": { "minutes": 5 } },
                "high_status": "good", "colour": "blue" }),
            vec![
                "/answer_values/not_happy",
                "/colour",
                "/feature_weights/api",
                "/happiness_levels/happy",
                "/high_happiness",
                "/high_status",
                "/key_features/0",
                "/login_features",
                "/manager",
                "/response_targets/low/minutes",
                "/role_weights/user",
                "/score_drop/days",
                "/score_drop/points",
            ],
        ),
        write(
            Method::POST,
            "/v1/customers/{id}/contacts",
            json!({ "id": "new", "name": "New", "email": "new@acme.example" }),
            with(&contact, "id", json!("")),
            and(&of_contact, &["/id"]),
        ),
        write(
            Method::PATCH,
            "/v1/customers/{id}/contacts/{contact}",
            json!({ "role": "champion" }),
            contact,
            of_contact.to_vec(),
        ),
        write(
            Method::POST,
            "/v1/endpoints",
            json!({ "id": "cs-channel", "kind": "slack", "url": "https://hooks.slack.com/services/T/B/X" }),
            json!({ "id": "CRM", "kind": "mail", "name": "", "url": "https://127.0.0.1/", "secret": "mine" }),
            vec!["/id", "/kind", "/name", "/secret", "/url"],
        ),
        write(
            Method::PATCH,
            "/v1/endpoints/{id}",
            json!({ "name": "Sales" }),
            json!({ "kind": "slack", "name": 3, "state": "disabled", "url": "http://hooks.example.com/" }),
            vec!["/kind", "/name", "/state", "/url"],
        ),
        write(
            Method::POST,
            "/v1/write-keys",
            json!({ "name": "Production" }),
            json!({ "name": "", "secret": "mine" }),
            vec!["/name", "/secret"],
        ),
        write(
            Method::POST,
            "/v1/tasks",
            json!({ "customer": "acme", "title": "Mail", "due_on": "2026-03-11" }),
            with(&task, "customer", json!(7)),
            and(&of_task, &["/customer"]),
        ),
        write(
            Method::PATCH,
            "/v1/tasks/{id}",
            json!({ "title": "Call today" }),
            with(&task, "state", json!("gone")),
            and(&of_task, &["/state"]),
        ),
        write(
            Method::PATCH,
            "/v1/feedback/{id}",
            json!({ "state": "in_work", "themes": ["Speed"] }),
            json!({ "state": "open", "themes": ["Speed", "x".repeat(41)], "rating": "happy" }),
            vec!["/rating", "/state", "/themes"],
        ),
        write(
            Method::POST,
            "/v1/customers/{id}/interactions",
            json!({ "kind": "call", "quality": 4, "notes": "We talked." }),
            json!({ "kind": "party", "at": "today", "contact": "a b", "quality": 6, "outcome": 0, "notes": "", "id": "mine" }),
            vec!["/at", "/contact", "/id", "/kind", "/notes", "/outcome", "/quality"],
        ),
        write(
            Method::PUT,
            "/v1/views/{id}",
            json!({ "name": "Renewals", "page": "portfolio", "query": "sort=renewal", "shared": true }),
            json!({ "name": "", "page": "home", "query": "a b", "shared": "yes", "owner": "bo@keepwell.example" }),
            vec!["/name", "/owner", "/page", "/query", "/shared"],
        ),
        write(
            Method::PUT,
            "/v1/scorecards/{id}",
            scorecard("default"),
            json!({ "format": 2, "id": "other", "applies_to": { "all": [{ "field": "plan" }] }, "dimensions": [], "colour": 1 }),
            vec!["/applies_to/all/0/in", "/colour", "/dimensions", "/format"],
        ),
        write(
            Method::POST,
            "/v1/scorecards/{id}/plan",
            scorecard("default"),
            json!({ "format": 2, "id": "other", "applies_to": { "all": [{ "field": "plan" }] }, "dimensions": [], "colour": 1 }),
            vec!["/applies_to/all/0/in", "/colour", "/dimensions", "/format"],
        ),
        write(
            Method::PUT,
            "/v1/scorecards/order",
            json!({ "order": ["default"] }),
            json!({ "order": ["default", "nobody", "default"], "by": "me" }),
            vec!["/by", "/order/1", "/order/2"],
        ),
        write(
            Method::POST,
            "/v1/scorecards/evaluate",
            json!({ "scorecard": scorecard("any"), "measures": { "custom.a": 1 } }),
            json!({ "scorecard": { "format": 1, "id": "x y", "dimensions": [] }, "measures": { "nope": 1, "usage.active_days_28d": "many" },
                "as_of": "today", "store": true }),
            vec![
                "/as_of",
                "/measures/nope",
                "/measures/usage.active_days_28d",
                "/scorecard/dimensions",
                "/scorecard/id",
                "/store",
            ],
        ),
        write(Method::POST, "/v1/snapshot", json!({}), json!({ "now": true, "full": 1 }), vec!["/full", "/now"]),
        write(
            Method::PUT,
            "/v1/automations/{id}",
            json!({ "format": 1, "id": "status-struggling", "name": "Mine", "on": true,
                "trigger": { "health_status_changed": { "to": ["struggling"] } }, "actions": [{ "add_tag": { "tag": "at-risk" } }] }),
            json!({ "format": 2, "id": "Status", "name": "", "on": "yes", "trigger": { "health_status_changed": { "to": ["good"] } },
                "conditions": { "field": "colour", "in": ["blue"] }, "cool_down": { "times": 0, "days": 1 },
                "actions": [{ "mail": { "to": "boss" } }, { "wait": { "days": 400 } }], "version": 3 }),
            vec![
                "/actions/0/mail/template",
                "/actions/0/mail/to",
                "/actions/1/wait/days",
                "/conditions/field",
                "/cool_down/times",
                "/format",
                "/id",
                "/name",
                "/on",
                "/trigger/health_status_changed/to",
                "/version",
            ],
        ),
        write(
            Method::POST,
            "/v1/automations/{id}/dry-run",
            json!({ "customer": "acme" }),
            json!({ "customer": "acme", "days": 15, "document": { "format": 1, "id": "x", "name": "X", "on": true,
                "trigger": { "party": {} }, "actions": [] }, "send": false }),
            vec!["/customer", "/days", "/document/actions", "/document/trigger", "/send"],
        ),
        write(
            Method::POST,
            "/v1/mail-templates/preview",
            json!({ "subject": "News of {{ customer.name }}", "text": "Hello {{ contact.first_name }}" }),
            json!({ "template": "nothing", "to": "boss", "customer": "!", "trigger": { "party": {} }, "send": true }),
            vec!["/customer", "/send", "/template", "/to", "/trigger"],
        ),
        write(
            Method::POST,
            "/v1/scorecards/{id}/backtest",
            json!({ "document": scorecard("default"), "compare_with": { "id": "default" }, "horizons": [30], "segment": "plan" }),
            json!({ "document": { "format": 1, "id": "other", "dimensions": [] }, "compare_with": { "id": "x y", "version": 0 },
                "from": "2027-01-01", "to": "2026-13-01", "horizons": [0], "segment": "colour", "negatives": "all", "reconstruct": 1,
                "store": true }),
            vec![
                "/compare_with/id",
                "/compare_with/version",
                "/document/dimensions",
                "/from",
                "/horizons",
                "/negatives",
                "/reconstruct",
                "/segment",
                "/store",
                "/to",
            ],
        ),
        write(
            Method::POST,
            "/v1/scorecards/{id}/suggest-weights",
            json!({ "document": scorecard("default"), "horizon": 90, "negatives": "stayed" }),
            json!({ "document": scorecard("other"), "to": "2030-01-01", "horizon": 366, "segment": "plan" }),
            vec!["/document/id", "/horizon", "/segment", "/to"],
        ),
        write(
            Method::POST,
            "/v1/sentiment",
            json!({ "text": "Great support" }),
            json!({ "text": "x".repeat(20_001), "language": "en" }),
            vec!["/language", "/text"],
        ),
    ]
}
