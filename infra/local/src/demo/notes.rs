//! What the team writes: notes of conversations, reasons, tags, goals.

use keepwell_domain::health_status::HealthStatus;

/// After a good conversation.
pub(super) const NOTES_GOOD: &[&str] = &[
    "{name} walked us through how the team uses {feature} every morning. Very positive, asked about a reference visit.",
    "Quarterly review with {name}: goals on track, adoption better than planned. They want to show the numbers to their board.",
    "Great call. The problem with {feature} from last month is solved and {name} said thank you twice.",
    "{name} wants to bring a second department on board and asked for prices. Energetic, well prepared meeting.",
    "Training on {feature} went well, everybody joined and the questions were sharp.",
    "Short check-in, all good. {name} likes the new version and has no open wishes.",
    "{name} shared that they save a day a week since they moved their reporting to us.",
    "Roadmap session. They are excited about what comes for {feature} and will join the beta.",
    "{name} praised support: quick, friendly answers. Renewal is not in question, they said.",
    "Planned the roll-out to two more offices. {name} has budget and backing from above.",
    "Happy customer. {name} recommended us to a partner company and introduced us by mail.",
    "Reviewed the success plan with {name}; all milestones reached early. Agreed on more ambitious ones.",
];

/// After a conversation that was neither good nor bad.
pub(super) const NOTES_FAIR: &[&str] = &[
    "Regular check-in with {name}. Nothing new, they use what they need.",
    "{name} was in a hurry; we went through open points and moved the rest to next month.",
    "Asked about {feature}: they tried it once and went back to their spreadsheet. Sent the short guide.",
    "Call with {name}. Fine with the product, but they want fewer notifications from {feature}.",
    "Talked about the renewal. {name} needs to check the budget with finance first.",
    "Reorganisation on their side, {name} does not know yet who will work with us. To be followed up.",
    "{name} asked for two small things in {feature}; passed them on to product.",
    "Half of the team joined the training on {feature}. Useful, some confusion about permissions.",
    "Discussed the slow start of the second team. {name} will talk to their lead.",
    "Status mail to {name} about open points, short answer.",
];

/// After a bad conversation.
pub(super) const NOTES_POOR: &[&str] = &[
    "{name} is disappointed: {feature} failed again in front of their management. Wants to hear a date, not an apology.",
    "Difficult call. {name} complained about slow support and unanswered tickets, and is losing patience.",
    "{name} did not show up, second time in a row. No answer to the mail either.",
    "They feel left alone with {feature}. {name} said the team went back to the old tool.",
    "Tense meeting about the price. {name} does not see the value and mentioned other offers.",
    "{name} says nobody asked them before the change of {feature}, and it broke their weekly process.",
    "Hard conversation: hiring freeze, fewer people, and {name} has to justify every tool.",
    "{name} is frustrated with bugs in {feature}; three were reported and none is fixed.",
    "Renewal at risk, {name} said plainly. They lack time for onboarding and see poor adoption.",
    "Bad mood. The data in {feature} was wrong for a week and {name} had to explain it to their boss.",
];

/// Name, target and milestones of goals.
pub(super) const GOALS: &[(&str, f64, &[&str])] = &[
    ("Reporting hours saved a month", 40.0, &["Baseline measured", "First ten reports moved", "Old tool switched off"]),
    (
        "Share of the team active every week, in %",
        80.0,
        &["Champions named", "Everybody trained", "Weekly use in team meetings"],
    ),
    (
        "Dashboards used in board meetings",
        6.0,
        &["Numbers agreed with finance", "First board meeting with live dashboards"],
    ),
    (
        "Orders handled by automations, in %",
        60.0,
        &["Process mapped", "Pilot in one team", "Pilot evaluated", "Roll-out finished"],
    ),
    ("Systems connected", 4.0, &["CRM connected", "Warehouse connected", "Data checked by both sides"]),
    (
        "Reaction time to alerts, hours saved a week",
        12.0,
        &["Thresholds defined", "On-call plan in place", "First month reviewed"],
    ),
    ("Offices rolled out", 5.0, &["Plan agreed", "First two offices live", "Local admins trained", "All offices live"]),
];

/// Why a CSM set a status.
pub(super) const fn reasons(status: HealthStatus) -> &'static [&'static str] {
    match status {
        HealthStatus::Thriving => &[
            "Hiring in every team, wants more seats.",
            "Best quarter in their history; we are part of the plan.",
            "New funding, new market, same champion.",
            "Opened two locations and rolled us out in both.",
        ],
        HealthStatus::Healthy => &[
            "Reviewed the year together: stable business, clear plans.",
            "Budget confirmed, team complete.",
            "Good numbers in the last review.",
            "Back to normal after the reorganisation.",
            "Steady growth and a committed sponsor.",
        ],
        HealthStatus::Steady => &[
            "Neither growing nor shrinking; no plans for more seats.",
            "New management, waiting for their decisions.",
            "Business is flat, they keep what they have.",
            "Kick-off behind us, too early to say more.",
            "Cost programme announced, no effect on us yet.",
        ],
        HealthStatus::Struggling => &[
            "Lay-offs announced, every tool is under review.",
            "Lost their largest customer.",
            "Sponsor left and nobody took over.",
            "Two quarters with losses; invoice paid late.",
        ],
    }
}

/// Why customers left.
pub(super) const CHURN_REASONS: &[&str] = &[
    "Too few people used it; they went back to spreadsheets.",
    "Budget cut, all tools without an owner were cancelled.",
    "Moved to another product after months of open tickets.",
    "The company was closed.",
];

/// Tags that customers have together.
pub(super) const TAGS: &[&[&str]] = &[
    &[],
    &[],
    &["partner"],
    &["self-service"],
    &["api"],
    &["multi-site"],
    &["beta", "api"],
    &["public-sector"],
    &["via-reseller"],
];
