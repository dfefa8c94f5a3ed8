"""What the requester's pages list, on every database: batches, answers, workers, qualifications."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from local_crowd.operations.call import Call
from local_crowd.operations.hits import batches
from local_crowd.operations.qualifications import for_requesters
from local_crowd.operations.review import answer_lists, worker_stats
from local_crowd.store.engine import Store
from local_crowd.store.schema import MIGRATIONS, upgrade
from tests.support.crowds import HIT, MINUTE, NEW_YEAR, CrowdUnderTest


def launch(crowd: CrowdUnderTest, rows: int, batch: str = "one", **more: object) -> list[str]:
    """The ids of the HITs of a new batch."""
    return [
        crowd.make_hit(RequesterAnnotation=f"batch={batch} row={row}", **more)
        for row in range(rows)
    ]


def test_a_batch_adds_up_its_hits(crowd: CrowdUnderTest) -> None:
    """Every slot is in one place; deleted HITs are in none; the newest batch comes first."""
    ada, ben = crowd.make_worker("Ada"), crowd.make_worker("Ben")
    hits = launch(crowd, 3, MaxAssignments=2)
    launch(crowd, 1, "two", Title="Another")
    crowd.client.approve_assignment(AssignmentId=crowd.do(ada, hits[0]))
    crowd.do(ben, hits[0])
    crowd.accept(ada, hits[1])
    crowd.client.update_expiration_for_hit(HITId=hits[2], ExpireAt=0)
    with crowd.site.reading(crowd.requester_id) as call:
        newer, older = batches.list_newest(call, 0, 10)
        assert batches.list_newest(call, 1, 10) == [older]
        assert batches.find(call, "one") == older
        assert batches.find(call, "nothing") is None

    assert (newer.batch, newer.title, newer.hits, newer.assignments, newer.available) == (
        ("two", "Another", 1, 1, 1)
    )
    counted = (older.assignments, older.approved, older.rejected, older.submitted, older.pending)
    assert counted == (6, 1, 0, 1, 1)
    assert (older.hits, older.available, older.title) == (3, 1, HIT["Title"])
    assert (older.launched, older.expiration) == (NEW_YEAR, NEW_YEAR + HIT["LifetimeInSeconds"])
    crowd.client.delete_hit(HITId=hits[2])
    with crowd.site.reading(crowd.requester_id) as call:
        assert batches.list_newest(call, 0, 10)[1].hits == 2
        assert [row.hit_id for row in batches.list_hits(call, "one", 0, 10)] == hits[:2]


def test_hits_without_a_batch_are_one_by_their_type(crowd: CrowdUnderTest) -> None:
    """And stay where they were launched when they get another type."""
    hit_id = crowd.make_hit()
    hit_type_id = crowd.hit(hit_id)["HITTypeId"]
    other = crowd.hit(crowd.make_hit(Title="Another"))["HITTypeId"]
    crowd.client.update_hit_type_of_hit(HITId=hit_id, HITTypeId=other)
    with crowd.site.reading(crowd.requester_id) as call:
        batch = batches.find(call, hit_type_id)

    assert batch is not None
    assert (batch.hits, batch.title) == (1, "Another")


def test_submissions_are_counted_by_the_minute_and_by_their_length(crowd: CrowdUnderTest) -> None:
    """What is in progress is in neither count."""
    ada, hits = crowd.make_worker(), launch(crowd, 4)
    for hit_id, seconds in zip(hits, (20, 20, 90), strict=False):
        held = crowd.accept(ada, hit_id)
        crowd.clock.advance(seconds)
        crowd.submit(held)
    crowd.accept(ada, hits[3])
    with crowd.site.reading(crowd.requester_id) as call:
        assert batches.count_submissions_by_minute(call, "one") == {
            NEW_YEAR: 2,
            NEW_YEAR + 2 * MINUTE: 1,
        }
        assert batches.count_by_work_seconds(call, "one") == {20: 2, 90: 1}


def test_answers_stand_by_hit(crowd: CrowdUnderTest) -> None:
    """In the order of the rows, then of submission; by status when one is asked for."""
    ada, ben = crowd.make_worker("Ada"), crowd.make_worker("Ben")
    hits = launch(crowd, 2, MaxAssignments=2)
    later = crowd.do(ada, hits[1])
    crowd.clock.advance(1)
    first = crowd.do(ben, hits[0])
    crowd.clock.advance(1)
    second = crowd.do(ada, hits[0])
    crowd.client.approve_assignment(AssignmentId=first)
    crowd.client.send_bonus(WorkerId=ben, AssignmentId=first, BonusAmount="0.25", Reason="!")
    every = ("Submitted", "Approved", "Rejected")

    def ids(call: Call, *statuses: str, offset: int = 0, limit: int = 9) -> list[str]:
        rows = answer_lists.list_of_batch(call, "one", statuses, offset, limit)
        return [row.assignment_id for row in rows]

    with crowd.site.reading(crowd.requester_id) as call:
        assert ids(call, *every) == [first, second, later]
        assert ids(call, *every, offset=1, limit=1) == [second]
        assert ids(call, "Submitted") == [second, later]
        assert ids(call, "Rejected") == []
        (row,) = answer_lists.list_chosen(call, [first])
        assert (row.bonus, row.reward, row.batch) == (25, 5, "one")
        assert [bonus.amount for bonus in answer_lists.list_bonuses(call, first)] == [25]
        assert len(answer_lists.list_of_hit(call, hits[0], 0, 9)) == 2
        assert [row.assignment_id for row in answer_lists.list_of_worker(call, ada, 0, 9)] == [
            second,
            later,
        ]
    stranger = crowd.make_requester()
    with crowd.site.reading(stranger) as call:
        assert batches.list_newest(call, 0, 9) == []
        assert ids(call, *every) == []
        assert answer_lists.list_chosen(call, [first]) == []
        assert answer_lists.list_of_hit(call, hits[0], 0, 9) == []
        assert answer_lists.list_of_worker(call, ada, 0, 9) == []
        assert answer_lists.list_bonuses(call, first) == []


def test_workers_are_counted_for_one_requester(crowd: CrowdUnderTest) -> None:
    """Those with the most work first, their medians, and whether they are blocked."""
    ada, ben, cleo = (crowd.make_worker(name) for name in ("Ada", "Ben", "Cleo"))
    hits = launch(crowd, 3, MaxAssignments=2)
    done = []
    for hit_id, seconds in zip(hits, (10, 30, 500), strict=True):
        held = crowd.accept(ada, hit_id)
        crowd.clock.advance(seconds)
        crowd.submit(held)
        done.append(held)
    crowd.do(ben, hits[0])
    crowd.accept(cleo, hits[1])
    crowd.client.approve_assignment(AssignmentId=done[0])
    crowd.client.reject_assignment(AssignmentId=done[1], RequesterFeedback="No")
    for worker_id in (ben, cleo):
        crowd.client.create_worker_block(WorkerId=worker_id, Reason="why")
    with crowd.site.reading(crowd.requester_id) as call:
        first, second = worker_stats.list_workers(call, 0, 10)
        assert worker_stats.count_workers(call) == 2
        assert worker_stats.compute_medians(call, [ada, ben]) == {ada: 30, ben: 0}
        assert [row.worker_id for row in worker_stats.list_blocked_without_work(call, 10)] == [cleo]
        assert worker_stats.find_worker(call, ada) == first
        assert worker_stats.find_worker(call, cleo) is None
        assert worker_stats.find_block_reason(call, ben) == "why"
        assert [worker_stats.is_known(call, worker_id) for worker_id in (ada, ben, cleo, "A1")] == (
            [True, True, True, False]
        )

    assert (first.worker_id, first.submitted, first.approved, first.rejected) == (ada, 3, 1, 1)
    assert (second.worker_id, second.submitted) == (ben, 1)
    assert (bool(first.blocked), bool(second.blocked)) == (False, True)
    with crowd.site.reading(crowd.make_requester()) as call:
        assert worker_stats.list_workers(call, 0, 10) == []
        assert not worker_stats.is_known(call, ada)


def test_qualification_types_say_who_has_them(crowd: CrowdUnderTest) -> None:
    """How many have a type and how many wait; those from whom it was taken have it no more."""
    ada, ben = crowd.make_worker("Ada"), crowd.make_worker("Ben")
    type_id = crowd.client.create_qualification_type(
        Name="Danish", Description="Reads it", QualificationTypeStatus="Active"
    )["QualificationType"]["QualificationTypeId"]
    for worker_id in (ada, ben):
        crowd.client.associate_qualification_with_worker(
            QualificationTypeId=type_id, WorkerId=worker_id, IntegerValue=7
        )
    crowd.client.disassociate_qualification_from_worker(QualificationTypeId=type_id, WorkerId=ben)
    with crowd.site.reading(crowd.requester_id) as call:
        (qualification_type,) = for_requesters.list_own(call)
        assert (
            qualification_type.name,
            qualification_type.holders,
            qualification_type.waiting,
        ) == ("Danish", 1, 0)
        assert [row.worker_id for row in for_requesters.list_holders(call, type_id, 0, 9)] == [ada]
        assert [row.name for row in for_requesters.list_of_worker(call, ada)] == ["Danish"]
        assert for_requesters.list_of_worker(call, ben) == []
    with crowd.site.reading(crowd.make_requester()) as call:
        assert for_requesters.list_own(call) == []
        assert for_requesters.list_holders(call, type_id, 0, 9) == []
        assert for_requesters.list_of_worker(call, ada) == []


def test_hits_and_their_answers_are_read_on_from_a_place(crowd: CrowdUnderTest) -> None:
    """By input row, whatever the order of launch; only HITs that have answers; none twice."""
    launched = {
        row: crowd.make_hit(RequesterAnnotation=f"batch=one row={row}", MaxAssignments=3)
        for row in (12, 3, 7)
    }
    done = []
    for name in ("Ada", "Ben", "Cleo"):
        worker = crowd.make_worker(name)
        done.append(crowd.do(worker, launched[12]))
    crowd.do(worker, launched[3])
    input_rows, answers = [], []
    with crowd.site.reading(crowd.requester_id) as call:
        place = (-1, -1)
        while rows := answer_lists.list_hits_after(call, "one", place, 1):
            input_rows += [row.input_row for row in rows]
            place = (rows[-1].input_row, rows[-1].number)
        after = (-1, "")
        while rows := answer_lists.list_answers_after(call, launched[12], ("Submitted",), after, 2):
            answers += [row.assignment_id for row in rows]
            after = (rows[-1].submit_time, rows[-1].assignment_id)

    assert input_rows == [3, 12]
    assert answers == sorted(done)  # all of one second
    with crowd.site.reading(crowd.make_requester()) as call:
        assert answer_lists.list_hits_after(call, "one", (-1, -1), 9) == []
        assert (
            answer_lists.list_answers_after(call, launched[12], ("Submitted",), (-1, ""), 9) == []
        )


def test_hits_of_an_older_crowd_get_their_batch_and_row(tmp_path: Path) -> None:
    """The migrations tell them as those of new HITs are told: by annotation, else by HIT type."""
    store = Store(f"sqlite:///{tmp_path / 'old.sqlite3'}")
    with store.writing() as db:
        config = Config(attributes={"connection": db})
        config.set_main_option("script_location", str(MIGRATIONS))
        command.upgrade(config, "0004")
        db.execute(text("PRAGMA defer_foreign_keys = ON"))
        db.execute(
            text("INSERT INTO requesters (requester_id, name, created_time) VALUES ('A', 'lab', 1)")
        )
        db.execute(
            text(
                "INSERT INTO hit_types (hit_type_id, hit_group_id, requester_id, fingerprint, title,"
                " description, reward, assignment_duration, auto_approval_delay,"
                " qualification_requirements, created_time)"
                " VALUES ('T', 'G', 'A', 'f', 't', 'd', 5, 60, 60, '[]', 1)"
            )
        )
        for hit_id, annotation in (("1", "batch=one row=7"), ("2", "batch=x"), ("3", None)):
            db.execute(
                text(
                    "INSERT INTO hits (hit_id, requester_id, hit_type_id, question,"
                    " requester_annotation, creation_time, expiration, max_assignments,"
                    " created_with, available, pending, submitted, approved, rejected, reviewing,"
                    " disposed) VALUES (:id, 'A', 'T', '', :annotation, 1, 2, 1, 1, 1, 0, 0, 0, 0,"
                    " 0, 0)"
                ),
                {"id": hit_id, "annotation": annotation},
            )
    upgrade(store)
    with store.reading() as db:
        rows = db.execute(text("SELECT hit_id, batch, input_row FROM hits")).all()
    store.close()

    assert [tuple(row) for row in rows] == [("1", "one", 7), ("2", "T", 0), ("3", "T", 0)]
