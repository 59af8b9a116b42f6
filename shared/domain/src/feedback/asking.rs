//! Who is asked for feedback, and when.

use chrono::{DateTime, Duration, Utc};

use crate::contact::{AskState, Contact, MailState};
use crate::customer::Customer;
use crate::settings::Settings;
use crate::working_time::{in_window, next_window_start};

/// Days that must lie between two requests to one address, whichever customers they are about.
pub const ADDRESS_GUARD_DAYS: i64 = 30;

/// The longest interval to which unanswered requests stretch.
pub const LONGEST_STRETCHED_DAYS: u32 = 90;

/// After how many unanswered requests in a row the interval doubles (and doubles again after as many more).
const UNANSWERED_BEFORE_DOUBLING: u32 = 2;

crate::words! {
    /// Why a contact is not asked now.
    pub enum NotAsked {
        /// The customer left.
        Churned = "churned",
        /// The customer's `request_feedback` switch is off.
        SwitchedOff = "switched_off",
        /// The contact asked for no more mail.
        Unsubscribed = "unsubscribed",
        /// The address does not take mail.
        Bounced = "bounced",
        /// The contact marked a mail as spam.
        Complained = "complained",
        /// The address is on Keepwell's own suppression list.
        Suppressed = "suppressed",
        /// Somebody at the customer is not happy, and the task about it is open.
        OpenCase = "open_case",
        /// The contact's address was asked not long ago.
        AskedRecently = "asked_recently",
        /// It is not between 09:00 and 11:00 on a working day of the contact.
        OutsideWindow = "outside_window",
    }
}

/// What to do about one contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// Ask now.
    Now,
    /// Ask later: the first moment at which the contact may be asked, as far as is known today.
    NotBefore(DateTime<Utc>, NotAsked),
    /// Do not ask, unless something changes that time alone does not change.
    Never(NotAsked),
}

/// Decides whether `contact` is asked at `now`.
///
/// - `settings`: the team's, for customers without an interval of their own.
/// - `address_last_asked_at`: when anybody with the contact's normalised address ([`crate::id::EmailAddress::normalised`])
///   was last asked, for any customer.
/// - `address_suppressed`: whether that address is on Keepwell's own suppression list.
/// - `open_not_happy_case`: whether the customer has an open task that an automation made because of a Not Happy answer.
///   Whoever has just complained is not asked again while somebody looks into it, nor are the colleagues.
///
/// Where several reasons hold, the one that lasts longest is named. A contact that was never asked is asked in its
/// first window.
pub fn decide_ask(
    customer: &Customer,
    contact: &Contact,
    settings: &Settings,
    address_last_asked_at: Option<DateTime<Utc>>,
    address_suppressed: bool,
    open_not_happy_case: bool,
    now: DateTime<Utc>,
) -> Ask {
    let never = match contact.mail.state {
        _ if customer.churned => Some(NotAsked::Churned),
        _ if !customer.profile.request_feedback => Some(NotAsked::SwitchedOff),
        MailState::Unsubscribed => Some(NotAsked::Unsubscribed),
        MailState::Bounced => Some(NotAsked::Bounced),
        MailState::Complained => Some(NotAsked::Complained),
        MailState::Ok if address_suppressed => Some(NotAsked::Suppressed),
        MailState::Ok if open_not_happy_case => Some(NotAsked::OpenCase),
        MailState::Ok => None,
    };
    if let Some(reason) = never {
        return Ask::Never(reason);
    }

    let interval = interval_days(customer.feedback_interval_days(settings), contact.ask.unanswered);
    let after = |asked_at: Option<DateTime<Utc>>, days| asked_at.map(|at| at + Duration::days(days));
    let rested_at = after(contact.ask.last_asked_at, i64::from(interval))
        .max(after(address_last_asked_at, ADDRESS_GUARD_DAYS))
        .max(after(contact.ask.last_asked_at, ADDRESS_GUARD_DAYS));
    match rested_at {
        Some(rested_at) if rested_at > now => {
            Ask::NotBefore(next_window_start(contact.time_zone, rested_at), NotAsked::AskedRecently)
        }
        _ if in_window(contact.time_zone, now) => Ask::Now,
        _ => Ask::NotBefore(next_window_start(contact.time_zone, now), NotAsked::OutsideWindow),
    }
}

/// Days between two requests: the customer's interval, doubled after every two unanswered requests in a row up to
/// 90 days. An interval that is longer than that by itself stays as it is.
pub fn interval_days(own_days: u32, unanswered: u32) -> u32 {
    let doublings = unanswered / UNANSWERED_BEFORE_DOUBLING;
    let stretched = own_days.saturating_mul(2_u32.saturating_pow(doublings));
    stretched.min(LONGEST_STRETCHED_DAYS).max(own_days)
}

/// When the customer's contacts are to be looked at again; `None` when nobody can be asked unless something changes
/// (whoever changes a contact or the customer makes the customer due).
///
/// `asks` are the decisions on all of its contacts as they stand after those that were [`Ask::Now`] have been acted on;
/// one that still is `Now` makes the customer due at once. What other people may end without touching the customer or
/// its contacts (a suppression, an open case) is looked at again after a day.
pub fn next_look(customer: &Customer, asks: &[Ask], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if customer.churned || !customer.profile.request_feedback {
        return None;
    }
    asks.iter()
        .filter_map(|ask| match ask {
            Ask::Now => Some(now),
            Ask::NotBefore(at, _) => Some(*at),
            Ask::Never(NotAsked::Suppressed | NotAsked::OpenCase) => Some(now + Duration::days(1)),
            Ask::Never(_) => None,
        })
        .min()
}

/// The contact's requests so far, after one was sent at `now`.
pub fn after_asking(ask: &AskState, now: DateTime<Utc>) -> AskState {
    AskState { last_asked_at: Some(now), unanswered: ask.unanswered + 1, asked: ask.asked + 1, answered: ask.answered }
}

/// The contact's requests so far, after one was answered. Only a first answer counts as answered; any answer, to
/// whichever request, shows that the contact still speaks.
pub fn after_answer(ask: &AskState, revision: u32) -> AskState {
    AskState { unanswered: 0, answered: ask.answered + u32::from(revision == 1), ..ask.clone() }
}
