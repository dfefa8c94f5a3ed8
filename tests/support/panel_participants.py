"""What a panel's participant does on the site."""

import re
from html import unescape

from tests.support.worker_sites import Visitor, words


def go_on(visitor: Visitor, **fields: str) -> str:
    """Press the button of the panel's page; return the path it leads to."""
    answer = visitor.post("/panel/next", fields)
    assert answer.status_code == 303, words(answer)
    return str(answer.location).removeprefix(visitor.root)


def work_on(visitor: Visitor) -> str:
    """Go on to a HIT; return the assignment id."""
    path = go_on(visitor)
    assert path.startswith("/work/"), path
    assert visitor.get(path).status_code == 200
    return path.rpartition("/")[2]


def do(visitor: Visitor) -> str:
    """Go on to a HIT and submit it."""
    assignment_id = work_on(visitor)
    assert visitor.submit(assignmentId=assignment_id, word="cat").status_code == 200
    return assignment_id


def find_ending(visitor: Visitor) -> tuple[str | None, str]:
    """Return what the last page shows: the completion code, if any, and the URL to return to."""
    page = visitor.get("/panel").text
    code = re.search(r'id="code" value="([^"]*)"', page)
    back = re.search(r'id="back" href="([^"]*)"', page)
    assert back, page
    return unescape(code[1]) if code else None, unescape(back[1])
