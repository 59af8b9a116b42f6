//! S3, as far as Keepwell uses it: objects are put, read and listed. In memory, or in a folder beside the data file.
//!
//! Buckets need not be made. Objects go after [`KEPT_DAYS`], as the template's lifecycle rules have it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use sha2::{Digest as _, Sha256};

use super::clock::Clock;
use super::wire::{Answer, escape_xml};

/// How long objects whose keys begin so are kept, in days: the template's rules, in their order.
pub const KEPT_DAYS: [(&str, i64); 2] = [("portfolio/", 2), ("days/", 400)];

const CONTENT_TYPE: &str = "application/xml";

/// The longest page of a list.
const PAGE: usize = 1000;

/// A request, taken apart.
#[derive(Debug)]
pub(super) struct Request<'a> {
    pub(super) operation: &'static str,
    bucket: String,
    key: String,
    query: Vec<(String, String)>,
    body: &'a [u8],
}

impl<'a> Request<'a> {
    /// The request, if it goes to S3: the bucket stands in the host, or first in the path where its name cannot be a host's.
    pub(super) fn parse(method: &str, uri: &str, body: &'a [u8]) -> Option<Self> {
        let uri: http::Uri = uri.parse().ok()?;
        let path = uri.path().trim_start_matches('/');
        let host = uri.host()?;
        let (bucket, path) = match host.split_once(".s3.") {
            Some((bucket, _)) => (bucket, path),
            None if host.starts_with("s3.") => path.split_once('/').unwrap_or((path, "")),
            None => return None,
        };
        let query: Vec<(String, String)> = serde_urlencoded::from_str(uri.query().unwrap_or_default()).ok()?;
        let key = decoded(path)?;
        let lists = query.iter().any(|(name, value)| name == "list-type" && value == "2");
        let operation = match method {
            "GET" if key.is_empty() && lists => "ListObjectsV2",
            "GET" if !key.is_empty() => "GetObject",
            "PUT" if !key.is_empty() => "PutObject",
            _ => "Unknown",
        };
        Some(Self { operation, bucket: bucket.to_owned(), key, query, body })
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Percent-decodes a path. A plus sign is itself there.
fn decoded(path: &str) -> Option<String> {
    let form = format!("key={}", path.replace('+', "%2B"));
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(&form).ok()?;
    pairs.into_iter().next().map(|(_, value)| value)
}

/// What is stored under a bucket and a key.
#[derive(Debug)]
struct Object {
    bytes: Vec<u8>,
    modified: DateTime<Utc>,
}

/// Where the objects are.
#[derive(Debug)]
enum Place {
    Memory(Mutex<BTreeMap<(String, String), Object>>),
    Folder(PathBuf),
}

/// The objects of all buckets.
#[derive(Debug)]
pub(super) struct Objects {
    place: Place,
    clock: Clock,
    /// How many objects were put by this process.
    puts: AtomicU64,
}

/// An entry of a list.
struct Listed {
    key: String,
    size: u64,
    modified: DateTime<Utc>,
}

impl Objects {
    pub(super) fn memory(clock: Clock) -> Self {
        Self { place: Place::Memory(Mutex::default()), clock, puts: AtomicU64::new(0) }
    }

    /// In `folder`, which is made with the first object.
    pub(super) fn inside(folder: PathBuf, clock: Clock) -> Self {
        Self { place: Place::Folder(folder), clock, puts: AtomicU64::new(0) }
    }

    /// Answers one request as the service would.
    pub(super) fn answer(&self, request: &Request<'_>) -> Answer {
        if is_outside(&request.key) {
            return error(400, "InvalidURI", "LocalCloud does not keep objects under such a key");
        }
        let answer = match request.operation {
            "GetObject" => self.get(request),
            "PutObject" => self.put(request),
            "ListObjectsV2" => self.list(request),
            _ => return error(501, "NotImplemented", "LocalCloud does not imitate this request"),
        };
        answer.unwrap_or_else(|failure| {
            tracing::error!(error = &failure as &dyn std::error::Error, "the objects cannot be had");
            fault_answer(500)
        })
    }

    fn get(&self, request: &Request<'_>) -> io::Result<Answer> {
        let bytes = match &self.place {
            Place::Memory(objects) => {
                let at = (request.bucket.clone(), request.key.clone());
                locked(objects).get(&at).map(|object| object.bytes.clone())
            }
            Place::Folder(folder) => absent_is_none(fs::read(path(folder, request)))?,
        };
        Ok(match bytes {
            Some(bytes) => Answer::new(200, "application/octet-stream", bytes),
            None => error(404, "NoSuchKey", "The specified key does not exist."),
        })
    }

    fn put(&self, request: &Request<'_>) -> io::Result<Answer> {
        let now = self.clock.now();
        self.expire(&request.bucket, now)?;
        match &self.place {
            Place::Memory(objects) => {
                let object = Object { bytes: request.body.to_vec(), modified: now };
                locked(objects).insert((request.bucket.clone(), request.key.clone()), object);
            }
            Place::Folder(folder) => {
                // Whole or not at all, as in S3: a reader never sees half an object.
                let target = path(folder, request);
                let beside = folder.join(format!("incoming-{}", self.puts.fetch_add(1, Ordering::Relaxed)));
                fs::create_dir_all(target.parent().unwrap_or(folder))?;
                fs::write(&beside, request.body)?;
                fs::File::options().write(true).open(&beside)?.set_modified(now.into())?;
                fs::rename(&beside, &target)?;
            }
        }
        let start = Sha256::digest(request.body).first_chunk().copied().map(u128::from_be_bytes);
        let etag = format!("\"{:032x}\"", start.unwrap_or_default());
        Ok(Answer::new(200, CONTENT_TYPE, Vec::new()).with_etag(etag))
    }

    fn list(&self, request: &Request<'_>) -> io::Result<Answer> {
        let prefix = request.parameter("prefix").unwrap_or_default();
        let after = request.parameter("continuation-token").or(request.parameter("start-after")).unwrap_or_default();
        let limit = request.parameter("max-keys").and_then(|text| text.parse().ok()).unwrap_or(PAGE).min(PAGE);
        let mut listed = self.objects(&request.bucket)?;
        listed.retain(|object| object.key.starts_with(prefix) && object.key.as_str() > after);
        let more = listed.len() > limit;
        listed.truncate(limit);
        let next = listed
            .last()
            .filter(|_| more)
            .map(|last| format!("<NextContinuationToken>{}</NextContinuationToken>", escape_xml(&last.key)));
        let contents: Vec<String> = listed
            .iter()
            .map(|Listed { key, size, modified }| {
                let (key, modified) = (escape_xml(key), modified.to_rfc3339_opts(SecondsFormat::Millis, true));
                format!(
                    "<Contents><Key>{key}</Key><LastModified>{modified}</LastModified><Size>{size}</Size></Contents>"
                )
            })
            .collect();
        let body = format!(
            "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><IsTruncated>{more}</IsTruncated>\
             {}<KeyCount>{}</KeyCount>{}</ListBucketResult>",
            next.unwrap_or_default(),
            listed.len(),
            contents.concat()
        );
        Ok(Answer::new(200, CONTENT_TYPE, body.into_bytes()))
    }

    /// Every object of a bucket, by key.
    fn objects(&self, bucket: &str) -> io::Result<Vec<Listed>> {
        let mut listed = Vec::new();
        match &self.place {
            Place::Memory(objects) => {
                let objects = locked(objects);
                let of_bucket = objects.iter().filter(|((of, _), _)| of == bucket);
                listed.extend(of_bucket.map(|((_, key), object)| Listed {
                    key: key.clone(),
                    size: object.bytes.len() as u64,
                    modified: object.modified,
                }));
            }
            Place::Folder(folder) => walk(&folder.join(bucket), "", &mut listed)?,
        }
        listed.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(listed)
    }

    /// Deletes what is older than its rule allows.
    fn expire(&self, bucket: &str, now: DateTime<Utc>) -> io::Result<()> {
        let is_over = |object: &Listed| {
            let rule = KEPT_DAYS.iter().find(|(prefix, _)| object.key.starts_with(prefix));
            rule.is_some_and(|(_, days)| object.modified < now - Duration::days(*days))
        };
        for Listed { key, .. } in self.objects(bucket)?.into_iter().filter(is_over) {
            match &self.place {
                Place::Memory(objects) => {
                    locked(objects).remove(&(bucket.to_owned(), key));
                }
                Place::Folder(folder) => {
                    absent_is_none(fs::remove_file(folder.join(bucket).join(key)))?;
                }
            }
        }
        Ok(())
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a key would leave its bucket's folder.
fn is_outside(key: &str) -> bool {
    !Path::new(key).components().all(|part| matches!(part, Component::Normal(_)))
}

fn path(folder: &Path, request: &Request<'_>) -> PathBuf {
    folder.join(&request.bucket).join(&request.key)
}

fn absent_is_none<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn walk(folder: &Path, prefix: &str, listed: &mut Vec<Listed>) -> io::Result<()> {
    for entry in absent_is_none(fs::read_dir(folder))?.into_iter().flatten() {
        let entry = entry?;
        let key = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let about = entry.metadata()?;
        if about.is_dir() {
            walk(&entry.path(), &format!("{key}/"), listed)?;
        } else {
            listed.push(Listed { key, size: about.len(), modified: about.modified()?.into() });
        }
    }
    Ok(())
}

/// The answer for a fault plan's throttle or outage.
pub(super) fn fault_answer(status: u16) -> Answer {
    if status == 500 {
        error(500, "InternalError", "the local fault plan says the service is down")
    } else {
        error(503, "SlowDown", "the local fault plan says the bucket is throttled")
    }
}

fn error(status: u16, code: &str, message: &str) -> Answer {
    let body = format!("<Error><Code>{code}</Code><Message>{}</Message></Error>", escape_xml(message));
    Answer::new(status, CONTENT_TYPE, body.into_bytes())
}
