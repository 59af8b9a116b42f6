//! What goes out comes in again: cells, and usage that was folded.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::{DateTime, NaiveDate, Utc};
use keepwell_domain::export::{ExportKind, csv_header, csv_row, guard, unguard, usage_events};
use keepwell_domain::import::{ImportKind, Item, Mapping, parse};
use keepwell_domain::signal::UsageEvent;
use keepwell_domain::usage::{UsageDay, UsageDays};
use proptest::prelude::*;
use serde_json::json;

#[test]
fn a_cell_that_begins_a_formula_gets_an_apostrophe_and_nothing_else_does() {
    let cases = [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+49 30 1234", "'+49 30 1234"),
        ("-inf", "'-inf"),
        ("-", "'-"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\u{ff1d}1", "'\u{ff1d}1"),
        ("'=1", "''=1"),
        ("-5", "-5"),
        ("-1.25e-7", "-1.25e-7"),
        ("+5", "+5"),
        ("'s-Hertogenbosch", "'s-Hertogenbosch"),
        ("a=b", "a=b"),
        ("", ""),
    ];
    for (cell, guarded) in cases {
        assert_eq!(guard(cell.to_owned()), guarded);
        assert_eq!(unguard(guarded), cell);
    }
    assert_eq!(unguard("'tis"), "'tis", "a person's own apostrophe stays");
}

/// Texts that are likely to go wrong.
fn text() -> impl Strategy<Value = String> {
    proptest::string::string_regex("['=+@\\-;,\"\\[\\]0-9a-zäé. \n]{0,12}").unwrap()
}

proptest! {
    #[test]
    fn any_cell_is_read_as_it_was(cell in text()) {
        let guarded = guard(cell.clone());
        prop_assert_eq!(unguard(&guarded), cell);
        let begins = guarded.starts_with(['=', '+', '-', '@', '\n']);
        prop_assert!(!begins || guarded.parse::<f64>().is_ok(), "{}", guarded);
    }

    #[test]
    fn any_message_and_measure_is_imported_as_it_was(texts in proptest::collection::vec(text(), 1..5)) {
        let texts: Vec<&str> = texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
        let messages = texts.iter().enumerate().map(|(index, text)| {
            json!({ "id": format!("m{index}"), "customer": "acme", "at": "2026-03-01T10:00:00Z", "text": text })
        });
        let file = csv_header(ExportKind::Messages)
            + &messages.map(|message| csv_row(ExportKind::Messages, &message)).collect::<String>();
        let parsed = parse(ImportKind::Messages, file.as_bytes(), &Mapping::default()).unwrap();
        let read: Vec<&str> = parsed.good.iter().map(|row| match &row.item {
            Item::Message(message) => message.text.as_str(),
            other => panic!("{other:?}"),
        }).collect();
        prop_assert_eq!(read, texts, "{}", file);
    }

    #[test]
    fn any_tags_and_words_are_imported_as_they_were(texts in proptest::collection::btree_set("[a-z0-9;\"=@+\\[\\]'. -]{1,8}", 0..4)) {
        let texts: Vec<&str> = texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
        let interaction = json!({ "id": "i", "customer": "acme", "kind": "call", "at": "2026-03-01T10:00:00Z", "participants": texts });
        let file = csv_header(ExportKind::Interactions) + &csv_row(ExportKind::Interactions, &interaction);
        let parsed = parse(ImportKind::Interactions, file.as_bytes(), &Mapping::default()).unwrap();
        let Some(Item::Interaction(read)) = parsed.good.first().map(|row| &row.item) else { panic!("{parsed:?}") };
        prop_assert_eq!(&read.participants, &texts);
        for text in texts {
            let measure = json!({ "customer": "acme", "name": "m", "value": text, "observed_at": "2026-03-01T10:00:00Z" });
            let file = csv_header(ExportKind::CustomMeasures) + &csv_row(ExportKind::CustomMeasures, &measure);
            let parsed = parse(ImportKind::CustomMeasures, file.as_bytes(), &Mapping::default()).unwrap();
            let Some(Item::CustomMeasure(read)) = parsed.good.first().map(|row| &row.item) else { panic!("{parsed:?}") };
            prop_assert_eq!(json!(read.value), json!(text));
        }
    }

    #[test]
    fn usage_folds_into_what_it_came_from(events in proptest::collection::vec(usage_event(), 1..40)) {
        let day = folded(&events);
        let out = usage_events(&day);
        prop_assert!(out.len() <= day.message_hashes.len(), "never more events than there were");
        prop_assert!(out.iter().all(|event| (1..=1_000_000).contains(&event.count) && event.duration_secs <= 31_622_400));
        let again = folded(&out);
        prop_assert_eq!((again.events, again.duration_secs), (day.events, day.duration_secs));
        prop_assert_eq!((&again.users, &again.features), (&day.users, &day.features));
        prop_assert_eq!(usage_events(&again), out.clone(), "and goes out the same again");
        let mut known = UsageDays::of([(day, 1)]);
        for event in &out {
            known.fold(event);
        }
        prop_assert_eq!(known.changed().count(), 0, "where it came from it is known");
    }
}

fn usage_event() -> impl Strategy<Value = UsageEvent> {
    let at: DateTime<Utc> = "2026-03-01T10:00:00Z".parse().unwrap();
    let name = |letters: &'static str| proptest::option::of(letters);
    let count = prop_oneof![1_u64..5, 999_990_u64..=1_000_000];
    let duration = prop_oneof![0_u64..100, 31_622_390_u64..=31_622_400];
    (any::<u32>(), name("[a-f]{1,2}"), name("[x-z]"), count, duration).prop_map(
        move |(id, user, feature, count, duration_secs)| UsageEvent {
            message_id: format!("m{id}"),
            at,
            user,
            feature,
            count,
            duration_secs,
        },
    )
}

fn folded(events: &[UsageEvent]) -> UsageDay {
    let mut day = UsageDay::empty(NaiveDate::from_ymd_opt(2026, 3, 1).unwrap());
    for event in events {
        day.fold(event);
    }
    day
}
