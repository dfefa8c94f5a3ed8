"""JSON, read strictly."""

import json

import hypothesis
import pytest
from hypothesis import strategies as st

from formats.json_text import RepeatedKeyError, describe, parse


@pytest.mark.parametrize(
    ("text", "key", "line", "column"),
    [
        ('{"a": 1, "a": 2}', "a", 1, 10),
        ('{"a": 1,\n "b": {"a": 1, "c": [{"d": 0},\n {"d": 1, "d": 2}]}}', "d", 3, 11),
        ('{"a":\n1, "\\u0061":\n1}', "a", 2, 4),
        ('{"a": "x\\"", "b": "a", "a"\n: {"a": 1}}', "a", 1, 24),
        ('[{"a": 1}, {"a": 1, "": 2, "": 3}]', "", 1, 28),
        ('{"a": 1, "a": 2', None, 1, 16),
    ],
)
def test_a_key_that_is_there_twice_is_reported(
    text: str, key: str | None, line: int, column: int
) -> None:
    """With the line of the second one, however deep it is and however it is spelled."""
    with pytest.raises(json.JSONDecodeError) as caught:
        parse(text)

    assert (caught.value.lineno, caught.value.colno) == (line, column)
    assert isinstance(caught.value, RepeatedKeyError) == (key is not None)
    if key is not None:
        assert caught.value.msg == f'the key "{key}" is there twice in one object'


@pytest.mark.parametrize(
    "text", ['{"a": {"a": "a", "b": ["a", "a"]}, "b": "a"}', '[{"a": 1}, {"a": 2}]', '"a"', "{}"]
)
def test_the_same_key_in_another_object_is_allowed(text: str) -> None:
    """Each object has its own."""
    assert parse(text) == json.loads(text)


def test_where_it_does_not_matter_the_last_one_counts() -> None:
    """A browser does the same, and such texts come from browsers."""
    assert parse('{"a": 1, "a": 2}', unique_keys=False) == {"a": 2}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1,\n"a": 2}', 'f.json:2: the key "a" is there twice in one object'),
        ("{\n1}", "f.json:2: not JSON: Expecting property name enclosed in double quotes"),
        ("NaN", "f.json: not JSON: NaN is not a JSON number"),
        ("[" * 100_000, "f.json: not JSON: it is nested too deep"),
        (
            f'["{"1" * 5000}", 1.{"0" * 5000}e5,\n 5, -{"1" * 5000}]',
            "f.json:2: a whole number has 5,000 digits, and at most 4,300 are read",
        ),
        ("1" * 5000 + ".5", "f.json: not JSON: 11111111111111111111 is too large for a number"),
    ],
)
def test_a_fault_is_one_line(text: str, message: str) -> None:
    """File, line and fault."""
    with pytest.raises(ValueError) as caught:
        parse(text)

    assert describe("f.json", caught.value) == message


keys = st.text(st.sampled_from('a"\\:{é'), max_size=2)
values = st.recursive(
    st.none() | st.text(st.sampled_from('a"\\:{}[],')) | st.integers(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=20,
)


@hypothesis.given(values)
def test_what_python_writes_is_read(value: object) -> None:
    """json.dumps never repeats a key, so its output is always valid."""
    assert parse(json.dumps(value)) == value


@hypothesis.given(st.dictionaries(keys, values, min_size=1), st.data())
def test_any_repeated_key_is_found(value: dict[str, object], data: st.DataObject) -> None:
    """The other keys and values do not matter."""
    key = data.draw(st.sampled_from(sorted(value)))
    text = json.dumps(value)[:-1] + f", {json.dumps(key)}: 1}}"

    with pytest.raises(RepeatedKeyError) as caught:
        parse(text)

    assert json.dumps(key) in caught.value.msg
