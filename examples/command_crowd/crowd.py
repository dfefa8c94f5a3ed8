"""A crowd whose HITs are answered by a program that reads and writes JSON lines; see README.md."""

import fcntl
import json
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from time import time
from typing import Any
from uuid import uuid4
from xml.sax.saxutils import escape

TIMES = ("CreationTime", "Expiration", "AcceptTime", "SubmitTime", "ApprovalTime", "RejectionTime")
STATUSES = ("Submitted", "Approved", "Rejected")
SCHEMA = (
    "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2005-10-01/"
    "QuestionFormAnswers.xsd"
)
Item = dict[str, Any]


def create(live: bool, settings: Mapping[str, Any]) -> "CommandCrowd":
    """Return the crowd: `settings` are its `directory`, and the `command` that answers, a list."""
    folder = Path(settings.get("directory", "command_crowd_data"))
    folder.mkdir(parents=True, exist_ok=True)
    return CommandCrowd(folder / ("live.jsonl" if live else "sandbox.jsonl"), settings["command"])


class Refusal(Exception):
    """A refused call, with the `response` that boto3's errors have."""

    def __init__(self, message: str, code: str = "InvalidState") -> None:
        super().__init__(message)
        fault = {"Code": "RequestError", "Message": message}
        self.response = {"Error": fault, "TurkErrorCode": f"AWS.MechanicalTurk.{code}"}


