"""The day axis: statistics over the last ``span_days`` days, the day itself included.

The first axis is the day, oldest first. A value depends on the days of its own window and on nothing before
it, to the last bit: histories of different length give the same numbers.
"""

import numpy as np

from dripstone.arrays import DayInstrument, Floats, as_floats
from dripstone.errors import FactorError

__all__ = ["mean", "sd"]


def mean(x: DayInstrument, span_days: int, *, min_days: int | None = None) -> DayInstrument:
    """The mean of the last ``span_days`` days.

    Parameters
    ----------
    x : (n_day, ...) float64, oldest day first.
    span_days : length of the window, 1 or more.
    min_days : values a window needs; by default half the span, rounded up.

    Returns
    -------
    (n_day, ...) float64; NaN where the window holds fewer than ``min_days`` values.

    Missing data
    ------------
    NaN is skipped: the mean is over the values there are.

    Raises
    ------
    FactorError : not 1 <= min_days <= span_days.
    """
    x = as_floats(x)
    total, count = _window_sum(x, span_days)
    enough = count >= _least(span_days, min_days)
    return np.where(enough, total / np.maximum(count, 1.0), np.nan)


def sd(x: DayInstrument, span_days: int, *, min_days: int | None = None) -> DayInstrument:
    """The sample standard deviation (ddof 1) of the last ``span_days`` days.

    Parameters and missing data are those of ``mean``; a window with fewer than 2 values is NaN as well.
    """
    x = as_floats(x)
    least = max(_least(span_days, min_days), 2)
    centre = mean(x, span_days, min_days=1)
    squares, count = np.zeros(x.shape), np.zeros(x.shape)
    for lag in range(min(span_days, len(x))):
        deviation = x[: len(x) - lag] - centre[lag:]
        there = np.isfinite(deviation)
        squares[lag:] += np.where(there, deviation, 0.0) ** 2
        count[lag:] += there
    return np.where(count >= least, np.sqrt(squares / np.maximum(count - 1.0, 1.0)), np.nan)


def _window_sum(x: Floats, span: int) -> tuple[Floats, Floats]:
    """Sum and number of the values in each window, added lag by lag: a running sum would carry old rounding along."""
    there = np.isfinite(x)
    values = np.where(there, x, 0.0)
    total, count = np.zeros(x.shape), np.zeros(x.shape)
    for lag in range(min(span, len(x))):
        total[lag:] += values[: len(x) - lag]
        count[lag:] += there[: len(x) - lag]
    return total, count


def _least(span: int, least: int | None) -> int:
    least = -(-span // 2) if least is None else least
    if not 1 <= least <= span:
        raise FactorError("no such window", seen=(span, least), expected="1 <= min_days <= span_days")
    return least
