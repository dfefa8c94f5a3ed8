"""What goes wrong on the way."""


class DeliveryError(Exception):
    """A message did not arrive, or nothing said that it did. It is worth another try."""
