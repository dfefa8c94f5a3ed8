"""HIT properties files."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from amt.configuration import PROJECT
from amt.errors import Error
from amt.properties import Properties, read

GIVEN = {
    "Title": "Name an animal",
    "Description": "One word",
    "Keywords": "animal, word",
    "Reward": 0.05,
    "AssignmentDurationInSeconds": 600,
}
RAW = {
    "QualificationTypeId": "3QUALIFICATIONTYPE",
    "Comparator": "In",
    "IntegerValues": [1, 2],
    "ActionsGuarded": "PreviewAndAccept",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The properties file of a test."""
    return tmp_path / "properties.json"


RAW_LOCALE = {
    "QualificationTypeId": "00000000000000000071",
    "Comparator": "In",
    "LocaleValues": [{"Country": "US", "Subdivision": "NY"}, {"Country": "UK"}],
}


def reading(file: Path, **changes: Any) -> Properties:
    """Return the properties read from GIVEN with these changes; None removes a key."""
    properties = {key: value for key, value in (GIVEN | changes).items() if value is not None}
    file.write_text(json.dumps(properties, indent=1), "utf-8")
    return read(file)


def faults(file: Path, **changes: Any) -> list[str]:
    """Return the faults of GIVEN with these changes, as `line: fault`."""
    with pytest.raises(Error) as caught:
        reading(file, **changes)
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{file}:") for line in lines)
    return [line.removeprefix(f"{file}:") for line in lines]


def test_omitted_properties_have_defaults(file: Path) -> None:
    """A week to live, one assignment, as high as the window."""
    properties = reading(file)

    assert properties.hit == {"LifetimeInSeconds": 604_800, "MaxAssignments": 1}
    assert properties.frame_height == 0
    assert properties.max_assignments == 1
    assert properties.hit_type == GIVEN | {"Reward": "0.05"}
    assert json.loads(properties.text) == GIVEN


def test_properties_are_split_between_hit_type_and_hit(file: Path) -> None:
    """What belongs to each HIT is not part of its type, and the reverse."""
    properties = reading(
        file,
        LifetimeInSeconds=3600,
        MaxAssignments=3,
        FrameHeight=500,
        AutoApprovalDelayInSeconds=0,
    )

    assert properties.hit == {"LifetimeInSeconds": 3600, "MaxAssignments": 3}
    assert properties.frame_height == 500
    assert properties.hit_type["AutoApprovalDelayInSeconds"] == 0
    assert not set(properties.hit_type) & {"FrameHeight", "MaxAssignments", "LifetimeInSeconds"}


@pytest.mark.parametrize(
    "name", [path.name for path in sorted((PROJECT / "hit_properties").glob("*.json"))]
)
def test_the_properties_that_come_along_are_good(name: str) -> None:
    """Each file in hit_properties/ can be launched."""
    assert read(PROJECT / "hit_properties" / name).reward > 0


@pytest.mark.parametrize(
    ("reward", "sent"),
    [
        (0.1, "0.10"),
        (0.07, "0.07"),
        (1, "1.00"),
        ("0.15", "0.15"),
        ("2", "2.00"),
        (0, "0.00"),
        (1234.5, "1234.50"),
        ("0.10000", "0.10"),
    ],
)
def test_a_reward_is_sent_exactly(file: Path, reward: Any, sent: str) -> None:
    """A number or a text becomes Amazon's text with the same cents."""
    properties = reading(file, Reward=reward)

    assert properties.hit_type["Reward"] == sent
    assert properties.reward == Decimal(sent)


@pytest.mark.parametrize(
    ("reward", "fault"),
    [
        (-1, "Reward: -1 is not an amount in US dollars"),
        ("-0.05", "Reward: '-0.05' is not an amount in US dollars"),
        (-0.0, "Reward: -0.0 is not an amount in US dollars"),
        ("lots", "Reward: 'lots' is not an amount in US dollars"),
        ("$0.05", "Reward: '$0.05' is not an amount in US dollars"),
        (True, "Reward: True is not an amount in US dollars"),
        ("nan", "Reward: 'nan' is not an amount in US dollars"),
        ("inf", "Reward: 'inf' is not an amount in US dollars"),
        ([1], "Reward: [1] is not an amount in US dollars"),
        ("1e999999", "Reward: '1e999999' is not an amount in US dollars"),
        (0.055, "Reward: 0.055 has fractions of a cent"),
        ("0.001", "Reward: 0.001 has fractions of a cent"),
    ],
)
def test_a_reward_that_cannot_be_paid_is_reported(file: Path, reward: Any, fault: str) -> None:
    """Negative, not a number, or less than a cent."""
    assert faults(file, Reward=reward) == [f"5: {fault}"]


