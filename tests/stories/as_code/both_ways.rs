//! `apply` and `pull`: what is sent comes back to the letter, and nobody's work is lost on the way.

use std::io::{self, BufRead, Read};

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use http::Method;
use keepwell_aws::http::Role;
use keepwell_domain::automation::library::shipped_text;
use keepwell_tests::World;
use tower::ServiceExt as _;

use super::{Directory, SLIPPING, Server, default_scorecard, put, small_scorecard};

/// Comments, empty lines, odd spacing, a line break of Windows, letters beyond ASCII, and no line break at the end.
fn peculiar() -> String {
    format!(
        "\n# Für die Kleinen 🙂\r\n{}\n\n# the end",
        small_scorecard("smb").replace("weight: 1\n", "weight:   1 # ours\n")
    )
}

#[tokio::test]
async fn what_is_applied_is_pulled_to_the_letter_and_applying_again_does_nothing() {
    let server = Server::start().await;
    let directory = Directory::new("round");
    directory.write("in/default.yaml", default_scorecard().replace("    weight: 40\n", "    weight: 45\n"));
    directory.write("in/smb.yaml", peculiar());
    directory.write("in/slipping.yaml", SLIPPING);
    let struggling = shipped_text("status-struggling").unwrap().replace("on: true", "on: false");
    directory.write("in/status-struggling.yaml", &struggling);
    let ran = server.keepwell(&directory, &["apply", "@in"], Some("y\n")).await;
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    let (_, written) = ran.out.split_once("Apply this to http://[server]? [y/N] ").unwrap();
    assert_eq!(
        written,
        "Wrote scorecard default, version 2.
Wrote automation slipping, version 1.
Wrote scorecard smb, version 1.
Wrote automation status-struggling, version 2.
"
    );
    let summary = server.world.get("/v1/automations/status-struggling").await;
    assert_eq!(summary["on"], false);

    let again = server.keepwell(&directory, &["apply", "@in"], None).await;
    assert_eq!(again.code, 0);
    assert!(again.out.ends_with("Plan: 0 new, 0 changed, 4 unchanged.\nNothing to do.\n"), "{}", again.out);
    assert_eq!((server.versions("default").await, server.versions("smb").await), (2, 1));

    let pulled = server.keepwell(&directory, &["pull", "@out"], None).await;
    insta::assert_snapshot!("pulled", pulled.shown());
    for (kind, name) in [
        ("scorecards", "default"),
        ("scorecards", "smb"),
        ("automations", "slipping"),
        ("automations", "status-struggling"),
    ] {
        let (pulled, applied) = (format!("out/{kind}/{name}.yaml"), format!("in/{name}.yaml"));
        assert_eq!(directory.read(&pulled), directory.read(&applied));
    }
    let untouched = directory.read("out/automations/negative-answer.yaml");
    assert_eq!(untouched, shipped_text("negative-answer").unwrap());
    let ran = server.keepwell(&directory, &["plan", "@out", "--exit-code"], None).await;
    assert_eq!(ran.code, 0, "{}", ran.out);
}

#[tokio::test]
async fn pulling_never_overwrites_an_edited_file_unless_told() {
    let server = Server::start().await;
    let directory = Directory::new("kept");
    server.put("smb", None, small_scorecard("smb")).await;
    directory.write("scorecards/smb.yaml", "# mine\n");
    let kept = server.keepwell(&directory, &["pull", "@"], None).await;
    assert_eq!(directory.read("scorecards/smb.yaml"), "# mine\n");
    assert_eq!(directory.read("scorecards/default.yaml"), default_scorecard());
    let forced = server.keepwell(&directory, &["pull", "@", "--force"], None).await;
    assert_eq!(directory.read("scorecards/smb.yaml"), small_scorecard("smb"));
    insta::assert_snapshot!("kept_and_forced", format!("{}{}", kept.shown(), forced.shown()));
}

