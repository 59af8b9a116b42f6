"""What fails is not lost, is seen, and is put right by the runbook's own steps."""

import json
import time

from failures import kill, processes_of, without_the_right
from world import wait

# Longer than a message stays hidden after a failed attempt: six times the function's timeout.
HIDDEN_S = 721
QUEUES = ("AutomationDispatchQueue", "ScoreRecomputeQueue")


def depth(world, queue: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = world.aws("sqs").get_queue_attributes(QueueUrl=world.id(queue), AttributeNames=names)["Attributes"]
    return sum(int(value) for value in attributes.values())


def tasks(world, customer: str) -> list[dict]:
    return world.get(f"/v1/tasks?customer={customer}")["items"]


def status_mails(world, customer: str) -> list:
    """The mails to Dora because of the status; as time passes, she is asked for feedback too."""
    return [mail for mail in world.mails(f"dora@{customer}.example") if mail.subject == "How can we help, dora?"]


def mail_states(world, customer: str) -> list[str]:
    """Where the mails to the customer's contacts because of a status stand."""
    intents = [row["body"]["M"] for row in world.rows("DedupeTable") if row["pk"]["S"].startswith("MI#")]
    ours = [intent for intent in intents if intent["customer"]["S"] == customer and intent["template"]["S"] == "status-struggling"]
    return [intent["state"]["S"] for intent in ours]


def unpublished(world) -> list[dict]:
    return [row for row in world.rows("OutboxTable") if "pending_shard" in row]


def send_back(world, dead: str, queue: str) -> int:
    """What `aws sqs start-message-move-task` does; MiniStack does not know it."""
    sqs, moved = world.aws("sqs"), 0
    while messages := sqs.receive_message(QueueUrl=world.id(dead), MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.send_message(QueueUrl=world.id(queue), MessageBody=message["Body"])
            sqs.delete_message(QueueUrl=world.id(dead), ReceiptHandle=message["ReceiptHandle"])
            moved += 1
    return moved


def wait_out(world, done, what: str) -> None:
    """Waits; lets time pass whenever messages are hidden after a failed attempt and none is there to be taken."""
    sqs, names = world.aws("sqs"), ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    steady = 0

    def step() -> bool:
        nonlocal steady
        if done():
            return True
        found = [sqs.get_queue_attributes(QueueUrl=world.id(queue), AttributeNames=names)["Attributes"] for queue in QUEUES]
        ready, hidden = (sum(int(attributes[name]) for attributes in found) for name in names)
        steady = steady + 1 if hidden and not ready else 0
        if steady == 8:
            world.clock.turn(HIDDEN_S)
            steady = 0
        time.sleep(0.2)
        return False

    wait(what, step)


def test_the_same_event_twice_acts_once(world, bus):
    world.customer("twice", ("dora", "decision_maker"))
    world.set_status("twice", "struggling")
    heard = bus.wait_for("twice", "health_status.changed.v1")
    wait("the task", lambda: tasks(world, "twice"))
    bus.settle()
    for _ in range(3):
        world.aws("sqs").send_message(QueueUrl=world.id("AutomationDispatchQueue"), MessageBody=json.dumps(heard))
    bus.settle()
    assert len(tasks(world, "twice")) == 1
    assert len(status_mails(world, "twice")) == 1


def test_without_the_bus_nothing_is_lost(world, bus):
    world.customer("later", ("dora", "decision_maker"))
    bus.settle()
    with without_the_right(world, "EventPublisherRole", "events:PutEvents"):
        world.set_status("later", "struggling")
        wait("the publisher to try", lambda: any("PutEvents" in line or "AccessDenied" in line for line in world.logs("event-publisher")))
        assert unpublished(world), "the event is not in the outbox"
        assert bus.about("later", "health_status.changed.v1") == []
        # A day and a half: longer than a stream keeps anything.
        world.clock.turn(36 * 3_600)
    world.schedule("event-publisher", "sweep")
    bus.wait_for("later", "health_status.changed.v1")
    wait("the task", lambda: tasks(world, "later"))
    bus.settle()
    assert unpublished(world) == []
    assert len(bus.about("later", "health_status.changed.v1")) == 1
    assert len(status_mails(world, "later")) == 1


def test_what_fails_five_times_waits_among_the_dead_letters_until_it_is_sent_back(world, bus):
    world.customer("dead", ("dora", "decision_maker"))
    bus.settle()
    with without_the_right(world, "AutomationDispatchRole", "dynamodb:*"):
        world.set_status("dead", "struggling")
        bus.wait_for("dead", "health_status.changed.v1")
        wait_out(world, lambda: depth(world, "AutomationDispatchDeadLetters") > 0, "the message among the dead letters")
    assert tasks(world, "dead") == [] and status_mails(world, "dead") == []
    # The cause is repaired; what the runbook says sends them back.
    assert send_back(world, "AutomationDispatchDeadLetters", "AutomationDispatchQueue") >= 1
    wait_out(world, lambda: tasks(world, "dead"), "the task")
    wait("the mail", lambda: status_mails(world, "dead"))
    wait_out(world, lambda: depth(world, "AutomationDispatchDeadLetters") == 0 and bus.under_way() == 0, "everything to be handled")
    assert (len(tasks(world, "dead")), len(status_mails(world, "dead"))) == (1, 1)


def test_a_message_that_nobody_can_read_does_not_hold_up_the_others(world, bus):
    queue = world.id("AutomationDispatchQueue")
    world.customer("beside", ("dora", "decision_maker"))
    world.aws("sqs").send_message(QueueUrl=queue, MessageBody="this is no event")
    world.set_status("beside", "struggling")
    wait("the task", lambda: tasks(world, "beside"))
    wait_out(world, lambda: depth(world, "AutomationDispatchDeadLetters") == 1, "the unreadable message among the dead letters")
    sqs, dead = world.aws("sqs"), world.id("AutomationDispatchDeadLetters")
    (message,) = sqs.receive_message(QueueUrl=dead, VisibilityTimeout=0)["Messages"]
    assert message["Body"] == "this is no event"
    sqs.purge_queue(QueueUrl=dead)
    bus.settle()


def test_a_function_that_is_killed_again_and_again_does_everything_once(world, bus):
    customers = [f"kill{n}" for n in range(6)]
    for customer in customers:
        world.customer(customer, ("dora", "decision_maker"))
    bus.settle()
    for customer in customers:
        world.set_status(customer, "struggling")
    killed, until = 0, time.monotonic() + 6
    while time.monotonic() < until:
        killed += kill("automation-dispatch") + kill("event-publisher") + kill("score-recompute")
        time.sleep(0.15)
    assert killed, "nothing was killed"
    world.schedule("event-publisher", "sweep")

    def all_done() -> bool:
        # A message that was under way at five kills is a dead letter, and the runbook sends it back.
        for name in ("AutomationDispatch", "ScoreRecompute"):
            send_back(world, f"{name}DeadLetters", f"{name}Queue")
        return all(tasks(world, customer) for customer in customers) and not bus.under_way()

    wait_out(world, all_done, "every customer's task")
    world.schedule("automation-dispatch", "mail")
    bus.settle()
    for customer in customers:
        assert len(tasks(world, customer)) == 1, customer
        # A mail is sent once at most. Where a kill fell around the call of SES, the outcome stays unknown, and it is not sent again.
        (state,) = mail_states(world, customer)
        assert len(status_mails(world, customer)) == 1 or state in ("claimed", "unknown"), f"{customer}: {state}"
        assert len(status_mails(world, customer)) <= 1, customer


def test_a_killed_function_answers_the_next_request(world):
    world.get("/v1/customers")
    assert kill("console-api")
    wait("console-api to come back", lambda: world.call("GET", "/v1/customers", role="viewer").status == 200)
    assert processes_of("console-api")


def alarms_of(world, queue: str) -> dict[str, str]:
    """Alarms that came over the topic, by name, with the state that each came with last."""
    found = {}
    for message in world.aws("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
        told = json.loads(json.loads(message["Body"])["Message"])
        found[told["AlarmName"]] = told["NewStateValue"]
    return found


def test_an_alarm_reaches_the_team(world):
    """Two alarms on numbers of AWS's own, and the topic that a team subscribes to."""
    sqs, topic = world.aws("sqs"), world.deployment.outputs()["AlarmTopicArn"]
    queue = sqs.create_queue(QueueName="proof-alarms")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allow = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn,
             "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [allow]})})
    world.aws("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    heard: dict[str, str] = {}

    # A function that fails: MiniStack counts it itself.
    said, failed = world.invoke("status-update", {"nobody": "knows this"})
    assert failed and "does not know this kind of event" in json.dumps(said)
    # A message among the dead letters: MiniStack does not count those for CloudWatch, so the number is put there as SQS would.
    letters = world.id("AutomationDispatchDeadLetters").rsplit("/", 1)[-1]
    world.aws("cloudwatch").put_metric_data(Namespace="AWS/SQS", MetricData=[{
        "MetricName": "ApproximateNumberOfMessagesVisible", "Dimensions": [{"Name": "QueueName", "Value": letters}], "Value": 1}])

    wanted = {world.id(name): "ALARM" for name in ("StatusUpdateErrorsAlarm", "AutomationDispatchDeadLettersAlarm")}

    def told() -> bool:
        world.aws("cloudwatch").describe_alarms()
        heard.update(alarms_of(world, queue))
        return wanted.items() <= heard.items()

    wait("both alarms on the topic", told)
