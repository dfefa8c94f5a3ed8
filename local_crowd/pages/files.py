"""The requester's own files for HIT pages: pictures, sounds, scripts, in `files/` of the data."""

import mimetypes
from pathlib import Path

from flask import Blueprint, current_app, request, send_file
from werkzeug.exceptions import NotFound
from werkzeug.security import safe_join
from werkzeug.wrappers import Response

from local_crowd.pages.headers import FILE

pages = Blueprint("files", __name__)


@pages.get("/files/<path:name>")
def send(name: str) -> Response:
    """A file, for pages of every origin: HIT pages are of none. Hidden files are not there."""
    path = safe_join(str(current_app.extensions["local_crowd_files"]), name)
    if path is None or any(part.startswith(".") for part in name.split("/")):
        raise NotFound
    try:
        is_file = Path(path).is_file()
    except (OSError, ValueError):  # longer than names can be; a null character
        is_file = False
    if not is_file:
        raise NotFound
    response = send_file(
        path,
        mimetype=mimetypes.guess_type(name, strict=False)[0] or "application/octet-stream",
    )
    if response.status_code == 206:
        _hand_over(response, path)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Content-Security-Policy"] = FILE
    return response


def _hand_over(response: Response, path: str) -> None:
    """Let the server send a part of a file by itself, as it sends whole files.

    Werkzeug reads the part in this thread, which would then be held by a slow reader. The server
    stops at the Content-Length.
    """
    wrap = request.environ.get("wsgi.file_wrapper")
    if wrap is None or request.method == "HEAD":
        return
    start = response.content_range.start or 0
    response.close()
    part = Path(path).open("rb")  # noqa: SIM115 - the server closes it
    part.seek(start)
    response.response = wrap(part)
