r"""A machine of three lines for answer_hits.py: it answers by a rule, and needs no network.

    python answer_hits.py --hit_ids_file=hit_ids.txt --name=rule-2026 \
        --command="python examples/rule_worker.py"

It reads a row per line, and prints its answer: the label `question` for a text with a question mark,
else `statement`. A model takes the place of `answer`.
"""

import json
import sys
from typing import Any


def answer(row: Any) -> tuple[Any, float]:
    """Return the output for a row's input, and how sure it is."""
    text = " ".join(map(str, row.values())) if isinstance(row, dict) else str(row)
    return {"label": "question" if "?" in text else "statement"}, 0.9 if "?" in text else 0.6


for line in sys.stdin:
    task = json.loads(line)
    output, confidence = answer(task["input"])
    print(json.dumps({"row": task["row"], "output": output, "confidence": confidence}), flush=True)
