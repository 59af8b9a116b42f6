//! Which write keys are good. A key that was read is believed for a minute, so that a busy process does not read it for every
//! request; one that was deleted is refused by every process a minute later.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};
use keepwell_domain::write_key::{PresentedKey, WriteKey};

use crate::cloud::Cloud;
use crate::store::StoreError;

/// How long a key is believed without reading it again.
const BELIEVED: Duration = Duration::minutes(1);

/// The keys that this process read lately. Only keys that exist are kept: guessing cannot fill it.
#[derive(Default)]
pub struct KnownWriteKeys(Mutex<HashMap<String, (WriteKey, DateTime<Utc>)>>);

impl KnownWriteKeys {
    /// Whether `presented` is a key of ours.
    pub async fn is_good(&self, cloud: &Cloud, presented: &PresentedKey) -> Result<bool, StoreError> {
        let now = cloud.now();
        let lately = |(key, read_at): &(WriteKey, DateTime<Utc>)| (now - *read_at < BELIEVED).then(|| key.clone());
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&presented.id).and_then(lately);
        let key = match known {
            Some(key) => Some(key),
            None => self.read(cloud, &presented.id, now).await?,
        };
        Ok(key.is_some_and(|key| key.is(presented)))
    }

    async fn read(&self, cloud: &Cloud, id: &str, now: DateTime<Utc>) -> Result<Option<WriteKey>, StoreError> {
        let key = cloud.store.write_key(id).await?.map(|stored| stored.value);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &key {
            Some(key) => known.insert(id.to_owned(), (key.clone(), now)),
            None => known.remove(id),
        };
        Ok(key)
    }
}
