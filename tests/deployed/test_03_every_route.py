"""Every route of the deployed API answers well once, with the rights of its function's role: a right that is missing shows here.

A new route gets a line in CALLS; `test_every_route_is_called` says which one lacks it.
"""

import secrets
import time

import pytest
from boto3.dynamodb.types import TypeSerializer

ID = "sweep"
CUSTOMER = f"/v1/customers/{ID}"
CONTACT = f"{CUSTOMER}/contacts/dora"
GOOD = (200, 201, 202, 204)
HOOK = {"id": "hook", "kind": "webhook", "url": "https://hooks.keepwell.example/in", "name": "Hook"}


def now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def today() -> str:
    return now()[:10]


def get(path, role="viewer"):
    return lambda world: world.call("GET", path, role=role)


def post(path, body=None, role="csm"):
    return lambda world: world.call("POST", path, body, role=role, idempotency_key=secrets.token_hex(8))


def change(method, path, body=None, role="csm", etag_of=None):
    def call(world):
        return world.change(method, path, etag_of or path, body(world) if callable(body) else body, role=role)
    return call


def machine(kind, /, **fields):
    """One signal by a write key; rejected is not good."""
    def call(world):
        answer = world.machine(f"/v1/{kind}", [{"customer": ID} | {name: value() if callable(value) else value for name, value in fields.items()}], world.write_key())
        assert not answer.json.get("rejected"), answer.text
        return answer
    return call


def tracked(kind, /, **fields):
    return lambda world: world.machine(f"/v1/{kind}", {"userId": "u9", "timestamp": now(), "messageId": secrets.token_hex(6)} | fields, world.write_key())


def first(world, path, field="id", role="viewer"):
    return world.get(path, role)["items"][0][field]


def settings_as_they_are(world):
    return world.get("/v1/settings", "admin") | {"product_name": "Proofware"}


def automation_of_the_teams_own(world):
    shown = world.get("/v1/automations/status-struggling")
    return shown | {"id": "proof", "name": "Proof"}


def put_new(path, body, role="admin"):
    return lambda world: world.call("PUT", path, body(world), role=role)


