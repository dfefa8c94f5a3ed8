"""The errors that a person can mend."""


class Error(Exception):
    """What the user can mend. The text is the whole message: what, where, what to do."""


class OutputClosedError(OSError):
    """There is nowhere to print to: stdout was closed before the program started (`>&-`)."""
