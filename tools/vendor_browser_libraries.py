"""Copy the browser libraries that pages load from npm into local_crowd/pages/vendor/.

vendor/manifest.json pins each package: its version, its licence, the checksum of its archive as npm
publishes it ("integrity"), and the SHA-256 of each file that is copied. To add a package or to
change a version, edit the manifest, give a new file the checksum "", and run:

    python tools/vendor_browser_libraries.py

It needs npm and the network. Without arguments it fetches every package; with names, only these.
--directory names another directory with a manifest, such as that of an example.
"""

import argparse
import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path, PurePosixPath
from typing import Any

VENDOR = Path(__file__).parent.parent / "local_crowd" / "pages" / "vendor"
MANIFEST = VENDOR / "manifest.json"
IN_ARCHIVE = "package/"  # npm puts every file of a package below this directory


class Mismatch(Exception):
    """A package that is not the one that the manifest pins."""


def name_directory(package: dict[str, Any]) -> str:
    """Return the directory of a package below vendor/, as in bootstrap-3.1.1."""
    name = package["name"].removeprefix("@").replace("/", "-")
    return f"{name}-{package['version']}"


def fetch_archive(name: str, version: str) -> bytes:
    """Return the archive of a package from npm's registry; raises CalledProcessError."""
    with tempfile.TemporaryDirectory() as directory:
        command = ["npm", "pack", "--ignore-scripts", "--silent", "--pack-destination", directory]
        subprocess.run([*command, f"{name}@{version}"], check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(directory).iterdir()
        return archive.read_bytes()


def check_integrity(archive: bytes, package: dict[str, Any]) -> None:
    """Raise Mismatch if the archive does not have the checksum that the manifest pins."""
    digest = "sha512-" + base64.b64encode(hashlib.sha512(archive).digest()).decode()
    if digest != package["integrity"]:
        raise Mismatch(
            f"{package['name']} {package['version']}: the archive's checksum is {digest}, "
            f"and not {package['integrity'] or 'in the manifest'}"
        )


def read_files(archive: Path, package: dict[str, Any]) -> dict[str, bytes]:
    """Return the package's files that the manifest names; raises Mismatch."""
    contents = {}
    with tarfile.open(archive) as members:
        for path, pinned in package["files"].items():
            member = members.extractfile(IN_ARCHIVE + path)
            if member is None:
                raise Mismatch(f"{package['name']}: {path} is not a file")
            contents[path] = member.read()
            digest = hashlib.sha256(contents[path]).hexdigest()
            if pinned not in ("", digest):
                raise Mismatch(f"{package['name']}: the checksum of {path} is {digest}")
    return contents


def copy_package(package: dict[str, Any], vendor: Path = VENDOR) -> None:
    """Fetch a package, copy its files, and complete the checksums of its new files.

    Raises Mismatch, or CalledProcessError if npm fails.
    """
    archive = fetch_archive(package["name"], package["version"])
    check_integrity(archive, package)
    with tempfile.NamedTemporaryFile(suffix=".tgz") as file:
        file.write(archive)
        file.flush()
        contents = read_files(Path(file.name), package)
    for path, content in contents.items():
        target = vendor / name_directory(package) / PurePosixPath(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        package["files"][path] = hashlib.sha256(content).hexdigest()


def main(argv: list[str] | None = None) -> int:
    """Copy the packages that the manifest pins."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="packages to copy; default: all")
    parser.add_argument("--directory", type=Path, default=VENDOR, help="default: %(default)s")
    args = parser.parse_args(argv)
    names, manifest = args.names, args.directory / "manifest.json"
    packages = json.loads(manifest.read_text(encoding="utf-8"))
    for package in packages:
        if names and package["name"] not in names:
            continue
        try:
            copy_package(package, args.directory)
        except (Mismatch, subprocess.CalledProcessError, OSError, KeyError) as error:
            print(error, file=sys.stderr)
            return 2
        print(f"{package['name']} {package['version']}: {len(package['files'])} files")
    manifest.write_text(json.dumps(packages, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
