//! Forms that are not taken, and links that lead nowhere.

use chrono::Duration;
use http::Method;
use keepwell_tests::{World, feedback_path, path_of};

use super::{safe_page, table_requests};
use crate::feedback::{answers, dora_was_asked, jump};

async fn nonce(world: &World, path: &str) -> String {
    world.call(Method::GET, path).send().await.expect_status(200).nonce()
}

#[tokio::test]
async fn a_form_that_is_not_right_comes_back_with_the_message_in_place_and_what_was_written() {
    let (world, mail) = dora_was_asked().await;
    let path = feedback_path(&mail, "happy");
    let nonce = nonce(&world, &path).await;
    world.system.local().reset_requests();
    for rating in ["", "ecstatic", "HAPPY"] {
        let page = world.submit(&path, &nonce, rating, "worth <keeping>").await.expect_status(422);
        safe_page(&page);
        assert!(
            page.text.contains(r#"<p class="bad" id="rating-problem">Please choose one of the four answers."#),
            "{}",
            page.text
        );
        assert!(page.text.contains("worth &lt;keeping&gt;</textarea>"), "{}", page.text);
        assert!(page.text.contains("<title>Please check: "), "{}", page.text);
        assert!(!page.text.contains(" checked"), "{}", page.text);
    }
    // Without rating, without nonce, with the nonce of another day or of nobody, and without anything at all.
    let incomplete: [&[(&str, &str)]; 4] = [
        &[("nonce", nonce.as_str()), ("comment", "kept")],
        &[("rating", "happy"), ("comment", "kept")],
        &[("rating", "happy"), ("comment", "kept"), ("nonce", "n1.k1.AAAA.BBBB")],
        &[("rating", "happy"), ("comment", "kept"), ("nonce", "")],
    ];
    for fields in incomplete {
        let page = world.call(Method::POST, &path).form(fields).send().await.expect_status(422);
        safe_page(&page);
        assert!(page.text.contains("kept</textarea>") && page.text.contains("id=\"rating-problem\""), "{}", page.text);
        assert_ne!(page.nonce(), "", "the page can be sent again");
    }
    let page = world.call(Method::POST, &path).send().await.expect_status(422);
    safe_page(&page);
    let page = world.call(Method::POST, &path).raw("application/x-www-form-urlencoded", "\u{0}%zz&&&=").send().await;
    safe_page(&page.expect_status(422));
    world.settle().await;
    assert_eq!(world.system.local().write_count(), 0);
    assert_eq!(answers(&world, "acme").await, []);
}

#[tokio::test]
async fn the_nonce_of_another_request_is_not_taken() {
    let (world, mail) = dora_was_asked().await;
    world.customer_with("globex", &[("ann", "user")]).await;
    world.advance(Duration::hours(1)).await;
    let other = crate::feedback::only_mail(&world, "ann@globex.example");
    let foreign = nonce(&world, &feedback_path(&other, "happy")).await;
    world.submit(&feedback_path(&mail, "happy"), &foreign, "happy", "").await.expect_status(422);
    assert_eq!(answers(&world, "acme").await, []);
}

#[tokio::test]
async fn a_comment_has_at_most_two_thousand_characters_however_many_bytes() {
    let (world, mail) = dora_was_asked().await;
    let path = feedback_path(&mail, "neutral");
    let nonce = nonce(&world, &path).await;
    let long = "é".repeat(2_001);
    let page = world.submit(&path, &nonce, "neutral", &long).await.expect_status(422);
    assert!(
        page.text.contains(r#"<p class="bad" id="comment-problem">Your comment must have at most 2000 characters."#),
        "{}",
        page.text
    );
    assert!(page.text.contains(&long), "what was written is kept");
    assert!(page.text.contains("value=\"neutral\" required checked"), "{}", page.text);
    assert_eq!(answers(&world, "acme").await, []);

    // A browser counts a line break as one character and sends two.
    let fits = format!("{}\r\n{}", "é".repeat(1_000), "é".repeat(999));
    world.submit(&path, &nonce, "neutral", &fits).await.expect_status(200);
    let stored = answers(&world, "acme").await;
    assert_eq!(stored[0].comment.as_ref().unwrap().chars().count(), 2_000);
}

#[tokio::test]
async fn a_form_over_16_kb_is_refused_unread() {
    let (world, mail) = dora_was_asked().await;
    let path = feedback_path(&mail, "happy");
    let nonce = nonce(&world, &path).await;
    world.system.local().reset_requests();
    let page = world.submit(&path, &nonce, "happy", &"x".repeat(16 * 1024)).await.expect_status(413);
    safe_page(&page);
    assert_eq!(table_requests(&world), 0);
    assert_eq!(answers(&world, "acme").await, []);
}

#[tokio::test]
async fn a_form_that_another_site_makes_a_browser_send_is_refused() {
    let (world, mail) = dora_was_asked().await;
    let path = feedback_path(&mail, "happy");
    let nonce = nonce(&world, &path).await;
    let form = [("rating", "happy"), ("nonce", nonce.as_str())];
    world.system.local().reset_requests();
    let call = world.call(Method::POST, &path).header("sec-fetch-site", "cross-site").form(&form);
    safe_page(&call.send().await.expect_status(403));
    assert_eq!(world.system.local().write_count(), 0);
    assert_eq!(answers(&world, "acme").await, []);
    for site in ["same-origin", "none"] {
        let call = world.call(Method::POST, &path).header("sec-fetch-site", site).form(&form);
        call.send().await.expect_status(200);
    }
    assert_eq!(answers(&world, "acme").await.len(), 1);
}

/// The token in a path.
fn token(path: &str) -> &str {
    path.split(['/', '?']).nth(2).unwrap()
}

#[tokio::test]
async fn links_that_we_did_not_make_look_all_the_same_and_cost_no_read() {
    let (world, mail) = dora_was_asked().await;
    let feedback = feedback_path(&mail, "happy");
    let unsubscribe = path_of(mail.links.iter().find(|link| link.contains("/u/")).unwrap());
    let (feedback, unsubscribe) = (token(&feedback), token(&unsubscribe));

    let mut forged: Vec<String> =
        ["x", "f1", "f1...", "f1.k1.AAAA.BBBB", "..", "%00", "%F0%9F%98%80"].map(str::to_owned).to_vec();
    forged.push("A".repeat(4_000));
    forged.push(feedback.replace(".k1.", ".k2."));
    forged.push(format!("{feedback}A"));
    // One character changed, at every place; one left out, at every place.
    for place in 0..feedback.len() {
        let (before, after) = feedback.split_at(place);
        let (changed, after) = (if after.starts_with('A') { "B" } else { "A" }, &after[1..]);
        forged.push(format!("{before}{changed}{after}"));
        forged.push(format!("{before}{after}"));
    }
    let mut paths: Vec<String> =
        forged.iter().flat_map(|token| [format!("/f/{token}"), format!("/u/{token}")]).collect();
    // Good ones for the other purpose.
    paths.push(format!("/u/{feedback}"));
    paths.push(format!("/f/{unsubscribe}"));

    let expected = world.call(Method::GET, "/f/nothing").send().await.expect_status(404);
    safe_page(&expected);
    world.system.local().reset_requests();
    for path in paths {
        for method in [Method::GET, Method::POST] {
            let form = [("rating", "happy"), ("nonce", "n"), ("List-Unsubscribe", "One-Click")];
            let call = world.call(method.clone(), &path);
            let reply = if method == Method::POST { call.form(&form).send().await } else { call.send().await };
            assert_eq!(reply.status, 404, "{method} {path}");
            assert_eq!((&reply.text, &reply.headers), (&expected.text, &expected.headers), "{method} {path}");
        }
    }
    for path in ["/f/%ff", "/u/%ff"] {
        world.call(Method::GET, path).send().await.expect_status(404);
    }
    assert_eq!(table_requests(&world), 0);
}

#[tokio::test]
async fn a_request_that_nobody_answered_for_sixty_days_has_expired() {
    let (world, mail) = dora_was_asked().await;
    let path = feedback_path(&mail, "happy");
    jump(&world, mail.sent_at + Duration::days(60) - Duration::minutes(1)).await;
    let nonce = nonce(&world, &path).await;
    world.advance(Duration::minutes(1)).await;
    world.system.local().reset_requests();
    for page in [
        world.call(Method::GET, &path).send().await.expect_status(410),
        world.submit(&path, &nonce, "happy", "").await.expect_status(410),
        world.submit(&path, "too old", "happy", "").await.expect_status(410),
    ] {
        safe_page(&page);
        assert!(page.text.contains("Nothing was recorded"), "{}", page.text);
    }
    // Later the link itself is over, and is not even looked up.
    jump(&world, mail.sent_at + Duration::days(67)).await;
    world.system.local().reset_requests();
    safe_page(&world.call(Method::GET, &path).send().await.expect_status(410));
    assert_eq!(table_requests(&world), 0);
    assert_eq!(answers(&world, "acme").await, []);
}

#[tokio::test]
async fn an_answer_given_on_the_last_day_can_still_be_changed_for_seven_days() {
    let (world, mail) = dora_was_asked().await;
    jump(&world, mail.sent_at + Duration::days(60) - Duration::minutes(1)).await;
    world.answer(&mail, "neutral", "").await.expect_status(200);
    world.advance(Duration::days(7) - Duration::minutes(1)).await;
    world.answer(&mail, "happy", "").await.expect_status(200);
    assert_eq!(answers(&world, "acme").await.len(), 2);
}

#[tokio::test]
async fn the_links_of_a_contact_who_was_removed_lead_nowhere() {
    let (world, mail) = dora_was_asked().await;
    let path = feedback_path(&mail, "happy");
    let nonce = nonce(&world, &path).await;
    let call = world.call_as(keepwell_aws::http::Role::Csm, Method::DELETE, "/v1/customers/acme/contacts/dora");
    call.send().await.expect_status(204);
    world.call(Method::GET, &path).send().await.expect_status(404);
    world.submit(&path, &nonce, "happy", "").await.expect_status(404);
    assert_eq!(answers(&world, "acme").await, []);
}
