//! Feedback requests and answers.

use chrono::{DateTime, Datelike, Utc};
use keepwell_domain::feedback::FeedbackRequest;
use keepwell_domain::feedback::handling::Handling;
use keepwell_domain::happiness::Answer;
use keepwell_domain::id::CustomerId;
use serde::{Deserialize, Serialize};

use super::customers::core;
use super::record::{Record, Table};
use super::{CommitError, Expect, Store, StoreError, Stored, Transaction, keys};

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
    /// What the team does about it.
    #[serde(flatten)]
    pub handling: Handling,
    /// Grows with every change of the answer and of what is done about it.
    #[serde(default)]
    pub version: u64,
}

impl InboxAnswer {
    /// As it is read: answers that were kept without a version have their request's, which then grew with answers alone.
    fn versioned(self) -> Self {
        Self { version: self.version.max(u64::from(self.answer.revision) + 1), ..self }
    }
}

/// The answer to a request that counts, with the request.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The answer.
    pub answer: Stored<InboxAnswer>,
    request: Stored<FeedbackRequest>,
}

impl Answered {
    /// Notes what the team does about the answer, which must be the one that counts still. Answers the answer as it is then.
    pub async fn handle(self, store: &Store, handling: Handling) -> Result<InboxAnswer, CommitError> {
        let Self { answer, request } = self;
        let version = answer.value.version.max(request.value.version) + 1;
        let handled = InboxAnswer { handling, version, ..answer.value };
        let mut transaction = Transaction::default();
        // The request guards against an answer that comes at the same time, and passes the version on to it.
        let noted = FeedbackRequest { version, ..request.value };
        transaction.put(request_record(&noted), Expect::Revision(request.revision));
        transaction.put(inbox_record(&handled), Expect::Revision(answer.revision));
        transaction.commit(store).await?;
        Ok(handled)
    }
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

    /// The answer to a request that counts; `None` when there is no such request or nobody answered it.
    pub async fn answered(&self, request: &str) -> Result<Option<Answered>, StoreError> {
        let Some(customer) = self.whereabouts(request).await? else { return Ok(None) };
        let Some(request) = self.feedback_request(&customer, request).await? else { return Ok(None) };
        let key = keys::answer(&customer, &request.value.id, request.value.revision);
        let answer: Option<Stored<InboxAnswer>> = self.get(Table::Core, &key).await?;
        Ok(answer.map(|answer| Answered { answer: Stored { value: answer.value.versioned(), ..answer }, request }))
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
            let items = page.into_iter().map(|stored| stored.value.versioned());
            answers.extend(items.filter(|item| item.answer.at >= from));
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

/// The record of one revision of an answer, which is new to the team. `version` is its request's after it.
pub fn answer_record(customer: &CustomerId, answer: &Answer, version: u64) -> Result<Record, StoreError> {
    let answer = answer.clone();
    inbox_record(&InboxAnswer { customer: customer.clone(), answer, handling: Handling::default(), version })
}

fn inbox_record(item: &InboxAnswer) -> Result<Record, StoreError> {
    let answer = &item.answer;
    let key = keys::answer(&item.customer, &answer.request, answer.revision);
    let sk = format!("{}#{}#{}", keys::instant(answer.at), answer.request, answer.revision);
    Ok(Record::new(Table::Core, key, item)?.indexed("work", inbox_month(answer.at.year(), answer.at.month()), sk))
}
