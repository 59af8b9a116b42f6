use aws_sdk_s3::Client;
use aws_sdk_s3::config::{RequestChecksumCalculation, ResponseChecksumValidation};
use aws_sdk_s3::primitives::ByteStream;
use chrono::Duration;

use super::super::faults::{Fault, FaultPlan, FaultRule};
use super::super::requests::Service;
use super::super::s3::KEPT_DAYS;
use super::restart::Folder;
use super::*;

fn objects(cloud: &LocalCloud) -> Client {
    let config = aws_sdk_s3::config::Builder::from(&cloud.sdk_config())
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired);
    Client::from_conf(config.build())
}

async fn put(client: &Client, key: &str, bytes: &[u8]) {
    let body = ByteStream::from(bytes.to_vec());
    let answer = client.put_object().bucket("b").key(key).body(body).send().await.unwrap();
    assert!(answer.e_tag().is_some_and(|etag| etag.len() > 2), "{answer:?}");
}

async fn get(client: &Client, key: &str) -> Vec<u8> {
    let answer = client.get_object().bucket("b").key(key).send().await.unwrap();
    answer.body.collect().await.unwrap().to_vec()
}

async fn keys(client: &Client, prefix: &str, page: i32) -> Vec<String> {
    let (mut keys, mut next) = (Vec::new(), None);
    loop {
        let list = client.list_objects_v2().bucket("b").prefix(prefix).max_keys(page);
        let answer = list.set_continuation_token(next).send().await.unwrap();
        keys.extend(answer.contents().iter().map(|object| object.key().unwrap().to_owned()));
        next = answer.next_continuation_token().map(str::to_owned);
        assert_eq!(answer.is_truncated(), Some(next.is_some()));
        if next.is_none() {
            return keys;
        }
    }
}

/// In memory, and on a file.
fn both() -> [(LocalCloud, Option<Folder>); 2] {
    let folder = Folder::new();
    [(cloud(), None), (folder.open(), Some(folder))]
}

const KEYS: [&str; 4] = ["a/2026-03-02T12:00:00.000Z", "a/2026-03-02T12:15:00.000Z", "a/b/c d+e&f<g>", "b/1"];

#[tokio::test]
async fn what_is_put_is_read_and_listed_in_order() {
    for (cloud, _folder) in both() {
        let client = objects(&cloud);
        let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        for key in KEYS.iter().rev() {
            put(&client, key, &bytes).await;
        }
        put(&client, KEYS[1], b"another").await;
        assert_eq!(get(&client, KEYS[0]).await, bytes);
        assert_eq!(get(&client, KEYS[1]).await, b"another");
        assert_eq!(get(&client, KEYS[2]).await, bytes);
        for page in [1, 2, 1000] {
            assert_eq!(keys(&client, "", page).await, KEYS, "pages of {page}");
            assert_eq!(keys(&client, "a/", page).await, KEYS[..3], "pages of {page}");
        }
        assert_eq!(keys(&client, "c", 10).await, Vec::<String>::new());
        let listed = client.list_objects_v2().bucket("b").prefix(KEYS[1]).send().await.unwrap();
        assert_eq!(listed.contents()[0].size(), Some(7));
        assert_eq!(listed.contents()[0].last_modified().unwrap().secs(), noon().timestamp());
        let other = client.list_objects_v2().bucket("another").send().await.unwrap();
        assert_eq!(other.contents().len(), 0, "a bucket of its own");
    }
}

#[tokio::test]
async fn an_object_that_is_not_there_is_no_such_key() {
    for (cloud, _folder) in both() {
        let error = objects(&cloud).get_object().bucket("b").key("nothing").send().await.unwrap_err();
        assert!(error.into_service_error().is_no_such_key());
    }
}

#[tokio::test]
async fn no_key_leaves_the_folder() {
    for (cloud, _folder) in both() {
        let client = objects(&cloud);
        for key in ["../outside", "a/../../outside", "/etc/outside"] {
            let put = client.put_object().bucket("b").key(key).body(ByteStream::from_static(b"x")).send().await;
            // The slash in front is no part of the key here.
            assert!(put.is_err() || key.starts_with('/'), "{key}");
        }
    }
    assert!(!std::env::temp_dir().join("outside").exists() && !std::path::Path::new("/etc/outside").exists());
}

#[tokio::test]
async fn objects_outlive_the_process_and_are_gone_after_their_days() {
    let folder = Folder::new();
    let [(short, days), (long, _)] = KEPT_DAYS;
    let key = |prefix: &str, name: &str| format!("{prefix}{name}");
    for prefix in [short, long] {
        put(&objects(&folder.open()), &key(prefix, "1"), b"one").await;
    }
    let cloud = folder.open();
    let client = objects(&cloud);
    assert_eq!(get(&client, &key(short, "1")).await, b"one");
    cloud.clock().advance(Duration::days(days) + Duration::minutes(1));
    put(&client, &key(short, "2"), b"two").await;
    assert_eq!(keys(&client, "", 10).await, [key(long, "1"), key(short, "2")]);
}

#[tokio::test]
async fn requests_are_noted_and_only_a_put_changes_something() {
    let cloud = cloud();
    let client = objects(&cloud);
    put(&client, "a", b"x").await;
    get(&client, "a").await;
    keys(&client, "", 10).await;
    let seen: Vec<(Service, String, bool)> =
        cloud.requests().iter().map(|it| (it.service, it.operation.clone(), it.is_mutating())).collect();
    let expected = [("PutObject", true), ("GetObject", false), ("ListObjectsV2", false)];
    assert_eq!(seen, expected.map(|(operation, writes)| (Service::S3, operation.to_owned(), writes)));
    assert_eq!((cloud.write_count(), cloud.mutations()), (1, 1));
    let unknown = client.delete_object().bucket("b").key("a").send().await;
    assert!(unknown.is_err(), "what is not imitated is refused");
}

#[tokio::test]
async fn a_passing_fault_is_retried_and_a_lasting_one_is_an_error() {
    let cloud = cloud();
    let client = objects(&cloud);
    put(&client, "a", b"x").await;
    let fault = |fault| FaultPlan::seeded(0).rule(FaultRule::on(Service::S3, fault).nth(1));
    for passing in [Fault::Throttle, Fault::Unavailable, Fault::TimeoutWithoutEffect] {
        cloud.faults().set(fault(passing));
        assert_eq!(get(&client, "a").await, b"x");
    }
    let codes = [(Fault::Throttle, "SlowDown"), (Fault::Unavailable, "InternalError")];
    for (lasting, code) in codes {
        cloud.faults().set(FaultPlan::seeded(0).rule(FaultRule::on(Service::S3, lasting)));
        let error = client.get_object().bucket("b").key("a").send().await.unwrap_err();
        assert_eq!(aws_sdk_s3::error::ProvideErrorMetadata::code(&error), Some(code));
    }
}
