//! Carries out the fault plan: counts the requests, rolls the dice, and tells when the process is down.

use std::future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use tokio::sync::watch;

use super::faults::{Fault, FaultPlan, RefusedEntries};
use super::requests::Service;

/// The process died: a crash fault fired.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the process crashed at request {request}, {service} {operation}")]
pub struct Crashed {
    /// Which request it was, from 1, counted since the plan was set.
    pub request: u64,
    /// The service that was asked.
    pub service: Service,
    /// For what.
    pub operation: String,
}

/// The faults of one local cloud.
#[derive(Debug, Clone)]
pub struct Faults {
    state: Arc<Mutex<State>>,
    /// `Some` while the process is down.
    crash: Arc<watch::Sender<Option<Crashed>>>,
}

#[derive(Debug)]
struct State {
    plan: FaultPlan,
    dice: StdRng,
    requests: u64,
    /// For each rule of the plan, how many requests matched it.
    matched: Vec<u64>,
}

impl State {
    fn new(plan: FaultPlan) -> Self {
        Self { dice: StdRng::seed_from_u64(plan.seed), requests: 0, matched: vec![0; plan.rules.len()], plan }
    }
}

impl Faults {
    pub(super) fn none() -> Self {
        Self {
            state: Arc::new(Mutex::new(State::new(FaultPlan::default()))),
            crash: Arc::new(watch::Sender::new(None)),
        }
    }

    /// From now on, this goes wrong. Counters start at zero and dice at the seed.
    pub fn set(&self, plan: FaultPlan) {
        *self.state() = State::new(plan);
    }

    /// From now on, nothing goes wrong.
    pub fn clear(&self) {
        self.set(FaultPlan::default());
    }

    /// The plan that is being carried out. Print it when a test fails: it tells the seed.
    pub fn plan(&self) -> FaultPlan {
        self.state().plan.clone()
    }

    /// How many requests were made since the plan was set.
    pub fn request_count(&self) -> u64 {
        self.state().requests
    }

    /// Waits for a crash fault to fire.
    pub async fn crashed(&self) -> Crashed {
        let mut crash = self.crash.subscribe();
        // `self` keeps the sender, so this ends only by a crash.
        match crash.wait_for(Option::is_some).await.map(|crashed| crashed.clone()) {
            Ok(Some(crashed)) => crashed,
            Ok(None) | Err(_) => future::pending().await,
        }
    }

    pub(super) fn crash(&self) -> Option<Crashed> {
        self.crash.borrow().clone()
    }

    /// The process starts again.
    pub(super) fn restart(&self) {
        self.crash.send_replace(None);
    }

    /// The process dies here: this never returns, and no other request gets through until the restart.
    pub(super) async fn die(&self, service: Service, operation: &str) -> ! {
        let crashed = Crashed { request: self.request_count(), service, operation: operation.to_owned() };
        self.crash.send_replace(Some(crashed));
        future::pending().await
    }

    /// Counts one request and decides what happens to it.
    pub(super) fn decide(&self, service: Service, operation: &str) -> Option<Fault> {
        let state = &mut *self.state();
        state.requests += 1;
        let mut decided = None;
        for (rule, matched) in state.plan.rules.iter().zip(&mut state.matched) {
            if !rule.matches(service, operation) {
                continue;
            }
            *matched += 1;
            let its_turn = rule.nth.is_none_or(|nth| nth == *matched)
                && rule.probability.is_none_or(|probability| roll(&mut state.dice, probability));
            if its_turn && decided.is_none() {
                decided = Some(rule.fault.clone());
            }
        }
        decided
    }

    /// For each of `count` entries, whether it is refused.
    pub(super) fn refused(&self, entries: RefusedEntries, count: usize) -> Vec<bool> {
        match entries {
            RefusedEntries::Mask(mask) => (0..count).map(|i| i < 16 && mask >> i & 1 == 1).collect(),
            RefusedEntries::Probability(probability) => {
                let dice = &mut self.state().dice;
                (0..count).map(|_| roll(dice, probability)).collect()
            }
        }
    }

    pub(super) fn duplicates_message(&self) -> bool {
        let state = &mut *self.state();
        roll(&mut state.dice, state.plan.queues.duplicate_probability)
    }

    /// How many receives a new message stays unseen.
    pub(super) fn message_delay(&self) -> u64 {
        let state = &mut *self.state();
        let queues = state.plan.queues;
        if roll(&mut state.dice, queues.delay_probability) { queues.delay_receives } else { 0 }
    }

    pub(super) fn reorder<T>(&self, messages: &mut [T]) {
        let state = &mut *self.state();
        if state.plan.queues.reorder {
            messages.shuffle(&mut state.dice);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Certain outcomes leave the dice alone, so that a plan without them rolls the same.
fn roll(dice: &mut StdRng, probability: f64) -> bool {
    probability > 0.0 && (probability >= 1.0 || dice.random_bool(probability))
}
