"""Rules that decide on answers: `approve all`, `approve where output.check == "7"`.

    rule       = ("approve" | "reject") ("all" | "where" either)
    either     = both {"or" both}
    both       = term {"and" term}
    term       = "not" term | "(" either ")" | comparison
    comparison = field ("==" | "!=" | "<" | "<=" | ">" | ">=" | "contains") value
               | field "in" "[" value {"," value} "]"
    field      = name {"." name | "[" text "]"}
    value      = text in quotation marks | number | "true" | "false" | "null"

A field is one of a line of results, or `seconds`, the time between accepting and submitting. A rule
is parsed into functions of this module and nothing of it is ever run as Python.
"""

import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, NoReturn

from amt import cells
from amt.errors import Error

Result = Mapping[str, Any]
Condition = Callable[[Result], bool]
Field = tuple[str, ...]

MOST_CHARACTERS = 2000
MOST_NESTED = 50
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    r"""|(?P<number>-?[0-9]+(?:\.[0-9]+)?(?![\w.]))"""
    r"""|(?P<name>[^\W\d][\w-]*(?:\.[\w-]+)*)"""
    r"""|(?P<sign>[=!<>]=|[<>()\[\],])"""
    r"""|(?P<other>\S))"""
)
ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
SECONDS: Field = ("seconds",)
WORDS: Mapping[str, Any] = {"true": True, "false": False, "null": None}
COMPARISONS = "==, !=, <, <=, >, >=, contains or in"


class Rule(NamedTuple):
    """A rule: `decision` is approve or reject; `fields` are those that its condition names."""

    text: str
    decision: str
    condition: Condition
    fields: Sequence[Field]


class _Token(NamedTuple):
    kind: str  # text, number, name, sign, other, or end
    text: str
    column: int  # counted from 1


def parse(text: str) -> Rule:
    """Parse a rule. Raises Error with the column of what is wrong."""
    if len(text) > MOST_CHARACTERS:
        raise Error(
            f"--rule: has {len(text):,} characters; at most {MOST_CHARACTERS:,} are allowed"
        )
    return _Parser(text).parse()


def decide(rules: Iterable[Rule], result: Result) -> str:
    """Return what the first rule that holds for this result decides; "" when none does."""
    for rule in rules:
        if rule.condition(result):
            return rule.decision
    return ""


def find_unknown_fields(rules: Iterable[Rule], results: Iterable[Result]) -> list[str]:
    """Return the fields named by the rules that no result has: a misspelt name decides wrongly."""
    missing = {field: None for rule in rules for field in rule.fields}
    for result in results:
        for field in [field for field in missing if _has(result, field)]:
            del missing[field]
        if not missing:
            break
    return [".".join(field) for field in missing]


