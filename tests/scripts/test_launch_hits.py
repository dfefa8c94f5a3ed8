import json
import re
import resource
import signal
import subprocess
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support.faulty_crowd import FaultyCrowd
from tests.support.launches import FLAGS, RECORD, made, nothing_happened, record
from tests.support.script_fixtures import PAGE, PROPERTIES, Desk


def refused(desk: Desk, *argv: str) -> str:
    """The line with which a script ends that had something to say before."""
    done = desk.run(*argv)
    assert (done.code, done.out) == (2, "")
    return done.err.splitlines()[-1].partition(": ")[2]


def test_one_hit_a_line_in_order(files: Desk) -> None:
    """Each row is one HIT with its own page; ids and record stand in the input's order."""
    done = files.run("launch_hits", *FLAGS)

    assert files.calls == ["CreateHITType"] + ["CreateHITWithHITType"] * 3
    ids = files.read("hit_ids.txt").split()
    header, *lines = record(files)
    hits = {hit["HITId"]: hit for hit in made(files)}
    assert (done.code, done.out) == (0, "")
    assert len(hits) == 3
    assert [line["row"] for line in sorted(lines, key=lambda line: line["row"])] == [0, 1, 2]
    for row, hit_id in enumerate(ids):
        hit = hits[hit_id]
        assert {"row": row, "hit_id": hit_id, "input": {"n": row}} in lines
        assert hit["RequesterAnnotation"] == f"batch={header['batch']} row={row}"
        assert f"{{&#39;n&#39;: {row}}}" in hit["Question"]
        assert (hit["Title"], hit["Reward"], hit["MaxAssignments"]) == ("Name an animal", "0.05", 2)
        assert (hit["Expiration"] - hit["CreationTime"]).total_seconds() == 604_800
        assert hit["HITTypeId"] == header["hit_type_id"]
    assert f"mturk/preview?groupId={header['hit_type_id']}" in done.err
    assert "3 of 3 HITs are launched on the sandbox of the local crowd" in done.err


def test_the_record_remembers_what_the_batch_is_of(files: Desk) -> None:
    """The record's first line holds crowd, site, copies of template and properties, and hashes."""
    files.run("launch_hits", *FLAGS)

    header = record(files)[0]
    assert (header["crowd"], header["site"], header["rows"]) == ("local", "sandbox", 3)
    assert header["template"]["page.html"] == PAGE
    assert "simpleamt.html" in header["template"]
    assert header["properties"] == files.read("properties.json")
    assert set(header["hashes"]) == {"input", "template", "properties"}
    assert header["commit"] is None


def test_the_record_names_the_commit_of_the_definition(files: Desk) -> None:
    """The commit is that of the folder with the properties, wherever one stands."""
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "a study"]):
        subprocess.run([*git, *command], check=True, cwd=files.folder)

    files.run("launch_hits", *FLAGS)

    rev_parse = subprocess.run(
        ["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True
    )
    assert record(files)[0]["commit"] == rev_parse.stdout.strip()


def test_the_first_line_is_on_the_disk_before_the_first_hit(files: Desk) -> None:
    """When the first HIT is asked for, the record already says which batch it belongs to."""
    seen: list[Any] = []
    files.before["CreateHITWithHITType"] = lambda: seen.extend(record(files))

    files.run("launch_hits", *FLAGS)

    assert seen[0]["batch"] == record(files)[0]["batch"]


def test_every_fault_is_told_at_once(files: Desk) -> None:
    """Bad lines, bad properties and a bad template are all named with file and line; no call."""
    files.write("page.html", "<p>{{ row.n }}</p>\n{{ row.name }}\n")
    files.write("properties.json", '{"Title": "a",\n"Reward": "much",\n"Tilte": "b"}')
    files.write("input.jsonl", '{"n": 0}\n\n{"n": \n[1, NaN]\n"\\u00e9"\n')

    done = files.run("launch_hits", *FLAGS)

    assert done.code == 2
    assert "properties.json:2: Reward: 'much' is not an amount in US dollars" in done.err
    assert "input.jsonl:3: not JSON: Expecting value" in done.err
    assert "input.jsonl:4: not JSON: NaN is not a JSON number" in done.err
    assert nothing_happened(files)


def test_rows_that_do_not_fit_the_template_are_reported(files: Desk) -> None:
    """A name that only some rows have is an error with the lines of the input and the template."""
    files.write("page.html", "<p>\n{{ row.name }}</p>\n")
    files.write("input.jsonl", '{"name": "a"}\n{}\n{"name": "b"}\n7\n')

    done = files.run("launch_hits", *FLAGS)

    assert done.code == 2
    assert re.findall(r"input.jsonl:(\d): (.*?): ", done.err) == [
        ("2", "page.html:2"),
        ("4", "page.html:2"),
    ]
    assert nothing_happened(files)


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"Title": 5}, "properties.json:1: Title: "),
        ({"Tilte": "x"}, "Tilte: not a HIT property"),
        ({"Reward": 0.001}, "Reward: 0.001 has fractions of a cent"),
        ({"MaxAssignments": 0}, "MaxAssignments: 0 is not a whole number from 1 to 1000000000"),
        ({"LifetimeInSeconds": 29}, "LifetimeInSeconds: 29 is not a whole number from 30"),
        ({"Country": "Norway"}, "Country: 'Norway' is not a code such as US"),
        ({"Question": "<p>"}, "Question: launch_hits.py sets this itself"),
        ({"Title": "x" * 129}, "Title: 129 characters; at most 128 are allowed"),
    ],
)
def test_properties_no_hit_can_have(files: Desk, properties: Any, message: str) -> None:
    """What Amazon would refuse for every row is refused before the first call."""
    files.write("properties.json", json.dumps(PROPERTIES | properties))

    done = files.run("launch_hits", *FLAGS)

    assert done.code == 2
    assert message in done.err
    assert nothing_happened(files)


