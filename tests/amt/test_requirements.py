"""Our short keys as Amazon's requirements."""

from typing import Any

import pytest

from amt.requirements import to_requirements

OWN = "3QUALIFICATIONTYPE"


def requirement(type_id: str, comparator: str, **values: Any) -> dict[str, Any]:
    return {"QualificationTypeId": type_id, "Comparator": comparator} | values


def test_no_keys_require_nothing() -> None:
    """Without short keys anybody may work."""
    assert to_requirements({"Title": "x"}) == []


@pytest.mark.parametrize(
    ("country", "comparator", "locales"),
    [
        ("US", "EqualTo", [{"Country": "US"}]),
        (["US"], "EqualTo", [{"Country": "US"}]),
        (["US", "GB"], "In", [{"Country": "US"}, {"Country": "GB"}]),
        ("US-CA", "EqualTo", [{"Country": "US", "Subdivision": "CA"}]),
        (
            ["US-CA", "US-NY"],
            "In",
            [{"Country": "US", "Subdivision": "CA"}, {"Country": "US", "Subdivision": "NY"}],
        ),
    ],
)
def test_a_country_is_a_text_or_a_list(country: Any, comparator: str, locales: Any) -> None:
    """ISO 3166 and 3166-2 codes, one or several."""
    assert to_requirements({"Country": country}) == [
        requirement("00000000000000000071", comparator, LocaleValues=locales)
    ]


@pytest.mark.parametrize(
    ("key", "value", "type_id"),
    [
        ("PercentApproved", 95, "000000000000000000L0"),
        ("PercentApproved", 100, "000000000000000000L0"),
        ("HitsApproved", 5000, "00000000000000000040"),
        ("HitsApproved", 0, "00000000000000000040"),
    ],
)
def test_approved_means_at_least(key: str, value: int, type_id: str) -> None:
    """A worker with exactly 95 meets 95, and 100 can be met."""
    assert to_requirements({key: value}) == [
        requirement(type_id, "GreaterThanOrEqualTo", IntegerValues=[value])
    ]


@pytest.mark.parametrize(
    ("symbol", "comparator"),
    [
        ("<", "LessThan"),
        ("<=", "LessThanOrEqualTo"),
        (">", "GreaterThan"),
        (">=", "GreaterThanOrEqualTo"),
        ("=", "EqualTo"),
        ("==", "EqualTo"),
        ("!=", "NotEqualTo"),
        ("LessThan", "LessThan"),
        ("LessThanOrEqualTo", "LessThanOrEqualTo"),
        ("GreaterThan", "GreaterThan"),
        ("GreaterThanOrEqualTo", "GreaterThanOrEqualTo"),
        ("EqualTo", "EqualTo"),
        ("NotEqualTo", "NotEqualTo"),
    ],
)
def test_a_comparator_is_a_symbol_or_amazons_word(symbol: str, comparator: str) -> None:
    """Both forms give the same requirement."""
    properties = {
        "QualificationId": OWN,
        "QualificationComparator": symbol,
        "QualificationInteger": 7,
    }

    assert to_requirements(properties) == [requirement(OWN, comparator, IntegerValues=[7])]


@pytest.mark.parametrize(
    ("properties", "comparator"),
    [({}, "Exists"), ({"QualificationComparator": "DoesNotExist"}, "DoesNotExist")],
)
def test_a_qualification_alone_has_to_exist(properties: dict[str, str], comparator: str) -> None:
    """QualificationId alone asks for the qualification, whatever its value."""
    assert to_requirements({"QualificationId": OWN} | properties) == [requirement(OWN, comparator)]


