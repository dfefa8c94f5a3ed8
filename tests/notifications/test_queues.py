"""Notifications to SQS queues and SNS topics."""

import json

import boto3.session
import pytest

from local_crowd.operations.notifications import destinations
from tests.support.crowds import CrowdUnderTest
from tests.support.deliveries import courier_for, ping
from tests.support.outbox_reader import waiting
from tests.support.receivers import Receiver

BOTO3_SESSION = boto3.session.Session


QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/queue"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:topic"
SQS_ANSWER = json.dumps({"MessageId": "m"})


SNS_ANSWER = (
    '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult>'
    "<MessageId>m</MessageId></PublishResult></PublishResponse>"
)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, hook: Receiver) -> Receiver:
    """What stands in AWS's place; the operator has keys."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    return hook


def test_sqs(crowd: CrowdUnderTest, aws: Receiver) -> None:
    """SendMessage with the queue's URL and the message; signed for the queue's region."""
    aws.answer = SQS_ANSWER
    courier = courier_for(crowd, QUEUE, endpoint_url=aws.url)
    ping(crowd, QUEUE, "SQS")
    (row,) = waiting(crowd)

    assert courier.deliver(crowd.site) == (1, 0)
    assert aws.documents() == [{"QueueUrl": QUEUE, "MessageBody": row.body}]
    assert aws.headers[0]["X-Amz-Target"] == "AmazonSQS.SendMessage"
    assert "AKIDEXAMPLE/" in aws.headers[0]["Authorization"]
    assert "/eu-west-1/sqs/aws4_request" in aws.headers[0]["Authorization"]
    assert waiting(crowd) == []


def test_sns(crowd: CrowdUnderTest, aws: Receiver) -> None:
    """Publish with the topic's ARN and the message; signed for the topic's region."""
    aws.answer = SNS_ANSWER
    courier = courier_for(crowd, "arn:aws:sns:eu-west-1:123456789012:", endpoint_url=aws.url)
    ping(crowd, TOPIC)
    (row,) = waiting(crowd)

    assert courier.deliver(crowd.site) == (1, 0)
    (form,) = aws.forms()
    assert form["Action"] == "Publish"
    assert form["TopicArn"] == TOPIC
    assert form["Message"] == row.body
    assert "/eu-west-1/sns/aws4_request" in aws.headers[0]["Authorization"]
    assert waiting(crowd) == []


def test_a_queue_of_a_substitute(crowd: CrowdUnderTest, aws: Receiver) -> None:
    """What the operator has put in AWS's place has queues at its own address."""
    aws.answer = SQS_ANSWER
    queue = f"{aws.url}/000000000000/queue"
    courier = courier_for(crowd, f"{aws.url}/", endpoint_url=aws.url)
    ping(crowd, queue, "SQS")

    assert courier.deliver(crowd.site) == (1, 0)
    assert aws.documents()[0]["QueueUrl"] == queue


def test_aws_says_no(crowd: CrowdUnderTest, aws: Receiver) -> None:
    """What AWS refuses is tried again, once a round, and its words are kept."""
    aws.status = 400
    aws.answer = json.dumps(
        {"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "No such queue."}
    )
    courier = courier_for(crowd, QUEUE, endpoint_url=aws.url)
    ping(crowd, QUEUE, "SQS")

    assert courier.deliver(crowd.site) == (0, 1)
    assert len(aws.bodies) == 1
    assert "No such queue." in waiting(crowd)[0].error


def test_without_keys(
    crowd: CrowdUnderTest, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator without AWS keys reads so in the error, and the message waits."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    # The fixtures' clients share a session that has looked for keys already.
    monkeypatch.setattr("boto3.session.Session", BOTO3_SESSION)
    courier = courier_for(crowd, QUEUE, endpoint_url=hook.url)
    ping(crowd, QUEUE, "SQS")

    assert courier.deliver(crowd.site) == (0, 1)
    assert waiting(crowd)[0].error == "Unable to locate credentials"


@pytest.mark.parametrize(
    ("destination", "region"),
    [
        (QUEUE, "eu-west-1"),
        (TOPIC, "eu-west-1"),
        ("https://us-west-2.queue.amazonaws.com/1/q", "us-west-2"),
        ("https://queue.amazonaws.com/1/q", "us-east-1"),
        ("https://sqs.cn-north-1.amazonaws.com.cn/1/q", "cn-north-1"),
        ("http://127.0.0.1:9324/000000000000/q", "us-east-1"),
    ],
)
def test_regions(destination: str, region: str) -> None:
    """The region is the one that a queue's host or a topic's ARN names."""
    assert destinations.find_region(destination) == region
