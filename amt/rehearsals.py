"""Rehearse a template: its rows, read again whenever one of its files has changed."""

from pathlib import Path
from typing import Any, NamedTuple

from amt import gold_rows, page_checks, plans, properties
from amt.crowd import Crowd
from amt.errors import Error
from amt.hits import find_size_limit
from amt.inputs import Input
from amt.question_sources import PageSource
from amt.rows import Row
from amt.templates import NOTHING

HIT_TYPE: dict[str, Any] = {  # without a properties file
    "Title": "Rehearsal",
    "Description": "A HIT that is not launched",
    "Reward": "0.00",
    "AssignmentDurationInSeconds": 3600,
}


class Rehearsal(NamedTuple):
    """A template, and the rows that it shows. `hit_type` are parameters of CreateHITType."""

    source: PageSource
    rows: list[Row]
    hit_type: dict[str, Any]
    frame_height: int
    crowd: Crowd

    @property
    def row_count(self) -> int:
        """Return the number of rows."""
        return len(self.rows)

    def fill(self, number: int) -> str:
        """Return the XML of a row's question. Raises ValueError if there is none."""
        try:
            limit = find_size_limit(self.crowd)
            parameters = self.source.fill(self.rows[number].value, self.frame_height, limit)
        except Error as error:
            raise ValueError(str(error)) from error
        return str(parameters["Question"])

    def check(self, question: str) -> list[str]:
        """Return what will not work in a question, a line each, as `--check` does."""
        faults = page_checks.find_faults_of(question, on_mturk=self.crowd.name == "mturk")
        return [
            *(f"{page_checks.locate(f, self.source.sources)}: {f.message}" for f in faults),
            *self.source.warnings(),
        ]


class Script:
    """The files of a rehearsal; without `input_file` the template is filled in without a row."""

    def __init__(
        self,
        template: str,
        input_file: str | None,
        properties_file: str | None,
        crowd: Crowd,
        *,
        input_format: str | None = None,
        raw_values: bool = False,
    ) -> None:
        self.name = template
        self._input_file = input_file
        self._properties_file = properties_file
        self._crowd = crowd
        self._input_format = input_format
        self._raw_values = raw_values
        self._paths = {path for path in (template, input_file, properties_file) if path}

    def find_version(self) -> str:
        """Return a text that changes whenever one of the files does."""
        return " ".join(map(_find_state, sorted(self._paths)))

    def read(self) -> Rehearsal:
        """Read all files, and fill in the first row. Raises Error for what no HIT can be made of."""
        source = plans.read_page(self.name, self._crowd, self._raw_values)
        try:
            return self._read_rest(source)
        finally:
            self._paths.update(source.template.paths)

    def _read_rest(self, source: PageSource) -> Rehearsal:
        given = properties.read(self._properties_file) if self._properties_file else None
        rehearsal = Rehearsal(
            source,
            self._read_rows(source),
            given.hit_type if given else HIT_TYPE,
            given.frame_height if given else 0,
            self._crowd,
        )
        try:
            rehearsal.fill(0)
        except ValueError as error:
            raise Error(str(error)) from error
        return rehearsal

    def _read_rows(self, source: PageSource) -> list[Row]:
        if self._input_file is None:
            return [Row(0, 0, NOTHING)]
        with Input(self._input_file, self._input_format) as file:
            file.read()
            rows = [row._replace(value=gold_rows.hide(row.value)) for row in file.rows()]
            if file.columns:
                source.check_columns(gold_rows.list_shown(file.columns.names))
        if not rows:
            raise Error(f"{self._input_file}: no rows to show")
        return rows


def _find_state(path: str) -> str:
    try:
        status = Path(path).stat()
    except OSError:
        return "-"
    return f"{status.st_mtime_ns}.{status.st_size}"
