"""The stack is deleted: what costs money or acts is gone, what a team cannot make anew is kept."""

import pytest

from deployment import STACK
from template import load

KEPT_TABLES = ("CoreTable", "OutboxTable", "DedupeTable", "UsageTable")
KEPT_BUCKETS = ("Snapshots", "UnpublishedRecords")


@pytest.fixture(scope="module")
def deleted(world):
    ids = world.deployment.resources()
    rows = {name: len(world.rows(name)) for name in KEPT_TABLES}
    state = world.deployment.delete()
    return {"ids": ids, "rows": rows, "state": state}


def test_the_stack_is_gone(world, deleted):
    assert deleted["state"] == "DELETE_COMPLETE"
    assert [entry["FunctionName"] for entry in world.aws("lambda").list_functions()["Functions"]] == []
    assert [url for url in world.aws("sqs").list_queues().get("QueueUrls", []) if f"/{STACK}-" in url] == []
    assert [bus["Name"] for bus in world.aws("events").list_event_buses()["EventBuses"] if bus["Name"] == STACK] == []
    assert world.aws("scheduler").list_schedules()["Schedules"] == []


def test_tables_buckets_link_keys_and_people_are_kept(world, deleted):
    ids = deleted["ids"]
    for name in KEPT_TABLES:
        rows = 0
        for page in world.aws("dynamodb").get_paginator("scan").paginate(TableName=ids[name], Select="COUNT"):
            rows += page["Count"]
        assert rows == deleted["rows"][name] > 0, name
    buckets = {bucket["Name"] for bucket in world.aws("s3").list_buckets()["Buckets"]}
    assert {ids[name] for name in KEPT_BUCKETS} <= buckets
    assert world.aws("secretsmanager").get_secret_value(SecretId=ids["LinkKeys"])["SecretString"]
    assert world.aws("cognito-idp").describe_user_pool(UserPoolId=ids["UserPool"])["UserPool"]["Id"] == ids["UserPool"]


def test_nothing_that_is_kept_has_a_name_that_the_next_stack_wants():
    # MiniStack gives a second stack the names of the first, so that only the template can be looked at.
    for name, resource in load()["Resources"].items():
        if resource.get("DeletionPolicy") == "Retain":
            fixed = {"TableName", "BucketName", "Name", "UserPoolName"} & resource["Properties"].keys()
            assert not fixed, f"{name} is kept, and has a fixed {fixed}"
