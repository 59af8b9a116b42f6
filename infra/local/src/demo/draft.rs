//! A customer in the making: profile, people and the history of its Health Status. What it does is in `activity`, `messages`,
//! `business` and `feedback`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use keepwell_domain::contact::{Mail, MailState, NewContact, Role};
use keepwell_domain::customer::Profile;
use keepwell_domain::health_status::{HealthStatus, StatusChange};
use keepwell_domain::id::{CustomerId, EmailAddress};
use keepwell_domain::signal::{Outcome, OutcomeKind};

use super::curve::Dice;
use super::people::{FEATURES, LOCAL_CSM, Plan};
use super::places::{Place, mailbox};
use super::{DemoCustomer, STORY_ATTRIBUTE};

/// What is decided about a customer before anything happens.
#[derive(Debug, Clone)]
pub(super) struct Company {
    /// Name; its first word becomes the id.
    pub(super) name: String,
    pub(super) industry: &'static str,
    pub(super) place: Place,
    pub(super) plan: Plan,
    pub(super) seats: u32,
    /// Whole years behind it: 0 = in its first contract year.
    pub(super) years: i64,
    /// Days to the next renewal, 1 to 365. With `years` it says when the customer signed.
    pub(super) renewal_in: i64,
    pub(super) stage: &'static str,
    pub(super) owner: &'static str,
    pub(super) tags: &'static [&'static str],
    /// Number of contacts: a decision maker, a champion, then users.
    pub(super) contacts: usize,
}

/// A customer in the making.
pub(super) struct Draft {
    pub(super) dice: Dice,
    /// For messages and surveys of effort, so that they leave everything else as it is.
    pub(super) writing_dice: Dice,
    /// Midnight UTC at the start of today: nothing happens at or after it.
    pub(super) now: DateTime<Utc>,
    pub(super) zone: Tz,
    pub(super) plan: Plan,
    /// The first day with activity, in days ago: a year back at most.
    pub(super) first_day: i64,
    /// The last day with activity, in days ago: 1, or the day on which the customer left.
    pub(super) last_day: i64,
    /// The features in use.
    pub(super) features: Vec<&'static str>,
    pub(super) customer: DemoCustomer,
}

/// The longest that activity goes back.
const HISTORY_DAYS: i64 = 365;

impl Draft {
    /// A customer with profile and people, to whom nothing has happened yet.
    pub(super) fn open(seed: u64, today: NaiveDate, company: &Company) -> Self {
        let slug = company.name.split(' ').next().unwrap_or_default().to_ascii_lowercase();
        let mut dice = Dice::of(seed, &slug);
        let now = today.and_time(NaiveTime::MIN).and_utc();
        let age = 365 * (company.years + 1) - company.renewal_in;
        let created_at = now - Duration::days(age) + Duration::minutes(dice.whole(480, 960));
        let mut draft = Self {
            now,
            zone: company.place.zone,
            plan: company.plan,
            first_day: (age - 1).min(HISTORY_DAYS),
            last_day: 1,
            features: FEATURES.into_iter().take(company.plan.features()).collect(),
            customer: DemoCustomer {
                id: record_id(&slug),
                story: None,
                profile: profile(&mut dice, today, company),
                created_at,
                contacts: Vec::new(),
                status_changes: Vec::new(),
                usage: Vec::new(),
                tickets: Vec::new(),
                interactions: Vec::new(),
                surveys: Vec::new(),
                goals: Vec::new(),
                messages: Vec::new(),
                opportunities: Vec::new(),
                outcomes: Vec::new(),
                answers: Vec::new(),
            },
            writing_dice: Dice::of(seed, &format!("{slug} messages")),
            dice,
        };
        draft.hire(company);
        if company.years > 0 && company.renewal_in < HISTORY_DAYS {
            let renewed = HISTORY_DAYS - company.renewal_in;
            draft.outcome(OutcomeKind::Renewed, renewed, None);
        }
        draft
    }

    /// Adds the contacts.
    fn hire(&mut self, company: &Company) {
        let people = company.place.people(&mut self.dice, company.contacts);
        for (index, (first, last)) in people.into_iter().enumerate() {
            let role = match index {
                0 => Role::DecisionMaker,
                1 => Role::Champion,
                _ if self.dice.chance(0.1) => Role::Other,
                _ => Role::User,
            };
            let contact = NewContact {
                id: None,
                name: format!("{first} {last}").into(),
                email: email(&format!("{}@{}.example", mailbox(first), self.customer.id)),
                role,
                time_zone: company.place.zone,
                locale: company.place.locale.to_owned(),
                mail_state: MailState::Ok,
            };
            let later =
                if index > 1 && self.dice.chance(0.3) { self.dice.whole(1, (self.first_day - 1).max(1)) } else { 0 };
            let id = self.record("c", index + 1);
            let created_at = self.customer.created_at + Duration::days(later);
            let contact = contact.create(id, created_at.min(self.now - Duration::hours(1)));
            self.customer.contacts.push(contact);
        }
    }

    /// Says what the customer shows.
    pub(super) fn story(&mut self, story: &'static str) {
        self.customer.story = Some(story);
        let attributes = &mut self.customer.profile.attributes;
        attributes.insert(STORY_ATTRIBUTE.to_owned(), story.into());
    }

    /// Sets the Health Status through its history `(days ago, status, reason)`, oldest first, by the owner.
    pub(super) fn statuses(&mut self, history: &[(i64, HealthStatus, &str)]) {
        let by = self.customer.profile.owner.clone();
        for (days_ago, to, reason) in history {
            let change = StatusChange {
                by: by.clone().unwrap_or_else(|| email(LOCAL_CSM)),
                at: self.office_hour(*days_ago),
                from: self.customer.status_changes.last().map(|last| last.to),
                to: *to,
                reason: (*reason).to_owned(),
            };
            self.customer.status_changes.push(change);
        }
    }

