"""launch_hits.py --gold_rate: rows with the right answer, which workers cannot tell from others."""

import json
import re
from pathlib import Path

import pytest

from amt import gold_rows
from amt.errors import Error
from amt.inputs import Input
from local_crowd.app import create_app
from local_crowd.operations.errors import RequestError
from tests.support.launches import FLAGS, RECORD, made, nothing_happened, record
from tests.support.script_fixtures import Desk
from tests.support.worker_sites import Visitor

LAUNCH = ("launch_hits", *FLAGS)
SECRETS = re.compile(r"_gold|quail|Its plume")


def write_rows(desk: Desk, others: int = 18, gold: int = 4) -> None:
    """Write an input whose last rows are gold."""
    rows = [{"n": n} for n in range(others)]
    rows += [{"n": 100 + n, "_gold": "quail", "_gold_why": "Its plume."} for n in range(gold)]
    desk.write("input.jsonl", "".join(f"{json.dumps(row)}\n" for row in rows))


def test_gold_is_mixed_in_and_recorded(files: Desk) -> None:
    """2 of 20 HITs; the record has the rows as they were read, and the results too."""
    write_rows(files)

    done = files.run(*LAUNCH, "--gold_rate=0.1")

    assert done.code == 0
    assert "2 of 20 HITs are gold." in done.err
    header, *lines = record(files)
    assert (header["gold"], header["rows"], len(header["left_out"])) == (
        {"rate": 0.1, "seed": 0},
        22,
        2,
    )
    assert [line["row"] for line in lines if "_gold" in line["input"]]
    assert sorted(line["row"] for line in lines if line["row"] < 18) == list(range(18))
    assert len(files.read("hit_ids.txt").split()) == 20
    crowd = files.crowd()
    gold = next(line for line in lines if line["row"] >= 18)
    crowd.do(crowd.make_worker(), gold["hit_id"])
    (result,) = files.run("get_results", "--hit_ids_file=hit_ids.txt").lines
    assert result["input"] == gold["input"]
    assert result["input"]["_gold"] == "quail"


def test_workers_are_served_nothing_of_the_gold(files: Desk) -> None:
    """Not in the list, the previews, the pages, the frames, the HIT's XML or its annotation."""
    write_rows(files, others=2, gold=2)
    assert files.run(*LAUNCH, "--gold_rate=0.5").code == 0
    app = create_app(files.folder / "crowd", files.clock)
    worker = Visitor(app)
    worker.sign_in("Ada")
    served = [worker.get("/").text]
    for hit in made(files):
        group = hit["HITTypeId"]
        served.append(json.dumps(hit, default=str))
        served.append(worker.get(f"/groups/{group}").text)
        served.append(
            worker.get(f"/hit_page/{hit['HITId']}?assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE").text
        )
        assignment = worker.accept(group, hit_id=hit["HITId"])
        served.append(worker.get(f"/work/{assignment}").text)
        served.append(worker.get(f"/work/{assignment}/state").text)
        served.append(worker.get(f"/hit_page/{hit['HITId']}?assignmentId={assignment}").text)
        served.append(worker.submit(assignmentId=assignment, word="cat").text)
        served.append(worker.get("/my_work").text)
    app.close()

    assert sum('"n": 10' in text for text in served) >= 4, "the gold rows were shown"
    assert not [text for text in served if SECRETS.search(text)]


def test_other_requesters_cannot_get_the_hit(files: Desk) -> None:
    """GetHIT is for the HIT's requester alone, and even there the XML has no gold."""
    write_rows(files, others=2, gold=1)
    assert files.run(*LAUNCH, "--gold_rate=0.5").code == 0
    crowd = files.crowd()
    (hit,) = [line["hit_id"] for line in record(files)[1:] if "_gold" in line["input"]]

    assert not SECRETS.search(json.dumps(crowd.hit(hit), default=str))
    with pytest.raises(RequestError, match=f"Hit {hit} does not exist"):
        crowd.site.perform(crowd.make_requester(), "GetHIT", {"HITId": hit})


def test_a_batch_is_finished_with_the_same_gold_only(files: Desk) -> None:
    """Another share or seed is another batch; the same goes on, and launches no row twice."""
    write_rows(files)
    assert files.run(*LAUNCH, "--gold_rate=0.1").code == 0
    lines = files.read(RECORD).splitlines(keepends=True)
    Path(RECORD).write_text("".join(lines[:9]))
    Path("hit_ids.txt").unlink()

    for flags in ((), ("--gold_rate=0.2",), ("--gold_rate=0.1", "--seed=1")):
        assert "was started with a different --gold_rate;" in files.fails(*LAUNCH, *flags)
    assert files.run(*LAUNCH, "--gold_rate=0.1").code == 0
    assert len(made(files)) == 20
    assert {line["row"] for line in record(files)[1:]} == {
        json.loads(line)["row"] for line in lines[1:]
    }


