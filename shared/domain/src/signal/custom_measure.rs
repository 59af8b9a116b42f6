//! Numbers of the team's own, for rules on `custom.<name>`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::fields::Fields;
use crate::id::RecordId;
use crate::measure::MeasureValue;

/// The newest value of a measure that is sent by API or CSV.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustomMeasure {
    /// Its name; in a rule it is `custom.<name>`.
    pub name: RecordId,
    /// Its value.
    pub value: MeasureValue,
    /// When that was true.
    pub observed_at: DateTime<Utc>,
}

impl CustomMeasure {
    /// Reads `{name, value, observed_at}` without its customer. The value is a number, a text of one line, true or false.
    pub fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let name = fields.required("name");
        let value = fields.required("value");
        let observed_at = fields.required("observed_at");
        let ((name, value), observed_at) = name.zip(value).zip(observed_at)?;
        Some(Self { name, value, observed_at })
    }
}
