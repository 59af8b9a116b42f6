//! Runs: beginning one, finishing what was begun, going on after a wait. Each part is one transaction, guarded by the run's revision and
//! the customer's.

use keepwell_aws::automations::situation::Situation;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::store::automations::{AutomationsError, Current};
use keepwell_aws::store::change::{Contended, retry_on_conflict};
use keepwell_aws::store::record::{Record, Table};
use keepwell_aws::store::runs::{run_record, unlisted_run_record};
use keepwell_aws::store::scorecards::ScorecardsError;
use keepwell_aws::store::{CommitError, Expect, StoreError, Stored, Transaction, keys};
use keepwell_aws::telemetry::metrics::{self, Metric};
use keepwell_domain::automation::Automation;
use keepwell_domain::automation::plan::{Plan, Refusal, Step, plan, resume};
use keepwell_domain::automation::run::{self, MAX_EFFECTS, Run, RunState, full};
use keepwell_domain::customer::Customer;
use keepwell_domain::event::Event;

use crate::part::{Made, Part};

/// How long it is remembered that a refusal of the day is in the run log.
const REMEMBERED: chrono::Duration = chrono::Duration::days(2);

/// A run that could not be carried out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    /// It was not committed.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// Its automation cannot be had.
    #[error(transparent)]
    Automations(#[from] AutomationsError),
    /// The customer's scorecard cannot be had.
    #[error(transparent)]
    Scorecards(#[from] ScorecardsError),
}

impl From<StoreError> for RunError {
    fn from(error: StoreError) -> Self {
        Self::Commit(error.into())
    }
}

impl Contended for RunError {
    fn is_contended(&self) -> bool {
        matches!(self, Self::Commit(error) if error.is_contended())
    }
}

/// Begins a run, unless this version ran for this event before, and carries it out up to its first wait. `effects_before`: of the
/// event, by other automations. Answers what was made, and how many effects were decided on.
pub(crate) async fn start(
    cloud: &Cloud,
    current: &Current,
    event: &Event,
    effects_before: usize,
) -> Result<(Made, usize), RunError> {
    let begun = retry_on_conflict(|| Box::pin(begin(cloud, current, event, effects_before))).await?;
    let Some((mut made, run)) = begun else { return Ok((Made::default(), 0)) };
    let effects = run.effects;
    made.add(finish(cloud, &run, false).await?);
    Ok((made, effects))
}

async fn begin(
    cloud: &Cloud,
    current: &Current,
    event: &Event,
    effects_before: usize,
) -> Result<Option<(Made, Run)>, RunError> {
    let (now, automation) = (cloud.now(), &current.automation);
    if cloud.store.run(&keys::run(event, &automation.id, current.version)).await?.is_some() {
        return Ok(None);
    }
    let Some(customer) = customer_of(cloud, event).await? else { return Ok(None) };
    let situation = Situation::read(cloud, customer, automation, now).await?;
    let mut run = Run::new(&automation.id, current.version, event, now);
    let steps = match plan(automation, event, &situation.context()) {
        Plan::NotTriggered => return Ok(None),
        Plan::Refused(refusal) => return refuse(cloud, run, refusal).await.map(|()| None),
        Plan::Steps(steps) => steps,
    };
    run.effects = run::effects(&steps);
    let of_event = effects_before + run.effects;
    if of_event > MAX_EFFECTS {
        run.effects = 0;
        return refuse(cloud, run, Refusal::TooMany { effects: of_event }).await.map(|()| None);
    }
    let mut part = Part::new(cloud, automation, situation, run, Expect::Absent);
    part.stored = current.stored;
    part.remember_run();
    part.tell(&steps);
    Ok(Some(part.carry_out(steps).await?))
}

/// The customer whom the event is about; `None` when it was erased since, even if another one has its id now.
async fn customer_of(cloud: &Cloud, event: &Event) -> Result<Option<Stored<Customer>>, StoreError> {
    let customer = cloud.store.customer(&event.customer_id).await?;
    Ok(customer.filter(|stored| stored.value.created_at <= event.occurred_at))
}

/// Writes a refusal down: with the customer always; in the lists the first of the day, and whatever a person should look into.
async fn refuse(cloud: &Cloud, mut run: Run, refusal: Refusal) -> Result<(), RunError> {
    tracing::info!(
        automation = run.automation,
        version = run.version,
        event_id = run.event.event_id,
        refused = refusal.name(),
        "automation"
    );
    let always = matches!(refusal, Refusal::LoopGuard { .. } | Refusal::TooMany { .. });
    let first = keys::refusal_of_day(&run, refusal.name(), run.started_at.date_naive());
    run.refused = Some(refusal);
    let listed = always || cloud.store.get::<()>(Table::Dedupe, &first).await?.is_none();
    let mut transaction = Transaction::default();
    if listed {
        transaction.put(run_record(&run), Expect::Absent);
    } else {
        transaction.put(unlisted_run_record(&run), Expect::Absent);
    }
    if listed && !always {
        let record = Record::new(Table::Dedupe, first, &()).map(|record| record.expiring(run.started_at + REMEMBERED));
        transaction.put(record, Expect::Anything);
    }
    transaction.commit(&cloud.store).await?;
    metrics::count(Metric::RunsRefused, 1);
    Ok(())
}

/// Carries out what is left of a run, part by part. `again`: somebody else began it.
pub(crate) async fn finish(cloud: &Cloud, run: &Run, again: bool) -> Result<Made, RunError> {
    let (mut made, mut again) = (Made::default(), again);
    let key = keys::run(&run.event, &run.automation, run.version);
    let mut state = run.state.clone();
    while let RunState::Doing { .. } = state {
        let next = retry_on_conflict(|| Box::pin(next_part(cloud, &key, again))).await?;
        let Some((parts, run)) = next else { break };
        made.add(parts);
        state = run.state;
        again = false;
    }
    Ok(made)
}

async fn next_part(cloud: &Cloud, key: &keys::Key, again: bool) -> Result<Option<(Made, Run)>, RunError> {
    let Some(Stored { value: mut run, revision }) = cloud.store.run(key).await? else { return Ok(None) };
    let RunState::Doing { left, .. } = std::mem::replace(&mut run.state, RunState::Done) else { return Ok(None) };
    let Some(customer) = customer_of(cloud, &run.event).await? else { return Ok(None) };
    let automation = automation_of(cloud, &run).await?;
    let situation = Situation::read(cloud, customer, &automation, cloud.now()).await?;
    run.attempt += u32::from(again);
    let steps: Vec<Step> = left.into_iter().map(|step| full(step, &automation)).collect();
    let part = Part::new(cloud, &automation, situation, run, Expect::Revision(revision));
    Ok(Some(part.carry_out(steps).await?))
}

/// Goes on after a wait that is over: decides what follows, by the version with which the run began, and carries it out.
pub(crate) async fn go_on(cloud: &Cloud, run: &Run) -> Result<Made, RunError> {
    let key = keys::run(&run.event, &run.automation, run.version);
    let resumed = retry_on_conflict(|| Box::pin(after_wait(cloud, &key))).await?;
    let Some((mut made, run)) = resumed else { return Ok(Made::default()) };
    made.add(finish(cloud, &run, false).await?);
    Ok(made)
}

async fn after_wait(cloud: &Cloud, key: &keys::Key) -> Result<Option<(Made, Run)>, RunError> {
    let Some(Stored { value: mut run, revision }) = cloud.store.run(key).await? else { return Ok(None) };
    let RunState::Waiting { action, until } = run.state else { return Ok(None) };
    let now = cloud.now();
    if until > now {
        return Ok(None);
    }
    let begun_with = automation_of(cloud, &run).await?;
    let automation = Automation { on: is_on(cloud, &run).await?, ..begun_with };
    let Some(customer) = customer_of(cloud, &run.event).await? else {
        // Erased: its rows go with it, and this one came too late.
        let mut transaction = Transaction::default();
        transaction.delete_expecting(Table::Core, key.clone(), Expect::Revision(revision));
        transaction.commit(&cloud.store).await?;
        return Ok(None);
    };
    let situation = Situation::read(cloud, customer, &automation, now).await?;
    run.state = RunState::Done;
    run.attempt += 1;
    let steps = match resume(&automation, action, &situation.context()) {
        Plan::Steps(steps) => steps,
        Plan::Refused(refusal) => {
            run.refused = Some(refusal);
            Vec::new()
        }
        Plan::NotTriggered => Vec::new(),
    };
    let effects = run.effects + run::effects(&steps);
    let steps = if effects > MAX_EFFECTS {
        run.refused = Some(Refusal::TooMany { effects });
        Vec::new()
    } else {
        run.effects = effects;
        steps
    };
    let mut part = Part::new(cloud, &automation, situation, run, Expect::Revision(revision));
    part.tell(&steps);
    Ok(Some(part.carry_out(steps).await?))
}

/// Whether the automation is there and switched on today, whatever its document says by now.
async fn is_on(cloud: &Cloud, run: &Run) -> Result<bool, AutomationsError> {
    let library = cloud.store.automation_library().await?.value;
    match library.newest(&run.automation) {
        None => Ok(false),
        // It ran, so it was on.
        Some(newest) if newest == run.version => Ok(true),
        Some(newest) => Ok(cloud.store.automation(&run.automation, newest).await?.on),
    }
}

/// The version with which the run began.
async fn automation_of(cloud: &Cloud, run: &Run) -> Result<Automation, AutomationsError> {
    match &run.edition {
        None => cloud.store.automation(&run.automation, run.version).await,
        Some(edition) => edition.automation().map_err(|problems| AutomationsError::Invalid {
            id: run.automation.clone(),
            version: run.version,
            problems,
        }),
    }
}
