use serde_json::json;

use super::*;

fn printed(kind: Kind, expected: Expected) -> String {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let outlook = Outlook { kind, note: None, expected };
    outlook.print(&mut Console { out: &mut out, err: &mut err, input: None, colours: false });
    String::from_utf8(out).unwrap()
}

#[test]
fn the_plan_of_a_scorecard_is_bands_movers_automations_and_cost() {
    let side = |score: Option<f64>, band: Option<&str>| json!({ "score": score, "band": band, "coverage": 1.0 });
    let mover = |id: &str, before, after, rules| json!({ "customer": id, "name": format!("{id} Ltd"), "before": before, "after": after, "change": 0, "rules": rules });
    let rules =
        json!(["a", "b", "c", "d"].map(|rule| json!({ "rule": rule, "delta": -2.25, "cause": "data_changed" })));
    let answer = json!({
        "as_of": "2026-03-02T08:00:00Z",
        "summary": {
            "customers": 120, "affected": 118,
            "bands_before": { "thriving": 10, "healthy": 50, "steady": 30, "struggling": 20, "unknown": 10 },
            "bands_after": { "thriving": 10, "healthy": 39, "steady": 41, "struggling": 20, "unknown": 10 },
            "transitions": [
                { "from": "healthy", "to": "healthy", "customers": 39 },
                { "from": "healthy", "to": "steady", "customers": 11 },
                { "from": null, "to": "steady", "customers": 1 },
            ],
        },
        "movers": { "total": 12, "items": [
            mover("acme", side(Some(61.0), Some("healthy")), side(Some(52.04), Some("steady")), rules),
            mover("new", side(None, None), side(Some(45.0), Some("steady")), json!([])),
        ] },
        "automations": [{ "id": "band-fell", "name": "Band fell", "runs": 11, "mails": 1, "tasks": 11, "webhooks": 0 }],
        "cost": { "computed": 120, "written": 118, "tables_dollars": 0.000_4, "mails": 1, "mails_dollars": 0.0 },
    });
    assert_eq!(
        printed(Kind::Scorecard, Expected::Answer(answer)),
        "    What it would do, as of 2026-03-02 08:00 UTC:
      118 of 120 customers would be computed by it.
                    before   after
      thriving          10      10
      healthy           50      39  -11
      steady            30      41  +11
      struggling        20      20
      unknown           10      10
      12 customers would move to another band:
        healthy -> steady: 11
        unknown -> steady: 1
        acme Ltd (acme): 61.0 healthy -> 52.0 steady; a -2.2, b -2.2, c -2.2
        new Ltd (new): unknown -> 45.0 steady
        and 10 more
      Sets off band-fell: 11 runs, 1 mail, 11 tasks.
      Costs on AWS: 118 scores written, less than $0.01; 1 mail, $0.00.
"
    );
}

#[test]
fn the_dry_run_of_an_automation_is_how_often_for_whom_and_what() {
    let answer = json!({
        "from": "2026-02-16T08:00:00Z", "to": "2026-03-02T08:00:00Z",
        "complete": false, "customers_looked_at": 900, "customers_in_all": 1_000,
        "events": 12, "would_have_acted": 5, "refused": { "conditions": 4, "cool_down": 3 },
        "counts": { "mails": 5, "tasks": 1, "webhooks": 0, "slack_messages": 2, "attributes": 0, "tags": 0, "skipped": 0 },
        "customers": 4,
        "for": [{ "customer": "acme", "name": "Acme", "times": 2 }, { "customer": "bolt", "name": "Bolt", "times": 1 }],
        "note": "Of times.",
    });
    assert_eq!(
        printed(Kind::Automation, Expected::Answer(answer)),
        "    What it would have done from 2026-02-16 to 2026-03-02:
      There was time to look at 900 of 1000 customers.
      It would have acted 5 times on 12 events, for 4 customers: 5 mails, 1 task, 2 Slack messages.
      It would have refused: conditions 4, cool_down 3.
        Acme (acme): 2 times
        Bolt (bolt): 1 time
        and 2 more
      Of times.
"
    );
}

#[test]
fn what_the_server_cannot_say_is_said() {
    let said = |expected| printed(Kind::Automation, expected);
    assert_eq!(
        said(Expected::Unknown),
        "    This server cannot say what it would have done: it has no such route yet.\n"
    );
    assert_eq!(
        said(Expected::Refused("the server answered 409 Conflict: No snapshot yet.".to_owned())),
        "    The server does not say what it would have done: the server answered 409 Conflict: No snapshot yet.\n"
    );
    assert_eq!(
        printed(Kind::Scorecard, Expected::Answer(json!({ "as_of": 1 }))),
        "    This server says what it would do to the scores in words that this command does not know: update the older one.\n"
    );
}
