//! What a plan says adds up, whatever the draft and the portfolio.

use chrono::Duration;
use keepwell_domain::customer::NewCustomer;
use keepwell_domain::edition::{Edition, TextFormat};
use keepwell_domain::health_status::HealthStatus;
use keepwell_domain::id::CustomerId;
use keepwell_domain::score::library::Selection;
use keepwell_domain::score::plan::Comparison;
use keepwell_domain::score::plan::cost::Cost;
use keepwell_domain::score::scorecard::Scorecard;
use keepwell_domain::snapshot::{Row, Snapshot};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::any::{Known, document, known, now, score};

/// Every third customer is on the plan `Pro`.
fn snapshot(customers: &[Known]) -> Snapshot {
    let mut snapshot = Snapshot::empty(now());
    for (place, known) in customers.iter().enumerate() {
        let mut profile = json!({ "name": format!("c{place}"), "arr_cents": (place * 7919) % 13 });
        if place % 3 == 0 {
            profile["plan"] = json!("Pro");
        }
        let new = NewCustomer::parse(&profile).unwrap();
        let mut customer = new.create(CustomerId::parse(&format!("c{place}")).unwrap(), now() - Duration::days(1));
        customer.manual_override = known.manual_override().cloned();
        snapshot.push(Row { customer, revision: 1 }, &known.values());
    }
    snapshot
}

fn with_id(document: &Value, id: &str, plan: Option<&str>) -> Value {
    let mut document = document.clone();
    document["id"] = json!(id);
    if let Some(plan) = plan {
        document["applies_to"] = json!({ "all": [{ "field": "plan", "in": [plan] }] });
    }
    document
}

fn edition(document: &Value) -> Edition {
    let text = document.to_string();
    let id = document["id"].as_str().unwrap().into();
    Edition { id, version: 3, format: TextFormat::Json, text, set_by: None, set_at: None }
}

fn states() -> impl Iterator<Item = Option<HealthStatus>> {
    HealthStatus::ALL.iter().copied().map(Some).chain([None])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A default scorecard, one for `Pro`, and a draft of either or of a new one.
    #[test]
    fn a_plan_is_what_its_customers_one_by_one_are(
        documents in [document(), document(), document()], which in 0..3_usize, customers in vec(known(), 0..80),
    ) {
        let [default, pro, draft] = &documents;
        let (default, pro) = (with_id(default, "default", None), with_id(pro, "pro", Some("Pro")));
        let draft = match which {
            0 => with_id(draft, "default", None),
            1 => with_id(draft, "pro", Some("Pro")),
            _ => with_id(draft, "new", Some("Pro")),
        };
        // A new one comes after the one for `Pro`, so that nobody gets it; at the first place everybody on `Pro` does.
        let position = (which == 2).then_some(1);
        let before = Selection::new(&[edition(&pro), edition(&default)]).unwrap();
        let after = before.with_draft(Scorecard::parse(&draft).unwrap(), position).unwrap();
        let snapshot = snapshot(&customers);
        let comparison = Comparison::new(&snapshot, &snapshot.portfolio(now()), &before, &after, now(), 2);

        let one_by_one: Vec<_> = customers.iter().enumerate().map(|(place, known)| {
            let is_pro = place % 3 == 0;
            let drafted = if is_pro { which != 0 } else { which == 0 };
            let old = score(if is_pro { &pro } else { &default }, known);
            let new = if drafted { score(&draft, known) } else { old.clone() };
            (drafted, old, new)
        }).collect();

        let summary = comparison.summary();
        prop_assert_eq!(summary.customers, customers.len());
        prop_assert_eq!(summary.affected, one_by_one.iter().filter(|(drafted, ..)| *drafted).count());
        for band in states() {
            prop_assert_eq!(summary.matrix.before(band), one_by_one.iter().filter(|(_, old, _)| old.band == band).count());
            prop_assert_eq!(summary.matrix.after(band), one_by_one.iter().filter(|(.., new)| new.band == band).count());
            for to in states() {
                let moved = one_by_one.iter().filter(|(_, old, new)| (old.band, new.band) == (band, to)).count();
                prop_assert_eq!(summary.matrix.count(band, to), moved);
            }
        }
        let all: usize = states().map(|band| summary.matrix.before(band)).sum();
        prop_assert_eq!(all, customers.len(), "the matrix adds up");
        let changes: Vec<f64> =
            one_by_one.iter().filter_map(|(_, old, new)| Some(new.value? - old.value?)).collect();
        prop_assert_eq!(summary.score.rose, changes.iter().filter(|change| **change > 0.0).count());
        prop_assert_eq!(summary.score.fell, changes.iter().filter(|change| **change < 0.0).count());
        prop_assert_eq!(summary.score.mean_change.is_some(), !changes.is_empty());

        let movers = comparison.movers(usize::MAX);
        let moving = one_by_one.iter().filter(|(_, old, new)| old.band != new.band).count();
        prop_assert_eq!((movers.total, movers.items.len()), (moving, moving));
        for mover in &movers.items {
            let place: usize = mover.customer.as_str()[1..].parse().unwrap();
            let (_, old, new) = &one_by_one[place];
            prop_assert_eq!((mover.before.score, mover.before.band), (old.value, old.band));
            prop_assert_eq!((mover.after.score, mover.after.band), (new.value, new.band));
            if let Some(change) = mover.change {
                let sum: f64 = mover.rules.iter().map(|rule| rule.delta).sum();
                prop_assert!((sum - change).abs() < 1e-9, "{} is not {}: {:?}", sum, change, mover);
            }
        }
        let arr: Vec<_> = movers.items.iter().map(|mover| mover.arr_cents).collect();
        prop_assert!(arr.is_sorted_by(|a, b| a >= b), "{:?}", arr);
        prop_assert_eq!(&comparison.movers(3).items[..], &movers.items[..moving.min(3)]);

        let cost = Cost::of(&comparison, 10);
        prop_assert_eq!((cost.computed, cost.written), (customers.len(), summary.affected));
        let dollars = (18.0 * customers.len() as f64 * 0.125 + 19.0 * summary.affected as f64 * 0.625) / 1e6;
        prop_assert!((cost.tables_dollars - dollars).abs() < 1e-12 && (cost.mails_dollars - 0.001).abs() < 1e-12);
    }

    #[test]
    fn the_same_document_moves_nobody(document in document(), customers in vec(known(), 0..80)) {
        let default = with_id(&document, "default", None);
        let before = Selection::new(&[edition(&default)]).unwrap();
        let after = before.with_draft(Scorecard::parse(&default).unwrap(), None).unwrap();
        let snapshot = snapshot(&customers);
        let comparison = Comparison::new(&snapshot, &snapshot.portfolio(now()), &before, &after, now(), 1);
        let summary = comparison.summary();
        prop_assert_eq!(comparison.movers(50).total, 0);
        prop_assert_eq!((summary.score.rose, summary.score.fell), (0, 0));
        prop_assert_eq!((summary.score.largest_rise, summary.score.largest_fall), (0.0, 0.0));
        prop_assert_eq!(summary.coverage.mean_before.to_bits(), summary.coverage.mean_after.to_bits());
    }
}

