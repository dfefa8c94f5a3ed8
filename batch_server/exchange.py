"""A request and its response: what the routes know of HTTP."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from urllib.parse import parse_qs

from flask import Request
from pydantic import BaseModel, ValidationError

from amt.declared.documents import Content
from amt.declared.faults import format_path
from batch_server.access import Caller
from batch_server.problems import INVALID, MEDIA, TOO_LARGE, Fault, ProblemError
from formats import json_text

if TYPE_CHECKING:
    from batch_server.app import Server

Model = TypeVar("Model", bound=BaseModel)
JSON = "application/json"
JSON_LINES = "application/jsonl"
FORM = "application/x-www-form-urlencoded"
CHARSETS = {"utf-8", "utf8", "us-ascii"}
NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)
MOST_PARAMETERS = 20
# As Python's objects 32 MB of `[],` would take a gigabyte. 100,000 rows of 10 fields have 1,000,000 commas.
MOST_COMMAS = 2_000_000
MOST_MODEL_BYTES = 1_000_000
PART_BYTES = 64 * 1024


class Parameter(NamedTuple):
    """A parameter of the address. A number if `highest` is given, else a text."""

    name: str
    description: str
    default: int | str
    highest: int | None = None
    lowest: int = 0


@dataclass
class Response:
    """A response: its status, its body, and its headers beside the usual ones."""

    status: int
    body: bytes
    media_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Exchange:
    """A request, who makes it, and the batch that its path names, if any."""

    server: "Server"
    request: Request
    caller: Caller
    batch_id: str | None
    parameters: Mapping[str, int | str]

    def get_number(self, name: str) -> int:
        """Return a parameter that is a number."""
        return int(self.parameters[name])

    def has_left(self) -> bool:
        """Return whether the client has closed its side of the connection."""
        return bool(self.request.environ["waitress.client_disconnected"]())

    def read_batch(self, *, takes_form: bool = False) -> Content:
        """Return the JSON of the body, which may be the field `data` of a form (AMPCrowd).

        Raises ProblemError for another type of body.
        """
        if self.request.mimetype == FORM and takes_form:
            return Content(_bound([_read_form(self.request.get_data(cache=False)).encode()]))
        self._check_type(f"{JSON} or {FORM}" if takes_form else JSON)
        return Content(_bound(iter(lambda: self.request.stream.read(PART_BYTES), b"")))

    def _check_type(self, expected: str) -> None:
        given = self.request.mimetype
        if given != JSON and not (given.startswith("application/") and given.endswith("+json")):
            raise ProblemError(
                MEDIA,
                f"The body is {given or 'of no type'}; send {expected}.",
                headers={"Accept": expected},
            )
        charset = self.request.mimetype_params.get("charset", "utf-8")
        if charset.lower() not in CHARSETS:
            raise ProblemError(MEDIA, f"The body is in {charset[:40]}; JSON is sent in UTF-8.")
        if self.request.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise ProblemError(MEDIA, "The body is compressed; send it as it is.")

    def read_model(self, model: type[Model]) -> Model:
        """Return the body as a model. Raises ProblemError with every fault."""
        self._check_type(JSON)
        # The server counts the bytes of a body in pieces, too.
        if (self.request.content_length or 0) > MOST_MODEL_BYTES:
            raise ProblemError(TOO_LARGE, f"The body has more than {MOST_MODEL_BYTES:,} bytes.")
        return parse_model(_decode(self.request.get_data(cache=False)), model)


def _bound(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the parts of a body. Raises ProblemError for one with too many values."""
    commas = 0
    for part in parts:
        commas += part.count(b",")
        if commas > MOST_COMMAS:
            raise ProblemError(TOO_LARGE, f"The body has more than {MOST_COMMAS:,} values.")
        yield part


def parse_parameters(query: str, known: tuple[Parameter, ...]) -> dict[str, int | str]:
    """Return the parameters of an address. Raises ProblemError with every fault."""
    try:
        given = parse_qs(query, keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except ValueError as error:
        fault = Fault("?", "has too many parameters")
        raise ProblemError(INVALID, "The address is not valid.", [fault]) from error
    values: dict[str, int | str] = {each.name: each.default for each in known}
    names = ", ".join(values) or "none"
    faults = [
        Fault(f"?{name}", f"is not a parameter of this address; it has {names}")
        for name in given
        if name not in values
    ]
    for each in known:
        texts = given.get(each.name, [])
        if len(texts) > 1:
            faults.append(Fault(f"?{each.name}", "is there twice"))
        elif texts and each.highest is None:
            values[each.name] = texts[0]
        elif texts and each.highest is not None:
            if NUMBER.fullmatch(texts[0]) and each.lowest <= int(texts[0]) <= each.highest:
                values[each.name] = int(texts[0])
            else:
                words = f"must be a whole number from {each.lowest:,} to {each.highest:,}"
                faults.append(Fault(f"?{each.name}", words))
    if faults:
        raise ProblemError(INVALID, "The address is not valid.", faults)
    return values


def parse_model(text: str, model: type[Model]) -> Model:
    """Return a JSON text as a model. Raises ProblemError with every fault."""
    try:
        document, repeated = json_text.parse_with_repeated_keys(text)
    except ValueError as error:
        fault = Fault("", json_text.describe("the body", error))
        raise ProblemError(INVALID, "The body is not valid.", [fault]) from error
    faults = [Fault(format_path(path), "is there twice") for path in repeated]
    try:
        value = model.model_validate(document)
    except ValidationError as error:
        faults += [
            Fault(format_path(detail["loc"]), detail["msg"])
            for detail in error.errors(include_url=False)
        ]
    if faults:
        raise ProblemError(INVALID, "The body is not valid.", faults)
    return value


def format_json(value: BaseModel) -> bytes:
    """Return a model as JSON."""
    return json.dumps(value.model_dump()).encode("ascii") + b"\n"


def _decode(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fault = Fault("", json_text.describe("the body", error))
        raise ProblemError(INVALID, "The body is not valid.", [fault]) from error


def _read_form(body: bytes) -> str:
    """Return the field `data` of a form."""
    try:
        fields = parse_qs(
            body.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=MOST_PARAMETERS,
            errors="strict",
        )
    except ValueError as error:
        fault = Fault("", "is not a form with the field data")
        raise ProblemError(INVALID, "The body is not valid.", [fault]) from error
    if len(fields.get("data", ())) != 1:
        fault = Fault("", "a form must have the field data, once, with a batch in JSON")
        raise ProblemError(INVALID, "The body is not valid.", [fault])
    return fields["data"][0]
