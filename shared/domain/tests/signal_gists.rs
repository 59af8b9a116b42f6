//! Measures see in the gists of signals, and in what is remembered for good, exactly what they see in the signals themselves.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;

use chrono::{DateTime, Days, Duration, Utc};
use keepwell_domain::contact::Role;
use keepwell_domain::customer::{Customer, NewCustomer};
use keepwell_domain::happiness::{Answer, HappinessLevel, change_since, reading_at, sudden_drop};
use keepwell_domain::id::{CustomerId, RecordId};
use keepwell_domain::measure::{HappinessInput, Inputs, MeasureValues, measure_all};
use keepwell_domain::score::audit::{ROUND_DAYS, differences, whose_turn};
use keepwell_domain::settings::Settings;
use keepwell_domain::signal::{
    Gist, Goal, Interaction, InteractionKind, LastSignals, Message, Milestone, Opportunity, OpportunityKind,
    OpportunityOutcome, Outcome, OutcomeKind, Severity, Survey, SurveyKind, Ticket,
};
use proptest::prelude::*;
use serde_json::json;

fn start() -> DateTime<Utc> {
    "2024-01-01T12:00:00Z".parse().unwrap()
}

fn id(n: u8) -> RecordId {
    RecordId::parse(&format!("r{n}")).unwrap()
}

fn customer() -> Customer {
    NewCustomer::parse(&json!({"name": "Acme", "seats": 10, "arr_cents": 1_000_000}))
        .unwrap()
        .create(CustomerId::parse("acme").unwrap(), start())
}

/// A signal that arrives some time after the one before, dated some time before or after its arrival.
#[derive(Debug, Clone)]
struct Arrival {
    kind: u8,
    id: u8,
    after: Duration,
    dated: Duration,
    /// From the date to what happens later: an answer, a closing, a milestone.
    then: Option<Duration>,
    number: u8,
}

fn arrival() -> impl Strategy<Value = Arrival> {
    let hours = |range: std::ops::Range<i64>| range.prop_map(Duration::hours);
    let dated = prop_oneof![3 => hours(-24 * 30..24), 2 => hours(-24 * 400..24 * 60)];
    let then = proptest::option::of(hours(0..24 * 120));
    (0..8_u8, 0..5_u8, hours(0..24 * 45), dated, then, 0..5_u8)
        .prop_map(|(kind, id, after, dated, then, number)| Arrival { kind, id, after, dated, then, number })
}

/// All signals, whole.
#[derive(Debug, Clone, Default)]
struct Records {
    interactions: BTreeMap<RecordId, Interaction>,
    tickets: BTreeMap<RecordId, Ticket>,
    surveys: BTreeMap<RecordId, Survey>,
    goals: BTreeMap<RecordId, Goal>,
    outcomes: BTreeMap<RecordId, Outcome>,
    messages: BTreeMap<RecordId, Message>,
    opportunities: BTreeMap<RecordId, Opportunity>,
    answers: Vec<Answer>,
}

/// Those of the signals that still count at `now`, as gists.
fn counting<S: Gist>(signals: impl Iterator<Item = S>, now: DateTime<Utc>) -> Vec<S> {
    signals.filter(|signal| signal.counts_until().is_none_or(|until| until > now)).map(|signal| signal.gist()).collect()
}

/// Puts a signal in its place the way the store does.
fn put<S: Gist + Clone>(
    records: &mut BTreeMap<RecordId, S>,
    last: &mut LastSignals,
    id: RecordId,
    signal: &S,
    now: DateTime<Utc>,
) {
    let before = records.insert(id, signal.clone());
    if before.is_some_and(|before| last.loses(&before, signal, now)) {
        S::forget(last);
        for other in records.values() {
            other.remember(last, now);
        }
    }
    signal.remember(last, now);
}

