"""Pages written for Amazon, as the server shows them: what is rewritten, and that nothing else is."""

import gzip
import time
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_crowd.operations.questions.questions import ExternalQuestion, parse
from local_crowd.pages.questions.scripts import NAMES, make_first_script
from tests.support.crowds import HIT, CrowdUnderTest, invalid, refusal
from tests.support.question_forms import form, question
from tests.support.rewritten_pages import (
    ACTION,
    AFTER,
    AMAZONS,
    BEFORE,
    BUTTON,
    ELSEWHERE,
    FIRST,
    GUARD,
    OURS,
    rewritten,
)
from tests.support.worker_sites import World, external, html_question, words

SANDBOX = (
    "allow-scripts allow-forms allow-popups allow-popups-to-escape-sandbox allow-modals "
    "allow-downloads"
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f'<form action="{AMAZONS}">', f'<form action="{OURS}">'),
        (f"<form action='{AMAZONS}'>", f"<form action='{OURS}'>"),
        (f"<form action={AMAZONS}>", f"<form action={OURS}>"),
        (f"<FORM ACTION = '{AMAZONS}' ID=x>", f"<FORM ACTION = '{OURS}' ID=x>"),
        (f'<form\n\taction="\n {AMAZONS} "\n>', f'<form\n\taction="{OURS}"\n>'),
        (f'<form action="{AMAZONS}?a=1&amp;b">', f'<form action="{OURS}?a=1&amp;b">'),
        (
            '<form action="https&#58;//www.mturk.com/mturk/externalSubmit">',
            f'<form action="{OURS}">',
        ),
        (f'<form id="a>b" action="{AMAZONS}">', f'<form id="a>b" action="{OURS}">'),
        (f"<form class=it's action='{AMAZONS}'>", f"<form class=it's action='{OURS}'>"),
        (f'<form action="{AMAZONS}"/>', f'<form action="{OURS}"/>'),
        (f'<button formaction="{AMAZONS}">', f'<button formaction="{OURS}">'),
        (f"<input type=submit formaction={AMAZONS}>", f"<input type=submit formaction={OURS}>"),
        *(
            (f'<form action="{site}/mturk/externalSubmit">', f'<form action="{OURS}">')
            for site in (
                "http://www.mturk.com",
                "//www.mturk.com",
                "HTTPS://WWW.MTURK.COM",
                "https://workersandbox.mturk.com",
                "//worker.mturk.com",
                "https://mturk.com",
                "https://www.mturk.com:443",
            )
        ),
    ],
)
def test_a_forms_address_becomes_ours(before: str, after: str) -> None:
    """However it is written, the address is replaced, and the rest of the tag stays as it is."""
    assert rewritten(f"<!doctype html>é{before}text") == f"<!doctype html>é{after}text"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("https://s3.amazonaws.com/mturk-public/externalHIT_v1.js", "/externalHIT_v1.js"),
        ("//s3.amazonaws.com/mturk-public/externalHIT_v1.js", "/externalHIT_v1.js"),
        ("http://s3.amazonaws.com/mturk-public/externalHIT_v1.js", "/externalHIT_v1.js"),
        ("https://mturk-public.s3.amazonaws.com/externalHIT_v1.js?x", "/externalHIT_v1.js"),
        ("https://assets.crowd.aws/crowd-html-elements.js", "/crowd-html-elements.js"),
        ("//assets.crowd.aws/crowd-html-elements.js", "/crowd-html-elements.js"),
        ("http://assets.crowd.aws/1.2.3/crowd-html-elements.js", "/crowd-html-elements.js"),
        ("https://assets.crowd.aws/v3/crowd-html-elements.min.js", "/crowd-html-elements.js"),
    ],
)
def test_amazons_scripts_become_ours(before: str, after: str) -> None:
    """Of every version, over http, https or neither, also with a checksum of the original."""
    ours = GUARD * ("crowd-" in before) + FIRST
    page = f'<!doctype html><script defer src="{{}}"></script>{ELSEWHERE}<p>'
    assert rewritten(page.format(before)) == (
        f"<!doctype html>{ours}" + page.partition("html>")[2].format(after)
    )
    checked = f"{ELSEWHERE}<script src={before} integrity='sha256-abc' crossorigin></script>"
    assert rewritten(checked) == (
        f"{ours}{ELSEWHERE}<script src={after} integrity='' crossorigin></script>"
    )


