//! What anybody with a link can do, and what programs that open links cannot.

mod mail_events;
mod refused;
mod unsubscribe;

use http::{Method, StatusCode};
use keepwell_local::cloud::requests::Service;
use keepwell_tests::{Reply, World, feedback_path, path_of};

use crate::feedback::{answers, contact, dora_was_asked};
pub(crate) use mail_events::ses_event;

/// How many requests to the tables there were since the last reset.
pub(crate) fn table_requests(world: &World) -> usize {
    world.system.local().requests().iter().filter(|request| request.service == Service::DynamoDb).count()
}

/// What every public page promises to browsers and search engines.
#[track_caller]
pub(crate) fn safe_page(page: &Reply) {
    let lower = page.text.to_lowercase();
    assert!(lower.starts_with("<!doctype html>"), "{}", page.text);
    assert!(!lower.contains("<script") && !lower.contains("javascript:"), "{}", page.text);
    assert!(!lower.contains("src=") && !lower.contains("<link"), "nothing is loaded: {}", page.text);
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(policy.contains("form-action 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
    assert_eq!(page.header("x-robots-tag"), "noindex, nofollow");
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("referrer-policy"), "same-origin");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.header("set-cookie"), "");
}

#[tokio::test]
async fn programs_that_open_every_link_three_times_change_nothing() {
    let (world, mail) = dora_was_asked().await;
    let ours: Vec<String> = mail.links.iter().map(|link| path_of(link)).collect();
    assert_eq!(ours.len(), 5, "four answers and unsubscribe: {ours:?}");
    world.system.local().reset_requests();
    for _ in 0..3 {
        for path in &ours {
            for method in [Method::HEAD, Method::GET] {
                let page = world.call(method.clone(), path).send().await.expect_status(200);
                assert_eq!(page.text.is_empty(), method == Method::HEAD, "{method} {path}");
            }
        }
        world.settle().await;
    }
    assert!(table_requests(&world) > 0, "the pages were not looked up at all");
    let writes: Vec<_> = world
        .system
        .local()
        .requests()
        .into_iter()
        .filter(keepwell_local::cloud::requests::RequestRecord::is_mutating)
        .collect();
    assert_eq!(writes, []);
    assert_eq!(world.system.local().write_count(), 0);
    assert_eq!(answers(&world, "acme").await, []);
    assert_eq!(contact(&world, "acme", "dora").await["mail"]["state"], "ok");
}

#[tokio::test]
async fn each_link_opens_a_safe_page_with_its_answer_chosen() {
    let (world, mail) = dora_was_asked().await;
    for rating in ["very_happy", "happy", "neutral", "not_happy"] {
        let page = world.call(Method::GET, &feedback_path(&mail, rating)).send().await.expect_status(200);
        safe_page(&page);
        assert_eq!(page.text.matches(" checked").count(), 1, "{}", page.text);
        assert!(page.text.contains(&format!("value=\"{rating}\" required checked")), "{}", page.text);
        assert!(page.text.contains("Nothing is recorded until you press Send"), "{}", page.text);
    }
    let path = feedback_path(&mail, "happy");
    let bare = path.split_once('?').unwrap().0;
    // What a mail program or a person makes of the query is no reason to show an error.
    for query in ["", "?rating=", "?rating=ecstatic", "?utm_source=mail", "?rating=happy&rating=neutral", "?rating=%ff"]
    {
        let page = world.call(Method::GET, &format!("{bare}{query}")).send().await.expect_status(200);
        safe_page(&page);
        assert!(page.text.matches(" checked").count() <= 1, "{query}: {}", page.text);
    }
}

#[tokio::test]
async fn every_page_on_the_way_is_safe() {
    let (world, mail) = dora_was_asked().await;
    let path = feedback_path(&mail, "happy");
    let thanks = world.answer(&mail, "happy", "").await.expect_status(200);
    safe_page(&thanks);
    let unsubscribe = mail.links.iter().find(|link| link.contains("/u/")).unwrap();
    safe_page(&world.call(Method::GET, &path_of(unsubscribe)).send().await.expect_status(200));
    safe_page(&world.call(Method::POST, &path_of(unsubscribe)).send().await.expect_status(200));
    world.advance(chrono::Duration::days(8)).await;
    safe_page(&world.call(Method::GET, &path).send().await.expect_status(200));
}

#[tokio::test]
async fn two_renderings_of_the_page_have_two_nonces() {
    let (world, mail) = dora_was_asked().await;
    let path = feedback_path(&mail, "happy");
    let first = world.call(Method::GET, &path).send().await.expect_status(200).nonce();
    let second = world.call(Method::GET, &path).send().await.expect_status(200).nonce();
    assert!(!first.is_empty() && first != second, "{first} {second}");
}

#[tokio::test]
async fn pressing_send_twice_records_one_answer() {
    let (world, mail) = dora_was_asked().await;
    let path = feedback_path(&mail, "happy");
    let nonce = world.call(Method::GET, &path).send().await.expect_status(200).nonce();
    let form = [("rating", "happy"), ("comment", "twice"), ("nonce", nonce.as_str())];
    // At the same time, and once more later.
    let send = || async { world.call(Method::POST, &path).form(&form).send().await };
    let (one, two) = tokio::join!(send(), send());
    assert_eq!((one.status, two.status), (StatusCode::OK, StatusCode::OK), "{} {}", one.text, two.text);
    assert_eq!(one.text, two.text);
    world.settle().await;
    world.system.local().reset_requests();
    let three = world.submit(&path, &nonce, "happy", "twice").await.expect_status(200);
    assert_eq!(three.text, one.text);
    assert_eq!(world.system.local().write_count(), 0);
    assert_eq!(answers(&world, "acme").await.len(), 1);
}

#[tokio::test]
async fn a_late_repetition_does_not_bring_an_old_answer_back() {
    let (world, mail) = dora_was_asked().await;
    let path = feedback_path(&mail, "happy");
    let nonce = world.call(Method::GET, &path).send().await.expect_status(200).nonce();
    world.submit(&path, &nonce, "not_happy", "").await.expect_status(200);
    world.answer(&mail, "very_happy", "").await.expect_status(200);
    let page = world.submit(&path, &nonce, "not_happy", "").await.expect_status(200);
    assert!(page.text.contains("<strong>Very Happy</strong>"), "{}", page.text);
    assert_eq!(answers(&world, "acme").await.len(), 2);
    assert_eq!(world.get("/v1/customers/acme/happiness").await["value"], 100.0);
}
