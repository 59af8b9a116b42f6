//! `keepwell`: the whole system on 127.0.0.1, until Ctrl-C.

use std::fs::{File, TryLockError};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use keepwell_aws::http::Role;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::{CommandError, Local, open, say};
use crate::demo::load;
use crate::system::LocalSystem;
use crate::web::serve::with_console;
use crate::web::{Console, build};

/// How often the queues are pumped and the schedules looked at.
const PUMP: Duration = Duration::from_millis(200);

/// Under which name it is kept that the data file was given its first content.
const FILLED: &str = "filled";

pub(super) async fn serve(local: Local) -> Result<(), CommandError> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, local.port));
    let taken = |source| CommandError::Port { port: local.port, source };
    let listener = TcpListener::bind(address).await.map_err(taken)?;
    let port = listener.local_addr().map_err(taken)?.port();
    let local = Local { port, ..local };

    let system = open(&local).await?;
    fill(&system, &local).await?;
    let console = greet(&system, &local);

    let (stop, stopped) = watch::channel(false);
    let pump = tokio::spawn(pump(system.clone(), stopped.clone()));
    let mut server_stopped = stopped;
    let server = axum::serve(listener, with_console(system.router(), console)).with_graceful_shutdown(async move {
        let _ = server_stopped.wait_for(|stopped| *stopped).await;
    });
    let server = tokio::spawn(server.into_future());
    interrupted().await;
    say("\nStopping. What waits is done first; Ctrl-C again leaves it for the next start.");
    let _ = stop.send(true);
    let rest = async {
        // A browser that keeps its connection open must not keep the process alive.
        let _ = tokio::time::timeout(Duration::from_secs(5), server).await;
        let _ = pump.await;
        system.settle().await
    };
    // After a large import much may wait. It is kept at every moment: a process may be killed too.
    tokio::select! {
        settled = rest => settled?,
        () = interrupted() => {}
    }
    system.remember_clock()?;
    say("Stopped. Everything is kept; the next start goes on from here.");
    Ok(())
}

/// Waits for Ctrl-C, or for the signal that asks a process to end.
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

/// Pumps the queues and runs the schedules as time passes, until the process stops.
async fn pump(system: LocalSystem, mut stopped: watch::Receiver<bool>) {
    let mut last = system.now();
    loop {
        tokio::select! {
            _ = stopped.changed() => return,
            () = tokio::time::sleep(PUMP) => {}
        }
        let now = system.now();
        // A turn of the clock runs its own schedules; only time that passed by itself counts here.
        if now > last && now - last < chrono::Duration::minutes(10) {
            system.run_schedules_between(last, now).await;
        }
        last = now;
        if let Err(error) = system.settle().await {
            tracing::error!(%error, "the system does not come to rest");
        }
    }
}

/// Gives a fresh data file its demo portfolio, unless it was asked to stay empty.
async fn fill(system: &LocalSystem, local: &Local) -> Result<(), CommandError> {
    if system.local().local_value(FILLED).is_some() {
        return Ok(());
    }
    let has_customers = system.cloud().store.has_customers().await.map_err(load::LoadError::from)?;
    if !local.empty && !has_customers {
        load::load(system).await?;
    }
    system.local().set_local_value(FILLED, "yes").map_err(crate::system::SystemError::from)?;
    Ok(())
}

/// Says where everything is, and prepares the console.
fn greet(system: &LocalSystem, local: &Local) -> Console {
    let url = format!("http://127.0.0.1:{}", local.port);
    say(&format!("Keepwell is at {url}"));
    say(&format!("  mailbox  {url}/_local/mailbox"));
    say(&format!("  API      {url}/v1/customers"));
    say(&format!("  clock    {}", system.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true)));
    say(&format!("  data     {}", local.data));
    match system.gateway().token(Role::Admin) {
        Ok(token) => say(&format!("  token    {token}")),
        Err(error) => tracing::error!(%error, "no token can be made"),
    }
    let console = build::prepare(!local.no_web_build, say);
    say(if local.data == ":memory:" {
        "Ctrl-C stops it; nothing is kept."
    } else {
        "Ctrl-C stops it; everything is kept."
    });
    console
}

/// Makes sure that no other process has the data file: two would overwrite each other's queues.
///
/// The lock lies beside the file and lasts as long as the process.
pub(super) fn lock(path: &Path) -> Result<(), CommandError> {
    static LOCK: OnceLock<File> = OnceLock::new();
    let lock_path = path.with_extension("lock");
    let in_use = || CommandError::InUse { path: path.display().to_string() };
    let Ok(file) = File::options().create(true).append(true).open(lock_path) else {
        // Where no lock can be made, opening the data file says what is wrong.
        return Ok(());
    };
    if let Err(TryLockError::WouldBlock) = file.try_lock() {
        Err(in_use())
    } else {
        let _ = LOCK.set(file);
        Ok(())
    }
}
