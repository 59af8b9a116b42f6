//! A person logs a meeting, call, mail or note; it counts as one that a machine sends.

use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::{Call, World};
use serde_json::{Value, json};

use super::{results, send};
use crate::feedback::{count_events, items};

const PATH: &str = "/v1/customers/acme/interactions";

fn log<'a>(world: &'a World, body: &Value) -> Call<'a> {
    world.call_as(Role::Csm, Method::POST, PATH).json(body)
}

/// What the score, the list and the timeline know of interactions.
async fn known(world: &World) -> Value {
    let score = world.get("/v1/customers/acme/score").await;
    let rules =
        score["dimensions"].as_array().into_iter().flatten().filter_map(|dimension| dimension["rules"].as_array());
    let raw = |measure: &str| {
        let mut rules = rules.clone().flatten();
        rules.find(|rule| rule["measure"] == measure).map(|rule| rule["raw"].clone())
    };
    let lines = items(world, "/v1/customers/acme/timeline?kind=interaction").await;
    let lines = lines.iter().map(|line| json!([line["at"], line["title"], line["detail"]]));
    json!({
        "met": world.get("/v1/customers/acme").await["last_contact_at"],
        "score": score["value"],
        "quality": raw("team.interaction_quality"),
        "lines": lines.collect::<Vec<Value>>(),
        "events": count_events(world, "signals.received.v1"),
    })
}

#[tokio::test]
async fn what_a_person_logs_is_answered_with_its_sentiment_and_who_it_was() {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    let body = json!({ "kind": "meeting", "at": "2026-02-27T10:00:00Z", "contact": "dora", "quality": 5, "outcome": 4,
        "notes": "A great talk, they love the reports." });
    let mut logged = log(&world, &body).send().await.expect_status(201).json();
    let id = logged.as_object_mut().unwrap().remove("id").unwrap();
    assert!(id.as_str().is_some_and(|id| id.starts_with("int_")), "{id}");
    let sentiment = logged.as_object_mut().unwrap().remove("sentiment").unwrap();
    let rated = world.call_as(Role::Viewer, Method::POST, "/v1/sentiment").json(&json!({ "text": body["notes"] }));
    assert_eq!(sentiment, rated.send().await.expect_status(200).json()["compound"]);
    assert_eq!(
        logged,
        json!({ "customer": "acme", "kind": "meeting", "at": "2026-02-27T10:00:00Z", "contact": "dora", "quality": 5, "outcome": 4,
            "notes": "A great talk, they love the reports.", "by": "csm@keepwell.example" })
    );

    // What is left out: it is now, with nobody in particular, and nothing is known of how it was.
    let note = log(&world, &json!({ "kind": "note" })).send().await.expect_status(201).json();
    assert_eq!(note["at"], json!(world.system.now()));
    assert_eq!((&note["contact"], &note["notes"], &note["sentiment"]), (&Value::Null, &json!(""), &Value::Null));
    let export = world.call_as(Role::Admin, Method::GET, "/v1/exports/interactions").send().await.expect_status(200);
    let by = export.json()["items"].as_array().unwrap().iter().map(|item| item["by"].clone()).collect::<Vec<_>>();
    assert_eq!(by, ["csm@keepwell.example", "csm@keepwell.example"]);
}

#[tokio::test]
async fn it_does_all_that_a_machines_does() {
    let body = json!({ "kind": "call", "at": "2026-02-27T10:00:00Z", "quality": 4, "notes": "We talked." });
    let mut both = Vec::new();
    for by_machine in [true, false] {
        let world = World::new().await;
        world.customer_with("acme", &[]).await;
        let before = known(&world).await;
        if by_machine {
            let mut sent = body.clone();
            sent["id"] = json!("i1");
            sent["customer"] = json!("acme");
            assert_eq!(results(&send(&world, "/v1/interactions", json!([sent])).await), ["created"]);
        } else {
            log(&world, &body).send().await.expect_status(201);
        }
        world.settle().await;
        let after = known(&world).await;
        assert_ne!(after["score"], before["score"], "the score is computed anew");
        both.push(after);
    }
    assert_eq!(both[0], both[1]);
    assert_eq!(both[1]["met"], "2026-02-27T10:00:00Z");
    assert_eq!(both[1]["lines"], json!([["2026-02-27T10:00:00Z", "Interaction: call, quality 4 of 5", "We talked."]]));
}

#[tokio::test]
async fn a_request_that_is_repeated_logs_once() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let body = json!({ "kind": "call" });
    let first = log(&world, &body).header("idempotency-key", "k").send().await.expect_status(201);
    world.advance(chrono::Duration::hours(1)).await;
    let again = log(&world, &body).header("idempotency-key", "k").send().await.expect_status(201);
    assert_eq!(again.text, first.text, "its time too");
    let other = log(&world, &json!({ "kind": "note" })).header("idempotency-key", "k").send().await;
    assert_eq!(other.expect_status(422).json()["type"], "urn:keepwell:problem:idempotency-key-reused");
    assert_eq!(items(&world, "/v1/customers/acme/timeline?kind=interaction").await.len(), 1);
    // Without a key each is one of its own.
    log(&world, &body).send().await.expect_status(201);
    log(&world, &body).send().await.expect_status(201);
    assert_eq!(items(&world, "/v1/customers/acme/timeline?kind=interaction").await.len(), 3);
}

#[tokio::test]
async fn what_cannot_be_logged_is_refused_and_nothing_is_kept() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    world.system.local().reset_requests();
    let wrong = json!({ "kind": "party", "at": "today", "quality": 6, "outcome": 0, "id": "mine", "by": "bo@keepwell.example" });
    let mut pointers = log(&world, &wrong).send().await.expect_status(422).pointers();
    pointers.sort_unstable();
    assert_eq!(pointers, ["/at", "/by", "/id", "/kind", "/outcome", "/quality"]);
    let note = json!({ "kind": "note" });
    world
        .call_as(Role::Csm, Method::POST, "/v1/customers/nobody/interactions")
        .json(&note)
        .send()
        .await
        .expect_status(404);
    world.call_as(Role::Viewer, Method::POST, PATH).json(&note).send().await.expect_status(403);
    let key = world.write_key().await;
    world.system.local().reset_requests();
    // A machine sends to /v1/interactions, under an id of its own.
    world.call_with_key(&key, PATH).json(&note).send().await.expect_status(401);
    assert_eq!(world.system.local().write_count(), 0);
}

#[tokio::test]
async fn a_machine_says_who_of_the_team_it_was_and_an_old_file_does_not_forget_it() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let sent = json!([{ "id": "i1", "customer": "acme", "kind": "call", "at": "2026-02-27T10:00:00Z", "by": "ana@keepwell.example" }]);
    assert_eq!(results(&send(&world, "/v1/interactions", sent).await), ["created"]);
    let get =
        || world.call_as(Role::Admin, Method::GET, "/v1/exports/interactions").header("accept", "text/csv").send();
    let file = get().await.expect_status(200).text;
    assert!(file.contains("ana@keepwell.example"), "{file}");
    let import = world.call_as(Role::Csm, Method::POST, "/v1/imports/interactions").raw("text/csv", file.clone());
    let report = import.send().await.expect_status(200).json();
    assert_eq!((&report["unchanged"], &report["updated"]), (&json!(1), &json!(0)), "{report}");
    let wrong = json!([{ "id": "i2", "customer": "acme", "kind": "call", "at": "2026-02-27T10:00:00Z", "by": "ana" }]);
    let answer = send(&world, "/v1/interactions", wrong).await;
    assert_eq!(answer["items"][0]["errors"][0]["pointer"], "/0/by");
}
