//! A worked example of a plan: three customers, a draft that is stricter, and what follows from it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use keepwell_domain::automation::Automation;
use keepwell_domain::contact::{Contact, NewContact};
use keepwell_domain::customer::{Customer, NewCustomer};
use keepwell_domain::edition::{Edition, TextFormat};
use keepwell_domain::health_status::{HealthStatus, StatusRecord};
use keepwell_domain::id::{CustomerId, EmailAddress};
use keepwell_domain::measure::{MeasureValues, Observed, Resolved};
use keepwell_domain::score::library::Selection;
use keepwell_domain::score::plan::Comparison;
use keepwell_domain::score::plan::automations::Fired;
use keepwell_domain::score::scorecard::Scorecard;
use keepwell_domain::settings::Settings;
use keepwell_domain::snapshot::{Row, Snapshot};
use serde_json::{Value, json};

fn now() -> DateTime<Utc> {
    "2026-11-02T12:00:00Z".parse().unwrap()
}

/// A full score at so many seats.
fn document(full_at: u32) -> Value {
    let points = json!({ "linear": { "zero_at": 0, "full_at": full_at } });
    let rule = json!({ "id": "seats", "measure": "custom.seats", "weight": 1, "points": points });
    json!({ "format": 1, "id": "default", "dimensions": [{ "id": "d", "weight": 1, "rules": [rule] }] })
}

fn customer(id: &str, arr_cents: Option<i64>, status: Option<HealthStatus>) -> Customer {
    let csm = EmailAddress::parse("csm@keepwell.example").unwrap();
    let profile = json!({ "name": format!("{id} Ltd"), "owner": csm.as_str(), "arr_cents": arr_cents });
    let id = CustomerId::parse(id).unwrap();
    let mut customer = NewCustomer::parse(&profile).unwrap().create(id, now() - Duration::days(9));
    let set_at = now() - Duration::days(3);
    customer.status = status.map(|status| StatusRecord { status, reason: "we talked".into(), set_by: csm, set_at });
    customer
}

/// `big` falls from Thriving to Steady and its CSM says Thriving; `small` from Healthy to Struggling; `calm` stays Struggling; of
/// `quiet` nothing is known.
fn snapshot() -> Snapshot {
    let mut snapshot = Snapshot::empty(now());
    for (id, arr_cents, status, seats) in [
        ("small", Some(100), None, Some(7.0)),
        ("big", Some(900_000), Some(HealthStatus::Thriving), Some(10.0)),
        ("calm", Some(5_000), None, Some(1.0)),
        ("quiet", None, None, None),
    ] {
        let mut values = MeasureValues::default();
        let observed = seats.map(|seats| Observed::number(seats, now() - Duration::days(1)));
        values.set(Resolved::find("custom.seats").unwrap(), observed);
        snapshot.push(Row { customer: customer(id, arr_cents, status), revision: 1 }, &values);
    }
    snapshot
}

fn selections() -> (Selection, Selection) {
    let text = document(10).to_string();
    let edition =
        Edition { id: "default".into(), version: 4, format: TextFormat::Json, text, set_by: None, set_at: None };
    let before = Selection::new(&[edition]).unwrap();
    let after = before.with_draft(Scorecard::parse(&document(20)).unwrap(), None).unwrap();
    (before, after)
}

fn with_comparison<T>(look: impl FnOnce(&Comparison<'_>) -> T) -> T {
    let (snapshot, (before, after)) = (snapshot(), selections());
    look(&Comparison::new(&snapshot, &snapshot.portfolio(now()), &before, &after, now(), 1))
}

#[test]
fn the_summary_and_the_movers() {
    insta::assert_json_snapshot!(with_comparison(
        |comparison| json!({ "summary": comparison.summary(), "movers": comparison.movers(50) })
    ));
}

fn automation(id: &str, trigger: &Value, actions: &Value) -> Automation {
    let document = json!({ "format": 1, "id": id, "name": id, "on": true, "trigger": trigger, "actions": actions });
    Automation::parse(&document).unwrap()
}

fn automations() -> Vec<Automation> {
    let task = json!({ "task": { "title": "Call", "priority": "high", "due_in_working_days": 1 } });
    let mail = |to: Value| json!({ "mail": { "subject": "Hello", "text": "Hello {{ customer.name }}", "to": to } });
    let fell = json!({ "band_changed": { "to": ["struggling", "steady"] } });
    vec![
        automation(
            "fell",
            &fell,
            &json!([task, mail(json!({ "role": "decision_maker" })), { "add_tag": { "tag": "at-risk" } }]),
        ),
        automation(
            "disagreed",
            &json!({ "health_status_disagreed": {} }),
            &json!([mail(json!("owner")), { "webhook": { "endpoint": "crm" } }]),
        ),
        automation("rose", &json!({ "band_changed": { "to": ["thriving"] } }), &json!([task])),
        automation("insight", &json!({ "insight_changed": { "to": ["advocate"] } }), &json!([task])),
        automation("drop", &json!({ "score_fell": { "points": 1, "days": 30 } }), &json!([task])),
    ]
}

fn contact(customer: &str) -> Contact {
    let new =
        json!({ "id": "dora", "name": "Dora", "email": format!("dora@{customer}.example"), "role": "decision_maker" });
    NewContact::parse(&new).unwrap().create(CustomerId::parse("dora").unwrap(), now())
}

fn fired(contacts: &[&str], settings: &Settings) -> Vec<Fired> {
    let contacts: BTreeMap<CustomerId, Vec<Contact>> =
        contacts.iter().map(|id| (CustomerId::parse(id).unwrap(), vec![contact(id)])).collect();
    with_comparison(|comparison| comparison.fired(&automations(), &contacts, settings))
}

#[test]
fn automations_that_bands_set_off_are_counted_with_what_they_do() {
    let fell = Fired {
        id: "fell".to_owned(),
        name: "fell".to_owned(),
        runs: 2,
        mails: 1,
        tasks: 2,
        changes: 2,
        skipped: 1,
        ..Fired::default()
    };
    // `big` is Steady now and Thriving in the eyes of its CSM.
    let disagreed = Fired {
        id: "disagreed".to_owned(),
        name: "disagreed".to_owned(),
        runs: 1,
        mails: 1,
        webhooks: 1,
        ..Fired::default()
    };
    assert_eq!(fired(&["big"], &Settings::default()), [fell, disagreed]);
}

#[test]
fn while_automations_are_paused_they_are_refused() {
    let settings = Settings { automations_paused: true, ..Settings::default() };
    let counts: Vec<_> = fired(&["big", "small"], &settings).iter().map(|it| (it.runs, it.refused, it.mails)).collect();
    assert_eq!(counts, [(0, 2, 0), (0, 1, 0)]);
}

#[test]
fn contacts_are_asked_for_where_a_mail_to_them_could_go() {
    let needing = with_comparison(|comparison| comparison.needing_contacts(&automations()));
    assert_eq!(needing, ["small", "big"].map(|id| CustomerId::parse(id).unwrap()));
    let needing = with_comparison(|comparison| comparison.needing_contacts(&automations()[1..]));
    assert_eq!(needing, []);
}
