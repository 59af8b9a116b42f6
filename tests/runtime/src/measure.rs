//! Measures one program: many starts, the first event of each, and one process that goes on for long.

use std::time::Duration;

use crate::Failure;
use crate::endpoint::Endpoint;
use crate::events::Events;
use crate::figures::Durations;
use crate::instance::{Instance, Invocation, Program};
use crate::limit::Share;
use crate::portfolio::Portfolio;

/// How often.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// Starts, each with one event.
    pub(crate) starts: usize,
    /// Warm events of each kind.
    pub(crate) warm: usize,
}

/// Events that a process handles before the warm ones count.
const WARMING_UP: usize = 30;

/// One program's starts.
#[derive(Debug, Default)]
pub(crate) struct Starts {
    pub(crate) to_next: Vec<Duration>,
    pub(crate) first: Vec<Duration>,
    /// Processor time of start and first event.
    pub(crate) cpu: Vec<Duration>,
    /// Most memory of any process, in bytes.
    pub(crate) peak: u64,
}

impl Starts {
    /// Start and first event together.
    pub(crate) fn both(&self) -> Vec<Duration> {
        self.to_next.iter().zip(&self.first).map(|(start, first)| *start + *first).collect()
    }
}

/// One program's warm events.
#[derive(Debug)]
pub(crate) struct Warm {
    pub(crate) wall: Durations,
    /// The same without the time in which AWS was working.
    pub(crate) own: Durations,
    /// Processor time of one event, the mean.
    pub(crate) cpu: Duration,
    /// Requests to AWS of one event, the median.
    pub(crate) requests: usize,
    /// Events at which there is nothing to do.
    pub(crate) nothing: Durations,
    /// Most memory, in bytes.
    pub(crate) peak: u64,
}

/// What all measurements need.
pub(crate) struct Bench<'a> {
    pub(crate) portfolio: &'a Portfolio,
    pub(crate) endpoint: &'a Endpoint,
    pub(crate) events: Events,
}

impl Bench<'_> {
    /// One more start, with its first event. With a share, it holds from the first event on: Lambda starts processes at full speed.
    pub(crate) async fn start(
        &mut self,
        program: &Program,
        job: &str,
        share: Option<&Share>,
        starts: &mut Starts,
    ) -> Result<(), Failure> {
        let mut instance = Instance::start(program, self.endpoint).await?;
        starts.to_next.push(instance.start);
        if let Some(share) = share {
            instance.limit(share)?;
        }
        let first = self.handle(&mut instance, program, job).await?;
        starts.first.push(first.wall);
        starts.cpu.push(instance.cpu()?);
        starts.peak = starts.peak.max(instance.peak_memory()?);
        Ok(())
    }

    /// One process, many events.
    pub(crate) async fn warm(
        &mut self,
        program: &Program,
        job: &str,
        share: Option<&Share>,
        events: usize,
    ) -> Result<Warm, Failure> {
        let mut instance = Instance::start(program, self.endpoint).await?;
        for _ in 0..WARMING_UP {
            self.handle(&mut instance, program, job).await?;
        }
        if let Some(share) = share {
            instance.limit(share)?;
        }
        let mut invocations = Vec::new();
        let cpu_before = instance.cpu()?;
        for _ in 0..events {
            invocations.push(self.handle(&mut instance, program, job).await?);
        }
        let cpu = instance.cpu()?.saturating_sub(cpu_before) / u32::try_from(events).unwrap_or(1).max(1);
        let nothing = Events::nothing(job);
        let mut idle = Vec::new();
        for _ in 0..events {
            idle.push(instance.invoke(&nothing).await?.wall);
        }
        let peak = instance.peak_memory()?;
        let mut requests: Vec<usize> = invocations.iter().map(|one| one.waited.requests).collect();
        requests.sort_unstable();
        Ok(Warm {
            wall: invocations.iter().map(|one| one.wall).collect(),
            own: invocations.iter().map(|one| one.wall.saturating_sub(one.waited.time)).collect(),
            cpu,
            requests: requests.get(requests.len() / 2).copied().unwrap_or_default(),
            nothing: idle.into_iter().collect(),
            peak,
        })
    }

    /// Lets a process handle one event of its job. A wrong answer ends everything.
    async fn handle(
        &mut self,
        instance: &mut Instance<'_>,
        program: &Program,
        job: &str,
    ) -> Result<Invocation, Failure> {
        let event = self.events.next(self.portfolio, job).await?;
        let invocation = instance.invoke(&event.payload).await?;
        event.check(&program.function, &invocation.answer)?;
        Ok(invocation)
    }
}
