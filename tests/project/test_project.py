"""The rules of the project that concern no single module: what CONTRIBUTING.md promises."""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.project_copy import ROOT, SCRIPTS

ESSENTIAL_SCRIPTS = {
    "approve_hits",
    "block_workers",
    "delete_hits",
    "get_results",
    "launch_hits",
    "reject_hits",
    "render_template",
    "show_hit_progress",
}
PACKAGES = ("amt", "batch_server", "formats", "local_crowd", "places", "webhooks")
MODULES = sorted(
    [*ROOT.glob("*.py"), *(p for name in PACKAGES for p in ROOT.rglob(f"{name}/**/*.py"))]
)

# What a single file may import of the project's own, by the beginning of the dotted name. The
# packages' own imports are import-linter's matter (see pyproject.toml).
MAY_IMPORT = {
    **dict.fromkeys(SCRIPTS, ("amt", "simpleamt")),
    "simpleamt": ("amt",),
    # the operator's scripts stand on the crowd's side
    **dict.fromkeys(("manage_crowd", "serve_local_crowd"), ("amt", "local_crowd", "simpleamt")),
    "serve_batches": ("amt", "batch_server", "formats", "simpleamt"),
    # --serve shows a page on a crowd's own site
    "render_template": ("amt", "local_crowd", "serve_local_crowd", "simpleamt"),
}

# What would make `--help` wait.
HEAVY = {
    "boto3",
    "botocore",
    "jinja2",
    "tqdm",
    "local_crowd",
    "flask",
    "numpy",
    "pydantic",
    "sqlalchemy",
}

NOT_OURS = {".git", ".hypothesis", ".venv", ".venv-lowest", "__pycache__", "local_crowd_data"}
MACHINE_PATHS = re.compile(
    r"(?<![\w.])/(?:root\b|work/(?:main|shared|\.library)\b|tmp/(?:h|bash_jobs)/)"
)


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


def imported(path: Path) -> set[str]:
    """The dotted names that a file imports, wherever it does, `from x import y` as `x.y`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def begins(name: str, prefixes: tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def texts_in_tree() -> Iterator[tuple[str, str]]:
    for directory, names, files in os.walk(ROOT):
        names[:] = [n for n in names if n not in NOT_OURS and not n.endswith("_cache")]
        for file in set(files) - set(NOT_OURS):  # .git is a file in a worktree
            path = Path(directory, file)
            try:
                yield relative(path), path.read_text("utf-8")
            except UnicodeDecodeError:
                continue  # a picture


def test_one_top_level_file_is_not_a_script() -> None:
    """What the scripts share is in simpleamt.py and in the package amt, and nowhere else."""
    assert {path.stem for path in ROOT.glob("*.py")} - set(SCRIPTS) == {"simpleamt"}


def test_the_essential_scripts_are_there() -> None:
    """No script that people know from simple-amt is missing."""
    assert set(SCRIPTS) >= ESSENTIAL_SCRIPTS


@pytest.mark.parametrize("script", SCRIPTS)
def test_help_explains_the_script_from_any_directory_at_once(script: str, tmp_path: Path) -> None:
    """`--help` ends with 0 wherever one stands, shows a command to paste, and loads nothing heavy."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-X", "importtime", ROOT / f"{script}.py", "--help"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert f"python {script}.py" in done.stdout
    loaded = set(re.findall(r"^import time:.*\| +([^\s.]+)", done.stderr, re.MULTILINE))
    assert "argparse" in loaded
    assert not loaded & HEAVY


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_built_like_the_others(script: str) -> None:
    """A script has a docstring with a command, `main(argv=None) -> int`, and the same last lines."""
    path = ROOT / f"{script}.py"
    tree = ast.parse(path.read_text("utf-8"))

    assert f"python {script}.py" in (ast.get_docstring(tree) or "")
    (main,) = (n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "main")
    assert [argument.arg for argument in main.args.args] == ["argv"]
    assert [ast.unparse(default) for default in main.args.defaults] == ["None"]
    assert main.returns is not None
    assert ast.unparse(main.returns) == "int"
    assert lines(path)[-2:] == lines(ROOT / "launch_hits.py")[-2:]
    assert lines(path)[-2] == 'if __name__ == "__main__":'


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_has_tests_and_stands_in_the_readme(script: str) -> None:
    """A script has a test file of its name, and README.md names it."""
    assert list((ROOT / "tests").rglob(f"test_{script}.py"))
    assert f"{script}.py" in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("file", ["simpleamt", *SCRIPTS])
