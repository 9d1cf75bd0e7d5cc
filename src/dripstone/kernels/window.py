"""The row axis of one series: what needs all the values of a window, not just their sums.

A window is the last ``span`` rows, the row itself included. It counts when it is full: fewer rows before, or a
value in it that is not finite, and the result is NaN. It does not depend on any other window, to the last bit. Work
is done in blocks of windows, so that memory stays small however long the series and the window are.
"""

from collections.abc import Callable
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from dripstone.arrays import Bools, Floats, as_floats, same_shape
from dripstone.errors import FactorError
from dripstone.kernels import regression

__all__ = [
    "Side",
    "Statistic",
    "Ties",
    "decay_linear",
    "intercept",
    "last_residual",
    "of_first_k",
    "of_k",
    "place_of_largest",
    "place_of_smallest",
    "rank",
    "weighted_sd",
]

Ties: TypeAlias = Literal["min", "max", "avg"]
"""The rank that equal values share: the lowest or the highest of those they span, or the mean."""
Side: TypeAlias = Literal["greatest", "least"]
Statistic: TypeAlias = Literal["sum", "avg", "std_samp", "std_pop", "var_samp", "var_pop"]

_BLOCK_CELLS = 1 << 20


def rank(x: Floats, span: int, *, method: Ties = "min", ascending: bool = True) -> Floats:
    """The rank of each value within its window.

    Parameters
    ----------
    x : (n,) float64, any unit, oldest first.
    span : rows of a window, 1 or more.
    method : what equal values share.
    ascending : 1 is the smallest value; False: the largest.

    Returns
    -------
    (n,) float64 in 1..span.

    Null value
    ----------
    (span + 1) / 2 with ``method="avg"``: a value that tells nothing is in the middle.

    Missing data
    ------------
    NaN unless the window is full.

    Raises
    ------
    FactorError : no such method, or a span below 1.

    Source
    ------
    bigquant2024functions, m_rank.
    """
    if method not in get_args(Ties):
        raise FactorError("no such way to rank ties", seen=method, expected=" or ".join(get_args(Ties)))

    def rank_last(window: Floats) -> Floats:
        last = window[:, -1:]
        before = np.count_nonzero(window < last if ascending else window > last, axis=1)
        tied = np.count_nonzero(window == last, axis=1)
        if method == "min":
            return before + 1.0
        return before + (tied + 0.0 if method == "max" else (tied + 1) / 2)

    return _over_windows(rank_last, x, span=span)


def place_of_largest(x: Floats, span: int) -> Floats:
    """Where in each window the largest value stands: 0 is the oldest row, span - 1 the current one.

    Parameters and missing data are those of ``rank``; of equal values the oldest counts.

    Source
    ------
    bigquant2024functions, m_imax.
    """
    return _over_windows(lambda window: window.argmax(axis=1), x, span=span)


def place_of_smallest(x: Floats, span: int) -> Floats:
    """Where in each window the smallest value stands, as ``place_of_largest``."""
    return _over_windows(lambda window: window.argmin(axis=1), x, span=span)


def decay_linear(x: Floats, span: int) -> Floats:
    """The mean of each window with weights 1, 2, ..., span: the current row weighs most.

    Parameters and missing data are those of ``rank``; the unit is that of ``x``.

    Source
    ------
    bigquant2024functions, m_decay_linear.
    """
    weights = np.arange(1.0, span + 1)
    return _over_windows(lambda window: (window * weights).sum(axis=1) / weights.sum(), x, span=span)


def of_k(x: Floats, by: Floats, span: int, k: int, *, side: Side, statistic: Statistic) -> Floats:
    """A statistic of ``x`` over those k rows of each window where ``by`` is greatest, or least.

    Parameters
    ----------
    x, by : (n,) float64, oldest first.
    span : rows of a window, 1 or more.
    k : rows taken, 1 to ``span``; of rows with equal ``by`` the older are taken first.
    side : the k greatest or the k least.
    statistic : ``_samp`` divides by k - 1, ``_pop`` by k.

    Returns
    -------
    (n,) float64, unit of ``x`` or, for a variance, its square; NaN for a ``_samp`` of one row.

    Missing data
    ------------
    NaN unless the window is full in both series.

    Raises
    ------
    FactorError : not 1 <= k <= span.

    Source
    ------
    bigquant2024functions, m_sum_greatest_k and its kin.
    """
    if not 1 <= k <= span:
        raise FactorError("no such number of rows of a window", seen=k, expected=f"1 to the window, {span}")
    sign = -1.0 if side == "greatest" else 1.0

    def describe(window: Floats, keys: Floats) -> Floats:
        order = np.argsort(sign * keys, axis=1, kind="stable")[:, :k]
        return _describe(np.take_along_axis(window, order, axis=1), statistic)

    return _over_windows(describe, x, by, span=span)


