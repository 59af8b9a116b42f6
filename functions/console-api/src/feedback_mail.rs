//! `GET /v1/feedback-mail`: the mail that asks for feedback, as a contact would see it.

use axum::extract::State;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::feedback_mail::preview;
use keepwell_aws::http::{Answer, ApiError, QueryParams};
use keepwell_domain::automation::sample::Sample;
use keepwell_domain::contact::Locale;

use crate::mail_templates::MailPreview;

/// To a customer that does not exist, by the team's settings. Nothing is sent.
pub(crate) async fn get_feedback_mail(State(cloud): State<Cloud>, mut query: QueryParams) -> Result<Answer, ApiError> {
    let locale: Option<Locale> = query.get("locale");
    query.finish()?;
    let no_sample = || ApiError::Internal("there is no sample".to_owned());
    let Sample { customer, contacts, .. } = Sample::new(cloud.now()).ok_or_else(no_sample)?;
    let mut contact = contacts.into_iter().next().ok_or_else(no_sample)?;
    if let Some(Locale(locale)) = locale {
        contact.locale = locale;
    }
    let mail = preview(&cloud.templates, &customer, &contact, &cloud.settings().await?);
    let mail = mail.map_err(|error| ApiError::Internal(error.to_string()))?;
    Answer::ok(MailPreview::from(mail))
}
