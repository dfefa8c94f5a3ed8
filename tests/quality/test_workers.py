"""Figures about each worker."""

import pytest

from amt.quality.workers import wilson_interval


def test_wilsons_interval() -> None:
    """Of 15 right of 20 it is 0.531 to 0.888; of 0 of 10 it is 0 to 0.278.

    Source: R. G. Newcombe (1998), Statistics in Medicine 17, 857-872, gives the formula (method 3).
    """
    assert wilson_interval(15, 20) == pytest.approx((0.5313, 0.8881), abs=1e-4)
    assert wilson_interval(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson_interval(0, 0) == (None, None)
