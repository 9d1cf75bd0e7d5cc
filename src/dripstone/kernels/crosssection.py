"""The instrument axis: ranks, correlations and groups within each day.

The last axis is the instrument; every axis before it is a day (or anything else) and each row stands alone.
Only finite values take part: NaN is missing, and an infinity is no measurement.
"""

import numpy as np

from dripstone.arrays import Bools, DayInstrument, PerDay, as_floats, same_shape
from dripstone.errors import FactorError

__all__ = ["correlation_by_row", "group_by_rank", "rank_average", "rank_correlation_by_row", "zscore"]


def rank_average(x: DayInstrument) -> DayInstrument:
    """Rank within each row, 1 for the smallest; tied values share the mean of the ranks they span.

    Parameters
    ----------
    x : (..., n) float64, any unit.

    Returns
    -------
    (..., n) float64 in 1..m, m the number of finite values in the row.

    Null value
    ----------
    (m + 1) / 2, the mean rank; a row of equal values holds nothing else.

    Missing data
    ------------
    Not finite in, NaN out; the others are ranked without it.
    """
    x = as_floats(x)
    finite = np.isfinite(x)
    values = np.where(finite, x, np.inf)  # last, as NaN would be, but sorting NaN takes five times as long
    order = np.argsort(values, axis=-1)
    ordered = np.take_along_axis(values, order, axis=-1)
    place = np.broadcast_to(np.arange(x.shape[-1]), x.shape)
    fresh = np.ones(x.shape, bool)
    fresh[..., 1:] = ordered[..., 1:] != ordered[..., :-1]
    first = np.maximum.accumulate(np.where(fresh, place, 0), axis=-1)
    ends = np.ones(x.shape, bool)
    ends[..., :-1] = fresh[..., 1:]
    backward = np.where(ends, place, x.shape[-1])[..., ::-1]
    last = np.minimum.accumulate(backward, axis=-1)[..., ::-1]
    ranks = np.empty(x.shape)
    np.put_along_axis(ranks, order, (first + last) / 2 + 1, axis=-1)
    ranks[~finite] = np.nan
    return ranks


def correlation_by_row(x: DayInstrument, y: DayInstrument) -> PerDay:
    """Pearson correlation of two matrices, row by row, over the cells that both have.

    Parameters
    ----------
    x, y : (..., n) float64, one shape.

    Returns
    -------
    (...) float64 in -1..1; NaN for fewer than 3 common cells, or where either side does not vary.

    Null value
    ----------
    0, with standard deviation 1 / sqrt(m - 1) for m independent pairs.

    Missing data
    ------------
    Pairwise complete: a cell counts when both sides are finite.
    """
    x, y = as_floats(x), as_floats(y)
    same_shape(x=x, y=y)
    both = np.isfinite(x) & np.isfinite(y)
    dx, varies_x = _deviations(x, both)
    dy, varies_y = _deviations(y, both)
    defined = varies_x & varies_y & (both.sum(axis=-1) >= 3)
    scale = np.sqrt(np.sum(dx * dx, axis=-1) * np.sum(dy * dy, axis=-1))
    r = np.sum(dx * dy, axis=-1) / np.where(defined, scale, 1.0)
    return np.where(defined, np.clip(r, -1.0, 1.0), np.nan)


def rank_correlation_by_row(x: DayInstrument, y: DayInstrument) -> PerDay:
    """Spearman correlation row by row: average ranks among the common cells, then Pearson.

    Parameters, returns, null value and missing data are those of ``correlation_by_row``.
    """
    x, y = as_floats(x), as_floats(y)
    same_shape(x=x, y=y)
    both = np.isfinite(x) & np.isfinite(y)
    return correlation_by_row(rank_average(np.where(both, x, np.nan)), rank_average(np.where(both, y, np.nan)))


def group_by_rank(ranks: DayInstrument, groups: int) -> DayInstrument:
    """Split each row into ``groups`` by rank: position ceil(groups * (rank - 1) / (m - 1)), bounded below by 1.

    Parameters
    ----------
    ranks : (..., n) float64, average ranks as ``rank_average`` gives them.
    groups : number of groups, 2 or more.

    Returns
    -------
    (..., n) float64, 0 for the smallest values to ``groups`` - 1 for the largest. Tied values stay together,
    so groups may be uneven or empty.

    Missing data
    ------------
    Not finite in, NaN out; a row with fewer than 2 finite values has no order and is NaN.

    Raises
    ------
    FactorError : fewer than 2 groups.
    """
    if groups < 2:
        raise FactorError("too few groups", seen=groups, expected="2 or more")
    ranks = as_floats(ranks)
    intervals = np.isfinite(ranks).sum(axis=-1, keepdims=True) - 1.0
    intervals[intervals < 1] = np.nan
    position = np.ceil(groups * (ranks - 1) / intervals)
    return np.maximum(position, 1.0) - 1.0


def zscore(x: DayInstrument) -> DayInstrument:
    """Each row less its mean, over its sample standard deviation (ddof 1).

    Parameters
    ----------
    x : (..., n) float64.

    Returns
    -------
    (..., n) float64 in standard deviations; NaN throughout a row that does not vary.

    Missing data
    ------------
    Not finite in, NaN out, and out of mean and deviation.
    """
    x = as_floats(x)
    finite = np.isfinite(x)
    deviations, varies = _deviations(x, finite)
    freedom = np.maximum(finite.sum(axis=-1) - 1.0, 1.0)
    sd = np.sqrt(np.sum(deviations * deviations, axis=-1) / freedom)
    scores = deviations / np.where(varies, sd, 1.0)[..., np.newaxis]
    return np.where(finite & varies[..., np.newaxis], scores, np.nan)


def _deviations(x: DayInstrument, keep: Bools) -> tuple[DayInstrument, Bools]:
    """Deviations from the row mean in units of the row's range (0 where not kept), and which rows vary at all.

    The range is the exact test of a constant row, which a rounded mean would miss, and as the unit
    it keeps squares from overflowing.
    """
    count = np.maximum(keep.sum(axis=-1, keepdims=True), 1)
    low = np.min(x, axis=-1, keepdims=True, where=keep, initial=np.inf)
    high = np.max(x, axis=-1, keepdims=True, where=keep, initial=-np.inf)
    varies = high > low
    unit = np.where(varies, high, 1.0) - np.where(varies, low, 0.0)
    start = np.where(varies, low, 0.0)
    scaled = np.where(keep, (np.where(keep, x, 0.0) - start) / unit, 0.0)
    mean = scaled.sum(axis=-1, keepdims=True) / count
    return np.where(keep, scaled - mean, 0.0), varies[..., 0]
