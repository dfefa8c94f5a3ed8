"""Plug-in crowds: code of somebody else that answers as boto3's client does; see docs/crowds.md.

`module:factory` names it. It runs with all the rights of whoever starts the script, so only a person names
it: by --crowd, in config.json, or in a batch file. A batch record does not suffice.
"""

import importlib
import re
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Any

from amt import streams
from amt.errors import Error
from amt.spelling import suggest

NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", re.ASCII)
METHODS = (
    "create_hit_type",
    "create_hit_with_hit_type",
    "get_hit",
    "list_hits",
    "list_assignments_for_hit",
    "get_assignment",
    "approve_assignment",
    "reject_assignment",
    "send_bonus",
    "update_expiration_for_hit",
    "delete_hit",
)


@dataclass(frozen=True)
class PlugIn:
    """A plug-in crowd: `target` is the object that its factory returned.

    `concurrency` is how many calls it takes at a time, `free` a semaphore of as many, and `worker_site`
    where workers find HITs, if it says so.
    """

    name: str
    target: Any
    free: BoundedSemaphore
    charges_fees: bool = False
    excludes_workers: bool = False
    concurrency: int = 1
    worker_site: str | None = None

    def has(self, method: str) -> bool:
        """Return whether the object has a method of boto3's client."""
        return has_method(self.target, method)


class Loader:
    """The plug-ins of a crowd, each loaded once. Threads and copies of the crowd may share it."""

    def __init__(self) -> None:
        self._loading = Lock()
        self._loaded: dict[tuple[str, bool], PlugIn] = {}

    def load(self, name: str, live: bool, settings: Mapping[str, Any]) -> PlugIn:
        """Return the plug-in for a site, as the function `load` does."""
        with self._loading:
            if (name, live) not in self._loaded:
                self._loaded[name, live] = load(name, live, settings)
            return self._loaded[name, live]


def load(name: str, live: bool, settings: Mapping[str, Any]) -> PlugIn:
    """Return the crowd that `module:factory` names. Raises Error for one that cannot be used."""
    target = create(name, live, settings)
    if missing := find_missing(target):
        raise Error(
            f"crowd {name}: what it returns has no {', '.join(missing)}; see docs/crowds.md"
        )
    concurrency = getattr(target, "concurrency", 1)
    if type(concurrency) is not int or concurrency < 1:
        raise Error(f"crowd {name}: concurrency must be a whole number from 1 on")
    worker_site = getattr(target, "worker_site", None)
    if not isinstance(worker_site, str | None):
        raise Error(f"crowd {name}: worker_site must be a URL")
    return PlugIn(
        name,
        target,
        BoundedSemaphore(concurrency),
        charges_fees=bool(getattr(target, "charges_fees", False)),
        excludes_workers=bool(getattr(target, "excludes_workers", False)),
        concurrency=concurrency,
        worker_site=worker_site,
    )


def create(name: str, live: bool, settings: Mapping[str, Any]) -> Any:
    """Import the module, and return what its factory returns for this site and these settings.

    The module is looked for where Python looks, and last in the current directory, where it can
    stand in for no other module. Raises Error with what failed, and where.
    """
    module_name, _, factory_name = name.partition(":")
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.append(folder)
    try:
        with streams.print_to_stderr():
            module = importlib.import_module(module_name)
    except (Exception, SystemExit) as error:
        absent = getattr(error, "name", None) if isinstance(error, ModuleNotFoundError) else None
        if absent is not None and f"{module_name}.".startswith(f"{absent}."):
            raise Error(
                f"crowd {name}: there is no module {absent} in {folder} or where Python looks"
            ) from error
        raise Error(
            f"crowd {name}: {module_name} cannot be imported: {_describe(error)}"
        ) from error
    factory = getattr(module, factory_name, None)
    if not callable(factory):
        place = f"{module_name} ({getattr(module, '__file__', None) or 'a folder'})"
        if factory is not None:
            raise Error(f"crowd {name}: {factory_name} of {place} cannot be called")
        names = [other for other in vars(module) if not other.startswith("_")]
        raise Error(f"crowd {name}: {place} has no {factory_name}{suggest(factory_name, names)}")
    try:
        with streams.print_to_stderr():
            return factory(live=live, settings=dict(settings))
    except (Exception, SystemExit) as error:
        raise Error(f"crowd {name}: {factory_name} failed: {_describe(error)}") from error


def find_missing(target: Any) -> list[str]:
    """Return which of METHODS an object lacks."""
    return [method for method in METHODS if not has_method(target, method)]


def has_method(target: Any, method: str) -> bool:
    """Return whether an object has a method; not if it raises when asked."""
    try:
        return callable(getattr(target, method, None))
    except Exception:  # noqa: BLE001 - the code is somebody else's
        return False


def _describe(error: BaseException) -> str:
    """Return an exception in one line, with the file and the line that raised it."""
    if isinstance(error, Error):
        return str(error)
    words = " ".join(str(error).split())
    described = f"{type(error).__name__}: {words}" if words else type(error).__name__
    frames = traceback.extract_tb(error.__traceback__)
    return f"{described} ({frames[-1].filename}:{frames[-1].lineno})" if frames else described
