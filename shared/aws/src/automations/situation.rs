//! What an automation's decision looks at, read from the store: only as much as the automation needs.

use chrono::{DateTime, Duration, Utc};
use keepwell_domain::automation::Automation;
use keepwell_domain::automation::context::Context;
use keepwell_domain::automation::trigger::Trigger;
use keepwell_domain::contact::Contact;
use keepwell_domain::customer::Customer;
use keepwell_domain::measure::MeasureValues;
use keepwell_domain::score::breakdown::Score;
use keepwell_domain::score::history::ScorePoint;
use keepwell_domain::settings::Settings;

use crate::cloud::Cloud;
use crate::store::runs::PreviousRuns;
use crate::store::scorecards::ScorecardsError;
use crate::store::{Store, StoreError, Stored};

/// A customer, the team and the past, as they are now.
#[derive(Debug, Clone)]
pub struct Situation {
    /// The customer.
    pub customer: Stored<Customer>,
    /// Its contacts.
    pub contacts: Vec<Contact>,
    /// The team's settings.
    pub settings: Settings,
    /// When the automation acted before; nothing and revision 0 when it does not ask.
    pub previous: Stored<PreviousRuns>,
    /// The score's history, as far as the trigger looks back.
    pub points: Vec<ScorePoint>,
    /// The score as it was computed last, and what was measured then.
    pub score: Option<(Score, MeasureValues)>,
    /// Now.
    pub now: DateTime<Utc>,
}

impl Situation {
    /// Reads what the automation needs to know.
    pub async fn read(
        cloud: &Cloud,
        customer: Stored<Customer>,
        automation: &Automation,
        now: DateTime<Utc>,
    ) -> Result<Self, ScorecardsError> {
        let (store, needs, id) = (&cloud.store, automation.needs(), &customer.value.id);
        let contacts = store.contacts(id).await?.into_iter().map(|stored| stored.value).collect();
        let settings = cloud.settings().await?;
        let previous = if needs.previous_runs {
            store.previous_runs(&automation.id, id).await?
        } else {
            Stored { value: PreviousRuns::default(), revision: 0 }
        };
        let points = match &automation.trigger {
            Trigger::ScoreFell { days, .. } if needs.points => history(store, &customer.value, *days, now).await?,
            _ => Vec::new(),
        };
        let score = if needs.measures { newest_score(store, &customer.value, now).await? } else { None };
        Ok(Self { customer, contacts, settings, previous, points, score, now })
    }

    /// The same for the domain's decision.
    pub fn context(&self) -> Context<'_> {
        Context {
            previous_runs: &self.previous.value.at,
            points: &self.points,
            score: self.score.as_ref().map(|(score, _)| score),
            measures: self.score.as_ref().map(|(_, measures)| measures),
            ..Context::new(&self.customer.value, &self.contacts, &self.settings, self.now)
        }
    }
}

/// The points of the last days, with what the score was when they began. The event may be older than now by as long as a
/// message can be on its way.
async fn history(
    store: &Store,
    customer: &Customer,
    days: u32,
    now: DateTime<Utc>,
) -> Result<Vec<ScorePoint>, StoreError> {
    let from = now - Duration::days(i64::from(days)) - LATEST;
    let before = store.score_point_at(&customer.id, from - Duration::milliseconds(1)).await?;
    let points = store.score_points(&customer.id, from, now).await?;
    Ok(before.into_iter().chain(points).collect())
}

/// How long an event can be on its way: a queue keeps it for four days, the dead letters for fourteen.
const LATEST: Duration = Duration::days(14);

async fn newest_score(
    store: &Store,
    customer: &Customer,
    now: DateTime<Utc>,
) -> Result<Option<(Score, MeasureValues)>, ScorecardsError> {
    let Some(snapshot) = store.score_snapshot_at(&customer.id, now).await? else { return Ok(None) };
    let scorecard = store.scorecard_of(customer).await?;
    let score = snapshot.score(&scorecard, snapshot.point.at);
    Ok(Some((score, snapshot.measures)))
}
