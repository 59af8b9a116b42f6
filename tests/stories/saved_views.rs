//! Views that people keep for themselves or share.

use http::Method;
use keepwell_aws::http::Role;
use keepwell_tests::{Call, Reply, World};
use serde_json::{Value, json};

struct Person<'a> {
    world: &'a World,
    email: &'static str,
    role: Role,
}

impl<'a> Person<'a> {
    fn call(&self, method: Method, path: &str) -> Call<'a> {
        let token = self.world.system.gateway().token_for(self.email, &[self.role]).unwrap();
        self.world.call(method, path).header("authorization", &format!("Bearer {token}"))
    }

    async fn put(&self, id: &str, etag: Option<&str>, view: &Value) -> Reply {
        let call = self.call(Method::PUT, &format!("/v1/views/{id}")).json(view);
        match etag {
            Some(etag) => call.header("if-match", etag).send().await,
            None => call.send().await,
        }
    }

    async fn delete(&self, id: &str) -> Reply {
        self.call(Method::DELETE, &format!("/v1/views/{id}")).send().await
    }

    /// The ids of the views that the person sees.
    async fn sees(&self) -> Vec<String> {
        let page = self.call(Method::GET, "/v1/views").send().await.expect_status(200).json();
        page["items"].as_array().unwrap().iter().map(|view| view["id"].as_str().unwrap().to_owned()).collect()
    }
}

fn people(world: &World) -> [Person<'_>; 4] {
    let person = |email, role| Person { world, email, role };
    [
        person("ana@keepwell.example", Role::Csm),
        person("bo@keepwell.example", Role::Csm),
        person("vera@keepwell.example", Role::Viewer),
        person("adam@keepwell.example", Role::Admin),
    ]
}

fn view(name: &str, page: &str, shared: bool) -> Value {
    json!({ "name": name, "page": page, "query": "owner=ana@keepwell.example&sort=-score", "shared": shared })
}

#[tokio::test]
async fn a_view_is_kept_changed_and_deleted() {
    let world = World::new().await;
    let [ana, ..] = people(&world);
    let made = ana.put("renewals", None, &view("Renewals", "portfolio", false)).await.expect_status(200);
    assert_eq!(
        (made.json(), made.header("etag").as_str()),
        (
            json!({ "id": "renewals", "name": "Renewals", "page": "portfolio", "query": "owner=ana@keepwell.example&sort=-score",
                "shared": false, "owner": "ana@keepwell.example", "version": 1 }),
            "\"1\""
        )
    );
    world.system.local().reset_requests();
    let same = ana.put("renewals", Some("\"1\""), &view("Renewals", "portfolio", false)).await.expect_status(200);
    assert_eq!((same.json(), world.system.local().write_count()), (made.json(), 0));

    let least = json!({ "name": "All", "page": "quadrant" });
    let changed = ana.put("renewals", Some("\"1\""), &least).await.expect_status(200).json();
    assert_eq!((&changed["query"], &changed["shared"], &changed["version"]), (&json!(""), &json!(false), &json!(2)));
    ana.put("renewals", Some("\"1\""), &view("Late", "portfolio", false)).await.expect_status(412);
    ana.put("renewals", None, &view("Late", "portfolio", false)).await.expect_status(428);
    let late = ana.call(Method::DELETE, "/v1/views/renewals").header("if-match", "\"1\"").send().await;
    late.expect_status(412);
    assert_eq!(ana.sees().await, ["renewals"]);
    ana.delete("renewals").await.expect_status(204);
    ana.delete("renewals").await.expect_status(404);
    assert_eq!(ana.sees().await, Vec::<String>::new());
}

