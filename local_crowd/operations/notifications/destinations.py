"""Decide where notifications may go, without a network or a database.

A requester chooses a destination, but the crowd sends to it with the operator's AWS keys and from
within the operator's network. So requesters may use any public https address, and the operator must
allow all others: queues, topics, addresses of this machine and of private networks, plain http. They
are allowed in crowd.json's `notification_destinations` or by `manage_crowd.py allow_destination`.
A host name is checked again by the address it resolves to when a message is sent
(webhooks.post).
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from webhooks.urls import BadDestinationError, can_be_public, is_allowed, parse_url

QUEUE_HOST = re.compile(
    r"sqs(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|api\.aws)"
    r"|([a-z0-9-]+)\.queue\.amazonaws\.com|queue\.amazonaws\.com"
)
TOPIC = re.compile(r"arn:aws[a-z-]*:sns:([a-z0-9-]+):[0-9]+:[A-Za-z0-9_-]+(?:\.fifo)?")
ACCOUNT = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]+:")
QUEUE_ARN = re.compile(r"arn:aws[a-z-]*:sqs:([a-z0-9-]+):([0-9]+):([A-Za-z0-9_.-]+)")
MAX_LENGTH = 2000  # characters
DEFAULT_REGION = "us-east-1"


def validate(transport: str, destination: str, allowed: Iterable[str]) -> None:
    """Raise BadDestinationError when the transport cannot send there, or it is not allowed.

    `transport` is SQS, SNS or Email. `allowed` are the destinations and prefixes that the operator
    allows in addition to public https URLs.
    """
    if transport == "Email":
        raise BadDestinationError("This crowd sends no e-mail: use SQS, SNS or an https URL.")
    if len(destination) > MAX_LENGTH:
        raise BadDestinationError(f"It is longer than {MAX_LENGTH} characters.")
    to_topic = transport == "SNS" and is_topic(destination)
    parts = None if to_topic else parse_url(destination)
    if is_allowed(destination, allowed):
        return
    if parts is None or is_queue(destination):
        raise BadDestinationError(
            "The crowd sends to queues and topics with its operator's keys, so the operator has to "
            "allow each of them: manage_crowd.py allow_destination."
        )
    if parts.scheme != "https" or not can_be_public(parts.hostname or ""):
        raise BadDestinationError(
            "Only https URLs at public addresses are allowed without the operator. The crowd's "
            "operator can allow others: manage_crowd.py allow_destination."
        )


def validate_allowed_prefix(destination: str) -> None:
    """Raise BadDestinationError, with a message for the operator, for what cannot be allowed.

    An operator can allow a destination, or a prefix ending in `/` or `:` that includes at least the
    host or the account.
    """
    if len(destination) > MAX_LENGTH:
        raise BadDestinationError(f"It is longer than {MAX_LENGTH} characters.")
    if ACCOUNT.fullmatch(destination) or is_topic(destination):
        return
    if queue := QUEUE_ARN.fullmatch(destination):
        region, account, name = queue.groups()
        raise BadDestinationError(
            "Give the queue's URL instead of its ARN, such as "
            f"https://sqs.{region}.amazonaws.com/{account}/{name}"
        )
    parse_url(destination)


def is_topic(destination: str) -> bool:
    """Return whether the destination is the ARN of an SNS topic."""
    return bool(TOPIC.fullmatch(destination))


def is_queue(destination: str) -> bool:
    """Return whether the destination is the URL of an SQS queue."""
    return bool(QUEUE_HOST.fullmatch(urlsplit(destination).hostname or ""))


def find_region(destination: str) -> str:
    """Return the AWS region in a queue's URL or a topic's ARN, or us-east-1 if it has none."""
    match = TOPIC.fullmatch(destination) or QUEUE_HOST.fullmatch(
        urlsplit(destination).hostname or ""
    )
    regions = [group for group in match.groups() if group] if match else []
    return regions[0] if regions else DEFAULT_REGION
