//! What contacts do: answer, unsubscribe; and what SES says about their mail.

mod answer;
mod mail_events;
mod operations;
mod page;
mod unsubscribe;

use http::Method;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::function::{Function, process_each};
use keepwell_aws::http::{Access, Routes};

pub use operations::operations;

/// `detail-type`s of the SES events that are read.
pub const MAIL_EVENTS: &[&str] =
    &["Email Sent", "Email Delivered", "Email Bounced", "Email Complaint Received", "Email Rejected"];

/// The function.
pub fn function(cloud: &Cloud) -> Function {
    let routes = Routes::new(cloud)
        .route(Access::Link, Method::GET, "/f/{token}", answer::get_page)
        .route(Access::Link, Method::POST, "/f/{token}", answer::post_answer)
        .route(Access::Link, Method::GET, "/u/{token}", unsubscribe::get_page)
        .route(Access::Link, Method::POST, "/u/{token}", unsubscribe::post_unsubscribe);
    let cloud = cloud.clone();
    Function::new("feedback-collection").routes(routes).subscribe("aws.ses", MAIL_EVENTS, move |messages| {
        let cloud = cloud.clone();
        async move { process_each(messages, |message| mail_events::handle(&cloud, message)).await }
    })
}
