//! The writer's own words: without markup, code, quoted mail and signature.
//!
//! Text without any of these stays as it is, so that VADER sees what its authors' program would see.

/// Elements whose content is not what the writer says.
const HIDDEN: [&str; 6] = ["blockquote", "code", "head", "pre", "script", "style"];

/// Elements that stand within a word or sentence; every other one ends a line.
const INLINE: [&str; 12] = ["a", "b", "em", "font", "i", "mark", "small", "span", "strong", "sub", "sup", "u"];

/// What the writer says.
pub(super) fn own_words(text: &str) -> String {
    without_quotes(&without_markup(text))
}

/// The text without HTML tags and with its entities resolved. `<3` and `>:(` are no tags.
fn without_markup(text: &str) -> String {
    match visible(text, &HIDDEN) {
        Visible { text, is_open: false } => text,
        // What never ends is no element: "enter <code> here".
        _ => visible(text, &[]).text,
    }
}

struct Visible {
    text: String,
    /// Whether an element that hides its content was left open.
    is_open: bool,
}

/// What is to be seen of an HTML text when these elements hide their content.
fn visible(text: &str, hiding: &[&str]) -> Visible {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut depth = 0_usize;
    while let Some(at) = rest.find(['<', '&']) {
        let (before, from) = rest.split_at(at);
        if depth == 0 {
            out.push_str(before);
        }
        if let Some((tag, after)) = Tag::at_start(from) {
            if hiding.contains(&tag.name.as_str()) {
                depth = if tag.closes { depth.saturating_sub(1) } else { depth + 1 };
            }
            if !INLINE.contains(&tag.name.as_str()) {
                out.push('\n');
            }
            rest = after;
            continue;
        }
        let (written, after) = entity_at_start(from).unwrap_or_else(|| {
            let (sign, after) = from.split_at(1);
            (sign.chars().next(), after)
        });
        if depth == 0 {
            out.extend(written);
        }
        rest = after;
    }
    if depth == 0 {
        out.push_str(rest);
    }
    Visible { text: out, is_open: depth > 0 }
}

struct Tag {
    name: String,
    closes: bool,
}

impl Tag {
    /// The tag that `text` begins with, and what follows it.
    fn at_start(text: &str) -> Option<(Self, &str)> {
        let inner = text.strip_prefix('<')?;
        // Only as far as the next sign of a tag: a text of nothing but `<` must not be searched to its end for each.
        let (inner, after) = inner.split_at(inner.find(['<', '>'])?);
        let after = after.strip_prefix('>')?;
        let (closes, inner) = inner.strip_prefix('/').map_or((false, inner), |inner| (true, inner));
        inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!').then(|| {
            let name = inner.chars().take_while(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
            (Self { name, closes }, after)
        })
    }
}

/// The character that the entity at the start of `text` stands for (`None` when it stands for nothing that can be written), and
/// what follows it.
fn entity_at_start(text: &str) -> Option<(Option<char>, &str)> {
    let semicolon = text.bytes().take(10).position(|byte| byte == b';')?;
    let (entity, after) = text.split_at(semicolon + 1);
    let name = entity.strip_prefix('&')?.strip_suffix(';')?;
    let character = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        number => {
            let number = number.strip_prefix('#')?;
            let hexadecimal = number.strip_prefix(['x', 'X']).map(|digits| u32::from_str_radix(digits, 16));
            char::from_u32(hexadecimal.unwrap_or_else(|| number.parse()).ok()?)
        }
    };
    Some((character, after))
}

/// The lines that are neither code between fences, nor quoted from an earlier mail, nor the signature.
fn without_quotes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_code = false;
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let said = line.trim();
        if let Some(opened) = said.strip_prefix("```") {
            in_code ^= !opened.contains("```");
            continue;
        }
        if in_code || is_quoted(said) || is_introduction(said) {
            continue;
        }
        let next = lines.peek().map_or("", |line| line.trim());
        if line == "-- " || (begins_earlier_mail(said, next) && !out.trim_start().is_empty()) {
            break;
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// `> so`, but not the face `>:(`.
fn is_quoted(line: &str) -> bool {
    let quoted = line.strip_prefix('>').map(|rest| rest.chars().next());
    quoted.is_some_and(|first| first.is_none_or(|c| c == '>' || c.is_whitespace() || c.is_alphanumeric()))
}

/// `On Monday Ann wrote:`
fn is_introduction(line: &str) -> bool {
    line.starts_with("On ") && line.ends_with("wrote:")
}

/// The head of the mail that is answered, as Outlook writes it: all after it is that mail. At the start of a text it is the head
/// of what was put there to be read.
fn begins_earlier_mail(line: &str, next: &str) -> bool {
    (line.starts_with("-----") && line.contains("Original Message"))
        || (line.starts_with("From:") && ["Sent:", "Date:"].iter().any(|field| next.starts_with(field)))
}
