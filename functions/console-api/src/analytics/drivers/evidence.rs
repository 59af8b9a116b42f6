//! What was known about each customer on a day, and by which scorecard it was to be computed.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::days::{self, Kept};
use keepwell_aws::http::ApiError;
use keepwell_aws::snapshot::current;
use keepwell_domain::customer::Customer;
use keepwell_domain::measure::MeasureValues;
use keepwell_domain::score::breakdown::ScorecardVersion;
use keepwell_domain::score::evaluate::Compiled;
use keepwell_domain::score::history;
use keepwell_domain::score::library::Selection;
use keepwell_domain::score::manual_override::ManualOverride;
use keepwell_domain::score::scorecard::Limit;
use keepwell_domain::snapshot::Snapshot;
use keepwell_domain::snapshot::day::{Day, DayMeasures, key_of};

use super::super::past::{MOST_HISTORIES, Moment, Source, beginning, too_many};

/// How many customers are read at once: the time goes into waiting for the tables.
const AT_ONCE: usize = 32;

/// What was known about a customer.
pub(super) struct Known {
    pub(super) measures: MeasureValues,
    pub(super) scorecard: ScorecardVersion,
    pub(super) limit: Option<Limit>,
    pub(super) at: DateTime<Utc>,
}

/// The scorecards that are needed, ready to be applied.
#[derive(Default)]
pub(super) struct Scorecards(HashMap<(String, u64), Compiled>);

impl Scorecards {
    pub(super) fn get(&self, scorecard: &ScorecardVersion) -> Option<&Compiled> {
        self.0.get(&key(scorecard))
    }

    async fn read<'a>(
        &mut self,
        cloud: &Cloud,
        wanted: impl Iterator<Item = &'a ScorecardVersion>,
    ) -> Result<(), ApiError> {
        let wanted: BTreeSet<(String, u64)> = wanted.map(key).filter(|key| !self.0.contains_key(key)).collect();
        for (id, version) in wanted {
            let compiled = cloud.store.compiled(&id, version).await?;
            self.0.insert((id, version), compiled);
        }
        Ok(())
    }
}

fn key(scorecard: &ScorecardVersion) -> (String, u64) {
    (scorecard.id.as_str().to_owned(), scorecard.version.unwrap_or_default())
}

/// What was known about everybody on a day.
pub(super) struct Evidence {
    /// When, and where it is from.
    pub(super) moment: Moment,
    from: From,
}

enum From {
    /// The portfolio as it is, each customer's place in it, and the scorecards in use.
    Now { portfolio: Box<Snapshot>, places: HashMap<i64, usize>, selection: Selection },
    /// A kept day.
    Day { day: Day, measures: DayMeasures, places: HashMap<i64, usize> },
    /// Points of histories, in the order of the customers.
    History(Vec<Option<history::Snapshot>>),
}

impl Evidence {
    /// What was known at the beginning of the day `on`; of today, what is known now.
    pub(super) async fn read(
        cloud: &Cloud,
        customers: &[&Customer],
        on: NaiveDate,
        scorecards: &mut Scorecards,
    ) -> Result<Self, ApiError> {
        let now = cloud.now();
        if on == now.date_naive() {
            let portfolio = Box::new(current(cloud).await?.portfolio);
            let rows = portfolio.rows().iter().enumerate();
            let places = rows.map(|(place, row)| (key_of(&row.customer), place)).collect();
            let library = cloud.store.library().await?.value;
            let selection = cloud.store.selection(&library).await?;
            let versions: Vec<ScorecardVersion> =
                (0..selection.places()).map(|place| selection.at(place).version().clone()).collect();
            scorecards.read(cloud, versions.iter()).await?;
            let moment = Moment { on, at: portfolio.taken_at, source: Source::Now };
            return Ok(Self { moment, from: From::Now { portfolio, places, selection } });
        }
        let kept = Kept::list(cloud).await?;
        if let Some(near) = kept.near(on) {
            let (day, measures) = (days::read(cloud, near).await?, days::read_measures(cloud, near).await?);
            // Two snapshots at once could write one's standings beside the other's measures.
            let whole = day.zip(measures).filter(|(day, measures)| measures.taken_at() == day.taken_at);
            if let Some((day, measures)) = whole {
                scorecards.read(cloud, day.rows.iter().map(|row| &row.scorecard)).await?;
                let moment = Moment { on, at: day.taken_at, source: Source::Day };
                return Ok(Self { moment, from: From::Day { places: day.places(), day, measures } });
            }
        }
        if customers.len() > MOST_HISTORIES {
            return Err(too_many(&kept, on, customers.len()));
        }
        let at = beginning(on);
        let reads: Vec<_> = customers
            .iter()
            .map(|customer| {
                let (cloud, id) = (cloud.clone(), customer.id.clone());
                async move { cloud.store.score_snapshot_at(&id, at).await }
            })
            .collect();
        let points: Vec<Option<history::Snapshot>> = stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
        scorecards.read(cloud, points.iter().flatten().map(|known| &known.point.scorecard)).await?;
        Ok(Self { moment: Moment { on, at, source: Source::History }, from: From::History(points) })
    }

    /// What was known about the customer at this place of the list; `None` when it was not there.
    pub(super) fn of(&self, place: usize, customer: &Customer) -> Option<Known> {
        let at = self.moment.at;
        let acting = |manual: Option<&ManualOverride>| manual.filter(|it| it.acts_at(at)).map(ManualOverride::limit);
        match &self.from {
            From::Now { portfolio, places, selection } => {
                let place = *places.get(&key_of(customer))?;
                let customer = &portfolio.rows().get(place)?.customer;
                Some(Known {
                    measures: portfolio.measures().of(place),
                    scorecard: selection.for_customer(customer).version().clone(),
                    limit: acting(customer.manual_override.as_ref()),
                    at,
                })
            }
            From::Day { day, measures, places } => {
                let place = *places.get(&key_of(customer))?;
                let row = day.rows.get(place)?;
                let (scorecard, limit) = (row.scorecard.clone(), row.limit);
                Some(Known { measures: measures.of(place), scorecard, limit, at })
            }
            From::History(points) => {
                let known = points.get(place)?.as_ref()?;
                let limit = acting(known.point.manual_override.as_ref());
                Some(Known { measures: known.measures.clone(), scorecard: known.point.scorecard.clone(), limit, at })
            }
        }
    }
}
