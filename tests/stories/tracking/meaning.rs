//! What each call becomes.

use chrono::Duration;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::World;
use serde_json::{Value, json};

use super::{batch, events, send, usage};

async fn contacts(world: &World, customer: &str) -> Vec<Value> {
    world.get(&format!("/v1/customers/{customer}/contacts")).await["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn the_calls_of_a_first_day_make_a_customer_with_a_contact_and_usage() {
    let world = World::new().await;
    let answer = batch(
        &world,
        json!([
            { "type": "track", "userId": "u1", "event": "Report exported", "messageId": "m3", "properties": { "count": 3 } },
            { "type": "identify", "userId": "u1", "messageId": "m1", "traits": { "email": "ann@acme.example",
                "firstName": "Ann", "lastName": "Acker", "timezone": "Europe/Berlin", "locale": "de_DE", "role": "champion",
                "plan": "pro" } },
            { "type": "group", "userId": "u1", "groupId": "acme", "messageId": "m2", "traits": { "name": "Acme", "plan": "Enterprise",
                "industry": "Mining", "employees": 320, "website": "https://acme.example", "seats": 40, "arr_cents": 1_200_000,
                "address": { "city": "Bonn" }, "logo": null } },
            { "type": "page", "userId": "u1", "name": "Pricing", "messageId": "m4" },
            { "type": "screen", "anonymousId": "u1", "name": "Home", "messageId": "m5" }
        ]),
    )
    .await;
    assert_eq!(answer, json!({ "success": true, "accepted": 5, "rejected": [] }));
    world.settle().await;

    let customer = world.get("/v1/customers/acme").await;
    let told = ["name", "plan", "industry", "seats", "arr_cents", "attributes"].map(|name| customer[name].clone());
    let expected =
        json!(["Acme", "Enterprise", "Mining", 40, 1_200_000, { "employees": 320, "website": "https://acme.example" }]);
    assert_eq!(json!(told), expected);
    let contact = &contacts(&world, "acme").await[0];
    let told = ["id", "name", "email", "role", "time_zone", "locale"].map(|name| contact[name].clone());
    assert_eq!(json!(told), json!(["u1", "Ann Acker", "ann@acme.example", "champion", "Europe/Berlin", "de-DE"]));
    let features = [("Home", 1), ("Pricing", 1), ("Report exported", 3)].map(|(name, count)| (name.to_owned(), count));
    let day = ("2026-03-02".to_owned(), 5, vec!["u1".to_owned()], features.to_vec());
    assert_eq!(usage(&world, "acme").await, [day]);

    let heard: Vec<String> =
        world.system.local().bus().events().iter().map(|event| event.detail_type.clone()).collect();
    for (name, times) in [("customer.created.v1", 1), ("signals.received.v1", 1)] {
        assert_eq!(heard.iter().filter(|heard| *heard == name).count(), times, "{name}: {heard:?}");
    }
    assert!(world.get("/v1/customers/acme/score").await["oldest_input_days"].is_number(), "usage counts in the score");
}

#[tokio::test]
async fn who_was_identified_before_the_customer_was_known_becomes_a_contact_when_it_is() {
    let world = World::new().await;
    let person = json!({ "userId": "u1", "traits": { "email": "ann@acme.example", "name": "Ann" } });
    let _ = send(&world, "/v1/identify", &person).await.expect_status(200);
    let _ = send(&world, "/v1/group", &json!({ "userId": "u1", "groupId": "acme" })).await.expect_status(200);
    assert_eq!(contacts(&world, "acme").await[0]["email"], "ann@acme.example");
    assert_eq!(world.get("/v1/customers/acme").await["name"], "acme", "called by its id until its name is told");
    let _ = send(&world, "/v1/track", &json!({ "userId": "u1", "event": "Login" })).await.expect_status(200);
    assert_eq!(events(&world, "acme").await, 1);
}

#[tokio::test]
async fn an_identified_user_without_an_address_is_remembered_and_no_contact() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let call = json!({ "userId": "u1", "traits": { "name": "Ann" }, "context": { "groupId": "acme" } });
    let _ = send(&world, "/v1/identify", &call).await.expect_status(200);
    assert_eq!(contacts(&world, "acme").await.len(), 0);
    let _ = send(&world, "/v1/track", &json!({ "userId": "u1", "event": "Login" })).await.expect_status(200);
    assert_eq!(events(&world, "acme").await, 1);
    let call = json!({ "userId": "u1", "traits": { "email": "ann@acme.example" } });
    let _ = send(&world, "/v1/identify", &call).await.expect_status(200);
    assert_eq!(contacts(&world, "acme").await[0]["name"], "Ann", "the name was kept for the address");
}

