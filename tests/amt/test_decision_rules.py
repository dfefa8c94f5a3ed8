"""Rules that decide on answers: what they mean, and what is refused."""

import pytest

from amt import decision_rules
from amt.errors import Error
from tests.support.results_lines import result

ANSWER = result(
    output={
        "check": "7",
        "count": 12,
        "share": 0.5,
        "label": "a cat",
        "tags": ["x", 3],
        "no": None,
    },
    answers={"my field": "yes", "a-b": "1"},
    worker_id="A1",
)


def holds(condition: str) -> bool:
    rule = decision_rules.parse(f"approve where {condition}")
    return decision_rules.decide([rule], ANSWER) == "approve"


@pytest.mark.parametrize(
    "condition",
    [
        'output.check == "7"',
        "output.check == 7",
        "output.check == 7.0",
        "output.check != 8",
        "output.count >= 12 and output.count<=12",
        'output.count == "12"',
        "output.count > -1",
        "output.share < 0.6",
        "output.check > 6.5",
        'output.label contains "cat"',
        "output.label contains 'a c'",
        "output.tags contains 3",
        'output.tags contains "x"',
        'output.label in ["a dog", "a cat"]',
        "output.check in [6, 7]",
        "output.no == null",
        "output.gone == null",
        'output.gone != "7"',
        "not output.gone < 1",
        'submit_time > "2015-11-23"',
        "seconds == 22",
        "row == 0 and not (seconds < 10 or seconds > 60)",
        'worker_id == "A1" or output.check == "8" and row == 9',
        'answers["my field"] == "yes" and answers.a-b == 1',
        r'output.label != "say \"cat\""',
        "input.text contains 'dog'",
    ],
)
def test_a_condition_that_holds(condition: str) -> None:
    """Numbers are compared as numbers, also those that a form has as texts."""
    assert holds(condition)


@pytest.mark.parametrize(
    "condition",
    [
        'output.check == "07"',
        'output.label == "cat"',
        "output.label > 3",
        "output.count < 12",
        "output.gone > 0",
        'output.gone == ""',
        "output.gone contains 'x'",
        "output.tags contains 'y'",
        "not row == 0",
        "(row == 1 or row == 0) and seconds > 60",
        'output.check != "7"',
        "output.check in [8]",
    ],
)
def test_a_condition_that_does_not_hold(condition: str) -> None:
    """A field that is missing is neither less nor more than anything."""
    assert not holds(condition)


def test_of_several_rules_the_first_that_holds_decides() -> None:
    """`all` holds for every answer, so it comes last."""
    texts = ("approve where row == 1", "reject where seconds < 30", "approve all")
    rules = [decision_rules.parse(text) for text in texts]

    assert decision_rules.decide(rules, ANSWER) == "reject"
    assert decision_rules.decide(rules[2:], ANSWER) == "approve"
    assert decision_rules.decide(rules[:1], ANSWER) == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "--rule '', column 1: expected approve or reject, but got the end"),
        ("pay all", "--rule 'pay all', column 1: expected approve or reject, but got 'pay'"),
        ("approve", "--rule 'approve', column 8: expected all or where, but got the end"),
        (
            "approve all of them",
            "--rule 'approve all of them', column 13: expected the end, and, or or, but got 'of'",
        ),
        (
            "approve where row = 1",
            (
                "--rule 'approve where row = 1', column 19: expected ==, !=, <, <=, >, >=, "
                "contains or in, but got '='"
            ),
        ),
        (
            "approve where row == cat",
            (
                "--rule 'approve where row == cat', column 22: expected a text in quotation marks "
                "or a number, but got 'cat'"
            ),
        ),
        (
            "approve where row == 'cat",
            (
                '--rule "approve where row == \'cat", column 22: expected a text in quotation '
                'marks or a number, but got "\'"'
            ),
        ),
        (
            "approve where (row == 1",
            "--rule 'approve where (row == 1', column 24: expected ')', but got the end",
        ),
        (
            "approve where row in 1",
            "--rule 'approve where row in 1', column 22: expected '[', but got '1'",
        ),
        (
            "approve where 7 == row",
            (
                "--rule 'approve where 7 == row', column 15: expected the name of a field, such as "
                "output.label, but got '7'"
            ),
        ),
        (
            "approve where __import__('os').system('id') == 1",
            (
                "--rule \"approve where __import__('os').system('id') == 1\", column 25: expected "
                "==, !=, <, <=, >, >=, contains or in, but got '('"
            ),
        ),
        (
            "approve where " + "(" * 51,
            "--rule: more than 50 conditions within each other",
        ),
        ("approve all" + " " * 2000, "--rule: has 2,011 characters; at most 2,000 are allowed"),
    ],
)
def test_what_is_not_a_rule_is_refused_with_its_column(text: str, message: str) -> None:
    """Nothing of a rule is run as Python."""
    with pytest.raises(Error) as refused:
        decision_rules.parse(text)

    assert str(refused.value) == message


def test_fields_that_no_result_has_are_found() -> None:
    """`output.checked_number != "7"` would hold for every answer."""
    rule = decision_rules.parse(
        'approve where output.checked_number != "7" and output.check == "7"'
    )

    assert decision_rules.find_unknown_fields([rule], [ANSWER, result()]) == [
        "output.checked_number"
    ]
    assert decision_rules.find_unknown_fields([decision_rules.parse("approve all")], []) == []
