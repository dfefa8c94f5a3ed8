"""ExternalURL of the HIT properties: the address of a page on another server, filled in with a row."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from amt import web_templates
from amt.crowd import Crowd
from amt.errors import Error
from amt.page_places import PLACEHOLDER
from amt.rows import add_input_fields, find_field
from formats import netloc

MAX_CHARACTERS = 8000  # nginx and Apache refuse a request line that is longer than 8 kB
UNSAFE = re.compile(r"[\s\\<>\"]")  # what our crowd refuses in an ExternalURL


class ExternalURL:
    """An address with `${name}`, or with Jinja tags, for the fields of a row.

    Values are quoted for a URL, except one at the very beginning, which is the address itself. In
    Jinja, `| safe` inserts a value as it is. Raises Error for a tag that is not valid.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._template: Any = None
        if web_templates.find_jinja(text):
            import jinja2

            environment = jinja2.Environment(
                autoescape=True, undefined=jinja2.StrictUndefined, finalize=_finalize
            )
            try:
                self._template = environment.from_string(text)
            except jinja2.TemplateSyntaxError as error:
                raise Error(f"ExternalURL: {error.message}") from error

    def check_columns(self, columns: Iterable[str]) -> None:
        """Raise Error with every `${name}` that no column has, and the columns there are."""
        row = dict.fromkeys(columns)
        names = dict.fromkeys(name.strip() for name in PLACEHOLDER.findall(self.text))
        if missing := [name for name in names if find_field(row, name) is None]:
            raise Error(
                f"ExternalURL: no column for {', '.join(f'${{{name}}}' for name in missing)}; "
                f"the columns are {', '.join(row) or 'none'}"
            )

    def fill(self, row: Any) -> str:
        """Return the address of a row. Raises Error for a name that the row does not have."""
        if self._template is not None:
            try:
                return str(self._template.render(row=add_input_fields(row))).strip()
            except Exception as error:  # whatever it is, it is the template's
                raise Error(f"ExternalURL: {error}") from error
        fields = row if isinstance(row, Mapping) else {}
        self.check_columns(fields)

        def find_value(match: re.Match[str]) -> str:
            value = fields[find_field(fields, match[1].strip()) or ""]
            text = web_templates.to_text(value)
            return quote(text, safe="") if match.start() else text

        return PLACEHOLDER.sub(find_value, self.text).strip()


def _finalize(value: Any) -> Any:
    """Return what Jinja inserts for a value: what `| safe` returns stays as it is."""
    import jinja2

    if hasattr(value, "__html__"):
        return value
    text = str(value) if isinstance(value, jinja2.Undefined) else web_templates.to_text(value)
    return quote(text, safe="")


def check_url(url: str, crowd: Crowd) -> None:
    """Raise ValueError unless the crowd takes the address as an ExternalURL.

    Crowds of ours allow http for this machine, Mechanical Turk does not.
    """
    shown = url if len(url) < 100 else url[:99] + "…"
    try:
        parts = urlsplit(url)
        host = parts.hostname
        parts.port  # noqa: B018 - raises ValueError for an invalid port
    except ValueError as error:
        raise ValueError(f"ExternalURL: {shown!r} is not a URL: {error}") from error
    if not host or parts.scheme not in ("http", "https"):
        raise ValueError(f"ExternalURL: {shown!r} is not an https URL")
    if unsafe := UNSAFE.search(url):
        raise ValueError(f"ExternalURL: {shown!r} contains {unsafe[0]!r}; write it as %XX")
    if parts.scheme == "http" and not (crowd.name != "mturk" and netloc.is_loopback(host)):
        allowed = "" if crowd.name == "mturk" else "; http is for pages on this machine only"
        raise ValueError(f"ExternalURL: {shown!r} must begin with https{allowed}")
    if len(url) > MAX_CHARACTERS:
        raise ValueError(
            f"ExternalURL: {shown!r} has {len(url):,} characters; web servers refuse more than "
            f"{MAX_CHARACTERS:,}"
        )