BS30 = "https://s3.amazonaws.com/mturk-public/bs30"
BOOTSTRAP = "/vendor/bootstrap-3.1.1/dist"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            f'<link href="{BS30}/css/bootstrap.min.css" rel="stylesheet" />',
            f'<link href="{BOOTSTRAP}/css/bootstrap.min.css" rel="stylesheet" />',
        ),
        (
            "<link rel=stylesheet href=//s3.amazonaws.com/mturk-public/bs30/css/bootstrap.css>",
            f"<link rel=stylesheet href={BOOTSTRAP}/css/bootstrap.min.css>",
        ),
        (
            f"<link href='{BS30}/css/bootstrap-theme.min.css'>",
            f"<link href='{BOOTSTRAP}/css/bootstrap-theme.min.css'>",
        ),
        (
            "<link rel=stylesheet href='https://assets.crowd.aws/css/gen-ai-components.css'>",
            "<link rel=stylesheet href='/crowd-html-elements.css'>",
        ),
        (
            f"{FIRST}<script src='https://assets.crowd.aws/gen-ai-components.js'></script>",
            f"{FIRST}<script src='/crowd-html-elements.js'></script>",
        ),
        (
            f'{FIRST}<script src="{BS30}/js/bootstrap.min.js"></script>',
            f'{FIRST}<script src="{BOOTSTRAP}/js/bootstrap.min.js"></script>',
        ),
        (
            f"{FIRST}<script src=http://s3.amazonaws.com/mturk-public/jquery-1.11.2.min.js></script>",
            f"{FIRST}<script src=/vendor/jquery-1.12.4/dist/jquery.min.js></script>",
        ),
        (
            f"{FIRST}<script src='{BS30}/x.js'></script>",
            f"{FIRST}<script src='{BS30}/x.js'></script>",
        ),
        (f"<link href='{BS30}/js/bootstrap.js'>", f"<link href='{BS30}/js/bootstrap.js'>"),
        (
            "<link href='https://s3.amazonaws.com/somebody/bootstrap.css'>",
            "<link href='https://s3.amazonaws.com/somebody/bootstrap.css'>",
        ),
    ],
)
def test_style_sheets_and_libraries_of_amazons_become_ours(before: str, after: str) -> None:
    """Pages of the web site look as they did, now that Amazon's address answers no more."""
    page = before.removeprefix(FIRST) + ELSEWHERE
    assert rewritten(page) == after + ELSEWHERE


UNTOUCHED = [
    "",
    "no page at all < 3 && > 2 \x00",
    f"<!-- <form action='{AMAZONS}'> -->",
    f"<!--><!-- a > <form action='{AMAZONS}'>--!>",
    f"<!-- unclosed <form action='{AMAZONS}'>",
    f"<textarea><form action='{AMAZONS}'></textarea>",
    f"<title><form action='{AMAZONS}'></title>",
    f"<style>a::after {{ content: \"<form action='{AMAZONS}'>\" }}</style>",
    f"<a href='{AMAZONS}'>",
    f"<p title=\"<form action='{AMAZONS}'>\">",
    "<form action='https://www.mturk.com/mturk/externalSubmitter'>",
    "<form action='https://www.mturk.com/mturk/externalSubmit/x'>",
    "<form action='https://www.mturk.com.example/mturk/externalSubmit'>",
    "<form action='https://notmturk.com/mturk/externalSubmit'>",
    "<form action='https://example.com/?to=//www.mturk.com/mturk/externalSubmit'>",
    f"<form action='{AMAZONS}",
    "<img src='https://s3.amazonaws.com/mturk-public/externalHIT_v1.js'>",
]


@pytest.mark.parametrize("page", UNTOUCHED)
def test_everything_else_stays_as_it_is(page: str) -> None:
    """Comments, texts, other addresses and anything that is not a tag stay as they are."""
    assert rewritten(ELSEWHERE + page) == ELSEWHERE + page


@pytest.mark.parametrize(
    "page",
    [
        f'<script>form.action = "{AMAZONS}"; \'<form action="{AMAZONS}">\'</script>',
        '<script src="https://example.com/externalHIT_v1.js"></script>',
        '<SCRIPT>"</scripted>"; //</SCRIPT >',
        "<script>unclosed <form action='//mturk.com/mturk/externalSubmit'>",
    ],
)
def test_scripts_are_not_looked_into(page: str) -> None:
    """A page with scripts gets one before them, and they stay as they are."""
    assert rewritten(ELSEWHERE + page) == FIRST + ELSEWHERE + page


