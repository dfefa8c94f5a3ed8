"""The browser libraries in local_crowd/pages/vendor/ are the ones that its manifest pins."""

import hashlib
import json

from tools.vendor_browser_libraries import MANIFEST, VENDOR, name_directory


def test_vendored_files_are_the_pinned_ones() -> None:
    """Each file has its checksum, each package its licence (in a file, or in the comment that a file
    begins with), and no other file is there.
    """
    packages = json.loads(MANIFEST.read_text(encoding="utf-8"))
    pinned = {
        f"{name_directory(package)}/{path}": digest
        for package in packages
        for path, digest in package["files"].items()
    }

    there = {
        path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path != MANIFEST
    }

    assert there == pinned
    for package in packages:
        assert package["licence"]
        assert package["integrity"].startswith("sha512-")
        directory = VENDOR / name_directory(package)
        has_licence = [
            "licen" in path.lower() or b"@license" in (directory / path).read_bytes()[:200]
            for path in package["files"]
        ]
        assert any(has_licence), package["name"]
