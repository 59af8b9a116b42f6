//! Measures: one number (or word) about one customer at one moment, with unit and window.
//!
//! A measure is `None` when nothing is known, never a number that looks like knowledge: **silence is not health**.
//! Each measure's file says what its "nothing known" is. Nothing that is dated after [`Inputs::as_of`] is seen, so that a
//! score of the past can be computed from the records of today.
//!
//! A window of *n* days is, for what has a time, the *n* x 24 hours up to `as_of`; for what has a date (usage is folded by day),
//! the day of `as_of` (UTC) and the *n* - 1 days before it.

use std::sync::LazyLock;

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use serde::Serialize;

use crate::customer::Customer;
use crate::happiness::{Answer, HappinessLevel, change_since, reading_at};
use crate::settings::Settings;
use crate::signal::{CustomMeasure, Goal, Interaction, Message, Opportunity, Survey, Ticket};
use crate::usage::UsageDay;

mod customer;
mod opportunities;
mod recency;
mod team;
mod tickets;
mod usage;
mod value;

pub use value::{MeasureValue, MeasureValues, Name, Observed};

crate::words! {
    /// The shipped scorecard's dimension to which a measure belongs. Any scorecard may use it anywhere.
    #[derive(schemars::JsonSchema)]
    #[schemars(rename = "MeasureDimension")]
    pub enum Dimension {
        /// How the product is used.
        ProductUsage = "product_usage",
        /// How the CSM team sees the customer.
        TeamView = "team_view",
        /// What the customer says and reports.
        CustomerView = "customer_view",
    }
}

crate::words! {
    /// In which direction a measure is good.
    #[derive(schemars::JsonSchema)]
    #[schemars(rename = "MeasureDirection")]
    pub enum Direction {
        /// More is better.
        MoreIsBetter = "more_is_better",
        /// Less is better.
        LessIsBetter = "less_is_better",
        /// Neither: it says something, but not good or bad.
        Neither = "neither",
    }
}

crate::words! {
    /// What a measure's value is.
    #[derive(schemars::JsonSchema)]
    #[schemars(rename = "MeasureKind")]
    pub enum Kind {
        /// A number: rules `linear`, `bands`, `trend`.
        Number = "number",
        /// A word: rule `map`.
        Word = "word",
        /// Yes or no: rule `boolean`.
        Boolean = "boolean",
    }
}

/// An entry of the catalogue.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct Measure {
    /// Its name in scorecards.
    pub id: &'static str,
    /// Where it belongs.
    pub dimension: Dimension,
    /// What is counted.
    pub unit: &'static str,
    /// The time it looks back; `now` for a state.
    pub window: &'static str,
    /// Which way is good.
    pub direction: Direction,
    /// What its value is.
    pub kind: Kind,
    /// Every word it can be; empty unless `kind` is [`Kind::Word`].
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub words: &'static [&'static str],
    /// One sentence for people.
    pub meaning: &'static str,
    #[serde(skip)]
    compute: fn(&Inputs<'_>) -> Option<Observed>,
}

/// What most measures of a subject have in common: they are numbers, and more is better.
const fn base(dimension: Dimension, window: &'static str) -> Measure {
    Measure {
        id: "",
        dimension,
        unit: "",
        window,
        direction: Direction::MoreIsBetter,
        kind: Kind::Number,
        words: &[],
        meaning: "",
        compute: |_| None,
    }
}

/// The prefix of measures that are sent by API or CSV and need no code.
const CUSTOM: &str = "custom.";

static CATALOGUE: LazyLock<Vec<Measure>> = LazyLock::new(|| {
    [usage::MEASURES, team::MEASURES, opportunities::MEASURES, customer::MEASURES, tickets::MEASURES].concat()
});

/// Every measure, in a fixed order.
pub fn catalogue() -> &'static [Measure] {
    &CATALOGUE
}

/// A measure's name, looked up once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resolved {
    /// Its position in the [`catalogue`].
    Catalogue(usize),
    /// A custom measure's whole id, `custom.` included.
    Custom(Name),
}

impl Resolved {
    /// The measure with this id. Every `custom.<name>` is one, with 1 to 64 characters of `A-Z a-z 0-9 _ . : -` as name.
    pub fn find(id: &str) -> Option<Self> {
        if let Some(name) = id.strip_prefix(CUSTOM) {
            return crate::id::RecordId::parse(name).is_ok().then(|| Self::Custom(Name::from(id)));
        }
        let position = catalogue().iter().position(|measure| measure.id == id)?;
        Some(Self::Catalogue(position))
    }

    /// Its entry in the catalogue; `None` for a custom measure, which may be of any kind.
    pub fn definition(&self) -> Option<&'static Measure> {
        match self {
            Self::Catalogue(index) => catalogue().get(*index),
            Self::Custom(_) => None,
        }
    }
}

/// What is known about the customer's happiness.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HappinessInput {
    /// Mean of the contacts' latest answers, 0-100.
    pub value: f64,
    /// Its word.
    pub level: HappinessLevel,
    /// When the newest answer was given.
    pub newest_at: DateTime<Utc>,
    /// `value` minus the value 30 days earlier; `None` when there was none.
    pub change_30d: Option<f64>,
}

