"""A crowd: where HITs live, and how it is reached."""

import operator
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amt import serving
from amt.errors import Error

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

# 50 ms away, a launch with 16 calls at a time takes 1/15 of the time of one call after another, with
# 32 it takes 1/25, with 48 1/28. 64 are no quicker: the client's own work is the limit.
DEFAULT_CONCURRENCY = 48
SERVER = re.compile(r"https?://([\w.-]+|\[[0-9a-fA-F:]+\])(:\d{1,5})?(/[^\s?#]*)?")
# The one spelling of a server's URL by which crowds are compared.
strip_slash = operator.methodcaller("rstrip", "/")


@dataclass(frozen=True)
class Crowd:
    """Where HITs live: `name` is "local", "mturk" or a server's URL; `live` is not its sandbox.

    `settings` are those of config.json (see configuration.DEFAULTS), and `source` names the file
    that they are from. `concurrency` is the number of calls at a time. `requester` is the name of the
    requester that calls act for on the crowd "local", which needs no keys; any other crowd knows its
    requester by the keys in `settings`.
    """

    name: str
    live: bool
    settings: dict[str, Any]
    concurrency: int = DEFAULT_CONCURRENCY
    source: str = "no config.json"
    requester: str = "local"

    def __str__(self) -> str:
        where = {"local": "the local crowd", "mturk": "Mechanical Turk"}.get(self.name, self.name)
        return f"the {'LIVE SITE' if self.live else 'sandbox'} of {where}"

    @property
    def charges_fees(self) -> bool:
        """Return whether the crowd charges fees, as Amazon does and other crowds do not."""
        return self.name == "mturk"

    @property
    def excludes_workers(self) -> bool:
        """Return whether a single HIT can exclude workers, which it cannot on Amazon."""
        return self.name != "mturk"

    @property
    def worker_site(self) -> str:
        """Return the URL at which workers find HITs; it ends in a slash."""
        if self.name == "mturk":
            return f"https://worker{'' if self.live else 'sandbox'}.mturk.com/"
        base = (
            self.name
            if self.name != "local"
            else self.find_served_address() or serving.NOT_SERVED_YET
        )
        base = strip_slash(base)
        return f"{base}/" if self.live else f"{base}/sandbox/"

    def find_served_address(self) -> str | None:
        """Return the URL at which the local crowd is served now, or None."""
        return serving.find_address(Path(self.settings["local_crowd"]))

    def connect(self) -> "MTurkClient":
        """Return a boto3 client of this crowd, which threads may share."""
        from amt import connection  # boto3 takes 0.1 s to import, which --help must not wait for

        return connection.connect(self)


def check_name(name: str) -> None:
    """Raise Error for text that cannot be the name of a crowd."""
    if name not in ("local", "mturk") and not SERVER.fullmatch(name):
        raise Error(f"crowd {name}: it must be local, mturk, or the URL of a crowd server")
    if name.endswith("/sandbox"):
        raise Error(f"crowd {name}: leave out /sandbox; a server's sandbox is used unless --prod")
