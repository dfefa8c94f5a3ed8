"""What a hostile HIT page, another site's page and hostile words cannot do, in a real browser.

docs/security.md names these tests; test_worker_browser.py holds the first of them.
"""

import re
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from local_crowd.operations.panels import participants
from local_crowd.operations.people import access_keys, invitation_links
from tests.support.hit_frames import expect
from tests.support.worker_sites import World

if TYPE_CHECKING:
    from playwright.sync_api import Frame, FrameLocator, Page

# A HIT page whose script knows where it is; what it learns it writes onto itself.
HIT = """<!DOCTYPE html><meta charset="utf-8">%s<p id="said"></p><script>
const site = location.pathname.split("/hit_page/")[0], crowd = location.protocol + "//" + location.host;
const query = new URLSearchParams(location.search), assignment = query.get("assignmentId");
const say = (text) => { document.getElementById("said").textContent += text + "\\n"; };
const attempt = (act) => { try { return act(); } catch (error) { return error.name; } };
%s</script>"""
XSS = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>\'">'


@pytest.fixture
def ada(page: "Page", url: str) -> "Page":
    """A worker's browser."""
    page.goto(url)
    page.get_by_label("Nickname").fill("Ada")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="HITs you can do")).to_be_visible()
    return page


@pytest.fixture
def another_site() -> Iterator[Callable[[str], str]]:
    """Serves a page at another site than the crowd's: to a browser, localhost is not 127.0.0.1."""
    pages: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages[0] if self.path == "/" else b"<!DOCTYPE html><p>framed"
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()

        def serve(html: str) -> str:
            pages.append(html.encode())
            return f"http://localhost:{server.server_port}/"

        yield serve
        server.shutdown()
        thread.join()


def accept(page: "Page", url: str) -> "FrameLocator":
    """Accept the newest HIT; its frame."""
    page.goto(url)
    page.get_by_role("button", name="Accept").first.click()
    expect(page.get_by_role("timer")).to_be_visible()
    return page.frame_locator("iframe")


def still_at_work(page: "Page", url: str, address: str) -> None:
    """The worker is where they were, still signed in, and holds what they held."""
    assert page.url == address
    page.goto(f"{url}/my_work")
    expect(page.get_by_role("link", name="Continue")).to_have_count(1)


def test_a_window_that_a_hit_opens_gives_it_no_hold(world: World, ada: "Page", url: str) -> None:
    """Our page opens, as by any link, for the worker alone: whoever opened it cannot read, lead
    or even count anything in it.
    """
    world.launch(
        HIT
        % (
            "<button>open</button>",
            """document.querySelector("button").onclick = () => {
              const opened = window.open(site + "/my_work");
              const ask = setInterval(() => {
                if (!opened.closed) return;
                clearInterval(ask);
                say([attempt(() => opened.location.href), attempt(() => opened.document.title),
                     opened.length].join());
              }, 50);
            };""",
        )
    )
    frame = accept(ada, url)
    with ada.expect_popup() as popup:
        frame.get_by_role("button", name="open").click()

    expect(popup.value.get_by_role("heading", name="My work")).to_be_visible()
    assert popup.value.evaluate("window.opener") is None
    expect(frame.locator("#said")).to_have_text("SecurityError,SecurityError,0")


def test_a_panels_link_that_a_hit_opens_signs_nobody_out(
    world: World, ada: "Page", url: str
) -> None:
    """The worker is asked first, and stays who they were; only the form's button changes that."""
    hit_type_id = world.launch()["HITTypeId"]
    codes = dict.fromkeys(participants.OUTCOMES, "CODE")
    panel = participants.Panel(
        "p", [hit_type_id], 1, "https://panel.example/{code}", codes, {"worker": "PID"}
    )
    with world.sandbox.writing() as call:
        _, token = invitation_links.create(
            call, invitation_links.PANEL, uses=None, panel=panel._asdict()
        )
    script = (
        'document.querySelector("button").onclick = () => window.open(site + "/join/%s?PID=eve");'
    )
    world.launch(HIT % ("<button>open</button>", script % token), Title="Another")
    frame = accept(ada, url)
    address = ada.url
    with ada.expect_popup() as popup:
        frame.get_by_role("button", name="open").click()

    asking = popup.value.get_by_role("heading", name="Somebody is signed in here")
    expect(asking).to_be_visible()
    still_at_work(ada, url, address)
    popup.value.get_by_role("button", name="Start the study").click()
    expect(popup.value.get_by_role("button", name="Start")).to_be_visible()
    ada.goto(f"{url}/my_work")
    expect(ada.get_by_role("button", name="Start")).to_be_visible()


