//! `plan`: what applying the files would change, and whether anything would.

use super::{Directory, SLIPPING, Server, default_scorecard, keepwell, small_scorecard};

#[tokio::test]
async fn a_plan_shows_what_is_new_changed_and_unchanged_and_writes_nothing() {
    let server = Server::start().await;
    let directory = Directory::new("plan");
    server.put("smb", None, small_scorecard("smb")).await;
    server.put("mid", None, small_scorecard("mid")).await;
    directory.write("default.yaml", default_scorecard().replace("    weight: 40\n", "    weight: 45\n"));
    directory.write("mid.yaml", small_scorecard("mid").replace("# For mid.", "# For those in the middle."));
    directory.write("new.yaml", small_scorecard("enterprise"));
    directory.write("smb.yaml", small_scorecard("smb"));
    let before = server.world.system.local().mutations();
    let ran = server.keepwell(&directory, &["plan", "@", "--exit-code"], None).await;
    assert_eq!(server.world.system.local().mutations(), before);
    insta::assert_snapshot!("plan", ran.shown());
    let ran = server.keepwell(&directory, &["plan", "@"], None).await;
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
}

/// A scorecard of the Health Status alone, in which a healthy customer has so many points.
fn by_status(healthy: u32) -> String {
    format!(
        "format: 1\nid: default\ndimensions:\n  - id: team\n    weight: 1\n    rules:\n      - id: status\n        measure: team.health_status\n        \
         weight: 1\n        points: {{ map: {{ thriving: 100, healthy: {healthy}, steady: 50, struggling: 0 }} }}\n"
    )
}

#[tokio::test]
async fn the_plan_of_a_scorecard_says_who_moves_and_why() {
    let server = Server::start().await;
    let world = &server.world;
    for (customer, status) in [("acme", "healthy"), ("bolt", "thriving"), ("cord", "healthy")] {
        world.customer_with(customer, &[]).await;
        world.set_status(customer, status).await;
    }
    server.put("default", Some("\"1\""), by_status(75)).await;
    world.advance(chrono::Duration::minutes(30)).await;
    let directory = Directory::new("movers");
    directory.write("default.yaml", by_status(45));
    let ran = server.keepwell(&directory, &["plan", "@"], None).await;
    insta::assert_snapshot!("movers", ran.shown());
}

#[tokio::test]
async fn the_plan_of_an_automation_says_what_it_would_have_done() {
    let server = Server::start().await;
    let world = &server.world;
    for (customer, status) in [("acme", "steady"), ("bolt", "struggling")] {
        world.customer_with(customer, &[]).await;
        world.set_status(customer, "healthy").await;
        world.set_status(customer, status).await;
    }
    let directory = Directory::new("dry");
    let shipped = keepwell_domain::automation::library::shipped_text("status-struggling").unwrap();
    directory.write("struggling.yaml", shipped.replace("on: true", "on: false"));
    directory.write("slipping.yaml", SLIPPING);
    let before = world.system.local().mutations();
    let ran = server.keepwell(&directory, &["plan", "@", "--exit-code"], None).await;
    assert_eq!(world.system.local().mutations(), before);
    insta::assert_snapshot!("dry_run", ran.shown());
}

#[tokio::test]
async fn a_json_file_is_compared_by_what_it_says() {
    let server = Server::start().await;
    let directory = Directory::new("json");
    server.put("smb", None, small_scorecard("smb")).await;
    let document = keepwell_domain::edition::TextFormat::Yaml.read(&small_scorecard("smb")).unwrap();
    directory.write("smb.json", document.to_string());
    let ran = server.keepwell(&directory, &["plan", "@smb.json", "--exit-code"], None).await;
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, "= scorecard smb is unchanged (smb.json)\nPlan: 0 new, 0 changed, 1 unchanged.\n")
    );
}

#[tokio::test]
async fn files_with_problems_are_never_compared() {
    let server = Server::start().await;
    let directory = Directory::new("problems");
    directory.write("smb.yaml", small_scorecard("smb").replace("weight: 1", "weight: heavy"));
    for words in [["plan", "@", "--exit-code"], ["apply", "@", "--yes"]] {
        let ran = server.keepwell(&directory, &words, None).await;
        assert_eq!(ran.code, 1);
        assert!(
            ran.out.contains("smb.yaml:7:13") && ran.out.contains("Nothing was sent to the server."),
            "{}",
            ran.out
        );
    }
    assert_eq!(server.world.get("/v1/scorecards").await["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_server_that_is_not_there_and_a_wrong_token_are_named() {
    let directory = Directory::new("nobody");
    directory.write("smb.yaml", small_scorecard("smb"));
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{free}");
    let ran = keepwell(&directory, &["plan", "@smb.yaml", "--server", &url], None).await;
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("start it with `cargo run`, or name another one with --server"), "{}", ran.err);
    let server = Server::start().await;
    let ran = server.keepwell(&directory, &["plan", "@smb.yaml", "--token", "guessed"], None).await;
    insta::assert_snapshot!("wrong_token", ran.shown());
    // A wrong word must not look like a plan with changes.
    assert_eq!(keepwell(&directory, &["plan", "@smb.yaml", "--exit"], None).await.code, 1);
}
