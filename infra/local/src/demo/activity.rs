//! What a customer does and what is done with it: usage, tickets, interactions, surveys, goals.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Duration, Utc, Weekday};
use keepwell_domain::contact::{Contact, MailState, Role};
use keepwell_domain::id::RecordId;
use keepwell_domain::sentiment::compound;
use keepwell_domain::signal::{
    Goal, Interaction, InteractionKind, Milestone, Severity, Survey, SurveyKind, Ticket, UsageEvent,
};

use super::curve::{Curve, whole};
use super::draft::Draft;
use super::{notes, phrases};

/// A ticket that a story needs, exactly.
pub(super) struct Told {
    pub(super) days_ago: i64,
    pub(super) severity: Severity,
    /// Hours to the first answer; `None` = nobody answered yet.
    pub(super) response_hours: Option<f64>,
    /// Hours to the end; `None` = still open.
    pub(super) resolution_hours: Option<f64>,
    pub(super) escalated: bool,
    pub(super) subject: &'static str,
    pub(super) text: &'static str,
}

impl Draft {
    /// Usage on every day of the customer's year: `level` 1 is normal for the plan, and fewer seats are in use below it.
    pub(super) fn usage(&mut self, level: &Curve) {
        let core: Vec<RecordId> = self
            .customer
            .contacts
            .iter()
            .filter(|contact| contact.role != Role::DecisionMaker)
            .map(|contact| contact.id.clone())
            .collect();
        let seats = self.customer.profile.seats.unwrap_or(5) as usize;
        let others: Vec<RecordId> =
            (1..=(seats * 4 / 5).saturating_sub(core.len())).map(|number| self.record("u", number)).collect();
        for day in (self.last_day..=self.first_day).rev() {
            let level = level.at(day);
            let noise = self.dice.between(0.7, 1.3);
            let mean = self.plan.events_a_day() * level * weekday_factor(self.day(day).weekday());
            let colleagues = (others.len() as f64 * level.clamp(0.0, 1.0)).ceil() as usize;
            let before = self.customer.usage.len();
            for number in 0..self.dice.rounded(mean * noise) {
                let busy =
                    if self.dice.chance(0.6) { core.as_slice() } else { others.get(..colleagues).unwrap_or_default() };
                let user = self.dice.pick(busy).or(core.first()).cloned();
                let event = self.usage_event(day, number, user.as_ref(), seats);
                self.customer.usage.push(event);
            }
            self.log_ins(day, before);
        }
    }

    /// Whoever did something on that day, in the events from `first` on, logged in before it.
    fn log_ins(&mut self, day: i64, first: usize) {
        let mut people: BTreeMap<String, DateTime<Utc>> = BTreeMap::new();
        for event in self.customer.usage.iter().skip(first) {
            let came_at = people.entry(event.user.clone().unwrap_or_default()).or_insert(event.at);
            *came_at = event.at.min(*came_at);
        }
        for (user, at) in people {
            self.customer.usage.push(UsageEvent {
                message_id: format!("demo:{}:{}:in:{user}", self.customer.id, self.day(day)),
                at,
                user: Some(user),
                feature: Some("Signed In".to_owned()),
                count: 1,
                duration_secs: 0,
            });
        }
    }

    /// The contact `who` does nothing in the product after that day; nobody takes over what they did.
    pub(super) fn usage_ends(&mut self, who: &RecordId, days_ago: i64) {
        let last = self.day(days_ago);
        self.customer
            .usage
            .retain(|event| event.user.as_deref() != Some(who.as_str()) || event.at.date_naive() <= last);
    }

    fn usage_event(&mut self, day: i64, number: u32, user: Option<&RecordId>, seats: usize) -> UsageEvent {
        let busiest = 6 + whole(seats / 12).min(30);
        let count = self.dice.whole(busiest / 3, busiest) as u64;
        let features = self.features.clone();
        // The lower of two throws: everybody uses the first features, experts the last.
        let reach = self.dice.between(0.3, 1.0);
        let known = (features.len() as f64 * reach).ceil() as usize;
        let feature = self.dice.pick(features.get(..known).unwrap_or_default());
        UsageEvent {
            message_id: format!("demo:{}:{}:{number}", self.customer.id, self.day(day)),
            at: self.moment(day, 8, 18),
            user: user.map(ToString::to_string),
            feature: feature.map(|feature| (*feature).to_owned()),
            count,
            duration_secs: count * self.dice.whole(25, 240) as u64,
        }
    }

