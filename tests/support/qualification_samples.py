"""A qualification test with its answer key, and helpers for types and requirements."""

from collections.abc import Callable
from typing import Any

from local_crowd.operations.errors import NotPossible
from local_crowd.operations.people import profiles
from local_crowd.operations.people.profiles import Profile
from local_crowd.operations.qualifications import for_workers
from local_crowd.operations.qualifications.for_workers import RequestOutcome
from tests.support.crowds import CrowdUnderTest

SCHEMAS = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas"
KEY_SCHEMA = f"{SCHEMAS}/2005-10-01/AnswerKey.xsd"
FORM_SCHEMA = f"{SCHEMAS}/2017-11-06/QuestionForm.xsd"
HITS_APPROVED = "00000000000000000040"
ADULT = "00000000000000000060"
LOCALE = "00000000000000000071"
PERCENT_APPROVED = "000000000000000000L0"
SANDBOX_MASTERS = "2ARFPLSP75KLA8M8DH1HTEQVJT3SY6"
LIVE_MASTERS = "2F1QJWKUDD8XADTFD2Q0G6UTO95ALH"
SKILL = {
    "Name": "English",
    "Description": "Can write and edit English",
    "QualificationTypeStatus": "Active",
}
# Amazon's published example of an AnswerKey: two questions, worth 5 and 10.
AMAZONS_KEY = {"nextmove": {("D",): 5}, "favoritefruit": {("apples",): 10}}
AMAZONS_PERCENTAGE = (
    "<PercentageMapping><MaximumSummedScore>15</MaximumSummedScore></PercentageMapping>"
)


def answer_key(
    questions: dict[str, dict[tuple[str, ...], object]],
    mapping: str = "",
    defaults: dict[str, object] | None = None,
) -> str:
    """Return an AnswerKey that scores each set of selections of each question."""
    parts = []
    for identifier, options in questions.items():
        parts.append(f"<Question><QuestionIdentifier>{identifier}</QuestionIdentifier>")
        for selections, score in options.items():
            named = "".join(
                f"<SelectionIdentifier>{selection}</SelectionIdentifier>"
                for selection in selections
            )
            parts.append(f"<AnswerOption>{named}<AnswerScore>{score}</AnswerScore></AnswerOption>")
        if identifier in (defaults or {}):
            parts.append(f"<DefaultScore>{(defaults or {})[identifier]}</DefaultScore>")
        parts.append("</Question>")
    if mapping:
        parts.append(f"<QualificationValueMapping>{mapping}</QualificationValueMapping>")
    return f'<AnswerKey xmlns="{KEY_SCHEMA}">{"".join(parts)}</AnswerKey>'


def question_form(questions: dict[str, tuple[str, ...]], schema: str = FORM_SCHEMA) -> str:
    """Return a QuestionForm with these selections per question; a question without any takes free
    text.
    """
    parts = []
    for identifier, selections in questions.items():
        choice = "".join(
            f"<Selection><SelectionIdentifier>{selection}</SelectionIdentifier><Text>{selection}</Text>"
            "</Selection>"
            for selection in selections
        )
        answer = (
            f"<SelectionAnswer><MaxSelectionCount>{len(selections)}</MaxSelectionCount>"
            f"<Selections>{choice}</Selections></SelectionAnswer>"
            if selections
            else "<FreeTextAnswer/>"
        )
        parts.append(
            f"<Question><QuestionIdentifier>{identifier}</QuestionIdentifier>"
            "<QuestionContent><Text>Which?</Text></QuestionContent>"
            f"<AnswerSpecification>{answer}</AnswerSpecification></Question>"
        )
    return f'<QuestionForm xmlns="{schema}">{"".join(parts)}</QuestionForm>'


FORM = question_form({"nextmove": ("A", "D"), "favoritefruit": ("apples", "pears")})
KEY = answer_key(AMAZONS_KEY, AMAZONS_PERCENTAGE)
TESTED = SKILL | {"Test": FORM, "AnswerKey": KEY, "TestDurationInSeconds": 600}


def make_type(crowd: CrowdUnderTest, **changes: Any) -> str:
    """Create a qualification type, SKILL with these changes; return its id."""
    qualification_type = crowd.client.create_qualification_type(**SKILL | changes)
    return qualification_type["QualificationType"]["QualificationTypeId"]


def require(type_id: str, comparator: str = "Exists", *values: Any, **more: Any) -> Any:
    """Return a QualificationRequirement; a value is an integer, or a code such as "US" or "US-PA"."""
    requirement = {"QualificationTypeId": type_id, "Comparator": comparator} | more
    if values and isinstance(values[0], str):
        codes = [code.partition("-") for code in values]
        requirement["LocaleValues"] = [
            {"Country": country} | ({"Subdivision": part} if part else {})
            for country, _, part in codes
        ]
    elif values:
        requirement["IntegerValues"] = list(values)
    return requirement


def give(crowd: CrowdUnderTest, type_id: str, worker_id: str, value: int = 1) -> None:
    """Grant the worker the qualification, without notifying them."""
    crowd.client.associate_qualification_with_worker(
        QualificationTypeId=type_id,
        WorkerId=worker_id,
        IntegerValue=value,
        SendNotification=False,
    )


def score(crowd: CrowdUnderTest, type_id: str, worker_id: str) -> Any:
    """Return the worker's qualification as GetQualificationScore shows it."""
    return crowd.client.get_qualification_score(QualificationTypeId=type_id, WorkerId=worker_id)[
        "Qualification"
    ]


def ask(crowd: CrowdUnderTest, worker_id: str, type_id: str) -> RequestOutcome:
    """Request the qualification as the worker."""
    with crowd.site.writing() as call:
        return for_workers.request(call, worker_id, type_id)


def take(crowd: CrowdUnderTest, worker_id: str, request_id: str, **picked: Any) -> RequestOutcome:
    """Submit a qualification test as the worker, with a selection, a list of them, or a text per
    question.
    """
    fields = [
        (f"answer.{identifier}", value)
        for identifier, chosen in picked.items()
        for value in ([chosen] if isinstance(chosen, str) else chosen)
    ]
    with crowd.site.writing() as call:
        return for_workers.submit_test(call, worker_id, request_id, fields)


def reason(action: Callable[[], Any]) -> str | None:
    """Return why a worker cannot do something; None when they can, and did."""
    try:
        action()
    except NotPossible as refused:
        return refused.reason
    return None


def lets_in(crowd: CrowdUnderTest, worker_id: str, *requirements: Any) -> bool:
    """Return whether the worker can accept a HIT with these requirements."""
    hit_id = crowd.make_hit(QualificationRequirements=list(requirements))
    why_not = reason(lambda: crowd.accept(worker_id, hit_id))
    assert why_not in (None, "unqualified")
    assert crowd.stands(hit_id)[2] == (1 if why_not is None else 0)
    return why_not is None


def live_in(crowd: CrowdUnderTest, worker_id: str, code: str, *, adult: bool = False) -> None:
    """Set where the worker lives, by a code such as "US-PA"."""
    country, _, part = code.partition("-")
    with crowd.site.writing() as call:
        profiles.put(call, worker_id, Profile(country, part or None, adult))
