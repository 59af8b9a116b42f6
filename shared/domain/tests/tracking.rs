//! Segment's calls: what is read, what is refused and why, and when a call happened.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, TimeZone as _, Utc};
use keepwell_domain::customer::Profile;
use keepwell_domain::id::CustomerId;
use keepwell_domain::tracking::people::{People, User};
use keepwell_domain::tracking::placing::{Placed, place};
use keepwell_domain::tracking::{Act, Call, Request, Tracked, Unreadable, Use, corrected, read_batch, read_one};
use keepwell_domain::usage::{UsageDays, whole_days};
use proptest::prelude::*;
use serde_json::{Value, json};

fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 12, 0, 0).unwrap()
}

fn one(call: Call, body: &Value) -> Result<Tracked, String> {
    let Request { items, rejected } = read_one(call, body.to_string().as_bytes(), noon()).unwrap();
    items.into_iter().next().ok_or_else(|| rejected[0].reason.clone())
}

fn usage(call: Call, body: &Value) -> Use {
    match one(call, body).unwrap().act {
        Act::Use(event) => event,
        other => panic!("no usage: {other:?}"),
    }
}

#[test]
fn a_time_is_corrected_by_what_lay_between_the_call_and_its_sending() {
    let minutes = |minutes| noon() + Duration::minutes(minutes);
    // (original, sent at, received) -> happened, in minutes around noon by our clock.
    for (original, sent_at, happened) in [
        (None, None, 0),
        (None, Some(-3), 0),
        (Some(-10), None, -10),
        (Some(-10), Some(-2), -8),
        // A clock that is an hour behind, and one that is two days ahead.
        (Some(-70), Some(-60), -10),
        (Some(2870), Some(2880), -10),
        // Sent before it happened: the sender speaks of the future.
        (Some(10), Some(0), 10),
    ] {
        let at = corrected(original.map(minutes), sent_at.map(minutes), noon());
        assert_eq!(at, minutes(happened), "{original:?} sent at {sent_at:?}");
    }
}

#[test]
fn times_are_read_as_sdks_write_them() {
    for text in [
        "2026-03-02T11:00:00.000Z",
        "2026-03-02T12:00:00.000000+01:00",
        "2026-03-02T11:00:00",
        "2026-03-02T11:00:00.5",
        "2026-03-02 11:00:00Z",
    ] {
        let event = usage(Call::Track, &json!({ "userId": "u", "event": "E", "timestamp": text }));
        assert_eq!(event.at.timestamp(), (noon() - Duration::hours(1)).timestamp(), "{text}");
    }
    for text in ["yesterday", "2026-13-02T11:00:00Z", "11:00", "1772449200"] {
        assert!(one(Call::Track, &json!({ "userId": "u", "event": "E", "timestamp": text })).is_err(), "{text}");
    }
}

#[test]
fn an_hour_ahead_counts_as_now_and_four_hundred_days_back_is_the_limit() {
    let at =
        |at: DateTime<Utc>| one(Call::Track, &json!({ "userId": "u", "event": "E", "timestamp": at.to_rfc3339() }));
    let happened = |item: Result<Tracked, String>| match item.unwrap().act {
        Act::Use(event) => event.at,
        other => panic!("{other:?}"),
    };
    assert_eq!(happened(at(noon() + Duration::hours(1))), noon());
    assert!(at(noon() + Duration::seconds(3601)).unwrap_err().contains("in the future"));
    let oldest = noon() - Duration::days(400);
    assert_eq!(happened(at(oldest)), oldest);
    assert!(at(oldest - Duration::seconds(1)).unwrap_err().contains("in the past"));
}

#[test]
fn the_original_time_wins_over_the_time_and_the_items_sending_over_the_requests() {
    let body = json!({ "sentAt": "2026-03-02T12:00:00Z", "batch": [
        { "type": "track", "userId": "u", "event": "E", "timestamp": "2026-03-02T01:00:00Z",
            "originalTimestamp": "2026-03-02T11:00:00Z", "sentAt": "2026-03-02T11:30:00Z" },
        { "type": "track", "userId": "u", "event": "E", "timestamp": "2026-03-02T11:00:00Z" }
    ] });
    let items = read_batch(body.to_string().as_bytes(), noon()).unwrap().items;
    let at = |index: usize| match &items[index].act {
        Act::Use(event) => event.at,
        other => panic!("{other:?}"),
    };
    assert_eq!((at(0), at(1)), (noon() - Duration::minutes(30), noon() - Duration::hours(1)));
}

