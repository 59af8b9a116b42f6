"""Who may do what: tokens of the stack's own user pool, checked by the gateway; roles, by the functions."""

import base64
import json

import pytest

import template
from world import send

CUSTOMER = {"id": "gate", "name": "Gate Ltd"}


@pytest.fixture(scope="module")
def open_routes(world):
    """Routes by who may call them: whoever has a token, or anybody."""
    gateway, found = world.aws("apigatewayv2"), []
    for page in gateway.get_paginator("get_routes").paginate(ApiId=world.id("Api")):
        found += page["Items"]
    return found


def path_of(route: str) -> tuple[str, str]:
    method, path = route.split(" ", 1)
    return method, "/".join("x" if part.startswith("{") else part for part in path.split("/"))


def test_every_route_of_the_template_is_there(open_routes):
    wanted = {
        f"{event['Properties']['Method'].upper()} {event['Properties']['Path']}"
        for resource in template.load()["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
        for event in resource["Properties"].get("Events", {}).values()
        if event["Type"] == "HttpApi"
    }
    assert {route["RouteKey"] for route in open_routes} == wanted


def test_without_a_token_nothing_but_public_routes_answers(world, open_routes):
    for route in open_routes:
        method, path = path_of(route["RouteKey"])
        answer = send(method, world.api + path, b"{}" if method in ("POST", "PUT", "PATCH") else None, {"content-type": "application/json"})
        if route["AuthorizationType"] == "JWT":
            assert answer.status == 401, route["RouteKey"]
        elif path.startswith("/v1/sign-in") or path == "/v1/openapi.json":
            assert answer.status == 200, route["RouteKey"]
        elif path.startswith("/v1/"):
            assert answer.status == 401, f"{route['RouteKey']} without a write key: {answer.status}"
        else:
            assert answer.status == 404, f"{route['RouteKey']} with a link that nobody made: {answer.status}"


def test_a_forged_a_changed_and_a_malformed_token_are_refused(world):
    header, claims, signature = world.token("viewer").split(".")
    raised = json.loads(base64.urlsafe_b64decode(claims + "=="))
    raised["cognito:groups"] = ["admin"]
    raised = base64.urlsafe_b64encode(json.dumps(raised).encode()).rstrip(b"=").decode()
    unsigned = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).rstrip(b"=").decode()
    for token in (f"{header}.{raised}.{signature}", f"{unsigned}.{raised}.", "nonsense", "a.b.c"):
        world.call("GET", "/v1/customers", authorization=f"Bearer {token}").expect(401)


def test_a_token_for_another_application_is_refused(world):
    cognito, pool = world.aws("cognito-idp"), world.id("UserPool")
    ours = cognito.describe_user_pool_client(UserPoolId=pool, ClientId=world.id("UserPoolClient"))["UserPoolClient"]
    same = {key: ours[key] for key in ("AllowedOAuthFlows", "AllowedOAuthScopes", "AllowedOAuthFlowsUserPoolClient", "CallbackURLs", "SupportedIdentityProviders")}
    other = cognito.create_user_pool_client(UserPoolId=pool, ClientName="another", **same)["UserPoolClient"]["ClientId"]
    mine = world.id("UserPoolClient")
    try:
        world._settings["UserPoolClient"] = other
        token = world.sign_in("admin")["access_token"]
    finally:
        world._settings["UserPoolClient"] = mine
        cognito.delete_user_pool_client(UserPoolId=pool, ClientId=other)
    world.call("GET", "/v1/customers", authorization=f"Bearer {token}").expect(401)


def test_a_scope_says_what_the_application_may_do(world):
    reads = world.sign_in("admin", scope="openid email keepwell/read")["access_token"]
    world.call("GET", "/v1/customers", authorization=f"Bearer {reads}").expect(200)
    world.call("POST", "/v1/customers", CUSTOMER, authorization=f"Bearer {reads}", idempotency_key="scope-1").expect(403)


def test_an_id_token_is_no_access_token(world):
    token = world.sign_in("admin")["id_token"]
    world.call("GET", "/v1/customers", authorization=f"Bearer {token}").expect(403)


def test_a_group_says_what_the_person_may_do(world):
    world.call("GET", "/v1/customers", role="viewer").expect(200)
    nobody = world.token(None)
    world.call("GET", "/v1/customers", authorization=f"Bearer {nobody}").expect(401)
    world.call("POST", "/v1/customers", CUSTOMER, role="viewer", idempotency_key="role-1").expect(403)
    world.call("POST", "/v1/customers", CUSTOMER, role="csm", idempotency_key="role-2").expect(201)
    world.call("DELETE", "/v1/customers/gate", role="csm").expect(403)
    assert world.call("DELETE", "/v1/customers/gate", role="admin").status in (200, 202, 204)
    world.call("GET", "/v1/customers/gate", role="viewer").expect(404)


def test_people_are_added_by_an_administrator_alone(world):
    # MiniStack lets anybody sign up whatever the pool says, so that only the setting can be looked at.
    pool = world.aws("cognito-idp").describe_user_pool(UserPoolId=world.id("UserPool"))["UserPool"]
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert pool["DeletionProtection"] == "ACTIVE"
