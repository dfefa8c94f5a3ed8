"""The pages on which a requester reads answers, approves and rejects them, and sends bonuses."""

import json
from typing import Any

import pytest

from tests.support.crowds import DAY
from tests.support.requester_sites import (
    BATCH,
    Requester,
    RequesterWorld,
    page_with_input,
)
from tests.support.worker_sites import UNKNOWN, words


class TestAnswers:
    """Answers beside their input."""

    def test_an_answer_stands_beside_its_input(self, world: RequesterWorld) -> None:
        """The row's fields, and the answer's, each under its name; markup in either is text."""
        output = json.dumps({"animal": "<i>cat</i>", "boxes": [{"x": 1, "y": 2}] * 9})
        world.do(world.row(4), output=output)
        answer = world.member().get(f"/requester/batches/{BATCH}/answers")
        shown = words(answer)

        assert "Row 4" in shown
        assert "ask Which <b>animal</b>?" in shown
        assert "animal <i>cat</i>" in shown
        assert "boxes x y 1 2 1 2" in shown
        assert "<i>" not in answer.text
        assert "submitted 2026-01-01 00:00 UTC, after 40 seconds" in shown

    @pytest.mark.parametrize(
        ("row", "shown"),
        [
            ("a text", "a text"),
            ([1, 2], "[1, 2]"),
            (0, "0"),
            (None, "null"),
            ({}, "The input is empty."),
            ({"x": "</script><script>"}, "x </script><script>"),
        ],
    )
    def test_input_may_be_any_json(self, world: RequesterWorld, row: Any, shown: str) -> None:
        """A row need not be an object."""
        html = (
            page_with_input(row if row is not None else ...)
            if row is not None
            else ("<script id=input type=text/json>null</script>")
        )
        world.do(world.row(0, html=html))

        text = words(world.member().get(f"/requester/batches/{BATCH}/answers"))
        assert shown in text.replace("&lt;", "<")

    @pytest.mark.parametrize(
        "html",
        [
            "<!DOCTYPE html><p>No input here",
            '<script id="input">not JSON</script>',
            '<script id="input">' + "[" * 5000 + "</script>",
            '<script id="input">',
        ],
    )
    def test_without_an_input_the_page_stands_beside_the_answer(
        self, world: RequesterWorld, html: str
    ) -> None:
        """The HIT is offered as workers see it, in a frame of no origin, as a preview."""
        hit = world.row(0, html=html)
        world.do(hit)
        lab = world.member()
        answer = lab.get(f"/requester/batches/{BATCH}/answers")

        address = f"/sandbox/requester/hits/{hit['HITId']}/page?assignmentId=ASSIGNMENT_ID_NOT"
        assert f'src="{address}' in answer.text
        assert "allow-same-origin" not in answer.text
        page = lab.get(f"/requester/hits/{hit['HITId']}/page")
        assert page.headers["Content-Security-Policy"].startswith("sandbox allow-scripts")
        assert html.removeprefix("<!DOCTYPE html>")[:20] in page.text

    @pytest.mark.parametrize(
        "text",
        [
            "<script>alert(1)</script>",
            "x" * 1_000_000,
            "\x00\x07\x1b[31m\u202e\u2028",
            "[" * 100_000,
            '{"a": ' * 900 + "1" + "}" * 900,
            '{"\\ud800": "\\udfff"}',
            '{"n": 1e999, "big": ' + "9" * 4000 + "}",
            '{"x": ' + "9" * 5000 + "}",
            "",
            "]]>&#0;",
        ],
    )
    def test_hostile_answers_are_text(self, world: RequesterWorld, text: str) -> None:
        """Whatever a worker submits is shown as text, the beginning of what is long."""
        hit = world.row()
        assignment_id = world.do(hit, output=text)
        lab = world.member()
        for path in (f"batches/{BATCH}/answers", f"hits/{hit['HITId']}"):
            answer = lab.get(f"/requester/{path}")
            assert answer.status_code == 200
            assert len(answer.data) < 50_000
            assert "<script>alert" not in answer.text
        alone = lab.get(f"/requester/answers/{assignment_id}")
        whole = lab.get(f"/requester/answers/{assignment_id}/whole")

        assert alone.status_code == 200
        assert "<script>alert" not in alone.text
        assert whole.text == world.answers(hit["HITId"])[0][1]
        assert whole.headers["Content-Disposition"].startswith("attachment")
        assert whole.headers["Content-Security-Policy"] == "sandbox"
        if len(text) == 1_000_000:
            assert "… and 996,000 characters more" in words(answer)
            assert "… and 980,000 characters more" in words(alone)
            assert text in whole.text

    def test_tabs_show_what_was_decided(self, world: RequesterWorld) -> None:
        """To review, approved, rejected, all: each with its number."""
        ids = [world.do(world.row(number), word=f"answer{number}") for number in range(3)]
        world.perform("ApproveAssignment", AssignmentId=ids[0])
        world.perform("RejectAssignment", AssignmentId=ids[1], RequesterFeedback="Not an animal")
        lab = world.member()
        seen = {
            kind: words(lab.get(f"/requester/batches/{BATCH}/answers?show={kind}"))
            for kind in ("to_review", "approved", "rejected", "all")
        }

        for kind, expected in (
            ("to_review", [2]),
            ("approved", [0]),
            ("rejected", [1]),
            ("all", [0, 1, 2]),
        ):
            assert [n for n in range(3) if f"answer{n}" in seen[kind]] == expected
            assert "To review 1 Approved 1 Rejected 1 All 3" in seen[kind]
        assert "Not an animal" in seen["rejected"]
        assert lab.get(f"/requester/batches/{BATCH}/answers?show=x").status_code == 404


