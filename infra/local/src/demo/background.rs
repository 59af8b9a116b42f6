//! The rest of the portfolio: customers without a story, in a mix that fills every cell of the console.

use chrono::NaiveDate;
use keepwell_domain::contact::MailState;
use keepwell_domain::health_status::HealthStatus::{self, Healthy, Steady, Struggling, Thriving};
use keepwell_domain::signal::OpportunityOutcome::{Lost, Won};

use super::DemoCustomer;
use super::curve::{Curve, Dice, whole};
use super::draft::{Company, Draft};
use super::notes;
use super::people::{BACKGROUND_NAMES, COLLEAGUES, INDUSTRIES, LOCAL_CSM, Plan};
use super::places::{CHICAGO, PLACES};

/// A kind of background customer.
struct Kind {
    /// How many of them.
    count: usize,
    /// Today's Health Status; `None` = nobody set one.
    status: Option<HealthStatus>,
    /// Days since the status was set, least and most.
    set_days_ago: (i64, i64),
    /// Happiness 0-1 a year ago and today.
    mood: (f64, f64),
    /// Level of usage a year ago and today.
    usage: (f64, f64),
    /// How severe and slow tickets are, 0-1.
    trouble: f64,
    life: Life,
}

/// Where in its life a background customer is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Life {
    /// In its first three months.
    New,
    /// For longer.
    Settled,
    /// It left.
    Gone,
}

const fn kind(
    count: usize,
    status: Option<HealthStatus>,
    set_days_ago: (i64, i64),
    mood: (f64, f64),
    usage: (f64, f64),
    trouble: f64,
) -> Kind {
    Kind { count, status, set_days_ago, mood, usage, trouble, life: Life::Settled }
}

/// The mix. Together with the stories: 72 customers.
#[rustfmt::skip]
const MIX: [Kind; 16] = [
    // High status, high happiness.
    kind(7, Some(Thriving), (2, 27), (0.80, 0.93), (0.9, 1.2), 0.0),
    kind(10, Some(Healthy), (5, 85), (0.66, 0.75), (0.9, 1.0), 0.05),
    kind(3, Some(Healthy), (5, 85), (0.72, 0.66), (1.0, 0.9), 0.1),
    // High status, low happiness.
    kind(2, Some(Thriving), (2, 27), (0.60, 0.25), (1.0, 1.1), 0.6),
    kind(4, Some(Healthy), (5, 85), (0.66, 0.56), (1.0, 0.9), 0.5),
    // Low status, high happiness.
    kind(7, Some(Steady), (5, 85), (0.72, 0.67), (0.8, 0.75), 0.15),
    kind(3, Some(Struggling), (2, 27), (0.85, 0.82), (0.9, 0.7), 0.1),
    // Low status, low happiness.
    kind(5, Some(Steady), (5, 85), (0.66, 0.54), (0.8, 0.55), 0.3),
    kind(4, Some(Struggling), (2, 27), (0.55, 0.16), (0.8, 0.3), 0.7),
    // Nobody looked for too long.
    kind(1, Some(Thriving), (45, 80), (0.80, 0.78), (1.0, 0.9), 0.1),
    kind(2, Some(Healthy), (100, 190), (0.75, 0.66), (0.9, 0.7), 0.2),
    kind(1, Some(Struggling), (40, 90), (0.60, 0.50), (0.6, 0.5), 0.4),
    // No status.
    kind(1, None, (0, 0), (0.70, 0.70), (0.8, 0.8), 0.1),
    Kind { life: Life::New, ..kind(1, None, (0, 0), (0.80, 0.85), (0.3, 0.9), 0.1) },
    Kind { life: Life::New, ..kind(2, Some(Steady), (5, 40), (0.70, 0.80), (0.2, 0.9), 0.1) },
    Kind { life: Life::Gone, ..kind(4, Some(Struggling), (20, 60), (0.60, 0.15), (0.8, 0.15), 0.6) },
];

/// The background, in the order of [`MIX`].
pub(super) fn fill(seed: u64, today: NaiveDate) -> Vec<DemoCustomer> {
    MIX.iter()
        .flat_map(|kind| std::iter::repeat_n(kind, kind.count))
        .zip(BACKGROUND_NAMES)
        .enumerate()
        .map(|(index, (kind, name))| customer(seed, today, kind, name, index))
        .collect()
}

fn customer(seed: u64, today: NaiveDate, kind: &Kind, name: &str, index: usize) -> DemoCustomer {
    // Dice of its own for what must be known before the draft is opened.
    let mut dice = Dice::of(seed, name);
    let left = dice.whole(20, 200);
    let company = company(&mut dice, kind, name, index, left);
    let mut draft = Draft::open(seed, today, &company);
    if kind.life == Life::Gone {
        let reason = dice.text(notes::CHURN_REASONS);
        draft.churned(left, reason);
    } else {
        draft.customer.profile.request_feedback = index % 5 != 4;
    }
    let line = |(start, end): (f64, f64)| Curve::through(&[(draft.first_day, start), (draft.last_day, end)]);
    let (usage, mood) = (line(kind.usage), line(kind.mood));
    lose_mail(&mut draft);
    draft.usage(&usage);
    draft.nps(&mood);
    draft.messages(0.7, &mood);
    let per_month = dice.between(0.3, 0.9) + kind.trouble * 1.5;
    draft.tickets(per_month, kind.trouble);
    draft.interactions(dice.between(18.0, 40.0), &mood);
    if index % 5 != 4 || kind.life == Life::Gone {
        draft.feedback(&mood, dice.between(0.35, 0.62));
    }
    goals(&mut draft, kind);
    business(&mut draft, &mut Dice::of(seed, &format!("{name} business")), kind);
    history(&mut draft, &mut dice, kind);
    draft.finish()
}

