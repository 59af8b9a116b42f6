//! Tickets, by hand.

use chrono::Duration;
use keepwell_domain::measure::measure_all;
use keepwell_domain::settings::Settings;
use keepwell_domain::signal::Ticket;
use serde_json::json;

use super::given::{ago, customer, inputs, near, number, read};

#[test]
fn tickets_count_by_seat_severity_and_time() {
    let customer = customer(json!({"seats": 20}));
    let ticket = |id: &str,
                  severity: &str,
                  opened: f64,
                  answered: Option<f64>,
                  closed: Option<f64>,
                  escalated: bool| {
        read!(
            Ticket,
            json!({"id": id, "severity": severity, "opened_at": ago(opened), "first_response_at": answered.map(ago), "closed_at": closed.map(ago), "escalated": escalated})
        )
    };
    let tickets = [
        ticket("a", "critical", 9.0, Some(8.5), None, true),
        ticket("b", "critical", 12.0, Some(11.0), Some(2.0), true),
        ticket("c", "low", 1.0, None, None, false),
        ticket("d", "high", 40.0, Some(38.0), Some(36.0), false),
        ticket("e", "critical", 100.0, Some(99.0), Some(98.0), true),
        ticket("f", "critical", -1.0, None, None, true),
    ];
    let mut inputs = inputs(&customer);
    inputs.tickets = &tickets;
    let values = measure_all(&inputs);
    for (id, expected) in [
        ("tickets.opened_30d_per_10_seats", 1.5),
        ("tickets.open_weighted", 9.0),
        ("tickets.oldest_open_critical_days", 9.0),
        ("tickets.median_first_response_hours_90d", 24.0),
        ("tickets.median_resolution_hours_90d", 168.0),
        ("tickets.escalations_90d", 2.0),
    ] {
        near(number(&values, id), expected);
    }
    assert_eq!(values.of("tickets.escalations_90d").unwrap().observed_at, ago(1.0));
    // Three days ago "b" was open still, and not yet the newest thing that happened.
    inputs.as_of = ago(3.0);
    near(number(&measure_all(&inputs), "tickets.oldest_open_critical_days"), 9.0);
    near(number(&measure_all(&inputs), "tickets.median_resolution_hours_90d"), 96.0);
}

#[test]
fn quiet_times_after_tickets_are_known_to_be_quiet() {
    let customer = customer(json!({"seats": 20}));
    let tickets = [read!(Ticket, json!({"id": "a", "opened_at": ago(200.0), "closed_at": ago(190.0)}))];
    let mut inputs = inputs(&customer);
    inputs.tickets = &tickets;
    let values = measure_all(&inputs);
    for id in ["tickets.opened_30d_per_10_seats", "tickets.open_weighted", "tickets.oldest_open_critical_days"] {
        near(number(&values, id), 0.0);
        assert_eq!(values.of(id).unwrap().observed_at, ago(190.0));
    }
    assert_eq!(number(&values, "tickets.median_resolution_hours_90d"), None);
}

#[test]
fn tickets_are_in_time_by_the_target_of_their_severity() {
    let customer = customer(json!({}));
    let ticket = |id: &str, severity: &str, opened: f64, answered: Option<f64>, closed: Option<f64>| {
        let hours = |hours: Option<f64>| hours.map(|hours| ago(opened) + Duration::seconds((hours * 3600.0) as i64));
        read!(
            Ticket,
            json!({"id": id, "severity": severity, "opened_at": ago(opened), "first_response_at": hours(answered), "closed_at": hours(closed)})
        )
    };
    let tickets = [
        // Targets: critical 0.5 h and 4 h, high 4 h and 24 h, normal 24 h and 72 h, low 48 h and 168 h. To the second.
        ticket("a", "critical", 9.0, Some(0.5), Some(4.0)),
        ticket("b", "high", 9.0, Some(4.001), Some(24.001)),
        ticket("c", "normal", 9.0, Some(23.9), None),
        // Nobody answered, and there is time for a day and a half; closed without an answer; too old; not yet opened.
        ticket("d", "low", 0.5, None, None),
        ticket("e", "normal", 9.0, None, Some(20.0)),
        ticket("f", "normal", 90.0, Some(99.0), Some(100.0)),
        ticket("g", "critical", -1.0, Some(99.0), None),
    ];
    let mut inputs = inputs(&customer);
    inputs.tickets = &tickets;
    let (answered, closed) = ("tickets.first_response_in_time_ratio_90d", "tickets.resolution_in_time_ratio_90d");
    let values = measure_all(&inputs);
    near(number(&values, answered), 2.0 / 3.0);
    near(number(&values, closed), 0.5);
    // The newest of it: "c" became late three days after its opening.
    assert_eq!(values.of(closed).unwrap().observed_at, ago(6.0));
    // The low one is late from the second after its two days.
    inputs.tickets = &tickets[3..4];
    inputs.as_of = ago(-1.5);
    assert_eq!(number(&measure_all(&inputs), answered), None);
    inputs.as_of = ago(-1.5) + Duration::seconds(1);
    near(number(&measure_all(&inputs), answered), 0.0);
    // With more time it is not.
    let mut patient = Settings::default();
    patient.response_targets.low.first_response_hours = 72.0;
    inputs.settings = &patient;
    assert_eq!(number(&measure_all(&inputs), answered), None);
}
