use std::time::Duration;

use super::*;

const FRESH_CLONE: Situation = Situation { on_disk: OnDisk::Absent, can_build: true, embedded: false };

#[test]
fn sources_that_are_newer_than_their_build_are_built() {
    assert_eq!(decide(FRESH_CLONE), Plan::Build);
    assert_eq!(decide(Situation { on_disk: OnDisk::Outdated, embedded: true, ..FRESH_CLONE }), Plan::Build);
    assert_eq!(decide(Situation { on_disk: OnDisk::Current, ..FRESH_CLONE }), Plan::OnDisk);
}

#[test]
fn without_sources_node_or_leave_nothing_is_built() {
    let cannot = Situation { can_build: false, ..FRESH_CLONE };
    assert_eq!(decide(cannot), Plan::Placeholder);
    assert_eq!(decide(Situation { embedded: true, ..cannot }), Plan::Embedded);
    for on_disk in [OnDisk::Outdated, OnDisk::Current] {
        assert_eq!(decide(Situation { on_disk, embedded: true, ..cannot }), Plan::OnDisk);
    }
}

#[test]
fn node_versions_are_compared_as_numbers() {
    for good in ["v20.19.0\n", "v22.1.0", "v100.0.0"] {
        assert!(is_new_enough(good), "{good}");
    }
    for bad in ["v20.9.1", "v18.20.0", "v9.99.9", "", "not node", "v20"] {
        assert!(!is_new_enough(bad), "{bad}");
    }
}

#[test]
fn the_newest_source_counts_wherever_it_lies() {
    let folder = std::env::temp_dir().join(format!("keepwell-newest-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("src/pages")).unwrap();
    std::fs::create_dir_all(folder.join("dist")).unwrap();
    assert_eq!(newest(&folder), None);
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000);
    for (name, seconds) in [("index.html", 0), ("src/pages/Home.svelte", 60), ("dist/index.html", 600)] {
        let path = folder.join(name);
        std::fs::write(&path, "x").unwrap();
        std::fs::File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_modified(old + Duration::from_secs(seconds))
            .unwrap();
    }
    // What was built is no source.
    assert_eq!(newest(&folder), Some(old + Duration::from_mins(1)));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_failed_build_says_what_npm_said_and_leaves_a_page() {
    let folder = std::env::temp_dir().join(format!("keepwell-broken-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("package.json"), "{ this is no JSON").unwrap();
    let state = build_and_tell(&folder, |_| {});
    let State::Missing(Some(failure)) = state else { panic!("nothing was built, and yet {state:?}") };
    assert!(failure.contains("npm"), "{failure}");
    std::fs::remove_dir_all(folder).unwrap();
}
