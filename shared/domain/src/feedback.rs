//! Feedback: a request to one contact, and what an answer to it does.
//!
//! Who is asked when is decided in [`asking`]; what the team does about an answer is in [`handling`]; what the answers add up to in
//! [`crate::happiness`].

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::contact::Role;
use crate::fields::{Fields, FromField, Line};
use crate::happiness::{Answer, HappinessLevel};
use crate::id::{CustomerId, RecordId};
use crate::problem::Problems;
use crate::sentiment::compound;

pub mod asking;
pub mod handling;

/// How many days a request waits for its first answer.
pub const REQUEST_VALID_DAYS: i64 = 60;

/// For how many days after the first one an answer can be changed.
pub const ANSWER_OPEN_DAYS: i64 = 7;

/// Longest comment, in characters.
pub const MAX_COMMENT_CHARS: usize = 2_000;

/// How many submits a request remembers to recognise a repeated one.
const REMEMBERED_SUBMITS: usize = 32;

crate::words! {
    /// Where a request stands.
    pub enum RequestState {
        /// Sent, not answered.
        Open = "open",
        /// Answered at least once.
        Answered = "answered",
    }
}

/// One contact, asked once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedbackRequest {
    /// `req_…`
    pub id: String,
    /// The customer whose happiness it is about.
    pub customer: CustomerId,
    /// Who was asked.
    pub contact: RecordId,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// Until when a first answer is taken.
    pub expires_at: DateTime<Utc>,
    /// Where it stands.
    pub state: RequestState,
    /// When it was answered for the first time.
    pub first_answered_at: Option<DateTime<Utc>>,
    /// Number of answers so far: the first one and its changes.
    pub revision: u32,
    /// The answer that counts, to show it when it is changed.
    pub last: Option<LastAnswer>,
    /// Fingerprints of the newest submits that were recorded.
    #[serde(default)]
    pub submits: Vec<u64>,
    /// Grows by one with every write: an answer, or what the team does about one.
    pub version: u64,
}

/// The answer to a request that counts.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastAnswer {
    /// The answer.
    pub rating: HappinessLevel,
    /// What the contact wrote.
    pub comment: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

crate::debug_only!(LastAnswer { rating, at });

impl FeedbackRequest {
    /// The request to `contact`, sent at `asked_at` under `id` (`req_…`).
    pub fn new(id: String, customer: CustomerId, contact: RecordId, asked_at: DateTime<Utc>) -> Self {
        Self {
            id,
            customer,
            contact,
            asked_at,
            expires_at: asked_at + Duration::days(REQUEST_VALID_DAYS),
            state: RequestState::Open,
            first_answered_at: None,
            revision: 0,
            last: None,
            submits: Vec::new(),
            version: 1,
        }
    }

    /// Until when the mail's link must work: an answer given at the last moment can still be changed.
    pub fn link_expires_at(&self) -> DateTime<Utc> {
        self.expires_at + Duration::days(ANSWER_OPEN_DAYS)
    }

    /// Until when the answer can be changed; `None` before the first one.
    pub fn changeable_until(&self) -> Option<DateTime<Utc>> {
        let first = self.first_answered_at?;
        Some(first + Duration::days(ANSWER_OPEN_DAYS))
    }
}

/// What a person sent with the page's form.
#[derive(Clone, PartialEq, Eq)]
pub struct Submission {
    /// The choice.
    pub rating: HappinessLevel,
    /// What the person wrote, if anything.
    pub comment: Option<String>,
    /// The page's nonce, still to be checked ([`crate::link::check_nonce`]).
    pub nonce: String,
}

crate::debug_only!(Submission { rating });

impl Submission {
    /// Reads the form's fields, given as a JSON object of texts: `{rating, comment?, nonce}`.
    pub fn parse(value: &Value) -> Result<Self, Problems> {
        let mut fields = Fields::new(value, "")?;
        let rating = fields.required("rating");
        let comment = fields.optional::<Comment>("comment");
        let nonce = fields.required::<Line<200>>("nonce");
        let submission = rating.zip(nonce).map(|(rating, Line(nonce))| Self {
            rating,
            comment: comment.and_then(|comment| comment.0),
            nonce,
        });
        fields.finish(submission)
    }

