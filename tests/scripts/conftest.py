"""Fixtures of the scripts' tests."""

from tests.support.launches import files  # noqa: F401 - fixture
