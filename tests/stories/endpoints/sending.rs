//! What arrives, and how it is known as ours.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::Duration;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::Method;
use keepwell_aws::webhooks;
use keepwell_domain::delivery::EndpointKind;
use keepwell_tests::{World, monday};
use serde_json::{Value, json};
use sha2::Sha256;

use super::receiver::{Arrived, Receiver, Then};
use super::{admin, deliveries, drafted, next_attempt, sent, slack, sweep_at, the_delivery, webhook};

/// Verifies a request as the Standard Webhooks specification says, with nothing of ours.
fn is_signed(request: &Arrived, secret: &str) -> bool {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    assert_eq!(key.len(), 32);
    let signed = format!("{}.{}.{}", request.header("webhook-id"), request.header("webhook-timestamp"), request.body);
    let signature = STANDARD.decode(request.header("webhook-signature").strip_prefix("v1,").unwrap()).unwrap();
    Hmac::<Sha256>::new_from_slice(&key).unwrap().chain_update(signed).verify_slice(&signature).is_ok()
}

#[tokio::test]
async fn a_webhook_arrives_whole_and_its_signature_verifies() {
    let world = World::new().await;
    let receiver = Receiver::start([]).await;
    let secret = webhook(&world, "crm", &receiver.url()).await;
    let key = sent(&world, "crm").await;
    let arrived = receiver.arrived();
    assert_eq!(arrived.len(), 1, "{arrived:?}");
    let request = &arrived[0];
    assert_eq!((&request.method, request.path.as_str()), (&Method::POST, "/hooks/keepwell?key=k1"));
    assert_eq!(request.header("webhook-id"), key.id);
    assert_eq!(request.header("webhook-timestamp"), monday().timestamp().to_string());
    assert_eq!(request.header("content-type"), "application/json");
    assert!(request.header("user-agent").starts_with("Keepwell/"));
    assert_eq!(request.header("host"), format!("127.0.0.1:{}", receiver.port()));
    assert!(is_signed(request, &secret));
    let forged = Arrived { body: request.body.replace("acme", "evil"), ..request.clone() };
    assert!(!is_signed(&forged, &secret));
    let body: Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!(body["type"], "automation.fired");
    assert_eq!(body["timestamp"], "2026-03-02T08:00:00.000Z");
    assert_eq!(body["data"]["customer"]["name"], "Acme & Söhne");
    let delivery = the_delivery(&world, "crm").await;
    assert_eq!(delivery["state"], "delivered");
    assert_eq!(delivery["next_attempt_at"], Value::Null);
    assert_eq!(delivery["attempts"][0]["status"], 204);
    insta::assert_json_snapshot!("delivery", delivery, { ".id" => "msg_…", ".attempts[].took_ms" => 0 });
}

#[tokio::test]
async fn each_endpoint_has_a_secret_of_its_own() {
    let world = World::new().await;
    let receiver = Receiver::start([]).await;
    let one = webhook(&world, "one", &receiver.url()).await;
    let two = webhook(&world, "two", &receiver.url()).await;
    sent(&world, "one").await;
    sent(&world, "two").await;
    let arrived = receiver.arrived();
    assert!(is_signed(&arrived[0], &one) && !is_signed(&arrived[0], &two));
    assert!(is_signed(&arrived[1], &two) && !is_signed(&arrived[1], &one));
}

#[tokio::test]
async fn a_message_to_slack_is_its_text_and_nothing_signs_it() {
    let world = World::new().await;
    let receiver = Receiver::start([Then::Text(200, "ok")]).await;
    slack(&world, "cs-channel", &receiver.url()).await;
    let key = drafted(&world, "cs-channel", EndpointKind::Slack).await;
    assert_eq!(webhooks::deliver_all(world.system.cloud(), vec![key]).await.unwrap(), 1);
    let arrived = receiver.arrived();
    let text = json!({ "text": "Acme &amp; Söhne &lt;!channel&gt; renews in 90 days" });
    assert_eq!(serde_json::from_str::<Value>(&arrived[0].body).unwrap(), text);
    assert_eq!(arrived[0].header("content-type"), "application/json");
    assert!(arrived[0].headers.keys().all(|name| !name.as_str().starts_with("webhook-")), "{arrived:?}");
}