#[test]
fn a_use_says_who_what_how_often_and_how_long() {
    let event = usage(
        Call::Track,
        &json!({ "userId": "u", "event": " Report exported ",
            "properties": { "count": 3, "duration_secs": 2.6, "plan": { "deep": [1, 2, { "er": null }] } } }),
    );
    assert_eq!((event.feature.as_deref(), event.count, event.duration_secs), (Some("Report exported"), 3, 3));
    let item =
        one(Call::Track, &json!({ "userId": 4711, "anonymousId": "x", "event": "E", "messageId": "m" })).unwrap();
    assert_eq!((item.user.as_str(), item.message_id.as_str()), ("4711", "m"));
    for properties in [json!({ "count": 0 }), json!({ "count": "3" }), json!({ "count": 1e9 }), json!({}), Value::Null]
    {
        let event = usage(Call::Track, &json!({ "userId": "u", "event": "E", "properties": properties }));
        assert_eq!((event.count, event.duration_secs), (1, 0), "what cannot be counted is once: {properties}");
    }
    let page = |body: Value| usage(Call::Page, &body).feature;
    assert_eq!(page(json!({ "anonymousId": "a", "name": "Pricing" })).as_deref(), Some("Pricing"));
    assert_eq!(page(json!({ "anonymousId": "a", "properties": { "name": "Docs" } })).as_deref(), Some("Docs"));
    assert_eq!(page(json!({ "anonymousId": "a" })), None);
}

#[test]
fn the_customer_is_the_items_own_or_that_of_all() {
    let batch = |item: Value| {
        let mut item = item;
        item["type"] = json!("page");
        item["userId"] = json!("u");
        let body = json!({ "batch": [item], "context": { "groupId": "all" } });
        let customer = read_batch(body.to_string().as_bytes(), noon()).unwrap().items[0].customer.clone();
        customer.map(|customer| customer.to_string()).unwrap_or_default()
    };
    assert_eq!(batch(json!({ "groupId": "own", "context": { "groupId": "mine" } })), "own");
    assert_eq!(batch(json!({ "context": { "groupId": "mine" } })), "mine");
    assert_eq!(batch(json!({ "groupId": null, "context": {} })), "all");
    assert_eq!(batch(json!({ "groupId": "" })), "all");
}

#[test]
fn the_same_content_is_the_same_message_unless_it_has_no_time() {
    let id =
        |body: &Value, at| read_one(Call::Page, body.to_string().as_bytes(), at).unwrap().items[0].message_id.clone();
    let timed = json!({ "userId": "u", "timestamp": "2026-03-02T11:00:00Z" });
    assert_eq!(id(&timed, noon()), id(&timed, noon() + Duration::days(1)));
    assert_ne!(id(&timed, noon()), id(&json!({ "userId": "v", "timestamp": "2026-03-02T11:00:00Z" }), noon()));
    let untimed = json!({ "userId": "u" });
    assert_ne!(id(&untimed, noon()), id(&untimed, noon() + Duration::seconds(1)));
}

#[test]
fn a_company_tells_fields_by_their_names_and_the_rest_as_attributes() {
    let Act::Group(company) = one(
        Call::Group,
        &json!({ "userId": "u", "groupId": "acme", "traits": { "id": "acme", "name": "Acme", "plan": null, "employees": 30,
            "trial": false, "logo": { "url": "x" }, "tags": ["a"], "about": "x".repeat(501), "stage": "live" } }),
    )
    .unwrap()
    .act
    else {
        panic!("no company");
    };
    let before = Profile { plan: Some("Pro".to_owned()), ..Profile::blank() };
    let after = company.apply(&before);
    assert_eq!(
        (after.name.as_str(), after.plan.as_deref(), after.stage.as_deref()),
        ("Acme", Some("Pro"), Some("live"))
    );
    assert_eq!(json!(after.attributes), json!({ "employees": 30, "trial": false }));
}

#[test]
fn attributes_are_added_up_to_fifty_and_known_ones_still_change() {
    let traits: BTreeMap<String, u32> = (0..60).map(|n| (format!("a{n:02}"), 1)).collect();
    let Act::Group(company) =
        one(Call::Group, &json!({ "userId": "u", "groupId": "acme", "traits": traits })).unwrap().act
    else {
        panic!("no company");
    };
    let before = Profile { attributes: BTreeMap::from([("a59".to_owned(), json!(0))]), ..Profile::blank() };
    let after = company.apply(&before).attributes;
    assert_eq!(
        (after.len(), &after["a59"], after.contains_key("a48"), after.contains_key("a49")),
        (50, &json!(1), true, false)
    );
}

#[test]
fn a_request_that_is_no_request_is_refused_whole() {
    let read = |body: &str| read_batch(body.as_bytes(), noon()).unwrap_err();
    for body in ["", "{", "[]", "{}", "{\"batch\": []}", "{\"batch\": 3}", "null", "{\"batch\": [}"] {
        assert!(matches!(read(body), Unreadable::Malformed(_)), "{body}");
    }
    let many = format!("{{\"batch\": [{}0]}}", "0,".repeat(2_500));
    assert_eq!(read(&many), Unreadable::TooManyItems);
    assert!(matches!(read_one(Call::Track, b"{", noon()), Err(Unreadable::Malformed(_))));
}

#[test]
fn json_that_goes_deep_or_repeats_itself_spoils_one_item_and_no_more() {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let body = format!(
        "{{\"batch\": [{{\"type\": \"page\", \"userId\": \"u\", \"x\": {deep}}}, {{\"userId\": 1, \"userId\": 2}}, {{\"type\": \"page\", \"userId\": \"u\"}}]}}"
    );
    let request = read_batch(body.as_bytes(), noon()).unwrap();
    assert_eq!(request.items.iter().map(|item| item.index).collect::<Vec<_>>(), [0, 2]);
    assert!(request.rejected[0].reason.contains("duplicate field"), "{:?}", request.rejected);
}

