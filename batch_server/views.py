"""What responses contain. docs and openapi.json are made from these."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class View(BaseModel):
    """A part of a response, with exactly these members."""

    model_config = ConfigDict(extra="forbid", strict=True)


class RowCounts(View):
    """How far the rows are."""

    total: int = Field(description="Rows of the batch.")
    answered: int = Field(description="Rows with at least one answer.")
    labelled: int = Field(description="Rows with a label.")
    without_label: int = Field(description="Finished rows that got no label.")


class HitCounts(View):
    """How far the HITs are."""

    total: int = Field(description="HITs of the batch.")
    launched: int = Field(description="HITs that were created.")
    finished: int = Field(description="HITs to which no further answer comes.")


class CostView(View):
    """US dollars."""

    so_far: str = Field(description="What the answers cost, once they are approved.")
    at_most: str = Field(description="What the batch can cost.")


class PushView(View):
    """What is pushed."""

    waiting: int = Field(description="Events that wait to be delivered.")
    given_up: int = Field(description="Events that are not sent any more.")


class Links(View):
    """Addresses on this server, and the one at which workers find the HITs."""

    self: str
    answers: str
    labels: str
    expire: str
    approve: str
    workers: str | None = Field(
        description="Where workers find the HITs; null until there are any."
    )


class BatchView(View):
    """A batch."""

    id: str
    status: Literal["waiting", "launching", "open", "delivering", "done"] = Field(
        description="waiting: the server has not come to it yet; launching: HITs are being created; open: "
        "answers come; delivering: all are in, and events wait to be pushed; done: nothing is left to do."
    )
    expired: bool = Field(description="Whether somebody asked to expire it.")
    task: str
    title: str
    rows: RowCounts
    hits: HitCounts
    answers: int = Field(description="Lines of /answers: one for each row and worker.")
    assignments: int
    cost: CostView
    push: PushView | None = Field(description="null for a batch without push.")
    problem: str | None = Field(description="What stops the batch for now, or null.")
    notes: list[str] = Field(description="What to know about the document, said once.")
    links: Links


class BatchList(View):
    """Batches, by their ids."""

    batches: list[BatchView]
    next: str | None = Field(description="The address of the next page, or null.")


class AnswerLine(View):
    """An answer to a row, as in the event `answer`."""

    batch: str
    row: str
    hit_id: str
    assignment_id: str
    worker: str = Field(description="A pseudonym, unless the batch has push.workers.")
    output: Any = Field(description="The fields of the row; null if the worker sent none.")
    submit_time: str | None


class LabelLine(View):
    """The label of a row, as in the event `label`."""

    batch: str
    row: str
    label: Any
    confidence: float | None
    votes: Any = Field(description="How many answers each label has.")
    answers: int
    why: Any = Field(description="Why the row needs a look; or null.")


class ApproveRequest(View):
    """Which assignments to approve: all that are submitted, or these."""

    where: Literal["all"] | None = None
    assignment_ids: list[str] | None = Field(default=None, min_length=1, max_length=1000)


class Refusal(View):
    """An assignment that was not approved."""

    assignment_id: str
    reason: str


class ApproveView(View):
    """What was approved."""

    approved: int
    cost: str = Field(description="US dollars.")
    refused: list[Refusal]


class ExpireView(View):
    """What will be expired."""

    id: str
    expired: bool


class TaskView(View):
    """A task type."""

    name: str
    description: str


class TaskList(View):
    """The task types."""

    tasks: list[TaskView]


class FaultView(View):
    """What is wrong at one place."""

    path: str = Field(description="A JSON Pointer into the body, ?name of a parameter, or empty.")
    message: str


class ProblemView(View):
    """A problem (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    faults: list[FaultView]