@pytest.mark.parametrize(
    "before",
    [
        "",
        "<!DOCTYPE html>",
        "<!-- written by hand -->\n<!DOCTYPE html>\n<html lang='en'>\n<head>",
        "<html><head profile='a>b'>",
    ],
)
def test_the_first_script_is_first_and_the_doctype_stays_before_it(before: str) -> None:
    """It stands in the head if there is one, and never before the doctype: that would change how
    the page is laid out.
    """
    page = f"<title>A page</title><script>1</script>{ELSEWHERE}"
    assert rewritten(before + page) == f"{before}{FIRST}{page}"


@pytest.mark.parametrize(
    "page",
    ["<p>x</p><CROWD-input name=a>", "<div id=root></div><p data-tag='crowd-form'>"],
)
def test_the_guard_is_before_a_page_with_crowd_elements(page: str) -> None:
    """Also where a script makes them; it needs no script of the page's own."""
    assert rewritten(page) == f"<script>guard</script>{page}"


def test_a_script_that_is_not_amazons_stays() -> None:
    """Elements from another address are loaded from there; the guard is before them."""
    page = '<script src="https://assets.crowd.aws.example/crowd-html-elements.js"></script>'
    assert rewritten(page) == f"<script>guard</script><script>first</script>{page}"


def test_the_first_script_cannot_be_broken_out_of() -> None:
    """An address is written into the script so that it ends nothing."""
    script = make_first_script("http://x/</script><b>\"'")
    assert "</" not in script
    assert script.endswith('("http://x/\\u003c/script>\\u003cb>\\"\'")')


@pytest.mark.parametrize(
    ("written", "served"),
    [
        (f"{AMAZONS}<script>", f"{OURS}<script>"),
        (f"{AMAZONS}?a=1&b='", f"{OURS}?a=1&b='"),
        (f'"\n {AMAZONS}?a=1&amp;b"', f'"{OURS}?a=1&amp;b"'),
        ('"https:&#47;&#47;www.mturk.com/mturk/externalSubmit?a&amp;b"', f'"{OURS}?a&amp;b"'),
    ],
)
def test_the_rest_of_an_address_stays_as_it_is(written: str, served: str) -> None:
    """What follows the address is the page's own, quoted or not, and is not escaped again."""
    assert rewritten(f"<form action={written}>") == f"<form action={served}>"


@given(
    st.lists(
        st.sampled_from(
            ["<", ">", "<form ", "action=", f'"{AMAZONS}"', AMAZONS, '"', "'", "/", " ", "=", "a",
             "<!--", "-->", "<script>", "</script>", "<textarea>", "</textarea", "<!", "</", "\n",
             "<body>", "</body>", "<form>", "<FORM ", "<p>", "<input>", "<button>", "<button onclick>"]
        ),
        max_size=14,
    ).map("".join)
)  # fmt: skip
def test_only_addresses_and_forms_change(page: str) -> None:
    """Whatever stands in a page, the rest of it is as it was: without what is inserted (one script,
    the actions of forms without one, and at most one form around the page, whole, in which buttons
    that scripts handle get a type) it is the page.
    """
    shown = rewritten(page)
    inserted = [FIRST]
    if wrapped := BEFORE in shown:
        inserted += [BEFORE, BUTTON + AFTER if BUTTON in shown else AFTER]
    for text in inserted:
        assert shown.count(text) <= 1
        shown = shown.replace(text, "")
    actions = shown.lower().count("<form" + ACTION.lower())
    assert not (wrapped and actions)
    for tag in ("<form", "<FORM"):
        shown = shown.replace(tag + ACTION, tag)

    if wrapped:
        shown = shown.replace('<button type="button"', "<button")
    assert shown.replace(OURS, AMAZONS) == page


