"""The ingest job in Python: batch.py <file>. Parses, validates and folds the batch by customer and day."""

import hashlib
import json
import sys
import time
from datetime import datetime, timezone

body = open(sys.argv[1], encoding="utf-8").read()
KNOWN = {"customer", "id", "at", "user", "feature", "count", "duration_secs"}


def line(value, longest):
    return isinstance(value, str) and 0 < len(value.strip()) <= longest and value.isprintable()


def whole(value, least, most):
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def read(event):
    """The event, or None when anything about it is wrong."""
    if not isinstance(event, dict) or not event.keys() <= KNOWN:
        return None
    user, feature = event.get("user"), event.get("feature")
    count, seconds = event.get("count", 1), event.get("duration_secs", 0)
    good = (
        line(event.get("customer"), 64)
        and line(event.get("id"), 100)
        and (user is None or line(user, 200))
        and (feature is None or line(feature, 100))
        and whole(count, 1, 1_000_000)
        and whole(seconds, 0, 31_622_400)
    )
    if not good:
        return None
    try:
        at = datetime.fromisoformat(event["at"])
    except (KeyError, TypeError, ValueError):
        return None
    if at.tzinfo is None:
        return None
    return event["customer"], event["id"], at.astimezone(timezone.utc).date(), user, feature, count, seconds


def fold(body):
    days = {}
    refused = 0
    for event in json.loads(body)["events"]:
        event = read(event)
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
        if user is not None:
            folded["users"].add(user)
        if feature is not None:
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
