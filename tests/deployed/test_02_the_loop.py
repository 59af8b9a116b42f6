"""A status is set; what follows happens by itself, once: outbox, stream, bus, rule, queue, function, mail and task."""

import json
import re

from world import wait

ACME = "/v1/customers/acme"


def test_struggling_sends_the_supportive_mail_and_makes_a_high_priority_task(world, bus):
    world.customer("acme", ("dora", "decision_maker"), ("uma", "user"))
    world.set_status("acme", "struggling")
    (mail,) = wait("the mail to Dora", lambda: world.mails("dora@acme.example"))
    assert mail.subject == "How can we help, dora?"
    (task,) = wait("the task", lambda: world.get("/v1/tasks?customer=acme")["items"])
    assert (task["priority"], task["owner"]) == ("high", "csm@keepwell.example")
    bus.settle()
    assert world.mails("uma@acme.example") == []
    assert len(world.mails("dora@acme.example")) == 1
    assert len(world.get("/v1/tasks?customer=acme")["items"]) == 1


def test_the_run_is_in_the_log_with_what_it_did(world):
    runs = world.get("/v1/runs?customer=acme")["items"]
    (run,) = [run for run in runs if run["automation"] == "status-struggling"]
    assert (run["result"], run["event"]["type"]) == ("acted", "health_status.changed.v1")
    assert [(step["kind"], step["result"]) for step in run["steps"]] == [("mail", "done"), ("task", "done")], run["steps"]


def test_a_rule_of_ones_own_hears_every_event_and_no_personal_data(world, bus):
    kinds = {event["detail-type"] for event in bus.about("acme")}
    assert {"customer.created.v1", "health_status.changed.v1"} <= kinds
    ids = [event["detail"]["event_id"] for event in bus.heard()]
    assert len(ids) == len(set(ids)), "an event was published twice although nothing failed"
    told = json.dumps(bus.heard())
    for personal in ("dora@", "acme.example", "Person", "acme Ltd", "we talked"):
        assert personal not in told, personal


def test_the_same_status_again_changes_nothing(world, bus):
    before = len(bus.heard())
    world.set_status("acme", "struggling")
    bus.settle()
    assert len(bus.heard()) == before
    assert len(world.get(f"{ACME}/status/history")["items"]) == 1


def test_a_change_needs_the_version_that_was_seen(world):
    body = {"status": "steady", "reason": "quiet quarter"}
    world.call("PUT", f"{ACME}/status", body, role="csm").expect(428)
    stale = world.call("PUT", f"{ACME}/status", body, role="csm", if_match='"1"').expect(412)
    assert stale.headers["content-type"].startswith("application/problem+json")
    answer = world.change("PUT", f"{ACME}/status", ACME, body).expect(200)
    assert re.fullmatch(r'"\d+"', answer.headers["etag"])


def test_the_same_idempotency_key_answers_the_same_and_makes_nothing_new(world):
    body = {"customer": "acme", "title": "Call back", "due_on": "2035-01-01"}
    first = world.call("POST", "/v1/tasks", body, role="csm", idempotency_key="proof-task-1").expect(201)
    again = world.call("POST", "/v1/tasks", body, role="csm", idempotency_key="proof-task-1").expect(201)
    assert again.json == first.json
    other = world.call("POST", "/v1/tasks", body | {"title": "Another"}, role="csm", idempotency_key="proof-task-1")
    assert other.status == 422
    named = [task for task in world.get("/v1/tasks?customer=acme")["items"] if task["title"] == "Call back"]
    assert len(named) == 1


def test_bad_input_names_every_problem_and_its_place(world):
    answer = world.call("POST", "/v1/customers", {"id": "a b", "arr_cents": -1}, role="csm", idempotency_key="bad-1")
    assert answer.status in (400, 422) and answer.headers["content-type"].startswith("application/problem+json")
    assert {error["pointer"] for error in answer.json["errors"]} >= {"/id", "/name", "/arr_cents"}


def test_the_score_is_computed_and_can_be_read_back_and_explained(world, bus):
    bus.settle()
    score = world.get(f"{ACME}/score")
    assert score["scorecard"]["id"] == "default" and 0 <= score["value"] <= 100
    rules = {rule["id"]: rule for dimension in score["dimensions"] for rule in dimension["rules"]}
    used = [rule for rule in rules.values() if rule["state"] == "used"]
    assert abs(sum(rule["contribution"] for rule in used) - score["raw"]) < 1e-9
    before = score["value"]
    world.set_status("acme", "thriving")
    wait("the new score", lambda: world.get(f"{ACME}/score")["value"] > before)
    known = [point for point in world.get(f"{ACME}/score/history")["items"] if point["value"] is not None]
    since = min(point["at"] for point in known)
    explained = world.get(f"{ACME}/score/explain?from={since}")
    assert explained["change"] != 0
    assert abs(sum(item["delta"] for item in explained["items"]) - explained["change"]) < 1e-9


def test_timeline_and_list_show_it(world):
    kinds = {entry["kind"] for entry in world.get(f"{ACME}/timeline")["items"]}
    assert "status" in kinds or "health_status" in kinds, kinds
    (listed,) = [entry for entry in world.get("/v1/customers")["items"] if entry["id"] == "acme"]
    assert listed["status"] == "thriving"


def test_the_list_follows_what_is_written_and_erased(world):
    """A process of console-api knows everybody and asks for changes alone."""
    def ids():
        return {entry["id"] for entry in world.get("/v1/customers?limit=1000")["items"]}

    before = ids()
    world.call("POST", "/v1/customers", {"id": "passing", "name": "Passing"}, role="csm", idempotency_key="passing-1").expect(201)
    wait("the new customer in the list", lambda: ids() == before | {"passing"})
    world.call("DELETE", "/v1/customers/passing", role="admin").expect(204)
    wait("the list without it", lambda: ids() == before)
