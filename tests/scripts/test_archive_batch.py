"""archive_batch.py: a batch in one zip file, which proves itself."""

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from amt import archive_files
from amt.errors import Error
from tests.support.faulty_crowd import FaultyCrowd
from tests.support.results_lines import result, to_lines
from tests.support.script_fixtures import Desk

IDS = "--hit_ids_file=hit_ids.txt"
TO = "--archive_file=study.zip"


def study(desk: Desk) -> None:
    """Three rows; two workers on the first, one on the second; one rejected, one bonus."""
    hits = desk.launch({"text": "a dog"}, {"text": "a cat"}, {"text": "höhö \U0001f600"})
    crowd = desk.crowd()
    ada, bea = crowd.make_worker("Ada"), crowd.make_worker("Bea")
    first = crowd.do(ada, hits[0], [("label", "dog")])
    rejected = crowd.do(bea, hits[0], [("label", "wolf")])
    crowd.do(ada, hits[1], [("label", "cat")])
    crowd.client.approve_assignment(AssignmentId=first)
    crowd.client.reject_assignment(AssignmentId=rejected, RequesterFeedback="a dog is no wolf")
    crowd.client.send_bonus(
        WorkerId=ada,
        AssignmentId=first,
        BonusAmount="0.30",
        Reason="thanks",
        UniqueRequestToken="t",
    )


def names(desk: Desk) -> list[str]:
    """The files in the archive."""
    with zipfile.ZipFile(desk.folder / "study.zip") as archive:
        return archive.namelist()