#[tokio::test]
async fn only_a_yes_writes() {
    let server = Server::start().await;
    let directory = Directory::new("asked");
    directory.write("smb.yaml", small_scorecard("smb"));
    for (answer, said) in [
        (Some("no\n"), "Nothing was written.\n"),
        (Some("\n"), "Nothing was written.\n"),
        (Some(""), "Nothing was written.\n"),
    ] {
        let ran = server.keepwell(&directory, &["apply", "@smb.yaml"], answer).await;
        assert!(ran.code == 1 && ran.out.ends_with(said), "{ran:?}");
    }
    let nobody = server.keepwell(&directory, &["apply", "@smb.yaml"], None).await;
    assert_eq!(
        (nobody.code, nobody.err.as_str()),
        (1, "error: nothing was written: nobody can be asked here, so that apply needs --yes\n")
    );
    assert_eq!(server.world.get("/v1/scorecards").await["items"].as_array().unwrap().len(), 1);
    let yes = server.keepwell(&directory, &["apply", "@smb.yaml", "--yes"], None).await;
    assert_eq!(yes.code, 0);
    assert_eq!(server.versions("smb").await, 1);
}

/// Somebody who takes their time with the answer: first `meanwhile` happens, then they say yes.
struct Hesitant<F: Future<Output = ()>> {
    meanwhile: Option<F>,
    answer: &'static [u8],
}

impl<F: Future<Output = ()>> Read for Hesitant<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.fill_buf()?.read(buffer)
    }
}

impl<F: Future<Output = ()>> BufRead for Hesitant<F> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if let Some(meanwhile) = self.meanwhile.take() {
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(meanwhile));
        }
        Ok(self.answer)
    }

    fn consume(&mut self, amount: usize) {
        self.answer = &self.answer[amount..];
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_since_the_plan_stops_everything_before_the_first_write() {
    let server = Server::start().await;
    let directory = Directory::new("conflict");
    server.put("smb", None, small_scorecard("smb")).await;
    directory.write("default.yaml", default_scorecard().replace("    weight: 40\n", "    weight: 45\n"));
    directory.write("new.yaml", small_scorecard("new"));
    directory.write("smb.yaml", small_scorecard("smb").replace("full_at: 0", "full_at: 1"));
    let world = &server.world;
    let meanwhile = async {
        put(world, "smb", Some("\"1\""), small_scorecard("smb").replace("full_at: 0", "full_at: 2")).await;
        put(world, "new", None, small_scorecard("new")).await;
    };
    let somebody = Hesitant { meanwhile: Some(Box::pin(meanwhile)), answer: b"yes\n" };
    let ran = server.keepwell_with(&directory, &["apply", "@"], Some(Box::new(somebody))).await;
    insta::assert_snapshot!("conflict", ran.err);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("[y/N]") && !ran.out.contains("Wrote"), "{}", ran.out);
    assert_eq!((server.versions("default").await, server.versions("smb").await), (1, 2));
}

#[tokio::test]
async fn what_changes_between_two_writes_is_not_overwritten_and_what_was_written_is_said() {
    let world = World::new().await;
    put(&world, "mid", None, small_scorecard("mid")).await;
    // Somebody else is a moment faster: their change arrives just before ours.
    let system = world.system.clone();
    let faster = from_fn(move |request: Request, next: Next| {
        let (system, ours) =
            (system.clone(), request.method() == Method::PUT && request.uri().path() == "/v1/scorecards/mid");
        async move {
            if ours {
                let token = system.gateway().token(Role::Admin).unwrap();
                let theirs = http::Request::put("/v1/scorecards/mid")
                    .header("authorization", format!("Bearer {token}"))
                    .header("content-type", "application/yaml")
                    .header("if-match", "\"1\"")
                    .body(Body::from(small_scorecard("mid").replace("full_at: 0", "full_at: 2")))
                    .unwrap();
                let reply = system.router().oneshot(theirs).await.unwrap();
                assert_eq!(reply.status(), 200);
            }
            next.run(request).await
        }
    });
    let router = world.system.router().layer(faster);
    let server = Server::serve(world, router).await;
    let directory = Directory::new("race");
    directory.write("1.yaml", small_scorecard("first"));
    directory.write("2.yaml", small_scorecard("mid").replace("full_at: 0", "full_at: 1"));
    directory.write("3.yaml", small_scorecard("third"));
    let ran = server.keepwell(&directory, &["apply", "@", "--yes"], None).await;
    insta::assert_snapshot!("race", ran.err);
    assert_eq!(ran.code, 1);
    assert!(ran.out.ends_with("Wrote scorecard first, version 1.\n"), "{}", ran.out);
    assert_eq!((server.versions("first").await, server.versions("mid").await), (1, 2));
    assert_eq!(server.world.call_as(Role::Viewer, Method::GET, "/v1/scorecards/third").send().await.status, 404);
}