def of_first_k(x: Floats, k: int, *, statistic: Statistic) -> Floats:
    """A statistic of the first k rows of the whole series, the same on every row.

    Parameters
    ----------
    x : (n,) float64, oldest first.
    k : rows taken, 1 or more.
    statistic : as in ``of_k``.

    Returns
    -------
    (n,) float64.

    Missing data
    ------------
    NaN where there are fewer than k rows, or one of the k is not finite.

    Source
    ------
    bigquant2024functions, sum_first_k and avg_first_k.
    """
    firsts = of_k(x[:k], np.zeros(len(x[:k])), k, k, side="least", statistic=statistic)
    return np.full(len(x), firsts[-1] if len(firsts) else np.nan)


def weighted_sd(x: Floats, weight: Floats, span: int) -> Floats:
    """The root of the weighted mean of squared deviations from the weighted mean of each window.

    Parameters
    ----------
    x, weight : (n,) float64, oldest first.
    span : rows of a window, 1 or more.

    Returns
    -------
    (n,) float64, unit of ``x``; NaN where the weights do not add up to more than 0.

    Missing data
    ------------
    NaN unless the window is full in both series.

    Source
    ------
    bigquant2024functions, m_weighted_stddev; that the weights divide by their sum is our reading.
    """

    def describe(window: Floats, weights: Floats) -> Floats:
        total = weights.sum(axis=1)
        total = np.where(total > 0, total, np.nan)
        mean = (window * weights).sum(axis=1) / total
        deviations = window - mean[:, np.newaxis]
        return np.sqrt(np.maximum((weights * deviations * deviations).sum(axis=1) / total, 0.0))

    return _over_windows(describe, x, weight, span=span)


def last_residual(y: Floats, *regressors: Floats, span: int) -> Floats:
    """What the least-squares fit of ``y`` on the regressors and a constant within a window leaves of its last row.

    Parameters
    ----------
    y : (n,) float64, oldest first.
    regressors : each (n,) float64; none at all: the number of the row within the window.
    span : rows of a window, 1 or more.

    Returns
    -------
    (n,) float64, unit of ``y``.

    Null value
    ----------
    0: the last row lies where the others put it.

    Missing data
    ------------
    NaN unless the window is full in every series.

    Source
    ------
    bigquant2024functions, m_ols2d_last_resid and its kin.
    """
    trend = (np.arange(1.0, span + 1),)

    def fit(y: Floats, *x: Floats) -> Floats:
        return regression.residual(y, *(x or trend))[:, -1]

    return _over_windows(fit, y, *regressors, span=span)


def intercept(y: Floats, *regressors: Floats, span: int) -> Floats:
    """The constant of the least-squares fit of ``y`` on the regressors within each window.

    Parameters and missing data are those of ``last_residual``; NaN too where a combination of the regressors is
    constant itself.
    """
    return _over_windows(regression.intercept, y, *regressors, span=span)


def _over_windows(statistic: Callable[..., Floats], *series: Floats, span: int) -> Floats:
    """A statistic of (m, span) windows -> (m,), for the full windows of the series."""
    if span < 1:
        raise FactorError("no such window", seen=span, expected="1 row or more")
    series = tuple(as_floats(each, ndim=1) for each in series)
    same_shape(**{f"series {i}": each for i, each in enumerate(series)})
    result = np.full(len(series[0]), np.nan)
    starts = np.flatnonzero(_is_full(np.logical_and.reduce(np.isfinite(series)), span))
    if len(starts):
        views = [sliding_window_view(each, span) for each in series]
        for block in np.array_split(starts, 1 + len(starts) * span // _BLOCK_CELLS):
            result[block + span - 1] = statistic(*(view[block] for view in views))
    return result


def _is_full(there: Bools, span: int) -> Bools:
    """(n - span + 1,): whether the window that starts at each row has all its values."""
    missing = np.concatenate([[0], np.cumsum(~there)])
    return missing[span:] == missing[:-span]


def _describe(values: Floats, statistic: Statistic) -> Floats:
    """A statistic of each row of (m, k)."""
    k = values.shape[1]
    if statistic in ("sum", "avg"):
        return values.sum(axis=1) / (k if statistic == "avg" else 1)
    freedom = k - statistic.endswith("samp")
    if freedom == 0:
        return np.full(len(values), np.nan)
    deviations = values - values.mean(axis=1, keepdims=True)
    variance = (deviations * deviations).sum(axis=1) / freedom
    return np.sqrt(variance) if statistic.startswith("std") else variance
