"""Reviews, rankings, questions and answers, and pages that lack a form or names: each submits what
the worker did, in Amazon's form.
"""

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.element_pages import SCRIPT, ElementPage
from tests.support.hit_frames import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def shown(page: "Page") -> ElementPage:
    """A page for elements."""
    return ElementPage(page)


REVIEWS = """<crowd-form>
<crowd-rekognition-detect-moderation-labels src="a.svg" header="Which of these?"
 categories='[ { name: "Gore", parentName: "Violence", }, { name: "Weapons", parentName: "Violence" }, ]'>
</crowd-rekognition-detect-moderation-labels>
<crowd-textract-analyze-document src="b.svg" header="Correct these" no-key-edit
 keys="[{importantFormKey: 'Address', importantFormKeyAliases: ['Addr.', 'street']}]"
 initial-value='[
  {"BlockType": "KEY_VALUE_SET", "Id": "k1", "Text": "Name", "EntityTypes": ["KEY"],
   "Geometry": {"BoundingBox": {"Width": 0.3, "Height": 0.1, "Left": 0.1, "Top": 0.1}},
   "Relationships": [{"Type": "VALUE", "Ids": ["v1"]}]},
  {"BlockType": "KEY_VALUE_SET", "Id": "v1", "Text": "Jane", "EntityTypes": ["VALUE"]},
  {"blockType": "KEY_VALUE_SET", "id": "k2", "text": "x", "entityTypes": ["KEY"]}]'>
</crowd-textract-analyze-document></crowd-form>"""


def test_reviews_of_what_programs_found(shown: ElementPage) -> None:
    """Moderation labels are the chosen objects; blocks have the worker's texts, and those that the
    worker rejects are left out.
    """
    shown.open(REVIEWS)
    page = shown.page
    page.get_by_role("checkbox", name="Weapons").check()
    expect(page.get_by_label("Key", exact=True)).to_have_count(3)
    expect(page.get_by_label("Key", exact=True).first).not_to_be_editable()
    page.get_by_label("Value", exact=True).nth(0).fill("Jane Doe")
    page.get_by_role("checkbox", name="This is not a key with its value").nth(1).check()
    page.get_by_label("Value", exact=True).nth(2).fill("Main Street")
    shown.shrink()

    assert shown.submit() == {
        "AWS/Rekognition/DetectModerationLabels/Image/V3": {
            "ModerationLabels": [{"name": "Weapons", "parentName": "Violence"}]
        },
        "AWS/Textract/AnalyzeDocument/Forms/V1": {
            "blocks": [
                {
                    "blockType": "KEY_VALUE_SET",
                    "id": "k1",
                    "relationships": [{"type": "VALUE", "ids": ["v1"]}],
                    "entityTypes": ["KEY"],
                    "text": "Name",
                },
                {
                    "blockType": "KEY_VALUE_SET",
                    "id": "v1",
                    "entityTypes": ["VALUE"],
                    "text": "Jane Doe",
                },
                {
                    "blockType": "KEY_VALUE_SET",
                    "id": "key-2",
                    "relationships": [{"type": "VALUE", "ids": ["value-2"]}],
                    "entityTypes": ["KEY"],
                    "text": "Address",
                },
                {
                    "blockType": "KEY_VALUE_SET",
                    "id": "value-2",
                    "entityTypes": ["VALUE"],
                    "text": "Main Street",
                },
            ]
        },
    }


def test_a_ranking_of_texts(shown: ElementPage) -> None:
    """Each response gets a rank in each dimension; without ties, the last choice counts."""
    shown.open(
        """<crowd-form><crowd-text-ranking name="textRanking" text="Which is best?"
        ordinal-ranking-dimensions='[{"name":"Clarity","allowTie":true},{"name":"Tone","allowTie":false}]'
        responses='["One", "Two"]'><short-instructions>Rank them</short-instructions>
        </crowd-text-ranking></crowd-form>"""
    )
    page = shown.page
    clarity, tone = (page.get_by_role("group", name=name) for name in ("Clarity", "Tone"))
    clarity.nth(0).get_by_role("radio", name="1").check(force=True)
    clarity.nth(1).get_by_role("radio", name="1").check(force=True)
    tone.nth(0).get_by_role("radio", name="1").check(force=True)
    tone.nth(1).get_by_role("radio", name="1").check(force=True)
    expect(tone.nth(0).get_by_role("radio", name="1")).not_to_be_checked()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Please give each response a rank.")).to_be_visible()
    expect(tone.nth(0).get_by_role("radio", name="1")).to_be_focused()
    shown.shrink()
    tone.nth(0).get_by_text("2").click()

    assert shown.submit() == {
        "textRanking": {
            "ordinalRankingDimensions": [
                {"name": "Clarity", "allowTie": True, "responseRankings": [1, 1]},
                {"name": "Tone", "allowTie": False, "responseRankings": [2, 1]},
            ]
        }
    }


