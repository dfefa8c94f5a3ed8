"""Send a message to an SQS queue or SNS topic, with the AWS keys that boto3 finds for the operator."""

from functools import cache
from threading import Lock
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local_crowd.operations.notifications import destinations
from webhooks.errors import DeliveryError

# Times in seconds. One attempt only: the outbox retries.
CONFIG = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 1})


class Queues:
    """The queues and topics of AWS, or of a replacement at `endpoint_url`."""

    def __init__(self, endpoint_url: str | None) -> None:
        self.endpoint_url = endpoint_url
        self._creating = Lock()  # threads can share a client, but not create two at once
        self._client = cache(self._create_client)

    def _create_client(self, service: str, region: str) -> Any:
        from boto3.session import Session  # takes 0.25 s to import, and few crowds need it

        return Session().client(
            service,  # type: ignore[call-overload]
            region_name=region,
            endpoint_url=self.endpoint_url,
            config=CONFIG,
        )

    def send(self, transport: str, destination: str, body: str) -> None:
        """Send `body` to a queue, by its URL, or to a topic, by its ARN. Raises DeliveryError."""
        try:
            with self._creating:
                client = self._client(transport.lower(), destinations.find_region(destination))
            if transport == "SQS":
                client.send_message(QueueUrl=destination, MessageBody=body)
            else:
                client.publish(TopicArn=destination, Message=body)
        except (BotoCoreError, ClientError) as error:
            raise DeliveryError(str(error)) from error