    /// 64 bits of a hash: the same nonce with another answer is another submit.
    fn fingerprint(&self) -> u64 {
        let mut hash = Sha256::new();
        for part in [&self.nonce, self.rating.as_str(), self.comment.as_deref().unwrap_or_default()] {
            hash.update(part);
            hash.update([0]);
        }
        hash.finalize().iter().take(8).fold(0, |bits, byte| (bits << 8) | u64::from(*byte))
    }
}

/// A comment as a browser sends it: always there, often empty, lines ended by CR LF (which must not count twice), and
/// with what a person pasted without seeing it.
struct Comment(Option<String>);

impl FromField for Comment {
    fn from_field(value: &Value) -> Result<Self, String> {
        let text = value.as_str().ok_or("must be a text")?;
        let clean: String = text
            .replace("\r\n", "\n")
            .replace('\r', "\n")
            .chars()
            .filter(|c| !c.is_control() || *c == '\n' || *c == '\t')
            .collect();
        let clean = clean.trim();
        if clean.chars().count() > MAX_COMMENT_CHARS {
            return Err(format!("must have at most {MAX_COMMENT_CHARS} characters"));
        }
        Ok(Self((!clean.is_empty()).then(|| clean.to_owned())))
    }
}

/// What a submit does.
#[derive(Debug, Clone, PartialEq)]
pub enum AnswerDecision {
    /// It is recorded.
    Recorded(Box<Recorded>),
    /// It was recorded before, or says what was said last: nothing changes, and the person sees the answer that counts.
    Replayed,
    /// The first answer is more than seven days old: it can only be read.
    Closed,
    /// Nobody answered while the request was open.
    Expired,
}

/// A recorded answer and what it changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The answer, with its revision.
    pub answer: Answer,
    /// The request after it.
    pub request: FeedbackRequest,
    /// The rating that the answer replaces, if any.
    pub previous: Option<HappinessLevel>,
}

/// Decides what `submission` does to `request` at `now`. `role` is the contact's role now.
///
/// A repeated submit is recognised whatever came after it, so that a browser's late retry does not bring an old answer
/// back. A page that is sent again with another answer is a change, not a repetition.
pub fn decide_answer(
    request: &FeedbackRequest,
    submission: Submission,
    role: Role,
    now: DateTime<Utc>,
) -> AnswerDecision {
    let fingerprint = submission.fingerprint();
    let says_the_same = request
        .last
        .as_ref()
        .is_some_and(|last| (last.rating, &last.comment) == (submission.rating, &submission.comment));
    if says_the_same || request.submits.contains(&fingerprint) {
        return AnswerDecision::Replayed;
    }
    match request.changeable_until() {
        Some(until) if now > until => return AnswerDecision::Closed,
        None if now >= request.expires_at => return AnswerDecision::Expired,
        _ => {}
    }

    // Two machines' clocks may differ; a later revision is never earlier.
    let at = request.last.as_ref().map_or(now, |last| last.at.max(now));
    let revision = request.revision + 1;
    let answer = Answer {
        request: request.id.clone(),
        revision,
        contact: request.contact.clone(),
        role,
        rating: submission.rating,
        sentiment: submission.comment.as_deref().and_then(compound),
        comment: submission.comment.clone(),
        at,
    };
    let forgotten = (request.submits.len() + 1).saturating_sub(REMEMBERED_SUBMITS);
    let submits = request.submits.iter().skip(forgotten).copied();
    AnswerDecision::Recorded(Box::new(Recorded {
        answer,
        previous: request.last.as_ref().map(|last| last.rating),
        request: FeedbackRequest {
            state: RequestState::Answered,
            first_answered_at: request.first_answered_at.or(Some(at)),
            revision,
            last: Some(LastAnswer { rating: submission.rating, comment: submission.comment, at }),
            submits: submits.chain([fingerprint]).collect(),
            version: request.version + 1,
            ..request.clone()
        },
    }))
}
