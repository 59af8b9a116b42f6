"""The stack is updated in place: a setting, the code and the link keys change, the data stays."""

import json
import secrets
import string

import pytest

from deployment import STACK
from template import functions, load

KEPT = ("CoreTable", "OutboxTable", "DedupeTable", "UsageTable", "Api", "UserPool", "UserPoolClient", "LinkKeys", "Snapshots")


def code_of(world) -> dict[str, str]:
    return {entry["FunctionName"]: entry["CodeSha256"] for entry in world.aws("lambda").list_functions()["Functions"]}


@pytest.fixture(scope="module")
def before(world):
    """What is there before the update."""
    return {
        "ids": {name: world.id(name) for name in KEPT},
        "customers": sorted(entry["id"] for entry in world.get("/v1/customers?limit=100")["items"]),
        "rows": len(world.rows("CoreTable")),
        "code": code_of(world),
        "link keys": world.aws("secretsmanager").get_secret_value(SecretId=world.id("LinkKeys"))["SecretString"],
    }


@pytest.fixture(scope="module")
def updated(world, before):
    """The stack with other code (a file more in each package), longer logs, and a new link key, as the runbook changes it."""
    keys = {"current": "k2", "k2": "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(64))}
    old = {name: key for name, key in json.loads(before["link keys"]).items() if name != "current"}
    world.aws("secretsmanager").put_secret_value(SecretId=world.id("LinkKeys"), SecretString=json.dumps(old | keys))
    built = world.deployment.folder / "build"
    for bootstrap in built.glob("*/bootstrap"):
        (bootstrap.parent / "release").write_text("2")
    world.deployment.upload(built / "template.json")
    world.deployment.deploy(world.deployment.folder / "packaged.json", LogRetentionDays="30", LinkKeysRevision="2")
    return world


def test_the_update_is_complete(updated):
    assert updated.deployment.stack()["StackStatus"] == "UPDATE_COMPLETE"


def test_every_function_has_the_new_code_and_its_log_the_new_retention(updated, before):
    now = code_of(updated)
    assert now.keys() == before["code"].keys()
    assert all(now[name] != code for name, code in before["code"].items())
    groups = updated.aws("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{STACK}-")["logGroups"]
    assert {group["retentionInDays"] for group in groups} == {30} and len(groups) == len(functions(load()))


def test_nothing_that_holds_data_was_replaced(updated, before):
    assert {name: updated.deployment.resources()[name] for name in KEPT} == before["ids"]
    now = updated.aws("secretsmanager").get_secret_value(SecretId=updated.id("LinkKeys"))["SecretString"]
    assert json.loads(now)["k1"] == json.loads(before["link keys"])["k1"]
    assert sorted(entry["id"] for entry in updated.get("/v1/customers?limit=100")["items"]) == before["customers"]
    assert len(updated.rows("CoreTable")) >= before["rows"]


def test_the_loop_goes_on(updated, bus):
    updated.customer("after", ("dora", "decision_maker"))
    updated.set_status("after", "struggling")
    bus.wait_for("after", "health_status.changed.v1")
    bus.settle()
    assert len(updated.get("/v1/tasks?customer=after")["items"]) == 1


def test_new_links_are_signed_with_the_new_key_and_old_links_still_work(updated, bus):
    (mail,) = [mail for mail in updated.mails("dora@after.example") if "/u/" in mail.text]
    assert "/u/f1.k2." in mail.text
    updated.call("GET", mail.path("/u/")).expect(200)
    old = updated.mails("dora@acme.example")[0]
    assert "/u/f1.k1." in old.text
    updated.call("GET", old.path("/u/")).expect(200)
