"""The requester's files for HIT pages (pictures, sounds, scripts), in `files/` of the data."""

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
    """Send a file to pages of any origin, since HIT pages have none; hidden files are a 404."""
    path = safe_join(str(current_app.extensions["local_crowd_files"]), name)
    if path is None or any(part.startswith(".") for part in name.split("/")):
        raise NotFound
    try:
        is_file = Path(path).is_file()
    except (OSError, ValueError):  # the name is too long, or contains a null character
        is_file = False
    if not is_file:
        raise NotFound
    response = send_file(
        path,
        mimetype=mimetypes.guess_type(name, strict=False)[0] or "application/octet-stream",
    )
    if response.status_code == 206:
        _send_by_server(response, path)
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Content-Security-Policy"] = FILE
    return response


def _send_by_server(response: Response, path: str) -> None:
    """Have the server send a range of a file, as it sends whole files.

    Werkzeug would read the range in this thread, so a slow client would block it. The server stops
    at Content-Length.
    """
    wrap = request.environ.get("wsgi.file_wrapper")
    if wrap is None or request.method == "HEAD":
        return
    start = response.content_range.start or 0
    response.close()
    part = Path(path).open("rb")  # noqa: SIM115 - the server closes it
    part.seek(start)
    response.response = wrap(part)
