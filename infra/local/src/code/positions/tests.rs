use proptest::prelude::*;
use serde_json::Value;

use super::*;

/// Line, column, and what is underlined.
fn found<'a>(text: &'a str, pointer: &str, part: Part) -> (usize, usize, &'a str) {
    let place = Positions::of(text).find(pointer, part);
    (place.line, place.column, text.get(place.span).unwrap())
}

const YAML: &str = "\
# Größe
format: 1
größe: \"zwölf\" # twelve
dimensions:
  - id: usage
    weight: -3
    rules: [{ id: a, points: { linear: 5 } }, { id: \"b\" }]
  - &second
    id: other
same: *second
a/b~c: |
  many
  lines
";

#[test]
fn a_scalar_is_placed_at_its_value_and_at_its_key() {
    assert_eq!(found(YAML, "/dimensions/0/weight", Part::Value), (6, 13, "-3"));
    assert_eq!(found(YAML, "/dimensions/0/weight", Part::Key), (6, 5, "weight"));
    assert_eq!(found(YAML, "/größe", Part::Value), (3, 8, "\"zwölf\""));
    assert_eq!(found(YAML, "/dimensions/0/rules/1/id", Part::Value), (7, 53, "\"b\""));
}

#[test]
fn what_has_many_lines_is_placed_at_its_key_or_its_first_key() {
    assert_eq!(found(YAML, "/dimensions", Part::Value), (4, 1, "dimensions"));
    assert_eq!(found(YAML, "/dimensions/0", Part::Value), (5, 5, "id"));
    assert_eq!(found(YAML, "", Part::Value), (2, 1, "format"));
    assert_eq!(found(YAML, "/a~1b~0c", Part::Value).2, "many");
}

#[test]
fn what_is_not_there_is_placed_at_what_should_hold_it() {
    assert_eq!(found(YAML, "/dimensions/0/rules/0/weight", Part::Value), (7, 15, "id"));
    assert_eq!(found(YAML, "/dimensions/7/x", Part::Value), (4, 1, "dimensions"));
    assert_eq!(found(YAML, "/dimensions/0/rules/0/points/linear/x", Part::Value).2, "linear");
    assert_eq!(found(YAML, "/name", Part::Key), (2, 1, "format"));
}

#[test]
fn an_alias_is_placed_where_it_is_used() {
    assert_eq!(found(YAML, "/same/id", Part::Key), (10, 7, "*second"));
    assert_eq!(found(YAML, "/same", Part::Value), (10, 1, "same"));
}

#[test]
fn json_is_placed_too_even_with_a_key_twice() {
    let text = "{\r\n  \"id\": \"a\",\r\n  \"id\": \"b\", \"list\": [1, 2,\t{\"x\\u0079\": null}]\r\n}\r\n";
    assert_eq!(found(text, "/id", Part::Value), (3, 9, "\"b\""));
    assert_eq!(found(text, "/list/2/xy", Part::Value), (3, 41, "null"));
}

#[test]
fn a_text_that_cannot_be_placed_is_placed_at_its_start() {
    assert_eq!(found("a: [", "/a/0", Part::Value), (1, 1, ""));
    assert_eq!(found("", "/a", Part::Value), (1, 1, ""));
}

#[test]
fn a_place_stays_within_its_line_and_its_text() {
    let text = "ä: 1\nb";
    assert_eq!(place(text, 1..99), Place { span: 0..5, line: 1, column: 1 });
    assert_eq!(place(text, 99..120), Place { span: 7..7, line: 2, column: 2 });
}

#[test]
fn json_that_escapes_every_letter_beyond_ascii_is_placed() {
    let text = r#"{"name": "\ud83d\ude42 \u00fc", "id": 1}"#;
    assert_eq!(found(text, "/id", Part::Value), (1, 39, "1"));
}

/// Any document with names and texts of one line.
fn document() -> impl Strategy<Value = Value> {
    let text = "[ -~äß🙂\\\\/~]{0,12}";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(text, inner, 0..5).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// The JSON pointers of all leaves.
fn leaves(at: &str, value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().enumerate().for_each(|(i, item)| leaves(&format!("{at}/{i}"), item, found)),
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            leaves(&format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), value, found);
        }),
        _ => found.push(at.to_owned()),
    }
}

proptest! {
    #[test]
    fn what_stands_at_a_place_is_the_value(document in document()) {
        let mut pointers = Vec::new();
        leaves("", &document, &mut pointers);
        let texts = [
            serde_json::to_string(&document).unwrap(),
            serde_json::to_string_pretty(&document).unwrap(),
            serde_saphyr::to_string(&document).unwrap(),
        ];
        for text in texts {
            let positions = Positions::of(&text);
            for pointer in &pointers {
                let place = positions.find(pointer, Part::Value);
                let there = text.get(place.span).unwrap();
                let read: Value = serde_saphyr::from_str(there).unwrap();
                prop_assert_eq!(Some(&read), document.pointer(pointer), "{} in {}: {}", pointer, text, there);
            }
        }
    }
}
