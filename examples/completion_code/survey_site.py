"""Play the survey on another site: it asks one question, and shows a completion code.

    python examples/completion_code/survey_site.py

Your own survey site does the same at its end: see make_code in codes.py. The answers go into
answers.jsonl, the secret into secret.txt, both beside this file.
"""

import argparse
import contextlib
import html
import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent))

import codes

MAX_BYTES = 10_000  # of what a participant posts
PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>A survey</title>
<style>body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 1rem auto; padding: 0 1rem }}
input {{ font: inherit; padding: .4rem }}</style>
<h1>A survey</h1>
{}
"""
QUESTION = """<form method="post">
<input type="hidden" name="assignment" value="{}">
<p><label>Which language do you speak at home? <input name="language" required></label></p>
<p><input type="submit" value="Finish"></p>
</form>"""
CODE = "<p>Thank you. Your code for the HIT is</p><p><strong id='code'>{}</strong></p>"
WITHOUT_ID = "<p>Accept the HIT first, and open the survey from its page.</p>"


class Site(ThreadingHTTPServer):
    """The survey's web server. `directory` is where the secret and the answers are."""

    def __init__(self, port: int, directory: Path) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.secret = codes.read_secret(directory / "secret.txt", create=True)
        self.answers = directory / "answers.jsonl"


class Handler(BaseHTTPRequestHandler):
    """The survey's pages, and /check, by which the HIT's page asks whether a code is right."""

    server: Site

    def do_GET(self) -> None:
        """Show the question, or say whether a code is right."""
        address = urlsplit(self.path)
        given = read_fields(address.query)
        assignment_id = given.get("assignment", "")
        if address.path == "/check":
            right = codes.is_code(self.server.secret, assignment_id, given.get("code", ""))
            self.respond(json.dumps({"right": right}), "application/json")
        elif is_assignment_id(assignment_id):
            self.respond(PAGE.format(QUESTION.format(html.escape(assignment_id))))
        else:
            self.respond(PAGE.format(WITHOUT_ID))

    def do_POST(self) -> None:
        """Write the answer down, and show the code."""
        length = self.headers.get("Content-Length", "")
        size = int(length) if length.isascii() and length.isdigit() else MAX_BYTES + 1
        if size > MAX_BYTES:
            self.send_error(413)
            return
        given = read_fields(self.rfile.read(size).decode("utf-8", "replace"))
        assignment_id = given.get("assignment", "")
        if not is_assignment_id(assignment_id):
            self.respond(PAGE.format(WITHOUT_ID))
            return
        with self.server.answers.open("a", encoding="utf-8") as file:
            file.write(json.dumps(given) + "\n")
        self.respond(PAGE.format(CODE.format(codes.make_code(self.server.secret, assignment_id))))

    def respond(self, text: str, kind: str = "text/html; charset=utf-8") -> None:
        """Send a page. Any page may read the response of /check, because HIT pages have no origin."""
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(body)


def read_fields(text: str) -> dict[str, str]:
    """Return the fields of a query or of a form, the last one of each name."""
    return {name: values[-1] for name, values in parse_qs(text).items()}


def is_assignment_id(text: str) -> bool:
    """Return whether `text` can be an assignment's id, which a preview has none of."""
    return re.fullmatch("[A-Z0-9]{1,64}", text) is not None


def main() -> int:
    """Serve until Ctrl-C; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, default=8002, help="default: 8002")
    site = Site(parser.parse_args().port, Path(__file__).resolve().parent)
    print(f"http://127.0.0.1:{site.server_port}/", file=sys.stderr)
    with site, contextlib.suppress(KeyboardInterrupt):
        site.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
