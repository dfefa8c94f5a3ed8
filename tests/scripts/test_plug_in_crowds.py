"""The scripts on a plug-in crowd: what is wrong with it is one line, before anything is done."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from amt import connection
from amt.crowd import Crowd
from amt.declared import reading
from amt.errors import Error
from amt.plug_in_client import convert
from tests.support.declared_batches import BATCH, write_batch
from tests.support.plug_in_modules import WriteModule, use_command_crowd, write_module
from tests.support.script_fixtures import Desk

__all__ = ["write_module"]  # a fixture
ALL_MISSING = (
    "what it returns has no create_hit_type, create_hit_with_hit_type, get_hit, list_hits, "
    "list_assignments_for_hit, get_assignment, approve_assignment, reject_assignment, send_bonus, "
    "update_expiration_for_hit, delete_hit; see docs/crowds.md"
)


@pytest.mark.parametrize(
    ("text", "factory", "message"),
    [
        ("raise OSError('no key')", "create", "plugged cannot be imported: OSError: no key (*)"),
        ("import absent_one", "create", "plugged cannot be imported: ModuleNotFoundError: No *"),
        ("def creates(): pass", "create", "plugged (*) has no create; did you mean creates?"),
        ("create = 1", "create", "create of plugged (*) cannot be called"),
        ("def create(live, settings): 1/0", "create", "create failed: ZeroDivisionError: *"),
        ("def create(): pass", "create", "create failed: TypeError: *"),
        ("def create(live, settings): exit(1)", "create", "create failed: SystemExit: 1 (*)"),
        ("def create(**_): pass", "create", ALL_MISSING),
    ],
)
def test_what_is_wrong_with_a_plug_in_is_one_line(
    desk: Desk, write_module: WriteModule, text: str, factory: str, message: str
) -> None:
    """It names the crowd, and what failed with its file and line."""
    name = write_module(text, "", factory)

    line = desk.fails("get_all_hits", f"--crowd={name}")

    start, _, end = message.partition("*")
    assert line.startswith(f"crowd {name}: {start}")
    assert line.endswith(end)


def test_a_plug_in_without_a_module_or_a_method_is_one_line(
    desk: Desk, write_module: WriteModule
) -> None:
    """Each method that is missing is named; so are attributes of another kind."""
    lacking = write_module("METHODS.remove('send_bonus'); METHODS.remove('get_hit')")
    lacks = desk.fails("get_all_hits", f"--crowd={lacking}")
    write_module("Crowd.concurrency = 0")
    concurrency = desk.fails("get_all_hits", f"--crowd={lacking}")
    write_module("Crowd.worker_site = 7")
    site = desk.fails("get_all_hits", f"--crowd={lacking}")
    absent = desk.fails("get_all_hits", "--crowd=absent.crowd:create")

    assert lacks == (
        "crowd plugged:create: what it returns has no get_hit, send_bonus; see docs/crowds.md"
    )
    assert concurrency == ("crowd plugged:create: concurrency must be a whole number from 1 on")
    assert site == "crowd plugged:create: worker_site must be a URL"
    assert absent == (
        f"crowd absent.crowd:create: there is no module absent in {desk.folder} or where Python looks"
    )


def test_the_factory_knows_the_site_and_the_settings(desk: Desk, write_module: WriteModule) -> None:
    """`crowd_settings` of config.json, which must be an object."""
    name = write_module("def create(live, settings): raise KeyError(live, settings)")
    desk.write("config.json", json.dumps({"crowd": name, "crowd_settings": {"key": "k"}}))

    sandbox = desk.fails("get_all_hits")
    live = desk.fails("get_all_hits", "--prod")
    desk.write("config.json", json.dumps({"crowd": name, "crowd_settings": "k"}))
    wrong = desk.fails("get_all_hits")

    assert "KeyError: (False, {'key': 'k'})" in sandbox
    assert "KeyError: (True, {'key': 'k'})" in live
    assert wrong == "config.json: crowd_settings must be an object"


def test_what_a_plug_in_cannot_do_is_said_before_anything_is_done(
    desk: Desk, write_module: WriteModule
) -> None:
    """The line says what to leave out."""
    crowd = f"--crowd={write_module()}"
    desk.write("ids.txt", "3A\n")
    desk.write("workers.txt", "A3\n")
    desk.write("consent.md", "Agree?")
    desk.launch(1)  # on the local crowd, for the files
    launch = (
        "--html_template=page.html",
        "--hit_properties_file=properties.json",
        "--input_json_file=input.jsonl",
        "--hit_ids_file=new.txt",
    )
    batch = write_batch(desk, confidence=0.9, most=4)

    assert desk.fails("extend_hits", "--hit_ids_file=ids.txt", "--assignments=1", crowd) == (
        "the crowd plugged:create has no create_additional_assignments_for_hit; only --seconds can be "
        "given"
    )
    assert desk.fails("run_batch", batch, crowd) == (
        "the crowd plugged:create has no create_additional_assignments_for_hit; leave out confidence "
        "and most"
    )
    assert not Path("batches").exists()
    assert desk.fails("launch_hits", *launch, "--consent=consent.md", crowd) == (
        "the crowd plugged:create has no create_consent; leave out --consent, and put the text into "
        "the HIT's page"
    )
    assert desk.fails("show_account_balance", crowd) == (
        "the crowd plugged:create has no get_account_balance"
    )
    assert desk.fails(
        "block_workers", "--worker_ids_file=workers.txt", "--reason=x", "--yes", crowd
    ) == ("the crowd plugged:create has no create_worker_block")
    notice = ("--workers_file=workers.txt", "--subject=x", "--message=y", "--yes")
    assert desk.fails("notify_workers", *notice, crowd) == (
        "the crowd plugged:create has no notify_workers; it cannot write to its workers"
    )
    assert not Path("workers.notified.jsonl").exists()


def test_what_a_plug_in_can_do_besides_is_used(desk: Desk, write_module: WriteModule) -> None:
    """Here it writes to workers, and says whom it did not reach."""
    name = write_module(
        """
