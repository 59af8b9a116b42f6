//! The numbers of a scorecard: checked once, and written back as they came (`40`, not `40.0`).

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::fields::FromField;

/// Largest magnitude of a number in a scorecard. Keeps every difference finite, so that no rule can yield "not a number".
const MAX_MAGNITUDE: f64 = 1e15;

/// A bound that a measure is compared with: any finite number up to 10^15 either side of 0.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Number(pub f64);

/// 0 to 100 points.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Deserialize)]
#[serde(transparent)]
pub struct PointValue(pub f64);

/// How much something counts beside its neighbours: 0 (switched off) to 10^12, on any scale.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Weight(pub f64);

/// A number of days above 0.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Days(pub f64);

fn read(value: &Value, good: impl Fn(f64) -> bool, detail: &str) -> Result<f64, String> {
    value.as_f64().filter(|number| number.is_finite() && good(*number)).ok_or_else(|| detail.to_owned())
}

impl FromField for Number {
    fn from_field(value: &Value) -> Result<Self, String> {
        let small = |number: f64| number.abs() <= MAX_MAGNITUDE;
        read(value, small, "must be a number of at most 1e15 either side of 0").map(Self)
    }
}

impl FromField for PointValue {
    fn from_field(value: &Value) -> Result<Self, String> {
        let range = |number: f64| (0.0..=100.0).contains(&number);
        read(value, range, "must be a number from 0 to 100").map(Self)
    }
}

impl FromField for Weight {
    fn from_field(value: &Value) -> Result<Self, String> {
        let range = |number: f64| (0.0..=1e12).contains(&number);
        read(value, range, "must be a number from 0 to 1e12").map(Self)
    }
}

impl FromField for Days {
    fn from_field(value: &Value) -> Result<Self, String> {
        let range = |number: f64| number > 0.0 && number <= 36_525.0;
        read(value, range, "must be a number of days above 0").map(Self)
    }
}

fn write<S: Serializer>(number: f64, serializer: S) -> Result<S::Ok, S::Error> {
    // Every whole number up to 10^15 is exact in both types.
    if number.fract() == 0.0 && number.abs() <= MAX_MAGNITUDE {
        serializer.serialize_i64(number as i64)
    } else {
        serializer.serialize_f64(number)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write(self.0, serializer)
    }
}

impl Serialize for PointValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write(self.0, serializer)
    }
}

impl Serialize for Weight {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write(self.0, serializer)
    }
}

impl Serialize for Days {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write(self.0, serializer)
    }
}