#[tokio::test]
async fn identify_changes_the_contact_that_has_the_address_and_leaves_its_consent() {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    let path = "/v1/customers/acme/contacts/dora";
    let off = json!({ "mail": { "state": "unsubscribed" } });
    let _ = world.call_as(Role::Csm, Method::PATCH, path).json(&off).send().await.expect_status(200);
    let call = json!({ "type": "identify", "userId": "4711", "context": { "groupId": "acme" },
        "traits": { "email": "Dora@acme.example", "name": "Dora Deal", "role": "janitor" } });
    let _ = batch(&world, json!([call])).await;
    let contacts = contacts(&world, "acme").await;
    assert_eq!(contacts.len(), 1, "{contacts:#?}");
    let told = ["id", "name", "role"].map(|name| contacts[0][name].clone());
    assert_eq!(json!(told), json!(["dora", "Dora Deal", "decision_maker"]));
    assert_eq!(contacts[0]["mail"]["state"], "unsubscribed");
}

#[tokio::test]
async fn two_users_with_one_address_are_one_contact() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let identify = |user: &str, name: &str| {
        json!({ "type": "identify", "userId": user, "groupId": "acme", "messageId": user,
            "traits": { "email": "ann@acme.example", "name": name } })
    };
    let _ = batch(&world, json!([identify("u1", "Ann"), identify("u2", "Ann Acker")])).await;
    let contacts = contacts(&world, "acme").await;
    assert_eq!((contacts.len(), &contacts[0]["name"]), (1, &json!("Ann Acker")));
}

#[tokio::test]
async fn only_a_group_call_makes_a_customer() {
    let world = World::new().await;
    let track = json!({ "userId": "u1", "event": "Login", "context": { "groupId": "ghost" } });
    let reply = send(&world, "/v1/track", &track).await.expect_status(400);
    assert!(reply.text.contains("there is no customer ghost; a group call"), "{}", reply.text);
    let reply = send(&world, "/v1/track", &json!({ "userId": "u1", "event": "Login" })).await.expect_status(400);
    assert!(reply.text.contains("send context.groupId, or a group call for the user first"), "{}", reply.text);
    let identify = json!({ "userId": "u1", "groupId": "ghost", "traits": { "email": "a@b.example" } });
    let _ = send(&world, "/v1/identify", &identify).await.expect_status(400);
    let _ = world.call_as(Role::Viewer, Method::GET, "/v1/customers/ghost").send().await.expect_status(404);
}

#[tokio::test]
async fn what_the_old_id_does_counts_for_the_new_one() {
    let world = World::new().await;
    let track = |user: &str, id: &str| json!({ "type": "track", "userId": user, "event": "Login", "messageId": id });
    let group = json!({ "type": "group", "anonymousId": "anon", "groupId": "acme", "messageId": "g" });
    let _ = batch(&world, json!([group, track("anon", "1")])).await;
    let alias = json!({ "type": "alias", "userId": "u1", "previousId": "anon", "messageId": "a" });
    let _ = batch(&world, json!([track("anon", "2"), alias, track("u1", "3")])).await;
    let again = json!({ "type": "alias", "userId": "u2", "previousId": "u1", "messageId": "b" });
    let back = json!({ "type": "alias", "userId": "anon", "previousId": "u2", "messageId": "c" });
    let _ = batch(&world, json!([again, back])).await;
    let _ = batch(&world, json!([track("anon", "4"), track("u2", "5")])).await;
    let days = usage(&world, "acme").await;
    assert_eq!((days[0].1, days[0].2.clone()), (5, ["anon", "u1", "u2"].map(str::to_owned).to_vec()));
}

