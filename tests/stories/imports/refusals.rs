//! Documents that are refused whole.

use http::Method;
use keepwell_aws::http::Role;

use super::{counts, import, send, world_with};

const MAX: usize = 5 * 1024 * 1024;

#[tokio::test]
async fn an_unknown_kind_is_not_found_and_the_answer_names_the_known_ones() {
    let world = world_with(&[]).await;
    let reply = send(&world, "gossip", "id\n").await.expect_status(404);
    for kind in ["customers", "contacts", "usage", "tickets", "surveys", "interactions", "goals", "outcomes"] {
        assert!(reply.text.contains(kind), "{kind}: {}", reply.text);
    }
}

#[tokio::test]
async fn only_csv_is_taken() {
    let world = world_with(&[]).await;
    let call = || world.call_as(Role::Csm, Method::POST, "/v1/imports/customers");
    for media_type in ["application/json", "application/vnd.ms-excel", "text/plain"] {
        let _ = call().raw(media_type, "id,name\nacme,Acme\n").send().await.expect_status(415);
    }
    let _ = call().send().await.expect_status(415);
    let _ = call().raw("text/csv; charset=utf-8", "id,name\nacme,Acme\n").send().await.expect_status(200);
}

#[tokio::test]
async fn five_megabytes_are_taken_and_one_byte_more_is_not() {
    let world = world_with(&[]).await;
    // One customer and an ignored column that fills the file.
    let csv = |size: usize| {
        let start = "id,name,padding\nacme,Acme,";
        format!("{start}{}\n", "x".repeat(size - start.len() - 1))
    };
    let report = import(&world, "customers?dry_run=true", csv(MAX)).await;
    assert_eq!(counts(&report), [1, 0, 0, 0]);
    let _ = send(&world, "customers?dry_run=true", csv(MAX + 1)).await.expect_status(413);
}

#[tokio::test]
async fn a_file_without_the_columns_that_identify_a_row_is_refused() {
    let world = world_with(&["acme"]).await;
    world.system.local().reset_requests();
    let reply = send(&world, "tickets", "ticket,account\nt1,acme\n").await.expect_status(422);
    assert!(reply.text.contains("mapping=id:") && reply.text.contains("mapping=customer:"), "{}", reply.text);
    assert_eq!(world.system.local().write_count(), 0);
}

#[tokio::test]
async fn a_mapping_must_name_columns_of_ours_and_of_the_file() {
    let world = world_with(&["acme"]).await;
    let csv = "id,customer,at\nu1,acme,2026-02-20\n";
    for mapping in ["colour:id", "at:when", "at"] {
        let reply = send(&world, &format!("usage?mapping={mapping}"), csv).await.expect_status(422);
        assert_eq!(reply.pointers(), ["?mapping"], "{mapping}: {}", reply.text);
    }
    let _ = send(&world, "usage?maping=at:at", csv).await.expect_status(422);
}

#[tokio::test]
async fn a_viewer_and_a_stranger_import_nothing() {
    let world = world_with(&[]).await;
    let csv = "id,name\nacme,Acme\n";
    let viewer = world.call_as(Role::Viewer, Method::POST, "/v1/imports/customers");
    let _ = viewer.raw("text/csv", csv).send().await.expect_status(403);
    let stranger = world.call(Method::POST, "/v1/imports/customers");
    let _ = stranger.raw("text/csv", csv).send().await.expect_status(401);
    let _ = world.call_as(Role::Viewer, Method::GET, "/v1/customers/acme").send().await.expect_status(404);
}
