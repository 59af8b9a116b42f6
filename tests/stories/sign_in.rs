//! What a browser learns before a person has signed in.

use http::{Method, Request};
use keepwell_aws::cloud::{Cloud, Deployment};
use keepwell_aws::sign_in::{OpenIdProvider, SignIn};
use keepwell_tests::World;
use serde_json::{Value, json};
use tower::ServiceExt as _;

const PATH: &str = "/v1/sign-in";

/// The answer of console-api on a deployment with that way to sign in.
async fn answer(sign_in: Option<SignIn>) -> (u16, Value) {
    let world = World::new().await;
    let here = world.system.cloud();
    let deployment = Deployment { sign_in, ..here.deployment.as_ref().clone() };
    let now = here.now();
    let cloud = Cloud::new(&world.system.local().sdk_config(), deployment, std::sync::Arc::new(move || now));
    let request = Request::get(PATH).body(axum::body::Body::empty()).unwrap();
    let response = console_api::function(&cloud).router().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn anyone_may_ask_how_to_sign_in_and_the_local_system_says_that_it_gives_tokens() {
    let world = World::new().await;
    world.system.local().reset_requests();
    let reply = world.call(Method::GET, PATH).send().await.expect_status(200);
    assert_eq!(reply.json(), json!({ "local": true }));
    assert_eq!(reply.header("cache-control"), "no-store");
    // Whoever comes with a token that is no good any more must learn it too: this is how one gets a good one.
    let stale = world.call(Method::GET, PATH).header("authorization", "Bearer old").send().await;
    assert_eq!(stale.status, 200, "{}", stale.text);
    world.call(Method::POST, PATH).send().await.expect_status(405);
    world.call(Method::GET, "/v1/sign-in?next=/").send().await.expect_status(422);
    assert_eq!(world.system.local().write_count(), 0);
}

#[tokio::test]
async fn on_aws_it_names_the_provider_and_the_client_and_no_secret() {
    let provider = OpenIdProvider {
        issuer: "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_x".to_owned(),
        client_id: "client".to_owned(),
        authorization_endpoint: "https://keepwell-x.auth.eu-central-1.amazoncognito.com/oauth2/authorize".to_owned(),
        token_endpoint: "https://keepwell-x.auth.eu-central-1.amazoncognito.com/oauth2/token".to_owned(),
        end_session_endpoint: Some("https://keepwell-x.auth.eu-central-1.amazoncognito.com/logout".to_owned()),
    };
    let (status, body) = answer(Some(SignIn::Provider(provider.clone()))).await;
    assert_eq!(status, 200);
    insta::assert_json_snapshot!("provider", body);
    let (_, body) = answer(Some(SignIn::Provider(OpenIdProvider { end_session_endpoint: None, ..provider }))).await;
    assert_eq!(body["end_session_endpoint"], Value::Null);
}

#[tokio::test]
async fn a_deployment_that_says_nothing_is_a_mistake_of_ours() {
    let (status, body) = answer(None).await;
    assert_eq!(status, 500);
    assert!(!body.to_string().contains("SIGN_IN"), "{body}");
}
