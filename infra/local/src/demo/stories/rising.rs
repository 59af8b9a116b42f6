//! Customers on the way up, or at its beginning.

use chrono::NaiveDate;
use keepwell_domain::health_status::HealthStatus::{Healthy, Steady, Struggling, Thriving};
use keepwell_domain::signal::InteractionKind::{Call, Email, Meeting};
use keepwell_domain::signal::OpportunityOutcome::{Lost, Won};

use crate::demo::DemoCustomer;
use crate::demo::curve::Curve;
use crate::demo::draft::{Company, Draft};
use crate::demo::people::{COLLEAGUES, LOCAL_CSM, Plan};
use crate::demo::places::{DUBLIN, OSAKA, PUNE, STOCKHOLM, TORONTO};

pub(super) fn growing(seed: u64, today: NaiveDate) -> DemoCustomer {
    let mut draft = Draft::open(
        seed,
        today,
        &Company {
            name: "Copperjay Legal".to_owned(),
            industry: "Services",
            place: TORONTO,
            plan: Plan::Business,
            seats: 86,
            years: 1,
            renewal_in: 176,
            stage: "expansion",
            owner: LOCAL_CSM,
            tags: &["expansion", "reference"],
            contacts: 5,
        },
    );
    draft.story("Growing: from 30 to 86 seats within a year; usage, happiness and plans all point up.");
    let attributes = &mut draft.customer.profile.attributes;
    attributes.insert("seats_a_year_ago".to_owned(), 30.into());
    draft.usage(&Curve::through(&[(365, 0.45), (240, 0.6), (120, 1.0), (1, 1.35)]));
    let mood = Curve::through(&[(365, 0.75), (1, 0.93)]);
    draft.feedback(&mood, 0.65);
    draft.nps(&mood);
    draft.messages(1.0, &mood);
    draft.message(9, "The new office is thrilled. Thank you for the great start, everybody wants access now!");
    draft.tickets(1.0, 0.0);
    draft.interactions(17.0, &Curve::through(&[(365, 0.75), (1, 0.95)]));
    draft.talk(122, Meeting, 5, "Signed for 26 more seats; {name} presented us to the partners in person.");
    draft.talk(
        33,
        Meeting,
        5,
        "Third expansion this year, 30 seats for the new office. {name} asks for the roadmap of {feature}.",
    );
    draft.goal(-20, 1.0);
    draft.goal(75, 0.85);
    draft.renewals(95);
    draft.expansion_ended(122, 0.3, Won);
    draft.expansion_ended(33, 0.35, Won);
    draft.expansion(70, 0.3, 70);
    draft.statuses(&[
        (335, Steady, "One team uses us, the others watch."),
        (180, Healthy, "First expansion signed."),
        (16, Thriving, "Third expansion, new office, eager to speak at our event."),
    ]);
    draft.finish()
}

pub(super) fn onboarding_well(seed: u64, today: NaiveDate) -> DemoCustomer {
    let mut draft = Draft::open(
        seed,
        today,
        &Company {
            name: "Nettlebank Dental".to_owned(),
            industry: "Healthcare",
            place: DUBLIN,
            plan: Plan::Team,
            seats: 16,
            years: 0,
            renewal_in: 313,
            stage: "onboarding",
            owner: LOCAL_CSM,
            tags: &["new"],
            contacts: 4,
        },
    );
    draft.story("Onboarding well: seven weeks in, every milestone reached early and the whole team active.");
    draft.usage(&Curve::through(&[(52, 0.15), (35, 0.7), (1, 1.15)]));
    let mood = Curve::through(&[(50, 0.75), (1, 0.93)]);
    draft.feedback(&mood, 0.8);
    draft.nps(&mood);
    draft.messages(1.5, &mood);
    draft.tickets(1.5, 0.0);
    draft.interactions(7.0, &Curve::flat(0.92));
    draft.talk(50, Meeting, 5, "Kick-off with {name}: clear goals, the right people in the room, data ready.");
    draft.goal(21, 0.8);
    draft.expansion(100, 0.15, 40);
    draft.statuses(&[(49, Steady, "Kick-off done."), (18, Healthy, "Live two weeks before the plan.")]);
    draft.finish()
}

