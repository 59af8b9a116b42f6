//! Where in its text each value of a document stands: JSON pointers become lines and columns.
//!
//! A YAML parser that keeps positions reads the text a second time. It reads JSON too, which is YAML with fewer liberties.

use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::DuplicateKeyPolicy;
use serde_saphyr::{Location, Spanned};

/// The places of a document's values.
#[derive(Debug)]
pub(super) struct Positions<'a> {
    text: &'a str,
    /// `None` when the parser cannot place what another one could read.
    root: Option<Spanned<Node>>,
}

/// A place in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// What to underline, in bytes, within one line.
    pub span: Range<usize>,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

/// Which half of an entry of an object is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Key,
    Value,
}

#[derive(Debug)]
enum Node {
    Leaf,
    List(Vec<Spanned<Node>>),
    Map(Vec<(Spanned<String>, Spanned<Node>)>),
}

impl<'a> Positions<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        // A key that is there twice is a problem in YAML only, and the document's reader has said so.
        let options = serde_saphyr::options! { duplicate_keys: DuplicateKeyPolicy::LastWins };
        Self { text, root: serde_saphyr::from_str_with_options(text, options).ok() }
    }

    /// The place of a JSON pointer, or, when nothing is there, of what should hold it.
    pub(super) fn find(&self, pointer: &str, part: Part) -> Place {
        let Some(root) = &self.root else { return place(self.text, 0..0) };
        let mut key: Option<&Spanned<String>> = None;
        let mut here = root;
        for name in pointer.split('/').skip(1) {
            let name = name.replace("~1", "/").replace("~0", "~");
            let next = match &here.value {
                Node::Leaf => None,
                Node::List(items) => {
                    name.parse::<usize>().ok().and_then(|index| items.get(index)).map(|item| (None, item))
                }
                Node::Map(entries) => {
                    let entry = entries.iter().rev().find(|(key, _)| key.value == name);
                    entry.map(|(key, value)| (Some(key), value))
                }
            };
            let Some((its_key, value)) = next else { return place(self.text, head(key, here)) };
            (key, here) = (its_key, value);
        }
        let span = match (part, key, &here.value) {
            (Part::Value, _, Node::Leaf) => bytes(here.referenced),
            (Part::Key, Some(key), _) => bytes(key.referenced),
            _ => head(key, here),
        };
        place(self.text, span)
    }
}

/// What stands for a value of many lines: its key, its first key, or its first item.
fn head(key: Option<&Spanned<String>>, node: &Spanned<Node>) -> Range<usize> {
    bytes(match (key, &node.value) {
        (Some(key), _) => key.referenced,
        (None, Node::Map(entries)) => entries.first().map_or(node.referenced, |(key, _)| key.referenced),
        (None, _) => node.referenced,
    })
}

fn bytes(place: Location) -> Range<usize> {
    let (start, length) = (place.span().byte_offset(), place.span().byte_len());
    let start = start.map_or(0, |start| start as usize);
    start..start + length.map_or(0, |length| length as usize)
}

/// The place of a range of bytes of a text, cut at the end of its first line.
pub(super) fn place(text: &str, span: Range<usize>) -> Place {
    let mut start = span.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let (before, after) = text.split_at(start);
    let line_end = start + after.find(['\n', '\r']).unwrap_or(after.len());
    let mut end = span.end.clamp(start, line_end);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before.get(line_start..).unwrap_or_default().trim_start_matches('\u{feff}').chars().count() + 1;
    Place { span: start..end, line: before.matches('\n').count() + 1, column }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_str<E>(self, _: &str) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_bytes<E>(self, _: &[u8]) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Leaf)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Node::Map(map))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests;
