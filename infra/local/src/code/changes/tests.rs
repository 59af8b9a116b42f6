use serde_json::json;

use super::*;

/// What a command prints without colours.
fn printed(print: impl FnOnce(&mut Console<'_>)) -> String {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    print(&mut Console { out: &mut out, err: &mut err, input: None, colours: false });
    String::from_utf8(out).unwrap()
}

fn said(old: &Value, new: &Value) -> String {
    printed(|console| print_differences(console, &differences(old, new)))
}

#[test]
fn items_with_ids_are_followed_through_their_list() {
    let old = json!({ "name": "Old", "bands": { "steady": 40 }, "dimensions": [
        { "id": "usage", "weight": 40, "rules": [{ "id": "a", "weight": 1 }, { "id": "b" }] },
        { "id": "support", "weight": 20.0 },
    ] });
    let new = json!({ "name": "New", "applies_to": {}, "dimensions": [
        { "id": "support", "weight": 20 },
        { "id": "usage", "weight": 45, "rules": [{ "id": "a", "weight": 1, "missing": "worst" }] },
        { "id": "goals" },
    ] });
    assert_eq!(
        said(&old, &new),
        r#"    + applies_to: {}
    + dimensions.usage.rules.a.missing: "worst"
    - dimensions.usage.rules.b: {"id":"b"}
    ~ dimensions.usage.weight: 40 -> 45
    + dimensions.goals: {"id":"goals"}
    ~ dimensions: in another order
    ~ name: "Old" -> "New"
    - bands: {"steady":40}
"#
    );
}

#[test]
fn other_lists_are_compared_as_a_whole() {
    assert_eq!(
        said(&json!({ "tags": ["a"] }), &json!({ "tags": ["a", "b"] })),
        "    ~ tags: [\"a\"] -> [\"a\",\"b\"]\n"
    );
    let twice = json!({ "list": [{ "id": "a" }, { "id": "a" }] });
    assert_eq!(said(&twice, &twice), "    only comments and layout change\n");
    let long = json!({ "list": ["x".repeat(100)] });
    assert_eq!(said(&long, &json!({ "list": [] })), "    ~ list\n");
}

#[test]
fn the_diff_shows_three_lines_around_and_the_missing_line_break() {
    let old = "a\nb\nc\nd\ne\nf\ng\n";
    assert_eq!(
        printed(|console| print_diff(console, old, &old.replace("e\n", "E\r\n").replace("g\n", "g"), ("old", "new"))),
        "    --- old
    +++ new
    @@ -2,6 +2,6 @@
     b
     c
     d
    -e
    +E
     f
    -g
    +g
    \\ no line break at the end of the file
"
    );
}

#[test]
fn colours_are_there_when_they_are_wanted() {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    print_diff(&mut Console { out: &mut out, err: &mut err, input: None, colours: true }, "a\n", "b\n", ("old", "new"));
    let text = String::from_utf8(out).unwrap();
    assert!(text.contains("\u{1b}[31m    -a\u{1b}[0m\n\u{1b}[32m    +b\u{1b}[0m\n"), "{text:?}");
}
