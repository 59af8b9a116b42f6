//! What operations cost, measured as the tables report it, and held equal to `docs/costs.md`.

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use http::Method;
use keepwell_aws::function::Message;
use keepwell_aws::http::Role;
use keepwell_aws::snapshot::take;
use keepwell_aws::webhooks;
use keepwell_domain::cost::measured::{Operation, TABLE, markdown};
use keepwell_domain::delivery::EndpointKind;
use keepwell_domain::id::CustomerId;
use keepwell_domain::price::{SCORE_CHANGED, SCORE_UNCHANGED, TableUnits};
use keepwell_tests::{Reply, World, feedback_path, monday};
use serde_json::{Value, json};

use crate::endpoints::receiver::Receiver;
use crate::endpoints::{drafted, webhook};
use crate::feedback::intent_of;

/// Calls, read units and write units since they were last counted.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cost {
    calls: usize,
    read: f64,
    write: f64,
}

fn cost(world: &World) -> Cost {
    let requests = world.system.local().requests();
    Cost {
        calls: requests.len(),
        read: requests.iter().map(|request| request.read_units).sum(),
        write: requests.iter().map(|request| request.write_units).sum(),
    }
}

/// What a call of the API costs by itself, before anything follows from it.
async fn of_call(world: &World, method: Method, path: &str, media_type: &str, body: String) -> Cost {
    world.system.local().reset_requests();
    let call = world.call_as(Role::Csm, method, path).header("if-match", "*").raw(media_type, body);
    let reply: Reply = call.send().await;
    assert!(reply.status.is_success(), "{path}: {}", reply.text);
    let cost = cost(world);
    world.settle().await;
    cost
}

/// What score-recompute costs for a message about the customer, and for the same message at the same moment again. Events are
/// published first, at their own cost.
async fn of_recompute(world: &World) -> [Cost; 2] {
    let local = world.system.local();
    let function = |name: &str| world.system.functions().iter().find(|function| function.name == name).unwrap();
    local.clock().advance(Duration::minutes(5));
    (function("event-publisher").schedules[0].handler)().await.unwrap();
    let batch = local.bus().receive("score-recompute", 10);
    assert_eq!(batch.len(), 1, "one event at a time");
    let mut costs = Vec::new();
    for _ in 0..2 {
        let parsed = batch.iter().map(|message| Message::parse(&message.message_id, &message.body).unwrap());
        local.reset_requests();
        let failed = (function("score-recompute").subscription.as_ref().unwrap().handler)(parsed.collect()).await;
        assert_eq!(failed, Vec::<String>::new());
        costs.push(cost(world));
    }
    local.bus().release_in_flight();
    world.settle().await;
    [costs[0], costs[1]]
}

/// What it costs to send a webhook that was written before, and that arrives.
async fn of_webhook(world: &World) -> Cost {
    let receiver = Receiver::start([]).await;
    webhook(world, "crm", &receiver.url()).await;
    let key = drafted(world, "crm", EndpointKind::Webhook).await;
    world.system.local().reset_requests();
    assert_eq!(webhooks::deliver_all(world.system.cloud(), vec![key]).await.unwrap(), 1);
    cost(world)
}

/// What the hourly look for what time brings costs when it was done before in the same hour.
async fn of_look(world: &World) -> Cost {
    let dispatch = world.system.functions().iter().find(|function| function.name == "automation-dispatch").unwrap();
    let look = &dispatch.schedules.iter().find(|schedule| schedule.name == "time").unwrap().handler;
    look().await.unwrap();
    world.system.local().reset_requests();
    look().await.unwrap();
    cost(world)
}

/// What the handler of a schedule costs.
async fn of_schedule(world: &World, function: &str, schedule: &str) -> Cost {
    let function = world.system.functions().iter().find(|each| each.name == function).unwrap();
    let handler = &function.schedules.iter().find(|each| each.name == schedule).unwrap().handler;
    world.system.local().reset_requests();
    handler().await.unwrap();
    cost(world)
}

/// What a batch of Segment's with 50 events of one customer costs: the second of the day, which makes 100.
async fn of_batch(world: &World) -> Cost {
    let at = monday().to_rfc3339_opts(SecondsFormat::Millis, true);
    let key = world.write_key().await;
    let mut last = None;
    for batch in 0..2 {
        let track = |n: i64| {
            json!({ "type": "track", "userId": format!("user{}", n % 5), "event": format!("feature{}", n % 8),
                "messageId": format!("b{batch}.{n}"), "timestamp": at, "context": { "groupId": "acme" } })
        };
        let body = json!({ "batch": (0..50).map(track).collect::<Vec<_>>() });
        world.system.local().reset_requests();
        let answer = world.call_with_key(&key, "/v1/batch").json(&body).send().await.expect_status(200).json();
        assert_eq!(answer["accepted"], 50);
        last = Some(cost(world));
        world.settle().await;
    }
    last.unwrap()
}