fn selection() -> Selection {
    let rule =
        json!({"id": "r", "measure": "custom.r0", "weight": 1, "points": {"linear": {"zero_at": 0, "full_at": 1}}});
    let document = json!({"format": 1, "id": "x", "dimensions": [{"id": "d", "weight": 1, "rules": [rule]}]});
    let editions = [("a", Some("A")), ("b", Some("B")), ("default", None)];
    Selection::new(&editions.map(|(id, plan)| edition(&with_id(&document, id, plan)))).unwrap()
}

fn order(selection: &Selection) -> Vec<String> {
    (0..selection.places()).map(|place| selection.at(place).version().id.to_string()).collect()
}

#[test]
fn a_draft_stands_where_it_would_stand() {
    let rule =
        json!({"id": "r", "measure": "custom.r0", "weight": 1, "points": {"linear": {"zero_at": 0, "full_at": 1}}});
    let draft = |id: &str| {
        let document =
            json!({"format": 1, "id": id, "dimensions": [{"id": "d", "weight": 1, "rules": [rule.clone()]}]});
        Scorecard::parse(&document).unwrap()
    };
    for (id, position, expected) in [
        ("a", None, vec!["a", "b", "default"]),
        ("a", Some(2), vec!["b", "a", "default"]),
        ("b", Some(1), vec!["b", "a", "default"]),
        ("new", None, vec!["a", "b", "new", "default"]),
        ("new", Some(1), vec!["new", "a", "b", "default"]),
        ("new", Some(3), vec!["a", "b", "new", "default"]),
        ("default", None, vec!["a", "b", "default"]),
        ("default", Some(3), vec!["a", "b", "default"]),
    ] {
        let after = selection().with_draft(draft(id), position).unwrap();
        assert_eq!(order(&after), expected, "{id} at {position:?}");
        let drafts = (0..after.places()).filter(|place| after.at(*place).version().version.is_none()).count();
        assert_eq!(drafts, 1, "{id} at {position:?}");
    }
    for (id, position) in [("a", 0), ("a", 3), ("new", 0), ("new", 4), ("default", 1), ("default", 4)] {
        let problems = selection().with_draft(draft(id), Some(position)).unwrap_err();
        assert_eq!(problems.0[0].pointer, "?position", "{id} at {position}");
    }
}
