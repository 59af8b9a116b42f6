//! Mails.

use keepwell_aws::render::{RenderError, RenderedMail, Templates};
use serde_json::{Value, json};

use crate::samples::{INTERNAL, WRITTEN, mail, mails, sample};

#[test]
fn every_mail_reads_as_in_its_snapshot() {
    for name in mails() {
        let RenderedMail { subject, text, html } = mail(&name, &sample());
        insta::assert_snapshot!(format!("{name}.txt"), format!("Subject: {subject}\n\n{text}"));
        insta::assert_snapshot!(format!("{name}.html"), html);
    }
}

#[test]
fn a_mail_is_60_to_140_words_and_its_parts_say_the_same() {
    for name in mails().iter().filter(|name| !WRITTEN.contains(&name.as_str())) {
        let mail = mail(name, &sample());
        let letter = mail.text.split("\n--\n").next().unwrap();
        let words = letter.split_whitespace().filter(|word| !word.starts_with("http")).count();
        assert!((60..=140).contains(&words), "{name}: {words} words");
        let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let html = plain(&mail.html);
        for sentence in
            letter.lines().filter(|line| line.ends_with(['.', '?', '!']) && !line.starts_with(char::is_numeric))
        {
            let start: String = plain(sentence).chars().take(40).collect();
            assert!(html.replace("</strong>", "").contains(start.replace('&', "&amp;").trim()), "{name}: {start}");
        }
    }
}

#[test]
fn a_contact_never_reads_an_internal_word() {
    for name in mails().iter().filter(|name| !INTERNAL.contains(&name.as_str())) {
        let RenderedMail { subject, text, html } = mail(name, &sample());
        for part in [subject, text, html] {
            let part = part.to_lowercase();
            for word in
                ["struggling", "steady", "healthy", "thriving", "churn", "score", "keepwell ", "health status", "risk"]
            {
                assert!(!part.contains(word), "{name} says {word}");
            }
        }
    }
}

#[test]
fn every_mail_to_a_contact_offers_to_unsubscribe_in_both_parts() {
    for name in mails().iter().filter(|name| !INTERNAL.contains(&name.as_str())) {
        let mail = mail(name, &sample());
        let link = "https://keepwell.test/u/f1.k1.TOKEN";
        assert!(mail.text.contains(link) && mail.html.contains(&format!("href=\"{link}\"")), "{name}");
    }
}

#[test]
fn a_feedback_request_has_the_four_answers_as_links_in_both_parts() {
    let mail = mail("feedback-request", &sample());
    for word in ["very_happy", "happy", "neutral", "not_happy"] {
        let link = format!("https://keepwell.test/f/f1.k1.TOKEN?rating={word}");
        assert!(mail.text.contains(&format!(": {link}\n")) && mail.html.contains(&format!("href=\"{link}\"")));
    }
}

#[test]
fn an_owner_or_a_number_that_is_not_known_leaves_no_hole() {
    let mut variables = sample();
    variables["owner"] = keepwell_domain::automation::variables::owner_variables(None);
    for field in ["status", "status_reason", "happiness", "arr", "renewal_on"] {
        variables["customer"][field] = Value::Null;
    }
    for name in mails() {
        let mail = mail(&name, &variables);
        assert!(!mail.text.contains("none") && !mail.html.contains(">none<"), "{name}");
    }
    assert!(mail("churn-risk-alert", &variables).text.contains("Owner: nobody yet"));
    assert!(mail("status-steady", &variables).text.contains("Your customer success team"));
}

#[test]
fn markup_in_names_is_shown_not_run() {
    let attack = "<script>alert('x')</script>\"&";
    let mut variables = sample();
    variables["contact"]["first_name"] = json!(attack);
    variables["customer"]["name"] = json!(attack);
    variables["customer"]["status_reason"] = json!(attack);
    variables["owner"]["name"] = json!(attack);
    variables["product_name"] = json!(attack);
    variables["event"]["headline"] = json!(attack);
    variables["event"]["rows"][0]["value"] = json!(attack);
    variables["written"]["paragraphs"][0] = json!(attack);
    for name in mails() {
        let mail = mail(&name, &variables);
        assert!(!mail.html.contains("<script") && !mail.html.contains("&amp;lt;"), "{name}");
        assert!(mail.html.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;"), "{name}");
        assert!(mail.text.contains(attack), "plain text is not escaped: {name}");
    }
}

#[test]
fn a_line_break_in_a_name_is_refused_in_a_subject() {
    for attack in ["Acme\r\nBcc: all@acme.test", "Acme\nX", "Acme\rX", "Acme\u{0}", "Acme\u{85}X", "Acme\u{2028}X"] {
        let mut variables = sample();
        variables["customer"]["name"] = json!(attack);
        let result = Templates::shipped().mail("churn-risk-alert", &variables);
        assert!(matches!(result, Err(RenderError::Subject { .. })), "{attack:?}");
    }
}

#[test]
fn a_variable_that_is_missing_or_null_is_an_error_never_a_hole() {
    for name in mails() {
        for missing in ["product_name", "owner", "customer", "links", "contact"] {
            let mut variables = sample();
            variables.as_object_mut().unwrap().remove(missing);
            let result = Templates::shipped().mail(&name, &variables);
            let used = mail_uses(&name, missing);
            assert_eq!(matches!(result, Err(RenderError::Template { .. })), used, "{name} without {missing}");
        }
    }
    let mut variables = sample();
    variables["contact"]["first_name"] = Value::Null;
    assert!(Templates::shipped().mail("status-steady", &variables).is_err());
}

/// Alerts go to the team: they greet nobody and name no product.
fn mail_uses(name: &str, variable: &str) -> bool {
    let of_letters = INTERNAL.contains(&name) && ["product_name", "contact"].contains(&variable);
    !(of_letters || (name == "written-to-team" && variable == "owner"))
}

#[test]
fn what_does_not_exist_is_said() {
    let templates = Templates::shipped();
    assert!(matches!(templates.mail("nothing", &sample()), Err(RenderError::NoTemplate { .. })));
    assert!(matches!(templates.page("../mails/layout", &sample()), Err(RenderError::NoTemplate { .. })));
    assert!(templates.has_mail("feedback-request") && !templates.has_mail("nothing"));
}
