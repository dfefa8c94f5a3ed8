"""Send a batch to a server with curl, and get its answers and labels pushed: `make demo_batches` runs this.

    python examples/demo_batches.py

It starts a crowd, a server of batches and a receiver in a new temporary folder, which it keeps, and
ends them again. Three simulated workers answer; with --people, you do, in a browser.
"""

import argparse
import contextlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

import simpleamt  # noqa: E402 - after the path to it
from amt.errors import Error  # noqa: E402

EXAMPLE = PROJECT / "examples" / "batches" / "same.json"
ANSWERS = (("Ada", "yes"), ("Ben", "yes"), ("Cleo", "no"))
PATIENCE_SECONDS = 60


def main(argv: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    parser = simpleamt.Parser(description=__doc__)
    parser.add_argument("--folder", metavar="DIR", help="new folder; default: a temporary one")
    parser.add_argument(
        "--people", action="store_true", help="let people answer in a browser, three of them"
    )
    parser.set_defaults(concurrency=1)
    return simpleamt.run(parser, demonstrate, argv)


def demonstrate(args: argparse.Namespace) -> int:
    """Start everything, send the batch, have it answered, and print what is pushed."""
    folder = Path(args.folder or tempfile.mkdtemp(prefix="batches-")).resolve()
    folder.mkdir(mode=0o700, exist_ok=not args.folder)
    os.chdir(folder)
    print(f"cd {shlex.quote(str(folder))}", flush=True)
    Path("config.json").write_text('{"local_crowd": "crowd"}\n', "utf-8")
    with contextlib.ExitStack() as stack:
        sandbox = stack.enter_context(start("serve_local_crowd.py", "--port=0"))
        write_secret()
        receiver = stack.enter_context(
            start("examples/receiver.py", "--port=0", "--secret_file=secret.txt")
        )
        settings = {"local_crowd": "crowd", "push_destinations": [receiver.address]}
        Path("config.json").write_text(json.dumps(settings), "utf-8")
        batches = stack.enter_context(start("serve_batches.py", "--open", "--port=0"))
        address = send(batches.address, receiver.address)
        view = wait_until_open(address)
        if args.people:
            print(f"\nThree people, please: {view['links']['workers']}", flush=True)
        else:
            answer(sandbox.address, view)
        for line in receiver.lines():
            print(line.rstrip("\n"), flush=True)
    return 0


class Started:
    """A program that was started, and the address that it printed."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        words = self._read_line().split()
        self.address = words[-1] if words else ""

    def lines(self) -> Iterator[str]:
        """Yield what else it prints, until it ends."""
        return iter(self._read_line, "")

    def _read_line(self) -> str:
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        return self._process.stdout.readline()


@contextlib.contextmanager
def start(script: str, *flags: str) -> Iterator[Started]:
    """Start a script, and end it with the block. Raises Error when it does not start."""
    print(f"$ python {script} {shlex.join(flags)}", flush=True)
    messages = Path(f"{Path(script).stem}.log")
    with messages.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, str(PROJECT / script), *flags],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            started = Started(process)
            if not started.address:
                raise Error(f"{script}: {messages.read_text('utf-8').strip()}")
            yield started
        finally:
            process.terminate()
            process.communicate()


def write_secret() -> None:
    """Write the secret with which the server signs for the requester `local`."""
    command = ["show_notification_secret", "local"]
    print(f"$ python manage_crowd.py {shlex.join(command)}", flush=True)
    done = subprocess.run(
        [sys.executable, str(PROJECT / "manage_crowd.py"), *command],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Error(done.stderr.strip())
    secrets = {line["site"]: line["secret"] for line in map(json.loads, done.stdout.splitlines())}
    Path("secret.txt").write_text(secrets["sandbox"] + "\n", "ascii")


def send(batches: str, receiver: str) -> str:
    """Send the first row of the example, with where to push; return the batch's address."""
    batch = json.loads(EXAMPLE.read_text("utf-8"))
    row_id, row = next(iter(batch["rows"].items()))
    batch |= {"rows": {row_id: row}, "push": {"url": receiver}}
    Path("batch.json").write_text(json.dumps(batch, indent=2) + "\n", "utf-8")
    address = f"{batches}/{batch['id']}"
    header = "Content-Type: application/json"
    command = ["curl", "-sS", "-X", "PUT", address, "-H", header, "-d", "@batch.json"]
    print(f"$ {shlex.join(command)}", flush=True)
    if shutil.which("curl"):
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        view = json.loads(done.stdout)
    else:
        view = request("PUT", address, Path("batch.json").read_bytes())
    if "links" not in view:
        raise Error(json.dumps(view))
    print(json.dumps(view, indent=2), flush=True)
    return address


def wait_until_open(address: str) -> Any:
    """Return the batch once its HITs are there."""
    end = time.monotonic() + PATIENCE_SECONDS
    view = request("GET", address)
    while view["status"] != "open":
        if time.monotonic() > end:
            raise Error(f"{address}: {view['status']}: {view['problem']}")
        view = request("GET", f"{address}?wait=1")
    return view


def request(method: str, url: str, body: bytes | None = None) -> Any:
    """Make a request to the server of batches."""
    headers = {"Content-Type": "application/json"}
    made = urllib.request.Request(url, body, headers, method=method)  # noqa: S310 - our own server
    with urllib.request.urlopen(made, timeout=PATIENCE_SECONDS) as response:  # noqa: S310
        return json.load(response)


def answer(sandbox: str, view: Any) -> None:
    """Let three simulated workers do the HIT."""
    from amt.simulated_workers.worker_site import WorkerSite

    hit_type_id = parse_qs(urlsplit(view["links"]["workers"]).query)["groupId"][0]
    hit_id = Path(f"batches/local/{view['id']}/hit_ids.txt").read_text("ascii").strip()
    (row_id,) = json.loads(Path("batch.json").read_text("utf-8"))["rows"]
    for nickname, value in ANSWERS:
        print(f"{nickname} answers {value}.", flush=True)
        with contextlib.closing(WorkerSite(sandbox)) as worker:
            worker.sign_in(nickname)
            assignment_id = worker.accept(hit_type_id, hit_id)
            if assignment_id is None:
                raise Error(f"{nickname} cannot accept the HIT")
            output = {"rows": {row_id: {"same": value}}}
            worker.submit(assignment_id, {"output": json.dumps(output)})


if __name__ == "__main__":
    sys.exit(main())
