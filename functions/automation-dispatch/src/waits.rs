//! Runs that wait, and runs whose next part did not follow: every five minutes those whose time has come go on.

use std::time::Duration;

use keepwell_aws::cloud::Cloud;
use keepwell_aws::function::{HandlerError, span_of};
use keepwell_domain::automation::run::RunState;
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::part::Made;
use crate::{run, send};

/// How many runs of each shard are read at a time.
const AT_A_TIME: usize = 100;

/// No run is taken up later than this after the first: the function has 30 s.
const TAKE_UP_WITHIN: Duration = Duration::from_secs(15);

/// Some runs could not go on; they are tried again in five minutes.
#[derive(Debug, thiserror::Error)]
#[error("{0} runs could not go on")]
struct Failed(usize);

/// Goes on with every run that is due, as far as the time allows; the next time takes the rest.
pub(crate) async fn go_on(cloud: &Cloud) -> Result<(), HandlerError> {
    let (start, mut made, mut failed) = (Instant::now(), Made::default(), 0);
    loop {
        let due = cloud.store.runs_due(cloud.now(), AT_A_TIME).await?;
        let mut progress = false;
        for stored in &due {
            if start.elapsed() > TAKE_UP_WITHIN {
                break;
            }
            let run = &stored.value;
            let span = span_of(&run.event);
            let outcome = match run.state {
                RunState::Doing { .. } => run::finish(cloud, run, true).instrument(span).await,
                _ => run::go_on(cloud, run).instrument(span).await,
            };
            match outcome {
                Ok(parts) => {
                    progress = true;
                    made.add(parts);
                }
                Err(error) => {
                    tracing::error!(run = run.id(), %error, "a run could not go on");
                    failed += 1;
                }
            }
        }
        // A page that held nothing but failures is not read again at once.
        if due.len() < AT_A_TIME || !progress || start.elapsed() > TAKE_UP_WITHIN {
            break;
        }
    }
    send(cloud, made).await?;
    if failed == 0 { Ok(()) } else { Err(Failed(failed).into()) }
}
