"""The stack is deleted: what costs money or acts is gone, what a team cannot make anew is kept. Then it is made again."""

import pytest

from deployment import STACK
from world import World, wait

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


def test_a_stack_of_the_same_name_is_made_beside_what_was_kept(world, deleted):
    world.deployment.deploy(world.deployment.folder / "packaged.json")
    fresh = World()
    assert fresh.id("CoreTable") != deleted["ids"]["CoreTable"]
    assert wait("the new stack to answer", lambda: fresh.call("GET", "/v1/customers", role="viewer").status == 200)
    assert fresh.get("/v1/customers")["items"] == []
