"""report_results.py: the figures of a study, on one page and in LaTeX."""

import json
import re
import shlex
from html.parser import HTMLParser
from typing import Any

import pytest

from tests.support.crowds import DAY
from tests.support.launches import FLAGS as LAUNCH
from tests.support.machine_lines import machine_result
from tests.support.results_lines import result, to_lines
from tests.support.script_fixtures import PROPERTIES, Desk
from tests.support.votes import lines_of

FLAGS = ("--results_file=results.txt", "--field=output.label")
PAGE = (*FLAGS, "--report_file=report.html")
ROWS = ["aab", "ab", "bbb", "abb", "aaa", "bba"]
# What could leave the page's text, or become a command.
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "{{ 7 * 7 }}{% raw %}",
    "\\input{/etc/passwd} $x$ & 50 % # _ ^ ~",
    "\u202eevil\x00\ud800\x1b[31m",
)


class Tags(HTMLParser):
    """Collects the tags of a page, and its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in a tag."""
        self.tags.append(tag)
        self.names |= {name for name, _ in attrs}


def report(desk: Desk, *flags: str, code: int = 0) -> str:
    """Run the script; return the page."""
    done = desk.run("report_results", *PAGE, *flags)
    assert done.code == code, done.err
    return desk.read("report.html")


def study(desk: Desk) -> dict[str, Any]:
    """Launch a batch, answer most of it, approve half, and return the figures of its report."""
    ids = desk.launch(*range(4), MaxAssignments=3)
    crowd = desk.crowd()
    workers = [crowd.make_worker(name) for name in ("Ada", "Bo", "Cem")]
    for number, (hit_id, votes) in enumerate(zip(ids, ("aab", "bbb", "ab", ""), strict=True)):
        for worker, vote in zip(workers, votes, strict=False):
            assignment_id = crowd.accept(worker, hit_id)
            desk.clock.advance(20 + 10 * number)
            crowd.submit(assignment_id, [("output", json.dumps({"label": vote}))])
            if number < 2:
                crowd.client.approve_assignment(AssignmentId=assignment_id)
    done = desk.run("get_results", "--hit_ids_file=hit_ids.txt")
    desk.write("results.txt", done.out)
    flags = ("--hit_ids_file=hit_ids.txt", "--latex=report.tex", "--summary_file=summary.json")
    report(desk, *flags)
    figures: dict[str, Any] = json.loads(desk.read("summary.json"))["figures"]
    return figures


def test_each_figure_is_what_its_command_prints(desk: Desk) -> None:
    """And what the other scripts print; the page and the LaTeX file show the same."""
    figures = study(desk)

    for figure in figures.values():
        python, script, *argv = shlex.split(figure["command"])
        assert (python, script) == ("python", "report_results.py")
        done = desk.run("report_results", *argv)
        assert (done.code, done.lines) == (0, [figure["value"]])
    values = {name: figure["value"] for name, figure in figures.items()}
    costs = json.loads(desk.run("show_costs", "--hit_ids_file=hit_ids.txt", "--json").out)
    assert {name: values[name] for name in ("has_cost", "still_owes", "can_cost")} == {
        name: costs[name] for name in ("has_cost", "still_owes", "can_cost")
    }
    assert values["hourly_pay"] == costs["per_hour"]["median"]
    assert values["hourly_pay_tenth_percentile"] == costs["per_hour"]["tenth_percentile"]
    for line in desk.run("aggregate_results", *FLAGS, "--agreement").lines:
        assert values[line["measure"]] == line["value"]
        assert values.get(f"{line['measure']}_low") == line["low"]
    lines = desk.run("aggregate_results", *FLAGS).lines
    assert values["need_a_look"] == sum(line["needs_a_look"] for line in lines)
    assert (values["received"], values["planned"], values["complete_rows"]) == (8, 12, 2)
    assert (values["rows"], values["answers"], values["workers"]) == (3, 8, 3)
    assert (values["median_seconds"], values["rows_without_answers"]) == (30.0, 1)
    page, latex = desk.read("report.html"), desk.read("report.tex")
    for name in ("krippendorff_alpha_nominal", "hourly_pay", "can_cost"):
        assert figures[name]["text"] in page
        assert figures[name]["text"].replace("$", r"\$") in latex
    assert latex.count(r"\toprule") == latex.count(r"\bottomrule") == 2


