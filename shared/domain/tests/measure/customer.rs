//! Customer View without tickets, by hand.

use keepwell_domain::contact::Role;
use keepwell_domain::happiness::{Answer, HappinessLevel};
use keepwell_domain::id::RecordId;
use keepwell_domain::measure::{HappinessInput, Inputs, measure_all};
use keepwell_domain::sentiment::compound;
use keepwell_domain::settings::Settings;
use keepwell_domain::signal::{Message, Survey, Ticket};
use serde_json::{Value, json};

use super::given::{ago, customer, inputs, near, number, read};

#[test]
fn happiness_is_passed_on_with_the_time_of_its_newest_answer() {
    let customer = customer(json!({}));
    let mut inputs = inputs(&customer);
    inputs.happiness = Some(HappinessInput {
        value: 62.5,
        level: HappinessLevel::Happy,
        newest_at: ago(3.0),
        change_30d: Some(-12.5),
    });
    let values = measure_all(&inputs);
    near(number(&values, "customer.happiness"), 62.5);
    near(number(&values, "customer.happiness_change_30d"), -12.5);
    let level = values.of("customer.happiness_level").unwrap();
    assert_eq!(serde_json::to_value(&level.value).unwrap(), json!("happy"));
    assert_eq!(level.observed_at, ago(3.0));
    inputs.as_of = ago(4.0);
    assert_eq!(measure_all(&inputs).of("customer.happiness"), None);
}

#[test]
fn surveys_count_by_kind_window_and_person() {
    let customer = customer(json!({}));
    let survey = |id: &str, kind: &str, contact: Option<&str>, value: f64, days: f64| {
        let mut body = json!({"id": id, "kind": kind, "contact": contact, "value": value, "at": ago(days)});
        if kind == "custom" {
            body["scale_min"] = json!(0);
            body["scale_max"] = json!(20);
        }
        read!(Survey, body)
    };
    let surveys = [
        survey("n1", "nps", Some("ana"), 0.0, 20.0),
        survey("n2", "nps", Some("ana"), 9.0, 10.0),
        survey("n3", "nps", None, 7.0, 5.0),
        survey("n4", "nps", Some("bo"), 0.0, 181.0),
        survey("c1", "csat", Some("ana"), 5.0, 80.0),
        survey("c2", "csat", Some("ana"), 2.0, 1.0),
        survey("c3", "csat", None, 1.0, 90.0),
        survey("e1", "ces", None, 7.0, 2.0),
        survey("x1", "custom", None, 10.0, 2.0),
        survey("x2", "custom", None, 0.0, -2.0),
    ];
    let mut inputs = inputs(&customer);
    inputs.surveys = &surveys;
    let values = measure_all(&inputs);
    near(number(&values, "customer.nps"), 50.0);
    near(number(&values, "customer.csat"), 62.5);
    near(number(&values, "customer.survey_score"), 75.0);
    assert_eq!(values.of("customer.nps").unwrap().observed_at, ago(5.0));
}

#[test]
fn the_sentiment_of_messages_is_that_of_all_that_people_write() {
    let customer = customer(json!({}));
    let at = |days: f64, body: Value| {
        let mut body = body;
        body["at"] = json!(ago(days));
        body
    };
    let good = "I love it, this is fantastic and very helpful!";
    let bad = "This is terrible, we are angry and disappointed.";
    let (up, down) = (compound(good).unwrap(), compound(bad).unwrap());
    assert!(up > 0.5 && down < -0.5);
    let messages = [
        read!(Message, at(0.0, json!({"id": "m", "text": good}))),
        read!(Message, at(90.0, json!({"id": "old", "text": bad}))),
        read!(Message, at(-0.1, json!({"id": "future", "text": bad}))),
    ];
    let surveys = [read!(Survey, at(30.0, json!({"id": "s", "kind": "nps", "value": 1, "comment": bad})))];
    let tickets = [read!(Ticket, json!({"id": "t", "opened_at": ago(60.0), "text": bad}))];
    let answer = |revision: u32, days: f64, sentiment: f64| Answer {
        request: "r".to_owned(),
        revision,
        contact: RecordId::parse("ana").unwrap(),
        role: Role::User,
        rating: HappinessLevel::Happy,
        comment: Some("…".to_owned()),
        sentiment: Some(sentiment),
        at: ago(days),
    };
    let answers = [answer(2, 29.0, 0.5), answer(1, 30.5, -1.0)];
    let id = "customer.message_sentiment";
    let measured = |inputs: Inputs<'_>| number(&measure_all(&inputs), id);
    near(measured(Inputs { messages: &messages, ..inputs(&customer) }), up);
    near(measured(Inputs { surveys: &surveys, ..inputs(&customer) }), down);
    near(measured(Inputs { tickets: &tickets, ..inputs(&customer) }), down);
    near(measured(Inputs { answers: &answers, ..inputs(&customer) }), 0.5);
    let all = Inputs { messages: &messages, surveys: &surveys, tickets: &tickets, ..inputs(&customer) };
    near(measured(all), (up + down / 2.0 + down / 4.0) / 1.75);
    // A day and a half ago the answer had not been changed yet … nor the message been written.
    near(measured(Inputs { as_of: ago(30.0), answers: &answers, messages: &messages[..1], ..inputs(&customer) }), -1.0);
    assert_eq!(measured(inputs(&customer)), None);
}

#[test]
fn happiness_is_read_from_the_answers_of_the_last_90_days() {
    let answer = |contact: &str, days: f64, rating: HappinessLevel| Answer {
        request: format!("{contact}{days}"),
        revision: 1,
        contact: RecordId::parse(contact).unwrap(),
        role: Role::User,
        rating,
        comment: None,
        sentiment: None,
        at: ago(days),
    };
    let answers = [
        answer("ana", 2.0, HappinessLevel::Neutral),
        answer("ana", 40.0, HappinessLevel::VeryHappy),
        answer("bo", 35.0, HappinessLevel::Happy),
    ];
    let settings = Settings::default();
    let happiness = HappinessInput::at(&answers, &settings, ago(0.0)).unwrap();
    assert_eq!((happiness.value, happiness.level), (50.0, HappinessLevel::Neutral));
    assert_eq!((happiness.newest_at, happiness.change_30d), (ago(2.0), Some(-37.5)));
    assert_eq!(HappinessInput::at(&answers, &settings, ago(38.0)).unwrap().change_30d, None);
    assert_eq!(HappinessInput::at(&answers, &settings, ago(41.0)), None);
}
