//! Requests of programs that are not in this process.

use serde_json::{Value, json};

use super::*;

async fn ask(cloud: &LocalCloud, operation: &str, body: &Value) -> (u16, Value) {
    let request =
        http::Request::post("http://aws.local/").header("x-amz-target", format!("DynamoDB_20120810.{operation}"));
    let answer = cloud.answer(request.body(body.to_string().into_bytes()).unwrap()).await.unwrap();
    (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap())
}

#[tokio::test]
async fn they_see_the_same_tables() {
    let cloud = cloud();
    core(&cloud).await.put_item().table_name("core").item("pk", s("a")).item("sk", s("b")).send().await.unwrap();
    let key = json!({ "pk": { "S": "a" }, "sk": { "S": "b" } });
    let (status, answer) = ask(&cloud, "GetItem", &json!({ "TableName": "core", "Key": key })).await;
    assert_eq!((status, &answer["Item"]), (200, &key));
}

#[tokio::test]
async fn they_are_refused_in_the_words_of_the_service() {
    let (status, answer) = ask(&cloud(), "GetItem", &json!({ "TableName": "core", "Key": {} })).await;
    assert_eq!(status, 400);
    assert!(answer["__type"].as_str().unwrap().ends_with("#ResourceNotFoundException"), "{answer}");
}

#[tokio::test]
async fn they_put_objects_by_path() {
    let cloud = cloud();
    let put = http::Request::put("http://s3.local/bucket/a/b").body(b"text".to_vec()).unwrap();
    let answer = cloud.answer(put).await.unwrap();
    assert!(answer.status().is_success() && answer.headers().contains_key("etag"), "{answer:?}");
    let get = http::Request::get("http://s3.local/bucket/a/b").body(Vec::new()).unwrap();
    assert_eq!(cloud.answer(get).await.unwrap().into_body(), b"text");
}