    /// Tickets as they come: `trouble` 0 is a calm customer, 1 one with severe tickets that take long.
    pub(super) fn tickets(&mut self, per_month: f64, trouble: f64) {
        for day in (self.last_day..=self.first_day).rev() {
            let weekend = if self.is_weekend(day) { 0.2 } else { 1.3 };
            if !self.dice.chance(per_month / 30.0 * weekend) {
                continue;
            }
            let severity = match self.dice.share() + trouble * 0.35 {
                throw if throw < 0.35 => Severity::Low,
                throw if throw < 0.9 => Severity::Normal,
                throw if throw < 1.15 => Severity::High,
                _ => Severity::Critical,
            };
            let (respond, resolve, escalate) = phrases::service(severity);
            let (subject, text) = self.dice.pick(phrases::tickets(severity)).copied().unwrap_or_default();
            let slower = 1.0 + trouble * 1.5;
            let response_hours = self.dice.between(respond.0, respond.1) * slower;
            let told = Told {
                days_ago: day,
                severity,
                response_hours: Some(response_hours),
                resolution_hours: Some(response_hours + self.dice.between(resolve.0, resolve.1) * slower),
                escalated: self.dice.chance(escalate),
                subject,
                text,
            };
            self.ticket(&told);
            if self.dice.chance(0.3) {
                let mood = 0.95 - trouble * 0.7;
                self.csat((day - 4).max(self.last_day), mood);
            }
        }
    }

    /// One ticket. Answers and ends that would lie in the future have not happened.
    pub(super) fn ticket(&mut self, told: &Told) {
        let opened_at = self.moment(told.days_ago, 7, 20);
        let now = self.now;
        let after = |hours: Option<f64>| -> Option<DateTime<Utc>> {
            let at = opened_at + Duration::minutes((hours? * 60.0) as i64);
            (at < now).then_some(at)
        };
        let ticket = Ticket {
            id: self.record("t", self.customer.tickets.len() + 1),
            severity: told.severity,
            opened_at,
            first_response_at: after(told.response_hours),
            closed_at: after(told.resolution_hours),
            escalated: told.escalated,
            subject: Some(told.subject.to_owned()),
            text: Some(told.text.to_owned()),
            sentiment: compound(told.text),
        };
        self.customer.tickets.push(ticket);
    }

    /// Conversations about every `every_days` days; `relation` 0-1 is how good they are.
    pub(super) fn interactions(&mut self, every_days: f64, relation: &Curve) {
        use InteractionKind::{Call, Email, Meeting, Note};
        let mut good = self.dice.deck(notes::NOTES_GOOD);
        let mut fair = self.dice.deck(notes::NOTES_FAIR);
        let mut poor = self.dice.deck(notes::NOTES_POOR);
        let mut day = self.first_day - self.dice.whole(1, 1 + every_days as i64);
        while day >= self.last_day {
            let kind = *self
                .dice
                .pick(&[Call, Call, Call, Call, Meeting, Meeting, Meeting, Email, Email, Note])
                .unwrap_or(&Call);
            let quality = self.one_to_five(relation.at(day));
            let notes = match quality {
                4.. => good.next(),
                3 => fair.next(),
                _ => poor.next(),
            };
            self.talk(day, kind, quality, notes.unwrap_or_default());
            day -= (every_days * self.dice.between(0.6, 1.4)).max(2.0) as i64;
        }
    }

    /// One conversation about which the notes say this; `{name}` and `{feature}` are filled in. The outcome is near the
    /// quality. Mails are rated now and then, notes never.
    pub(super) fn talk(&mut self, days_ago: i64, kind: InteractionKind, quality: u8, notes: &str) {
        let at = self.office_hour(days_ago);
        let contacts = self.contacts_at(at);
        let with = self.dice.pick(&contacts);
        let first_name = with.and_then(|contact| contact.name.reveal().split(' ').next()).unwrap_or("They");
        let features = self.features.clone();
        let notes = notes.replace("{name}", first_name).replace("{feature}", self.dice.text(&features));
        let rated = match kind {
            InteractionKind::Note | InteractionKind::Other => false,
            InteractionKind::Email => self.dice.chance(0.4),
            InteractionKind::Meeting | InteractionKind::Call => true,
        };
        let swing = self.dice.between(-0.25, 0.25);
        let outcome = self.one_to_five((f64::from(quality) - 1.0) / 4.0 + swing);
        let interaction = Interaction {
            id: self.record("i", self.customer.interactions.len() + 1),
            contact: with.map(|contact| contact.id.clone()),
            kind,
            at,
            quality: rated.then_some(quality),
            outcome: rated.then_some(outcome),
            participants: with.into_iter().map(|contact| contact.name.reveal().clone()).collect(),
            by: None,
            sentiment: compound(&notes),
            notes,
        };
        self.customer.interactions.push(interaction);
    }