    /// The contact at `index` gets no more mail since `days_ago`.
    pub(super) fn mail_ends(&mut self, index: usize, state: MailState, days_ago: i64) {
        let since = Some(self.office_hour(days_ago));
        if let Some(contact) = self.customer.contacts.get_mut(index) {
            contact.mail = Mail { state, since };
            contact.version += 1;
        }
    }

    /// Nobody knows who decides at this customer: its decision maker is an ordinary contact.
    pub(super) fn nobody_decides(&mut self) {
        for contact in &mut self.customer.contacts {
            if contact.role == Role::DecisionMaker {
                contact.role = Role::Other;
            }
        }
    }

    /// The customer left `days_ago`: from then on nothing happens, and nothing is to be renewed.
    pub(super) fn churned(&mut self, days_ago: i64, reason: &str) {
        let day = self.day(days_ago);
        self.customer.outcomes.retain(|outcome| outcome.on < day);
        self.outcome(OutcomeKind::Churned, days_ago, Some(reason));
        self.last_day = days_ago;
        let profile = &mut self.customer.profile;
        profile.renewal_on = None;
        profile.request_feedback = false;
        profile.stage = Some("churned".to_owned());
    }

    fn outcome(&mut self, kind: OutcomeKind, days_ago: i64, reason: Option<&str>) {
        let outcome = Outcome {
            id: self.record("o", self.customer.outcomes.len() + 1),
            kind,
            on: self.day(days_ago),
            reason: reason.map(str::to_owned),
        };
        self.customer.outcomes.push(outcome);
    }

    /// The finished customer: every list in the order of time.
    pub(super) fn finish(mut self) -> DemoCustomer {
        self.customer.usage.sort_by_key(|event| event.at);
        self.customer.tickets.sort_by_key(|ticket| ticket.opened_at);
        self.customer.interactions.sort_by_key(|interaction| interaction.at);
        self.customer.surveys.sort_by_key(|survey| survey.at);
        self.customer.goals.sort_by_key(|goal| goal.due_on);
        self.customer.messages.sort_by_key(|message| message.at);
        self.customer.opportunities.sort_by_key(|opportunity| opportunity.closes_on);
        self.customer.answers.sort_by_key(|answer| answer.asked_at);
        self.customer
    }

    /// The id of the `number`th record of a kind, such as `brightforge-t3`.
    pub(super) fn record(&self, kind: &str, number: usize) -> CustomerId {
        record_id(&format!("{}-{kind}{number}", self.customer.id))
    }

    /// The date that many days ago.
    pub(super) fn day(&self, days_ago: i64) -> NaiveDate {
        (self.now - Duration::days(days_ago)).date_naive()
    }

    /// Whether the day is a Saturday or a Sunday.
    pub(super) fn is_weekend(&self, days_ago: i64) -> bool {
        matches!(self.day(days_ago).weekday(), Weekday::Sat | Weekday::Sun)
    }

    /// A moment on that day between two hours of the customer's own clock, but never in the future nor before it signed.
    pub(super) fn moment(&mut self, days_ago: i64, from_hour: i64, to_hour: i64) -> DateTime<Utc> {
        let minutes = self.dice.whole(from_hour * 60, to_hour * 60 - 1);
        let seconds = self.dice.whole(0, 59);
        let local =
            self.day(days_ago).and_time(NaiveTime::MIN) + Duration::minutes(minutes) + Duration::seconds(seconds);
        let at = self.zone.from_local_datetime(&local).earliest().map_or(local.and_utc(), |at| at.to_utc());
        at.min(self.now - Duration::minutes(1)).max(self.customer.created_at)
    }

    /// A moment in office hours of that day, or of the Friday before.
    pub(super) fn office_hour(&mut self, days_ago: i64) -> DateTime<Utc> {
        let working = (days_ago..days_ago + 3).find(|day| !self.is_weekend(*day)).unwrap_or(days_ago);
        self.moment(working, 9, 17)
    }
}

fn profile(dice: &mut Dice, today: NaiveDate, company: &Company) -> Profile {
    let discount = dice.between(0.86, 1.0);
    let dollars = i64::from(company.seats) * company.plan.seat_price();
    let billing = if company.plan == Plan::Starter { "monthly" } else { "annual" };
    Profile {
        name: company.name.clone(),
        owner: Some(email(company.owner)),
        arr_cents: Some((dollars as f64 * discount / 12.0).round() as i64 * 1_200),
        currency: "USD".to_owned(),
        seats: Some(company.seats),
        renewal_on: Some(today + Duration::days(company.renewal_in)),
        customer_since: None,
        plan: Some(company.plan.title().to_owned()),
        industry: Some(company.industry.to_owned()),
        country: Some(company.place.country.to_owned()),
        size: Some(company.plan.size().to_owned()),
        stage: Some(company.stage.to_owned()),
        tags: company.tags.iter().map(|tag| (*tag).to_owned()).collect::<BTreeSet<_>>(),
        attributes: BTreeMap::from([("billing".to_owned(), billing.into())]),
        request_feedback: true,
        feedback_interval_days: None,
        automations_paused: false,
    }
}

#[expect(clippy::expect_used, reason = "made of constants and digits; a test reads every id back")]
fn record_id(text: &str) -> CustomerId {
    CustomerId::parse(text).expect("demo ids keep to the alphabet of ids")
}

#[expect(clippy::expect_used, reason = "made of constants; a test reads every address back")]
fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("demo addresses are plain ASCII")
}
