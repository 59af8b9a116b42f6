//! The description of the HTTP API (`OpenAPI` 3.1), made from the routes that the functions declare and from what they say of each,
//! and the proof of it: every call that a story makes is held against it.

mod components;
pub mod contract;
pub mod document;
mod responses;
mod schemas;
