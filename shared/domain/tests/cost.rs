//! The bill of a month: worked by hand, and never cheaper for more.

use keepwell_domain::cost::Workload;
use keepwell_domain::cost::amounts::{Amounts, Service};
use keepwell_domain::cost::bill::{Bill, Cause, OfCause};
use keepwell_domain::cost::measured::{TABLE, markdown};
use proptest::prelude::*;

/// Customers with whom nothing happens, so that a test can add what it looks at.
fn quiet(customers: u64) -> Workload {
    Workload {
        customers,
        events_per_day: 0.0,
        contacts: 0.0,
        interactions_per_month: 0.0,
        tickets_per_month: 0.0,
        batch: 50,
        customers_per_batch: 1,
        changed_share: 0.0,
        console_users: 0,
    }
}

fn of(bill: &Bill, cause: Cause) -> &OfCause {
    bill.causes.iter().find(|of| of.cause == cause).unwrap_or_else(|| panic!("{cause:?} is not on the bill"))
}

#[track_caller]
fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= expected.abs() * 1e-9 + 1e-9, "{found} is not {expected}");
}

#[test]
fn each_price_is_that_of_its_unit() {
    let million = 1e6;
    let at = |service, amounts: Amounts| amounts.dollars_at(service);
    let none = Amounts::default();
    close(at(Service::DynamoDb, Amounts { read_units: million, ..none }), 0.125);
    close(at(Service::DynamoDb, Amounts { write_units: million, ..none }), 0.625);
    close(at(Service::DynamoDb, Amounts { table_gb: 4.0, recovery_gb: 1.0, ..none }), 1.2);
    close(at(Service::Lambda, Amounts { invocations: million, ..none }), 0.2);
    close(at(Service::Lambda, Amounts { gb_seconds: million, ..none }), 13.3334);
    close(at(Service::EventBridge, Amounts { events: million, starts: million, ..none }), 2.0);
    close(at(Service::Sqs, Amounts { queue_requests: million, ..none }), 0.4);
    close(at(Service::Ses, Amounts { mails: 1e3, ..none }), 0.1);
    close(at(Service::S3, Amounts { puts: 1e3, gets: 1e3, object_gb: 100.0, ..none }), 0.005 + 0.0004 + 2.3);
    close(at(Service::ApiGateway, Amounts { api_requests: million, ..none }), 1.0);
    close(at(Service::CloudWatch, Amounts { log_gb: 2.0, alarms: 10.0, metrics: 10.0, dashboards: 1.0, ..none }), 8.0);
    close(at(Service::SecretsManager, Amounts { secrets: 1.0, ..none }), 0.4);
}

#[test]
fn a_quiet_nightly_recompute_by_hand() {
    // 1,000 customers x 30 nights = 30,000 computations. Each reads 18 units for the score, 0.1 for its row in the list, and
    // 0.25 for the hundredth that is audited: 18.35 x 30,000 = 550,500 units, none is written: $0.0688125.
    // Each makes 6 calls of 5 ms, 16 customers at once, in 0.5 GB: 30,000 x 0.03 / 16 x 0.5 = 28.125 GB-seconds, $0.000375...
    let bill = Bill::of(quiet(1_000));
    let nightly = of(&bill, Cause::Nightly);
    close(nightly.amounts.read_units, 550_500.0);
    close(nightly.amounts.write_units, 0.0);
    close(nightly.amounts.gb_seconds, 28.125);
    close(nightly.dollars, 0.068_812_5 + 28.125 * 0.000_013_333_4);
}

#[test]
fn the_looks_of_the_snapshot_by_hand() {
    // 100,000 customers: 10,000 units for each of 2,880 snapshots: 28.8 million, $3.60. S3: 5,760 PUT and LIST $0.0288, 2,880 GET
    // $0.001152; 192 objects of 22 MB, 4.224 GB, $0.097152. The days that are kept: 60 PUT, $0.0003, and 400 of 20 MB, 8 GB, $0.184.
    let bill = Bill::of(quiet(100_000));
    let snapshot = of(&bill, Cause::Snapshot);
    close(snapshot.amounts.dollars_at(Service::DynamoDb), 3.6);
    close(snapshot.amounts.dollars_at(Service::S3), 0.0288 + 0.001_152 + 0.097_152 + 0.0003 + 0.184);
}

#[test]
fn what_is_there_although_nothing_happens_by_hand() {
    // Starts: (5 x 288 + 2 x 24 + 1 + 96) x 30 = 47,550, $0.04755. Queues: 3 x 648,000 polls, $0.7776. 37 alarms $3.70,
    // 15 metrics $4.50, the dashboard $3.00, two secrets $0.80.
    // Each start reads 4 units, 190,200, $0.023775, and notes itself with one, 47,550, $0.02971875.
    let bill = Bill::of(quiet(1));
    let standing = of(&bill, Cause::Standing).amounts;
    close(standing.dollars_at(Service::EventBridge), 0.047_55);
    close(standing.dollars_at(Service::Sqs), 0.777_6);
    close(standing.dollars_at(Service::CloudWatch), 3.7 + 4.5 + 3.0);
    close(standing.dollars_at(Service::SecretsManager), 0.8);
    close(standing.dollars_at(Service::DynamoDb), 0.023_775 + 0.029_718_75);
}