def test_a_window_of_its_own_helps_a_hit_to_nothing(
    world: World, ada: "Page", url: str, another_site: Callable[[str], str]
) -> None:
    """A window that it writes itself, or that shows its own page, is of no origin either, and
    cannot lead the worker's window away. One that shows another site works as that site does
    elsewhere, with its storage, and can do no more.
    """
    there = another_site(
        "<!DOCTYPE html><p></p><script>localStorage.survey = 'works'; let said;"
        "try { opener.top.location = 'about:blank'; said = 'led away'; }"
        "catch (error) { said = error.name; }"
        "document.querySelector('p').textContent = localStorage.survey + ': ' + said;</script>"
    )
    world.launch(
        HIT
        % (
            "<button id=a>blank</button><button id=b>itself</button><button id=c>other</button>",
            """document.getElementById("a").onclick = () => {
              const opened = window.open("");
              say([attempt(() => opened.document.cookie),
                   attempt(() => opened.localStorage.length)].join());
            };
            document.getElementById("b").onclick = () => window.open(location.href);
            document.getElementById("c").onclick = () => window.open("ELSEWHERE");
            if (parent === window) say([self.origin, attempt(() => document.cookie),
              attempt(() => { opener.top.location = "about:blank"; return "led away"; }),
              attempt(() => opener.top.document.title)].join());""".replace("ELSEWHERE", there),
        )
    )
    frame = accept(ada, url)
    address = ada.url
    frame.get_by_role("button", name="blank").click()
    expect(frame.locator("#said")).to_have_text("SecurityError,SecurityError")
    with ada.expect_popup() as popup:
        frame.get_by_role("button", name="itself").click()

    refused = "null,SecurityError,SecurityError,SecurityError"
    expect(popup.value.locator("#said")).to_have_text(refused)
    with ada.expect_popup() as popup:
        frame.get_by_role("button", name="other").click()
    expect(popup.value.locator("p")).to_have_text("works: SecurityError")
    still_at_work(ada, url, address)


def test_a_hit_acts_for_nobody(world: World, ada: "Page", url: str) -> None:
    """Forms and requests that it sends to the worker's and the requester's pages, into frames,
    new windows and the window around, change nothing and sign nobody out.
    """
    hit = world.launch(
        HIT
        % (
            '<iframe name="hole"></iframe><button id=go>go</button>',
            """const targets = ["/sign_out", "/groups/GROUP/accept", "/work/" + assignment + "/return",
              "/account", "/account/close", "/panel/next", "/requester/sign_out",
              "/requester/review"].map((path) => crowd + site + path);  // a path alone submits the answer
            function send(action, target, values) {
              const form = document.createElement("form");
              Object.assign(form, { method: "post", action, target });
              for (const [name, value] of Object.entries(values)) {
                const field = document.createElement("input");
                Object.assign(field, { name, value });
                form.append(field);
              }
              document.body.append(form);
              form.submit();
            }
            const values = { csrf_token: "x", nickname: "Eve", decide: "approve " + assignment };
            document.getElementById("go").onclick = async () => {
              send(crowd + site + "/sign_out", "_blank", values);
              for (const address of targets) {
                await fetch(address, { method: "POST", mode: "no-cors", credentials: "include",
                                       body: new URLSearchParams(values) });
                await new Promise((done) => {
                  document.querySelector("iframe").onload = done;
                  send(address, "hole", values);
                });
                attempt(() => send(address, "_top", values));
                navigator.sendBeacon(address, new URLSearchParams(values));
              }
              say("sent");
            };""",
        ),
        MaxAssignments=2,
    )
    frame = accept(ada, url)
    address = ada.url
    with ada.expect_popup() as popup:
        frame.locator("#go").click()
    expect(popup.value.get_by_role("heading", name="This page is out of date")).to_be_visible()
    expect(frame.locator("#said")).to_have_text("sent")

    assert world.slots(hit["HITId"]) == (1, 1)
    still_at_work(ada, url, address)


def depth(frame: "Frame") -> int:
    """Return how many frames the frame stands in."""
    return 1 + depth(frame.parent_frame) if frame.parent_frame else 0