def test_answers_of_another_batch_are_said(desk: Desk) -> None:
    """A batch that has none of the answers is refused; of two batches, one record is not enough."""
    ids = desk.launch(0, 1)
    lines = [json.loads(line) for line in lines_of(["aab", "abb"]).splitlines()]
    desk.write("results.txt", to_lines(*lines))
    other = desk.run("report_results", *PAGE, "--hit_ids_file=hit_ids.txt")
    mine = [line | {"hit_id": ids[0], "assignment_id": f"3B{n}"} for n, line in enumerate(lines)]
    desk.write("results.txt", to_lines(*lines, *mine[:3]))

    both = desk.run("report_results", *PAGE, "--hit_ids_file=hit_ids.txt")

    assert other.code == 2
    assert "hit_ids.txt: no answer is to one of its HITs" in other.err
    assert "6 answers to HITs that are not in hit_ids.txt" in both.err


def test_gold_audit_and_practice_rows_cost_what_the_crowd_says(files: Desk) -> None:
    """Gold rows that are left out are not open; audit rows have their own number of answers."""
    rows: list[dict[str, Any]] = [{"n": n} for n in range(6)]
    rows += [{"n": 10 + n, "_gold": "a"} for n in range(4)]
    files.write("input.jsonl", to_lines(*rows))
    files.write("properties.json", json.dumps(PROPERTIES | {"MaxAssignments": 1}))
    shares = ("--audit=0.3", "--gold_rate=0.2", "--practice_rows=1", "--gold_field=output.label")
    launched = files.run("launch_hits", *LAUNCH, *shares, "--practice_workers=9")
    assert launched.code == 0, launched.err
    files.write("truth.jsonl", to_lines(*({"label": "ab"[n % 2]} for n in range(10))))
    crew = ("--field=output.label", "--workers=2", "--seconds=0", "--hit_ids_file=hit_ids.txt")
    files.run("simulate_workers", "--truth_file=truth.jsonl", *crew)
    files.write("results.txt", files.run("get_results", "--hit_ids_file=hit_ids.txt").out)

    report(files, "--hit_ids_file=hit_ids.txt", "--summary_file=summary.json")

    figures = json.loads(files.read("summary.json"))["figures"]
    costs = json.loads(files.run("show_costs", "--hit_ids_file=hit_ids.txt", "--json").out)
    assert figures["can_cost"]["value"] == costs["can_cost"]
    assert figures["still_owes"]["value"] == costs["still_owes"]
    assert (figures["received"]["value"], figures["practice_answers"]["value"]) == (13, 2)
    assert (figures["planned"]["value"], figures["planned_rows"]["value"]) == (16, 8)
    assert (figures["complete_rows"]["value"], figures["rows_without_answers"]["value"]) == (5, 0)


def test_the_page_has_every_section_and_names_nobody(desk: Desk) -> None:
    """Progress, labels, agreement and the rest; workers are W1, W2, also in their own answers."""
    answers = [
        result(
            row + 1,
            assignment_id=f"3A{row}X{worker}",
            worker_id=f"AWORKER{worker}",
            output={"label": vote, "note": f"done by AWORKER{worker}"},
        )
        for row, votes in enumerate(ROWS)
        for worker, vote in enumerate(votes)
    ]
    desk.write("results.txt", to_lines(*answers))

    page = report(desk, "--method=majority")
    named = report(desk, "--worker_ids", "--field=output.note", "--kind=text")

    titles = re.findall("<h2 .*?>(.*?)</h2>", page)
    assert titles == [
        "Progress",
        "Labels",
        "Agreement",
        "Confusion",
        "Rows most in doubt",
        "Workers",
        "Time and pay",
        "Costs",
        "What was left out",
    ]
    assert "<h3>Row 1: <bdi>no label</bdi></h3>" in page
    assert "tie of a, b" in page
    assert ">W3<" in page
    assert "AWORKER" not in page
    assert "done by AWORKER2" in named
    assert "done by W" in report(desk, "--field=output.note", "--kind=text")
    assert "The reward is not in the results, but in the batch record: add --hit_ids_file." in page


def test_pseudonyms_are_those_of_an_export(desk: Desk) -> None:
    """With the same key, so that readers can join the report and the published results."""
    desk.write("results.txt", lines_of(ROWS))
    key = "--pseudonyms=key.txt"
    exported = desk.run("export_results", FLAGS[0], "--format=csv", key, "--new_key").out

    pseudonyms = set(re.findall("P[0-9a-f]{32}", report(desk, key)))

    assert len(pseudonyms) == 3
    assert pseudonyms == set(re.findall("P[0-9a-f]{32}", exported))


