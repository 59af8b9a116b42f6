use axum::extract::Query;
use axum::http::HeaderMap;
use axum::routing::{get, post};
use tokio::net::TcpListener;

use super::*;

/// A router that hands out tokens if `local`, and answers a POST with what it was sent.
fn router(local: bool) -> Router {
    let echo = |headers: HeaderMap, body: String| async move {
        let header =
            |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok()).unwrap_or("none");
        format!("{} | {} | {body}", header(AUTHORIZATION), header(CONTENT_TYPE))
    };
    let router = Router::new().route("/echo", post(echo));
    if !local {
        return router;
    }
    let token = |Query(query): Query<Vec<(String, String)>>| async move {
        let role = query.into_iter().map(|(_, role)| role).collect::<String>();
        format!(r#"{{"token":"made-for-{role}"}}"#)
    };
    router.route("/_local/token", get(token))
}

async fn echoed(client: &Client) -> String {
    let answer = client.send(Method::POST, "/echo", Some("text/csv"), b"id\nx\n".to_vec()).await.unwrap();
    assert_eq!(answer.status, StatusCode::OK);
    String::from_utf8(answer.body.to_vec()).unwrap()
}

async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}/")
}

#[tokio::test]
async fn a_client_in_process_and_a_remote_one_send_the_same() {
    let expected = "Bearer made-for-admin | text/csv | id\nx\n";
    assert_eq!(echoed(&Client::in_process(router(true), None).await.unwrap()).await, expected);
    let server = serve(router(true)).await;
    assert_eq!(echoed(&Client::remote(&server, None).await.unwrap()).await, expected);
}

#[tokio::test]
async fn a_given_token_is_used_and_none_is_asked_for() {
    let server = serve(router(false)).await;
    let client = Client::remote(&server, Some("mine".to_owned())).await.unwrap();
    assert_eq!(echoed(&client).await, "Bearer mine | text/csv | id\nx\n");
}

#[tokio::test]
async fn a_server_that_hands_out_no_tokens_needs_one() {
    let server = serve(router(false)).await;
    let error = Client::remote(&server, None).await.err().unwrap();
    assert!(
        error.to_string().ends_with("it answered 404 Not Found): pass --token with one of an administrator"),
        "{error}"
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_to_be_started() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = Client::remote(&server, None).await.err().unwrap();
    assert_eq!(
        error.to_string(),
        format!("no server answers at {server}: start it with `cargo run`, or name another one with --server")
    );
}

#[tokio::test]
async fn an_address_must_be_complete() {
    for address in ["localhost:8080", "127.0.0.1", "ftp://example.com", "http://", "", "http://a b", "https://a/?x=1"] {
        let error = Client::remote(address, None).await.err().unwrap();
        assert!(matches!(error, ClientError::Address { .. }), "{address}: {error}");
    }
}

#[tokio::test]
async fn what_cannot_be_sent_is_an_error_and_no_panic() {
    let client = Client::remote("http://127.0.0.1:1", Some("two\nlines".to_owned())).await.unwrap();
    let error = client.send(Method::GET, "/v1/customers", None, Vec::new()).await.unwrap_err();
    assert!(matches!(error, ClientError::Token), "{error}");
    let client = Client::remote("https://127.0.0.1:1/stage/", Some("t".to_owned())).await.unwrap();
    for path in ["v1/customers", "/v1/a b"] {
        let error = client.send(Method::GET, path, None, Vec::new()).await.unwrap_err();
        assert!(matches!(error, ClientError::Path { .. }), "{error}");
    }
}
