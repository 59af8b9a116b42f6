//! The objects: put, read, found by name.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;

/// A request to S3 that failed: try again later.
#[derive(Debug, thiserror::Error)]
#[error("{operation} on S3: {code}")]
pub struct ObjectError {
    /// What was tried.
    operation: &'static str,
    /// S3's error code, or what the SDK said.
    code: String,
}

impl ObjectError {
    fn sdk<E: ProvideErrorMetadata, R>(operation: &'static str, error: &SdkError<E, R>) -> Self {
        let code = match error {
            SdkError::ServiceError(service) => {
                let error = service.err();
                format!("{}: {}", error.code().unwrap_or("unknown"), error.message().unwrap_or("no message"))
            }
            SdkError::TimeoutError(_) => "timeout".to_owned(),
            SdkError::DispatchFailure(_) => "no connection".to_owned(),
            _ => "no readable answer".to_owned(),
        };
        Self { operation, code }
    }
}

/// A bucket.
#[derive(Debug, Clone)]
pub struct Bucket {
    client: Client,
    name: String,
}

impl Bucket {
    /// The bucket of this name.
    pub fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    /// Stores an object, whole or not at all.
    pub async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), ObjectError> {
        let request = self.client.put_object().bucket(&self.name).key(key).body(ByteStream::from(bytes));
        request.send().await.map_err(|error| ObjectError::sdk("PutObject", &error))?;
        Ok(())
    }

    /// An object; `None` when there is none under this key.
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, ObjectError> {
        let answer = match self.client.get_object().bucket(&self.name).key(key).send().await {
            Ok(answer) => answer,
            Err(error) if error.code() == Some("NoSuchKey") => return Ok(None),
            Err(error) => return Err(ObjectError::sdk("GetObject", &error)),
        };
        let broken = |_| ObjectError { operation: "GetObject", code: "the object broke off".to_owned() };
        let bytes = answer.body.collect().await.map_err(broken)?;
        Ok(Some(bytes.to_vec()))
    }

    /// The last key under a prefix, in the order of bytes; `None` when there is none.
    pub async fn last_key(&self, prefix: &str) -> Result<Option<String>, ObjectError> {
        Ok(self.keys(prefix).await?.pop())
    }

    /// All keys under a prefix, in the order of bytes.
    pub async fn keys(&self, prefix: &str) -> Result<Vec<String>, ObjectError> {
        let mut keys = Vec::new();
        let mut next = None;
        loop {
            let request = self.client.list_objects_v2().bucket(&self.name).prefix(prefix);
            let answer = request.set_continuation_token(next).send().await;
            let page = answer.map_err(|error| ObjectError::sdk("ListObjectsV2", &error))?;
            keys.extend(page.contents().iter().filter_map(|object| object.key().map(str::to_owned)));
            next = page.next_continuation_token().map(str::to_owned);
            if next.is_none() {
                return Ok(keys);
            }
        }
    }
}
