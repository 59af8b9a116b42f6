//! Sentiment of what people write: in which texts, how good, how fast.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod languages;
mod quality;
mod speed;
mod texts;