def is_refused_in_each_frame(
    page: "Page", is_meant: "Callable[[Frame], bool]", *, at_least: int
) -> None:
    """Assert that the browser shows its own error page in each of the frames.

    A frame has no address until its navigation ends, which the page's load event does not wait for.
    """
    seconds_left = 20.0
    while True:
        frames = [frame for frame in page.frames if is_meant(frame)]
        urls = {frame.url for frame in frames}
        if "" not in urls and len(frames) >= at_least:
            assert urls == {"chrome-error://chromewebdata/"}
            return
        assert seconds_left > 0, urls
        page.wait_for_timeout(100)
        seconds_left -= 0.1


def test_our_pages_stand_in_no_frame(
    world: World, ada: "Page", url: str, another_site: Callable[[str], str]
) -> None:
    """Neither a HIT page nor another site can show the workers' or the requester's pages within
    its own, to have them clicked unseen.
    """
    paths = ("/", "/my_work", "/account", "/requester/", "/requester/sign_in", "/sign_in")
    shown = "".join(
        f'<iframe src="{url}{path}"></iframe><object data="{url}{path}"></object>' for path in paths
    )
    world.launch(HIT % (shown, "addEventListener('load', () => say('loaded'));"))
    frame = accept(ada, url)
    expect(frame.locator("#said")).to_have_text("loaded")
    is_refused_in_each_frame(ada, lambda frame: depth(frame) > 1, at_least=len(paths))

    elsewhere = ada.context.new_page()
    elsewhere.goto(
        another_site(f"<!DOCTYPE html><iframe name=allowed src=/framed></iframe>{shown}")
    )
    expect(elsewhere.frame_locator("iframe").first.get_by_text("framed")).to_be_visible()
    is_refused_in_each_frame(
        elsewhere, lambda frame: depth(frame) == 1 and frame.name != "allowed", at_least=len(paths)
    )


def test_another_site_acts_for_nobody(
    world: World, ada: "Page", url: str, another_site: Callable[[str], str]
) -> None:
    """A form that another site has the worker's browser post comes without the session."""
    hit = world.launch(HIT % ("", ""), MaxAssignments=2)
    accept(ada, url)
    address = ada.url
    path = address.removeprefix(url)
    elsewhere = ada.context.new_page()
    form = f'<form method="post" action="{url}{path}/return"><button>Win</button></form>'
    elsewhere.goto(another_site(form))
    elsewhere.get_by_role("button", name="Win").click()

    expect(elsewhere.get_by_role("heading", name="This page is out of date")).to_be_visible()
    assert world.slots(hit["HITId"]) == (1, 1)
    still_at_work(ada, url, address)


@pytest.mark.parametrize(
    "trick",
    [
        '<base href="/sandbox/"><base target="_top"><a href="my_work">go</a>',
        '<base target="_parent"><a href="about:blank">go</a>',
        '<a target="_top" href="javascript:document.body.innerHTML=1">go</a>',
        '<a target="_unfencedTop" href="/sandbox/my_work">go</a>',
        '<form target="_top" action="/sandbox/sign_out" method="post"><button>go</button></form>',
        '<button formtarget="_top" formaction="/sandbox/" form="f">go</button><form id="f"></form>',
        "<button onclick=\"open('/sandbox/', '_top')\">go</button>",
        '<button onclick="top.close(); history.go(-1)">go</button>',
        (
            "<button onclick=\"for (const said of ['Returned', {status: 'Submitted'}, null, 'x'])"
            " top.postMessage(said, '*')\">go</button>"
        ),
    ],
)
def test_a_hit_does_not_lead_the_window_away(
    world: World, ada: "Page", url: str, trick: str
) -> None:
    """Whatever the worker clicks in the HIT, the page around it stays, and its work in progress."""
    hit = world.launch(f"<!DOCTYPE html>{trick}")
    frame = accept(ada, url)
    address = ada.url
    frame.get_by_text("go").click()
    ada.wait_for_timeout(300)  # nothing says that nothing happens

    assert ada.url == address
    expect(ada.get_by_role("timer")).to_be_visible()
    expect(ada.locator("#said")).to_be_empty()
    assert world.slots(hit["HITId"]) == (0, 1)


