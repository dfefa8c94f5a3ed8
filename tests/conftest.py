"""What every test shares: the browser, and the rule that CI skips nothing."""

import gc
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import hypothesis
import pytest

from tests.support.crowd_fixtures import crowd, databases, open_crowd  # noqa: F401 - fixtures
from tests.support.deliveries import hook  # noqa: F401 - fixture
from tests.support.draft_pages import arrive  # noqa: F401 - fixture
from tests.support.live_site import live, people  # noqa: F401 - fixtures
from tests.support.quick_setup import (  # noqa: F401 - fixtures
    flask_apps,
    quick_passwords,
    returned_flask_apps,
    shared_botocore_events,
    shared_botocore_models,
    strong_passwords,
)
from tests.support.script_fixtures import desk  # noqa: F401 - fixture
from tests.support.server_process import start  # noqa: F401 - fixture
from tests.support.worker_sites import url, world  # noqa: F401 - fixtures

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# The shell first: without windows it opens a page in a quarter of the time (0.5 s of CPU, not 2.2 s).
BROWSERS = (
    "chromium-headless-shell",
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
)

# A test that waits for two busy cores has not become wrong.
hypothesis.settings.register_profile(
    "project", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("project")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that `make lowest` uses."""
    parser.addoption(
        "--parameter-sets",
        type=int,
        help="run a parametrized test with at most this many of its sets of parameters",
    )


def pytest_configure() -> None:
    """Let Ctrl-C reach what tests start, though `make test &` has a shell ignore it: a process
    inherits a signal that is ignored, and one that is handled becomes the default.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests that use a browser, and put slow tests first.

    A slow test that comes last keeps one process busy while the others have nothing to do.
    """
    if (most := config.getoption("parameter_sets")) is not None:
        wanted = set(_some_of_each_test(items, most))
        config.hook.pytest_deselected(items=[item for item in items if item not in wanted])
        items[:] = [item for item in items if item in wanted]
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """Exempt the tests themselves from garbage collection: each full one would visit them all."""
    gc.collect()
    gc.freeze()


def _some_of_each_test(items: list[pytest.Item], most: int) -> Iterator[pytest.Item]:
    """Yield of each test function at most `most` items, evenly spread."""
    of_function: dict[str, list[pytest.Item]] = {}
    for item in items:
        of_function.setdefault(item.nodeid.partition("[")[0], []).append(item)
    for same in of_function.values():
        count = min(most, len(same))
        yield from (same[number * (len(same) - 1) // max(1, count - 1)] for number in range(count))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item):
    """Make a skipped test a failed one in CI: what CI did not run, it did not check."""
    return _unskipped((yield), item.nodeid)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(collector: pytest.Collector):
    """Make a file that skips itself a failed one in CI."""
    return _unskipped((yield), collector.nodeid)


def _unskipped(
    report: pytest.TestReport | pytest.CollectReport, name: str
) -> pytest.TestReport | pytest.CollectReport:
    expected_failure = hasattr(report, "wasxfail")
    if os.environ.get("CI") and report.skipped and not expected_failure:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{name} was skipped, which CI does not allow: {reason}"
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """A Chromium that can reach this machine only; $CHROMIUM names another than the one on PATH."""
    candidates = (os.environ.get("CHROMIUM"), *BROWSERS)
    path = next(filter(None, map(shutil.which, filter(None, candidates))), None)
    if path is None:
        pytest.skip(f"no browser: install one of {', '.join(BROWSERS)}, or set CHROMIUM")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=60_000)  # so long a page may need when all cores are busy
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",  # which root, and so many a CI, cannot have
                "--renderer-process-limit=1",  # to start one takes longer than most pages
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
            ],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: "Browser") -> Iterator[Callable[[], "Page"]]:
    """Opens a page as somebody else each time: no two share a cookie.

    An error that no script on a page catches fails the test.
    """
    errors: list[str] = []
    contexts = []

    def open_page() -> "Page":
        context = browser.new_context()
        context.set_default_timeout(60_000)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def page(open_page: Callable[[], "Page"]) -> "Page":
    """One page in a browser that has been nowhere yet."""
    return open_page()