impl Records {
    fn take(&mut self, last: &mut LastSignals, arrival: &Arrival, now: DateTime<Utc>) {
        let at = now + arrival.dated;
        let (id, number) = (id(arrival.id), arrival.number);
        let sentiment = (number > 0).then(|| 0.3 * f64::from(number) - 0.7);
        match arrival.kind {
            0 => {
                let kind = if number == 0 { InteractionKind::Note } else { InteractionKind::Call };
                let (quality, outcome) = (Some(number.max(1)), (number > 2).then_some(3));
                let interaction = Interaction {
                    id: id.clone(),
                    contact: None,
                    kind,
                    at,
                    quality,
                    outcome,
                    participants: vec!["Ann".to_owned()],
                    notes: "long".to_owned(),
                    by: None,
                    sentiment,
                };
                put(&mut self.interactions, last, id, &interaction, now);
            }
            1 => {
                let ticket = Ticket {
                    id: id.clone(),
                    severity: if number > 2 { Severity::Critical } else { Severity::Low },
                    opened_at: at,
                    first_response_at: arrival.then.map(|then| at + then / 2),
                    closed_at: arrival.then.map(|then| at + then),
                    escalated: number == 1,
                    subject: Some("down".to_owned()),
                    text: Some("all of it".to_owned()),
                    sentiment,
                };
                put(&mut self.tickets, last, id, &ticket, now);
            }
            2 => {
                let kind = if number > 2 { SurveyKind::Nps } else { SurveyKind::Csat };
                let value = f64::from(number);
                let survey = Survey {
                    id: id.clone(),
                    contact: None,
                    kind,
                    scale_min: 0.0,
                    scale_max: 4.0,
                    value,
                    comment: Some("so".to_owned()),
                    sentiment,
                    at,
                };
                put(&mut self.surveys, last, id, &survey, now);
            }
            3 => {
                let due_on = at.date_naive();
                let done_on = (number > 2).then(|| due_on + Days::new(u64::from(number)));
                let milestones = vec![Milestone { name: "step".to_owned(), due_on: due_on - Days::new(20), done_on }];
                let goal = Goal {
                    id: id.clone(),
                    name: "go live".to_owned(),
                    target: 4.0,
                    actual: f64::from(number),
                    due_on,
                    milestones,
                };
                put(&mut self.goals, last, id, &goal, now);
            }
            4 => {
                let kind = if number > 2 { OutcomeKind::Churned } else { OutcomeKind::Renewed };
                let outcome = Outcome { id: id.clone(), kind, on: at.date_naive(), reason: Some("price".to_owned()) };
                put(&mut self.outcomes, last, id, &outcome, now);
            }
            5 => {
                let message = Message { id: id.clone(), contact: None, at, text: "well".to_owned(), sentiment };
                put(&mut self.messages, last, id, &message, now);
            }
            6 => {
                let kind = if number > 2 { OpportunityKind::Renewal } else { OpportunityKind::Expansion };
                let won = if number % 2 == 0 { OpportunityOutcome::Won } else { OpportunityOutcome::Lost };
                let opportunity = Opportunity {
                    id: id.clone(),
                    kind,
                    amount_cents: i64::from(number) * 1000,
                    likelihood: (number > 0).then_some(number * 20),
                    stage: Some("talks".to_owned()),
                    closes_on: at.date_naive(),
                    outcome: arrival.then.map(|_| won),
                };
                put(&mut self.opportunities, last, id, &opportunity, now);
            }
            _ => {
                let rating = HappinessLevel::ALL.get(usize::from(number) % 4).copied().unwrap();
                self.answers.push(Answer {
                    request: format!("req{}", self.answers.len()),
                    revision: 1,
                    contact: id,
                    role: Role::User,
                    rating,
                    comment: Some("well".to_owned()),
                    sentiment,
                    at: now,
                });
            }
        }
    }

    /// What a recompute reads at `now`.
    fn gists(&self, now: DateTime<Utc>) -> Self {
        fn by_id<S: Gist + Clone>(all: &BTreeMap<RecordId, S>, now: DateTime<Utc>) -> BTreeMap<RecordId, S> {
            let left =
                all.iter().filter_map(|(id, one)| Some((id.clone(), counting([one.clone()].into_iter(), now).pop()?)));
            left.collect()
        }
        Self {
            interactions: by_id(&self.interactions, now),
            tickets: by_id(&self.tickets, now),
            surveys: by_id(&self.surveys, now),
            goals: by_id(&self.goals, now),
            outcomes: by_id(&self.outcomes, now),
            messages: by_id(&self.messages, now),
            opportunities: by_id(&self.opportunities, now),
            answers: counting(self.answers.iter().cloned(), now),
        }
    }

