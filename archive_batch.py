r"""Put everything that says how the data of a batch came about into one zip file, or verify one.

    python archive_batch.py --hit_ids_file=hit_ids.txt --archive_file=study1.zip \
        --add=decisions.csv --add=bonuses.csv
    python archive_batch.py --verify=study1.zip

The archive has the template, the properties, the input, the HIT ids, all records, the results (rejected ones
too) and the bonuses, the figures of the batch, the versions of the programs, and a hash of each file.
The same content makes the same bytes. Results and bonuses are fetched from the crowd; with
--results_file, nothing is.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import simpleamt
from amt import archive_files, archives, batches, inputs
from amt.archive_files import Archive, Member
from amt.batches import Batch
from amt.errors import Error
from amt.messages import count_of


def main(argv: list[str] | None = None) -> int:
    """Run the command line."""
    parser = simpleamt.parser(__doc__)
    parser.add_argument("--hit_ids_file", metavar="FILE", help="HIT ids of the batch to archive")
    parser.add_argument("--archive_file", metavar="FILE", help="new zip file to write")
    parser.add_argument(
        "--results_file",
        metavar="FILE",
        help="results of get_results.py; default: fetched from the crowd",
    )
    parser.add_argument(
        "--add",
        metavar="FILE",
        action="append",
        default=[],
        help="file to add, with the records beside it: decisions, bonuses, notes; may be repeated",
    )
    parser.add_argument(
        "--verify", metavar="FILE", help="archive to check against its own hashes and figures"
    )
    return simpleamt.run(parser, archive_or_verify, argv)


def archive_or_verify(args: argparse.Namespace) -> int:
    """Do what the flags ask for."""
    if args.verify:
        if args.hit_ids_file or args.archive_file or args.results_file or args.add:
            raise Error("--verify needs the archive alone; leave out the other files")
        return verify(args.verify)
    if not args.hit_ids_file or not args.archive_file:
        raise Error("give --hit_ids_file and --archive_file, or --verify")
    batch = batches.find(args.hit_ids_file)
    if batch is None:
        raise Error(
            f"{args.hit_ids_file}: has no batch record, so it is not known what was launched"
        )
    return archive(args, batch)


def archive(args: argparse.Namespace, batch: Batch) -> int:
    """Write the archive; print its figures."""
    if Path(args.archive_file).exists():
        raise Error(f"{args.archive_file}: exists; name a new file for the archive")
    if not batch.is_complete:
        simpleamt.say(
            f"{batch.path}: {len(batch.ids):,} of {count_of(batch.planned, 'HIT')} were launched"
        )
    members = archives.list_members(args.hit_ids_file, batch, args.add)
    with tempfile.TemporaryDirectory() as directory:
        members += _collect_results(args, batch, Path(directory))
        figures = archives.compute_figures(batch, members)
        archive_files.write(args.archive_file, members, archives.describe(batch, figures))
    simpleamt.say(f"{args.archive_file}: {count_of(len(members) + 1, 'file')}.")
    for name, value in figures.items():
        print(f"{name}: {'not known' if value is None else value}")
    return 0


def _collect_results(args: argparse.Namespace, batch: Batch, directory: Path) -> list[Member]:
    if not args.results_file:
        crowd, client, ids, _, hint = simpleamt.open_batch(args)
        return archives.fetch(crowd, client, batch, ids or [], directory, simpleamt.say, hint)
    path = Path(args.results_file)
    if path.exists() and not path.is_file():
        raise Error(f"{path}: is not a regular file; save the results first")
    with inputs.Input(path) as source:
        archives.check_results(source, batch, simpleamt.say)
    return [Member(archives.RESULTS, path)]


def verify(path: str) -> int:
    """Report what is wrong with an archive; return 1 if anything is."""
    archive = Archive(path)
    try:
        faults = archive.find_faults() or archives.find_wrong_figures(archive)
    finally:
        archive.close()
    for fault in faults:
        simpleamt.say(fault)
    if faults:
        return 1
    simpleamt.say(f"{path}: every file and every figure is as it was archived.")
    for name, value in archive.manifest["figures"].items():
        print(f"{name}: {'not known' if value is None else value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
