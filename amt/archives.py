"""Archives: everything that says how the data of a batch came about, in one zip file."""

import importlib.metadata
import json
import platform
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from amt import answers, archive_figures, calls, consents, results, results_tables, survey
from amt.archive_files import Archive, Member
from amt.batches import Batch
from amt.crowd import Crowd
from amt.errors import Error
from amt.inputs import Input
from amt.messages import Faults, Say, say_nothing
from amt.pseudonyms import KEY
from formats.json_text import parse

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

RESULTS = "results.jsonl"
BONUSES = "bonuses.jsonl"
AGREEMENTS = "consent_agreements.jsonl"  # of all batches with the same text
BATCH = "batch/hit_ids.batch.jsonl"
HIT_IDS = "batch/hit_ids.txt"
LIBRARIES = ("boto3", "botocore", "Jinja2")
PROJECT = Path(__file__).resolve().parents[1]
MOST_KEY_BYTES = 1000


def fetch(
    crowd: Crowd,
    client: "MTurkClient",
    batch: Batch,
    hit_ids: Sequence[str],
    directory: Path,
    say: Say = say_nothing,
    hint: str | None = None,
) -> list[Member]:
    """Fetch the results of a batch, rejected ones too, its bonuses, and who agreed to its consent.

    They are written to files in `directory`.

    Raises Error if the crowd does not show all HITs: an archive with gaps would look complete.
    """
    counters, unknown = survey.fetch_counters(crowd, client, hit_ids, say=say, hint=hint)
    results_path, bonuses_path = directory / RESULTS, directory / BONUSES
    with Faults(say) as faults, results_path.open("w") as results_file:
        read = results.create_reader(
            client, batch, results.Collected(None), faults.add, rejected=True
        )
        refused = 0
        for _, lines in results.fetch(crowd, read, counters, say):
            refused += lines is None
            results_file.writelines(f"{line}\n" for line in lines or ())
    has_bonuses = crowd.has("list_bonus_payments")
    if has_bonuses:
        refused += _write_bonuses(crowd, client, counters, bonuses_path, say)
    else:
        say(f"The crowd {crowd.name} has no list_bonus_payments; the archive has no {BONUSES}.")
    if unknown or refused:
        raise Error(
            "not every HIT of the batch can be fetched; to archive results that were collected "
            "before, give --results_file"
        )
    members = [Member(RESULTS, results_path)]
    members += [Member(BONUSES, bonuses_path)] if has_bonuses else []
    if consent := batch.header.get("consent"):
        path = directory / AGREEMENTS
        with path.open("w") as file:
            for line in consents.list_agreements(client, consent["consent_id"], consent["sha256"]):
                file.write(f"{answers.format_line(line)}\n")
        members.append(Member(AGREEMENTS, path))
    return members


def _write_bonuses(
    crowd: Crowd,
    client: "MTurkClient",
    counters: Sequence[survey.HitCounters],
    path: Path,
    say: Say,
) -> int:
    """Write the bonuses of these HITs to a file; return how many HITs were refused."""
    refused = 0
    with path.open("w") as file:
        outcomes = calls.gather(
            crowd,
            lambda hit: list(_list_bonuses(client, hit.hit_id)),
            counters,
            doing="fetching",
            total=len(counters),
        )
        for outcome in calls.name_refusals(outcomes, say, survey.hit_id_of):
            refused += outcome.refusal is not None
            file.writelines(f"{answers.format_line(b)}\n" for b in outcome.value or ())
    return refused


def _list_bonuses(client: "MTurkClient", hit_id: str) -> Iterator[dict[str, Any]]:
    """Yield the bonuses of a HIT, the oldest first."""
    bonuses = calls.list_pages(client.list_bonus_payments, "BonusPayments", HITId=hit_id)
    for bonus in sorted(bonuses, key=lambda bonus: (bonus["GrantTime"], bonus["AssignmentId"])):
        yield {
            "assignment_id": bonus["AssignmentId"],
            "worker_id": bonus["WorkerId"],
            "amount": str(bonus["BonusAmount"]),
            "reason": bonus.get("Reason"),
            "time": answers.format_time(bonus["GrantTime"]),
        }


def check_results(source: Input, batch: Batch, say: Say = say_nothing) -> None:
    """Raise Error for what is not results of this batch."""
    hit_ids = set(batch.ids.values())
    results_tables.read_results(source, None, say)
    for row in source.rows():
        if row.value["hit_id"] not in hit_ids:
            raise Error(
                f"{source.path}:{row.line}: the HIT {row.value['hit_id']} is not in "
                f"{batch.path}; give the results of this batch alone"
            )


