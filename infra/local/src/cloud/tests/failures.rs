use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::error::ProvideErrorMetadata as _;
use aws_sdk_eventbridge::types::PutEventsRequestEntry;

use super::super::faults::{Fault, FaultPlan, FaultRule, RefusedEntries};
use super::super::injector::Crashed;
use super::super::requests::Service;
use super::*;

fn without_retries(cloud: &LocalCloud) -> aws_sdk_dynamodb::Client {
    let config = aws_sdk_dynamodb::config::Builder::from(&cloud.sdk_config());
    aws_sdk_dynamodb::Client::from_conf(config.retry_config(RetryConfig::disabled()).build())
}

fn on_tables(fault: Fault) -> FaultPlan {
    FaultPlan::seeded(5).rule(FaultRule::on(Service::DynamoDb, fault).operation("PutItem").nth(1))
}

fn put_row(
    client: &aws_sdk_dynamodb::Client,
    pk: &str,
) -> aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder {
    client.put_item().table_name("core").item("pk", s(pk)).item("sk", s("ROW"))
}

#[tokio::test]
async fn a_throttle_and_an_outage_have_no_effect_and_the_sdk_tries_again() {
    let cloud = cloud();
    let patient = core(&cloud).await;
    let hasty = without_retries(&cloud);
    for (fault, code) in
        [(Fault::Throttle, "ProvisionedThroughputExceededException"), (Fault::Unavailable, "InternalServerError")]
    {
        cloud.faults().set(on_tables(fault.clone()));
        let error = put_row(&hasty, code).send().await.unwrap_err().into_service_error();
        assert_eq!(error.code(), Some(code));
        assert!(!has(&patient, code).await);
        cloud.faults().set(on_tables(fault));
        put_row(&patient, code).send().await.unwrap();
        assert!(has(&patient, code).await);
    }
}

#[tokio::test]
async fn a_timeout_comes_with_or_without_the_effect() {
    let cloud = cloud();
    core(&cloud).await;
    let client = without_retries(&cloud);
    for (fault, effect) in [(Fault::TimeoutWithEffect, true), (Fault::TimeoutWithoutEffect, false)] {
        cloud.faults().set(on_tables(fault));
        let pk = format!("C#{effect}");
        let error = put_row(&client, &pk).send().await.unwrap_err();
        assert!(
            matches!(&error, aws_sdk_dynamodb::error::SdkError::DispatchFailure(it) if it.is_timeout()),
            "{error:?}"
        );
        assert_eq!(has(&client, &pk).await, effect);
    }
}

#[tokio::test]
async fn some_entries_of_a_publication_fail() {
    let cloud = cloud();
    let plan = FaultPlan::seeded(5)
        .rule(FaultRule::on(Service::EventBridge, Fault::PartialPutEvents(RefusedEntries::Mask(0b101))));
    cloud.faults().set(plan);
    let entry = PutEventsRequestEntry::builder().source("k").detail_type("a.v1").detail("{}").build();
    let result = super::events::publish(&cloud, vec![entry; 3]).await;
    let accepted: Vec<_> = result.entries().iter().map(|one| one.event_id().is_some()).collect();
    assert_eq!(accepted, [false, true, false]);
    assert_eq!((result.failed_entry_count, cloud.bus().events().len()), (2, 1));
}

#[tokio::test]
async fn faults_reach_the_mailer_too() {
    let cloud = cloud();
    cloud.faults().set(FaultPlan::seeded(5).rule(FaultRule::on(Service::Ses, Fault::TimeoutWithEffect).nth(1)));
    super::mails::send(&cloud, super::mails::SURVEY).await.unwrap();
    assert_eq!(cloud.mailbox().mails().len(), 2, "the SDK's own retry sent it twice, which is why it must be off");
    cloud.faults().set(FaultPlan::seeded(5).rule(FaultRule::on(Service::Ses, Fault::Throttle)));
    let error = super::mails::send(&cloud, super::mails::SURVEY).await.unwrap_err();
    assert_eq!(error.code(), Some("Throttling"));
    assert_eq!(cloud.mailbox().mails().len(), 2);
}

#[tokio::test]
async fn a_process_can_be_crashed_at_every_request_until_it_gets_through() {
    type Plan = fn(u64) -> FaultPlan;
    for (plan, effect) in [(FaultPlan::crash_before_request as Plan, 0), (FaultPlan::crash_after_request, 1)] {
        let mut written = Vec::new();
        for n in 1.. {
            let cloud = cloud();
            let client = core(&cloud).await;
            cloud.faults().set(plan(n));
            let outcome = cloud
                .run_until_crash(async {
                    for pk in ["C#1", "C#2", "C#3"] {
                        put_row(&client, pk).send().await.unwrap();
                    }
                })
                .await;
            cloud.faults().clear();
            written.push(client.scan().table_name("core").send().await.unwrap().count);
            let crashed = Crashed { request: n, service: Service::DynamoDb, operation: "PutItem".to_owned() };
            match outcome {
                Ok(()) => break,
                Err(found) => assert_eq!(found, crashed),
            }
        }
        assert_eq!(written, [effect, 1 + effect, 2 + effect, 3]);
    }
}

#[tokio::test]
async fn nothing_the_process_does_beside_gets_through_after_the_crash() {
    let cloud = cloud();
    let client = core(&cloud).await;
    cloud.faults().set(FaultPlan::crash_before_request(1));
    let process = async { tokio::join!(put_row(&client, "C#1").send(), put_row(&client, "C#2").send()) };
    assert!(Box::pin(cloud.run_until_crash(process)).await.is_err());
    assert!(!has(&client, "C#1").await && !has(&client, "C#2").await);
}

#[tokio::test]
async fn the_seed_decides_and_is_printed() {
    let cloud = cloud();
    core(&cloud).await;
    let client = without_retries(&cloud);
    let failures = async |seed| {
        let plan = FaultPlan::seeded(seed).rule(FaultRule::any(Fault::Throttle).probability(0.5));
        cloud.faults().set(plan);
        let mut failed = Vec::new();
        for number in 0..40 {
            failed.push(put_row(&client, &format!("C#{number}")).send().await.is_err());
        }
        failed
    };
    let (first, again, other) = (failures(42).await, failures(42).await, failures(43).await);
    assert_eq!(first, again);
    assert_ne!(first, other);
    assert_eq!(
        cloud.faults().plan().to_string(),
        "fault plan with seed 43; Throttle on any service, with probability 0.5"
    );
}
