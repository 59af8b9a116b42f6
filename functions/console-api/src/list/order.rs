//! In what order the list is, and which part of it a page is.

use std::cmp::Ordering;
use std::sync::Arc;

use chrono::Datelike as _;
use keepwell_domain::customer::Customer;
use keepwell_domain::id::CustomerId;
use serde::{Deserialize, Serialize};

keepwell_domain::words! {
    /// What the list can be sorted by. Customers without a value stand last.
    pub(crate) enum SortField {
        /// Health Score.
        Score = "score",
        /// Name.
        Name = "name",
        /// Annual recurring revenue.
        Arr = "arr",
        /// Renewal date.
        Renewal = "renewal",
        /// Change of the score within seven days.
        Change = "change",
        /// Happiness.
        Happiness = "happiness",
        /// When somebody last met the customer.
        LastContact = "last_contact",
    }
}

/// An order of the list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sort {
    field: SortField,
    descending: bool,
}

/// A customer's place in an order: what a cursor holds. It is right even if the customer changed or is gone since.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Place {
    field: SortField,
    value: Option<Value>,
    id: CustomerId,
}

/// What a customer is sorted by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Value {
    Whole(i64),
    Number(f64),
    Text(String),
}

/// A page of the list.
pub(super) struct Page {
    pub(super) customers: Vec<Arc<Customer>>,
    /// Where the next page begins; `None` = this is the last one.
    pub(super) next: Option<Place>,
}

impl Sort {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (descending, word) = text.strip_prefix('-').map_or((false, text), |word| (true, word));
        Some(Self { field: SortField::parse(word)?, descending })
    }

    /// Whether the order has such places.
    pub(super) fn has(self, place: &Place) -> bool {
        self.field == place.field
    }

    /// Of the customers behind a place, `limit` after the first `skip`. Sorts no more than it answers.
    pub(super) fn page(self, customers: Vec<Arc<Customer>>, after: Option<&Place>, skip: usize, limit: usize) -> Page {
        let placed = customers.into_iter().map(|customer| (self.place(&customer), customer));
        let mut rest: Vec<(Place, Arc<Customer>)> =
            placed.filter(|(place, _)| after.is_none_or(|after| self.compare(place, after).is_gt())).collect();
        if skip >= rest.len() {
            return Page { customers: Vec::new(), next: None };
        }
        if skip > 0 {
            rest.select_nth_unstable_by(skip, |(a, _), (b, _)| self.compare(a, b));
            rest.drain(..skip);
        }
        let more = rest.len() > limit;
        if more {
            rest.select_nth_unstable_by(limit, |(a, _), (b, _)| self.compare(a, b));
            rest.truncate(limit);
        }
        rest.sort_by(|(a, _), (b, _)| self.compare(a, b));
        let next = rest.last().filter(|_| more).map(|(place, _)| place.clone());
        Page { customers: rest.into_iter().map(|(_, customer)| customer).collect(), next }
    }

    fn place(self, customer: &Customer) -> Place {
        let value = match self.field {
            SortField::Score => customer.standing.score.map(Value::Number),
            SortField::Change => customer.standing.score_change.map(Value::Number),
            SortField::Happiness => customer.standing.happiness.map(Value::Number),
            SortField::Arr => customer.profile.arr_cents.map(Value::Whole),
            SortField::LastContact => customer.last_met_at().map(|at| Value::Whole(at.timestamp_millis())),
            SortField::Renewal => customer.profile.renewal_on.map(|on| Value::Whole(on.num_days_from_ce().into())),
            SortField::Name => Some(Value::Text(customer.profile.name.to_lowercase())),
        };
        Place { field: self.field, value, id: customer.id.clone() }
    }

    /// Who has no value stands last, in both directions.
    fn compare(self, a: &Place, b: &Place) -> Ordering {
        let by_value = match (&a.value, &b.value) {
            (Some(a), Some(b)) if self.descending => b.compare(a),
            (Some(a), Some(b)) => a.compare(b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        by_value.then_with(|| a.id.cmp(&b.id))
    }
}

impl Value {
    /// Values of one field are of one kind.
    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            _ => Ordering::Equal,
        }
    }
}
