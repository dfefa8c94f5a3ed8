"""The batch file: its keys, their types and defaults. docs/batch.schema.json is made from these."""

import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import PydanticCustomError

from amt.declared.documents import StoredRows

ID = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
EventType = Literal["answer", "label", "done"]
DAY_SECONDS = 86_400
# The keys of a batch file that are HIT properties.
KEY_OF = {
    "Title": "title",
    "Description": "description",
    "Keywords": "keywords",
    "Reward": "reward",
    "AssignmentDurationInSeconds": "minutes",
    "LifetimeInSeconds": "days",
    "MaxAssignments": "assignments",
}


def _check_rows(value: Any) -> Any:
    if not isinstance(value, dict | list | str | StoredRows):
        raise PydanticCustomError(
            "rows", "must be an object, a list, or the name of a .jsonl or .csv file"
        )
    if not len(value):
        raise PydanticCustomError("rows", "is empty; give at least one row")
    return value


def _check_url(value: str) -> str:
    if not value.startswith(("https://", "http://")):
        raise PydanticCustomError("url", "must be an http or https URL")
    return value


Rows = Annotated[
    Any,
    BeforeValidator(_check_rows),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "object", "minProperties": 1},
                {"type": "array", "minItems": 1},
                {"type": "string", "minLength": 1},
            ],
        }
    ),
]
Url = Annotated[str, AfterValidator(_check_url)]


class Part(BaseModel):
    """A part of a batch file. It takes no unknown key, and no text in place of a number."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Merge(Part):
    """How the answers to a row become its label."""

    field: str | None = Field(
        default=None,
        description="The field that is merged. Default: the one named as the task, or the only one.",
    )
    kind: Literal["label", "number", "choices", "text", "ranking", "span", "box"] | None = Field(
        default=None,
        description="The kind of the answers. Default: that of a built-in task, else as the answers are.",
    )
    method: Literal["majority", "dawid_skene"] | None = Field(
        default=None,
        description="Default: dawid_skene from 3 answers per worker on average on, else majority.",
    )
    order: list[str] = Field(
        default=[],
        max_length=10_000,
        description="All labels in their order. Default: by number or text.",
    )


class Push(Part):
    """Where events are sent."""

    url: Url = Field(description="The URL that events are posted to.")
    on: list[EventType] = Field(
        default=["answer", "label", "done"],
        min_length=1,
        max_length=3,
        description="The events that are sent.",
    )
    secret_file: str | None = Field(
        default=None,
        description="A file with the secret that signs, beside the batch file. Default: push_secret.txt.",
    )
    workers: bool = Field(
        default=False,
        description="Whether events name workers by their ids. Default: by pseudonyms.",
    )
    form: Literal["json", "ampcrowd"] = Field(default="json", description="The form of the body.")


class BatchFile(Part):
    """A batch: what is asked, of whom, and what becomes of the answers."""

    model_config = ConfigDict(title="Batch file of simple-amt")

    schema_url: str | None = Field(
        default=None, alias="$schema", description="The address of this schema, for editors."
    )
    id: str = Field(pattern=ID, description="The name of the batch, and of its directory.")
    task: str = Field(min_length=1, description="The task type: a file in hit_templates/tasks.")
    rows: Rows = Field(
        description="The rows: an object (values by ids), a list (the ids are its numbers, from 0), or "
        "the name of a .jsonl or .csv file beside the batch file."
    )
    title: str = Field(
        default="Answer a few questions",
        min_length=1,
        max_length=128,
        description="What workers see in the list of HITs.",
    )
    description: str | None = Field(
        default=None, min_length=1, max_length=2000, description="Default: the title."
    )
    keywords: str | None = Field(
        default=None, max_length=1000, description="Words to search for, separated by commas."
    )
    reward: float = Field(default=0.05, ge=0, description="US dollars for an assignment.")
    assignments: int = Field(
        default=1, ge=1, le=1_000_000, description="How many workers answer each row."
    )
    minutes: int = Field(default=60, ge=1, le=525_600, description="Time for an assignment.")
    days: int = Field(default=7, ge=1, le=365, description="Time until the HITs expire.")
    context: dict[str, Any] = Field(default={}, description="What the task shows beside every row.")
    rows_per_hit: int = Field(default=1, ge=1, le=1000, description="How many rows a HIT shows.")
    properties: dict[str, Any] = Field(
        default={},
        description="Further HIT properties, as in a HIT properties file: Country, FrameHeight, …",
    )
    crowd: str | None = Field(
        default=None,
        description="local, mturk, the URL of a crowd server, or module:factory of a plug-in. Default: "
        "that of config.json.",
    )
    site: Literal["sandbox", "live"] | None = Field(
        default=None, description="Default: the sandbox, or with --prod the live site."
    )
    merge: Merge = Field(default=Merge(), description="How the answers to a row become its label.")
    confidence: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="One more worker is asked about rows that are less sure.",
    )
    most: int | None = Field(
        default=None, ge=1, le=1_000_000, description="The most workers that are asked about a row."
    )
    open_at_most: int | None = Field(
        default=None,
        ge=1,
        description="How many assignments may be open at a time. Default: any number.",
    )
    push: Push | None = Field(default=None, description="Where events are sent. Default: nowhere.")
    store: str | None = Field(
        default=None,
        description="URL of the database that takes results and labels. Default: none.",
    )

    @property
    def highest_assignments(self) -> int:
        """Return the most answers that a row can get."""
        return max(self.assignments, self.most or 0)


class _Schema(GenerateJsonSchema):
    """JSON Schema 2020-12 without a title for each key, which would repeat the key."""

    def field_title_should_be_set(self, _schema: Any) -> bool:
        """Return whether pydantic makes a title from the name of a key."""
        return False


def describe_keys() -> Iterator[str]:
    """Yield the lines of a Markdown table of all keys, for docs/batches.md."""
    yield "| key | default | meaning |"
    yield "|---|---|---|"
    for prefix, model in (("", BatchFile), ("merge.", Merge), ("push.", Push)):
        for name, field in model.model_fields.items():
            default = "required" if field.is_required() else _describe_default(field.default)
            yield f"| `{prefix}{field.alias or name}` | {default} | {field.description} |"


def _describe_default(value: Any) -> str:
    return (
        ""
        if value is None or isinstance(value, Merge)
        else f"`{json.dumps(value, ensure_ascii=False)}`"
    )


def make_schema() -> dict[str, Any]:
    """Return the JSON Schema of batch files, which is in docs/batch.schema.json."""
    schema = BatchFile.model_json_schema(schema_generator=_Schema)
    return {"$schema": _Schema.schema_dialect, **schema}


def to_properties(batch: BatchFile) -> dict[str, Any]:
    """Return the HIT properties, with Amazon's names."""
    values: dict[str, Any] = {
        "Title": batch.title,
        "Description": batch.description or batch.title,
        **({"Keywords": batch.keywords} if batch.keywords else {}),
        "Reward": batch.reward,
        "AssignmentDurationInSeconds": batch.minutes * 60,
        "LifetimeInSeconds": batch.days * DAY_SECONDS,
        "MaxAssignments": batch.assignments,
    }
    return values | batch.properties
