"""Templates of Amazon SageMaker Ground Truth: Liquid, in which `task.input` is a row.

Only amt/templates.py imports this module, and only for such a template: Liquid takes 0.1 s to load.
"""

import bisect
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import liquid
from liquid.builtin.output import Output, OutputNode
from liquid.exceptions import LiquidError, TemplateNotFoundError, UndefinedError
from markupsafe import Markup

from amt import web_templates
from amt.errors import Error
from amt.liquid_places import find_optional_names, find_output_places
from amt.page_places import ATTRIBUTE, CODE, COMMENT, LITERAL, STRING, TEXT
from amt.rows import add_input_fields
from formats import json_text

ROW = ("task", "input")
SOURCES = ("source-ref", "source")  # what Ground Truth passes on as task.input.taskObject


class _Json(str):
    """The output of `to_json`."""

    __slots__ = ()


class _Raw(Markup):
    """The output of `skip_autoescape`."""

    __slots__ = ()


class _RawJson(_Raw):
    """The output of `to_json | skip_autoescape`."""

    __slots__ = ()


class _ListCell(list[Any]):
    """A cell of a table that is a JSON list; `text` is the cell as it was read."""

    text = ""


class _ObjectCell(dict[str, Any]):
    """A cell of a table that is a JSON object; `text` is the cell as it was read."""

    text = ""


class _Missing(liquid.Undefined):
    """A name without a value: false and equal to nil in a condition, and an error in the page.

    Those that a condition tests are empty in the page too.
    """

    __slots__ = ()
    optional: frozenset[str] = frozenset()

    @property
    def path(self) -> str:
        """The name as the page has it, up to the part without a value."""
        return str(self.hint or self.name).removesuffix(" is undefined").strip("'")

    @property
    def is_of_row(self) -> bool:
        """Whether it is the row that has no such name; any other is empty, as in Ground Truth."""
        return self.path.startswith(".".join(ROW))

    def _raise_in_row(self) -> None:
        name = self.path.removeprefix(".".join(ROW) + ".")
        if self.is_of_row and re.split(r"[.\[]", name)[0] not in self.optional:
            raise UndefinedError(self.path, token=self.token)

    def __str__(self) -> str:
        self._raise_in_row()
        return ""

    def __iter__(self) -> Iterator[Any]:
        self._raise_in_row()
        return iter(())

    def __len__(self) -> int:
        self._raise_in_row()
        return 0

    def __bool__(self) -> bool:
        return False

    __hash__ = liquid.Undefined.__hash__


def _to_json(value: Any) -> str:
    if isinstance(value, _Missing):
        str(value)
    return _Json(json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str))


def _skip_autoescape(value: Any) -> str:
    return _RawJson(value) if isinstance(value, _Json) else _Raw(_to_text(value))


def _keep(value: Any, *_: Any, **__: Any) -> Any:
    """Return the address: a crowd has no private addresses to give access to."""
    return value


FILTERS = {
    "to_json": _to_json,
    "skip_autoescape": _skip_autoescape,
    "grant_read_access": _keep,
    "s3_presign": _keep,
}


def _to_text(value: Any) -> str:
    if isinstance(value, (_ListCell, _ObjectCell)):
        return value.text
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    # In Ground Truth, a list is JSON without to_json too: Amazon's templates rely on it.
    return str(_to_json(value)) if isinstance(value, (list, dict)) else str(value)


def _escape(value: Any, kind: str) -> str:
    """Return a value as it is written into a place. Raises ValueError where only data may stand."""
    text = _to_text(value)
    if isinstance(value, _Raw):
        if kind in (STRING, LITERAL):
            return web_templates.escape_in_string(text)
        # The same JSON; it cannot end the script.
        return (
            text.replace("<", "\\u003c") if kind == CODE and isinstance(value, _RawJson) else text
        )
    is_markup = hasattr(value, "__html__")
    if kind in (TEXT, COMMENT, ATTRIBUTE, STRING, LITERAL):
        # As Ground Truth does it, also in strings of scripts, where the page expects it.
        escaped = str(text) if is_markup else html.escape(text)
        if kind in (STRING, LITERAL):
            return web_templates.escape_in_string(escaped)
        if kind == ATTRIBUTE:
            return escaped.replace('"', "&quot;").replace("'", "&#x27;")
        return escaped
    return web_templates.ESCAPES[kind](html.unescape(text) if is_markup else text)


