"""The real `infra/template.yaml` with real binaries, and what has to be changed about it for MiniStack."""

import json
import os
import platform
import shutil
import string
import subprocess
import urllib.parse
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "infra" / "template.yaml"
# This machine's own, because MiniStack runs the binaries itself.
ARCHITECTURE = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine()]


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short functions (`!Ref`, `!Sub` ...)."""


def _short_function(loader: yaml.Loader, tag: str, node: yaml.Node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _short_function)
# A date stays a text: `Version: 2012-10-17`.
_Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load(path: Path = TEMPLATE) -> dict:
    return yaml.load(path.read_text(), Loader=_Loader)


def functions(template: dict) -> dict[str, str]:
    """The logical ids of the functions, and the name of the binary of each."""
    return {
        name: resource["Metadata"]["BuildProperties"]["Binary"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def binaries_folder() -> Path:
    return Path(os.environ.get("KEEPWELL_BINARIES", ROOT / "target" / "release")).resolve()


def _characters_spelled_out(resource: dict) -> bool:
    secret = resource["Properties"].get("GenerateSecretString", {})
    if not secret.get("ExcludePunctuation"):
        return False
    secret["ExcludeCharacters"] = string.punctuation
    return True


def _mail_from_any_resource(resource: dict) -> bool:
    found = [
        statement
        for policy in resource["Properties"].get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Action"] == "ses:SendRawEmail"
    ]
    for statement in found:
        statement["Resource"] = "*"
        del statement["Condition"]
    return bool(found)


def _plain_http(resource: dict) -> bool:
    statements = resource["Properties"]["PolicyDocument"]["Statement"]
    kept = [statement for statement in statements if "aws:SecureTransport" not in json.dumps(statement.get("Condition", {}))]
    if len(kept) == len(statements):
        return False
    # A policy without statements is none; what is left instead allows what the bucket's owner may do anyway.
    resource["Properties"]["PolicyDocument"]["Statement"] = kept or [
        {**statements[0], "Effect": "Allow", "Sid": "NothingElse", "Principal": {"AWS": {"Ref": "AWS::AccountId"}}, "Action": "s3:ListBucket", "Condition": {}}
    ]
    return True


def _origins_here(resource: dict) -> bool:
    config = resource["Properties"]["DistributionConfig"]
    here = urllib.parse.urlsplit(os.environ["AWS_ENDPOINT_URL"])
    for origin in config["Origins"]:
        if "CustomOriginConfig" in origin:
            origin["DomainName"] = here.hostname
            origin["OriginPath"] = {"Fn::Sub": "/_aws/execute-api/${Api}/$default"}
            origin["CustomOriginConfig"] = {"OriginProtocolPolicy": "http-only", "HTTPPort": here.port}
    for behavior in [config["DefaultCacheBehavior"], *config["CacheBehaviors"]]:
        behavior["ViewerProtocolPolicy"] = "allow-all"
    return True


# What is changed for MiniStack: the type of resource, what is done, why. Everything else is deployed as it stands.
CHANGES = [
    (
        "AWS::SecretsManager::Secret", _characters_spelled_out,
        "ExcludePunctuation is given as ExcludeCharacters too: MiniStack reads only that one",
    ),
    (
        "AWS::IAM::Role", _mail_from_any_resource,
        "ses:SendRawEmail without its resources and ses:FromAddress: MiniStack asks for the right on * and knows no such condition",
    ),
    (
        "AWS::S3::BucketPolicy", _plain_http,
        "plain HTTP is not refused: MiniStack is reached over it, and it would keep to the policy",
    ),
    (
        "AWS::CloudFront::Distribution", _origins_here,
        "the API is reached here and by plain HTTP: MiniStack does not find an API by its name at AWS",
    ),
]


def for_ministack(template: dict) -> tuple[dict, list[str]]:
    """The template with CHANGES, and one line for each resource that was changed."""
    done = []
    for name, resource in list(template["Resources"].items()):
        for kind, change, reason in CHANGES:
            if resource["Type"] == kind and change(resource):
                done.append(f"{name}: {reason}")
    return template, done


def build(folder: Path) -> tuple[Path, list[str]]:
    """Puts template and code into `folder` by `infra/package`; answers the template for `aws cloudformation package`, and what was changed."""
    shutil.rmtree(folder, ignore_errors=True)
    command = [ROOT / "infra" / "package", "--arch", ARCHITECTURE, "--out", folder, "--binaries", binaries_folder()]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    template, changes = for_ministack(load(folder / "template.yaml"))
    built = folder / "template.json"
    built.write_text(json.dumps(template, indent=1))
    return built, changes
