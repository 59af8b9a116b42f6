//! What an automation would do to the end, waits included: for dry runs.

use super::Automation;
use super::action::Action;
use super::context::Context;
use super::plan::{Effect, Plan, Refusal, Step, plan, resume};
use super::run::{MAX_EFFECTS, effects};
use crate::event::Event;

/// A step, and after how many days of waiting it would be done.
#[derive(Debug, Clone, PartialEq)]
pub struct Foreseen {
    /// Days from the event.
    pub after_days: u32,
    /// The step.
    pub step: Step,
}

/// What would be done, in order; `None` when the event is none of the automation's business. After each wait the customer is judged
/// as it is now, because nobody knows what it will be then, and dates count from now; what does not hold now ends the list there, with
/// the reason as a skipped step.
pub fn foresee(
    automation: &Automation,
    event: &Event,
    context: &Context<'_>,
) -> Option<Result<Vec<Foreseen>, Refusal>> {
    let mut next = plan(automation, event, context);
    let (mut foreseen, mut after_days) = (Vec::new(), 0);
    loop {
        let steps = match next {
            Plan::NotTriggered if foreseen.is_empty() => return None,
            Plan::Refused(refusal) if foreseen.is_empty() => return Some(Err(refusal)),
            Plan::NotTriggered => break,
            Plan::Refused(refusal) => {
                let effect = Effect::Skipped { reason: refusal.to_string() };
                let action_index = foreseen.last().map_or(0, |last: &Foreseen| last.step.action_index + 1);
                foreseen.push(Foreseen { after_days, step: Step { action_index, effect } });
                break;
            }
            Plan::Steps(steps) => steps,
        };
        let waits =
            steps.last().filter(|step| matches!(step.effect, Effect::Wait { .. })).map(|step| step.action_index);
        foreseen.extend(steps.into_iter().map(|step| Foreseen { after_days, step }));
        let Some(waited) = waits else { break };
        if let Some(Action::Wait { days, .. }) = automation.actions.get(waited) {
            after_days += days;
        }
        next = resume(automation, waited, context);
    }
    let all: Vec<Step> = foreseen.iter().map(|foreseen| foreseen.step.clone()).collect();
    let effects = effects(&all);
    Some(if effects > MAX_EFFECTS { Err(Refusal::TooMany { effects }) } else { Ok(foreseen) })
}