# The route, and a call of it that is good. In this order: what is made first is taken away at the end.
CALLS = [
    ("POST /v1/customers", post("/v1/customers", {"id": ID, "name": "Sweep Ltd", "owner": "csm@keepwell.example", "request_feedback": True, "renewal_on": "2030-01-01"})),
    ("POST /v1/customers/{id}/contacts", post(f"{CUSTOMER}/contacts", {"id": "dora", "name": "Dora Person", "email": "dora@sweep.example", "role": "decision_maker"})),
    ("PATCH /v1/customers/{id}", change("PATCH", CUSTOMER, {"plan": "Pro"})),
    ("PATCH /v1/customers/{id}/contacts/{contact}", lambda world: patch_contact(world)),
    ("PUT /v1/customers/{id}/status", change("PUT", f"{CUSTOMER}/status", {"status": "healthy", "reason": "we talked"}, etag_of=CUSTOMER)),
    ("PUT /v1/customers/{id}/score/override", change("PUT", f"{CUSTOMER}/score/override", {"kind": "cap", "value": 70, "reason": "a proof"}, etag_of=CUSTOMER)),
    ("DELETE /v1/customers/{id}/score/override", change("DELETE", f"{CUSTOMER}/score/override", etag_of=CUSTOMER)),
    ("POST /v1/tasks", post("/v1/tasks", {"customer": ID, "title": "Call", "due_on": "2035-01-01"})),
    ("PATCH /v1/tasks/{id}", lambda world: patch_task(world)),
    ("POST /v1/interactions", machine("interactions", id="i1", kind="call", at=now, quality=4)),
    ("POST /v1/customers/{id}/interactions", post(f"{CUSTOMER}/interactions", {"kind": "meeting", "notes": "A good talk"})),
    ("POST /v1/tickets", machine("tickets", id="t9", severity="low", opened_at=now)),
    ("POST /v1/surveys", machine("surveys", id="s1", kind="nps", scale_min=0, scale_max=10, value=9, at=now)),
    ("POST /v1/goals", machine("goals", id="g1", name="Roll-out", target=100, actual=20, due_on="2035-01-01")),
    ("POST /v1/messages", machine("messages", id="m1", at=now, text="All is well")),
    ("POST /v1/opportunities", machine("opportunities", id="o1", kind="renewal", amount_cents=100, likelihood=50, stage="open", closes_on="2035-01-01")),
    ("POST /v1/outcomes", machine("outcomes", id="oc1", kind="renewed", on=today)),
    ("POST /v1/custom-measures", machine("custom-measures", name="depth", value=3, observed_at=now)),
    ("POST /v1/group", tracked("group", groupId=ID, traits={"seats": 5})),
    ("POST /v1/identify", tracked("identify", groupId=ID, traits={"email": "u9@sweep.example"})),
    ("POST /v1/track", tracked("track", groupId=ID, event="Export")),
    ("POST /v1/page", tracked("page", groupId=ID, name="Home")),
    ("POST /v1/screen", tracked("screen", groupId=ID, name="Home")),
    ("POST /v1/alias", tracked("alias", previousId="anonymous-9")),
    ("POST /v1/batch", lambda world: world.machine("/v1/batch", {"batch": [{"type": "track", "userId": "u9", "groupId": ID, "event": "A", "messageId": "b1"}]}, world.write_key())),
    ("POST /v1/import", lambda world: world.machine("/v1/import", {"batch": [{"type": "track", "userId": "u9", "groupId": ID, "event": "A", "messageId": "b2"}]}, world.write_key())),
    ("POST /v1/imports/{kind}", lambda world: world.call("POST", "/v1/imports/tickets", f"id,customer,severity,opened_at\nt8,{ID},low,{now()}\n", role="csm", content_type="text/csv")),
    ("GET /v1/customers", get("/v1/customers?q=sweep&sort=-score")),
    ("GET /v1/customers/{id}", get(CUSTOMER)),
    ("GET /v1/customers/{id}/contacts", get(f"{CUSTOMER}/contacts")),
    ("GET /v1/customers/{id}/goals", get(f"{CUSTOMER}/goals")),
    ("GET /v1/customers/{id}/happiness", get(f"{CUSTOMER}/happiness")),
    ("GET /v1/customers/{id}/score", get(f"{CUSTOMER}/score")),
    ("GET /v1/customers/{id}/score/explain", lambda world: world.call("GET", f"{CUSTOMER}/score/explain?from={now()}", role="viewer")),
    ("GET /v1/customers/{id}/score/history", get(f"{CUSTOMER}/score/history")),
    ("GET /v1/customers/{id}/status/history", get(f"{CUSTOMER}/status/history")),
    ("GET /v1/customers/{id}/tickets", get(f"{CUSTOMER}/tickets")),
    ("GET /v1/customers/{id}/timeline", get(f"{CUSTOMER}/timeline")),
    ("GET /v1/feedback", get("/v1/feedback")),
    ("PATCH /v1/feedback/{id}", lambda world: handle_an_answer(world)),
    ("GET /v1/feedback-mail", get("/v1/feedback-mail?locale=en-GB")),
    ("GET /v1/insights", get("/v1/insights")),
    ("GET /v1/tasks", get("/v1/tasks?owner=csm@keepwell.example&state=open")),
    ("GET /v1/measures", get("/v1/measures")),
    ("GET /v1/sign-in", lambda world: world.call("GET", "/v1/sign-in")),
    ("GET /v1/openapi.json", lambda world: world.call("GET", "/v1/openapi.json")),
    ("GET /v1/settings", get("/v1/settings")),
    ("PUT /v1/settings", change("PUT", "/v1/settings", settings_as_they_are, role="admin")),
    ("GET /v1/system", get("/v1/system", role="admin")),
    ("GET /v1/scorecards", get("/v1/scorecards")),
    ("GET /v1/scorecards/schema", get("/v1/scorecards/schema")),
    ("GET /v1/scorecards/{id}", get("/v1/scorecards/default")),
    ("GET /v1/scorecards/{id}/versions", get("/v1/scorecards/default/versions")),
    ("PUT /v1/scorecards/{id}", change("PUT", "/v1/scorecards/default", lambda world: world.get("/v1/scorecards/default") | {"name": "Proof"}, role="admin")),
    ("PUT /v1/scorecards/order", lambda world: order_scorecards(world)),
    ("POST /v1/scorecards/evaluate", lambda world: world.call("POST", "/v1/scorecards/evaluate", {"scorecard": world.get("/v1/scorecards/default"), "measures": {"team.health_status": "healthy"}}, role="viewer")),
    ("POST /v1/snapshot", post("/v1/snapshot", {}, role="admin")),
    ("POST /v1/scorecards/{id}/plan", lambda world: world.call("POST", "/v1/scorecards/default/plan", world.get("/v1/scorecards/default"), role="csm")),
    ("POST /v1/scorecards/{id}/backtest", post("/v1/scorecards/default/backtest", {})),
    ("POST /v1/scorecards/{id}/suggest-weights", post("/v1/scorecards/default/suggest-weights", {})),
    ("POST /v1/sentiment", post("/v1/sentiment", {"text": "Great!"}, role="viewer")),
    ("GET /v1/mail-templates", get("/v1/mail-templates")),
    ("POST /v1/mail-templates/preview", post("/v1/mail-templates/preview", {"template": "status-struggling", "customer": ID}, role="viewer")),
    ("GET /v1/endpoints", get("/v1/endpoints", role="csm")),
    ("POST /v1/endpoints", post("/v1/endpoints", HOOK, role="admin")),
    ("GET /v1/endpoints/{id}", get("/v1/endpoints/hook", role="csm")),
    ("PATCH /v1/endpoints/{id}", change("PATCH", "/v1/endpoints/hook", {"name": "Our hook"}, role="admin")),
    ("POST /v1/endpoints/{id}/test", post("/v1/endpoints/hook/test", role="admin")),
    ("GET /v1/endpoints/{id}/deliveries", get("/v1/endpoints/hook/deliveries", role="csm")),
    ("POST /v1/endpoints/{id}/deliveries/{delivery}/redeliver", lambda world: post(f"/v1/endpoints/hook/deliveries/{first(world, '/v1/endpoints/hook/deliveries', role='csm')}/redeliver", role="admin")(world)),
    ("DELETE /v1/endpoints/{id}", change("DELETE", "/v1/endpoints/hook", role="admin")),
    ("GET /v1/automations", get("/v1/automations")),
    ("GET /v1/automations/schema", get("/v1/automations/schema")),
    ("GET /v1/automations/{id}", get("/v1/automations/status-struggling")),
    ("PUT /v1/automations/{id}", put_new("/v1/automations/proof", automation_of_the_teams_own)),
    ("GET /v1/automations/{id}/versions", get("/v1/automations/proof/versions")),
    ("GET /v1/automations/{id}/runs", get("/v1/automations/status-struggling/runs")),
    ("POST /v1/automations/{id}/dry-run", post("/v1/automations/proof/dry-run", {"customer": ID})),
    ("DELETE /v1/automations/{id}", change("DELETE", "/v1/automations/proof", role="admin")),
    ("POST /v1/automations/{id}/reset", lambda world: reset_automation(world)),
    ("GET /v1/runs", get("/v1/runs")),
    ("POST /v1/write-keys", post("/v1/write-keys", {"name": "Another"}, role="admin")),
    ("GET /v1/write-keys", get("/v1/write-keys", role="admin")),
    ("DELETE /v1/write-keys/{id}", lambda world: world.call("DELETE", f"/v1/write-keys/{newest_write_key(world)}", role="admin")),
    ("PUT /v1/members/me", lambda world: world.call("PUT", "/v1/members/me", role="csm")),
    ("GET /v1/members", get("/v1/members")),
    ("DELETE /v1/members/{email}", lambda world: world.call("DELETE", f"/v1/members/{first(world, '/v1/members', 'email')}", role="admin")),
    ("PUT /v1/views/{id}", lambda world: world.call("PUT", "/v1/views/proof", {"name": "Proof", "page": "portfolio", "query": "sort=-score", "shared": True}, role="csm")),
    ("GET /v1/views", get("/v1/views")),
    ("DELETE /v1/views/{id}", lambda world: world.call("DELETE", "/v1/views/proof", role="csm")),
    *[(f"GET /v1/analytics/{view}", get(f"/v1/analytics/{view}")) for view in ("trend", "segments", "movement", "drivers", "renewals", "responses", "cohorts")],
    ("GET /v1/exports/{kind}", lambda world: world.call("GET", "/v1/exports/customers", role="admin", accept="text/csv")),
    ("GET /v1/customers/{id}/export", get(f"{CUSTOMER}/export", role="admin")),
    ("GET /v1/customers/{id}/contacts/{contact}/export", get(f"{CONTACT}/export", role="admin")),
    ("POST /v1/customers/{id}/contacts/{contact}/erase", post(f"{CONTACT}/erase", role="admin")),
    ("DELETE /v1/customers/{id}/contacts/{contact}", lambda world: delete_a_contact(world)),
    ("DELETE /v1/customers/{id}", lambda world: world.call("DELETE", CUSTOMER, role="admin")),
]

