"""Consents over the API: texts that workers agree to before their first HIT, and who agreed."""

import hashlib
from types import SimpleNamespace
from typing import Any

import pytest

from local_crowd.operations.call import Call
from local_crowd.operations.errors import NotPossible
from local_crowd.operations.hits import consents
from local_crowd.operations.privacy import forgetting
from local_crowd.operations.work import worker_actions
from local_crowd.pages.work import markdown
from tests.support.crowds import CrowdUnderTest, business, invalid, refusal, why

TEXT = "# Consent\n\nYou see **spiders**. Write to <mailto:lab@example.org>."


def create(crowd: CrowdUnderTest, text: str = TEXT, name: str = "consent.md") -> Any:
    """Store a text; return the response without what boto3 adds."""
    client: Any = crowd.client
    response = client.create_consent(Name=name, Text=text)
    response.pop("ResponseMetadata")
    return response


def test_a_text_is_stored_once_and_shown_back(crowd: CrowdUnderTest) -> None:
    """With its SHA-256; an equal text keeps id and name, so a lost response can be repeated."""
    stored = create(crowd)
    client: Any = crowd.client

    assert stored == {
        "ConsentId": stored["ConsentId"],
        "Name": "consent.md",
        "Text": TEXT,
        "TextSHA256": hashlib.sha256(TEXT.encode()).hexdigest(),
    }
    assert create(crowd, name="other.md") == stored
    assert create(crowd, TEXT + "!")["ConsentId"] != stored["ConsentId"]
    shown = client.get_consent(ConsentId=stored["ConsentId"])
    assert shown["Text"] == TEXT


def test_a_hit_type_has_the_text_that_it_was_created_with(crowd: CrowdUnderTest) -> None:
    """HITs with different texts are of different types, and GetHIT says which text it is."""
    texts = [create(crowd, text)["ConsentId"] for text in ("one", "two")]

    hits = [
        crowd.hit(crowd.make_hit()),
        *(crowd.hit(crowd.make_hit(ConsentId=text)) for text in [*texts, texts[0]]),
    ]

    assert [hit.get("ConsentId") for hit in hits] == [None, *texts, texts[0]]
    types = [hit["HITTypeId"] for hit in hits]
    assert len(set(types)) == 3
    assert types[1] == types[3]


def test_the_first_hit_needs_an_agreement_and_the_next_does_not(crowd: CrowdUnderTest) -> None:
    """For previews too, which show what the text may warn of. It counts for every HIT with the text."""
    text = create(crowd)["ConsentId"]
    first, second = (crowd.make_hit(ConsentId=text, Title=title) for title in ("A", "B"))
    ada, bea = crowd.make_worker("Ada"), crowd.make_worker("Bea")

    assert why(lambda: crowd.accept(ada, first)) == "consent"
    with pytest.raises(NotPossible) as refused, crowd.site.reading() as call:
        worker_actions.find_question(call, first, None, ada)
    assert refused.value.reason == "consent"
    assert crowd.stands(first) == ("Assignable", 1, 0, 0)

    for _ in range(2):  # the first time counts
        with crowd.site.writing() as call:
            consents.agree(call, ada, text)
        crowd.clock.advance(60)

    crowd.do(ada, first)
    crowd.do(ada, second)
    assert why(lambda: crowd.accept(bea, first)) == "consent"
    client: Any = crowd.client
    listed = client.list_consent_agreements(ConsentId=text)
    assert [
        (line["WorkerId"], line["AgreementTime"].timestamp())
        for line in listed["ConsentAgreements"]
    ] == [(ada, crowd.clock.now - 120)]
    rest = client.list_consent_agreements(ConsentId=text, NextToken=listed["NextToken"])
    assert rest["ConsentAgreements"] == []


def test_a_hit_without_a_text_needs_no_query() -> None:
    """Accepting takes as long as before."""
    without_database: Any = None

    consents.require_agreement(Call(without_database, 0), "A1", SimpleNamespace(consent_id=None))


def test_what_is_not_a_text_is_refused(
    crowd: CrowdUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Empty, too large, one too many; or somebody else's."""
    client: Any = crowd.client
    monkeypatch.setattr(consents, "MAX_CONSENTS", 1)
    monkeypatch.setattr(consents, "MAX_BYTES", len(TEXT))

    assert refusal(client.create_consent, Name="a", Text=" \n") == invalid("Text is empty.")
    assert refusal(client.create_consent, Name="a", Text=f"{TEXT}é") == invalid(
        f"Text has {len(TEXT) + 2} bytes. At most {len(TEXT)} bytes are allowed."
    )
    create(crowd)
    assert refusal(client.create_consent, Name="a", Text="b") == business(
        "You have 1 consents, and at most 1 are allowed.", "ConsentLimitExceeded"
    )
    assert refusal(crowd.make_hit, ConsentId="3NONE") == business(
        "Consent 3NONE does not exist.", "ConsentDoesNotExist"
    )


@pytest.mark.parametrize("answers", [False, True])
def test_forgetting_keeps_the_agreement_as_long_as_the_answers(
    crowd: CrowdUnderTest, answers: bool
) -> None:
    """It proves that they could be collected."""
    text = create(crowd)["ConsentId"]
    worker = crowd.make_worker()
    with crowd.site.writing() as call:
        consents.agree(call, worker, text)
        forgotten = forgetting.forget_worker(call, worker, answers=answers)
        agreed = consents.find_agreement(call, worker, text)

    assert (agreed is None) == answers
    assert ("agreements to consents" in [item.what for item in forgotten.erased]) == answers
    assert ("agreements to consents" in [item.what for item in forgotten.kept]) != answers


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# A\n\n*b*", "<h2>A</h2>\n<p><em>b</em></p>\n"),
        ("<script>x()</script>", "<p>&lt;script&gt;x()&lt;/script&gt;</p>\n"),
        ("<b onclick=x()>", "<p>&lt;b onclick=x()&gt;</p>\n"),
        ("[a](javascript:x())", "<p>[a](javascript:x())</p>\n"),
        ("[a](data:text/html,x)", "<p>[a](data:text/html,x)</p>\n"),
        ("[a](/account)", "<p>[a](/account)</p>\n"),
        (
            "[a](https://a.org 'b')",
            '<p><a href="https://a.org" title="b" target="_blank" rel="noopener noreferrer">a</a></p>\n',
        ),
        (
            "<mailto:a@b.org>",
            '<p><a href="mailto:a@b.org" target="_blank" rel="noopener noreferrer">mailto:a@b.org</a></p>\n',
        ),
        (
            "![a](https://a.org/b.png)",
            '<p>!<a href="https://a.org/b.png" target="_blank" rel="noopener noreferrer">a</a></p>\n',
        ),
    ],
)
def test_markdown_brings_no_html_of_its_own(text: str, html: str) -> None:
    """Neither scripts, nor pictures, nor links to other schemes or to pages of ours."""
    assert str(markdown.render(text)) == html


def test_hostile_markdown_takes_no_longer_than_its_size() -> None:
    """Nesting is limited."""
    for text in ("> " * 30_000, "[" * 60_000, "*a " * 20_000, "- " * 30_000, "`" * 60_000):
        markdown.render(text)
