"""A stand-in for Prolific, CloudResearch Connect and SONA on this machine.

It does what docs/people.md's sources say: it sends participants to a study with their ids in the
address, and credits them at its completion URLs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, quote, urlsplit

CONNECT_PROJECT = "41B26CAA44"
CREDIT_TOKEN = "4e48f9b638a"
EXPERIMENT = "12"


class StandInPanel:
    """The panel's state: where its study is, its completion codes, and who was credited."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.study_url = ""
        self.codes = {"DONE1": "completed", "OUT2": "screened out", "NONE3": "nothing left"}
        self.signed_up: set[str] = set()
        self.completed: list[str] = []

    def respond(self, target: str) -> str | None:
        """Return the HTML of a page, or None for a page that does not exist."""
        path, query = urlsplit(target).path, urlsplit(target).query
        values = {name: texts[0] for name, texts in parse_qs(query).items()}
        kind, _, participant = path.removeprefix("/study/").partition("/")
        if path.startswith("/study/"):
            self.signed_up.add(participant)
            address = escape(self._address(kind, participant))
            return f'<h1>A study</h1><a href="{address}">Take part</a>'
        if path == "/submissions/complete" and values.get("cc") in self.codes:
            return self._complete(f"Submission {self.codes[values['cc']]}")
        if path == f"/participant/project/{CONNECT_PROJECT}/complete":
            return self._complete("Project completed")
        if path == "/webstudy_credit.aspx":
            right = (values["experiment_id"], values["credit_token"]) == (EXPERIMENT, CREDIT_TOKEN)
            if right and values["survey_code"] in self.signed_up:
                return self._complete(f"Credit granted to {values['survey_code']}")
            return "<h1>No credit</h1>"
        return "<h1>The panel's front page</h1>" if path == "/" else None

    def _address(self, kind: str, participant: str) -> str:
        """Return the study's URL for a participant: Connect adds parameters, others replace them."""
        if kind == "connect":
            ids = {"participantId": participant, "assignmentId": "as1", "projectId": "pr1"}
            return (
                self.study_url
                + "?"
                + "&".join(f"{name}={quote(value)}" for name, value in ids.items())
            )
        address = self.study_url.replace("%SURVEY_CODE%", participant)
        for name, value in (("PROLIFIC_PID", participant), ("STUDY_ID", "st1")):
            address = address.replace(f"{{{{%{name}%}}}}", value)
        return address.replace("{{%SESSION_ID%}}", f"{participant}-s")

    def _complete(self, text: str) -> str:
        self.completed.append(text)
        return f"<h1>{escape(text)}</h1>"


@contextmanager
def serve_panel() -> Iterator[StandInPanel]:
    """Serve a panel on a free port of this machine, under another name than the crowd's."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = panel.respond(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(f"<!DOCTYPE html><title>Panel</title>{body or ''}".encode())

        def log_message(self, *_: object) -> None:
            """Write nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        panel = StandInPanel(f"http://localhost:{server.server_port}")
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield panel
        finally:
            server.shutdown()
            thread.join()
