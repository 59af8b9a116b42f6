//! The API that people use: customers, contacts, tasks, feedback, happiness, scores, scorecards, automations, insights,
//! sentiment, settings, endpoints, members, saved views; analytics; everything back out.

// A customer has more fields than `json!` takes by default.
#![recursion_limit = "256"]

mod analytics;
mod automations;
mod contacts;
mod customers;
mod deliveries;
mod document;
mod endpoints;
mod erase;
mod exports;
mod feedback;
mod feedback_mail;
mod goals;
mod insights;
mod list;
mod mail_templates;
mod members;
mod openapi;
mod operations;
mod personal_data;
mod saved_views;
mod scorecards;
mod scores;
mod sentiment;
mod settings;
mod sign_in;
mod system;
mod tasks;
mod tickets;
mod view;
mod write_keys;

use http::Method;
use keepwell_aws::cloud::Cloud;
use keepwell_aws::function::Function;
use keepwell_aws::http::{Access, Role, Routes};

pub use operations::operations;

/// The function.
pub fn function(cloud: &Cloud) -> Function {
    let viewer = Access::People(Role::Viewer);
    let csm = Access::People(Role::Csm);
    let admin = Access::People(Role::Admin);
    let routes = Routes::new(cloud)
        .route(Access::Public, Method::GET, "/v1/sign-in", sign_in::get_sign_in)
        .route(Access::Public, Method::GET, "/v1/openapi.json", openapi::get_openapi)
        .route(viewer, Method::GET, "/v1/customers", list::get_customers)
        .route(csm, Method::POST, "/v1/customers", customers::post_customer)
        .route(viewer, Method::GET, "/v1/customers/{id}", customers::get_customer)
        .route(csm, Method::PATCH, "/v1/customers/{id}", customers::patch_customer)
        .route(admin, Method::DELETE, "/v1/customers/{id}", erase::delete_customer)
        .route(viewer, Method::GET, "/v1/customers/{id}/status/history", customers::get_status_history)
        .route(viewer, Method::GET, "/v1/customers/{id}/contacts", contacts::get_contacts)
        .route(csm, Method::POST, "/v1/customers/{id}/contacts", contacts::post_contact)
        .route(csm, Method::PATCH, "/v1/customers/{id}/contacts/{contact}", contacts::patch_contact)
        .route(csm, Method::DELETE, "/v1/customers/{id}/contacts/{contact}", contacts::delete_contact)
        .route(admin, Method::POST, "/v1/customers/{id}/contacts/{contact}/erase", erase::post_contact_erasure)
        .route(admin, Method::GET, "/v1/customers/{id}/contacts/{contact}/export", personal_data::get_contact_export)
        .route(admin, Method::GET, "/v1/customers/{id}/export", personal_data::get_customer_export)
        .route(viewer, Method::GET, "/v1/customers/{id}/goals", goals::get_goals)
        .route(viewer, Method::GET, "/v1/customers/{id}/tickets", tickets::get_tickets)
        .route(viewer, Method::GET, "/v1/customers/{id}/timeline", customers::get_timeline)
        .route(viewer, Method::GET, "/v1/customers/{id}/happiness", feedback::get_happiness)
        .route(viewer, Method::GET, "/v1/customers/{id}/score", scores::get_score)
        .route(viewer, Method::GET, "/v1/customers/{id}/score/history", scores::get_score_history)
        .route(viewer, Method::GET, "/v1/customers/{id}/score/explain", scores::explain::get_explanation)
        .route(csm, Method::PUT, "/v1/customers/{id}/score/override", scores::manual_override::put_override)
        .route(csm, Method::DELETE, "/v1/customers/{id}/score/override", scores::manual_override::delete_override)
        .route(viewer, Method::GET, "/v1/scorecards", scorecards::get_scorecards)
        .route(viewer, Method::POST, "/v1/scorecards/evaluate", scorecards::post_evaluate)
        .route(admin, Method::PUT, "/v1/scorecards/order", scorecards::put_order)
        .route(viewer, Method::GET, "/v1/scorecards/schema", scorecards::get_schema)
        .route(viewer, Method::GET, "/v1/scorecards/{id}", scorecards::document::get_scorecard)
        .route(admin, Method::PUT, "/v1/scorecards/{id}", scorecards::document::put_scorecard)
        .route(csm, Method::POST, "/v1/scorecards/{id}/plan", scorecards::plan::post_plan)
        .route(viewer, Method::GET, "/v1/scorecards/{id}/versions", scorecards::get_versions)
        .route(csm, Method::POST, "/v1/scorecards/{id}/backtest", scorecards::backtest::post_backtest)
        .route(csm, Method::POST, "/v1/scorecards/{id}/suggest-weights", scorecards::backtest::post_suggest_weights)
        .route(viewer, Method::GET, "/v1/automations", automations::get_automations)
        .route(viewer, Method::GET, "/v1/automations/schema", automations::get_schema)
        .route(viewer, Method::GET, "/v1/automations/{id}", automations::document::get_automation)
        .route(admin, Method::PUT, "/v1/automations/{id}", automations::document::put_automation)
        .route(admin, Method::DELETE, "/v1/automations/{id}", automations::document::delete_automation)
        .route(admin, Method::POST, "/v1/automations/{id}/reset", automations::document::reset_automation)
        .route(viewer, Method::GET, "/v1/automations/{id}/versions", automations::get_versions)
        .route(viewer, Method::GET, "/v1/automations/{id}/runs", automations::runs::get_runs_of_automation)
        .route(csm, Method::POST, "/v1/automations/{id}/dry-run", automations::dry_run::post_dry_run)
        .route(viewer, Method::GET, "/v1/runs", automations::runs::get_runs)
        .route(viewer, Method::GET, "/v1/mail-templates", mail_templates::get_mail_templates)
        .route(viewer, Method::POST, "/v1/mail-templates/preview", mail_templates::post_preview)
        .route(admin, Method::GET, "/v1/exports/{kind}", exports::get_export)
        .route(viewer, Method::GET, "/v1/feedback", feedback::get_feedback)
        .route(csm, Method::PATCH, "/v1/feedback/{id}", feedback::patch_feedback)
        .route(viewer, Method::GET, "/v1/feedback-mail", feedback_mail::get_feedback_mail)
        .route(viewer, Method::GET, "/v1/tasks", tasks::get_tasks)
        .route(csm, Method::POST, "/v1/tasks", tasks::post_task)
        .route(csm, Method::PATCH, "/v1/tasks/{id}", tasks::patch_task)
        .route(viewer, Method::GET, "/v1/insights", insights::get_insights)
        .route(viewer, Method::GET, "/v1/analytics/trend", analytics::trend::get_trend)
        .route(viewer, Method::GET, "/v1/analytics/segments", analytics::segments::get_segments)
        .route(viewer, Method::GET, "/v1/analytics/movement", analytics::movement::get_movement)
        .route(viewer, Method::GET, "/v1/analytics/drivers", analytics::drivers::get_drivers)
        .route(viewer, Method::GET, "/v1/analytics/renewals", analytics::renewals::get_renewals)
        .route(viewer, Method::GET, "/v1/analytics/responses", analytics::responses::get_responses)
        .route(viewer, Method::GET, "/v1/analytics/cohorts", analytics::cohorts::get_cohorts)
        .route(viewer, Method::GET, "/v1/measures", scores::get_measures)
        .route(viewer, Method::POST, "/v1/sentiment", sentiment::post_sentiment)
        .route(viewer, Method::GET, "/v1/settings", settings::get_settings)
        .route(admin, Method::PUT, "/v1/settings", settings::put_settings)
        .route(admin, Method::GET, "/v1/system", system::get_system)
        .route(csm, Method::GET, "/v1/endpoints", endpoints::get_endpoints)
        .route(admin, Method::POST, "/v1/endpoints", endpoints::post_endpoint)
        .route(csm, Method::GET, "/v1/endpoints/{id}", endpoints::get_endpoint)
        .route(admin, Method::PATCH, "/v1/endpoints/{id}", endpoints::patch_endpoint)
        .route(admin, Method::DELETE, "/v1/endpoints/{id}", endpoints::delete_endpoint)
        .route(admin, Method::POST, "/v1/endpoints/{id}/test", deliveries::post_test)
        .route(csm, Method::GET, "/v1/endpoints/{id}/deliveries", deliveries::get_deliveries)
        .route(admin, Method::POST, "/v1/endpoints/{id}/deliveries/{delivery}/redeliver", deliveries::post_redelivery)
        .route(admin, Method::GET, "/v1/write-keys", write_keys::get_write_keys)
        .route(admin, Method::POST, "/v1/write-keys", write_keys::post_write_key)
        .route(admin, Method::DELETE, "/v1/write-keys/{id}", write_keys::delete_write_key)
        .route(viewer, Method::GET, "/v1/members", members::get_members)
        .route(viewer, Method::PUT, "/v1/members/me", members::put_me)
        .route(admin, Method::DELETE, "/v1/members/{email}", members::delete_member)
        .route(viewer, Method::GET, "/v1/views", saved_views::get_views)
        .route(viewer, Method::PUT, "/v1/views/{id}", saved_views::put_view)
        .route(viewer, Method::DELETE, "/v1/views/{id}", saved_views::delete_view);
    Function::new("console-api").routes(routes)
}
