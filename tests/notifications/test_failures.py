"""Why a message was not delivered, in words for whoever reads the dead letters."""

import socket
import ssl
from http.client import BadStatusLine, RemoteDisconnected

import pytest

from tests.support.ports import free_port
from webhooks import failures
from webhooks.errors import DeliveryError
from webhooks.post import post

EXPIRED = ssl.SSLCertVerificationError(1, "certificate verify failed")
EXPIRED.verify_message = "certificate has expired"
NO_TLS = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)")
NO_TLS.reason = "WRONG_VERSION_NUMBER"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
            "The host name lab was not found.",
        ),
        (
            socket.gaierror(socket.EAI_AGAIN, "Temporary failure"),
            "The host name lab could not be looked up.",
        ),
        (UnicodeError("label too long"), "lab is not a valid host name."),
        (EXPIRED, "The certificate of lab is not valid: certificate has expired."),
        (NO_TLS, "No TLS connection to lab can be made: wrong version number."),
        (ConnectionRefusedError(111, "Connection refused"), "lab refused the connection."),
        (TimeoutError("timed out"), "No response within 5 s."),
        (RemoteDisconnected("Remote end"), "lab closed the connection without a response."),
        (BrokenPipeError(32, "Broken pipe"), "lab closed the connection without a response."),
        (BadStatusLine("hello"), "The response of lab is not HTTP: hello"),
        (OSError(101, "Network is unreachable"), "Network is unreachable."),
    ],
)
def test_a_failure_is_a_sentence(error: Exception, words: str) -> None:
    """Without the names of Python's exceptions."""
    assert failures.describe(error, "lab", 5.02, 15) == words


def test_what_is_cut_off_took_too_long() -> None:
    """However the connection ends then."""
    words = failures.describe(ConnectionResetError(), "lab", 15.01, 15)

    assert words == "No response within 15 s."


def test_a_receiver_that_does_not_run_refuses_the_connection() -> None:
    """A host name that no look-up takes is a failed delivery too."""
    url = f"http://127.0.0.1:{free_port()}/"
    no_name = f"http://{'a' * 64}.example.org/"

    with pytest.raises(DeliveryError, match=r"^127\.0\.0\.1 refused the connection\.$"):
        post(url, b"", {}, [url])
    with pytest.raises(DeliveryError, match=r"example\.org is not a valid host name\.$"):
        post(no_name, b"", {}, [no_name])