class Writing(Crowd):
    def notify_workers(self, **request):
        failures = [{"WorkerId": id, "NotifyWorkersFailureMessage": request["Subject"]}
                    for id in request["WorkerIds"] if id == "A2"]
        return {"NotifyWorkersFailureStatuses": failures}
def create(live, settings): return Writing()
"""
    )
    desk.write("workers.txt", "A1\nA2\n")
    notice = ("--workers_file=workers.txt", "--subject=Hello", "--message=y", "--yes")

    done = desk.run("notify_workers", *notice, f"--crowd={name}")

    assert done.code == 1
    assert "A2: not reached: Hello" in done.err
    assert "Wrote to 1 worker." in done.err


def test_a_live_launch_needs_no_balance(desk: Desk) -> None:
    """A plug-in that has none is asked for none; the question is the same otherwise."""
    use_command_crowd(desk)

    asked = desk.run("run_batch", write_batch(desk, site="live"))
    launched = desk.run("run_batch", write_batch(desk, site="live"), "--yes")

    assert asked.err.count("?") == 1
    assert "Launch for at most $0.30 on the LIVE SITE of examples.command_crowd.crowd:create? " in (
        asked.err
    )
    assert launched.code == 0


def test_a_record_alone_runs_no_code(desk: Desk) -> None:
    """A record may have come with somebody's archive; a flag or config.json names the crowd too."""
    use_command_crowd(desk)
    desk.launch(1)
    settings = json.loads(desk.read("config.json"))
    progress = ("show_hit_progress", "--hit_ids_file=hit_ids.txt")

    named = desk.run(*progress)
    desk.write("config.json", json.dumps({"crowd_settings": settings["crowd_settings"]}))
    unnamed = desk.fails(*progress)
    by_flag = desk.run(*progress, f"--crowd={settings['crowd']}")

    assert named.code == by_flag.code == 0
    assert unnamed == (
        "the batch is on the crowd examples.command_crowd.crowd:create, which is code; if you trust it, "
        "add --crowd examples.command_crowd.crowd:create, or set crowd in config.json"
    )


