"""Fixtures of the scripts' tests."""

from tests.support.launches import files  # noqa: F401 - fixture
from tests.support.result_databases import database, read  # noqa: F401 - fixtures
