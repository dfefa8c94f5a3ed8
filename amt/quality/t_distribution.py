"""Student's t distribution, from the continued fraction of the incomplete beta function.

Source: M. Abramowitz and I. A. Stegun (1964), Handbook of Mathematical Functions, 26.5.8 and 26.7.1.
"""

import math

STEPS = 300
TINY = 1e-30


def cumulate(t: float, freedom: float) -> float:
    """Return the probability of at most `t` with so many degrees of freedom."""
    tail = 0.5 * _incomplete_beta(freedom / (freedom + t * t), freedom / 2, 0.5)
    return tail if t < 0 else 1 - tail


def find_quantile(probability: float, freedom: float) -> float:
    """Return the value that is not exceeded with this probability, to 1e-9; from 0.5 to below 1."""
    low, high = 0.0, 1e6
    while high - low > 1e-9 * max(1.0, high):
        middle = (low + high) / 2
        if cumulate(middle, freedom) < probability:
            low = middle
        else:
            high = middle
    return high


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """Return the regularized incomplete beta function."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):  # where the fraction converges slowly
        return 1 - _incomplete_beta(1 - x, b, a)
    logarithm = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(logarithm + a * math.log(x) + b * math.log1p(-x)) / a
    c, d = 1.0, 1 / (_keep_off_zero(1 - (a + b) * x / (a + 1)))
    fraction = d
    for m in range(1, STEPS):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _keep_off_zero(1 + numerator * d)
            c = _keep_off_zero(1 + numerator / c)
            fraction *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return front * fraction


def _keep_off_zero(value: float) -> float:
    return value if abs(value) > TINY else TINY
