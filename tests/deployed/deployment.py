"""The stack: packaged and deployed with the AWS command line, as a pipeline does it."""

import functools
import json
import os
import subprocess
import time
from collections import Counter
from pathlib import Path

import boto3

import routes
import template

STACK = "keepwell"
BUCKET = "keepwell-packages"
PARAMETERS = {
    "Architecture": template.ARCHITECTURE,
    "MailFrom": "keepwell@keepwell.example",
    "ManagerEmail": "boss@keepwell.example",
    "AlarmEmail": "ops@keepwell.example",
    "LogRetentionDays": "7",
}


class Deployment:
    """The stack of one emulator. Everything is looked up from the stack itself, as people do."""

    def __init__(self, folder: Path, url: str):
        self.folder = folder
        self.url = url
        self.changes: list[str] = []

    @functools.cache
    def client(self, service: str):
        return boto3.client(service)

    def _aws(self, *arguments: str) -> str:
        done = subprocess.run(["aws", *arguments], capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"aws {' '.join(arguments[:3])} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def package(self) -> Path:
        """Template and binaries in the form that CloudFormation takes."""
        built, self.changes = template.build(self.folder / "build")
        if BUCKET not in [bucket["Name"] for bucket in self.client("s3").list_buckets()["Buckets"]]:
            self.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": self.client("s3").meta.region_name})
        return self.upload(built)

    def upload(self, built: Path) -> Path:
        packaged = self.folder / "packaged.json"
        self._aws("cloudformation", "package", "--template-file", str(built), "--s3-bucket", BUCKET,
                  "--output-template-file", str(packaged), "--use-json")
        return packaged

    def deploy(self, packaged: Path, **parameters: str) -> None:
        """Creates or updates the stack, then its routes."""
        values = PARAMETERS | {"PublicUrl": self.public_url()} | parameters
        try:
            self._aws("cloudformation", "deploy", "--stack-name", STACK, "--template-file", str(packaged), "--s3-bucket", BUCKET,
                      "--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND", "--no-fail-on-empty-changeset",
                      "--parameter-overrides", *[f"{name}={value}" for name, value in values.items()])
        except RuntimeError as error:
            events = self.client("cloudformation").describe_stack_events(StackName=STACK)["StackEvents"]
            failed = [f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}" for event in events if event["ResourceStatus"].endswith("FAILED")]
            raise RuntimeError("\n".join([str(error), *failed])) from None
        self.make_routes()

    def verify_sender(self) -> None:
        """What a team does once by hand: the sender is a verified identity, and the account is out of SES's sandbox."""
        self.client("ses").verify_email_identity(EmailAddress=PARAMETERS["MailFrom"])
        self.client("sesv2").put_account_details(
            MailType="TRANSACTIONAL", WebsiteURL="https://keepwell.example", UseCaseDescription="proof", ProductionAccessEnabled=True
        )

    def public_url(self) -> str:
        """What links in mails start with. It has no path, so whoever follows one puts the API's own path in (`World.api`)."""
        return self.url

    def make_routes(self) -> int:
        translated = self.client("cloudformation").get_template(StackName=STACK, TemplateStage="Processed")["TemplateBody"]
        translated = json.loads(translated) if isinstance(translated, str) else translated
        parameters = {entry["ParameterKey"]: entry["ParameterValue"] for entry in self.stack()["Parameters"]}
        resolver = routes.Resolver(
            translated, parameters, self.resources(), self.function_arns(),
            {"AWS::Region": self.region(), "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com", "AWS::StackName": STACK},
        )
        body = resolver.value(translated["Resources"]["Api"]["Properties"]["Body"])
        return routes.make(self.client("apigatewayv2"), self.resources()["Api"], body)

    def region(self) -> str:
        return self.client("s3").meta.region_name

    def stack(self) -> dict:
        return self.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]

    def outputs(self) -> dict[str, str]:
        return {entry["OutputKey"]: entry["OutputValue"] for entry in self.stack().get("Outputs", [])}

    def resources(self) -> dict[str, str]:
        """Physical ids by logical ids."""
        found = {}
        for page in self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=STACK):
            found |= {entry["LogicalResourceId"]: entry["PhysicalResourceId"] for entry in page["StackResourceSummaries"]}
        return found

    def function_arns(self) -> dict[str, str]:
        by_name = {}
        for page in self.client("lambda").get_paginator("list_functions").paginate():
            by_name |= {entry["FunctionName"]: entry["FunctionArn"] for entry in page["Functions"]}
        return {logical: by_name[name] for logical, name in self.resources().items() if name in by_name}

    def delete(self, limit_s: float = 120) -> str:
        """Deletes the stack; answers its last state."""
        stack = self.stack()["StackId"]
        cloudformation = self.client("cloudformation")
        cloudformation.delete_stack(StackName=STACK)
        until = time.monotonic() + limit_s
        while (state := cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]).endswith("IN_PROGRESS"):
            assert time.monotonic() < until, state
            time.sleep(0.2)
        return state


def main() -> None:
    """Packages, says what was changed for MiniStack, and deploys."""
    start = time.monotonic()
    deployment = Deployment(Path(os.environ["KEEPWELL_PROOF_FOLDER"]), os.environ["AWS_ENDPOINT_URL"])
    packaged = deployment.package()
    print(f"packaged in {time.monotonic() - start:.1f} s. Changed for MiniStack:")
    for change in deployment.changes:
        print(f"  {change}")
    deployment.verify_sender()
    deployment.deploy(packaged)
    states = Counter(entry["ResourceStatus"] for entry in deployment.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"])
    print(f"deployed {dict(states)}, {deployment.make_routes()} routes")


if __name__ == "__main__":
    main()