/// What it costs to note that an event is on the bus.
async fn of_published(world: &World) -> Cost {
    let ticket = json!([{ "id": "told", "customer": "acme", "opened_at": monday(), "text": "A question." }]);
    let call = world.call_as(Role::Csm, Method::POST, "/v1/tickets").json(&ticket);
    let _ = call.send().await.expect_status(200);
    let store = &world.system.cloud().store;
    let events = store.unpublished(world.system.now(), 100).await.unwrap();
    world.system.local().reset_requests();
    store.mark_published(&events[0], world.system.now()).await.unwrap();
    let cost = cost(world);
    world.settle().await;
    cost
}

/// What automation-dispatch costs for a score that changed, on which no automation acts.
async fn of_heard(world: &World) -> Cost {
    let high = json!([{ "id": "high", "customer": "acme", "kind": "csat", "value": 5, "at": monday() }]);
    let call = world.call_as(Role::Csm, Method::POST, "/v1/surveys").json(&high);
    let _ = call.send().await.expect_status(200);
    let local = world.system.local();
    let function = |name: &str| world.system.functions().iter().find(|function| function.name == name).unwrap();
    let heard = |name: &str| local.bus().receive(name, 10);
    let hear = async |name: &str, messages: Vec<Message>| {
        assert_eq!((function(name).subscription.as_ref().unwrap().handler)(messages).await, Vec::<String>::new());
    };
    let parsed = |name: &str| {
        let messages = heard(name);
        messages.iter().map(|message| Message::parse(&message.message_id, &message.body).unwrap()).collect::<Vec<_>>()
    };
    local.clock().advance(Duration::minutes(5));
    let _ = of_schedule(world, "event-publisher", "sweep").await;
    hear("score-recompute", parsed("score-recompute")).await;
    local.clock().advance(Duration::minutes(5));
    let _ = of_schedule(world, "event-publisher", "sweep").await;
    let changed: Vec<Message> =
        parsed("automation-dispatch").into_iter().filter(|message| message.detail_type == "score.changed.v1").collect();
    assert_eq!(changed.len(), 1, "one score changed");
    local.reset_requests();
    hear("automation-dispatch", changed).await;
    let cost = cost(world);
    local.bus().release_in_flight();
    world.settle().await;
    cost
}

/// What it costs to ask the two contacts of a customer by mail, and then what it costs to note that SES sent one of these mails.
async fn of_asking() -> [Cost; 2] {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker"), ("uma", "user")]).await;
    world.system.local().clock().advance(Duration::hours(2));
    let asked = of_schedule(&world, "feedback-request", "hourly").await;
    let quiet = of_schedule(&world, "feedback-request", "hourly").await;
    let mails = world.mails_to("dora@acme.example");
    assert_eq!((mails.len(), world.mails_to("uma@acme.example").len()), (1, 1), "both are asked once");
    let function = world.system.functions().iter().find(|each| each.name == "feedback-collection").unwrap();
    let intent = intent_of(&world, &mails[0]).await.id;
    let detail = json!({ "mail": { "messageId": "m", "tags": { "intent": [intent] } } });
    let body = json!({ "id": "e", "detail-type": "Email Sent", "source": "aws.ses", "detail": detail }).to_string();
    let event = Message::parse("m", &body).unwrap();
    world.system.local().reset_requests();
    assert_eq!((function.subscription.as_ref().unwrap().handler)(vec![event]).await, Vec::<String>::new());
    let noted = cost(&world);
    world.settle().await;
    let asked =
        Cost { calls: asked.calls - quiet.calls, read: asked.read - quiet.read, write: asked.write - quiet.write };
    [asked, noted]
}

/// What the page of a customer costs: everything that it shows.
async fn of_page(world: &World) -> Cost {
    world.system.local().reset_requests();
    for part in ["", "/score", "/score/history", "/happiness", "/timeline", "/contacts"] {
        let _ = world.get(&format!("/v1/customers/acme{part}")).await;
    }
    let _ = world.get("/v1/tasks?customer=acme").await;
    cost(world)
}

async fn send(world: &World, path: &str, items: Vec<Value>) {
    for chunk in items.chunks(500) {
        let call = world.call_as(Role::Csm, Method::POST, path).json(&Value::from(chunk.to_vec()));
        assert_eq!(call.send().await.expect_status(200).json()["rejected"], 0);
    }
}

/// Moments every `every` days, from yesterday back to `days` days ago.
fn moments(every: i64, days: i64) -> impl Iterator<Item = (i64, DateTime<Utc>)> {
    (0..days / every).map(move |n| (n, monday() - Duration::days(1 + n * every)))
}

