//! What is wrong with an input, and where: every problem at once, never only the first.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One thing that is wrong, at one place of the input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FieldProblem {
    /// JSON pointer (RFC 6901) into the input, such as `/contacts/0/email`; empty for the whole document.
    pub pointer: String,
    /// What is wrong and what would be right, for the person who sent it.
    pub detail: String,
}

/// All problems of one input; never empty when it is returned as an error.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<FieldProblem>);

impl Problems {
    /// A list with one problem.
    pub fn one(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let mut problems = Self::default();
        problems.add(pointer, detail);
        problems
    }

    /// Notes one more problem.
    pub fn add(&mut self, pointer: impl Into<String>, detail: impl Into<String>) {
        self.0.push(FieldProblem { pointer: pointer.into(), detail: detail.into() });
    }

    /// The value, if nothing was wrong.
    pub fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            if problem.pointer.is_empty() {
                f.write_str(&problem.detail)?;
            } else {
                write!(f, "{}: {}", problem.pointer, problem.detail)?;
            }
        }
        Ok(())
    }
}