def test_the_same_results_give_the_same_bytes(desk: Desk) -> None:
    """On another day, too: the page has no time of its own."""
    desk.write("results.txt", lines_of(ROWS))
    flags = ("--latex=report.tex", "--summary_file=summary.json")
    names = ("report.html", "report.tex", "summary.json")

    first = [(report(desk, *flags), desk.read(name)) for name in names]
    desk.clock.advance(DAY)

    assert [(report(desk, *flags), desk.read(name)) for name in names] == first


def test_hostile_answers_stay_text(desk: Desk) -> None:
    """In the page and in LaTeX: as labels, in rows in doubt, in their input, and as a title."""
    rows = [[text, "b"] for text in HOSTILE]
    lines = [json.loads(line) for line in lines_of(rows).splitlines()]
    for line, text in zip(lines, HOSTILE * 2, strict=True):
        line |= {"input": {text: text}, "machine": None}
    lines += [
        machine_result(number, hit_id=f"3HIT{number}", machine=text, output={"label": text})
        for number, text in enumerate(HOSTILE[:3], 1)
    ]
    desk.write("results.txt", to_lines(*lines))
    desk.write("hostile.txt", "")
    header = {
        "batch": "b",
        "crowd": "local",
        "site": "sandbox",
        "time": "2026-01-01T00:00:00+00:00",
    }
    header |= {
        "hit_type_id": "3T",
        "rows": 5,
        "hashes": {},
        "properties": json.dumps({"Title": HOSTILE[0]}),
    }
    desk.write("hostile.batch.jsonl", f"{json.dumps(header)}\n")

    page = report(desk, "--latex=report.tex", "--method=majority", "--hit_ids_file=hostile.txt")

    found = Tags()
    found.feed(page)
    assert not {"script", "img", "link", "iframe"} & set(found.tags)
    assert not [name for name in found.names if name.startswith("on")]
    assert not {"href", "src"} & (found.names - {"href"})
    assert page.count("&lt;script&gt;alert(1)") > 3
    assert "{{ 7 * 7 }}" in page
    assert not re.search("[\x00\u202e\x1b]", page)
    latex = desk.read("report.tex")
    assert "\\input{" not in latex.replace(r"% For \input in", "")


def test_machines_have_their_own_part(desk: Desk) -> None:
    """They count in no figure of people, and suggestions are said at the top of the page."""
    people = [json.loads(line) for line in lines_of(ROWS).splitlines()]
    people[0] |= {"suggested_by": "gpt-x"}
    desk.write("results.txt", to_lines(*people))
    machines = [machine_result(n, output={"label": "a"}) for n in range(1, len(ROWS) + 1)]
    desk.write("machine.txt", to_lines(*machines))
    both = ("--results_file=machine.txt", "--summary_file=summary.json")

    page = report(desk, *both)

    figures = json.loads(desk.read("summary.json"))["figures"]
    numbers = {name: figure["value"] for name, figure in figures.items()}
    assert (numbers["workers"], numbers["answers"], numbers["machine_answers"]) == (3, 17, 6)
    assert (numbers["received"], numbers["suggested_answers"]) == (17, 1)
    agreement = desk.run("aggregate_results", *FLAGS, both[0], "--agreement").lines[0]
    assert numbers["krippendorff_alpha_nominal"] == agreement["value"]
    assert 'id="machines"' in page
    head, _, rest = page.partition("<nav")
    assert "1 of 17 answers are of people who were shown the answer of a machine (gpt-x)" in head
    assert "<bdi>rule-2026</bdi>" in rest


