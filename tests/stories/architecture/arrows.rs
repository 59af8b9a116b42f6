//! Who depends on whom, read from cargo itself.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// `functions -> keepwell-aws -> keepwell-domain`; `keepwell` (the local system) and the tests may use everything.
const AWS: &str = "keepwell-aws";
const DOMAIN: &str = "keepwell-domain";
const LOCAL: &str = "keepwell";
const TESTS: &str = "keepwell-tests";

/// The root of the repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the repository")
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().expect("cargo runs");
    assert!(output.status.success(), "cargo {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo speaks UTF-8")
}

/// The packages as they are built on this machine: those of other platforms are not downloaded.
fn metadata() -> Value {
    let version = cargo(&["-vV"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host");
    let text = cargo(&["metadata", "--offline", "--format-version", "1", "--filter-platform", host]);
    serde_json::from_str(&text).expect("cargo metadata is JSON")
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// Our packages: name -> (folder, names of its direct dependencies, those of its tests and build aside).
fn ours(metadata: &Value) -> BTreeMap<String, (String, BTreeSet<String>)> {
    let members: BTreeSet<&str> = texts(&metadata["workspace_members"]).collect();
    let packages = metadata["packages"].as_array().expect("packages");
    let ours = packages.iter().filter(|package| members.contains(package["id"].as_str().unwrap_or_default()));
    ours.map(|package| {
        let manifest = Path::new(package["manifest_path"].as_str().expect("a path"));
        let folder = manifest.parent().and_then(|folder| folder.parent()).and_then(Path::file_name);
        let dependencies = package["dependencies"].as_array().expect("dependencies");
        let normal = dependencies.iter().filter(|dependency| dependency["kind"].is_null());
        let names = normal.map(|dependency| dependency["name"].as_str().unwrap_or_default().to_owned()).collect();
        let folder = folder.map(|folder| folder.to_string_lossy().into_owned()).unwrap_or_default();
        (package["name"].as_str().unwrap_or_default().to_owned(), (folder, names))
    })
    .collect()
}

/// Everything that a package is built from, itself included, as cargo resolved it.
fn everything_below(metadata: &Value, package: &str) -> BTreeSet<String> {
    let nodes = metadata["resolve"]["nodes"].as_array().expect("a resolution");
    let by_id: BTreeMap<&str, &Value> =
        nodes.iter().map(|node| (node["id"].as_str().unwrap_or_default(), node)).collect();
    let name_of = |id: &str| {
        let packages = metadata["packages"].as_array().expect("packages");
        packages
            .iter()
            .find(|package| package["id"] == id)
            .and_then(|package| package["name"].as_str())
            .unwrap_or_default()
    };
    let mut found = BTreeSet::new();
    let mut open: Vec<&str> = by_id.keys().copied().filter(|id| name_of(id) == package).collect();
    assert_eq!(open.len(), 1, "{package}");
    while let Some(id) = open.pop() {
        if found.insert(id) {
            let dependencies = by_id[id]["deps"].as_array().expect("deps");
            let is_built_in = |kind: &Value| kind["kind"].is_null();
            let normal = dependencies
                .iter()
                .filter(|dep| dep["dep_kinds"].as_array().is_some_and(|kinds| kinds.iter().any(is_built_in)));
            open.extend(normal.filter_map(|dep| dep["pkg"].as_str()));
        }
    }
    found.into_iter().map(|id| name_of(id).to_owned()).collect()
}

#[test]
fn the_domain_knows_neither_the_cloud_nor_anything_of_ours() {
    let metadata = metadata();
    let ours = ours(&metadata);
    let below = everything_below(&metadata, DOMAIN);
    assert!(below.contains("chrono"), "the resolution is not read: {below:?}");
    let outside = ["aws", "tokio", "axum", "hyper", "lambda", "http", "dynoxide", "rand"];
    let wrong = |name: &&String| {
        (ours.contains_key(*name) && *name != DOMAIN)
            || outside.iter().any(|prefix| {
                *name == prefix || name.starts_with(&format!("{prefix}-")) || name.starts_with(&format!("{prefix}_"))
            })
    };
    assert_eq!(below.iter().filter(wrong).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn functions_use_the_shared_crates_and_never_each_other() {
    let ours = ours(&metadata());
    let functions: BTreeMap<_, _> = ours.iter().filter(|(_, (folder, _))| folder == "functions").collect();
    assert!(functions.len() >= 8, "{:?}", functions.keys());
    for (name, (_, dependencies)) in functions {
        let used: Vec<&String> = dependencies.iter().filter(|name| ours.contains_key(*name)).collect();
        assert!(used.iter().all(|used| [AWS, DOMAIN].contains(&used.as_str())), "{name} uses {used:?}");
    }
    let (_, of_aws) = &ours[AWS];
    assert_eq!(of_aws.iter().filter(|name| ours.contains_key(*name)).collect::<Vec<_>>(), [DOMAIN]);
}

#[test]
fn only_the_shared_aws_crate_and_what_stands_in_for_the_cloud_see_the_aws_sdk() {
    for (name, (_, dependencies)) in ours(&metadata()) {
        let sdk: Vec<_> =
            dependencies.iter().filter(|name| name.starts_with("aws-sdk-") || *name == "aws-config").collect();
        let may = [AWS, LOCAL, TESTS].contains(&name.as_str());
        assert!(may || sdk.is_empty(), "{name} uses {sdk:?}");
    }
}

#[test]
fn each_function_has_the_name_of_its_folder_and_a_main_of_ten_lines_at_most() {
    let names: BTreeSet<String> =
        ours(&metadata()).into_iter().filter(|(_, (folder, _))| folder == "functions").map(|(name, _)| name).collect();
    let folders: BTreeSet<String> = std::fs::read_dir(root().join("functions"))
        .expect("the functions' folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(names, folders);
    for name in &names {
        let main = std::fs::read_to_string(root().join("functions").join(name).join("src/main.rs")).expect(name);
        assert!(main.lines().count() <= 10, "{name}: main.rs is wiring only");
        assert!(
            main.contains(&format!("keepwell_aws::lambda::run({}::function)", name.replace('-', "_"))),
            "{name}: {main}"
        );
    }
}