def test_a_table_has_gold_in_its_columns(files: Desk) -> None:
    """An empty cell is no gold, and a template that lists all fields does not list these."""
    files.write("input.csv", "n,_gold,_gold_why\n1,,\n2,quail,Its plume.\n")
    files.write("page.html", '{% include "simpleamt.html" %}{{ row.items() | list }}')

    done = files.run(
        *LAUNCH[:3], "--input_json_file=input.csv", "--hit_ids_file=hit_ids.txt", "--gold_rate=0.5"
    )

    assert done.code == 0, done.err
    assert "1 of 2 HITs is gold." in done.err
    assert not SECRETS.search(json.dumps(made(files), default=str))


def test_a_template_cannot_show_the_gold(files: Desk) -> None:
    """It is an undefined name, with the template's line; render_template.py says the same."""
    write_rows(files)
    files.write("page.html", '{% include "simpleamt.html" %}\n{{ row._gold }}')
    line = "page.html:2: 'dict object' has no attribute '_gold'"

    assert line in files.run(*LAUNCH).err
    assert nothing_happened(files)
    shown = ("--html_template=page.html", "--input_json_file=input.jsonl", "--row=20", "--check")
    assert line in files.run("render_template", *shown).err


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--gold_rate=1",), "--gold_rate must be above 0 and below 1, such as 0.1"),
        (("--gold_rate=nan",), "--gold_rate must be above 0 and below 1, such as 0.1"),
        (
            ("--gold_rate=0.1",),
            "input.jsonl: no row has _gold, so --gold_rate has nothing to mix in",
        ),
    ],
)
def test_gold_that_cannot_be_mixed_in_is_refused(
    files: Desk, flags: tuple[str, ...], message: str
) -> None:
    """In one line, before anything is launched."""
    assert files.fails(*LAUNCH, *flags) == message
    assert nothing_happened(files)


def test_gold_without_a_rate_is_said(files: Desk) -> None:
    """All of it is launched where it stands in the file."""
    write_rows(files, others=2, gold=1)

    done = files.run(*LAUNCH)

    message = (
        "1 of 3 HITs is gold, in the order of the file; --gold_rate mixes them among the others."
    )
    assert message in done.err
    assert sorted(line["row"] for line in record(files)[1:]) == [0, 1, 2]


def test_exports_leave_the_gold_out_unless_asked(files: Desk) -> None:
    """With pseudonyms or not, in each format."""
    write_rows(files, others=1, gold=1)
    assert files.run(*LAUNCH).code == 0
    crowd = files.crowd()
    for hit in made(files):
        crowd.do(crowd.make_worker(), hit["HITId"])
    files.run("get_results", "--hit_ids_file=hit_ids.txt", "--output_file=results.txt")
    assert SECRETS.search(files.read("results.txt"))
    export = ("export_results", "--results_file=results.txt")

    for name in ("mturk", "csv", "json"):
        done = files.run(*export, f"--format={name}")
        assert done.code == 0
        assert "100" in done.out
        assert not SECRETS.search(done.out)
        assert SECRETS.search(files.run(*export, f"--format={name}", "--with_gold").out)
    hidden = files.run(*export, "--format=csv", "--pseudonyms=key.txt", "--new_key")
    assert hidden.code == 0
    assert not SECRETS.search(hidden.out)


def order(tmp_path: Path, *, others: int, gold: int, rate: float, seed: int = 0) -> list[int]:
    """Return the numbers of the rows that are launched, gold ones (from `others` on) among them."""
    file = tmp_path / "input.jsonl"
    file.write_text("{}\n" * (others + gold))
    choice = gold_rows.choose(
        "input.jsonl", others + gold, range(others, others + gold), rate, seed
    )
    with Input(file) as source:
        source.read()
        return [row.number for row in choice.iterate(source)]


def test_the_order_depends_on_the_seed_alone(tmp_path: Path) -> None:
    """The other rows keep theirs; no gold row is there twice, and there is gold everywhere."""
    first = order(tmp_path, others=900, gold=200, rate=0.1)

    assert first == order(tmp_path, others=900, gold=200, rate=0.1)
    assert first != order(tmp_path, others=900, gold=200, rate=0.1, seed=1)
    assert [number for number in first if number < 900] == list(range(900))
    assert len(first) == len(set(first)) == 1000
    places = [place for place, number in enumerate(first) if number >= 900]
    assert all(
        any(start <= place < start + 250 for place in places) for start in range(0, 1000, 250)
    )


def test_too_little_gold_is_used_once_and_said(tmp_path: Path) -> None:
    """A row twice would be recognized by who has done it."""
    choice = gold_rows.choose("input.jsonl", 92, [90, 91], 0.1, 0)

    assert sorted(order(tmp_path, others=90, gold=2, rate=0.1)) == list(range(92))
    assert gold_rows.describe("input.jsonl", choice, 2, 92) == [
        "2 of 92 HITs are gold: input.jsonl has no more; --gold_rate 0.1 takes 10."
    ]
    with pytest.raises(Error, match="all rows have _gold"):
        gold_rows.choose("input.jsonl", 2, [0, 1], 0.1, 0)