def test_a_module_of_the_folder_stands_in_for_no_other(
    desk: Desk, write_module: WriteModule
) -> None:
    """Python looks into the current directory last."""
    desk.write("colorsys.py", "def create(live, settings): pass")

    line = desk.fails("get_all_hits", "--crowd=colorsys:create")

    assert " has no create" in line
    assert str(desk.folder) not in line


def test_a_text_that_names_no_files_names_no_code(desk: Desk) -> None:
    """So nobody who sends a batch file chooses what runs here."""
    text = json.dumps(BATCH | {"crowd": "os:system"})

    with pytest.raises(Error, match="/crowd: os:system is code, which cannot be named here"):
        reading.parse(text, "body", None, [])


def test_calls_are_made_one_at_a_time_unless_the_plug_in_takes_more(
    desk: Desk, write_module: WriteModule
) -> None:
    """`concurrency` of the object is a limit, as is --concurrency."""
    counting = """
import threading, time
class Counting(Crowd):
    now = most = 0
    lock = threading.Lock()
    def get_hit(self, **request):
        with self.lock:
            Counting.now += 1
            Counting.most = max(self.most, self.now)
        time.sleep(0.005)
        with self.lock: Counting.now -= 1
        raise Refusal()
def create(live, settings): return Counting()
"""
    desk.write("ids.txt", "".join(f"3A{number}\n" for number in range(20)))
    most = []
    for more in ("", "Counting.concurrency = 3"):
        name = write_module(counting + more)
        desk.run("show_hit_progress", "--hit_ids_file=ids.txt", f"--crowd={name}")
        most.append(__import__("plugged").Counting.most)

    assert most[0] == 1
    assert most[1] in {2, 3}


def test_a_plug_in_that_charges_fees_is_costed_with_them(
    desk: Desk, write_module: WriteModule
) -> None:
    """Before the launch and in an archive; its worker site is what a launch prints."""
    name = write_module(
        """
from examples.command_crowd.crowd import CommandCrowd, create as create_command_crowd
class Paid(CommandCrowd):
    charges_fees = True
    worker_site = "https://work.example.org/"
def create(live, settings):
    crowd = create_command_crowd(live, settings)
    crowd.__class__ = Paid
    return crowd
""",
        "",
    )
    use_command_crowd(desk)
    settings = json.loads(desk.read("config.json"))["crowd_settings"]
    desk.write("config.json", json.dumps({"crowd": name, "crowd_settings": settings}))

    launched = desk.run("run_batch", write_batch(desk), "--once")
    ids = "--hit_ids_file=batches/shoes-1/hit_ids.txt"
    desk.run("approve_hits", ids, "--yes")
    archived = desk.run("archive_batch", ids, "--archive_file=a.zip")

    assert "at most $0.36 ($0.30 in rewards, $0.06 in fees)" in launched.err
    assert "Workers find them at\n  https://work.example.org/\n" in launched.err
    assert "fees: 0.06" in archived.out


def test_copies_of_a_crowd_share_its_plug_in(write_module: WriteModule) -> None:
    """The factory is called once, also where a server acts for several requesters."""
    crowd = Crowd(write_module(), live=False, settings={})

    other = replace(crowd, requester="Vision lab")

    assert other.plug_in is crowd.plug_in


def test_errors_of_a_plug_in_become_those_of_boto3() -> None:
    """What has a `response` is a refusal; a lost connection can be waited for; the rest is a bug."""
    refused = RuntimeError("x")
    refused.response = {  # type: ignore[attr-defined]
        "Error": {"Code": "RequestError", "Message": "No."},
        "TurkErrorCode": "AWS.MechanicalTurk.X",
    }

    refusal = convert(refused, "get_hit")
    lost = convert(ConnectionResetError("reset"), "get_hit")

    assert refusal is not None
    assert connection.describe_refusal(refusal) == "No."
    assert refusal.response["TurkErrorCode"] == "AWS.MechanicalTurk.X"  # type: ignore[typeddict-item]
    assert lost is not None
    assert connection.is_outage(lost)
    assert connection.describe_error(lost) == "ServiceFault: reset"
    assert convert(ValueError("bug"), "get_hit") is None
