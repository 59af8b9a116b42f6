//! What holds for all measures, whatever the records.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use keepwell_domain::contact::Role;
use keepwell_domain::happiness::{Answer, HappinessLevel};
use keepwell_domain::id::RecordId;
use keepwell_domain::measure::{HappinessInput, Inputs, measure_all};
use keepwell_domain::settings::Settings;
use keepwell_domain::signal::{CustomMeasure, Goal, Interaction, Message, Opportunity, Survey, Ticket, UsageEvent};
use keepwell_domain::usage::UsageDay;
use proptest::prelude::*;
use serde_json::json;

use super::given::{customer, inputs, now, read};

/// A record in the raw.
#[derive(Debug, Clone)]
struct Raw {
    /// Which of the [`KINDS`].
    kind: usize,
    number: usize,
    seconds_ago: i64,
    /// 0 to 100.
    percent: u8,
    sentiment: f64,
    /// Decided, closed, escalated.
    ended: bool,
}

const KINDS: usize = 9;

fn raw(seconds_ago: std::ops::Range<i64>) -> impl Strategy<Value = Raw> {
    (0..KINDS, 0_usize..1_000_000, seconds_ago, 0..=100_u8, -1.0..1.0_f64, any::<bool>()).prop_map(
        |(kind, number, seconds_ago, percent, sentiment, ended)| {
            // Half of them on every sixtieth day, so that some happen at the same moment.
            let seconds_ago = if percent < 50 { seconds_ago - seconds_ago.rem_euclid(days(60)) } else { seconds_ago };
            Raw { kind, number, seconds_ago, percent, sentiment, ended }
        },
    )
}

/// Days as seconds.
const fn days(days: i64) -> i64 {
    days * 86_400
}

/// Up to 150 records of the last 300 days, each with a number of its own, and one of each kind of the last days.
fn records() -> impl Strategy<Value = Vec<Raw>> {
    proptest::collection::vec(raw(0..days(300)), 0..150).prop_map(|mut raws| {
        let recent = |kind| Raw { kind, number: 0, seconds_ago: days(2), percent: 40, sentiment: 0.3, ended: true };
        raws.extend((0..KINDS).map(recent));
        for (number, raw) in raws.iter_mut().enumerate() {
            raw.number = number;
        }
        raws
    })
}

#[derive(Default)]
struct Records {
    interactions: Vec<Interaction>,
    tickets: Vec<Ticket>,
    surveys: Vec<Survey>,
    goals: Vec<Goal>,
    opportunities: Vec<Opportunity>,
    messages: Vec<Message>,
    answers: Vec<Answer>,
    custom_measures: Vec<CustomMeasure>,
    usage: BTreeMap<NaiveDate, UsageDay>,
}

impl Records {
    fn of(raws: &[Raw]) -> Self {
        let mut records = Self::default();
        for raw in raws {
            records.add(raw);
        }
        records
    }