def patch_contact(world):
    return world.call("PATCH", CONTACT, {"name": "Dora P. Person"}, role="csm", if_match=f'"{world.contact(ID, "dora")["version"]}"')


def patch_task(world):
    task = world.get(f"/v1/tasks?customer={ID}")["items"][0]
    return world.call("PATCH", f"/v1/tasks/{task['id']}", {"state": "done"}, role="csm", if_match=f'"{task["version"]}"')


def handle_an_answer(world):
    """Nobody answers before the clock is turned: one is put into the table, as it is kept."""
    request, at = "req_sweep", now()
    asked = {"id": request, "customer": ID, "contact": "dora", "asked_at": at, "expires_at": "2035-01-01T00:00:00Z", "state": "answered", "first_answered_at": at, "revision": 1, "last": None, "version": 2}
    answer = {"customer": ID, "request": request, "revision": 1, "contact": "dora", "role": "decision_maker", "rating": "happy", "at": at}
    for pk, sk, body in ((f"ID#{request}", "AT", {"customer": ID}), (f"C#{ID}", f"FR#{request}", asked), (f"C#{ID}", f"S#FB#{request}#000001", answer)):
        item = {"pk": pk, "sk": sk, "revision": 1, "body": body}
        world.aws("dynamodb").put_item(TableName=world.id("CoreTable"), Item=TypeSerializer().serialize(item)["M"])
    return world.call("PATCH", f"/v1/feedback/{request}", {"state": "closed", "themes": ["Proof"]}, role="csm", if_match='"2"')


