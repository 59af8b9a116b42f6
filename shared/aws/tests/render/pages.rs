//! The public pages.

use keepwell_aws::render::{PAGE_STYLE, page_security_policy};
use serde_json::{Value, json};

use crate::samples::{feedback, page, unstyled};

#[test]
fn every_page_reads_as_in_its_snapshot() {
    let variables = json!({
        "product_name": "Orbit", "action": "/u/f1.k1.TOKEN", "rating": "Happy", "comment": "Search is quick.\nExport is not.",
        "change_until": "13 March 2026", "change_link": "/f/f1.k1.TOKEN", "answered_on": "6 March 2026",
    });
    insta::assert_snapshot!("page-feedback", unstyled(&page("feedback", &feedback())));
    for name in ["thanks", "closed", "expired", "not_found", "unsubscribe", "unsubscribed", "problem"] {
        insta::assert_snapshot!(format!("page-{name}"), unstyled(&page(name, &variables)));
    }
}

#[test]
fn the_feedback_page_preselects_and_shows_problems_in_place() {
    let checked =
        |page: &str| page.lines().filter(|line| line.contains(" checked")).map(str::to_owned).collect::<Vec<_>>();
    let mut variables = feedback();
    let lines = checked(&page("feedback", &variables));
    assert_eq!(lines.len(), 1);
    assert!(lines[0].contains("value=\"happy\""));
    variables["choice"] = Value::Null;
    assert!(checked(&page("feedback", &variables)).is_empty());
    variables["rating_problem"] = json!("Please choose one of the four answers.");
    variables["comment_problem"] = json!("At most 2,000 characters.");
    variables["comment"] = json!("  my words\n");
    variables["answered"] = json!("Neutral");
    insta::assert_snapshot!("page-feedback-with-problems", unstyled(&page("feedback", &variables)));
}

#[test]
fn a_page_has_no_script_asks_nobody_and_carries_exactly_the_style_of_the_policy() {
    let page = page("feedback", &feedback());
    assert!(page.contains(&format!("<style>{PAGE_STYLE}</style>")), "the hash is over exactly this text");
    assert!(!page.contains("<script") && !page.contains("http") && !page.contains(" style="));
    assert!(page.contains("<meta name=\"robots\" content=\"noindex,nofollow\">"));
    insta::assert_snapshot!(page_security_policy().split("sha256-").next().unwrap());
    // Measured: this many characters are under 2 KB with gzip.
    assert!(page.len() < 5_200, "{} bytes", page.len());
}

#[test]
fn markup_in_comments_is_shown_not_run() {
    let attack = "<script>alert('x')</script>\"&";
    let mut variables = feedback();
    for field in ["product_name", "action", "nonce", "comment", "answered", "rating_problem", "comment_problem"] {
        variables[field] = json!(format!("</textarea>{attack}"));
    }
    let page = page("feedback", &variables);
    assert!(!page.contains("<script") && page.matches("</textarea>").count() == 1);
}
