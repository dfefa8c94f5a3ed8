"""Our HIT templates in a browser, and what belongs to them: examples, pictures, properties."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
import pytest

from amt.templates import Template
from tests.support.crowds import CrowdUnderTest
from tests.support.hit_frames import Desk
from tests.support.worker_frame import (  # noqa: F401 - a fixture
    ROOT,
    StandIn,
    expect,
    hit,
    render,
    stand_in_fixture,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

EXAMPLES = ["simple", "image_sentence"]
ON_OTHER_SITES = ["external_survey", "jspsych", "completion_code"]
ESSENTIALS = {  # a script of an example, and which of ours it calls
    "launch_hits": "launch_hits",
    "show_progress": "show_hit_progress",
    "get_results": "get_results",
    "approve_hits": "approve_hits",
    "delete_hits": "delete_hits",
}
PICTURES = ["/files/image_sentence/coffee.jpg", "/files/image_sentence/raccoon.jpg"]


def test_simple_asks_for_an_example(stand_in: StandIn, page: Page) -> None:
    """simple.html wants an answer, says so, and sends it; the keyboard is enough."""
    frame = hit(stand_in, page, render("simple.html", {"category": "<b>tea</b>"}))
    example = frame.get_by_label("An example of a kind of <b>tea</b>")
    example.focus()
    page.keyboard.press("Enter")
    expect(frame.get_by_text("Please write an example")).to_be_visible()
    expect(example).to_be_focused()
    expect(example).to_have_attribute("aria-invalid", "true")
    assert stand_in.posts == []
    page.keyboard.type("  oolong ")
    page.keyboard.press("Tab")
    expect(frame.get_by_role("button", name="Submit")).to_be_focused()
    page.keyboard.press("Enter")
    expect(frame.get_by_text("Thank you")).to_be_visible()
    assert stand_in.outputs == [{"category": "<b>tea</b>", "example": "oolong"}]


def test_image_sentence_goes_through_the_pictures(stand_in: StandIn, page: Page) -> None:
    """Every picture is shown and gets a sentence; what is missing is shown to the worker."""
    frame = hit(stand_in, page, render("image_sentence.html", PICTURES))
    picture = frame.get_by_role("img", name="Picture 1 of 2")
    expect(picture).to_have_js_property("naturalWidth", 600)
    expect(frame.get_by_role("button", name="Back")).to_be_disabled()
    sentence = frame.get_by_label("Your sentence for this picture")
    sentence.fill("A cup of coffee on a wooden table.")
    frame.get_by_role("button", name="Next").click()
    expect(frame.get_by_role("status")).to_have_text("Picture 2 of 2")
    expect(frame.get_by_role("img", name="Picture 2 of 2")).to_have_js_property("naturalWidth", 640)
    expect(frame.get_by_role("button", name="Next")).to_be_disabled()
    expect(sentence).to_have_value("")
    expect(sentence).to_be_focused()
    sentence.fill("raccoon")
    frame.get_by_role("button", name="Back").click()
    expect(sentence).to_have_value("A cup of coffee on a wooden table.")
    frame.get_by_role("button", name="Submit").click()
    expect(frame.get_by_text("Picture 2 still needs a sentence")).to_be_visible()
    expect(sentence).to_be_focused()
    expect(sentence).to_have_value("raccoon")
    assert stand_in.posts == []
    sentence.fill('A "raccoon"\namong <leaves>.')
    expect(frame.get_by_text("still needs a sentence")).not_to_be_visible()
    frame.get_by_role("button", name="Submit").click()
    expect(frame.get_by_text("Thank you")).to_be_visible()
    sentences = ["A cup of coffee on a wooden table.", 'A "raccoon"\namong <leaves>.']
    assert stand_in.outputs == [
        [
            {"image_url": url, "description": text}
            for url, text in zip(PICTURES, sentences, strict=True)
        ]
    ]


@pytest.mark.parametrize(
    "row",
    [PICTURES[0], {"image_url": PICTURES[0], "alt": "Mine"}, [{"image_url": PICTURES[0]}]],
)
def test_image_sentence_takes_one_picture(stand_in: StandIn, page: Page, row: Any) -> None:
    """A row may also be a single address, or objects that bring a text of their own."""
    frame = hit(stand_in, page, render("image_sentence.html", row))
    expect(frame.get_by_role("img")).to_have_js_property("naturalWidth", 600)
    name = "Mine" if isinstance(row, dict) else "Picture 1 of 1"
    expect(frame.get_by_role("img", name=name)).to_be_visible()
    frame.get_by_label("Your sentence").fill("A cup of coffee.")
    frame.get_by_role("button", name="Submit").click()
    expect(frame.get_by_text("Thank you")).to_be_visible()
    assert stand_in.outputs == [[{"image_url": PICTURES[0], "description": "A cup of coffee."}]]


def test_a_picture_that_does_not_load_is_reported(stand_in: StandIn, page: Page) -> None:
    """A broken picture's address is shown, and the next picture is not taken for broken."""
    row = ["/files/image_sentence/<i>gone</i>.jpg", PICTURES[0]]
    frame = hit(stand_in, page, render("image_sentence.html", row))
    expect(frame.get_by_text(f"This picture did not load: {row[0]}")).to_be_visible()
    frame.get_by_role("button", name="Next").click()
    expect(frame.get_by_text("This picture did not load")).not_to_be_visible()
    expect(frame.get_by_role("img")).to_have_js_property("naturalWidth", 600)


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_preview_shows_the_task_and_takes_no_answer(
    stand_in: StandIn, page: Page, example: str
) -> None:
    """In a preview the fields and Submit are disabled, and a note says what to do."""
    row = PICTURES if example == "image_sentence" else {"category": "tea"}
    preview = {"assignment_id": "ASSIGNMENT_ID_NOT_AVAILABLE"}
    frame = hit(stand_in, page, render(f"{example}.html", row), **preview)
    expect(frame.locator("#simpleamt-note")).to_contain_text("Accept the HIT")
    expect(frame.get_by_role("button", name="Submit")).to_be_disabled()
    expect(frame.get_by_role("textbox")).to_be_disabled()
    if example == "image_sentence":
        frame.get_by_role("button", name="Next").click()
        expect(frame.get_by_role("img", name="Picture 2 of 2")).to_be_visible()


