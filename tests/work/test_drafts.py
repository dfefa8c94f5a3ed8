"""What the server says of an answer, and to whom it gives the script that keeps entries."""

import pytest

from local_crowd.pages.questions.frame import PREVIEW
from tests.support.crowds import MINUTE
from tests.support.question_forms import form, required
from tests.support.worker_sites import World, fields_of, words


def test_the_same_answer_again_is_thanked_for_again(world: World) -> None:
    """Whoever never saw the first response sends the answer again; it counts once. Another answer
    is refused.
    """
    ada, hit, assignment_id = world.holder()
    thanks = [ada.submit(assignmentId=assignment_id, word="cat") for _ in range(3)]
    another = ada.submit(assignmentId=assignment_id, word="dog")

    assert {(answer.status_code, words(answer)) for answer in thanks} == {
        (200, "Thank you Your answer is submitted.")
    }
    assert {answer.headers["Crowd-Outcome"] for answer in thanks} == {"handed-in"}
    assert (another.status_code, another.headers["Crowd-Outcome"]) == (409, "done")
    assert [fields_of(xml) for _, xml in world.answers(hit["HITId"])] == [[("word", "cat")]]


@pytest.mark.parametrize("status", ["ApproveAssignment", "RejectAssignment"])
def test_an_answer_that_was_reviewed_meanwhile_is_thanked_for(world: World, status: str) -> None:
    """The same answer again changes no review."""
    ada, hit, assignment_id = world.holder()
    ada.submit(assignmentId=assignment_id, word="cat")
    world.perform(status, AssignmentId=assignment_id, RequesterFeedback="Seen")
    again = ada.submit(assignmentId=assignment_id, word="cat")

    assert (again.status_code, again.headers["Crowd-Outcome"]) == (200, "handed-in")
    assert [review for review, _ in world.answers(hit["HITId"])] == [
        {"ApproveAssignment": "Approved", "RejectAssignment": "Rejected"}[status]
    ]


def test_every_refusal_says_what_it_is(world: World) -> None:
    """The page around a HIT tells a refusal, which is final, from a fault or a proxy's page."""
    ada, hit, assignment_id = world.holder(MaxAssignments=2)
    ben = world.visitor("Ben")
    returned = ben.accept(hit["HITTypeId"])
    ben.post(f"/work/{returned}/return")
    world.clock.advance(11 * MINUTE)

    outcomes = [
        ada.submit(assignmentId=assignment_id).headers["Crowd-Outcome"],
        ben.submit(assignmentId=returned).headers["Crowd-Outcome"],
        ben.submit(assignmentId="3" * 30).headers["Crowd-Outcome"],
        ben.submit(assignmentId=PREVIEW).headers["Crowd-Outcome"],
        ben.submit(word="x" * 5_000_000).headers["Crowd-Outcome"],
    ]
    assert outcomes == ["late", "returned", "unknown", "refused", "refused"]


def test_an_error_of_the_server_is_not_a_refusal(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """After a fault the answer may be sent again: nothing says that it was refused."""
    ada, hit, assignment_id = world.holder()
    with monkeypatch.context() as patch:
        patch.setattr("local_crowd.operations.work.worker_actions.build_answer", lambda *_: 1 / 0)
        failed = ada.submit(assignmentId=assignment_id, word="cat")
    again = ada.submit(assignmentId=assignment_id, word="cat")

    assert failed.status_code == 500
    assert "Crowd-Outcome" not in failed.headers
    assert "ZeroDivisionError" in caplog.text
    assert again.status_code == 200
    assert len(world.answers(hit["HITId"])) == 1


def test_only_pages_of_an_assignment_get_the_script(world: World) -> None:
    """It stands before the page's own scripts, in a preview not at all, and in a QuestionForm, whose
    policy allows scripts of ours only, by its address.
    """
    html = "<!DOCTYPE html><title>x</title><script>1</script>"
    ada, hit, assignment_id = world.holder(html=html)
    path = f"/hit_page/{hit['HITId']}?assignmentId="
    page, preview = ada.get(path + assignment_id).text, ada.get(path + PREVIEW).text
    asking, asked, other = world.holder("Ben", Question=form(required()))
    form_path = f"/hit_page/{asked['HITId']}?assignmentId="

    assert page.startswith(
        '<!DOCTYPE html><script src="http://localhost/sandbox/hit_scripts/keep.js'
    )
    assert page.index("keep.js") < page.index("<script>")
    assert "keep.js" not in preview
    assert "keep.js" in asking.get(form_path + other).text
    assert "keep.js" not in asking.get(form_path + PREVIEW).text
    source = page.partition('src="http://localhost/sandbox')[2].partition('"')[0]
    assert ada.get(source).mimetype == "text/javascript"
