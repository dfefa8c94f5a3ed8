"""Delivery of the notifications in the outbox, to SQS queues, SNS topics and URLs.

Each is delivered at least once, in no particular order: receivers recognize a repeated message by
its EventDocId.
"""
