"""What is found in a page before it is launched."""

import pytest

from amt.page_checks import PageFault, find_faults, find_media_faults, locate
from formats.crowd_elements import ANNOTATION, CROWD_ELEMENTS, NOTHING, CrowdElement

LOADER = '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>'
AMAZONS = "<form method='post' action='https://www.mturk.com/mturk/externalSubmit'>"
ID = "<input type='hidden' name='assignmentId' id='assignmentId'>"
SCRIPT = "<script src='https://s3.amazonaws.com/mturk-public/externalHIT_v1.js'></script>"


def find(page: str, *, on_mturk: bool = False) -> list[str]:
    """The faults as `line: message`, with ! before one that prevents answers."""
    faults = find_faults(page, on_mturk=on_mturk)
    return [
        "!" * fault.prevents + locate(fault, {"": page}).removeprefix(":") + f": {fault.message}"
        for fault in faults
    ]


@pytest.mark.parametrize(
    "page",
    [
        (f"{SCRIPT}{AMAZONS}{ID}<p>x</p><input name='a' id='a'><input type='submit' id='submitButton'>"
        "</form><script>turkSetAssignmentID();</script>"),
        "<p>How old are you?</p><select name='age'><option>1</select>",
        "<textarea name='a'></textarea><button>Send</button>",
        "<form><button name='vote' value='yes'>Yes</button></form>",
        f"{LOADER}<crowd-form><crowd-input name='a'></crowd-input><input name='b'></crowd-form>",
        f"{LOADER}<crowd-form><crowd-input></crowd-input><input></crowd-form>",
        f"{LOADER}<crowd-form><crowd-polygon src='/files/a.png'></crowd-polygon><input name='a'>",
        (f"{LOADER}<crowd-form><crowd-radio-group name='a'><crowd-radio-button></crowd-radio-button>"
        "</crowd-radio-group><input name='b'></crowd-form>"),
        f"{LOADER}<crowd-entity-annotation labels='[]' text='x'></crowd-entity-annotation>",
        "<script src='https://assets.crowd.aws/gen-ai-components.js'></script><crowd-text-ranking>",
        f"<script>const url = '{LOADER[13:-11]}'; load(url);</script><crowd-classifier name='a'>",
        "<script>customElements.define('crowd-own', class extends HTMLElement {})</script><crowd-own>",
        "<div id='app'></div><script src='https://unpkg.com/jspsych@7.3.4'></script>",
        "<p>x</p><script>fetch(to, {method: 'POST'})</script>",
        "<canvas></canvas><button onclick='send()'>Send</button>",
        "<a href='javascript:send()'>Send</a>",
        "<iframe src='https://example.org/survey'></iframe>",
        "<form><input id='a'><input type='submit'></form><script>name_fields()</script>",
        "<form id='f'></form><input name='a' form='f'>",
        "<form action='https://crowd.example/mturk/externalSubmit'><input name='a'></form>",
        "<form action='https://example.org/'><input type='file' name='a'></form><script>send()</script>",
        "<table><form><tr><td><input name='a'></td></tr></form></table>",
        "<input type='radio' name='a' value='1'><input type='radio' name='a' value='2'>",
        "<!-- <crowd-foo> <input id='a'> --><input name='a' id='a'>",
        "<script>render('<input id=\"a\"><crowd-foo>')</script><input name='a' id='a'>",
        "<template><input id='a'><crowd-foo></crowd-foo></template><input name='a' id='a'>",
        "<textarea name='a'><input id='b'><crowd-foo></textarea><input name='c' id='b'>",
        "<svg id='a'></svg><input name='a' id='a'><label for='a' id='a'>A</label>",
        "<a href='http://example.org/'>x</a><a href='https://www.mturk.com/'>y</a><input name='a'>",
        "<img src='http://localhost:8000/files/a.png'><img src='/files/a.png'><input name='a'>",
        ("<link rel='stylesheet' href='https://s3.amazonaws.com/mturk-public/bs30/css/bootstrap.min.css'>"
        "<script src='http://s3.amazonaws.com/mturk-public/externalHIT_v1.js'></script><input name='a'>"),
    ],
)  # fmt: skip
def test_pages_that_work_have_no_fault(page: str) -> None:
    """Scripts may submit, and give names; what is in comments, scripts or texts is no element."""
    assert find(page) == []


NO_FIELD = (
    "1: there is nothing to submit: the page has no field, no Crowd HTML Element and no script"
)


