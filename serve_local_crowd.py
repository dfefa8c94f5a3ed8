"""Serve the local crowd: worker pages for browsers, and the MTurk API for boto3 and other clients.

    python serve_local_crowd.py --port 8000

Then open http://127.0.0.1:8000/sandbox/ to do HITs. The live site is at /, the sandbox at /sandbox/.
For programs that can call only the path /, --sandbox_port serves the sandbox at the root of a
second port. The scripts work on the same data, whether a server is running or not. Ctrl-C stops it.
"""

import argparse
import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn

import simpleamt
from amt import serving
from amt.errors import Error, OutputClosedError

# Of each process. More threads serve no more: they take the interpreter's lock from the one that
# holds the database's. Of 20 workers' accepts 99 % took 45 ms with 3, 50 to 70 ms with 4.
THREADS = 3
GUNICORN_THREADS = 16  # each is busy until its client has read the response
# One process runs Python on one core. SQLite has one writer, but others can read and render
# meanwhile, so a second process serves more; a third mostly waits for the other two's writes.
PROCESSES = 2


def main(argv: list[str] | None = None) -> int:
    """Serve until a signal stops the server; return the exit code."""
    parser = simpleamt.Parser(description=__doc__)
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on; default: 127.0.0.1, this machine only",
    )
    parser.add_argument(
        "--port", type=int, default=8000, help="port to listen on; 0: any free port; default: 8000"
    )
    parser.add_argument(
        "--sandbox_port",
        type=int,
        metavar="N",
        help="second port, with the sandbox at its root; 0: any free port",
    )
    parser.add_argument("--local_crowd", **simpleamt.OPTIONS["local_crowd"])
    for site in ("sandbox", "live"):
        parser.add_argument(
            f"--{site}_database",
            metavar="URL",
            help=f"database of the {site} site, e.g. postgresql+psycopg://user@host/name; "
            "default: the one in crowd.json, or a SQLite file in the data directory",
        )
    parser.add_argument(
        "--processes",
        type=int,
        metavar="N",
        help="serve with N gunicorn processes; more than 1 needs PostgreSQL",
    )
    parser.add_argument(
        "--proxies",
        type=int,
        default=0,
        metavar="N",
        help="number of trusted proxies in front of this server, whose X-Forwarded headers are "
        "used; default: 0",
    )
    parser.add_argument(
        "--hosts",
        nargs="+",
        default=[],
        metavar="NAME",
        help="allowed Host headers, unless crowd.json lists them; default: any, or localhost when "
        "listening on loopback without --proxies",
    )
    parser.add_argument("--config", **simpleamt.OPTIONS["config"])
    parser.set_defaults(concurrency=GUNICORN_THREADS)
    return simpleamt.run(parser, serve, argv)


def serve(args: argparse.Namespace) -> int:
    """Serve until a signal. Raises Error when the data or a port cannot be opened."""
    # SIGTERM stops the server like Ctrl-C; only the exit code differs.
    ended_by: list[int] = []

    def end(number: int, _frame: Any) -> NoReturn:
        ended_by.append(number)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    try:
        listen(Path(args.local_crowd or simpleamt.config(args)["local_crowd"]), args)
    except KeyboardInterrupt:
        if ended_by[:1] != [signal.SIGTERM]:
            raise
    return 0 if ended_by[:1] == [signal.SIGTERM] else 130


def listen(directory: Path, args: argparse.Namespace) -> None:
    """Serve the crowd in `directory` until KeyboardInterrupt."""
    from local_crowd.site import CANNOT_OPEN

    with ExitStack() as stack:
        sockets = [stack.enter_context(open_socket(args.host, args.port, "--port"))]
        if args.sandbox_port is not None:
            own = open_socket(args.host, args.sandbox_port, "--sandbox_port")
            sockets.append(stack.enter_context(own))
        try:
            if args.processes is not None:
                serve_many(directory, sockets, args)
            else:
                serve_one(directory, sockets, args)
        except FileExistsError as error:
            raise Error(f"{directory}: not a directory") from error
        except OSError as error:
            name = error.filename or directory
            raise Error(f"{name}: {error.strerror or error}") from error
        except CANNOT_OPEN as error:
            raise Error(str(error)) from error


