//! Contacts are asked, they answer, and the answers become the customer's happiness.

mod answering;
mod asking;
mod handling;
mod happiness;

use chrono::{DateTime, Duration, TimeZone as _, Utc};
use http::Method;
use keepwell_aws::http::Role;
use keepwell_domain::happiness::Answer;
use keepwell_domain::id::CustomerId;
use keepwell_domain::mail::MailIntent;
use keepwell_local::cloud::mailbox::Mail;
use keepwell_tests::World;
use serde_json::{Value, json};

/// A moment in March 2026 or after it.
pub(crate) fn at(month: u32, day: u32, hour: u32, minute: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, month, day, hour, minute, 0).unwrap()
}

/// A customer `acme` whose only contact, `dora`, was asked this Monday at 09:00.
pub(crate) async fn dora_was_asked() -> (World, Mail) {
    let world = World::new().await;
    world.customer_with("acme", &[("dora", "decision_maker")]).await;
    world.advance(Duration::hours(1)).await;
    let mail = only_mail(&world, "dora@acme.example");
    (world, mail)
}

/// The one mail to an address.
#[track_caller]
pub(crate) fn only_mail(world: &World, address: &str) -> Mail {
    let mut mails = world.mails_to(address);
    assert_eq!(mails.len(), 1, "mails to {address}");
    mails.remove(0)
}

/// When the mails to an address were sent.
pub(crate) fn sent(world: &World, address: &str) -> Vec<DateTime<Utc>> {
    world.mails_to(address).iter().map(|mail| mail.sent_at).collect()
}

/// Turns the clock to a moment. Days on which nothing is due are jumped over; every schedule of the last six hours runs.
pub(crate) async fn jump(world: &World, to: DateTime<Utc>) {
    let clock = world.system.local().clock();
    clock.set((to - Duration::hours(6)).max(clock.now()));
    world.advance(to - clock.now()).await;
}

/// Adds a contact with whatever fields are given.
pub(crate) async fn add_contact(world: &World, customer: &str, contact: Value) {
    world.post(&format!("/v1/customers/{customer}/contacts"), contact).await;
    world.settle().await;
}

/// A contact as the API shows it.
pub(crate) async fn contact(world: &World, customer: &str, id: &str) -> Value {
    let page = world.get(&format!("/v1/customers/{customer}/contacts")).await;
    page["items"].as_array().unwrap().iter().find(|contact| contact["id"] == id).unwrap().clone()
}

/// Changes a customer's profile.
pub(crate) async fn patch_customer(world: &World, customer: &str, change: Value) {
    let path = format!("/v1/customers/{customer}");
    world.change(Method::PATCH, &path, &path, change).await.expect_status(200);
    world.settle().await;
}

/// The items of a list.
pub(crate) async fn items(world: &World, path: &str) -> Vec<Value> {
    world.get(path).await["items"].as_array().unwrap().clone()
}

/// Closes a task.
pub(crate) async fn close(world: &World, task: &Value) {
    let path = format!("/v1/tasks/{}", task["id"].as_str().unwrap());
    world.call_as(Role::Csm, Method::PATCH, &path).json(&json!({ "state": "done" })).send().await.expect_status(200);
    world.settle().await;
}

/// Every stored answer of a customer, all revisions.
pub(crate) async fn answers(world: &World, customer: &str) -> Vec<Answer> {
    world.system.cloud().store.answers(&CustomerId::parse(customer).unwrap()).await.unwrap()
}

/// The intent by which a mail was sent.
pub(crate) async fn intent_of(world: &World, mail: &Mail) -> MailIntent {
    let id = &mail.tags.iter().find(|(name, _)| name == "intent").unwrap().1;
    intent(world, id).await
}

/// A mail intent.
pub(crate) async fn intent(world: &World, id: &str) -> MailIntent {
    world.system.cloud().store.mail_intent(id).await.unwrap().unwrap().value
}

/// The mail intents about which something is to be done yet.
pub(crate) async fn open_intents(world: &World) -> Vec<MailIntent> {
    let until = world.system.now() + Duration::days(10);
    let due = world.system.cloud().store.mail_due(until, 1_000).await.unwrap();
    due.into_iter().map(|stored| stored.value).collect()
}

/// How many events of a type were published.
pub(crate) fn count_events(world: &World, detail_type: &str) -> usize {
    world.system.local().bus().events().iter().filter(|event| event.detail_type == detail_type).count()
}
