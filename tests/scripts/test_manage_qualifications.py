"""manage_qualifications.py: types, who has them, and the lines for the next properties file."""

import csv
import io
import json

import pytest

from local_crowd.operations.errors import NotPossible
from tests.support.crowds import CrowdUnderTest
from tests.support.faulty_crowd import FaultyCrowd
from tests.support.qualification_samples import answer_key, question_form
from tests.support.script_fixtures import Desk, Done

SCRIPT = "manage_qualifications"
CREATE = ("create", "--name=Editors", "--description=Can edit English.")
ASSIGN = ("assign", "--qualification=Editors", "--workers_file=workers.csv")
REVOKE = ("revoke", "--qualification=Editors", "--workers_file=workers.csv")
RATE = ("from_results", "--workers_file=workers.csv", "--name=Labels")


def make_workers(crowd: CrowdUnderTest, *names: str) -> list[str]:
    return [crowd.make_worker(name) for name in names]


def run(desk: Desk, *argv: str) -> Done:
    """Run a command; the calls are those of this run."""
    desk.calls.clear()
    return desk.run(SCRIPT, *argv)


def create(desk: Desk, *argv: str) -> str:
    """Create the type Editors; return its id."""
    done = desk.run(SCRIPT, *CREATE, *argv)
    assert done.code == 0, done.err
    return done.out.strip()


def write_workers(desk: Desk, *rows: str, columns: str = "worker_id,value") -> None:
    desk.write("workers.csv", "\n".join([columns, *rows]) + "\n")


def values(desk: Desk, type_id: str) -> dict[str, int]:
    """The value of each worker who has the qualification."""
    listed = desk.crowd().client.list_workers_with_qualification_type(
        QualificationTypeId=type_id, MaxResults=100
    )
    return {item["WorkerId"]: item["IntegerValue"] for item in listed["Qualifications"]}


def test_create_prints_the_id_once(desk: Desk) -> None:
    """The same command again finds the type; one with other parameters is refused."""
    done = desk.run(SCRIPT, *CREATE, "--auto_grant=5", "--retry_seconds=60")

    type_id = done.out.strip()
    found = desk.crowd().client.get_qualification_type(QualificationTypeId=type_id)
    shown = found["QualificationType"]
    assert (shown["Name"], shown["AutoGrantedValue"]) == ("Editors", 5)
    assert shown["RetryDelayInSeconds"] == 60
    assert done.err == f"'Editors' ({type_id}): created, on the sandbox of the local crowd.\n"
    again = desk.run(SCRIPT, *CREATE, "--auto_grant=5", "--retry_seconds=60")
    assert (again.code, again.out) == (0, done.out)
    assert "was there already" in again.err
    assert desk.fails(SCRIPT, *CREATE, "--keywords=text") == (
        f"'Editors' ({type_id}): is there already with another Keywords and another AutoGranted "
        "and another AutoGrantedValue and another RetryDelayInSeconds; choose another --name"
    )


def test_create_with_a_test_and_its_key(desk: Desk) -> None:
    """The crowd gets both files; the test takes as long as asked for."""
    form = question_form({"past": ("went", "goed")})
    key = answer_key({"past": {("went",): 1}})
    desk.write("test.xml", form)
    desk.write("key.xml", key)

    type_id = create(desk, "--test=test.xml", "--answer_key=key.xml", "--test_seconds=600")

    found = desk.crowd().client.get_qualification_type(QualificationTypeId=type_id)
    shown = found["QualificationType"]
    assert (shown["Test"], shown["AnswerKey"]) == (form, key)
    assert shown["TestDurationInSeconds"] == 600
    assert create(desk, "--test=test.xml", "--answer_key=key.xml", "--test_seconds=600") == type_id


def test_assign_by_name_or_id(desk: Desk) -> None:
    """Who has the value already costs no call; unknown workers are named, and stop nobody."""
    ada, ben, cleo = make_workers(desk.crowd(), "Ada", "Ben", "Cleo")
    type_id = create(desk)
    write_workers(desk, f"{ada},90", f"{ben},50")
    assert run(desk, *ASSIGN).err == f"'Editors' ({type_id}): assigned to 2 workers.\n"
    write_workers(desk, f"{ada},90", f"{ben},60", f"{cleo},-1", "ANOBODY,1")

    done = run(desk, "assign", f"--qualification={type_id}", "--workers_file=workers.csv")

    assert (done.code, done.out) == (1, "")
    assert done.err == (
        'ANOBODY: The value "ANOBODY" is not valid for the parameter WorkerId.\n'
        f"'Editors' ({type_id}): assigned to 2 workers; 1 had it already.\n"
    )
    assert sorted(desk.calls) == [
        *["AssociateQualificationWithWorker"] * 3,
        "GetQualificationType",
        *["ListWorkersWithQualificationType"] * 2,  # the last page is empty, as on Amazon
    ]
    assert values(desk, type_id) == {ada: 90, ben: 60, cleo: -1}


