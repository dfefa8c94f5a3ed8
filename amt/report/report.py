"""Put the report together: its figures, its sections, and the summary."""

import json
import shlex
from collections.abc import Iterator
from typing import Any

from amt.errors import Error
from amt.report import (
    agreement,
    confusion,
    costs,
    doubts,
    exclusions,
    gold,
    labels,
    machines,
    progress,
    times,
    workers,
)
from amt.report.sections import Figures, Section
from amt.report.study import Study
from amt.spelling import suggest

# In the order of the page.
NOUNS = (
    progress,
    labels,
    agreement,
    confusion,
    workers,
    gold,
    times,
    costs,
    machines,
    exclusions,
)


def compute_figures(study: Study) -> Figures:
    """Return every figure of the report, by name."""
    return Figures(figure for noun in NOUNS for figure in noun.list_figures(study))


def list_sections(study: Study, figures: Figures) -> Iterator[Section]:
    """Yield the sections of the page in order, without those that the study has nothing for."""
    for noun in NOUNS:
        if section := noun.describe(study, figures):
            yield section
        if noun is confusion:
            yield doubts.describe(study, figures)


def summarize(study: Study, figures: Figures) -> str:
    """Return the text of summary.json: each figure with the command that prints it."""
    summary: dict[str, Any] = {
        "results_files": dict(zip(study.results_files, study.hashes, strict=True)),
        "field": study.settings.field,
        "figures": {
            name: {
                "value": figure.value,
                "text": figure.text,
                "title": figure.title,
                "command": f"{study.command} {shlex.quote(f'--figure={name}')}",
            }
            for name, figure in figures.items()
        },
    }
    return json.dumps(summary, indent=2, ensure_ascii=True) + "\n"


def find_figure(study: Study, name: str) -> str:
    """Return a figure as JSON. Raises Error for one that there is not."""
    known = []
    for noun in sorted(NOUNS, key=lambda noun: noun is agreement):  # which takes longest
        for figure in noun.list_figures(study):
            known.append(figure.name)
            if figure.name == name:
                return json.dumps(figure.value)
    raise Error(f"--figure: there is no {name}{suggest(name, known)}; there are {', '.join(known)}")
