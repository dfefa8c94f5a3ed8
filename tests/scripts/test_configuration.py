"""Which config.json is read, what is said of it, and where a batch remembers that it was launched."""

import json
import shutil
from pathlib import Path

import pytest

from amt import configuration
from tests.support.script_fixtures import PAGE, PROPERTIES, Desk

IDS = "--hit_ids_file=hit_ids.txt"
BATCH = "hit_ids.batch.jsonl"
LAUNCH = (
    "launch_hits",
    "--html_template=page.html",
    "--hit_properties_file=properties.json",
    "--input_json_file=input.jsonl",
    IDS,
)
SERVER = "http://127.0.0.1:9"  # where nobody listens


@pytest.fixture
def beside(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the scripts, as far as config.json is concerned; the desk is another."""
    folder = desk.folder / "scripts"
    folder.mkdir()
    monkeypatch.setattr(configuration, "PROJECT", folder)
    desk.write("page.html", PAGE)
    desk.write("properties.json", json.dumps(PROPERTIES))
    desk.write("input.jsonl", "1\n2\n")
    return folder


def configure(path: Path, **settings: str) -> None:
    path.write_text(json.dumps(settings))


def test_a_config_beside_the_scripts_is_read_from_another_folder(
    desk: Desk, beside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A launch meant for a server does not go to the local crowd; the file is named."""
    (desk.folder / "config.json").unlink()
    configure(beside / "config.json", crowd=SERVER, aws_access_key="A", aws_secret_key="B")
    (beside / "config.json").chmod(0o600)

    done = desk.run(*LAUNCH)

    assert done.code == 2
    read, cost, refused = done.err.splitlines()
    assert read == f"Read {beside / 'config.json'}"
    assert cost.endswith(f"on the sandbox of {SERVER} ({beside / 'config.json'}).")
    assert f"{SERVER}/" in refused
    assert desk.calls == []


def test_a_config_in_the_current_folder_comes_first(desk: Desk, beside: Path) -> None:
    """When the two name different crowds, that is said before anything is launched."""
    configure(beside / "config.json", crowd=SERVER)

    done = desk.run(*LAUNCH, "--dry_run")

    assert done.code == 0
    another, cost = done.err.splitlines()
    assert another == (
        f"config.json names the crowd local, and {beside / 'config.json'}, which is not read, "
        f"{SERVER}"
    )
    assert cost.endswith("on the sandbox of the local crowd (config.json).")


@pytest.mark.parametrize("flag", ["--crowd=local", "--config=config.json"])
def test_who_names_crowd_or_config_is_not_told_of_others(
    desk: Desk, beside: Path, flag: str
) -> None:
    """What was said at the command line is meant."""
    configure(beside / "config.json", crowd=SERVER)

    assert desk.run(*LAUNCH, "--dry_run", flag).err.count("\n") == 1


def test_two_configs_of_one_crowd_are_nothing_to_talk_about(desk: Desk, beside: Path) -> None:
    """Another spelling of it included."""
    configure(desk.folder / "config.json", crowd=f"{SERVER}/")
    configure(beside / "config.json", crowd=SERVER)

    assert "which is not read" not in desk.run(*LAUNCH, "--dry_run").err


def test_a_launch_without_any_config_says_so(desk: Desk, beside: Path) -> None:
    """The built-in defaults hold, as for a newcomer."""
    (desk.folder / "config.json").unlink()

    assert desk.run(*LAUNCH, "--dry_run").err.endswith(
        "on the sandbox of the local crowd (no config.json).\n"
    )


def test_bonuses_and_extensions_say_which_config_was_read(desk: Desk) -> None:
    """Whatever costs money does."""
    (hit,) = desk.launch(1)
    crowd = desk.crowd()
    work = crowd.do(crowd.make_worker("Ada"), hit)
    desk.write("bonuses.csv", f"assignment_id,amount,reason\n{work},1.00,Good work\n")

    paid = desk.run("pay_bonuses", "--bonuses_file=bonuses.csv", "--yes")
    extended = desk.run("extend_hits", IDS, "--assignments=1")

    for done in (paid, extended):
        assert "on the sandbox of the local crowd (config.json).\n" in done.err


# The local crowd's directory.


@pytest.fixture
def moved(desk: Desk) -> list[str]:
    """A batch in the crowd `crowd`; config.json names `other` now, where nothing has happened."""
    ids = desk.launch(1, 2)
    configure(desk.folder / "config.json", local_crowd="other")
    return ids


def hint(desk: Desk) -> str:
    return (
        f"{BATCH}: this batch is in the local crowd in {desk.folder / 'crowd'}; the one in use is "
        f"in {desk.folder / 'other'} (config.json)"
    )


def test_the_record_remembers_the_local_crowds_directory(desk: Desk) -> None:
    """In full, whatever folder the scripts run in later."""
    desk.launch(1)

    header = json.loads(desk.read(BATCH).partition("\n")[0])
    assert header["local_crowd"] == str(desk.folder / "crowd")


@pytest.mark.parametrize(
    "command",
    [
        ("get_results",),
        ("show_hit_progress",),
        ("show_costs",),
        ("approve_hits", "--yes"),
        ("reject_hits", "--yes", "--feedback=Empty."),
        ("delete_hits", "--yes"),
        ("extend_hits", "--assignments=1"),
    ],
)
def test_hits_that_are_in_another_directory_come_with_a_hint(
    desk: Desk, moved: list[str], command: tuple[str, ...]
) -> None:
    """Where they were launched, and where they were looked for."""
    done = desk.run(command[0], IDS, *command[1:])

    assert done.code == 1
    lines = done.err.splitlines()
    assert [line.partition(" does not exist")[0] for line in lines[:2]] == [
        f"{hit}: Hit {hit}" for hit in moved
    ]
    assert lines[2] == hint(desk)


def test_a_folder_that_was_moved_is_nothing_to_talk_about(desk: Desk, moved: list[str]) -> None:
    """The HITs are there, so the crowd is the same."""
    (desk.folder / "crowd").rename(desk.folder / "other")

    done = desk.run("show_hit_progress", IDS)

    assert (done.code, done.err) == (0, "")


def test_no_batch_is_finished_in_another_directory(desk: Desk, moved: list[str]) -> None:
    """Half of it would be in each."""
    lines = desk.read(BATCH).splitlines(keepends=True)
    desk.write(BATCH, "".join(lines[:2]))
    Path("hit_ids.txt").unlink()

    assert desk.fails(*LAUNCH) == f"{hint(desk)}; set local_crowd in config.json to the other one"
    assert desk.calls == []


def test_no_bonuses_or_extensions_are_finished_in_another_directory(desk: Desk) -> None:
    """A copy of a crowd has the same HITs, and would get them twice."""
    hits = desk.launch(1, 2)
    crowd = desk.crowd()
    work = [crowd.do(crowd.make_worker("Ada"), hit) for hit in hits]
    rows = [f"{assignment_id},1.00,Good work" for assignment_id in work]
    desk.write("bonuses.csv", "\n".join(["assignment_id,amount,reason", *rows]))
    for command, record in (
        (("pay_bonuses", "--bonuses_file=bonuses.csv", "--yes"), "bonuses.csv.paid.jsonl"),
        (("extend_hits", IDS, "--assignments=1"), "hit_ids.extension.jsonl"),
    ):
        configure(desk.folder / "config.json", local_crowd="crowd")
        assert desk.run(*command).code == 0
        lines = desk.read(record).splitlines(keepends=True)
        desk.write(record, "".join(lines[:2]))
        shutil.copytree(desk.folder / "crowd", desk.folder / "other", dirs_exist_ok=True)
        configure(desk.folder / "config.json", local_crowd="other")
        desk.calls.clear()

        message = desk.fails(*command)

        assert message.startswith(f"{record}: this ")
        assert f"is in the local crowd in {desk.folder / 'crowd'}; the one in use is" in message
        assert desk.calls == []