class TestReviewing:
    """Chosen, confirmed, done."""

    def choose(self, lab: Requester, verb: str, ids: list[str], **more: Any) -> Any:
        """Press a button of the list of answers."""
        back = f"/requester/batches/{BATCH}/answers?show=to_review&page=1"
        return lab.post(
            "/requester/review", {"decide": verb, "assignment_id": ids, "next": back} | more
        )

    def test_approving_says_first_how_many_and_what_it_costs(self, world: RequesterWorld) -> None:
        """Nothing is done before it is confirmed; then all is, with the feedback."""
        ids = [world.do(world.row(number)) for number in range(3)]
        lab = world.member()
        asked = self.choose(lab, "approve", ids)

        assert asked.status_code == 200
        assert "Approve 3 answers?" in words(asked)
        assert "This costs $0.15" in words(asked)
        assert [world.status(assignment_id) for assignment_id in ids] == ["Submitted"] * 3
        done = self.choose(lab, "approve", ids, confirmed="yes", feedback="Well\r\ndone")
        assert done.status_code == 303
        assert done.location == f"/sandbox/requester/batches/{BATCH}/answers?show=to_review&page=1"
        assert "3 answers approved for $0.15." in words(lab.get("/requester/"))
        assignment = world.perform("GetAssignment", AssignmentId=ids[0])["Assignment"]
        assert (assignment["AssignmentStatus"], assignment["RequesterFeedback"]) == (
            "Approved",
            "Well\ndone",
        )

    def test_rejecting_asks_why(self, world: RequesterWorld) -> None:
        """A worker is told why; without a reason, or with one too long, nothing is rejected."""
        answer = world.do(world.row())
        lab = world.member()
        for feedback, message in (
            ("", "Enter a reason. The worker will read it"),
            (" \x00\n ", "Enter a reason. The worker will read it"),
            ("x" * 1025, "The feedback is 1,025 characters long. The limit is 1,024."),
        ):
            refused = self.choose(lab, "reject", [answer], confirmed="yes", feedback=feedback)
            assert refused.status_code == 400
            assert message in words(refused)
        assert world.status(answer) == "Submitted"

        done = self.choose(lab, "reject", [answer], confirmed="yes", feedback="No animal")
        assert done.status_code == 303
        assert world.status(answer) == "Rejected"

    def test_one_answer_by_its_own_button(self, world: RequesterWorld) -> None:
        """The button of an answer is for that one, whatever else is ticked."""
        ids = [world.do(world.row(number)) for number in range(2)]
        lab = world.member()

        asked = self.choose(lab, f"approve {ids[0]}", [ids[1]])
        assert "Approve 1 answer?" in words(asked)
        assert f'name="assignment_id" value="{ids[0]}"' in asked.text
        assert ids[1] not in asked.text

    def test_a_rejection_can_be_overridden(self, world: RequesterWorld) -> None:
        """What was rejected can be approved after all, and the page says that it was."""
        answer = world.do(world.row())
        world.perform("RejectAssignment", AssignmentId=answer, RequesterFeedback="No")
        lab = world.member()

        asked = self.choose(lab, f"approve {answer}", [])
        assert "1 of these was rejected earlier." in words(asked)
        self.choose(lab, "approve", [answer], confirmed="yes")
        assert world.status(answer) == "Approved"

    def test_what_was_reviewed_meanwhile_is_left_out(self, world: RequesterWorld) -> None:
        """Somebody else's decision stands; of the others nothing is lost."""
        ids = [world.do(world.row(number)) for number in range(2)]
        world.perform("ApproveAssignment", AssignmentId=ids[0])
        lab = world.member()

        asked = self.choose(lab, "reject", [*ids, UNKNOWN, "'; --"])
        assert "Reject 1 answer?" in words(asked)
        assert "2 chosen answers are left out" in words(asked)
        again = self.choose(lab, "reject", [ids[0]], confirmed="yes", feedback="No")
        assert "Nothing to reject" in words(again)
        assert world.status(ids[0]) == "Approved"

    def test_refusals_are_shown_individually(self, world: RequesterWorld) -> None:
        """What the crowd refuses is said in its words, beside what was done."""
        late = world.do(world.row(0, AutoApprovalDelayInSeconds=30 * DAY))
        world.perform("RejectAssignment", AssignmentId=late, RequesterFeedback="No")
        world.clock.advance(31 * DAY)
        good = world.do(world.row(1))
        outcome = self.choose(world.member(), "approve", [late, good], confirmed="yes")

        assert outcome.status_code == 409
        assert "1 answer approved for $0.05." in words(outcome)
        assert f"{late} This Assignment was submitted more than 30 days ago" in words(outcome)
        assert [world.status(late), world.status(good)] == ["Rejected", "Approved"]

    def test_choosing_nothing_is_reported(self, world: RequesterWorld) -> None:
        """Without a choice there is nothing to confirm."""
        lab = world.member()
        assert self.choose(lab, "approve", []).status_code == 303
        assert "Choose at least one answer first." in words(lab.get("/requester/"))
        assert self.choose(lab, "delete", [UNKNOWN]).status_code == 303


