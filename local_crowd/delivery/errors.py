"""Errors of delivery."""


class DeliveryError(Exception):
    """A message was not delivered, or its receiver did not confirm it; it can be retried."""
