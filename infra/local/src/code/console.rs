//! Whom a command talks to: the two streams, whether they take colours, and who may be asked.

use std::fmt::Display;
use std::io::{BufRead, BufReader, IsTerminal as _, Write};

use annotate_snippets::renderer::{AnsiColor, Effects, Style};

/// The terminal, or what stands in its place. Nothing fails because nobody reads: a closed pipe ends no command half-way.
pub struct Console<'a> {
    /// Results.
    pub out: &'a mut (dyn Write + Send),
    /// What went wrong.
    pub err: &'a mut (dyn Write + Send),
    /// Where answers come from; `None` when nobody sits there.
    pub input: Option<Box<dyn BufRead + Send + 'a>>,
    /// Whether results may have colours.
    pub colours: bool,
}

impl std::fmt::Debug for Console<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Console").field("colours", &self.colours).finish_non_exhaustive()
    }
}

/// Runs something with the console of this process. Colours are for terminals, unless `NO_COLOR` is set (no-color.org).
pub(crate) async fn with_terminal<T>(run: impl AsyncFnOnce(&mut Console<'_>) -> T) -> T {
    let (mut out, mut err) = (std::io::stdout(), std::io::stderr());
    let colours = out.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let somebody = std::io::stdin().is_terminal() && out.is_terminal();
    let stdin: Box<dyn BufRead + Send> = Box::new(BufReader::new(std::io::stdin()));
    let input = somebody.then_some(stdin);
    run(&mut Console { out: &mut out, err: &mut err, input, colours }).await
}

impl Console<'_> {
    /// A line of the result.
    pub(super) fn say(&mut self, line: impl Display) {
        let _ = writeln!(self.out, "{line}");
    }

    /// Asks; `None` when nobody can be asked.
    pub(super) fn confirm(&mut self, question: &str) -> Option<bool> {
        let input = self.input.as_mut()?;
        let _ = write!(self.out, "{question} [y/N] ");
        let _ = self.out.flush();
        let mut answer = String::new();
        let read = input.read_line(&mut answer).unwrap_or_default();
        if read == 0 {
            let _ = writeln!(self.out);
        }
        Some(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
    }

    /// The text in this style, if there are colours.
    pub(super) fn painted(&self, style: Style, text: impl Display) -> String {
        if self.colours { format!("{style}{text}{style:#}") } else { text.to_string() }
    }
}

/// What is added.
pub(super) const ADDED: Style = AnsiColor::Green.on_default();
/// What is taken away, and what is wrong.
pub(super) const REMOVED: Style = AnsiColor::Red.on_default();
/// What is changed.
pub(super) const CHANGED: Style = AnsiColor::Yellow.on_default();
/// What matters less.
pub(super) const QUIET: Style = Style::new().effects(Effects::DIMMED);
/// Headings.
pub(super) const BOLD: Style = Style::new().effects(Effects::BOLD);
