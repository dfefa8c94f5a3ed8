"""docs/recipes.md: each recipe, command by command as it stands there, with workers between them."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from examples.completion_code import codes
from local_crowd.operations.errors import NotPossible
from local_crowd.operations.work import messages
from tests.support.script_fixtures import PAGE, PROPERTIES, ROOT, Desk

RECIPES = {
    section.partition("\n")[0]: section
    for section in re.split(
        r"^## ", (ROOT / "docs/recipes.md").read_text("utf-8"), flags=re.MULTILINE
    )[1:]
}
BLOCK = re.compile(  # with the paragraph before it, if there is one
    r"^((?:(?!```)[^\n]+\n)*)\n?```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE
)
FILE = re.compile(r"`(\w+\.(?:json|csv))`(?: is |:$)", re.MULTILINE)
TYPE_ID = re.compile(r"\b3[A-Z0-9]{29}\b")
PRINTING_IDS = ("create", "exclude", "from_results")
ASKING = {"approve_hits", "approve_assignments", "apply_decisions", "extend_hits", "notify_workers"}
SUBMIT = [("word", "cat")]


class Recipe:
    """A recipe of the page. Its commands run at `desk`, block by block; `said` are the last messages.

    Files are written as they stand there; a properties file is study.json with what is in the block.
    """

    def __init__(self, desk: Desk, title: str) -> None:
        self.desk = desk
        self.said = ""
        self._type_id = "3YOURTYPE"
        self._blocks = BLOCK.finditer(RECIPES[title])
        desk.write("page.html", PAGE)
        desk.write("study.json", json.dumps(PROPERTIES))
        desk.write("input.csv", "picture\ncat.jpg\n")

    def run(self) -> None:
        """Write the files of the next blocks, until one has commands; run these."""
        for paragraph, language, text in (block.groups() for block in self._blocks):
            if language == "sh":
                for line in text.replace("\\\n", " ").splitlines():
                    self._run_command(shlex.split(line))
                return
            name = FILE.findall(paragraph)[-1]
            content = text.replace("3YOURTYPE", self._type_id)
            if language == "json":
                content = json.dumps(PROPERTIES | json.loads(content))
            self.desk.write(name, content)
        pytest.fail("no commands are left")

    def finish(self) -> None:
        """Fail if commands are left."""
        assert [block for block in self._blocks if block[2] == "sh"] == []

    def _run_command(self, words: list[str]) -> None:
        """Run a command of the page; it must succeed, or name items that were refused."""
        output = words[words.index(">") + 1] if ">" in words else None
        argv = words[2 : words.index(">")] if output else words[2:]
        script = words[1].removesuffix(".py")
        if "/" in script:
            done = subprocess.run([sys.executable, *words[1:]], capture_output=True, check=False)
            assert done.returncode in (0, 1), done.stderr
            return
        if script in ASKING or argv[0] == "revoke":
            argv.append("--yes")
        done = self.desk.run(script, *argv)
        assert done.code == 0, f"{words}\n{done.err}"
        self.said = done.err
        if output:
            self.desk.write(output, done.out)
        if script == "manage_qualifications" and argv[0] in PRINTING_IDS:
            self._type_id = TYPE_ID.findall(done.out)[0]

    def hits(self, name: str) -> list[str]:
        """Return the HITs in an ids file."""
        return self.desk.read(name).split()

    def submit(self, ids_file: str, *names: str, fields: list[tuple[str, str]] = SUBMIT) -> None:
        """Let each of these workers do the first HIT of a batch."""
        crowd = self.desk.crowd()
        for name in names:
            crowd.do(crowd.make_worker(name), self.hits(ids_file)[0], fields)

    def is_excluded(self, ids_file: str, name: str) -> bool:
        """Return whether this worker cannot accept the first HIT of a batch."""
        crowd = self.desk.crowd()
        worker_id = crowd.make_worker(name)
        try:
            held = crowd.accept(worker_id, self.hits(ids_file)[0])
        except NotPossible:
            return True
        crowd.give_back(worker_id, held)
        return False


def test_every_recipe_is_played() -> None:
    """By a test below, which names it."""
    source = Path(__file__).read_text("utf-8")
    assert [title for title in RECIPES if f'Recipe(desk, "{title}")' not in source] == []


def test_a_pilot_chooses_the_workers_of_the_main_study(desk: Desk) -> None:
    """Only the good workers of the pilot can accept the main study."""
    recipe = Recipe(desk, "A pilot, then the main study with the good workers")
    desk.write("study.json", json.dumps(PROPERTIES | {"MaxAssignments": 3}))
    recipe.run()
    recipe.submit("pilot.txt", "Ada", "Ben", fields=[("output", '{"label": "cat"}')])
    recipe.submit("pilot.txt", "Cleo", fields=[("output", '{"label": "dog"}')])
    recipe.run()

    recipe.run()

    names = ("Ada", "Ben", "Cleo", "Dan")
    assert [recipe.is_excluded("main.txt", name) for name in names] == [False, False, True, True]
    recipe.finish()


def test_earlier_workers_are_kept_out(desk: Desk) -> None:
    """Who took part in the pilot cannot accept the next study."""
    recipe = Recipe(desk, "Keep earlier workers out")
    desk.launch("pilot", name="pilot.txt")
    recipe.submit("pilot.txt", "Ada")
    recipe.run()

    recipe.run()

    assert recipe.is_excluded("next.txt", "Ada")
    assert not recipe.is_excluded("next.txt", "Ben")
    recipe.finish()


def test_the_same_people_come_again(desk: Desk) -> None:
    """They alone are admitted in the second week, and get a message."""
    recipe = Recipe(desk, "The same people again next week")
    desk.launch("diary", name="week1.txt")
    recipe.submit("week1.txt", "Ada")
    recipe.run()

    recipe.run()

    assert recipe.is_excluded("week2.txt", "Ben")
    assert not recipe.is_excluded("week2.txt", "Ada")
    crowd = desk.crowd()
    with crowd.site.reading() as call:
        inbox = messages.list_of_worker(call, crowd.make_worker("Ada"))
    assert "The second part is open" in [message.subject for message in inbox]
    recipe.finish()


def test_conditions_are_balanced(desk: Desk) -> None:
    """Each condition gets as many people, and each person one condition."""
    recipe = Recipe(desk, "Conditions balanced over people")
    recipe.run()

    crowd = desk.crowd()
    taken: Counter[str] = Counter()
    for name in ("Ada", "Ben", "Cleo", "Dan", "Eva"):
        for hit_id in recipe.hits("conditions.txt"):
            try:
                crowd.do(crowd.make_worker(name), hit_id)
                taken[name] += 1
            except NotPossible:
                continue

    assert taken == {"Ada": 1, "Ben": 1, "Cleo": 1, "Dan": 1}
    results = desk.run("get_results", "--hit_ids_file=conditions.txt").lines
    conditions = Counter(result["input"]["condition"] for result in results)
    assert conditions == {"control": 2, "treatment": 2}
    recipe.finish()


def test_people_whose_submission_failed_are_paid(desk: Desk) -> None:
    """By a HIT that nobody else can accept, once."""
    recipe = Recipe(desk, "Pay people whose submission failed")
    crowd = desk.crowd()
    desk.write("failed.csv", f"worker_id\n{crowd.make_worker('Ada')}\n")
    recipe.run()
    recipe.run()
    assert recipe.is_excluded("payment.txt", "Ben")
    recipe.submit("payment.txt", "Ada")

    recipe.run()

    (paid,) = desk.run("get_results", "--hit_ids_file=payment.txt").lines
    assert (paid["worker_id"], paid["status"]) == (crowd.make_worker("Ada"), "Approved")
    assert recipe.said.endswith("revoked of 1 worker.\n")
    recipe.finish()


def test_answers_are_asked_for_until_enough_are_valid(desk: Desk) -> None:
    """As many assignments are added as answers were rejected."""
    recipe = Recipe(desk, "Answers until enough are valid")
    desk.launch("survey", name="survey.txt", MaxAssignments=2)
    recipe.submit("survey.txt", "Ada", fields=[("output", '{"check": "7"}')])
    recipe.submit("survey.txt", "Ben", fields=[("output", '{"check": "8"}')])
    recipe.run()
    assert recipe.said.startswith("round1.csv: 2 answers: 1 to approve, 1 to reject")

    recipe.run()

    assert desk.crowd().stands(recipe.hits("survey.txt")[0]) == ("Assignable", 1, 0, 2)
    recipe.finish()


def test_a_survey_elsewhere_is_paid_by_code(desk: Desk) -> None:
    """The answer with the code of its own assignment is approved, and no other."""
    recipe = Recipe(desk, "A survey elsewhere, with codes")
    example = ROOT / "examples/completion_code"
    shutil.copytree(example, "examples/completion_code", ignore=shutil.ignore_patterns("secret*"))
    recipe.run()
    secret = codes.read_secret(Path("examples/completion_code/secret.txt"), create=True)
    crowd = desk.crowd()
    (hit_id,) = recipe.hits("codes.txt")
    ada, ben = (crowd.accept(crowd.make_worker(name), hit_id) for name in ("Ada", "Ben"))
    right = codes.make_code(secret, ada)
    for assignment_id in (ada, ben):
        crowd.submit(assignment_id, [("output", json.dumps({"code": right}))])

    recipe.run()

    statuses = [crowd.assignment(item)["AssignmentStatus"] for item in (ada, ben)]
    assert statuses == ["Approved", "Submitted"]
    recipe.finish()