#[tokio::test]
async fn after_a_failure_the_same_webhook_comes_again_under_the_same_id_with_a_signature_of_now() {
    let world = World::new().await;
    let receiver = Receiver::start([Then::Text(500, "oops\n"), Then::Status(503)]).await;
    let secret = webhook(&world, "crm", &receiver.url()).await;
    let key = sent(&world, "crm").await;
    let failed = the_delivery(&world, "crm").await;
    assert_eq!((&failed["state"], &failed["attempts"][0]["answer"]), (&json!("retry"), &json!("oops")));
    let next = next_attempt(&failed);
    assert!((monday() + Duration::seconds(5)..=monday() + Duration::milliseconds(5_500)).contains(&next), "{next}");
    sweep_at(&world, next - Duration::milliseconds(1)).await;
    assert_eq!(receiver.ids().len(), 1, "not before its time");
    sweep_at(&world, monday() + Duration::minutes(5)).await;
    let second = next_attempt(&the_delivery(&world, "crm").await);
    assert!(second >= monday() + Duration::minutes(10), "{second}");
    sweep_at(&world, second).await;
    sweep_at(&world, second + Duration::days(1)).await;
    assert_eq!(receiver.ids(), [key.id.as_str(); 3]);
    let arrived = receiver.arrived();
    assert!(arrived.iter().all(|request| is_signed(request, &secret) && request.body == arrived[0].body));
    assert_eq!(arrived[2].header("webhook-timestamp"), second.timestamp().to_string());
    let delivered = the_delivery(&world, "crm").await;
    assert_eq!(delivered["state"], "delivered");
    let statuses: Vec<_> = delivered["attempts"].as_array().unwrap().iter().map(|it| it["status"].clone()).collect();
    assert_eq!(statuses, [500, 503, 204]);
}

#[tokio::test]
async fn several_at_once_send_it_once() {
    let world = World::new().await;
    let receiver = Receiver::start([]).await;
    webhook(&world, "crm", &receiver.url()).await;
    let key = drafted(&world, "crm", EndpointKind::Webhook).await;
    let cloud = world.system.cloud();
    let one = || webhooks::deliver_all(cloud, vec![key.clone(), key.clone()]);
    let (first, second, third) = tokio::join!(one(), one(), webhooks::deliver_due(cloud));
    assert_eq!(first.unwrap() + second.unwrap() + third.unwrap(), 1);
    assert_eq!(receiver.ids(), [key.id]);
}

#[tokio::test]
async fn a_test_is_sent_at_once_and_says_what_came_back() {
    let world = World::new().await;
    let receiver = Receiver::start([Then::Status(204), Then::Text(403, "action_prohibited")]).await;
    let secret = webhook(&world, "crm", &receiver.url()).await;
    let test = || admin(&world, Method::POST, "/v1/endpoints/crm/test", Value::Null);
    let good = test().await.expect_status(200).json();
    assert_eq!((&good["state"], &good["attempts"][0]["status"]), (&json!("delivered"), &json!(204)));
    assert_eq!(good["source"], json!({ "kind": "test", "by": "admin@keepwell.example" }));
    assert!(is_signed(&receiver.arrived()[0], &secret));
    let body: Value = serde_json::from_str(&receiver.arrived()[0].body).unwrap();
    assert_eq!((&body["type"], &body["data"]["endpoint"]["id"]), (&json!("endpoint.test"), &json!("crm")));
    let bad = test().await.expect_status(200).json();
    assert_eq!((&bad["state"], &bad["reason"]), (&json!("dead"), &json!("the receiver answered 403")));
    assert_eq!(bad["attempts"][0]["answer"], "action_prohibited");
    sweep_at(&world, monday() + Duration::days(3)).await;
    assert_eq!(receiver.ids().len(), 2, "a test is not repeated");
}