def order_scorecards(world):
    return change("PUT", "/v1/scorecards/order", {"order": ["default"]}, role="admin", etag_of="/v1/scorecards")(world)


def reset_automation(world):
    return change("POST", "/v1/automations/status-struggling/reset", role="admin", etag_of="/v1/automations/status-struggling")(world)


def newest_write_key(world):
    keys = world.get("/v1/write-keys", "admin")["items"]
    return next(key["id"] for key in keys if key["name"] == "Another")


def delete_a_contact(world):
    made = world.post(f"{CUSTOMER}/contacts", {"id": "gone", "name": "Gone", "email": "gone@sweep.example", "role": "other"})
    return world.call("DELETE", f"{CUSTOMER}/contacts/gone", role="csm", if_match=f'"{made["version"]}"')


@pytest.fixture(scope="module")
def deployed(world) -> set[str]:
    found = set()
    for page in world.aws("apigatewayv2").get_paginator("get_routes").paginate(ApiId=world.id("Api")):
        found |= {route["RouteKey"] for route in page["Items"]}
    return found


@pytest.mark.parametrize(("route", "call"), CALLS, ids=[route for route, _ in CALLS])
def test_the_route_answers(world, deployed, route, call):
    if route not in deployed:
        pytest.skip("not in the template")
    answer = call(world)
    assert answer.status in GOOD, f"{answer.status}: {answer.text[:1000]}"


def test_every_route_is_called(deployed):
    links = {route for route in deployed if route.split(" ")[1].startswith(("/f/", "/u/"))}
    assert deployed - links - {route for route, _ in CALLS} == set()
    assert links == {f"{method} /{kind}/{{token}}" for method in ("GET", "HEAD", "POST") for kind in "fu"}
