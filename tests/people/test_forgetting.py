"""Forgetting: what is stored about a person, or answered in a batch, is erased."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import insert, select

from local_crowd.operations.errors import NotPossible
from local_crowd.operations.panels import participants
from local_crowd.operations.people import accounts, invitation_links
from local_crowd.operations.privacy import forgetting
from local_crowd.operations.work import worker_actions
from local_crowd.store.tables import (
    assignments,
    bonuses,
    messages,
    metadata,
    panel_workers,
    reviews,
    workers,
)
from tests.support.crowds import CrowdUnderTest
from tests.support.live_site import PID, People
from tests.support.panel_participants import work_on
from tests.support.script_fixtures import Desk

PANEL_ID = "5f3a90b1c2d4e5f6a7b8c9d0"
SECRET = "my sister Erna lives in Ulm"


def everything(crowd: CrowdUnderTest) -> str:
    """Every value of every table, as text."""
    with crowd.site.reading() as call:
        rows = [row for table in metadata.sorted_tables for row in call.db.execute(table.select())]
    return "\n".join(map(str, rows))


def participant(crowd: CrowdUnderTest) -> str:
    """A participant of a panel, with a link, a visit, and the panel's id in the worker id."""
    panel = {
        "name": "prolific",
        "hit_type_ids": [],
        "limit": 1,
        "completion_url": "https://panel.example.org/{code}",
        "codes": dict.fromkeys(participants.OUTCOMES, "C0DE"),
        "parameters": {},
    }
    with crowd.site.writing() as call:
        link_id, _ = invitation_links.create(call, invitation_links.PANEL, uses=None, panel=panel)
        link = invitation_links.get(call, link_id)
        return participants.arrive(call, link, PANEL_ID, "study-77", "session-99")


def study(crowd: CrowdUnderTest, worker: str) -> list[str]:
    """Work of a worker that says who it is of: answers, feedback, a bonus, a message, a block, and
    a qualification that was revoked.
    """
    hits = [crowd.make_hit(RequesterAnnotation=f"batch=b1 row={row}") for row in range(3)]
    fields = [("story", SECRET), ("id_from_the_address", worker)]
    done = [crowd.do(worker, hit, fields) for hit in hits[:2]]
    crowd.client.approve_assignment(AssignmentId=done[0], RequesterFeedback=f"thanks, {SECRET}")
    crowd.client.send_bonus(
        WorkerId=worker,
        AssignmentId=done[0],
        BonusAmount="0.30",
        Reason=f"for Erna, {SECRET}",
        UniqueRequestToken=f"bonus-of-{worker}",
    )
    crowd.client.create_worker_block(WorkerId=worker, Reason=f"says {SECRET}")
    qualification = crowd.client.create_qualification_type(
        Name="Readers", Description="Can read", QualificationTypeStatus="Active"
    )["QualificationType"]["QualificationTypeId"]
    of_worker = {"QualificationTypeId": qualification, "WorkerId": worker}
    crowd.client.associate_qualification_with_worker(**of_worker, SendNotification=False)
    crowd.client.disassociate_qualification_from_worker(**of_worker, Reason=f"says {SECRET}")
    with crowd.site.writing() as call:
        call.db.execute(
            insert(messages).values(
                message_id="m1",
                requester_id=crowd.requester_id,
                worker_id=worker,
                subject="Hello",
                message_text=SECRET,
                sent_time=call.now,
                from_worker=True,
                hit_id=hits[0],
            )
        )
        call.db.execute(
            insert(reviews).values(
                review_id="r1",
                hit_id=hits[0],
                level="HIT",
                is_action=False,
                detail=json.dumps({"Key": "AgreedAnswer", "QuestionId": "story", "Value": SECRET}),
            )
        )
    return hits


def forget(crowd: CrowdUnderTest, worker: str, *, answers: bool) -> forgetting.Forgotten:
    """Forget a worker."""
    with crowd.site.writing() as call:
        return forgetting.forget_worker(call, worker, answers=answers)


