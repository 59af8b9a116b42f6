//! The feedback page. Opening it writes nothing: mail scanners open every link. Only the person's submit is an answer.

use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use chrono::{DateTime, Utc};
use http::{HeaderMap, StatusCode};
use keepwell_aws::cloud::Cloud;
use keepwell_aws::store::change::{Cause, CustomerChange, retry_on_conflict};
use keepwell_aws::store::customers::contact_record;
use keepwell_aws::store::feedback::request_record;
use keepwell_aws::store::{Expect, Stored};
use keepwell_aws::telemetry::metrics::{self, Metric};
use keepwell_domain::contact::{AskState, Contact};
use keepwell_domain::customer::{Customer, DEFAULT_FEEDBACK_INTERVAL_DAYS};
use keepwell_domain::event::Fact;
use keepwell_domain::feedback::asking::{after_answer, interval_days};
use keepwell_domain::feedback::{AnswerDecision, FeedbackRequest, LastAnswer, Recorded, Submission, decide_answer};
use keepwell_domain::happiness::HappinessLevel;
use keepwell_domain::link::{Purpose, check_nonce, issue_nonce, verify};
use keepwell_domain::problem::Problems;
use keepwell_domain::timeline::{TimelineEntry, TimelineKind};
use serde_json::{Value, json};

use crate::page::{Refusal, form, html, respond};

/// The request behind a link, with everything that an answer to it touches.
struct Asked {
    customer: Stored<Customer>,
    contact: Stored<Contact>,
    request: Stored<FeedbackRequest>,
}

/// Checks the token before anything is read, then reads. What was erased meanwhile is not found.
async fn asked(cloud: &Cloud, token: &str) -> Result<Asked, Refusal> {
    let keys = cloud.link_keys().map_err(|error| Refusal::Internal(error.to_string()))?;
    let claim = verify(keys, Purpose::Feedback, token, cloud.now())?;
    let id = cloud.store.whereabouts(&claim.request_id).await?.ok_or(Refusal::NotFound)?;
    let request = cloud.store.feedback_request(&id, &claim.request_id).await?.ok_or(Refusal::NotFound)?;
    let contact = cloud.store.contact(&id, &request.value.contact).await?.ok_or(Refusal::NotFound)?;
    let customer = cloud.store.customer(&id).await?.ok_or(Refusal::NotFound)?;
    Ok(Asked { customer, contact, request })
}

pub(crate) async fn get_page(
    State(cloud): State<Cloud>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let outcome = async {
        let request = asked(&cloud, &token).await?.request.value;
        if let Some(over) = over(&cloud, &request, cloud.now()) {
            return over;
        }
        let form = Form::opened(&request, choice(query.as_deref()));
        feedback_page(&cloud, &token, &request, &form, StatusCode::OK).await
    };
    respond(&cloud, outcome.await)
}

/// The rating that the link chose. Whatever else became of the query on its way, the page opens.
fn choice(query: Option<&str>) -> Option<HappinessLevel> {
    let fields: Vec<(String, String)> = serde_urlencoded::from_str(query?).ok()?;
    fields.iter().filter(|(name, _)| name == "rating").find_map(|(_, rating)| HappinessLevel::parse(rating))
}

/// What is shown instead of the form when it is too late for an answer.
fn over(cloud: &Cloud, request: &FeedbackRequest, now: DateTime<Utc>) -> Option<Result<Response, Refusal>> {
    match (&request.last, request.changeable_until()) {
        (Some(last), Some(until)) if now > until => Some(Ok(closed_page(cloud, last))),
        (None, _) if now >= request.expires_at => Some(Err(Refusal::Expired)),
        _ => None,
    }
}

/// What the page's form shows.
#[derive(Default)]
struct Form {
    choice: Option<String>,
    comment: Option<String>,
    problems: Problems,
}

impl Form {
    fn opened(request: &FeedbackRequest, choice: Option<HappinessLevel>) -> Self {
        let last = request.last.as_ref();
        let choice = choice.or(last.map(|last| last.rating));
        Self {
            choice: choice.map(|choice| choice.to_string()),
            comment: last.and_then(|last| last.comment.clone()),
            problems: Problems::default(),
        }
    }

    fn refused(form: &Value, problems: Problems) -> Self {
        let text = |name: &str| form.get(name).and_then(Value::as_str).map(str::to_owned);
        Self { choice: text("rating"), comment: text("comment"), problems }
    }

    fn problem(&self, field: &str) -> Option<String> {
        let found = self.problems.0.iter().find(|problem| problem.pointer == format!("/{field}"))?;
        Some(match field {
            "rating" => "Please choose one of the four answers.".to_owned(),
            "nonce" => "This page was open for a long time. Please press Send once more.".to_owned(),
            _ => format!("Your comment {}.", found.detail),
        })
    }
}

