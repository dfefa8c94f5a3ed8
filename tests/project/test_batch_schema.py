"""docs/batch.schema.json is what the types of batch files say."""

from tools.batch_schema import SCHEMA_FILE, format_schema


def test_the_schema_of_batch_files_is_up_to_date() -> None:
    """After a change of a type, `make docs` writes it anew."""
    assert SCHEMA_FILE.read_text("utf-8") == format_schema()
