//! The texts that people get: mails, the public pages, and the words of tasks.
//!
//! Templates are part of the binary (`templates/`), so that what was tested is what is sent. They are strict: a variable
//! that is missing is an error, never an empty place in a mail. HTML is escaped, whatever a customer is called.

use std::fmt::Write;
use std::sync::LazyLock;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use keepwell_domain::happiness::HappinessLevel;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior};
use sha2::{Digest, Sha256};

/// The one style block of the public pages.
pub const PAGE_STYLE: &str = include_str!("../templates/pages/style.css");

/// How many steps a text of an automation may take. It is written by users, so a loop must end.
const TEXT_FUEL: u64 = 10_000;

/// The `Content-Security-Policy` of every public page: no script at all, no request to anywhere, and its own style only.
pub fn page_security_policy() -> &'static str {
    static POLICY: LazyLock<String> = LazyLock::new(|| {
        let hash = BASE64_STANDARD.encode(Sha256::digest(PAGE_STYLE));
        format!(
            "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        )
    });
    &POLICY
}

/// A mail, ready to be put into MIME.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedMail {
    /// One line without control characters.
    pub subject: String,
    /// The plain text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

/// Why a text could not be made.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// No template has that name.
    #[error("there is no template {name}")]
    NoTemplate {
        /// The name that was asked for.
        name: String,
    },
    /// A variable is missing, or the text is not a template.
    #[error("template {name} could not be rendered")]
    Template {
        /// The template.
        name: String,
        /// What was wrong.
        #[source]
        source: Error,
    },
    /// A subject must be one line of text; anything else could become a header of its own.
    #[error("the subject of {name} is not a single line of text")]
    Subject {
        /// The template.
        name: String,
    },
}

/// All templates, parsed once.
#[derive(Debug)]
pub struct Templates {
    /// Mails and pages: `null` must not be printed.
    ours: Environment<'static>,
    /// Texts of automations: `null` reads "unknown", because a task without a detail is better than no task.
    texts: Environment<'static>,
}

macro_rules! embedded {
    ($($name:literal),+ $(,)?) => { &[$(($name, include_str!(concat!("../templates/", $name)))),+] };
}

/// Every template file; a macro because `include_str!` wants its path as a literal, and name and path must not differ.
const FILES: &[(&str, &str)] = embedded![
    "mails/layout.html",
    "mails/contact.html",
    "mails/contact.txt",
    "mails/feedback-request/subject.txt",
    "mails/feedback-request/body.txt",
    "mails/feedback-request/body.html",
    "mails/status-struggling/subject.txt",
    "mails/status-struggling/body.txt",
    "mails/status-struggling/body.html",
    "mails/status-steady/subject.txt",
    "mails/status-steady/body.txt",
    "mails/status-steady/body.html",
    "mails/status-healthy/subject.txt",
    "mails/status-healthy/body.txt",
    "mails/status-healthy/body.html",
    "mails/status-thriving/subject.txt",
    "mails/status-thriving/body.txt",
    "mails/status-thriving/body.html",
    "mails/churn-risk-alert/subject.txt",
    "mails/churn-risk-alert/body.txt",
    "mails/churn-risk-alert/body.html",
    "mails/written-to-contact/subject.txt",
    "mails/written-to-contact/body.txt",
    "mails/written-to-contact/body.html",
    "mails/written-to-team/subject.txt",
    "mails/written-to-team/body.txt",
    "mails/written-to-team/body.html",
    "pages/layout.html",
    "pages/feedback.html",
    "pages/thanks.html",
    "pages/closed.html",
    "pages/expired.html",
    "pages/not_found.html",
    "pages/unsubscribe.html",
    "pages/unsubscribed.html",
    "pages/problem.html",
];

