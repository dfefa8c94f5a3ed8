"""Layouts: pages that a crowd stores once, and fills in for each HIT."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from amt import web_templates
from amt.crowd import Crowd
from amt.errors import Error
from amt.hits import SizeLimit
from amt.rows import find_field

MAX_NAME = 200  # characters


class Layout(NamedTuple):
    """A layout: the names that need a value, and those that may be JavaScript's own."""

    layout_id: str
    required: list[str]
    optional: list[str]


def add(client: Any, html_file: str, frame_height: int) -> Layout:
    """Register a page as a layout, and return it; a page that is registered already keeps its id.

    `frame_height` is in pixels. Raises Error for a file that cannot be read.
    """
    try:
        html = Path(html_file).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Error(f"{html_file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Error(f"{html_file}: not UTF-8 text") from error
    name = Path(html_file).name[-MAX_NAME:]
    return _call(
        html_file, client.create_hit_layout, Name=name, Html=html, FrameHeight=frame_height
    )


def fetch(client: Any, layout_id: str) -> Layout:
    """Return a layout of the requester. Raises Error for one that the crowd refuses to show."""
    return _call("--hit_layout_id", client.get_hit_layout, HITLayoutId=layout_id)


def _call(name: str, method: Any, **request: Any) -> Layout:
    """Return the layout in a response. Raises Error, naming `name`, when the crowd refuses."""
    from amt import connection  # boto3 takes 0.1 s to import, which --help must not wait for

    try:
        response = method(**request)
    except Exception as error:
        if (refusal := connection.describe_refusal(error)) is None:
            raise
        raise Error(f"{name}: {refusal}") from error
    return Layout(
        response["HITLayoutId"], response["RequiredParameters"], response["OptionalParameters"]
    )


class LayoutSource:
    """A layout, which the crowd fills in with a row. `layout` is None if the crowd cannot show it.

    Each column that the layout has a name for becomes a parameter; of an unknown layout, every one.
    """

    name = "--hit_layout_id"
    raw_values = False

    def __init__(self, layout_id: str, layout: Layout | None) -> None:
        self.sources = {"HITLayoutId": layout_id}
        self._layout_id = layout_id
        self._layout = layout

    def check_columns(self, columns: Iterable[str]) -> None:
        """Raise Error with the names that no column has, and the columns there are."""
        row = dict.fromkeys(columns)
        required = self._layout.required if self._layout else []
        if missing := [name for name in required if find_field(row, name) is None]:
            raise Error(
                f"layout {self._layout_id}: no column for {', '.join(missing)}; the columns are "
                f"{', '.join(row) or 'none'}"
            )

    def warnings(self) -> list[str]:
        """Return no warnings."""
        return []

    def fill(self, row: Any, _frame_height: int, _limit: SizeLimit) -> dict[str, Any]:
        """Return the parameters of CreateHIT for a row. Raises Error for a name without a field."""
        fields = row if isinstance(row, Mapping) else {}
        self.check_columns(fields)
        if self._layout is None:
            names = list(fields)
        else:
            names = [*self._layout.required, *self._layout.optional]
        columns = {name: find_field(fields, name) for name in names}
        return {
            "HITLayoutId": self._layout_id,
            "HITLayoutParameters": [
                {"Name": name, "Value": web_templates.to_text(fields[column])}
                for name, column in columns.items()
                if column is not None
            ],
        }


def read(layout_id: str, crowd: Crowd) -> LayoutSource:
    """Return the source of a layout's HITs. Raises Error for an unknown layout of a crowd of ours."""
    if crowd.name == "mturk" or not crowd.has("get_hit_layout"):
        return LayoutSource(layout_id, None)
    return LayoutSource(layout_id, fetch(crowd.connect(), layout_id))
