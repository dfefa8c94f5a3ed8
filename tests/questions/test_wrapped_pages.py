"""Pages that bring no form, as the server shows them: wrapped as Mechanical Turk's web site did."""

import time

import pytest

from local_crowd.pages.questions.rewrite import rewrite_page
from tests.support.rewritten_pages import (
    ACTION,
    AFTER,
    BEFORE,
    BUTTON,
    ELSEWHERE,
    FIRST,
    OURS,
    rewritten,
)


@pytest.mark.parametrize(
    ("before", "page", "after"),
    [
        ("", "<p>x</p>", ""),
        ("", "text alone", ""),
        ("<!DOCTYPE html>", "<p>x</p>", ""),
        ("<!DOCTYPE html>", "<!-- a <form> is added --><input name='a'>", ""),
        ("", "<textarea name=a><form></textarea>", ""),
        ("", "<p><noscript><form></form></noscript>", ""),
        ("<!DOCTYPE html><html><head>", "<p>x</p>", "</html>"),
    ],
)
def test_a_page_without_a_form_is_wrapped(before: str, page: str, after: str) -> None:
    """Around all of it, with the ids of the web site, and a Submit button."""
    shown = rewritten(before + page + after)

    assert shown.replace("<!-- a <form> is added -->", "") == (
        f"{before}{FIRST}{BEFORE}{page}{BUTTON}{AFTER}{after}"
    ).replace("<!-- a <form> is added -->", "")


def test_the_form_contains_the_fields_that_a_first_script_writes() -> None:
    """Such a script is in no head, because the fields would be before the form."""
    script = "<script>document.write('<input name=a>')</script>"

    assert rewritten(f"{script}<p>x</p>") == f"{FIRST}{BEFORE}{script}<p>x</p>{BUTTON}{AFTER}"
    head = f"<head>{script}</head>"
    assert rewritten(f"{head}<p>x") == f"<head>{FIRST}{head[6:]}{BEFORE}<p>x{BUTTON}{AFTER}"


def test_the_form_is_within_the_body() -> None:
    """What is in the head stays before it, and what is behind the body stays behind it."""
    head = "<!DOCTYPE html><html><head>"
    title = "<title>x</title><style>p {}</style><script>1</script></head>"

    assert rewritten(f"{head}{title}<body class='a'><p>x</p></body></html>\n") == (
        f"{head}{FIRST}{title}<body class='a'>{BEFORE}<p>x</p>{BUTTON}{AFTER}</body></html>\n"
    )
    assert rewritten(f"{title}<p>x</p>") == f"{FIRST}{title}{BEFORE}<p>x</p>{BUTTON}{AFTER}"


@pytest.mark.parametrize(
    "button",
    [
        "<input type=submit>",
        "<INPUT TYPE='Image'>",
        "<button>Go</button>",
        "<button type='submit'>Go</button>",
        "<input type=button id=submitButton>",
    ],
)
def test_a_submit_button_of_the_pages_own_is_the_only_one(button: str) -> None:
    """A button that only scripts use is none, unless it has the id of the web site's."""
    assert rewritten(button) == f"{FIRST}{BEFORE}{button}{AFTER}"
    other = "<button type=button>Play</button><input type=reset>"
    assert rewritten(other) == f"{FIRST}{BEFORE}{other}{BUTTON}{AFTER}"


@pytest.mark.parametrize(
    "script",
    [
        "<script>document.querySelector('button').onclick = play</script>",
        "<script>$('button').click(play)</script>",
        "<script>b.addEventListener('click', play)</script>",
        "<script src='/files/app.js'></script><input>",
    ],
)
def test_a_button_that_a_script_handles_does_not_submit(script: str) -> None:
    """Without a form it did not, and the script need not know that there is one now."""
    for button in ("button", "button id=a"):
        shown = rewritten(f"<input><{button}>Play</button>{script}")
        assert f'<button type="button"{button[6:]}>Play</button>{script}{BUTTON}' in shown
    for button in ("<button>Submit</button>", "<button id=submit-all>Send</button>"):
        assert f"{button}{script}{AFTER}" in rewritten("<input>" + button + script)
    on_click = 'onclick="play()">Play</button>'
    assert rewritten(f"<input><button {on_click}") == (
        f'{FIRST}{BEFORE}<input><button type="button" {on_click}{BUTTON}{AFTER}'
    )