    fn add(&mut self, raw: &Raw) {
        let at = now() - Duration::seconds(raw.seconds_ago);
        let (id, on) = (format!("r{}", raw.number), at.date_naive());
        let who = format!("c{}", raw.number % 5);
        let later = |hours: i64| at + Duration::hours(hours);
        let sentiment = Some(raw.sentiment);
        match raw.kind {
            0 => self.interactions.push(Interaction {
                sentiment,
                ..read!(Interaction, json!({"id": id, "kind": "call", "at": at, "quality": 1 + raw.percent % 5, "outcome": 1 + raw.percent % 3}))
            }),
            1 => {
                let severity = ["low", "normal", "high", "critical"][raw.number % 4];
                let closed_at = raw.ended.then(|| later(1 + i64::from(raw.percent)));
                let first = raw.ended.then(|| later(1));
                self.tickets.push(Ticket {
                    sentiment,
                    ..read!(Ticket, json!({"id": id, "severity": severity, "opened_at": at, "first_response_at": first, "closed_at": closed_at, "escalated": raw.ended}))
                });
            }
            2 => {
                let kind = ["nps", "csat", "ces"][raw.number % 3];
                let value = 1 + raw.percent % 5;
                self.surveys.push(Survey {
                    sentiment,
                    ..read!(Survey, json!({"id": id, "kind": kind, "contact": who, "value": value, "at": at}))
                });
            }
            3 => self.goals.push(read!(
                Goal,
                json!({"id": id, "name": "G", "target": 100, "actual": raw.percent, "due_on": on, "milestones": [{"name": "m", "due_on": on, "done_on": raw.ended.then_some(on)}]})
            )),
            4 => {
                let kind = if raw.number.is_multiple_of(2) { "renewal" } else { "expansion" };
                let outcome = raw.ended.then_some(if raw.percent > 50 { "won" } else { "lost" });
                self.opportunities.push(read!(
                    Opportunity,
                    json!({"id": id, "kind": kind, "amount_cents": i64::from(raw.percent) * 1_000_003, "likelihood": raw.percent, "closes_on": on, "outcome": outcome})
                ));
            }
            5 => self.messages.push(Message { sentiment, ..read!(Message, json!({"id": id, "at": at, "text": "x"})) }),
            6 => self.answers.push(Answer {
                request: format!("req{}", raw.number % 7),
                revision: u32::try_from(raw.number).unwrap(),
                contact: RecordId::parse(&who).unwrap(),
                role: Role::User,
                rating: HappinessLevel::ALL[raw.number % 4],
                comment: None,
                sentiment,
                at,
            }),
            7 => self.custom_measures.push(read!(
                CustomMeasure,
                json!({"name": format!("own{}", raw.number), "value": raw.percent, "observed_at": at})
            )),
            _ => {
                let feature = ["report", "export", "Signed In", "api"][raw.number % 4].to_owned();
                let event = UsageEvent {
                    message_id: id,
                    at,
                    user: Some(who),
                    feature: Some(feature),
                    count: 1 + u64::from(raw.percent),
                    duration_secs: 0,
                };
                self.usage.entry(on).or_insert_with(|| UsageDay::empty(on)).fold(&event);
            }
        }
    }

    /// All measures, to the last bit.
    fn measures(&self, as_of: DateTime<Utc>) -> String {
        let customer = customer(json!({"seats": 7, "arr_cents": 1_234_567}));
        let settings = Settings {
            feature_weights: [("api".to_owned(), 2.7), ("export".to_owned(), 0.1)].into(),
            ..Settings::default()
        };
        let usage: Vec<UsageDay> = self.usage.values().cloned().collect();
        let values = measure_all(&Inputs {
            as_of,
            settings: &settings,
            usage: &usage,
            interactions: &self.interactions,
            tickets: &self.tickets,
            surveys: &self.surveys,
            goals: &self.goals,
            opportunities: &self.opportunities,
            messages: &self.messages,
            answers: &self.answers,
            happiness: HappinessInput::at(&self.answers, &settings, as_of),
            custom_measures: &self.custom_measures,
            ..inputs(&customer)
        });
        serde_json::to_string(&values).unwrap()
    }
}

proptest! {
    #[test]
    fn the_order_of_the_records_changes_no_bit(
        (raws, shuffled) in records().prop_flat_map(|raws| (Just(raws.clone()), Just(raws).prop_shuffle())),
    ) {
        prop_assert_eq!(Records::of(&raws).measures(now()), Records::of(&shuffled).measures(now()));
    }

    #[test]
    fn what_happens_later_is_not_seen(raws in records(), later in proptest::collection::vec(raw(-days(40)..-1), 1..20)) {
        let before = Records::of(&raws).measures(now());
        // An opportunity or a goal of a later day is known today; usage is known by day.
        let later = later.into_iter().filter(|raw| raw.kind != 3 && raw.kind != 4);
        let later = later.filter(|raw| raw.kind != 8 || raw.seconds_ago < -days(1));
        let all: Vec<Raw> = raws.into_iter().chain(later.map(|raw| Raw { number: raw.number + 1_000, ..raw })).collect();
        prop_assert_eq!(Records::of(&all).measures(now()), before);
    }

    #[test]
    fn what_is_long_over_changes_nothing(raws in records(), old in proptest::collection::vec(raw(days(420)..days(900)), 1..20)) {
        let before = Records::of(&raws).measures(now());
        // A ticket that is open is not over, and a measure of the team's own does not end by itself.
        let old = old.into_iter().filter(|raw| raw.kind != 7);
        let old = old.map(|raw| Raw { number: raw.number + 1_000, ended: true, ..raw });
        // An old answer to the same request is an earlier revision.
        let old = old.map(|raw| if raw.kind == 6 { Raw { number: 0, ..raw } } else { raw });
        let all: Vec<Raw> = raws.into_iter().chain(old).collect();
        prop_assert_eq!(Records::of(&all).measures(now()), before);
    }
}
