//! `docs/events.md` lists the events that there are.

use std::collections::BTreeSet;

/// Everything between two `quote`s that ends like the name of an event.
fn names(text: &str, quote: char) -> BTreeSet<&str> {
    text.split(quote).filter(|part| part.strip_suffix(".v1").is_some() && !part.contains(char::is_whitespace)).collect()
}

#[test]
fn the_documentation_lists_every_event() {
    let in_code = names(include_str!("../src/event.rs"), '"');
    assert!(in_code.len() >= 25, "{in_code:?}");
    assert_eq!(names(include_str!("../../../docs/events.md"), '`'), in_code);
}