#[tokio::test]
async fn everybody_sees_their_own_and_the_shared_ones_by_page_and_name() {
    let world = World::new().await;
    let [ana, bo, vera, _] = people(&world);
    for (id, name, page, shared) in
        [("z", "Zoo", "portfolio", true), ("y", "alpha", "portfolio", false), ("x", "Beta", "analytics", true)]
    {
        ana.put(id, None, &view(name, page, shared)).await.expect_status(200);
    }
    bo.put("bos", None, &view("Bo's", "quadrant", false)).await.expect_status(200);
    vera.put("veras", None, &view("Vera's", "portfolio", false)).await.expect_status(200);
    assert_eq!(ana.sees().await, ["y", "z", "x"]);
    assert_eq!(bo.sees().await, ["z", "bos", "x"]);
    assert_eq!(vera.sees().await, ["veras", "z", "x"]);
}

#[tokio::test]
async fn another_persons_view_is_left_alone() {
    let world = World::new().await;
    let [ana, bo, vera, adam] = people(&world);
    ana.put("shared", None, &view("Shared", "portfolio", true)).await.expect_status(200);
    ana.put("own", None, &view("Own", "portfolio", false)).await.expect_status(200);
    for (person, id) in [(&bo, "shared"), (&bo, "own"), (&adam, "shared"), (&vera, "own")] {
        person.put(id, Some("\"1\""), &view("Mine now", "portfolio", false)).await.expect_status(403);
    }
    for (person, id) in [(&bo, "shared"), (&vera, "own"), (&adam, "own")] {
        person.delete(id).await.expect_status(403);
    }
    assert_eq!(ana.sees().await, ["own", "shared"]);
    // Who left leaves no shared view that nobody can take away.
    adam.delete("shared").await.expect_status(204);
    assert_eq!(ana.sees().await, ["own"]);
}

#[tokio::test]
async fn who_only_looks_shares_nothing() {
    let world = World::new().await;
    let [_, _, vera, _] = people(&world);
    let refused = vera.put("veras", None, &view("Vera's", "portfolio", true)).await.expect_status(403).json();
    assert_eq!(refused["detail"], "Sharing a view needs the role csm; yours is viewer.");
    vera.put("veras", None, &view("Vera's", "portfolio", false)).await.expect_status(200);
    vera.put("veras", Some("\"1\""), &view("Vera's", "portfolio", true)).await.expect_status(403);
    // Whoever could share once takes back what they shared.
    let vera_as_csm = Person { role: Role::Csm, ..vera };
    vera_as_csm.put("veras", Some("\"1\""), &view("Vera's", "portfolio", true)).await.expect_status(200);
    let [_, _, vera, _] = people(&world);
    vera.put("veras", Some("\"2\""), &view("Vera's", "portfolio", false)).await.expect_status(200);
}

#[tokio::test]
async fn a_person_has_a_hundred_views_at_most() {
    let world = World::new().await;
    let [ana, bo, ..] = people(&world);
    for number in 0..100 {
        ana.put(&format!("v{number}"), None, &view("Mine", "portfolio", true)).await.expect_status(200);
    }
    let refused = ana.put("one-more", None, &view("Mine", "portfolio", true)).await.expect_status(422);
    assert_eq!(refused.pointers(), [""]);
    ana.put("v7", Some("\"1\""), &view("Changed", "portfolio", true)).await.expect_status(200);
    bo.put("bos", None, &view("Bo's", "portfolio", false)).await.expect_status(200);
    ana.delete("v8").await.expect_status(204);
    ana.put("one-more", None, &view("Mine", "portfolio", true)).await.expect_status(200);
}

#[tokio::test]
async fn an_id_or_a_view_that_cannot_be_is_refused() {
    let world = World::new().await;
    let [ana, ..] = people(&world);
    for id in ["Mine", "a%20b", "a.b", "%C3%A4", &"x".repeat(65)] {
        ana.put(id, None, &view("x", "portfolio", false)).await.expect_status(404);
        ana.delete(id).await.expect_status(404);
    }
    let wrong = json!({ "name": "", "page": "home", "query": "a b", "shared": "yes", "owner": "bo@keepwell.example" });
    let mut pointers = ana.put("mine", None, &wrong).await.expect_status(422).pointers();
    pointers.sort_unstable();
    assert_eq!(pointers, ["/name", "/owner", "/page", "/query", "/shared"]);
    assert_eq!(ana.sees().await, Vec::<String>::new());
}
