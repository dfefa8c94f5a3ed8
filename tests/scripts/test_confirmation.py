"""What the scripts ask before they do what cannot be undone."""

import os
import pty
import subprocess
import sys

import pytest

from amt import configuration

QUESTION = """
import argparse, simpleamt, sys
def command(args):
    simpleamt.confirm(args, "Pay $5?")
    simpleamt.say("paid")
    return 0
sys.exit(simpleamt.run(simpleamt.parser("x", "yes"), command, sys.argv[1:]))
"""


def asked(*argv: str, typed: str) -> tuple[int, str]:
    """How the question is answered on a terminal: exit code, and what the terminal shows."""
    ours, its = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", QUESTION, *argv],
        cwd=configuration.PROJECT,
        stdin=its,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        os.write(ours, typed.encode())
        out, err = process.communicate(timeout=60)
    os.close(ours)
    os.close(its)
    assert out == ""
    return process.returncode, err


@pytest.mark.parametrize("answer", ["y\n", "Y\n", "yes\n", " Yes \n"])
def test_yes_on_a_terminal_does_it(answer: str) -> None:
    """The question is asked on stderr, and y or yes does it."""
    assert asked(typed=answer) == (0, "Pay $5? [y/N] paid\n")


@pytest.mark.parametrize("answer", ["\n", "n\n", "no\n", "yep\n", "\x04"])
def test_anything_else_does_nothing(answer: str) -> None:
    """Enter, no, a slip and the end of input all mean no."""
    assert asked(typed=answer) == (2, "Pay $5? [y/N] -c: nothing was done\n")


@pytest.mark.parametrize("flag", ["--yes", "-f"])
def test_the_flag_answers_for_you(flag: str) -> None:
    """--yes, and -f as before, ask nothing."""
    assert asked(flag, typed="n\n") == (0, "paid\n")


@pytest.mark.parametrize("redirection", ["< /dev/null", "<&-", "< <(echo y)"])
def test_without_a_terminal_it_refuses(redirection: str) -> None:
    """Where nobody can be asked, nothing is assumed, and nothing waits."""
    done = subprocess.run(
        ["bash", "-c", f'{sys.executable} -c "$0" {redirection}', QUESTION],
        cwd=configuration.PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (
        2,
        "-c: Pay $5? There is no terminal to ask on; add --yes to go ahead.\n",
    )
