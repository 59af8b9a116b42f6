//! The whole of Keepwell in one process.

pub mod cloud;