def test_a_page_too_large_for_a_hit(files: Desk) -> None:
    """The rows that render to more than the crowd allows are named, with how much is too much."""
    files.write("crowd/crowd.json", '{"question_bytes": 65535}')
    files.write("page.html", "<p>{{ row }}</p>")
    files.write("input.jsonl", f'"{"x" * 65_000}"\n"{"é" * 32_700}"\n"{"x" * 66_000}"\n')

    done = files.run("launch_hits", *FLAGS)

    assert done.code == 2
    assert "input.jsonl:2: the HIT has 65," in done.err
    assert "input.jsonl:3: the HIT has 66," in done.err
    assert "; at most 65,535 are allowed" in done.err
    assert "input.jsonl:1" not in done.err
    assert nothing_happened(files)


def test_a_page_that_just_fits(files: Desk) -> None:
    """A HIT of as many bytes as the crowd allows is launched, one byte more is not."""
    files.write("crowd/crowd.json", '{"question_bytes": 65535}')
    files.write("page.html", "<!DOCTYPE html>{{ row }}<input name='a'>")
    files.write("input.jsonl", '""\n')
    files.run("launch_hits", *FLAGS)
    (hit,) = made(files)
    room = 65_535 - len(hit["Question"].encode())
    files.write("input.jsonl", json.dumps("x" * room) + "\n")

    assert files.run("launch_hits", *FLAGS[:3], "--hit_ids_file=full.txt").code == 0
    assert max(len(hit["Question"]) for hit in made(files)) == 65_535
    files.write("input.jsonl", json.dumps("x" * (room + 1)) + "\n")
    assert "65,536 bytes; at most 65,535 are allowed" in files.fails(
        "launch_hits", *FLAGS[:3], "--hit_ids_file=over.txt"
    )


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('\ufeff{"a": 1}\n{"a": 2}', [{"a": 1}, {"a": 2}]),
        ('{"a": 1}\r\n\r\n{"a": 2}\r\n', [{"a": 1}, {"a": 2}]),
        ('\n  \n"one"\n\n', ["one"]),
        ("null\nfalse\n0\n[]\n{}\n", [None, False, 0, [], {}]),
        ('"\\ud800"\n', ["\ud800"]),
        ('"a\\u0000b"\n', ["a\0b"]),
        ('"<\\/script>]]>&amp;\u2028"\n', ["</script>]]>&amp;\u2028"]),
        ("123456789012345678901234567890\n", [123456789012345678901234567890]),
    ],
)
def test_any_json_is_an_input(files: Desk, text: str, rows: list[Any]) -> None:
    """A BOM, CRLF, blank lines and every JSON value are taken; the record repeats the values."""
    files.write("page.html", "<script>var row = {{ input }};</script>")
    files.write("input.jsonl", text)

    done = files.run("launch_hits", *FLAGS)

    assert done.code == 0, done.err
    lines = sorted(record(files)[1:], key=lambda line: line["row"])
    assert [line["input"] for line in lines] == rows
    assert len(made(files)) == len(rows)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "input.jsonl: no rows, so no HITs"),
        (b"\n\r\n \n", "input.jsonl: no rows, so no HITs"),
        (b"1\n\xff\n", "input.jsonl:2: not UTF-8 text (byte 1 of the line)"),
        ("1\n".encode("utf-16"), "input.jsonl:1: not UTF-8 text (byte 1 of the line)"),
        (b"[" * 100_000 + b"\n", "input.jsonl:1: not JSON: it is nested too deep"),
        (b"1" * 5000 + b"\n", "input.jsonl:1: a whole number has 5,000 digits"),
    ],
)
def test_an_invalid_input_is_refused(files: Desk, content: bytes, message: str) -> None:
    """Without rows, or with what is not JSON in UTF-8, nothing is launched."""
    (files.folder / "input.jsonl").write_bytes(content)

    done = files.run("launch_hits", *FLAGS)
    assert done.code == 2
    assert done.err.partition(": ")[2].startswith(message)
    assert nothing_happened(files)


