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
