"""A program that answers the task `same`: it reads a JSON line per assignment, and writes one.

Two records are the same if their first words are. A model takes the place of `answer`.
"""

import json
import re
import sys

ROW = re.compile(r'data-id="([^"]*)".*?<tbody>.*?<td>(.*?)</td><td>(.*?)</td>', re.DOTALL)
TAG = re.compile(r"<[^>]*>")


def answer(page: str, worker_id: str) -> dict[str, dict[str, str]]:
    """Return the answer to each row of a page. The third worker always says no."""
    rows = {}
    for row_id, *cells in ROW.findall(page):
        first, second = (TAG.sub("", cell).split()[:1] for cell in cells)
        rows[row_id] = {"same": "yes" if first == second and worker_id[-1] != "3" else "no"}
    return rows


def main() -> None:
    """Answer each line, as run_batch.py expects it: the JSON of the field `output`."""
    for line in sys.stdin:
        task = json.loads(line)
        output = {"rows": answer(task["Question"], task["WorkerId"]), "comment": ""}
        answers = {"output": json.dumps(output)}
        print(json.dumps({"AssignmentId": task["AssignmentId"], "answers": answers}))


if __name__ == "__main__":
    main()
