"""The single-process server: waitress, with limits on connections.

A thread is busy with a request only while the application handles it. Slow reads and writes happen
in the main thread, so slow clients do not block others.
"""

import resource
import socket
import sys
import time
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import ip_address
from typing import Any
from wsgiref.types import WSGIApplication

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from local_crowd.turns import OpenConnections, Turn

CONNECTIONS = 1000
SPARE = 10  # idle connections are closed from CONNECTIONS - SPARE on
# Requests that a client may send before it has read a response. Browsers and SDKs send one. Each may
# keep a file open until its response is read.
PIPELINED = 4
OPEN_FILES = 8192  # CONNECTIONS * PIPELINED, and the databases
# waitress's main thread sends a response smaller than this only when it is complete. By default it
# starts while the response is being written, and spins until the writing thread gets its turn: with
# 100 connections that is a tenth of the responses per second.
SEND_WHOLE_BYTES = 256 * 1024
MAX_BODY_BYTES = 8 * 1024 * 1024  # twice what any page accepts; waitress buffers it on disk


class _Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types for it
    """A connection that allows PIPELINED requests at once."""

    def received(self, data: bytes) -> Any:
        """Process received data; close the connection of a client that sends too many requests at once."""
        was_taken = super().received(data)
        if len(self.requests) > PIPELINED:
            self.will_close = True
        return was_taken


class _Server(TcpWSGIServer):  # type: ignore[misc]
    """A listening socket. `_map` holds every connection of the process, from all its sockets."""

    channel_class = _Channel

    def __init__(self, *args: Any, turn: Turn, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._turn = turn

    def readable(self) -> Any:
        """Return whether a connection can be accepted; near the limit, close an idle one first."""
        self._turn.set_count(len(self._map))
        if len(self._map) >= self.adj.connection_limit - SPARE:
            self._close_idle()
        return super().readable() and not self._turn.get_wait(time.monotonic())

    def handle_accept(self) -> None:
        """Accept a connection, unless it is another process's turn."""
        if self._turn.take(time.monotonic()):
            super().handle_accept()

    def _close_idle(self) -> None:
        """Close the connection that was idle longest, of the client that has the most connections.

        Its browser or proxy reconnects.
        """
        channels = [
            channel
            for channel in list(self._map.values())
            if isinstance(channel, HTTPChannel) and not channel.will_close
        ]
        count = Counter(_client_network(channel.addr[0]) for channel in channels)
        idle = [channel for channel in channels if not channel.requests]
        if idle:
            longest = max(idle, key=lambda c: (count[_client_network(c.addr[0])], -c.last_activity))
            longest.will_close = True


@lru_cache(maxsize=4096)
def _client_network(address: str) -> bytes:
    """Return what identifies a client: its IPv4 address, or the first 64 bits of its IPv6 address."""
    parsed = ip_address(address.partition("%")[0])
    mapped = getattr(parsed, "ipv4_mapped", None)
    return bytes((mapped or parsed).packed[:8])


class Server:
    """Serves a WSGI application on listening sockets.

    `are_headers_trusted`: whether X-Forwarded headers are passed on to the application, which must
    validate them; otherwise they are removed. `turn`: this process's, if others accept connections
    from the same sockets.
    """

    def __init__(
        self,
        application: WSGIApplication,
        sockets: Sequence[socket.socket],
        *,
        threads: int,
        connections: int = CONNECTIONS,
        are_headers_trusted: bool = False,
        turn: Turn | None = None,
    ) -> None:
        self._map: dict[int, Any] = {}
        self._settings = Adjustments(
            sockets=list(sockets),
            threads=threads,
            ident=None,
            connection_limit=min(connections, _allow_open_files() // 2),
            max_request_body_size=MAX_BODY_BYTES,
            outbuf_high_watermark=sys.maxsize,  # otherwise a thread waits for a slow client to read
            clear_untrusted_proxy_headers=not are_headers_trusted,
        )
        self._settings.send_bytes = SEND_WHOLE_BYTES  # as an argument it is deprecated
        self._turn = turn or Turn(OpenConnections(1), 0)
        self._dispatcher = ThreadedTaskDispatcher()
        self._dispatcher.set_thread_count(threads)
        for listening in sockets:
            _Server(
                application,
                self._map,
                turn=self._turn,
                _sock=listening,
                dispatcher=self._dispatcher,
                adj=self._settings,
                bind_socket=False,
                sockinfo=(
                    listening.family,
                    listening.type,
                    listening.proto,
                    listening.getsockname(),
                ),
            )

    def run(self) -> None:
        """Serve until KeyboardInterrupt, then finish the requests in progress."""
        try:
            while self._map:
                # poll, because select cannot handle file descriptors above 1023.
                wait = self._turn.get_wait(time.monotonic())
                wasyncore.poll2(timeout=wait or 1, map=self._map)
        except KeyboardInterrupt:
            self._dispatcher.shutdown()

    def close(self) -> None:
        """Close every connection, and the files being sent."""
        for channel in list(self._map.values()):
            if isinstance(channel, HTTPChannel):
                channel.handle_close()
        wasyncore.close_all(self._map)


def _allow_open_files() -> int:
    """Raise the limit on open files to OPEN_FILES, or as far as allowed; return it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return allowed