#[tokio::test]
async fn a_test_reaches_an_endpoint_that_is_off_and_one_of_slack() {
    let world = World::new().await;
    let receiver = Receiver::start([]).await;
    slack(&world, "cs-channel", &receiver.url()).await;
    admin(&world, Method::PATCH, "/v1/endpoints/cs-channel", json!({ "state": "off" })).await.expect_status(200);
    let test = admin(&world, Method::POST, "/v1/endpoints/cs-channel/test", Value::Null).await.expect_status(200);
    assert_eq!(test.json()["state"], "delivered");
    assert!(receiver.arrived()[0].body.contains("cs-channel"));
}

#[tokio::test]
async fn a_request_for_a_test_that_comes_twice_sends_one() {
    let world = World::new().await;
    let receiver = Receiver::start([]).await;
    webhook(&world, "crm", &receiver.url()).await;
    let ask = || {
        let call = world.call_as(keepwell_aws::http::Role::Admin, Method::POST, "/v1/endpoints/crm/test");
        call.header("idempotency-key", "k").send()
    };
    let (first, second) = (ask().await.expect_status(200), ask().await.expect_status(200));
    assert_eq!(first.text, second.text);
    assert_eq!(receiver.ids().len(), 1);
}

#[tokio::test]
async fn by_hand_it_is_sent_again_under_the_same_id_and_with_all_its_retries() {
    let world = World::new().await;
    let receiver = Receiver::start([Then::Status(204), Then::Status(500), Then::Status(204)]).await;
    webhook(&world, "crm", &receiver.url()).await;
    let key = sent(&world, "crm").await;
    let path = format!("/v1/endpoints/crm/deliveries/{}/redeliver", key.id);
    let again = admin(&world, Method::POST, &path, Value::Null).await.expect_status(200).json();
    assert_eq!((&again["id"], &again["state"]), (&json!(key.id), &json!("retry")));
    assert_eq!(again["attempts"].as_array().unwrap().len(), 2);
    sweep_at(&world, next_attempt(&again)).await;
    assert_eq!(the_delivery(&world, "crm").await["state"], "delivered");
    assert_eq!(receiver.ids(), [key.id.as_str(); 3]);
}

#[tokio::test]
async fn a_request_to_send_again_that_comes_twice_sends_once_more() {
    let world = World::new().await;
    let receiver = Receiver::start([]).await;
    webhook(&world, "crm", &receiver.url()).await;
    let key = sent(&world, "crm").await;
    let path = format!("/v1/endpoints/crm/deliveries/{}/redeliver", key.id);
    for _ in 0..2 {
        let call = world.call_as(keepwell_aws::http::Role::Admin, Method::POST, &path);
        let again = call.header("idempotency-key", "k").send().await.expect_status(200).json();
        assert_eq!(again["state"], "delivered");
    }
    assert_eq!(receiver.ids().len(), 2);
}

#[tokio::test]
async fn the_list_is_newest_first_and_has_pages() {
    let world = World::new().await;
    let receiver = Receiver::start([]).await;
    webhook(&world, "crm", &receiver.url()).await;
    webhook(&world, "other", &receiver.url()).await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        world.system.local().clock().advance(Duration::seconds(1));
        ids.push(sent(&world, "crm").await.id);
        sent(&world, "other").await;
    }
    ids.reverse();
    let listed = |items: &[Value]| items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(listed(&deliveries(&world, "crm").await), ids);
    let mut paged = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/endpoints/crm/deliveries?limit=2&cursor={cursor}");
        let page = admin(&world, Method::GET, &path, Value::Null).await.expect_status(200).json();
        paged.extend(listed(page["items"].as_array().unwrap()));
        match page["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    assert_eq!(paged, ids);
}
