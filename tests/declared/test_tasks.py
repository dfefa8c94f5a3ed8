"""Task types without a browser: what their files declare, which faults are found, what is handed in."""

from pathlib import Path
from typing import Any

import pytest

from amt.declared import shapes, tasks
from amt.errors import Error
from tests.support.task_pages import DIRECTORIES, ROOT, read_example, to_hit

FIELD = '<input name="note">'


@pytest.fixture
def add_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that adds a type to a folder of templates; return where it is looked for."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine" / "tasks").mkdir(parents=True)

    def add(name: str, source: str) -> list[str]:
        (tmp_path / "mine" / "tasks" / f"{name}.html").write_text(source, "utf-8")
        return ["mine", *DIRECTORIES]

    return add


def test_a_type_is_one_file(add_type: Any) -> None:
    """A file in tasks/ is a type, with what its first comment says; nothing else names it."""
    directories = add_type("note", "{# Write a\n   note.\nrow: text #}\n" + FIELD)

    types = {task.name: task for task in tasks.list_types(directories)}

    assert types["note"].description == "Write a note."
    assert types["note"].path == "mine/tasks/note.html"
    assert types["same"].description == "Say whether two records describe the same thing."
    assert types["same"].path == "hit_templates/tasks/same.html"
    assert tasks.find_type("note", directories) == types["note"]


def test_own_types_replace_built_in_ones(add_type: Any) -> None:
    """The file that counts is the one that the page includes."""
    directories = add_type("same", "<!-- Mine. --><p>Mine</p>" + FIELD)

    assert tasks.find_type("same", directories).description == "Mine."
    assert "<p>Mine</p>" in tasks.render(
        {"task": "same", "rows": [{"id": 1, "row": 2}]}, directories
    )


@pytest.mark.parametrize("name", ["sane", "../tasks/same", "", "same.html", "same" * 100])
def test_an_unknown_type_is_refused(name: str) -> None:
    """A misspelt name leads to the nearest, and a path is not a name."""
    with pytest.raises(Error, match=r"is not a task: there is no tasks/.*same"):
        tasks.find_type(name, DIRECTORIES)


@pytest.mark.parametrize("task", tasks.list_types(DIRECTORIES), ids=lambda task: task.name)
def test_a_built_in_type_is_sound_and_has_an_example(task: tasks.TaskType) -> None:
    """Each says what it is for, and takes the three rows of its example, on a page with room."""
    batch = read_example(task.name)

    assert task.faults == ()
    assert task.description
    assert len(batch["rows"]) == 3
    assert task.check_context(batch["context"]) == []
    for row_id, row in batch["rows"].items():
        assert task.check_row(row_id, row, batch["context"]) == []
    page = tasks.render(to_hit(batch), DIRECTORIES)
    assert len(page.encode()) < 36_000
    assert "<link" not in page
    assert 'src="http' not in page


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        (
            "{# A #}\n<p>Hm</p>\n<button name=x>",
            "1: has no field with a name, so there is nothing to submit",
        ),
        (
            "\n<input name=a id=x>\n<select id='x'>",
            '3: <select> has the id "x", which another control has too',
        ),
        (
            "<input name=a>{% for x in row %}\n<input id=o>{% endfor %}",
            '2: <input> has the same id "o" in each round of the loop',
        ),
        (
            f"{FIELD}\n<input name=assignmentId>",
            "2: <input> is named assignmentId, which is the crowd's own field",
        ),
        (f"<form>{FIELD}</form>", "1: <form> is not for a fragment, which shows one row of a page"),
        (f"{FIELD}\n{{% if row %}}", "2: Unexpected end of template."),
        (f"{{# A\n\nrow: [text\n#}}{FIELD}", "3: row: the end is where , or ] is expected"),
        (
            f"{{# A\nrow: [text, number, ...] #}}{FIELD}",
            "2: row: ... follows items of different shapes",
        ),
        (f"{{# A\nrow: txt #}}{FIELD}", "2: row: txt is not a shape; did you mean text?"),
    ],
)
def test_a_fragment_that_cannot_work_is_refused(add_type: Any, source: str, fault: str) -> None:
    """What would be lost, or would not work, is named with its line before anything is launched."""
    directories = add_type("mine", source)

    with pytest.raises(Error) as caught:
        tasks.find_type("mine", directories)

    message = str(caught.value)
    assert message.startswith("mine/tasks/mine.html:")
    assert f"mine/tasks/mine.html:{fault}" in message


def test_ids_made_from_values_may_be_equal_in_the_source(add_type: Any) -> None:
    """Neither an id with a value in it nor a comment is a fault."""
    source = '{# <form> #}{% for x in row %}<input name=a id="o{{ x }}"><input id="o{{ x }}">{% endfor %}'

    assert tasks.find_type("mine", add_type("mine", source)).faults == ()


FIELDS = {"fields": ["name", "price"]}