def test_no_page_takes_long() -> None:
    """The largest question is rewritten at once, also when it is made to be slow."""
    for piece in (
        "a",
        "<form ",
        '<form a="',
        "<! ",
        "<a ",
        "<a b=",
        "<a 'b' ",
        "<!--",
        "<form action=",
        "a=",
        "<textarea>",
        "<![",
        "/ ",
        "<form>",
        "<input>",
        "<p>",
        "<script>",
        "</body>",
    ):
        for before in ("", "<form ", "<p>"):
            page = before + piece * (65_000 // len(piece))
            start = time.process_time()
            rewritten(page + ">")
            assert time.process_time() - start < 0.5, piece


# From here on through the server.


def frame(page: str) -> dict[str, str]:
    """The attributes of the frame in a page of ours."""
    tag = page.partition("<iframe ")[2].partition(">")[0].replace("&amp;", "&")
    return {name: value for name, _, value in (part.partition('="') for part in tag.split('" '))}


def test_the_stored_question_is_the_requesters(world: World) -> None:
    """GetHIT gives the page as it was sent, whatever is shown."""
    html = f"<form action='{AMAZONS}'><script src='//assets.crowd.aws/crowd-html-elements.js'>"
    _, hit, assignment_id = world.holder(html=html)
    shown = world.visitor().get(f"/hit_page/{hit['HITId']}?assignmentId={assignment_id}").text

    assert "http://localhost/sandbox/hit_scripts/crowd-html-elements.js?v=" in shown
    assert "<form action='http://localhost/sandbox/mturk/externalSubmit'>" in shown
    stored = world.perform("GetHIT", HITId=hit["HITId"])["HIT"]["Question"]
    assert stored == html_question(html)


@pytest.mark.parametrize("name", NAMES)
def test_our_scripts_are_there_for_pages_of_any_origin(world: World, name: str) -> None:
    """A sandboxed page has no origin, and its scripts may be asked for with CORS."""
    answer = world.visitor().get(f"/hit_scripts/{name}")
    assert answer.status_code == 200
    kind = "css" if name.endswith(".css") else "javascript"
    assert answer.content_type == f"text/{kind}; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers


def test_our_scripts_are_compressed_for_browsers(world: World) -> None:
    """Many crowds have no proxy that would do it; a client that accepts no gzip gets none."""
    plain, packed = (
        world.visitor().get("/hit_scripts/crowd-html-elements.js", headers=headers)
        for headers in ({"Accept-Encoding": "gzip;q=0"}, {"Accept-Encoding": "br, gzip"})
    )
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 3


@pytest.mark.parametrize(
    ("path", "content_type", "inside"),
    [
        ("bootstrap-3.1.1/dist/css/bootstrap.min.css", "text/css; charset=utf-8", b".col-md-12"),
        ("bootstrap-3.1.1/dist/js/bootstrap.min.js", "text/javascript; charset=utf-8", b"modal"),
        ("bootstrap-3.1.1/dist/fonts/glyphicons-halflings-regular.woff", "font/woff", b"wOFF"),
        ("jquery-1.12.4/dist/jquery.min.js", "text/javascript; charset=utf-8", b"v1.12.4"),
    ],
)
def test_libraries_are_there_for_pages_of_any_origin(
    world: World, path: str, content_type: str, inside: bytes
) -> None:
    """A sandboxed page has no origin, and a font is always asked for with CORS."""
    answer = world.visitor().get(f"/hit_scripts/vendor/{path}")
    assert answer.status_code == 200
    assert answer.content_type == content_type
    assert inside in answer.data
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "name",
    [
        *("amazons_address.js", "../hit_page.py", "%2e%2e/hit_page.py", ""),
        *(
            "vendor/",
            "vendor/manifest.json",
            "vendor/../hit_scripts/keep.js",
            "vendor/%2e%2e/vendor/manifest.json",
        ),
    ],
)
def test_no_other_file_is_served_as_a_script(world: World, name: str) -> None:
    """Only the scripts that replace Amazon's, and the vendored libraries."""
    assert world.visitor().get(f"/hit_scripts/{name}").status_code == 404


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/task?id=1&x=2#top",
        "https://example.com:8443/",
        "https://user@example.com/é",
        "http://localhost/",
        "http://app.localhost:3000/",
        "http://127.0.0.1:5000/x",
        "http://127.255.0.9/",
        "http://[::1]:5000/",
    ],
)
def test_an_external_question_is_read(url: str) -> None:
    """https anywhere, http on this machine."""
    assert parse(external(f"\n {url} ", 600)) == ExternalQuestion(url, 600)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "http://127.0.0.1.example.com/",
        "http://localhost.example.com/",
        "http://192.168.0.1/",
        "http://0.0.0.0/",
        "//example.com/",
        "/task",
        "ftp://example.com/",
        "javascript:alert(1)",
        "data:text/html,x",
        "https:///path",
        "https://",
        "https://[::1",
        "https://example.com:99999/",
        "https://example.com/a b",
        'https://example.com/"><script>',
        "https://example.com\\@evil.example/",
    ],
)
def test_where_an_external_question_may_not_lead(crowd: CrowdUnderTest, url: str) -> None:
    """Any other address is a ParameterValidationError that says which are taken."""
    assert refusal(crowd.client.create_hit, **HIT | {"Question": external(url)}) == invalid(
        f'The value "{url}" is not valid for the parameter ExternalURL. It must be an https URL; '
        "http is allowed for this machine only (localhost, 127.0.0.1, [::1])."
    )