def test_with_answers_nothing_is_left_that_says_who_or_what(crowd: CrowdUnderTest) -> None:
    """Not even the worker id, which is made of the panel's id; amounts paid stay, to the cent."""
    worker = participant(crowd)
    hits = study(crowd, worker)
    assert PANEL_ID.upper() in worker
    before = everything(crowd)
    assert SECRET in before
    assert "session-99" in before

    forgotten = forget(crowd, worker, answers=True)

    after = everything(crowd)
    for text in (SECRET, "Erna", PANEL_ID, PANEL_ID.upper(), worker, "study-77", "session-99"):
        assert text not in after
    assert forgotten.worker_id != worker
    with crowd.site.reading() as call:
        (bonus,) = call.db.execute(select(bonuses.c.worker_id, bonuses.c.amount))
        statuses = call.db.execute(
            select(assignments.c.worker_id, assignments.c.status).order_by(assignments.c.status)
        ).all()
    assert tuple(bonus) == (forgotten.worker_id, 30)
    assert list(map(tuple, statuses)) == [
        (forgotten.worker_id, "Approved"),
        (forgotten.worker_id, "Submitted"),
    ]
    (listed,) = crowd.client.list_assignments_for_hit(HITId=hits[0])["Assignments"]
    assert "<Answer>" not in listed["Answer"]
    assert {item.what: item.number for item in forgotten.erased} == {
        "messages": 2,
        "reasons of blocks": 1,
        "reasons of revoked qualifications": 1,
        "ids at panels": 1,
        "study and session ids of visits": 1,
        "profiles, with name, e-mail address and password": 1,
        "answers": 2,
        "feedback of requesters": 1,
        "reasons of bonuses": 1,
        "answers in results of review policies": 1,
    }
    assert ("bonuses", 1) in {(item.what, item.number) for item in forgotten.kept}


def test_without_answers_the_work_stays(crowd: CrowdUnderTest) -> None:
    """Results that requesters need are still there, under an id that says nothing."""
    worker = participant(crowd)
    hits = study(crowd, worker)

    forgotten = forget(crowd, worker, answers=False)

    (listed,) = crowd.client.list_assignments_for_hit(HITId=hits[0])["Assignments"]
    assert SECRET in listed["Answer"]
    assert listed["WorkerId"] == forgotten.worker_id
    assert "assignments with their answers" in {item.what for item in forgotten.kept}
    assert PANEL_ID not in everything(crowd).lower()


def test_an_account_is_closed_and_keeps_its_worker_id(crowd: CrowdUnderTest) -> None:
    """Its id is random, and says nothing; HITs in progress go back; nobody can sign in."""
    with crowd.site.writing() as call:
        worker = accounts.create(call, "Erna Beispiel", "erna@example.org", "a hash")
    hit = crowd.make_hit()
    crowd.accept(worker, hit)

    forgotten = forget(crowd, worker, answers=False)

    assert forgotten.worker_id == worker
    assert crowd.stands(hit) == ("Assignable", 1, 0, 0)
    text = everything(crowd)
    assert "Erna" not in text
    assert "erna@example.org" not in text
    with crowd.site.reading() as call:
        assert accounts.find(call, "erna@example.org") is None


def test_agreed_answers_are_erased_and_scores_are_not(crowd: CrowdUnderTest) -> None:
    """An agreed answer is trimmed, and a score can look like an answer."""
    parameters = {"QuestionIds": ["story", "age"], "QuestionAgreementThreshold": ["50"]}
    policy = {
        "PolicyName": "SimplePlurality/2011-09-01",
        "Parameters": [{"Key": key, "Values": values} for key, values in parameters.items()],
    }
    worker = crowd.make_worker("Ada")
    hit = crowd.make_hit(HITReviewPolicy=policy)
    crowd.do(worker, hit, [("story", f" {SECRET}\n"), ("age", "100")])
    assert f'"{SECRET}"' in everything(crowd)

    forget(crowd, worker, answers=True)

    report = crowd.client.list_review_policy_results_for_hit(HITId=hit)["HITReviewReport"]
    values = [result["Value"] for result in report["ReviewResults"]]
    assert SECRET not in everything(crowd)
    assert values.count(forgetting.ERASED) == 2
    assert "100" in values