def test_a_file_of_ids_gets_one_value(desk: Desk) -> None:
    """--value, or 1; what `show` prints can be assigned again."""
    ada, ben = make_workers(desk.crowd(), "Ada", "Ben")
    type_id = create(desk)
    desk.write("workers.csv", f"{ada}\n# later\n{ben}\n")

    assert run(desk, *ASSIGN, "--value=7").code == 0

    shown = run(desk, "show", "--qualification=Editors")
    rows = list(csv.DictReader(io.StringIO(shown.out)))
    assert [(row["worker_id"], row["value"]) for row in rows] == [
        (worker_id, "7") for worker_id in sorted((ada, ben))
    ]
    assert shown.err == f"'Editors' ({type_id}): 2 workers, on the sandbox of the local crowd.\n"
    desk.write("workers.csv", shown.out)
    assert run(desk, *ASSIGN).err == (
        f"'Editors' ({type_id}): assigned to 0 workers; 2 had it already.\n"
    )


def test_revoke_asks_and_names_who_does_not_have_it(desk: Desk) -> None:
    """Revoking twice does nothing."""
    ada, ben = make_workers(desk.crowd(), "Ada", "Ben")
    type_id = create(desk)
    write_workers(desk, ada, columns="worker_id")
    run(desk, *ASSIGN)
    write_workers(desk, ada, ben, columns="worker_id")

    refused = run(desk, *REVOKE)

    assert refused.code == 2
    assert (
        f"Revoke 'Editors' ({type_id}) of 1 worker on the sandbox of the local crowd? There is no "
        "terminal to ask on; add --yes to go ahead." in refused.err
    )
    assert values(desk, type_id) == {ada: 1}
    assert run(desk, *REVOKE, "--yes", "--reason=The project is over.").err == (
        f"{ben}: does not have 'Editors'\n'Editors' ({type_id}): revoked of 1 worker.\n"
    )
    assert values(desk, type_id) == {}
    again = run(desk, *REVOKE, "--yes")
    assert (again.code, "DisassociateQualificationFromWorker" in desk.calls) == (0, False)
    assert again.err.endswith(f"'Editors' ({type_id}): revoked of 0 workers.\n")


def test_revoked_meanwhile_counts_as_revoked(desk: Desk) -> None:
    """boto3 repeats a call whose response was lost, and the crowd refuses the second one."""
    (ada,) = make_workers(desk.crowd(), "Ada")
    type_id = create(desk)
    write_workers(desk, ada, columns="worker_id")
    run(desk, *ASSIGN)
    client = desk.crowd().client

    def revoke_before() -> None:
        client.disassociate_qualification_from_worker(QualificationTypeId=type_id, WorkerId=ada)

    desk.before["DisassociateQualificationFromWorker"] = revoke_before

    done = run(desk, *REVOKE, "--yes")

    assert (done.code, done.err) == (0, f"'Editors' ({type_id}): revoked of 1 worker.\n")


def test_lost_responses_on_a_served_crowd_do_not_matter(desk: Desk) -> None:
    """A call that boto3 repeats assigns or revokes once, and counts once."""
    workers = make_workers(desk.crowd(), *(f"worker {number}" for number in range(20)))
    desk.write("workers.csv", "\n".join(workers))
    with FaultyCrowd(desk.folder / "crowd", seed=5, clock=desk.clock) as faulty:
        faulty.config(desk.folder).chmod(0o600)
        type_id = create(desk)
        faulty.faults["reset after"] = 0.3

        assigned = run(desk, *ASSIGN)
        holders = values(desk, type_id)
        revoked = run(desk, *REVOKE, "--yes")

    assert faulty.faulted["reset after"] > 3
    assert assigned.err.endswith("assigned to 20 workers.\n")
    assert holders == dict.fromkeys(workers, 1)
    assert revoked.err.endswith("revoked of 20 workers.\n")
    assert values(desk, type_id) == {}


def test_show_lists_your_types(desk: Desk) -> None:
    """Those of the system and of other requesters are not among them."""
    type_id = create(desk)

    rows = list(csv.DictReader(io.StringIO(run(desk, "show").out)))

    assert rows == [
        {
            "qualification_id": type_id,
            "name": "Editors",
            "status": "Active",
            "description": "Can edit English.",
        }
    ]


def qualification_of(line: str) -> dict[str, str]:
    """The properties in a line that a command printed."""
    return json.loads(f"{{{line.rstrip(',')}}}")


