"""The examples whose pages are on other sites, done by a worker on a phone, until they are reviewed."""

import importlib
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.hit_frames import OVER, expect
from tests.support.script_fixtures import ROOT, Desk
from tests.support.server_process import Start, addresses

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page

EXAMPLES = ROOT / "examples"
PHONE = {"width": 390, "height": 844}


class Quiet(SimpleHTTPRequestHandler):
    """A handler of static files that logs nothing."""

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextmanager
def running(server: ThreadingHTTPServer) -> Iterator[str]:
    """Run a server until the block ends; yield its URL."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def static_site(example: str, folder: Path) -> Iterator[str]:
    """Serve the site of an example, with simpleamt.js, as its serve.sh does."""
    shutil.copytree(EXAMPLES / example / "site", folder / example, dirs_exist_ok=True)
    shutil.copy(ROOT / "hit_templates" / "simpleamt.js", folder / example)
    handler = partial(Quiet, directory=str(folder / example))
    with running(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as url:
        yield url


def launch(desk: Desk, example: str, url: str, rows: str, *flags: str) -> None:
    """Launch the first row of an example, whose site is at `url`, for one worker."""
    properties = json.loads((EXAMPLES / example / "properties.json").read_text("utf-8"))
    if "ExternalURL" in properties:
        properties["ExternalURL"] = properties["ExternalURL"].replace("http://127.0.0.1:8001/", url)
    desk.write("properties.json", json.dumps(properties | {"MaxAssignments": 1}))
    lines = (EXAMPLES / example / rows).read_text("utf-8").splitlines()
    first = lines[: 2 if rows.endswith(".csv") else 1]
    desk.write(rows, "\n".join(first).replace("http://127.0.0.1:8002/", url))
    done = desk.run(
        "launch_hits",
        "--hit_properties_file=properties.json",
        f"--input_json_file={rows}",
        f"--hit_ids_file={example}.txt",
        *flags,
    )
    assert done.code == 0, done.err


def accept(page: "Page", sandbox: str) -> "FrameLocator":
    """Accept the only HIT of the list; return its frame."""
    page.goto(sandbox)
    page.get_by_role("button", name="Accept").first.click()
    expect(page.get_by_role("timer")).to_be_visible()
    return page.frame_locator("iframe")


def submitted(desk: Desk, page: "Page", example: str) -> Any:
    """Return the only result of an example, once the worker is thanked; write it into results.txt."""
    expect(page.get_by_text(OVER)).to_be_visible()
    done = desk.run("get_results", f"--hit_ids_file={example}.txt")
    desk.write("results.txt", done.out)
    ((result),) = done.lines
    return result


@pytest.fixture
def sandbox(desk: Desk, start: Start, page: "Page") -> str:
    """The URL of a served crowd, on which the worker of `page` has signed in on a phone."""
    url, _ = addresses(start("--port", "0"))
    page.set_viewport_size(PHONE)
    page.goto(f"{url}sign_in")
    page.get_by_label("Nickname").fill("Ada")
    page.get_by_role("button", name="Sign in").click()
    return url


def test_the_examples_on_other_sites(
    desk: Desk, page: "Page", sandbox: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Survey, experiment, and completion code: one crowd and one browser for all three."""
    with ExitStack() as sites:
        survey = sites.enter_context(static_site("external_survey", tmp_path / "sites"))
        launch(desk, "external_survey", survey, "input.csv")
        answer_the_survey(accept(page, sandbox), page)
        check_the_survey(desk, page, capsys)

        experiment = sites.enter_context(static_site("jspsych", tmp_path / "sites"))
        launch(desk, "jspsych", experiment, "example_input.txt")
        do_the_experiment(accept(page, sandbox))
        output = submitted(desk, page, "jspsych")["output"]
        assert [(trial["word"], trial["choice"]) for trial in output] == [
            ("oak", "plant"),
            ("wren", "animal"),
            ("salmon", "animal"),
        ]
        assert all(0 < trial["rt"] < 60_000 for trial in output)

        site = importlib.import_module("examples.completion_code.survey_site")
        site.Handler.log_message = lambda *_: None
        codes = sites.enter_context(running(site.Site(0, tmp_path)))
        template = f"--html_template={EXAMPLES / 'completion_code' / 'enter_code.html'}"
        launch(desk, "completion_code", codes, "input.csv", template)
        enter_the_code(accept(page, sandbox), page, (tmp_path / "secret.txt").read_bytes())
        check_the_code(desk, page, tmp_path, capsys)


