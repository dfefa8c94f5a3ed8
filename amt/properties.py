"""Read HIT properties: a JSON file with Amazon's field names and a few short keys of our own."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from amt.crowd import Crowd
from amt.errors import Error
from amt.messages import join_faults
from amt.requirements import KEYS, find_locale_faults, limits_hits, to_requirements
from formats import json_text

WEEK = 604_800  # seconds
YEAR = 31_536_000
# Beside the service model. Source: Amazon's API reference of 2014, as the current one is silent.
RANGES = {
    "LifetimeInSeconds": (30, YEAR),
    "AssignmentDurationInSeconds": (30, YEAR),
    "AutoApprovalDelayInSeconds": (0, 2_592_000),
    "MaxAssignments": (1, 1_000_000_000),
    "FrameHeight": (0, 100_000),
}
LENGTHS = {"Title": 128, "Description": 2000, "Keywords": 1000}
SHOWN_TO_WORKERS = ("Title", "Description")
REQUIREMENTS = 10  # at most
OF_THE_HIT = (
    "LifetimeInSeconds",
    "MaxAssignments",
    "AssignmentReviewPolicy",
    "HITReviewPolicy",
)
OLD_NAMES = {  # those of the first simple-amt
    "title": "Title",
    "description": "Description",
    "keywords": "Keywords",
    "reward": "Reward",
    "duration": "AssignmentDurationInSeconds",
    "frame_height": "FrameHeight",
    "max_assignments": "MaxAssignments",
    "country": "Country",
    "hits_approved": "HitsApproved",
    "percent_approved": "PercentApproved",
}
OF_THE_QUESTION = ("FrameHeight", "ExternalURL")
SET_BY_US = ("HITTypeId", "Question", "RequesterAnnotation", "UniqueRequestToken")


@dataclass(frozen=True)
class Properties:
    """HIT properties. `hit_type` are parameters of CreateHITType, `hit` those of
    CreateHITWithHITType.
    """

    hit_type: dict[str, Any]
    hit: dict[str, Any]
    frame_height: int
    text: str  # the file, for the batch record
    warnings: tuple[str, ...] = ()
    external_url: str | None = None

    @property
    def reward(self) -> Decimal:
        """Return the reward for an assignment, in US dollars."""
        return Decimal(self.hit_type["Reward"])

    @property
    def max_assignments(self) -> int:
        """Return the number of assignments of each HIT."""
        return int(self.hit["MaxAssignments"])


def read(*paths: str | Path) -> Properties:
    """Read and validate the HIT properties in a file, or in several that each have some of them.

    Raises Error with every fault, one per line.
    """
    texts: dict[str | Path, str] = {}
    given: dict[str, Any] = {}
    faults: list[str] = []
    for path in paths:
        texts[path], more = _load(path)
        faults += [f"{name}: is in both files; give it in one" for name in more if name in given]
        given |= more
    old_names = [name for name in OLD_NAMES if name in given]
    faults += [
        f"{name}: is the old name of {OLD_NAMES[name]}; give only one of them"
        for name in old_names
        if OLD_NAMES[name] in given
    ]
    text = texts[paths[0]] if len(paths) == 1 else json.dumps(given, indent=1)
    properties = create({OLD_NAMES.get(name, name): v for name, v in given.items()}, text, faults)
    if faults:
        raise Error(join_faults(f"{_find_place(texts, fault)}: {fault}" for fault in faults))
    warnings = [_describe_old_names(paths[0], old_names)] if old_names else []
    return replace(properties, warnings=tuple(warnings))


def create(given: Mapping[str, Any], text: str, faults: list[str]) -> Properties:
    """Return the properties with Amazon's names and our short keys; add what is wrong to `faults`.

    `text` goes into the batch record. With faults, the properties are not to be used.
    """
    parameters = _to_parameters(given, faults)
    frame_height = parameters.pop("FrameHeight")
    url = parameters.pop("ExternalURL", None)
    hit = {name: parameters.pop(name) for name in OF_THE_HIT if name in parameters}
    return Properties(parameters, hit, frame_height, text, (), url)


def describe_unsupported(properties: Properties, path: str | Path, crowd: Crowd) -> str | None:
    """Return, with file and line, what these properties ask for and the crowd cannot do, or None."""
    requirements = properties.hit_type.get("QualificationRequirements", [])
    if crowd.name != "mturk" or not limits_hits(requirements):
        return None
    fault = (
        "MaxHITsPerWorker: Mechanical Turk cannot limit the HITs of a worker; assign a qualification "
        "to workers who have done enough, and require that it DoesNotExist"
    )
    return f"{_find_place({path: properties.text}, fault)}: {fault}"


def _load(path: str | Path) -> tuple[str, dict[str, Any]]:
    """Return the text of a file and the JSON object in it."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        properties = json_text.parse(text)
    except OSError as error:
        raise Error(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise Error(json_text.describe(path, error)) from error
    if not isinstance(properties, dict):
        raise Error(f"{path}: HIT properties are a JSON object")
    return text, properties


def _describe_old_names(path: str | Path, old_names: Sequence[str]) -> str:
    renamed = ", ".join(f"{name} -> {OLD_NAMES[name]}" for name in old_names)
    return f"{path}: these names still work, but have newer forms: {renamed}"


def _find_place(texts: Mapping[str | Path, str], fault: str) -> str:
    """Return the file and the line with the fault's key; of a key that is missing, line 1."""
    key = fault.partition(":")[0]
    old = next((old for old, new in OLD_NAMES.items() if new == key), key)
    for path, text in reversed(list(texts.items())):
        if match := re.search(rf'"({re.escape(key)}|{old})"\s*:', text):
            return f"{path}:{text.count(chr(10), 0, match.start()) + 1}"
    return f"{next(iter(texts))}:1"


def _to_parameters(properties: Mapping[str, Any], faults: list[str]) -> dict[str, Any]:
    """Return the parameters of CreateHIT and FrameHeight; add what is wrong to `faults`."""
    parameters: dict[str, Any] = {"LifetimeInSeconds": WEEK, "MaxAssignments": 1, "FrameHeight": 0}
    parameters |= {key: value for key, value in properties.items() if key not in KEYS}
    faults += [
        f"{name}: launch_hits.py sets this itself" for name in SET_BY_US if name in parameters
    ]
    if "Reward" in parameters:
        parameters["Reward"] = _format_reward(parameters["Reward"], faults)
    try:
        if requirements := _join_requirements(properties):
            parameters["QualificationRequirements"] = requirements
    except ValueError as error:
        faults.append(str(error))
    faults += _find_limit_faults(parameters)
    if not isinstance(url := parameters.get("ExternalURL", "https:"), str) or not url.strip():
        faults.append(f"ExternalURL: {url!r} is not the address of a page")
    if not faults:
        from amt import service_model  # botocore: only when there is nothing simpler to say

        faults += service_model.find_faults(
            {k: v for k, v in parameters.items() if k not in OF_THE_QUESTION}
        )
    if not faults:
        faults += find_locale_faults(parameters.get("QualificationRequirements", []))
    return parameters


def _join_requirements(properties: Mapping[str, Any]) -> list[Any]:
    """Return QualificationRequirements and those of the short keys. Raises ValueError."""
    own = properties.get("QualificationRequirements", [])
    if not isinstance(own, list):
        raise ValueError(f"QualificationRequirements: {own!r} is not a list")  # noqa: TRY004 - a fault in the file
    requirements = own + to_requirements(properties)
    if len(requirements) > REQUIREMENTS:
        raise ValueError(
            f"QualificationRequirements: {len(requirements)} including the short keys; at most "
            f"{REQUIREMENTS} are allowed"
        )
    return requirements


def _find_limit_faults(parameters: Mapping[str, Any]) -> list[str]:
    """Return a line for each number out of range, and for each text that is empty or too long."""
    faults = []
    for name, (low, high) in RANGES.items():
        value = parameters.get(name, low)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            faults.append(f"{name}: {value!r} is not a whole number from {low} to {high}")
    faults += [
        f"{name}: empty; workers choose HITs by it"
        for name in SHOWN_TO_WORKERS
        if isinstance(parameters.get(name), str) and not is_visible(parameters[name])
    ]
    for name, longest in LENGTHS.items():
        if isinstance(parameters.get(name), str) and len(parameters[name]) > longest:
            faults.append(
                f"{name}: {len(parameters[name])} characters; at most {longest} are allowed"
            )
    return faults


def is_visible(text: str) -> bool:
    """Return whether the text has a visible character, which spaces and U+200B, for example, are
    not.
    """
    return any(character.isprintable() and not character.isspace() for character in text)


def _format_reward(value: Any, faults: list[str]) -> str:
    """Format US dollars as Amazon does, e.g. 0.1 -> "0.10"; add what is wrong to `faults`."""
    try:
        amount = Decimal(str(value))
        if isinstance(value, bool) or not amount.is_finite() or amount.is_signed():
            raise InvalidOperation
        if amount != amount.quantize(Decimal("0.01")):
            faults.append(f"Reward: {value} has fractions of a cent")
    except InvalidOperation:
        faults.append(f"Reward: {value!r} is not an amount in US dollars")
        return "0.00"
    return f"{amount:.2f}"
