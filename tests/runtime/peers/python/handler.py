"""The job of `functions/status-update` in Python, as one writes it for Lambda: boto3, one client made while the function starts.

Same reads, same transaction, same rows and same answers; ids and times are its own.
"""

import hashlib
import json
import os
import time
from datetime import datetime, timedelta, timezone

import boto3
from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError

CORE, OUTBOX, DEDUPE = os.environ["CORE_TABLE"], os.environ["OUTBOX_TABLE"], os.environ["DEDUPE_TABLE"]
STATUSES = {"thriving": 30, "healthy": 90, "steady": 90, "struggling": 30}  # and how many days each is good for
ROLES = ["viewer", "csm", "admin"]
CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
ATTEMPTS = 8

dynamodb = boto3.client("dynamodb")
serialize = TypeSerializer().serialize


class Refused(Exception):
    def __init__(self, status, kind, title, detail, errors=None):
        problem = {"type": f"urn:keepwell:problem:{kind}", "title": title, "status": status, "detail": detail}
        if errors:
            problem["errors"] = errors
        self.answer = answer(status, problem, content_type="application/problem+json")


def answer(status, body, etag=None, content_type="application/json"):
    headers = {"content-type": content_type, "cache-control": "no-store", "x-content-type-options": "nosniff"}
    if etag:
        headers["etag"] = etag
    text = body if isinstance(body, str) else json.dumps(body, separators=(",", ":"))
    return {"statusCode": status, "headers": headers, "body": text, "isBase64Encoded": False}


def handler(event, context):
    try:
        return route(event)
    except Refused as refused:
        return refused.answer


def route(event):
    http = event["requestContext"]["http"]
    parts = event["rawPath"].split("/")
    if len(parts) != 5 or parts[1:3] != ["v1", "customers"] or parts[4] != "status":
        raise Refused(404, "not-found", "Not found", "There is nothing at this path.")
    if http["method"] != "PUT":
        raise Refused(405, "method-not-allowed", "The path has no such method", "See the API reference.")
    who = identity(event)
    try:
        body = json.loads(event.get("body") or "")
    except ValueError as error:
        raise Refused(400, "malformed", "The request cannot be read", f"The body is not valid JSON: {error}.") from error
    status, reason = parse(body)
    return put_status(parts[3], who, event["headers"], body, status, reason)


def identity(event):
    claims = event["requestContext"].get("authorizer", {}).get("jwt", {}).get("claims", {})
    email = claims.get("email") or (claims.get("username") if claims.get("token_use") == "access" else None)
    groups = (claims.get("groups") or claims.get("cognito:groups") or "").strip("[]").replace(",", " ").split()
    roles = [ROLES.index(group) for group in groups if group in ROLES]
    if not email or not roles:
        raise Refused(401, "unauthenticated", "Sign in first", "Send a valid token.")
    if max(roles) < ROLES.index("csm"):
        raise Refused(403, "forbidden", "Your role does not allow this", "This needs the role csm.")
    return email


def parse(body):
    """Status and reason, or every problem of the body with its place."""
    if not isinstance(body, dict):
        raise invalid([{"pointer": "", "detail": "must be a JSON object"}])
    problems = []

    def wrong(name, detail):
        problems.append({"pointer": f"/{name}", "detail": detail})

    status, reason = body.get("status"), body.get("reason")
    if status is None:
        wrong("status", "is required")
    elif not isinstance(status, str) or status not in STATUSES:
        wrong("status", f"must be one of {', '.join(STATUSES)}")
    if reason is None:
        wrong("reason", "is required")
    elif not isinstance(reason, str):
        wrong("reason", "must be a text")
    else:
        reason = reason.strip()
        if not reason:
            wrong("reason", "must not be empty")
        elif len(reason) > 2000:
            wrong("reason", "must have at most 2000 characters")
        elif any(ord(c) < 32 and c not in "\n\t\r" for c in reason):
            wrong("reason", "must not contain control characters")
    for name in body:
        if name not in ("status", "reason"):
            wrong(name, "is not a known field")
    if problems:
        raise invalid(problems)
    return status, reason


def invalid(problems):
    detail = "1 field is not valid; see errors." if len(problems) == 1 else f"{len(problems)} fields are not valid; see errors."
    return Refused(422, "invalid-fields", "Some fields are not valid", detail, problems)


def put_status(customer, who, headers, body, status, reason):
    fingerprint = short_hash(json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False))
    idempotency_key = headers.get("idempotency-key")
    remembered_pk = None
    if idempotency_key is not None:
        route_name = f"PUT /v1/customers/{customer}/status"
        remembered_pk = f"IK#{short_hash(f'{who.lower()}{chr(10)}{route_name}{chr(10)}{idempotency_key}')}"
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return attempt_once(customer, who, headers, remembered_pk, fingerprint, status, reason)
        except ClientError as error:
            if error.response["Error"]["Code"] != "TransactionCanceledException" or attempt == ATTEMPTS:
                raise
            time.sleep(int.from_bytes(os.urandom(2), "big") / 65536 * (5 << attempt) / 1000)
    raise AssertionError("unreachable")