pub(super) fn stuck_onboarding(seed: u64, today: NaiveDate) -> DemoCustomer {
    let mut draft = Draft::open(
        seed,
        today,
        &Company {
            name: "Harrowfig Clinics".to_owned(),
            industry: "Healthcare",
            place: PUNE,
            plan: Plan::Business,
            seats: 52,
            years: 0,
            renewal_in: 248,
            stage: "onboarding",
            owner: COLLEAGUES[2],
            tags: &["new", "stuck"],
            contacts: 4,
        },
    );
    draft.story("Stuck onboarding: four months in, two features used by three people, milestones overdue, meetings moved again and again.");
    draft.features.truncate(2);
    draft.usage(&Curve::through(&[(117, 0.05), (90, 0.3), (1, 0.18)]));
    let mood = Curve::through(&[(115, 0.55), (1, 0.2)]);
    draft.feedback(&mood, 0.5);
    draft.nps(&mood);
    draft.messages(1.2, &mood);
    draft.tickets(1.6, 0.35);
    draft.interactions(14.0, &Curve::through(&[(115, 0.6), (1, 0.2)]));
    draft.talk(
        19,
        Email,
        2,
        "{name} moved the training for the third time: their IT has not opened the firewall. Nobody feels responsible.",
    );
    draft.goal(-35, 0.25);
    draft.goal(-4, 0.1);
    draft.renewals(30);
    draft.statuses(&[
        (110, Steady, "Kick-off done, plan agreed."),
        (22, Struggling, "Project has no owner on their side; two milestones missed."),
    ]);
    draft.finish()
}

pub(super) fn saved(seed: u64, today: NaiveDate) -> DemoCustomer {
    let mut draft = Draft::open(
        seed,
        today,
        &Company {
            name: "Glimmerdown Insurance".to_owned(),
            industry: "Insurance",
            place: STOCKHOLM,
            plan: Plan::Business,
            seats: 72,
            years: 2,
            renewal_in: 310,
            stage: "adopted",
            owner: LOCAL_CSM,
            tags: &["saved"],
            contacts: 5,
        },
    );
    draft.story(
        "Saved: Struggling half a year ago, then a rescue plan with weekly calls; renewed, and now better than before.",
    );
    draft.usage(&Curve::through(&[(365, 0.9), (250, 0.5), (165, 0.22), (140, 0.35), (70, 0.95), (1, 1.1)]));
    let mood = Curve::through(&[(365, 0.7), (250, 0.4), (160, 0.12), (90, 0.65), (1, 0.86)]);
    draft.feedback(&mood, 0.6);
    draft.nps(&mood);
    draft.messages(1.0, &mood);
    draft.tickets(0.9, 0.2);
    draft.interactions(16.0, &Curve::through(&[(365, 0.6), (165, 0.2), (120, 0.6), (1, 0.9)]));
    draft.talk(
        163,
        Meeting,
        2,
        "Crisis meeting. {name} wants to cancel. Agreed on a rescue plan: weekly calls, a named engineer, six weeks.",
    );
    draft.talk(
        121,
        Call,
        4,
        "End of the rescue plan: {name} reports that the team is back and {feature} works for them.",
    );
    draft.talk(58, Meeting, 5, "Renewed. {name} thanked us for staying with them through the bad months.");
    draft.goal(-80, 1.0);
    draft.goal(95, 0.6);
    draft.renewals(90);
    draft.expansion_ended(190, 0.1, Lost);
    draft.statuses(&[
        (350, Healthy, "Stable since the start."),
        (225, Steady, "New management, usage goes down."),
        (168, Struggling, "Wants to cancel; team went back to spreadsheets."),
        (118, Steady, "Rescue plan worked, team is back."),
        (51, Healthy, "Renewed for a year, usage above the old level."),
    ]);
    draft.finish()
}

pub(super) fn ready_to_speak_for_us(seed: u64, today: NaiveDate) -> DemoCustomer {
    let mut draft = Draft::open(
        seed,
        today,
        &Company {
            name: "Sunderquay Port".to_owned(),
            industry: "Logistics",
            place: OSAKA,
            plan: Plan::Enterprise,
            seats: 420,
            years: 2,
            renewal_in: 261,
            stage: "adopted",
            owner: COLLEAGUES[1],
            tags: &["reference", "strategic"],
            contacts: 6,
        },
    );
    draft.story("Ready to speak for us: thriving, very happy and never asked for a case study.");
    draft.usage(&Curve::flat(1.25));
    let mood = Curve::flat(0.95);
    draft.feedback(&mood, 0.7);
    draft.nps(&mood);
    draft.messages(1.0, &mood);
    draft.message(6, "Our board was impressed by the results. If you ever need a happy customer on a stage, ask us.");
    draft.tickets(0.9, 0.0);
    draft.interactions(20.0, &Curve::flat(0.93));
    draft.talk(
        12,
        Meeting,
        5,
        "{name} presented their results to the whole harbour group, with our dashboards on the screen.",
    );
    draft.goal(-45, 1.0);
    draft.goal(50, 0.95);
    draft.renewals(90);
    draft.expansion(80, 0.2, 65);
    draft.expansion_ended(140, 0.1, Won);
    draft.statuses(&[
        (330, Healthy, "Second terminal live."),
        (14, Thriving, "Record year, all terminals on us, enthusiastic team."),
    ]);
    draft.finish()
}
