"""The routes of the HTTP API.

MiniStack makes the API but does not read its `Body`, the OpenAPI document into which SAM translates the routes, integrations and the
authorizer. This reads the document from the translated template, as API Gateway would, and makes them by API Gateway's own calls.
"""

import re

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace", "x-amazon-apigateway-any-method"}


class Resolver:
    """Resolves what a translated template leaves to CloudFormation: references, conditions, texts with variables."""

    def __init__(self, template: dict, parameters: dict[str, str], physical_ids: dict[str, str], arns: dict[str, str], pseudo: dict[str, str]):
        self.conditions = template.get("Conditions", {})
        self.values = parameters | physical_ids | pseudo
        self.arns = arns

    def value(self, it):
        """`it` with everything resolved."""
        if isinstance(it, list):
            return [self.value(entry) for entry in it]
        if not isinstance(it, dict):
            return it
        if len(it) == 1:
            ((function, argument),) = it.items()
            match function:
                case "Ref":
                    return self.values[argument]
                case "Fn::GetAtt":
                    return self.attribute(*argument)
                case "Fn::If":
                    condition, then, otherwise = argument
                    return self.value(then if self.holds(self.conditions[condition]) else otherwise)
                case "Fn::Sub":
                    return re.sub(r"\$\{([^!][^}]*)\}", lambda found: self.variable(found[1]), argument)
            assert not function.startswith("Fn::"), f"{function} is not known here"
        return {key: self.value(entry) for key, entry in it.items()}

    def variable(self, name: str) -> str:
        return self.attribute(*name.split(".", 1)) if "." in name else self.values[name]

    def attribute(self, resource: str, attribute: str) -> str:
        assert attribute == "Arn", f"{resource}.{attribute} is not known here"
        return self.arns[resource]

    def holds(self, condition: dict) -> bool:
        ((function, argument),) = condition.items()
        match function:
            case "Fn::Equals":
                left, right = self.value(argument)
                return left == right
            case "Fn::Not":
                return not self.holds(argument[0])
            case "Fn::And":
                return all(map(self.holds, argument))
            case "Fn::Or":
                return any(map(self.holds, argument))
            case "Condition":
                return self.holds(self.conditions[argument])
        raise AssertionError(f"{function} is not known here")


def routes_of(body: dict) -> dict[str, dict]:
    """The operations of an OpenAPI document by API Gateway's route keys: `GET /v1/customers`."""
    found = {}
    for path, operations in body["paths"].items():
        for method, operation in operations.items():
            if method not in METHODS:
                continue
            verb = "ANY" if method.startswith("x-") else method.upper()
            found["$default" if path == "/$default" else f"{verb} {path}"] = operation
    return found


def make(gateway, api: str, body: dict) -> int:
    """Makes the routes of `body` that are missing, and removes those that are not in it. Answers how many there are."""
    schemes = {
        name: scheme["x-amazon-apigateway-authorizer"]
        for name, scheme in body.get("components", {}).get("securitySchemes", {}).items()
    }
    authorizers = {entry["Name"]: entry["AuthorizerId"] for entry in gateway.get_authorizers(ApiId=api)["Items"]}
    for name, scheme in schemes.items():
        settings = dict(
            ApiId=api, Name=name, AuthorizerType="JWT", IdentitySource=[scheme["identitySource"]],
            JwtConfiguration={"Issuer": scheme["jwtConfiguration"]["issuer"], "Audience": scheme["jwtConfiguration"]["audience"]},
        )
        if name in authorizers:
            gateway.update_authorizer(AuthorizerId=authorizers[name], **settings)
        else:
            authorizers[name] = gateway.create_authorizer(**settings)["AuthorizerId"]

    wanted = routes_of(body)
    present = {}
    for page in gateway.get_paginator("get_routes").paginate(ApiId=api):
        present |= {route["RouteKey"]: route["RouteId"] for route in page["Items"]}
    for key in present.keys() - wanted.keys():
        gateway.delete_route(ApiId=api, RouteId=present[key])
    integrations: dict[str, str] = {}
    for key in sorted(wanted.keys() - present.keys()):
        operation = wanted[key]
        integration = operation["x-amazon-apigateway-integration"]
        uri = integration["uri"]
        if uri not in integrations:
            integrations[uri] = gateway.create_integration(
                ApiId=api, IntegrationType=integration["type"].upper(), IntegrationMethod=integration["httpMethod"],
                IntegrationUri=uri, PayloadFormatVersion=integration["payloadFormatVersion"],
            )["IntegrationId"]
        gateway.create_route(ApiId=api, RouteKey=key, Target=f"integrations/{integrations[uri]}", **_security(operation, schemes, authorizers))
    return len(wanted)


def _security(operation: dict, schemes: dict, authorizers: dict[str, str]) -> dict:
    """Who may call: a scheme with its scopes, or anybody, said by the name NONE. A route that says nothing is an error."""
    ((name, scopes),) = operation["security"][0].items()
    if name == "NONE":
        return {"AuthorizationType": "NONE"}
    assert name in schemes, f"{name} is no authorizer of this API"
    return {"AuthorizationType": "JWT", "AuthorizerId": authorizers[name], "AuthorizationScopes": scopes}
