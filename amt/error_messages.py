"""Messages to a person for errors of the library, of the system and of boto3."""

import errno
import sys

from amt.configuration import PROJECT
from amt.errors import Error, OutputClosedError

DISK_FAULTS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def describe_error(error: Exception) -> str | None:
    """Describe an error in one line for the user, or return None for a bug."""
    if isinstance(error, (Error, OutputClosedError)):
        return str(error)
    if isinstance(error, ModuleNotFoundError):
        return _describe_missing_module(error)
    if isinstance(error, OSError) and error.errno is not None:
        # An error names the file that we write ourselves, but not the stream that Python prints to.
        name = error.filename or ("standard output" if error.errno in DISK_FAULTS else None)
        return f"{name}: {error.strerror}" if name else str(error)
    from amt import connection  # some of botocore's errors are OSErrors, all without a number

    description = connection.describe_error(error)
    return str(error) if description is None and isinstance(error, OSError) else description


def _describe_missing_module(error: ModuleNotFoundError) -> str | None:
    """Say that a library is not installed; return None for a module of this project."""
    module = (error.name or "").partition(".")[0]
    if not module or (PROJECT / module).exists() or (PROJECT / f"{module}.py").exists():
        return None
    return (
        f"{module} is not installed for {sys.executable}; use the virtual environment, "
        ".venv/bin/python (make demo creates it), or install requirements.txt"
    )
