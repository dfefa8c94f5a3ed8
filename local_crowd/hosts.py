"""The Host headers that a crowd server accepts, which prevents DNS rebinding.

The owner of evil.example can point it at 127.0.0.1 after its page has loaded; the browser then
lets that page read our responses. It sends no cookie, but the sandbox needs only a nickname.
"""

from collections.abc import Iterable, Sequence

from formats.netloc import find_host, is_loopback

THIS_MACHINE = "localhost"  # stands for 127.0.0.1 and ::1 as well
SANDBOX = "sandbox."
REFUSAL = (
    "This crowd server does not accept this host name. The operator can add it to `hosts` in "
    "crowd.json, or to --hosts.\n"
)


def is_named(host: str, names: Iterable[str]) -> bool:
    """Return whether the Host header, with or without a port, is one of these names."""
    name = find_host(host).rstrip(".")
    return name != "" and any(
        name == known.lower() or (known == THIS_MACHINE and is_loopback(name)) for known in names
    )


def is_sandbox(host: str, names: Iterable[str]) -> bool:
    """Return whether the Host header is the sandbox's own: `sandbox.` plus one of the crowd's names.

    Without names, `sandbox.` plus any name counts. One of the crowd's own names never does.
    """
    name = find_host(host).rstrip(".")
    parent = name.removeprefix(SANDBOX)
    if parent == name:
        return False
    known = {name.lower() for name in names}
    return not known or (name not in known and is_named(parent, known))


def default_names(listening_on: str, proxies: int) -> Sequence[str]:
    """Return the allowed names when none are configured; an empty list allows any.

    A server that listens on loopback, without proxies, accepts only this machine's names.
    """
    return [THIS_MACHINE] if is_loopback(listening_on) and not proxies else []
