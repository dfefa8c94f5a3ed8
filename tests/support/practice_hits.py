"""A HIT type with two practice HITs and three others."""

import json
from typing import Any

from tests.support.crowds import HIT, HIT_TYPE
from tests.support.worker_sites import World, html_question

FORM = '<!DOCTYPE html><html lang="en"><title>HIT</title><label>Word <input name="word" value="cat"></label>'
ITEMS = [
    {"Answers": json.dumps({"word": "Quail"}), "Reason": "Its plume gives it away."},
    {"Answers": json.dumps({"output.size": 3, "word": "cat"}), "Reason": "Count <b>again</b>."},
]


class Practised:
    """The ids of the HIT type and of its HITs."""

    def __init__(self, world: World, workers: int = 9, html: str = FORM, **more: Any) -> None:
        perform = world.perform
        self.world = world
        self.practice = perform(
            "CreatePractice", Name="batch", MaxWorkers=workers, PracticeItems=ITEMS
        )["PracticeId"]
        self.hit_type = perform("CreateHITType", **HIT_TYPE | more, PracticeId=self.practice)[
            "HITTypeId"
        ]
        question = {"Question": html_question(html), "LifetimeInSeconds": HIT["LifetimeInSeconds"]}
        self.items, self.others = (
            [
                perform(
                    "CreateHITWithHITType",
                    HITTypeId=self.hit_type,
                    MaxAssignments=5,
                    **question,
                    **({"PracticeItem": number} if is_practice else {}),
                )["HIT"]["HITId"]
                for number in range(count)
            ]
            for is_practice, count in ((True, 2), (False, 3))
        )

    def counters(self, hit_id: str) -> tuple[str, int, int]:
        """Return the status of a HIT, its assignments in all, and those available."""
        hit = self.world.perform("GetHIT", HITId=hit_id)["HIT"]
        return hit["HITStatus"], hit["MaxAssignments"], hit["NumberOfAssignmentsAvailable"]
