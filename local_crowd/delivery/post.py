"""Posts a message to a URL that a requester chose, and that the operator may not trust.

The host is resolved once, and the address that was checked is the one connected to, which prevents
DNS rebinding. Redirects are not followed, no proxy is used, only the status of the response is read,
and the whole takes SECONDS at most.
"""

import socket
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from threading import Timer
from urllib.parse import SplitResult

from local_crowd.delivery.errors import DeliveryError
from local_crowd.operations.notifications import destinations

SECONDS = 15
PORTS = {"http": 80, "https": 443}


def post(url: str, body: bytes, headers: Mapping[str, str], allowed: Iterable[str]) -> None:
    """Post `body` as JSON. Raises DeliveryError unless the response is a 2xx.

    `allowed`: destinations that the operator allows besides public https URLs.
    """
    parts = destinations.parse_url(url)
    any_address = destinations.is_allowed(url, allowed)
    try:
        with _connect(parts, any_address=any_address) as connection:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            sent = {"Content-Type": "application/json", "User-Agent": "simple-amt", **headers}
            connection.request("POST", path, body, sent)
            status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        raise DeliveryError(f"{type(error).__name__}: {error}") from error
    if not 200 <= status < 300:
        raise DeliveryError(f"The receiver answered with status {status}.")


@contextmanager
def _connect(parts: SplitResult, *, any_address: bool) -> Iterator[HTTPConnection]:
    host = str(parts.hostname)
    port = parts.port or PORTS[parts.scheme]
    connection = HTTPConnection(host, port, timeout=SECONDS)
    connection.default_port = PORTS[parts.scheme]  # so that Host names a port when it should
    plain = _open_socket(host, port, any_address=any_address)
    end = Timer(SECONDS, _shut_down, [plain])
    end.start()
    try:
        connection.sock = plain
        if parts.scheme == "https":
            context = ssl.create_default_context()
            connection.sock = context.wrap_socket(plain, server_hostname=host)
        yield connection
    finally:
        end.cancel()
        connection.close()
        plain.close()


def _open_socket(host: str, port: int, *, any_address: bool) -> socket.socket:
    addresses = [
        str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    ]
    if not any_address and not all(map(destinations.is_public, addresses)):
        raise DeliveryError(f"{host} leads to an address that is not public.")
    for address in addresses[:-1]:
        try:
            return socket.create_connection((address, port), timeout=SECONDS / 3)
        except OSError:
            continue
    return socket.create_connection((addresses[-1], port), timeout=SECONDS / 3)


def _shut_down(connected: socket.socket) -> None:
    try:
        connected.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # closed already