fn company(dice: &mut Dice, kind: &Kind, name: &str, index: usize, left: i64) -> Company {
    let plan = match index * 7 % 20 {
        0..6 => Plan::Starter,
        6..14 => Plan::Team,
        14..18 => Plan::Business,
        _ => Plan::Enterprise,
    };
    let (industry, suffix) = dice.pick(&INDUSTRIES).copied().unwrap_or_default();
    let (least, most) = plan.seats();
    // The lower of two throws: most customers are at the small end of their plan.
    let seats = dice.whole(least, most).min(dice.whole(least, most));
    let (years, renewal_in) = match kind.life {
        Life::New => (0, 365 - dice.whole(30, 85)),
        Life::Gone => (dice.whole(1, 2), 365 - left),
        Life::Settled => settled(dice, index),
    };
    let stage = match kind.life {
        Life::New => "onboarding",
        Life::Gone => "churned",
        Life::Settled if renewal_in <= 60 => "renewal",
        Life::Settled if kind.status == Some(Thriving) => "expansion",
        Life::Settled => "adopted",
    };
    Company {
        name: format!("{name} {suffix}"),
        industry,
        place: dice.pick(&PLACES).copied().unwrap_or(CHICAGO),
        plan,
        seats: u32::try_from(seats).unwrap_or(5),
        years,
        renewal_in,
        stage,
        owner: match index % 3 {
            0 => LOCAL_CSM,
            _ => dice.text(&COLLEAGUES),
        },
        tags: dice.pick(notes::TAGS).copied().unwrap_or_default(),
        contacts: usize::try_from(dice.whole(2, 5).max(dice.whole(2, 5))).unwrap_or(2),
    }
}

/// Years and days to the renewal of a settled customer: renewals fall evenly over the year, some within 30 and 90 days.
fn settled(dice: &mut Dice, index: usize) -> (i64, i64) {
    let slot = whole(index * 11 % 24);
    let renewal_in = 4 + slot * 15 + dice.whole(0, 12);
    // Nobody here is younger than half a year.
    let least = i64::from(renewal_in > 180);
    (dice.whole(least, 2), renewal_in)
}

/// Now and then mail to one of the users ends, and now and then nobody knows who decides.
fn lose_mail(draft: &mut Draft) {
    for index in 1..draft.customer.contacts.len() {
        let state = match draft.dice.share() {
            throw if throw < 0.06 => MailState::Unsubscribed,
            throw if throw < 0.09 => MailState::Bounced,
            throw if throw < 0.10 => MailState::Complained,
            _ => continue,
        };
        let days_ago = draft.dice.whole(draft.last_day, draft.first_day - 1);
        draft.mail_ends(index, state, days_ago);
    }
    if draft.dice.chance(0.04) {
        draft.nobody_decides();
    }
}

fn goals(draft: &mut Draft, kind: &Kind) {
    if kind.life == Life::Gone {
        return;
    }
    let (_, level) = kind.usage;
    for _ in 0..draft.dice.whole(0, 2) {
        let due_in = draft.dice.whole(-40, 140);
        let expected = 1.0 - due_in as f64 / 200.0;
        let progress = expected * level * draft.dice.between(0.6, 1.15);
        draft.goal(due_in, progress.clamp(0.0, 1.0));
    }
}

/// Renewals as likely as the customer is happy; expansions where there is use for them.
fn business(draft: &mut Draft, dice: &mut Dice, kind: &Kind) {
    let (_, mood) = kind.mood;
    let (_, level) = kind.usage;
    draft.renewals(((mood + dice.between(-0.1, 0.1)) * 100.0).clamp(5.0, 95.0) as u8);
    if draft.first_day > 120 && dice.chance(0.4) {
        let days_ago = dice.whole(draft.last_day + 5, draft.first_day - 60);
        let outcome = if dice.chance(level * 0.6) { Won } else { Lost };
        draft.expansion_ended(days_ago, dice.between(0.05, 0.2), outcome);
    }
    if kind.life != Life::Gone && dice.chance(level * 0.4) {
        let likelihood = dice.whole(10, 80) as u8;
        draft.expansion(dice.whole(10, 150), dice.between(0.05, 0.3), likelihood);
    }
}

/// The history of the status: one or two words before today's, each another than the one before it.
fn history(draft: &mut Draft, dice: &mut Dice, kind: &Kind) {
    let Some(status) = kind.status else {
        return;
    };
    let (least, most) = kind.set_days_ago;
    let ends = if kind.life == Life::Gone { draft.last_day } else { 0 };
    let last = (ends + dice.whole(least, most)).min(draft.first_day - 1);
    let before = match status {
        Thriving | Steady => Healthy,
        Healthy | Struggling => Steady,
    };
    let mut words = vec![(last, status)];
    if draft.first_day > last + 60 {
        let middle = dice.whole(last + 25, draft.first_day - 20);
        words.insert(0, (middle, before));
        if draft.first_day > middle + 90 {
            let first = if before == Healthy { Steady } else { Healthy };
            words.insert(0, (dice.whole(middle + 40, draft.first_day - 10), first));
        }
    }
    let told: Vec<_> =
        words.into_iter().map(|(days_ago, word)| (days_ago, word, dice.text(notes::reasons(word)))).collect();
    draft.statuses(&told);
}