def test_the_users_own_requirements_are_kept_and_added_to(file: Path) -> None:
    """Raw QualificationRequirements and the short keys go together."""
    properties = reading(file, QualificationRequirements=[RAW], Country="US", PercentApproved=95)

    wanted = properties.hit_type["QualificationRequirements"]
    assert wanted[0] == RAW
    assert [requirement["Comparator"] for requirement in wanted[1:]] == [
        "EqualTo",
        "GreaterThanOrEqualTo",
    ]
    assert not set(properties.hit_type) & {"Country", "PercentApproved"}
    assert reading(file, QualificationRequirements=[RAW]).hit_type["QualificationRequirements"] == [
        RAW
    ]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"Tilte": "x"}, "7: Tilte: not a HIT property; did you mean Title?"),
        ({"hitsApproved": 5}, "7: hitsApproved: not a HIT property; did you mean HitsA"),
        ({"assignment_duration": 5}, "7: assignment_duration: not a HIT property; did"),
        ({"Colour": 5}, "7: Colour: not a HIT property"),
        ({"title": "x"}, "7: title: is the old name of Title; give only one of them"),
        ({"percent_approved": 101}, "7: PercentApproved: 101 is not a whole number from 0 to 100"),
        ({"Title": None}, "1: Title: missing"),
        ({"Title": 5}, "2: Title: 5 is not a string"),
        ({"Title": "x" * 129}, "2: Title: 129 characters; at most 128 are allowed"),
        ({"Title": ""}, "2: Title: empty; workers choose HITs by it"),
        ({"Title": " \t\n"}, "2: Title: empty; workers choose HITs by it"),
        (
            {"Description": "\u200b \u00a0"},
            "3: Description: empty; workers choose HITs by it",
        ),
        ({"Keywords": "x" * 1001}, "4: Keywords: 1001 characters; at most 1000 are allowed"),
        ({"MaxAssignments": 0}, "7: MaxAssignments: 0 is not a whole number from 1 to 1000000000"),
        ({"MaxAssignments": "3"}, "7: MaxAssignments: '3' is not a whole number from 1"),
        ({"MaxAssignments": 1.5}, "7: MaxAssignments: 1.5 is not a whole number from 1"),
        ({"MaxAssignments": True}, "7: MaxAssignments: True is not a whole number from 1"),
        ({"LifetimeInSeconds": 29}, "7: LifetimeInSeconds: 29 is not a whole number from 30 to 3"),
        (
            {"AssignmentDurationInSeconds": 31_536_001},
            "6: AssignmentDurationInSeconds: 31536001 is not a whole number from 30 to 31536000",
        ),
        (
            {"AutoApprovalDelayInSeconds": 2_592_001},
            "7: AutoApprovalDelayInSeconds: 2592001 is not a whole number from 0 to 2592000",
        ),
        ({"FrameHeight": -1}, "7: FrameHeight: -1 is not a whole number from 0 to 100000"),
        ({"Country": "us"}, "7: Country: 'us' is not a code such as US or US-CA"),
        (
            {"QualificationRequirements": [RAW_LOCALE]},
            (
                "7: QualificationRequirements: 'UK' is not a code such as US or US-CA (ISO 3166); "
                "did you mean GB?"
            ),
        ),
        ({"PercentApproved": 200}, "7: PercentApproved: 200 is not a whole number from 0 to 100"),
        ({"Question": "<x/>"}, "7: Question: launch_hits.py sets this itself"),
        ({"HITTypeId": "3X"}, "7: HITTypeId: launch_hits.py sets this itself"),
        ({"UniqueRequestToken": "x"}, "7: UniqueRequestToken: launch_hits.py sets this itself"),
        (
            {"QualificationRequirements": [RAW | {"Comparator": "Bigger"}]},
            "7: QualificationRequirements: Comparator: 'Bigger' is not one of LessThan,",
        ),
        (
            {"QualificationRequirements": [RAW | {"Comparator": None}]},
            "7: QualificationRequirements: [0].Comparator null is not a string",
        ),
        (
            {"QualificationRequirements": 5, "Country": "US"},
            "7: QualificationRequirements: 5 is not a list",
        ),
        (
            {"QualificationRequirements": {"a": 1}, "Country": "US"},
            "7: QualificationRequirements: {'a': 1} is not a list",
        ),
        (
            {"QualificationRequirements": [RAW] * 11},
            "7: QualificationRequirements: 11 including the short keys; at most 10 are allowed",
        ),
        ({"QualificationId": 5}, "7: QualificationId: 5 is not a qualification type's id"),
    ],
)
def test_what_is_wrong_is_reported_with_its_line(
    file: Path, changes: dict[str, Any], fault: str
) -> None:
    """Every mistake says file, line and property before anything is sent."""
    (message,) = faults(file, **changes)

    assert message.startswith(fault)


