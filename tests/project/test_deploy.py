"""The files that deploy a crowd server agree with the program they start."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

import serve_local_crowd
from local_crowd import settings

ROOT = Path(__file__).resolve().parents[2]


def compose() -> dict[str, Any]:
    """compose.yaml. Its parser is not among the lowest versions."""
    import yaml

    return dict(yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8")))


def accepted(command: list[str]) -> None:
    """Fail unless serve_local_crowd.py knows every flag of a command."""
    assert command[:2] == ["python", "serve_local_crowd.py"]
    with pytest.raises(SystemExit) as ended:
        serve_local_crowd.main([*command[2:], "--help"])
    assert ended.value.code == 0


def dockerfile(instruction: str) -> list[str]:
    """The arguments of every such line of the Dockerfile."""
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    return re.findall(rf"^{instruction} (.*)$", text, flags=re.MULTILINE)


@pytest.mark.foreign
def test_compose_starts_what_there_is() -> None:
    """Every file compose.yaml names is there, and the server takes the flags it is given."""
    services = compose()["services"]
    assert set(services) == {"database", "crowd", "proxy"}
    for service in services.values():
        for volume in service["volumes"]:
            source = volume.split(":")[0] if isinstance(volume, str) else volume["source"]
            assert (
                (ROOT / source).exists()
                if source.startswith(".")
                else source in (compose()["volumes"])
            )
    accepted(services["crowd"]["command"])
    assert "--proxies=1" in services["crowd"]["command"]
    assert "ports" not in services["crowd"], "only the proxy is reachable from outside"


def test_the_image_holds_what_the_server_needs() -> None:
    """What the Dockerfile copies is there and not ignored; what it starts has these flags."""
    copied = [word for line in dockerfile("COPY") for word in shlex.split(line)[:-1]]
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    for source in copied:
        assert list(ROOT.glob(source.rstrip("/"))), source
        name = source.rstrip("/")
        assert f"!{name}" in ignored or any(
            Path(name).match(line[1:]) for line in ignored if line.startswith("!")
        ), source
    assert {"amt/", "local_crowd/", "*.py"} <= set(copied)
    accepted(json.loads(dockerfile("CMD")[0]))


def test_crowd_json_is_understood(tmp_path: Path) -> None:
    """deploy/crowd.json names the databases that deploy/databases.sql makes."""
    (tmp_path / settings.FILE).write_text((ROOT / "deploy/crowd.json").read_text("utf-8"))
    databases = re.findall(
        r"CREATE DATABASE (\w+)", (ROOT / "deploy/databases.sql").read_text("utf-8")
    )
    values = settings.read(tmp_path)
    named = [values[f"{site}_database"].rsplit("/", 1)[-1] for site in ("sandbox", "live")]
    assert named == databases == ["sandbox", "live"]