def test_an_archive_says_how_the_data_came_about(desk: Desk) -> None:
    """Every file of the batch, its figures, the commit of the scripts, and a hash of each file."""
    study(desk)
    desk.write("decisions.csv", "assignment_id,decision\n")
    desk.write("decisions.answers.jsonl", "{}\n")

    done = desk.run("archive_batch", IDS, TO, "--add=decisions.csv")

    assert done.code == 0, done.err
    assert names(desk) == [
        "added/decisions.answers.jsonl",
        "added/decisions.csv",
        "batch/hit_ids.batch.jsonl",
        "batch/hit_ids.txt",
        "bonuses.jsonl",
        "input.jsonl",
        "properties.json",
        "results.jsonl",
        "template/page.html",
        "template/simpleamt.html",
        "template/simpleamt.js",
        "manifest.json",
    ]
    with zipfile.ZipFile(desk.folder / "study.zip") as archive:
        manifest = json.loads(archive.read("manifest.json"))
        assert archive.read("template/page.html").decode() == desk.read("page.html")
        assert archive.read("properties.json").decode() == desk.read("properties.json")
        assert [json.loads(line) for line in archive.read("input.jsonl").splitlines()] == [
            json.loads(line) for line in desk.read("input.jsonl").splitlines()
        ]
        results = [json.loads(line) for line in archive.read("results.jsonl").splitlines()]
        for name, file in manifest["files"].items():
            content = archive.read(name)
            assert file == {
                "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
    assert sorted(line["status"] for line in results) == ["Approved", "Rejected", "Submitted"]
    assert manifest["figures"] == {
        "rows": 3,
        "hits": 3,
        "answers": 3,
        "approved": 1,
        "rejected": 1,
        "submitted": 1,
        "workers": 2,
        "median_work_seconds": 0,
        "rewards": "0.05",
        "bonuses": 1,
        "bonuses_paid": "0.30",
        "fees": "0.00",
    }
    assert set(manifest["scripts"]) == {"commit", "dirty"}
    assert set(manifest["versions"]) == {"python", "boto3", "botocore", "Jinja2"}
    assert (manifest["crowd"], manifest["site"]) == ("local", "sandbox")


def test_the_records_of_another_batch_stay_outside(desk: Desk) -> None:
    """hit_ids.v2.txt is another batch beside hit_ids.txt, not one of its records."""
    study(desk)
    desk.write("hit_ids.extension.jsonl", "{}\n")
    desk.write("hit_ids.v2.batch.jsonl", "{}\n")

    assert desk.run("archive_batch", IDS, TO).code == 0

    assert [name for name in names(desk) if name.startswith("batch/")] == [
        "batch/hit_ids.batch.jsonl",
        "batch/hit_ids.extension.jsonl",
        "batch/hit_ids.txt",
    ]


def test_a_batch_of_a_served_crowd_is_archived(desk: Desk) -> None:
    """Though its responses get lost and it fails now and then."""
    with FaultyCrowd(desk.folder / "crowd", seed=5, clock=desk.clock) as crowd:
        crowd.config(desk.folder).chmod(0o600)
        study(desk)
        crowd.faults.update({"reset after": 0.2, "break": 0.1})

        done = desk.run("archive_batch", IDS, TO)

    assert done.code == 0, done.err
    assert "answers: 3\n" in done.out
    assert "bonuses_paid: 0.30\n" in done.out
    assert desk.run("archive_batch", "--verify=study.zip").out == done.out


def test_the_same_content_makes_the_same_bytes(desk: Desk) -> None:
    """Whenever it is archived, whatever time its files have."""
    study(desk)
    desk.run("archive_batch", IDS, TO)
    desk.clock.advance(3600)
    (desk.folder / "hit_ids.txt").touch()

    desk.run("archive_batch", IDS, "--archive_file=again.zip")

    again = (desk.folder / "again.zip").read_bytes()
    assert (desk.folder / "study.zip").read_bytes() == again


def test_an_archive_proves_itself_without_any_other_file(desk: Desk, tmp_path: Path) -> None:
    """Neither the crowd nor the batch's files are needed; the figures are computed again."""
    study(desk)
    archived = desk.run("archive_batch", IDS, TO)
    for path in tmp_path.iterdir():
        if path.is_file() and path.name != "study.zip":
            path.unlink()

    done = desk.run("archive_batch", "--verify=study.zip")

    assert done.code == 0
    assert done.err == "study.zip: every file and every figure is as it was archived.\n"
    assert done.out == archived.out


def test_one_changed_byte_is_found_and_its_file_named(desk: Desk) -> None:
    """Each file in turn; and the bytes between them, which are the zip file's own."""
    study(desk)
    desk.run("archive_batch", IDS, TO)
    whole = (desk.folder / "study.zip").read_bytes()
    with zipfile.ZipFile(desk.folder / "study.zip") as archive:
        entries = archive.infolist()
        starts = {e.filename: whole.index(archive.read(e), e.header_offset) for e in entries}

    for entry in entries:
        at = starts[entry.filename] + entry.file_size // 2
        (desk.folder / "study.zip").write_bytes(
            whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        )
        done = desk.run("archive_batch", "--verify=study.zip")
        assert done.code in (1, 2), entry.filename
        assert entry.filename in done.err
    for at in (10, entries[3].header_offset + 12, len(whole) - 100, len(whole) - 1):
        (desk.folder / "study.zip").write_bytes(
            whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        )
        done = desk.run("archive_batch", "--verify=study.zip")
        assert done.code in (1, 2), at
        assert done.err


@pytest.mark.parametrize(
    ("name", "offset", "value"),
    [
        ("results.jsonl", 8, 1),  # encrypted
        ("results.jsonl", 10, zipfile.ZIP_DEFLATED),
        ("results.jsonl", 10, zipfile.ZIP_LZMA),
        ("manifest.json", 8, 1),
        ("manifest.json", 10, zipfile.ZIP_BZIP2),
    ],
)
def test_a_changed_byte_of_the_directory_is_one_line(
    tmp_path: Path, name: str, offset: int, value: int
) -> None:
    """zipfile raises something else for each, and a traceback would name no file."""
    path = tmp_path / "study.zip"
    members = [archive_files.Member(name, b"{}\n" * 9) for name in ("results.jsonl", "z.txt")]
    archive_files.write(str(path), members, {"figures": {}})
    whole = bytearray(path.read_bytes())
    whole[whole.rindex(name.encode()) - 46 + offset] = value  # its entry in the central directory
    path.write_bytes(whole)

    try:
        faults = archive_files.Archive(str(path)).find_faults()
    except Error as error:
        faults = [str(error)]

    assert name in faults[0] or "damaged" in faults[0]
    assert "None" not in faults[0]


def rewrite(desk: Desk, name: str, before: bytes, after: bytes) -> None:
    """Change a file in the archive, and its hash in the manifest."""
    path = desk.folder / "study.zip"
    with zipfile.ZipFile(path) as archive:
        files = {entry: archive.read(entry) for entry in archive.namelist()}
    assert before in files[name]
    files[name] = files[name].replace(before, after)
    manifest = json.loads(files["manifest.json"])
    if name != "manifest.json":
        manifest["files"][name] = {
            "bytes": len(files[name]),
            "sha256": hashlib.sha256(files[name]).hexdigest(),
        }
    about = {key: value for key, value in manifest.items() if key not in ("files", "format")}
    path.unlink()
    members = [
        archive_files.Member(entry, content)
        for entry, content in files.items()
        if entry != "manifest.json"
    ]
    archive_files.write(str(path), members, about)


def test_figures_that_the_files_do_not_give_are_named(desk: Desk) -> None:
    """Also when the hashes were made to fit."""
    study(desk)
    desk.run("archive_batch", IDS, TO)
    rewrite(desk, "results.jsonl", b'"Rejected"', b'"Approved"')

    done = desk.run("archive_batch", "--verify=study.zip")

    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines() == [
        "approved: 1 in the manifest, 2 by the files",
        "rejected: 1 in the manifest, 0 by the files",
        "rewards: 0.05 in the manifest, 0.10 by the files",
    ]


def test_a_file_more_or_less_is_named(desk: Desk) -> None:
    """What the manifest does not say is not believed."""
    study(desk)
    desk.run("archive_batch", IDS, TO)
    with zipfile.ZipFile(desk.folder / "study.zip", "a") as archive:
        archive.writestr("more.txt", "x")

    assert desk.run("archive_batch", "--verify=study.zip").err == (
        "more.txt: is not in manifest.json\n"
    )


def test_results_that_were_collected_before_need_no_crowd(desk: Desk) -> None:
    """For HITs that were deleted; bonuses are not known then."""
    study(desk)
    desk.write("results.txt", desk.run("get_results", IDS).out)
    desk.calls.clear()

    done = desk.run("archive_batch", IDS, TO, "--results_file=results.txt")

    assert done.code == 0
    assert "answers: 2\n" in done.out
    assert "bonuses" not in done.out
    assert desk.calls == []
    assert desk.run("archive_batch", "--verify=study.zip").code == 0


def test_hits_that_cannot_be_fetched_make_no_archive(desk: Desk) -> None:
    """It would look complete."""
    study(desk)
    hit_id = desk.read("hit_ids.txt").split()[2]
    desk.crowd().client.update_expiration_for_hit(HITId=hit_id, ExpireAt=0)
    desk.crowd().client.delete_hit(HITId=hit_id)

    done = desk.run("archive_batch", IDS, TO)

    assert done.code == 2
    assert done.err.splitlines()[-1].endswith(
        "not every HIT of the batch can be fetched; to archive results that were collected before, "
        "give --results_file"
    )
    assert not (desk.folder / "study.zip").exists()


@pytest.mark.parametrize(
    ("flags", "fault"),
    [
        ([IDS], "give --hit_ids_file and --archive_file, or --verify"),
        (
            ["--verify=x.zip", IDS],
            "--verify needs the archive alone; leave out the other files",
        ),
        (["--verify=none.zip"], "none.zip: No such file or directory"),
        (
            ["--verify=results.txt"],
            "results.txt: damaged, or not an archive of archive_batch.py (File is not a zip file)",
        ),
        (
            ["--hit_ids_file=other.txt", TO],
            "other.txt: has no batch record, so it is not known what was launched",
        ),
        ([IDS, "--archive_file=there.zip"], "there.zip: exists; name a new file for the archive"),
        (
            [IDS, TO, "--results_file=results.txt"],
            (
                "results.txt:1: the HIT 3HIT1 is not in hit_ids.batch.jsonl; give the results of this "
                "batch alone"
            ),
        ),
        (
            [IDS, TO, "--add=key.txt"],
            "key.txt: looks like the key of pseudonyms, which must not be in an archive",
        ),
        ([IDS, TO, "--add=none.csv"], "none.csv: No such file or directory"),
        (
            [IDS, TO, "--add=a/notes.txt", "--add=b/notes.txt"],
            "two files would be added/notes.txt in the archive; rename one of them",
        ),
    ],
)
def test_what_cannot_be_archived_is_one_line(desk: Desk, flags: list[str], fault: str) -> None:
    """Before anything is fetched; no archive is begun."""
    desk.launch({"text": "a dog"})
    desk.write("results.txt", to_lines(result()))
    desk.write("key.txt", "ab" * 32 + "\n")
    desk.write("there.zip", "")
    desk.write("other.txt", "3HIT1\n")
    for name in ("a", "b"):
        (desk.folder / name).mkdir()
        desk.write(f"{name}/notes.txt", "")

    assert desk.fails("archive_batch", *flags) == fault
    assert not (desk.folder / "study.zip").exists()
    assert desk.calls == []
