//! The server's dry run of an automation, for people.

use serde::Deserialize;

use super::effects::Effects;
use crate::code::console::Console;

/// What `POST /v1/automations/{id}/dry-run` answers, as far as it is shown.
#[derive(Debug, Deserialize)]
pub(super) struct DryRun {
    #[serde(flatten)]
    effects: Effects,
}

impl DryRun {
    pub(super) fn print(&self, console: &mut Console<'_>) {
        self.effects.print(console, "    In the last 14 days: ");
    }
}
