"""Share new connections evenly among the processes of a server.

Browsers keep their connections open, so a process that accepted most of them has most of the work,
as long as the connections last: of 20 workers' connections one process used to accept all, and
workers submitted 170 answers per second instead of 318, while the other process was idle.
"""

import mmap

# How long a connection is left to the processes with fewer connections. One that is busy needs some
# milliseconds to accept it; if it hangs or has died, another accepts the connection after that.
HEAD_START_SECONDS = 0.02


class OpenConnections:
    """How many connections each process has open, in memory that processes share once forked.

    Each process writes its own count only. The count of a process that died stays until the process
    that replaces it counts its own.
    """

    def __init__(self, processes: int) -> None:
        self._counts = memoryview(mmap.mmap(-1, 8 * processes)).cast("q")

    def set_count(self, process: int, count: int) -> None:
        """Note how many connections a process has open."""
        self._counts[process] = count

    def is_lowest(self, process: int) -> bool:
        """Return whether no process has fewer connections."""
        return self._counts[process] <= min(self._counts)


class Turn:
    """Decides whether a process accepts a connection now, or leaves it to one that has fewer.

    `process` is its index in `connections`. `now`: seconds of a monotonic clock. Not for several
    threads.
    """

    def __init__(self, connections: OpenConnections, process: int) -> None:
        self._connections = connections
        self._process = process
        self._waits_until: float | None = None

    def set_count(self, count: int) -> None:
        """Note how many connections this process has open."""
        self._connections.set_count(self._process, count)

    def take(self, now: float) -> bool:
        """Return whether to accept the connection that is there; if not, begin to wait."""
        was_left = (
            self._waits_until is not None and 0 <= now - self._waits_until < HEAD_START_SECONDS
        )
        if was_left or self._connections.is_lowest(self._process):
            self._waits_until = None
            return True
        self._waits_until = now + HEAD_START_SECONDS
        return False

    def get_wait(self, now: float) -> float:
        """Return for how many seconds this process leaves new connections to others."""
        return 0.0 if self._waits_until is None else max(0.0, self._waits_until - now)
