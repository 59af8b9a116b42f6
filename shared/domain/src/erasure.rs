//! How one person is taken out of texts that stay: the team's notes, tasks and timeline.
//!
//! What the person wrote goes wholly. In what others wrote, the person's address goes wherever it stands. So does a name of two words or
//! more; a single word ("May", "Support") may mean something else, and goes only from what is about the person.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::id::{EmailAddress, RecordId};

/// What stands in place of a person.
pub const ERASED: &str = "[erased]";

/// Somebody who is to be forgotten.
#[derive(Clone, Default)]
pub struct Person {
    /// The names by which the person was known.
    names: BTreeSet<String>,
    /// The same with the first names.
    words: BTreeSet<String>,
    /// Addresses, in lower case.
    addresses: BTreeSet<String>,
}

crate::debug_only!(Person {});

impl Person {
    /// Adds a name.
    pub fn named(&mut self, name: &str) {
        let name = name.trim();
        if name.is_empty() || name.contains('@') {
            return;
        }
        self.words.insert(name.to_owned());
        let first = name.split_whitespace().next().unwrap_or(name);
        if first != name {
            self.names.insert(name.to_owned());
            self.words.insert(first.to_owned());
        }
    }

    /// Adds an address.
    pub fn reached_at(&mut self, address: &EmailAddress) {
        self.addresses.insert(address.normalised());
    }

    /// Whether a text, such as the id of a user, is the person's address.
    pub fn is_address(&self, text: &str) -> bool {
        self.addresses.contains(&text.to_ascii_lowercase())
    }

    /// Whether no name is known: then nothing can be taken out of a text.
    pub fn is_nameless(&self) -> bool {
        self.words.is_empty()
    }

    /// The text without the person; `None` when it does not name the person. `about` the person, first names count too.
    ///
    /// A text that is JSON is looked at string by string, and stays JSON.
    pub fn taken_out_of(&self, text: &str, about: bool) -> Option<String> {
        if text.starts_with(['{', '['])
            && let Ok(mut value) = serde_json::from_str::<Value>(text)
        {
            return self.take_out_of_value(&mut value, about).then(|| value.to_string());
        }
        self.taken_out_of_words(text, about)
    }

    fn take_out_of_value(&self, value: &mut Value, about: bool) -> bool {
        match value {
            Value::String(text) => match self.taken_out_of_words(text, about) {
                Some(without) => {
                    *text = without;
                    true
                }
                None => false,
            },
            Value::Array(items) => items.iter_mut().fold(false, |any, item| any | self.take_out_of_value(item, about)),
            Value::Object(fields) => {
                fields.values_mut().fold(false, |any, field| any | self.take_out_of_value(field, about))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }

    fn taken_out_of_words(&self, text: &str, about: bool) -> Option<String> {
        let names = if about { &self.words } else { &self.names };
        // The longest first: "Ana Ruiz" before "Ana".
        let mut wanted: Vec<(String, bool)> =
            names.iter().flat_map(|name| spellings(name)).map(|it| (it, true)).collect();
        wanted.extend(self.addresses.iter().map(|address| (address.clone(), false)));
        wanted.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        let mut text = std::borrow::Cow::Borrowed(text);
        for (name, as_written) in wanted {
            if let Some(without) = without(&text, &name, as_written) {
                text = without.into();
            }
        }
        match text {
            std::borrow::Cow::Borrowed(_) => None,
            std::borrow::Cow::Owned(text) => Some(text),
        }
    }
}

/// A name as it stands in texts, and in what Slack gets.
fn spellings(name: &str) -> BTreeSet<String> {
    let in_slack = name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    BTreeSet::from([in_slack, name.to_owned()])
}

/// `text` without the whole words `name`; `None` when it has none.
fn without(text: &str, name: &str, as_written: bool) -> Option<String> {
    // ASCII lower case has the same bytes at the same places.
    let haystack = if as_written { text.to_owned() } else { text.to_ascii_lowercase() };
    let (mut rest, mut result) = (0, String::new());
    let mut from = 0;
    while let Some(found) = haystack.get(from..).and_then(|part| part.find(name)) {
        let (start, end) = (from + found, from + found + name.len());
        let is_part = |next: Option<char>| next.is_some_and(char::is_alphanumeric);
        let before = text.get(..start).and_then(|part| part.chars().next_back());
        let after = text.get(end..).and_then(|part| part.chars().next());
        if !is_part(before) && !is_part(after) {
            result.push_str(text.get(rest..start).unwrap_or_default());
            result.push_str(ERASED);
            rest = end;
        }
        from = end;
    }
    (rest > 0).then(|| {
        result.push_str(text.get(rest..).unwrap_or_default());
        result
    })
}

/// Who a contact is called after the erasure, and by what it was known.
#[derive(Debug, Clone)]
pub struct Erased {
    /// The contact's id.
    pub contact: RecordId,
    /// What stands in its place.
    pub pseudonym: RecordId,
    /// The person.
    pub person: Person,
}

#[cfg(test)]
mod tests {
    use super::Person;
    use crate::id::EmailAddress;

    fn ana() -> Person {
        let mut person = Person::default();
        person.named("Ana \"Annie\" Ruiz & Söhne");
        person.named("Ana Ruiz");
        if let Ok(address) = EmailAddress::parse("Ana@Acme.example") {
            person.reached_at(&address);
        }
        person
    }

    #[test]
    fn names_and_addresses_go_and_the_rest_stays() {
        let cases = [
            ("Call Ana Ruiz, please", false, Some("Call [erased], please")),
            ("Ana Ruiz's deal; ana@ACME.example wrote", false, Some("[erased]'s deal; [erased] wrote")),
            ("Ana said no", false, None),
            ("Ana said no", true, Some("[erased] said no")),
            ("Diana Ruiz and Anaïs", true, None),
            ("Banana@acme.example", false, None),
            ("{\"who\":\"Ana \\\"Annie\\\" Ruiz & Söhne\"}", false, Some("{\"who\":\"[erased]\"}")),
            ("{\"text\":\"Ana \\\"Annie\\\" Ruiz &amp; Söhne\"}", false, Some("{\"text\":\"[erased]\"}")),
            ("{\"text\":\"News\\nAna Ruiz\"}", false, Some("{\"text\":\"News\\n[erased]\"}")),
            ("{ not JSON: Ana Ruiz", false, Some("{ not JSON: [erased]")),
            ("äöü Ana Ruiz ß Ana Ruiz", false, Some("äöü [erased] ß [erased]")),
            ("", true, None),
        ];
        for (text, about, expected) in cases {
            assert_eq!(ana().taken_out_of(text, about).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_single_word_is_a_name_only_in_what_is_about_the_person() {
        let mut support = Person::default();
        support.named("Support");
        support.named("");
        assert_eq!(support.taken_out_of("Support is slow", false), None);
        assert_eq!(support.taken_out_of("Support is slow", true).as_deref(), Some("[erased] is slow"));
        assert!(Person::default().is_nameless() && !support.is_nameless());
    }

    #[test]
    fn taking_out_twice_is_taking_out_once() {
        let once = ana().taken_out_of("Ana Ruiz and ana@acme.example", true).unwrap_or_default();
        assert_eq!(ana().taken_out_of(&once, true), None);
    }

    #[test]
    fn debug_tells_nothing() {
        assert_eq!(format!("{:?}", ana()), "Person { .. }");
    }
}