def list_members(hit_ids_file: str, batch: Batch, added: Sequence[str]) -> list[Member]:
    """Return the files that say what was launched and done, but no results.

    `added`: paths of further files, such as decisions; the records beside them come along. Raises
    Error for a file that cannot be read, for two of one name, and for the key of pseudonyms.
    """
    header = batch.header
    members = [
        Member(HIT_IDS, "".join(f"{hit_id}\n" for hit_id in batch.in_order()).encode()),
        Member(BATCH, batch.path),
        Member("properties.json", _encode(header.get("properties") or "")),
        Member("input.jsonl", b"".join(_read_inputs(batch))),
    ]
    for name, text in (header.get("template") or {}).items():
        members.append(Member(f"template/{_to_name(name)}", _encode(text)))
    if consent := header.get("consent"):
        members.append(Member("consent.md", _encode(consent["text"])))
    members += [
        Member(f"batch/{path.name}", path)
        for path in _find_records(Path(hit_ids_file))
        if path.resolve() != batch.path.resolve()
    ]
    for file in map(Path, added):
        _refuse_key(file)
        members += [Member(f"added/{path.name}", path) for path in (file, *_find_records(file))]
    names = [member.name for member in members]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Error(f"two files would be {twice[0]} in the archive; rename one of them")
    return members


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def _read_inputs(batch: Batch) -> Iterator[bytes]:
    for hit_id in batch.in_order():
        line = batch.find_line(hit_id) or {}
        if line.get("part"):
            continue  # the row was that of the HIT before
        yield _encode(json.dumps(line.get("input"), ensure_ascii=False) + "\n")


def _to_name(path: str) -> str:
    """Return the path of a template as a name in the archive, below its folder."""
    return "/".join(part for part in Path(path).parts if part not in ("..", "/"))


def _find_records(file: Path) -> list[Path]:
    """Return the records beside a file: hit_ids.txt has hit_ids.batch.jsonl and others.

    hit_ids.v2.batch.jsonl is not one of them: it is the record of another batch.
    """
    return sorted(
        path
        for path in file.parent.glob("*.*.jsonl")
        if path.name != file.name and Path(path.stem).stem in (file.name, file.stem)
    )


def _refuse_key(path: Path) -> None:
    """Raise Error for a file that cannot be read, or that is the key of pseudonyms."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_KEY_BYTES)
    except OSError as error:
        raise Error(f"{path}: {error.strerror}") from error
    if KEY.fullmatch(content):
        raise Error(f"{path}: looks like the key of pseudonyms, which must not be in an archive")


def describe(batch: Batch, figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the manifest says beside the files."""
    header = batch.header
    return {
        "batch": header["batch"],
        "crowd": header.get("crowd"),
        "site": header.get("site"),
        "launch_time": header.get("time"),
        "launch_commit": header.get("commit"),
        "figures": dict(figures),
        "versions": {
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in LIBRARIES},
        },
        "scripts": _find_commit(),
    }


def _find_commit() -> dict[str, Any]:
    """Return the commit of these scripts, and whether files of theirs were changed after it."""

    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(PROJECT), *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    try:
        commit = git("rev-parse", "--verify", "HEAD")
        dirty = git("status", "--porcelain", "--untracked-files=no") != ""
    except (OSError, subprocess.CalledProcessError):
        return {"commit": None, "dirty": None}
    return {"commit": commit, "dirty": dirty}


def compute_figures(batch: Batch, members: Sequence[Member]) -> dict[str, Any]:
    """Return the figures of a batch, from the files that its archive will have."""
    by_name = {member.name: member for member in members}

    def read(name: str) -> Iterator[Any]:
        with by_name[name].open() as file:
            yield from _parse_lines(file)

    return archive_figures.compute(
        batch.header,
        len(batch.ids),
        read(RESULTS),
        list(read(BONUSES)) if BONUSES in by_name else None,
    )


def find_wrong_figures(archive: Archive) -> list[str]:
    """Return, a line each, which figures of the manifest its files do not give.

    Raises Error for files that cannot be read as what they should be.
    """
    try:
        with archive.open(BATCH) as file:
            header = next(_parse_lines(file))
        with archive.open(HIT_IDS) as file:
            hits = len(file.read().split())
        bonuses = None
        if BONUSES in archive:
            with archive.open(BONUSES) as file:
                bonuses = list(_parse_lines(file))
        with archive.open(RESULTS) as file:
            computed = archive_figures.compute(header, hits, _parse_lines(file), bonuses)
        there = dict(archive.manifest["figures"])
    except (KeyError, StopIteration, TypeError, ValueError, ArithmeticError) as error:
        raise Error(f"{archive.path}: its figures cannot be computed again: {error}") from error
    return [
        f"{name}: {there.get(name)} in the manifest, {computed.get(name)} by the files"
        for name in {**there, **computed}
        if there.get(name) != computed.get(name)
    ]


def _parse_lines(file: IO[bytes]) -> Iterator[Any]:
    for line in file:
        if line.strip():
            yield parse(line.decode(), unique_keys=False)
