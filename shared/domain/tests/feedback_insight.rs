//! What Health Status and Happiness Level mean together.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use chrono::{DateTime, Duration, Utc};
use keepwell_domain::health_status::{HealthStatus, StatusRecord};
use keepwell_domain::id::EmailAddress;
use keepwell_domain::insight::{Insight, insight};
use keepwell_domain::settings::Settings;

fn now() -> DateTime<Utc> {
    "2026-10-01T12:00:00Z".parse().unwrap()
}

fn record(status: HealthStatus, days_ago: i64) -> StatusRecord {
    StatusRecord {
        status,
        reason: "met them".to_owned(),
        set_by: EmailAddress::parse("csm@keepwell.example").unwrap(),
        set_at: now() - Duration::days(days_ago),
    }
}

fn cell(status: HealthStatus, days_ago: i64, happiness: Option<f64>) -> Insight {
    insight(Some(&record(status, days_ago)), happiness, &Settings::default(), now())
}

#[test]
fn the_four_cells_follow_from_high_and_low() {
    for high in [HealthStatus::Thriving, HealthStatus::Healthy] {
        assert_eq!(cell(high, 1, Some(60.0)), Insight::Advocate);
        assert_eq!(cell(high, 1, Some(59.999)), Insight::ProductIssues);
    }
    for low in [HealthStatus::Steady, HealthStatus::Struggling] {
        assert_eq!(cell(low, 1, Some(60.0)), Insight::BusinessTrouble);
        assert_eq!(cell(low, 1, Some(59.999)), Insight::ChurnRisk);
    }
}

#[test]
fn unknown_and_stale_are_cells_of_their_own() {
    assert_eq!(insight(None, Some(80.0), &Settings::default(), now()), Insight::Unknown);
    assert_eq!(cell(HealthStatus::Healthy, 1, None), Insight::Unknown);
    assert_eq!(cell(HealthStatus::Healthy, 90, Some(80.0)), Insight::Stale);
    assert_eq!(cell(HealthStatus::Struggling, 30, Some(80.0)), Insight::Stale);
    assert_eq!(cell(HealthStatus::Healthy, 90, None), Insight::Stale, "the owner can put it right at once");
}

#[test]
fn both_thresholds_are_configurable() {
    let settings = Settings { high_happiness: 80.0, high_status: HealthStatus::Steady, ..Settings::default() };
    let cell = |status, happiness| insight(Some(&record(status, 1)), Some(happiness), &settings, now());
    assert_eq!(cell(HealthStatus::Steady, 80.0), Insight::Advocate);
    assert_eq!(cell(HealthStatus::Steady, 79.0), Insight::ProductIssues);
    assert_eq!(cell(HealthStatus::Struggling, 80.0), Insight::BusinessTrouble);
}

#[test]
fn every_cell_says_what_it_means_and_what_to_do() {
    let mut titles: Vec<_> = Insight::ALL.iter().map(|cell| cell.title()).collect();
    for cell in Insight::ALL {
        assert!(cell.meaning().ends_with('.') && cell.next_step().ends_with('.'), "{cell}");
    }
    titles.sort_unstable();
    titles.dedup();
    assert_eq!(titles.len(), Insight::ALL.len());
}