def test_all_that_is_wrong_is_reported_at_once(file: Path) -> None:
    """One reading shows every mistake of a kind."""
    messages = faults(file, MaxAssignments=0, FrameHeight=-1, Reward="x", Title="x" * 200)

    assert [line.split(":")[1].strip() for line in messages] == [
        "Reward",
        "MaxAssignments",
        "FrameHeight",
        "Title",
    ]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b'{"Title": "x",\n"Reward" 1}', "2: not JSON: Expecting ':' delimiter"),
        (b"[]", " HIT properties are a JSON object"),
        (b"", "1: not JSON: Expecting value"),
        (b'{"Reward": NaN}', " not JSON: NaN is not a JSON number"),
        (
            b'{"Reward": 0.05,\n"Title": "x",\n"Reward": 5}',
            '3: the key "Reward" is there twice in one object',
        ),
        (b'{"Title": "\xff"}', " not UTF-8 text (byte 12)"),
    ],
)
def test_a_file_of_another_kind_is_reported(file: Path, content: bytes, fault: str) -> None:
    """A file that is not a JSON object is reported in one line."""
    file.write_bytes(content)
    with pytest.raises(Error) as caught:
        read(file)

    assert str(caught.value).startswith(f"{file}:{fault}")


def test_the_names_of_the_first_simple_amt_are_taken(file: Path) -> None:
    """A file with old names gives the same HIT as one with new names, and one line lists the new names."""
    old = {
        "title": "Name the animal",
        "description": "One picture, one word",
        "keywords": "picture, animal",
        "reward": 0.05,
        "duration": 600,
        "frame_height": 800,
        "max_assignments": 3,
        "country": ["US", "GB"],
        "hits_approved": 100,
        "percent_approved": 95,
    }
    file.write_text(json.dumps(old), "utf-8")

    taken = read(file)

    new = {
        "Title": old["title"],
        "Description": old["description"],
        "Keywords": old["keywords"],
        "Reward": 0.05,
        "AssignmentDurationInSeconds": 600,
        "FrameHeight": 800,
        "MaxAssignments": 3,
        "Country": ["US", "GB"],
        "HitsApproved": 100,
        "PercentApproved": 95,
    }
    file.write_text(json.dumps(new), "utf-8")
    same = read(file)
    assert same.warnings == ()
    assert taken.hit_type == same.hit_type
    assert (taken.hit, taken.frame_height) == (same.hit, 800)
    (warning,) = taken.warnings
    assert warning.startswith(f"{file}: these names still work, but have newer forms")
    assert all(f"{name} -> " in warning for name in old)
    assert "duration -> AssignmentDurationInSeconds" in warning
    assert len(warning.splitlines()) == 1


def test_a_missing_file_is_reported(file: Path) -> None:
    """In the operating system's words."""
    with pytest.raises(Error, match=r"properties\.json: No such file or directory"):
        read(file)


def test_a_byte_order_mark_does_no_harm(file: Path) -> None:
    """Editors on Windows write one."""
    file.write_text(json.dumps(GIVEN), "utf-8-sig")

    assert read(file).hit_type["Title"] == GIVEN["Title"]
