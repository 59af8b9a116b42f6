//! Personal data that does not reach a log, an error or a panic by accident.
//!
//! [`Redacted`] has no `Deref`: the one way to the value is [`Redacted::reveal`], which a reader finds. What it holds goes to the
//! store and over the API as it is. A type that is full of texts lists with [`debug_only!`](crate::debug_only) what `Debug` may show of it.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

/// What is shown in place of personal data.
pub const REDACTED: &str = "[redacted]";

/// A value about a person. `Debug` and `Display` show `[redacted]`; serde sees the value alone.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Redacted<T>(T);

impl<T> Redacted<T> {
    /// Hides a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for its store, its mail and its reader; never for a log.
    pub const fn reveal(&self) -> &T {
        &self.0
    }

    /// The value, no longer hidden.
    pub fn into_revealed(self) -> T {
        self.0
    }
}

impl<T: JsonSchema> JsonSchema for Redacted<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<T>()
    }
}

impl<T> From<T> for Redacted<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl From<&str> for Redacted<String> {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

impl<T> fmt::Debug for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl<T> fmt::Display for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

/// `Debug` of a type that holds what people wrote or are called: only the fields that are named here.
///
/// A macro because the list of what is safe stands beside the type, and a field that is added later is hidden until somebody names it.
#[macro_export]
macro_rules! debug_only {
    ($name:ident { $($field:ident),* $(,)? }) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))$(.field(stringify!($field), &self.$field))*.finish_non_exhaustive()
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::Redacted;

    #[test]
    fn what_is_redacted_is_shown_nowhere_but_to_serde() {
        #[derive(Clone)]
        struct Secret {
            id: u8,
            #[expect(dead_code, reason = "what must not be shown")]
            text: Redacted<String>,
        }
        crate::debug_only!(Secret { id });
        let name = Redacted::from("Ana Ruiz");
        assert_eq!(format!("{name} {name:?} {name:#?}"), "[redacted] [redacted] [redacted]");
        assert_eq!(serde_json::to_string(&name).ok().as_deref(), Some("\"Ana Ruiz\""));
        assert_eq!(serde_json::from_str::<Redacted<String>>("\"Ana Ruiz\"").ok(), Some(name.clone()));
        assert_eq!(format!("{:?}", Secret { id: 7, text: name }), "Secret { id: 7, .. }");
    }
}
