//! What anybody who looks at the demo may rely on.

mod mood;

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};
use keepwell_domain::contact::{MailState, Role};
use keepwell_domain::id::{CustomerId, EmailAddress, RecordId};
use keepwell_domain::signal::OutcomeKind;

use super::{DemoCustomer, STORY_ATTRIBUTE, portfolio};

/// A Sunday, the day after a leap day, and the days around a change of the clocks.
const DAYS: [(i32, u32, u32); 5] = [(2026, 11, 22), (2028, 3, 1), (2026, 3, 29), (2026, 10, 25), (2027, 1, 1)];

fn days() -> impl Iterator<Item = NaiveDate> {
    DAYS.iter().filter_map(|(year, month, day)| NaiveDate::from_ymd_opt(*year, *month, *day))
}

fn today() -> NaiveDate {
    days().next().unwrap_or_default()
}

fn midnight(today: NaiveDate) -> DateTime<Utc> {
    today.and_time(NaiveTime::MIN).and_utc()
}

#[test]
fn the_same_seed_and_day_give_the_same_portfolio() {
    assert!(portfolio(7, today()) == portfolio(7, today()));
}

#[test]
fn another_seed_gives_another_portfolio() {
    assert!(portfolio(7, today()) != portfolio(8, today()));
}

#[test]
fn nothing_lies_in_the_future_or_before_the_customer() {
    for today in days() {
        let now = midnight(today);
        for customer in portfolio(7, today) {
            for (what, at) in moments(&customer) {
                assert!(at < now, "{} {what} {at}", customer.id);
                assert!(at >= customer.created_at, "{} {what} {at} before {}", customer.id, customer.created_at);
            }
            let steps = customer.goals.iter().flat_map(|goal| &goal.milestones);
            for step in steps {
                assert!(step.due_on >= customer.created_at.date_naive(), "{} {step:?}", customer.id);
            }
            for (what, on) in dates(&customer) {
                assert!(on < today, "{} {what} {on}", customer.id);
            }
        }
    }
}

/// Every moment that has passed.
fn moments(customer: &DemoCustomer) -> Vec<(&'static str, DateTime<Utc>)> {
    let mut moments = vec![("created", customer.created_at)];
    for contact in &customer.contacts {
        moments.push(("contact", contact.created_at));
        moments.extend(contact.mail.since.map(|at| ("mail", at)));
        moments.extend(contact.ask.last_asked_at.map(|at| ("ask", at)));
    }
    moments.extend(customer.status_changes.iter().map(|change| ("status", change.at)));
    moments.extend(customer.usage.iter().map(|event| ("usage", event.at)));
    moments.extend(customer.interactions.iter().map(|interaction| ("interaction", interaction.at)));
    moments.extend(customer.surveys.iter().map(|survey| ("survey", survey.at)));
    moments.extend(customer.messages.iter().map(|message| ("message", message.at)));
    for ticket in &customer.tickets {
        moments.push(("ticket", ticket.opened_at));
        moments.extend(ticket.first_response_at.map(|at| ("response", at)));
        moments.extend(ticket.closed_at.map(|at| ("close", at)));
    }
    for answer in &customer.answers {
        moments.push(("asked", answer.asked_at));
        moments.extend(answer.answered_at.map(|at| ("answered", at)));
    }
    moments
}

/// Every date that has passed.
fn dates(customer: &DemoCustomer) -> Vec<(&'static str, NaiveDate)> {
    let done = customer.goals.iter().flat_map(|goal| &goal.milestones).filter_map(|milestone| milestone.done_on);
    let ended = customer.opportunities.iter().filter(|opportunity| opportunity.outcome.is_some());
    done.map(|on| ("milestone", on))
        .chain(customer.outcomes.iter().map(|outcome| ("outcome", outcome.on)))
        .chain(ended.map(|opportunity| ("opportunity", opportunity.closes_on)))
        .collect()
}

#[test]
fn ids_and_addresses_are_valid_and_unique() {
    let portfolio = portfolio(7, today());
    let mut ids = BTreeSet::new();
    let mut addresses = BTreeSet::new();
    let mut messages = BTreeSet::new();
    for customer in &portfolio {
        for id in record_ids(customer) {
            assert!(CustomerId::parse(id.as_str()).is_ok(), "{id}");
            assert!(ids.insert(id.clone()), "{id} twice");
        }
        for contact in &customer.contacts {
            let address = contact.email.as_str();
            assert!(EmailAddress::parse(address).is_ok() && address.ends_with(".example"), "{address}");
            assert!(addresses.insert(contact.email.normalised()), "{address} twice");
        }
        for event in &customer.usage {
            assert!(event.message_id.len() <= 100 && event.count >= 1);
            assert!(messages.insert(&event.message_id), "{} twice", event.message_id);
        }
    }
}

