//! Sentiment of what people write: in which texts, and how good.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::print_stdout, reason = "the figures of docs/sentiment.md are read off these tests")]

mod languages;
mod odd_texts;
mod quality;
mod texts;