@pytest.mark.parametrize(
    ("flag", "message"),
    [
        ("--html_template=none.html", "none.html: no such template in "),
        ("--hit_properties_file=none.json", "none.json: No such file or directory"),
        ("--input_json_file=none.jsonl", "none.jsonl: No such file or directory"),
        ("--input_json_file=.", ".: Is a directory"),
        ("--hit_ids_file=nowhere/ids.txt", "nowhere/ids.batch.jsonl: No such file or directory"),
        ("--hit_ids_file=page.html", "page.html: exists; name a new file for a new batch"),
        ("--hit_ids_file=.", ".: is not the name of a file"),
    ],
)
def test_files_that_are_not_there_or_are_in_the_way(files: Desk, flag: str, message: str) -> None:
    """Each is one line, before the first call."""
    assert refused(files, "launch_hits", *FLAGS, flag).startswith(message)
    assert nothing_happened(files)


def test_a_folder_that_cannot_be_written_is_found_before_the_first_call(files: Desk) -> None:
    """Ids that could not be written down are not asked for."""
    files.folder.joinpath("closed").mkdir()
    files.folder.joinpath("closed", "ids.batch.jsonl").mkdir()

    assert files.fails("launch_hits", *FLAGS, "--hit_ids_file=closed/ids.txt") == (
        "closed/ids.batch.jsonl: Is a directory"
    )
    assert nothing_happened(files)


def test_an_ids_file_is_never_overwritten(files: Desk) -> None:
    """Neither one of somebody else's, nor one that its batch's requester has edited."""
    files.write("hit_ids.txt", "3MINE\n")
    assert files.fails("launch_hits", *FLAGS) == (
        "hit_ids.txt: exists; name a new file for a new batch"
    )
    assert files.read("hit_ids.txt") == "3MINE\n"
    assert files.calls == []

    files.launch(*range(2), name="other.txt")
    first = files.read("other.txt").split()[0]
    files.write("other.txt", f"# only the first\n{first}\n")
    flags = (*FLAGS[:3], "--hit_ids_file=other.txt")
    assert files.fails("launch_hits", *flags) == (
        "other.txt: does not contain the 2 HITs of its batch record, other.batch.jsonl; "
        "move it away and run this again to write it anew"
    )
    assert files.calls == []
    assert files.read("other.txt") == f"# only the first\n{first}\n"


def test_names_that_differ_in_their_ending_do_not_share_a_record(files: Desk) -> None:
    """hit_ids.v1 and hit_ids.v2 are two batches."""
    for name in ("ids.v1", "ids.v2"):
        assert files.run("launch_hits", *FLAGS[:3], f"--hit_ids_file={name}").code == 0

    assert len(made(files)) == 6
    assert not set(files.read("ids.v1").split()) & set(files.read("ids.v2").split())


