//! Scorecards and automations as code: the real command line against the real system, over a real socket.

mod both_ways;
mod plan;
mod validate;

use std::fs;
use std::io::BufRead;
use std::path::PathBuf;

use axum::Router;
use http::Method;
use keepwell_aws::http::Role;
use keepwell_local::code::console::Console;
use keepwell_local::command::run_with;
use keepwell_tests::World;

/// A directory that is removed at the end of the story.
struct Directory(PathBuf);

impl Directory {
    fn new(story: &str) -> Self {
        let path = std::env::temp_dir().join(format!("keepwell-code-{story}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// What a command said and how it ended.
#[derive(Debug)]
struct Ran {
    code: u8,
    out: String,
    err: String,
}

impl Ran {
    /// Everything, for a snapshot.
    fn shown(&self) -> String {
        let Self { code, out, err } = self;
        let err = if err.is_empty() { String::new() } else { format!("--- standard error\n{err}") };
        format!("{out}{err}--- exit code {code}\n")
    }
}

/// Somebody's answers.
type Input<'a> = Box<dyn BufRead + Send + 'a>;

fn typed(answer: &str) -> Input<'_> {
    Box::new(answer.as_bytes())
}

/// Runs a command line as somebody at a terminal who answers `answer`; `None` when nobody is there.
///
/// Words that begin with `@` are files of the directory, whose own path is taken out of what is said.
async fn keepwell(directory: &Directory, words: &[&str], answer: Option<&str>) -> Ran {
    keepwell_with(directory, words, answer.map(typed)).await
}

async fn keepwell_with(directory: &Directory, words: &[&str], input: Option<Input<'_>>) -> Ran {
    let words = words.iter().map(|word| word.strip_prefix('@').map_or((*word).to_owned(), |name| directory.path(name)));
    let words: Vec<String> = ["keepwell".to_owned()].into_iter().chain(words).collect();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = run_with(words, &mut Console { out: &mut out, err: &mut err, input, colours: false }).await;
    let base = directory.path("");
    let said = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(&base, "");
    Ran { code, out: said(out), err: said(err) }
}

/// A local system that answers on a port of its own.
struct Server {
    world: World,
    url: String,
}

impl Server {
    async fn start() -> Self {
        let world = World::new().await;
        let router = world.system.router();
        Self::serve(world, router).await
    }

    /// The system with something around it.
    async fn serve(world: World, router: Router) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, router).into_future());
        Self { world, url }
    }

    /// Runs a command that talks to this server; the port is taken out of what is said.
    async fn keepwell(&self, directory: &Directory, words: &[&str], answer: Option<&str>) -> Ran {
        self.keepwell_with(directory, words, answer.map(typed)).await
    }

    async fn keepwell_with(&self, directory: &Directory, words: &[&str], input: Option<Input<'_>>) -> Ran {
        let words: Vec<&str> = words.iter().copied().chain(["--server", self.url.as_str()]).collect();
        let Ran { code, out, err } = keepwell_with(directory, &words, input).await;
        let said = |text: String| text.replace(&self.url, "http://[server]");
        Ran { code, out: said(out), err: said(err) }
    }

    /// Somebody else sets a scorecard.
    async fn put(&self, id: &str, etag: Option<&str>, yaml: String) {
        put(&self.world, id, etag, yaml).await;
    }

    async fn versions(&self, id: &str) -> usize {
        self.world.get(&format!("/v1/scorecards/{id}/versions")).await["items"].as_array().map_or(0, Vec::len)
    }
}

/// An administrator sets a scorecard.
async fn put(world: &World, id: &str, etag: Option<&str>, yaml: String) {
    let mut call = world.call_as(Role::Admin, Method::PUT, &format!("/v1/scorecards/{id}"));
    if let Some(etag) = etag {
        call = call.header("if-match", etag);
    }
    call.raw("application/yaml", yaml).send().await.expect_status(200);
}

/// The scorecard that Keepwell ships.
fn default_scorecard() -> &'static str {
    keepwell_domain::score::scorecard::Scorecard::default_document()
}

/// An automation that Keepwell does not ship, with what a text file can have.
const SLIPPING: &str = "\
# Für alle, die abrutschen.\r
format: 1
id: slipping
name: A customer is slipping
on: true
trigger:
  health_status_changed: { from: [healthy, thriving], to: [steady, struggling] }   # not from unknown
actions:
  - task:
      title: \"Talk to {{ customer.name }}\"
      priority: high
      due_in_working_days: 2
      assignee: owner
";

/// A small scorecard for the customers of one plan.
fn small_scorecard(id: &str) -> String {
    format!(
        "# For {id}.\nformat: 1\nid: {id}\napplies_to: {{ all: [{{ field: plan, in: [{id}] }}] }}\ndimensions:\n  - id: usage\n    weight: 1\n    rules:\n      \
         - {{ id: last_seen, measure: usage.days_since_last_seen, weight: 1, points: {{ linear: {{ zero_at: 30, full_at: 0 }} }} }}\n"
    )
}
