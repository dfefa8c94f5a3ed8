"""Serve the local crowd: worker pages for browsers, and the MTurk API for boto3 and other clients.

    python serve_local_crowd.py --port 8000

Then open http://127.0.0.1:8000/sandbox/ to do HITs. The live site is at /, the sandbox at /sandbox/.
For programs that can only call the path /, --sandbox_port gives the sandbox a root of its own.
The scripts work on the same data with and without a server. Ctrl-C ends it.
"""

import argparse
import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NoReturn

import simpleamt
from amt import serving

THREADS = 16


def main(argv: list[str] | None = None) -> int:
    """Serve until told to end."""
    parser = simpleamt.Parser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1, this machine only")
    parser.add_argument("--port", type=int, default=8000, help="default: 8000; 0: any free one")
    parser.add_argument(
        "--sandbox_port",
        type=int,
        metavar="N",
        help="a port at whose root the sandbox is, beside /sandbox/; 0: any free one",
    )
    parser.add_argument("--local_crowd", metavar="DIR", help="the crowd's data directory")
    for site in ("sandbox", "live"):
        parser.add_argument(
            f"--{site}_database",
            metavar="URL",
            help=f"the {site} site's data, such as postgresql+psycopg://user@host/name",
        )
    parser.add_argument(
        "--processes",
        type=int,
        metavar="N",
        help="serve with gunicorn, in so many processes; more than 1 need PostgreSQL",
    )
    parser.add_argument(
        "--proxies",
        type=int,
        default=0,
        metavar="N",
        help="proxies before this server whose X-Forwarded headers are true; default: 0",
    )
    parser.add_argument(
        "--hosts",
        nargs="+",
        default=[],
        metavar="NAME",
        help="names it answers to, unless crowd.json says; default: any, but on this machine "
        "only (--host) and without proxies this machine's",
    )
    parser.add_argument(
        "--config", metavar="FILE", help="default: config.json, here or beside the scripts"
    )
    parser.set_defaults(concurrency=THREADS)
    return simpleamt.run(parser, serve, argv)


def serve(args: argparse.Namespace) -> int:
    """Open the data, listen, and answer. Raises simpleamt.Error for what cannot be opened."""
    # SIGTERM is a polite end, like Ctrl-C's; the difference is in the exit code.
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
    """Serve the crowd in `directory` until a signal ends it."""
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
            raise simpleamt.Error(f"{directory}: this is not a directory") from error
        except OSError as error:
            name = error.filename or directory
            raise simpleamt.Error(f"{name}: {error.strerror or error}") from error
        except CANNOT_OPEN as error:
            raise simpleamt.Error(str(error)) from error


def open_socket(host: str, port: int, flag: str) -> socket.socket:
    """A socket that listens already. Raises simpleamt.Error, naming the port's flag, when it cannot."""
    if not 0 <= port <= 65535:
        raise simpleamt.Error(f"{flag} {port}: a port is a number from 0 to 65535")
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=1024)
        # Its connections inherit this: gunicorn sends an answer's head and body apart, and the body
        # would wait 40 ms for the client's system to confirm the head.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        known = error.errno is not None and error.errno > 0
        why = os.strerror(error.errno) if known else error.strerror or str(error)
        raise simpleamt.Error(
            f"cannot listen on {host}:{port}: {why}; choose another --host or {flag}"
        ) from error
    return listening


def port_of(listening: socket.socket) -> int:
    """Return the port of a socket that listens."""
    return int(listening.getsockname()[1])


def announce(directory: Path, urls: Sequence[str]) -> None:
    """Say where everything is. `urls`: the server's, then that of the sandbox's own root, if any."""
    simpleamt.say(f"The data is in {directory}. Ctrl-C ends the server.")
    if os.name == "posix" and directory.exists() and directory.stat().st_mode & 0o077:
        simpleamt.say(f"{directory} holds secrets and others can read it: chmod 700 {directory}")
    with contextlib.suppress(simpleamt.OutputClosedError):  # started without one, as daemons are
        print(f"Sandbox:   {urls[0]}sandbox/\nLive site: {urls[0]}", flush=True)
        for url in urls[1:]:
            print(f"Sandbox's own root: {url}", flush=True)


def serve_one(directory: Path, sockets: Sequence[socket.socket], args: argparse.Namespace) -> None:
    """One process, with waitress: all that SQLite can use."""
    from local_crowd import hosts
    from local_crowd.app import create_app
    from local_crowd.connections import Server

    # Requests that wait for one of the threads are nothing to write home about.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    app = create_app(
        directory,
        proxies=args.proxies,
        databases=databases(args),
        names=args.hosts or hosts.default(args.host, args.proxies),
        ports=[port_of(one) for one in sockets],
    )
    server = Server(app, sockets, threads=THREADS, are_headers_trusted=args.proxies > 0)
    try:
        app.send_notifications()
        urls = [address(args.host, port_of(one)) for one in sockets]
        announce(directory, urls)
        with serving.note_address(directory, urls[0]):
            server.run()
    finally:
        server.close()
        app.close()


def serve_many(directory: Path, sockets: Sequence[socket.socket], args: argparse.Namespace) -> None:
    """With gunicorn, in as many processes as asked for; it ends this one when it is told to."""
    from local_crowd import hosts, processes

    urls = [address(args.host, port_of(one)) for one in sockets]
    announce(directory, urls)
    try:
        with serving.note_address(directory, urls[0]):
            processes.run(
                directory,
                sockets,
                processes=args.processes,
                threads=THREADS,
                proxies=args.proxies,
                databases=databases(args),
                names=args.hosts or hosts.default(args.host, args.proxies),
            )
    except processes.NotAvailable as error:
        raise simpleamt.Error(str(error)) from error


def databases(args: argparse.Namespace) -> dict[str, str | None]:
    """The databases that the command line names, by site."""
    return {"sandbox": args.sandbox_database, "live": args.live_database}


def address(host: str, port: int) -> str:
    """The URL of a server; an IPv6 host goes into brackets."""
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


if __name__ == "__main__":
    sys.exit(main())
