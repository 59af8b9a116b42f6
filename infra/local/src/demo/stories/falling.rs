//! Customers on the way out, fast, slowly or unseen.

use chrono::NaiveDate;
use keepwell_domain::contact::MailState;
use keepwell_domain::health_status::HealthStatus::{Healthy, Steady, Struggling, Thriving};
use keepwell_domain::signal::InteractionKind::{Call, Email, Meeting};
use keepwell_domain::signal::OpportunityOutcome::{Lost, Won};
use keepwell_domain::signal::Severity;

use crate::demo::DemoCustomer;
use crate::demo::activity::Told;
use crate::demo::curve::Curve;
use crate::demo::draft::{Company, Draft};
use crate::demo::people::{COLLEAGUES, LOCAL_CSM, Plan};
use crate::demo::places::{BERLIN, CHICAGO, LONDON, LYON, MADRID};

pub(super) fn slow_decline(seed: u64, today: NaiveDate) -> DemoCustomer {
    let mut draft = Draft::open(
        seed,
        today,
        &Company {
            name: "Brightforge Tools".to_owned(),
            industry: "Manufacturing",
            place: BERLIN,
            plan: Plan::Business,
            seats: 64,
            years: 2,
            renewal_in: 81,
            stage: "adopted",
            owner: LOCAL_CSM,
            tags: &["plant-floor", "watch"],
            contacts: 5,
        },
    );
    draft.story(
        "Slow decline: usage has slipped week by week for five months; no single day looks alarming, the trend does.",
    );
    draft.usage(&Curve::through(&[(365, 1.15), (160, 1.1), (60, 0.7), (1, 0.2)]));
    let mood = Curve::through(&[(365, 0.85), (170, 0.78), (1, 0.4)]);
    draft.feedback(&mood, 0.55);
    draft.nps(&mood);
    draft.messages(0.8, &mood);
    draft.message(21, "Please close the accounts of the second shift, they no longer use it.");
    draft.tickets(0.8, 0.25);
    draft.interactions(24.0, &Curve::through(&[(365, 0.85), (120, 0.6), (1, 0.4)]));
    draft.talk(9, Call, 2, "{name} admits that two shifts went back to paper. No complaint, just less and less use.");
    draft.goal(-12, 0.45);
    draft.goal(70, 0.3);
    draft.renewals(45);
    draft.expansion_ended(150, 0.1, Lost);
    draft.statuses(&[
        (350, Healthy, "Solid customer, renewed without discussion."),
        (62, Steady, "Fewer people log in since summer; nothing said in the calls yet."),
    ]);
    draft.finish()
}

pub(super) fn drop_after_an_outage(seed: u64, today: NaiveDate) -> DemoCustomer {
    let mut draft = Draft::open(
        seed,
        today,
        &Company {
            name: "Larkmoor Freight".to_owned(),
            industry: "Logistics",
            place: CHICAGO,
            plan: Plan::Enterprise,
            seats: 240,
            years: 1,
            renewal_in: 118,
            stage: "adopted",
            owner: LOCAL_CSM,
            tags: &["24x7", "api"],
            contacts: 6,
        },
    );
    draft.story(
        "Sudden drop: an outage 19 days ago stopped their gates for a night; usage and happiness have not come back.",
    );
    draft.usage(&Curve::through(&[(365, 1.0), (20, 1.1), (19, 0.1), (16, 0.35), (1, 0.4)]));
    let mood = Curve::through(&[(365, 0.82), (20, 0.84), (19, 0.08), (1, 0.15)]);
    draft.feedback(&mood, 0.65);
    draft.nps(&mood);
    draft.messages(1.4, &mood);
    draft.message(17, "This was a disaster for us, and nobody from your side called. We are very angry.");
    draft.message(10, "Still no word about the missing records. Our own customers complain and we look terrible.");
    draft.message(4, "Please confirm the credit note. We are disappointed by how badly this is handled.");
    draft.tickets(1.2, 0.2);
    draft.ticket(&Told {
        days_ago: 19,
        severity: Severity::Critical,
        response_hours: Some(3.5),
        resolution_hours: Some(31.0),
        escalated: true,
        subject: "Nothing loads, trucks are waiting",
        text: "Every page shows an error since 21:40. Forty trucks stand at our gates. This is a disaster, call us now.",
    });
    draft.ticket(&Told {
        days_ago: 13,
        severity: Severity::Critical,
        response_hours: Some(6.0),
        resolution_hours: None,
        escalated: true,
        subject: "Records of the outage night are still missing",
        text: "We lost about 300 gate records that night. Nobody can tell us whether they come back. We need them for customs.",
    });
    draft.interactions(15.0, &Curve::through(&[(365, 0.85), (20, 0.85), (18, 0.1), (1, 0.2)]));
    draft.talk(
        18,
        Call,
        1,
        "Emergency call the morning after. {name} is angry and right: nobody answered for three hours.",
    );
    draft.talk(
        11,
        Meeting,
        2,
        "Went through the incident report. {name} wants the lost records back and a credit note. Trust is damaged.",
    );
    draft.goal(55, 0.7);
    draft.renewals(40);
    draft.expansion_ended(12, 0.2, Lost);
    draft.expansion_ended(130, 0.15, Won);
    draft.statuses(&[
        (340, Healthy, "Runs all gates on us since spring."),
        (120, Thriving, "Two new depots, strong results."),
        (46, Healthy, "Growth plan finished, stable."),
        (17, Struggling, "Outage hit their core business; claims from their own customers."),
    ]);
    draft.finish()
}

