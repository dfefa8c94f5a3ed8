"""Definition directories of amti, another tool for Mechanical Turk: a question and its properties."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from amt import page_places, properties, web_templates
from amt.crowd import Crowd
from amt.errors import Error
from amt.external_urls import check_url
from amt.hits import SizeLimit, check_question
from amt.properties import Properties
from amt.rows import add_input_fields
from amt.templates import describe_template_error

QUESTION = "question.xml.j2"
PROPERTIES = ("hittypeproperties.json", "hitproperties.json")
# What a value is while the template is rendered, until the place that it stands in is known.
MARKER = "amti.value."
VALUES = "values of amti's template"  # no name that a template could use
RAW_HINT = "--raw_values inserts the values as they are, as amti did"


def read_properties(directory: str) -> Properties:
    """Read the HIT properties of a definition. Raises Error with every fault, one per line."""
    return properties.read(*(Path(directory) / name for name in PROPERTIES))


class DefinitionSource:
    """The template of a definition, which is the whole question's XML.

    A row is an object, whose fields are the template's variables. amti inserted them as they are, and
    so does `raw_values`; else each is escaped for the place where it stands: text, an attribute, a
    string of a script. Raises Error for a directory without a template that can be read.
    """

    def __init__(self, directory: str, crowd: Crowd, *, raw_values: bool = False) -> None:
        import jinja2

        self.name = str(Path(directory) / QUESTION)
        self.raw_values = raw_values
        self._crowd = crowd
        self._markup: dict[str, None] = {}  # values with markup, a sample of them
        try:
            source = Path(self.name).read_text(encoding="utf-8-sig")
        except FileNotFoundError as error:
            raise Error(_describe_missing(directory)) from error
        except OSError as error:
            raise Error(f"{self.name}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise Error(f"{self.name}: not UTF-8 text") from error
        self.sources = {QUESTION: source}
        environment = jinja2.Environment(
            loader=jinja2.FunctionLoader(
                lambda name: (source, name, None) if name == self.name else None
            ),
            autoescape=not raw_values,  # noqa: S701 - the requester asked for it
            undefined=_make_undefined(),
            finalize=jinja2.pass_context(_insert),
        )
        try:
            self._template = environment.get_template(self.name)
        except jinja2.TemplateSyntaxError as error:
            raise Error(describe_template_error(error, self.name)) from error

    def check_columns(self, columns: Iterable[str]) -> None:
        """Do nothing: a variable without a column is found when it is inserted."""

    def warnings(self) -> list[str]:
        """Return what to say of the rows that were filled in, a line each."""
        if not self._markup:
            return []
        sample = next(iter(self._markup))
        return [
            f"{self.name}: values with markup, such as {sample!r}, are shown as text. {RAW_HINT}"
        ]

    def fill(self, row: Any, _frame_height: int, limit: SizeLimit) -> dict[str, Any]:
        """Return the parameters of CreateHIT for a row. Raises Error or ValueError."""
        question = self._render(row).strip()
        check_question(question, limit, lambda url: check_url(url, self._crowd))
        return {"Question": question}

    def _render(self, row: Any) -> str:
        if not isinstance(row, Mapping):
            raise Error(f"{self.name}: the row is not a JSON object, so it has no fields")
        values: list[str] | None = None if self.raw_values else []
        try:
            text = self._template.render({**add_input_fields(row), VALUES: values})
        except Exception as error:  # whatever it is, it is the template's
            raise Error(describe_template_error(error, self.name)) from error
        return text if values is None else self._insert_values(text, values)

    def _insert_values(self, text: str, values: list[str]) -> str:
        parts: list[str] = []
        end = 0
        for place in page_places.find_places(text) if values else ():
            if not place.name.startswith(MARKER):
                continue  # JavaScript's own ${name}
            value = values[int(place.name.removeprefix(MARKER))]
            if place.kind == page_places.TEXT and web_templates.MARKUP.search(value):
                self._markup.setdefault(value[:40])
            try:
                parts += text[end : place.start], web_templates.ESCAPES[place.kind](value)
            except ValueError as error:
                raise Error(
                    f"{self.name}: a value is in a script outside a string, and {error}: "
                    f"{value[:40]!r}; use the filter tojson, or --raw_values"
                ) from error
            end = place.end
        return "".join([*parts, text[end:]])


def _insert(context: Any, value: Any) -> Any:
    """Return what Jinja inserts for a value: itself if it is safe, else the marker of its text."""
    from markupsafe import Markup

    values = context.get(VALUES)
    if values is None or hasattr(value, "__html__"):
        return value
    values.append(str(value))  # as amti did: True, ['a', 'b']
    return Markup(f"${{{MARKER}{len(values) - 1}}}")  # noqa: S704 - no part of the value


def _make_undefined() -> Any:
    """Return a kind of undefined that may be tested, as in `{% if x %}`, but not inserted."""
    import jinja2

    class Undefined(jinja2.Undefined):
        __str__ = jinja2.StrictUndefined.__str__

    return Undefined


def _describe_missing(directory: str) -> str:
    """Say what a definition directory has, and where it is in a batch of amti's."""
    missing = f"{Path(directory) / QUESTION}: no such file; a definition has {QUESTION}, "
    hint = Path(directory) / "definition"
    within = f". This is a batch; its definition is {hint}" if (hint / QUESTION).exists() else ""
    return f"{missing}{' and '.join(PROPERTIES)}{within}"
