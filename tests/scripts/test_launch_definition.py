"""launch_hits.py --definition: a definition directory of amti with its data file."""

import csv
import io
import json
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from tests.support.launches import record
from tests.support.script_fixtures import Desk

SCHEMAS = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/"
QUESTION = f"""<HTMLQuestion xmlns="{SCHEMAS}2011-11-11/HTMLQuestion.xsd">
  <HTMLContent><![CDATA[
    <!DOCTYPE html>
    <form name="mturk_form" method="post" action="https://www.mturk.com/mturk/externalSubmit">
      <input type="hidden" name="assignmentId" id="assignmentId">
      <p>{{{{ premise }}}}</p>{{% if hint %}}<i>{{{{ hint }}}}</i>{{% endif %}}
      {{% for choice in choices %}}<input type="radio" name="choice" value="{{{{ choice }}}}">{{% endfor %}}
      <input type="submit">
    </form>
    <script>
      let text = '{{{{ premise }}}}', all = {{{{ choices | tojson }}}}, n = {{{{ n }}}}, own = `${{text}}`;
    </script>
  ]]></HTMLContent>
  <FrameHeight>0</FrameHeight>
</HTMLQuestion>
"""
EXTERNAL = f"""<?xml version="1.0" encoding="UTF-8"?>
<ExternalQuestion xmlns="{SCHEMAS}2006-07-14/ExternalQuestion.xsd">
  <ExternalURL>https://example.org/task?id={{{{ id }}}}&amp;group={{{{ group | urlencode }}}}</ExternalURL>
  <FrameHeight>600</FrameHeight>
</ExternalQuestion>
"""
HIT_TYPE = {
    "AutoApprovalDelayInSeconds": 604_800,
    "AssignmentDurationInSeconds": 3600,
    "Reward": "0.25",
    "Title": "Choose an ending",
    "Keywords": "text, choice",
    "Description": "Read a sentence and choose how it goes on.",
}
REQUIREMENT = {
    "QualificationTypeId": "000000000000000000L0",
    "Comparator": "GreaterThanOrEqualTo",
    "IntegerValues": [0],
}
HIT = {"MaxAssignments": 1, "LifetimeInSeconds": 86_400}
ROW = {"premise": "It's </script> <b>late</b>", "choices": ["a & b", "c"], "n": 7, "unused": None}
LAUNCH = ("launch_hits", "--definition=task", "--input_json_file=data.jsonl", "--hit_ids_file=ids")


@pytest.fixture
def files(desk: Desk) -> Desk:
    """A desk with a definition, and data of two lines with a blank one between."""
    Path("task").mkdir()
    desk.write("task/NOTES", "A definition of our own.\n")
    desk.write("task/question.xml.j2", QUESTION)
    write(desk, "hittypeproperties", HIT_TYPE | {"QualificationRequirements": [REQUIREMENT]})
    write(desk, "hitproperties", HIT)
    desk.write("data.jsonl", f"{json.dumps(ROW)}\n\n{json.dumps(ROW | {'hint': 'h'})}\n")
    return desk


def write(desk: Desk, name: str, properties: dict[str, Any]) -> None:
    desk.write(f"task/{name}.json", json.dumps(properties, indent=2))


def hits(desk: Desk) -> list[Any]:
    client = desk.crowd().client
    return [client.get_hit(HITId=hit)["HIT"] for hit in desk.read("ids").split()]


def test_a_definition_is_launched_answered_reviewed_and_exported(files: Desk) -> None:
    """With the files as amti reads them; the table has amti's columns."""
    done = files.run(*LAUNCH)

    assert done.code == 0, done.err
    first, second = hits(files)
    assert {name: first[name] for name in HIT_TYPE} == HIT_TYPE
    assert first["QualificationRequirements"][0]["QualificationTypeId"] == "000000000000000000L0"
    assert first["MaxAssignments"] == 1
    assert (first["Expiration"] - first["CreationTime"]).total_seconds() == 86_400
    assert "<i>h</i>" in second["Question"]
    header = record(files, "ids.batch.jsonl")[0]
    assert header["template"] == {"question.xml.j2": QUESTION}
    assert json.loads(header["properties"])["Title"] == HIT_TYPE["Title"]

    crowd = files.crowd()
    crowd.do(crowd.make_worker(), first["HITId"], [("choice", "a & b")])
    assert files.run("approve_hits", "--hit_ids_file=ids", "--yes").code == 0
    files.write("results.txt", files.run("get_results", "--hit_ids_file=ids").out)
    table = files.run("export_results", "--results_file=results.txt", "--format=amti").out
    (row,) = csv.DictReader(io.StringIO(table))
    assert (row["AssignmentStatus"], row["choice"]) == ("Approved", "a & b")


