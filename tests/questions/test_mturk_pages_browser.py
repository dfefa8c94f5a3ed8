"""Pages written for Amazon's site, done by a worker in a browser: their answers arrive here."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from tests.support.crowds import CrowdUnderTest
from tests.support.hit_frames import Desk, expect
from tests.support.worker_sites import external

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.parametrize("open_crowd", ["http"], indirect=True)

AMAZONS = "https://www.mturk.com/mturk/externalSubmit"
EXTERNAL_HIT = """<!DOCTYPE html><html><head>
<script type="text/javascript" src="https://s3.amazonaws.com/mturk-public/externalHIT_v1.js"></script>
</head><body>
<form name="mturk_form" method="post" id="mturk_form" action="https://www.mturk.com/mturk/externalSubmit">
<input type="hidden" value="" name="assignmentId" id="assignmentId"/>
<label>Word <input name="word"></label>
<p><input type="submit" id="submitButton" value="Submit" /></p></form>
<script language="Javascript">turkSetAssignmentID();</script>
</body></html>"""

# A form whose address is put together by a script; HOW does it.
SCRIPTED = """<!DOCTYPE html><title>Scripted</title><body>
<form id="f" method="post"><input type="hidden" name="assignmentId" id="id">
<label>Word <input name="word"></label> <button type="BUTTON" id="go">Go</button></form>
<script>
const form = document.getElementById('f'), go = document.getElementById('go');
document.getElementById('id').value = new URLSearchParams(location.search).get('assignmentId');
const amazon = 'https://' + ['worker', 'sandbox'].join('') + '.mturk.com/mturk/externalSubmit';
HOW
</script>"""


@pytest.fixture
def desk(crowd: CrowdUnderTest, page: "Page") -> Desk:
    """A worker who has yet to sign in."""
    return Desk(crowd, page)


def test_a_page_with_amazons_script(desk: Desk) -> None:
    """externalHIT_v1.js of ours sets the assignment and the address as Amazon's does."""
    frame = desk.accept(EXTERNAL_HIT)
    frame.get_by_label("Word").fill("cät")
    frame.get_by_role("button", name="Submit").click()
    assert desk.answers() == {"word": "cät"}


def test_a_preview_of_a_page_with_amazons_script(desk: Desk) -> None:
    """In a preview its button is off, and says what to do."""
    frame = desk.preview(EXTERNAL_HIT)
    button = frame.locator("#submitButton")
    expect(button).to_be_disabled()
    expect(button).to_have_value("Accept the HIT before you submit")


@pytest.mark.parametrize("attribute", ["", 'name="x"'])
def test_amazons_functions(desk: Desk, attribute: str) -> None:
    """turkGetParam gives what stands in the address, or the default; ids of one's own are taken."""
    frame = desk.accept(
        '<script src="//s3.amazonaws.com/mturk-public/externalHIT_v1.js"></script>'
        f'<form id="mine" method="post" {attribute}><input name="said" id="said">'
        '<button id="send">Send</button></form>'
        "<script>turkSetAssignmentID('mine', 'send');"
        "document.getElementById('said').value = [turkGetParam('hitId', 'none'),"
        "turkGetParam('absent', 'none'), turkGetParam('turkSubmitTo'), turkGetSubmitToHost()]"
        ".join(' ')</script>"
    )
    frame.get_by_role("button", name="Send").click()

    encoded = desk.url.replace(":", "%3A").replace("/", "%2F")
    assert desk.answers() == {"said": f"{desk.hit_id} none {encoded} {desk.url}"}


@pytest.mark.parametrize(
    "how",
    [
        "form.action = amazon; go.type = 'submit';",
        "form.setAttribute('action', amazon); go.type = 'submit';",
        "go.type = 'submit'; form.onsubmit = () => { form.action = amazon; };",
        "go.type = 'submit'; go.setAttribute('formaction', amazon);",
        (
            "go.type = 'submit'; form.addEventListener('submit', (event) => {"
            " form.setAttribute('action', amazon); });"
        ),
        (
            "go.type = 'submit'; form.addEventListener('submit', (event) => {"
            " event.stopImmediatePropagation(); form.action = amazon; });"
        ),
        "go.onclick = () => { form.action = amazon; form.submit(); };",
        "go.onclick = () => { form.setAttribute('action', amazon); form.requestSubmit(); };",
        (
            "go.onclick = () => { const other = form.cloneNode(true); other.hidden = true;"
            " other.elements.word.value = form.elements.word.value;"
            " document.body.append(other); other.setAttribute('action', amazon); other.submit(); };"
        ),
        (
            "document.body.insertAdjacentHTML('beforeend', `<form id='g' method='post' action='${amazon}'>"
            "</form>`); for (const field of [...form.elements]) field.setAttribute('form', 'g');"
            " go.type = 'submit';"
        ),
    ],
)
def test_an_address_that_a_script_sets(desk: Desk, how: str) -> None:
    """However a script leads a form to Amazon's address, the answer arrives here."""
    frame = desk.accept(SCRIPTED.replace("HOW", how))
    frame.get_by_label("Word").fill("cat")
    frame.get_by_role("button", name="Go").click()
    assert desk.answers() == {"word": "cat"}


def test_other_addresses_are_left_alone(desk: Desk) -> None:
    """A form's action reads as it was set, unless it is one of Amazon's."""
    frame = desk.accept(
        '<form id="f" action="https://example.com/a"></form><p id="said"></p><script>'
        "const f = document.getElementById('f'), seen = [f.action];"
        "f.action = 'https://example.com/mturk/externalSubmit'; seen.push(f.action);"
        "f.action = '//requester.mturk.com/'; seen.push(f.getAttribute('action'));"
        "document.getElementById('said').textContent = seen.join(' ');</script>"
    )
    expect(frame.locator("#said")).to_have_text(
        "https://example.com/a https://example.com/mturk/externalSubmit //requester.mturk.com/"
    )


