"""What the documentation says of flags, commands, sections and money is so, on every page."""

import contextlib
import importlib
import io
import re
from functools import cache
from pathlib import Path

import pytest

from tests.support.crowd_fixtures import OpenCrowd
from tests.support.crowds import DAY
from tools import compatibility

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
COMMAND = re.compile(r"\b([a-z_]+)\.py((?: [^\n`|]*)?(?:\\\n[^\n`|]*)*)")


@cache
def help_of(script: str, *command: str) -> str:
    """Return what a script says of itself, or of one of its commands."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output), pytest.raises(SystemExit):
        importlib.import_module(script).main([*command, "--help"])
    return output.getvalue()


def named_commands(text: str) -> list[tuple[str, list[str]]]:
    """Return the scripts that a page names, each with the words that follow it."""
    commands = [(name, words.replace("\\\n", " ").split()) for name, words in COMMAND.findall(text)]
    return [(name, words) for name, words in commands if (ROOT / f"{name}.py").is_file()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_names_flags_and_commands_that_exist(page: Path) -> None:
    """A command pasted from a page is one that the script takes."""
    unknown = []
    for script, words in named_commands(page.read_text("utf-8")):
        if not words or script in ("simpleamt", "connection", "parallel"):
            continue
        command: tuple[str, ...] = ()
        if script in ("manage_crowd", "manage_qualifications") and re.fullmatch(
            r"[a-z]+(_[a-z]+)*", words[0]
        ):
            if words[0] not in help_of(script):
                continue  # a word of the sentence around it
            command = (words[0],)
        flags = {word.partition("=")[0].rstrip(".,;:)") for word in words if word.startswith("--")}
        known = set(re.findall(r"--[a-z_]+", help_of(script, *command)))
        unknown += [f"{script}.py {flag}" for flag in sorted(flags - known)]
    assert unknown == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_leads_to_sections_that_exist(page: Path) -> None:
    """A link between pages leads to a file, and to a heading of it."""
    missing = []
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if target.startswith(("http:", "https:", "mailto:")):
            continue
        name, _, section = target.partition("#")
        file = page.parent / name if name else page
        if not file.exists() or (section and section not in sections(file)):
            missing.append(target)
    assert missing == []


def sections(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as Git hosts make them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_pages_agree_on_what_is_reserved_for_open_hits(open_crowd: OpenCrowd) -> None:
    """Both pages use the same words for what is reserved for open HITs, and they are true."""
    for name in ("compatibility.md", "costs.md"):
        assert compatibility.BUDGETS in (ROOT / "docs" / name).read_text("utf-8")

    crowd = open_crowd("live")
    crowd.give_budget(100)
    hit_id = crowd.make_hit(Reward="0.30", MaxAssignments=2, LifetimeInSeconds=DAY)
    assert crowd.client.get_account_balance()["AvailableBalance"] == "0.40"
    assignment_id = crowd.do(crowd.make_worker(), hit_id)
    crowd.client.reject_assignment(AssignmentId=assignment_id, RequesterFeedback="empty")
    assert crowd.client.get_account_balance()["AvailableBalance"] == "0.70"
    crowd.client.update_expiration_for_hit(HITId=hit_id, ExpireAt=0)
    assert crowd.client.get_account_balance()["AvailableBalance"] == "1.00"