impl HappinessInput {
    /// The happiness at `at`, from all the customer's answers in any order; `None` = nobody's answer counts.
    pub fn at(answers: &[Answer], settings: &Settings, at: DateTime<Utc>) -> Option<Self> {
        let reading = reading_at(answers, settings, at);
        Some(Self {
            value: reading.value?,
            level: reading.level?,
            newest_at: reading.newest_at?,
            change_30d: change_since(answers, settings, at - Duration::days(30), at),
        })
    }
}

/// All that measures are computed from. Start with [`Inputs::new`] and fill in what is known.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The moment to measure at. Later signals are not seen; usage is stored by day, so the whole day of `as_of` is.
    pub as_of: DateTime<Utc>,
    /// The customer (profile and status) as of then.
    pub customer: &'a Customer,
    /// What the team calls key features and log-ins, how much features count, and how soon tickets should be answered.
    pub settings: &'a Settings,
    /// At least the last 60 days, ascending. Measures look at 56 of them, however many there are.
    pub usage: &'a [UsageDay],
    /// The newest day with usage ever, for customers who have been away for longer than `usage` reaches back.
    pub last_used_on: Option<NaiveDate>,
    /// At least the last 180 days.
    pub interactions: &'a [Interaction],
    /// When the CSM last met the customer, for customers whom `interactions` does not reach back to.
    pub last_met_at: Option<DateTime<Utc>>,
    /// At least those opened in the last 90 days, and those open.
    pub tickets: &'a [Ticket],
    /// When something last happened to a ticket, ever.
    pub last_ticket_at: Option<DateTime<Utc>>,
    /// At least the last 180 days.
    pub surveys: &'a [Survey],
    /// Goals as of then.
    pub goals: &'a [Goal],
    /// At least those that are open, and those that closed in the last 365 days.
    pub opportunities: &'a [Opportunity],
    /// At least the last 90 days.
    pub messages: &'a [Message],
    /// Every revision of the answers to feedback requests of at least the last 90 days, for what they say in words.
    pub answers: &'a [Answer],
    /// Happiness as of then; `None` = nobody answered.
    pub happiness: Option<HappinessInput>,
    /// The newest value of each of the team's own measures.
    pub custom_measures: &'a [CustomMeasure],
}

impl<'a> Inputs<'a> {
    /// Nothing but the customer.
    pub fn new(as_of: DateTime<Utc>, customer: &'a Customer, settings: &'a Settings) -> Self {
        Self {
            as_of,
            customer,
            settings,
            usage: &[],
            last_used_on: None,
            interactions: &[],
            last_met_at: None,
            tickets: &[],
            last_ticket_at: None,
            surveys: &[],
            goals: &[],
            opportunities: &[],
            messages: &[],
            answers: &[],
            happiness: None,
            custom_measures: &[],
        }
    }

    /// The day of `as_of`.
    fn today(&self) -> NaiveDate {
        self.as_of.date_naive()
    }

    /// The first day of a window of `days` days that ends today.
    fn window_start(&self, days: u64) -> NaiveDate {
        self.today().checked_sub_days(Days::new(days.saturating_sub(1))).unwrap_or(NaiveDate::MIN)
    }

    /// Whether `at` is known at `as_of` and lies in the last `days` days, counted back from that very moment.
    fn within(&self, at: DateTime<Utc>, days: i64) -> bool {
        at <= self.as_of && self.as_of - at < Duration::days(days)
    }

    /// Days, with fraction, from `at` to `as_of`.
    fn days_since(&self, at: DateTime<Utc>) -> f64 {
        days_between(at, self.as_of)
    }

    /// When a fact about a whole day became known: at its end, or at `as_of` while it lasts.
    fn end_of(&self, day: NaiveDate) -> DateTime<Utc> {
        day.succ_opt()
            .and_then(|next| next.and_hms_opt(0, 0, 0))
            .map_or(self.as_of, |end| end.and_utc().min(self.as_of))
    }

    /// Seats paid for; 0 says as little as none.
    fn seats(&self) -> Option<f64> {
        self.customer.profile.seats.filter(|seats| *seats > 0).map(f64::from)
    }
}

/// Days, with fraction, from `earlier` to `later`.
pub fn days_between(earlier: DateTime<Utc>, later: DateTime<Utc>) -> f64 {
    (later - earlier).num_seconds() as f64 / 86_400.0
}

/// Every measure of the catalogue for one customer, and the team's own ones as they were sent.
pub fn measure_all(inputs: &Inputs<'_>) -> MeasureValues {
    let mut values = MeasureValues::default();
    for (index, measure) in catalogue().iter().enumerate().rev() {
        values.set(Resolved::Catalogue(index), (measure.compute)(inputs));
    }
    for custom in inputs.custom_measures.iter().filter(|custom| custom.observed_at <= inputs.as_of) {
        let id = Name::from(format!("{CUSTOM}{}", custom.name).as_str());
        values.set(Resolved::Custom(id), Some(Observed::new(custom.value.clone(), custom.observed_at)));
    }
    values
}

/// The arithmetic mean; `None` of nothing. Summed in ascending order, so that the order of records does not matter to the last bit.
fn mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The middle value, or the mean of the two middle ones; `None` of nothing.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let upper = values.get(values.len() / 2).copied()?;
    if values.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = values.get(values.len() / 2 - 1).copied()?;
    Some(f64::midpoint(lower, upper))
}
