"""Errors of delivery."""


class DeliveryError(Exception):
    """Raised when a message was not delivered, or not confirmed by its receiver; it can be retried."""
