//! Every mail and page as people get it, and what must never get into one.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

mod mails;
mod pages;
mod samples;
mod shipped;
