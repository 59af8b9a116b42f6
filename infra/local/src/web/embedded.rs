//! The console that a release binary carries: `web/dist` as it was when the binary was compiled, or nothing. Depends on nothing.

/// Every file with its path, such as `assets/app.js`. Empty in debug builds, and when there was no built console.
pub const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/console.rs"));
