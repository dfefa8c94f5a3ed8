"""The requester's own files for HIT pages: pictures, sounds, scripts, in `files/` of the data."""

import mimetypes

from flask import Blueprint, current_app, send_from_directory
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from local_crowd.pages.headers import FILE

pages = Blueprint("files", __name__)


@pages.get("/files/<path:name>")
def file(name: str) -> Response:
    """A file, for pages of every origin: HIT pages are of none. Hidden files are not there."""
    if any(part.startswith(".") for part in name.split("/")):
        raise NotFound
    response = send_from_directory(
        current_app.extensions["local_crowd_files"],
        name,
        mimetype=mimetypes.guess_type(name, strict=False)[0] or "application/octet-stream",
    )
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Content-Security-Policy"] = FILE
    return response
