//! A snapshot gives back what was put into it: rows, measures, and the bits of every score.

use chrono::{DateTime, Duration, Utc};
use keepwell_domain::customer::{Customer, NewCustomer};
use keepwell_domain::id::CustomerId;
use keepwell_domain::measure::MeasureValues;
use keepwell_domain::score::columns::Options;
use keepwell_domain::score::portfolio::Portfolio;
use keepwell_domain::snapshot::{Mark, Row, Snapshot, SnapshotError};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use crate::any::{Known, compiled, document, known, now};

fn customer(id: &str) -> Customer {
    let new = NewCustomer::parse(&json!({ "name": format!("{id} Ltd"), "arr_cents": 100, "tags": ["a"] })).unwrap();
    new.create(CustomerId::parse(id).unwrap(), now())
}

fn row(place: usize, known: &Known) -> Row {
    let mut customer = customer(&format!("c{place}"));
    customer.manual_override = known.manual_override().cloned();
    Row { customer, revision: place as u64 + 1 }
}

fn snapshot(customers: &[Known]) -> Snapshot {
    let mut snapshot = Snapshot::empty(now());
    for (place, known) in customers.iter().enumerate() {
        snapshot.push(row(place, known), &known.values());
    }
    snapshot
}

fn marks(snapshot: &Snapshot) -> Vec<Mark> {
    let mark =
        |row: &Row| Mark { id: row.customer.id.clone(), revision: row.revision, created_at: row.customer.created_at };
    snapshot.rows().iter().map(mark).collect()
}

fn all_measures(snapshot: &Snapshot) -> Vec<MeasureValues> {
    (0..snapshot.rows().len()).map(|place| snapshot.measures().of(place)).collect()
}

fn values_by_id(snapshot: &Snapshot) -> Vec<(CustomerId, u64, MeasureValues)> {
    let rows = snapshot.rows().iter().zip(all_measures(snapshot));
    let mut all: Vec<_> = rows.map(|(row, values)| (row.customer.id.clone(), row.revision, values)).collect();
    all.sort_by(|(a, ..), (b, ..)| a.cmp(b));
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rows_measures_and_scores_come_back(
        document in document(), customers in vec(known(), 0..80), later in 0..3_i64,
    ) {
        let written = snapshot(&customers);
        let read = Snapshot::from_bytes(&written.to_bytes().unwrap()).unwrap();
        prop_assert_eq!(read.taken_at, now());
        prop_assert_eq!(read.rows(), written.rows());
        prop_assert_eq!(all_measures(&read), customers.iter().map(Known::values).collect::<Vec<_>>());

        let (scorecard, as_of) = (compiled(&document), now() + Duration::days(later));
        let mut one_by_one = Portfolio::default();
        for known in &customers {
            one_by_one.push(&known.values(), known.manual_override(), as_of);
        }
        let bits = |portfolio: &Portfolio| -> Vec<_> {
            let scores = scorecard.score_portfolio(portfolio, Options::default());
            let bits = |number: Option<f64>| number.map(f64::to_bits);
            scores.iter().map(|it| (bits(it.value), it.band, bits(it.raw), it.coverage.to_bits())).collect()
        };
        prop_assert_eq!(bits(&read.portfolio(as_of)), bits(&one_by_one));
    }

    /// Whoever is changed, erased or new: the overlaid snapshot is the one that would have been taken anew.
    #[test]
    fn an_overlaid_snapshot_is_a_fresh_one(before in vec(known(), 0..40), after in vec((known(), 0..4_u8), 0..50)) {
        let mut snapshot = snapshot(&before);
        let mut fresh = Snapshot::empty(now());
        for (place, (known, fate)) in after.iter().enumerate() {
            match (before.get(place), fate) {
                (_, 0) => {}
                // Written again.
                (_, 1) | (None, _) => {
                    let row = row(place, known);
                    fresh.push(Row { revision: row.revision + 1, ..row }, &known.values());
                }
                (Some(old), _) => fresh.push(row(place, old), &old.values()),
            }
        }
        let now_there = marks(&fresh);
        let outdated = snapshot.outdated(&now_there);
        let again: Vec<(Row, MeasureValues)> = fresh
            .rows()
            .iter()
            .zip(all_measures(&fresh))
            .filter(|(row, _)| outdated.contains(&row.customer.id))
            .map(|(row, values)| (row.clone(), values))
            .collect();
        snapshot.overlay(&now_there, again, now());
        prop_assert_eq!(values_by_id(&snapshot), values_by_id(&fresh));
        prop_assert_eq!(snapshot.outdated(&now_there), Vec::<CustomerId>::new());
        let read = Snapshot::from_bytes(&snapshot.to_bytes().unwrap()).unwrap();
        prop_assert_eq!(values_by_id(&read), values_by_id(&fresh));
    }

    /// A bit that fell over is noticed wherever it is, and never read as something else.
    #[test]
    fn a_damaged_object_is_no_snapshot(customers in vec(known(), 1..20), at in any::<prop::sample::Index>(), bit in 0..8_u32) {
        let mut bytes = snapshot(&customers).to_bytes().unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= 1_u8 << bit;
        let error = Snapshot::from_bytes(&bytes).unwrap_err();
        let expected = match at {
            0..8 => matches!(error, SnapshotError::Foreign),
            8..12 => matches!(error, SnapshotError::OtherFormat { .. }),
            _ => matches!(error, SnapshotError::Damaged { .. }),
        };
        prop_assert!(expected, "byte {}: {:?}", at, error);
    }

    #[test]
    fn a_part_of_an_object_is_no_snapshot(customers in vec(known(), 1..20), at in any::<prop::sample::Index>()) {
        let bytes = snapshot(&customers).to_bytes().unwrap();
        prop_assert!(Snapshot::from_bytes(&bytes[..at.index(bytes.len())]).is_err());
    }
}

