//! What people write between tickets and surveys.

use keepwell_domain::sentiment::compound;
use keepwell_domain::signal::Message;

use super::curve::Curve;
use super::draft::Draft;
use super::phrases;

impl Draft {
    /// Messages as they come; `mood` 0-1 is how the customer feels. They have dice of their own, so that writing more or
    /// less leaves the rest of the customer as it was.
    pub(super) fn messages(&mut self, per_month: f64, mood: &Curve) {
        std::mem::swap(&mut self.dice, &mut self.writing_dice);
        for day in (self.last_day..=self.first_day).rev() {
            if !self.is_weekend(day) && self.dice.chance(per_month / 30.0 * 1.4) {
                self.message(day, mood.at(day));
            }
        }
        std::mem::swap(&mut self.dice, &mut self.writing_dice);
    }

    fn message(&mut self, days_ago: i64, mood: f64) {
        let at = self.office_hour(days_ago);
        let feels = mood + self.dice.between(-0.15, 0.15);
        let text = self.dice.text(phrases::messages(feels));
        let contacts = self.contacts_at(at);
        let message = Message {
            id: self.record("m", self.customer.messages.len() + 1),
            contact: self.dice.pick(&contacts).map(|contact| contact.id.clone()),
            at,
            text: text.to_owned(),
            sentiment: compound(text),
        };
        self.customer.messages.push(message);
    }
}
