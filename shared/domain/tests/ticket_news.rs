//! When a ticket is news.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use chrono::{DateTime, Duration, TimeZone as _, Utc};
use keepwell_domain::event::Fact;
use keepwell_domain::id::RecordId;
use keepwell_domain::signal::{Severity, Ticket};

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 8, 0, 0).unwrap()
}

fn id() -> RecordId {
    RecordId::parse("t1").unwrap()
}

/// An open ticket, opened so long ago.
fn opened(ago: Duration) -> Ticket {
    Ticket {
        id: id(),
        severity: Severity::Critical,
        opened_at: now() - ago,
        first_response_at: None,
        closed_at: None,
        escalated: false,
        subject: None,
        text: None,
        sentiment: None,
    }
}

fn escalated(ticket: &Ticket) -> Ticket {
    Ticket { escalated: true, ..ticket.clone() }
}

fn closed(ticket: &Ticket) -> Ticket {
    Ticket { closed_at: Some(now() - Duration::minutes(1)), ..ticket.clone() }
}

fn names(ticket: &Ticket, before: Option<&Ticket>) -> Vec<&'static str> {
    ticket.news(before, now()).iter().map(Fact::name).collect()
}

const OPENED: &str = "ticket.opened.v1";
const ESCALATED: &str = "ticket.escalated.v1";

#[test]
fn a_new_open_ticket_is_news_for_seven_days() {
    let fresh = opened(Duration::hours(1));
    let told = fresh.news(None, now());
    assert_eq!(told, [Fact::TicketOpened { ticket: id(), severity: Severity::Critical }]);
    assert_eq!(names(&opened(Duration::days(7) - Duration::seconds(1)), None), [OPENED]);
    assert!(names(&opened(Duration::days(7)), None).is_empty());
    assert_eq!(names(&opened(-Duration::minutes(3)), None), [OPENED], "the sender's clock is ahead");
}

#[test]
fn a_ticket_that_comes_closed_is_no_news() {
    let fresh = opened(Duration::hours(1));
    assert!(names(&closed(&fresh), None).is_empty());
    assert!(names(&closed(&escalated(&fresh)), None).is_empty());
    let closes_later = Ticket { closed_at: Some(now() + Duration::hours(1)), ..fresh };
    assert_eq!(names(&closes_later, None), [OPENED]);
}

#[test]
fn a_ticket_that_is_known_is_not_opened_again() {
    let fresh = opened(Duration::hours(1));
    let other = Ticket { severity: Severity::High, ..fresh.clone() };
    assert!(names(&other, Some(&fresh)).is_empty());
    assert!(names(&fresh, Some(&closed(&fresh))).is_empty(), "opened again is not opened");
}

#[test]
fn a_new_and_escalated_ticket_is_both() {
    assert_eq!(names(&escalated(&opened(Duration::hours(1))), None), [OPENED, ESCALATED]);
    assert!(names(&escalated(&opened(Duration::days(8))), None).is_empty(), "an old one that is imported");
}

#[test]
fn an_open_ticket_that_becomes_escalated_is_news_whatever_its_age() {
    let old = opened(Duration::days(40));
    assert_eq!(names(&escalated(&old), Some(&old)), [ESCALATED]);
    assert!(names(&escalated(&old), Some(&escalated(&old))).is_empty());
    assert!(names(&closed(&escalated(&old)), Some(&old)).is_empty(), "closed and escalated at once");
    assert!(names(&old, Some(&escalated(&old))).is_empty(), "an escalation taken back");
}
