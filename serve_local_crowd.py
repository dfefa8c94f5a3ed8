"""Serve the local crowd: worker pages for browsers, and the MTurk API for boto3 and other clients.

    python serve_local_crowd.py --port 8000

Then open http://127.0.0.1:8000/sandbox/ to do HITs. The live site is at /, the sandbox at /sandbox/.
The scripts work on the same data with and without a server. Ctrl-C ends it.
"""

import argparse
import logging
import signal
from pathlib import Path
from typing import Any, NoReturn

import simpleamt

THREADS = 16


def main(argv: list[str] | None = None) -> int:
    """Serve until told to end."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1, this machine only")
    parser.add_argument("--port", type=int, default=8000, help="default: 8000; 0: any free one")
    parser.add_argument("--local_crowd", metavar="DIR", help="the crowd's data directory")
    parser.add_argument("--config", metavar="FILE", help="default: config.json, if it is there")
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
    from waitress import create_server, wasyncore

    from local_crowd.app import create_app
    from local_crowd.store.schema import SchemaError

    if not 0 <= args.port <= 65535:
        raise simpleamt.Error(f"--port {args.port}: a port is a number from 0 to 65535")
    # Requests that wait for one of the threads are nothing to write home about.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    try:
        app = create_app(directory)
    except FileExistsError as error:
        raise simpleamt.Error(f"{directory}: this is not a directory") from error
    except (OSError, SchemaError) as error:
        raise simpleamt.Error(f"{directory}: {error}") from error
    sockets: dict[int, Any] = {}
    try:
        server = open_server(create_server, app, args, sockets)
        url = address(args.host, args.port or server.effective_port)
        simpleamt.say(f"The data is in {directory}. Ctrl-C ends the server.")
        print(f"Sandbox:   {url}sandbox/\nLive site: {url}", flush=True)
        server.run()
    finally:
        wasyncore.close_all(sockets)
        app.close()


def open_server(create: Any, app: Any, args: argparse.Namespace, sockets: dict[int, Any]) -> Any:
    """A waitress server that listens already. Raises simpleamt.Error when it cannot."""
    try:
        return create(app, host=args.host, port=args.port, threads=THREADS, ident=None, map=sockets)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise simpleamt.Error(
            f"cannot listen on {args.host}:{args.port}: {why}; choose another --host or --port"
        ) from error


def address(host: str, port: int) -> str:
    """The URL of a server; an IPv6 host goes into brackets."""
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


if __name__ == "__main__":
    raise SystemExit(main())
