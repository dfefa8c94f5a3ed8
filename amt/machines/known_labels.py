"""The labels that a machine may give: those that people gave, or can choose."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from amt import inputs, results_tables
from amt.cells import to_text
from amt.errors import Error
from amt.machines.tasks import Labels
from amt.quality.votes import to_label
from formats import html_tokens
from formats.answer_fields import find_field

CHOICES = ("radio", "checkbox")
TAGS = ("{{", "{%", "${")  # how a template's tags begin


def find_labels(
    field: str | None,
    listed: Sequence[str],
    results_files: Sequence[str],
    header: Mapping[str, Any],
) -> Labels | None:
    """Return the labels that `field` can have; None without a field, of which nothing is known.

    Those that are `listed`, else those that people gave in the results files, else the choices of
    the template in a batch record's header. Raises Error if there are none.
    """
    if field is None:
        if listed or results_files:
            raise Error("--labels and --results_file need --field, which says where the label is")
        return None
    if listed:
        return Labels(field, frozenset(listed), f"--labels ({', '.join(listed)})")
    if results_files:
        return Labels(field, _read_given(field, results_files), "those that people gave")
    if choices := find_choices(header.get("template") or {}, field.rpartition(".")[2]):
        return Labels(field, choices, f"the template's choices ({', '.join(sorted(choices))})")
    raise Error(
        f"--field {field}: the template has no choices of this name; add --labels, or --results_file "
        "with answers of people"
    )


def _read_given(field: str, paths: Sequence[str]) -> frozenset[str]:
    """Return the labels that people gave, as text."""
    given: set[str] = set()
    with inputs.Inputs(paths) as source:
        results_tables.read_results(source, None)
        for result in results_tables.iterate(source):
            value = None if result.get("machine") else find_field(result, field)
            for member in value if isinstance(value, list) else [value]:
                if (label := to_label(member)) is not None:
                    given.add(to_text(label))
    if not given:
        raise Error(f"{source.path}: no answer of a person has {field}")
    return frozenset(given)


def find_choices(sources: Mapping[str, str], name: str) -> frozenset[str]:
    """Return the values that a page's radio buttons, check boxes and lists called `name` have.

    A crowd-classifier has categories in place of values. If a value is a template's tag, such as
    {{ label }}, the choices depend on the row, and none is returned.
    """
    found: set[str] = set()
    for page in sources.values():
        select = ""
        for token in html_tokens.find_tokens(page):
            values = token.read_values()
            if token.is_tag("select"):
                select = values.get("name", "")
            elif token.is_tag("option") and select == name:
                found.add(values.get("value", ""))
            elif token.is_tag("input") and values.get("type") in CHOICES:
                found |= {values.get("value", "")} if values.get("name") == name else set()
            elif token.is_tag("crowd-radio-button") and values.get("name") == name:
                found.add(values.get("value", ""))
            elif token.name.startswith("crowd-") and values.get("name") == name:
                found |= _parse_categories(values.get("categories", ""))
    if any(tag in value for value in found for tag in TAGS):
        return frozenset()
    return frozenset(found - {""})


def _parse_categories(text: str) -> set[str]:
    try:
        categories = json.loads(text.replace("'", '"'))
    except ValueError:
        return set()
    return {name for name in categories if isinstance(name, str)}
