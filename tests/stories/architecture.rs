//! What holds the parts together: who may depend on whom, what the template must say, what Lambda is answered.

mod arrows;
mod delivery;
mod hosting;
mod lambda;
mod observability;
mod package;
mod permissions;
mod permissions_table;
mod template;

#[tokio::test]
async fn the_api_page_lists_every_route_and_who_may_call_it() {
    use keepwell_aws::http::Access;
    let world = keepwell_tests::World::new().await;
    let mut declared: Vec<String> = world
        .system
        .functions()
        .iter()
        .flat_map(|function| function.routes.declared().to_vec())
        .map(|route| {
            let who = match route.access {
                Access::Public => "anyone".to_owned(),
                Access::Link => "the link".to_owned(),
                Access::People(role) => role.to_string(),
                Access::Machine => "a write key".to_owned(),
                Access::MachineOrPeople(role) => format!("a write key or {role}"),
            };
            format!("| `{} {}` | {who} |", route.method, route.path)
        })
        .collect();
    declared.sort();
    let page = include_str!("../../docs/api.md");
    let mut listed: Vec<String> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.split('|').take(3).collect::<Vec<_>>().join("|") + "|")
        .collect();
    listed.sort();
    assert_eq!(listed, declared);
}
