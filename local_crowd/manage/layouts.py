"""Layouts: pages that CreateHIT fills in. A layout has the same id on both sites."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local_crowd.manage.common import format_time
from local_crowd.manage.sites import both_sites, requester_ids, writing
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.hits import layouts


def add_layout(
    directory: Path, file: str, requester: str, frame_height: int
) -> Iterator[dict[str, Any]]:
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
    with both_sites(directory) as sites, writing(sites) as calls:
        layout_id = calls[0].new_id()
        for call, requester_id in requester_ids(calls, requester):
            layouts.add(call, layout_id, requester_id, path.name, html, frame_height)
    yield {"HITLayoutId": layout_id, "parameters": layouts.find_parameters(html)}


def list_layouts(directory: Path) -> Iterator[dict[str, Any]]:
    """Yield every layout: id, file name, requester, parameters, creation time."""
    lines: dict[str, dict[str, Any]] = {}
    with both_sites(directory) as sites:
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