def test_questions_and_answers_about_a_text(shown: ElementPage) -> None:
    """The form that the element names submits it, though the page hides that form; without a name
    its members are the answer's. References count Unicode characters.
    """
    shown.open(
        """<div><crowd-form id="qa" style="display: none"></crowd-form>
        <crowd-question-answer-generation crowd-form-element-id="qa" text="🐈 Cats sleep."
        min-questions="1" max-questions="2" answer-max-words="2" question-tags='["What", "Who"]'
        allow-custom-tags="true" instructions="- Ask"></crowd-question-answer-generation></div>"""
    )
    page = shown.page
    page.get_by_label("Question", exact=True).fill("What do cats do?")
    page.get_by_label("Answer", exact=True).fill("They sleep a lot")
    page.get_by_role("checkbox", name="What").check()
    page.get_by_label("Other tags").fill("Habit")
    page.get_by_label("Text", exact=True).evaluate("(text) => text.setSelectionRange(3, 7)")
    page.get_by_role("button", name="Refer to the selected text").click()
    page.get_by_role("button", name="Add a question").click()
    expect(page.get_by_role("button", name="Add a question")).not_to_be_visible()
    page.get_by_role("button", name="Remove this question").nth(1).click()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("Please write at most 2 words for each answer.")).to_be_visible()
    shown.shrink()
    page.get_by_label("Answer", exact=True).fill("They sleep")

    assert shown.submit() == {
        "questionAnswerPairs": [
            {
                "question": "What do cats do?",
                "answer": "They sleep",
                "questionTags": ["What", "Habit"],
                "textReferences": [{"startOffset": 2, "endOffset": 6, "text": "Cats"}],
            }
        ]
    }


OVERLAID = """<crowd-form>
<crowd-image-classifier name="boxes" src="a.svg" categories="['good', 'bad']" overlay='{
 "boundingBox": { labels: ["bird", "cat"], value: [
  { height: 50, label: "bird", left: 20, top: 25, width: 100 }, ] }, }'></crowd-image-classifier>
<crowd-image-classifier name="segments" src="b.svg" categories="['good', 'bad']" overlay='{
 "semanticSegmentation": { "labels": ["Dog"], "labelMappings": { "Dog": { "color": "#2acf59" } },
 "src": "c.svg", } }'></crowd-image-classifier></crowd-form>"""


def test_a_classifier_shows_what_it_reviews(shown: ElementPage) -> None:
    """Boxes and segments of an earlier task are drawn over the picture, with their labels."""
    shown.open(OVERLAID)
    page = shown.page
    legends = page.get_by_role("list", name="Labels to review").get_by_role("listitem")
    expect(legends).to_have_text(["bird", "cat", "Dog"])
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        picture = page.get_by_role("img", name="The picture to classify").first.bounding_box()
        box = page.get_by_title("bird").bounding_box()
        assert picture is not None
        assert box is not None
        scale = picture["width"] / 200
        found = (box["x"] - picture["x"], box["y"] - picture["y"], box["width"], box["height"])
        assert found == pytest.approx((20 * scale, 25 * scale, 100 * scale, 50 * scale), abs=1)
    expect(page.locator("img.segments")).to_have_attribute("src", "c.svg")
    page.get_by_label("bad").first.check()
    page.get_by_label("good").last.check()
    shown.shrink()

    assert shown.submit() == {"boxes": {"label": "bad"}, "segments": {"label": "good"}}


CLASSIFIER = "<crowd-classifier NAME categories=\"['Cat', 'Dog']\"></crowd-classifier>"