def test_imports_of_single_files_run_one_way(file: str) -> None:
    """Scripts import simpleamt and amt, simpleamt imports amt, and no script another."""
    ours = (*PACKAGES, "simpleamt", *SCRIPTS)
    imports = {name for name in imported(ROOT / f"{file}.py") if begins(name, ours)}

    assert {name for name in imports if not begins(name, MAY_IMPORT[file])} == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_import_no_script(package: str) -> None:
    """No package imports a script, or simpleamt, which is the scripts' own."""
    barred = ("simpleamt", *SCRIPTS)
    files = sorted((ROOT / package).rglob("*.py"))

    assert files
    assert {relative(f): n for f in files for n in imported(f) if begins(n, barred)} == {}


def test_modules_and_functions_are_short() -> None:
    """No module is over 400 lines and no function over 60; a migration may list its tables."""
    lengths = {relative(path): len(lines(path)) for path in MODULES if path.stat().st_size}
    functions = {
        f"{relative(path)}:{node.lineno} {node.name}": node.end_lineno - node.lineno + 1
        for path in MODULES
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.end_lineno
    }

    assert len(lengths) > 20
    assert {name: length for name, length in lengths.items() if length > 400} == {}
    assert {name: length for name, length in functions.items() if length > 60} == {}


def test_test_files_are_short() -> None:
    """No file of the tests is over 600 lines."""
    lengths = {relative(path): len(lines(path)) for path in (ROOT / "tests").rglob("*.py")}

    assert len(lengths) > 100
    assert {name: length for name, length in lengths.items() if length > 600} == {}


def test_test_files_do_not_import_each_other() -> None:
    """What tests share is in tests/support, so each test file can be changed for itself."""
    files = sorted((ROOT / "tests").rglob("*.py"))
    barred = re.compile(r"tests\.(\w+\.test_|conftest)")

    assert len(files) > 100
    assert {
        relative(path): name for path in files for name in imported(path) if barred.match(name)
    } == {}


def test_nothing_names_the_machine_it_was_written_on() -> None:
    """No file holds a path that exists on one machine only."""
    texts = dict(texts_in_tree())

    assert "Makefile" in texts
    assert MACHINE_PATHS.search("in /" + "root/.cache")
    assert {n: paths for n, t in texts.items() if (paths := MACHINE_PATHS.findall(t))} == {}


def test_every_document_can_be_found() -> None:
    """Each document in docs/ is linked from README.md or docs/index.md."""
    index = ROOT / "docs" / "index.md"
    linked = (ROOT / "README.md").read_text("utf-8") + (
        index.read_text("utf-8") if index.exists() else ""
    )
    documents = [path.name for path in (ROOT / "docs").glob("*.md") if path != index]

    assert [
        name for name in documents if not re.search(rf"\]\([^)]*\b{re.escape(name)}", linked)
    ] == []


def test_contributing_names_every_make_target() -> None:
    """What `make help` lists is explained in CONTRIBUTING.md."""
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    targets = re.findall(r"^ +(make \w+)", done.stdout, re.MULTILINE)
    contributing = (ROOT / "CONTRIBUTING.md").read_text("utf-8")

    assert {"make demo", "make test", "make check", "make docs"} <= set(targets)
    assert [target for target in targets if f"`{target}`" not in contributing] == []


def test_contributing_says_what_each_dependency_is_for() -> None:
    """Each library in requirements.txt and requirements-extras.txt has its row in CONTRIBUTING.md."""
    names = [
        re.split(r"[\[>]", line)[0]
        for file in ("requirements.txt", "requirements-extras.txt")
        for line in lines(ROOT / file)
        if line and not line.startswith("#")
    ]
    contributing = (ROOT / "CONTRIBUTING.md").read_text("utf-8")

    assert "boto3" in names
    assert [name for name in names if f"\n| {name} |" not in contributing] == []


def test_the_configuration_to_copy_holds_every_key() -> None:
    """config.json.example is JSON with each key that config.json may hold."""
    example = json.loads((ROOT / "config.json.example").read_text("utf-8"))

    assert set(example) == {
        "crowd",
        "crowd_settings",
        "local_crowd",
        "push_destinations",
        "aws_access_key",
        "aws_secret_key",
        "template_directories",
    }
