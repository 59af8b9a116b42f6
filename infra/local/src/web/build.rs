//! Builds the console from its sources, when there are sources and Node.js. A failure never stops the API.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Instant, SystemTime};

use super::{Console, Files, State, embedded};

/// The oldest Node.js that the build tools run on.
const NODE: (u32, u32) = (20, 19);

/// The name in `web/package.json`: another project's `web` folder is none of ours.
const PACKAGE: &str = "\"keepwell-console\"";

/// What a build of the console is made from.
const SOURCES: [&str; 7] =
    ["src", "scripts", "index.html", "package.json", "package-lock.json", "vite.config.ts", "svelte.config.js"];

/// What is done about the console at the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Plan {
    /// npm builds it.
    Build,
    /// The build on disk is served.
    OnDisk,
    /// The one inside the program is served.
    Embedded,
    /// A page says what to do.
    Placeholder,
}

/// The build on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDisk {
    /// There is none.
    Absent,
    /// A source is newer than it.
    Outdated,
    /// It is what the sources say.
    Current,
}

/// What the decision is made from.
#[derive(Debug, Clone, Copy)]
pub struct Situation {
    /// The build on disk.
    pub on_disk: OnDisk,
    /// There are sources, Node.js is there and new enough, and `--no-web-build` did not forbid it.
    pub can_build: bool,
    /// The program carries a console.
    pub embedded: bool,
}

/// What to do.
pub fn decide(situation: Situation) -> Plan {
    match situation {
        Situation { can_build: true, on_disk: OnDisk::Absent | OnDisk::Outdated, .. } => Plan::Build,
        Situation { on_disk: OnDisk::Current | OnDisk::Outdated, .. } => Plan::OnDisk,
        Situation { embedded: true, .. } => Plan::Embedded,
        _ => Plan::Placeholder,
    }
}

/// Prepares the console. Says in one line what is served, and, when npm has to work, builds on a thread of its own and says how it
/// went: the API does not wait.
pub fn prepare(may_build: bool, say: fn(&str)) -> Console {
    let folder = sources();
    let dist = folder.as_ref().map(|folder| folder.join("dist"));
    let built_at = dist.as_ref().and_then(|dist| modified(&dist.join("index.html")));
    let on_disk = match built_at {
        None => OnDisk::Absent,
        Some(_) if folder.as_ref().is_some_and(|folder| newest(folder) > built_at) => OnDisk::Outdated,
        Some(_) => OnDisk::Current,
    };
    // Node.js is asked only when there is something to build.
    let can_build = may_build && folder.is_some() && on_disk != OnDisk::Current && node_is_there();
    let situation = Situation { on_disk, can_build, embedded: !embedded::FILES.is_empty() };
    match (decide(situation), folder, dist) {
        (Plan::Build, Some(folder), _) => {
            say("  console  npm is building it; the page shows it when it is ready");
            let console = Console::new(State::Building);
            let mine = console.clone();
            std::thread::spawn(move || mine.set(build_and_tell(&folder, say)));
            console
        }
        (Plan::OnDisk, _, Some(dist)) => {
            let newer = if on_disk == OnDisk::Outdated { ", older than its sources" } else { "" };
            say(&format!("  console  the build on disk ({}){newer}", dist.display()));
            Console::new(State::Ready(Files::Folder(dist)))
        }
        (Plan::Embedded, ..) => {
            say("  console  the one that this program carries");
            Console::new(State::Ready(Files::Embedded(embedded::FILES)))
        }
        _ => {
            say("  console  not built: the page says what to do");
            Console::new(State::Missing(None))
        }
    }
}

/// Builds, says how it went, and answers what can be served now.
fn build_and_tell(folder: &Path, say: fn(&str)) -> State {
    let started = Instant::now();
    let dist = folder.join("dist");
    match build(folder, say) {
        Ok(()) => {
            say(&format!("Console: built in {} s.", started.elapsed().as_secs()));
            State::Ready(Files::Folder(dist))
        }
        Err(failure) => {
            let (instead, state) = if dist.join("index.html").is_file() {
                ("The older build is served.", State::Ready(Files::Folder(dist)))
            } else if embedded::FILES.is_empty() {
                ("A page stands in its place.", State::Missing(Some(failure.clone())))
            } else {
                ("The one that this program carries is served.", State::Ready(Files::Embedded(embedded::FILES)))
            };
            say(&format!("Console: the build failed. {instead} The API is not affected.\n{failure}"));
            state
        }
    }
}

/// `npm ci` when packages are missing or other than the lock file says, then `npm run build`.
fn build(folder: &Path, say: fn(&str)) -> Result<(), String> {
    let installed = modified(&folder.join("node_modules/.package-lock.json"));
    if installed.is_none() || modified(&folder.join("package-lock.json")) > installed {
        say("Console: npm ci installs its packages; the first time takes a minute.");
        npm(folder, &["ci", "--no-audit", "--no-fund"])?;
        say("Console: packages installed; npm run build.");
    }
    npm(folder, &["run", "build"])
}

/// Runs npm to its end. The error is the end of what it said.
fn npm(folder: &Path, arguments: &[&str]) -> Result<(), String> {
    let said = |output: &[u8]| {
        let text = String::from_utf8_lossy(output);
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        lines.iter().skip(lines.len().saturating_sub(12)).map(|line| format!("  {line}")).collect::<Vec<_>>()
    };
    let output = Command::new("npm")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .env("NO_COLOR", "1")
        .output()
        .map_err(|error| format!("  npm cannot be started: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let lines = [said(&output.stdout), said(&output.stderr)].concat();
    Err(format!("  npm {} ended with {}\n{}", arguments.join(" "), output.status, lines.join("\n")))
}

/// The folder of the console's sources: below the current folder or one above it, or above the program itself.
fn sources() -> Option<PathBuf> {
    let starts = [std::env::current_dir().ok(), std::env::current_exe().ok()];
    starts
        .iter()
        .flatten()
        .find_map(|start| start.ancestors().map(|folder| folder.join("web")).find(|web| is_ours(web)))
}

fn is_ours(folder: &Path) -> bool {
    std::fs::read_to_string(folder.join("package.json")).is_ok_and(|text| text.contains(PACKAGE))
}

fn node_is_there() -> bool {
    let output = Command::new("node").arg("--version").stdin(Stdio::null()).output();
    output.is_ok_and(|output| is_new_enough(&String::from_utf8_lossy(&output.stdout)))
}

/// Whether `v20.19.0` and its like is not too old.
fn is_new_enough(version: &str) -> bool {
    let mut parts = version.trim().trim_start_matches('v').split('.').map_while(|part| part.parse::<u32>().ok());
    parts.next().zip(parts.next()).is_some_and(|version| version >= NODE)
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

/// When the newest source was changed. What cannot be read counts as old.
fn newest(folder: &Path) -> Option<SystemTime> {
    SOURCES.iter().filter_map(|name| newest_below(&folder.join(name)).ok().flatten()).max()
}

fn newest_below(path: &Path) -> io::Result<Option<SystemTime>> {
    if !path.is_dir() {
        return Ok(modified(path));
    }
    let mut found = None;
    for entry in std::fs::read_dir(path)? {
        found = found.max(newest_below(&entry?.path())?);
    }
    Ok(found)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
