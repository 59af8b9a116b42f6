//! Customers in whom status, happiness and usage do not say the same.

use chrono::NaiveDate;
use keepwell_domain::health_status::HealthStatus::{Healthy, Steady, Struggling, Thriving};
use keepwell_domain::signal::InteractionKind::{Call, Meeting};
use keepwell_domain::signal::OpportunityOutcome::Won;
use keepwell_domain::signal::Severity;

use crate::demo::DemoCustomer;
use crate::demo::activity::Told;
use crate::demo::curve::Curve;
use crate::demo::draft::{Company, Draft};
use crate::demo::people::{COLLEAGUES, LOCAL_CSM, Plan};
use crate::demo::places::{KRAKOW, NEW_YORK, OSLO, SAO_PAULO, SEATTLE};

pub(super) fn happy_but_broke(seed: u64, today: NaiveDate) -> DemoCustomer {
    let mut draft = Draft::open(
        seed,
        today,
        &Company {
            name: "Oxenquay Theatres".to_owned(),
            industry: "Media",
            place: NEW_YORK,
            plan: Plan::Team,
            seats: 12,
            years: 1,
            renewal_in: 57,
            stage: "adopted",
            owner: LOCAL_CSM,
            tags: &["budget-freeze"],
            contacts: 4,
        },
    );
    draft.story(
        "Happy but broke: they love the product and answer every survey, while their own business runs out of money.",
    );
    draft.usage(&Curve::through(&[(365, 1.1), (90, 1.05), (1, 0.9)]));
    let mood = Curve::flat(0.92);
    draft.feedback(&mood, 0.75);
    draft.nps(&mood);
    draft.messages(1.2, &mood);
    draft.message(16, "We love working with you, and we hope to stay. Could we pay monthly until the summer?");
    draft.tickets(0.3, 0.0);
    draft.interactions(18.0, &Curve::through(&[(365, 0.9), (1, 0.8)]));
    draft.talk(
        13,
        Call,
        4,
        "{name} says the season was cancelled and salaries come first. They want to keep us, and ask to pay monthly.",
    );
    draft.goal(35, 0.75);
    draft.renewals(50);
    draft.statuses(&[
        (300, Healthy, "Two venues, good season."),
        (110, Steady, "Ticket sales are down."),
        (20, Struggling, "Funding was cut; they ask for longer terms of payment."),
    ]);
    draft.finish()
}

pub(super) fn thriving_but_angry(seed: u64, today: NaiveDate) -> DemoCustomer {
    let mut draft = Draft::open(
        seed,
        today,
        &Company {
            name: "Tumbleroot Robotics".to_owned(),
            industry: "Manufacturing",
            place: SEATTLE,
            plan: Plan::Enterprise,
            seats: 310,
            years: 1,
            renewal_in: 202,
            stage: "expansion",
            owner: LOCAL_CSM,
            tags: &["strategic", "api"],
            contacts: 6,
        },
    );
    draft.story("Thriving but angry: a fast-growing company that needs the product and is fed up with its bugs.");
    draft.usage(&Curve::through(&[(365, 0.9), (150, 1.2), (1, 1.3)]));
    let mood = Curve::through(&[(365, 0.6), (120, 0.4), (60, 0.2), (1, 0.12)]);
    draft.feedback(&mood, 0.6);
    draft.nps(&mood);
    draft.messages(1.6, &mood);
    draft.message(8, "Eleven bugs are open and you sent us a newsletter about new features. This is annoying.");
    draft.tickets(3.2, 0.75);
    draft.interactions(16.0, &Curve::through(&[(365, 0.65), (1, 0.25)]));
    draft.talk(
        6,
        Meeting,
        2,
        "{name} showed a list of eleven open bugs in {feature}. They will not leave soon, but they tell others.",
    );
    draft.goal(90, 0.6);
    draft.renewals(70);
    draft.expansion(45, 0.3, 45);
    draft.expansion_ended(200, 0.2, Won);
    draft.statuses(&[
        (320, Healthy, "Series B closed, hiring."),
        (21, Thriving, "Doubled revenue again, two new plants."),
    ]);
    draft.finish()
}

