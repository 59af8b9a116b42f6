//! One process as Lambda starts it: with Lambda's environment, polling the Runtime API.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};

use crate::Failure;
use crate::endpoint::{Endpoint, Waited};
use crate::limit::Share;
use crate::runtime_api::{Arrival, Event, Listening, listen};

/// Longer than anything here takes: a process that is silent so long hangs.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often is looked whether a process still lives.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// A program as it is deployed.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    /// The name of the function.
    pub(crate) function: String,
    /// What is started, and with what arguments.
    pub(crate) command: PathBuf,
    pub(crate) arguments: Vec<String>,
    /// Where: the unpacked zip.
    pub(crate) folder: PathBuf,
    /// Where what it prints goes.
    pub(crate) log: PathBuf,
    /// The variables of the template, and those of the runtime.
    pub(crate) variables: BTreeMap<String, String>,
}

/// A started process that has asked for its first event.
pub(crate) struct Instance<'a> {
    program: &'a Program,
    endpoint: &'a Endpoint,
    process: Process,
    arrivals: mpsc::UnboundedReceiver<Arrival>,
    hand_over: Option<oneshot::Sender<Event>>,
    events: usize,
    _api: Listening,
    /// From its start to its first `/next`.
    pub(crate) start: Duration,
}

/// How one event was handled.
#[derive(Debug)]
pub(crate) struct Invocation {
    /// From handing the event over to having the answer.
    pub(crate) wall: Duration,
    /// How much of it AWS was working.
    pub(crate) waited: Waited,
    /// What was answered; `Err` is what the function reported as an error.
    pub(crate) answer: Result<Value, Value>,
}

impl<'a> Instance<'a> {
    /// Starts the process and waits until it asks for an event.
    pub(crate) async fn start(program: &'a Program, endpoint: &'a Endpoint) -> Result<Self, Failure> {
        let failed = |what: String| Failure::NoStart { function: program.function.clone(), what };
        let (api, mut arrivals) = listen().await?;
        let log = File::create(&program.log)?;
        let mut command = Command::new(&program.command);
        command
            .args(&program.arguments)
            .current_dir(&program.folder)
            .env_clear()
            .envs(lambda_environment(program, &api, endpoint))
            .envs(&program.variables)
            .stderr(log.try_clone()?)
            .stdout(log);
        let started_at = Instant::now();
        let mut process = Process(command.spawn().map_err(|error| failed(error.to_string()))?);
        match process.arrival(&mut arrivals).await {
            Some(Arrival::Next { at, hand_over }) => Ok(Self {
                program,
                endpoint,
                process,
                arrivals,
                hand_over: Some(hand_over),
                events: 0,
                _api: api,
                start: at - started_at,
            }),
            Some(Arrival::InitError(what)) => Err(failed(String::from_utf8_lossy(&what).into_owned())),
            _ => Err(failed(format!("it did not ask for an event: {}", last_lines(&program.log)))),
        }
    }

    /// Hands an event over, and waits for the answer and until the next event is asked for.
    pub(crate) async fn invoke(&mut self, event: &Value) -> Result<Invocation, Failure> {
        self.events += 1;
        let request_id = format!("8476a536-e9f4-11e8-9739-{:012}", self.events);
        let hand_over = self.hand_over.take().ok_or_else(|| self.silent("it is not waiting for an event"))?;
        self.endpoint.take_waited();
        let event = Event { request_id, payload: event.to_string().into_bytes() };
        hand_over.send(event).map_err(|_| self.silent("it went away"))?;
        let Arrival::Answer { handed_over_at, at, result } = self.arrival().await? else {
            return Err(self.silent("it asked for another event before it answered"));
        };
        let waited = self.endpoint.take_waited();
        let Arrival::Next { hand_over, .. } = self.arrival().await? else {
            return Err(self.silent("it answered twice"));
        };
        self.hand_over = Some(hand_over);
        let json = |bytes: &[u8]| {
            serde_json::from_slice(bytes).unwrap_or_else(|_| Value::from(String::from_utf8_lossy(bytes).into_owned()))
        };
        let answer = result.map(|bytes| json(&bytes)).map_err(|bytes| json(&bytes));
        Ok(Invocation { wall: at - handed_over_at, waited, answer })
    }

    /// From now on the process gets no more than this share of a processor.
    pub(crate) fn limit(&self, share: &Share) -> Result<(), Failure> {
        Ok(share.take_in(self.process.0.id())?)
    }

    /// The processor time of all its threads so far.
    pub(crate) fn cpu(&self) -> Result<Duration, Failure> {
        let mut total = 0;
        for task in fs::read_dir(format!("/proc/{}/task", self.process.0.id()))? {
            let schedule = fs::read_to_string(task?.path().join("schedstat"))?;
            total += schedule.split(' ').next().and_then(|ns| ns.parse::<u64>().ok()).unwrap_or_default();
        }
        Ok(Duration::from_nanos(total))
    }

    /// The most memory it held so far, in bytes.
    pub(crate) fn peak_memory(&self) -> Result<u64, Failure> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok());
        kib.map(|kib| kib * 1024).ok_or_else(|| self.silent("its memory cannot be read"))
    }

    async fn arrival(&mut self) -> Result<Arrival, Failure> {
        let arrival = self.process.arrival(&mut self.arrivals).await;
        arrival.ok_or_else(|| self.silent("it ended or hangs"))
    }

    fn silent(&self, what: &str) -> Failure {
        let what = format!("{what}: {}", last_lines(&self.program.log));
        Failure::NoAnswer { function: self.program.function.clone(), what }
    }
}

/// A process that ends when it is dropped.
struct Process(Child);

impl Process {
    /// What it asks or says next; `None` when it ended or is silent for too long.
    async fn arrival(&mut self, arrivals: &mut mpsc::UnboundedReceiver<Arrival>) -> Option<Arrival> {
        let ended = async {
            while matches!(self.0.try_wait(), Ok(None)) {
                sleep(LOOK_EVERY).await;
            }
        };
        tokio::select! {
            biased;
            arrival = timeout(PATIENCE, arrivals.recv()) => arrival.ok().flatten(),
            () = ended => None,
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end or wait for.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The variables that Lambda sets, beside those of the template.
fn lambda_environment(program: &Program, api: &Listening, endpoint: &Endpoint) -> BTreeMap<&'static str, String> {
    let function = program.function.clone();
    let folder = program.folder.to_string_lossy().into_owned();
    BTreeMap::from([
        ("AWS_LAMBDA_RUNTIME_API", api.address.to_string()),
        ("AWS_LAMBDA_FUNCTION_NAME", format!("keepwell-{function}")),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256".to_owned()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/keepwell-{function}")),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "2026/03/02/[$LATEST]0123456789abcdef0123456789abcdef".to_owned()),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON".to_owned()),
        ("AWS_REGION", "eu-central-1".to_owned()),
        ("AWS_DEFAULT_REGION", "eu-central-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "AKIDLOCAL".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
        ("AWS_SESSION_TOKEN", "local".to_owned()),
        ("AWS_ENDPOINT_URL", endpoint.url.clone()),
        ("LAMBDA_TASK_ROOT", folder.clone()),
        ("LAMBDA_RUNTIME_DIR", folder),
        ("_HANDLER", "bootstrap".to_owned()),
        ("LANG", "en_US.UTF-8".to_owned()),
        ("TZ", ":UTC".to_owned()),
        ("PATH", "/usr/local/bin:/usr/bin:/bin".to_owned()),
    ])
}

/// The end of what a process printed.
fn last_lines(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(5).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join(" | ")
}
