"""The HTTP server: waitress, whose own errors are problems too."""

import operator
import socket
import sys
from typing import Any
from wsgiref.types import WSGIApplication

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher

from batch_server import problems, waiting
from batch_server.app import MOST_BODY_BYTES

THREADS = waiting.MOST + 8  # those that wait for a change leave 8 for everything else
CONNECTIONS = 200
SPARE = 10  # idle connections are closed from CONNECTIONS - SPARE on
PIPELINED = 4  # requests that a client may send before it has read a response
HEADER_BYTES = 64 * 1024


class _ProblemTask(ErrorTask):  # type: ignore[misc]  # waitress has no types
    """A response to what waitress cannot read or does not take."""

    def execute(self) -> None:
        """Send a problem in place of waitress' text."""
        error = self.request.error
        kind = problems.find_kind(error.code)
        body = problems.format_problem(kind, f"{error.reason}: {error.body}")
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", problems.MEDIA_TYPE))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Channel(HTTPChannel):  # type: ignore[misc]
    error_task_class = _ProblemTask

    def send_continue(self) -> None:
        """Ask for the body that a client holds back, if there is one.

        waitress 3.0 waits for the body of a request that has none.
        """
        if self.request.completed:
            self.request.expect_continue = False
        else:
            super().send_continue()

    def check_client_disconnected(self) -> bool:
        """Return whether the client has closed its side of the connection.

        waitress' own check reads on while a request is answered (channel_request_lookahead), and then
        sends no response to a client that closes only its side.
        """
        try:
            return bool(self.socket.recv(1, socket.MSG_PEEK) == b"")
        except BlockingIOError:
            return False
        except OSError:
            return True

    def received(self, data: bytes) -> Any:
        """Process received data; close a connection with too many requests at once.

        Their responses would wait here for a client that reads none.
        """
        was_taken = super().received(data)
        if len(self.requests) > PIPELINED:
            self.will_close = True
        return was_taken


class _Server(TcpWSGIServer):  # type: ignore[misc]
    channel_class = _Channel

    def readable(self) -> Any:
        """Return whether a connection can be accepted; near the limit, close the longest idle one."""
        if len(self._map) >= self.adj.connection_limit - SPARE:
            channels = [each for each in list(self._map.values()) if isinstance(each, HTTPChannel)]
            idle = [each for each in channels if not each.requests and not each.will_close]
            if idle:
                min(idle, key=operator.attrgetter("last_activity")).will_close = True
        return super().readable()


class Connections:
    """Serves an application on a listening socket."""

    def __init__(self, application: WSGIApplication, listening: socket.socket) -> None:
        self._map: dict[int, Any] = {}
        self._is_ending = False
        settings = Adjustments(
            sockets=[listening],
            threads=THREADS,
            ident=None,
            connection_limit=CONNECTIONS,
            max_request_body_size=MOST_BODY_BYTES,
            max_request_header_size=HEADER_BYTES,
            outbuf_high_watermark=sys.maxsize,  # otherwise a thread waits for a slow client to read
            clear_untrusted_proxy_headers=True,
        )
        self._dispatcher = ThreadedTaskDispatcher()
        self._dispatcher.set_thread_count(THREADS)
        self._server = _Server(
            application,
            self._map,
            _sock=listening,
            dispatcher=self._dispatcher,
            adj=settings,
            bind_socket=False,
            sockinfo=(listening.family, listening.type, listening.proto, listening.getsockname()),
        )

    def run(self) -> None:
        """Serve until `stop`, or KeyboardInterrupt."""
        while self._map and not self._is_ending:
            # poll, because select cannot handle file descriptors above 1023.
            wasyncore.poll2(timeout=1, map=self._map)

    def stop(self) -> None:
        """End `run` from another thread."""
        self._is_ending = True
        self._server.pull_trigger()

    def close(self) -> None:
        """Finish the requests in progress, then close every connection."""
        self._dispatcher.shutdown(cancel_pending=True, timeout=5)
        for channel in list(self._map.values()):
            if isinstance(channel, HTTPChannel):
                channel.handle_close()
        wasyncore.close_all(self._map)
