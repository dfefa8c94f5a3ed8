"""The methods paragraph and two tables for a publication, as LaTeX with the package booktabs."""

from collections.abc import Iterable, Sequence

from amt.report import agreement, methods
from amt.report.sections import Figures
from amt.report.study import Study

SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "–": "--",
    "…": r"\ldots{}",
    "≥": r"$\geq$",
}
STUDY = (
    "rows",
    "answers",
    "workers",
    "answers_per_row",
    "answers_right",
    "need_a_look",
    "mean_confidence",
    "median_seconds",
    "hourly_pay",
    "can_cost",
    "cost_per_row",
)


def render(study: Study, figures: Figures) -> str:
    """Return the text of the file, for a document that loads booktabs."""
    lines = [
        r"% For \input in a document with \usepackage{booktabs}. Written by report_results.py.",
        *(
            f"% {escape(path)}, SHA-256 {digest}"
            for path, digest in zip(study.results_files, study.hashes, strict=True)
        ),
        "",
        *(escape(sentence) for sentence in methods.describe(study, figures)),
        "",
        *_table(
            "The study in figures.",
            "tab:study",
            ("", "Value"),
            [(figures[name].title, figures.text(name)) for name in STUDY if figures.has(name)],
        ),
        "",
        *_table(
            "Agreement, with 95 % bootstrap intervals over rows.",
            "tab:agreement",
            ("Measure", "Value", "Interval"),
            list(_list_measures(figures)),
        ),
    ]
    return "\n".join(lines) + "\n"


def escape(text: str) -> str:
    """Return a text in which no character is a command of LaTeX."""
    return "".join(SPECIAL.get(character, character) for character in text.replace("\n", " "))


def _list_measures(figures: Figures) -> Iterable[tuple[str, ...]]:
    names = (agreement.OTHERS, *agreement.TITLES)
    for name in names:
        if figures.has(name):
            title, interval = figures[name].title, agreement.describe_interval(figures, name)
            yield title, figures.text(name), interval or "–"


def _table(
    caption: str, label: str, columns: Sequence[str], rows: Sequence[Sequence[str]]
) -> list[str]:
    """Return the lines of a table, whose first column is text and whose others are numbers."""
    return [
        r"\begin{table}",
        r"\centering",
        rf"\caption{{{escape(caption)}}}",
        rf"\label{{{label}}}",
        rf"\begin{{tabular}}{{l{'r' * (len(columns) - 1)}}}",
        r"\toprule",
        " & ".join(map(escape, columns)) + r" \\",
        r"\midrule",
        *(" & ".join(map(escape, row)) + r" \\" for row in rows),
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]