def test_a_dry_run_checks_everything_and_calls_nobody(files: Desk) -> None:
    """--dry_run finds every fault and says the cost; it writes nothing and needs no crowd."""
    done = files.run("launch_hits", *FLAGS, "--dry_run", "--crowd=http://127.0.0.1:9")
    assert done.code == 0
    assert "3 HITs, 6 assignments: at most $0.30" in done.err
    assert nothing_happened(files)

    files.write("input.jsonl", "1\n{\n")
    assert files.fails("launch_hits", *FLAGS, "--dry_run").startswith("input.jsonl:2: not JSON")


# Two at once, and other trouble.


def test_a_second_launch_on_the_same_ids_file_waits_its_turn(files: Desk) -> None:
    """While one launch is at work another with the same ids file makes nothing."""
    others: list[Any] = []
    files.before["CreateHITType"] = lambda: others.append(files.process("launch_hits", *FLAGS))
    files.before["CreateHITWithHITType"] = lambda: others.append(
        files.process("launch_hits", *FLAGS)
    )

    assert files.run("launch_hits", *FLAGS).code == 0
    assert [done.code for done in others] == [2, 2]
    assert {done.err.splitlines()[-1] for done in others} == {
        f"launch_hits.py: {RECORD}: another run is using this file; wait until it finishes"
    }
    assert len(made(files)) == 3


def test_two_launches_at_once_double_nothing(files: Desk) -> None:
    """Started together again and again, two launches make each row once between them."""
    files.write("input.jsonl", "".join(f"{n}\n" for n in range(40)))
    for round_ in range(3):
        flags = (*FLAGS[:3], f"--hit_ids_file=ids{round_}.txt")
        both = [
            subprocess.Popen(
                files.command("launch_hits", *flags), stderr=subprocess.PIPE, text=True
            )
            for _ in range(2)
        ]
        codes = [(process.communicate()[1], process.returncode) for process in both]

        assert {code for _, code in codes} <= {0, 2}, codes
        assert 0 in {code for _, code in codes}
        assert len(set(files.read(f"ids{round_}.txt").split())) == 40
        assert len(record(files, f"ids{round_}.batch.jsonl")) == 41
    pages = files.crowd().client.get_paginator("list_hits").paginate(MaxResults=100)
    assert sum(len(page["HITs"]) for page in pages) == 120


def http(desk: Desk, faults: dict[str, float], *, seed: int = 1) -> FaultyCrowd:
    """A crowd server on the desk's crowd, which config.json names."""
    crowd = FaultyCrowd(desk.folder / "crowd", faults, seed=seed, clock=desk.clock)
    crowd.config(desk.folder)
    return crowd


