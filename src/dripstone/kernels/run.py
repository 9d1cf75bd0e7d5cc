"""Runs along the rows of one series: stretches without a gap, and what is counted or carried on within them."""

import numpy as np

from dripstone.arrays import Bools, Floats, as_floats
from dripstone.errors import FactorError

__all__ = ["count_rises", "count_true", "exponential_mean", "stretches"]


def stretches(there: Bools) -> list[slice]:
    """The runs of rows where ``there`` holds, oldest first."""
    edges = np.flatnonzero(np.diff(there, prepend=False, append=False))
    return [slice(start, stop) for start, stop in edges.reshape(-1, 2).tolist()]


def count_true(x: Floats) -> Floats:
    """How many rows, up to the current one, hold without a break.

    Parameters
    ----------
    x : (n,) float64, oldest first; 0 is false, any other number true.

    Returns
    -------
    (n,) float64, rows; 0 where the current one is false.

    Missing data
    ------------
    NaN in, NaN out, and a break for the rows after it.

    Source
    ------
    bigquant2024functions, m_consecutive_true_count.
    """
    x = as_floats(x, ndim=1)
    row = np.arange(1.0, len(x) + 1)
    last_break = np.maximum.accumulate(np.where(np.isnan(x) | (x == 0), row, 0.0))
    return np.where(np.isnan(x), np.nan, row - last_break)


def count_rises(x: Floats, *, count_equal: bool = False) -> Floats:
    """How many times in a row, up to the current one, the value rose from one row to the next.

    Parameters
    ----------
    x : (n,) float64, any unit, oldest first.
    count_equal : whether an equal value counts as a rise.

    Returns
    -------
    (n,) float64, rows; 0 where the value did not rise, and on the first row.

    Missing data
    ------------
    NaN in, NaN out; the row after a gap starts anew at 0.

    Source
    ------
    bigquant2024functions, m_consecutive_rise_count.
    """
    x = as_floats(x, ndim=1)
    rose = np.zeros(x.shape, bool)
    rose[1:] = x[1:] >= x[:-1] if count_equal else x[1:] > x[:-1]
    return np.where(np.isnan(x), np.nan, count_true(rose.astype(float)))


def exponential_mean(x: Floats, alpha: float) -> Floats:
    """The recursion y[t] = alpha * x[t] + (1 - alpha) * y[t-1], begun with the first value itself.

    Each row takes in its last 1, 2, 4, ... rows in turn: as many passes as the series doubles, and none is a loop.

    Parameters
    ----------
    x : (n,) float64, any unit, oldest first.
    alpha : weight of the current row, above 0 and at most 1.

    Returns
    -------
    (n,) float64, unit of ``x``.

    Missing data
    ------------
    Not finite in, NaN out; the row after a gap begins anew with its own value.

    Raises
    ------
    FactorError : not 0 < alpha <= 1.

    Source
    ------
    bigquant2024functions, m_ta_ewm.
    """
    if not 0 < alpha <= 1:
        raise FactorError("no such weight", seen=alpha, expected="above 0 and at most 1")
    x = as_floats(x, ndim=1)
    there = np.isfinite(x)
    goes_on = np.zeros(x.shape, bool)
    goes_on[1:] = there[1:] & there[:-1]
    mean = np.where(there, x, 0.0) * np.where(goes_on, alpha, 1.0)
    carried = np.where(goes_on, 1.0 - alpha, 0.0)
    rows = 1
    while carried.any():
        mean[rows:] += carried[rows:] * mean[:-rows]
        carried[rows:] = carried[rows:] * carried[:-rows]
        rows *= 2
    return np.where(there, mean, np.nan)
