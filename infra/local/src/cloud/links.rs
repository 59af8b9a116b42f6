//! The links of a mail, so that a test or the mailbox page can follow them as a customer would.

/// Every `href` of `html` in order, then the web addresses of a `List-Unsubscribe` header; each once.
pub(super) fn links(html: &str, list_unsubscribe: &str) -> Vec<String> {
    let unsubscribe = list_unsubscribe
        .split(',')
        .filter_map(|address| address.trim().strip_prefix('<')?.strip_suffix('>'))
        .filter(|address| address.starts_with("http"))
        .map(str::to_owned);
    let mut links = Vec::new();
    for link in hrefs(html).into_iter().chain(unsubscribe) {
        if !links.contains(&link) {
            links.push(link);
        }
    }
    links
}

/// The value of each `href` attribute, whatever its quotes.
fn hrefs(html: &str) -> Vec<String> {
    let lower = html.to_ascii_lowercase();
    let mut found = Vec::new();
    for (position, name) in lower.match_indices("href") {
        let starts_a_word = lower.get(..position).is_some_and(|before| before.ends_with(|c: char| c.is_whitespace()));
        let value =
            html.get(position + name.len()..).and_then(|rest| rest.trim_start().strip_prefix('=')).map(str::trim_start);
        let (true, Some(value)) = (starts_a_word, value) else {
            continue;
        };
        let quoted = |quote: char| value.strip_prefix(quote).and_then(|inner| inner.split(quote).next());
        let bare = || value.split(|c: char| c.is_whitespace() || c == '>').next();
        if let Some(target) = quoted('"').or_else(|| quoted('\'')).or_else(bare) {
            found.push(unescape(target.trim()));
        }
    }
    found
}

/// Resolves the character references that occur in addresses: the five of XML, and numbers.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let reference = after.split_once(';').and_then(|(name, tail)| Some((character(name)?, tail)));
        let (character, tail) = reference.unwrap_or(('&', after));
        plain.push(character);
        rest = tail;
    }
    plain.push_str(rest);
    plain
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::links;

    #[test]
    fn every_link_appears_once_in_order_and_unescaped() {
        let html = r#"<a class=x href="https:&#x2f;&#47;a.example/?b=1&amp;c=2">A</a>
            <A HREF = 'https://b.example/'>B</A> <a href=https://c.example/x>C</a>
            <a href="https://b.example/">B again</a> <a data-href="no">D</a> <a href="?q&r=1;2">E</a>"#;
        assert_eq!(
            links(html, "<mailto:stop@example.com>, <https://u.example/?t=1>"),
            [
                "https://a.example/?b=1&c=2",
                "https://b.example/",
                "https://c.example/x",
                "?q&r=1;2",
                "https://u.example/?t=1"
            ]
        );
    }
}
