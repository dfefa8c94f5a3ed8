"""What the server's log tells of a fault: enough to find it, and no key that still opens something."""

from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from tests.support.live_site import People
from tests.support.worker_sites import serving

PASSWORD = {"password": "a new long password"}


def break_links(people: People) -> None:
    """Let every use of a link be a fault of the program's: a column is missing."""
    with people.sandbox.writing() as call:
        call.db.exec_driver_sql("ALTER TABLE links RENAME COLUMN uses_left TO gone")


@pytest.mark.parametrize("link", ["invitation", "panel", "reset"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_fault_does_not_log_the_token_of_a_link(
    live: People, link: str, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The token is good after the fault as before: it stands neither in the log nor in the page."""
    visitor = live.member("Ada")
    if link == "invitation":
        path = live.invitation()
    elif link == "panel":
        path = live.panel_link(live.launch()["HITTypeId"])[1]
    else:
        path = live.path(live.manage("reset_password", "Ada")[0]["url"])
    token = path.rpartition("/")[2]
    form = {"csrf_token": visitor.token()} | PASSWORD
    break_links(live)

    response = (
        visitor.get(path, query_string={"PROLIFIC_PID": "p1"})
        if method == "GET"
        else visitor.bare_post(path, form)
    )

    assert response.status_code == 500
    assert token not in response.text
    assert "no such column: links.uses_left" in caplog.text
    assert "<id:token>" in caplog.text
    assert token not in caplog.text


def test_a_fault_of_the_fault_s_page_does_not_log_the_token(
    live: People, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What not even the page about it survives does not come to the server, which logs the path."""

    def fail(*_: object, **__: object) -> str:
        raise RuntimeError("at fault")

    path = live.invitation()
    break_links(live)
    monkeypatch.setattr("local_crowd.pages.errors.render_template", fail)

    with serving(live.app) as url:
        connection = HTTPConnection(urlsplit(url).netloc)
        connection.request("GET", path)
        response = connection.getresponse()
        page = response.read().decode()
        connection.close()

    assert response.status == 500
    assert page == "Something went wrong on our side.\n"
    assert "at fault" in caplog.text
    assert path not in caplog.text
