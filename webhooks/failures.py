"""Say in plain words why a message was not delivered."""

import socket
import ssl
from http.client import HTTPException

NOT_FOUND = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))


def describe(error: Exception, host: str, seconds: float, most: float) -> str:
    """Return a sentence for an error of a request to `host`, `seconds` after it began.

    `most`: the seconds after which a request is cut off, whatever its error is then.
    """
    if isinstance(error, TimeoutError) or seconds >= most:
        return f"No response within {max(1, round(seconds))} s."
    if isinstance(error, socket.gaierror):
        what = "was not found" if error.errno in NOT_FOUND else "could not be looked up"
        return f"The host name {host} {what}."
    if isinstance(error, UnicodeError):
        return f"{host} is not a valid host name."
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate of {host} is not valid: {error.verify_message.rstrip('.')}."
    if isinstance(error, ssl.SSLError):
        reason = (error.reason or str(error)).replace("_", " ").lower()
        return f"No TLS connection to {host} can be made: {reason}."
    if isinstance(error, ConnectionRefusedError):
        return f"{host} refused the connection."
    if isinstance(error, ConnectionError):
        return f"{host} closed the connection without a response."
    if isinstance(error, HTTPException):
        return f"The response of {host} is not HTTP: {_to_line(str(error))}"
    return f"{_to_line(getattr(error, 'strerror', None) or str(error))}."


def _to_line(text: str) -> str:
    """Return a text, which the receiver can have sent, for a terminal: in one line, without controls."""
    return "".join(
        character if character.isprintable() else repr(character)[1:-1] for character in text[:200]
    )
