"""README's quick start, each command as it stands there, on a fresh copy of the project."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.ports import free_port, wait_until_listening
from tests.support.project_copy import ROOT, clean_environment, copy_project

if TYPE_CHECKING:
    from playwright.sync_api import Page

ACTIVATE = ". .venv/bin/activate"


def commands() -> list[str]:
    """The commands of the quick start's shell blocks, in order."""
    section = re.split(r"^## ", (ROOT / "README.md").read_text("utf-8"), flags=re.MULTILINE)
    quick_start = next(part for part in section if part.startswith("Quick start"))
    blocks = re.findall(r"```sh\n(.*?)```", quick_start, flags=re.DOTALL)
    joined = "".join(blocks).replace("\\\n", " ")
    return [re.sub(r" +", " ", line) for line in joined.splitlines() if line.strip()]


def do_a_hit(page: "Page", port: int) -> None:
    """Do the first HIT of the list as a worker would."""
    page.goto(f"http://127.0.0.1:{port}/sandbox/")
    page.get_by_label("Nickname").fill("Newcomer")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Accept").first.click()
    page.wait_for_url("**/work/*")
    first = page.url
    hit = page.frame_locator("iframe")
    hit.get_by_role("textbox").fill("beagle")
    hit.get_by_role("button", name="Submit").click()
    page.wait_for_url(lambda url: "/work/" in url and url != first)  # the next HIT


def serve(copy: Path, command: str, port: int) -> "subprocess.Popen[bytes]":
    """Start a command that serves the crowd, and wait until it does."""
    server = subprocess.Popen(
        ["bash", "-c", f"{ACTIVATE} && exec {command} --port {port}"],
        cwd=copy,
        env=clean_environment(),
        stdout=subprocess.DEVNULL,
    )
    wait_until_listening(port, server)
    return server


@pytest.mark.parametrize("demo_runs", [False, True], ids=["alone", "while_the_demo_runs"])
def test_quick_start(tmp_path: Path, open_page: "Callable[[], Page]", *, demo_runs: bool) -> None:
    """Every command of the quick start does what the text around it says, in order: also beside
    `make demo`, whose HITs are in the same data directory and older.
    """
    copy = copy_project(tmp_path / "simple-amt")
    outputs: dict[str, str] = {}
    port = free_port()
    server: subprocess.Popen[bytes] | None = None
    assert commands()[0] == ACTIVATE
    try:
        if demo_runs:
            server = serve(copy, "python examples/demo.py", port)
        for command in commands()[1:]:
            script = command.split()[1]
            if script == "serve_local_crowd.py":
                server = server or serve(copy, command, port)
                do_a_hit(open_page(), port)
                continue
            done = subprocess.run(
                ["bash", "-c", f"{ACTIVATE} && {command}"],
                cwd=copy,
                env=clean_environment(),
                capture_output=True,
                text=True,
                check=False,
            )
            outputs[script] = done.stdout
            if script == "delete_hits.py":
                # The worker was given the next HIT and holds it: nobody takes that away.
                assert done.returncode in (0, 1), done.stderr
            else:
                assert done.returncode == 0, f"{command}\n{done.stderr}"
    finally:
        if server is not None:
            server.terminate()
            server.wait()
    rows = (copy / "examples/simple/example_input.txt").read_text().splitlines()
    assert len((copy / "hit_ids.txt").read_text().splitlines()) == len(rows)
    assert "1 / 3: 1" in outputs["show_hit_progress.py"].splitlines()
    [line] = (copy / "results.txt").read_text().splitlines()
    result = json.loads(line)
    assert "beagle" in json.dumps(result["output"])
    assert result["input"] == json.loads(rows[result["row"]])
    assert "<!DOCTYPE html>" in (copy / "rendered/simple.html").read_text()


def test_every_script_of_the_table_is_there() -> None:
    """README's table names no script that does not exist."""
    named = set(re.findall(r"`([a-z_]+\.py)`", (ROOT / "README.md").read_text("utf-8")))
    assert named - {path.name for path in ROOT.glob("*.py")} == set()
