"""Agreement, against publications and other programs."""

import json
from pathlib import Path
from typing import Any

import pytest

from amt.quality import agreement, dawid_skene
from amt.quality.agreement import Measure
from amt.quality.votes import create_votes
from tests.support.votes import votes_of

PEERS = json.loads((Path(__file__).parent / "data" / "peers.json").read_text("utf-8"))["sets"]


def measures(votes: Any, **options: Any) -> dict[str, Measure]:
    """The measures by name."""
    return {measure.name: measure for measure in agreement.measure(votes, **options)}


def test_krippendorffs_own_example() -> None:
    """Nominal 0.743, ordinal 0.815, interval 0.849.

    Source: K. Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, section C: four
    observers, 12 units, some values missing.
    """
    table = [
        (1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0),
        (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3),
        (0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0),
        (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0),
    ]
    places = [
        (unit, observer, value - 1)
        for observer, values in enumerate(table)
        for unit, value in enumerate(values)
        if value
    ]
    rows, workers, values = zip(*places, strict=True)

    found = measures(create_votes(rows, workers, values, [1, 2, 3, 4, 5]))

    names = [f"krippendorff_alpha_{name}" for name in ("nominal", "ordinal", "interval")]
    assert [round(found[name].value or 0, 3) for name in names] == [0.743, 0.815, 0.849]
    assert "rows have from 2 to 4 answers" in (found["fleiss_kappa"].why or "")


def test_cohens_kappa_of_two_workers() -> None:
    """20 both yes, 15 both no, 5 and 10 differ: 0.7 observed, 0.5 expected, so 0.4."""
    rows = ["yy"] * 20 + ["nn"] * 15 + ["yn"] * 5 + ["ny"] * 10

    found = measures(votes_of(rows))

    assert found["cohen_kappa"].value == pytest.approx(0.4, abs=1e-12)
    assert found["raw_agreement"].value == pytest.approx(0.7, abs=1e-12)


@pytest.mark.parametrize("peer", PEERS)
def test_other_programs_get_the_same(peer: dict[str, Any]) -> None:
    """crowd-kit and statsmodels, in the versions that peers.json names: alpha and kappa to 1e-9."""
    votes = votes_of(peer["rows"])

    found = measures(votes)

    for name in ("krippendorff_alpha_nominal", "fleiss_kappa", "cohen_kappa"):
        assert found[name].value == pytest.approx(peer[name], abs=1e-9)


@pytest.mark.parametrize("peer", PEERS)
def test_another_dawid_skene_gets_the_same_posteriors(peer: dict[str, Any]) -> None:
    """crowd-kit's within 0.01, which smooths nothing, and the same label in at least 99.5 %."""
    votes = votes_of(peer["rows"])

    estimate = dawid_skene.estimate(votes, pseudo_count=1e-9)

    equal = 0
    for row, expected in zip(
        zip(*estimate.posteriors, strict=True), peer["posteriors"], strict=True
    ):
        assert row == pytest.approx(tuple(expected), abs=0.01)
        equal += row.index(max(row)) == expected.index(max(expected))
    assert equal >= 0.995 * votes.row_count


def test_intervals_contain_the_value_and_repeat_with_the_seed() -> None:
    """Order of rows changes nothing."""
    rows = PEERS[1]["rows"]

    first = measures(votes_of(rows), seed=1)

    # Labels are the same, so patterns are; Cohen's kappa depends on workers, not on rows' order.
    assert first == measures(votes_of(rows[::-1]), seed=1)
    for name in ("krippendorff_alpha_nominal", "fleiss_kappa", "raw_agreement", "cohen_kappa"):
        measure = first[name]
        assert measure.low is not None
        assert measure.high is not None
        assert measure.low < (measure.value or 0) < measure.high


def test_what_is_undefined_is_said_in_words() -> None:
    """Never NaN, never 1.0: one label only, one answer per row, texts without an order."""
    same = measures(votes_of(["aa", "aa"]))
    single = measures(votes_of(["a", "b"]))
    texts = measures(votes_of(["ab", "aa", "bb"]))

    for name in ("krippendorff_alpha_nominal", "fleiss_kappa", "cohen_kappa"):
        assert (same[name].value, same[name].low) == (None, None)
        assert "all answers are the same label" in (same[name].why or "")
    assert {measure.value for measure in single.values()} == {None}
    assert single["raw_agreement"].why == "no row has two answers"
    assert texts["krippendorff_alpha_interval"].why == "the labels are not numbers"
    assert "--order" in (texts["krippendorff_alpha_ordinal"].why or "")
    ordered = measures(votes_of(["ab", "aa", "bb"]), is_ordered=True)
    assert ordered["krippendorff_alpha_ordinal"].value is not None
