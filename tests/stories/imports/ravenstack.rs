//! `RavenStack`'s files, imported as `keepwell import` does. Source and selection: `tests/samples/ravenstack/README.md`.

use std::path::{Path, PathBuf};

use chrono::{TimeZone as _, Utc};
use http::Method;
use indicatif::{MultiProgress, ProgressDrawTarget};
use keepwell_aws::http::Role;
use keepwell_domain::import::ImportKind;
use keepwell_local::client::Client;
use keepwell_local::import::import;
use keepwell_local::import::summary::Summary;
use keepwell_tests::World;
use serde_json::json;

async fn import_sample(world: &World) -> Summary {
    import_from(world, &Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/ravenstack")).await
}

async fn import_from(world: &World, directory: &Path) -> Summary {
    let client = Client::in_process(world.system.router(), None).await.expect("a client");
    let progress = MultiProgress::with_draw_target(ProgressDrawTarget::hidden());
    import(directory, &client, &progress).await.expect("the import")
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

/// The whole data set: the directory that `KEEPWELL_RAVENSTACK` names, else one beside the repository. It is not part of it.
fn whole_data_set() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/ravenstack");
    let directory = std::env::var_os("KEEPWELL_RAVENSTACK").map_or_else(beside, PathBuf::from);
    directory.join("churn_events.csv").is_file().then_some(directory)
}

#[tokio::test]
#[expect(clippy::print_stderr, reason = "a test that did not run says so")]
async fn no_signal_was_built_into_ravenstack_and_the_backtest_finds_none() {
    let Some(directory) = whole_data_set() else {
        eprintln!("skipped: KEEPWELL_RAVENSTACK names no directory with the whole data set");
        return;
    };
    let world = World::at(Utc.with_ymd_and_hms(2025, 1, 1, 0, 0, 0).single().unwrap_or_default()).await;
    let summary = import_from(&world, &directory).await;
    assert_eq!(summary.of(ImportKind::Outcomes).created, 600, "{summary}");
    world.settle().await;
    world.system.local().reset_requests();
    // The data set names churns alone, and its score history begins today.
    let body = json!({ "from": "2024-01-01", "to": "2024-12-31", "negatives": "stayed" });
    let call = world.call_as(Role::Csm, Method::POST, "/v1/scorecards/default/backtest").json(&body);
    let report = call.send().await.expect_status(200).json();
    assert_eq!(world.system.local().write_count(), 0);
    let mut judged = 0;
    for horizon in report["scorecards"][0]["horizons"].as_array().expect("horizons") {
        let scored = &horizon["scored"];
        assert_eq!(horizon["reconstructed"], *scored, "nothing was stored: {scored}");
        let (low, high) = (horizon["auc"]["low"].as_f64(), horizon["auc"]["high"].as_f64());
        let (low, high) = low.zip(high).unwrap_or_else(|| panic!("{}", horizon["verdict"]["text"]));
        let text = horizon["verdict"]["text"].as_str().expect("a sentence");
        eprintln!("{} days, {scored}: {text}", horizon["days"]);
        assert!(low <= 0.5 && 0.5 <= high, "{text}");
        assert!(text.starts_with("The score does not predict: the interval contains 0.5"), "{text}");
        assert_eq!(horizon["warnings"], json!([]));
        judged += 1;
    }
    assert_eq!(judged, 3);

    let path = "/v1/scorecards/default/suggest-weights";
    let suggestion = world.call_as(Role::Csm, Method::POST, path).json(&body).send().await.expect_status(200).json();
    eprintln!("{}: {}", suggestion["word"], suggestion["text"]);
    let proved = suggestion["out_of_fold"]["low"].as_f64().is_some_and(|low| low > 0.5);
    assert!(!proved, "{}", suggestion["text"]);
}