def attempt_once(customer, who, headers, remembered_pk, fingerprint, status, reason):
    now = datetime.now(timezone.utc)
    if remembered_pk:
        key = {"pk": {"S": remembered_pk}, "sk": {"S": "A"}}
        known = dynamodb.get_item(TableName=DEDUPE, Key=key, ConsistentRead=True).get("Item")
        if known and known["body"]["M"]["expires_at"]["S"] > instant(now):
            known = known["body"]["M"]
            if known["fingerprint"]["S"] != fingerprint:
                raise Refused(422, "idempotency-key-reused", "The Idempotency-Key was used with another body", "Use a fresh key.")
            return answer(int(known["status"]["N"]), known["body"]["S"], known["etag"].get("S"))
    key = {"pk": {"S": f"C#{customer}"}, "sk": {"S": "ROW"}}
    item = dynamodb.get_item(TableName=CORE, Key=key, ConsistentRead=True).get("Item")
    if item is None:
        raise Refused(404, "not-found", "Not found", f'There is no customer "{customer}".')
    row = item["body"]["M"]
    version, revision = int(row["version"]["N"]), int(item["revision"]["N"])
    if_match = headers.get("if-match")
    if if_match is None:
        raise Refused(428, "if-match-required", "If-Match is required", "Read it first and send its ETag as `If-Match`.")
    if not any(tag.strip() in (f'"{version}"', "*") for tag in if_match.split(",")):
        raise Refused(412, "changed-meanwhile", "It changed meanwhile", "Read it again.")

    before = row["status"].get("M")
    writes, event = [], None
    if before and before["status"]["S"] == status:
        if now < datetime.fromisoformat(before["set_at"]["S"]) + timedelta(days=STATUSES[status]):
            reply = describe(customer, before["status"]["S"], before["reason"]["S"], before["set_by"]["S"], before["set_at"]["S"])
            return finish(writes, remembered_pk, fingerprint, reply, version, now)
        event = ("customer.changed.v1", {})
    else:
        event = ("health_status.changed.v1", {"from": before["status"]["S"] if before else None, "to": status})

    at, version, number = instant(now), version + 1, int(row["event_seq"]["N"]) + 1
    change = {"by": who, "at": at, "from": before["status"]["S"] if before else None, "to": status, "reason": reason}
    writes.append(put(CORE, f"C#{customer}", f"ST#{at}#{version:010}", change, absent=True))
    entry = {"at": at, "kind": "status", "record": str(version), "title": title(change), "detail": reason}
    writes.append(put(CORE, f"C#{customer}", f"TL#{at}#status#{version}", entry))
    row["status"] = serialize({"status": status, "reason": reason, "set_by": who, "set_at": at})
    row["updated_at"], row["version"], row["event_seq"] = {"S": at}, {"N": str(version)}, {"N": str(number)}
    fact = {
        "event_id": f"evt_{ulid(now)}",
        "customer_id": customer,
        "aggregate_version": number,
        "occurred_at": at,
        "correlation_id": f"cor_{ulid(now)}",
        "hop": 0,
        "type": event[0],
        "data": event[1],
    }
    shard = {"pending_shard": {"S": item_shard(customer)}, "pending_at": {"S": f"{at}#{fact['event_id']}"}}
    writes.append(put(OUTBOX, f"O#{customer}", f"{number:012}", fact, absent=True, more=shard))
    # The index of the portfolio is ordered by the minute of the last write.
    item["revision"], item["portfolio_sk"] = {"N": str(revision + 1)}, {"S": f"{instant(now)[:16]}#{customer}"}
    writes.append(
        {
            "Put": {
                "TableName": CORE,
                "Item": item,
                "ConditionExpression": "revision = :revision",
                "ExpressionAttributeValues": {":revision": {"N": str(revision)}},
            }
        }
    )
    return finish(writes, remembered_pk, fingerprint, describe(customer, status, reason, who, at), version, now)


def finish(writes, remembered_pk, fingerprint, reply, version, now):
    """Commits, the answer with it, and answers."""
    text, etag = json.dumps(reply, separators=(",", ":"), ensure_ascii=False), f'"{version}"'
    if remembered_pk:
        expires_at = now + timedelta(hours=48)
        kept = {"fingerprint": fingerprint, "status": 200, "body": text, "etag": etag, "expires_at": instant(expires_at)}
        ttl = {"ttl": {"N": str(int(expires_at.timestamp()))}}
        # By this the answer is found when the customer is erased.
        writes.append(put(CORE, f"C#{reply['customer']}", remembered_pk, None, more=ttl))
        write = put(DEDUPE, remembered_pk, "A", kept, more=ttl)
        write["Put"]["ConditionExpression"] = "attribute_not_exists(pk) OR #ttl <= :now"
        write["Put"]["ExpressionAttributeNames"] = {"#ttl": "ttl"}
        write["Put"]["ExpressionAttributeValues"] = {":now": {"N": str(int(now.timestamp()))}}
        writes.append(write)
    if writes:
        dynamodb.transact_write_items(TransactItems=writes)
    return answer(200, text, etag)


def put(table, pk, sk, body, absent=False, more=None):
    item = {"pk": {"S": pk}, "sk": {"S": sk}, "body": serialize(body), "revision": {"N": "1"}, **(more or {})}
    write = {"TableName": table, "Item": item}
    if absent:
        write["ConditionExpression"] = "attribute_not_exists(pk)"
    return {"Put": write}


def describe(customer, status, reason, set_by, set_at):
    stale_from = instant(datetime.fromisoformat(set_at) + timedelta(days=STATUSES[status]))
    return {"customer": customer, "status": status, "reason": reason, "set_by": set_by, "set_at": set_at, "stale_from": stale_from}


def title(change):
    before, after = change["from"], change["to"].title()
    if before is None:
        return f"Health Status {after}"
    return f"Health Status {after} confirmed" if before == change["to"] else f"Health Status {before.title()} → {after}"


def instant(at):
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def short_hash(text):
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def item_shard(customer):
    return f"PENDING#{hashlib.sha256(customer.encode()).digest()[0] % 4:02}"


def ulid(now):
    number = int(now.timestamp() * 1000) << 80 | int.from_bytes(os.urandom(10), "big")
    return "".join(CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))
