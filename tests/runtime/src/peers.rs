//! The job of status-update in other languages: on the same events and tables, in turns with ours.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use crate::figures::{MB, durations, table, zip_mb};
use crate::instance::{Instance, Program};
use crate::limit::Share;
use crate::measure::{Bench, Starts, Warm};
use crate::portfolio::customer;
use crate::{Arguments, Failure, binary};

/// Whose job it is.
const JOB: &str = "status-update";

/// The memory size of Lambda whose share of a processor the second table is measured with.
const SMALL_MB: u32 = 256;

/// One contestant.
struct Peer {
    name: &'static str,
    program: Program,
    zip_mb: f64,
}

/// Prints both tables, if the peers are installed.
pub(crate) async fn compare(arguments: &Arguments, bench: &mut Bench<'_>) -> Result<(), Failure> {
    let Some(peers) = peers(arguments, bench)? else {
        println!("No peers: they are not installed.");
        return Ok(());
    };
    same_work(&peers, bench).await?;
    let all = measure(&peers, bench, None, arguments.starts, arguments.warm).await?;
    println!("{JOB} beside the same job elsewhere:\n\n{}", compared(&peers, &all));
    match Share::of_memory(SMALL_MB) {
        Ok(share) => {
            let fewer = (arguments.starts / 4).max(3);
            let all = measure(&peers, bench, Some(&share), fewer, arguments.warm / 3).await?;
            println!("The same with the share of a processor that {SMALL_MB} MB have, from the first event on:\n");
            println!("{}", compared(&peers, &all));
        }
        Err(error) => println!("No figures for {SMALL_MB} MB: a control group cannot be made here ({error})."),
    }
    Ok(())
}

/// Ours first. `None` where `run` could not install the others.
fn peers(arguments: &Arguments, bench: &Bench<'_>) -> Result<Option<Vec<Peer>>, Failure> {
    let place = fs::canonicalize(&arguments.place)?;
    let (node, python) = (place.join("node/out"), place.join("python"));
    let (bundle, handler, interpreter) =
        (node.join("index.mjs"), python.join("handler.py"), place.join("venv/bin/python"));
    if ![&bundle, &handler, &interpreter].iter().all(|path| path.exists()) {
        return Ok(None);
    }
    let ours = binary(arguments, bench.portfolio, JOB)?;
    let peer = |name: &str, command: PathBuf, words: &[&str], folder: &Path| Program {
        function: format!("{JOB} in {name}"),
        command,
        arguments: words.iter().map(|word| (*word).to_owned()).collect(),
        folder: folder.to_owned(),
        log: arguments.place.join(format!("{name}.log")),
        variables: ours.variables.clone(),
    };
    let which_node = fs::read_to_string(place.join("node/program"))?;
    Ok(Some(vec![
        Peer { name: "Keepwell", zip_mb: zip_mb(&[("bootstrap", &ours.command)])?, program: ours.clone() },
        Peer {
            name: "Node",
            zip_mb: zip_mb(&[("index.mjs", &bundle)])?,
            program: peer("Node", PathBuf::from(which_node.trim()), &["index.mjs"], &node),
        },
        Peer {
            name: "Python",
            zip_mb: zip_mb(&[("handler.py", &handler)])?,
            program: peer("Python", interpreter, &["-m", "awslambdaric", "handler.handler"], &python),
        },
    ]))
}

