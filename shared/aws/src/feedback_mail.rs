//! The mail that asks a contact for feedback: what it says and where it leads, for whoever sends it and whoever shows it.

use keepwell_domain::automation::variables::{contact_variables, customer_variables, owner_variables};
use keepwell_domain::contact::Contact;
use keepwell_domain::customer::Customer;
use keepwell_domain::happiness::HappinessLevel;
use keepwell_domain::settings::Settings;
use serde_json::{Map, Value, json};

use crate::render::{RenderError, RenderedMail, Templates};

/// Its template.
pub const TEMPLATE: &str = "feedback-request";

/// What it says about the customer, beside `contact` and `links`.
pub fn variables(customer: &Customer, settings: &Settings) -> Map<String, Value> {
    let variables = [
        ("customer", customer_variables(customer)),
        ("owner", owner_variables(customer.profile.owner.as_ref())),
        ("product_name", json!(settings.product_name)),
    ];
    variables.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
}

/// The links of the four answers.
pub fn answer_links(link: impl Fn(HappinessLevel) -> String) -> impl Iterator<Item = (String, Value)> {
    HappinessLevel::ALL.iter().map(move |rating| (rating.to_string(), json!(link(*rating))))
}

/// The mail as the contact would see it, with links that lead nowhere.
pub fn preview(
    templates: &Templates,
    customer: &Customer,
    contact: &Contact,
    settings: &Settings,
) -> Result<RenderedMail, RenderError> {
    let mut links: Map<String, Value> =
        answer_links(|rating| format!("https://example.com/feedback?rating={rating}")).collect();
    links.insert("unsubscribe".to_owned(), json!("https://example.com/unsubscribe"));
    let mut all = variables(customer, settings);
    all.insert("contact".to_owned(), contact_variables(contact));
    all.insert("links".to_owned(), Value::Object(links));
    templates.mail(TEMPLATE, &Value::Object(all))
}
