//! The mails as they arrive, and what becomes of them when SES does not do as it should.

mod failures;
mod letters;
