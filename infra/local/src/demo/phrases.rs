//! What contacts write: comments on feedback requests and surveys, messages, and tickets.

use keepwell_domain::signal::Severity;

pub(super) const VERY_HAPPY: &[&str] = &[
    "Dashboards are the first thing I open in the morning. Love it.",
    "Support answered in ten minutes on a Friday evening. Fantastic!",
    "The automations save our team hours every week.",
    "Best tool we introduced this year, everybody uses it.",
    "Reports that took a day now take five minutes. Brilliant.",
    "The new search is excellent and really fast.",
    "So easy to use that I never had to train anybody.",
    "Our customers noticed the difference. Thank you!",
    "Sharing a dashboard with the board was a great success.",
    "Everything just works, and the integrations are superb.",
    "Great onboarding, we felt well looked after from the first day.",
    "The API is a pleasure to work with.",
];
pub(super) const HAPPY: &[&str] = &[
    "Works well. A dark mode for the reports would be nice.",
    "Good product, the exports could be a bit faster.",
    "Happy with it, especially the alerts.",
    "Does what we need, support is friendly.",
    "I like the templates, they helped us to start quickly.",
    "Solid. Wish the mobile view was better.",
    "The last release fixed my main wish, thanks.",
    "Useful every day, with some small rough edges in permissions.",
    "Good value for us. Sharing is easy.",
    "Comments in dashboards help us to decide faster.",
    "Nice improvements in search.",
];
pub(super) const NEUTRAL: &[&str] = &[
    "It is okay. I mostly use the exports.",
    "Some days it is fast, some days I wait half a minute for a report.",
    "I do not use it often enough to say.",
    "Fine, but the permissions are confusing.",
    "The integrations need too much setting up for us.",
    "Too many alerts, I switched them off.",
    "Does the job. The price went up, the features did not.",
    "We still keep a spreadsheet next to it.",
    "Documentation of the API could be clearer.",
    "I expected more from the automations.",
];
pub(super) const NOT_HAPPY: &[&str] = &[
    "The dashboards were wrong again and nobody told us.",
    "Support needs days to answer. This is not acceptable.",
    "Exports fail every second time. I lost a whole afternoon.",
    "Too slow to use in a meeting.",
    "Since the last release our automations stop without any error.",
    "We pay a lot for something that half the team avoids.",
    "The outage cost us a customer presentation.",
    "I was promised a fix for the reports two months ago.",
    "Logging in is broken for our second office, still.",
    "Confusing, crowded, and the search does not find anything.",
    "Nobody helped us to set it up, so we are stuck.",
    "The integration loses records. I cannot trust the numbers any more.",
];

const SURVEY_GOOD: &[&str] = &[
    "Quick, competent help.",
    "I would recommend it to any team like ours.",
    "Great product and nice people.",
    "Solved on the first call, thank you.",
    "It made our weekly reporting painless.",
];
const SURVEY_FAIR: &[&str] = &[
    "Good, with some gaps in the exports.",
    "Answered, but I had to explain it twice.",
    "Depends on the day.",
    "Okay for the price.",
];
const SURVEY_POOR: &[&str] = &[
    "It took far too long.",
    "I would not choose it again.",
    "The problem came back a week later.",
    "Too expensive for what we get from it.",
];

/// What is written beside a survey answer that stands at `share` 0-1 of its scale.
pub(super) const fn survey_comments(share: f64) -> &'static [&'static str] {
    match share {
        share if share >= 0.75 => SURVEY_GOOD,
        share if share >= 0.45 => SURVEY_FAIR,
        _ => SURVEY_POOR,
    }
}

