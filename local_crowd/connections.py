"""The server of one process, waitress: its threads, and its connections when they get many.

A thread works for a request only while the application answers it. What is sent slowly, in either
direction, waits in the main thread, so any number of slow clients hold nobody up.
"""

import resource
import socket
import sys
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

CONNECTIONS = 1000
SPARE = 10  # connections below that number at which idle ones begin to be closed
# Requests that a client may send before it has read a response. Browsers and SDKs send one. Each may
# hold a file open until it is read.
PIPELINED = 4
OPEN_FILES = 8192  # for CONNECTIONS that each hold PIPELINED files open, and for the databases
# A response smaller than this is sent by waitress's main thread when it is whole. Sent while its thread
# still writes it, as waitress does by default, the main thread spins until that thread gets its turn:
# a tenth of the responses a second with 100 connections.
SENT_WHOLE = 256 * 1024  # bytes
MAX_BODY_BYTES = 8 * 1024 * 1024  # twice what any page takes; it is kept on the disk while it comes


class _Channel(HTTPChannel):  # type: ignore[misc]  # waitress has no types for it
    """A connection."""

    def received(self, data: bytes) -> Any:
        """Take what the client has sent; hang up on one that sends too many requests at once."""
        was_taken = super().received(data)
        if len(self.requests) > PIPELINED:
            self.will_close = True
        return was_taken


class _Server(TcpWSGIServer):  # type: ignore[misc]
    """A socket that listens. Every connection of the process is in `_map`, whichever it came by."""

    channel_class = _Channel

    def readable(self) -> Any:
        """Say whether a connection can be accepted; close an idle one first when there are many."""
        if len(self._map) >= self.adj.connection_limit - SPARE:
            self._close_idle()
        return super().readable()

    def _close_idle(self) -> None:
        """Close one connection that waits for its client: of the client that has the most, the one
        on which nothing has moved for longest. Its browser, or its proxy, connects anew.
        """
        channels = [
            channel
            for channel in list(self._map.values())
            if isinstance(channel, HTTPChannel) and not channel.will_close
        ]
        count = Counter(_client(channel.addr[0]) for channel in channels)
        idle = [channel for channel in channels if not channel.requests]
        if idle:
            longest = max(idle, key=lambda one: (count[_client(one.addr[0])], -one.last_activity))
            longest.will_close = True


@lru_cache(maxsize=4096)
def _client(address: str) -> bytes:
    """Return what the addresses of one client have in common: of IPv6 the first 64 bits."""
    parsed = ip_address(address.partition("%")[0])
    mapped = getattr(parsed, "ipv4_mapped", None)
    return bytes((mapped or parsed).packed[:8])


class Server:
    """Serves a WSGI application on sockets that listen already.

    `are_headers_trusted`: whether the application judges X-Forwarded headers itself; else they never
    reach it.
    """

    def __init__(
        self,
        application: WSGIApplication,
        sockets: Sequence[socket.socket],
        *,
        threads: int,
        are_headers_trusted: bool = False,
    ) -> None:
        self._map: dict[int, Any] = {}
        self._settings = Adjustments(
            sockets=list(sockets),
            threads=threads,
            ident=None,
            connection_limit=min(CONNECTIONS, _allow_open_files() // 2),
            max_request_body_size=MAX_BODY_BYTES,
            outbuf_high_watermark=sys.maxsize,  # else a thread waits until a slow client has read
            clear_untrusted_proxy_headers=not are_headers_trusted,
        )
        self._settings.send_bytes = SENT_WHOLE  # as an argument it is announced to go
        self._dispatcher = ThreadedTaskDispatcher()
        self._dispatcher.set_thread_count(threads)
        for listening in sockets:
            _Server(
                application,
                self._map,
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
        """Serve until KeyboardInterrupt, and let what is being answered end."""
        try:
            # poll, because select takes no file whose number is above 1023.
            wasyncore.loop(timeout=1, map=self._map, use_poll=True)
        except KeyboardInterrupt:
            self._dispatcher.shutdown()

    def close(self) -> None:
        """Close every connection, and the files that are being sent."""
        for channel in list(self._map.values()):
            if isinstance(channel, HTTPChannel):
                channel.handle_close()
        wasyncore.close_all(self._map)


def _allow_open_files() -> int:
    """Raise the limit of open files as far as it is needed and allowed; return it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return allowed
