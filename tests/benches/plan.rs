//! What a plan over 100,000 customers takes, step by step: `cargo bench -p keepwell-benches --bench plan`.
//!
//! Every customer has all measures of the catalogue, a profile, a Health Status and three tags; the draft makes team view count twice.

#![expect(clippy::unwrap_used, reason = "a bench that cannot go on says where")]
#![expect(clippy::print_stdout, reason = "the size of what is measured stands above the figures")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::LazyLock;

use chrono::{DateTime, Duration, Utc};
use divan::Bencher;
use keepwell_domain::automation::{Automation, shipped};
use keepwell_domain::contact::Contact;
use keepwell_domain::customer::{Customer, NewCustomer};
use keepwell_domain::edition::Edition;
use keepwell_domain::health_status::{HealthStatus, StatusRecord};
use keepwell_domain::id::{CustomerId, EmailAddress};
use keepwell_domain::measure::{Kind, MeasureValue, MeasureValues, Observed, Resolved, catalogue};
use keepwell_domain::score::library::Selection;
use keepwell_domain::score::plan::Comparison;
use keepwell_domain::score::plan::automations::Fired;
use keepwell_domain::score::plan::cost::Cost;
use keepwell_domain::score::portfolio::Portfolio;
use keepwell_domain::score::scorecard::Scorecard;
use keepwell_domain::settings::Settings;
use keepwell_domain::snapshot::{Mark, Row, Snapshot};
use serde_json::{Value, json};

const CUSTOMERS: usize = 100_000;

fn main() {
    let snapshot = &*SNAPSHOT;
    let (before, after) = &*SELECTIONS;
    let portfolio = snapshot.portfolio(now());
    let comparison = Comparison::new(snapshot, &portfolio, before, after, now(), 1);
    println!("{CUSTOMERS} customers, {} measures, {} bytes", catalogue().len(), BYTES.len());
    println!("{} movers, automations {:?}", comparison.movers(0).total, fired(&comparison));
    divan::main();
}

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + Duration::days(20_758)
}

/// A number that looks like chance, and is the same each time.
fn noise(of: usize) -> usize {
    let mixed = (of as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 33) as usize
}

fn values(which: usize) -> MeasureValues {
    let mut values = MeasureValues::default();
    for (index, measure) in catalogue().iter().enumerate() {
        // Three in four have nothing of what the scorecard's overrides ask for, so that the rules decide.
        if measure.id.starts_with("tickets.") && !which.is_multiple_of(4) {
            continue;
        }
        // A customer is good or bad in most of its measures.
        let noise = noise(which * 64 + index);
        let spread = (which * 31 % 97 + noise % 40) % 97;
        let value = match measure.kind {
            Kind::Number => MeasureValue::Number(spread as f64 / 3.0 + (noise % 1000) as f64 / 7000.0),
            Kind::Boolean => MeasureValue::Boolean(spread.is_multiple_of(2)),
            Kind::Word => {
                let word = measure.words.get(spread % measure.words.len().max(1)).copied();
                MeasureValue::Word(word.unwrap_or("any").into())
            }
        };
        let observed_at = now() - Duration::seconds(i64::try_from(noise % 2_500_000).unwrap());
        values.set(Resolved::Catalogue(index), Some(Observed::new(value, observed_at)));
    }
    values
}

fn customer(which: usize) -> Customer {
    let pick = |words: &[&str]| words.get(which % words.len()).copied().unwrap_or_default().to_owned();
    let csm = format!("csm{}@keepwell.example", which % 40);
    let profile = json!({
        "name": format!("Customer {which} Ltd"), "owner": csm, "arr_cents": (which * 7919) % 10_000_000, "seats": which % 500,
        "renewal_on": "2027-03-01", "plan": pick(&["Basic", "Pro", "Enterprise"]), "industry": pick(&["Steel", "Health", "Retail", "Law"]),
        "country": pick(&["DE", "FR", "US", "JP", "BR"]), "size": pick(&["Small", "Mid", "Large"]),
        "tags": [pick(&["vip", "emea"]), pick(&["beta", "pilot", "old"])], "attributes": { "region": pick(&["north", "south"]), "tier": which % 7 },
    });
    let id = CustomerId::parse(&format!("customer-{which:06}")).unwrap();
    let mut customer = NewCustomer::parse(&profile).unwrap().create(id, now() - Duration::days(400));
    customer.status = HealthStatus::ALL.get(which % 5).map(|status| StatusRecord {
        status: *status,
        reason: format!("We talked about what comes next, for the {which}th time."),
        set_by: EmailAddress::parse(&csm).unwrap(),
        set_at: now() - Duration::days(10),
    });
    customer
}

static SNAPSHOT: LazyLock<Snapshot> = LazyLock::new(|| {
    let mut snapshot = Snapshot::empty(now());
    for which in 0..CUSTOMERS {
        snapshot.push(Row { customer: customer(which), revision: 7 }, &values(which));
    }
    snapshot
});

