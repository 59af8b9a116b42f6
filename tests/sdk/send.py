"""What a product's back end in Python sends, packed: HOST, WRITE_KEY and CUSTOMER come from the environment."""

import logging
import os
import sys
from datetime import datetime, timedelta, timezone

import segment.analytics as analytics

customer = os.environ["CUSTOMER"]
u1, u2, anonymous = (f"{customer}-{name}" for name in ("u1", "u2", "anonymous"))
late = datetime.now(timezone.utc) - timedelta(days=3)
failed = []

# What is lost on the way is sent again; only what is lost for good is told below.
logging.getLogger("segment").setLevel(logging.CRITICAL)
analytics.write_key = os.environ["WRITE_KEY"]
analytics.host = os.environ["HOST"]
analytics.gzip = True
analytics.on_error = lambda error, items: failed.append(error)


def message(name):
    return {"message_id": f"{customer}-{name}"}


analytics.identify(u1, {"email": f"ann@{customer}.example", "name": "Ann"}, **message("identify"))
analytics.group(u1, customer, {"name": "Acme", "plan": "Pro", "seats": 10}, **message("group"))
for n in (1, 2, 3):
    analytics.track(u1, "Report exported", {"format": "pdf"}, **message(f"track-{n}"))
analytics.page(u1, name="Pricing", **message("page"))
analytics.screen(u1, name="Home", **message("screen"))
analytics.alias(anonymous, u1, **message("alias"))
analytics.track(anonymous_id=anonymous, event="Login", **message("anonymous"))
analytics.track(u2, "Login", context={"groupId": customer}, **message("other"))
analytics.track(u1, "Login", timestamp=late, **message("late"))

analytics.shutdown()
if failed:
    sys.exit(f"not delivered: {failed}")
