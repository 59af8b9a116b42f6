//! Schedules, run as time passes: by itself, or when somebody turns the clock.

use std::sync::atomic::Ordering;

use chrono::{DateTime, Duration, DurationRound as _, Timelike as _, Utc};
use keepwell_aws::function::Rate;

use super::{LocalSystem, SystemError};
use crate::cloud::LocalCloud;

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

impl LocalSystem {
    /// Turns the clock forward by `step`, running every schedule that falls in between at its own moment.
    ///
    /// The five-minute schedules are run on the hour too, and between hours only while something is going on: they look
    /// for what a failure left behind, and nothing can be left behind where nothing happened. The same goes for the snapshot.
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
                self.run_schedules(tick).await;
            }
            tick += STEP;
        }
        clock.set(end);
        self.settle_in_turn().await?;
        self.remember_clock()
    }

    /// Runs the schedules between two moments of real time, once each.
    pub async fn run_schedules_between(&self, from: DateTime<Utc>, to: DateTime<Utc>) {
        let _turn = self.turn.lock().await;
        let mut tick = next_tick(from);
        while tick <= to {
            self.run_schedules(tick).await;
            tick += STEP;
        }
    }

    async fn run_schedules(&self, tick: DateTime<Utc>) {
        for function in self.functions.iter() {
            for schedule in function.schedules.iter().filter(|schedule| is_due(schedule.rate, tick)) {
                if schedule.rate == Rate::QuarterHourly && self.snapshot_is_up_to_date() {
                    continue;
                }
                // One that fails has said so; time goes on.
                let _ = Box::pin(function.run_schedule(schedule.name)).await;
                if schedule.rate == Rate::QuarterHourly {
                    self.snapshot_at.store(self.local.mutations(), Ordering::Relaxed);
                }
                // Time goes on while something is down; the next tick tries again.
                if let Err(error) = self.settle_in_turn().await {
                    tracing::error!(%error, "not at rest");
                }
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