static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| SNAPSHOT.to_bytes().unwrap());

static SELECTIONS: LazyLock<(Selection, Selection)> = LazyLock::new(|| {
    let before = Selection::new(&[Edition::shipped()]).unwrap();
    let mut draft = serde_json::to_value(Scorecard::shipped()).unwrap();
    for dimension in draft.get_mut("dimensions").and_then(Value::as_array_mut).into_iter().flatten() {
        if dimension.get("id").is_some_and(|id| id == "team_view")
            && let Some(weight) = dimension.get_mut("weight")
        {
            *weight = json!(2.0 * weight.as_f64().unwrap_or_default());
        }
    }
    let after = before.with_draft(Scorecard::parse(&draft).unwrap(), None).unwrap();
    (before, after)
});

/// The shipped ones, and one that every fall sets off.
static AUTOMATIONS: LazyLock<Vec<Automation>> = LazyLock::new(|| {
    let fell = json!({ "format": 1, "id": "fell", "name": "Fell", "on": true,
        "trigger": { "band_changed": { "to": ["struggling", "steady"] } },
        "actions": [{ "task": { "title": "Call {{ customer.name }}", "priority": "high", "due_in_working_days": 1 } }] });
    let mut all = shipped();
    all.push(Automation::parse(&fell).unwrap());
    all
});

fn fired(comparison: &Comparison<'_>) -> Vec<Fired> {
    comparison.fired(&AUTOMATIONS, &BTreeMap::<CustomerId, Vec<Contact>>::new(), &Settings::default())
}

/// What the index says when nobody changed.
fn marks() -> Vec<Mark> {
    let mark =
        |row: &Row| Mark { id: row.customer.id.clone(), revision: row.revision, created_at: row.customer.created_at };
    SNAPSHOT.rows().iter().map(mark).collect()
}

fn compare<'a>(snapshot: &'a Snapshot, portfolio: &Portfolio) -> Comparison<'a> {
    let (before, after) = &*SELECTIONS;
    Comparison::new(snapshot, portfolio, before, after, now(), 1)
}

#[divan::bench(sample_count = 10)]
fn step_1_read_the_snapshot() -> Snapshot {
    Snapshot::from_bytes(black_box(&BYTES)).unwrap()
}

#[divan::bench(sample_count = 10)]
fn step_2_find_nobody_outdated_and_overlay(bencher: Bencher<'_, '_>) {
    let marks = marks();
    bencher.with_inputs(|| SNAPSHOT.clone()).bench_refs(|snapshot| {
        assert!(snapshot.outdated(&marks).is_empty());
        snapshot.overlay(&marks, Vec::new(), now());
    });
}

#[divan::bench(sample_count = 10)]
fn step_3_columns_as_of_now() -> Portfolio {
    black_box(&*SNAPSHOT).portfolio(now())
}

#[divan::bench(sample_count = 10)]
fn step_4_score_twice(bencher: Bencher<'_, '_>) {
    let portfolio = SNAPSHOT.portfolio(now());
    bencher.bench(|| drop(compare(&SNAPSHOT, black_box(&portfolio))));
}

#[divan::bench(sample_count = 10)]
fn step_5_summary_and_fifty_movers_explained(bencher: Bencher<'_, '_>) {
    let portfolio = SNAPSHOT.portfolio(now());
    let comparison = compare(&SNAPSHOT, &portfolio);
    bencher.bench(|| (comparison.summary(), comparison.movers(50)));
}

#[divan::bench(sample_count = 10)]
fn step_6_automations_and_cost(bencher: Bencher<'_, '_>) {
    let portfolio = SNAPSHOT.portfolio(now());
    let comparison = compare(&SNAPSHOT, &portfolio);
    bencher.bench(|| (comparison.needing_contacts(&AUTOMATIONS), fired(&comparison), Cost::of(&comparison, 0)));
}

/// Everything that a plan computes, from the bytes of the object to the answer.
#[divan::bench(sample_count = 10)]
fn the_whole_plan() -> usize {
    let mut snapshot = Snapshot::from_bytes(black_box(&BYTES)).unwrap();
    let marks = marks();
    assert!(snapshot.outdated(&marks).is_empty());
    snapshot.overlay(&marks, Vec::new(), now());
    let portfolio = snapshot.portfolio(now());
    let comparison = compare(&snapshot, &portfolio);
    let parts =
        json!({ "summary": comparison.summary(), "movers": comparison.movers(50), "fired": fired(&comparison) });
    parts.to_string().len()
}

#[divan::bench(sample_count = 10)]
fn write_the_snapshot() -> Vec<u8> {
    black_box(&*SNAPSHOT).to_bytes().unwrap()
}
