//! Status, happiness, and the requests behind it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use keepwell_domain::happiness::HappinessLevel;
use keepwell_domain::health_status::{HealthStatus, StatusRecord};
use keepwell_domain::settings::Settings;

use super::{midnight, today};
use crate::demo::{DemoCustomer, portfolio};

/// Status today and whether it is stale, and happiness 0-100, by the shipped settings.
fn standing(customer: &DemoCustomer, now: DateTime<Utc>) -> (Option<(HealthStatus, bool)>, Option<f64>) {
    let status = customer.status_changes.last().map(|change| {
        let record = StatusRecord {
            status: change.to,
            reason: change.reason.clone(),
            set_by: change.by.clone(),
            set_at: change.at,
        };
        (record.status, record.is_stale(now))
    });
    let values = Settings::default().answer_values;
    let mut latest = BTreeMap::new();
    for answer in &customer.answers {
        if answer.answered_at.is_some_and(|at| at >= now - Duration::days(90)) {
            let value = match answer.rating {
                HappinessLevel::VeryHappy => values.very_happy,
                HappinessLevel::Happy => values.happy,
                HappinessLevel::Neutral => values.neutral,
                HappinessLevel::NotHappy => values.not_happy,
            };
            latest.insert(&answer.contact, value);
        }
    }
    let happiness = latest.values().sum::<f64>() / latest.len() as f64;
    (status, (!latest.is_empty()).then_some(happiness))
}

#[test]
fn every_status_every_happiness_and_every_insight_occurs() {
    for seed in [1, 7, 42] {
        let settings = Settings::default();
        let bounds = &settings.happiness_levels;
        let (mut cells, mut words, mut statuses) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        for customer in portfolio(seed, today()) {
            let (status, happiness) = standing(&customer, midnight(today()));
            let cell = match (status, happiness) {
                (Some((_, true)), _) => "stale",
                (Some((status, false)), Some(happiness)) => {
                    let high = matches!(status, HealthStatus::Thriving | HealthStatus::Healthy);
                    match (high, happiness >= settings.high_happiness) {
                        (true, true) => "advocate",
                        (true, false) => "product_issues",
                        (false, true) => "business_trouble",
                        (false, false) => "churn_risk",
                    }
                }
                _ => "unknown",
            };
            *cells.entry(cell).or_insert(0) += 1;
            statuses.extend(status.map(|(status, _)| status.title()));
            let word = happiness.map(|happiness| match happiness {
                happiness if happiness >= bounds.very_happy => HappinessLevel::VeryHappy.title(),
                happiness if happiness >= bounds.happy => HappinessLevel::Happy.title(),
                happiness if happiness >= bounds.neutral => HappinessLevel::Neutral.title(),
                _ => HappinessLevel::NotHappy.title(),
            });
            *words.entry(word).or_insert(0) += 1;
        }
        assert_eq!(statuses.len(), 4, "seed {seed}: {statuses:?}");
        assert!(words.len() == 5, "seed {seed}: {words:?}");
        assert!(cells.len() == 6 && cells.values().all(|count| *count >= 2), "seed {seed}: {cells:?}");
    }
}

#[test]
fn requests_follow_the_rules_and_a_plausible_share_is_answered() {
    for customer in portfolio(7, today()) {
        for contact in &customer.contacts {
            let mine: Vec<_> = customer.answers.iter().filter(|answer| answer.contact == contact.id).collect();
            let answered = mine.iter().filter(|answer| answer.answered_at.is_some()).count();
            assert_eq!(contact.ask.asked as usize, mine.len());
            assert_eq!(contact.ask.answered as usize, answered);
            assert_eq!(contact.ask.last_asked_at, mine.last().map(|answer| answer.asked_at));
            let late = |at| contact.mail.since.is_some_and(|since| at >= since);
            assert!(!mine.iter().any(|answer| late(answer.asked_at)), "{} was asked in vain", contact.id);
        }
        let silent = customer.answers.iter().filter(|answer| answer.answered_at.is_none());
        assert!(silent.into_iter().all(|answer| answer.comment.is_none()));
    }
    let answers: Vec<_> = portfolio(7, today()).into_iter().flat_map(|customer| customer.answers).collect();
    let answered = answers.iter().filter(|answer| answer.answered_at.is_some()).count();
    let share = answered as f64 / answers.len() as f64;
    assert!((0.35..0.6).contains(&share), "{share}");
}

#[test]
fn stories_show_what_they_tell() {
    for seed in [1, 7, 42] {
        let now = midnight(today());
        let portfolio = portfolio(seed, today());
        let found = |id: &str| portfolio.iter().find(|customer| customer.id.as_str() == id);
        let happiness = |id: &str| found(id).and_then(|customer| standing(customer, now).1).unwrap_or(f64::NAN);
        let trend = |id: &str| found(id).map_or(f64::NAN, |customer| trend(customer, now));

        assert!(happiness("oxenquay") >= 75.0, "seed {seed}: happy but broke is happy");
        assert!(happiness("tumbleroot") < 40.0, "seed {seed}: thriving but angry is angry");
        assert!(happiness("sunderquay") >= 80.0, "seed {seed}: ready to speak for us is very happy");
        assert!(happiness("glimmerdown") >= 60.0, "seed {seed}: saved is happy again");
        assert!(trend("brightforge") < 0.95, "seed {seed}: slow decline declines");
        assert!(trend("larkmoor") < 0.75, "seed {seed}: usage dropped after the outage");
        assert!(trend("frostpennant") < 0.7, "seed {seed}: the season is over");

        let champion = found("pellgrove").and_then(|customer| customer.contacts.get(1));
        let left = now - Duration::days(32);
        let still = found("pellgrove").is_some_and(|customer| {
            customer
                .usage
                .iter()
                .any(|event| event.at >= left && event.user.as_deref() == champion.map(|contact| contact.id.as_str()))
        });
        assert!(champion.is_some() && !still, "seed {seed}: the champion stopped");
        let silent = found("quietmarsh").is_some_and(|customer| {
            customer.tickets.is_empty() && customer.answers.iter().all(|answer| answer.answered_at.is_none())
        });
        assert!(silent, "seed {seed}: silent is silent");
    }
}

/// Usage of the last 28 days divided by that of the 28 days before.
fn trend(customer: &DemoCustomer, now: DateTime<Utc>) -> f64 {
    let sum = |from, until| {
        let within = |at| at >= now - Duration::days(from) && at < now - Duration::days(until);
        let counts = customer.usage.iter().filter(|event| within(event.at)).map(|event| event.count);
        counts.sum::<u64>() as f64
    };
    sum(28, 0) / sum(56, 28)
}