#[test]
fn a_customer_that_was_erased_and_made_again_is_outdated_even_with_the_same_count_of_writes() {
    let mut snapshot = Snapshot::empty(now());
    snapshot.push(Row { customer: customer("acme"), revision: 3 }, &MeasureValues::default());
    let mut marks = marks(&snapshot);
    assert_eq!(snapshot.outdated(&marks), []);
    marks[0].created_at += Duration::days(1);
    assert_eq!(snapshot.outdated(&marks), [CustomerId::parse("acme").unwrap()]);
}

#[test]
fn every_field_of_a_list_row_comes_back() {
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let customer: Customer = serde_json::from_value(json!({
        "id": "acme",
        "profile": {
            "name": "Acme \u{1F600} Ltd", "owner": "ann@keepwell.example", "arr_cents": 12_000_000, "currency": "EUR", "seats": 40,
            "renewal_on": "2027-02-28", "customer_since": "2023-05-17", "plan": "Enterprise", "industry": "Steel", "country": "DE", "size": "Mid", "stage": "live",
            "tags": ["vip", "emea"], "attributes": { "region": "north", "tier": 2.5, "pilot": true },
            "request_feedback": true, "feedback_interval_days": 45, "automations_paused": true,
        },
        "status": { "status": "steady", "reason": "we talked", "set_by": "ann@keepwell.example", "set_at": "2026-10-01T08:00:00.123Z" },
        "manual_override": { "kind": "cap", "value": 40.0, "reason": "a dispute", "set_by": "ann@keepwell.example",
            "set_at": "2026-10-01T08:00:00Z", "expires_at": "2026-12-01T08:00:00Z" },
        "standing": {
            "score": 61.234_567, "band": "healthy", "coverage": 0.75, "score_change": -3.5, "happiness": 80.0, "happiness_level": "happy",
            "answers": 3, "insight": "stale", "last_drop_at": "2026-09-01T00:00:00Z", "last_score_drop_at": "2026-09-02T00:00:00Z",
            "disagrees": true, "stale_reported_for": "2026-08-01T00:00:00Z", "oldest_input_days": 17.25, "computed_at": "2026-10-30T02:00:00Z",
        },
        "feedback_due_at": "2026-11-05T09:00:00Z",
        "churned": true,
        "last_signals": { "met_at": "2026-10-20T10:00:00Z", "ticket_at": "2026-10-21T10:00:00Z",
            "outcome": { "id": "o1", "customer": "acme", "kind": "churned", "on": "2026-10-22" } },
        "created_at": "2024-01-01T00:00:00.001Z", "updated_at": "2026-10-30T00:00:00Z", "version": 7, "event_seq": 99,
    }))
    .unwrap();
    let mut blank = self::customer("blank");
    blank.last_signals = None;
    let mut snapshot = Snapshot::empty(at("2026-11-01T12:00:00Z"));
    snapshot.looked_at = Some(at("2026-11-01T12:00:00.123Z"));
    for customer in [customer, blank] {
        snapshot.push(Row { customer, revision: 12 }, &MeasureValues::default());
    }
    let read = Snapshot::from_bytes(&snapshot.to_bytes().unwrap()).unwrap();
    assert_eq!((read.looked_at, read.rows()), (snapshot.looked_at, snapshot.rows()));
}

#[test]
fn the_layout_is_the_one_that_is_written_down() {
    let mut snapshot = Snapshot::empty(now());
    snapshot.push(Row { customer: customer("acme"), revision: 1 }, &MeasureValues::default());
    let bytes = snapshot.to_bytes().unwrap();
    assert_eq!(&bytes[..8], b"KEEPWELL");
    assert_eq!(bytes[8..12], [2, 0, 0, 0], "the format");
    let length = u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
    let header: serde_json::Value = serde_json::from_slice(&bytes[20..20 + length]).unwrap();
    assert_eq!((&header["taken_at"], &header["customers"]), (&json!("2026-11-01T12:00:00Z"), &json!(1)));
    assert_eq!(header["sections"][0]["name"], "id");
    assert!(Snapshot::from_bytes(b"").is_err_and(|error| error == SnapshotError::Foreign));
}
