//! `apply`: writes what the plan said, and nothing when the server is no longer what the plan saw.

use super::CodeError;
use super::console::Console;
use super::plan::{Change, Plan, Step};
use super::remote::{Remote, RemoteError};

/// Makes the server equal to the files. Every version is checked before the first is written, and each write names the
/// version that it takes the place of, so that nothing of anybody else's is lost.
pub(super) async fn apply(remote: &Remote, plan: &Plan, console: &mut Console<'_>) -> Result<(), CodeError> {
    let steps: Vec<&Step> = plan.steps.iter().filter(|step| step.changes_something()).collect();
    check(remote, &steps).await?;
    let mut written = Vec::new();
    let mut steps = steps.into_iter();
    while let Some(step) = steps.next() {
        let document = &step.document;
        match remote.put(document, step.change.etag()).await {
            Ok(version) => {
                console.say(format_args!("Wrote {} {}, version {version}.", document.kind, document.id));
                written.push(name(step));
            }
            Err(source) => {
                let left: Vec<_> = steps.map(name).collect();
                return Err(CodeError::Write { outcome: outcome(&name(step), &source, &written, &left), source });
            }
        }
    }
    Ok(())
}

/// Whether the server has what the plan saw.
async fn check(remote: &Remote, steps: &[&Step]) -> Result<(), CodeError> {
    let mut stale = Vec::new();
    for step in steps {
        let document = &step.document;
        let failed = |source| CodeError::Compare { path: document.path.clone(), source };
        let now = remote.get(document.kind, &document.id).await.map_err(failed)?;
        let same = match (&step.change, &now) {
            (Change::Changed(seen), Some(now)) => seen.etag == now.etag,
            (Change::New, None) => true,
            _ => false,
        };
        if !same {
            stale.push(name(step));
        }
    }
    if stale.is_empty() { Ok(()) } else { Err(CodeError::Stale { stale }) }
}

fn name(step: &Step) -> String {
    format!("{} {}", step.document.kind, step.document.id)
}

/// What a failed write leaves behind.
fn outcome(failed: &str, source: &RemoteError, written: &[String], left: &[String]) -> String {
    let refused = matches!(source, RemoteError::NotAllowed { .. } | RemoteError::Stale | RemoteError::Refused { .. });
    let certainty =
        if refused { "was not written" } else { "may have been written or not: run `keepwell plan` to see" };
    let mut text = format!("{failed} {certainty}");
    for (documents, what) in [(written, "written before it"), (left, "not tried after it")] {
        if !documents.is_empty() {
            text = format!("{text}; {what}: {}", documents.join(", "));
        }
    }
    text
}