    fn remember(&self, last: &mut LastSignals, now: DateTime<Utc>) {
        self.interactions.values().for_each(|one| one.remember(last, now));
        self.tickets.values().for_each(|one| one.remember(last, now));
        self.outcomes.values().for_each(|one| one.remember(last, now));
    }

    fn measures(
        &self,
        last: &LastSignals,
        customer: &Customer,
        settings: &Settings,
        now: DateTime<Utc>,
    ) -> MeasureValues {
        measure_all(&Inputs {
            interactions: &self.interactions.values().cloned().collect::<Vec<_>>(),
            last_met_at: last.met_at,
            tickets: &self.tickets.values().cloned().collect::<Vec<_>>(),
            last_ticket_at: last.ticket_at,
            surveys: &self.surveys.values().cloned().collect::<Vec<_>>(),
            goals: &self.goals.values().cloned().collect::<Vec<_>>(),
            messages: &self.messages.values().cloned().collect::<Vec<_>>(),
            opportunities: &self.opportunities.values().cloned().collect::<Vec<_>>(),
            answers: &self.answers,
            happiness: HappinessInput::at(&self.answers, settings, now),
            ..Inputs::new(now, customer, settings)
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn gists_and_what_is_remembered_measure_the_same_as_all_signals(
        arrivals in prop::collection::vec(arrival(), 1..40),
        afterwards in 0..24 * 80_i64,
    ) {
        let customer = customer();
        let settings = Settings::default();
        let mut records = Records::default();
        let mut last = LastSignals::default();
        let mut now = start();
        for arrival in &arrivals {
            now += arrival.after;
            records.take(&mut last, arrival, now);
            records.gists(now).remember(&mut last, now);
        }
        now += Duration::hours(afterwards);
        let gists = records.gists(now);
        gists.remember(&mut last, now);

        let mut all = LastSignals::default();
        records.remember(&mut all, now);
        prop_assert_eq!(&last, &all);
        let few = gists.measures(&last, &customer, &settings, now);
        let whole = records.measures(&LastSignals::default(), &customer, &settings, now);
        prop_assert_eq!(differences(&few, &whole), Vec::<&str>::new());
        let (few, whole) = (&gists.answers, &records.answers);
        prop_assert_eq!(reading_at(few, &settings, now), reading_at(whole, &settings, now));
        let month_ago = now - Duration::days(30);
        prop_assert_eq!(change_since(few, &settings, month_ago, now), change_since(whole, &settings, month_ago, now));
        prop_assert_eq!(sudden_drop(few, &settings, None, now), sudden_drop(whole, &settings, None, now));
    }
}

#[test]
fn each_customer_is_audited_once_in_a_round_and_somebody_every_night() {
    let ids: Vec<CustomerId> = (0..250).map(|n| CustomerId::parse(&format!("c{n}")).unwrap()).collect();
    let all: Vec<&CustomerId> = ids.iter().collect();
    let mut times: BTreeMap<&CustomerId, usize> = BTreeMap::new();
    for day in 0..ROUND_DAYS {
        let tonight = whose_turn(&all, start().date_naive() + Days::new(day));
        assert!((1..=12).contains(&tonight.len()), "{} on day {day}", tonight.len());
        for id in tonight {
            *times.entry(id).or_default() += 1;
        }
    }
    assert_eq!(times.len(), ids.len(), "somebody was left out");
    let one = [all.first().copied().unwrap()];
    assert_eq!(whose_turn(&one, start().date_naive()), one);
    assert!(whose_turn(&[], start().date_naive()).is_empty());
}

#[test]
fn a_difference_in_the_last_bit_is_one() {
    let read = |value: f64| MeasureValues::parse(&json!({"custom.a": value, "custom.b": "x"}), "", start()).unwrap();
    let (one, other) = (read(0.1 + 0.2), read(0.3));
    assert_eq!(differences(&one, &other), ["custom.a"]);
    assert!(differences(&one, &one).is_empty());
    assert_eq!(differences(&MeasureValues::default(), &one), ["custom.a", "custom.b"]);
}
