"""Errors of delivery."""


class DeliveryError(Exception):
    """Raised when a message was not delivered, or not confirmed by its receiver; it can be retried.

    `status` is that of the HTTP response, if there was one.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status