@pytest.mark.parametrize(
    ("shape", "value", "faults"),
    [
        ("[[value per fields], [value per fields]]", [["a", 1], ["b"]], ["/rows/p1/1: 1 value, fields has 2"]),
        (
            "[[value per fields], [value per fields]] or [value, value]",
            [["a", 1], ["b"]],
            ["/rows/p1/1: 1 value, fields has 2"],
        ),
        ("[value, value] or [[text per other], text]", [["a", "b"], "x"], []),
        ("[value, value]", ["a"], ["/rows/p1: 1 item instead of 2"]),
        ("[text, ...]", ["a", 2, None], ["/rows/p1/1: is a number, not text", "/rows/p1/2: is null, not text"]),
        ("[text, ...]", [], ["/rows/p1: 0 items, at least 1 must be there"]),
        ("[value, value, ...]", ["a"], ["/rows/p1: 1 item, at least 2 must be there"]),
        ("[value, value, ...]", ["a", 2, None], []),
        ("[text, ...]", "abc", ["/rows/p1: is text, not a list"]),
        ("number", True, ["/rows/p1: is true, not a number"]),
        ("value", {}, ["/rows/p1: is an object, not a text or a number"]),
        ("{a/b: text, n?: number}", {"n": "x"}, None),
        ("{text: text, n?: number}", {"txt": "x", "n": "x"}, ["/rows/p1/text: is missing; did you mean txt?", "/rows/p1/n: is text, not a number"]),
        ("{title: any}", [], ["/rows/p1: is a list, not an object"]),
        ("[option, ...]", ["a", {"value": 1, "text": "One"}, {"value": 1}], ["/rows/p1/2: is an object, not an option: a text, a number, or an object with value and text"]),
        ("image", "https://x.example/a.png", []),
        ("image", "data:image/png;base64,AA", []),
        ("image", "javascript:alert(1)", ["/rows/p1: is not the address of an image; begin it with https://, http://, data:image/ or /files/"]),
        ("image", "data:text/html,x", ["/rows/p1: is not the address of an image; begin it with https://, http://, data:image/ or /files/"]),
        ("image", 3, ["/rows/p1: is a number, not the address of an image"]),
    ],
)  # fmt: skip
def test_a_row_has_the_shape_that_the_type_declares(
    shape: str, value: Any, faults: list[str] | None
) -> None:
    """Each fault is named with its JSON path; of alternatives, the one that fits best speaks."""
    if faults is None:
        with pytest.raises(ValueError, match="/ is not expected"):
            shapes.parse(shape)
    else:
        assert list(shapes.parse(shape).find_faults(value, "/rows/p1", FIELDS)) == faults


def test_the_context_has_only_keys_that_the_type_knows() -> None:
    """A misspelt key would otherwise do nothing, unseen."""
    same = tasks.find_type("same", DIRECTORIES)

    faults = same.check_context({"fieldz": ["a"], "instruction": 1, "question": []})

    assert faults == [
        "/context/fieldz: is not a key of this task; did you mean fields?",
        "/context/instruction: is a number, not text",
        "/context/question: is a list, not text",
    ]
    assert same.check_row("a/b~", "x", {}) == ["/rows/a~1b~0: is text, not a list"]


def read_documented_type() -> str:
    """Return the fragment that docs/tasks.md asks to save."""
    text = (ROOT / "docs" / "tasks.md").read_text("utf-8")
    return text.partition("```html\n")[2].partition("```")[0]


def test_the_type_in_the_documentation_works(add_type: Any) -> None:
    """Ten lines are a type: it is listed, it refuses other rows, and a page shows it."""
    source = read_documented_type()
    directories = add_type("colour", source)
    context = {"colours": ["red", "green"]}

    colour = tasks.find_type("colour", directories)

    assert len(source.splitlines()) == 10
    assert colour.description == "Name the main colour of a thing."
    assert colour.check_context({}) == ["/context/colours: is missing"]
    assert colour.check_row("p1", {"name": 1, "picture": "a.png"}, context) == [
        "/rows/p1/name: is a number, not text",
        f"/rows/p1/picture: is not the address of an image; begin it with {shapes.IMAGE_STARTS}",
    ]
    row = {"name": "Ruby", "picture": "/files/ruby.jpg"}
    assert colour.check_row("p1", row, context) == []
    page = tasks.render(
        {"task": "colour", "rows": [{"id": "p1", "row": row}], "context": context}, directories
    )
    assert '<img src="/files/ruby.jpg" alt="Picture">' in page


def test_values_of_rows_never_become_markup() -> None:
    """A row, an id and a context are text wherever they stand; only addresses of images load."""
    hostile = "</template><script>alert('1')</script>\"'><img src=x onerror=alert(1)>"
    address = "javascript:alert(1)//.png"
    context = {
        "fields": [hostile],
        "question": hostile,
        "options": [hostile],
        "instruction": hostile,
    }
    rows = [{"id": hostile, "row": [[hostile], [{"image_url": address}]]}]

    page = tasks.render({"task": "same", "rows": rows, "context": context}, DIRECTORIES)

    template = tasks.render({"task": "same", "rows": [{"id": 1, "row": [1, 2]}]}, DIRECTORIES)
    assert page.count("<script") == template.count("<script")
    assert page.count("</template") == 1
    assert "<img" not in page.partition("<main>")[2]
    assert "onerror=alert(1)&gt;" in page


@pytest.mark.parametrize(
    ("output", "answers"),
    [
        (
            {"rows": {"p1": {"a": 1}, "7": {"a": [2]}}, "comment": ""},
            {"p1": {"a": 1}, 7: {"a": [2]}},
        ),
        ({"rows": {"7": {}, "other": {"a": 1}}}, {7: {}}),
        ({"rows": {"p1": "a", "7": None}}, {}),
        ({"rows": []}, {}),
        ("text", {}),
        (None, {}),
    ],
)
def test_answers_are_split_by_row(output: Any, answers: Any) -> None:
    """What a browser sent, whatever it is, becomes the fields of the rows that there are."""
    rows = [{"id": "p1", "row": None}, {"id": 7, "row": None}]

    assert tasks.split_answers(rows, output) == answers


def test_the_comment_is_read() -> None:
    """It is text, or nothing."""
    assert tasks.read_comment({"comment": "Hm"}) == "Hm"
    assert tasks.read_comment({"comment": {}}) == ""
    assert tasks.read_comment([]) == ""


def test_every_example_batch_is_of_a_type() -> None:
    """No example is left over."""
    names = {task.name for task in tasks.list_types(DIRECTORIES)}

    assert {path.stem for path in (ROOT / "examples" / "batches").glob("*.json")} == names