def test_a_row_that_the_crowd_refuses_does_not_stop_the_rest(files: Desk) -> None:
    """Refused rows are named with line and the crowd's words, exit 1; the same command again
    makes them.
    """
    files.write("input.jsonl", "".join(f"{n}\n\n" for n in range(20)))
    with http(files, {"refuse": 0.3}) as crowd:
        done = files.run("launch_hits", *FLAGS)
        refused = crowd.faulted["refuse"]

        assert 0 < refused < 20
        assert done.code == 1
        lines = [int(line) for line in re.findall(r"input.jsonl:(\d+): Not today\.", done.err)]
        assert len(lines) == refused
        rows = {line["row"] for line in record(files)[1:]}
        assert {(line - 1) // 2 for line in lines} == set(range(20)) - rows
        assert f"{20 - refused} of 20 HITs are created. Run the same command again" in done.err
        assert not Path("hit_ids.txt").exists()

        crowd.faults.clear()
        assert files.run("launch_hits", *FLAGS).code == 0
        assert len(set(files.read("hit_ids.txt").split())) == 20
        assert len(record(files)) == 21


def test_faults_that_heal_are_retried(files: Desk) -> None:
    """A fifth of all calls broken, reset before or reset after the commit: every row one HIT."""
    files.write("input.jsonl", "".join(f"{n}\n" for n in range(400)))
    with http(files, {"break": 0.07, "reset before": 0.06, "reset after": 0.07}) as crowd:
        done = files.run("launch_hits", *FLAGS)

        assert done.code == 0, done.err
        assert min(crowd.faulted.values()) > 10
        assert crowd.calls["GetHIT"] > 10  # HITs that were made, and the answer lost
    header, *lines = record(files)
    assert sorted(line["row"] for line in lines) == list(range(400))
    pages = files.crowd().client.get_paginator("list_hits").paginate(MaxResults=100)
    hit_id_by_row = {
        hit["RequesterAnnotation"]: hit["HITId"] for page in pages for hit in page["HITs"]
    }
    ids = files.read("hit_ids.txt").split()
    assert hit_id_by_row == {f"batch={header['batch']} row={n}": ids[n] for n in range(400)}


def test_throttling_slows_and_does_not_stop(files: Desk) -> None:
    """A crowd that says "Rate exceeded" now and then gets the calls later, all of them."""
    files.write("input.jsonl", "".join(f"{n}\n" for n in range(60)))
    with http(files, {"throttle": 0.03}, seed=2) as crowd:
        done = files.run("launch_hits", *FLAGS)

        assert done.code == 0, done.err
        assert crowd.faulted["throttle"] >= 2
        assert crowd.calls["CreateHITWithHITType"] == 60


def test_a_crowd_that_is_not_there_leaves_nothing_behind(files: Desk) -> None:
    """A server that does not answer is one line; no record is left that would stand in the way."""
    with http(files, {}) as crowd:
        crowd.sites["/sandbox/"].open()

    assert crowd.url in refused(files, "launch_hits", *FLAGS)
    assert not Path(RECORD).exists()


# Money.

LIVE = (*FLAGS, "--prod")


def test_a_live_launch_asks_first(files: Desk) -> None:
    """Without a terminal and without --yes nothing is launched; the question names all there is."""
    files.crowd(live=True).give_budget(1000)

    message = refused(files, "launch_hits", *LIVE)

    assert message == (
        "Launch for at most $0.30 on the LIVE SITE of the local crowd? The balance is $10.00. "
        "There is no terminal to ask on; add --yes to go ahead."
    )
    assert files.calls == ["GetAccountBalance"]
    assert not Path(RECORD).exists()
    assert files.run("launch_hits", *LIVE, "--yes").code == 0
    assert len(made(files, live=True)) == 3
    assert made(files) == []


def test_a_balance_that_does_not_suffice(files: Desk) -> None:
    """What can cost more than the balance is not begun, whatever --yes says."""
    files.crowd(live=True).give_budget(29)

    message = refused(files, "launch_hits", *LIVE, "--yes")

    assert message == (
        "this can cost $0.30, but the balance on the LIVE SITE of the local crowd is $0.29; "
        "nothing was done"
    )
    assert files.calls == ["GetAccountBalance"]


def test_funds_that_run_out_stop_the_launch(files: Desk) -> None:
    """InsufficientFunds on the way ends the launch with the crowd's words: the rest would fail
    too. With money again, the same command goes on.
    """
    crowd = files.crowd(live=True)
    crowd.give_budget(1000)
    files.before["CreateHITWithHITType"] = lambda: crowd.give_budget(20)

    done = files.run("launch_hits", *LIVE, "--yes", "--concurrency=1")

    assert done.code == 2
    assert "2 of 3 HITs are created. Run the same command again to create the rest." in done.err
    assert (
        done.err.splitlines()[-1]
        .partition(": ")[2]
        .startswith(
            "RequestError: This Requester has insufficient funds in their account to complete this "
            "transaction."
        )
    )
    crowd.give_budget(30)
    assert files.run("launch_hits", *LIVE, "--yes").code == 0
    assert len(made(files, live=True)) == 3


@pytest.mark.parametrize("crowd", ["local", "mturk"])
def test_max_cost_refuses_without_asking(files: Desk, crowd: str) -> None:
    """More than --max_cost is refused before any call; just as much is not."""
    cost = {"local": "0.30", "mturk": "0.36"}[crowd]
    less = str(Decimal(cost) - Decimal("0.01"))
    flags = (*FLAGS, f"--crowd={crowd}", "--dry_run")

    assert files.run("launch_hits", *flags, f"--max_cost={cost}").code == 0
    assert refused(files, "launch_hits", *flags, f"--max_cost={less}") == (
        f"this can cost ${cost}, more than --max_cost ${less}"
    )
    assert nothing_happened(files)


@pytest.mark.parametrize("amount", ["", "much", "nan", "inf", "1,5"])
def test_max_cost_is_an_amount(files: Desk, amount: str) -> None:
    """An invalid amount is a usage error."""
    done = files.run("launch_hits", *FLAGS, f"--max_cost={amount}")

    assert done.code == 2
    assert f"{amount!r} is not an amount such as 25.00" in done.err
    assert nothing_happened(files)


@pytest.mark.parametrize(
    ("properties", "costs", "less"),
    [
        ({"Reward": 1, "MaxAssignments": 9}, "$32.40 ($27.00 in rewards, $5.40 in fees)", None),
        (
            {"Reward": 1, "MaxAssignments": 10},
            "$42.00 ($30.00 in rewards, $12.00 in fees)",
            (
                "With MaxAssignments 9 it would be $32.40: the fee is higher from 10 "
                "assignments on, $0.20 more for each."
            ),
        ),
        ({"Reward": 0.01}, "$0.12 ($0.06 in rewards, $0.06 in fees)", None),
        ({"Reward": 0}, "$0.06 ($0.00 in rewards, $0.06 in fees)", None),
        (
            {
                "Reward": 1,
                "QualificationId": "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH",
                "QualificationComparator": "Exists",
            },
            "$7.50 ($6.00 in rewards, $1.50 in fees)",
            None,
        ),
    ],
)
def test_the_cost_is_exact(files: Desk, properties: Any, costs: str, less: str | None) -> None:
    """Amazon's fee to the cent: 20 %, at least a cent; 40 % from 10 assignments on; Masters 5 %."""
    files.write("properties.json", json.dumps(PROPERTIES | properties))

    done = files.run("launch_hits", *FLAGS, "--crowd=mturk", "--prod", "--dry_run")

    assert f"at most {costs}, on the LIVE SITE of Mechanical Turk (config.json)." in done.err
    assert ("With MaxAssignments" in done.err) == bool(less)
    assert (less or "") in done.err


# Interrupted.


def test_ctrl_c_finishes_what_is_in_flight_and_says_how_to_go_on(files: Desk) -> None:
    """SIGINT: exit 130, every HIT that was made is recorded, and the same command goes on."""
    files.write("input.jsonl", "".join(f"{n}\n" for n in range(3000)))
    process = subprocess.Popen(
        files.command("launch_hits", *FLAGS), stderr=subprocess.PIPE, text=True
    )
    while not Path(RECORD).exists() or files.read(RECORD).count("\n") < 50:
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    stderr = process.communicate(timeout=60)[1]

    assert process.returncode == 130, stderr
    recorded = len(record(files)) - 1
    assert 50 <= recorded < 3000
    assert (
        f"{recorded:,} of 3,000 HITs are created. Run the same command again to create the r"
        in stderr
    )
    pages = files.crowd().client.get_paginator("list_hits").paginate(MaxResults=100)
    there = {hit["HITId"] for page in pages for hit in page["HITs"]}
    assert there == {line["hit_id"] for line in record(files)[1:]}
    assert not Path("hit_ids.txt").exists()


def test_a_file_that_cannot_grow_stops_the_launch_and_loses_nothing(files: Desk) -> None:
    """A full disk (here: a limit on the size of files) is one line; later the rest is made."""
    files.write("input.jsonl", "".join(f'"{"x" * 200} {n}"\n' for n in range(100)))
    with http(files, {}):
        files.process("launch_hits", *FLAGS, "--dry_run")
        limit = 25_000  # more than the input has, and less than the record
        done = files.process(
            "launch_hits",
            *FLAGS,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        )

        assert done.code == 2, done.err
        assert f"{RECORD}: File too large; make room, then run this again: it finds" in done.err
        assert "Traceback" not in done.err
        whole = [json.loads(line) for line in files.read(RECORD).splitlines()[:-1]]
        assert 10 < len(whole) < 100
        assert files.process("launch_hits", *FLAGS).code == 0
    assert len(set(files.read("hit_ids.txt").split())) == 100
    pages = files.crowd().client.get_paginator("list_hits").paginate(MaxResults=100)
    assert sum(len(page["HITs"]) for page in pages) == 100


def test_one_hit_is_announced_in_the_singular(desk: Desk) -> None:
    """A number and its noun agree."""
    desk.write("page.html", PAGE)
    desk.write("properties.json", json.dumps(PROPERTIES))
    desk.write("input.jsonl", "1\n")

    done = desk.run("launch_hits", *FLAGS)

    assert (
        "1 of 1 HIT is launched on the sandbox of the local crowd. Workers find it at" in done.err
    )
