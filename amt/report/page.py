"""The page of the report: one HTML file without scripts, which needs nothing else."""

import json
from pathlib import Path
from typing import NamedTuple

from amt.report import agreement, machines, methods, report, texts
from amt.report.sections import Cell, Figures
from amt.report.study import Study

FOLDER = Path(__file__).parent
TILES = ("rows", "answers", "workers", "need_a_look", "median_seconds", "hourly_pay", "can_cost")
NAMES = {
    "rows": "rows",
    "answers": "answers",
    "workers": "workers",
    "need_a_look": "rows need a look",
    "median_seconds": "per answer, median",
    "hourly_pay": "an hour, median",
    "can_cost": "cost in the end",
}


class Tile(NamedTuple):
    """A figure at the top of the page."""

    text: str
    name: str


def render(study: Study, figures: Figures) -> str:
    """Return the page. The same study gives the same bytes: it has no time and no random parts."""
    import jinja2

    loader = jinja2.FileSystemLoader(FOLDER)
    environment = jinja2.Environment(
        autoescape=True,
        loader=loader,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.tests["cell"] = lambda value: isinstance(value, Cell)
    return environment.get_template("page.html").render(
        title=find_title(study),
        study=study,
        tiles=_list_tiles(figures),
        warning=machines.describe_suggestions(study, figures),
        methods=" ".join(methods.describe(study, figures)),
        sections=list(report.list_sections(study, figures)),
        style=(FOLDER / "page.css").read_text("utf-8"),
    )


def find_title(study: Study) -> str:
    """Return the title of the HITs, else the name of the results file."""
    properties = study.batch.header.get("properties") if study.batch else None
    try:
        title = json.loads(properties or "{}").get("Title")
    except (AttributeError, ValueError):
        title = None
    return texts.show(title or Path(study.results_files[0]).name, 120)


def _list_tiles(figures: Figures) -> list[Tile]:
    tiles = [Tile(figures.text(name), NAMES[name]) for name in TILES if figures.has(name)]
    if name := agreement.choose_main(figures):
        title = agreement.TITLES.get(name, "mean agreement").partition(" (")[0]
        tiles.insert(3, Tile(figures.text(name), title))
    return tiles