def test_a_changed_address_leaves_its_invitation_too(crowd: CrowdUnderTest) -> None:
    """The invitation has the address that the worker had first."""
    with crowd.site.writing() as call:
        invitation_links.create(call, invitation_links.ACCOUNT, email="erna@example.org")
        worker = accounts.create(call, "Erna Beispiel", "erna@example.org", "a hash")
        accounts.set_email(call, worker, "beispiel@example.org")

    forget(crowd, worker, answers=False)

    assert "@example.org" not in everything(crowd)


def test_an_answer_submitted_meanwhile_does_not_stop_it(
    crowd: CrowdUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL a worker can submit between two statements of forgetting."""
    worker = crowd.make_worker("Ada")
    done = crowd.do(worker, crowd.make_hit(), [("story", SECRET)])
    monkeypatch.setattr(accounts, "list_accepted_assignments", lambda *_: [done])

    forget(crowd, worker, answers=True)

    assert SECRET not in everything(crowd)


@pytest.mark.parametrize(
    "open_crowd", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True
)
def test_a_hit_accepted_meanwhile_is_returned(crowd: CrowdUnderTest) -> None:
    """Forgetting waits for the other transaction, and does not fail."""
    worker = participant(crowd)
    hit = crowd.make_hit()
    with ThreadPoolExecutor(1) as pool:
        with crowd.site.writing() as call:
            worker_actions.accept(call, worker, hit)
            forgetting_meanwhile = pool.submit(forget, crowd, worker, answers=True)
            sleep(0.3)
        forgotten = forgetting_meanwhile.result()

    assert crowd.stands(hit) == ("Assignable", 1, 0, 0)
    assert forgetting.Erased("HITs in progress, returned", 1) in forgotten.erased


def test_the_session_of_a_participant_ends(
    people: People, caplog: pytest.LogCaptureFixture
) -> None:
    """They are asked to sign in, and their link admits them as somebody new. The log names nobody."""
    hit_type = people.launch(MaxAssignments=9)["HITTypeId"]
    _, path = people.panel_link(hit_type)
    ada = people.participant(path)
    work_on(ada)

    people.manage("forget", PID, "--site", people.site_name, "--yes")

    for answer in (ada.get("/panel"), ada.post("/panel/next"), ada.get(f"/consent/{hit_type}")):
        assert (answer.status_code, urlsplit(answer.location).path) == (
            303,
            f"{people.root}/sign_in",
        )
    assert ada.get(path, query_string={"PROLIFIC_PID": PID}).location == f"{people.root}/panel"
    work_on(ada)
    assert PID not in caplog.text.lower()


def test_an_invited_address_without_an_account(people: People, tmp_path: Path) -> None:
    """Is erased from the invitation, which stays good."""
    (tmp_path / "team.txt").write_text("erna@example.org\n")
    site = ("--site", people.site_name)
    people.manage("add_link", *site, "--emails", str(tmp_path / "team.txt"))

    lines = people.manage("forget", "Erna@example.org", *site, "--yes")

    assert {"erased": "e-mail addresses of invitations", "count": 1} in lines
    (link,) = people.manage("list_links", *site)
    assert "erna" not in json.dumps(link)


def test_the_participant_comes_back_as_somebody_new(crowd: CrowdUnderTest) -> None:
    """Nothing connects the two; the counts of HITs go along with the new id of the old one."""
    worker = participant(crowd)
    study(crowd, worker)
    old = forget(crowd, worker, answers=True).worker_id

    again = participant(crowd)

    assert again == worker
    assert old != worker
    with crowd.site.reading() as call:
        work = select(assignments.c.assignment_id).where(assignments.c.worker_id == again)
        assert call.db.execute(work).all() == []


def test_a_worker_who_does_not_exist(crowd: CrowdUnderTest) -> None:
    """Is refused."""
    with pytest.raises(NotPossible, match="This worker does not exist") as refused:
        forget(crowd, "A0", answers=True)
    assert refused.value.reason == "gone"


def test_a_batch_forgets_every_answer_and_no_other(crowd: CrowdUnderTest) -> None:
    """By the batch's id or the HIT type's; who worked and what was paid stays."""
    worker = crowd.make_worker("Ada")
    other = crowd.do(worker, crowd.make_hit(Title="Other"), [("story", "an other story")])
    study(crowd, worker)

    with crowd.site.writing() as call:
        forgotten = forgetting.forget_batch(call, "b1")

    rest = everything(crowd).replace(
        f"says {SECRET}", ""
    )  # reasons of blocks and revocations are of no batch
    assert SECRET not in rest
    assert (
        "an other story" in crowd.client.get_assignment(AssignmentId=other)["Assignment"]["Answer"]
    )
    assert {item.what: item.number for item in forgotten.erased} == {
        "answers": 2,
        "feedback of requesters": 1,
        "reasons of bonuses": 1,
        "answers in results of review policies": 1,
        "messages about these HITs": 2,
    }


def files_with(folder: Path, text: str) -> list[str]:
    """The files of the crowd's directory that contain the text."""
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and text.encode() in path.read_bytes()
    ]


