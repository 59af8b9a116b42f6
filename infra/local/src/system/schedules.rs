//! Schedules, run as time passes: by itself, or when somebody turns the clock.

use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Duration, DurationRound as _, Timelike as _, Utc};
use keepwell_aws::function::Rate;
use keepwell_aws::store::StoreError;

use super::{LocalSystem, SystemError};
use crate::cloud::LocalCloud;
use crate::cloud::faults::FaultPlan;
use crate::cloud::rights::as_function;

/// Under which name the clock's offset is kept.
const CLOCK_OFFSET: &str = "clock_offset_ms";

/// The finest schedule.
const STEP: Duration = Duration::minutes(5);

/// Turns a ticking clock to where it was turned in an earlier run.
pub(super) fn restore_clock(local: &LocalCloud) {
    let offset = local.local_value(CLOCK_OFFSET).and_then(|text| text.parse().ok());
    if let Some(offset) = offset {
        local.clock().advance(Duration::milliseconds(offset));
    }
}

/// What is known of the five-minute schedules: when they would find something.
///
/// All that they look for is in the tables: unpublished events, mails, deliveries and runs that are due, rules that are not applied yet.
/// So once all of them ran and nothing was written, not by them either, they find nothing as long as nothing is written and no
/// mail, delivery or run becomes due: to run them until then changes nothing. (What becomes due is never done by time alone.)
#[derive(Debug, Default)]
pub(super) struct Quiet {
    /// The number of mutating requests at which they found nothing, and when the first of what waits is due.
    looked: std::sync::Mutex<Option<(u64, Option<DateTime<Utc>>)>>,
    /// They are run all the same: what a proof compares with.
    ignored: AtomicBool,
}

impl Quiet {
    /// Whether a five-minute schedule finds nothing at `tick`, after so many mutating requests.
    fn lasts_until(&self, tick: DateTime<Utc>, mutations: u64) -> bool {
        let looked = *self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let holds = |(at, due): (u64, Option<DateTime<Utc>>)| at == mutations && due.is_none_or(|due| due > tick);
        !self.ignored.load(Ordering::Relaxed) && looked.is_some_and(holds)
    }

    fn note(&self, looked: Option<(u64, Option<DateTime<Utc>>)>) {
        *self.looked.lock().unwrap_or_else(PoisonError::into_inner) = looked;
    }
}

impl LocalSystem {
    /// Turns the clock forward by `step`, running every schedule that falls in between at its own moment.
    ///
    /// The five-minute schedules are run on the hour too, and between hours only while something is going on: they look
    /// for what a failure left behind, and nothing can be left behind where nothing happened. The same goes for the snapshot.
    /// On the hour too they are left out where they would find nothing, but for the last one.
    pub async fn advance(&self, step: Duration) -> Result<(), SystemError> {
        let _turn = self.turn.lock().await;
        let clock = self.local.clock();
        let start = clock.now();
        let end = start + step;
        let mut tick = next_tick(start);
        while tick <= end {
            let busy = self.local.mutations() != self.rested_at.load(Ordering::Relaxed);
            let snapshot_is_due = is_due(Rate::QuarterHourly, tick) && !self.snapshot_is_up_to_date();
            if tick.minute() == 0 || busy || snapshot_is_due {
                clock.set(tick);
                // A fault plan counts the requests that it lets fail. And whoever asks when a schedule ran last is not told of a year ago.
                let whole =
                    busy || self.local.faults().plan() != FaultPlan::default() || tick + Duration::hours(1) > end;
                self.run_schedules(tick, !whole).await;
            }
            tick += STEP;
        }
        clock.set(end);
        self.settle_in_turn().await?;
        self.remember_clock()
    }

    /// From now on the five-minute schedules are run also where they find nothing: for the proof that it makes no difference.
    pub fn run_quiet_schedules_too(&self) {
        self.quiet.ignored.store(true, Ordering::Relaxed);
    }

    /// Runs the schedules between two moments of real time, once each.
    pub async fn run_schedules_between(&self, from: DateTime<Utc>, to: DateTime<Utc>) {
        let _turn = self.turn.lock().await;
        let mut tick = next_tick(from);
        while tick <= to {
            self.run_schedules(tick, false).await;
            tick += STEP;
        }
    }

    /// With `may_skip`, five-minute schedules that find nothing are left out.
    async fn run_schedules(&self, tick: DateTime<Utc>, may_skip: bool) {
        let before = self.local.mutations();
        let mut looked = true;
        for function in self.functions.iter() {
            for schedule in function.schedules.iter().filter(|schedule| is_due(schedule.rate, tick)) {
                if schedule.rate == Rate::QuarterHourly && self.snapshot_is_up_to_date() {
                    continue;
                }
                // Asked anew for each: what another schedule of this tick wrote is found at this tick.
                let quiet = may_skip && self.quiet.lasts_until(tick, self.local.mutations());
                if schedule.rate == Rate::FiveMinutes && quiet {
                    looked = false;
                    continue;
                }
                // One that fails has said so; time goes on.
                let ran = as_function(function.name, Box::pin(function.run_schedule(schedule.name))).await;
                looked &= ran.is_ok();
                if schedule.rate == Rate::QuarterHourly {
                    self.snapshot_at.store(self.local.mutations(), Ordering::Relaxed);
                }
                // Time goes on while something is down; the next tick tries again.
                if let Err(error) = self.settle_in_turn().await {
                    tracing::error!(%error, "not at rest");
                }
            }
        }
        if looked && self.local.mutations() == before {
            let next = self.next_due().await;
            self.quiet.note(next.ok().map(|due| (before, due)));
        }
    }

    /// When the first mail, delivery or run that waits is due; `None` when nothing waits.
    async fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let store = &self.cloud.store;
        let far = DateTime::UNIX_EPOCH + Duration::days(365 * 8_000);
        let mut due: Vec<Option<DateTime<Utc>>> = Vec::new();
        due.extend(store.mail_due(far, 1).await?.iter().map(|stored| stored.value.due_at()));
        due.extend(store.runs_due(far, 1).await?.iter().map(|stored| stored.value.due_at()));
        let mut after = None;
        loop {
            let page = store.endpoints_page(100, after.as_deref()).await?;
            for endpoint in page.items {
                let first = store.deliveries_due(&endpoint.value.id, far, 1).await?;
                due.extend(first.iter().map(|stored| stored.value.due_at()));
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(due.into_iter().flatten().min()),
            }
        }
    }

    /// Whether nothing was written since the last snapshot. On AWS it is taken all the same; here turning the clock by a year would
    /// take 35,000 of them.
    fn snapshot_is_up_to_date(&self) -> bool {
        self.snapshot_at.load(Ordering::Relaxed) == self.local.mutations()
    }

    /// Keeps how far the clock is from real time, so that the next start goes on from there.
    pub fn remember_clock(&self) -> Result<(), SystemError> {
        let offset = self.local.clock().now() - Utc::now();
        self.local.set_local_value(CLOCK_OFFSET, &offset.num_milliseconds().to_string())?;
        Ok(())
    }
}

fn next_tick(after: DateTime<Utc>) -> DateTime<Utc> {
    after.duration_trunc(STEP).unwrap_or(after) + STEP
}

fn is_due(rate: Rate, tick: DateTime<Utc>) -> bool {
    match rate {
        Rate::FiveMinutes => true,
        Rate::QuarterHourly => tick.minute().is_multiple_of(15),
        Rate::Hourly => tick.minute() == 0,
        Rate::Nightly => tick.hour() == 2 && tick.minute() == 0,
    }
}