def test_gold_and_experts_decisions_are_shown(desk: Desk) -> None:
    """Gold rows count in no figure on labels, answers of workers who fail are left out and said, the
    right answers are not on the page, and what experts decided is no longer in doubt.
    """
    gold = [
        result(
            row + 1,
            assignment_id=f"3G{row}X{worker}",
            worker_id=worker,
            input={"text": "b", "_gold": "yes", "_gold_why": "Because of it."},
            output={"label": label},
        )
        for row in (10, 11, 12)
        for worker, label in (("A1", "yes"), ("A2", "yes"), ("A9", "no"))
    ]
    rows = [
        result(
            row + 1, assignment_id=f"3R{row}X{worker}", worker_id=worker, output={"label": label}
        )
        for row, votes in enumerate((("yes", "no", "no"), ("no", "no", "yes"), ("yes", "no", "no")))
        for worker, label in zip(("A1", "A2", "A9"), votes, strict=True)
    ]
    desk.write("results.txt", to_lines(*gold, *rows))
    decision = result(
        1,
        hit_id="3DISPUTED",
        worker_id="AEXPERT",
        input={"hit_id": "3HIT1", "field": "output.label"},
        output={"label": "yes", "kind": "guideline", "comment": ""},
    )
    desk.write("experts.txt", to_lines(decision))
    flags = ("--adjudicated_file=experts.txt", "--summary_file=summary.json", "--method=majority")

    page = report(desk, *flags)

    figures = json.loads(desk.read("summary.json"))["figures"]
    values = {name: figure["value"] for name, figure in figures.items()}
    assert (values["rows"], values["gold_rows"], values["decided_rows"]) == (3, 3, 1)
    assert (values["failed_workers"], values["failed_answers"], values["gold_right"]) == (
        1,
        6,
        0.666667,
    )
    assert values["need_a_look"] == page.count("<article>") == 1
    assert "Row 2:" in page
    assert "Experts decided 1 row. Why people disagreed: guideline 1." in page
    assert "their workers failed the gold rows; they are paid" in page
    assert "Because of it" not in page
    assert "AEXPERT" not in page
    for name in ("rows", "decided_rows", "failed_answers"):
        argv = shlex.split(figures[name]["command"])[2:]
        assert desk.run("report_results", *argv).lines == [values[name]]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("number", [1.5, 2, 2.5]),
        ("number", [-1.5, 2, 2.5]),
        ("choices", [["a", "b"], ["a"], ["b"]]),
        ("text", ["A dog.", "a dog", "a cat"]),
        ("ranking", [["a", "b"], ["b", "a"], ["a", "b"]]),
        ("span", [[{"start": 0, "end": 3, "label": "x"}], [], []]),
        ("box", [[{"left": 0, "top": 0, "width": 9, "height": 9, "label": "x"}], [], []]),
    ],
)
def test_every_kind_of_answers_has_a_report(desk: Desk, kind: str, values: list[Any]) -> None:
    """Also those that have no labels in common."""
    desk.write("results.txt", lines_of([values, values[::-1], values[:1]]))

    page = report(desk, f"--kind={kind}")

    assert 'id="labels"' in page
    assert "Row 2:" in page


def test_answers_left_out_are_said(desk: Desk) -> None:
    """On the page with the reason, and as the exit code."""
    desk.write("results.txt", lines_of([["a", "a", None], ["b", "a"], ["b"]]))

    page = report(desk, code=1)

    assert "left out of labels, agreement and workers: they have no output.label" in page
    assert "left out of agreement: nothing to compare" in page


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (FLAGS, "nothing to write; add --report_file, --latex, --summary_file or --figure"),
        ((*PAGE, "--figure=rows"), "--figure prints one figure and writes no file"),
        ((*PAGE, "--doubtful_rows=-1"), "--doubtful_rows must be at least 0"),
        ((*PAGE, "--pseudonyms=k", "--worker_ids"), "leave out --pseudonyms or --worker_ids"),
        ((*PAGE, "--latex=report.html"), "--latex report.html: this file is that of --report_file"),
        (
            (*FLAGS, "--report_file=./results.txt"),
            "--report_file ./results.txt: this file is read too; name another",
        ),
        ((*PAGE, "--confidence=2"), "--confidence must be from 0 to 1"),
        ((*PAGE, "--hit_ids_file=none.txt"), "none.txt: has no batch record"),
        ((*FLAGS, "--figure=row"), "--figure: there is no row; did you mean rows?"),
        ((*PAGE, "--field=output.labl"), "results.txt: no line has output.labl"),
    ],
)
def test_bad_input_is_one_line(desk: Desk, flags: tuple[str, ...], message: str) -> None:
    """It says what to do."""
    desk.write("results.txt", lines_of(ROWS))

    assert message in desk.fails("report_results", *flags)


def test_a_report_of_many_rows_is_small(desk: Desk) -> None:
    """Charts and lists do not grow with the rows: 1,000 rows of 5 workers each."""
    desk.write("results.txt", lines_of(["aabab", "bbaba"] * 500))

    page = report(desk, "--doubtful_rows=40", "--method=majority")

    assert len(page.encode()) < 200_000
    assert page.count("<article>") == 40
