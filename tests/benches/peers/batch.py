"""The ingest job in Python: batch.py <file>. Parses, checks and folds a batch of Segment's calls by customer and day."""

import hashlib
import json
import re
import sys
import time
from datetime import datetime, timedelta, timezone

body = open(sys.argv[1], encoding="utf-8").read()
RECEIVED_AT = datetime(2026, 3, 2, 11, 59, 59, tzinfo=timezone.utc)
CUSTOMER = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
OLDEST, NEWEST = RECEIVED_AT - timedelta(days=400), RECEIVED_AT + timedelta(hours=1)


def line(value, longest):
    return isinstance(value, str) and 0 < len(value.strip()) <= longest and value.isprintable()


def number(value, least, most):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and least <= value <= most


def read(call, skew):
    """The event, or None when anything about it is wrong."""
    if not isinstance(call, dict) or call.get("type") != "track":
        return None
    properties, context = call.get("properties") or {}, call.get("context") or {}
    if not isinstance(properties, dict) or not isinstance(context, dict):
        return None
    customer, user = context.get("groupId"), call.get("userId") or call.get("anonymousId")
    count, seconds = properties.get("count", 1), properties.get("duration_secs", 0)
    good = (
        isinstance(customer, str)
        and CUSTOMER.fullmatch(customer)
        and line(user, 200)
        and line(call.get("event"), 100)
        and line(call.get("messageId"), 100)
        and number(count, 1, 1_000_000)
        and number(seconds, 0, 31_622_400)
    )
    if not good:
        return None
    try:
        said_at = datetime.fromisoformat(call["timestamp"])
    except (KeyError, TypeError, ValueError):
        return None
    if said_at.tzinfo is None:
        return None
    at = said_at.astimezone(timezone.utc) + skew
    if not OLDEST <= at <= NEWEST:
        return None
    return customer, call["messageId"], min(at, RECEIVED_AT).date(), user, call["event"], count, seconds


def fold(body):
    days = {}
    refused = 0
    batch = json.loads(body)
    skew = RECEIVED_AT - datetime.fromisoformat(batch["sentAt"])
    for call in batch["batch"]:
        event = read(call, skew)
        if event is None:
            refused += 1
            continue
        customer, message, day, user, feature, count, seconds = event
        folded = days.get((customer, day))
        if folded is None:
            folded = days[customer, day] = {"events": 0, "seconds": 0, "users": set(), "features": {}, "messages": set()}
        message = hashlib.sha256(message.encode()).digest()[:8]
        if message in folded["messages"]:
            continue
        folded["messages"].add(message)
        folded["events"] += count
        folded["seconds"] += seconds
        folded["users"].add(user)
        folded["features"][feature] = folded["features"].get(feature, 0) + count
    return days, refused


best = float("inf")
for _ in range(20):
    start = time.process_time_ns()
    for _ in range(200):
        fold(body)
    best = min(best, (time.process_time_ns() - start) / 200)
days, refused = fold(body)
print(json.dumps({"ns": best, "events": [sum(day["events"] for day in days.values()), len(days), refused]}))