class Elsewhere(ThreadingHTTPServer):
    """A requester's own server: every address gives `page`, and `seen` keeps the addresses."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.page = ""
        self.seen: list[str] = []

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """Answers with the server's page."""

    server: Elsewhere

    def do_GET(self) -> None:
        """Give the page."""
        self.server.seen.append(self.path)
        body = self.server.page.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing: a test's output is its own."""


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    """A requester's server on a free port."""
    server = Elsewhere()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


PAGE_ELSEWHERE = """<!DOCTYPE html><title>Elsewhere</title>
<form method="post"><input type="hidden" name="assignmentId"><input type="hidden" name="kept">
<label>Word <input name="word"></label> <button>Send</button></form><p id="said"></p><script>
const url = new URLSearchParams(location.search), form = document.forms[0];
form.action = url.get('turkSubmitTo') + '/mturk/externalSubmit';
form.elements.assignmentId.value = url.get('assignmentId');
const tried = (name, attempt) => { try { return name + ' ' + attempt(); } catch { return name + ' refused'; } };
document.getElementById('said').textContent = [
  tried('storage', () => localStorage.length), tried('parent', () => parent.document.title),
].join(', ');
</script>"""


def test_an_external_question_from_preview_to_answer(desk: Desk, elsewhere: Elsewhere) -> None:
    """The requester's own page is shown with Amazon's parameters, keeps its own origin, cannot look
    into the page around it, and its form is taken.
    """
    elsewhere.page = PAGE_ELSEWHERE
    frame = desk.accept(external(f"{elsewhere.url}/task?a=1&b=%20#top", 400))
    expect(frame.locator("#said")).to_have_text("storage 0, parent refused")
    frame.get_by_label("Word").fill("dög")
    frame.get_by_role("button", name="Send").click()

    assert desk.answers() == {"kept": "", "word": "dög"}
    previewed, accepted = (path for path in elsewhere.seen if path.startswith("/task"))
    assert previewed.startswith(
        f"/task?a=1&b=%20&assignmentId=ASSIGNMENT_ID_NOT_AVAILABLE&hitId={desk.hit_id}&turkSubmitTo="
    )
    assert "workerId" not in previewed
    assert f"&hitId={desk.hit_id}&workerId=A" in accepted


def test_an_external_question_that_leads_back_here_gets_nothing(
    desk: Desk, elsewhere: Elsewhere
) -> None:
    """A page of this very server, under any name it has, is not given its origin in the frame."""
    trap = desk.crowd.make_hit(
        Question=external(f"{desk.url.replace('127.0.0.1', 'localhost')}/my_work")
    )
    frame = desk.accept(external(f"{desk.url}/my_work"))
    attributes = desk.page.locator("iframe").get_attribute("sandbox")
    assert "allow-same-origin" not in str(attributes)
    expect(frame.get_by_text("My work")).to_have_count(0)  # and it refuses to be framed at all
    desk.page.goto(f"{desk.url}/groups/{desk.crowd.hit(trap)['HITTypeId']}")
    assert "allow-same-origin" not in str(desk.page.locator("iframe").get_attribute("sandbox"))


def test_a_page_may_name_the_script_after_the_form(
    desk: Desk, open_page: Callable[[], "Page"]
) -> None:
    """Elements that stand before their script are brought to life when it arrives."""
    frame = desk.accept(
        '<crowd-form><crowd-radio-group><crowd-radio-button name="a" checked>A</crowd-radio-button>'
        "</crowd-radio-group><crowd-input name='n' label='N'></crowd-input></crowd-form>"
        '<script defer src="http://assets.crowd.aws/1.0/crowd-html-elements.js"></script>'
    )
    frame.get_by_label("N").fill("3")
    frame.get_by_role("button", name="Submit").click()
    assert desk.answers() == {"taskAnswers": '[{"a":{"on":true},"n":"3"}]'}


BS30_PAGE = """<!-- Bootstrap v3.0.3 -->
<link href="https://s3.amazonaws.com/mturk-public/bs30/css/bootstrap.min.css" rel="stylesheet" />
<script src="https://s3.amazonaws.com/mturk-public/jquery-1.11.2.min.js"></script>
<script src="https://s3.amazonaws.com/mturk-public/bs30/js/bootstrap.min.js"></script>
<section class="container"><div class="panel panel-primary"><div class="panel-heading">Read</div>
<div class="panel-body"><span class="glyphicon glyphicon-star"></span>
<a class="btn btn-default" data-toggle="collapse" href="#more">More</a>
<div id="more" class="collapse">All of it</div>
<input class="form-control" name="word" aria-label="Word"></div></div></section>"""


def test_a_page_with_amazons_style_sheet_looks_as_it_did(desk: Desk) -> None:
    """Bootstrap's colors, its icon font and its scripts with jQuery work in the frame."""
    frame = desk.accept(BS30_PAGE)
    heading = frame.locator(".panel-heading")
    expect(heading).to_have_css("background-color", "rgb(66, 139, 202)")
    frame.get_by_role("link", name="More").click()
    expect(frame.get_by_text("All of it")).to_be_visible()
    fonts = heading.evaluate("() => document.fonts.load(\"20px 'Glyphicons Halflings'\")")
    assert len(fonts) == 1
    frame.get_by_label("Word").fill("cat")
    frame.get_by_role("button", name="Submit").click()

    assert desk.answers() == {"word": "cat"}
