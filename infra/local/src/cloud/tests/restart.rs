use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use super::super::queue::MAX_RECEIVES;
use super::*;

/// A path of its own in the temporary directory, cleared at the end.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("keepwell-cloud-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(super) fn open(&self) -> LocalCloud {
        LocalCloud::open(&self.0.join("local.db"), Clock::frozen_at(noon())).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Left over, it is only litter in the temporary directory.
        drop(fs::remove_dir_all(&self.0));
    }
}

#[tokio::test]
async fn tables_queues_mails_events_and_values_survive() {
    let folder = Folder::new();
    let long_mail = format!("{}{}", super::mails::SURVEY, "long ".repeat(150_000));
    let bus_event_id;
    {
        let cloud = folder.open();
        core(&cloud).await.transact_write_items().transact_items(put("C#1", None)).send().await.unwrap();
        subscribe(&cloud, "scores", &["a.v1"]);
        super::events::publish_numbered(&cloud, 3).await;
        let first = cloud.bus().receive("scores", 1)[0].message_id.clone();
        cloud.bus().ack("scores", &[first]);
        for _ in 0..MAX_RECEIVES {
            let failed = cloud.bus().receive("scores", 1)[0].message_id.clone();
            cloud.bus().nack("scores", &[failed]);
            // The other message steps aside, so that one of them is received every time.
            let other = cloud.bus().receive("scores", 1)[0].message_id.clone();
            cloud.bus().nack("scores", &[other]);
        }
        assert_eq!(cloud.bus().dead_letters("scores").len(), 2);
        super::events::publish_numbered(&cloud, 1).await;
        assert_eq!(cloud.bus().receive("scores", 10).len(), 1);
        super::mails::send(&cloud, super::mails::SURVEY).await.unwrap();
        super::mails::send(&cloud, &long_mail).await.unwrap();
        cloud.set_local_value("clock", "3600").unwrap();
        bus_event_id = cloud.bus().events()[3].bus_event_id.clone();
    }
    let cloud = folder.open();
    assert!(has(&tables(&cloud), "C#1").await);
    let names = tables(&cloud).list_tables().send().await.unwrap();
    assert_eq!(names.table_names(), ["core"], "the cloud's own table stays out of sight");
    assert_eq!((cloud.bus().depth("scores"), cloud.bus().dead_letters("scores").len()), (1, 2));
    assert_eq!(cloud.bus().receive("scores", 10)[0].receive_count, 2, "it was in flight when the lights went out");
    assert_eq!((cloud.bus().events().len(), &cloud.bus().events()[3].bus_event_id), (4, &bus_event_id));
    let mails = cloud.mailbox().mails();
    assert_eq!((mails.len(), mails[0].links.len()), (2, 2));
    assert_eq!(mails[1].raw, long_mail.as_bytes());
    assert_eq!(cloud.local_value("clock").as_deref(), Some("3600"));
    subscribe(&cloud, "scores", &["a.v1"]);
    super::events::publish_numbered(&cloud, 1).await;
    assert_ne!(cloud.bus().events()[4].bus_event_id, bus_event_id, "ids go on where they stopped");
}

#[tokio::test]
async fn a_cloud_in_memory_forgets() {
    let cloud = cloud();
    cloud.set_local_value("clock", "3600").unwrap();
    assert_eq!(cloud.local_value("clock").as_deref(), Some("3600"));
    assert_eq!(self::cloud().local_value("clock"), None);
}