    /// NPS of some contacts every quarter, and what effort it was to one of them (CES) now and then; `mood` 0-1 is how they feel.
    pub(super) fn nps(&mut self, mood: &Curve) {
        let asked = whole(self.customer.contacts.len());
        for quarter in [350, 260, 170, 80] {
            for _ in 0..self.dice.whole(0, asked.min(3)) {
                let day = quarter - self.dice.whole(0, 12);
                if (self.last_day..self.first_day).contains(&day) {
                    let value = (mood.at(day) + self.dice.between(-0.15, 0.18)) * 10.0;
                    self.survey(day, SurveyKind::Nps, value.round().clamp(0.0, 10.0));
                }
            }
        }
        std::mem::swap(&mut self.dice, &mut self.writing_dice);
        for day in [300, 215, 120, 45] {
            if (self.last_day..self.first_day).contains(&day) && self.dice.chance(0.6) {
                let value = 1.0 + (mood.at(day) + self.dice.between(-0.2, 0.2)) * 6.0;
                self.survey(day, SurveyKind::Ces, value.round().clamp(1.0, 7.0));
            }
        }
        std::mem::swap(&mut self.dice, &mut self.writing_dice);
    }

    fn csat(&mut self, days_ago: i64, mood: f64) {
        let value = f64::from(self.one_to_five(mood));
        self.survey(days_ago, SurveyKind::Csat, value);
    }

    fn survey(&mut self, days_ago: i64, kind: SurveyKind, value: f64) {
        let (scale_min, scale_max) = match kind {
            SurveyKind::Nps => (0.0, 10.0),
            SurveyKind::Ces => (1.0, 7.0),
            SurveyKind::Csat | SurveyKind::Custom => (1.0, 5.0),
        };
        let at = self.moment(days_ago, 9, 19);
        let contacts = self.contacts_at(at);
        let contact = self.dice.pick(&contacts);
        let comments = phrases::survey_comments((value - scale_min) / (scale_max - scale_min));
        let comment = self.dice.chance(0.35).then(|| self.dice.text(comments).to_owned());
        let survey = Survey {
            id: self.record("s", self.customer.surveys.len() + 1),
            contact: contact.map(|contact| contact.id.clone()),
            kind,
            scale_min,
            scale_max,
            value,
            sentiment: comment.as_deref().and_then(compound),
            comment,
            at,
        };
        self.customer.surveys.push(survey);
    }

    /// A goal due in `due_in` days (negative: it was due), of which `progress` 0-1 is reached. Milestones whose time has
    /// come but whose share is not reached are overdue.
    pub(super) fn goal(&mut self, due_in: i64, progress: f64) {
        let taken: Vec<String> = self.customer.goals.iter().map(|goal| goal.name.clone()).collect();
        let plans = self.dice.shuffled(notes::GOALS);
        let Some((name, target, steps)) = plans.into_iter().find(|(name, ..)| !taken.iter().any(|taken| taken == name))
        else {
            return;
        };
        let count = whole(steps.len());
        // No step is due before the customer signed.
        let room = (self.first_day + due_in) / (count + 1);
        let spacing = self.dice.whole(25, 45).min(room);
        let mut milestones = Vec::new();
        for (number, step) in (1_i64..).zip(steps) {
            let ends_in = due_in - (count - number) * spacing;
            let reached = progress + 0.05 >= number as f64 / count as f64;
            // A step whose time has come was done around it, another one lately, and none before the one before it.
            let around = self.dice.whole(-3, 6) - ends_in;
            let lately = (count - number) * 9 + self.dice.whole(1, 8);
            let done = around.max(lately).min(self.first_day);
            let done_on = reached.then(|| self.day(done));
            milestones.push(Milestone { name: (*step).to_owned(), due_on: self.day(-ends_in), done_on });
        }
        let goal = Goal {
            id: self.record("g", self.customer.goals.len() + 1),
            name: name.to_owned(),
            target,
            actual: (target * progress).round(),
            due_on: self.day(-due_in),
            milestones,
        };
        self.customer.goals.push(goal);
    }

    /// Who was there at that moment.
    pub(super) fn contacts_at(&self, at: DateTime<Utc>) -> Vec<Contact> {
        let contacts = self.customer.contacts.iter();
        contacts.filter(|contact| contact.created_at <= at && !left(contact, at)).cloned().collect()
    }

    /// A rating 1-5 around `share` 0-1.
    fn one_to_five(&mut self, share: f64) -> u8 {
        let rating = 1.0 + (share + self.dice.between(-0.15, 0.15)) * 4.0;
        rating.round().clamp(1.0, 5.0) as u8
    }
}

/// Whether the person was gone: their address bounced.
fn left(contact: &Contact, at: DateTime<Utc>) -> bool {
    let bounced = contact.mail.state == MailState::Bounced;
    bounced && contact.mail.since.is_some_and(|since| since <= at)
}

/// A day's share of a working day's usage.
fn weekday_factor(day: Weekday) -> f64 {
    match day {
        Weekday::Mon | Weekday::Thu => 1.0,
        Weekday::Tue | Weekday::Wed => 1.12,
        Weekday::Fri => 0.8,
        Weekday::Sat => 0.08,
        Weekday::Sun => 0.05,
    }
}
