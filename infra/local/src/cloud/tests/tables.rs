use aws_sdk_dynamodb::error::ProvideErrorMetadata as _;
use aws_sdk_dynamodb::types::TimeToLiveSpecification;
use chrono::Duration;

use super::super::requests::Service;
use super::*;

#[tokio::test]
async fn what_is_put_can_be_read_and_queried() {
    let cloud = cloud();
    let client = core(&cloud).await;
    client
        .put_item()
        .table_name("core")
        .item("pk", s("C#1"))
        .item("sk", s("ROW"))
        .item("name", s("Ada"))
        .send()
        .await
        .unwrap();
    let row = client.get_item().table_name("core").key("pk", s("C#1")).key("sk", s("ROW")).send().await.unwrap();
    assert_eq!(row.item.unwrap()["name"], s("Ada"));
    let rows = client
        .query()
        .table_name("core")
        .key_condition_expression("pk = :pk")
        .expression_attribute_values(":pk", s("C#1"))
        .send()
        .await
        .unwrap();
    assert_eq!(rows.count, 1);
    let names = client.list_tables().send().await.unwrap();
    assert_eq!(names.table_names(), ["core"]);
}

#[tokio::test]
async fn a_failed_condition_is_a_typed_error() {
    let cloud = cloud();
    let client = core(&cloud).await;
    let put = client
        .put_item()
        .table_name("core")
        .item("pk", s("C#1"))
        .item("sk", s("ROW"))
        .condition_expression("attribute_not_exists(pk)");
    put.clone().send().await.unwrap();
    let error = put.send().await.unwrap_err().into_service_error();
    assert!(error.is_conditional_check_failed_exception(), "{error:?}");
}

#[tokio::test]
async fn a_cancelled_transaction_tells_the_reason_for_each_item() {
    let cloud = cloud();
    let client = core(&cloud).await;
    client.transact_write_items().transact_items(put("C#1", None)).send().await.unwrap();
    let error = client
        .transact_write_items()
        .transact_items(put("C#2", None))
        .transact_items(put("C#1", Some("attribute_not_exists(pk)")))
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    let reasons = match error {
        aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(e) => {
            e.cancellation_reasons.unwrap()
        }
        other => panic!("{other:?}"),
    };
    let codes: Vec<_> = reasons.iter().map(|reason| reason.code().unwrap()).collect();
    assert_eq!(codes, ["None", "ConditionalCheckFailed"]);
    assert!(!has(&client, "C#2").await);
}

#[tokio::test]
async fn each_request_is_recorded_with_its_tables_and_units() {
    let cloud = cloud();
    let client = core(&cloud).await;
    cloud.reset_requests();
    let write = client.transact_write_items().transact_items(put("C#1", None)).transact_items(put("C#2", None));
    write.send().await.unwrap();
    assert_eq!(cloud.write_count(), 1);
    assert!(has(&client, "C#1").await);
    assert_eq!(cloud.write_count(), 1, "a read is no write");
    let [write, read] = &cloud.requests()[..] else {
        panic!("{:?}", cloud.requests());
    };
    assert_eq!((write.service, write.operation.as_str()), (Service::DynamoDb, "TransactWriteItems"));
    assert_eq!(write.tables, ["core"]);
    assert_eq!((write.read_units, write.write_units), (0.0, 4.0));
    assert_eq!((read.operation.as_str(), read.read_units, read.write_units), ("GetItem", 0.5, 0.0));
}

#[tokio::test]
async fn a_missing_table_and_an_unknown_operation_are_named() {
    let cloud = cloud();
    let client = tables(&cloud);
    let error = client.scan().table_name("nowhere").send().await.unwrap_err().into_service_error();
    assert!(error.is_resource_not_found_exception(), "{error:?}");
    let error = client.list_backups().send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("UnknownOperationException"));
    assert!(error.message().unwrap().contains("ListBackups"));
}

#[tokio::test]
async fn rows_expire_by_the_clock_that_was_turned() {
    let cloud = cloud();
    let client = core(&cloud).await;
    let settings = TimeToLiveSpecification::builder().attribute_name("ttl").enabled(true).build().unwrap();
    client.update_time_to_live().table_name("core").time_to_live_specification(settings).send().await.unwrap();
    for (pk, days) in [("C#1", 1), ("C#2", 14), ("C#3", 30)] {
        let ttl = (noon() + Duration::days(days)).timestamp().to_string();
        let put = client.put_item().table_name("core").item("pk", s(pk)).item("sk", s("ROW"));
        put.item("ttl", AttributeValue::N(ttl)).send().await.unwrap();
    }
    assert_eq!(cloud.expire_rows().unwrap(), 0);
    cloud.clock().advance(Duration::days(15));
    assert_eq!(cloud.expire_rows().unwrap(), 2);
    assert!(has(&client, "C#3").await && !has(&client, "C#2").await);
}
