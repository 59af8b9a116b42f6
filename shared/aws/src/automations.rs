//! What carrying out an automation and trying one out have in common: what is read for a decision, and how texts are filled in.

pub mod check;
pub mod situation;
pub mod texts;
