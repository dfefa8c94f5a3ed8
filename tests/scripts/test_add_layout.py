"""add_layout.py, and launch_hits.py --hit_layout_id."""

import json
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from amt import configuration, layouts
from amt.crowd import Crowd
from local_crowd.operations.hits import layouts as stored
from tests.support.crowds import business, refusal
from tests.support.launches import record
from tests.support.script_fixtures import PROPERTIES, Desk

PAGE = "<form><b>${who}</b><i title='${source-id}'></i></form><script>`${a.b}`</script>"
ADD = ("add_layout", "--html_file=layout.html")
LAUNCH = (
    "launch_hits",
    "--hit_properties_file=properties.json",
    "--input_json_file=input.csv",
    "--hit_ids_file=ids.txt",
)


@pytest.fixture
def files(desk: Desk) -> Desk:
    """A desk with a page, properties, and an input of two rows."""
    desk.write("layout.html", f"\ufeff{PAGE}")
    desk.write("properties.json", json.dumps(PROPERTIES))
    desk.write("input.csv", "who,source-id,not used\nAda,1,x\n<u>Bo</u>,2,y\n")
    return desk


def add(desk: Desk, *flags: str) -> str:
    """Register the page; return the layout's id."""
    ((line),) = desk.run(*ADD, *flags).lines
    assert line["parameters"] == ["who", "source-id"]
    desk.calls.clear()
    return str(line["HITLayoutId"])


def pages(desk: Desk) -> list[Any]:
    client = desk.crowd().client
    hits = [client.get_hit(HITId=hit)["HIT"] for hit in desk.read("ids.txt").split()]
    return [fromstring(hit["Question"]) for hit in hits]


def test_a_layout_is_registered_and_launched_with_a_csv_file(files: Desk) -> None:
    """Columns become parameters, as they are; those that the layout does not have are recorded."""
    layout_id = add(files, "--frame_height=300")

    done = files.run(*LAUNCH, f"--hit_layout_id={layout_id}")

    assert done.code == 0, done.err
    assert [page[0].text for page in pages(files)] == [
        PAGE.replace("${who}", who).replace("${source-id}", number)
        for who, number in (("Ada", "1"), ("<u>Bo</u>", "2"))
    ]
    assert pages(files)[0][1].text == "300"
    header, *lines = record(files, "ids.batch.jsonl")
    assert header["template"] == {"HITLayoutId": layout_id}
    assert {"who": "Ada", "source-id": "1", "not used": "x"} in [line["input"] for line in lines]


def test_the_same_page_keeps_its_id(files: Desk) -> None:
    """A repeated call registers nothing; a changed page, height or site does."""
    layout_id = add(files)

    assert add(files) == layout_id
    assert len({layout_id, add(files, "--frame_height=1"), add(files, "--prod")}) == 3
    files.write("layout.html", f"{PAGE} ")
    assert add(files) != layout_id


@pytest.mark.parametrize(
    ("page", "flags", "fault"),
    [
        (" ", (), "layout.html: layout.html is empty."),
        ("x" * 1_000_000, (), "bytes. At most 1000000 bytes are allowed."),
        ("<p>\x01", (), "layout.html: There was an error parsing the XML question"),
        (PAGE, ("--frame_height=-1",), "The value -1 is invalid for FrameHeight."),
        (PAGE, ("--html_file=no.html",), "no.html: No such file or directory"),
        (
            PAGE,
            ("--crowd=mturk",),
            "Mechanical Turk's layouts were made on its web site; launch_hi",
        ),
    ],
)
def test_a_page_that_cannot_be_a_layout_is_refused(
    files: Desk, page: str, flags: tuple[str, ...], fault: str
) -> None:
    """In one line, with exit code 2."""
    files.write("layout.html", page)

    assert fault in files.fails(*ADD, *flags)


def test_a_requester_has_a_limited_number_of_layouts(
    files: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of their own: another requester's neither count nor can be used."""
    monkeypatch.setattr(stored, "MAX_LAYOUTS", 1)
    crowd = files.crowd()
    other = crowd.make_requester()
    with crowd.site.writing() as call:
        stored.add(call, "3THEIRS", other, "layout.html", PAGE, 0)
    layout_id = add(files)
    files.write("layout.html", "<form>another</form>")

    assert files.fails(*ADD) == ("layout.html: You have 1 layouts, and at most 1 are allowed.")
    client: Any = crowd.client
    assert client.get_hit_layout(HITLayoutId=layout_id)["OptionalParameters"] == ["a.b"]
    assert refusal(client.get_hit_layout, HITLayoutId="3THEIRS") == business(
        "HITLayout 3THEIRS does not exist.", "HITLayoutDoesNotExist"
    )


def test_what_does_not_fit_the_layout_is_refused_before_the_first_hit(files: Desk) -> None:
    """Names without a column, an unknown layout, and flags that contradict each other."""
    layout_id = add(files)
    use = f"--hit_layout_id={layout_id}"
    files.write("input.csv", "Who,n\nAda,1\n")

    assert files.fails(*LAUNCH, use) == (
        f"layout {layout_id}: no column for who, source-id; the columns are Who, n"
    )
    assert files.fails(*LAUNCH, "--hit_layout_id=3NONE") == (
        "--hit_layout_id: HITLayout 3NONE does not exist."
    )
    assert files.fails(*LAUNCH, use, "--html_template=layout.html").startswith(
        "--hit_layout_id: the layout is the template, and values are inserted as they are; leave"
    )
    files.write("properties.json", json.dumps(PROPERTIES | {"ExternalURL": "https://a.org/"}))
    assert "properties.json: has an ExternalURL; leave out that or --hit_layout_id" in (
        files.run(*LAUNCH, use).err
    )
    assert set(files.calls) == {"GetHITLayout"}


def test_mechanical_turk_gets_every_column() -> None:
    """What its layout needs cannot be asked."""
    source = layouts.read("3ABC", Crowd("mturk", live=False, settings=configuration.DEFAULTS))

    assert source.fill({"a": "1", "b": None}, 0, None) == {  # type: ignore[arg-type]  # no limit
        "HITLayoutId": "3ABC",
        "HITLayoutParameters": [{"Name": "a", "Value": "1"}, {"Name": "b", "Value": ""}],
    }
