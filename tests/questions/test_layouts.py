"""HIT layouts: registered by the operator, filled in by CreateHIT."""

import html
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from local_crowd.manage.layouts import add_layout, list_layouts
from local_crowd.operations.errors import ParameterValidationError
from local_crowd.operations.hits import layouts
from tests.support.crowds import HIT, HIT_TYPE, CrowdUnderTest, business, invalid, refusal
from tests.support.worker_sites import World

PAGE = "<form><p>Is ${what} on <img src='${url}'>? ${what}!</p><script>`${1 + 1}`</script></form>"
WITHOUT_QUESTION = {name: value for name, value in HIT.items() if name != "Question"}
QUESTION_LIMIT = 1_000_000


def add(
    crowd: CrowdUnderTest, page: str = PAGE, requester_id: str | None = None, height: int = 450
) -> str:
    with crowd.site.writing() as call:
        layout_id = call.new_id()
        owner = requester_id or crowd.requester_id
        layouts.add(call, layout_id, owner, "page.html", page, height)
    return layout_id


def values(**parameters: str) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in parameters.items()]


def content(question: str) -> str:
    root = fromstring(question)
    return root[0].text or ""


def test_a_layout_becomes_a_html_question(crowd: CrowdUnderTest) -> None:
    """CreateHIT with a layout makes the HTMLQuestion whose placeholders hold the values."""
    hit = crowd.client.create_hit(
        **WITHOUT_QUESTION,
        HITLayoutId=add(crowd),
        HITLayoutParameters=values(what="a cat", url="https://example.org/1.jpg?a=1&b=2"),
    )["HIT"]

    assert hit["Question"].startswith("<HTMLQuestion xmlns=")
    assert content(hit["Question"]) == (
        "<form><p>Is a cat on <img src='https://example.org/1.jpg?a=1&b=2'>? a cat!</p>"
        "<script>`${1 + 1}`</script></form>"
    )
    assert fromstring(hit["Question"])[1].text == "450"
    assert crowd.hit(hit["HITId"]) == hit


def test_a_layout_serves_hits_of_a_hit_type(crowd: CrowdUnderTest) -> None:
    """CreateHITWithHITType takes layouts too; one layout serves many HITs."""
    type_id = crowd.client.create_hit_type(**HIT_TYPE)["HITTypeId"]
    layout_id = add(crowd, "<form>${n}</form>")

    questions = [
        crowd.client.create_hit_with_hit_type(
            HITTypeId=type_id,
            LifetimeInSeconds=60,
            HITLayoutId=layout_id,
            HITLayoutParameters=values(n=str(number)),
        )["HIT"]["Question"]
        for number in range(3)
    ]

    assert [content(question) for question in questions] == [f"<form>{n}</form>" for n in range(3)]


@pytest.mark.parametrize("value", ["]]>", "]]]]>>", "<b>&amp;</b>", "${n}", r"\g<0>\1", "ß\r\n"])
def test_a_value_is_put_in_as_it_is(crowd: CrowdUnderTest, value: str) -> None:
    """Markup stays markup, nothing is filled in twice, and no value leaves the question's XML."""
    question = crowd.client.create_hit(
        **WITHOUT_QUESTION,
        HITLayoutId=add(crowd, "<form>${n}</form>"),
        HITLayoutParameters=values(n=value),
    )["HIT"]["Question"]

    assert content(question) == f"<form>{value}</form>".replace("\r\n", "\n")  # as XML reads


def test_a_layout_without_parameters(crowd: CrowdUnderTest) -> None:
    """A layout without placeholders needs no parameters."""
    layout_id = add(crowd, "<crowd-form>Yes?</crowd-form>", height=0)
    hit = crowd.client.create_hit(**WITHOUT_QUESTION, HITLayoutId=layout_id)["HIT"]

    assert content(hit["Question"]) == "<crowd-form>Yes?</crowd-form>"
    assert fromstring(hit["Question"])[1].text == "0"


def test_a_layout_without_a_form_gets_one(world: World) -> None:
    """What stands alone is put within the form that Amazon put around: fields, id and button."""
    with world.sandbox.writing() as call:
        layouts.add(call, "3LAYOUT", world.requester_id, "page.html", "<input name='word'>", 0)
    _, hit, assignment_id = world.holder(Question=None, HITLayoutId="3LAYOUT")
    page = world.visitor().get(f"/hit_page/{hit['HITId']}?assignmentId={assignment_id}").text

    assert content(hit["Question"]) == "<input name='word'>"
    assert page.count("<form ") == 1
    assert page.index("<form ") < page.index('name="assignmentId"') < page.index("name='word'")
    assert page.index("name='word'") < page.index('type="submit"') < page.index("</form>")
    assert "/mturk/externalSubmit" in page


def test_names_may_have_hyphens_dots_and_spaces(crowd: CrowdUnderTest) -> None:
    """As on the web site. In a script such a name without a value is JavaScript's own."""
    page = "<form>${source-id} ${ BlenderBot-3B } ${my text} ${a.b}</form><script>"
    script = "`${a.b} ${item.name}`; '${source-id}'</script>"
    layout_id = add(crowd, page + script)
    given = {"source-id": "1", "BlenderBot-3B": "2", "my text": "3", "a.b": "4"}

    question = crowd.client.create_hit(
        **WITHOUT_QUESTION, HITLayoutId=layout_id, HITLayoutParameters=values(**given)
    )["HIT"]["Question"]
    missing = refusal(crowd.client.create_hit, **WITHOUT_QUESTION, HITLayoutId=layout_id)

    assert content(question) == "<form>1 2 3 4</form><script>`4 ${item.name}`; '1'</script>"
    assert missing.message.endswith("names: source-id, BlenderBot-3B, my text, a.b")
    assert layouts.find_parameters(page + script) == list(given)