class TestBonuses:
    """A bonus is asked for, confirmed, and paid once."""

    def test_a_double_click_pays_once(self, world: RequesterWorld) -> None:
        """The confirming form, sent twice, makes one bonus."""
        answer = world.do(world.row())
        lab = world.member()
        address = f"/requester/answers/{answer}/bonus"
        asked = lab.post(address, {"amount": "$1.5", "reason": "Careful <work>"})
        assert "Send this bonus?" in words(asked)
        assert "Amount $1.5" in words(asked)
        form = {
            "amount": "1.5",
            "reason": "Careful <work>",
            "confirmed": "yes",
            "token": asked.text.split('name="token" value="')[1].split('"')[0],
        }
        assert lab.post(address, form).status_code == 303
        assert "The bonus of $1.50 is sent." in words(lab.get(f"/requester/answers/{answer}"))
        assert lab.post(address, form).status_code == 303
        shown = words(lab.get(f"/requester/answers/{answer}"))
        assert "This bonus was already sent. It was not sent again." in shown
        assert "$1.50 · 2026-01-01 00:00 UTC · Careful <work>" in shown

        bonuses = world.perform("ListBonusPayments", AssignmentId=answer)["BonusPayments"]
        assert [(bonus["BonusAmount"], bonus["Reason"]) for bonus in bonuses] == [
            ("1.50", "Careful <work>")
        ]

    @pytest.mark.parametrize(
        ("amount", "reason", "message"),
        [
            ("", "x", "Enter an amount in dollars, from $0.01 to $10000.00."),
            ("lots", "x", "Enter an amount in dollars"),
            ("0", "x", "Enter an amount in dollars"),
            ("-1", "x", "Enter an amount in dollars"),
            ("0.005", "x", "Enter an amount in dollars"),
            ("1e3", "x", "Enter an amount in dollars"),
            ("10000.01", "x", "Enter an amount in dollars"),
            ("٣", "x", "Enter an amount in dollars"),
            ("1", " ", "Enter what the bonus is for"),
            ("1", "x" * 2001, "The reason is 2,001 characters long."),
        ],
    )
    def test_what_cannot_be_a_bonus_is_refused(
        self, world: RequesterWorld, amount: str, reason: str, message: str
    ) -> None:
        """A bonus has an amount that can be paid, and a reason; confirmed or not."""
        answer = world.do(world.row())
        lab = world.member()
        for more in ({}, {"confirmed": "yes", "token": "t" * 30}):
            form = {"amount": amount, "reason": reason} | more
            refused = lab.post(f"/requester/answers/{answer}/bonus", form)
            assert refused.status_code == 400
            assert message in words(refused)

        assert world.perform("ListBonusPayments", AssignmentId=answer)["BonusPayments"] == []