fn record_ids(customer: &DemoCustomer) -> Vec<&RecordId> {
    std::iter::once(&customer.id)
        .chain(customer.contacts.iter().map(|contact| &contact.id))
        .chain(customer.tickets.iter().map(|ticket| &ticket.id))
        .chain(customer.interactions.iter().map(|interaction| &interaction.id))
        .chain(customer.surveys.iter().map(|survey| &survey.id))
        .chain(customer.goals.iter().map(|goal| &goal.id))
        .chain(customer.messages.iter().map(|message| &message.id))
        .chain(customer.opportunities.iter().map(|opportunity| &opportunity.id))
        .chain(customer.outcomes.iter().map(|outcome| &outcome.id))
        .collect()
}

#[test]
fn what_names_a_contact_names_one_of_the_customer() {
    for customer in portfolio(7, today()) {
        let contacts: BTreeSet<_> = customer.contacts.iter().map(|contact| &contact.id).collect();
        let named = customer
            .interactions
            .iter()
            .filter_map(|interaction| interaction.contact.as_ref())
            .chain(customer.surveys.iter().filter_map(|survey| survey.contact.as_ref()))
            .chain(customer.messages.iter().filter_map(|message| message.contact.as_ref()))
            .chain(customer.answers.iter().map(|answer| &answer.contact));
        for contact in named {
            assert!(contacts.contains(contact), "{contact}");
        }
    }
}

#[test]
fn the_portfolio_is_large_enough_and_bounded() {
    for seed in [1, 7, 42] {
        let portfolio = portfolio(seed, today());
        assert_eq!(portfolio.len(), 72);
        assert!(portfolio.iter().filter(|customer| customer.story.is_some()).count() >= 12);
        let usage: usize = portfolio.iter().map(|customer| customer.usage.len()).sum();
        assert!((40_000..=100_000).contains(&usage), "seed {seed}: {usage} usage events");
        for customer in &portfolio {
            assert!(customer.usage.len() <= 3_000, "{} {}", customer.id, customer.usage.len());
            assert!((2..=6).contains(&customer.contacts.len()));
            let story = customer.profile.attributes.get(STORY_ATTRIBUTE).and_then(|story| story.as_str());
            assert_eq!(story, customer.story);
        }
    }
}

#[test]
fn status_changes_chain_forward_in_time() {
    for customer in portfolio(7, today()) {
        let mut before = None;
        let mut since = customer.created_at;
        for change in &customer.status_changes {
            assert_eq!(change.from, before, "{}", customer.id);
            assert_ne!(change.from, Some(change.to), "{}", customer.id);
            assert!(change.at > since, "{}", customer.id);
            before = Some(change.to);
            since = change.at;
        }
    }
}

#[test]
fn the_portfolio_has_what_lists_and_filters_need() {
    let today = today();
    let portfolio = portfolio(7, today);
    let count = |test: fn(&DemoCustomer) -> bool| portfolio.iter().filter(|customer| test(customer)).count();
    let within = |days| {
        let soon =
            |customer: &&DemoCustomer| customer.profile.renewal_on.is_some_and(|on| on - today <= Duration::days(days));
        portfolio.iter().filter(soon).count()
    };
    assert!(within(30) >= 3 && within(90) > within(30));
    assert!((20..=30).contains(&count(|customer| {
        customer.profile.owner.as_ref().is_some_and(|owner| owner.as_str() == super::people::LOCAL_CSM)
    })));
    assert!((50..=64).contains(&count(|customer| customer.profile.request_feedback)));
    assert!(
        (4..=7).contains(&count(|customer| {
            customer.outcomes.iter().any(|outcome| outcome.kind == OutcomeKind::Churned)
        }))
    );
    assert!(
        count(|customer| customer.contacts.iter().filter(|contact| contact.role == Role::DecisionMaker).count() == 1)
            >= 66
    );
    assert!(count(|customer| customer.contacts.iter().any(|contact| contact.mail.state != MailState::Ok)) >= 4);
    assert!(count(|customer| customer.status_changes.is_empty()) >= 2);
    assert!(count(|customer| customer.tickets.iter().any(|ticket| ticket.closed_at.is_none())) >= 5);
}