def answer_the_survey(frame: "FrameLocator", page: "Page") -> None:
    """Answer every question; leave one out, go back, and reload the page between."""
    frame.get_by_role("button", name="Start").click()
    frame.get_by_role("button", name="Next").click()
    expect(frame.locator("#problem")).to_have_text("Please choose one.")
    frame.get_by_label("Every week").check()
    frame.get_by_role("button", name="Next").click()
    frame.get_by_label("How many minutes").fill("700")
    frame.get_by_role("button", name="Next").click()
    expect(frame.locator("#problem")).to_have_text("Please enter a number from 0 to 600.")
    frame.get_by_label("How many minutes").fill("25")
    frame.get_by_role("button", name="Back").click()
    expect(frame.get_by_label("Every week")).to_be_checked()
    frame.get_by_label("Every day").check()
    page.reload()
    expect(frame.get_by_label("Every day")).to_be_checked()
    for _ in range(2):
        frame.get_by_role("button", name="Next").click()
    frame.get_by_label("Sometimes").check()
    frame.get_by_role("button", name="Next").click()
    frame.get_by_role("radio", name="4").check()
    frame.get_by_role("button", name="Next").click()
    frame.get_by_label("Why?").fill("They come often")
    frame.get_by_role("button", name="Next").click()
    frame.get_by_label("seven plus five").fill("12")
    frame.get_by_role("button", name="Next").click()
    frame.get_by_label("tell us about this survey").fill("<b>fine</b>")
    width = frame.locator("body").evaluate("body => body.scrollWidth - window.innerWidth")
    assert width <= 0
    frame.get_by_role("button", name="Submit").click()


def check_the_survey(desk: Desk, page: "Page", capsys: pytest.CaptureFixture[str]) -> None:
    """The answers, the times and the feedback are in the result; the controls are right."""
    result = submitted(desk, page, "external_survey")
    output = result["output"]
    assert output["topic"] == result["input"]["topic"] == "buses"
    assert output["answers"] == {
        "often": "Every day",
        "minutes": "25",
        "control_word": "Sometimes",
        "rating": "4",
        "why": "They come often",
        "control_sum": "12",
    }
    assert output["feedback"] == "<b>fine</b>"
    assert set(output["seconds"]) == set(output["answers"])
    controls = importlib.import_module("examples.external_survey.check_controls")
    assert controls.check(Path("results.txt")) == 0
    desk.write("good.txt", capsys.readouterr().out)
    done = desk.run("approve_assignments", "--assignment_ids_file=good.txt", "--yes")
    assert done.err.startswith("Approved 1 assignment")
    wrong = result | {"output": {"answers": {"control_word": "Never"}}}
    desk.write("results.txt", json.dumps(wrong) + "\n")
    assert controls.check(Path("results.txt")) == 1
    assert "{'control_word': 'Never', 'control_sum': None}" in capsys.readouterr().err


def do_the_experiment(frame: "FrameLocator") -> None:
    """Press a button for each of the three words."""
    frame.get_by_role("button", name="Start").click()
    for word, choice in (("oak", "Plant"), ("wren", "Animal"), ("salmon", "Animal")):
        expect(frame.locator(".word")).to_have_text(word)
        frame.get_by_role("button", name=choice).click()
    frame.get_by_role("button", name="Submit").click()


def enter_the_code(frame: "FrameLocator", page: "Page", secret: bytes) -> None:
    """Enter a typing error, another assignment's code, and the one that the survey shows."""
    codes = importlib.import_module("examples.completion_code.codes")
    with page.expect_popup() as opened:
        frame.get_by_role("link", name="Open the survey").click()
    survey = opened.value
    survey.get_by_label("Which language").fill("Dansk")
    survey.get_by_role("button", name="Finish").click()
    code = survey.locator("#code").inner_text()
    survey.close()
    # Without this, and by mouse, headless Chromium delivers no event to the frame after a popup.
    page.bring_to_front()
    for entered, problem in (
        (code[1] + code[0] + code[2:] if code[0] != code[1] else "A", "This is not a whole code."),
        (codes.make_code(secret, "3OTHER"), "This is not the code of this HIT."),
    ):
        frame.get_by_label("Code").fill(entered)
        frame.get_by_label("Code").press("Enter")
        expect(frame.locator("#problem")).to_contain_text(problem)
    frame.get_by_label("Code").fill(f"{code[:5]}-{code[5:]}".lower())
    frame.get_by_label("Code").press("Enter")


def check_the_code(
    desk: Desk, page: "Page", folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The right code is approved; the same code in another assignment is wrong."""
    result = submitted(desk, page, "completion_code")
    other = result | {"assignment_id": "3OTHER"}
    desk.write("results.txt", f"{json.dumps(result)}\n{json.dumps(other)}\n")
    checker = importlib.import_module("examples.completion_code.check_codes")
    argv = ["--results_file=results.txt", "--right_file=right.txt", "--wrong_file=wrong.txt"]

    assert checker.main([*argv, f"--secret_file={folder / 'secret.txt'}"]) == 1
    capsys.readouterr()
    assert checker.main([*argv, "--secret_file=missing.txt"]) == 2
    assert capsys.readouterr().err == "check_codes.py: missing.txt: No such file or directory\n"
    assert desk.read("wrong.txt") == "3OTHER\n"
    done = desk.run("approve_assignments", "--assignment_ids_file=right.txt", "--yes")
    assert done.err.startswith("Approved 1 assignment")
    (answer,) = (folder / "answers.jsonl").read_text("utf-8").splitlines()
    assert json.loads(answer)["assignment"] == result["assignment_id"]
