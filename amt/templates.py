"""Render HIT pages with a row of the input: in Jinja, in Liquid, or with `${name}`."""

import json
import re
import traceback
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from amt import liquid_places, web_templates
from amt.configuration import PROJECT
from amt.errors import Error
from amt.rows import add_input_fields
from amt.web_templates import WebTemplate

if TYPE_CHECKING:
    from amt.liquid_templates import LiquidTemplate

# Characters that JSON allows, but a <script>, single quotes, XML or UTF-8 do not.
UNSAFE = re.compile("[<>&'\u2028\u2029\ud800-\udfff\ufffe\uffff]")
# Jinja's error for {{ input.name }}, and the same in plain words.
TEXT_HAS_NO = (
    "'markupsafe.Markup object' has no attribute",
    "'input' is JSON text for scripts; 'row' holds the values. 'input' has no attribute",
)
TRACED = "data-trace"
NOTHING = object()  # no row: a page to look at


def script_safe(value: Any) -> str:
    """Return `value` as JSON that is the same text in a <script>, an attribute in '...', or CDATA."""
    text = json.dumps(value, ensure_ascii=False)
    return UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


class Template:
    """A template with what it includes, searched in the current directory, in `directories`, in the
    directory of the scripts, and in the template's own.

    A page with `${name}` and no Jinja tags is filled in as Mechanical Turk's web site did it; with
    `raw_values`, without escaping. A page with `task.input` is in Liquid. Raises Error, naming file
    and line, for a template that is missing, is not valid, or has no `${name}` though `raw_values`
    is given.
    """

    def __init__(self, name: str, directories: Sequence[str], *, raw_values: bool = False) -> None:
        import jinja2

        # Every source that was read, by name: what the batch record keeps and compares.
        self.sources: dict[str, str] = {}
        self.paths: list[str] = []  # of the files that they are from
        path = Path(name)
        search = [".", *directories, str(PROJECT), str(path.parent)]
        if path.is_absolute() or ".." in path.parts:
            search.insert(0, str(path.parent))
            name = path.name
        self.name = name

        class Remembering(jinja2.FileSystemLoader):
            def get_source(loader, environment: Any, template: str) -> Any:  # noqa: N805
                source = super().get_source(environment, template)
                self.sources[template] = source[0]
                self.paths.append(source[1])
                return source

        loader = Remembering(search, encoding="utf-8-sig")
        environment = jinja2.Environment(
            loader=loader,
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            # What was read once stays as it was read: every row gets the page that was checked.
            auto_reload=False,
            cache_size=-1,
        )
        try:
            source = loader.get_source(environment, name)[0]
            self._own = _parse_own(name, source, raw_values)
            if self._own is None:
                self._template = environment.get_template(name)
        except jinja2.TemplateNotFound as error:
            if path.exists() and not path.is_file():
                raise Error(f"{path}: is not a regular file; name one for the page") from error
            raise Error(f"{error.name}: no such template in {', '.join(search)}") from error
        except OSError as error:
            raise Error(f"{path}: {error.strerror}") from error
        except (jinja2.TemplateSyntaxError, UnicodeDecodeError) as error:
            raise Error(describe_template_error(error, name)) from error
        if raw_values and not self.raw_values:
            raise Error(f"{name}: --raw_values is for pages with ${{name}} and no Jinja tags")
        self._source = source
        is_web = isinstance(self._own, WebTemplate)
        self._fields = [] if is_web else web_templates.find_fields(source)

    @property
    def raw_values(self) -> bool:
        """Whether values are inserted without escaping."""
        return self._own is not None and self._own.raw_values

    def check_columns(self, columns: Iterable[str]) -> None:
        """Raise Error with the names that no column has, or for other tags beside `${column}`.

        Call it with the columns of a table, before its first row.
        """
        names = list(columns)
        self._refuse_mixed(names)
        self._read_unusual_names(names)
        if self._own:
            self._own.check_columns(names)

    def _read_unusual_names(self, columns: Iterable[str]) -> None:
        """Fill the page in as the web site did if its only names are columns such as `col#1`."""
        if self._own is None and web_templates.has_unusual_names(self._source, columns):
            self._own = WebTemplate(self.name, self._source)

    def _refuse_mixed(self, columns: Iterable[str]) -> None:
        tags = ("Liquid", liquid_places.IS_LIQUID.search) if self._own else ()
        web_templates.refuse_mixed(self.name, self._source, self._fields, columns, *tags)

    def warnings(self) -> list[str]:
        """Return what to say of the rows that were rendered, a line each."""
        return self._own.warnings() if self._own else []

    def render(self, row: Any = NOTHING) -> str:
        """Return the page of a row; without one, `input` is empty and `row` is undefined.

        Raises Error with template and line for an undefined name or any other fault.
        """
        from markupsafe import Markup

        if isinstance(row, dict):
            self._refuse_mixed(row)
            self._read_unusual_names(row)
        if self._own:
            return self._own.source if row is NOTHING else self._own.fill(row)
        if row is not NOTHING:
            row = add_input_fields(row)
        values: dict[str, Any] = (
            {"input": ""} if row is NOTHING else {"input": Markup(script_safe(row)), "row": row}  # noqa: S704 - made safe
        )
        values["traced"] = TRACED in self._source  # whether the include brings trace.js
        try:
            return self._template.render(values)
        except Exception as error:  # whatever it is, it is the template's
            fault = describe_template_error(error, self.name)
            raise Error(fault + _suggest_row(fault, row)) from error


def _suggest_row(fault: str, row: Any) -> str:
    """Return what to write in place of a name that is not defined but is a field of the row."""
    found = re.search(r": '(\w+)' is undefined\Z", fault)
    is_field = found is not None and isinstance(row, dict) and found[1] in row
    return f"; write {{{{ row.{found[1]} }}}}" if found and is_field else ""


def _parse_own(name: str, source: str, raw_values: bool) -> "WebTemplate | LiquidTemplate | None":
    """Return a template that is not Jinja's, or None."""
    if liquid_places.is_liquid(source):
        from amt.liquid_templates import LiquidTemplate  # Liquid takes 0.1 s to load

        return LiquidTemplate(name, source)
    if web_templates.is_web_template(source):
        return WebTemplate(name, source, raw_values)
    return None


def describe_template_error(error: Exception, name: str) -> str:
    """Return template, line and message. Jinja adds the template's own frames to the traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.name.startswith(("top-level", "block ", "template"))]
    ours = ours or [frame for frame in frames if frame.filename.endswith((".html", ".js", ".css"))]
    where = getattr(error, "filename", None) or (ours[-1].filename if ours else name)
    line = getattr(error, "lineno", None) or (ours[-1].lineno if ours else None)
    if getattr(error, "templates", None) is not None:
        return f"{where}:{line}: no such template: {error}"
    message = str(getattr(error, "message", None) or error)
    message = message.replace(*TEXT_HAS_NO)
    return f"{where}:{line}: {message}"