def test_the_commands_leave_nothing_in_the_files(desk: Desk) -> None:
    """manage_crowd.py forget, by the panel's id: no file of the crowd, and no export made from then
    on, contains the person's texts.
    """
    worker = participant(desk.crowd())
    desk.write("hit_ids.txt", "\n".join(study(desk.crowd(), worker)))
    assert files_with(desk.folder / "crowd", SECRET)

    done = desk.run("manage_crowd", "forget", PANEL_ID, "--answers", "--site=sandbox", "--yes")

    assert done.code == 0, done.err
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert {"erased": "answers", "count": 2} in lines
    assert {"kept": "bonuses", "count": 1, "why": "they say what was paid"} in lines
    assert "backups, exported files" in done.out
    for text in (SECRET, PANEL_ID, worker, "session-99"):
        assert files_with(desk.folder / "crowd", text) == []
    (link,) = desk.run("manage_crowd", "list_links", "--site=sandbox").lines
    panel = ("export_panel", f"--link={link['link_id']}", "--format=csv")
    exports = [
        desk.run("manage_crowd", *argv, "--site=sandbox")
        for argv in (panel, ("export_payments", "--mark_paid"), ("list_payments",))
    ]
    exports += [desk.run("get_all_hits"), desk.run("get_results", "--hit_ids_file=hit_ids.txt")]
    desk.write("results.txt", exports[-1].out)
    exports += [
        desk.run("export_results", "--results_file=results.txt", f"--format={name}")
        for name in ("csv", "mturk")
    ]
    assert [done.code for done in exports] == [0] * len(exports)
    for text in (SECRET, PANEL_ID, worker, "session-99"):
        assert text not in "".join(done.out for done in exports)
    (again,) = sqlite3.connect(desk.folder / "crowd/sandbox.sqlite3").execute(
        "PRAGMA integrity_check"
    )
    assert again == ("ok",)


def test_forget_batch_is_a_command_too(desk: Desk) -> None:
    """It asks first, like every command that cannot be undone."""
    study(desk.crowd(), desk.crowd().make_worker("Ada"))

    asked = desk.fails("manage_crowd", "forget_batch", "b1", "--site=sandbox")
    done = desk.run("manage_crowd", "forget_batch", "b1", "--site=sandbox", "--yes")

    assert asked.startswith("Erase all answers to the HITs of b1? They cannot be restored.")
    assert {"erased": "answers", "count": 2} in map(json.loads, done.out.splitlines())


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        (["forget", "nobody"], "There is nobody here with the id, name or address nobody."),
        (
            ["forget_batch", "none"],
            "There is no batch none; the first line of a batch record has its id.",
        ),
    ],
)
def test_what_does_not_exist_is_one_line(desk: Desk, command: list[str], fault: str) -> None:
    """Exit code 2."""
    desk.crowd()

    assert desk.fails("manage_crowd", *command, "--site=sandbox", "--yes") == fault


def test_an_id_at_two_panels_is_asked_about(desk: Desk) -> None:
    """They may be two people."""
    worker = participant(desk.crowd())
    values: dict[str, Any] = {"panel": "connect", "participant_id": PANEL_ID, "worker_id": "A2"}
    with desk.crowd().site.writing() as call:
        call.db.execute(insert(workers).values(worker_id="A2", created_time=call.now))
        call.db.execute(insert(panel_workers).values(**values))

    assert desk.fails("manage_crowd", "forget", PANEL_ID, "--site=sandbox", "--yes") == (
        f"{PANEL_ID} is a participant of several panels; give one of these worker ids: "
        f"A2 (connect), {worker} (prolific)"
    )