/// Makes sure that all do the same: the same requests to AWS with the same cost, and rows that the product itself reads.
async fn same_work(peers: &[Peer], bench: &mut Bench<'_>) -> Result<(), Failure> {
    let world = &bench.portfolio.world;
    let path = format!("/v1/customers/{}/status/history", customer(0));
    let mut ours = None;
    for peer in peers {
        let mut instance = Instance::start(&peer.program, bench.endpoint).await?;
        bench.portfolio.written_long_ago(&customer(0)).await?;
        let event = bench.events.next(bench.portfolio, JOB).await?;
        world.system.local().reset_requests();
        let invocation = instance.invoke(&event.payload).await?;
        event.check(&peer.program.function, &invocation.answer)?;
        let requests = world.system.local().requests();
        drop(instance);
        let differs = |what: &str| Failure::Wrong(format!("{} {what}", peer.program.function));
        if *ours.get_or_insert_with(|| requests.clone()) != requests {
            return Err(differs(&format!("asks AWS something else than ours: {requests:?}")));
        }
        let history = world.get(&path).await;
        let answer = invocation.answer.unwrap_or_default();
        let body: Value = serde_json::from_str(answer["body"].as_str().unwrap_or_default()).unwrap_or_default();
        if history["items"][0]["at"] != body["set_at"] || history["items"][0]["reason"] != body["reason"] {
            return Err(differs(&format!("wrote a history that reads otherwise: {}", history["items"][0])));
        }
        // Published and heard by every consumer, or this fails.
        world.settle().await;
        let timeline = world.get(&format!("/v1/customers/{}/timeline?kind=status", customer(0))).await;
        let lines = timeline["items"].as_array().cloned().unwrap_or_default();
        if !lines.iter().any(|line| line["at"] == body["set_at"] && line["kind"] == "status") {
            return Err(differs("wrote no line of the timeline"));
        }
    }
    Ok(())
}

/// Starts in turns, then each one's warm events in turns.
async fn measure(
    peers: &[Peer],
    bench: &mut Bench<'_>,
    share: Option<&Share>,
    starts: usize,
    warm: usize,
) -> Result<Vec<(Starts, Warm)>, Failure> {
    let mut all: Vec<Starts> = peers.iter().map(|_| Starts::default()).collect();
    for _ in 0..starts {
        for (peer, starts) in peers.iter().zip(&mut all) {
            bench.start(&peer.program, JOB, share, starts).await?;
        }
    }
    let mut measured = Vec::new();
    for (peer, starts) in peers.iter().zip(all) {
        measured.push((starts, bench.warm(&peer.program, JOB, share, warm).await?));
    }
    Ok(measured)
}

/// A figure of a contestant, and how it is written.
type Figure = (&'static str, fn(&Starts, &Warm) -> f64, usize);

const FIGURES: [Figure; 11] = [
    ("start to /next, ms", |starts, _| durations(&starts.to_next).median(), 1),
    ("the same, p95", |starts, _| durations(&starts.to_next).percentile(95), 1),
    ("first event, ms", |starts, _| durations(&starts.first).median(), 1),
    ("start and first event, ms", |starts, _| durations(&starts.both()).median(), 1),
    ("warm event, ms", |_, warm| warm.wall.median(), 2),
    ("the same, p99", |_, warm| warm.wall.percentile(99), 2),
    ("the same without AWS, ms", |_, warm| warm.own.median(), 2),
    ("processor time of a warm event, ms", |_, warm| ms(warm.cpu), 2),
    ("nothing to do, ms", |_, warm| warm.nothing.median(), 2),
    ("processor time of a start and first event, ms", |starts, _| durations(&starts.cpu).median(), 1),
    ("most memory, MB", |starts, warm| starts.peak.max(warm.peak) as f64 / MB, 1),
];

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// One line a figure, with the ratio to ours.
fn compared(peers: &[Peer], all: &[(Starts, Warm)]) -> String {
    let names: Vec<&str> = peers.iter().map(|peer| peer.name).collect();
    let mut rows = vec![
        ["zip, MB".to_owned()].into_iter().chain(peers.iter().map(|peer| format!("{:.2}", peer.zip_mb))).collect(),
    ];
    for (what, figure, digits) in FIGURES {
        let figures: Vec<f64> = all.iter().map(|(starts, warm)| figure(starts, warm)).collect();
        let ours = figures.first().copied().unwrap_or(f64::NAN);
        let cells = figures.iter().enumerate().map(|(place, figure)| match place {
            0 => format!("{figure:.digits$}"),
            _ => format!("{figure:.digits$} ({:.1}x)", figure / ours),
        });
        rows.push([what.to_owned()].into_iter().chain(cells).collect());
    }
    let heading: Vec<&str> = ["one event: PUT a Health Status"].into_iter().chain(names).collect();
    table(&heading, &rows)
}