def test_a_hit_that_leads_its_frame_elsewhere_stays_in_it(
    world: World, ada: "Page", url: str
) -> None:
    """A page that refreshes itself to ours, registers a worker of its own or asks for the camera
    gets nothing.
    """
    world.launch(
        HIT
        % (
            "<button id=leave>leave</button>",
            """(async () => {
              const outcomes = [];
              for (const ask of [
                () => navigator.serviceWorker.register("/sandbox/static/work.js"),
                () => navigator.mediaDevices.getUserMedia({ video: true }),
                () => navigator.clipboard.readText(),
                () => caches.open("x"),
                () => new Promise((_, no) => navigator.geolocation.getCurrentPosition(
                  () => {}, (error) => no({ name: "code " + error.code }))),
              ]) {
                try { await ask(); outcomes.push("got it"); } catch (error) { outcomes.push(error.name); }
              }
              say(outcomes.join());
            })();
            document.getElementById("leave").onclick = () => {
              const refresh = document.createElement("meta");
              refresh.httpEquiv = "refresh";
              refresh.content = "0; url=" + site + "/my_work";
              document.head.append(refresh);
            };""",
        )
    )
    frame = accept(ada, url)
    address = ada.url
    refusals = ",".join(["([A-Za-z]+Error|code 1)"] * 5)
    expect(frame.locator("#said")).to_have_text(re.compile(rf"^{refusals}\s*$"))
    with ada.expect_event("requestfailed", lambda request: "sign_in" in request.url) as refused:
        frame.get_by_role("button", name="leave").click()

    assert refused.value.frame.parent_frame is not None
    still_at_work(ada, url, address)


def test_words_of_a_hit_are_words(world: World, ada: "Page", url: str) -> None:
    """Titles, descriptions, keywords, feedback and messages are shown as they were written, and
    nothing of them runs.
    """
    hit = world.launch(HIT % ("", ""), Title=XSS, Description=XSS, Keywords=XSS)
    visits = []
    ada.on("console", lambda message: visits.append(message.text))
    accept(ada, url)
    assignment_id = ada.url.rpartition("/")[2]
    ada.goto(f"{url}/messages")  # the HIT's own page would see it done, and take the next one
    assert world.visitor().submit(assignmentId=assignment_id, said=XSS).status_code == 200
    world.perform("RejectAssignment", AssignmentId=assignment_id, RequesterFeedback=XSS)
    (assignment,) = world.perform("ListAssignmentsForHIT", HITId=hit["HITId"])["Assignments"]
    world.perform("NotifyWorkers", Subject=XSS, MessageText=XSS, WorkerIds=[assignment["WorkerId"]])
    world.launch(HIT % ("", ""), Title=XSS, Description=XSS, Keywords=XSS)

    for path in ("/", "/my_work", "/messages", f"/groups/{hit['HITTypeId']}"):
        ada.goto(url + path)
        expect(ada.get_by_text(XSS).first).to_be_visible()
        assert ada.evaluate("[window.pwned, document.querySelectorAll('img[src=x]').length]") == [
            None,
            0,
        ]
    assert [text for text in visits if "Content Security Policy" in text] == []


def test_what_workers_write_is_words_to_requesters(world: World, page: "Page", url: str) -> None:
    """Answers of any name and value are shown as they were written, and nothing of them runs;
    the HIT page beside them is as powerless as in the worker's window.
    """
    with world.sandbox.writing() as call:
        access_key, secret_key = access_keys.create(call, "Lab")
    world.requester_id = world.requester("Lab")
    spying = HIT % ("", "say([self.origin, attempt(() => parent.document.title)].join());")
    hit = world.launch(spying, Title=XSS)
    visitor = world.visitor(XSS[:40])
    assignment_id = visitor.accept(hit["HITTypeId"])
    assert (
        visitor.submit(assignmentId=assignment_id, **{XSS: XSS, "output": "{}"}).status_code == 200
    )
    page.goto(f"{url}/requester/")
    page.get_by_label("Requester name or access key").fill(access_key)
    page.get_by_label("Password or secret key").fill(secret_key)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Batches")).to_be_visible()

    for path in (f"/requester/hits/{hit['HITId']}", f"/requester/answers/{assignment_id}"):
        page.goto(url + path)
        expect(page.get_by_text(XSS).first).to_be_visible()
        assert page.evaluate("[window.pwned, document.querySelectorAll('img[src=x]').length]") == [
            None,
            0,
        ]
    page.get_by_text("The HIT as workers see it").click()
    expect(page.frame_locator("iframe").locator("#said")).to_have_text("null,SecurityError")