def open_socket(host: str, port: int, flag: str) -> socket.socket:
    """Return a listening socket. Raises Error, naming the port's flag, on failure."""
    if not 0 <= port <= 65535:
        raise Error(f"{flag} {port}: a port is a number from 0 to 65535")
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=1024)
        # Connections inherit this. gunicorn sends head and body of a response separately; without
        # TCP_NODELAY the body waits 40 ms for the client's acknowledgement of the head.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        # A failed look-up of the host has a negative number, which strerror does not know.
        is_system = error.errno is not None and error.errno > 0
        reason = os.strerror(error.errno or 0) if is_system else error.strerror or str(error)
        raise Error(
            f"cannot listen on {host}:{port}: {reason}; choose another --host or {flag}"
        ) from error
    return listening


def get_port(listening: socket.socket) -> int:
    """Return the port of a listening socket."""
    return int(listening.getsockname()[1])


def announce(directory: Path, urls: Sequence[str]) -> None:
    """Print the server's URLs. `urls`: the server's, then that of --sandbox_port, if given."""
    simpleamt.say(f"The data is in {directory}. Ctrl-C stops the server.")
    if os.name == "posix" and directory.exists() and directory.stat().st_mode & 0o077:
        simpleamt.say(
            f"{directory} contains secrets that others can read; run chmod 700 {directory}"
        )
    with contextlib.suppress(OutputClosedError):  # daemons are started without stdout
        print(f"Sandbox:   {urls[0]}sandbox/\nLive site: {urls[0]}", flush=True)
        for url in urls[1:]:
            print(f"Sandbox at the root: {url}", flush=True)


def serve_one(directory: Path, sockets: Sequence[socket.socket], args: argparse.Namespace) -> None:
    """Serve with waitress, in PROCESSES processes if there are as many cores."""
    from local_crowd import hosts, prefork
    from local_crowd.app import create_app, freeze_objects
    from local_crowd.connections import CONNECTIONS, Server
    from local_crowd.turns import OpenConnections, Turn

    # waitress warns whenever a request waits for a free thread, which is normal.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    app = create_app(
        directory,
        proxies=args.proxies,
        databases=databases_by_site(args),
        names=args.hosts or hosts.default_names(args.host, args.proxies),
        ports=[get_port(listening) for listening in sockets],
    )
    freeze_objects()
    processes = min(PROCESSES, count_cores()) if hasattr(os, "fork") else 1
    open_connections = OpenConnections(processes)

    @contextlib.contextmanager
    def open_server(index: int) -> Iterator[Callable[[], None]]:
        server = Server(
            app,
            sockets,
            threads=THREADS,
            connections=CONNECTIONS // processes,
            are_headers_trusted=args.proxies > 0,
            turn=Turn(open_connections, index),
        )
        try:
            app.send_notifications()
            yield server.run
        finally:
            server.close()
            app.close()

    if processes > 1:
        app.prepare_fork()
    urls = [format_url(args.host, get_port(listener)) for listener in sockets]
    with serving.note_address(directory, urls[0]) as close_note:
        announce(directory, urls)
        if processes == 1:
            with open_server(0) as run:
                run()
        else:
            prefork.run(processes, open_server, in_child=close_note)


def count_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def serve_many(directory: Path, sockets: Sequence[socket.socket], args: argparse.Namespace) -> None:
    """Serve with gunicorn, in args.processes processes; on a signal gunicorn exits this process."""
    from local_crowd import hosts, processes

    urls = [format_url(args.host, get_port(listener)) for listener in sockets]
    try:
        with serving.note_address(directory, urls[0]):
            announce(directory, urls)
            processes.run(
                directory,
                sockets,
                processes=args.processes,
                threads=GUNICORN_THREADS,
                proxies=args.proxies,
                databases=databases_by_site(args),
                names=args.hosts or hosts.default_names(args.host, args.proxies),
            )
    except processes.NotAvailable as error:
        raise Error(str(error)) from error


def databases_by_site(args: argparse.Namespace) -> dict[str, str | None]:
    """Return the database URLs of the command line, by site."""
    return {"sandbox": args.sandbox_database, "live": args.live_database}


def format_url(host: str, port: int) -> str:
    """Return the URL of a server, with an IPv6 host in brackets."""
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


if __name__ == "__main__":
    sys.exit(main())