@pytest.mark.parametrize(
    ("html", "answer"),
    [
        pytest.param(
            CLASSIFIER.replace("NAME", "name='c'")
            + "<crowd-radio-group name='r'><crowd-radio-button value='a' checked>A"
            "</crowd-radio-button><crowd-radio-button value='b'>B</crowd-radio-button>"
            "</crowd-radio-group><input name='plain' value='1'>",
            {"c": {"label": "Dog"}, "r": {"a": True, "b": False}, "plain": "1"},
            id="no form at all",
        ),
        pytest.param(
            f"<crowd-form>{CLASSIFIER.replace('NAME', '')}</crowd-form>",
            {"crowd-classifier": {"label": "Dog"}},
            id="a task without a name",
        ),
        pytest.param(
            "<crowd-form><crowd-input value='x'></crowd-input><textarea id='note'>y</textarea>"
            "<crowd-checkbox id='seen' checked>Dog</crowd-checkbox></crowd-form>",
            {"crowd-input": "x", "note": "y", "seen": {"on": True}},
            id="only fields without names",
        ),
        pytest.param(
            f"<crowd-form>{CLASSIFIER.replace('NAME', 'name=c id=c')}<own-task name='own'>"
            "</own-task></crowd-form><script>c.categories = ['Dog', 'Fox'];"
            "document.querySelector('own-task')._submittableValue = { drawn: [1] };"
            "c.addEventListener('change', (event) => {"
            " c.setAttribute('name', ({ Dog: 'by value' })[event.target.value]);"
            " c.shadowRoot.querySelector('.annotation-area .category-picker-wrapper')"
            "  .after(document.createElement('crowd-card')); })</script>",
            {"by value": {"label": "Dog"}, "own": {"drawn": [1]}},
            id="set by a script",
        ),
    ],
)
def test_an_answer_is_submitted(shown: ElementPage, html: str, answer: Any) -> None:
    """Without a form, without names, and when a script makes the question or the answer."""
    shown.open(html)
    choice = shown.page.get_by_label("Dog")
    if choice.count():
        choice.check()

    assert shown.submit() == answer


def test_properties_set_before_the_elements_exist(shown: ElementPage) -> None:
    """A page may set them while Amazon's script, at its end, is not loaded yet."""
    shown.open(
        "<crowd-form><crowd-classifier name='c' id='c'></crowd-classifier>"
        "<crowd-input name='n' id='n'></crowd-input></crowd-form>"
        f"<script>c.categories = ['Dog']; n.value = 'given'; n.label = 'Number'</script>{SCRIPT}",
        script="",
    )
    expect(shown.page.get_by_label("Number")).to_have_value("given")
    shown.page.get_by_label("Dog").check()

    assert shown.submit() == {"c": {"label": "Dog"}, "n": "given"}


@pytest.mark.parametrize("later", ["form.submit()", "Promise.resolve().then(() => form.submit())"])
def test_a_handler_that_asks_a_server_first(shown: ElementPage, later: str) -> None:
    """It prevents the submission, and submits itself when it has the response."""
    shown.open(
        "<crowd-form><crowd-input name='n' value='3'></crowd-input></crowd-form><script>"
        "const form = document.querySelector('crowd-form');"
        "form.onsubmit = (event) => { event.preventDefault();"
        f" setTimeout(() => {{ {later} }}) }}</script>"
    )

    assert shown.submit() == {"n": "3"}


def test_words_first_and_then_their_label(shown: ElementPage) -> None:
    """As in Amazon's element, selected words get the label that is chosen for them, and a mark that
    is clicked gets another.
    """
    shown.open(
        """<crowd-entity-annotation name="marks" id="e"></crowd-entity-annotation><script>
        e.text = 'Ada flew to Lima.';
        e.labels = [{ label: 'N', longDisplayName: 'Name' }, { label: 'P', longDisplayName: 'Place' }];
        </script>"""
    )
    page = shown.page
    page.get_by_role("textbox").evaluate(
        "(text) => getSelection().setBaseAndExtent(text.firstChild, 12, text.firstChild, 16)"
    )
    page.get_by_role("radio", name="1 Name").click()
    expect(page.get_by_text("Marked: Lima, Name.")).to_be_visible()
    page.locator("mark").click()
    expect(page.get_by_text("Selected: Lima, Name.")).to_be_visible()
    shown.shrink()
    page.get_by_role("radio", name="2 Place").click()

    entity = {"endOffset": 16, "label": "P", "startOffset": 12}
    assert shown.submit() == {"marks": {"entities": [entity]}}


def test_a_handler_is_asked_at_each_press_of_submit(shown: ElementPage) -> None:
    """Also in the form that an element brings itself, which is in its shadow."""
    shown.open(
        """<crowd-entity-annotation name="m" text="Ada" labels="['N']"><input name="n" id="n">
        </crowd-entity-annotation><script>
        document.addEventListener('all-crowd-elements-ready', () => {
          document.querySelector('crowd-entity-annotation').shadowRoot.querySelector('crowd-form')
            .onsubmit = (event) => { if (!n.value) event.preventDefault(); n.value += '!'; };
        });</script>"""
    )
    page = shown.page
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("#n")).to_have_value("!")

    assert shown.submit() == {"m": {"entities": []}, "n": "!!"}
