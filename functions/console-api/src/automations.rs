//! Automations: which there are, their documents and versions, what they did, and what they would do.

pub(crate) mod document;
pub(crate) mod dry_run;
pub(crate) mod runs;

use axum::extract::{Path, State};
use chrono::{DateTime, Utc};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::http::{Answer, ApiError, QueryParams};
use keepwell_aws::store::{Stored, keys};
use keepwell_domain::automation::Automation;
use keepwell_domain::automation::library::{Library, is_changed, shipped_edition, shipped_text};
use keepwell_domain::automation::schema::automation_schema;
use keepwell_domain::automation::trigger::Trigger;
use keepwell_domain::edition::Edition;
use keepwell_domain::id::EmailAddress;
use keepwell_domain::measure::Name;
use schemars::JsonSchema;
use serde::Serialize;

use crate::view;

pub(crate) async fn get_automations(State(cloud): State<Cloud>, query: QueryParams) -> Result<Answer, ApiError> {
    query.finish()?;
    let library = cloud.store.automation_library().await?;
    let mut items = Vec::new();
    for (id, version) in library.value.entries() {
        let edition = existing(&cloud, &library.value, id, version).await?;
        items.push(summary(&edition, &automation_of(&edition)?));
    }
    Ok(Answer::ok(view::page(&items, None))?.etag(library.revision))
}

/// Every version, newest first, with its document.
pub(crate) async fn get_versions(
    State(cloud): State<Cloud>,
    Path(id): Path<String>,
    mut query: QueryParams,
) -> Result<Answer, ApiError> {
    let (limit, cursor) = (query.limit(), query.cursor(view::sort_key(keys::EDITIONS)));
    query.finish()?;
    let library = cloud.store.automation_library().await?.value;
    newest(&library, &id)?;
    if !library.is_stored(&id) {
        let items = shipped_edition(&id).iter().map(version).collect::<Result<Vec<_>, _>>()?;
        return Answer::ok(view::page(&items, None));
    }
    let page = cloud.store.automation_editions(&id, limit, cursor.as_deref()).await?;
    let items = page.items.iter().map(|Stored { value, .. }| version(value)).collect::<Result<Vec<_>, _>>()?;
    Answer::ok(view::page(&items, page.next.as_deref()))
}

/// A version of an automation.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AutomationEdition {
    /// Its number, from 1.
    version: u64,
    /// Who set it; `null` for a shipped one.
    set_by: Option<EmailAddress>,
    /// When; `null` for a shipped one.
    set_at: Option<DateTime<Utc>>,
    /// The document.
    automation: Automation,
}

fn version(edition: &Edition) -> Result<AutomationEdition, ApiError> {
    Ok(AutomationEdition {
        version: edition.version,
        set_by: edition.set_by.clone(),
        set_at: edition.set_at,
        automation: automation_of(edition)?,
    })
}

/// The JSON Schema of an automation document, for editors.
pub(crate) async fn get_schema(query: QueryParams) -> Result<Answer, ApiError> {
    query.finish()?;
    Answer::ok(automation_schema())
}

/// A version of an automation that must be there. A shipped one that nobody changed is not looked up.
async fn existing(cloud: &Cloud, library: &Library, id: &str, version: u64) -> Result<Edition, ApiError> {
    let shipped = shipped_edition(id).filter(|edition| !library.is_stored(id) && edition.version == version);
    let edition = match shipped {
        Some(shipped) => Some(shipped),
        None => cloud.store.automation_edition(id, version).await?,
    };
    edition.ok_or_else(|| ApiError::NotFound(format!("There is no automation {id:?} with a version {version}.")))
}

/// The newest version of an automation, or 404.
fn newest(library: &Library, id: &str) -> Result<u64, ApiError> {
    library.newest(id).ok_or_else(|| ApiError::NotFound(format!("There is no automation {id:?}.")))
}

/// The document of a stored version, which was valid when it was set.
fn automation_of(edition: &Edition) -> Result<Automation, ApiError> {
    edition.automation().map_err(|problems| {
        ApiError::Internal(format!("automation {} version {} is not valid: {problems}", edition.id, edition.version))
    })
}

/// What is said about an automation beside its document.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AutomationSummary {
    /// Its id.
    id: Name,
    /// Its name.
    name: String,
    /// What it is for.
    description: String,
    /// Whether it is switched on.
    on: bool,
    /// Its newest version; the `ETag` of the document.
    version: u64,
    /// What sets it off.
    trigger: Trigger,
    /// Whether Keepwell ships one of this id.
    shipped: bool,
    /// Whether it says something else than the shipped one of its id.
    changed: bool,
    /// Who set the version; `null` for a shipped one.
    set_by: Option<EmailAddress>,
    /// When; `null` for a shipped one.
    set_at: Option<DateTime<Utc>>,
}

fn summary(edition: &Edition, automation: &Automation) -> AutomationSummary {
    AutomationSummary {
        id: edition.id.clone(),
        name: automation.name.clone(),
        description: automation.description.clone(),
        on: automation.on,
        version: edition.version,
        trigger: automation.trigger.clone(),
        shipped: shipped_text(edition.id.as_str()).is_some(),
        changed: is_changed(automation),
        set_by: edition.set_by.clone(),
        set_at: edition.set_at,
    }
}
