"""Ask a URL: each row is posted to it as JSON, and its response is the answer."""

import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any

from amt import parallel
from amt.errors import Error
from amt.machines.commands import Keep
from amt.machines.tasks import Intake, Reply, ReplyError, Task, parse_reply
from amt.messages import Say

MOST_BYTES = 1_000_000  # of a response
CALLS = 4  # at a time


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: rows go nowhere but to the URL that was named."""

    def redirect_request(self, *_: Any) -> None:
        """Return nothing, so that the response counts as an error."""


def ask_url(
    url: str,
    name: str,
    intake: Intake,
    keep: Keep,
    patience: float,
    fault: Say,
    *,
    concurrency: int,
) -> None:
    """Post each task of `intake` to the URL; call `keep` with each line of results.

    Each fault is said. Raises Error if the server cannot be reached.
    """
    opener = urllib.request.build_opener(_NoRedirects)

    def ask(task: Task) -> Reply:
        return parse_reply(_post(opener, url, task, patience), task.row)

    outcomes = parallel.gather(
        ask,
        intake.missing,
        refusal=lambda error: str(error) if isinstance(error, ReplyError) else None,
        threads=min(CALLS, concurrency),
        doing="asking",
    )
    for outcome in outcomes:
        if outcome.refusal is not None:
            fault(f"row {outcome.item.row}: {name}: {outcome.refusal}")
            continue
        try:
            if outcome.value.row != outcome.item.row:
                raise ReplyError(f"the response is for row {outcome.value.row}")
            result = intake.take(outcome.value)
        except ReplyError as error:
            fault(f"row {outcome.item.row}: {name}: {error}")
        else:
            keep(result)


def _post(opener: urllib.request.OpenerDirector, url: str, task: Task, patience: float) -> bytes:
    """Return the response to a task. Raises ReplyError for one that is not an answer."""
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    try:
        request = urllib.request.Request(url, task.to_line(), headers)  # noqa: S310 - http(s) only
        with opener.open(request, timeout=patience) as response:
            body: bytes = response.read(MOST_BYTES + 1)
    except urllib.error.HTTPError as error:
        raise ReplyError(f"HTTP status {error.code}") from error
    except TimeoutError as error:
        raise ReplyError(f"gave no answer for {patience:g} seconds") from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise ReplyError(f"gave no answer for {patience:g} seconds") from error
        raise Error(f"--url {url}: cannot be reached: {error.reason}") from error
    except (OSError, HTTPException, ValueError) as error:
        raise ReplyError(f"not a response of HTTP: {error}") from error
    if len(body) > MOST_BYTES:
        raise ReplyError(f"the response is longer than {MOST_BYTES:,} bytes")
    return body
