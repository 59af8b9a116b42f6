"""The deployed system as its people meet it: over HTTP, with tokens of the stack's own user pool, and mail in SES."""

import base64
import hashlib
import json
import os
import re
import secrets
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import boto3

from deployment import STACK, Deployment
from emulator import Clock

# How long anything may take that should take seconds: the machine may be busy with something else.
LIMIT_S = float(os.environ.get("KEEPWELL_PROOF_LIMIT_S", "90"))

ROLES = ("viewer", "csm", "admin")


def wait(what: str, probe, limit_s: float = LIMIT_S):
    """Asks `probe` again and again until it answers something that is true, and answers that."""
    until, pause = time.monotonic() + limit_s, 0.05
    while True:
        found = probe()
        if found:
            return found
        assert time.monotonic() < until, f"waited {limit_s:.0f} s in vain for {what}"
        time.sleep(pause)
        pause = min(pause * 1.5, 1.0)


@dataclass
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)

    def expect(self, status: int) -> "Reply":
        assert self.status == status, f"{self.status} instead of {status}: {self.text[:2000]}"
        return self

    def hidden(self, field: str) -> str:
        """The value of a hidden field of a form."""
        return re.search(rf'name="{field}" value="([^"]*)"', self.text)[1]


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like others."""

    def redirect_request(self, *_):
        return None


_http = urllib.request.build_opener(_Stay, urllib.request.ProxyHandler({}))


def send(method: str, url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Reply:
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with _http.open(request, timeout=LIMIT_S) as answer:
            return Reply(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read())
    except urllib.error.HTTPError as answer:
        with answer:
            return Reply(answer.code, {k.lower(): v for k, v in answer.headers.items()}, answer.read())


class World:
    """One deployed stack."""

    def __init__(self):
        self.endpoint = os.environ["AWS_ENDPOINT_URL"]
        self.folder = Path(os.environ["KEEPWELL_PROOF_FOLDER"])
        self.clock = Clock(self.folder)
        self.deployment = Deployment(self.folder, self.endpoint)
        self._people: dict[str, str] = {}
        self._tokens: dict[str, tuple[str, float]] = {}
        self._settings: dict[str, str] = {}

    # -- the stack

    def aws(self, service: str):
        return self.deployment.client(service)

    def id(self, logical: str) -> str:
        """The physical id of a resource."""
        if logical not in self._settings:
            self._settings |= self.deployment.resources()
        return self._settings[logical]

    @property
    def api(self) -> str:
        return f"{self.endpoint}/_aws/execute-api/{self.id('Api')}/$default"

    def invoke(self, function: str, payload: dict) -> tuple[dict, bool]:
        """Invokes a function by its name in the tree; answers what it said, and whether it failed."""
        answer = self.aws("lambda").invoke(FunctionName=f"{STACK}-{function}", Payload=json.dumps(payload).encode())
        return json.loads(answer["Payload"].read() or b"null"), "FunctionError" in answer

    def schedule(self, function: str, name: str) -> None:
        """Runs a schedule now, with the very input that the template gives it."""
        said, failed = self.invoke(function, {"schedule": name})
        assert not failed, said

    def logs(self, function: str) -> list[str]:
        """All lines of a function's log."""
        group, lines = f"/aws/lambda/{STACK}-{function}", []
        for page in self.aws("logs").get_paginator("filter_log_events").paginate(logGroupName=group):
            lines += [event["message"] for event in page["events"]]
        return lines

    def rows(self, table: str, **more) -> list[dict]:
        """All rows of a table, for looking at what HTTP does not show."""
        found = []
        for page in self.aws("dynamodb").get_paginator("scan").paginate(TableName=self.id(table), ConsistentRead=True, **more):
            found += page["Items"]
        return found

    # -- people

    def person(self, role: str | None) -> str:
        """The address of a person in that group (or in none), as an administrator adds people."""
        name = role or "nobody"
        if name not in self._people:
            cognito, address = self.aws("cognito-idp"), f"{name}@keepwell.example"
            pool = {"UserPoolId": self.id("UserPool"), "Username": address}
            try:
                cognito.admin_create_user(**pool, UserAttributes=[{"Name": "email", "Value": address}, {"Name": "email_verified", "Value": "true"}], MessageAction="SUPPRESS")
            except cognito.exceptions.UsernameExistsException:
                pass
            cognito.admin_set_user_password(**pool, Password=f"Pass-{name}-2026!", Permanent=True)
            if role:
                cognito.admin_add_user_to_group(**pool, GroupName=role)
            self._people[name] = address
        return self._people[name]

    def token(self, role: str | None) -> str:
        """A person's access token, good for a while yet."""
        name = role or "nobody"
        token, until = self._tokens.get(name, ("", 0.0))
        if time.time() > until - 300:
            answer = self.sign_in(role)
            token, until = answer["access_token"], time.time() + answer["expires_in"]
            self._tokens[name] = token, until
        return token

    def sign_in(self, role: str | None, scope: str = "openid email keepwell/read keepwell/write keepwell/admin") -> dict:
        """Signs a person in as the console does: authorization code with PKCE on the user pool's own page."""
        address, verifier = self.person(role), secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        client, back = self.id("UserPoolClient"), f"{self.deployment.public_url()}/"
        asked = {"client_id": client, "response_type": "code", "scope": scope, "redirect_uri": back, "state": "s",
                 "code_challenge": challenge, "code_challenge_method": "S256"}
        page = send("GET", f"{self.endpoint}/oauth2/authorize?{urllib.parse.urlencode(asked)}").expect(200)
        form = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        form |= {"username": address, "password": f"Pass-{role or 'nobody'}-2026!"}
        sent = self.form("/login", form, base=self.endpoint)
        assert sent.status in (302, 303), sent.text
        came_back = urllib.parse.urlsplit(sent.headers["location"])
        assert sent.headers["location"].startswith(back), sent.headers["location"]
        (code,) = urllib.parse.parse_qs(came_back.query)["code"]
        return self.form("/oauth2/token", {"grant_type": "authorization_code", "client_id": client, "code": code,
                                           "redirect_uri": back, "code_verifier": verifier}, base=self.endpoint).expect(200).json

    # -- HTTP

    def call(self, method: str, path: str, body=None, role: str | None = None, base: str | None = None, **headers: str) -> Reply:
        """A request to the API: by a person of that role, or by anybody. A body that is no text is JSON."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if role:
            sent["authorization"] = f"Bearer {self.token(role)}"
        if body is not None and not isinstance(body, (str, bytes)):
            body = json.dumps(body)
            sent.setdefault("content-type", "application/json")
        return send(method, (base or self.api) + path, body.encode() if isinstance(body, str) else body, sent)

    def form(self, path: str, fields: dict[str, str], base: str | None = None) -> Reply:
        body = urllib.parse.urlencode(fields).encode()
        return send("POST", (base or self.api) + path, body, {"content-type": "application/x-www-form-urlencoded"})

    def get(self, path: str, role: str = "viewer"):
        """What a viewer sees there."""
        return self.call("GET", path, role=role).expect(200).json

    def post(self, path: str, body, role: str = "csm"):
        """Something that a person makes."""
        return self.call("POST", path, body, role=role, idempotency_key=secrets.token_hex(8)).expect(201).json

    def change(self, method: str, path: str, etag_of: str, body=None, role: str = "csm") -> Reply:
        """A change to what the person has seen."""
        seen = self.call("GET", etag_of, role=role).expect(200).headers["etag"]
        return self.call(method, path, body, role=role, if_match=seen)

    def machine(self, path: str, body, key: str) -> Reply:
        basic = base64.b64encode(f"{key}:".encode()).decode()
        return self.call("POST", path, body, authorization=f"Basic {basic}")

    def write_key(self) -> str:
        if "write key" not in self._settings:
            self._settings["write key"] = self.post("/v1/write-keys", {"name": "Proof"}, role="admin")["secret"]
        return self._settings["write key"]

    def site(self, method: str, path: str, body=None, role: str | None = None, **headers: str) -> Reply:
        """A request to the address that people know: CloudFront, with console, API and links in one place."""
        self._settings.setdefault("site", self.deployment.outputs().get("ConsoleDistributionDomain", ""))
        return self.call(method, path, body, role, base=self.endpoint, host=self._settings["site"], **headers)

    # -- customers

    def customer(self, customer: str, *contacts: tuple[str, str], **more) -> None:
        """A customer with an owner, feedback requests on, and contacts (id, role) with the addresses `<id>@<customer>.example`."""
        self.post("/v1/customers", {"id": customer, "name": f"{customer} Ltd", "owner": self.person("csm"), "arr_cents": 1_200_000,
                                    "seats": 10, "request_feedback": True} | more)
        for contact, role in contacts:
            self.post(f"/v1/customers/{customer}/contacts", {"id": contact, "name": f"{contact} Person", "email": f"{contact}@{customer}.example", "role": role})

    def set_status(self, customer: str, status: str) -> None:
        path = f"/v1/customers/{customer}"
        self.change("PUT", f"{path}/status", path, {"status": status, "reason": "we talked"}).expect(200)

    def contact(self, customer: str, contact: str) -> dict:
        found = self.get(f"/v1/customers/{customer}/contacts")["items"]
        return next(entry for entry in found if entry["id"] == contact)

    # -- mail

    def mails(self, address: str) -> list["Mail"]:
        """The mails that SES took for an address, oldest first."""
        accounts = send("GET", f"{self.endpoint}/_ministack/ses/messages").expect(200).json["messages"]
        return [Mail(entry) for taken in accounts.values() for entry in taken if address in entry["To"]]

    def intent(self, mail: "Mail") -> str:
        """The tag by which SES's events name the mail: the id of its intent."""
        rows = [row["body"]["M"] for row in self.rows("DedupeTable") if row["pk"]["S"].startswith("MI#")]
        return next(row["id"]["S"] for row in rows if mail.id in json.dumps(row))


class Mail:
    """A mail as SES took it."""

    def __init__(self, entry: dict):
        self.id: str = entry["MessageId"]
        self.subject: str = entry["Subject"]
        self.text: str = entry["BodyText"]
        self.html: str = entry["BodyHtml"]
        self.links = re.findall(r"https?://\S+", self.text)

    def path(self, part: str) -> str:
        """Path and query of the first link that contains `part`."""
        link = urllib.parse.urlsplit(next(link for link in self.links if part in link))
        return link.path + (f"?{link.query}" if link.query else "")