def test_values_are_escaped_for_their_place(files: Desk) -> None:
    """In text, in an attribute and in a string of a script; markup is named. JavaScript's own stays."""
    done = files.run(*LAUNCH)

    page = fromstring(hits(files)[0]["Question"])[0].text or ""
    assert "<p>It&#x27;s &lt;/script&gt; &lt;b&gt;late&lt;/b&gt;</p>" in page
    assert 'value="a &amp; b"' in page
    assert r"text = 'It\u0027s \u003c/script\u003e \u003cb\u003elate\u003c/b\u003e'" in page
    assert r'all = ["a \u0026 b", "c"], n = 7, own = `${text}`;' in page
    assert "<i>" not in page
    assert (
        'task/question.xml.j2: values with markup, such as "It\'s </script> <b>late</b>", are shown '
        "as text. --raw_values inserts the values as they are, as amti did\n"
    ) in done.err


def test_raw_values_are_inserted_as_amti_did(files: Desk) -> None:
    """For fields that hold markup."""
    assert files.run(*LAUNCH, "--raw_values").code == 0
    assert f"<p>{ROW['premise']}</p>" in hits(files)[0]["Question"]


def test_an_external_question(files: Desk) -> None:
    """The page is on another server; the XML declaration may stand first."""
    files.write("task/question.xml.j2", EXTERNAL)
    files.write("data.jsonl", '{"id": 1, "group": "a/b&c"}\n')

    assert files.run(*LAUNCH).code == 0
    url = fromstring(hits(files)[0]["Question"])[0].text
    assert url == "https://example.org/task?id=1&group=a/b%26c"


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("question.xml.j2", "{{ premiss }}", "task/question.xml.j2:1: 'premiss' is undefined"),
        ("question.xml.j2", "\n{% if %}", "task/question.xml.j2:2: Expected an expression, got 'e"),
        ("question.xml.j2", "<p>", "data.jsonl:1: the question is not XML: no element found"),
        (
            "question.xml.j2",
            EXTERNAL.replace("https", "http").replace("id }", "n }").replace("group |", "n |"),
            "must begin with https",
        ),
        (
            "question.xml.j2",
            QUESTION.replace("choices | tojson", "premise"),
            "is in a script outside a string, and is neither a number nor JSON: \"It's <",
        ),
        ("hitproperties.json", "{", "task/hitproperties.json:1: not JSON"),
        ("hitproperties.json", "[]", "task/hitproperties.json: HIT properties are a JSON object"),
        (
            "hitproperties.json",
            '{\n"MaxAssignments": 1,\n"Reward": "1"}',
            "task/hitproperties.json:3: Reward: is in both files; give it in one",
        ),
        (
            "hitproperties.json",
            '{"MaxAssignments": 0}',
            "task/hitproperties.json:1: MaxAssignments: 0 is not a whole number from 1 to",
        ),
        (
            "hittypeproperties.json",
            '{"Reward": "0.1"}',
            "task/hittypeproperties.json:1: Title: missing",
        ),
    ],
)
def test_a_faulty_definition_is_refused(files: Desk, name: str, text: str, fault: str) -> None:
    """With file and line, before the first call."""
    files.write(f"task/{name}", text)

    done = files.run(*LAUNCH)

    assert (done.code, done.out, files.calls) == (2, "", [])
    assert fault in done.err


def test_a_directory_that_is_no_definition_is_refused(files: Desk) -> None:
    """A batch of amti's has its definition within; flags that name the same twice are refused."""
    Path("batch").mkdir()
    Path("task").rename("batch/definition")

    message = files.run(*LAUNCH[:1], "--definition=batch", *LAUNCH[2:]).err.splitlines()[0]
    assert message.endswith(
        "batch/question.xml.j2: no such file; a definition has question.xml.j2, "
        "hittypeproperties.json and hitproperties.json. This is a batch; its definition is "
        "batch/definition"
    )
    assert files.fails(*LAUNCH, "--hit_properties_file=x") == (
        "--hit_properties_file: --definition has its own; leave out one of the two"
    )
    assert files.fails(LAUNCH[0], *LAUNCH[2:]) == "give --hit_properties_file, or --definition"
    files.write("data.jsonl", '"text"\n')
    done = files.run(LAUNCH[0], "--definition=batch/definition", *LAUNCH[2:])
    assert (
        "data.jsonl:1: batch/definition/question.xml.j2: the row is not a JSON object" in done.err
    )
