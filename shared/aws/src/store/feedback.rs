//! Feedback requests and answers.

use chrono::{DateTime, Datelike, Utc};
use keepwell_domain::feedback::FeedbackRequest;
use keepwell_domain::happiness::Answer;
use keepwell_domain::id::CustomerId;
use serde::{Deserialize, Serialize};

use super::customers::core;
use super::record::{Record, Table};
use super::{Store, StoreError, Stored, keys};

/// Which customer a request or a task belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whereabouts {
    /// The customer.
    pub customer: CustomerId,
}

/// An answer with the customer it belongs to, as the inbox shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct InboxAnswer {
    /// The customer.
    pub customer: CustomerId,
    /// The answer.
    #[serde(flatten)]
    pub answer: Answer,
}

impl Store {
    /// Which customer a request or a task belongs to.
    pub async fn whereabouts(&self, id: &str) -> Result<Option<CustomerId>, StoreError> {
        let stored: Option<Stored<Whereabouts>> = self.get(Table::Core, &keys::whereabouts(id)).await?;
        Ok(stored.map(|stored| stored.value.customer))
    }

    /// A feedback request of a customer.
    pub async fn feedback_request(
        &self,
        customer: &CustomerId,
        request: &str,
    ) -> Result<Option<Stored<FeedbackRequest>>, StoreError> {
        self.get(Table::Core, &keys::feedback_request(customer, request)).await
    }

    /// All feedback requests of a customer.
    pub async fn requests_of_customer(&self, customer: &CustomerId) -> Result<Vec<FeedbackRequest>, StoreError> {
        let stored = self.query_all(&core(customer, keys::FEEDBACK_REQUESTS)).await?;
        Ok(stored.into_iter().map(|stored| stored.value).collect())
    }

    /// All answers of a customer, every revision.
    pub async fn answers(&self, customer: &CustomerId) -> Result<Vec<Answer>, StoreError> {
        let stored: Vec<Stored<InboxAnswer>> = self.query_all(&core(customer, keys::ANSWERS)).await?;
        Ok(stored.into_iter().map(|stored| stored.value.answer).collect())
    }

    /// All answers given between `from` and `to`, oldest first, every revision.
    pub async fn inbox(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Vec<InboxAnswer>, StoreError> {
        let mut answers = Vec::new();
        let (mut year, mut month) = (from.year(), from.month());
        while (year, month) <= (to.year(), to.month()) {
            let pk = inbox_month(year, month);
            let until = format!("{}#~", keys::instant(to));
            let page: Vec<Stored<InboxAnswer>> = self.query_index(Table::Core, "work", &pk, Some(&until), None).await?;
            answers.extend(page.into_iter().map(|stored| stored.value).filter(|item| item.answer.at >= from));
            (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        }
        Ok(answers)
    }
}

fn inbox_month(year: i32, month: u32) -> String {
    format!("FEEDBACK#{year:04}-{month:02}")
}

/// The record of a feedback request.
pub fn request_record(request: &FeedbackRequest) -> Result<Record, StoreError> {
    Record::new(Table::Core, keys::feedback_request(&request.customer, &request.id), request)
}

/// The record that says which customer `id` belongs to.
pub fn whereabouts_record(id: &str, customer: &CustomerId) -> Result<Record, StoreError> {
    Record::new(Table::Core, keys::whereabouts(id), &Whereabouts { customer: customer.clone() })
}

/// The record of one revision of an answer.
pub fn answer_record(customer: &CustomerId, answer: &Answer) -> Result<Record, StoreError> {
    let key = keys::answer(customer, &answer.request, answer.revision);
    let sk = format!("{}#{}#{}", keys::instant(answer.at), answer.request, answer.revision);
    let item = InboxAnswer { customer: customer.clone(), answer: answer.clone() };
    Ok(Record::new(Table::Core, key, &item)?.indexed("work", inbox_month(answer.at.year(), answer.at.month()), sk))
}