pub(super) fn silent(seed: u64, today: NaiveDate) -> DemoCustomer {
    let mut draft = Draft::open(
        seed,
        today,
        &Company {
            name: "Quietmarsh Archive".to_owned(),
            industry: "Education",
            place: OSLO,
            plan: Plan::Starter,
            seats: 6,
            years: 1,
            renewal_in: 150,
            stage: "adopted",
            owner: COLLEAGUES[2],
            tags: &[],
            contacts: 2,
        },
    );
    draft.story("Silent: no tickets, no answers, no meetings; a score from so little data should say so.");
    draft.features.truncate(2);
    draft.usage(&Curve::through(&[(365, 0.35), (200, 0.2), (1, 0.12)]));
    draft.feedback(&Curve::flat(0.6), 0.0);
    draft.finish()
}

pub(super) fn seasonal(seed: u64, today: NaiveDate) -> DemoCustomer {
    let mut draft = Draft::open(
        seed,
        today,
        &Company {
            name: "Frostpennant Outdoor".to_owned(),
            industry: "Retail",
            place: KRAKOW,
            plan: Plan::Business,
            seats: 44,
            years: 2,
            renewal_in: 246,
            stage: "adopted",
            owner: COLLEAGUES[0],
            tags: &["seasonal"],
            contacts: 4,
        },
    );
    draft.story("Seasonal: one quiet month in every quarter, then usage comes back; a drop here is no alarm.");
    draft.usage(&Curve::through(&[
        (365, 1.2),
        (330, 1.2),
        (315, 0.4),
        (280, 0.4),
        (262, 1.2),
        (232, 1.25),
        (218, 0.4),
        (188, 0.4),
        (170, 1.2),
        (136, 1.2),
        (120, 0.4),
        (92, 0.4),
        (76, 1.25),
        (42, 1.2),
        (28, 0.45),
        (1, 0.4),
    ]));
    let mood = Curve::flat(0.74);
    draft.feedback(&mood, 0.5);
    draft.nps(&mood);
    draft.messages(0.7, &mood);
    draft.tickets(0.7, 0.15);
    draft.interactions(27.0, &Curve::flat(0.7));
    draft.talk(
        15,
        Call,
        4,
        "{name}: low season until next month, as every time. Orders for the next one are already above last year's.",
    );
    draft.goal(60, 0.7);
    draft.renewals(80);
    draft.expansion(60, 0.1, 60);
    draft.statuses(&[
        (310, Steady, "Season over, as expected."),
        (54, Healthy, "Best quarter so far; quiet weeks are normal for them."),
    ]);
    draft.finish()
}

pub(super) fn power_user_with_an_open_critical(seed: u64, today: NaiveDate) -> DemoCustomer {
    let mut draft = Draft::open(
        seed,
        today,
        &Company {
            name: "Voltmarrow Energy".to_owned(),
            industry: "Energy",
            place: SAO_PAULO,
            plan: Plan::Enterprise,
            seats: 160,
            years: 2,
            renewal_in: 139,
            stage: "adopted",
            owner: LOCAL_CSM,
            tags: &["api", "power-user"],
            contacts: 5,
        },
    );
    draft.story("Power user with a critical ticket open for eleven days: everything is green except the one thing that could end it.");
    draft.usage(&Curve::through(&[(365, 1.2), (1, 1.35)]));
    let mood = Curve::through(&[(365, 0.88), (12, 0.86), (1, 0.62)]);
    draft.feedback(&mood, 0.6);
    draft.nps(&mood);
    draft.messages(1.0, &mood);
    draft.message(7, "Billing is still blocked. You have been good to us for years, but this problem hurts badly now.");
    draft.tickets(1.6, 0.15);
    draft.ticket(&Told {
        days_ago: 11,
        severity: Severity::Critical,
        response_hours: Some(1.2),
        resolution_hours: None,
        escalated: true,
        subject: "Meter readings are doubled in the API",
        text: "Every reading since Tuesday is counted twice. Our invoices would be wrong. We stopped billing and wait for you.",
    });
    draft.interactions(17.0, &Curve::flat(0.85));
    draft.talk(5, Call, 3, "{name} stays polite, but their finance lead joined the call. Billing is blocked until the doubled readings are fixed.");
    draft.goal(45, 0.85);
    draft.goal(120, 0.5);
    draft.renewals(75);
    draft.expansion(50, 0.25, 60);
    draft.statuses(&[(340, Healthy, "Largest API user of the portfolio."), (24, Thriving, "Won two city contracts.")]);
    draft.finish()
}
