//! Which automations there are: shipped, changed, made and deleted.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use keepwell_domain::automation::library::{Library, is_changed, shipped_edition, shipped_text};
use keepwell_domain::automation::shipped;
use keepwell_domain::edition::{Edition, TextFormat};
use proptest::prelude::*;

#[test]
fn untouched_the_shipped_ones_are_there_in_their_order_as_version_1() {
    let library = Library::default();
    let ids: Vec<String> = shipped().into_iter().map(|automation| automation.id).collect();
    let entries = library.entries();
    assert_eq!(entries.iter().map(|(id, _)| *id).collect::<Vec<_>>(), ids);
    assert!(entries.iter().all(|(id, version)| *version == 1 && !library.is_stored(id)));
    for automation in shipped() {
        let edition = shipped_edition(&automation.id).unwrap();
        assert_eq!(edition.automation().unwrap(), automation);
        assert!(!is_changed(&automation));
    }
}

#[test]
fn a_change_counts_from_the_shipped_version_and_a_deletion_stays() {
    let mut library = Library::default();
    assert_eq!(library.add_version("status-steady"), 2);
    assert_eq!(library.add_version("mine"), 1);
    library.delete("mine");
    library.delete("status-healthy");
    assert_eq!((library.newest("mine"), library.newest("status-healthy")), (None, None));
    let entries: Vec<_> = library.entries().into_iter().map(|(id, _)| id.to_owned()).collect();
    assert!(!entries.contains(&"mine".to_owned()) && !entries.contains(&"status-healthy".to_owned()));
    assert_eq!((library.add_version("mine"), library.add_version("status-healthy")), (2, 2));
    assert_eq!(library.entries().last(), Some(&("mine", 2)));
    // A library that is read back is the same.
    let text = serde_json::to_string(&library).unwrap();
    assert_eq!(serde_json::from_str::<Library>(&text).unwrap(), library);
}

#[test]
fn the_same_text_says_nothing_new_and_a_comment_does() {
    let text = shipped_text("status-steady").unwrap();
    let edition = Edition::of_shipped("status-steady", text);
    assert!(edition.says(TextFormat::Yaml, text, || false));
    assert!(!edition.says(TextFormat::Yaml, &format!("# mine\n{text}"), || true), "a comment is worth a version");
    assert!(edition.says(TextFormat::Json, "{}", || true), "JSON has no comments");
}

proptest! {
    #[test]
    fn versions_only_go_up(steps in proptest::collection::vec((0_usize..4, any::<bool>()), 0..40)) {
        let ids = ["status-steady", "status-healthy", "mine", "other"];
        let mut library = Library::default();
        let mut highest = [1, 1, 0, 0];
        for (which, delete) in steps {
            let id = ids.get(which).copied().unwrap_or_default();
            if delete {
                if library.newest(id).is_some() {
                    library.delete(id);
                    prop_assert_eq!(library.newest(id), None);
                }
            } else {
                let version = library.add_version(id);
                let before = highest.get_mut(which).unwrap();
                prop_assert_eq!(version, *before + 1);
                *before = version;
                prop_assert_eq!(library.newest(id), Some(version));
            }
        }
    }
}