@pytest.mark.parametrize(
    "page",
    [
        "<crowd-form></crowd-form>",
        "<crowd-entity-annotation name='a'></crowd-entity-annotation>",
        "<input name=a><script>fetch('/mturk/externalSubmit')</script>",
        "<input name=a><button onclick=\"send(host + '/mturk/externalSubmit')\">Send</button>",
        "<div></div><script>document.body.append(document.createElement('form'))</script>",
        "<div></div><script>root.innerHTML = '<form id=f></form>'</script>",
        "<div></div><script>root.innerHTML = '<crowd-form></crowd-form>'</script>",
        "<div id=root></div><script src='/files/app.js'></script>",
        "<button>Play</button><script>document.querySelector('button').onclick = play</script>",
        "<button onclick='play()'>Play</button>",
        "<button onclick='tell(\"Submitted\")'>Play</button>",
    ],
)
def test_pages_that_submit_by_themselves_are_not_wrapped(page: str) -> None:
    """Amazon's elements, and scripts that post the answer, make a form, or may do either."""
    assert "mturk_form" not in rewritten(page)


def test_a_page_with_fields_and_a_library_is_wrapped() -> None:
    """A script that is loaded is most often a library, such as jQuery."""
    page = "<script src='/files/jquery.min.js'></script><input name='a'>"
    assert rewritten(page) == (
        f"{FIRST}<script src='/files/jquery.min.js'></script>{BEFORE}<input name='a'>{BUTTON}{AFTER}"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<form>", f"<form{ACTION}>"),
        ('<FORM METHOD="POST">', f'<FORM{ACTION} METHOD="POST">'),
        ("<form method=get>", f"<form{ACTION} method=get>"),
        ("<form action=''>", f"<form{ACTION} action=''>"),
        ('<form method=post action=" ">', f'<form{ACTION} method=post action=" ">'),
        ("<form action>", f"<form{ACTION} action>"),
        ('<form action="#">', f'<form{ACTION} action="#">'),
        ("<form data-action='https://example.com/'>",
         f"<form{ACTION} data-action='https://example.com/'>"),
        ("<form action='edit' method='get'>", f"<form{ACTION} action='edit' method='get'>"),
        ("<form action=/mturk/externalSubmit>", f"<form{ACTION} action=/mturk/externalSubmit>"),
        ("<form action=#>", f"<form{ACTION} action=#>"),
    ],
)  # fmt: skip
def test_a_form_without_an_action_goes_to_the_crowd(before: str, after: str) -> None:
    """Or with a path, where no page is; the first attribute of a name is the one that counts."""
    assert rewritten(before) == after
    kept = rewrite_page(before, OURS, lambda name: f"/{name}", "first", "guard", "/keep.js")
    assert kept == f'<script src="/keep.js"></script>{FIRST}{after}'


@pytest.mark.parametrize(
    "form",
    [
        "<form method=dialog>",
        "<crowd-form><form></crowd-form>",
        "<form action='//example.com/'>",
        "<form action='javascript:send()'>",
        "<base href='https://example.com/'><form action=edit>",
    ],
)
def test_forms_that_send_nothing_or_elsewhere_stay(form: str) -> None:
    """A dialog's, one within <crowd-form>, which submits its fields, and one to another site."""
    assert ACTION not in rewritten(form)


@pytest.mark.parametrize(
    "form",
    [
        "<form id=results-form>",
        "<form name='mturk_form'>",
        "<form action='https://www.mturk.com/mturk/externalSubmit'>",
    ],
)
def test_beside_the_form_of_the_answer_other_forms_stay(form: str) -> None:
    """Enter in one of their fields would hand in an answer that is not complete."""
    other = "<form action='#'><input></form><form><input></form>"

    assert f"{other}{rewritten(form).removeprefix(FIRST)}" in rewritten(other + form)
    assert rewritten(other).count(ACTION) == 2


def test_a_page_with_another_form_is_not_wrapped() -> None:
    """Where its answers go is the page's business."""
    assert rewritten(ELSEWHERE + "<input name=a>") == ELSEWHERE + "<input name=a>"


def test_a_page_of_the_largest_size_does_not_take_long() -> None:
    """1 MB of nothing but tags is rewritten in seconds."""
    for piece in ("<input>", "<form>", "<p>"):
        start = time.process_time()
        rewritten(piece * (1_000_000 // len(piece)))
        assert time.process_time() - start < 5, piece


def test_the_address_is_escaped() -> None:
    """Also in what is inserted."""
    for page in ("<form>", "<p>"):
        shown = rewrite_page(page, 'http://x/"><b>', lambda name: f'/"{name}', "first", "guard")
        assert '"><b>' not in shown
        assert '/"external' not in shown
