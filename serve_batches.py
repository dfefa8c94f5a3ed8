r"""Serve batches over HTTP: programs send them, and read answers and labels.

    python serve_batches.py --open

Then send a batch:

    curl -X PUT http://127.0.0.1:8100/batches/example-same -H 'Content-Type: application/json' \
      -d @examples/batches/same.json

Each batch is a folder within --directory, as run_batch.py makes it. A request needs a token of
manage_crowd.py add_token, or with --open none, which works on this machine only. A server that was
killed goes on with all batches when it is started again. Ctrl-C stops it. docs/batch_server.md lists
the requests.
"""

import argparse
import contextlib
import fcntl
import os
import re
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import simpleamt
from amt.errors import Error
from formats.netloc import is_loopback

CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def main(argv: list[str] | None = None) -> int:
    """Serve until a signal stops the server; return the exit code."""
    parser = simpleamt.parser(__doc__)
    parser.add_argument(
        "--directory",
        default="batches",
        metavar="DIR",
        help="directory in which each requester's batches get folders; default: %(default)s",
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on; default: 127.0.0.1, this machine only",
    )
    parser.add_argument(
        "--port", type=int, default=8100, help="port to listen on; 0: any free port; default: 8100"
    )
    parser.add_argument(
        "--open",
        action="store_true",
        help='no tokens: every program on this machine acts as the requester "local"',
    )
    parser.add_argument(
        "--max_cost",
        type=simpleamt.parse_dollars,
        metavar="DOLLARS",
        help="largest amount that a batch may cost",
    )
    parser.add_argument(
        "--store",
        metavar="URL",
        help="database that takes results and labels of all batches; default: none",
    )
    return simpleamt.run(parser, serve, argv)


def serve(args: argparse.Namespace) -> int:
    """Serve until a signal. Raises Error when the directory or the port cannot be used."""
    if args.open and not is_loopback(args.host):
        raise Error(
            f"--open: --host {args.host} can be reached from elsewhere; leave out one of them"
        )
    if args.store is not None:
        from amt import results_store  # SQLAlchemy: only if something is stored

        results_store.parse_url(args.store)
    # SIGTERM stops the server like Ctrl-C; only the exit code differs.
    ended_by: list[int] = []

    def end(number: int, _frame: Any) -> NoReturn:
        ended_by.append(number)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is ending
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    has_ended = True
    with contextlib.suppress(KeyboardInterrupt):
        has_ended = listen(args)
    code = 0 if ended_by[:1] == [signal.SIGTERM] else 130
    if not has_ended:  # a call that hangs; what it began, the next start finds
        sys.stdout.flush()
        os._exit(code)
    return code


def listen(args: argparse.Namespace) -> bool:
    """Serve until KeyboardInterrupt; return whether everything ended in time."""
    from batch_server.access import OpenAccess, TokenAccess
    from batch_server.app import Server
    from batch_server.connections import Connections
    from batch_server.service import Service
    from batch_server.settings import Settings

    crowd = simpleamt.crowd(args)
    directory = Path(args.directory)
    settings = Settings(directory, crowd, args.max_cost, args.store)
    with contextlib.ExitStack() as stack:
        stack.enter_context(lock(directory))
        listening = stack.enter_context(open_socket(args.host, args.port))
        access = OpenAccess() if args.open else TokenAccess(Path(crowd.settings["local_crowd"]))
        stack.enter_context(contextlib.closing(access))
        service = Service(settings, log)
        server = Server(service, access, log)
        connections = Connections(server.create_app(), listening)
        service.start()
        announce(args, settings.directory, listening.getsockname()[1])
        simpleamt.say(f"HITs are launched on {crowd} ({crowd.source}).")
        try:
            connections.run()
        except KeyboardInterrupt:
            log("The server is ending.")
        finally:
            server.close()
            connections.close()
            has_ended = service.close()
    return has_ended


def log(text: str) -> None:
    """Write a message to stderr, without characters of a requester's that control a terminal.

    One that cannot be written, on a full disk or for a reader that is gone, stops no batch.
    """
    with contextlib.suppress(OSError):
        simpleamt.say(CONTROLS.sub(lambda match: repr(match[0])[1:-1], text))


def announce(args: argparse.Namespace, directory: Path, port: int) -> None:
    """Print the server's URL, and say how to get in."""
    host = f"[{args.host}]" if ":" in args.host else args.host
    print(f"Batches: http://{host}:{port}/batches", flush=True)
    simpleamt.say(
        f"The batches are in {directory}. http://{host}:{port}/docs explains the requests."
    )
    if args.open:
        simpleamt.say('Every program on this machine may launch, as the requester "local".')
    else:
        simpleamt.say(
            "Requests need a token. To make one: python manage_crowd.py add_token local --may launch"
        )


@contextlib.contextmanager
def lock(directory: Path) -> Iterator[None]:
    """Make this the only server of a directory. Raises Error when another one serves it."""
    from amt.declared import directories  # pydantic takes 0.1 s to import

    try:
        directory.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(directory / directories.SERVER_LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise Error(f"{directory}: {error.strerror}") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Error(
                f"{directory}: another serve_batches.py serves it; name another --directory"
            ) from error
        yield
    finally:
        os.close(descriptor)


def open_socket(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises Error on failure."""
    if not 0 <= port <= 65535:
        raise Error(f"--port {port}: a port is a number from 0 to 65535")
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=256)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        is_system = error.errno is not None and error.errno > 0
        reason = os.strerror(error.errno or 0) if is_system else error.strerror or str(error)
        raise Error(
            f"cannot listen on {host}:{port}: {reason}; choose another --host or --port"
        ) from error
    return listening


if __name__ == "__main__":
    sys.exit(main())
