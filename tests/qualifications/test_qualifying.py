"""Who meets a requirement, against a model that spells every comparator out."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_crowd.operations.qualifications.qualifying import (
    ACTIONS,
    GUARDED,
    Locale,
    compute_approval_percent,
    describe,
    is_met,
    is_required_for,
)

INTEGERS = st.integers(-3, 3)
PLACES = [Locale("US"), Locale("US", "PA"), Locale("US", "NY"), Locale("IN"), Locale("CA")]


def requirement(comparator: str, wanted: list[Any]) -> dict[str, Any]:
    """A requirement on integers, or on places."""
    fields: dict[str, Any] = {"QualificationTypeId": "3Q", "Comparator": comparator}
    if wanted and isinstance(wanted[0], Locale):
        fields["LocaleValues"] = [
            {"Country": place.country}
            | ({"Subdivision": place.subdivision} if place.subdivision else {})
            for place in wanted
        ]
    elif wanted:
        fields["IntegerValues"] = wanted
    return fields


@pytest.mark.parametrize(
    ("comparator", "model"),
    [
        ("LessThan", lambda value, wanted: value < wanted),
        ("LessThanOrEqualTo", lambda value, wanted: value <= wanted),
        ("GreaterThan", lambda value, wanted: value > wanted),
        ("GreaterThanOrEqualTo", lambda value, wanted: value >= wanted),
        ("EqualTo", lambda value, wanted: value == wanted),
        ("NotEqualTo", lambda value, wanted: value != wanted),
    ],
)
@given(value=st.none() | INTEGERS, wanted=INTEGERS)
def test_one_number(comparator: str, model: Any, value: int | None, wanted: int) -> None:
    """A comparison with a number is what its name says, and never met without the qualification."""
    expected = value is not None and model(value, wanted)

    assert is_met(requirement(comparator, [wanted]), value) is expected


@given(value=st.none() | INTEGERS, wanted=st.lists(INTEGERS, min_size=1, max_size=15))
def test_sets_of_numbers(value: int | None, wanted: list[int]) -> None:
    """In: the value is among them. NotIn: there is a value, and it is not."""
    assert is_met(requirement("In", wanted), value) is (value in wanted)
    assert is_met(requirement("NotIn", wanted), value) is (
        value is not None and value not in wanted
    )


@given(value=st.none() | INTEGERS | st.sampled_from(PLACES))
def test_existence(value: Any) -> None:
    """Exists and DoesNotExist ask whether there is a value, 0 too, and not which."""
    assert is_met(requirement("Exists", []), value) is (value is not None)
    assert is_met(requirement("DoesNotExist", []), value) is (value is None)


def covered(place: Locale, wanted: Locale) -> bool:
    """Model: the wanted country, and the wanted part if one is wanted."""
    if place.country != wanted.country:
        return False
    return wanted.subdivision is None or place.subdivision == wanted.subdivision


@given(
    value=st.none() | st.sampled_from(PLACES),
    wanted=st.lists(st.sampled_from(PLACES), min_size=1, max_size=30),
)
def test_places(value: Locale | None, wanted: list[Locale]) -> None:
    """A country includes its parts; a worker without a place meets neither In nor NotIn."""
    there = value is not None and any(covered(value, place) for place in wanted)

    assert is_met(requirement("In", wanted), value) is there
    assert is_met(requirement("NotIn", wanted), value) is (value is not None and not there)
    if len(wanted) == 1:
        assert is_met(requirement("EqualTo", wanted), value) is there
        assert is_met(requirement("NotEqualTo", wanted), value) is (value is not None and not there)


def test_amazons_examples_of_places() -> None:
    """{US,PA} is for Pennsylvania alone; not {US,CA} lets New York and India in."""
    pennsylvania = requirement("EqualTo", [Locale("US", "PA")])
    not_california = requirement("NotEqualTo", [Locale("US", "CA")])

    assert [is_met(pennsylvania, place) for place in (Locale("US", "PA"), *PLACES[2:4])] == [
        True,
        False,
        False,
    ]
    assert [
        is_met(not_california, place)
        for place in (Locale("US", "NY"), Locale("IN"), Locale("US", "CA"))
    ] == [True, True, False]


@pytest.mark.parametrize(
    ("comparator", "wanted", "value"),
    [("GreaterThan", [], 5), ("LessThan", [], 5), ("EqualTo", [], 5), ("In", [], Locale("US"))],
)
def test_a_requirement_without_values_is_met_by_nobody(
    comparator: str, wanted: list[Any], value: Any
) -> None:
    """Requirements stored before values were validated admit nobody, and raise nothing."""
    assert not is_met(requirement(comparator, wanted), value)


def test_what_is_guarded() -> None:
    """Each of the three guards its own action and the more far-reaching ones."""
    assert {
        guarded: [
            action for action in ACTIONS if is_required_for({"ActionsGuarded": guarded}, action)
        ]
        for guarded in GUARDED
    } == {
        "Accept": ["Accept"],
        "PreviewAndAccept": ["Accept", "Preview"],
        "DiscoverPreviewAndAccept": ["Accept", "Preview", "Discover"],
    }


@given(st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
def test_percent_approved(approved: int, rejected: int, waiting: int) -> None:
    """100 below 100 submitted or without a review, else the whole percents of what was reviewed."""
    submitted = approved + rejected + waiting
    percent = compute_approval_percent(approved, rejected, submitted)

    assert 0 <= percent <= 100
    if submitted < 100 or approved + rejected == 0:
        assert percent == 100
    else:
        assert percent * (approved + rejected) <= 100 * approved
        assert (percent + 1) * (approved + rejected) > 100 * approved


@pytest.mark.parametrize(
    ("comparator", "wanted", "words"),
    [
        ("Exists", [], "English"),
        ("DoesNotExist", [], "not English"),
        ("EqualTo", [3], "English: 3"),
        ("GreaterThanOrEqualTo", [95], "English: at least 95"),
        ("NotIn", [1, 2], "English: none of 1, 2"),
        ("In", [Locale("US", "PA"), Locale("CA")], "English: one of US-PA, CA"),
    ],
)
def test_requirements_in_words(comparator: str, wanted: list[Any], words: str) -> None:
    """A requirement can be told to a worker in a phrase."""
    assert str(describe(requirement(comparator, wanted), "English")) == words
