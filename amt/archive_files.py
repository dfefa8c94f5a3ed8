"""The zip file of an archive: files, and a manifest with the hash of each.

The same files make the same bytes, wherever and whenever the archive is written: entries are in the
order of their names, without times, and not compressed, because compressors differ.
"""

import hashlib
import io
import json
import lzma
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from amt import files
from amt.errors import Error

MANIFEST = "manifest.json"
FORMAT = 1
CHUNK_BYTES = 1024 * 1024
NO_TIME = (1980, 1, 1, 0, 0, 0)  # the first that a zip file can say
OWNER_READS_WRITES = 0o100600 << 16
# What zipfile raises for damage. A changed byte may say that a file is encrypted (RuntimeError) or
# compressed, and no decompressor expects what is there.
DAMAGE = (zipfile.BadZipFile, EOFError, RuntimeError, zlib.error, lzma.LZMAError)


class Member:
    """A file of an archive: its name, and its content, which is bytes or the path of a file."""

    def __init__(self, name: str, content: bytes | Path) -> None:
        self.name = name
        self._content = content

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Open the content."""
        if isinstance(self._content, bytes):
            yield io.BytesIO(self._content)
            return
        with self._content.open("rb") as file:
            yield file


def write(path: str, members: Iterable[Member], about: Mapping[str, Any]) -> None:
    """Write an archive of the members and of a manifest, which has `about` and each file's hash.

    Raises Error for a file that exists.
    """
    if Path(path).exists():
        raise Error(f"{path}: exists; name a new file for the archive")
    with files.replace(path) as file:
        _write(cast("Any", file).buffer, members, about)


def _write(file: IO[bytes], members: Iterable[Member], about: Mapping[str, Any]) -> None:
    hashes: dict[str, dict[str, Any]] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for member in sorted(members, key=lambda member: member.name):
            digest, size = hashlib.sha256(), 0
            with member.open() as source, archive.open(_to_info(member.name), "w") as target:
                while chunk := source.read(CHUNK_BYTES):
                    digest.update(chunk)
                    size += len(chunk)
                    target.write(chunk)
            hashes[member.name] = {"bytes": size, "sha256": digest.hexdigest()}
        manifest = {"format": FORMAT, **about, "files": hashes}
        text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
        with archive.open(_to_info(MANIFEST), "w") as target:
            target.write(text.encode("utf-8", "backslashreplace"))


def _to_info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, NO_TIME)
    info.create_system = 3  # Unix, also on other systems
    info.external_attr = OWNER_READS_WRITES
    return info


class Archive:
    """An archive that was written before. Raises Error for a file that is not one."""

    def __init__(self, path: str) -> None:
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
            self.manifest: dict[str, Any] = json.loads(self._zip.read(MANIFEST))
            listed = dict(self.manifest["files"])
            self._hashes = {name: str(file["sha256"]) for name, file in listed.items()}
        except (*DAMAGE, OSError, KeyError, TypeError, ValueError) as error:
            if isinstance(error, OSError) and error.strerror:  # a decompressor's has none
                raise Error(f"{path}: {error.strerror}") from error
            raise Error(
                f"{path}: damaged, or not an archive of archive_batch.py ({error})"
            ) from error
        if self.manifest.get("format") != FORMAT:
            raise Error(
                f"{path}: {MANIFEST} has the format {self.manifest.get('format')!r}; "
                f"this version reads {FORMAT}"
            )

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Open a file of the archive. Raises KeyError if it has no such file."""
        with self._zip.open(name) as file:
            yield file

    def __contains__(self, name: str) -> bool:
        return name in self._hashes

    def find_faults(self) -> list[str]:
        """Return, a line each, which files are not as the manifest says.

        If all are, the archive is written again from them and must be the same bytes.
        """
        names = [name for name in self._zip.namelist() if name != MANIFEST]
        faults = [f"{name}: is not in {MANIFEST}" for name in names if name not in self._hashes]
        faults += [f"{name}: is missing" for name in self._hashes if name not in names]
        for name in self._hashes:
            if name in names and (fault := self._find_fault(name)):
                faults.append(f"{name}: {fault}")
        if not faults and not self._is_reproduced():
            faults.append(f"{self.path}: the files are intact, but the zip file around them is not")
        return faults

    def _find_fault(self, name: str) -> str | None:
        digest = hashlib.sha256()
        try:
            with self._zip.open(name) as file:
                while chunk := file.read(CHUNK_BYTES):
                    digest.update(chunk)
        except (*DAMAGE, OSError) as error:
            return f"changed ({error})"
        if digest.hexdigest() != self._hashes[name]:
            return f"changed: its SHA-256 is not the one in {MANIFEST}"
        return None

    def _is_reproduced(self) -> bool:
        about = {
            name: value for name, value in self.manifest.items() if name not in ("files", "format")
        }
        members = [_StoredMember(self, name) for name in self._hashes]
        with tempfile.TemporaryFile() as again, Path(self.path).open("rb") as there:
            _write(again, members, about)
            again.seek(0)
            while chunk := again.read(CHUNK_BYTES):
                if there.read(CHUNK_BYTES) != chunk:
                    return False
            return not there.read(1)


class _StoredMember(Member):
    """A file of an archive that was written before."""

    def __init__(self, archive: Archive, name: str) -> None:
        super().__init__(name, b"")
        self._archive = archive

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        with self._archive.open(self.name) as file:
            yield file