def test_good_workers_get_one_qualification_and_all_get_another(desk: Desk) -> None:
    """The value is the score in percent. The lines can be pasted into the next properties file."""
    ada, ben, cleo = make_workers(desk.crowd(), "Ada", "Ben", "Cleo")
    write_workers(
        desk, f"{ada},40,0.955", f"{ben},40,0.9", f"{cleo},0,", columns="worker_id,answers,accuracy"
    )

    done = run(desk, *RATE, "--good=0.9")

    assert done.code == 0, done.err
    good, everybody = map(qualification_of, done.out.splitlines())
    assert good["QualificationComparator"] == "Exists"
    assert everybody["QualificationComparator"] == "DoesNotExist"
    assert values(desk, good["QualificationId"]) == {ada: 95, ben: 90}
    assert values(desk, everybody["QualificationId"]) == {ada: 1, ben: 1, cleo: 1}
    assert done.err.startswith(
        "workers.csv: 2 of 3 workers have accuracy 0.9 or more; 1 without accuracy.\n"
    )
    write_workers(desk, f"{ada},1", f"{ben},0.5", columns="worker_id,gold_score")
    again = run(desk, *RATE, "--good=0.9", "--column=gold_score")
    assert again.out == done.out
    assert f"{ben}: is not good in this file, and keeps 'Labels'\n" in again.err
    assert values(desk, good["QualificationId"]) == {ada: 100, ben: 90}


def test_workers_of_a_batch_are_kept_out_of_the_next(desk: Desk) -> None:
    """Whatever became of their answers. Run again, it adds who has submitted since."""
    (first,) = desk.launch(1, MaxAssignments=3)
    crowd = desk.crowd()
    ada, ben = make_workers(crowd, "Ada", "Ben")
    crowd.client.reject_assignment(AssignmentId=crowd.do(ada, first), RequesterFeedback="no")
    held = crowd.accept(ben, first)

    done = run(desk, "exclude", "--hit_ids_file=hit_ids.txt")

    assert done.code == 0, done.err
    assert done.err.endswith(
        "assigned to 1 worker.\n1 assignment in progress and 1 available: run this again when they "
        "are submitted.\n"
    )
    (second,) = desk.launch(2, name="second.txt", **qualification_of(done.out.strip()))
    with pytest.raises(NotPossible):
        crowd.accept(ada, second)
    crowd.submit(held)
    again = run(desk, "exclude", "--hit_ids_file=hit_ids.txt")
    assert (again.code, again.out) == (0, done.out)
    with pytest.raises(NotPossible):
        crowd.accept(ben, second)


def test_several_batches_share_a_name(desk: Desk) -> None:
    """A file of ids without a record needs one; HITs that do not exist are named."""
    hit_id = desk.crowd().make_hit()
    (ada,) = make_workers(desk.crowd(), "Ada")
    desk.crowd().do(ada, hit_id)
    desk.write("old.txt", f"{hit_id}\n3A\n")

    assert desk.fails(SCRIPT, "exclude", "--hit_ids_file=old.txt") == (
        "old.txt: has no batch record to name it after; give --name"
    )
    done = run(desk, "exclude", "--hit_ids_file=old.txt", "--name=Earlier")

    assert done.code == 1
    assert "3A: Hit 3A does not exist." in done.err
    assert values(desk, qualification_of(done.out.strip())["QualificationId"]) == {ada: 1}


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("create", "--name= ", "--description=x"), "--name must not be empty: workers read it"),
        ((*CREATE, "--answer_key=key.xml"), "--answer_key needs a --test"),
        ((*CREATE, "--test_seconds=9"), "--test_seconds needs a --test"),
        (
            (*CREATE, "--test=bad.xml", "--auto_grant"),
            "--auto_grant: workers who must take a --test cannot get it at once; give one",
        ),
        ((*CREATE, "--test=bad.xml"), "bad.xml:2: not XML: mismatched tag"),
        ((*CREATE, "--test=missing.xml"), "missing.xml: No such file or directory"),
        (
            ("show", "--qualification=Editor"),
            (
                "'Editor': no type of yours has this name or id on the sandbox of the local crowd, as "
                "`manage_qualifications.py show` lists them; did you mean Editors?"
            ),
        ),
        (ASSIGN, "workers.csv:2: value: '1.5' is not a whole number, or too large"),
        (
            (*RATE, "--good=0.9", "--column=value"),
            "workers.csv:2: value: '1.5' is not a number from 0 to 1",
        ),
        ((*RATE, "--good=0.9"), "workers.csv:1: no column 'accuracy'"),
        ((*RATE, "--good=90"), "--good: '90' is not a number from 0 to 1"),
    ],
)
def test_bad_input_is_named_before_anything_is_done(
    desk: Desk, argv: tuple[str, ...], message: str
) -> None:
    """With the file and the line."""
    create(desk)
    write_workers(desk, "A1,1.5")
    desk.write("bad.xml", "<a>\n</b>")
    desk.calls.clear()

    assert desk.fails(SCRIPT, *argv) == message

    assert all(name.startswith("List") for name in desk.calls)


def test_what_the_crowd_refuses_is_said_in_its_words(desk: Desk) -> None:
    """A qualification of the system is not yours to assign; a test must be a QuestionForm."""
    write_workers(desk, "A1,1")
    desk.write("test.xml", "<Test/>")

    system = desk.fails(SCRIPT, *ASSIGN[:1], "--qualification=00000000000000000040", ASSIGN[2])
    test = desk.fails(SCRIPT, *CREATE, "--test=test.xml")

    assert "belongs to the system. Only the system can grant it." in system
    assert test.startswith("RequestError: There was an error parsing the XML question")
