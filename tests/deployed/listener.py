"""A rule of one's own on the stack's bus, which docs/events.md promises: here one that hears everything."""

import json
import time

from world import World, wait

NAME = "proof-hears-everything"


class Listener:
    """The events that came so far, oldest first."""

    def __init__(self, world: World, queue: str):
        self.world = world
        self.queue = queue
        self._heard: list[dict] = []

    @classmethod
    def start(cls, world: World) -> "Listener":
        sqs, events = world.aws("sqs"), world.aws("events")
        queue = sqs.create_queue(QueueName=NAME)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        bus = world.deployment.outputs()["BusName"]
        rule = events.put_rule(Name=NAME, EventBusName=bus, EventPattern=json.dumps({"source": ["keepwell"]}))["RuleArn"]
        allow = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn,
                 "Condition": {"ArnEquals": {"aws:SourceArn": rule}}}
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [allow]})})
        events.put_targets(Rule=NAME, EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
        return cls(world, queue)

    def heard(self) -> list[dict]:
        sqs = self.world.aws("sqs")
        while messages := sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self._heard.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return self._heard

    def about(self, customer: str, kind: str | None = None) -> list[dict]:
        """Events about a customer, of one kind or of any."""
        return [
            event for event in self.heard()
            if event["detail"]["customer_id"] == customer and (kind is None or event["detail-type"] == kind)
        ]

    def wait_for(self, customer: str, kind: str) -> dict:
        return wait(f"{kind} about {customer}", lambda: self.about(customer, kind))[0]

    def settle(self, quiet_s: float = 1.5) -> None:
        """Until nothing is published, queued or being handled."""
        def quiet() -> bool:
            before = len(self.heard())
            if self.under_way():
                return False
            time.sleep(quiet_s)
            return not self.under_way() and len(self.heard()) == before
        wait("the system to come to rest", quiet)

    def under_way(self) -> int:
        """Messages in the consumers' queues and unpublished events."""
        sqs, count = self.world.aws("sqs"), 0
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        for queue in ("AutomationDispatchQueue", "ScoreRecomputeQueue", "MailEventsQueue"):
            attributes = sqs.get_queue_attributes(QueueUrl=self.world.id(queue), AttributeNames=names)["Attributes"]
            count += sum(int(attributes[name]) for name in names)
        return count + sum("pending_shard" in row for row in self.world.rows("OutboxTable"))
