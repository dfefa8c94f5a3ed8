"""The page /docs: openapi.json for people, without a network."""

from pathlib import Path
from typing import Any

import jinja2

from batch_server.exchange import Response
from batch_server.problems import KINDS

TEMPLATES = Path(__file__).parent / "templates"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"


def respond(document: dict[str, Any]) -> Response:
    """Return the page that shows a description of a server."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True
    )
    html = environment.get_template("docs.html").render(document=document, kinds=KINDS)
    return Response(200, html.encode(), "text/html", {"Content-Security-Policy": POLICY})