/// `acme` with years of history: a call and a message every week, a ticket every two, a survey answer every month, a goal every
/// quarter, a renewal every year, and usage every day by five people. The last year is the same however many there are.
async fn with_history(years: i64) -> World {
    let (world, days) = (World::new().await, years * 365);
    world.customer_with("acme", &[("dora", "decision_maker"), ("uma", "user")]).await;
    let notes = "We talked about the roll-out, and about what comes next. ".repeat(10);
    let base = |kind: &str, n: i64| json!({ "id": format!("{kind}{n}"), "customer": "acme" });
    let with = |mut base: Value, more: Value| {
        base.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        base
    };
    let interactions = moments(7, days).map(|(n, at)| {
        with(base("i", n), json!({ "kind": "call", "at": at, "quality": n % 5 + 1, "outcome": 4, "notes": notes }))
    });
    send(&world, "/v1/interactions", interactions.collect()).await;
    let messages = moments(7, days).map(|(n, at)| with(base("m", n), json!({ "at": at, "text": notes })));
    send(&world, "/v1/messages", messages.collect()).await;
    let tickets = moments(14, days).map(|(n, at)| {
        with(
            base("t", n),
            json!({ "opened_at": at, "closed_at": at + Duration::hours(20), "subject": "A question", "text": notes }),
        )
    });
    send(&world, "/v1/tickets", tickets.collect()).await;
    let surveys = moments(30, days)
        .map(|(n, at)| with(base("s", n), json!({ "kind": "csat", "value": n % 5 + 1, "at": at, "comment": notes })));
    send(&world, "/v1/surveys", surveys.collect()).await;
    let goals = moments(90, days).map(|(n, at)| {
        with(base("g", n), json!({ "name": "Roll out", "target": 10, "actual": 7, "due_on": at.date_naive() }))
    });
    send(&world, "/v1/goals", goals.collect()).await;
    let opportunities = moments(365, days).map(|(n, at)| {
        with(
            base("o", n),
            json!({ "kind": "renewal", "amount_cents": 100, "closes_on": at.date_naive(), "outcome": "won" }),
        )
    });
    send(&world, "/v1/opportunities", opportunities.collect()).await;
    let outcomes =
        moments(365, days).map(|(n, at)| with(base("r", n), json!({ "kind": "renewed", "on": at.date_naive() })));
    send(&world, "/v1/outcomes", outcomes.collect()).await;
    // Usage is kept for 400 days.
    let usage = moments(1, days.min(400)).flat_map(|(day, at)| (0..20).map(move |n| usage_row(day, n, at)));
    let csv = format!("{USAGE_HEADER}{}", usage.collect::<String>());
    let call = world.call_as(Role::Csm, Method::POST, "/v1/imports/usage").raw("text/csv", csv);
    assert_eq!(call.send().await.expect_status(200).json()["rejected"], 0);
    world.settle().await;
    world
}

const USAGE_HEADER: &str = "id,customer,at,user,feature\n";

fn usage_row(day: i64, n: i64, at: DateTime<Utc>) -> String {
    format!("u{day}.{n},acme,{},user{}@acme.example,feature{}\n", at.to_rfc3339(), n % 5, n % 8)
}

/// A ticket that is new: every score that rests on it changes.
fn fresh_ticket() -> String {
    json!([{ "id": "fresh", "customer": "acme", "severity": "critical", "opened_at": monday(), "text": "It is down." }])
        .to_string()
}

#[tokio::test]
async fn a_recompute_costs_the_same_after_five_years_as_after_one() {
    let (mut costs, mut whole) = (Vec::new(), Vec::new());
    for years in [1, 5] {
        let world = with_history(years).await;
        let call = world.call_as(Role::Csm, Method::POST, "/v1/tickets").raw("application/json", fresh_ticket());
        let _ = call.send().await.expect_status(200);
        costs.push(of_recompute(&world).await);
        world.system.local().reset_requests();
        let _ = world.system.cloud().store.all_signals(&CustomerId::parse("acme").unwrap()).await.unwrap();
        whole.push(cost(&world).read);
    }
    assert_eq!(costs[0], costs[1]);
    assert!(whole[1] > 4.0 * whole[0], "there is no history to be spared: {whole:?}");
}

/// What one customer that changed adds to a snapshot.
async fn of_snapshot(world: &World) -> Cost {
    let mut costs = Vec::new();
    for (read_again, status) in [(1, None), (0, None), (1, Some("healthy"))] {
        if let Some(status) = status {
            world.set_status("acme", status).await;
        }
        world.system.local().clock().advance(Duration::minutes(1));
        world.system.local().reset_requests();
        let taken = take(world.system.cloud()).await.unwrap();
        assert_eq!(taken.current.read_again, read_again);
        costs.push(cost(world));
    }
    let (quiet, busy) = (costs[1], costs[2]);
    Cost { calls: busy.calls - quiet.calls, read: busy.read - quiet.read, write: busy.write - quiet.write }
}

