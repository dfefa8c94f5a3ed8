"""The names that a crowd server answers to.

A browser says in `Host` by which name it came. Where a name leads is for whoever owns it to say: a
page of evil.example can have that name lead to 127.0.0.1 a moment later, and then ask this server as
if it were its own (DNS rebinding). No cookie comes along, but the sandbox asks for a nickname only.
"""

from collections.abc import Iterable, Sequence

from local_crowd.netloc import find_host
from local_crowd.operations.questions.questions import is_loopback

THIS_MACHINE = "localhost"  # stands for 127.0.0.1 and ::1 as well
SANDBOX = "sandbox."
REFUSAL = (
    "This crowd server does not answer to that name. Its operator can add it to `hosts` in "
    "crowd.json, or to --hosts.\n"
)


def is_named(host: str, names: Iterable[str]) -> bool:
    """Whether the header Host, with or without a port, says one of these names."""
    name = find_host(host).rstrip(".")
    return name != "" and any(
        name == one.lower() or (one == THIS_MACHINE and is_loopback(name)) for one in names
    )


def is_sandbox(host: str, names: Iterable[str]) -> bool:
    """Whether the header Host says the sandbox's own name: `sandbox.` before one of the crowd's, and
    before any when the crowd is told none. A name that is the crowd's as it stands is not.
    """
    name = find_host(host).rstrip(".")
    parent = name.removeprefix(SANDBOX)
    if parent == name:
        return False
    known = {one.lower() for one in names}
    return not known or (name not in known and is_named(parent, known))


def default(listening_on: str, proxies: int) -> Sequence[str]:
    """What a server answers to that was not told: one that only this machine can reach directly
    to this machine's names; every other to any.
    """
    return [THIS_MACHINE] if is_loopback(listening_on) and not proxies else []