#[tokio::test]
async fn a_user_who_moves_counts_at_the_new_customer_and_a_late_call_does_not_move_them_back() {
    let world = World::new().await;
    let group =
        |customer: &str, at: &str| json!({ "type": "group", "userId": "u1", "groupId": customer, "timestamp": at });
    let _ = batch(&world, json!([group("acme", "2026-03-01T08:00:00Z")])).await;
    let _ = batch(&world, json!([group("bolt", "2026-03-01T10:00:00Z")])).await;
    let _ = batch(&world, json!([group("acme", "2026-03-01T09:00:00Z")])).await;
    let _ = batch(&world, json!([{ "type": "track", "userId": "u1", "event": "Login" }])).await;
    assert_eq!((events(&world, "acme").await, events(&world, "bolt").await), (0, 1));
}

#[tokio::test]
async fn what_a_company_said_last_counts_whatever_comes_late_or_again() {
    let world = World::new().await;
    let group = |plan: &str, at: &str| json!({ "type": "group", "userId": "u1", "groupId": "acme", "timestamp": at, "traits": { "plan": plan } });
    let (first, second) = (group("Free", "2026-03-01T08:00:00Z"), group("Pro", "2026-03-01T10:00:00Z"));
    let _ = batch(&world, json!([second, first])).await;
    assert_eq!(world.get("/v1/customers/acme").await["plan"], "Pro");
    let _ = batch(&world, json!([first])).await;
    world.settle().await;
    assert_eq!(world.get("/v1/customers/acme").await["plan"], "Pro");
    world.system.local().reset_requests();
    let _ = batch(&world, json!([second, group("Pro", "2026-03-02T07:00:00Z")])).await;
    assert_eq!(world.system.local().write_count(), 0, "nothing is new");
}

#[tokio::test]
async fn erasing_a_customer_erases_its_users() {
    let world = World::new().await;
    let calls = json!([
        { "type": "group", "userId": "u1", "groupId": "acme" },
        { "type": "identify", "userId": "u1", "traits": { "email": "ann@acme.example" } },
        { "type": "alias", "userId": "u1", "previousId": "anon" },
        { "type": "track", "userId": "anon", "event": "Login" }
    ]);
    let _ = batch(&world, calls).await;
    let _ = world.call_as(Role::Admin, Method::DELETE, "/v1/customers/acme").send().await.expect_status(204);
    world.settle().await;
    let client = aws_sdk_dynamodb::Client::new(&world.system.local().sdk_config());
    for table in ["core", "usage"] {
        let items = format!("{:?}", client.scan().table_name(format!("keepwell-{table}")).send().await.unwrap());
        assert!(
            !items.contains("ann@acme") && !items.contains("\"anon\"") && !items.contains("US#"),
            "{table}: {items}"
        );
    }
    let _ = send(&world, "/v1/track", &json!({ "userId": "u1", "event": "Login" })).await.expect_status(400);
}

#[tokio::test]
async fn a_contact_that_comes_by_identify_is_asked_for_feedback() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    let call = json!({ "userId": "u1", "groupId": "acme", "traits": { "email": "ann@acme.example" } });
    let _ = send(&world, "/v1/identify", &call).await.expect_status(200);
    world.advance(Duration::days(1)).await;
    assert_eq!(world.mails_to("ann@acme.example").len(), 1);
}
