"""The worker site as a browser uses it: sign in, accept a HIT, post its form."""

import http.client
import re
from html import unescape
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from amt.errors import Error

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
COOKIE = re.compile(r"([^=;]+)=([^;]*)")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
OUTCOME, SUBMITTED = "Crowd-Outcome", "handed-in"  # the header of the page after submitting
PATIENCE_SECONDS = 60


class Response(NamedTuple):
    """A response; `location` is where it redirects to, or ""."""

    status: int
    location: str
    outcome: str
    text: str


class WorkerSite:
    """A worker's browser: a connection that is kept, and cookies. `url` is the site's.

    One thread at a time may use it. Its methods raise Error when the site cannot be reached.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        connect = http.client.HTTPSConnection
        if parts.scheme == "http":
            connect = http.client.HTTPConnection  # type: ignore[assignment]
        self._connection = connect(parts.netloc, timeout=PATIENCE_SECONDS)
        self._root = parts.path.rstrip("/")
        self._url = url
        self._cookies: dict[str, str] = {}
        self._token = ""

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def sign_in(self, nickname: str) -> None:
        """Sign in with a nickname. Raises Error where the site asks for a password."""
        page = self._request("GET", "/sign_in")
        if 'name="nickname"' not in page.text:
            raise Error(
                f"{self._url}: asks for no nickname; simulated workers need a crowd that anybody may "
                "enter with one"
            )
        self._token = self._find_token(page)
        signed_in = self._post("/sign_in", {"nickname": nickname})
        if signed_in.status != 303:
            raise Error(f"{self._url}: {nickname} cannot sign in (status {signed_in.status})")
        self._token = self._find_token(self._request("GET", "/account"))

    def accept(self, hit_type_id: str, hit_id: str) -> str | None:
        """Accept a HIT; return the assignment id, or None if this worker cannot have it.

        Raises Error if the HITs ask for consent.
        """
        response = self._post(f"/groups/{hit_type_id}/accept", {"hit_id": hit_id})
        if "/consent/" in response.location:
            raise Error("the HITs ask for consent, which simulated workers cannot give")
        _, is_accepted, assignment_id = response.location.rpartition("/work/")
        return assignment_id if is_accepted else None

    def submit(self, assignment_id: str, fields: dict[str, str]) -> None:
        """Post the HIT's form. Raises Error if the site does not take the answer."""
        form = {"assignmentId": assignment_id, **fields}
        response = self._request("POST", "/mturk/externalSubmit", form)
        if response.outcome != SUBMITTED:
            raise Error(
                f"{self._url}: an answer was not accepted: {response.outcome or response.status}"
            )

    def _post(self, path: str, fields: dict[str, str]) -> Response:
        return self._request("POST", path, {"csrf_token": self._token, **fields})

    def _find_token(self, page: Response) -> str:
        match = TOKEN.search(page.text)
        if match is None:
            raise Error(f"{self._url}: is not the worker site of a local crowd or a crowd server")
        return unescape(match[1])

    def _request(self, method: str, path: str, form: dict[str, str] | None = None) -> Response:
        headers = dict(FORM) if form else {}
        if self._cookies:
            headers["Cookie"] = "; ".join(
                f"{name}={value}" for name, value in self._cookies.items()
            )
        try:
            body = urlencode(form) if form else None
            self._connection.request(method, self._root + path, body, headers)
            response = self._connection.getresponse()
            text = response.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            raise Error(f"{self._url}: {str(error) or type(error).__name__}") from error
        for cookie in response.headers.get_all("Set-Cookie", []):
            if match := COOKIE.match(cookie):
                self._cookies[match[1]] = match[2]
        headers_of = response.headers
        return Response(
            response.status, headers_of.get("Location", ""), headers_of.get(OUTCOME, ""), text
        )
