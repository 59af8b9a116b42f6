//! `RavenStack`'s files, imported as `keepwell import` does. Source and selection: `tests/samples/ravenstack/README.md`.

use std::path::Path;

use chrono::{TimeZone as _, Utc};
use indicatif::{MultiProgress, ProgressDrawTarget};
use keepwell_domain::import::ImportKind;
use keepwell_local::client::Client;
use keepwell_local::import::import;
use keepwell_local::import::summary::Summary;
use keepwell_tests::World;

async fn import_sample(world: &World) -> Summary {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/ravenstack");
    let client = Client::in_process(world.system.router(), None).await.expect("a client");
    let progress = MultiProgress::with_draw_target(ProgressDrawTarget::hidden());
    import(&directory, &client, &progress).await.expect("the import")
}

#[tokio::test]
async fn ravenstack_becomes_customers_with_scores_and_a_second_import_changes_nothing() {
    // The data ends with 2024.
    let world = World::at(Utc.with_ymd_and_hms(2025, 1, 1, 0, 0, 0).single().unwrap_or_default()).await;
    let first = import_sample(&world).await;
    assert_eq!(first.of(ImportKind::Customers).created, 12, "{first}");
    assert_eq!(first.of(ImportKind::Tickets).created, 42, "{first}");
    assert_eq!(first.of(ImportKind::Outcomes).created, 15, "{first}");
    let usage = first.of(ImportKind::Usage);
    assert_eq!(usage.created + usage.rejected, 630, "{first}");
    assert!(usage.rejected < 30, "{first}");
    world.settle().await;

    let customers = world.get("/v1/customers?limit=50").await;
    let customers = customers["items"].as_array().expect("customers");
    assert_eq!(customers.len(), 12);
    let mut known = 0;
    for customer in customers {
        let id = customer["id"].as_str().expect("an id");
        let score = world.get(&format!("/v1/customers/{id}/score")).await;
        assert!(score["as_of"].is_string(), "{id} was never computed: {score:#}");
        assert!(score["dimensions"].as_array().is_some_and(|dimensions| !dimensions.is_empty()), "{id}: {score:#}");
        match score["value"].as_f64() {
            Some(value) => {
                known += 1;
                assert!((0.0..=100.0).contains(&value) && score["band"].is_string(), "{id}: {score:#}");
            }
            // Unknown is said, and not a number that looks like knowledge.
            None => assert!(score["value"].is_null() && score["band"].is_null(), "{id}: {score:#}"),
        }
    }
    assert!(known > 0, "no customer has a score");

    world.system.local().reset_requests();
    let second = import_sample(&world).await;
    let total = second.total();
    assert_eq!((total.created, total.updated), (0, 0), "{second}");
    assert_eq!(world.system.local().write_count(), 0, "{second}");
}
