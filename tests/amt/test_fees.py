"""What is paid, to the cent, by Amazon's price list."""

from decimal import Decimal

import pytest

from amt.fees import Cost, Rates, cents, cost

AMAZON, MASTERS, OWN = Rates(charged=True), Rates(charged=True, masters=True), Rates(charged=False)


@pytest.mark.parametrize(
    ("rates", "reward", "max_assignments", "fee"),
    [
        (AMAZON, "0.05", 1, "0.01"),  # 20 %
        (AMAZON, "0.01", 1, "0.01"),  # at least a cent
        (AMAZON, "0.00", 1, "0.01"),
        (AMAZON, "1.00", 9, "0.20"),
        (AMAZON, "1.00", 10, "0.40"),  # another 20 % from 10 assignments on
        (AMAZON, "0.01", 10, "0.01"),
        (MASTERS, "1.00", 1, "0.25"),  # another 5 %
        (MASTERS, "1.00", 10, "0.45"),
        (AMAZON, "0.52", 1, "0.10"),  # 0.104
        (MASTERS, "0.42", 1, "0.11"),  # 0.105
        (AMAZON, "0.07", 1, "0.01"),  # 0.014
        (AMAZON, "0.08", 1, "0.02"),  # 0.016
        (OWN, "1.00", 10, "0.00"),
    ],
)
def test_the_fee_for_an_assignment(
    rates: Rates, reward: str, max_assignments: int, fee: str
) -> None:
    """20 %, at least $0.01, 20 % more from 10 assignments on, 5 % more for Masters."""
    assert str(rates.fee(Decimal(reward), max_assignments)) == fee


@pytest.mark.parametrize(
    ("amount", "rounded"), [("0.104", "0.10"), ("0.105", "0.11"), ("0.115", "0.12"), ("1", "1.00")]
)
def test_amounts_are_rounded_half_up(amount: str, rounded: str) -> None:
    """Half a cent is rounded up, as on Amazon's price list, not to the even cent."""
    assert str(cents(Decimal(amount))) == rounded


def test_two_hits_of_ten_assignments_at_a_cent_cost_forty_cents() -> None:
    """The example that another tool shows as $0.24."""
    batch = cost(AMAZON, Decimal("0.01"), 10, 2)

    assert batch == Cost(20, Decimal("0.20"), Decimal("0.20"))
    assert batch.total == Decimal("0.40")
    assert str(batch) == "$0.40 ($0.20 in rewards, $0.20 in fees)"


def test_a_bonus_has_no_surcharges() -> None:
    """20 %, at least $0.01: neither the number of assignments nor Masters matter."""
    assert [str(MASTERS.bonus_fee(Decimal(b))) for b in ("0.01", "1.00", "0.525")] == [
        "0.01",
        "0.20",
        "0.11",
    ]
    assert OWN.bonus_fee(Decimal(5)) == 0


def test_large_amounts_stay_exact() -> None:
    """A million assignments at $0.07 are neither a cent more nor less."""
    assert str(cost(AMAZON, Decimal("0.07"), 9, 111_112)) == (
        "$80,000.64 ($70,000.56 in rewards, $10,000.08 in fees)"
    )