@pytest.mark.parametrize(
    ("page", "faults"),
    [
        ("<p>Please read.</p>", [f"!{NO_FIELD}"]),
        ("<!-- <input name='a'> --><p>x", [f"!{NO_FIELD}"]),
        (f"{SCRIPT}{AMAZONS}{ID}<input type='submit'></form><script>turkSetAssignmentID();</script>",
         [f"!{NO_FIELD}"]),
        ("<script type='text/json'>[1]</script><p>x", [f"!{NO_FIELD}"]),
        (f"{LOADER}<crowd-form><p>x</p></crowd-form>", [f"!{NO_FIELD}"]),
        ("<p>x</p>\n<input id='a'>",
         ["!1: there is nothing to submit: the page's only field has no name",
          "2: <input> has no name, so its value is not submitted"]),
        ("<input name='a'>\n<textarea id='b'></textarea>\n<select></select>",
         ["2: <textarea> has no name, so its value is not submitted",
          "3: <select> has no name, so its value is not submitted"]),
        (f"{LOADER}\n<crowd-form>\n<crowd-input></crowd-input><crowd-slider name='b'></crowd-form>",
         ["3: <crowd-input> has no name, so its value is not submitted"]),
        ("<form><input name='a'></form>\n<input name='b'>",
         ["2: <input> is outside the form, so its value is not submitted"]),
        ("<form method='post' action='https://example.org/save'><input name='a'></form>",
         [("!1: <form> sends its fields to https://example.org/save, not to the crowd; leave out its "
          "action")]),
        (f"<form action='//example.org/find'><input name='q'></form>\n{AMAZONS}<input name='a'></form>",
         ["1: <form> sends its fields to //example.org/find, not to the crowd; leave out its action"]),
        ("<input name='a'>\n<input type='file' name='b'>",
         ["2: <input> does not submit the file, at most its name"]),
        ("<input name='a' id='x'>\n<select name='b' id='x'></select>",
         ['2: <select> has the id "x", which another control has too']),
        ("<input name='a' id='x'>\n<input name='a' id='x'><script>f()</script>",
         ['2: <input> has the id "x", which another control has too']),
        ("<crowd-form>\n<crowd-input name='a'></crowd-input></crowd-form>",
         [f"!1: <crowd-form> needs {LOADER}, which the page does not have"]),
        ("<script src='/files/a.js'></script><crowd-form>",
         [f"1: <crowd-form> needs {LOADER}, which the page does not have"]),
        (f"{LOADER}\n<crowd-form>\n<crowd-checkbx name='a'>",
         [("!3: <crowd-checkbx> is not a Crowd HTML Element; the page cannot be submitted with it; did "
          "you mean crowd-checkbox?")]),
        ("<input name='a'>\n<img src='http://example.org/a.png'><img src='http://example.org/a.png'>",
         [("2: <img> loads http://example.org/a.png over http, which browsers block in a page served "
          "over https")]),
        ("<input name='a'>\n<img src='https://www.mturk.com/media/a.gif'>",
         ["2: <img> loads https://www.mturk.com/media/a.gif, which Amazon does not serve any more"]),
        ("<input name='a'><script src='//s3.amazonaws.com/mturk-public/other.js'></script>",
         [("1: <script> loads //s3.amazonaws.com/mturk-public/other.js, which Amazon does not serve any "
          "more")]),
        (f"{LOADER}<crowd-form>\n<crowd-image-classifier name='a' src='s3://b/1.jpg'>",
         [("2: <crowd-image-classifier> loads s3://b/1.jpg, which browsers cannot; give its https "
          "address")]),
    ],
)  # fmt: skip
def test_what_does_not_work_is_named_with_its_line(page: str, faults: list[str]) -> None:
    """With ! if no answer can be submitted."""
    assert find(page) == faults


@pytest.mark.parametrize("name", [name for name, it in CROWD_ELEMENTS.items() if it.supported])
def test_elements_that_are_supported_are_not_named(name: str) -> None:
    """Those that hand in something are something to submit."""
    faults = find(f"{LOADER}<crowd-form><{name} name='a'></{name}></crowd-form>")

    hands_in = CROWD_ELEMENTS[name].hands_in != NOTHING
    assert faults == ([] if hands_in else [f"!{NO_FIELD}"])


def test_an_element_that_is_not_supported_prevents_every_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One that only shows something is named; its content is there."""
    monkeypatch.setitem(CROWD_ELEMENTS, "crowd-line", CrowdElement(ANNOTATION, supported=False))
    monkeypatch.setitem(CROWD_ELEMENTS, "crowd-tab", CrowdElement(NOTHING, supported=False))

    assert find(f"{LOADER}<crowd-form>\n<crowd-tab><crowd-line name='a'>") == [
        "!2: <crowd-line> is not supported by this crowd; the page cannot be submitted with it",
        "2: <crowd-tab> is not supported by this crowd, which shows its content only",
    ]


def test_on_amazons_crowd_its_elements_and_files_are_there() -> None:
    """The rest is as elsewhere."""
    page = "<crowd-form><crowd-of-amazons name='a'><img src='https://www.mturk.com/a.gif'>"

    assert find(page, on_mturk=True) == []
    assert find("<p>x", on_mturk=True) == [f"!{NO_FIELD}"]


def test_a_fault_is_located_in_the_template_that_made_the_page() -> None:
    """Values stand in place of names; equal tags are counted; what is included has its own file."""
    sources = {
        "page.html": "<p>\n<input id='q' value='${a}'>\n<input id='q' size=2>\n<b>\n<b>\n",
        "part.html": "<p>\n\n<select id='{{ row.id }}'>",
    }

    assert locate(PageFault("", "<input id='q' value='x'>"), sources) == "page.html:2"
    assert locate(PageFault("", "<input id='q' size=2>"), sources) == "page.html:3"
    assert locate(PageFault("", "<b>", 1), sources) == "page.html:5"
    assert locate(PageFault("", "<select id='x'>"), sources) == "part.html:3"
    assert locate(PageFault("", "<made-by-a-value>"), sources) == "page.html:1"


def test_media_of_a_question_form_that_browsers_do_not_show() -> None:
    """A picture over https is shown; Flash is not."""
    media = "<Type>{}</Type><SubType>{}</SubType></MimeType>\n<DataURL>{}</DataURL>"
    form = media.format("image", "png", "https://example.org/a.png")

    assert find_media_faults(form) == []
    form += media.format("video", "x-shockwave-flash", "http://example.org/a.swf") * 2
    assert [fault.message for fault in find_media_faults(form)] == [
        "video/x-shockwave-flash is not shown by browsers",
        "<DataURL> http://example.org/a.swf is loaded over http, which browsers may block",
    ]