impl Templates {
    /// The templates that Keepwell ships.
    #[expect(
        clippy::expect_used,
        clippy::missing_panics_doc,
        reason = "the templates are constants of the binary, and a test loads them"
    )]
    pub fn shipped() -> Self {
        let mut ours = environment(None);
        ours.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().unwrap_or_default());
        for (name, source) in FILES {
            ours.add_template(name, source).expect("an embedded template must parse");
        }
        ours.add_global("style", Value::from_safe_string(PAGE_STYLE.to_owned()));
        ours.add_global(
            "answers",
            HappinessLevel::ALL
                .iter()
                .map(|level| Value::from_pairs([("word", level.as_str()), ("title", level.title())]))
                .collect::<Value>(),
        );
        let mut texts = environment(Some("unknown"));
        texts.set_fuel(Some(TEXT_FUEL));
        Self { ours, texts }
    }

    /// Whether there is a mail template of that name.
    pub fn has_mail(&self, template: &str) -> bool {
        self.ours.get_template(&format!("mails/{template}/subject.txt")).is_ok()
    }

    /// The mail of a template (a folder below `templates/mails/`).
    pub fn mail(&self, template: &str, variables: &serde_json::Value) -> Result<RenderedMail, RenderError> {
        let part = |file: &str| self.render(&format!("mails/{template}/{file}"), variables);
        let subject = part("subject.txt")?.trim().to_owned();
        let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        if subject.is_empty() || subject.contains(breaks) {
            return Err(RenderError::Subject { name: template.to_owned() });
        }
        Ok(RenderedMail { subject, text: part("body.txt")?, html: part("body.html")? })
    }

    /// A public page (a file below `templates/pages/`, without `.html`). Each file says which variables it needs.
    /// Serve it with [`page_security_policy`].
    pub fn page(&self, name: &str, variables: &serde_json::Value) -> Result<String, RenderError> {
        self.render(&format!("pages/{name}.html"), variables)
    }

    /// A plain text from a source that is not ours, such as the title of an automation's task. Nothing is escaped.
    pub fn text(&self, source: &str, variables: &serde_json::Value) -> Result<String, RenderError> {
        self.texts
            .render_named_str("text", source, Value::from(Serde(variables)))
            .map_err(|source| RenderError::Template { name: "text".to_owned(), source })
    }

    fn render(&self, name: &str, variables: &serde_json::Value) -> Result<String, RenderError> {
        let template = self.ours.get_template(name).map_err(|_| RenderError::NoTemplate { name: name.to_owned() })?;
        template
            .render(Value::from(Serde(variables)))
            .map(|text| format!("{}\n", text.trim()))
            .map_err(|source| RenderError::Template { name: name.to_owned(), source })
    }
}

/// A strict environment that escapes templates whose name ends in `.html`, and prints `null` as `null`, if at all.
fn environment(null: Option<&'static str>) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|name| {
        let html = name.rsplit_once('.').is_some_and(|(_, extension)| extension == "html");
        if html { AutoEscape::Html } else { AutoEscape::None }
    });
    environment.set_formatter(move |output, state, value| write_value(output, state, value, null));
    environment
}

/// Minijinja's own formatter would also turn `/` into `&#x2f;`, which makes links unreadable and a third longer.
fn write_value(
    output: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
    null: Option<&str>,
) -> Result<(), Error> {
    let text = match (value.is_none(), null) {
        (false, _) => value.to_string(),
        (true, Some(null)) => null.to_owned(),
        (true, None) => {
            return Err(Error::new(ErrorKind::InvalidOperation, "a variable that is null was printed"));
        }
    };
    if value.is_safe() || matches!(state.auto_escape(), AutoEscape::None) {
        return output.write_str(&text).map_err(Error::from);
    }
    for character in text.chars() {
        match character {
            '&' => output.write_str("&amp;")?,
            '<' => output.write_str("&lt;")?,
            '>' => output.write_str("&gt;")?,
            '"' => output.write_str("&quot;")?,
            '\'' => output.write_str("&#39;")?,
            other => output.write_char(other)?,
        }
    }
    Ok(())
}