#[test]
fn aliases_in_a_ring_end() {
    let user = |id: &str, alias_of: &str| User { alias_of: Some(alias_of.to_owned()), ..User::new(id) };
    let mut people = People::default();
    assert_eq!(people.know([user("a", "b")]), BTreeSet::from(["b".to_owned()]));
    assert!(people.know([user("b", "a")]).is_empty());
    assert!(["a", "b"].contains(&people.resolve("a")));
}

#[test]
fn old_ids_lead_straight_to_the_one_that_counts_once_they_are_seen() {
    let alias =
        |user: &str, previous: &str| one(Call::Alias, &json!({ "userId": user, "previousId": previous })).unwrap();
    let mut people = People::default();
    people.know([User { alias_of: Some("b".to_owned()), ..User::new("a") }, User::new("b")]);
    people.learn(&[alias("c", "b")], |_| true);
    let targets: Vec<_> = people.to_write(None).into_iter().map(|user| (user.id, user.alias_of)).collect();
    let expected = [("a", Some("c")), ("b", Some("c")), ("c", None)];
    assert_eq!(targets, expected.map(|(id, of)| (id.to_owned(), of.map(str::to_owned))));
}

/// What becomes of items: the customer of each use, by message id, and who belongs where.
fn outcome(items: &[Tracked]) -> (Placed, BTreeMap<String, Option<CustomerId>>) {
    let mut people = People::default();
    people.learn(items, |_| true);
    let users = ["u0", "u1", "u2", "u3"].map(|id| (id.to_owned(), people.customer_of(id).cloned()));
    let mut placed = place(items, &people, |_| true);
    for about in placed.customers.values_mut() {
        about.usage.sort_by(|(_, a), (_, b)| a.message_id.cmp(&b.message_id));
        about.usage.iter_mut().for_each(|(index, _)| *index = 0);
    }
    placed.rejected.clear();
    (placed, users.into())
}

fn call() -> impl Strategy<Value = Value> {
    (0..4_u8, 0..4_u8, 0..3_u8, 0..5_u8, 0..48_u32).prop_map(|(kind, user, group, message, hours)| {
        let at = (noon() - Duration::hours(i64::from(hours))).to_rfc3339();
        let base = json!({ "userId": format!("u{user}"), "timestamp": at, "messageId": format!("{kind}-{user}-{group}-{message}-{hours}") });
        let with = |more: Value| {
            let mut call = base.clone();
            call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            call
        };
        match kind {
            0 => with(json!({ "type": "group", "groupId": format!("g{group}"), "traits": { "plan": format!("p{message}") } })),
            1 => with(json!({ "type": "identify", "traits": { "name": format!("n{message}") } })),
            2 => with(json!({ "type": "track", "event": format!("e{message}") })),
            _ => with(json!({ "type": "track", "event": "e", "groupId": format!("g{group}") })),
        }
    })
}

proptest! {
    #[test]
    fn the_order_of_the_items_does_not_matter(calls in prop::collection::vec(call(), 1..25), seed in any::<u64>()) {
        let read = |calls: &[Value]| read_batch(json!({ "batch": calls }).to_string().as_bytes(), noon()).unwrap();
        let mut shuffled = calls.clone();
        shuffled.sort_by_key(|call| call["messageId"].to_string().bytes().fold(seed, |hash, byte| {
            hash.wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte)
        }));
        prop_assert_eq!(outcome(&read(&calls).items), outcome(&read(&shuffled).items));
    }

    #[test]
    fn a_request_that_comes_again_later_adds_nothing(calls in prop::collection::vec(call(), 1..25), days in 0_i64..6) {
        let mut rows = UsageDays::default();
        let fold = |rows: &mut UsageDays, received_at| {
            let body = json!({ "batch": calls, "sentAt": noon().to_rfc3339() }).to_string();
            let items = read_batch(body.as_bytes(), received_at).unwrap().items;
            let mut people = People::default();
            people.learn(&items, |_| true);
            for about in place(&items, &people, |_| true).customers.values() {
                about.usage.iter().for_each(|(_, event)| _ = rows.fold(event));
            }
        };
        fold(&mut rows, noon());
        let once = whole_days(rows.clone().changed().map(|row| row.day));
        fold(&mut rows, noon() + Duration::days(days));
        prop_assert_eq!(whole_days(rows.changed().map(|row| row.day)), once);
    }

    #[test]
    fn no_body_brings_it_down(body in prop::collection::vec(any::<u8>(), 0..200), json in "[\\[\\]{}\":,a-z0-9 .\\\\-]{0,120}") {
        for body in [&body[..], json.as_bytes()] {
            let _ = read_batch(body, noon());
            for call in Call::ALL {
                let _ = read_one(*call, body, noon());
            }
        }
    }
}
