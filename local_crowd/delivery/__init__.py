"""Takes notifications out of the outbox and sends them: to SQS, to SNS, or to a URL.

At least once, and in no certain order: receivers tell repeated messages by their EventDocId.
"""
