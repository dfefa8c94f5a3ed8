"""The frame that shows a question: its URL, its height, its permissions."""

from dataclasses import dataclass
from urllib.parse import SplitResult, urlencode, urlsplit

from flask import current_app, request, url_for

from formats.netloc import is_loopback
from local_crowd.hosts import SANDBOX as SANDBOX_HOST
from local_crowd.operations.questions.questions import ExternalQuestion, Question
from local_crowd.pages.context import site_url
from local_crowd.pages.headers import SANDBOX

PREVIEW = "ASSIGNMENT_ID_NOT_AVAILABLE"
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Frame:
    """An iframe: `height` in pixels, 0 for the worker's window; `sandbox` is the HTML attribute."""

    url: str
    height: int
    sandbox: str


def make_frame(
    question: Question, hit_id: str, assignment_id: str, worker_id: str | None = None
) -> Frame:
    """Return the frame of a HIT for an assignment and its worker, or for a preview (PREVIEW, None).

    Amazon's parameters are appended to the URL's own, in Amazon's order.
    """
    parameters = {"assignmentId": assignment_id, "hitId": hit_id}
    if worker_id:
        parameters["workerId"] = worker_id
    added = urlencode(parameters | {"turkSubmitTo": site_url()})
    if not isinstance(question, ExternalQuestion):
        url = url_for("hit_page.show", hit_id=hit_id)
        return Frame(f"{url}?{added}", question.frame_height, SANDBOX)
    # With its own origin an external page keeps its cookies and storage. With ours, it could remove
    # the sandbox and act as the worker.
    own = "" if _is_this_server(question.url) else " allow-same-origin"
    return Frame(_add_query(question.url, added), question.frame_height, SANDBOX + own)


def _add_query(url: str, parameters: str) -> str:
    address, number_sign, fragment = url.partition("#")
    joint = "?" if "?" not in address else "" if address.endswith(("?", "&")) else "&"
    return f"{address}{joint}{parameters}{number_sign}{fragment}"


def _is_this_server(url: str) -> bool:
    theirs, ours = urlsplit(url), urlsplit(request.host_url)
    if _port(theirs) not in {_port(ours), *current_app.extensions["local_crowd_ports"]}:
        return False
    names = [
        (parts.hostname or "").rstrip(".").removeprefix(SANDBOX_HOST) for parts in (theirs, ours)
    ]
    return names[0] == names[1] or all(map(is_loopback, names))


def _port(parts: SplitResult) -> int | None:
    return parts.port or _PORTS.get(parts.scheme)
