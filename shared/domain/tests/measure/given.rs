//! A customer on a Sunday at noon, and how its records and measures are read.

use std::sync::LazyLock;

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use keepwell_domain::customer::{Customer, NewCustomer};
use keepwell_domain::id::CustomerId;
use keepwell_domain::measure::{Inputs, MeasureValue, MeasureValues, catalogue};
use keepwell_domain::settings::Settings;
use serde_json::{Value, json};

static SHIPPED: LazyLock<Settings> = LazyLock::new(Settings::default);

/// A Sunday, at noon.
pub(crate) fn now() -> DateTime<Utc> {
    "2026-11-01T12:00:00Z".parse().unwrap()
}

pub(crate) fn ago(days: f64) -> DateTime<Utc> {
    now() - Duration::seconds((days * 86_400.0) as i64)
}

pub(crate) fn day(days_ago: u64) -> NaiveDate {
    now().date_naive() - Days::new(days_ago)
}

pub(crate) fn customer(fields: Value) -> Customer {
    let mut profile = json!({"name": "Acme"});
    profile.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    NewCustomer::parse(&profile).unwrap().create(CustomerId::parse("acme").unwrap(), ago(1000.0))
}

/// Nothing but the customer, with the shipped settings.
pub(crate) fn inputs(customer: &Customer) -> Inputs<'_> {
    Inputs::new(now(), customer, &SHIPPED)
}

/// Reads one record as the API does.
macro_rules! read {
    ($kind:ty, $value:expr) => {{
        let value = $value;
        let mut fields = keepwell_domain::fields::Fields::new(&value, "").unwrap();
        let record = <$kind>::read(&mut fields);
        fields.finish(record).unwrap()
    }};
}
pub(crate) use read;

pub(crate) fn number(values: &MeasureValues, id: &str) -> Option<f64> {
    assert!(catalogue().iter().any(|measure| measure.id == id), "{id}");
    match values.of(id)?.value {
        MeasureValue::Number(number) => Some(number),
        _ => None,
    }
}

pub(crate) fn near(left: Option<f64>, right: f64) {
    let difference = (left.unwrap() - right).abs();
    assert!(difference < 1e-9, "{left:?} is not {right}");
}