async fn feedback_page(
    cloud: &Cloud,
    token: &str,
    request: &FeedbackRequest,
    form: &Form,
    status: StatusCode,
) -> Result<Response, Refusal> {
    let keys = cloud.link_keys().map_err(|error| Refusal::Internal(error.to_string()))?;
    let settings = cloud.settings().await?;
    let nonce = issue_nonce(keys, &request.id, rand::random(), cloud.now());
    let variables = json!({
        "product_name": settings.product_name,
        "action": format!("/f/{token}"),
        "nonce": nonce,
        "choice": form.choice,
        "comment": form.comment,
        "answered": request.last.as_ref().map(|last| last.rating.title()),
        "rating_problem": form.problem("rating").or_else(|| form.problem("nonce")),
        "comment_problem": form.problem("comment"),
    });
    Ok(html(cloud, status, "feedback", &variables))
}

fn closed_page(cloud: &Cloud, last: &LastAnswer) -> Response {
    let variables = json!({
        "rating": last.rating.title(), "comment": last.comment, "answered_on": day(last.at),
    });
    html(cloud, StatusCode::OK, "closed", &variables)
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y").to_string()
}

pub(crate) async fn post_answer(
    State(cloud): State<Cloud>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let outcome = async {
        let fields = form(&headers, body).await?;
        retry_on_conflict(|| submit(&cloud, &token, &fields)).await
    };
    respond(&cloud, outcome.await)
}

async fn submit(cloud: &Cloud, token: &str, fields: &Value) -> Result<Response, Refusal> {
    let asked = asked(cloud, token).await?;
    let request = &asked.request.value;
    let now = cloud.now();
    let submission = match parse(cloud, request, fields, now) {
        Ok(submission) => submission,
        Err(problems) => {
            if let Some(over) = over(cloud, request, now) {
                return over;
            }
            let form = Form::refused(fields, problems);
            return feedback_page(cloud, token, request, &form, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    };
    match decide_answer(request, submission, asked.contact.value.role, now) {
        AnswerDecision::Recorded(recorded) => {
            let request = recorded.request.clone();
            record(cloud, asked, *recorded, now).await?;
            thanks_page(cloud, token, &request)
        }
        AnswerDecision::Replayed => thanks_page(cloud, token, request),
        AnswerDecision::Closed => request.last.as_ref().map(|last| closed_page(cloud, last)).ok_or(Refusal::Expired),
        AnswerDecision::Expired => Err(Refusal::Expired),
    }
}

fn parse(cloud: &Cloud, request: &FeedbackRequest, fields: &Value, now: DateTime<Utc>) -> Result<Submission, Problems> {
    let submission = Submission::parse(fields)?;
    let keys = cloud.link_keys().map_err(|_| Problems::one("/nonce", "cannot be checked"))?;
    check_nonce(keys, &request.id, &submission.nonce, now).map_err(|_| Problems::one("/nonce", "is too old"))?;
    Ok(submission)
}

/// Request, answer, contact, timeline and event in one transaction.
async fn record(cloud: &Cloud, asked: Asked, recorded: Recorded, now: DateTime<Utc>) -> Result<(), Refusal> {
    let Recorded { answer, request, previous } = recorded;
    let before = asked.contact.value.ask.clone();
    let contact = Contact { ask: after_answer(&before, answer.revision), ..asked.contact.value };
    let mut change = CustomerChange::of(asked.customer, Cause::default(), now);
    let profile = &change.customer.profile;
    // Where it is the team's, it may be so long that nothing was stretched: then the contacts are looked at once for nothing.
    let own = profile.feedback_interval_days.unwrap_or(DEFAULT_FEEDBACK_INTERVAL_DAYS);
    let interval = |ask: &AskState| interval_days(own, ask.unanswered);
    if profile.request_feedback && interval(&contact.ask) != interval(&before) {
        // Unanswered requests had stretched the interval; it counts anew from the last request.
        change.customer.feedback_due_at = Some(now);
    }
    let customer = change.customer.id.clone();
    change.put(request_record(&request), Expect::Revision(asked.request.revision));
    change.answer(&answer, request.version);
    change.put(contact_record(&customer, &contact), Expect::Revision(asked.contact.revision));
    let verb = if previous.is_some() { "changed the answer to" } else { "answered" };
    change.timeline(&TimelineEntry {
        at: answer.at,
        kind: TimelineKind::Feedback,
        record: format!("{}.{}", answer.request, answer.revision),
        title: format!("{} {verb} {}", contact.name.reveal(), answer.rating.title()),
        detail: answer.comment.clone().unwrap_or_default(),
    });
    change.publish(Fact::FeedbackAnswered {
        request: answer.request,
        contact: answer.contact,
        rating: answer.rating,
        previous,
        revision: answer.revision,
    });
    change.commit(cloud).await?;
    metrics::count(Metric::FeedbackAnswered, 1);
    Ok(())
}

fn thanks_page(cloud: &Cloud, token: &str, request: &FeedbackRequest) -> Result<Response, Refusal> {
    let last = request.last.as_ref().ok_or_else(|| Refusal::Internal("an answer without an answer".to_owned()))?;
    let variables = json!({
        "rating": last.rating.title(),
        "comment": last.comment,
        "change_until": request.changeable_until().map(day),
        "change_link": format!("/f/{token}"),
    });
    Ok(html(cloud, StatusCode::OK, "thanks", &variables))
}
