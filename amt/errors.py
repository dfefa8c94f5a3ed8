"""Errors that a person can correct."""


class Error(Exception):
    """An error that the user can correct. The text is the whole message: what, where, what to do."""


class OutputClosedError(OSError):
    """Raised when stdout was closed before the program started (`>&-`)."""
