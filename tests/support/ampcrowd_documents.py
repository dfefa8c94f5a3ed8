"""Documents of AMPCrowd, as its own script posts them: one of each task type, three answers a point."""

from typing import Any, NamedTuple


class Sample(NamedTuple):
    """A document of a task type: the field and the labels of its page, and who answers what.

    `answers` has the values of three workers for each point, of which the first is wrong.
    """

    field: str
    texts: tuple[str, str]  # of the values that the first and the second point get
    content: dict[str, Any]
    context: dict[str, Any]
    answers: dict[str, tuple[float, float, float]]

    def to_document(self, code: str, callback_url: str) -> dict[str, Any]:
        """Return the document."""
        return {
            "configuration": {
                "task_type": code,
                "task_batch_size": 2,
                "num_assignments": 3,
                "callback_url": callback_url,
                "amt": {"sandbox": True},
            },
            "group_id": f"group of {code}",
            "group_context": self.context,
            "content": self.content,
        }


SAMPLES = {
    "sa": Sample(
        "rating",
        ("Positive", "Very negative"),
        {"t1": "The new shop is lovely.", "t2": "My parcel never came."},
        {"instruction": "Rate what each message says about us."},
        {"t1": (2, 4, 4), "t2": (5, 1, 1)},
    ),
    "er": Sample(
        "same",
        ("yes", "no"),
        {"pair1": [["5", "Air"], ["6", "Air"]], "pair2": [["5", "Gel"], ["9", "Pegasus"]]},
        {"fields": ["price", "name"]},
        {"pair1": (0, 1, 1), "pair2": (1, 0, 0)},
    ),
    "ft": Sample(
        "accept",
        ("yes", "no"),
        {
            "r1": {"title": "Bakeries in Lyon", "record": ["Pain d'Or", "Lyon"]},
            "r2": {"title": "Bakeries in Lyon", "record": ["Car Wash", "Nice"]},
        },
        {"fields": ["name", "city"]},
        {"r1": (0, 1, 1), "r2": (1, 0, 0)},
    ),
}
