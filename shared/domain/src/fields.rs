//! Reading a JSON object field by field, collecting every problem with its JSON pointer.
//!
//! `serde` stops at the first problem; people who send data want them all. CSV rows become JSON objects first
//! ([`crate::import`]), so that one set of rules serves both.

use std::borrow::Cow;
use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use crate::problem::Problems;

/// How the detail of a field that nobody asked for begins: what is wrong is its name, not its value.
pub const UNKNOWN_FIELD: &str = "is not a known field";

/// A type that can be read from one JSON value.
pub trait FromField: Sized {
    /// Reads the value, or says what would be right ("must be …").
    fn from_field(value: &Value) -> Result<Self, String>;
}

/// A JSON object that is being read. Take every known field, then [`Fields::finish`].
#[derive(Debug)]
pub struct Fields<'a> {
    object: &'a Map<String, Value>,
    base: String,
    known: BTreeSet<&'static str>,
    /// What was wrong so far; rules that look at several fields add theirs here.
    pub problems: Problems,
}

impl<'a> Fields<'a> {
    /// Starts reading `value`, which must be an object. `base` is the pointer of the object in its document.
    pub fn new(value: &'a Value, base: &str) -> Result<Self, Problems> {
        let object = value.as_object().ok_or_else(|| Problems::one(base, "must be a JSON object"))?;
        Ok(Self { object, base: base.to_owned(), known: BTreeSet::new(), problems: Problems::default() })
    }

    /// The pointer of a field of this object.
    pub fn pointer(&self, key: &str) -> String {
        format!("{}/{}", self.base, key.replace('~', "~0").replace('/', "~1"))
    }

    /// Notes that the field `key` is wrong.
    pub fn problem(&mut self, key: &str, detail: impl Into<String>) {
        let pointer = self.pointer(key);
        self.problems.add(pointer, detail);
    }

    /// The raw value of a field, absent and `null` alike being `None`.
    pub fn raw(&mut self, key: &'static str) -> Option<&'a Value> {
        self.known.insert(key);
        self.object.get(key).filter(|value| !value.is_null())
    }

    /// A field that may be absent or `null`.
    pub fn optional<T: FromField>(&mut self, key: &'static str) -> Option<T> {
        let value = self.raw(key)?;
        match T::from_field(value) {
            Ok(value) => Some(value),
            Err(detail) => {
                self.problem(key, detail);
                None
            }
        }
    }

    /// A field that must be there.
    pub fn required<T: FromField>(&mut self, key: &'static str) -> Option<T> {
        if self.raw(key).is_none() {
            self.problem(key, "is required");
            return None;
        }
        self.optional(key)
    }

    /// A field of a change: `None` when absent (leave as it is), `Some(None)` when `null` (clear it).
    pub fn change<T: FromField>(&mut self, key: &'static str) -> Option<Option<T>> {
        self.known.insert(key);
        if self.object.get(key)?.is_null() {
            return Some(None);
        }
        self.optional(key).map(Some)
    }

    /// A field with a reader of its own, which gets the field's pointer; what it finds wrong is kept with the rest.
    pub fn nested<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&'a Value, &str) -> Result<T, Problems>,
    ) -> Option<T> {
        let value = self.raw(key)?;
        match read(value, &self.pointer(key)) {
            Ok(value) => Some(value),
            Err(problems) => {
                self.problems.0.extend(problems.0);
                None
            }
        }
    }

    /// Ends the reading: a field that nobody asked for is a problem too (a typing error must not be ignored).
    pub fn finish<T>(mut self, value: Option<T>) -> Result<T, Problems> {
        for key in self.object.keys() {
            if !self.known.contains(key.as_str()) {
                let known: Vec<_> = self.known.iter().copied().collect();
                let pointer = self.pointer(key);
                self.problems.add(pointer, format!("{UNKNOWN_FIELD}; known are {}", known.join(", ")));
            }
        }
        match value {
            Some(value) => self.problems.into_result(value),
            None => Err(self.problems),
        }
    }
}

/// Text without surrounding space, of 1 to `MAX` characters, without control characters other than line breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text<const MAX: usize>(pub String);

impl<const MAX: usize> FromField for Text<MAX> {
    fn from_field(value: &Value) -> Result<Self, String> {
        let text = value.as_str().ok_or("must be a text")?.trim();
        if text.is_empty() {
            return Err("must not be empty".to_owned());
        }
        if text.chars().count() > MAX {
            return Err(format!("must have at most {MAX} characters"));
        }
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t' && c != '\r') {
            return Err("must not contain control characters".to_owned());
        }
        Ok(Self(text.to_owned()))
    }
}

