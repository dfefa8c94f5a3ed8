"""openapi.json, made from the table of routes and the models of what they take and return."""

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from amt.declared import batch_file
from batch_server.problems import KINDS, MEDIA_TYPE, find_kind
from batch_server.views import ProblemView

if TYPE_CHECKING:
    from batch_server.exchange import Parameter
    from batch_server.routes import Content, Route

VERSION = "3.1.0"
REFERENCE = "#/components/schemas/{model}"
ALWAYS = (405, 429, 500)  # problems that every request can have
WITH_TOKEN = (401,)
NOT_IN_BODIES = ("store",)  # keys of a batch file that a body may not have
RETRY = {"description": "Seconds to wait.", "schema": {"type": "integer"}}


def format_document(routes: Sequence["Route"]) -> bytes:
    """Return openapi.json."""
    return json.dumps(make_document(routes), indent=1).encode("ascii") + b"\n"


def make_document(routes: Sequence["Route"]) -> dict[str, Any]:
    """Return the description of these routes."""
    paths: dict[str, Any] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _describe_route(route)
    return {
        "openapi": VERSION,
        "info": {
            "title": "Batches",
            "version": "1",
            "description": "Ask people what batches say, and read their answers and labels.",
        },
        "paths": paths,
        "components": {
            "schemas": _make_schemas(routes),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _describe_route(route: "Route") -> dict[str, Any]:
    name = route.handler.__name__
    described: dict[str, Any] = {"operationId": name, "summary": route.summary}
    if route.may != "anybody":
        described["security"] = [{"token": []}]
    parameters = [_describe_parameter(each) for each in route.parameters]
    if "{id}" in route.path:
        schema = {"type": "string", "pattern": batch_file.ID}
        where = {"name": "id", "in": "path", "required": True, "schema": schema}
        parameters.insert(0, where | {"description": "The id of the batch."})
    if 304 in route.responses:
        header = {"name": "If-None-Match", "in": "header", "schema": {"type": "string"}}
        parameters.append(header | {"description": "The ETag of a response before."})
    if parameters:
        described["parameters"] = parameters
    if route.body is not None:
        described["requestBody"] = _describe_body(route)
    responses = {
        str(status): _describe_content(status, each) for status, each in route.responses.items()
    }
    statuses = {*route.problems, *ALWAYS, *(() if route.may == "anybody" else WITH_TOKEN)}
    for status in sorted(statuses | ({422} if route.parameters else set())):
        responses[str(status)] = _describe_problem(status)
    return described | {"responses": responses}


def _describe_parameter(parameter: "Parameter") -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "default": parameter.default}
    if parameter.highest is not None:
        limits = {"minimum": parameter.lowest, "maximum": parameter.highest}
        schema |= {"type": "integer"} | limits
    return {
        "name": parameter.name,
        "in": "query",
        "description": parameter.description,
        "schema": schema,
    }


def _describe_body(route: "Route") -> dict[str, Any]:
    name = route.body if isinstance(route.body, str) or route.body is None else route.body.__name__
    schema = {"$ref": REFERENCE.format(model="Batch" if name == "batch file" else name)}
    content: dict[str, Any] = {"application/json": {"schema": schema}}
    if route.takes_form:
        form = {"type": "object", "properties": {"data": {"type": "string"}}, "required": ["data"]}
        content["application/x-www-form-urlencoded"] = {"schema": form}
    return {"required": True, "content": content}


def _describe_content(status: int, content: "Content") -> dict[str, Any]:
    described: dict[str, Any] = {"description": content.description}
    if content.headers:
        described["headers"] = {
            name: {"description": words, "schema": {"type": "string"}}
            for name, words in content.headers.items()
        }
    if content.model is not None:
        schema = {"$ref": REFERENCE.format(model=content.model.__name__)}
        described["content"] = {content.media_type: {"schema": schema}}
        if content.media_type.endswith("jsonl"):  # OpenAPI 3.1 has no key for the schema of a line
            lines = {"schema": {"type": "string"}, "x-line-schema": schema}
            described["content"] = {content.media_type: lines}
    elif status != 304:
        kind = "string" if content.media_type == "text/html" else "object"
        described["content"] = {content.media_type: {"schema": {"type": kind}}}
    return described


def _describe_problem(status: int) -> dict[str, Any]:
    titles = "; ".join(kind.title for kind in KINDS if kind.status == status)
    described: dict[str, Any] = {
        "description": titles,
        "content": {MEDIA_TYPE: {"schema": {"$ref": REFERENCE.format(model=ProblemView.__name__)}}},
    }
    if find_kind(status).status in {429, 503}:
        described["headers"] = {"Retry-After": RETRY}
    return described


def _make_schemas(routes: Sequence["Route"]) -> dict[str, Any]:
    """Return the schemas of all models, and of the batch files that a body may be."""
    models: dict[type[BaseModel], Literal["serialization"]] = {ProblemView: "serialization"}
    for model in _list_models(routes):
        models[model] = "serialization"
    _, schemas = models_json_schema(list(models.items()), ref_template=REFERENCE)
    found: dict[str, Any] = schemas["$defs"]
    batch = batch_file.BatchFile.model_json_schema(ref_template=REFERENCE)
    parts: dict[str, Any] = batch.pop("$defs")
    for name in NOT_IN_BODIES:
        del batch["properties"][name]
    del parts["Push"]["properties"]["secret_file"]
    # A body may not name a file of rows; without an id it is given one.
    rows = batch["properties"]["rows"]["anyOf"]
    batch["properties"]["rows"]["anyOf"] = [each for each in rows if each["type"] != "string"]
    batch["required"].remove("id")
    return found | parts | {"Batch": batch}


def _list_models(routes: Sequence["Route"]) -> Iterator[type[BaseModel]]:
    for route in routes:
        for content in route.responses.values():
            if content.model is not None:
                yield content.model
        if isinstance(route.body, type):
            yield route.body
