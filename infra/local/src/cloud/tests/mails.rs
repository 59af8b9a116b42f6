use aws_sdk_ses::error::ProvideErrorMetadata as _;
use aws_sdk_ses::primitives::Blob;
use aws_sdk_ses::types::{MessageTag, RawMessage};
use chrono::Duration;

use super::*;

pub(super) const SURVEY: &str = "From: Keepwell =?utf-8?q?f=C3=BCr_Sie?= <hello@keepwell.example>\r\n\
To: =?utf-8?q?J=C3=BCrgen?= <juergen@example.com>, team@example.com\r\n\
Subject: =?utf-8?B?V2llIGdlaHQg4oCZcz8=?=\r\n\
List-Unsubscribe: <https://k.example/u?t=1>\r\n\
List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n\
X-SES-MESSAGE-TAGS: intent=mi_1\r\n\
MIME-Version: 1.0\r\n\
Content-Type: multipart/alternative; boundary=\"b\"\r\n\r\n\
--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
Gr=C3=BC=C3=9Fe a=3Db\r\n\
--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n\
PGEgaHJlZj0iaHR0cHM6Ly9rLmV4YW1wbGUvZj9hPTEmYW1wO2I9MiI+w7Y8L2E+\r\n\
--b--\r\n";

pub(super) async fn send(cloud: &LocalCloud, raw: &str) -> Result<String, aws_sdk_ses::Error> {
    let message = RawMessage::builder().data(Blob::new(raw)).build().unwrap();
    let tag = MessageTag::builder().name("kind").value("survey").build().unwrap();
    Ok(mailer(cloud).send_raw_email().raw_message(message).tags(tag).send().await?.message_id)
}

#[tokio::test]
async fn a_raw_mail_lands_parsed_in_the_mailbox() {
    let cloud = cloud();
    let id = send(&cloud, SURVEY).await.unwrap();
    let mails = cloud.mailbox().mails_to("juergen@example.com");
    let [mail] = &mails[..] else { panic!("{mails:?}") };
    assert_eq!(mail.id, id);
    assert_eq!(mail.to, ["juergen@example.com", "team@example.com"]);
    assert_eq!(mail.from, "hello@keepwell.example");
    assert_eq!(mail.subject, "Wie geht \u{2019}s?");
    assert_eq!(mail.text.trim(), "Grüße a=b");
    assert_eq!(mail.html, r#"<a href="https://k.example/f?a=1&amp;b=2">ö</a>"#);
    assert_eq!(mail.links, ["https://k.example/f?a=1&b=2", "https://k.example/u?t=1"]);
    let tags = [("kind", "survey"), ("intent", "mi_1")];
    assert_eq!(mail.tags, tags.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert!(mail.headers.contains(&("List-Unsubscribe-Post".to_owned(), "List-Unsubscribe=One-Click".to_owned())));
    assert_eq!((mail.sent_at, mail.raw.as_slice()), (noon(), SURVEY.as_bytes()));
}

#[tokio::test]
async fn the_quota_counts_the_recipients_of_the_last_day() {
    let cloud = cloud();
    send(&cloud, SURVEY).await.unwrap();
    let quota = mailer(&cloud).get_send_quota().send().await.unwrap();
    assert_eq!((quota.max24_hour_send, quota.max_send_rate, quota.sent_last24_hours), (50_000.0, 10_000.0, 2.0));
    cloud.clock().advance(Duration::days(1));
    let quota = mailer(&cloud).get_send_quota().send().await.unwrap();
    assert!(quota.sent_last24_hours < 1.0);
    assert_eq!(cloud.write_count(), 1, "asking for the quota is no write");
}

#[tokio::test]
async fn a_mail_to_nobody_and_an_unknown_action_are_refused() {
    let cloud = cloud();
    let error = send(&cloud, "From: a@example.com\r\n\r\nhello").await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidParameterValue"));
    let error = mailer(&cloud).list_identities().send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("UnknownOperationException"));
    assert!(cloud.mailbox().mails().is_empty());
}
