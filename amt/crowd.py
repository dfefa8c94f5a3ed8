"""A crowd: where HITs live, and how it is reached."""

import operator
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from amt import plug_ins, serving
from amt.errors import Error
from amt.plug_ins import Loader, PlugIn

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

# 50 ms away, a launch with 16 calls at a time takes 1/15 of the time of one call after another, with
# 32 it takes 1/25, with 48 1/28. 64 are no quicker: the client's own work is the limit.
DEFAULT_CONCURRENCY = 48
SERVER = re.compile(r"https?://([\w.-]+|\[[0-9a-fA-F:]+\])(:\d{1,5})?(/[^\s?#]*)?")
OWNER = "local"  # the requester that the scripts act for on the crowd of that name
# The one spelling of a server's URL by which crowds are compared.
strip_slash = operator.methodcaller("rstrip", "/")


@dataclass(frozen=True)
class Crowd:
    """Where HITs live: `live` is not its sandbox.

    `name` is "local", "mturk", a server's URL, or `module:factory` of a plug-in.

    `settings` are those of config.json (see configuration.DEFAULTS), and `source` names the file
    that they are from. `concurrency` is the largest number of calls at a time. `requester` is the name
    of the requester that calls act for on the crowd "local", which needs no keys; any other crowd knows
    its requester by the keys in `settings`. `loader` keeps the plug-in, for copies too.
    """

    name: str
    live: bool
    settings: dict[str, Any]
    concurrency: int = DEFAULT_CONCURRENCY
    source: str = "no config.json"
    requester: str = OWNER
    loader: Loader = field(default_factory=Loader, repr=False, compare=False)

    def __str__(self) -> str:
        where = {"local": "the local crowd", "mturk": "Mechanical Turk"}.get(self.name, self.name)
        return f"the {'LIVE SITE' if self.live else 'sandbox'} of {where}"

    @property
    def is_plug_in(self) -> bool:
        """Return whether the crowd is code that `module:factory` names."""
        return is_plug_in(self.name)

    @property
    def is_own(self) -> bool:
        """Return whether it is a crowd of this project: the local one, or a crowd server."""
        return self.name != "mturk" and not self.is_plug_in

    @property
    def plug_in(self) -> PlugIn | None:
        """Return the plug-in, whose factory is called at the first use; None for another crowd.

        Raises Error for one that cannot be used.
        """
        if not self.is_plug_in:
            return None
        return self.loader.load(self.name, self.live, self.settings.get("crowd_settings", {}))

    @property
    def charges_fees(self) -> bool:
        """Return whether the crowd charges fees, as Amazon does and crowds of ours do not."""
        return self.plug_in.charges_fees if self.plug_in else self.name == "mturk"

    @property
    def excludes_workers(self) -> bool:
        """Return whether a single HIT can exclude workers, which it cannot on Amazon."""
        return self.plug_in.excludes_workers if self.plug_in else self.name != "mturk"

    @property
    def lists_new_answers(self) -> bool:
        """Return whether one call lists all answers since a time, which it does not on Amazon."""
        return self.name != "mturk" and self.has("list_assignments_for_hit_type")

    @property
    def calls_at_a_time(self) -> int:
        """Return how many calls may be made at a time."""
        return min(self.concurrency, self.plug_in.concurrency) if self.plug_in else self.concurrency

    def has(self, method: str) -> bool:
        """Return whether a plug-in has this method of boto3's client, as the other crowds do."""
        return self.plug_in is None or self.plug_in.has(method)

    def require(self, method: str, advice: str) -> None:
        """Raise Error, which ends with the advice, for a plug-in that lacks the method."""
        if not self.has(method):
            raise Error(f"the crowd {self.name} has no {method}; {advice}")

    @property
    def worker_site(self) -> str:
        """Return the URL of the worker site, ending in a slash, for a crowd that is not a plug-in."""
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

    def find_group_page(self, hit_type_id: str) -> str | None:
        """Return the URL at which workers find the HITs of a type; None if a plug-in names no site."""
        if self.plug_in:
            return self.plug_in.worker_site
        return f"{self.worker_site}mturk/preview?groupId={hit_type_id}"

    def connect(self) -> "MTurkClient":
        """Return a client of this crowd, boto3's or one like it, which threads may share."""
        if self.plug_in:
            from amt.plug_in_client import PlugInClient  # botocore: as below

            return cast("MTurkClient", PlugInClient(self.plug_in))
        from amt import connection  # boto3 takes 0.1 s to import, which --help must not wait for

        return connection.connect(self)


def check_name(name: str) -> None:
    """Raise Error for text that cannot be the name of a crowd."""
    if name not in ("local", "mturk") and not SERVER.fullmatch(name) and not is_plug_in(name):
        raise Error(
            f"crowd {name}: it must be local, mturk, the URL of a crowd server, or module:factory"
        )
    if name.endswith("/sandbox"):
        raise Error(f"crowd {name}: leave out /sandbox; a server's sandbox is used unless --prod")


def is_plug_in(name: str) -> bool:
    """Return whether a name is that of a plug-in, `module:factory`, whose code runs when it is used."""
    return plug_ins.NAME.fullmatch(name) is not None
