"""Write docs/batch.schema.json, the JSON Schema of batch files, from their types; `make docs` runs this."""

import json
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from amt.declared import batch_file  # noqa: E402 - after the path to it

SCHEMA_FILE = PROJECT / "docs" / "batch.schema.json"


def main() -> None:
    """Write the file."""
    SCHEMA_FILE.write_text(format_schema(), encoding="utf-8")


def format_schema() -> str:
    """Return the text of the file."""
    return json.dumps(batch_file.make_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