def test_several_keys_make_several_requirements() -> None:
    """Each key adds one."""
    properties = {"Country": "US", "HitsApproved": 1, "PercentApproved": 1, "QualificationId": OWN}

    assert len(to_requirements(properties)) == 4


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"Country": "us"}, "Country: 'us' is not a code such as US or US-CA"),
        ({"Country": "USA"}, "Country: 'USA' is not a code such as US or US-CA"),
        ({"Country": ["US", 1]}, "Country: 1 is not a code such as US or US-CA"),
        ({"Country": "US\n"}, r"Country: 'US\n' is not a code such as US or US-CA"),
        ({"Country": {"US": 1}}, "Country: {'US': 1} is not a code such as US or US-CA"),
        ({"Country": "GB-ENG"}, "Country: 'GB-ENG' is not a code such as US or US-CA"),
        (
            {"Country": "UK"},
            "Country: 'UK' is not a code such as US or US-CA (ISO 3166); did you mean GB?",
        ),
        (
            {"Country": ["US", "ZZ"]},
            "Country: 'ZZ' is not a code such as US or US-CA (ISO 3166); did you mean ZW?",
        ),
        (
            {"Country": " "},
            "Country: ' ' is not a code such as US or US-CA (ISO 3166); it is empty",
        ),
        (
            {"Country": "US-"},
            "Country: 'US-' is not a code such as US or US-CA (ISO 3166); did you mean US?",
        ),
        (
            {"Country": "EU"},
            "Country: 'EU' is not a code such as US or US-CA (ISO 3166); did you mean a list of its countries",
        ),
        (
            {"Country": "USA"},
            "Country: 'USA' is not a code such as US or US-CA (ISO 3166); did you mean US?",
        ),
        (
            {"Country": "GBR"},
            "Country: 'GBR' is not a code such as US or US-CA (ISO 3166); did you mean GB?",
        ),
        (
            {"Country": "Germany"},
            "Country: 'Germany' is not a code such as US or US-CA (ISO 3166); did you mean DE?",
        ),
        (
            {"Country": "GB-ENG"},
            "Country: 'GB-ENG' is not a code such as US or US-CA (ISO 3166); did you mean GB?",
        ),
        (
            {"Country": "US-XX"},
            "Country: 'US-XX' is not a code such as US or US-CA (ISO 3166); did you mean US-TX?",
        ),
        (
            {"Country": "US-Texas"},
            "Country: 'US-Texas' is not a code such as US or US-CA (ISO 3166); did you mean US-TX?",
        ),
        (
            {"Country": "US-PR"},
            "Country: 'US-PR' is not a code such as US or US-CA (ISO 3166); did you mean PR?",
        ),
        ({"Country": "US-"}, "Country: 'US-' is not a code such as US or US-CA"),
        ({"Country": []}, "Country: 0 places; 1 to 30 are allowed"),
        ({"Country": ["US"] * 31}, "Country: 31 places; 1 to 30 are allowed"),
        ({"MaxHITsPerWorker": 0}, "MaxHITsPerWorker: 0 is not a whole number of at least 1"),
        ({"MaxHITsPerWorker": "3"}, "MaxHITsPerWorker: '3' is not a whole number of at least 1"),
        ({"MaxHITsPerWorker": True}, "MaxHITsPerWorker: True is not a whole number of at least 1"),
        ({"PercentApproved": 101}, "PercentApproved: 101 is not a whole number from 0 to 100"),
        ({"PercentApproved": "95"}, "PercentApproved: '95' is not a whole number from 0 to 100"),
        ({"PercentApproved": True}, "PercentApproved: True is not a whole number from 0 to 100"),
        ({"HitsApproved": -1}, "HitsApproved: -1 is not a whole number of at least 0"),
        ({"HitsApproved": 1.5}, "HitsApproved: 1.5 is not a whole number of at least 0"),
        ({"HitsApproved": None}, "HitsApproved: None is not a whole number of at least 0"),
        (
            {"QualificationComparator": "=", "QualificationInteger": 1},
            "QualificationComparator: needs a QualificationId",
        ),
        ({"QualificationInteger": 1}, "QualificationInteger: needs a QualificationId"),
        (
            {"QualificationId": OWN, "QualificationComparator": "~"},
            "QualificationComparator: '~' is not one of <, <=, >, >=, =, ==, !=, Exists, DoesNotExist",
        ),
        (
            {"QualificationId": OWN, "QualificationComparator": ["="]},
            "QualificationComparator: ['='] is not one of <,",
        ),
        (
            {"QualificationId": OWN, "QualificationComparator": "="},
            "QualificationInteger: = needs a whole number",
        ),
        (
            {"QualificationId": OWN, "QualificationComparator": "=", "QualificationInteger": True},
            "QualificationInteger: = needs a whole number",
        ),
        (
            {"QualificationId": OWN, "QualificationInteger": 5},
            "QualificationInteger: Exists takes no number",
        ),
        ({"QualificationId": 5}, "QualificationId: 5 is not a qualification type's id"),
    ],
)
def test_what_is_wrong_is_reported_beginning_with_its_key(
    properties: dict[str, Any], message: str
) -> None:
    """The text begins with the key at fault, so that its line can be found."""
    with pytest.raises(ValueError) as caught:
        to_requirements(properties)

    assert str(caught.value).startswith(message)
