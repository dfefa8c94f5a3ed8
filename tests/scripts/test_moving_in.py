"""The commands of docs/moving_in.md, run as they stand there, and the tests that it names."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.support.script_fixtures import PROPERTIES, ROOT, Desk
from tests.support.worker_frame import LEGACY

GUIDE = (ROOT / "docs" / "moving_in.md").read_text("utf-8")
SCHEMAS = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/"
XML = (
    f'<HTMLQuestion xmlns="{SCHEMAS}2011-11-11/HTMLQuestion.xsd"><HTMLContent><![CDATA[<!DOCTYPE html>'
    "<form><p>{}</p><input name='a'><button>Submit</button></form>]]></HTMLContent>"
    "<FrameHeight>0</FrameHeight></HTMLQuestion>"
)
PAGE = "<p>${text}</p><input name='a'>"
LIQUID = (
    '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>'
    "<crowd-form>{{ task.input.source }}<input name=a></crowd-form>"
)
OLD = {"title": "x", "description": "x", "keywords": "x", "reward": 0.05, "duration": 600,
       "frame_height": 600, "max_assignments": 1, "percent_approved": 90}  # fmt: skip
OF_BOTH = ("LifetimeInSeconds", "MaxAssignments")
SURVEY = "https://example.org/survey/?participant=${id}"


@pytest.fixture(name="theirs")
def theirs_fixture(desk: Desk) -> Desk:
    """What the guide's reader has, in the current folder."""
    for folder in ("theirs/definition", "old", "hit_properties"):
        Path(folder).mkdir(parents=True)
    shutil.copy(ROOT / "hit_properties" / "simple.json", "hit_properties/simple.json")
    for page, table in (("theirs.html", "theirs.csv"), ("project.html", "batch.csv")):
        desk.write(page, PAGE)
        desk.write(table, "text\nwren\n")
    desk.write("theirs.liquid.html", LIQUID)
    desk.write("theirs.manifest", '{"source": "wren"}\n')
    desk.write("theirs/data.jsonl", '{"text": "wren"}\n')
    desk.write("theirs/definition/question.xml.j2", XML.format("{{ text }}"))
    properties = PROPERTIES | {"LifetimeInSeconds": 600, "MaxAssignments": 1}
    properties.pop("FrameHeight")
    hit = {name: properties.pop(name) for name in OF_BOTH}
    desk.write("theirs/definition/hittypeproperties.json", json.dumps(properties))
    desk.write("theirs/definition/hitproperties.json", json.dumps(hit))
    shutil.copy(LEGACY / "longest_word.html", "old/simple.html")
    desk.write("old/input.txt", '"some words"\n')
    desk.write("old/simple.json", json.dumps(OLD))
    desk.write("participants.csv", "id\n7\n")
    survey = {name: value for name, value in PROPERTIES.items() if name != "FrameHeight"}
    desk.write("survey.json", json.dumps(survey | {"ExternalURL": SURVEY}))
    desk.write("question.xml", XML.format("${text}"))
    return desk


def run_command(desk: Desk, command: str) -> None:
    """Run a command of the guide, and write its output where it says."""
    python, script, *words = shlex.split(command.replace("\\\n", " "))
    assert python == "python"
    output = words.pop() if words[-2:-1] == [">"] else None
    done = desk.run(script.removesuffix(".py"), *(word for word in words if word != ">"))
    assert done.code == 0, (command, done.err)
    if output:
        desk.write(output, done.out)


@pytest.mark.foreign
def test_the_commands_work(theirs: Desk) -> None:
    """Those that launch, in their order, and those that write and read results."""
    blocks = "".join(re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL))
    commands = re.findall(r"^python (?:.*\\\n)*.*$", blocks, re.MULTILINE)
    assert len(commands) >= 8
    for command in commands:
        run_command(theirs, command)
    crowd = theirs.crowd()
    for path in sorted(Path().glob("*_ids.txt")):
        for hit_id in theirs.read(str(path)).split():
            assert crowd.hit(hit_id)["HITStatus"] == "Assignable", path
    hit_id = theirs.read("hit_ids.txt").strip()
    crowd.do(crowd.make_worker(), hit_id)

    run_command(theirs, "python get_results.py --hit_ids_file=hit_ids.txt > results.txt")
    commands = re.findall(r"`(python (?:ex|im)port_results.py [^`]*)`", GUIDE)
    exports = [command for command in commands if "export" in command]
    assert len(exports) >= 5
    for command in exports:
        run_command(theirs, command)
    shutil.copy("batch_results.csv", "Batch_4012345_batch_results.csv")
    run_command(theirs, next(command for command in commands if "Batch" in command))
    assert json.loads(theirs.read("results.txt"))["hit_id"] == hit_id


def test_what_works_names_tests_that_exist() -> None:
    """Each construct of the table is done by a test."""
    table = GUIDE.partition("## What works")[2]
    rows = re.findall(r"^\| (?!construct|---)(.+?) \|.*\| (.+?) \|$", table, re.MULTILINE)
    assert len(rows) > 25
    for construct, named in rows:
        files = re.findall(r"`(tests/[\w/]+\.py)`", named)
        assert files, construct
        assert all((ROOT / file).is_file() for file in files), named
