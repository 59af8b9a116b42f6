//! What is wrong, as a compiler would print it, or as JSON for other programs.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde_json::{Value, json};

use super::check::{Document, Finding, Kind};
use super::console::{BOLD, Console};

/// Prints every problem and how many there are.
pub(super) fn print_problems(console: &mut Console<'_>, findings: &[Finding]) {
    let renderer = if console.colours { Renderer::styled() } else { Renderer::plain() };
    for finding in findings {
        let text = rendered(finding, &renderer);
        console.say(format_args!("{text}\n"));
    }
    let mut files: Vec<_> = findings.iter().map(|finding| &finding.path).collect();
    files.dedup();
    let summary = format!("{} in {}.", count(findings.len(), "problem"), count(files.len(), "file"));
    let summary = console.painted(BOLD, summary);
    console.say(summary);
}

fn rendered(finding: &Finding, renderer: &Renderer) -> String {
    let path = finding.path.display().to_string();
    let label = (finding.pointer.rfind('/') > Some(0)).then_some(finding.pointer.as_str());
    let annotation = AnnotationKind::Primary.span(finding.span.clone()).label(label);
    let snippet = Snippet::source(&finding.source_line).line_start(finding.line).path(path).annotation(annotation);
    renderer.render(&[Level::ERROR.primary_title(finding.message.as_str()).element(snippet)])
}

/// One object for each problem.
pub(super) fn as_json(findings: &[Finding]) -> Value {
    let problem = |finding: &Finding| {
        json!({
            "file": finding.path.display().to_string(),
            "line": finding.line,
            "column": finding.column,
            "pointer": finding.pointer,
            "message": finding.message,
        })
    };
    findings.iter().map(problem).collect()
}

/// Says that everything is valid.
pub(super) fn print_valid(console: &mut Console<'_>, documents: &[Document]) {
    let kinds = Kind::ALL.map(|kind| (kind, documents.iter().filter(|document| document.kind == kind).count()));
    let kinds = kinds.iter().filter(|(_, number)| *number > 0);
    let kinds: Vec<_> = kinds.map(|(kind, number)| count(*number, &kind.to_string())).collect();
    let verb = if documents.len() == 1 { "is" } else { "are" };
    console.say(format_args!("{} {verb} valid.", kinds.join(" and ")));
}

/// `1 file`, `2 files`.
pub(super) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
