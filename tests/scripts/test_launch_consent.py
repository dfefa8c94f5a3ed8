"""launch_hits.py --consent: a text that workers agree to, in the batch record and in the archive."""

import hashlib
import json
import zipfile

import pytest

from local_crowd.operations.hits import consents
from tests.support.script_fixtures import Desk

TEXT = "# Consent\n\nSpiders. Write to lab@example.org.\n"
SHA256 = hashlib.sha256(TEXT.encode()).hexdigest()
AGAIN = (
    *("launch_hits", "--html_template=page.html", "--hit_properties_file=properties.json"),
    *("--input_json_file=input.jsonl", "--hit_ids_file=hit_ids.txt"),
)


def test_the_text_is_recorded_and_archived_with_who_agreed(desk: Desk) -> None:
    """Its name, its hash and itself; the archive has the workers, each with hash and time."""
    desk.write("consent.md", TEXT)
    (hit,) = desk.launch("dog", flags=("--consent=consent.md",))
    record = json.loads(desk.read("hit_ids.batch.jsonl").splitlines()[0])
    crowd = desk.crowd()
    text = crowd.hit(hit)["ConsentId"]
    assert record["consent"] == {
        "consent_id": text,
        "name": "consent.md",
        "sha256": SHA256,
        "text": TEXT,
    }
    worker = crowd.make_worker()
    with crowd.site.writing() as call:
        consents.agree(call, worker, text)
    crowd.do(worker, hit)

    done = desk.run("archive_batch", "--hit_ids_file=hit_ids.txt", "--archive_file=study.zip")

    assert done.code == 0, done.err
    with zipfile.ZipFile(desk.folder / "study.zip") as archive:
        assert archive.read("consent.md").decode() == TEXT
        (line,) = archive.read("consent_agreements.jsonl").splitlines()
    agreement = json.loads(line)
    assert agreement["time"].endswith("Z")
    assert agreement == {"worker_id": worker, "sha256": SHA256, "time": agreement["time"]}
    assert desk.run("archive_batch", "--verify=study.zip").code == 0


def test_a_batch_goes_on_with_the_same_text_only(desk: Desk) -> None:
    """Another text, or none, is another batch."""
    desk.write("consent.md", TEXT)
    desk.launch("dog", flags=("--consent=consent.md",))
    desk.write("other.md", "Something else")

    for flags in ((), ("--consent=other.md",)):
        assert "this batch was started with a different consent;" in desk.fails(*AGAIN, *flags)
    assert desk.run(*AGAIN, "--consent=consent.md").code == 0


@pytest.mark.parametrize(
    ("content", "flags", "message"),
    [
        (None, (), "consent.md: No such file or directory"),
        (b"\xff", (), "consent.md: not UTF-8 text"),
        (b" \n", (), "consent.md: empty; write what workers agree to"),
        (b"x" * 65_536, (), "consent.md: 65,536 bytes; at most 65,535 are allowed"),
        (
            b"x",
            ("--crowd=mturk",),
            "--consent: Mechanical Turk has no page before the first HIT; put the text into the HIT's page",
        ),
    ],
)
def test_a_text_that_cannot_be_shown_is_one_line(
    desk: Desk, content: bytes | None, flags: tuple[str, ...], message: str
) -> None:
    """Before anything is created."""
    desk.launch("dog", name="before.txt")
    if content is not None:
        (desk.folder / "consent.md").write_bytes(content)

    assert desk.fails(*AGAIN, "--consent=consent.md", *flags) == message
    assert desk.calls == []


def test_an_older_crowd_is_named(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that ignored the text would show HITs without asking."""
    from local_crowd.wire import model

    desk.launch("dog", name="before.txt")
    desk.write("consent.md", TEXT)
    known = model.find_operation
    monkeypatch.setattr(
        model,
        "find_operation",
        lambda name: None if name == "CreateConsent" else known(name),
    )

    done = desk.run(*AGAIN, "--consent=consent.md")

    assert done.code == 2
    assert "--consent: this crowd's server is older than these scripts" in done.err
    assert not (desk.folder / "hit_ids.batch.jsonl").exists()
