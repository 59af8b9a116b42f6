//! The tables' definition in code, for the local system. A test holds it equal to `infra/template.yaml`.

use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType,
};

use super::record::{Table, index_key_names};
use super::{Store, StoreError};

impl Store {
    /// Makes the tables that are not there yet.
    pub async fn create_tables(&self) -> Result<(), StoreError> {
        for table in Table::ALL {
            self.create_table(table).await?;
        }
        Ok(())
    }

    async fn create_table(&self, table: Table) -> Result<(), StoreError> {
        let broken = |error: aws_sdk_dynamodb::error::BuildError| StoreError::Unavailable {
            operation: "CreateTable",
            table: table.as_str(),
            code: error.to_string(),
        };
        let mut names = vec!["pk", "sk"];
        let mut create = self
            .client()
            .create_table()
            .table_name(self.name(table))
            .billing_mode(BillingMode::PayPerRequest)
            .set_key_schema(Some(key_schema("pk", "sk").map_err(broken)?));
        for index in table.indexes() {
            let (pk, sk) = index_key_names(index);
            names.extend([pk, sk]);
            let definition = GlobalSecondaryIndex::builder()
                .index_name(*index)
                .set_key_schema(Some(key_schema(pk, sk).map_err(broken)?))
                .projection(Projection::builder().projection_type(ProjectionType::All).build())
                .build()
                .map_err(broken)?;
            create = create.global_secondary_indexes(definition);
        }
        for name in names {
            let definition = AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(ScalarAttributeType::S)
                .build()
                .map_err(broken)?;
            create = create.attribute_definitions(definition);
        }
        match create.send().await {
            Ok(_) => Ok(()),
            Err(error) if matches!(error.as_service_error(), Some(CreateTableError::ResourceInUseException(_))) => {
                Ok(())
            }
            Err(error) => Err(StoreError::sdk("CreateTable", table, &error)),
        }
    }
}

fn key_schema(pk: &str, sk: &str) -> Result<Vec<KeySchemaElement>, aws_sdk_dynamodb::error::BuildError> {
    Ok(vec![
        KeySchemaElement::builder().attribute_name(pk).key_type(KeyType::Hash).build()?,
        KeySchemaElement::builder().attribute_name(sk).key_type(KeyType::Range).build()?,
    ])
}
