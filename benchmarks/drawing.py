"""Measure how long a page that draws takes to open on a phone, and what it loads.

    python -m benchmarks drawing

An accepted HIT with one element that draws, and a picture of 800 x 533 pixels, from a crowd server
on this machine. The browser is Chromium with a phone's screen, a processor four times slower than
this one, and a mobile network of 4 Mbit/s with a round trip of 60 ms; its cache is empty. Exit
code 1 when a bar is missed.
"""

import argparse
import random
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from playwright.sync_api import sync_playwright

from benchmarks.tables import machine, write_table
from tests.support.drawing_pages import make_png
from tests.support.worker_sites import World, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page, ViewportSize

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ELEMENTS = ("crowd-bounding-box", "crowd-semantic-segmentation")
MOST_SCRIPT_KB = 300
MOST_SECONDS = 1.0
REPEATS = 7
SLOWER = 4  # times as slow as this processor
NETWORK = {
    "offline": False,
    "latency": 60,
    "downloadThroughput": 4_000_000 / 8,
    "uploadThroughput": 1_000_000 / 8,
}
VIEWPORT: "ViewportSize" = {"width": 390, "height": 844}
WIDTH, HEIGHT = 800, 533
PAGE = (
    '<!DOCTYPE html><meta name="viewport" content="width=device-width">'
    '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>'
    '<crowd-form><{tag} name="annotatedResult" src="{url}/files/cats.png" '
    "header=\"Mark all cats and dogs\" labels=\"['Cat', 'Dog']\"><short-instructions>Be exact."
    "</short-instructions></{tag}></crowd-form>"
)


class Visit(NamedTuple):
    """Seconds until the worker can draw, and kB of scripts and of everything over the wire."""

    seconds: float
    script_kb: float
    all_kb: float


def main(argv: list[str]) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--write", action="store_true", help="put the table into docs/performance.md, too"
    )
    args = parser.parse_args(argv)
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        sys.exit(f"no browser: install one of {', '.join(BROWSERS)}")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        visits = measure(World(Path(folder)), browser)
        browser.close()
    text, is_met = make_table(visits)
    print(text)
    if args.write:
        write_table("drawing", text)
    return 0 if is_met else 1


def measure(world: World, browser: "Browser") -> dict[str, list[Visit]]:
    """Visit a HIT with each element several times."""
    files = world.directory / "files"
    files.mkdir(exist_ok=True)
    (files / "cats.png").write_bytes(make_picture())
    visits = {}
    with serving(world.app) as url:
        for tag in ELEMENTS:
            root = url.removesuffix("/sandbox")
            html = PAGE.replace("{tag}", tag).replace("{url}", root)
            _, hit, assignment_id = world.holder(html=html, Title=tag)
            address = f"{url}/hit_page/{hit['HITId']}?assignmentId={assignment_id}"
            visits[tag] = [visit(browser, address, tag) for _ in range(REPEATS)]
    world.app.close()
    return visits


def make_picture() -> bytes:
    """Return a picture of about 100 kB, which is what a photograph of this size has as a JPEG."""
    rows = []
    for y in range(HEIGHT):
        noise = random.Random(y * 3 // 4)
        shade = [noise.randrange(4) for _ in range(WIDTH // 4)]
        rows.append(b"".join(bytes((120, 90 + y // 8, 60 + 8 * part, 255)) * 4 for part in shade))
    return make_png(WIDTH, HEIGHT, b"".join(rows))


def visit(browser: "Browser", address: str, tag: str) -> Visit:
    """Open the HIT's page with an empty cache, and wait until its picture can be drawn on."""
    context = browser.new_context(
        viewport=VIEWPORT, device_scale_factor=3, is_mobile=True, has_touch=True
    )
    page = context.new_page()
    client = context.new_cdp_session(page)
    received = watch_bytes(client)
    client.send("Network.emulateNetworkConditions", NETWORK)
    client.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address, wait_until="commit")
    seconds = wait_until_drawable(page, tag)
    page.wait_for_load_state("networkidle")
    context.close()
    return Visit(seconds, received["Script"] / 1000, sum(received.values()) / 1000)


def watch_bytes(client: "CDPSession") -> dict[str, float]:
    """Count the bytes over the wire from now on, by the kind of resource."""
    kinds: dict[str, str] = {}
    received = {"Script": 0.0}

    def note_kind(event: dict[str, str]) -> None:
        kinds[event["requestId"]] = event["type"]

    def note_bytes(event: dict[str, float]) -> None:
        kind = kinds.get(str(event["requestId"]), "Other")
        received[kind] = received.get(kind, 0) + event["encodedDataLength"]

    client.on("Network.responseReceived", note_kind)
    client.on("Network.loadingFinished", note_bytes)
    client.send("Network.enable")
    return received


def wait_until_drawable(page: "Page", tag: str) -> float:
    """Return the seconds from the request of the page to the frame that shows its picture."""
    milliseconds = page.wait_for_function(
        "tag => { const { view } = document.querySelector(tag) || {};"
        " return view && view.size && performance.now(); }",
        arg=tag,
        polling="raf",
    ).json_value()
    return float(milliseconds) / 1000


def make_table(visits: dict[str, list[Visit]]) -> tuple[str, bool]:
    """Return the table, and whether every bar was met."""
    bar = f"{MOST_SCRIPT_KB} kB of script, {MOST_SECONDS:.0f} s"
    lines = [
        f"{machine()}, Chromium as a phone, median of {REPEATS} visits:",
        "",
        "| page with | script | everything | until a worker can draw | bar | met |",
        "|---|---|---|---|---|---|",
    ]
    is_met = True
    for tag, several in visits.items():
        seconds = statistics.median(one.seconds for one in several)
        slowest = max(one.seconds for one in several)
        script_kb = max(one.script_kb for one in several)
        met = seconds < MOST_SECONDS and script_kb < MOST_SCRIPT_KB
        is_met = is_met and met
        lines.append(
            f"| `{tag}` | {script_kb:.0f} kB | {max(one.all_kb for one in several):.0f} kB "
            f"| {seconds:.2f} s (slowest {slowest:.2f} s) | {bar} | {'yes' if met else 'NO'} |"
        )
    return "\n".join(lines), is_met