#[tokio::test]
async fn the_cost_table_says_what_is_measured() {
    let world = with_history(1).await;
    let mut rows: Vec<(&str, Cost)> = Vec::new();
    let json_type = "application/json";
    let status = json!({ "status": "steady", "reason": "quiet" }).to_string();
    rows.push((
        "Health Status set",
        of_call(&world, Method::PUT, "/v1/customers/acme/status", json_type, status).await,
    ));
    rows.push(("ticket sent", of_call(&world, Method::POST, "/v1/tickets", json_type, fresh_ticket()).await));
    rows.push(("the same ticket again", of_call(&world, Method::POST, "/v1/tickets", json_type, fresh_ticket()).await));
    let call =
        |id: &str, at: DateTime<Utc>| json!([{ "id": id, "customer": "acme", "kind": "call", "at": at }]).to_string();
    let older = call("c1", monday() - Duration::days(40));
    rows.push((
        "call logged, not the last one",
        of_call(&world, Method::POST, "/v1/interactions", json_type, older).await,
    ));
    let newest = call("c2", monday());
    rows.push((
        "call logged, the last one",
        of_call(&world, Method::POST, "/v1/interactions", json_type, newest).await,
    ));
    let messages: Vec<Value> = (0..100)
        .map(|n| json!({ "id": format!("x{n}"), "customer": "acme", "at": monday(), "text": "Thank you, that works." }))
        .collect();
    let messages = Value::from(messages).to_string();
    rows.push((
        "100 messages of one customer",
        of_call(&world, Method::POST, "/v1/messages", json_type, messages).await,
    ));
    let usage: String = (0..100).map(|n| usage_row(1_000, n, monday())).collect();
    let usage = format!("{USAGE_HEADER}{usage}");
    let import = of_call(&world, Method::POST, "/v1/imports/usage", "text/csv", usage).await;
    rows.push(("100 usage rows of one customer and day by CSV", import));

    world.advance(Duration::hours(2)).await;
    let mails = world.mails_to("dora@acme.example");
    let asking = mails.iter().find(|mail| mail.links.iter().any(|link| link.contains("/f/"))).unwrap();
    let path = feedback_path(asking, "happy");
    let page = world.call(Method::GET, &path).send().await.expect_status(200);
    world.system.local().reset_requests();
    let nonce = page.nonce();
    let form = [("rating", "happy"), ("comment", "Good"), ("nonce", nonce.as_str())];
    let _ = world.call(Method::POST, &path).form(&form).send().await.expect_status(200);
    rows.push(("feedback answer", cost(&world)));
    world.settle().await;

    let low = json!([{ "id": "s", "customer": "acme", "kind": "csat", "value": 1, "at": monday() }]);
    let call = world.call_as(Role::Csm, Method::POST, "/v1/surveys").json(&low);
    let _ = call.send().await.expect_status(200);
    let [changed, unchanged] = of_recompute(&world).await;
    assert!(unchanged.write < 1.0, "nothing changed, and {unchanged:?}");
    rows.push(("score computed, another one", changed));
    rows.push(("score computed, the same", unchanged));
    let units = |cost: Cost| TableUnits { read: cost.read, write: cost.write };
    assert_eq!([units(changed), units(unchanged)], [SCORE_CHANGED, SCORE_UNCHANGED], "what a plan counts with");
    rows.push(("customer read again for a snapshot", of_snapshot(&world).await));
    rows.push(("webhook sent", of_webhook(&world).await));
    rows.push(("an hour's look for what is due, nothing is", of_look(&world).await));
    rows.push(("50 tracked events of one customer, of 100 that day", of_batch(&world).await));
    rows.push(("event noted as published", of_published(&world).await));
    rows.push(("event heard by automations, none acts", of_heard(&world).await));
    let [asked, noted] = of_asking().await;
    rows.push(("two contacts of a customer asked by mail", asked));
    rows.push(("what SES says of a mail noted", noted));
    rows.push(("page of a customer, seven requests", of_page(&world).await));
    let operation = |(name, cost): &(&'static str, Cost)| Operation::new(name, cost.calls, cost.read, cost.write);
    let measured: Vec<Operation> = rows.iter().map(operation).collect();
    let table = markdown(&measured);
    assert!(include_str!("../../docs/costs.md").contains(&table), "docs/costs.md must say:\n{table}");
    assert_eq!(measured, TABLE, "what `keepwell cost` counts with");
}
