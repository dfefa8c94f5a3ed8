"""Task types: each is a fragment of HTML, hit_templates/tasks/NAME.html, that shows one row.

Its first comment says what the type is for, and declares the shape of its rows and its context.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amt.configuration import PROJECT
from amt.declared import shapes
from amt.declared.shapes import Object, Shape, Word
from amt.errors import Error
from amt.page_checks import BUTTONS
from amt.spelling import suggest
from amt.templates import Template, describe_template_error
from formats.html_tokens import Token, find_tokens

WRAPPER = "task.html"  # the template of the page, in which each row is a fragment
FOLDERS = ("tasks", "hit_templates/tasks")  # of fragments, within each template directory
NAME = re.compile(r"[A-Za-z0-9][\w-]{0,99}", re.ASCII)  # with .html it must be a file's name
COMMENT = re.compile(r"\s*(?:\{#-?(?P<jinja>.*?)-?#\}|<!--(?P<html>.*?)-->)", re.DOTALL)
DECLARATION = re.compile(r"^[ \t]*(row or context|row|context):", re.MULTILINE)
SHARED = "row or context"
CHOICES = re.compile(r"""\{\{[^{}]*\bchoices\(\s*["']([^"']+)""")  # the macro of task.html
LOOP = re.compile(r"\{%-?\s*(for|endfor)\b")
CONTEXT_KEYS = {"instruction", "title"}  # which task.html shows for every type
FIELDS = ("input", "select", "textarea")
OF_A_PAGE = ("html", "head", "body", "form")


@dataclass(frozen=True)
class TaskType:
    """A task type: its name, its file, and what its first comment declares.

    `shared` are the members that a row must have unless the context has them.
    `faults` has what is wrong in the file, as `file:line: message`.
    """

    name: str
    path: str
    description: str
    row: Shape
    context: Shape
    shared: tuple[str, ...]
    faults: tuple[str, ...]

    def check_row(self, row_id: object, row: Any, context: Mapping[str, Any]) -> list[str]:
        """Return what is wrong with a row's shape, as `/rows/ID/...: message`."""
        path = shapes.join("/rows", str(row_id))
        return list(self.row.find_faults(row, path, context))

    def check_shared(
        self, rows: Sequence[tuple[int, str, Any]], context: Mapping[str, Any]
    ) -> Iterator[str]:
        """Yield what is neither in the context nor in every row, as `/context/...: message`.

        `rows` are the numbers, ids and values of all rows.
        """
        for name in self.shared:
            if name in context:
                continue
            for _, row_id, row in rows:
                if not (isinstance(row, dict) and name in row):
                    place = shapes.join(shapes.join("/rows", row_id), name)
                    yield f"{shapes.join('/context', name)}: is missing, and so is {place}"
                    break

    def check_context(self, context: Mapping[str, Any]) -> list[str]:
        """Return what is wrong with the context, as `/context/...: message`, sorted."""
        faults = list(self.context.find_faults(context, "/context", context))
        if isinstance(self.context, Object):
            faults += self.context.find_unknown(context, "/context", CONTEXT_KEYS)
        for key in CONTEXT_KEYS & context.keys():
            faults += Word("text").find_faults(context[key], f"/context/{key}", context)
        return sorted(faults)


def list_types(directories: Sequence[str]) -> list[TaskType]:
    """Return the task types of the template directories, sorted by name.

    Of two files with one name, the one that the page would include counts.
    """
    found: dict[str, Path] = {}
    for folder in _list_folders(directories):
        for path in sorted(folder.glob("*.html")):
            if NAME.fullmatch(path.stem):
                found.setdefault(path.stem, path)
    return [_read_type(path) for _, path in sorted(found.items())]


def find_type(name: str, directories: Sequence[str]) -> TaskType:
    """Return the task type of this name.

    Raises Error if there is none, or with everything that is wrong in its file.
    """
    path = _find_file(name, directories) if NAME.fullmatch(name) else None
    if path is None:
        known = [task.name for task in list_types(directories)]
        hint = suggest(name, known) or f"; there are {', '.join(known)}"
        shown = name[:60]
        raise Error(f"{shown} is not a task: there is no tasks/{shown}.html{hint}")
    task = _read_type(path)
    if task.faults:
        raise Error("\n".join(task.faults))
    return task


def _find_file(name: str, directories: Sequence[str]) -> Path | None:
    paths = (folder / f"{name}.html" for folder in _list_folders(directories))
    return next((path for path in paths if path.is_file()), None)


def render(hit: Mapping[str, Any], directories: Sequence[str]) -> str:
    """Return the page of a HIT, a line of input.jsonl: `task`, `rows`, and `context`, if any.

    Raises Error with the template and the line of what is wrong.
    """
    return Template(WRAPPER, directories).render(dict(hit))


def split_answers(rows: Sequence[Mapping[str, Any]], output: Any) -> dict[Any, dict[str, Any]]:
    """Return the fields of each row, by its id, from the output of a page.

    A row without an answer is left out: the output is whatever a worker's browser sent.
    """
    answers = output.get("rows") if isinstance(output, dict) else None
    if not isinstance(answers, dict):
        return {}
    found = {row["id"]: answers.get(str(row["id"])) for row in rows}
    return {row_id: fields for row_id, fields in found.items() if isinstance(fields, dict)}


def read_comment(output: Any) -> str:
    """Return what the worker wrote into the comment box, or an empty text."""
    comment = output.get("comment") if isinstance(output, dict) else None
    return comment if isinstance(comment, str) else ""


def _list_folders(directories: Sequence[str]) -> Iterator[Path]:
    """Yield the folders of fragments in the order in which Jinja looks into them."""
    for folder in FOLDERS:
        for directory in (".", *directories, str(PROJECT)):
            yield Path(directory) / folder


def _read_type(path: Path) -> TaskType:
    shown = _show_path(path)
    try:
        source = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        fault = f"{shown}: {getattr(error, 'strerror', None) or 'is not UTF-8'}"
        return TaskType(path.stem, shown, "", Word("any"), Word("any"), (), (fault,))
    faults: list[tuple[int, str]] = []
    comment = COMMENT.match(source)
    group = "jinja" if comment and comment["jinja"] is not None else "html"
    text, start = (comment[group], comment.start(group)) if comment else ("", 0)
    places = [*DECLARATION.finditer(text)]
    declared: dict[str, Shape] = {}
    shared: tuple[str, ...] = ()
    for place, end in zip(places, [*(p.start() for p in places[1:]), len(text)], strict=False):
        declaration = text[place.end() : end]
        if place[1] == SHARED:
            shared = tuple(declaration.replace(",", " ").split())
            continue
        try:
            declared[place[1]] = shapes.parse(declaration)
        except ValueError as error:
            faults.append((start + place.start(1), f"{place[1]}: {error}"))
    description = " ".join(text[: places[0].start() if places else len(text)].split())
    faults += _find_faults(source)
    lines = [(source.count("\n", 0, position) + 1, message) for position, message in faults]
    lines += _find_syntax_error(source, path.name)
    return TaskType(
        path.stem,
        shown,
        description,
        declared.get("row", Word("any")),
        declared.get("context", Word("any")),
        shared,
        tuple(f"{shown}:{line}: {message}" for line, message in sorted(lines)),
    )


def _show_path(path: Path) -> str:
    """Return a path relative to the current directory or to the project, if it is in one."""
    for base in (Path.cwd(), PROJECT):
        if path.resolve().is_relative_to(base):
            return path.resolve().relative_to(base).as_posix()
    return str(path)


def _find_syntax_error(source: str, name: str) -> Iterator[tuple[int, str]]:
    import jinja2

    try:
        jinja2.Environment(autoescape=True).parse(source, name)
    except jinja2.TemplateSyntaxError as error:
        yield error.lineno, describe_template_error(error, name).partition(": ")[2]


def _find_faults(source: str) -> Iterator[tuple[int, str]]:
    """Yield the position and the message of what would not work in a page, or would be lost."""
    # Comments become spaces, so that positions stay.
    page = re.sub(r"\{#.*?#\}", lambda match: re.sub(r"\S", " ", match[0]), source, flags=re.DOTALL)
    is_named = CHOICES.search(page) is not None
    ids: set[str] = set()
    for token in find_tokens(page):
        start, tag = token.start, f"<{token.name}>"
        if token.name in OF_A_PAGE:
            yield start, f"{tag} is not for a fragment, which shows one row of a page"
        if token.name not in (*FIELDS, "button") or not token.has_attributes:
            continue
        values = token.read_values()
        name, identifier = values.get("name", ""), values.get("id", "")
        if name.lower() == "assignmentid":
            yield start, f"{tag} is named assignmentId, which is the crowd's own field"
        elif name and not _is_button(token, values):
            is_named = True
        if not identifier or "{{" in identifier:
            continue
        if identifier in ids:
            yield start, f'{tag} has the id "{identifier}", which another control has too'
        elif _is_in_loop(page, start):
            yield start, f'{tag} has the same id "{identifier}" in each round of the loop'
        ids.add(identifier)
    if not is_named:
        yield 0, "has no field with a name, so there is nothing to submit"


def _is_button(token: Token, values: Mapping[str, str]) -> bool:
    return token.name == "button" or values.get("type", "").lower() in BUTTONS


def _is_in_loop(page: str, position: int) -> bool:
    tags = [match[1] for match in LOOP.finditer(page, 0, position)]
    return tags.count("for") > tags.count("endfor")
