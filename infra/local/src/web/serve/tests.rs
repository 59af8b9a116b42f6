use axum::routing::get;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::*;

const BUILT: &[(&str, &[u8])] = &[
    ("index.html", b"<!doctype html>console"),
    ("assets/index-Ab12Cd34.js", b"run()"),
    ("assets/plain.js", b"theme()"),
];

struct Got {
    status: StatusCode,
    headers: http::HeaderMap,
    body: String,
}

impl Got {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

async fn call(state: State, method: Method, path: &str) -> Got {
    let api = Router::new().route("/v1/customers", get(|| async { "api" }).post(|| async { "made" }));
    let app = with_console(keepwell_aws::http::routes::finish(api), Console::new(state));
    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    let (parts, body) = app.oneshot(request).await.unwrap().into_parts();
    let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    Got { status: parts.status, headers: parts.headers, body }
}

async fn get_built(path: &str) -> Got {
    call(State::Ready(Files::Embedded(BUILT)), Method::GET, path).await
}

#[tokio::test]
async fn every_page_of_the_console_is_the_one_document() {
    for path in ["/", "/customers", "/customers/acme", "/customers/acme.example?tab=score", "/no/such/page", "/vendor"]
    {
        let got = get_built(path).await;
        assert_eq!((got.status, got.body.as_str()), (StatusCode::OK, "<!doctype html>console"), "{path}");
        assert_eq!(got.header("cache-control"), "no-store", "{path}");
        assert_eq!(got.header("content-type"), "text/html; charset=utf-8", "{path}");
        assert_eq!(got.header("content-security-policy"), POLICY, "{path}");
        assert_eq!(got.header("x-content-type-options"), "nosniff", "{path}");
    }
}

#[tokio::test]
async fn only_files_named_after_their_content_are_kept_forever() {
    let hashed = get_built("/assets/index-Ab12Cd34.js").await;
    assert_eq!(hashed.header("cache-control"), FOREVER);
    assert_eq!(hashed.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(get_built("/assets/plain.js").await.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_missing_asset_is_missing() {
    assert_eq!(get_built("/assets/index-Zz99Yy88.js").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_api_keeps_its_paths() {
    let got = get_built("/v1/customers").await;
    assert_eq!((got.body.as_str(), got.header("content-security-policy")), ("api", ""));
    for path in ["/v1/nothing", "/f/token", "/u/token", "/_local/nothing", "/v1"] {
        let got = get_built(path).await;
        assert_eq!(got.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(got.header("content-type"), "application/problem+json", "{path}");
    }
    // Nothing is posted to a page.
    let posted = call(State::Ready(Files::Embedded(BUILT)), Method::POST, "/customers").await;
    assert_eq!(posted.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn without_a_console_a_page_says_what_to_do() {
    let got = call(State::Missing(None), Method::GET, "/customers/acme").await;
    assert_eq!(got.status, StatusCode::OK);
    assert!(got.body.contains("Node 20"), "{}", got.body);
    assert!(got.body.contains("/_local/mailbox"), "{}", got.body);
    let failed = call(State::Missing(Some("npm said <no>".to_owned())), Method::GET, "/").await;
    assert!(failed.body.contains("npm said &lt;no&gt;"), "{}", failed.body);
    let building = call(State::Building, Method::GET, "/").await;
    assert!(building.body.contains("http-equiv=\"refresh\""), "{}", building.body);
}

#[tokio::test]
async fn a_folder_is_read_at_every_request_and_never_left() {
    let folder = tempfolder("served");
    std::fs::create_dir_all(folder.join("dist/assets")).unwrap();
    std::fs::write(folder.join("secret.txt"), "secret").unwrap();
    std::fs::write(folder.join("dist/index.html"), "first").unwrap();
    let files = Files::Folder(folder.join("dist"));
    for path in ["/../secret.txt", "/assets/../../secret.txt", "//etc/passwd", "/./index.html"] {
        let got = call(State::Ready(files.clone()), Method::GET, path).await;
        assert_ne!(got.body, "secret", "{path}");
    }
    assert!(files.get("/etc/passwd").is_none());
    assert!(files.get("../secret.txt").is_none());
    assert_eq!(call(State::Ready(files.clone()), Method::GET, "/").await.body, "first");
    std::fs::write(folder.join("dist/index.html"), "second").unwrap();
    assert_eq!(call(State::Ready(files), Method::GET, "/").await.body, "second");
    std::fs::remove_dir_all(folder).unwrap();
}

fn tempfolder(name: &str) -> std::path::PathBuf {
    std::env::temp_dir().join(format!("keepwell-web-{name}-{}", std::process::id()))
}
