"""The browser libraries of HIT pages and of the examples are the ones that their manifests pin."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.support.project_copy import ROOT
from tools.vendor_browser_libraries import VENDOR, name_directory

JSPSYCH = ROOT / "examples" / "jspsych" / "site" / "vendor"


@pytest.mark.parametrize("directory", [VENDOR, JSPSYCH], ids=["pages", "jspsych"])
def test_vendored_files_are_the_pinned_ones(directory: Path) -> None:
    """Each file has its checksum, each package its licence (in a file, or in the comment that a file
    begins with), and no other file is there.
    """
    manifest = directory / "manifest.json"
    packages = json.loads(manifest.read_text(encoding="utf-8"))
    pinned = {
        f"{name_directory(package)}/{path}": digest
        for package in packages
        for path, digest in package["files"].items()
    }

    there = {
        path.relative_to(directory).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in directory.rglob("*")
        if path.is_file() and path != manifest
    }

    assert there == pinned
    for package in packages:
        assert package["licence"]
        assert package["integrity"].startswith("sha512-")
        folder = directory / name_directory(package)
        has_licence = [
            "licen" in path.lower() or b"@license" in (folder / path).read_bytes()[:200]
            for path in package["files"]
        ]
        # npm's archives of jsPsych have no licence file; it is beside vendor/.
        has_licence.append((directory.parent / "jspsych-licence.txt").exists())
        assert any(has_licence), package["name"]
