"""Your qualification types, and the workers who have them."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from amt import calls
from amt.crowd import Crowd
from amt.errors import Error
from amt.messages import Say, count_of, say_nothing
from amt.spelling import suggest

if TYPE_CHECKING:
    from mypy_boto3_mturk import MTurkClient

# What the crowd returns of a type as it was given.
COMPARED = (
    "Description",
    "Keywords",
    "Test",
    "AnswerKey",
    "TestDurationInSeconds",
    "AutoGranted",
    "AutoGrantedValue",
    "RetryDelayInSeconds",
)
TYPE_ID = re.compile("[A-Z0-9]{20,64}")


class QualificationType(NamedTuple):
    """A qualification type. `is_new` if this run created it."""

    type_id: str
    name: str
    is_new: bool = False

    def __str__(self) -> str:
        return f"{self.name!r} ({self.type_id})"


class Changes(NamedTuple):
    """How many workers were changed, were as wanted already, and were refused by the crowd."""

    changed: int
    unchanged: int
    refused: int


def list_types(client: "MTurkClient") -> list[Any]:
    """Return the qualification types of the account, as the crowd describes them."""
    return list(
        calls.list_pages(
            client.list_qualification_types,
            "QualificationTypes",
            MustBeRequestable=False,
            MustBeOwnedByCaller=True,
        )
    )


def find_type(crowd: Crowd, client: "MTurkClient", name_or_id: str) -> QualificationType:
    """Find a qualification type by its id, or one of the account's by its name.

    Raises Error when there is none.
    """
    if TYPE_ID.fullmatch(name_or_id):
        try:
            response = client.get_qualification_type(QualificationTypeId=name_or_id)
            return QualificationType(name_or_id, response["QualificationType"]["Name"])
        except client.exceptions.RequestError:
            pass  # a name may look like an id
    types = {item["Name"]: item["QualificationTypeId"] for item in list_types(client)}
    if name_or_id not in types:
        raise Error(
            f"{name_or_id!r}: no type of yours has this name or id on {crowd}, as "
            f"`manage_qualifications.py show` lists them{suggest(name_or_id, types)}"
        )
    return QualificationType(types[name_or_id], name_or_id)


def find_required(
    crowd: Crowd, client: "MTurkClient", hit_type: Mapping[str, Any]
) -> dict[str, Any]:
    """Return parameters of CreateHITType whose requirements have ids in place of names.

    Raises Error when there is no type of a name.
    """
    requirements = [
        requirement | {"QualificationTypeId": find_type(crowd, client, name).type_id}
        if not TYPE_ID.fullmatch(name := requirement["QualificationTypeId"])
        else requirement
        for requirement in hit_type.get("QualificationRequirements", [])
    ]
    return dict(hit_type) | ({"QualificationRequirements": requirements} if requirements else {})


def create_type(client: "MTurkClient", parameters: Mapping[str, Any]) -> QualificationType:
    """Create a qualification type, or return the one that was created from the same parameters.

    Raises Error when there is one of this name with other parameters.
    """
    name = parameters["Name"]
    if (type_id := _create(client, parameters)) is not None:
        return QualificationType(type_id, name, is_new=True)
    existing = next((item for item in list_types(client) if item["Name"] == name), None)
    if existing is None:
        raise Error(
            f"{name!r}: the crowd has just created this type, or deleted it, and does not list it "
            "yet; run this again in a minute"
        )
    wanted = {"AutoGranted": False} | dict(parameters)
    others = [key for key in COMPARED if existing.get(key) != wanted.get(key)]
    if others:
        raise Error(
            f"{name!r} ({existing['QualificationTypeId']}): is there already with another "
            f"{' and another '.join(others)}; choose another --name"
        )
    return QualificationType(existing["QualificationTypeId"], name)


def ensure_type(
    crowd: Crowd, client: "MTurkClient", name: str, description: str
) -> QualificationType:
    """Return the account's qualification type of this name; create it if there is none."""
    parameters = {
        "Name": name,
        "Description": description,
        "QualificationTypeStatus": "Active",
    }
    if (type_id := _create(client, parameters)) is not None:
        return QualificationType(type_id, name, is_new=True)
    return find_type(crowd, client, name)