/// A single line of text of 1 to `MAX` characters: nothing that could break a mail header or a CSV line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<const MAX: usize>(pub String);

impl<const MAX: usize> FromField for Line<MAX> {
    fn from_field(value: &Value) -> Result<Self, String> {
        let Text(text) = Text::<MAX>::from_field(value)?;
        if text.contains(['\n', '\r', '\t']) {
            return Err("must be a single line".to_owned());
        }
        Ok(Self(text))
    }
}

/// A whole number from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whole<const MIN: i64, const MAX: i64>(pub i64);

impl<const MIN: i64, const MAX: i64> FromField for Whole<MIN, MAX> {
    fn from_field(value: &Value) -> Result<Self, String> {
        value
            .as_i64()
            .filter(|number| (MIN..=MAX).contains(number))
            .map(Self)
            .ok_or_else(|| format!("must be a whole number from {MIN} to {MAX}"))
    }
}

/// What a schema says of these types stands where they are used.
///
/// A macro because `schemars` wants the same three functions for each of these one-line schemas.
macro_rules! inline_schema {
    ($($name:ident < $(const $bound:ident: $type:ty),+ > => $schema:tt),+ $(,)?) => {
        $(impl<$(const $bound: $type),+> JsonSchema for $name<$($bound),+> {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        })+
    };
}

inline_schema! {
    Text<const MAX: usize> => { "type": "string", "minLength": 1, "maxLength": MAX },
    Line<const MAX: usize> => { "type": "string", "minLength": 1, "maxLength": MAX },
    Whole<const MIN: i64, const MAX: i64> => { "type": "integer", "minimum": MIN, "maximum": MAX },
}

impl FromField for bool {
    fn from_field(value: &Value) -> Result<Self, String> {
        value.as_bool().ok_or_else(|| "must be true or false".to_owned())
    }
}

/// Whether a number can be kept: `DynamoDB` takes 1E-130 to 9.9E+125, either way, and nothing that is measured is near that.
pub fn is_storable(number: f64) -> bool {
    number == 0.0 || (1e-100..=1e100).contains(&number.abs())
}

impl FromField for f64 {
    fn from_field(value: &Value) -> Result<Self, String> {
        let number = value.as_f64().ok_or("must be a number")?;
        if is_storable(number) { Ok(number) } else { Err("must be a number between 1e-100 and 1e100, or 0".to_owned()) }
    }
}

impl FromField for NaiveDate {
    fn from_field(value: &Value) -> Result<Self, String> {
        value.as_str().and_then(|text| text.parse().ok()).ok_or_else(|| "must be a date such as 2026-11-30".to_owned())
    }
}

impl FromField for DateTime<Utc> {
    fn from_field(value: &Value) -> Result<Self, String> {
        value
            .as_str()
            .and_then(|text| DateTime::parse_from_rfc3339(text).ok())
            .map(|time| time.to_utc())
            .ok_or_else(|| "must be an RFC 3339 time such as 2026-11-30T09:00:00Z".to_owned())
    }
}

impl FromField for Value {
    fn from_field(value: &Value) -> Result<Self, String> {
        Ok(value.clone())
    }
}

impl<T: FromField> FromField for Vec<T> {
    fn from_field(value: &Value) -> Result<Self, String> {
        let items = value.as_array().ok_or("must be a list")?;
        items
            .iter()
            .enumerate()
            .map(|(index, item)| T::from_field(item).map_err(|detail| format!("item {index} {detail}")))
            .collect()
    }
}

/// An enum whose values are words: its `snake_case` words for JSON, and how to read one.
///
/// A macro because the word list, `as_str`, `FromField` and the error that names every word must never disagree.
#[macro_export]
macro_rules! words {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        $vis enum $name { $($(#[$vmeta])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every value, in the order in which it is declared.
            $vis const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Their words, in the same order.
            $vis const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word that stands for the value in the API, in files and in the store.
            $vis const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The value that `word` stands for.
            $vis fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str() == word)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::fields::FromField for $name {
            fn from_field(value: &serde_json::Value) -> Result<Self, String> {
                value.as_str().and_then(Self::parse).ok_or_else(|| format!("must be one of {}", Self::WORDS.join(", ")))
            }
        }
    };
}