def test_missing_parameters_are_reported(crowd: CrowdUnderTest) -> None:
    """Amazon's words for parameters that are missing, as requesters have reported them."""
    create, layout_id = crowd.client.create_hit, add(crowd)

    for parameters, missing in [({}, "what, url"), ({"what": "x"}, "url")]:
        assert refusal(
            create,
            **WITHOUT_QUESTION,
            HITLayoutId=layout_id,
            HITLayoutParameters=values(**parameters),
        ) == invalid(
            "Your request is missing required parameters. Required parameters include "
            "HITLayoutParameter. You have not provided all required HITLayout parameters. "
            f"Missing parameter names: {missing}"
        )
    assert crowd.client.list_hits()["HITs"] == []


def test_parameters_must_be_the_layouts(crowd: CrowdUnderTest) -> None:
    """A parameter that the layout does not have, or one given twice, is refused."""
    layout_id, create = add(crowd, "<form>${n}</form>"), crowd.client.create_hit

    assert refusal(
        create,
        **WITHOUT_QUESTION,
        HITLayoutId=layout_id,
        HITLayoutParameters=values(n="1", N="2", m="3"),
    ) == invalid(
        "You have provided HITLayout parameters that are not used in the HITLayout. "
        "Unknown parameter names: N, m"
    )
    assert refusal(
        create,
        **WITHOUT_QUESTION,
        HITLayoutId=layout_id,
        HITLayoutParameters=values(n="1") + values(n="1"),
    ) == invalid("A HITLayoutParameter is given twice.")


def test_either_a_question_or_a_layout(crowd: CrowdUnderTest) -> None:
    """Both are refused, and parameters without a layout."""
    either = invalid("A HIT needs either a Question or a HITLayoutId.")

    assert refusal(crowd.client.create_hit, **HIT, HITLayoutId=add(crowd)) == either
    assert refusal(crowd.client.create_hit, **WITHOUT_QUESTION) == either
    assert refusal(crowd.client.create_hit, **HIT, HITLayoutParameters=values(n="1")) == invalid(
        "HITLayoutParameters need a HITLayoutId."
    )


def test_whose_a_layout_is(crowd: CrowdUnderTest) -> None:
    """An unknown layout does not exist, and neither does another requester's."""
    for layout_id in ("3NONE", add(crowd, requester_id=crowd.make_requester())):
        assert refusal(
            crowd.client.create_hit, **WITHOUT_QUESTION, HITLayoutId=layout_id
        ) == business(f"HITLayout {layout_id} does not exist.", "HITLayoutDoesNotExist")


def test_the_filled_in_question_has_the_crowds_limit(crowd: CrowdUnderTest) -> None:
    """As many bytes of question as the crowd allows fit, one more is refused."""
    layout_id = add(crowd, "<form>${n}</form>")
    empty = crowd.client.create_hit(
        **WITHOUT_QUESTION, HITLayoutId=layout_id, HITLayoutParameters=values(n="")
    )["HIT"]["Question"]
    room = QUESTION_LIMIT - len(empty)

    fits = {"HITLayoutId": layout_id, "HITLayoutParameters": values(n="x" * room)}
    assert crowd.client.create_hit(**WITHOUT_QUESTION, **fits)
    fits["HITLayoutParameters"] = values(n="x" * (room + 1))
    assert refusal(crowd.client.create_hit, **WITHOUT_QUESTION, **fits) == invalid(
        "The Question is 1000001 bytes long. At most 1000000 bytes are allowed."
    )


def test_the_command_registers_a_layout(crowd: CrowdUnderTest, tmp_path: Path) -> None:
    """What add_layout prints is what CreateHIT takes, on either site."""
    name = "local" if crowd.requester_id == crowd.site.ensure_owner() else "the tests"
    file = tmp_path / "page.html"
    file.write_text("\ufeff<form>${who}</form>", "utf-8")
    ((line),) = add_layout(tmp_path / "crowd", str(file), name, 300)

    assert line["parameters"] == ["who"]
    hit = crowd.client.create_hit(
        **WITHOUT_QUESTION,
        HITLayoutId=line["HITLayoutId"],
        HITLayoutParameters=values(who=html.escape("<Ada>")),
    )["HIT"]
    assert content(hit["Question"]) == "<form>&lt;Ada&gt;</form>"
    ((listed),) = list_layouts(tmp_path / "crowd")
    assert listed | {"created": ""} == {
        **line,
        "name": "page.html",
        "requester": name,
        "created": "",
    }


@pytest.mark.parametrize(
    ("page", "height", "says"),
    [
        (" \n", 0, "page.html is empty."),
        ("<form>" + "x" * 1_000_000, 0, "At most 1000000 bytes are allowed."),
        ("<form>", -1, "The value -1 is invalid for frame_height."),
    ],
)
def test_layouts_that_fit_into_no_question(
    crowd: CrowdUnderTest, page: str, height: int, says: str
) -> None:
    """A layout that no HIT could have is refused when it is registered."""
    with pytest.raises(ParameterValidationError) as caught:
        add(crowd, page, height=height)
    assert says in caught.value.message
