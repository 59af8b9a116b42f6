//! Nothing inside is reached from outside: not by a URL, not by a name, not by a row that another system wrote.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use http::Method;
use keepwell_aws::store::endpoints::endpoint_record;
use keepwell_aws::store::{Expect, Transaction};
use keepwell_aws::webhooks::{self, By, Client, Names};
use keepwell_domain::delivery::endpoint::NewEndpoint;
use keepwell_domain::delivery::target::Targets;
use keepwell_domain::delivery::{Delivery, EndpointKind};
use keepwell_local::cloud::clock::Clock;
use keepwell_local::system::Options;
use keepwell_tests::{World, monday};
use serde_json::{Value, json};

use super::receiver::Receiver;
use super::{admin, drafted, endpoint, webhook};

/// A system as it is on AWS: public targets alone.
async fn public_only() -> World {
    let options = Options { webhook_targets: Targets::Public, ..Options::memory(Clock::frozen_at(monday())) };
    World::with(options).await
}

#[tokio::test]
async fn a_deployment_takes_no_url_of_this_machine_or_its_network() {
    let world = public_only().await;
    let receiver = Receiver::start([]).await;
    webhook(&world, "good", "https://hooks.example.com/").await;
    let port = receiver.port();
    for url in [
        receiver.url(),
        format!("https://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://[::1]:{port}/"),
        "https://localhost/".to_owned(),
        "https://127.0.0.1/".to_owned(),
        "https://2130706433/".to_owned(),
        "https://169.254.169.254/latest/meta-data/".to_owned(),
        "https://hooks.example.com:2773/".to_owned(),
    ] {
        for kind in ["webhook", "slack"] {
            let new = json!({ "id": "bad", "kind": kind, "url": url });
            let refused = admin(&world, Method::POST, "/v1/endpoints", new).await.expect_status(422);
            assert_eq!(refused.pointers(), ["/url"], "{url}");
            assert!(!refused.text.contains(&url), "what may be a secret is not repeated: {}", refused.text);
        }
        let changed = admin(&world, Method::PATCH, "/v1/endpoints/good", json!({ "url": url })).await;
        assert_eq!(changed.expect_status(422).pointers(), ["/url"], "{url}");
    }
    assert_eq!(endpoint(&world, "good").await["url"], "https://hooks.example.com/");
    assert_eq!(receiver.connections().await, 0);
}

#[tokio::test]
async fn a_url_that_a_local_system_took_is_not_followed_by_a_deployment() {
    let world = public_only().await;
    let receiver = Receiver::start([]).await;
    let cloud = world.system.cloud();
    let document = json!({ "id": "crm", "kind": "webhook", "url": receiver.url() });
    let taken = NewEndpoint::parse(&document, Targets::PublicAndThisMachine).unwrap();
    let by = "ada@keepwell.example".to_owned().try_into().unwrap();
    let taken = taken.create(cloud.fresh_webhook_secret(), by, cloud.now());
    let mut transaction = Transaction::default();
    transaction.put(endpoint_record(&taken), Expect::Absent);
    transaction.commit(&cloud.store).await.unwrap();
    let test = admin(&world, Method::POST, "/v1/endpoints/crm/test", Value::Null).await.expect_status(200).json();
    assert_eq!(test["state"], "dead", "{test}");
    assert_eq!(receiver.connections().await, 0);
}

/// A resolver that answers these addresses, and notes what it was asked.
fn names(answers: Vec<SocketAddr>) -> (Names, Arc<Mutex<Vec<String>>>) {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = Arc::clone(&asked);
    let names: Names = Arc::new(move |name| {
        log.lock().unwrap().push(name);
        let answers = answers.clone();
        Box::pin(async move { Ok(answers) })
    });
    (names, asked)
}

/// Sends one delivery to `hooks.example.com`, where the resolver answers these addresses.
async fn sent_to_name(world: &World, targets: Targets, answers: Vec<SocketAddr>) -> (Delivery, Vec<String>) {
    let key = drafted(world, "crm", EndpointKind::Webhook).await;
    let (names, asked) = names(answers);
    let cloud = world.system.cloud().clone().with_webhooks(Client::with_names(targets, names));
    let delivery = webhooks::deliver(&cloud, &key, By::Itself).await.unwrap().unwrap();
    let asked = asked.lock().unwrap().clone();
    (delivery, asked)
}

#[tokio::test]
async fn a_name_that_leads_inside_leads_nowhere() {
    let world = public_only().await;
    webhook(&world, "crm", "https://hooks.example.com/").await;
    let listener = Receiver::start([]).await;
    let inside = SocketAddr::from(([127, 0, 0, 1], listener.port()));
    let blocked = [
        vec![inside],
        // One public address does not excuse a private one.
        vec!["93.184.215.14:443".parse().unwrap(), inside],
        vec![format!("[::ffff:127.0.0.1]:{}", listener.port()).parse().unwrap()],
        vec![format!("[::1]:{}", listener.port()).parse().unwrap()],
        vec!["10.0.0.1:443".parse().unwrap()],
        vec!["169.254.169.254:443".parse().unwrap()],
        vec!["[fd00:ec2::254]:443".parse().unwrap()],
        vec!["[64:ff9b::7f00:1]:443".parse().unwrap()],
        vec!["0.0.0.0:443".parse().unwrap()],
    ];
    for targets in [Targets::Public, Targets::PublicAndThisMachine] {
        for answers in blocked.clone() {
            let (delivery, asked) = sent_to_name(&world, targets, answers.clone()).await;
            assert_eq!(asked, ["hooks.example.com"]);
            let error = delivery.attempts[0].error.as_deref().unwrap();
            assert!(error.contains("leads to no public address"), "{answers:?}: {error}");
            assert_eq!(delivery.state.word(), "retry");
        }
    }
    assert_eq!(listener.connections().await, 0);
}

#[tokio::test]
async fn the_name_is_asked_for_each_request_anew() {
    let world = public_only().await;
    webhook(&world, "crm", "https://hooks.example.com/").await;
    let listener = Receiver::start([]).await;
    let inside = SocketAddr::from(([127, 0, 0, 1], listener.port()));
    let asked = Arc::new(Mutex::new(0));
    let count = Arc::clone(&asked);
    let names: Names = Arc::new(move |_| {
        *count.lock().unwrap() += 1;
        Box::pin(async move { Ok(vec![inside]) })
    });
    let cloud = world.system.cloud().clone().with_webhooks(Client::with_names(Targets::Public, names));
    for _ in 0..3 {
        let key = drafted(&world, "crm", EndpointKind::Webhook).await;
        webhooks::deliver(&cloud, &key, By::Itself).await.unwrap();
    }
    assert_eq!(listener.connections().await, 0);
    assert_eq!(*asked.lock().unwrap(), 3);
}

#[tokio::test]
async fn a_name_that_nobody_knows_is_a_failure_like_others() {
    let world = public_only().await;
    webhook(&world, "crm", "https://hooks.example.com/").await;
    let key = drafted(&world, "crm", EndpointKind::Webhook).await;
    let names: Names = Arc::new(|_| Box::pin(async { Err(std::io::Error::other("no such name")) }));
    let cloud = world.system.cloud().clone().with_webhooks(Client::with_names(Targets::Public, names));
    let delivery = webhooks::deliver(&cloud, &key, By::Itself).await.unwrap().unwrap();
    assert_eq!(delivery.attempts[0].error.as_deref(), Some("no connection: no such name"));
}
