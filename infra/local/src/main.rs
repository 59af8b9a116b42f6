//! `keepwell`: the local system and its command line.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    keepwell_local::command::run().await
}
