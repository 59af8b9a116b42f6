//! What goes wrong, and when: a seeded plan, so that a failure prints the seed that replays it.

use std::fmt;

use super::requests::Service;

/// Everything that is to go wrong. The default plan is that nothing does.
///
/// The same plan over the same sequence of requests makes the same faults. Requests made by tasks that run at the same
/// time come in no fixed sequence.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FaultPlan {
    /// Where the dice of this plan start.
    pub seed: u64,
    /// The rules for requests; the first that applies to a request decides.
    pub rules: Vec<FaultRule>,
    /// What the queues do to their messages.
    pub queues: QueueFaults,
}

impl FaultPlan {
    /// A plan without faults yet, whose dice start at `seed`.
    pub fn seeded(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    /// A plan with one rule: the process crashes just before request `n` (from 1), whatever it is.
    pub fn crash_before_request(n: u64) -> Self {
        Self::seeded(0).rule(FaultRule::any(Fault::CrashBefore).nth(n))
    }

    /// A plan with one rule: the process crashes when request `n` (from 1) has taken effect.
    pub fn crash_after_request(n: u64) -> Self {
        Self::seeded(0).rule(FaultRule::any(Fault::CrashAfter).nth(n))
    }

    /// Adds a rule.
    #[must_use]
    pub fn rule(mut self, rule: FaultRule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Sets what the queues do.
    #[must_use]
    pub fn queues(mut self, queues: QueueFaults) -> Self {
        self.queues = queues;
        self
    }
}

impl fmt::Display for FaultPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fault plan with seed {}", self.seed)?;
        for rule in &self.rules {
            write!(f, "; {rule}")?;
        }
        if self.queues != QueueFaults::default() {
            write!(f, "; {}", self.queues)?;
        }
        Ok(())
    }
}

/// One way in which some requests fail. Without further conditions it applies to every request.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultRule {
    /// Only requests to this service.
    pub service: Option<Service>,
    /// Only this operation.
    pub operation: Option<String>,
    /// Only the `n`th request (from 1) of those that match service and operation, counted since the plan was set.
    pub nth: Option<u64>,
    /// Only with this probability, from 0 to 1.
    pub probability: Option<f64>,
    /// What happens then.
    pub fault: Fault,
}

impl FaultRule {
    /// `fault` on every request to any service.
    pub fn any(fault: Fault) -> Self {
        Self { service: None, operation: None, nth: None, probability: None, fault }
    }

    /// `fault` on every request to `service`.
    pub fn on(service: Service, fault: Fault) -> Self {
        Self { service: Some(service), ..Self::any(fault) }
    }

    /// Only this operation.
    #[must_use]
    pub fn operation(mut self, operation: &str) -> Self {
        self.operation = Some(operation.to_owned());
        self
    }

    /// Only the `n`th matching request, from 1.
    #[must_use]
    pub fn nth(mut self, n: u64) -> Self {
        self.nth = Some(n);
        self
    }

    /// Only with this probability, from 0 to 1.
    #[must_use]
    pub fn probability(mut self, probability: f64) -> Self {
        self.probability = Some(probability);
        self
    }

    pub(super) fn matches(&self, service: Service, operation: &str) -> bool {
        self.service.is_none_or(|wanted| wanted == service)
            && self.operation.as_deref().is_none_or(|wanted| wanted == operation)
    }
}

impl fmt::Display for FaultRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} on ", self.fault)?;
        match self.service {
            Some(service) => write!(f, "{service}")?,
            None => f.write_str("any service")?,
        }
        if let Some(operation) = &self.operation {
            write!(f, " {operation}")?;
        }
        if let Some(nth) = self.nth {
            write!(f, ", request {nth}")?;
        }
        if let Some(probability) = self.probability {
            write!(f, ", with probability {probability}")?;
        }
        Ok(())
    }
}

/// What happens to a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// The service asks to slow down; no effect. The SDK tries again.
    Throttle,
    /// The service answers 500; no effect. The SDK tries again.
    Unavailable,
    /// The request takes effect, but the answer does not arrive in time.
    TimeoutWithEffect,
    /// The request gets lost, and no answer arrives.
    TimeoutWithoutEffect,
    /// `PutEvents` answers 200, but refuses some entries. Other operations are not affected.
    PartialPutEvents(RefusedEntries),
    /// The process dies before the request leaves it. Only inside `LocalCloud::run_until_crash`: anywhere else the
    /// request, and every later one, waits for ever.
    CrashBefore,
    /// The request takes effect, and the process dies before it learns so. Only inside `LocalCloud::run_until_crash`.
    CrashAfter,
}

/// Which entries of a `PutEvents` request are refused.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RefusedEntries {
    /// Entry `i` (from 0) is refused where bit `i` is set.
    Mask(u16),
    /// Each entry is refused with this probability.
    Probability(f64),
}

/// What the queues do to their messages, as SQS may.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct QueueFaults {
    /// With this probability a received message is delivered once more later, with the same id.
    pub duplicate_probability: f64,
    /// Messages come in any order.
    pub reorder: bool,
    /// With this probability a new message stays unseen for [`Self::delay_receives`] receives.
    pub delay_probability: f64,
    /// How many receives a delayed message stays unseen.
    pub delay_receives: u64,
}

impl fmt::Display for QueueFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "queues duplicate with probability {}, delay by {} receives with probability {}{}",
            self.duplicate_probability,
            self.delay_receives,
            self.delay_probability,
            if self.reorder { ", reorder" } else { "" }
        )
    }
}
