//! The demo, loaded into a system that runs.

use http::Method;
use keepwell_tests::World;
use serde_json::json;

async fn is_available(world: &World) -> bool {
    let health = world.call(Method::GET, "/_local/health").send().await.expect_status(200).json();
    health["demo_available"].as_bool().unwrap()
}

/// Like `cargo run`: a thread for requests that is not the one that loads.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_system_loads_the_demo_once_and_goes_on_answering_meanwhile() {
    let world = World::new().await;
    assert!(is_available(&world).await);
    let mut answered = 0;
    let others = async {
        // Whatever is asked while it loads is answered; that it loads is seen by the first customer.
        while is_available(&world).await {
            tokio::task::yield_now().await;
        }
        world.call(Method::POST, "/_local/demo").send().await.expect_status(409);
        loop {
            let page = world.get("/v1/customers?limit=1000").await["items"].as_array().unwrap().len();
            answered += 1;
            if page == 72 {
                break;
            }
        }
    };
    let load = async { world.call(Method::POST, "/_local/demo").send().await.expect_status(200).json() };
    let (loaded, ()) = tokio::join!(load, others);
    assert_eq!(loaded, json!({ "customers": 72 }));
    assert!(answered > 10, "{answered} answers while it loaded");
    assert!(!is_available(&world).await);
    let again = world.call(Method::POST, "/_local/demo").send().await.expect_status(409);
    assert_eq!(again.header("content-type"), "application/problem+json");
    // What follows from the past is there, as after a first start.
    let customers = world.get("/v1/customers?limit=1000").await;
    let scored = customers["items"].as_array().unwrap().iter().filter(|customer| customer["score"].is_number()).count();
    assert!(scored > 60, "{scored} customers have a score");
}

#[tokio::test]
async fn a_system_with_customers_has_no_place_for_the_demo() {
    let world = World::new().await;
    world.customer_with("acme", &[]).await;
    assert!(!is_available(&world).await);
    world.call(Method::POST, "/_local/demo").send().await.expect_status(409);
    assert_eq!(world.get("/v1/customers").await["items"].as_array().unwrap().len(), 1);
    world
        .call_as(keepwell_aws::http::Role::Admin, Method::DELETE, "/v1/customers/acme")
        .send()
        .await
        .expect_status(204);
    assert!(is_available(&world).await, "an erased portfolio is an empty one");
}