pub(super) fn champion_left(seed: u64, today: NaiveDate) -> DemoCustomer {
    let mut draft = Draft::open(
        seed,
        today,
        &Company {
            name: "Pellgrove Media".to_owned(),
            industry: "Media",
            place: LONDON,
            plan: Plan::Team,
            seats: 14,
            years: 1,
            renewal_in: 64,
            stage: "adopted",
            owner: COLLEAGUES[0],
            tags: &["agency"],
            contacts: 3,
        },
    );
    draft.story(
        "Champion left: the person who carried the product stopped using it 33 days ago, and their mail bounces.",
    );
    let champion = draft.record("c", 2);
    draft.mail_ends(1, MailState::Bounced, 32);
    draft.usage(&Curve::through(&[(365, 1.0), (34, 1.1), (1, 0.75)]));
    draft.usage_ends(&champion, 33);
    let mood = Curve::through(&[(365, 0.88), (40, 0.8), (1, 0.5)]);
    draft.feedback(&mood, 0.5);
    draft.nps(&mood);
    draft.messages(0.8, &mood);
    draft.message(20, "Who is our contact at your side? Our colleague left and nobody here knows the product.");
    draft.tickets(0.5, 0.1);
    draft.interactions(22.0, &Curve::through(&[(365, 0.9), (35, 0.85), (1, 0.35)]));
    draft.talk(
        24,
        Email,
        2,
        "Mail to our champion came back. Reception says they left the company; no successor named.",
    );
    draft.goal(40, 0.55);
    draft.renewals(50);
    draft.statuses(&[
        (330, Steady, "Small agency, stable use."),
        (75, Healthy, "Champion brought the whole studio on board."),
    ]);
    draft.finish()
}

pub(super) fn churned_while_green(seed: u64, today: NaiveDate) -> DemoCustomer {
    let mut draft = Draft::open(
        seed,
        today,
        &Company {
            name: "Wrenhollow Kitchens".to_owned(),
            industry: "Hospitality",
            place: LYON,
            plan: Plan::Business,
            seats: 38,
            years: 1,
            renewal_in: 339,
            stage: "renewal",
            owner: COLLEAGUES[1],
            tags: &["group-decision"],
            contacts: 4,
        },
    );
    draft.story("Churned while green: good usage, good marks, Healthy to the end, and then a new group owner chose another product.");
    draft.churned(26, "Bought by a group that uses another product everywhere. Nothing to do with us, they say.");
    draft.usage(&Curve::through(&[(365, 0.8), (200, 1.1), (26, 1.05)]));
    let mood = Curve::flat(0.84);
    draft.feedback(&mood, 0.6);
    draft.nps(&mood);
    draft.messages(0.8, &mood);
    draft.tickets(0.6, 0.05);
    draft.interactions(26.0, &Curve::flat(0.85));
    draft.talk(40, Call, 4, "{name} mentioned talks with an investor, in passing. Otherwise happy with everything.");
    draft.goal(-30, 1.0);
    draft.renewals(80);
    draft.expansion_ended(120, 0.15, Won);
    draft.statuses(&[(310, Steady, "Start went as planned."), (90, Healthy, "All kitchens live, positive feedback.")]);
    draft.finish()
}

pub(super) fn price_shopper(seed: u64, today: NaiveDate) -> DemoCustomer {
    let mut draft = Draft::open(
        seed,
        today,
        &Company {
            name: "Pennyweasel Retail".to_owned(),
            industry: "Retail",
            place: MADRID,
            plan: Plan::Team,
            seats: 22,
            years: 2,
            renewal_in: 23,
            stage: "renewal",
            owner: LOCAL_CSM,
            tags: &["discount", "procurement"],
            contacts: 4,
        },
    );
    draft.story("Price shopper: uses the product well, but compares offers before every renewal, and the next one is three weeks away.");
    draft.usage(&Curve::flat(1.0));
    let mood = Curve::through(&[(365, 0.7), (50, 0.66), (1, 0.52)]);
    draft.feedback(&mood, 0.45);
    draft.nps(&mood);
    draft.messages(0.8, &mood);
    draft.message(14, "We have three cheaper offers on the table. Without a better price we will have to cancel.");
    draft.tickets(0.6, 0.15);
    draft.interactions(28.0, &Curve::through(&[(365, 0.6), (60, 0.5), (1, 0.35)]));
    draft.talk(31, Email, 2, "Procurement sent a table with three cheaper offers. {name} asks for 30 % or they leave.");
    draft.talk(8, Call, 3, "{name}: product is fine, price is not. Wants an answer before the end of the month.");
    draft.goal(20, 0.8);
    draft.renewals(55);
    draft.expansion_ended(60, 0.1, Lost);
    draft.statuses(&[
        (345, Steady, "Negotiated hard, stayed."),
        (70, Healthy, "Opened two new shops."),
        (29, Steady, "Asks for a discount again; budget is tight."),
    ]);
    draft.finish()
}
