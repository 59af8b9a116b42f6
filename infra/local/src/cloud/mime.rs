//! Reads a mail as the customer's mail client would: decoded headers, the text and the html part, and every link.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use mailparse::{DispositionType, MailAddr, MailHeader, MailHeaderMap as _, ParsedMail, addrparse_header, parse_mail};
use serde::{Deserialize, Serialize};

use super::links::links;

/// What `SendRawEmail` was asked to send, as it is stored.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Envelope {
    pub(super) id: String,
    /// Empty where the headers tell the recipients.
    pub(super) destinations: Vec<String>,
    pub(super) source: Option<String>,
    pub(super) tags: Vec<(String, String)>,
    pub(super) sent_at: DateTime<Utc>,
    pub(super) raw_base64: String,
}

/// A mail that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The message id SES answered.
    pub id: String,
    /// The addresses it goes to: the destinations of the request, or else those of To, Cc and Bcc.
    pub to: Vec<String>,
    /// The sender's address.
    pub from: String,
    /// The decoded subject.
    pub subject: String,
    /// The decoded plain text part; empty where there is none.
    pub text: String,
    /// The decoded html part; empty where there is none.
    pub html: String,
    /// All headers in order, decoded.
    pub headers: Vec<(String, String)>,
    /// Every `href` of the html part in order, and then the `List-Unsubscribe` web address; each once.
    pub links: Vec<String>,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
    /// The message as it was sent.
    pub raw: Vec<u8>,
    /// The tags of the request and of the `X-SES-MESSAGE-TAGS` header.
    pub tags: Vec<(String, String)>,
}

/// Why a message cannot be sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum MimeError {
    #[error("the raw message is not base64")]
    Base64(#[source] base64::DecodeError),
    #[error("the raw message is not MIME")]
    Mime(#[source] mailparse::MailParseError),
    #[error("the message has no sender")]
    NoSender,
    #[error("the message has no recipient")]
    NoRecipient,
}

/// Reads the raw message of `envelope`.
pub(super) fn read(envelope: &Envelope) -> Result<Mail, MimeError> {
    let raw = STANDARD.decode(&envelope.raw_base64).map_err(MimeError::Base64)?;
    let message = parse_mail(&raw).map_err(MimeError::Mime)?;
    let headers = &message.headers;
    let to = if envelope.destinations.is_empty() {
        ["To", "Cc", "Bcc"].into_iter().flat_map(|name| addresses(headers, name)).collect()
    } else {
        envelope.destinations.clone()
    };
    if to.is_empty() {
        return Err(MimeError::NoRecipient);
    }
    let from =
        addresses(headers, "From").into_iter().next().or_else(|| envelope.source.clone()).ok_or(MimeError::NoSender)?;
    let html = part(&message, "text/html").unwrap_or_default();
    let unsubscribe = headers.get_first_value("List-Unsubscribe").unwrap_or_default();
    let mut tags = envelope.tags.clone();
    tags.extend(header_tags(headers));
    Ok(Mail {
        id: envelope.id.clone(),
        to,
        from,
        subject: headers.get_first_value("Subject").unwrap_or_default(),
        text: part(&message, "text/plain").unwrap_or_default(),
        links: links(&html, &unsubscribe),
        html,
        headers: headers.iter().map(|header| (header.get_key(), header.get_value())).collect(),
        sent_at: envelope.sent_at,
        tags,
        raw: raw.clone(),
    })
}

fn addresses(headers: &[MailHeader<'_>], name: &str) -> Vec<String> {
    let lists = headers.get_all_headers(name).into_iter().filter_map(|header| addrparse_header(header).ok());
    lists
        .flat_map(mailparse::MailAddrList::into_inner)
        .flat_map(|address| match address {
            MailAddr::Single(one) => vec![one.addr],
            MailAddr::Group(group) => group.addrs.into_iter().map(|one| one.addr).collect(),
        })
        .collect()
}

fn header_tags(headers: &[MailHeader<'_>]) -> Vec<(String, String)> {
    let values = headers.get_all_values("X-SES-MESSAGE-TAGS");
    let pairs = values.iter().flat_map(|value| value.split([',', ';']));
    pairs
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect()
}

/// The first part of this type that is not an attachment.
fn part(message: &ParsedMail<'_>, mime_type: &str) -> Option<String> {
    message
        .parts()
        .filter(|part| part.subparts.is_empty() && part.ctype.mimetype.eq_ignore_ascii_case(mime_type))
        .filter(|part| part.get_content_disposition().disposition != DispositionType::Attachment)
        .find_map(|part| part.get_body().ok())
}
