"""After everything that the stories before have set off: no function asked for a right that it does not have, and nothing failed.

Every function runs with the rights of its own role in the template, and MiniStack refuses the rest.
"""

import json

from deployment import STACK
from template import functions, load
from test_07_failures import depth

QUEUES = ("AutomationDispatchDeadLetters", "ScoreRecomputeDeadLetters", "MailEventsDeadLetters", "UndeliveredEvents", "FailedSchedules")


def test_every_schedule_runs_with_the_input_that_the_template_gives_it(world):
    scheduler, ran = world.aws("scheduler"), set()
    for entry in scheduler.list_schedules()["Schedules"]:
        target = scheduler.get_schedule(Name=entry["Name"])["Target"]
        answer = world.aws("lambda").invoke(FunctionName=target["Arn"], Payload=target["Input"].encode())
        assert "FunctionError" not in answer, f"{entry['Name']}: {answer['Payload'].read()[:500]}"
        ran.add((target["Arn"].rsplit(":", 1)[-1].removeprefix(f"{STACK}-"), json.loads(target["Input"])["schedule"]))
    wanted = {
        (name, json.loads(event["Properties"]["Input"])["schedule"])
        for logical, name in functions(load()).items()
        for event in load()["Resources"][logical]["Properties"]["Events"].values()
        if event["Type"] == "ScheduleV2"
    }
    assert ran == wanted


def test_no_function_was_refused_anything_and_none_logged_an_error(world):
    assert len(world.logs("console-api")) > 100, "the logs cannot be read"
    for name in functions(load()).values():
        lines = world.logs(name)
        bad = [line for line in lines if "AccessDenied" in line or "not authorized" in line or '"level":"ERROR"' in line]
        assert bad == [], f"{name}: {bad[:3]}"


def test_no_queue_of_failures_holds_anything(world):
    assert {queue: depth(world, queue) for queue in QUEUES} == dict.fromkeys(QUEUES, 0)
    assert world.aws("s3").list_objects_v2(Bucket=world.id("UnpublishedRecords"))["KeyCount"] == 0


def test_no_log_line_holds_an_address_a_name_a_comment_or_a_link(world):
    personal = ("@acme.example", "@feedco.example", "@seg.example", "dora Person", "Great <b>", "we talked", "/f/f1.", "/u/f1.", "rating=very_happy")
    for name in functions(load()).values():
        for line in world.logs(name):
            assert not any(secret in line for secret in personal), f"{name}: {line[:300]}"


def test_a_function_may_do_nothing_that_its_role_does_not_name(world):
    """The roles as they stand in the stack, asked about what other functions may do."""
    iam, core = world.aws("iam"), world.aws("dynamodb").describe_table(TableName=world.id("CoreTable"))["Table"]["TableArn"]
    for name in ("StatusUpdateRole", "EventPublisherRole", "PortfolioSnapshotRole", "FeedbackCollectionRole"):
        role = iam.get_role(RoleName=world.id(name))["Role"]["Arn"]
        for action in ("dynamodb:Scan", "dynamodb:DeleteItem", "dynamodb:DeleteTable", "iam:PassRole"):
            answer = iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=[action], ResourceArns=[core])
            assert {result["EvalDecision"] for result in answer["EvaluationResults"]} == {"implicitDeny"}, f"{name} {action}: {json.dumps(answer, default=str)[:300]}"
