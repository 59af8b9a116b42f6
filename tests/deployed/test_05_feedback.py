"""Contacts are asked, answer, unsubscribe and bounce. Time passes here: the schedules of the stack start by themselves."""

import hashlib
import json
import time

import pytest

from emulator import REGION
from world import wait

HOUR, DAY = 3_600, 86_400


def until_full_hour() -> int:
    return HOUR - int(time.time()) % HOUR


def content(world) -> str:
    """A fingerprint of everything in the tables."""
    rows = [world.rows(table) for table in ("CoreTable", "OutboxTable", "DedupeTable", "UsageTable")]
    return hashlib.sha256(json.dumps(rows, sort_keys=True, default=bytes.hex).encode()).hexdigest()


@pytest.fixture(scope="module")
def asked(world, bus):
    """Dora and others of feedco were asked at the full hour, by the schedule."""
    world.customer("feedco", ("dora", "decision_maker"), ("bill", "champion"), ("una", "user"))
    bus.settle()
    assert world.mails("dora@feedco.example") == []
    world.clock.turn(until_full_hour())
    people = ("dora", "bill", "una")
    wait("the hourly schedule to ask", lambda: all(world.mails(f"{name}@feedco.example") for name in people))
    return {name: world.mails(f"{name}@feedco.example") for name in people}


def test_the_hourly_schedule_asks_each_contact_once(world, bus, asked):
    bus.settle()
    assert {name: len(world.mails(f"{name}@feedco.example")) for name in asked} == {"dora": 1, "bill": 1, "una": 1}
    mail = asked["dora"][0]
    links = [link for link in mail.links if "/f/" in link]
    assert {link.rsplit("rating=", 1)[1] for link in links} == {"very_happy", "happy", "neutral", "not_happy"}
    assert all(link.startswith(world.deployment.public_url()) for link in mail.links)
    assert "dora" not in "".join(link.split("/f/")[-1] for link in links)


def test_opening_every_link_three_times_changes_nothing(world, bus, asked):
    bus.settle()
    before = content(world)
    for _ in range(3):
        for link in ("rating=very_happy", "rating=not_happy", "/u/"):
            for method in ("HEAD", "GET"):
                page = world.call(method, asked["dora"][0].path(link)).expect(200)
                assert page.headers["cache-control"] == "no-store"
                assert page.headers["content-security-policy"].startswith("default-src 'none'")
                assert bool(page.body) == (method == "GET")
    bus.settle()
    assert content(world) == before


def test_the_answer_is_recorded_and_makes_the_happiness_level(world, bus, asked):
    path = asked["dora"][0].path("rating=very_happy")
    page = world.call("GET", path).expect(200)
    answer = {"rating": "very_happy", "comment": "Great <b>support</b>", "nonce": page.hidden("nonce")}
    thanks = world.form(path, answer).expect(200)
    assert "Great &lt;b&gt;support" in thanks.text
    # The button pressed twice is one answer.
    world.form(path, answer).expect(200)
    bus.wait_for("feedco", "feedback.answered.v1")
    bus.settle()
    (heard,) = bus.about("feedco", "feedback.answered.v1")
    assert "support" not in json.dumps(heard)
    (shown,) = world.get("/v1/feedback?customer=feedco")["items"]
    assert (shown["rating"], shown["comment"]) == ("very_happy", "Great <b>support</b>")
    happiness = wait("the happiness", lambda: (found := world.get("/v1/customers/feedco/happiness"))["answers"] and found)
    assert (happiness["value"], happiness["level"]) == (100, "very_happy")


def test_a_page_without_its_nonce_records_nothing(world, asked):
    path = asked["bill"][0].path("rating=not_happy")
    assert world.form(path, {"rating": "not_happy", "comment": "", "nonce": "n1.x"}).status in (400, 422)
    assert len(world.get("/v1/feedback?customer=feedco")["items"]) == 1


def test_one_click_unsubscribes(world, bus, asked):
    world.form(asked["bill"][0].path("/u/"), {"List-Unsubscribe": "One-Click"}).expect(200)
    assert world.contact("feedco", "bill")["mail"]["state"] == "unsubscribed"


def test_a_bounce_that_ses_reports_stops_mail_to_the_address(world, bus, asked):
    intent = world.intent(asked["una"][0])
    detail = {
        "eventType": "Bounce",
        "bounce": {"bounceType": "Permanent", "bounceSubType": "General",
                   "bouncedRecipients": [{"emailAddress": "una@feedco.example", "action": "failed", "status": "5.1.1"}]},
        "mail": {"timestamp": "2026-03-02T09:00:01.000Z", "source": "keepwell@keepwell.example", "messageId": asked["una"][0].id,
                 "destination": ["una@feedco.example"],
                 "tags": {"intent": [intent], "ses:configuration-set": [world.id("MailConfigurationSet")]}},
    }
    ses_event(world, "Email Bounced", detail)
    wait("the bounce to be known", lambda: world.contact("feedco", "una")["mail"]["state"] == "bounced")


def test_the_rule_lets_only_events_about_our_mails_through(world):
    about = lambda configuration_set: {"mail": {"tags": {"ses:configuration-set": [configuration_set]}}}
    ours = about(world.id("MailConfigurationSet"))
    assert matches(world, event("Email Complaint Received", ours))
    assert not matches(world, event("Email Complaint Received", about("another")))
    assert not matches(world, event("Email Opened", ours))


def event(kind: str, detail: dict) -> dict:
    """An event as SES puts it on the account's default bus."""
    return {"version": "0", "id": "e-1", "detail-type": kind, "source": "aws.ses", "account": "000000000000",
            "time": "2026-03-02T09:00:02Z", "region": REGION, "resources": [], "detail": detail}


def matches(world, event: dict) -> bool:
    """Whether the stack's own rule takes the event."""
    events = world.aws("events")
    pattern = events.describe_rule(Name=world.id("MailEventsRule").split("|")[-1])["EventPattern"]
    return events.test_event_pattern(EventPattern=pattern, Event=json.dumps(event))["Result"]


def ses_event(world, kind: str, detail: dict) -> None:
    """Hands an event of SES on as the rule does. AWS and MiniStack let nobody but SES itself send in its name, and MiniStack's SES sends none."""
    sent = event(kind, detail)
    assert matches(world, sent)
    world.aws("sqs").send_message(QueueUrl=world.id("MailEventsQueue"), MessageBody=json.dumps(sent))


def test_thirty_days_later_only_who_may_be_asked_is_asked_again(world, bus, asked):
    # A Thursday is thirty days after a Tuesday; Friday at 09:00 is the first hour in which the schedule finds Dora at work.
    world.clock.turn(30 * DAY + (9 * HOUR - int(time.time()) % DAY) % DAY)
    wait("Dora to be asked again", lambda: len(world.mails("dora@feedco.example")) == 2)
    bus.settle()
    assert (len(world.mails("bill@feedco.example")), len(world.mails("una@feedco.example"))) == (1, 1)


def test_a_token_ends(world):
    old, until = world._tokens["csm"]
    if until > time.time():
        world.clock.turn(int(until - time.time()) + 1)
    world.call("GET", "/v1/customers", authorization=f"Bearer {old}").expect(401)
