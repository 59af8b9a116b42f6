//! Feedback requests and their answers, by the product's own rules for who is asked when.

use chrono::{DateTime, Duration, Utc};
use keepwell_domain::contact::{AskState, Contact};
use keepwell_domain::happiness::HappinessLevel;

use super::DemoAnswer;
use super::curve::Curve;
use super::draft::Draft;
use super::phrases;

impl Draft {
    /// Asks every contact about every 30 days while mail reaches it; `mood` 0-1 is how contacts feel, and `response` of the
    /// requests are answered. Leaves the contacts' own record of requests as it would be today.
    pub(super) fn feedback(&mut self, mood: &Curve, response: f64) {
        let mut comments = Comments::of(self);
        for index in 0..self.customer.contacts.len() {
            let Some(contact) = self.customer.contacts.get(index).cloned() else {
                return;
            };
            let ask = self.ask(&contact, mood, response, &mut comments);
            if let Some(contact) = self.customer.contacts.get_mut(index) {
                contact.ask = ask;
            }
        }
    }

    fn ask(&mut self, contact: &Contact, mood: &Curve, response: f64, comments: &mut Comments) -> AskState {
        let mut state = AskState::default();
        let mut day = self.first_day - self.dice.whole(3, 30);
        // Nobody agrees with everybody else.
        let character = self.dice.between(-0.08, 0.08);
        while day >= self.last_day {
            while self.is_weekend(day) && day > self.last_day {
                day -= 1;
            }
            let asked_at = self.moment(day, 9, 11);
            if contact.mail.since.is_some_and(|since| since <= asked_at) || self.is_weekend(day) {
                break;
            }
            if asked_at > contact.created_at {
                let feels = mood.at(day) + character + self.dice.between(-0.16, 0.16);
                let answer = self.answer(contact, asked_at, feels, response, comments);
                state.last_asked_at = Some(asked_at);
                state.asked += 1;
                if answer.answered_at.is_some() {
                    state.answered += 1;
                    state.unanswered = 0;
                } else {
                    state.unanswered += 1;
                }
                self.customer.answers.push(answer);
            }
            day -= interval_days(state.unanswered);
        }
        state
    }

    fn answer(
        &mut self,
        contact: &Contact,
        asked_at: DateTime<Utc>,
        feels: f64,
        response: f64,
        comments: &mut Comments,
    ) -> DemoAnswer {
        let rating = match feels {
            feels if feels >= 0.8 => HappinessLevel::VeryHappy,
            feels if feels >= 0.55 => HappinessLevel::Happy,
            feels if feels >= 0.3 => HappinessLevel::Neutral,
            _ => HappinessLevel::NotHappy,
        };
        // Most answer at once, some days later.
        let minutes = if self.dice.chance(0.6) { self.dice.whole(3, 360) } else { self.dice.whole(360, 7_200) };
        let answered_at = asked_at + Duration::minutes(minutes);
        let end = self.now - Duration::days(self.last_day - 1);
        let answered = self.dice.chance(response) && answered_at < end;
        let wordy = match rating {
            HappinessLevel::NotHappy => 0.7,
            HappinessLevel::Neutral => 0.4,
            HappinessLevel::Happy | HappinessLevel::VeryHappy => 0.35,
        };
        let comment = (answered && self.dice.chance(wordy)).then(|| comments.next(rating));
        DemoAnswer {
            contact: contact.id.clone(),
            asked_at,
            rating,
            comment: comment.map(str::to_owned),
            answered_at: answered.then_some(answered_at),
        }
    }
}

/// Days to a contact's next request: silence makes it rarer.
const fn interval_days(unanswered: u32) -> i64 {
    match unanswered {
        0 | 1 => 30,
        2 | 3 => 60,
        _ => 90,
    }
}

type Deck = std::iter::Cycle<std::vec::IntoIter<&'static str>>;

/// What the contacts of one customer write, without saying the same twice before all was said.
struct Comments {
    very_happy: Deck,
    happy: Deck,
    neutral: Deck,
    not_happy: Deck,
}

impl Comments {
    fn of(draft: &mut Draft) -> Self {
        Self {
            very_happy: draft.dice.deck(phrases::VERY_HAPPY),
            happy: draft.dice.deck(phrases::HAPPY),
            neutral: draft.dice.deck(phrases::NEUTRAL),
            not_happy: draft.dice.deck(phrases::NOT_HAPPY),
        }
    }

    fn next(&mut self, rating: HappinessLevel) -> &'static str {
        let deck = match rating {
            HappinessLevel::VeryHappy => &mut self.very_happy,
            HappinessLevel::Happy => &mut self.happy,
            HappinessLevel::Neutral => &mut self.neutral,
            HappinessLevel::NotHappy => &mut self.not_happy,
        };
        deck.next().unwrap_or_default()
    }
}
