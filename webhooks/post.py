"""Post a message to a URL that a requester chose, and that the operator may not trust.

The host is resolved once, and the connection goes to the address that was validated, which prevents
DNS rebinding. Redirects are not followed, no proxy is used, only the response's status is read, and
the whole takes TIMEOUT_SECONDS at most.
"""

import socket
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from threading import Timer
from urllib.parse import SplitResult

from webhooks import failures, urls
from webhooks.errors import DeliveryError

TIMEOUT_SECONDS = 15
PORTS = {"http": 80, "https": 443}


def post(url: str, body: bytes, headers: Mapping[str, str], allowed: Iterable[str]) -> int:
    """Post `body`, as JSON unless `headers` has another type; return the response's status, a 2xx.

    `allowed`: URLs and prefixes that the operator allows besides public https URLs. Raises DeliveryError, with the
    status, for any other response.
    """
    parts = urls.parse_url(url)
    any_address = urls.is_allowed(url, allowed)
    start = time.monotonic()
    try:
        with _connect(parts, any_address=any_address) as connection:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            all_headers = {
                "Content-Type": "application/json",
                "User-Agent": "simple-amt",
                **headers,
            }
            connection.request("POST", path, body, all_headers)
            status = connection.getresponse().status
    except (OSError, HTTPException, UnicodeError) as error:  # UnicodeError: of a host name
        seconds = time.monotonic() - start
        words = failures.describe(error, str(parts.hostname), seconds, TIMEOUT_SECONDS)
        raise DeliveryError(words) from error
    if not 200 <= status < 300:
        raise DeliveryError(f"The receiver responded with status {status}.", status)
    return status


@contextmanager
def _connect(parts: SplitResult, *, any_address: bool) -> Iterator[HTTPConnection]:
    """Open a connection that is cut off after TIMEOUT_SECONDS; close it when the block ends."""
    host = str(parts.hostname)
    port = parts.port or PORTS[parts.scheme]
    connection = HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
    connection.default_port = PORTS[parts.scheme]  # any other port goes into the Host header
    plain = _open_socket(host, port, any_address=any_address)
    timer = Timer(TIMEOUT_SECONDS, _shut_down, [plain])
    timer.start()
    try:
        connection.sock = plain
        if parts.scheme == "https":
            context = ssl.create_default_context()
            connection.sock = context.wrap_socket(plain, server_hostname=host)
        yield connection
    finally:
        timer.cancel()
        connection.close()
        plain.close()


def _open_socket(host: str, port: int, *, any_address: bool) -> socket.socket:
    """Connect to the first address of the host that accepts a connection.

    Raises DeliveryError for an address that is not public, unless `any_address`; or OSError.
    """
    addresses = [
        str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    ]
    if not any_address and not all(map(urls.is_public, addresses)):
        raise DeliveryError(f"{host} leads to an address that is not public.")
    for address in addresses[:-1]:
        try:
            return socket.create_connection((address, port), timeout=TIMEOUT_SECONDS / 3)
        except OSError:
            continue
    return socket.create_connection((addresses[-1], port), timeout=TIMEOUT_SECONDS / 3)


def _shut_down(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is closed already