const MESSAGES_GOOD: &[&str] = &[
    "Thank you for the quick help yesterday, the new report looks great.",
    "Just to let you know: our board loved the dashboards. Wonderful work!",
    "The training was excellent, the whole team enjoyed it.",
    "We are very happy with the last release, it solved our problem.",
    "Could you send us the invitation to the user group? We would love to join.",
    "Best support we have ever had from a vendor, thanks to everybody.",
    "Good news: we won a new customer thanks to the numbers from your tool.",
    "The integration works perfectly now. I am impressed how easy that was.",
    "Happy to be a reference for you, just tell us when.",
];
const MESSAGES_FAIR: &[&str] = &[
    "Please move our call to Thursday at ten.",
    "Which of the two exports should we use for the yearly audit?",
    "Attached is the list of new colleagues who need an account.",
    "Can you tell me who sees the comments on a shared dashboard?",
    "We will be closed between the holidays and come back to you in January.",
    "Here are the minutes of our meeting, please add what is missing.",
    "Who is the person to talk to about the invoice of last month?",
    "We have changed our address, please update the contract.",
];
const MESSAGES_POOR: &[&str] = &[
    "I am really disappointed. We have asked for this three times and nothing happens.",
    "The numbers are wrong again, this is very annoying and costs us trust.",
    "Nobody called back. We are angry and consider leaving.",
    "This is the worst month we had with you, one problem after the other.",
    "The last update broke our process and we lost two days of work. Terrible.",
    "My team hates the new menu, they complain about it every day.",
    "We feel ignored. Please tell us whether this bug will ever be fixed.",
    "Sorry, but for this price we expected far fewer failures.",
];

/// What a customer writes that feels `mood` 0-1.
pub(super) const fn messages(mood: f64) -> &'static [&'static str] {
    match mood {
        mood if mood >= 0.7 => MESSAGES_GOOD,
        mood if mood >= 0.42 => MESSAGES_FAIR,
        _ => MESSAGES_POOR,
    }
}

/// Subject and text of tickets.
pub(super) const fn tickets(severity: Severity) -> &'static [(&'static str, &'static str)] {
    match severity {
        Severity::Low => &[
            ("How do I rename a dashboard?", "I looked in the settings but cannot find it. Thanks for a hint!"),
            ("Wish: weekly digest by mail", "It would be great to get the main numbers every Monday by mail."),
            ("Add a second address for invoices", "Could you please send invoices to our accounting as well?"),
            ("Question about templates", "Can a template be shared between two workspaces?"),
            ("Colours in charts", "Our brand colours would be nice. Not urgent."),
            ("Change the time zone of a report", "Where do we switch the report to our local time? Thank you."),
        ],
        Severity::Normal => &[
            (
                "Export stops at 10,000 rows",
                "The CSV export ends after 10,000 rows without a message. We need all of them for the audit.",
            ),
            ("Alert arrives twice", "Since yesterday every alert arrives twice. A bit annoying."),
            ("New colleague cannot log in", "She gets the invitation but the link says it is expired."),
            (
                "Report shows last month's numbers",
                "After the refresh the report still shows the old month. Please check.",
            ),
            ("Integration needs a new token every week", "We have to reconnect it every Monday. Is that a bug?"),
            ("Comments are missing on a shared dashboard", "Our partner sees the dashboard but none of our comments."),
            ("Search does not find archived reports", "It did before the last release. Can this come back?"),
            ("Permission error for team leads", "Leads get 'not allowed' when they edit their own dashboards."),
        ],
        Severity::High => &[
            (
                "Automations did not run over night",
                "Nothing ran between 22:00 and 06:00. We had to do all orders by hand.",
            ),
            ("Dashboards time out", "Since this morning most dashboards do not load. The team cannot work properly."),
            (
                "Wrong totals in the monthly report",
                "The totals differ from our books by 4 %. We cannot send it like this.",
            ),
            (
                "API returns 500 for every third call",
                "Our import fails and has to be restarted. Please look at it today.",
            ),
            ("Whole office locked out", "After the change of our domain nobody in Office 2 can log in."),
            ("Scheduled exports failed", "Our auditors did not get their files. Third time this quarter."),
        ],
        Severity::Critical => &[
            ("Nothing loads", "The product is down for all of us. Every page shows an error. We are losing orders."),
            (
                "Data of another workspace visible",
                "A user saw a dashboard that is not ours. This needs an answer right now.",
            ),
            (
                "Records lost in the nightly import",
                "About 2,000 records from last night are gone. This is a disaster for our month end.",
            ),
            ("All automations stopped", "Nothing is triggered any more and we have people waiting at the gates."),
        ],
    }
}

/// Hours to the first answer (least, most), hours from there to the end, and the share that is escalated.
pub(super) const fn service(severity: Severity) -> ((f64, f64), (f64, f64), f64) {
    match severity {
        Severity::Low => ((3.0, 28.0), (20.0, 190.0), 0.0),
        Severity::Normal => ((1.5, 16.0), (8.0, 96.0), 0.02),
        Severity::High => ((0.5, 6.0), (5.0, 60.0), 0.15),
        Severity::Critical => ((0.1, 2.0), (2.0, 30.0), 0.5),
    }
}
