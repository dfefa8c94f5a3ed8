"""manage_crowd.py add_panel_link --hit_ids_file: a panel's link to the HITs of a batch."""

from pathlib import Path

from tests.support.live_site import CODES, COMPLETION, People

GOAL = ("--completion_url", COMPLETION, *CODES)


def test_an_ids_file_selects_the_hits_of_a_batch(live: People, tmp_path: Path) -> None:
    """The link leads to the HIT types of the file's HITs, each once."""
    hits = [live.launch(), live.launch(Title="Another"), live.launch()]
    file = tmp_path / "hit_ids.txt"
    file.write_text("".join(f"{hit['HITId']}\n" for hit in hits), "utf-8")

    live.manage("add_panel_link", "--hit_ids_file", str(file), *GOAL)

    (line,) = live.manage("list_links")
    assert line["panel"]["hit_type_ids"] == [hits[0]["HITTypeId"], hits[1]["HITTypeId"]]


def test_hits_that_do_not_exist_are_reported(live: People, tmp_path: Path) -> None:
    """A HIT of the other site leads nowhere."""
    file = tmp_path / "hit_ids.txt"
    file.write_text(f"{live.launch()['HITId']}\n3NOTHERE\n", "utf-8")

    assert "There is no HIT 3NOTHERE on this site; use --site for the other site." in live.refused(
        "add_panel_link", "--hit_ids_file", str(file), *GOAL
    )
    assert live.manage("list_links") == []


def test_hit_types_and_an_ids_file_exclude_each_other(live: People, tmp_path: Path) -> None:
    """Neither, both, or a file without ids is refused in one line."""
    file = tmp_path / "hit_ids.txt"
    file.write_text("# none yet\n", "utf-8")
    message = "Give either --hit_type_id or a --hit_ids_file that is not empty."

    assert message in live.refused("add_panel_link", *GOAL)
    assert message in live.refused("add_panel_link", "--hit_ids_file", str(file), *GOAL)
    hit = live.launch()
    file.write_text(hit["HITId"], "utf-8")
    both = ("--hit_ids_file", str(file), "--hit_type_id", hit["HITTypeId"])
    assert message in live.refused("add_panel_link", *both, *GOAL)
