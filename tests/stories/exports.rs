//! Everything back out, and in again.

use std::fs;
use std::path::{Path, PathBuf};

use http::Method;
use indicatif::{MultiProgress, ProgressDrawTarget};
use keepwell_aws::http::Role;
use keepwell_domain::export::ExportKind;
use keepwell_local::client::Client;
use keepwell_local::demo::load::load_first;
use keepwell_local::export::{ExportArguments, export};
use keepwell_local::import::import;
use keepwell_tests::{Reply, World, monday};
use serde_json::{Value, json};

/// A directory that is removed at the end of the test.
struct Directory(PathBuf);

impl Directory {
    fn new(test: &str) -> Self {
        Self(std::env::temp_dir().join(format!("keepwell-export-{test}-{}", std::process::id())))
    }

    fn file(&self, kind: ExportKind) -> String {
        fs::read_to_string(self.0.join(format!("{kind}.csv"))).unwrap()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn quiet() -> MultiProgress {
    MultiProgress::with_draw_target(ProgressDrawTarget::hidden())
}

async fn client(world: &World) -> Client {
    Client::in_process(world.system.router(), None).await.unwrap()
}

/// By the command line's own export.
async fn exported(world: &World, directory: &Path, kinds: &[ExportKind]) {
    let directory = directory.to_owned();
    let arguments = ExportArguments { directory, kinds: kinds.to_vec(), server: None, token: None };
    let exported = export(&arguments, &client(world).await, &quiet()).await.unwrap();
    assert_eq!(exported.files.len(), if kinds.is_empty() { ExportKind::ALL.len() } else { kinds.len() });
}

async fn get(world: &World, path: &str, accept: &str) -> Reply {
    world.call_as(Role::Admin, Method::GET, path).header("accept", accept).send().await
}

/// Every kind that can come in again.
fn importable() -> Vec<ExportKind> {
    ExportKind::ALL.iter().copied().filter(|kind| kind.import().is_some()).collect()
}

/// A world with everything that is hard to write into a cell.
async fn awkward_world() -> World {
    let world = World::new().await;
    let customer = json!({ "id": "acme", "name": "=HYPERLINK(\"http://evil.example\",\"Acme\")", "owner": "csm@keepwell.example",
        "tags": ["a;b", "plain", "@tag"], "attributes": { "quote": "\"x\", y", "-1": true, "n": 1.5 }, "plan": "'s-Hertogenbosch",
        "size": "+49 30 1", "industry": "'=x", "arr_cents": 5, "automations_paused": true, "feedback_interval_days": 60 });
    world.post("/v1/customers", customer).await;
    world
        .post(
            "/v1/customers",
            json!({ "id": "beta", "name": "Beta, “Äö” GmbH", "tags": ["[\"x\"]"], "currency": "EUR" }),
        )
        .await;
    for (id, state) in [("ann", "ok"), ("bob", "unsubscribed"), ("cy", "bounced")] {
        let body = json!({ "id": id, "name": format!("-{id}"), "email": format!("{id}@acme.example"), "role": "champion",
            "time_zone": "Europe/Berlin", "locale": "de", "mail": { "state": state } });
        world.post("/v1/customers/acme/contacts", body).await;
    }
    let measures = json!([
        { "customer": "acme", "name": "text", "value": "12", "observed_at": "2026-03-01T10:00:00.123456Z" },
        { "customer": "acme", "name": "yes", "value": "true", "observed_at": "2026-03-01T10:00:00Z" },
        { "customer": "acme", "name": "quoted", "value": "\"q\"", "observed_at": "2026-03-01T10:00:00Z" },
        { "customer": "acme", "name": "number", "value": -1.25e-7, "observed_at": "2026-03-01T10:00:00Z" },
        { "customer": "beta", "name": "flag", "value": false, "observed_at": "2026-03-01T10:00:00Z" },
        { "customer": "beta", "name": "formula", "value": "=1+1", "observed_at": "2026-03-01T10:00:00Z" },
    ]);
    let notes = "\u{ff1d}SUM(A1)\r\nsaid: \"no\",\n- then\tyes";
    let interactions = json!([{ "id": "i1", "customer": "acme", "contact": "ann", "kind": "call", "at": "2026-02-28T10:00:00+01:00",
        "quality": 3, "participants": ["Ann; CEO", "Bob"], "notes": notes }]);
    let goals = json!([{ "id": "g1", "customer": "beta", "name": "@goal", "target": -3.5, "actual": 2, "due_on": "2026-04-01",
        "milestones": [{ "name": "m, 1", "due_on": "2026-03-20", "done_on": null }] }]);
    for (path, items) in [("custom-measures", measures), ("interactions", interactions), ("goals", goals)] {
        let reply = world.call_as(Role::Csm, Method::POST, &format!("/v1/{path}")).json(&items).send().await;
        assert_eq!(reply.expect_status(200).json()["rejected"], 0);
    }
    let usage = "id,customer,at,user,feature,count,duration_secs\n\
        1,acme,2026-03-01T08:00:00Z,u1,reports,3,60\n2,acme,2026-03-01T09:00:00Z,u2,reports,2000000,\n\
        3,acme,2026-03-01,u3,,1,31622400\n4,acme,2026-03-01,u4,=x,1,31622400\n5,beta,2026-02-27,,,5,\n";
    let usage = usage.replace("2000000", "999999");
    let reply = world.call_as(Role::Csm, Method::POST, "/v1/imports/usage").raw("text/csv", usage).send().await;
    assert_eq!(reply.expect_status(200).json()["rejected"], 0);
    world.settle().await;
    world
}

/// Exports `from`, imports into a fresh system, exports again: the same bytes. And into `from` itself: nothing changes.
async fn round_trip(from: &World, test: &str) {
    let (before, after) = (Directory::new(&format!("{test}-before")), Directory::new(&format!("{test}-after")));
    exported(from, &before.0, &importable()).await;
    let empty = World::at(from.system.now()).await;
    let summary = import(&before.0, &client(&empty).await, &quiet()).await.unwrap();
    assert_eq!(summary.errors, [], "every row comes in again");
    empty.settle().await;
    exported(&empty, &after.0, &importable()).await;
    for kind in importable() {
        assert!(before.file(kind) == after.file(kind), "{kind}:\n{}\n{}", before.file(kind), after.file(kind));
    }
    let writes = from.system.local().write_count();
    let summary = import(&before.0, &client(from).await, &quiet()).await.unwrap();
    for line in &summary.lines {
        assert_eq!(line.counts.unchanged, line.counts.rows, "{} of {}: {:?}", line.file, test, line.counts);
    }
    assert_eq!(from.system.local().write_count(), writes, "what is known already writes nothing");
}

#[tokio::test]
async fn what_is_hard_to_write_into_a_cell_comes_in_again_as_it_was() {
    let world = awkward_world().await;
    round_trip(&world, "awkward").await;
    let customers = get(&world, "/v1/exports/customers", "text/csv").await.expect_status(200).text;
    insta::assert_snapshot!("awkward_customers", customers.replace("\r\n", "⏎\n"));
    let usage = get(&world, "/v1/exports/usage", "text/csv").await.expect_status(200).text;
    insta::assert_snapshot!("folded_usage", usage.replace("\r\n", "⏎\n"));
}

#[tokio::test]
async fn the_demo_comes_in_again_as_it_was() {
    let world = World::at(monday()).await;
    load_first(&world.system, 4).await.unwrap();
    round_trip(&world, "demo").await;
}

/// Contacts whose mail must not go out are not asked again because they moved to another system.
#[tokio::test]
async fn who_unsubscribed_stays_unsubscribed_in_another_system() {
    let world = awkward_world().await;
    let directory = Directory::new("unsubscribed");
    exported(&world, &directory.0, &importable()).await;
    let empty = World::new().await;
    import(&directory.0, &client(&empty).await, &quiet()).await.unwrap();
    let contacts = empty.get("/v1/customers/acme/contacts").await;
    let states: Vec<_> =
        contacts["items"].as_array().unwrap().iter().map(|item| item["mail"]["state"].clone()).collect();
    assert_eq!(states, ["ok", "unsubscribed", "bounced"]);
    // An old file does not bring back who left later.
    let path = "/v1/customers/acme/contacts/ann";
    let body = json!({ "mail": { "state": "unsubscribed" } });
    let contact = empty.get("/v1/customers/acme/contacts").await["items"][0].clone();
    let etag = format!("\"{}\"", contact["version"]);
    let patch = empty.call_as(Role::Csm, Method::PATCH, path).header("if-match", &etag).json(&body).send().await;
    patch.expect_status(200);
    import(&directory.0, &client(&empty).await, &quiet()).await.unwrap();
    assert_eq!(empty.get("/v1/customers/acme/contacts").await["items"][0]["mail"]["state"], "unsubscribed");
}

#[tokio::test]
async fn no_cell_of_any_export_begins_a_formula() {
    let world = awkward_world().await;
    for kind in ExportKind::ALL {
        let text = get(&world, &format!("/v1/exports/{kind}"), "text/csv").await.expect_status(200).text;
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        for record in reader.records() {
            for cell in &record.unwrap() {
                let formula =
                    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\u{ff1d}']) && cell.parse::<f64>().is_err();
                assert!(!formula, "{kind}: {cell}");
            }
        }
    }
}

#[tokio::test]
async fn pages_put_together_are_the_file_whatever_their_size() {
    let world = World::at(monday()).await;
    load_first(&world.system, 6).await.unwrap();
    for kind in [ExportKind::Customers, ExportKind::Tickets, ExportKind::Usage, ExportKind::Scores] {
        let path = format!("/v1/exports/{kind}");
        let whole = get(&world, &path, "text/csv").await.expect_status(200);
        let whole_json = get(&world, &path, "application/json").await.expect_status(200).json();
        assert_eq!(whole_json["next_cursor"], Value::Null);
        let items = whole_json["items"].as_array().unwrap().clone();
        assert_eq!(csv::Reader::from_reader(whole.text.as_bytes()).records().count(), items.len());
        let limit = items.len() / 3;
        let (mut text, mut pages, mut next) = (String::new(), 0, Some(format!("{path}?limit={limit}")));
        while let Some(page) = next {
            let reply = get(&world, &page, "text/csv").await.expect_status(200);
            text += &reply.text;
            pages += 1;
            let link = reply.header("link");
            next = link.strip_prefix('<').and_then(|rest| rest.split_once('>')).map(|(path, _)| path.to_owned());
        }
        // An item's rows stay together: the page that they end can be a little longer.
        assert!(pages >= 3, "{kind}: {pages} pages");
        assert!(text == whole.text, "{kind}: the pages are the file");
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = get(&world, &format!("{path}?limit={limit}&cursor={cursor}"), "application/json").await;
            let page = page.expect_status(200).json();
            all.extend(page["items"].as_array().unwrap().clone());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(all, items, "{kind}");
    }
}

#[tokio::test]
async fn an_export_says_what_it_is() {
    let world = awkward_world().await;
    let reply = get(&world, "/v1/exports/contacts", "text/csv").await.expect_status(200);
    assert_eq!(reply.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(reply.header("content-disposition"), "attachment; filename=\"contacts.csv\"");
    let reply = get(&world, "/v1/exports/contacts", "*/*").await.expect_status(200);
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.json()["items"][1]["mail"], json!({ "state": "unsubscribed" }));
    let reply = get(&world, "/v1/exports/nothing", "text/csv").await.expect_status(404);
    assert!(reply.json()["detail"].as_str().unwrap().contains("status-history"));
}

#[tokio::test]
async fn what_keepwell_made_goes_out_too() {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    world.set_status("acme", "struggling").await;
    world.advance(chrono::Duration::hours(2)).await;
    let mails = world.mails_to("dora@acme.example");
    let asked = mails.iter().find(|mail| mail.links.iter().any(|link| link.contains("/f/"))).unwrap();
    world.answer(asked, "happy", "=good").await;
    let export = async |kind: &str| {
        get(&world, &format!("/v1/exports/{kind}"), "application/json").await.expect_status(200).json()["items"].clone()
    };
    assert_eq!(export("feedback").await[0]["rating"], "happy");
    assert_eq!(export("status-history").await[0]["to"], "struggling");
    assert_eq!(export("tasks").await[0]["customer"], "acme");
    let point = export("scores").await[0].clone();
    assert_eq!((&point["scorecard"], &point["customer"]), (&json!("default"), &json!("acme")));
    let text = get(&world, "/v1/exports/feedback", "text/csv").await.text;
    assert!(text.contains(",'=good,"), "{text}");
}

#[tokio::test]
async fn the_list_as_a_file_has_the_filters_and_the_order_of_the_list() {
    let world = awkward_world().await;
    let csv = get(&world, "/v1/customers?sort=-name", "text/csv").await.expect_status(200);
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"customers.csv\"");
    let mut reader = csv::Reader::from_reader(csv.text.as_bytes());
    let ids: Vec<String> = reader.records().map(|record| record.unwrap()[0].to_owned()).collect();
    assert_eq!(ids, ["beta", "acme"]);
    assert!(csv.text.contains("'=HYPERLINK"), "{}", csv.text);
    let csv = get(&world, "/v1/customers?q=beta", "text/csv").await.expect_status(200);
    assert_eq!(csv.text.lines().count(), 2);
    let refused = get(&world, "/v1/customers?limit=5", "text/csv").await.expect_status(422);
    assert_eq!(refused.pointers(), ["?limit"]);
}