class CommandCrowd:
    """A site. Each change is a line of a journal, which several processes may write in turn."""

    def __init__(self, journal: Path, command: Sequence[str]) -> None:
        self._journal, self._command, self._end = journal, command, 0
        self._items: dict[str, dict[str, Item | None]] = {
            kind: {} for kind in ("HIT type", "HIT", "Assignment", "Bonus")
        }

    def create_hit_type(self, **request: Any) -> Item:
        """Return the id of the HIT type with these properties."""
        type_id = make_id(json.dumps(request, sort_keys=True))
        with self._open() as save:
            save("HIT type", type_id, request)
        return {"HITTypeId": type_id}

    def create_hit_with_hit_type(self, **request: Any) -> Item:
        """Create a HIT, once for each UniqueRequestToken."""
        hit_id, now = make_id(request.pop("UniqueRequestToken", uuid4().hex)), int(time())
        times = {"CreationTime": now, "Expiration": now + request.pop("LifetimeInSeconds")}
        with self._open() as save:
            if hit_id in self._items["HIT"]:
                raise Refusal(f"The HIT {hit_id} exists already.", "HITAlreadyExists")
            hit_type = self._find("HIT type", request["HITTypeId"])
            hit = {"HITId": hit_id, "MaxAssignments": 1, **hit_type, **request, **times}
            save("HIT", hit_id, hit)
            return {"HIT": self._show_hit(hit)}

    def get_hit(self, **request: Any) -> Item:
        """Return a HIT."""
        with self._open():
            return {"HIT": self._show_hit(self._find("HIT", request["HITId"]))}

    def list_hits(self, **request: Any) -> Item:
        """Return a page of HITs, the newest first."""
        with self._open() as save:
            self._answer(save)
            newest_first = [hit for hit in reversed(self._items["HIT"].values()) if hit]
            hits, token = cut_page(newest_first, request)
            return {"HITs": [self._show_hit(hit) for hit in hits], **token}

    def list_assignments_for_hit(self, **request: Any) -> Item:
        """Return a page of a HIT's answers, the oldest first."""
        with self._open() as save:
            hit = self._find("HIT", request["HITId"])
            self._answer(save)
            statuses = request.get("AssignmentStatuses", STATUSES)
            found = [a for a in self._list_answers(hit) if a["AssignmentStatus"] in statuses]
            assignments, token = cut_page(found, request)
            return {"Assignments": [show(assignment) for assignment in assignments], **token}

    def get_assignment(self, **request: Any) -> Item:
        """Return an answer and its HIT."""
        with self._open():
            assignment = self._find("Assignment", request["AssignmentId"])
            hit = self._find("HIT", assignment["HITId"])
            return {"Assignment": show(assignment), "HIT": self._show_hit(hit)}

    def approve_assignment(self, **request: Any) -> Item:
        """Approve an answer."""
        allowed = STATUSES[::2] if request.get("OverrideRejection") else STATUSES[:1]
        return self._review(request, "Approved", "ApprovalTime", allowed)

    def reject_assignment(self, **request: Any) -> Item:
        """Reject an answer."""
        return self._review(request, "Rejected", "RejectionTime", STATUSES[:1])

    def send_bonus(self, **request: Any) -> Item:
        """Note a bonus: programs are not paid."""
        token = request.get("UniqueRequestToken", uuid4().hex)
        with self._open() as save:
            if self._find("Assignment", request["AssignmentId"])["WorkerId"] != request["WorkerId"]:
                raise Refusal(f"{request['WorkerId']} did not do this assignment.")
            if make_id(token) in self._items["Bonus"]:
                raise Refusal(f'The idempotency token "{token}" has already been processed.')
            save("Bonus", make_id(token), request)
        return {}

    def update_expiration_for_hit(self, **request: Any) -> Item:
        """Set when a HIT expires; a time in the past is now."""
        with self._open() as save:
            hit = self._find("HIT", request["HITId"])
            expiration = max(int(request["ExpireAt"].timestamp()), int(time()))
            save("HIT", hit["HITId"], hit | {"Expiration": expiration})
        return {}

    def delete_hit(self, **request: Any) -> Item:
        """Delete a HIT that is over, with its answers, which are all reviewed."""
        with self._open() as save:
            hit = self._find("HIT", request["HITId"])
            status, answers = self._show_hit(hit)["HITStatus"], self._list_answers(hit)
            if status == "Assignable" or any(a["AssignmentStatus"] == "Submitted" for a in answers):
                raise Refusal(f"This HIT is currently in the state '{status}'.", "InvalidHITState")
            for assignment in answers:
                save("Assignment", assignment["AssignmentId"], None)
            save("HIT", hit["HITId"], None)
        return {}

    def _answer(self, save: Callable[..., None]) -> None:
        """Let the command answer what is open, a line each; what it leaves out stays open."""
        tasks = {}
        for hit in filter(None, self._items["HIT"].values()):
            for number in range(hit["MaxAssignments"] if hit["Expiration"] > time() else 0):
                assignment_id = make_id(f"{hit['HITId']} {number}")
                if assignment_id not in self._items["Assignment"]:
                    ids = {"AssignmentId": assignment_id, "WorkerId": f"AMACHINE{number + 1}"}
                    tasks[assignment_id] = {**ids, "HITId": hit["HITId"]}, hit.get("Question")
        if not tasks:
            return
        lines = [json.dumps(task | {"Question": question}) for task, question in tasks.values()]
        done = subprocess.run(
            self._command, input="\n".join(lines), stdout=subprocess.PIPE, text=True, check=False
        )
        if done.returncode:
            raise ConnectionError(f"{self._command[0]} ended with {done.returncode}")
        for line in map(json.loads, done.stdout.splitlines()):
            times = dict.fromkeys(("AcceptTime", "SubmitTime"), int(time()))
            work = {"AssignmentStatus": "Submitted", "Answer": to_xml(line["answers"]), **times}
            save("Assignment", line["AssignmentId"], tasks[line["AssignmentId"]][0] | work)

    def _review(self, request: Item, status: str, at: str, allowed: Sequence[str]) -> Item:
        with self._open() as save:
            assignment = self._find("Assignment", request["AssignmentId"])
            if assignment["AssignmentStatus"] not in allowed:
                raise Refusal(f"This assignment is {assignment['AssignmentStatus']} already.")
            words = {name: request[name] for name in request if name == "RequesterFeedback"}
            new = {"AssignmentStatus": status, at: int(time()), **words}
            save("Assignment", request["AssignmentId"], assignment | new)
        return {}

    def _find(self, kind: str, item_id: str) -> Item:
        item = self._items[kind].get(item_id)
        if item is None:
            raise Refusal(f"{kind} {item_id} does not exist.", "DoesNotExist")
        return item

    def _list_answers(self, hit: Item) -> list[Item]:
        ids = [make_id(f"{hit['HITId']} {number}") for number in range(hit["MaxAssignments"])]
        return [found for found in map(self._items["Assignment"].get, ids) if found]

    def _show_hit(self, hit: Item) -> Item:
        """Return a HIT as GetHIT does. A program holds nothing, so no assignment is pending."""
        statuses = [answer["AssignmentStatus"] for answer in self._list_answers(hit)]
        free = hit["MaxAssignments"] - len(statuses) if hit["Expiration"] > time() else 0
        return show(hit) | {
            "HITStatus": "Assignable" if free else "Reviewable",
            "NumberOfAssignmentsAvailable": free,
            "NumberOfAssignmentsPending": 0,
            "NumberOfAssignmentsCompleted": len(statuses) - statuses.count("Submitted"),
        }

    @contextmanager
    def _open(self) -> Iterator[Callable[..., None]]:
        """Lock the journal, read what others wrote, and yield what saves a change."""
        with self._journal.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(self._end)
            for line in file:
                if not line.endswith(b"\n"):  # a kill cut it short
                    file.truncate(self._end)
                    break
                kind, item_id, item = json.loads(line)
                self._items[kind][item_id] = item
                self._end += len(line)

            def save(*change: Any) -> None:
                kind, item_id, item = change
                line = json.dumps(change).encode() + b"\n"
                file.write(line)
                file.flush()
                self._items[kind][item_id] = item
                self._end += len(line)

            yield save


def make_id(text: str) -> str:
    """Return the same id for the same text, so that a repeated call creates nothing twice."""
    return f"3{sha256(text.encode()).hexdigest()[:29].upper()}"


def cut_page(items: Sequence[Item], request: Item) -> tuple[Sequence[Item], Item]:
    """Return the items of a page, and the token of the next one, if there is any."""
    start = int(request.get("NextToken", 0))
    end = start + request.get("MaxResults", 10)
    return items[start:end], {"NextToken": str(end)} if end < len(items) else {}


def show(item: Item) -> Item:
    """Return an item with its times as boto3 has them."""
    times = {name: datetime.fromtimestamp(item[name], UTC) for name in TIMES if name in item}
    return item | times


def to_xml(answers: Mapping[str, str]) -> str:
    """Return the fields of an answer as Amazon's XML."""
    parts = "".join(
        f"<Answer><QuestionIdentifier>{escape(name)}</QuestionIdentifier>"
        f"<FreeText>{escape(text)}</FreeText></Answer>"
        for name, text in answers.items()
    )
    return f'<QuestionFormAnswers xmlns="{SCHEMA}">{parts}</QuestionFormAnswers>'
