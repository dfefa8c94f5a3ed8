"""What the question of each HIT is made of: a page, the address of one, or the question's XML."""

from collections.abc import Iterable
from typing import Any, Protocol

from amt import page_checks
from amt.crowd import Crowd
from amt.errors import Error
from amt.external_urls import ExternalURL, check_url
from amt.hits import SizeLimit, check_question, format_external_question, format_question
from amt.templates import Template

Parameters = dict[str, Any]


class QuestionSource(Protocol):
    """The source of the questions of a batch. `name` stands in messages, `sources` in the record."""

    @property
    def name(self) -> str:
        """The file, or the property."""

    @property
    def sources(self) -> dict[str, str]:
        """Everything that was read, by name."""

    @property
    def raw_values(self) -> bool:
        """Whether values are inserted without escaping."""

    def check_columns(self, columns: Iterable[str]) -> None:
        """Raise Error with the names that no column has."""

    def warnings(self) -> list[str]:
        """Return what to say of the rows that were filled in, a line each."""

    def fill(self, row: Any, frame_height: int, limit: SizeLimit, /) -> Parameters:
        """Return the parameters of CreateHIT for a row. Raises Error or ValueError."""


class PageSource:
    """A template of a page, which becomes an HTMLQuestion."""

    def __init__(self, template: Template) -> None:
        self.template = template
        self.name = template.name
        self.sources = template.sources
        self.raw_values = template.raw_values
        self.check_columns = template.check_columns
        self.warnings = template.warnings

    def fill(self, row: Any, frame_height: int, limit: SizeLimit) -> Parameters:
        """Return the parameters of CreateHIT for a row. Raises Error or ValueError."""
        return {"Question": format_question(self.template.render(row), frame_height, limit)}


class WholeSource(PageSource):
    """A template that is the whole question's XML, of any kind that the crowd can show."""

    def __init__(self, template: Template, crowd: Crowd) -> None:
        super().__init__(template)
        self._crowd = crowd

    def fill(self, row: Any, _frame_height: int, limit: SizeLimit) -> Parameters:
        """Return the parameters of CreateHIT for a row; the XML has its own FrameHeight."""
        question = self.template.render(row).strip()
        try:
            check_question(question, limit, lambda url: check_url(url, self._crowd))
        except ValueError as error:
            raise Error(f"{self._locate(error, question)}: {error}") from error
        return {"Question": question}

    def _locate(self, error: ValueError, question: str) -> str:
        """Return the line of the template that made the line where the XML is not well-formed."""
        position = getattr(error.__cause__, "position", None)
        if position is None:
            return self.name
        line = [*question.splitlines(), ""][position[0] - 1]
        return page_checks.locate(
            page_checks.PageFault("", line[max(line.find("<"), 0) :]), self.sources
        )


class ExternalSource:
    """ExternalURL of the properties, which becomes an ExternalQuestion."""

    raw_values = False

    def __init__(self, properties_file: str, url: ExternalURL, crowd: Crowd) -> None:
        self.name = properties_file
        self.sources = {"ExternalURL": url.text}
        self.check_columns = url.check_columns
        self._url = url
        self._crowd = crowd

    def warnings(self) -> list[str]:
        """Return no warnings."""
        return []

    def fill(self, row: Any, frame_height: int, limit: SizeLimit) -> Parameters:
        """Return the parameters of CreateHIT for a row. Raises Error or ValueError."""
        url = self._url.fill(row)
        check_url(url, self._crowd)
        return {"Question": format_external_question(url, frame_height, limit)}