def _create(client: "MTurkClient", parameters: Mapping[str, Any]) -> str | None:
    """Create a type and return its id; return None when there is one of this name."""
    try:
        response = client.create_qualification_type(**parameters)
    except client.exceptions.RequestError as error:
        if str(error.response.get("TurkErrorCode")).endswith("QualificationTypeAlreadyExists"):
            return None
        raise
    return response["QualificationType"]["QualificationTypeId"]


def list_granted(client: "MTurkClient", type_id: str) -> list[Any]:
    """Return the workers who have the qualification, with `IntegerValue` and `GrantTime`."""
    return list(
        calls.list_pages(
            client.list_workers_with_qualification_type,
            "Qualifications",
            QualificationTypeId=type_id,
        )
    )


def list_values(client: "MTurkClient", type_id: str) -> dict[str, int]:
    """Return the value of each worker who has the qualification."""
    return {item["WorkerId"]: item["IntegerValue"] for item in list_granted(client, type_id)}


def assign(
    crowd: Crowd,
    client: "MTurkClient",
    type_id: str,
    values: Mapping[str, int],
    *,
    notify: bool = False,
    say: Say = say_nothing,
) -> Changes:
    """Give each worker the qualification with this value, unless they have it with the same value.

    `notify`: the crowd writes to those who get it. Each refusal is said.
    """
    granted = list_values(client, type_id)
    missing = [worker_id for worker_id, value in values.items() if granted.get(worker_id) != value]

    def grant(worker_id: str) -> None:
        client.associate_qualification_with_worker(
            QualificationTypeId=type_id,
            WorkerId=worker_id,
            IntegerValue=values[worker_id],
            SendNotification=notify,
        )

    return _change(crowd, grant, missing, len(values), "assigning", say)


def find_holders(
    client: "MTurkClient", type_id: str, worker_ids: Iterable[str]
) -> tuple[list[str], list[str]]:
    """Return those of the workers who have the qualification, and the others."""
    granted = list_values(client, type_id)
    holders: list[str] = []
    others: list[str] = []
    for worker_id in worker_ids:
        (holders if worker_id in granted else others).append(worker_id)
    return holders, others


def revoke(
    crowd: Crowd,
    client: "MTurkClient",
    type_id: str,
    worker_ids: list[str],
    *,
    reason: str | None = None,
    say: Say = say_nothing,
) -> Changes:
    """Revoke the qualification of these workers, who can read the reason. Each refusal is said."""
    words: dict[str, Any] = {"Reason": reason} if reason else {}

    def take(worker_id: str) -> None:
        try:
            client.disassociate_qualification_from_worker(
                QualificationTypeId=type_id, WorkerId=worker_id, **words
            )
        except client.exceptions.RequestError as error:
            # boto3 repeats a call whose response was lost; the crowd then refuses the second one.
            if "called with a status of: Granted" not in str(error):
                raise

    return _change(crowd, take, worker_ids, len(worker_ids), "revoking", say)


def _change(
    crowd: Crowd,
    change: Callable[[str], None],
    worker_ids: list[str],
    wanted: int,
    doing: str,
    say: Say,
) -> Changes:
    outcomes = calls.gather(crowd, change, worker_ids, doing=doing, total=len(worker_ids))
    refused = calls.count_refusals(outcomes, say)
    return Changes(len(worker_ids) - refused, wanted - len(worker_ids), refused)


def describe_assigned(qualification: QualificationType, changes: Changes) -> str:
    """Say how many workers got the qualification, and how many had it already."""
    had = f"; {changes.unchanged:,} had it already" if changes.unchanged else ""
    return f"{qualification}: assigned to {count_of(changes.changed, 'worker')}{had}."


def format_property(type_id: str, *, excludes: bool = False) -> str:
    """Return the line for HIT properties that requires the qualification, or requires its lack."""
    comparator = "DoesNotExist" if excludes else "Exists"
    return f'"QualificationId": "{type_id}", "QualificationComparator": "{comparator}",'