@pytest.mark.parametrize(
    ("url", "start", "own_origin"),
    [
        ("https://example.com/task", "https://example.com/task?", True),
        ("https://example.com/task?", "https://example.com/task?", True),
        ("https://example.com/?id=a%20b&x", "https://example.com/?id=a%20b&x&", True),
        ("https://example.com/?hitId=1", "https://example.com/?hitId=1&", True),
        ("http://localhost:3000/", "http://localhost:3000/?", True),
        ("https://localhost/", "https://localhost/?", True),
        ("http://localhost/page", "http://localhost/page?", False),
        ("http://LOCALHOST:80/page", "http://LOCALHOST:80/page?", False),
        ("http://127.0.0.1/page", "http://127.0.0.1/page?", False),
        ("http://[::1]/page", "http://[::1]/page?", False),
    ],
)
def test_the_frame_of_an_external_question(
    world: World, url: str, start: str, own_origin: bool
) -> None:
    """Amazon's parameters follow those of the address; a page of ours never gets our origin."""
    ada, hit, assignment_id = world.holder(Question=external(f"{url}#part", 500))
    preview = frame(world.visitor("Ben").get(f"/work/{assignment_id}").text)
    shown = frame(ada.get(f"/work/{assignment_id}").text)
    worker_id = words(ada.get("/my_work")).partition("worker ID is ")[2].split()[0].strip(".")

    assert preview == {"": ""}
    assert shown["src"].startswith(start)
    assert shown["src"].endswith("#part")
    added = shown["src"].removeprefix(start).removesuffix("#part")
    assert parse_qsl(added) == [
        ("assignmentId", assignment_id),
        ("hitId", hit["HITId"]),
        ("workerId", worker_id),
        ("turkSubmitTo", "http://localhost/sandbox"),
    ]
    assert shown["sandbox"] == SANDBOX + (" allow-same-origin" if own_origin else "")
    assert shown["height"] == '500"'


def test_a_preview_of_an_external_question_names_no_worker(world: World) -> None:
    """Before it is accepted, the page is told neither an assignment nor who looks."""
    hit = world.launch(Question=external("https://example.com/task"))
    page = world.visitor("Ada").get(f"/groups/{hit['HITTypeId']}").text

    assert parse_qsl(urlsplit(frame(page)["src"]).query) == [
        ("assignmentId", "ASSIGNMENT_ID_NOT_AVAILABLE"),
        ("hitId", hit["HITId"]),
        ("turkSubmitTo", "http://localhost/sandbox"),
    ]


def test_an_external_question_has_no_page_here(world: World) -> None:
    """Its page is on the requester's server; this one shows none."""
    _, hit, assignment_id = world.holder(Question=external("https://example.com/"))
    answer = world.visitor().get(f"/hit_page/{hit['HITId']}?assignmentId={assignment_id}")
    assert answer.status_code == 404


def test_a_form_page_runs_no_script_but_ours(world: World) -> None:
    """The page of a QuestionForm is our own, and its policy lets nothing else run."""
    hostile = '"><script>alert(1)</script>'
    name = hostile.replace("<", "&lt;").replace(">", "&gt;")
    asked = question(
        identifier=name, content=f"<Text>{name}</Text>", more=f"<DisplayName>{name}</DisplayName>"
    )
    _, hit, assignment_id = world.holder(Question=form(asked))
    answer = world.visitor().get(f"/hit_page/{hit['HITId']}?assignmentId={assignment_id}")

    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert words(answer).count(hostile) == 2
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith(f"sandbox {SANDBOX}; frame-ancestors 'self'; default-src 'none'; ")
    assert "script-src 'self';" in policy
    assert "allow-same-origin" not in policy