#[test]
fn requests_and_events_of_usage_by_hand() {
    // 1,000 customers x 100 events x 30 days / 50 = 60,000 requests, each about one customer: as many events and messages.
    let bill = Bill::of(Workload { events_per_day: 100.0, ..quiet(1_000) });
    let usage = of(&bill, Cause::Usage).amounts;
    close(usage.api_requests, 60_000.0);
    close(usage.events, 60_000.0);
    close(usage.queue_requests, 180_000.0);
    // A request that mixes ten customers is ten of everything behind the API.
    let mixed = Bill::of(Workload { events_per_day: 100.0, customers_per_batch: 10, ..quiet(1_000) });
    let mixed = of(&mixed, Cause::Usage).amounts;
    close(mixed.api_requests, 60_000.0);
    close(mixed.events, 600_000.0);
    close(mixed.write_units, 10.0 * usage.write_units);
}

#[test]
fn mails_by_hand() {
    // 1,000 customers with 2 contacts: 2,000 mails, $0.20. SES tells twice of each (3 requests to the queue each time), and 400
    // answers are two requests to the API, one event, and two messages each: 12,000 + 2,400 requests to queues.
    let bill = Bill::of(Workload { contacts: 2.0, ..quiet(1_000) });
    let mails = of(&bill, Cause::Mails).amounts;
    close(mails.dollars_at(Service::Ses), 0.2);
    close(mails.api_requests, 800.0);
    close(mails.events, 400.0);
    close(mails.queue_requests, 14_400.0);
}

#[test]
fn causes_and_services_add_up() {
    for customers in [1, 1_000, 1_000_000] {
        let bill = Bill::of(Workload::of(customers));
        close(bill.causes.iter().map(|of| of.dollars).sum(), bill.dollars);
        close(bill.services.iter().map(|at| at.dollars).sum(), bill.dollars);
        close(bill.dollars_per_customer * customers as f64, bill.dollars);
    }
}

#[test]
fn the_table_stands_in_the_docs() {
    let table = markdown(&TABLE);
    assert!(include_str!("../../../docs/costs.md").contains(&table), "docs/costs.md must say:\n{table}");
}

#[test]
fn what_is_no_workload_is_refused() {
    let refused = |workload: Workload, pointer: &str| {
        let problems = workload.check().err().unwrap_or_default().0;
        assert_eq!(problems.iter().map(|problem| problem.pointer.as_str()).collect::<Vec<_>>(), [pointer]);
    };
    assert!(Workload::of(1).check().is_ok());
    refused(Workload { events_per_day: f64::NAN, ..Workload::of(10) }, "/events_per_day");
    refused(Workload { events_per_day: f64::INFINITY, ..Workload::of(10) }, "/events_per_day");
    refused(Workload { contacts: -0.1, ..Workload::of(10) }, "/contacts");
    refused(Workload { changed_share: 1.01, ..Workload::of(10) }, "/changed_share");
    refused(Workload { changed_share: f64::NAN, ..Workload::of(10) }, "/changed_share");
    refused(Workload { batch: 2_501, ..Workload::of(10) }, "/batch");
    refused(Workload { batch: 5, customers_per_batch: 6, ..Workload::of(10) }, "/customers_per_batch");
    refused(Workload { customers_per_batch: 11, ..Workload::of(10) }, "/customers_per_batch");
    refused(Workload { customers_per_batch: 0, ..Workload::of(10) }, "/customers_per_batch");
    refused(Workload { customers: 0, ..Workload::of(0) }, "/customers");
    refused(Workload { customers: 1_000_000_001, ..Workload::of(10) }, "/customers");
}

prop_compose! {
    fn workloads()(
        customers in 50_u64..2_000_000,
        (events_per_day, contacts) in (0.0..1_000.0, 0.0..10.0),
        (interactions_per_month, tickets_per_month) in (0.0..50.0, 0.0..50.0),
        (batch, share) in (1_u64..=2_500, 0.0..=1.0),
        changed_share in 0.0..=1.0,
        console_users in 0_u64..1_000,
    ) -> Workload {
        let customers_per_batch = ((batch as f64 * share) as u64).clamp(1, 50.min(batch));
        Workload { customers, events_per_day, contacts, interactions_per_month, tickets_per_month, batch, customers_per_batch,
            changed_share, console_users }
    }
}

proptest! {
    #[test]
    fn more_of_anything_is_never_cheaper(workload in workloads(), more in 1_u64..1_000) {
        prop_assert!(workload.check().is_ok());
        let before = Bill::of(workload);
        let part = more as f64 / 100.0;
        let w = workload;
        let mut larger = vec![
            Workload { customers: w.customers + more, ..w },
            Workload { events_per_day: w.events_per_day + part, ..w },
            Workload { contacts: w.contacts + part, ..w },
            Workload { interactions_per_month: w.interactions_per_month + part, ..w },
            Workload { tickets_per_month: w.tickets_per_month + part, ..w },
            Workload { changed_share: (w.changed_share + part / 10.0).min(1.0), ..w },
            Workload { console_users: w.console_users + more, ..w },
        ];
        if w.batch > w.customers_per_batch {
            larger.push(Workload { batch: w.batch - 1, ..w });
            larger.push(Workload { customers_per_batch: w.customers_per_batch + 1, ..w });
        }
        for larger in larger {
            let after = Bill::of(larger);
            for (less, more) in before.causes.iter().zip(&after.causes) {
                prop_assert!(more.dollars >= less.dollars * (1.0 - 1e-12), "{:?}: {larger:?}", more.cause);
            }
        }
    }

    #[test]
    fn a_bill_has_no_negative_and_no_endless_amounts(workload in workloads()) {
        let bill = Bill::of(workload);
        prop_assert!(bill.causes.iter().all(|of| of.dollars.is_finite() && of.dollars >= 0.0));
        prop_assert!(bill.dollars > 0.0);
    }
}
