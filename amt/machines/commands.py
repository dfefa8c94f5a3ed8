"""Ask a command: rows to its stdin, answers from its stdout, a line of JSON each."""

import os
import queue
import shlex
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from time import monotonic
from typing import BinaryIO, NamedTuple

from amt.errors import Error
from amt.machines.tasks import Intake, ReplyError, Task, parse_reply
from amt.messages import Say, count_of

MOST_BYTES = 1_000_000  # of a line of the command
GRACE_SECONDS = 2.0  # between asking the command to end, and ending it
CHECK_SECONDS = 0.5  # how often a silent command is looked at
MOST_STARTS_WITHOUT_ANSWER = 2

Keep = Callable[[dict[str, object]], None]


class Line(NamedTuple):
    """A line of the command's output, with its number."""

    number: int
    text: bytes


class HangingError(Exception):
    """Raised when the command has said nothing for too long."""


class Child:
    """A running command, in a process group of its own, which ends with it."""

    def __init__(self, command: str, tasks: Sequence[Task]) -> None:
        """Start the command, and send it the tasks. Raises Error for one that cannot be started."""
        try:
            words = shlex.split(command)
            if not words:
                raise ValueError("it is empty")
            self._process = subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise Error(f"--command {command!r} cannot be started: {reason}") from error
        assert self._process.stdin is not None  # noqa: S101 - both are pipes
        assert self._process.stdout is not None  # noqa: S101
        self._lines: queue.Queue[Line | None] = queue.Queue(maxsize=1000)
        self._is_closed = threading.Event()
        self._threads = [
            threading.Thread(target=self._write, args=(self._process.stdin, tasks), daemon=True),
            threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def _write(self, stdin: BinaryIO, tasks: Sequence[Task]) -> None:
        with suppress(OSError):  # it reads no more
            for task in tasks:
                stdin.write(task.to_line())
                stdin.flush()
        with suppress(OSError):
            stdin.close()

    def _read(self, stdout: BinaryIO) -> None:
        number = 0
        is_rest = False  # of a line that is too long
        while text := stdout.readline(MOST_BYTES):
            if not is_rest:
                number += 1
                self._put(Line(number, text))
            is_rest = not text.endswith(b"\n")
        self._put(None)

    def _put(self, line: Line | None) -> None:
        while not self._is_closed.is_set():
            with suppress(queue.Full):
                self._lines.put(line, timeout=CHECK_SECONDS)
                return

    def lines(self, patience: float) -> Iterator[Line]:
        """Yield the lines of the command. Raises HangingError if none comes for `patience` seconds."""
        deadline = monotonic() + patience
        while True:
            try:
                left = deadline - monotonic()
                line = self._lines.get(timeout=max(0.0, min(left, CHECK_SECONDS)))
            except queue.Empty:
                if self._process.poll() is not None:
                    self._signal(signal.SIGKILL)  # what it started may hold its stdout open
                elif monotonic() > deadline:
                    raise HangingError from None
                continue
            if line is None:
                return
            yield line
            deadline = monotonic() + patience

    def end(self, patience: float) -> int:
        """End the command and what it started. Return its exit code; negative: ended by a signal.

        A command that has said all gets `patience` seconds to end by itself.
        """
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(patience)
        if self._process.poll() is None:
            self._signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE_SECONDS)
        self._signal(signal.SIGKILL)  # what it left behind in its group
        self._is_closed.set()
        code = self._process.wait()
        pipes = (self._process.stdin, self._process.stdout)
        for thread, pipe in zip(self._threads, pipes, strict=True):
            thread.join(GRACE_SECONDS)
            if pipe is not None and not thread.is_alive():  # else a process of another group has it
                with suppress(OSError):
                    pipe.close()
        return code

    def _signal(self, number: int) -> None:
        """Send a signal to the process group, which may have ended."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)


def ask_command(
    command: str, name: str, intake: Intake, keep: Keep, patience: float, fault: Say
) -> None:
    """Let the command answer the tasks of `intake`; call `keep` with each line of results.

    Each fault is said. If the command hangs or fails, the first row without an answer is passed
    over, and it is started again for the others, unless it twice gave no answer at all.
    """
    without_answer = 0
    while tasks := intake.missing:
        before = intake.answered
        problem = _run_once(Child(command, tasks), name, intake, keep, patience, fault)
        missing = intake.missing
        if problem is None or not missing:
            if problem:
                fault(f"{name} {problem}")
            for task in missing:
                fault(f"row {task.row}: {name} gave no answer")
            return
        intake.pass_over(missing[0].row)
        fault(f"row {missing[0].row}: {name} {problem}; skipped")
        without_answer = without_answer + 1 if intake.answered == before else 0
        if without_answer == MOST_STARTS_WITHOUT_ANSWER:
            if rest := len(missing) - 1:
                fault(
                    f"{name} was started twice without an answer; {count_of(rest, 'row')} not asked"
                )
            return


def _run_once(
    child: Child, name: str, intake: Intake, keep: Keep, patience: float, fault: Say
) -> str | None:
    """Take in what the command says until it ends; return how it failed, or None."""
    code: int | None = None
    problem = None
    try:
        for line in child.lines(patience):
            if not line.text.strip():
                continue
            try:
                if len(line.text) >= MOST_BYTES and not line.text.endswith(b"\n"):
                    raise ReplyError(f"longer than {MOST_BYTES:,} bytes")
                result = intake.take(parse_reply(line.text))
            except ReplyError as error:
                fault(f"{name}, line {line.number}: {error}")
            else:
                keep(result)
        code = child.end(patience)
    except HangingError:
        problem = f"gave no answer for {patience:g} seconds"
    finally:
        if code is None:
            child.end(0)
    if code:
        problem = f"ended with exit code {code}" if code > 0 else f"was ended by signal {-code}"
    return problem
