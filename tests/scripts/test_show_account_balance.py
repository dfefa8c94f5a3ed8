"""show_account_balance.py: one number."""

from tests.support.script_fixtures import Desk, Done


def test_the_balance_is_printed(desk: Desk) -> None:
    """In US dollars, alone on stdout; the sandbox's is Amazon's 10,000."""
    assert desk.run("show_account_balance") == Done(0, "10000.00\n", "")


def test_the_live_balance_is_another(desk: Desk) -> None:
    """--prod asks the live site."""
    desk.crowd(live=True).give_budget(1234)

    assert desk.run("show_account_balance", "--prod") == Done(0, "12.34\n", "")


def test_a_process_of_its_own_prints_the_same(desk: Desk) -> None:
    """As started from a shell."""
    assert desk.process("show_account_balance") == Done(0, "10000.00\n", "")