class LiquidTemplate:
    """A page in Liquid. Raises Error, naming file and line, for one that is not valid."""

    raw_values = False

    def __init__(self, name: str, source: str) -> None:
        self.name = name
        self.source = source
        self._empty: dict[str, int] = {}  # names outside the row -> the first line
        self._is_table = False
        self._optional = find_optional_names(source)
        missing = type("_Missing", (_Missing,), {"__slots__": (), "optional": self._optional})
        environment = liquid.Environment(autoescape=True, undefined=missing)
        environment.add_tag(_make_output_tag(self))
        for filter_name, function in FILTERS.items():
            environment.add_filter(filter_name, function)
        self._places = find_output_places(source)
        try:
            self._template = environment.from_string(source)
            self._names = self._template.analyze().globals.get(ROW[0], [])
        except LiquidError as error:
            raise self._describe(error) from error

    def check_columns(self, columns: Iterable[str]) -> None:
        """Raise Error with every name in the page that no column has.

        Afterwards rows are those of a table: a cell that is a JSON list or object is used as such.
        """
        self._is_table = True
        row = _Row(add_input_fields(dict.fromkeys(columns, "")))
        missing: dict[str, int] = {}
        for variable in self._names:
            name = variable.segments[2] if len(variable.segments) > 2 else None
            is_of_row = tuple(variable.segments[:2]) == ROW and isinstance(name, str)
            if is_of_row and not row.has(str(name)) and name not in self._optional:
                missing.setdefault(str(name), self._find_line(variable.span.index))
        if missing:
            raise self._make_missing_error(missing, columns)

    def fill(self, row: Any) -> str:
        """Return the page of a row. Raises Error, with template and line, where it does not fit."""
        value = add_input_fields(row)
        if isinstance(value, dict):
            if self._is_table:
                value = {name: _parse_cell(cell) for name, cell in value.items()}
            value = _Row(value)
        try:
            return self._template.render(task={"input": value})
        except UndefinedError as error:
            line = self._find_line(error.token.start_index if error.token else -1)
            columns = row if isinstance(row, Mapping) else []
            raise self._make_missing_error({str(error.message): line}, columns) from error
        except LiquidError as error:
            raise self._describe(error) from error

    def write(self, value: Any, index: int) -> str:
        """Return what is written for the value of the expression at `index` of the source."""
        start, kind = self._find_place(index)
        if isinstance(value, _Missing) and not value.is_of_row:
            self._empty.setdefault(value.path, self._find_line(start))
        try:
            return _escape(value, kind)
        except ValueError as error:
            raise Error(
                f"{self.name}:{self._find_line(start)}: {self._quote_output(start)} is in a script "
                f"outside a string, and its value {error}: {_to_text(value)[:40]!r}; add | to_json"
            ) from error

    def warnings(self) -> list[str]:
        """Return what to say of the rows that were filled in, a line each."""
        names = [f"{name} (line {line})" for name, line in self._empty.items()]
        if not names:
            return []
        return [f"{self.name}: no value for {', '.join(names)}; left empty. The row is task.input"]

    def _find_place(self, index: int) -> tuple[int, str]:
        """Return where the output at `index` begins, and its kind of place."""
        place = self._places[bisect.bisect(self._places, index, key=lambda place: place[0]) - 1]
        return place[0], place[2]

    def _quote_output(self, start: int) -> str:
        end = self.source.find("}}", start) + 2
        return " ".join(self.source[start:end].split())

    def _find_line(self, index: int) -> int:
        return self.source.count("\n", 0, index if index >= 0 else len(self.source)) + 1

    def _describe(self, error: LiquidError) -> Error:
        line = self._find_line(error.token.start_index if error.token else -1)
        missing = "no such template: " if isinstance(error, TemplateNotFoundError) else ""
        return Error(f"{self.name}:{line}: {missing}{error.message}")

    def _make_missing_error(self, missing: Mapping[str, int], columns: Iterable[str]) -> Error:
        prefix = ".".join(ROW) + "."
        names = ", ".join(
            f"{{{{ {prefix}{name.removeprefix(prefix)} }}}} (line {line})"
            for name, line in missing.items()
        )
        return Error(
            f"{self.name}:{min(missing.values())}: no column for {names}; "
            f"the columns are {', '.join(columns) or 'none'}"
        )


def _make_output_tag(template: LiquidTemplate) -> type[Output]:
    class PlacedOutputNode(OutputNode):
        """`{{ … }}`, escaped for its place."""

        __slots__ = ()

        def render_to_output(self, context: Any, buffer: Any) -> int:
            """Write the value of the expression, and return its length."""
            value = self.expression.evaluate(context)
            return int(buffer.write(template.write(value, self.token.start_index)))

    class PlacedOutput(Output):
        """The parser of `{{ … }}`."""

        node_class = PlacedOutputNode

    return PlacedOutput


class _Row(dict[str, Any]):
    """A row, with the names that Ground Truth adds to a line of its manifest, as long as it has none
    of its own. They are not listed among its names.
    """

    def __missing__(self, name: str) -> Any:
        if name == "manifestLine":
            return self
        if name == "taskObject" and (source := next((it for it in SOURCES if it in self), None)):
            return self[source]
        raise KeyError(name)

    def has(self, name: str) -> bool:
        """Return whether the row has a value for a name."""
        try:
            self[name]
        except KeyError:
            return False
        return True


def _parse_cell(cell: Any) -> Any:
    """Return the list or object that a cell of a table is as JSON; any other cell as it is."""
    if not isinstance(cell, str) or cell.lstrip()[:1] not in ("[", "{"):
        return cell
    try:
        value = json_text.parse(cell)
    except ValueError:
        return cell
    parsed = _ListCell(value) if isinstance(value, list) else _ObjectCell(value)
    parsed.text = cell
    return parsed
