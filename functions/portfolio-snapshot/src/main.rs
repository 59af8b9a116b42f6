//! The Lambda: wiring only.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    keepwell_aws::lambda::run(portfolio_snapshot::function).await
}
