//! What people write between tickets and surveys.

use keepwell_domain::sentiment::compound;
use keepwell_domain::signal::Message;

use super::curve::Curve;
use super::draft::Draft;
use super::phrases;

impl Draft {
    /// Messages as they come; `mood` 0-1 is how the customer feels.
    pub(super) fn messages(&mut self, per_month: f64, mood: &Curve) {
        for day in (self.last_day..=self.first_day).rev() {
            if !self.is_weekend(day) && self.writing_dice.chance(per_month / 30.0 * 1.4) {
                let feels = mood.at(day) + self.writing_dice.between(-0.15, 0.15);
                let text = self.writing_dice.text(phrases::messages(feels));
                self.message(day, text);
            }
        }
    }

    /// One message that says this.
    pub(super) fn message(&mut self, days_ago: i64, text: &str) {
        std::mem::swap(&mut self.dice, &mut self.writing_dice);
        let at = self.office_hour(days_ago);
        let contacts = self.contacts_at(at);
        let contact = self.dice.pick(&contacts).map(|contact| contact.id.clone());
        std::mem::swap(&mut self.dice, &mut self.writing_dice);
        let id = self.record("m", self.customer.messages.len() + 1);
        self.customer.messages.push(Message { id, contact, at, text: text.to_owned(), sentiment: compound(text) });
    }
}