def test_the_rendered_file_shows_its_pictures(page: Page, tmp_path: Path) -> None:
    """Rendered without a row into a directory of the project, the page shows the examples'."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    file = tmp_path / "rendered_templates" / "image_sentence.html"
    file.parent.mkdir()
    file.write_text(render("image_sentence.html"), encoding="utf-8")
    page.goto(file.as_uri())
    expect(page.get_by_role("img")).to_have_js_property("naturalWidth", 600)


# Text that is seen and its contrast with what is behind it, by WCAG 2's formula.
CONTRASTS = """() => {
  const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => {
    const [r, g, b] = numbers(color).map((c) => c / 255).map(
      (c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    while (element) {
      const color = getComputedStyle(element).backgroundColor, parts = numbers(color);
      if (parts.length === 3 || parts[3] > 0) return color;
      element = element.parentElement;
    }
    return 'rgb(255, 255, 255)';
  };
  const text = (element) => element.value || [...element.childNodes].some(
    (node) => node.nodeType === 3 && node.data.trim());
  return [...document.body.querySelectorAll('*')].filter(
    (element) => element.checkVisibility() && text(element) && !element.matches('script,style')
  ).map((element) => {
    const own = light(getComputedStyle(element).color), other = light(behind(element));
    const ratio = (Math.max(own, other) + 0.05) / (Math.min(own, other) + 0.05);
    return [element.tagName + '#' + element.id, ratio];
  });
}"""


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("example", EXAMPLES)
def test_a_template_can_be_read(stand_in: StandIn, page: Page, example: str, preview: bool) -> None:
    """Text stands out 4.5 to 1, controls have names, and a phone need not scroll sideways."""
    row = ["/files/gone.jpg", PICTURES[0]] if example == "image_sentence" else {"category": "tea"}
    page.set_viewport_size({"width": 320, "height": 640})
    stand_in.page = render(f"{example}.html", row)
    assignment = "ASSIGNMENT_ID_NOT_AVAILABLE" if preview else "3ASSIGNMENT"
    page.goto(stand_in.worker_address(assignment).replace("/worker?", "/hit?"))
    if not preview:
        page.get_by_role("button", name="Submit").click()
    contrasts = page.evaluate(CONTRASTS)
    assert len(contrasts) >= 5
    assert [(name, ratio) for name, ratio in contrasts if ratio < 4.5] == []
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.title()
    assert page.locator("h1").count() == 1
    assert page.locator("meta[name=viewport]").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    controls = page.locator("input:visible, textarea:visible, button:visible").all()
    assert len(controls) >= 2
    for control in controls:
        snapshot = control.aria_snapshot()
        assert '"' in snapshot.partition(":")[0], f"a control without a name: {snapshot}"


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_focus_can_be_seen(stand_in: StandIn, page: Page, example: str) -> None:
    """Tab reaches every control that can be used, and each shows an outline then."""
    row = PICTURES if example == "image_sentence" else {"category": "tea"}
    stand_in.page = render(f"{example}.html", row)
    page.goto(stand_in.worker_address().replace("/worker?", "/hit?"))
    usable = "input:visible:enabled, textarea:visible:enabled, button:visible:enabled"
    ids = page.locator(usable).evaluate_all("all => all.map((one) => one.id)")
    reached = []
    for _ in ids:
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        reached.append(focused.get_attribute("id"))
        width, style = focused.evaluate(
            "e => [getComputedStyle(e).outlineWidth, getComputedStyle(e).outlineStyle]"
        )
        assert (width, style) == ("3px", "solid")
    assert reached == ids
    assert len(ids) >= 2


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_page_is_small_and_whole(example: str) -> None:
    """A HIT page asks no other host for anything and leaves room in MTurk's 65,535 bytes."""
    html = render(f"{example}.html", [])
    assert "http:" not in html
    assert "https:" not in html
    assert 'src="' not in html
    assert "<link" not in html
    assert len(html.encode()) < {"simple": 10_000, "image_sentence": 13_000}[example]


def test_the_template_in_the_documentation_works(
    stand_in: StandIn, page: Page, tmp_path: Path
) -> None:
    """What docs/templates.md asks to save is a template, and gives the answer it says."""
    text = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")
    template = tmp_path / "capital.html"
    template.write_text(text.partition("```html\n")[2].partition("```")[0], encoding="utf-8")
    html = Template(str(template), [str(ROOT / "hit_templates")]).render({"country": "Peru"})
    frame = hit(stand_in, page, html)
    frame.get_by_label("The capital of Peru").fill("Lima")
    frame.get_by_role("button", name="Submit").click()
    expect(frame.get_by_text("Thank you")).to_be_visible()
    assert stand_in.outputs == [{"country": "Peru", "capital": "Lima"}]
    assert json.dumps(stand_in.outputs[0]) in text


def test_a_page_from_the_requester_site_works_as_documented(
    stand_in: StandIn, page: Page, tmp_path: Path
) -> None:
    """The steps that docs/templates.md gives for Amazon's pages lead to answers by field."""
    text = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")
    script = text.partition("# Coming from Amazon's")[2].partition("```html\n")[2]
    template = tmp_path / "layout.html"
    template.write_text(
        "<!DOCTYPE html><title>Layout</title><label>A kind of {{ row.name }}"
        '<input name="kind" form="results-form"></label>{% include "simpleamt.html" %}'
        + script.partition("```")[0],
        encoding="utf-8",
    )
    html = Template(str(template), [str(ROOT / "hit_templates")]).render({"name": "tree"})
    frame = hit(stand_in, page, html)
    frame.get_by_label("A kind of tree").fill("oak")
    frame.get_by_role("button", name="Submit").click()
    expect(frame.get_by_text("Thank you")).to_be_visible()
    assert stand_in.posts[0][1] == {"assignmentId": "3ASSIGNMENT", "output": "", "kind": "oak"}


@pytest.mark.parametrize("open_crowd", ["http"], indirect=True)
def test_the_crowd_form_in_the_documentation_works(
    crowd: CrowdUnderTest, page: Page, tmp_path: Path
) -> None:
    """docs/templates.md has a template of Amazon's elements, which is done without the network."""
    text = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")
    template = tmp_path / "animal.html"
    blocks = text.split("```")[1::2]
    (source,) = [part for part in blocks if "<crowd-form>" in part and "<script" in part]
    template.write_text(source.removeprefix("html\n"), encoding="utf-8")
    desk = Desk(crowd, page)
    frame = desk.accept(Template(str(template), []).render({"name": "wren"}))
    frame.get_by_role("radio", name="Bird").check()
    frame.get_by_role("button", name="Submit").click()

    output = json.loads(desk.answers()["taskAnswers"])
    assert output == [{"animal": {"label": "Bird"}}]
    assert f"`{json.dumps(output)}`" in text


@pytest.mark.parametrize("prefix", ["", "hit_templates/"])
def test_the_shim_is_found_without_its_directory(prefix: str) -> None:
    """The include works with the prefix too when only the project itself is searched."""
    directories = [ROOT / "hit_templates"] if not prefix else [ROOT]
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(directories),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    page = environment.from_string(f'{{% include "{prefix}simpleamt.html" %}}').render(input="")
    assert "setupSubmit" in page


def example_rows(directory: Path) -> list[Any]:
    text = (directory / "example_input.txt").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_complete(example: str) -> None:
    """Each example has rows, and properties that anybody meets."""
    directory = ROOT / "examples" / example
    rows = example_rows(directory)
    assert len(rows) >= 3
    properties = json.loads((ROOT / "hit_properties" / f"{example}.json").read_text())
    required = {"Title", "Description", "Keywords", "Reward", "AssignmentDurationInSeconds"}
    required |= {"MaxAssignments", "FrameHeight"}
    optional = {"LifetimeInSeconds", "AutoApprovalDelayInSeconds"}
    assert required <= properties.keys() <= required | optional


def test_the_pictures_are_there_and_accounted_for() -> None:
    """Every picture a row names exists, is small, and has its licence in SOURCES.md."""
    directory = ROOT / "examples" / "image_sentence"
    rows = example_rows(directory)
    named = {Path(url).name for row in rows for url in row}
    pictures = {path.name: path for path in (directory / "images").glob("*.jpg")}
    assert named == pictures.keys()
    sources = (directory / "images" / "SOURCES.md").read_text()
    for name, path in pictures.items():
        assert path.stat().st_size <= 60_000
        (line,) = [line for line in sources.splitlines() if line.startswith(f"| `{name}` |")]
        assert "public domain" in line or "CC0" in line


@pytest.mark.parametrize("example", [*EXAMPLES, *ON_OTHER_SITES])
def test_the_examples_scripts_run_from_anywhere(tmp_path: Path, example: str) -> None:
    """Each script of an example calls ours beside the project's files, and passes its flags on."""
    project = tmp_path / "my project"
    shutil.copytree(ROOT / "examples", project / "examples")
    told = "import json, os, sys; print(json.dumps([os.getcwd(), *sys.argv]))"
    for script in ESSENTIALS.values():
        (project / f"{script}.py").write_text(told)
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    for name, script in ESSENTIALS.items():
        if (example, name) == ("completion_code", "approve_hits"):
            continue  # only work with the right code is approved
        done = subprocess.run(
            [project / "examples" / example / f"{name}.sh", "--config", "a b.json"],
            env={"PATH": path, "LOCAL_CROWD": str(tmp_path / "crowd")},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        directory, program, *arguments = json.loads(done.stdout)
        assert (Path(directory), program) == (project, f"{script}.py")
        assert arguments[-2:] == ["--config", "a b.json"]
        files = [argument.split("=")[1] for argument in arguments[:-2]]
        assert f"examples/{example}/hit_ids.txt" in files
        if name == "launch_hits":
            for file in files:
                assert (ROOT / file).is_file() or file == f"{example}.html" or "hit_ids" in file
    pictures = tmp_path / "crowd" / "files" / "image_sentence"
    assert pictures.is_dir() == (example == "image_sentence")
    if pictures.is_dir():
        assert (pictures / "coffee.jpg").stat().st_size > 1000
        assert (tmp_path / "crowd").stat().st_mode & 0o777 == 0o700
