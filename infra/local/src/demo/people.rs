//! Who: the CSMs, plans, features, industries, and company names that no company has.

/// The address of the local system's own token for role `csm`: this CSM's customers are "mine" in the console.
pub(super) const LOCAL_CSM: &str = "csm@keepwell.example";
/// The others of the team.
pub(super) const COLLEAGUES: [&str; 3] =
    ["ana.ruiz@keepwell.example", "ben.okafor@keepwell.example", "mei.tanaka@keepwell.example"];

/// A price plan. Declared from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plan {
    Starter,
    Team,
    Business,
    Enterprise,
}

impl Plan {
    /// The plan's name.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Starter => "Starter",
            Self::Team => "Team",
            Self::Business => "Business",
            Self::Enterprise => "Enterprise",
        }
    }

    /// The size class of companies on the plan.
    pub(super) const fn size(self) -> &'static str {
        match self {
            Self::Starter => "Small",
            Self::Team => "Mid",
            Self::Business => "Large",
            Self::Enterprise => "Enterprise",
        }
    }

    /// List price of a seat, in whole dollars a year.
    pub(super) const fn seat_price(self) -> i64 {
        match self {
            Self::Starter => 228,
            Self::Team => 396,
            Self::Business => 588,
            Self::Enterprise => 744,
        }
    }

    /// Fewest and most seats.
    pub(super) const fn seats(self) -> (i64, i64) {
        match self {
            Self::Starter => (5, 9),
            Self::Team => (8, 28),
            Self::Business => (24, 90),
            Self::Enterprise => (110, 900),
        }
    }

    /// Usage events on a normal working day at level 1. Kept low: what varies by day matters, not volume.
    pub(super) const fn events_a_day(self) -> f64 {
        match self {
            Self::Starter => 2.0,
            Self::Team => 2.8,
            Self::Business => 3.6,
            Self::Enterprise => 4.2,
        }
    }

    /// Number of features in use.
    pub(super) const fn features(self) -> usize {
        match self {
            Self::Starter => 5,
            Self::Team => 7,
            Self::Business => 9,
            Self::Enterprise => 12,
        }
    }
}

/// The product's features, from what everybody uses to what experts use.
pub(super) const FEATURES: [&str; 12] = [
    "dashboards",
    "reports",
    "search",
    "sharing",
    "exports",
    "alerts",
    "comments",
    "templates",
    "integrations",
    "automations",
    "permissions",
    "api",
];

/// Industries, and what a company of one is called after its first word.
pub(super) const INDUSTRIES: [(&str, &str); 12] = [
    ("Logistics", "Freight"),
    ("Retail", "Stores"),
    ("Healthcare", "Clinics"),
    ("Finance", "Capital"),
    ("Manufacturing", "Works"),
    ("Education", "Academy"),
    ("Software", "Labs"),
    ("Media", "Studios"),
    ("Energy", "Power"),
    ("Hospitality", "Hotels"),
    ("Insurance", "Mutual"),
    ("Agriculture", "Farms"),
];

/// First words of the background's companies: compounds that no language has.
pub(super) const BACKGROUND_NAMES: [&str; 60] = [
    "Ambertoad",
    "Applevane",
    "Ashpocket",
    "Barleyhook",
    "Basaltine",
    "Beaconmoth",
    "Birchwander",
    "Bluethimble",
    "Bramblekite",
    "Candlewharf",
    "Cedarlatch",
    "Chalkotter",
    "Cinderloom",
    "Cloverpike",
    "Cobblefinch",
    "Coralspindle",
    "Dapplestone",
    "Driftlantern",
    "Duskharbour",
    "Elderplume",
    "Emberquill",
    "Fableorchard",
    "Feldspark",
    "Fiddlecrag",
    "Flintparasol",
    "Foxglovia",
    "Gannetwick",
    "Gingerloft",
    "Graniteleaf",
    "Hazelrudder",
    "Hollowbell",
    "Inkwillow",
    "Ivorytern",
    "Junipaca",
    "Kettlefern",
    "Lanternfell",
    "Lichenport",
    "Maplecog",
    "Marblewick",
    "Meadowtusk",
    "Mossanchor",
    "Nutmegrove",
    "Oatbridge",
    "Opaldrum",
    "Otterbeam",
    "Pebblecrown",
    "Pinecradle",
    "Plumgable",
    "Quartzling",
    "Rivetmoss",
    "Rookvale",
    "Saffronbuoy",
    "Siltfeather",
    "Sparrowgate",
    "Tanglewheat",
    "Tidewhistle",
    "Umberlake",
    "Velvetoak",
    "Wickerstone",
    "Zephyrnook",
];