class _Parser:
    """Parses a rule by recursive descent."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._fields: list[Field] = []
        self._depth = 0
        self._tokens = [
            _Token(
                str(match.lastgroup),
                match[str(match.lastgroup)],
                match.start(str(match.lastgroup)) + 1,
            )
            for match in TOKEN.finditer(text)
        ]
        self._tokens.append(_Token("end", "", len(text) + 1))

    def parse(self) -> Rule:
        decision = self._take()
        if decision.text not in ("approve", "reject") or decision.kind != "name":
            self._refuse(decision, "approve or reject")
        how = self._take()
        if how.kind != "name" or how.text not in ("all", "where"):
            self._refuse(how, "all or where")
        condition = self._either() if how.text == "where" else _always
        if self._next.kind != "end":
            self._refuse(self._next, "the end, and, or or")
        return Rule(self._text, decision.text, condition, tuple(self._fields))

    @property
    def _next(self) -> _Token:
        return self._tokens[0]

    def _take(self) -> _Token:
        return self._tokens.pop(0) if len(self._tokens) > 1 else self._tokens[0]

    def _take_if(self, kind: str, text: str) -> bool:
        if (self._next.kind, self._next.text) != (kind, text):
            return False
        self._take()
        return True

    def _refuse(self, token: _Token, expected: str) -> NoReturn:
        got = repr(token.text) if token.text else "the end"
        raise Error(
            f"--rule {self._text!r}, column {token.column}: expected {expected}, but got {got}"
        )

    def _either(self) -> Condition:
        conditions = [self._both()]
        while self._take_if("name", "or"):
            conditions.append(self._both())
        return lambda result: any(condition(result) for condition in conditions)

    def _both(self) -> Condition:
        conditions = [self._term()]
        while self._take_if("name", "and"):
            conditions.append(self._term())
        return lambda result: all(condition(result) for condition in conditions)

    def _term(self) -> Condition:
        self._depth += 1
        if self._depth > MOST_NESTED:
            raise Error(f"--rule: more than {MOST_NESTED} conditions within each other")
        try:
            if self._take_if("name", "not"):
                negated = self._term()
                return lambda result: not negated(result)
            if self._take_if("sign", "("):
                within = self._either()
                if not self._take_if("sign", ")"):
                    self._refuse(self._next, "')'")
                return within
            return self._comparison()
        finally:
            self._depth -= 1

    def _comparison(self) -> Condition:
        field = self._field()
        comparison = self._take()
        sign = comparison.text
        if comparison.kind == "name" and sign == "in":
            values = self._list()
            return lambda result: any(_equals(_get(result, field), value) for value in values)
        if comparison.kind == "name" and sign == "contains":
            part = self._value()
            return lambda result: _contains(_get(result, field), part)
        if comparison.kind != "sign" or sign not in ("==", "!=", *ORDERS):
            self._refuse(comparison, COMPARISONS)
        value = self._value()
        if sign == "==":
            return lambda result: _equals(_get(result, field), value)
        if sign == "!=":
            return lambda result: not _equals(_get(result, field), value)
        return lambda result: _is_ordered(_get(result, field), ORDERS[sign], value)

    def _field(self) -> Field:
        token = self._take()
        if token.kind != "name" or token.text in WORDS:
            self._refuse(token, "the name of a field, such as output.label")
        field = token.text.split(".")
        while self._take_if("sign", "["):
            if self._next.kind != "text":
                self._refuse(self._next, "a name in quotation marks")
            field.append(_unquote(self._take().text))
            if not self._take_if("sign", "]"):
                self._refuse(self._next, "']'")
        self._fields.append(tuple(field))
        return tuple(field)

    def _list(self) -> list[Any]:
        if not self._take_if("sign", "["):
            self._refuse(self._next, "'['")
        values = [self._value()]
        while self._take_if("sign", ","):
            values.append(self._value())
        if not self._take_if("sign", "]"):
            self._refuse(self._next, "',' or ']'")
        return values

    def _value(self) -> Any:
        token = self._take()
        if token.kind == "text":
            return _unquote(token.text)
        if token.kind == "number":
            return Decimal(token.text)
        if token.kind != "name" or token.text not in WORDS:
            self._refuse(token, "a text in quotation marks or a number")
        return WORDS[token.text]


def _unquote(text: str) -> str:
    r"""Return the text within quotation marks; \ stands before a quotation mark or another \."""
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def _always(_: Result) -> bool:
    return True


def _has(result: Result, field: Field) -> bool:
    value: Any = result
    for name in field:
        if not isinstance(value, Mapping) or name not in value:
            return field == SECONDS
        value = value[name]
    return True


def _get(result: Result, field: Field) -> Any:
    """Return the field of a result, None where it has none."""
    if field == SECONDS:
        return count_seconds(result)
    value: Any = result
    for name in field:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def count_seconds(result: Result) -> int | None:
    """Return the seconds between accepting and submitting; None where a time is missing."""
    try:
        begin = datetime.fromisoformat(result.get("accept_time") or "")
        end = datetime.fromisoformat(result.get("submit_time") or "")
        return int((end - begin).total_seconds())
    except (ValueError, TypeError):  # one is missing, or has no time zone
        return None


def _to_number(value: Any) -> Decimal | None:
    """Return a number, or a text that is one; None for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(repr(value))
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        return Decimal(value.strip())
    return None


def _equals(found: Any, value: Any) -> bool:
    if value is None or found is None:
        return found is value
    if isinstance(value, Decimal):
        return _to_number(found) == value
    return cells.to_text(found) == cells.to_text(value)


def _contains(found: Any, part: Any) -> bool:
    if isinstance(found, list):
        return any(_equals(element, part) for element in found)
    text = str(part) if isinstance(part, Decimal) else cells.to_text(part)
    return found is not None and text in cells.to_text(found)


def _is_ordered(found: Any, order: Callable[[Any, Any], bool], value: Any) -> bool:
    if isinstance(value, Decimal):
        number = _to_number(found)
        return number is not None and order(number, value)
    return isinstance(found, str) and isinstance(value, str) and order(found, value)
