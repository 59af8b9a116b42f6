//! Query parameters, read one by one so that every problem is named.

use std::collections::BTreeMap;
use std::convert::Infallible;

use axum::extract::{FromRequestParts, Query};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::request::Parts;
use keepwell_domain::fields::FromField;
use keepwell_domain::problem::Problems;
use serde_json::Value;

use super::ApiError;

/// The query of a request. Take what is known, then [`QueryParams::finish`].
#[derive(Debug, Default)]
pub struct QueryParams {
    values: BTreeMap<String, String>,
    problems: Problems,
}

impl QueryParams {
    /// A text, taken out of the query; empty counts as absent.
    pub fn text(&mut self, name: &str) -> Option<String> {
        self.values.remove(name).filter(|value| !value.is_empty())
    }

    /// A typed value.
    pub fn get<T: FromField>(&mut self, name: &str) -> Option<T> {
        let text = self.text(name)?;
        match T::from_field(&Value::String(text)) {
            Ok(value) => Some(value),
            Err(detail) => {
                self.problem(name, detail);
                None
            }
        }
    }

    /// A typed value that must be there.
    pub fn required<T: FromField>(&mut self, name: &str) -> Option<T> {
        if self.values.get(name).is_none_or(String::is_empty) {
            self.problem(name, "is required");
        }
        self.get(name)
    }

    /// `true` or `false`; `false` when absent.
    pub fn flag(&mut self, name: &str) -> bool {
        self.either(name).unwrap_or_default()
    }

    /// `true` or `false`, when it is there.
    pub fn either(&mut self, name: &str) -> Option<bool> {
        let flag = self.text(name)?.parse().ok();
        if flag.is_none() {
            self.problem(name, "must be true or false");
        }
        flag
    }

    /// Page size: 1 to 1,000, 50 when absent.
    pub fn limit(&mut self) -> usize {
        match self.text("limit").map(|text| text.parse::<usize>()) {
            None => 50,
            Some(Ok(limit)) if (1..=1000).contains(&limit) => limit,
            Some(_) => {
                self.problem("limit", "must be a whole number from 1 to 1000");
                50
            }
        }
    }

    /// A whole number from `least` to `most`.
    pub fn whole(&mut self, name: &str, least: usize, most: usize) -> Option<usize> {
        let number = self.text(name)?.parse::<usize>().ok().filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.problem(name, format!("must be a whole number from {least} to {most}"));
        }
        number
    }

    /// Where the page starts, as [`cursor`] wrote it; `is_place` tells whether the list has such places.
    pub fn cursor(&mut self, is_place: impl FnOnce(&str) -> bool) -> Option<String> {
        let text = self.text("cursor")?;
        let decoded = URL_SAFE_NO_PAD.decode(&text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let decoded = decoded.filter(|place| is_place(place));
        if decoded.is_none() {
            self.problem("cursor", "must be a next_cursor of this list");
        }
        decoded
    }

    /// Parameters whose name starts with `prefix`, without the prefix.
    pub fn prefixed(&mut self, prefix: &str) -> Vec<(String, String)> {
        let names: Vec<_> = self.values.keys().filter(|name| name.starts_with(prefix)).cloned().collect();
        names
            .into_iter()
            .filter_map(|name| Some((name.strip_prefix(prefix)?.to_owned(), self.values.remove(&name)?)))
            .collect()
    }

    /// Notes that a parameter is wrong.
    pub fn problem(&mut self, name: &str, detail: impl Into<String>) {
        self.problems.add(format!("?{name}"), detail);
    }

    /// Ends the reading; a parameter that nobody took is a problem too.
    pub fn finish(mut self) -> Result<(), ApiError> {
        for name in std::mem::take(&mut self.values).into_keys() {
            self.problem(&name, "is not a known parameter of this call");
        }
        self.problems.into_result(()).map_err(ApiError::Invalid)
    }
}

/// A position in a list as an opaque text.
pub fn cursor(position: &str) -> String {
    URL_SAFE_NO_PAD.encode(position)
}

impl<S: Send + Sync> FromRequestParts<S> for QueryParams {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let values = Query::try_from_uri(&parts.uri).map_or_else(|_| BTreeMap::new(), |Query(values)| values);
        Ok(Self { values, problems: Problems::default() })
    }
}
