"""Layouts: pages that CreateHIT fills in. A layout has the same id on both sites."""

from collections.abc import Iterator
from pathlib import Path

from local_crowd.manage.commands import Line, argument, command
from local_crowd.manage.common import format_time
from local_crowd.manage.sites import find_requester_ids, open_sites, writing
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.hits import layouts


@command(
    argument("file", "FILE.html", "HTML page with ${name} where values go"),
    argument(
        "--requester",
        "NAME",
        'owner of the layout; default: "local", the requester that scripts act as without a server',
        default="local",
    ),
    argument(
        "--frame_height",
        "PIXELS",
        "height of the HIT's frame; default: 0, the height of the worker's window",
        type=int,
        default=0,
    ),
)
def add_layout(directory: Path, file: str, requester: str, frame_height: int) -> Iterator[Line]:
    """Store an HTML file as a layout of a requester; yield its id and its parameters.

    Raises ParameterValidationError for a file that cannot be read or is too large, and for
    an unknown requester.
    """
    path = Path(file)
    try:
        html = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ParameterValidationError(f"{file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ParameterValidationError(f"{file}: not UTF-8 text") from error
    with open_sites(directory) as sites, writing(sites) as calls:
        layout_id = calls[0].new_id()
        for call, requester_id in find_requester_ids(calls, requester):
            layouts.add(call, layout_id, requester_id, path.name, html, frame_height)
    yield {"HITLayoutId": layout_id, "parameters": layouts.find_parameters(html)}


@command()
def list_layouts(directory: Path) -> Iterator[Line]:
    """Yield every layout: id, file name, requester, parameters, creation time."""
    lines: dict[str, Line] = {}
    with open_sites(directory) as sites:
        for site in sites:
            with site.reading() as call:
                for row in layouts.list_all(call):
                    lines[row.layout_id] = {
                        "HITLayoutId": row.layout_id,
                        "name": row.name,
                        "requester": row.requester,
                        "parameters": layouts.find_parameters(row.html),
                        "created": format_time(row.created_time),
                    }
    yield from lines.values()
